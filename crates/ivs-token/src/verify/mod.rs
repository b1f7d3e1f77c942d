//! Turns the text of a token into claims that can be trusted. Each step has its own file.
//!
//! Nothing of the payload is parsed before the signature holds.

mod answer;
mod batch;
mod builder;
mod cache;
mod decided;
mod expectations;
mod header;
mod rings;
mod time;
mod unproved;
mod verifiable;
mod verified;

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

pub use builder::VerifierBuilder;
pub use expectations::Expectations;
pub use verified::{Verified, VerifiedPlayback, VerifiedToken};

use crate::error::VerifyError;
use crate::key;
use crate::key_ring::{KeyRing, State};
use crate::revocation::{Revocation, RevocationStore, Subject};
use crate::token::connection::ConnectionClaims;
use crate::token::exchange::Exchange;
use crate::token::playback::PlaybackClaims;
use crate::value::arn::{ChannelArn, KeyArn};
use crate::value::printable::shorten;
use crate::value::timestamp::{Clock, Timestamp};
use crate::value::token_kind::TokenKind;
use crate::wire::jws;

pub(crate) use cache::{Cache, Caches};
use decided::{Believed, Decided};
pub(crate) use header::Header;
pub(crate) use rings::Rings;
use rings::Signer;
pub(crate) use time::Leeway;
use unproved::Unproved;
use verifiable::Verifiable;

/// A claim that IVS does not use, and that is heeded all the same when a token carries it (RFC 7519, section 4.1.5).
pub(crate) const NBF: &str = "nbf";

/// Names those for whom a token is (RFC 7519, section 4.1.3).
pub(crate) const AUD: &str = "aud";

/// Decides whether a token is valid. Build it once, share it across threads, and use it for every token.
///
/// ```
/// # use ivs_token::{SigningKey, Stage};
/// # let stage = Stage::new("arn:aws:ivs:us-west-2:123456789012:stage/x".parse()?, "https://whip.example")?;
/// # let arn: ivs_token::PublicKeyArn = "arn:aws:ivs:us-west-2:123456789012:public-key/y".parse()?;
/// # let key = SigningKey::generate()?.with_id(arn.clone());
/// # let token = stage.participant().user_id("ana").mint(&key)?;
/// # let public_key = key.verifying_key().clone();
/// use ivs_token::Verifier;
///
/// let verifier = Verifier::builder().key(arn, public_key).stage(stage.arn()).build()?;
/// let who = verifier.verify(token.as_str())?;
/// assert_eq!(who.user_id(), Some("ana"));
///
/// let error = verifier.verify("nonsense").unwrap_err();
/// assert_eq!(error.code(), "TOKEN_INVALID");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone)]
pub struct Verifier {
    rings: Rings,
    expectations: Expectations,
    leeway: Leeway,
    clock: Arc<dyn Clock>,
    revocations: Option<Arc<dyn RevocationStore>>,
    /// Clones share it.
    caches: Option<Arc<Caches>>,
    /// Verifies the tokens of a service's own `CreateParticipantToken`, if those are accepted.
    service: Option<Arc<Verifier>>,
}

impl Verifier {
    /// Begins a verifier.
    pub fn builder() -> VerifierBuilder {
        VerifierBuilder::default()
    }

    /// Verifies a participant token, and checks what the builder was told to expect.
    ///
    /// # Errors
    ///
    /// [`VerifyError`]: the first check that failed.
    pub fn verify(&self, token: &str) -> Result<VerifiedToken, VerifyError> {
        self.verify_kind(token, |claims| self.expectations.check(claims))
    }

    /// Verifies a token as [`Self::verify`] does, and checks these expectations too. Use it in a gateway that serves
    /// many stages with one verifier.
    ///
    /// # Errors
    ///
    /// As [`Self::verify`].
    pub fn verify_expecting(
        &self,
        token: &str,
        expectations: &Expectations,
    ) -> Result<VerifiedToken, VerifyError> {
        self.verify_kind(token, |claims| {
            self.expectations.check(claims)?;
            expectations.check(claims)
        })
    }

    /// Verifies a participant token that you have as text, and begins a token in exchange for it. With a revocation
    /// store, a participant who was disconnected gets none.
    ///
    /// # Errors
    ///
    /// As [`Self::verify`].
    pub fn exchange(&self, token: &str) -> Result<Exchange, VerifyError> {
        Ok(self.verify(token)?.exchange())
    }

    /// Verifies a connection token. What the builder was told to expect concerns participants, and is not checked here.
    ///
    /// # Errors
    ///
    /// [`VerifyError`]: the first check that failed.
    pub fn verify_connection(&self, token: &str) -> Result<Verified<ConnectionClaims>, VerifyError> {
        self.verify_kind(token, |_| Ok(()))
    }

    /// Verifies a playback token of any channel, for a request with this `Origin` header or without one.
    ///
    /// The header is checked only if the token strictly enforces its origins. Otherwise
    /// [`PlaybackClaims::allows_origin`] says whether a browser may see the response.
    ///
    /// If you serve a channel, use [`Self::verify_playback_of`]: here a token for another channel is valid, too.
    ///
    /// # Errors
    ///
    /// [`VerifyError`]: the first check that failed. A single-use token is spent only if no check fails.
    pub fn verify_playback(
        &self,
        token: &str,
        origin: Option<&str>,
    ) -> Result<VerifiedPlayback, VerifyError> {
        self.verify_kind(token, |claims| check_origin(claims, origin))
    }

    /// Verifies a playback token as [`Self::verify_playback`] does, and checks that it is for this channel.
    ///
    /// # Errors
    ///
    /// As [`Self::verify_playback`].
    pub fn verify_playback_of(
        &self,
        token: &str,
        channel: &ChannelArn,
        origin: Option<&str>,
    ) -> Result<VerifiedPlayback, VerifyError> {
        self.verify_kind(token, |claims: &PlaybackClaims| {
            let (found, expected) = (claims.channel_arn(), channel);
            if found != expected {
                let (expected, found) = (expected.clone(), found.clone());
                return Err(VerifyError::WrongChannel { expected, found });
            }
            check_origin(claims, origin)
        })
    }

    /// How many tokens the verify cache holds, of all kinds together, for monitoring. 0 without a cache.
    pub fn cached(&self) -> usize {
        self.caches.as_ref().map_or(0, |caches| caches.len())
    }

    /// How many keys are prepared now, of both kinds together, for monitoring. This includes the keys of the verifier's
    /// rings.
    pub fn prepared_keys(&self) -> usize {
        self.rings.public.prepared_keys() + self.rings.playback.prepared_keys()
    }

    /// The one way from a text to claims of any kind.
    fn verify_kind<C: Verifiable>(
        &self,
        token: &str,
        expect: impl FnOnce(&C) -> Result<(), VerifyError>,
    ) -> Result<Verified<C, C::KeyArn>, VerifyError> {
        let verifier = self.of::<C>(token);
        let now = verifier.clock.now();
        let decided = verifier.decide(token, now, expect)?;
        if let Some(store) = &verifier.revocations {
            store.check(&verifier.subject(&decided.claims, now))??;
        }
        Ok(verifier.settle(token, decided))
    }

    /// Who verifies this token: this verifier, but for participant tokens of a service whose key it was given.
    fn of<C: Verifiable>(&self, token: &str) -> &Self {
        let is_of_service = || {
            let rest = token.strip_prefix(key::HEADER_OF_SERVICE);
            C::KIND == TokenKind::Participant && rest.is_some_and(|rest| rest.starts_with('.'))
        };
        self.service.as_deref().filter(|_| is_of_service()).unwrap_or(self)
    }

    /// All but what takes another machine to know.
    fn decide<C: Verifiable>(
        &self,
        token: &str,
        now: Timestamp,
        expect: impl FnOnce(&C) -> Result<(), VerifyError>,
    ) -> Result<Decided<C>, VerifyError> {
        self.judge(self.believe::<C>(token, now)?, now, expect)
    }

    /// From a text to claims that whoever holds the private key made, whatever the time.
    fn believe<C: Verifiable>(&self, token: &str, now: Timestamp) -> Result<Decided<C>, VerifyError> {
        let ring = C::ring(&self.rings);
        let keys = ring.load();
        if let Some(known) = self.known(token, &keys, now) {
            return Ok(Decided::Before(known));
        }
        let unproved = Unproved::<C>::read(token, &keys, now)?;
        let signer = unproved.signer(&keys, now)?;
        count(ring, &signer);
        unproved.believe(signer, &keys, now).map(Decided::Now)
    }

    /// What the cache knows about a token.
    fn known<C: Verifiable>(
        &self,
        token: &str,
        keys: &State<C::KeyArn>,
        now: Timestamp,
    ) -> Option<Arc<Believed<C>>> {
        // What no verification accepts is not looked for either.
        let cache = self.cache::<C>().filter(|_| token.len() <= jws::MAX_LEN);
        cache?.get(token, keys.withdrawals(), now)
    }

    /// Whether it is the time of a token, and the token what is expected.
    fn judge<C: Verifiable>(
        &self,
        decided: Decided<C>,
        now: Timestamp,
        expect: impl FnOnce(&C) -> Result<(), VerifyError>,
    ) -> Result<Decided<C>, VerifyError> {
        let claims = &decided.claims;
        self.leeway.check(claims.issued_at(), decided.not_before, claims.expires_at(), now)?;
        self.leeway.ahead(claims.max_ahead(), claims.expires_at(), now)?;
        expect(claims)?;
        Ok(decided)
    }

    /// Remembers a token that was found good in every way.
    fn settle<C: Verifiable>(&self, token: &str, decided: Decided<C>) -> Verified<C, C::KeyArn> {
        // What the store has spent just now would only take the room of another.
        let is_spent = self.revocations.is_some() && !decided.claims.can_come_again();
        match (decided, self.cache::<C>().filter(|_| !is_spent)) {
            (Decided::Before(known), _) => known.to_verified(),
            (Decided::Now(believed), None) => believed.into_verified(),
            (Decided::Now(believed), Some(cache)) => {
                let verified = believed.to_verified();
                cache.insert(token, Arc::new(believed));
                verified
            }
        }
    }

    fn cache<C: Verifiable>(&self) -> Option<&Cache<C>> {
        self.caches.as_deref().map(C::cache)
    }

    fn subject<'t, C: Verifiable>(&self, claims: &'t C, now: Timestamp) -> Subject<'t> {
        let end = claims.expires_at().saturating_add(self.leeway.expiry);
        let lifetime = Duration::from_secs(end.secs_since(now).unsigned_abs());
        claims.subject(lifetime.saturating_add(Revocation::MARGIN))
    }
}

/// Counts a signature that held, for the ring to know which keys are worth preparing.
fn count<A: KeyArn>(ring: &KeyRing<A>, signer: &Signer<'_, A>) {
    let key = signer.key();
    if key.count() {
        ring.promote(key.arn());
    }
}

fn check_origin(claims: &PlaybackClaims, origin: Option<&str>) -> Result<(), VerifyError> {
    if !claims.strict_origin_enforcement() || claims.allows_origin(origin) {
        return Ok(());
    }
    Err(VerifyError::OriginNotAllowed { found: origin.map(|origin| shorten(origin).into_owned()) })
}

impl fmt::Debug for Verifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Verifier")
            .field("rings", &self.rings)
            .field("expectations", &self.expectations)
            .field("leeway", &self.leeway)
            .field("revocations", &self.revocations)
            .field("cached", &self.cached())
            .finish_non_exhaustive()
    }
}
