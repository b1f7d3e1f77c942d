use std::fmt;
use std::ops::Deref;

use crate::token::participant::ParticipantClaims;

/// A minted token: the text to hand out, and its claims. The methods of the claims can be called on it:
/// `token.participant_id()`.
///
/// Whoever has the text can use it. So `Debug` leaves it out, and there is no `Display`; use [`Self::as_str`].
///
/// A participant token serialises as the `participantToken` object that `CreateParticipantToken` answers: `token`,
/// `participantId`, `userId`, `attributes`, `capabilities`, `duration` (minutes, rounded up) and `expirationTime`
/// (ISO 8601).
#[derive(Clone, PartialEq, Eq)]
#[must_use]
pub struct Token<C = ParticipantClaims> {
    text: String,
    claims: C,
}

impl<C> Token<C> {
    pub(crate) fn new(text: String, claims: C) -> Self {
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

    /// All claims of the token.
    pub fn claims(&self) -> &C {
        &self.claims
    }
}

impl<C> Deref for Token<C> {
    type Target = C;

    fn deref(&self) -> &C {
        &self.claims
    }
}

impl<C> AsRef<str> for Token<C> {
    fn as_ref(&self) -> &str {
        self.as_str()
    }
}

impl<C> From<Token<C>> for String {
    fn from(token: Token<C>) -> String {
        token.into_string()
    }
}

impl<C: fmt::Debug> fmt::Debug for Token<C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Token").field("claims", &self.claims).finish_non_exhaustive()
    }
}
