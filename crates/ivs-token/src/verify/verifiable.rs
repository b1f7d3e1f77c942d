//! What a verifier needs to know of a kind of token.

use std::time::Duration;

use crate::key_ring::KeyRing;
use crate::revocation::{SingleUse, Subject};
use crate::token::claims::Claims;
use crate::token::connection::ConnectionClaims;
use crate::token::participant::ParticipantClaims;
use crate::token::playback::PlaybackClaims;
use crate::value::arn::{PlaybackKeyArn, PublicKeyArn};
use crate::verify::{Cache, Caches, Rings};

/// A kind of token that can be verified: where a verifier finds its keys, keeps what was found good, and asks about
/// revocations.
pub(crate) trait Verifiable: Claims {
    /// The keys of a verifier that sign such tokens.
    fn ring(rings: &Rings) -> &KeyRing<Self::KeyArn>;

    /// Where a verifier keeps such tokens that it found good.
    fn cache(caches: &Caches) -> &Cache<Self>;

    /// By what such a token can be revoked. `lifetime` is how long the token is good at most.
    fn subject(&self, lifetime: Duration) -> Subject<'_>;

    /// Whether such a token can be good more than once where a store of revocations is asked.
    fn can_come_again(&self) -> bool {
        true
    }
}

impl Verifiable for ParticipantClaims {
    fn ring(rings: &Rings) -> &KeyRing<PublicKeyArn> {
        &rings.public
    }

    fn cache(caches: &Caches) -> &Cache<Self> {
        &caches.participant
    }

    fn subject(&self, _: Duration) -> Subject<'_> {
        Subject::Participant { stage: self.stage.arn(), participant_id: &self.participant_id }
    }
}

impl Verifiable for ConnectionClaims {
    fn ring(rings: &Rings) -> &KeyRing<PublicKeyArn> {
        &rings.public
    }

    fn cache(caches: &Caches) -> &Cache<Self> {
        &caches.connection
    }

    fn subject(&self, _: Duration) -> Subject<'_> {
        Subject::Connection { token_id: &self.token_id }
    }
}

impl Verifiable for PlaybackClaims {
    fn ring(rings: &Rings) -> &KeyRing<PlaybackKeyArn> {
        &rings.playback
    }

    fn cache(caches: &Caches) -> &Cache<Self> {
        &caches.playback
    }

    fn subject(&self, lifetime: Duration) -> Subject<'_> {
        Subject::Playback {
            channel: &self.channel,
            viewer: self.viewer_id.as_ref().map(|viewer_id| (viewer_id, self.session_version)),
            single_use: self.single_use.map(|uuid| SingleUse::new(uuid, lifetime)),
        }
    }

    fn can_come_again(&self) -> bool {
        self.single_use.is_none()
    }
}
