use std::fmt;

use serde::ser::SerializeStruct;
use serde::{Serialize, Serializer};

use crate::attributes::Attributes;
use crate::capability::Capabilities;
use crate::id::ParticipantId;
use crate::participant::claims::ParticipantClaims;
use crate::timestamp::Timestamp;

/// A minted participant token: the text to hand out, and what it says.
///
/// Whoever has the text can join. `Debug` therefore leaves it out, and there is no `Display`; [`Self::as_str`] gives it.
///
/// Serialises as the `participantToken` object that `CreateParticipantToken` answers: `token`, `participantId`,
/// `userId`, `attributes`, `capabilities`, `duration` (minutes, rounded up) and `expirationTime` (ISO 8601).
#[derive(Clone, PartialEq, Eq)]
#[must_use]
pub struct Token {
    text: String,
    claims: ParticipantClaims,
}

impl Token {
    pub(crate) fn new(text: String, claims: ParticipantClaims) -> Self {
        Self { text, claims }
    }

    /// The token itself: what the client joins with.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The token itself, without a copy.
    pub fn into_string(self) -> String {
        self.text
    }

    /// All that the token says.
    pub fn claims(&self) -> &ParticipantClaims {
        &self.claims
    }

    /// The participant's ID, `jti`: keep it to disconnect the participant later.
    pub fn participant_id(&self) -> &ParticipantId {
        self.claims.participant_id()
    }

    /// Your application's name for the participant.
    pub fn user_id(&self) -> Option<&str> {
        self.claims.user_id()
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

impl AsRef<str> for Token {
    fn as_ref(&self) -> &str {
        self.as_str()
    }
}

impl From<Token> for String {
    fn from(token: Token) -> String {
        token.into_string()
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Token").field("claims", &self.claims).finish_non_exhaustive()
    }
}

impl Serialize for Token {
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
