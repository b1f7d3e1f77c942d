use std::ops::Deref;
use std::sync::Arc;

use super::Verified;
use super::verifiable::Verifiable;
use crate::key_ring::PublicKey;
use crate::value::timestamp::Timestamp;

/// Claims that the holder of a key made.
pub(super) struct Believed<C: Verifiable> {
    pub(super) claims: C,
    pub(super) key: Arc<PublicKey<C::KeyArn>>,
    pub(super) not_before: Option<Timestamp>,
    /// How often the ring that the key was taken from had taken trust away.
    pub(super) withdrawals: u64,
}

impl<C: Verifiable> Believed<C> {
    pub(super) fn to_verified(&self) -> Verified<C, C::KeyArn> {
        Verified::new(self.claims.clone(), self.key.arn().clone())
    }

    pub(super) fn into_verified(self) -> Verified<C, C::KeyArn> {
        Verified::new(self.claims, self.key.arn().clone())
    }
}

/// A token that was found good, now or before.
pub(super) enum Decided<C: Verifiable> {
    Now(Believed<C>),
    /// The cache knew it.
    Before(Arc<Believed<C>>),
}

impl<C: Verifiable> Deref for Decided<C> {
    type Target = Believed<C>;

    fn deref(&self) -> &Believed<C> {
        match self {
            Self::Now(believed) => believed,
            Self::Before(believed) => believed,
        }
    }
}
