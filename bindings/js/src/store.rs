//! A store of revocations that JavaScript asks, since it answers later: the core accepts, what it asked about is noted, and
//! TypeScript gives out no token before the answer is there.

use std::cell::RefCell;
use std::time::Duration;

use ivs_token::{
    DisconnectReason, ParticipantId, Revocation, RevocationStore, Revoked, StoreError, Subject, TokenId, Uuid,
    VerifyError, ViewerId,
};
use serde::{Deserialize, Serialize};

use crate::failure::Failure;
use crate::input;
use crate::playback::int64;

thread_local! {
    static NOTED: RefCell<Vec<Noted>> = const { RefCell::new(Vec::new()) };
}

/// What a store is to be asked about.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) enum Noted {
    #[serde(rename_all = "camelCase")]
    Participant { stage_arn: String, participant_id: String },
    #[serde(rename_all = "camelCase")]
    Connection { token_id: String },
    #[serde(rename_all = "camelCase")]
    Playback {
        channel_arn: String,
        viewer_id: Option<String>,
        viewer_session_version: Option<String>,
        single_use_uuid: Option<String>,
        remember_for_seconds: Option<u64>,
    },
}

/// Notes what it is asked about, on the thread that asks.
#[derive(Debug)]
pub(crate) struct NotingStore;

impl RevocationStore for NotingStore {
    /// Never called: revocations are made in JavaScript, by the means of the store.
    fn revoke_for(&self, _: &Revocation, _: Duration) -> Result<(), StoreError> {
        Err(StoreError::new("a store written in JavaScript makes revocations by itself"))
    }

    fn check(&self, subject: &Subject<'_>) -> Result<Result<(), Revoked>, StoreError> {
        let noted = Noted::of(subject)?;
        NOTED.with_borrow_mut(|all| all.push(noted));
        Ok(Ok(()))
    }
}

/// Does something, and gives what a store was asked about meanwhile, in the order of the questions.
pub(crate) fn noting<T>(work: impl FnOnce() -> T) -> (T, Vec<Noted>) {
    NOTED.take();
    let done = work();
    (done, NOTED.take())
}

impl Noted {
    fn of(subject: &Subject<'_>) -> Result<Self, StoreError> {
        Ok(match subject {
            Subject::Participant { stage, participant_id } => Self::Participant {
                stage_arn: stage.as_str().to_owned(),
                participant_id: participant_id.as_str().to_owned(),
            },
            Subject::Connection { token_id } => Self::Connection { token_id: token_id.as_str().to_owned() },
            Subject::Playback { channel, viewer, single_use } => Self::Playback {
                channel_arn: channel.as_str().to_owned(),
                viewer_id: viewer.map(|(id, _)| id.as_str().to_owned()),
                viewer_session_version: viewer.map(|(_, version)| version.to_string()),
                single_use_uuid: single_use.map(|once| once.uuid.to_string()),
                remember_for_seconds: single_use.map(|once| once.lifetime.as_secs()),
            },
            _ => return Err(StoreError::new("a kind of token that this version does not know")),
        })
    }
}

/// What a store said about a token.
#[derive(Debug, Deserialize)]
#[serde(tag = "verdict", rename_all = "camelCase")]
pub(crate) enum Said {
    #[serde(rename_all = "camelCase")]
    ParticipantDisconnected { reason: Option<String> },
    StageDeleted,
    ConnectionTokenRevoked,
    #[serde(rename_all = "camelCase")]
    ViewerSessionsRevoked { up_to: String },
    AlreadyUsed,
    /// It failed, or gave what is no verdict.
    Failed { message: String },
}

/// The refusal that a verdict leads to.
pub(crate) fn refusal(subject: &Noted, said: Said) -> Result<VerifyError, Failure> {
    let revoked = match (said, subject) {
        (Said::Failed { message }, _) => {
            let message: String = message.chars().take(300).collect();
            let message = ivs_token::printable(&message).to_string();
            return Ok(VerifyError::RevocationUnknown(StoreError::new(message)));
        }
        (Said::ParticipantDisconnected { reason }, Noted::Participant { participant_id, .. }) => {
            Revoked::ParticipantDisconnected {
                participant_id: ParticipantId::try_from(participant_id.as_str())?,
                reason: reason.map(|reason| DisconnectReason::try_from(reason.as_str())).transpose()?,
            }
        }
        (Said::StageDeleted, Noted::Participant { stage_arn, .. }) => {
            Revoked::StageDeleted { stage: input::arn("stageArn", stage_arn)? }
        }
        (Said::ConnectionTokenRevoked, Noted::Connection { token_id }) => {
            Revoked::ConnectionToken { token_id: TokenId::try_from(token_id.as_str())? }
        }
        (Said::ViewerSessionsRevoked { up_to }, Noted::Playback { viewer_id: Some(viewer_id), .. }) => {
            Revoked::ViewerSessions {
                viewer_id: ViewerId::try_from(viewer_id.as_str())?,
                up_to: int64("upTo", &up_to)?,
            }
        }
        (Said::AlreadyUsed, Noted::Playback { single_use_uuid: Some(uuid), .. }) => {
            Revoked::AlreadyUsed { uuid: Uuid::try_parse(uuid).map_err(|_| Failure::panic())? }
        }
        (other, _) => {
            return refusal(subject, Said::Failed { message: format!("it gave {other:?}, which is not about such a token") });
        }
    };
    Ok(revoked.into())
}
