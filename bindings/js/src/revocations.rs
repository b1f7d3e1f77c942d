use std::sync::Arc;

use ivs_token::{
    ChannelArn, DisconnectReason, InMemoryRevocations, ParticipantId, RevocationStore as _, StageArn,
    TokenId, ViewerId,
};
use serde::Deserialize;

use crate::answer::Answer;
use crate::clock::CallClock;
use crate::failure::Failure;
use crate::input;
use crate::object::{self, Object, Objects};
use crate::playback::int64;

/// An empty store in memory.
pub(crate) fn make() -> Answer {
    Object::Revocations(Arc::new(InMemoryRevocations::with_clock(CallClock))).into()
}

/// One of the operations of the API that end tokens, and its arguments.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Revocation {
    revoke: String,
    /// Of a stage or a channel.
    #[serde(default)]
    arn: String,
    /// Of a participant, a token or a viewer.
    #[serde(default)]
    id: String,
    reason: Option<String>,
    #[serde(default)]
    up_to: String,
}

/// Revokes.
pub(crate) fn revoke(objects: &Objects<'_>, json: &str) -> Result<Answer, Failure> {
    let store = object::revocations(objects, 0)?;
    let asked: Revocation = input::read(json)?;
    let stage = || input::arn::<StageArn>("stage", &asked.arn);
    match asked.revoke.as_str() {
        "participant" => {
            let id = ParticipantId::try_from(asked.id.as_str())?;
            let reason = asked.reason.as_deref().map(DisconnectReason::try_from).transpose()?;
            store.disconnect_participant(&stage()?, &id, reason)?;
        }
        "stage" => store.delete_stage(&stage()?)?,
        "connectionToken" => store.revoke_connection_token(&TokenId::try_from(asked.id.as_str())?)?,
        "viewerSessions" => {
            let channel: ChannelArn = input::arn("channelArn", &asked.arn)?;
            let viewer = ViewerId::try_from(asked.id.as_str())?;
            store.revoke_viewer_sessions(&channel, &viewer, int64("upTo", &asked.up_to)?)?;
        }
        _ => return Err(Failure::panic()),
    }
    Ok(String::new().into())
}

/// Removes all that has expired.
pub(crate) fn sweep(objects: &Objects<'_>) -> Result<Answer, Failure> {
    object::revocations(objects, 0)?.sweep();
    Ok(String::new().into())
}

/// How many revocations and spent tokens it holds.
pub(crate) fn size(objects: &Objects<'_>) -> Result<Answer, Failure> {
    Ok(object::revocations(objects, 0)?.len().to_string().into())
}
