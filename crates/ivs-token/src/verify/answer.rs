//! What was verified, as JSON with the API's names.

use serde::ser::SerializeStruct;
use serde::{Serialize, Serializer};

use super::Verified;
use crate::token::connection::ConnectionClaims;
use crate::token::participant::ParticipantClaims;
use crate::token::playback::{PlaybackClaims, serialize_claims};
use crate::value::arn::PlaybackKeyArn;

impl Serialize for Verified<ParticipantClaims> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut object = serializer.serialize_struct("VerifiedToken", 8)?;
        object.serialize_field("participantId", self.participant_id())?;
        match self.user_id() {
            None => object.skip_field("userId")?,
            Some(user_id) => object.serialize_field("userId", user_id)?,
        }
        object.serialize_field("stageArn", self.stage_arn())?;
        object.serialize_field("attributes", self.attributes())?;
        object.serialize_field("capabilities", &self.capabilities())?;
        object.serialize_field("issuedAt", &self.issued_at())?;
        object.serialize_field("expirationTime", &self.expires_at())?;
        object.serialize_field("keyArn", self.key_id())?;
        object.end()
    }
}

impl Serialize for Verified<ConnectionClaims> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut object = serializer.serialize_struct("VerifiedConnectionToken", 6)?;
        object.serialize_field("tokenId", self.token_id())?;
        object.serialize_field("accountId", self.account_id())?;
        object.serialize_field("region", self.region())?;
        object.serialize_field("issuedAt", &self.issued_at())?;
        object.serialize_field("expirationTime", &self.expires_at())?;
        object.serialize_field("keyArn", self.key_id())?;
        object.end()
    }
}

impl Serialize for Verified<PlaybackClaims, PlaybackKeyArn> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut object = serializer.serialize_struct("VerifiedPlayback", 10)?;
        serialize_claims(&mut object, self.claims())?;
        if self.key_id().is_placeholder() {
            object.skip_field("keyArn")?;
        } else {
            object.serialize_field("keyArn", self.key_id())?;
        }
        object.end()
    }
}
