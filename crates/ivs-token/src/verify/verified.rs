use std::ops::Deref;

use crate::token::participant::ParticipantClaims;
use crate::token::playback::PlaybackClaims;
use crate::value::arn::{PlaybackKeyArn, PublicKeyArn};

/// A verified participant token.
pub type VerifiedToken = Verified<ParticipantClaims>;

/// A verified playback token. It serialises to an object in the API's style: `channelArn`, `origins`,
/// `strictOriginEnforcement`, `expirationTime` (ISO 8601), `keyArn` if it is known, and, as far as the token says so,
/// `singleUseUuid`, `viewerId`, `viewerSessionVersion`, `maximumResolution` and `issuedAt`.
pub type VerifiedPlayback = Verified<PlaybackClaims, PlaybackKeyArn>;

/// Claims whose signature, rules and time have been checked. Only [`crate::Verifier`] makes one. The methods of the
/// claims can be called on it: `who.user_id()`.
///
/// A participant token serialises to an object with the API's names: `participantId`, `userId`, `stageArn`,
/// `attributes`, `capabilities`, `issuedAt`, `expirationTime` (both ISO 8601), `keyArn`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verified<C, A = PublicKeyArn> {
    claims: C,
    key_id: A,
}

impl<C, A> Verified<C, A> {
    pub(super) fn new(claims: C, key_id: A) -> Self {
        Self { claims, key_id }
    }

    /// All claims of the token.
    pub fn claims(&self) -> &C {
        &self.claims
    }

    /// The ARN of the key that signed the token, `kid`; a placeholder for a playback key that was given without an ARN.
    pub fn key_id(&self) -> &A {
        &self.key_id
    }
}

impl<C, A> Deref for Verified<C, A> {
    type Target = C;

    fn deref(&self) -> &C {
        &self.claims
    }
}
