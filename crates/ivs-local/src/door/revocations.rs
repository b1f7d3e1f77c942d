//! What was revoked, disconnected and deleted; it begins anew with another state.

use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use ivs_token::{InMemoryRevocations, Revocation, RevocationStore, Revoked, StoreError, Subject};

/// The revocations of a server.
#[derive(Debug, Default)]
pub struct Revocations(RwLock<Arc<InMemoryRevocations>>);

impl Revocations {
    /// Forgets all.
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
