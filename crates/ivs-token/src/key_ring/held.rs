use std::ops::Deref;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use es384::VerifyingKey;

use super::PublicKey;

/// A public key in a ring: what others see of it, and what the ring makes of it to verify faster.
pub(crate) struct Held<A> {
    public: Arc<PublicKey<A>>,
    /// The ring's own copy, with a table that goes when the ring gives it up, whoever else has the key.
    prepared: Option<VerifyingKey>,
    usage: Arc<Usage>,
}

impl<A> Held<A> {
    pub(super) fn new(public: PublicKey<A>) -> Self {
        Self { public: Arc::new(public), prepared: None, usage: Arc::default() }
    }

    /// The same key, with other words about it.
    pub(super) fn with_public(&self, public: PublicKey<A>) -> Self {
        Self { public: Arc::new(public), ..self.clone() }
    }

    pub(super) fn with_prepared(&self, prepared: Option<VerifyingKey>) -> Self {
        Self { prepared, ..self.clone() }
    }

    pub(crate) fn public(&self) -> &Arc<PublicKey<A>> {
        &self.public
    }

    /// What to verify with.
    pub(crate) fn verifier(&self) -> &VerifyingKey {
        self.prepared.as_ref().unwrap_or(self.public.key())
    }

    /// Whether the ring prepared it.
    pub(super) fn is_prepared(&self) -> bool {
        self.prepared.is_some()
    }

    pub(super) fn usage(&self) -> &Usage {
        &self.usage
    }

    /// Counts a signature that held. Whether the key has earned to be prepared, and is not.
    pub(crate) fn count(&self) -> bool {
        self.usage.count() && !self.verifier().is_prepared()
    }
}

impl<A> Deref for Held<A> {
    type Target = PublicKey<A>;

    fn deref(&self) -> &PublicKey<A> {
        &self.public
    }
}

impl<A> Clone for Held<A> {
    fn clone(&self) -> Self {
        let Self { public, prepared, usage } = self;
        Self { public: Arc::clone(public), prepared: prepared.clone(), usage: Arc::clone(usage) }
    }
}

/// How many signatures of a key held of late, up to [`Self::ENOUGH`].
///
/// A forged signature does not count: who has no token of a key has no say in which keys are fast.
#[derive(Default)]
pub(super) struct Usage(AtomicU32);

impl Usage {
    /// So many verifications without a table take ten times as long as making one.
    pub(super) const ENOUGH: u32 = 64;

    /// Counts one. Whether there were enough.
    fn count(&self) -> bool {
        // A key in much use is there soon, and from then on the threads that share it only read.
        self.is_enough() || self.0.fetch_add(1, Ordering::Relaxed) + 1 >= Self::ENOUGH
    }

    pub(super) fn is_enough(&self) -> bool {
        self.recent() >= Self::ENOUGH
    }

    pub(super) fn recent(&self) -> u32 {
        self.0.load(Ordering::Relaxed)
    }

    /// Makes what was count for half. What is counted meanwhile may be lost: it is an estimate.
    pub(super) fn fade(&self) {
        self.0.store(self.recent() / 2, Ordering::Relaxed);
    }
}
