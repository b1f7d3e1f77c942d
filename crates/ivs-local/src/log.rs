//! The last calls.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

use serde::Serialize;
use serde_json::Value;

/// How many calls are remembered.
const LIMIT: usize = 1000;

/// One call, as the log shows it.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Entry {
    pub(crate) id: String,
    pub(crate) operation: Option<String>,
    pub(crate) account: Option<String>,
    pub(crate) region: Option<String>,
    pub(crate) path: String,
    pub(crate) status: u16,
    pub(crate) error: Option<String>,
    /// The faults that had a part in the answer.
    pub(crate) fault: Option<String>,
    pub(crate) micros: u128,
}

/// The last calls, the newest last.
#[derive(Debug, Default)]
pub(crate) struct Log {
    entries: Mutex<VecDeque<Entry>>,
    telemetry: AtomicU64,
}

impl Log {
    pub(crate) fn push(&self, entry: Entry) {
        let Entry { id, operation, account, status, error, micros, .. } = &entry;
        tracing::info!(
            id,
            operation = operation.as_deref().unwrap_or("-"),
            account = account.as_deref().unwrap_or("-"),
            status,
            micros,
            error = error.as_deref().unwrap_or("-"),
            "call"
        );
        let mut entries = self.entries.lock().unwrap_or_else(PoisonError::into_inner);
        if entries.len() == LIMIT {
            entries.pop_front();
        }
        entries.push_back(entry);
    }

    pub(crate) fn to_json(&self) -> Value {
        let entries = self.entries.lock().unwrap_or_else(PoisonError::into_inner);
        serde_json::to_value(&*entries).unwrap_or_default()
    }

    /// Counts a request with a client's telemetry.
    pub(crate) fn count_telemetry(&self) {
        self.telemetry.fetch_add(1, Ordering::Relaxed);
    }

    /// How many requests with telemetry came.
    pub(crate) fn telemetry(&self) -> u64 {
        self.telemetry.load(Ordering::Relaxed)
    }
}
