//! The revocations, which include disconnected participants and deleted stages. A restored state replaces them.

use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use ivs_token::{InMemoryRevocations, Revocation, RevocationStore, Revoked, StoreError, Subject};

/// The revocations of a server.
#[derive(Debug, Default)]
pub struct Revocations(RwLock<Arc<InMemoryRevocations>>);

impl Revocations {
    /// Forgets all revocations.
    pub(crate) fn clear(&self) {
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = Arc::default();
    }

    fn store(&self) -> Arc<InMemoryRevocations> {
        Arc::clone(&self.0.read().unwrap_or_else(PoisonError::into_inner))
    }
}

impl RevocationStore for Revocations {
    fn revoke_for(&self, revocation: &Revocation, lifetime: Duration) -> Result<(), StoreError> {
        self.store().revoke_for(revocation, lifetime)
    }

    fn check(&self, subject: &Subject<'_>) -> Result<Result<(), Revoked>, StoreError> {
        self.store().check(subject)
    }
}

/// The same revocations for a check that does not use up a single-use token.
#[derive(Debug)]
pub(crate) struct Unspent(pub(crate) Arc<Revocations>);

impl RevocationStore for Unspent {
    fn revoke_for(&self, revocation: &Revocation, lifetime: Duration) -> Result<(), StoreError> {
        self.0.revoke_for(revocation, lifetime)
    }

    fn check(&self, subject: &Subject<'_>) -> Result<Result<(), Revoked>, StoreError> {
        match *subject {
            Subject::Playback { channel, viewer, .. } => {
                self.0.check(&Subject::Playback { channel, viewer, single_use: None })
            }
            _ => self.0.check(subject),
        }
    }
}
