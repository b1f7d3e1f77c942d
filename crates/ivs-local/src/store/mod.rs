//! Where state is kept: an ordered map from keys to JSON, whose transactions check versions.

mod memory;
mod sqlite;
#[cfg(test)]
mod tests;
mod watched;

use std::sync::Arc;

use serde_json::Value;

pub use memory::MemoryStore;
pub use sqlite::SqliteStore;
pub(crate) use watched::{Seen, WatchedStore};

/// A value and its version.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    /// Counts the writes to this key, from 1. A key that is absent has version 0.
    pub version: u64,
    /// The value.
    pub value: Arc<Value>,
}

/// What a transaction asks for, and what it writes.
#[derive(Clone, Debug, Default)]
pub struct Transaction {
    /// Keys, and the version that each must still have; 0 for absent.
    pub checks: Vec<(String, u64)>,
    /// Keys, and the value that each gets; none deletes the key.
    pub writes: Vec<(String, Option<Value>)>,
}

/// The store could not read or write.
#[derive(Clone, Debug, thiserror::Error)]
#[error("the state cannot be read or written: {0}")]
pub struct StoreError(pub String);

/// An ordered key-value map.
pub trait Store: Send + Sync {
    /// The entry under a key.
    ///
    /// # Errors
    ///
    /// [`StoreError`], also for the other methods.
    fn get(&self, key: &str) -> Result<Option<Entry>, StoreError>;

    /// The entries whose key begins with `prefix` and is greater than `after`, in order, at most `limit`.
    ///
    /// # Errors
    ///
    /// As [`Self::get`].
    fn scan(&self, prefix: &str, after: &str, limit: usize) -> Result<Vec<(String, Entry)>, StoreError>;

    /// How many keys begin with `prefix`.
    ///
    /// # Errors
    ///
    /// As [`Self::get`].
    fn count(&self, prefix: &str) -> Result<usize, StoreError>;

    /// Writes all, if every check holds; otherwise nothing, and answers false.
    ///
    /// # Errors
    ///
    /// As [`Self::get`].
    fn commit(&self, transaction: Transaction) -> Result<bool, StoreError>;
}
