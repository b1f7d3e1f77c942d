//! The public keys that a verifier trusts, changed while others read.

mod public_key;
mod state;

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use arc_swap::{ArcSwap, Guard};
use es384::VerifyingKey;

pub use public_key::PublicKey;

use crate::arn::{KeyArn, PublicKeyArn};
use crate::error::KeyRingError;
pub(crate) use state::State;

/// The keys that IVS knows, held locally: what `ImportPublicKey`, `GetPublicKey`, `ListPublicKeys` and
/// `DeletePublicKey` do, without a call.
///
/// Cheap to clone: clones are one ring, and so is the ring that a [`crate::Verifier`] was given. Reads never wait: whoever
/// reads sees the ring as it was before a change or after it, never between.
#[derive(Clone)]
pub struct KeyRing<A = PublicKeyArn> {
    shared: Arc<Shared<A>>,
}

struct Shared<A> {
    state: ArcSwap<State<A>>,
    /// Held while a change is made, so that no change is lost to another.
    changing: Mutex<()>,
    limit: usize,
}

impl<A: KeyArn> KeyRing<A> {
    /// How many keys a ring holds at most, unless told otherwise.
    pub const DEFAULT_LIMIT: usize = 64;

    /// An empty ring for at most [`Self::DEFAULT_LIMIT`] keys.
    pub fn new() -> Self {
        Self::with_limit(Self::DEFAULT_LIMIT)
    }

    /// An empty ring for at most so many keys.
    pub fn with_limit(limit: usize) -> Self {
        let state = ArcSwap::from_pointee(State::default());
        Self { shared: Arc::new(Shared { state, changing: Mutex::new(()), limit }) }
    }

    /// Imports a key under the ARN that IVS gave it. The same key again changes nothing.
    ///
    /// # Errors
    ///
    /// [`KeyRingError`] when the ring is full, or holds another key under this ARN.
    pub fn import(&self, arn: A, key: VerifyingKey) -> Result<(), KeyRingError> {
        self.change(|state| state.import(PublicKey::new(arn, key), self.shared.limit))
    }

    /// Deletes a key: no token that it signed is good any more.
    ///
    /// # Errors
    ///
    /// [`KeyRingError`] when the ring does not hold it.
    pub fn delete(&self, arn: &A) -> Result<(), KeyRingError> {
        self.change(|state| state.delete(arn))
    }

    /// The key of this ARN, if the ring holds it.
    pub fn get(&self, arn: &A) -> Option<Arc<PublicKey<A>>> {
        self.load().by_arn(arn).cloned()
    }

    /// The ring as it is now.
    pub(crate) fn load(&self) -> Guard<Arc<State<A>>> {
        self.shared.state.load()
    }

    /// Makes a change to a copy, and puts the copy in place when it went well.
    fn change<T>(
        &self,
        change: impl FnOnce(&mut State<A>) -> Result<T, KeyRingError>,
    ) -> Result<T, KeyRingError> {
        // A change that panicked left the ring as it was.
        let _alone = self.shared.changing.lock().unwrap_or_else(PoisonError::into_inner);
        let mut state = State::clone(&self.load());
        let result = change(&mut state)?;
        self.shared.state.store(Arc::new(state));
        Ok(result)
    }
}

impl<A: KeyArn> Default for KeyRing<A> {
    fn default() -> Self {
        Self::new()
    }
}

impl<A: KeyArn> fmt::Debug for KeyRing<A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.load().keys()).finish()
    }
}
