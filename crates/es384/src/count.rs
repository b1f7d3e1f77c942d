//! Counts what verifying costs, for tests: compiled with the feature `test-paths` alone, which is off in everything that is
//! published.

#[cfg(feature = "test-paths")]
use std::cell::Cell;

#[cfg(feature = "test-paths")]
thread_local! {
    static HASHES: Cell<u64> = const { Cell::new(0) };
}

/// How many messages this thread has hashed so far to verify a signature, or to have one made elsewhere, other than in batches.
#[cfg(feature = "test-paths")]
#[doc(hidden)]
#[must_use]
pub fn hashes() -> u64 {
    HASHES.get()
}

/// Counts the hash of one message.
#[inline]
pub(crate) fn hash() {
    #[cfg(feature = "test-paths")]
    HASHES.set(HASHES.get() + 1);
}
