use serde::ser::SerializeStruct;
use serde::{Serialize, Serializer};

use crate::arn::{PublicKeyArn, StageArn};
use crate::attributes::Attributes;
use crate::capability::Capabilities;
use crate::id::ParticipantId;
use crate::participant::ParticipantClaims;
use crate::timestamp::Timestamp;

/// A token whose signature, claims and time have been checked. Only [`crate::Verifier`] makes one.
///
/// Serialises to an object in the names of the API: `participantId`, `userId`, `stageArn`, `attributes`,
/// `capabilities`, `issuedAt`, `expirationTime` (both ISO 8601), `keyArn`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VerifiedToken {
    claims: ParticipantClaims,
    key_id: PublicKeyArn,
}

impl VerifiedToken {
    pub(super) fn new(claims: ParticipantClaims, key_id: PublicKeyArn) -> Self {
        Self { claims, key_id }
    }

    /// All that the token says.
    pub fn claims(&self) -> &ParticipantClaims {
        &self.claims
    }

    /// The ARN of the key that signed the token, `kid`.
    pub fn key_id(&self) -> &PublicKeyArn {
        &self.key_id
    }

    /// The participant's ID, `jti`.
    pub fn participant_id(&self) -> &ParticipantId {
        self.claims.participant_id()
    }

    /// Your application's name for the participant.
    pub fn user_id(&self) -> Option<&str> {
        self.claims.user_id()
    }

    /// The ARN of the stage, `resource`.
    pub fn stage_arn(&self) -> &StageArn {
        self.claims.stage().arn()
    }

    /// The participant's attributes.
    pub fn attributes(&self) -> &Attributes {
        self.claims.attributes()
    }

    /// What the participant may do.
    pub fn capabilities(&self) -> Capabilities {
        self.claims.capabilities()
    }

    /// When the token was issued.
    pub fn issued_at(&self) -> Timestamp {
        self.claims.issued_at()
    }

    /// The first second at which the token is no longer good.
    pub fn expires_at(&self) -> Timestamp {
        self.claims.expires_at()
    }
}

impl Serialize for VerifiedToken {
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
