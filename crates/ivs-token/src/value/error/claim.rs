use std::convert::Infallible;
use std::time::Duration;

use thiserror::Error;

use super::OriginError;

/// A value that no token may carry. Raised when the value is made.
#[derive(Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum ClaimError {
    /// An empty ID.
    #[error("the {} is empty: leave it out for a random one, or give 1 to 64 of A-Z, a-z, 0-9, `_`, `-`", name(.field))]
    IdEmpty {
        /// Which ID, as [`Self::field`] gives it.
        field: &'static str,
    },
    /// An ID of more than 64 characters.
    #[error("the {} has {actual} characters: at most {limit} are allowed", name(.field))]
    IdTooLong {
        /// Which ID, as [`Self::field`] gives it.
        field: &'static str,
        /// Characters given.
        actual: usize,
        /// Characters allowed.
        limit: usize,
    },
    /// An ID with a character outside `[A-Za-z0-9_-]`.
    #[error(
        "the {} holds {character:?} at position {position}: only A-Z, a-z, 0-9, `_` and `-` are allowed", name(.field)
    )]
    IdCharacter {
        /// Which ID, as [`Self::field`] gives it.
        field: &'static str,
        /// The first character that is not allowed.
        character: char,
        /// Where it stands, counted in characters from 0.
        position: usize,
    },
    /// An empty text where one is required.
    #[error("the {} is empty: give one, or leave it out", name(.field))]
    TextEmpty {
        /// Which text, as [`Self::field`] gives it.
        field: &'static str,
    },
    /// A text of too many characters, such as a user ID of more than 128.
    #[error("the {} has {actual} characters: at most {limit} are allowed", name(.field))]
    TextTooLong {
        /// Which text, as [`Self::field`] gives it.
        field: &'static str,
        /// Characters (Unicode scalar values) given.
        actual: usize,
        /// Characters allowed.
        limit: usize,
    },
    /// Attributes of more than 1 024 bytes.
    #[error(
        "the attributes have {actual} bytes, names and values together in UTF-8: at most {limit} are allowed"
    )]
    AttributesTooLarge {
        /// Bytes given.
        actual: usize,
        /// Bytes allowed.
        limit: usize,
    },
    /// A word that is not a capability.
    #[error("{found:?} is not a capability: use PUBLISH or SUBSCRIBE")]
    Capability {
        /// The word given.
        found: String,
    },
    /// A duration under one second.
    #[error("the duration is {} s: a token lasts at least {} s", .actual.as_secs_f64(), .limit.as_secs())]
    DurationTooShort {
        /// The duration given.
        actual: Duration,
        /// The shortest allowed.
        limit: Duration,
    },
    /// A duration that is longer than such a token may last.
    #[error("the duration is {} s ({} min): a token lasts at most {} s ({} min)",
        .actual.as_secs(), .actual.as_secs() / 60, .limit.as_secs(), .limit.as_secs() / 60)]
    DurationTooLong {
        /// The duration given.
        actual: Duration,
        /// The longest allowed.
        limit: Duration,
    },
    /// More than 10 minutes for a playback token that names a viewer or is for a single use.
    #[error("the duration is {} s ({} min): a playback token with a viewer ID or a single-use UUID lasts at most {} s ({} min)",
        .actual.as_secs(), .actual.as_secs() / 60, .limit.as_secs(), .limit.as_secs() / 60)]
    PlaybackDuration {
        /// The duration given.
        actual: Duration,
        /// The longest allowed.
        limit: Duration,
    },
    /// Text that is not an origin.
    #[error("the origin {found:?}: {source}")]
    Origin {
        /// The text given, its first 40 characters.
        found: String,
        /// What is wrong with it.
        source: OriginError,
    },
    /// Strict enforcement of more than 5 origins.
    #[error("there are {actual} origins: with strict origin enforcement at most {limit} are allowed")]
    TooManyOrigins {
        /// Origins given.
        actual: usize,
        /// Origins allowed.
        limit: usize,
    },
    /// Strict enforcement without any origin.
    #[error("strict origin enforcement has no origins to enforce: give at least one")]
    StrictWithoutOrigins,
    /// Text that is not a UUID.
    #[error(
        "{found:?} is not a UUID: a UUID is 32 hexadecimal digits and hyphens, such as 67e55044-10b1-426f-9247-bb680e5fe0c8"
    )]
    Uuid {
        /// The text given, its first 40 characters.
        found: String,
    },
    /// A session version without a viewer ID.
    #[error("a session version belongs to a viewer: give the viewer ID too, or leave the version out")]
    SessionVersionWithoutViewer,
    /// A word that is not a maximum resolution.
    #[error("{found:?} is not a maximum resolution: use SD, HD or FULL_HD")]
    MaximumResolution {
        /// The text given, its first 40 characters.
        found: String,
    },
    /// A version that is not a digit, a dot and a digit.
    #[error("{found:?} is not a token version: a version is a digit, a dot and a digit, such as 1.0")]
    Version {
        /// The first characters of the text given.
        found: String,
    },
}

impl ClaimError {
    /// The stable name of this error.
    pub fn code(&self) -> &'static str {
        match self {
            Self::IdEmpty { field } | Self::IdTooLong { field, .. } | Self::IdCharacter { field, .. } => {
                match *field {
                    TOKEN_ID => "INVALID_TOKEN_ID",
                    _ => "INVALID_PARTICIPANT_ID",
                }
            }
            Self::TextEmpty { field } | Self::TextTooLong { field, .. } => match *field {
                VIEWER_ID => "INVALID_VIEWER_ID",
                REASON => "INVALID_REASON",
                _ => "INVALID_USER_ID",
            },
            Self::AttributesTooLarge { .. } => "INVALID_ATTRIBUTES",
            Self::Capability { .. } => "INVALID_CAPABILITY",
            Self::DurationTooShort { .. } | Self::DurationTooLong { .. } | Self::PlaybackDuration { .. } => {
                "INVALID_DURATION"
            }
            Self::Origin { .. } | Self::TooManyOrigins { .. } | Self::StrictWithoutOrigins => {
                "INVALID_ORIGINS"
            }
            Self::Uuid { .. } => "INVALID_UUID",
            Self::SessionVersionWithoutViewer => "INVALID_SESSION_VERSION",
            Self::MaximumResolution { .. } => "INVALID_MAXIMUM_RESOLUTION",
            Self::Version { .. } => "INVALID_VERSION",
        }
    }

    /// The value's name in the API, or in the API's style: `participantId`, `tokenId`, `userId`, `viewerId`, `reason`,
    /// `attributes`, `capabilities`, `duration`, `version`, `origins`, `strictOriginEnforcement`, `singleUseUuid`,
    /// `viewerSessionVersion` or `maximumResolution`.
    pub fn field(&self) -> &'static str {
        match self {
            Self::IdEmpty { field }
            | Self::IdTooLong { field, .. }
            | Self::IdCharacter { field, .. }
            | Self::TextEmpty { field }
            | Self::TextTooLong { field, .. } => field,
            Self::AttributesTooLarge { .. } => "attributes",
            Self::Capability { .. } => "capabilities",
            Self::DurationTooShort { .. } | Self::DurationTooLong { .. } | Self::PlaybackDuration { .. } => {
                "duration"
            }
            Self::Origin { .. } | Self::TooManyOrigins { .. } => "origins",
            Self::StrictWithoutOrigins => "strictOriginEnforcement",
            Self::Uuid { .. } => "singleUseUuid",
            Self::SessionVersionWithoutViewer => "viewerSessionVersion",
            Self::MaximumResolution { .. } => "maximumResolution",
            Self::Version { .. } => "version",
        }
    }
}

impl From<Infallible> for ClaimError {
    /// For conversions that cannot fail, such as that of a value into itself.
    fn from(never: Infallible) -> Self {
        match never {}
    }
}

const TOKEN_ID: &str = "tokenId";
const USER_ID: &str = "userId";
const VIEWER_ID: &str = "viewerId";
const REASON: &str = "reason";

/// What an ID or a text is called in a sentence.
fn name(field: &str) -> &'static str {
    match field {
        TOKEN_ID => "token ID",
        USER_ID => "user ID",
        VIEWER_ID => "viewer ID",
        REASON => "reason",
        _ => "participant ID",
    }
}

crate::value::error::debug::as_coded_words!(ClaimError);
