//! A store that tells of its changes, and remembers the last events of participants.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};

use serde_json::Value;

use super::{Entry, Store, StoreError, Transaction};
use crate::pulse::Pulse;

/// How many events are remembered.
const LIMIT: usize = 500;

/// The kind of the records that are events of participants.
const EVENTS: &str = "participant-event";

/// An event of a participant.
#[derive(Clone)]
pub(crate) struct Seen {
    /// Its place among all that happens.
    pub(crate) order: u64,
    pub(crate) key: String,
    pub(crate) event: Value,
}

/// Another store, watched.
pub(crate) struct WatchedStore {
    inner: Box<dyn Store>,
    pulse: Arc<Pulse>,
    seen: Mutex<VecDeque<Seen>>,
}

impl WatchedStore {
    pub(crate) fn new(inner: Box<dyn Store>, pulse: Arc<Pulse>) -> Self {
        Self { inner, pulse, seen: Mutex::default() }
    }

    /// Forgets what was seen.
    pub(crate) fn forget(&self) {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }

    /// The last events, the newest last.
    pub(crate) fn seen(&self) -> Vec<Seen> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner).iter().cloned().collect()
    }
}

impl Store for WatchedStore {
    fn get(&self, key: &str) -> Result<Option<Entry>, StoreError> {
        self.inner.get(key)
    }

    fn scan(&self, prefix: &str, after: &str, limit: usize) -> Result<Vec<(String, Entry)>, StoreError> {
        self.inner.scan(prefix, after, limit)
    }

    fn count(&self, prefix: &str) -> Result<usize, StoreError> {
        self.inner.count(prefix)
    }

    fn commit(&self, transaction: Transaction) -> Result<bool, StoreError> {
        let is_event = |key: &str| key.split('/').nth(2) == Some(EVENTS);
        let events: Vec<_> = transaction
            .writes
            .iter()
            .filter(|(key, _)| is_event(key))
            .filter_map(|(key, value)| {
                let event = value.clone()?;
                Some(Seen { order: self.pulse.order(), key: key.clone(), event })
            })
            .collect();
        let is_done = self.inner.commit(transaction)?;
        if is_done {
            if !events.is_empty() {
                let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
                seen.extend(events);
                let surplus = seen.len().saturating_sub(LIMIT);
                seen.drain(..surplus);
            }
            self.pulse.beat();
        }
        Ok(is_done)
    }
}
