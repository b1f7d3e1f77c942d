//! What was verified, as the JSON that TypeScript reads; times are seconds since 1970.
#![allow(clippy::struct_field_names, reason = "the names are those of the JSON")]

use ivs_token::{
    Attributes, Capabilities, ConnectionClaims, Origin, PlaybackKeyArn, Verified, VerifiedPlayback,
    VerifiedToken,
};
use serde::Serialize;

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Participant<'v> {
    participant_id: &'v str,
    #[serde(skip_serializing_if = "Option::is_none")]
    user_id: Option<&'v str>,
    attributes: &'v Attributes,
    capabilities: Capabilities,
    stage: Stage<'v>,
    issued_at: i64,
    expires_at: i64,
    version: String,
    kid: &'v str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Stage<'v> {
    arn: &'v str,
    whip_url: &'v str,
    events_url: &'v str,
}

impl<'v> From<&'v VerifiedToken> for Participant<'v> {
    fn from(token: &'v VerifiedToken) -> Self {
        Self {
            participant_id: token.participant_id().as_str(),
            user_id: token.user_id(),
            attributes: token.attributes(),
            capabilities: token.capabilities(),
            stage: Stage {
                arn: token.stage_arn().as_str(),
                whip_url: token.stage().whip_url(),
                events_url: token.stage().events_url(),
            },
            issued_at: token.issued_at().as_secs(),
            expires_at: token.expires_at().as_secs(),
            version: token.version().to_string(),
            kid: token.key_id().as_str(),
        }
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Connection<'v> {
    token_id: &'v str,
    account_id: &'v str,
    region: &'v str,
    issued_at: i64,
    expires_at: i64,
    version: String,
    kid: &'v str,
}

impl<'v> From<&'v Verified<ConnectionClaims>> for Connection<'v> {
    fn from(token: &'v Verified<ConnectionClaims>) -> Self {
        Self {
            token_id: token.token_id().as_str(),
            account_id: token.account_id(),
            region: token.region(),
            issued_at: token.issued_at().as_secs(),
            expires_at: token.expires_at().as_secs(),
            version: token.version().to_string(),
            kid: token.key_id().as_str(),
        }
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Playback<'v> {
    channel_arn: &'v str,
    origins: &'v [Origin],
    strict_origin_enforcement: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    single_use_uuid: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    viewer_id: Option<&'v str>,
    /// 64 bits, which a JavaScript number has no room for.
    viewer_session_version: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    maximum_resolution: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    issued_at: Option<i64>,
    expires_at: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    kid: Option<&'v str>,
}

impl<'v> From<&'v VerifiedPlayback> for Playback<'v> {
    fn from(token: &'v VerifiedPlayback) -> Self {
        Self {
            channel_arn: token.channel_arn().as_str(),
            origins: token.origins(),
            strict_origin_enforcement: token.strict_origin_enforcement(),
            single_use_uuid: token.single_use_uuid().map(|uuid| uuid.to_string()),
            viewer_id: token.viewer_id().map(ivs_token::ViewerId::as_str),
            viewer_session_version: token.viewer_session_version().to_string(),
            maximum_resolution: token.maximum_resolution().map(ivs_token::MaximumResolution::as_str),
            issued_at: token.issued_at().map(ivs_token::Timestamp::as_secs),
            expires_at: token.expires_at().as_secs(),
            kid: Some(token.key_id()).filter(|arn| !arn.is_placeholder()).map(PlaybackKeyArn::as_str),
        }
    }
}
