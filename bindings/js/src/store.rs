//! A store of revocations that JavaScript asks, since it answers later: the core accepts, what it asked about is noted, and
//! TypeScript gives out no token before the answer is there.

use std::cell::RefCell;
use std::time::Duration;

use ivs_token::{
    DisconnectReason, ParticipantId, Revocation, RevocationStore, Revoked, StoreError, Subject, TokenId,
    Uuid, VerifyError, ViewerId,
};
use serde::{Deserialize, Serialize};

use crate::failure::Failure;
use crate::input;
use crate::playback::int64;

thread_local! {
    static NOTED: RefCell<Vec<Noted>> = const { RefCell::new(Vec::new()) };
}

/// What a store is to be asked about: a participant, a connection token or a playback token.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Noted {
    stage_arn: Option<String>,
    participant_id: Option<String>,
    token_id: Option<String>,
    channel_arn: Option<String>,
    viewer_id: Option<String>,
    viewer_session_version: Option<String>,
    single_use_uuid: Option<String>,
    remember_for_seconds: Option<u64>,
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
            Subject::Participant { stage, participant_id } => Self {
                stage_arn: Some(stage.as_str().to_owned()),
                participant_id: Some(participant_id.as_str().to_owned()),
                ..Self::default()
            },
            Subject::Connection { token_id } => {
                Self { token_id: Some(token_id.as_str().to_owned()), ..Self::default() }
            }
            Subject::Playback { channel, viewer, single_use } => Self {
                channel_arn: Some(channel.as_str().to_owned()),
                viewer_id: viewer.map(|(id, _)| id.as_str().to_owned()),
                viewer_session_version: viewer.map(|(_, version)| version.to_string()),
                single_use_uuid: single_use.map(|once| once.uuid.to_string()),
                remember_for_seconds: single_use.map(|once| once.lifetime.as_secs()),
                ..Self::default()
            },
            _ => return Err(StoreError::new("a kind of token that this version does not know")),
        })
    }
}

/// What a store said about a token, and what belongs to it.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Said {
    verdict: String,
    reason: Option<String>,
    #[serde(default)]
    up_to: String,
    /// Why there is no verdict.
    #[serde(default)]
    message: String,
}

/// The refusal that a verdict leads to.
pub(crate) fn refusal(subject: &Noted, said: &Said) -> Result<VerifyError, Failure> {
    let revoked = match (said.verdict.as_str(), subject) {
        ("failed", _) => return Ok(unknown(&said.message)),
        ("participantDisconnected", Noted { participant_id: Some(id), .. }) => {
            Revoked::ParticipantDisconnected {
                participant_id: ParticipantId::try_from(id.as_str())?,
                reason: said.reason.as_deref().map(DisconnectReason::try_from).transpose()?,
            }
        }
        ("stageDeleted", Noted { stage_arn: Some(arn), .. }) => {
            Revoked::StageDeleted { stage: input::arn("stageArn", arn)? }
        }
        ("connectionTokenRevoked", Noted { token_id: Some(id), .. }) => {
            Revoked::ConnectionToken { token_id: TokenId::try_from(id.as_str())? }
        }
        ("viewerSessionsRevoked", Noted { viewer_id: Some(id), .. }) => Revoked::ViewerSessions {
            viewer_id: ViewerId::try_from(id.as_str())?,
            up_to: int64("upTo", &said.up_to)?,
        },
        ("alreadyUsed", Noted { single_use_uuid: Some(uuid), .. }) => {
            Revoked::AlreadyUsed { uuid: Uuid::try_parse(uuid).map_err(|_| Failure::panic())? }
        }
        (other, _) => return Ok(unknown(&format!("it gave {other}, which is not about such a token"))),
    };
    Ok(revoked.into())
}

fn unknown(message: &str) -> VerifyError {
    let message: String = message.chars().take(300).collect();
    VerifyError::RevocationUnknown(StoreError::new(ivs_token::printable(&message).to_string()))
}
