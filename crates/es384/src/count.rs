//! Counts hashes, for tests. Only the feature `test-paths` compiles the counter, and everything published is built
//! without that feature.

#[cfg(feature = "test-paths")]
use std::cell::Cell;

#[cfg(feature = "test-paths")]
thread_local! {
    static HASHES: Cell<u64> = const { Cell::new(0) };
}

/// How many messages this thread has hashed so far, to verify a signature or to have one made elsewhere. Batches are
/// not counted.
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
