//! Why compositions and their destinations fail, in the words of AWS's events (guide, `EventBridge`).

/// Why a destination fails.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum DestinationFailure {
    ResourceNotFound,
    AccessDenied,
    Conflict,
    Internal,
}

impl DestinationFailure {
    pub(crate) const ALL: [Self; 4] =
        [Self::ResourceNotFound, Self::AccessDenied, Self::Conflict, Self::Internal];

    pub(crate) const fn code(self) -> &'static str {
        match self {
            Self::ResourceNotFound => "ResourceNotFoundException",
            Self::AccessDenied => "AccessDeniedException",
            Self::Conflict => "ConflictException",
            Self::Internal => "InternalServerException",
        }
    }

    pub(crate) const fn reason(self) -> &'static str {
        match self {
            Self::ResourceNotFound => "S3 bucket not found. Please verify your bucket exists.",
            Self::AccessDenied => "Access denied to S3 bucket. Please verify your bucket policy.",
            Self::Conflict => "Stream already exists",
            Self::Internal => "Service internal error",
        }
    }
}

/// Why a composition fails.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum SessionFailure {
    StageDeleted,
    DestinationFailure,
    Internal,
}

impl SessionFailure {
    pub(crate) const ALL: [Self; 3] = [Self::StageDeleted, Self::DestinationFailure, Self::Internal];

    pub(crate) const fn code(self) -> &'static str {
        match self {
            Self::StageDeleted => "StageDeleted",
            Self::DestinationFailure => "DestinationFailure",
            Self::Internal => "InternalServerException",
        }
    }

    pub(crate) const fn reason(self) -> &'static str {
        match self {
            Self::StageDeleted => "Stage has been deleted",
            Self::DestinationFailure => "One or more outputs failed",
            Self::Internal => "Service internal error",
        }
    }
}
