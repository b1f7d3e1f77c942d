use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use es384::VerifyingKey;

use super::Verifier;
use super::cache::Caches;
use super::expectations::Expectations;
use super::rings::Rings;
use super::time::Leeway;
use crate::error::{KeyRingError, VerifierError};
use crate::key_ring::{KeyRing, PublicKey};
use crate::revocation::{Revocation, RevocationStore};
use crate::value::arn::{ChannelArn, KeyArn, PlaybackKeyArn, PublicKeyArn, StageArn};
use crate::value::capability::Capability;
use crate::value::timestamp::{Clock, SystemClock};

/// A verifier about to be built. [`Verifier::builder`] begins one.
#[derive(Clone)]
#[must_use = "a builder does nothing until `build`"]
pub struct VerifierBuilder {
    keys: Vec<(PublicKeyArn, VerifyingKey)>,
    ring: Option<KeyRing>,
    service_key: Option<(PublicKeyArn, VerifyingKey)>,
    playback_keys: Vec<(PlaybackKeyArn, VerifyingKey)>,
    playback_ring: Option<KeyRing<PlaybackKeyArn>>,
    revocations: Option<Arc<dyn RevocationStore>>,
    cache: usize,
    prepared_limit: usize,
    expectations: Expectations,
    leeway: Leeway,
    clock: Arc<dyn Clock>,
}

impl VerifierBuilder {
    /// Adds a public key under its ARN, which tokens name as `kid`. A verifier needs at least one key, of this kind or
    /// for playback, and can hold any number.
    pub fn key(mut self, arn: PublicKeyArn, key: VerifyingKey) -> Self {
        self.keys.push((arn, key));
        self
    }

    /// Uses the keys of this ring instead of single keys, and follows its changes.
    pub fn key_ring(mut self, ring: &KeyRing) -> Self {
        self.ring = Some(ring.clone());
        self
    }

    /// Also accepts participant tokens of `CreateParticipantToken` that this key signed: those of a service of your
    /// own, such as a local IVS. By default, such tokens are refused with
    /// [`VerifyError::IssuedByApi`](crate::VerifyError::IssuedByApi).
    ///
    /// **Never give it a key of AWS or of anybody else**: whoever holds the private half can make a token for every
    /// stage of the account and region that `arn` names. AWS does not publish the keys of its own service.
    ///
    /// Such a token has `alg` `KMS`, names no key, and is otherwise a participant token. `key` verifies no other kind of
    /// token and none with `alg` `ES384`; and no other key verifies these.
    pub fn accept_service_tokens_of(mut self, arn: PublicKeyArn, key: VerifyingKey) -> Self {
        self.service_key = Some((arn, key));
        self
    }

    /// Adds the public half of a playback key pair under its ARN. It verifies playback tokens only. These name no key,
    /// so the verifier tries every playback key: a forged token costs as many verifications as there are keys.
    pub fn playback_key(mut self, arn: PlaybackKeyArn, key: VerifyingKey) -> Self {
        self.playback_keys.push((arn, key));
        self
    }

    /// Adds the public half of a playback key pair without its ARN, for all channels in the account and region of
    /// `channel`. Playback tokens name no key, so verifying needs no ARN. To check that a token is for one certain
    /// channel, use [`Verifier::verify_playback_of`].
    ///
    /// [`Verified::key_id`](crate::Verified::key_id) then gives a placeholder made of the key's SHA-256 fingerprint
    /// ([`PlaybackKeyArn::is_placeholder`]), and the JSON of what was verified has no `keyArn`.
    pub fn playback_key_without_arn(self, channel: &ChannelArn, key: VerifyingKey) -> Self {
        let arn = PlaybackKeyArn::placeholder(channel, &key.fingerprint());
        self.playback_key(arn, key)
    }

    /// Uses the playback keys of this ring instead of single playback keys, and follows its changes.
    pub fn playback_key_ring(mut self, ring: &KeyRing<PlaybackKeyArn>) -> Self {
        self.playback_ring = Some(ring.clone());
        self
    }

    /// Asks this store about every token that is otherwise valid, and refuses those that were revoked or spent. If the
    /// store gives no answer, the token is refused.
    pub fn revocations(mut self, store: Arc<dyn RevocationStore>) -> Self {
        self.revocations = Some(store);
        self
    }

    /// Remembers the last `capacity` valid tokens of each kind. Verifying one of them again takes less than a
    /// microsecond, since its signature is not checked again. By default, and with 0, there is no cache. Clones of the
    /// verifier share it.
    ///
    /// Tokens are looked up by their whole text. On a hit, everything that can have changed is checked as usual: the
    /// key must still be held and not retired, the time must be right, and the expectations and the revocation store
    /// are consulted. Only accepted tokens are remembered. An expired token is dropped. When a key is deleted or
    /// retired, all tokens are dropped. Later verifications do that work.
    ///
    /// A token takes the memory of its text (at most 16 KiB) and its claims (hardly more): about 2 KiB for a usual
    /// token. With a revocation store, single-use tokens are not remembered, since they are spent.
    pub fn cache(mut self, capacity: usize) -> Self {
        self.cache = capacity;
        self
    }

    /// Prepares at most `limit` of the single keys of each kind; 64 by default. With 0, no key is prepared, which is
    /// right for a verifier that checks only a few tokens. A ring has its own limit, [`KeyRing::set_prepared_limit`];
    /// see there for what a prepared key costs and gains.
    pub fn prepared_limit(mut self, limit: usize) -> Self {
        self.prepared_limit = limit;
        self
    }

    /// Accepts only tokens for this stage.
    pub fn stage(mut self, stage: &StageArn) -> Self {
        self.expectations = self.expectations.stage(stage);
        self
    }

    /// Accepts only tokens that grant this; call it twice to require both.
    pub fn capability(mut self, capability: Capability) -> Self {
        self.expectations = self.expectations.capability(capability);
        self
    }

    /// Accepts only tokens of this user.
    pub fn user_id(mut self, user_id: impl Into<String>) -> Self {
        self.expectations = self.expectations.user_id(user_id);
        self
    }

    /// How far in the future `iat` may lie, since clocks may disagree; 60 seconds by default. In whole seconds.
    pub fn issued_at_leeway(mut self, leeway: Duration) -> Self {
        self.leeway.issued_at = leeway;
        self
    }

    /// How long after `exp` a token is still accepted; 0 seconds by default, as in the service's clients. In whole
    /// seconds.
    pub fn expiry_leeway(mut self, leeway: Duration) -> Self {
        self.leeway.expiry = leeway;
        self
    }

    /// The source of the time; by default the system's clock. A [`crate::Timestamp`] is a clock that stands still.
    pub fn clock(mut self, clock: impl Clock + 'static) -> Self {
        self.clock = Arc::new(clock);
        self
    }

    /// Builds the verifier. It takes one to two milliseconds for each single key that it prepares: build it once.
    ///
    /// # Errors
    ///
    /// [`VerifierError`] when it holds no key and no ring, both keys and a ring of one kind, or two different keys under one
    /// ARN; or, with a store of revocations, when the leeways together are more than [`Revocation::MARGIN`].
    pub fn build(self) -> Result<Verifier, VerifierError> {
        let leeway = self.leeway.issued_at.saturating_add(self.leeway.expiry);
        if self.revocations.is_some() && leeway > Revocation::MARGIN {
            return Err(VerifierError::LeewayTooLong { actual: leeway, limit: Revocation::MARGIN });
        }
        let holds_none = self.keys.is_empty() && self.playback_keys.is_empty() && self.service_key.is_none();
        if holds_none && self.ring.is_none() && self.playback_ring.is_none() {
            return Err(VerifierError::NoKeys);
        }
        let caches = (self.cache > 0).then(|| Arc::new(Caches::new(self.cache, self.leeway.expiry)));
        let service = self.service_key.map(|(arn, key)| {
            let public = KeyRing::of_service(arn, key, Arc::clone(&self.clock));
            Arc::new(Verifier {
                rings: Rings { public, playback: KeyRing::with_limit(0) },
                expectations: self.expectations.clone(),
                leeway: self.leeway,
                clock: Arc::clone(&self.clock),
                revocations: self.revocations.clone(),
                // Its own: what one key vouches for says nothing about the others.
                caches: (self.cache > 0).then(|| Arc::new(Caches::new(self.cache, self.leeway.expiry))),
                service: None,
            })
        });
        Ok(Verifier {
            service,
            rings: Rings {
                public: ring_of(self.ring, self.keys, self.prepared_limit, &self.clock)?,
                playback: ring_of(self.playback_ring, self.playback_keys, self.prepared_limit, &self.clock)?,
            },
            expectations: self.expectations,
            leeway: self.leeway,
            clock: self.clock,
            revocations: self.revocations,
            caches,
        })
    }
}

/// The ring that was given, or one of single keys, any number of them.
fn ring_of<A: KeyArn>(
    ring: Option<KeyRing<A>>,
    keys: Vec<(A, VerifyingKey)>,
    prepared_limit: usize,
    clock: &Arc<dyn Clock>,
) -> Result<KeyRing<A>, VerifierError> {
    if let Some(ring) = ring {
        return if keys.is_empty() { Ok(ring) } else { Err(VerifierError::KeysAndRing) };
    }
    let ring = KeyRing::with_clock(keys.len(), Arc::clone(clock));
    ring.set_prepared_limit(0);
    // In one change: each makes a copy of all that the ring holds.
    let keys = keys.into_iter().map(|(arn, key)| PublicKey::new(arn, key));
    ring.import_all(keys).map_err(|error| VerifierError::AmbiguousKey {
        kid: match error {
            KeyRingError::AmbiguousArn { arn } => arn,
            // The ring has room for all of them.
            other => other.to_string(),
        },
    })?;
    ring.set_prepared_limit(prepared_limit);
    Ok(ring)
}

impl Default for VerifierBuilder {
    fn default() -> Self {
        Self {
            keys: Vec::new(),
            ring: None,
            service_key: None,
            playback_keys: Vec::new(),
            playback_ring: None,
            revocations: None,
            cache: 0,
            prepared_limit: KeyRing::<PublicKeyArn>::DEFAULT_PREPARED_LIMIT,
            expectations: Expectations::default(),
            leeway: Leeway::default(),
            clock: Arc::new(SystemClock),
        }
    }
}

impl fmt::Debug for VerifierBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("VerifierBuilder")
            .field("keys", &self.keys)
            .field("ring", &self.ring)
            .field("service_key", &self.service_key)
            .field("playback_keys", &self.playback_keys)
            .field("playback_ring", &self.playback_ring)
            .field("revocations", &self.revocations)
            .field("cache", &self.cache)
            .field("prepared_limit", &self.prepared_limit)
            .field("expectations", &self.expectations)
            .field("leeway", &self.leeway)
            .finish_non_exhaustive()
    }
}
