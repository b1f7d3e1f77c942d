use std::sync::Arc;

use ivs_token::{
    ChannelArn, DisconnectReason, InMemoryRevocations, ParticipantId, RevocationStore as _, StageArn, TokenId,
    ViewerId,
};
use serde::Deserialize;

use crate::clock::CallClock;
use crate::failure::Failure;
use crate::input;
use crate::object::{self, Object, Objects};
use crate::operation::Answer;
use crate::playback::int64;

/// An empty store in memory.
pub(crate) fn make() -> Answer {
    Object::Revocations(Arc::new(InMemoryRevocations::with_clock(CallClock))).into()
}

/// The operations of the API that end tokens.
#[derive(Deserialize)]
#[serde(tag = "revoke", rename_all = "camelCase")]
enum Revocation {
    #[serde(rename_all = "camelCase")]
    Participant { stage_arn: String, participant_id: String, reason: Option<String> },
    #[serde(rename_all = "camelCase")]
    Stage { stage_arn: String },
    #[serde(rename_all = "camelCase")]
    ConnectionToken { token_id: String },
    #[serde(rename_all = "camelCase")]
    ViewerSessions { channel_arn: String, viewer_id: String, up_to: String },
}

/// Revokes.
pub(crate) fn revoke(objects: &Objects<'_>, json: &str) -> Result<Answer, Failure> {
    let store = object::revocations(objects, 0)?;
    match input::read(json)? {
        Revocation::Participant { stage_arn, participant_id, reason } => {
            let stage: StageArn = input::arn("stage", &stage_arn)?;
            let id = ParticipantId::try_from(participant_id.as_str())?;
            let reason = reason.map(|reason| DisconnectReason::try_from(reason.as_str())).transpose()?;
            store.disconnect_participant(&stage, &id, reason)?;
        }
        Revocation::Stage { stage_arn } => {
            let stage: StageArn = input::arn("stage", &stage_arn)?;
            store.delete_stage(&stage)?;
        }
        Revocation::ConnectionToken { token_id } => {
            store.revoke_connection_token(&TokenId::try_from(token_id.as_str())?)?;
        }
        Revocation::ViewerSessions { channel_arn, viewer_id, up_to } => {
            let channel: ChannelArn = input::arn("channelArn", &channel_arn)?;
            let viewer = ViewerId::try_from(viewer_id.as_str())?;
            store.revoke_viewer_sessions(&channel, &viewer, int64("upTo", &up_to)?)?;
        }
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
