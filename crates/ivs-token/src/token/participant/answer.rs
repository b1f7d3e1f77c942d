//! A participant token as the API shows it.

use serde::ser::SerializeStruct;
use serde::{Serialize, Serializer};

use crate::token::minted::Token;
use crate::token::participant::ParticipantClaims;

impl Serialize for Token<ParticipantClaims> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut object = serializer.serialize_struct("ParticipantToken", 7)?;
        if self.attributes().is_empty() {
            object.skip_field("attributes")?;
        } else {
            object.serialize_field("attributes", self.attributes())?;
        }
        object.serialize_field("capabilities", &self.capabilities())?;
        let secs = self.expires_at().secs_since(self.issued_at());
        object.serialize_field("duration", &secs.unsigned_abs().div_ceil(60))?;
        object.serialize_field("expirationTime", &self.expires_at())?;
        object.serialize_field("participantId", self.participant_id())?;
        object.serialize_field("token", self.as_str())?;
        match self.user_id() {
            None => object.skip_field("userId")?,
            Some(user_id) => object.serialize_field("userId", user_id)?,
        }
        object.end()
    }
}
