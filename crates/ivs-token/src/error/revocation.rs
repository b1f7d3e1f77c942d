use thiserror::Error;
use uuid::Uuid;

use crate::value::arn::StageArn;
use crate::value::id::{ParticipantId, TokenId};
use crate::value::text::{DisconnectReason, ViewerId};

/// A valid token that was revoked or used before.
#[derive(Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum Revoked {
    /// `DisconnectParticipant`.
    #[error("the participant {participant_id} was disconnected from its stage{}: only a token with a new participant ID can join again",
        .reason.as_ref().map_or_else(String::new, |reason| format!(" ({:?})", reason.as_str())))]
    ParticipantDisconnected {
        /// The participant.
        participant_id: ParticipantId,
        /// The reason that was given for the disconnect.
        reason: Option<DisconnectReason>,
    },
    /// `DeleteStage`.
    #[error("the stage {stage} was deleted: no token for it is good any more")]
    StageDeleted {
        /// The stage.
        stage: StageArn,
    },
    /// `RevokeConnectionToken`.
    #[error("the connection token {token_id} was revoked: mint a new one")]
    ConnectionToken {
        /// The token.
        token_id: TokenId,
    },
    /// `StartViewerSessionRevocation`.
    #[error(
        "the sessions of the viewer {:?} up to version {up_to} were revoked: mint a token with a higher \
         `aws:viewer-session-version` to let the viewer in again", .viewer_id.as_str()
    )]
    ViewerSessions {
        /// The viewer.
        viewer_id: ViewerId,
        /// The highest version that was revoked.
        up_to: i64,
    },
    /// A single-use token that was used before.
    #[error(
        "the token can be used only once (`aws:single-use-uuid` {uuid}), and was used before: mint a new one"
    )]
    AlreadyUsed {
        /// The ID of the token.
        uuid: Uuid,
    },
}

impl Revoked {
    /// The stable name of the refusal. `PARTICIPANT_DISCONNECTED` and `STAGE_DELETED` are the service's own words.
    pub fn code(&self) -> &'static str {
        match self {
            Self::ParticipantDisconnected { .. } => "PARTICIPANT_DISCONNECTED",
            Self::StageDeleted { .. } => "STAGE_DELETED",
            Self::ConnectionToken { .. } => "CONNECTION_TOKEN_REVOKED",
            Self::ViewerSessions { .. } => "VIEWER_SESSION_REVOKED",
            Self::AlreadyUsed { .. } => "TOKEN_ALREADY_USED",
        }
    }
}

/// A failure of a revocation store. Whether a token was revoked is unknown, or a revocation may not have been recorded.
#[derive(Clone, PartialEq, Eq, Error)]
#[error("the revocation store failed: {message}")]
#[non_exhaustive]
pub struct StoreError {
    /// What went wrong, in the store's words.
    pub message: String,
}

impl StoreError {
    /// For those who write a store: what went wrong, and what to do about it.
    pub fn new(message: impl Into<String>) -> Self {
        Self { message: message.into() }
    }
}

crate::value::error::debug::as_coded_words!(Revoked);

crate::value::error::debug::as_words!(StoreError);
