//! A playback token as JSON. No API returns one, so the names are those of the claims, in the API's style.

use serde::ser::SerializeStruct;
use serde::{Serialize, Serializer};

use crate::token::minted::Token;
use crate::token::playback::PlaybackClaims;

impl Serialize for Token<PlaybackClaims> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut object = serializer.serialize_struct("PlaybackToken", 10)?;
        serialize_claims(&mut object, self.claims())?;
        object.serialize_field("token", self.as_str())?;
        object.end()
    }
}

/// All claims; an option that was not taken has no member.
pub(crate) fn serialize_claims<S: SerializeStruct>(
    object: &mut S,
    claims: &PlaybackClaims,
) -> Result<(), S::Error> {
    object.serialize_field("channelArn", claims.channel_arn())?;
    object.serialize_field("origins", claims.origins())?;
    object.serialize_field("strictOriginEnforcement", &claims.strict_origin_enforcement())?;
    match claims.single_use_uuid() {
        None => object.skip_field("singleUseUuid")?,
        Some(uuid) => object.serialize_field("singleUseUuid", &uuid.hyphenated().to_string())?,
    }
    match claims.viewer_id() {
        None => {
            object.skip_field("viewerId")?;
            object.skip_field("viewerSessionVersion")?;
        }
        Some(viewer_id) => {
            object.serialize_field("viewerId", viewer_id)?;
            object.serialize_field("viewerSessionVersion", &claims.viewer_session_version())?;
        }
    }
    match claims.maximum_resolution() {
        None => object.skip_field("maximumResolution")?,
        Some(resolution) => object.serialize_field("maximumResolution", &resolution)?,
    }
    match claims.issued_at() {
        None => object.skip_field("issuedAt")?,
        Some(issued_at) => object.serialize_field("issuedAt", &issued_at)?,
    }
    object.serialize_field("expirationTime", &claims.expires_at())
}
