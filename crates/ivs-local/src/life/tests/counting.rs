//! What is read of the state, where time says nothing.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::World;
use crate::server::Server;
use crate::settings::Settings;
use crate::store::{Entry, MemoryStore, Store, StoreError, Transaction};

/// A world whose store counts what is read from it.
pub(super) fn counted(settings: Settings) -> (World, Arc<Counting>) {
    let store = Arc::new(Counting::default());
    let server = Server::new(settings, Box::new(Counted(Arc::clone(&store))), 1).unwrap();
    (World(Arc::new(server)), store)
}

/// A store that counts the records that are read from it.
#[derive(Default)]
pub(super) struct Counting {
    inner: MemoryStore,
    read: AtomicUsize,
}

impl Counting {
    /// How many records were read so far.
    pub(super) fn read(&self) -> usize {
        self.read.load(Ordering::Relaxed)
    }

    fn count(&self, records: usize) {
        self.read.fetch_add(records, Ordering::Relaxed);
    }
}

struct Counted(Arc<Counting>);

impl Store for Counted {
    fn get(&self, key: &str) -> Result<Option<Entry>, StoreError> {
        self.0.count(1);
        self.0.inner.get(key)
    }

    fn scan(&self, prefix: &str, after: &str, limit: usize) -> Result<Vec<(String, Entry)>, StoreError> {
        let found = self.0.inner.scan(prefix, after, limit)?;
        self.0.count(1 + found.len());
        Ok(found)
    }

    fn count(&self, prefix: &str) -> Result<usize, StoreError> {
        self.0.count(1);
        self.0.inner.count(prefix)
    }

    fn commit(&self, transaction: Transaction) -> Result<bool, StoreError> {
        self.0.inner.commit(transaction)
    }
}
