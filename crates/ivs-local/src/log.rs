//! The last calls.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

use hyper::body::Bytes;
use serde::{Serialize, Serializer};
use serde_json::Value;

use crate::trace::Trace;

/// How many calls are remembered.
const LIMIT: usize = 1000;

/// The most bytes of a body that are remembered.
const LONGEST: usize = 16 << 10;

/// One call, as the log shows it.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Entry {
    /// Its place among all that happens.
    #[serde(skip)]
    pub(crate) order: u64,
    pub(crate) id: String,
    /// Milliseconds since 1970.
    pub(crate) at: i64,
    pub(crate) operation: Option<String>,
    /// None for a caller who signed nothing.
    #[serde(rename = "accessKey")]
    pub(crate) access_key: Option<String>,
    pub(crate) account: Option<String>,
    pub(crate) region: Option<String>,
    pub(crate) method: String,
    pub(crate) path: String,
    /// Empty, if there is none.
    pub(crate) query: String,
    pub(crate) status: u16,
    pub(crate) error: Option<String>,
    /// The faults that had a part in the answer.
    pub(crate) fault: Option<String>,
    pub(crate) micros: u128,
    /// The trace that the client named, by its ID.
    #[serde(rename = "traceId")]
    pub(crate) trace: Option<Trace>,
    /// The rules that spoke, each with where it comes from.
    pub(crate) rules: String,
    pub(crate) request: Body,
    pub(crate) answer: Body,
}

/// Something that somebody did to the server itself: moved the clock, ordered a fault, reset it.
#[derive(Clone, Debug)]
pub(crate) struct Deed {
    /// Its place among all that happens.
    pub(crate) order: u64,
    /// Milliseconds since 1970, by the clock as it was then.
    pub(crate) at: i64,
    pub(crate) kind: String,
    pub(crate) what: String,
}

/// A body, as the log keeps it: whole, if it is not long.
#[derive(Clone, Debug, Default)]
pub(crate) struct Body(Bytes);

impl Body {
    pub(crate) fn new(bytes: &Bytes) -> Self {
        // A slice of a long one would keep all of it.
        if bytes.len() <= LONGEST {
            Self(bytes.clone())
        } else {
            Self(Bytes::copy_from_slice(&bytes[..LONGEST]))
        }
    }

    /// Its text, if it is one and all of it was kept.
    pub(crate) fn text(&self) -> Option<&str> {
        let is_whole = self.0.len() < LONGEST;
        std::str::from_utf8(&self.0).ok().filter(|_| is_whole)
    }

    /// Its JSON; its text, if it is none.
    pub(crate) fn value(&self) -> Value {
        if self.0.is_empty() {
            return Value::Null;
        }
        serde_json::from_slice(&self.0).unwrap_or_else(|_| String::from_utf8_lossy(&self.0).into())
    }
}

impl Serialize for Body {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.value().serialize(serializer)
    }
}

/// The last calls, the newest last.
#[derive(Debug, Default)]
pub(crate) struct Log {
    entries: Mutex<VecDeque<Entry>>,
    deeds: Mutex<VecDeque<Deed>>,
    telemetry: AtomicU64,
}

impl Log {
    pub(crate) fn push(&self, entry: Entry) {
        let text = |value: &Option<String>| value.as_deref().unwrap_or("-").to_owned();
        let trace = entry.trace.as_ref();
        // The names are those of OpenTelemetry's semantic conventions, and of the trace context in logs that are not OTLP, so that
        // collectors need no mapping. Without a trace its fields are not there.
        tracing::info!(
            trace_id = trace.map(|trace| trace.id.as_str()),
            span_id = trace.map(|trace| trace.span.as_str()),
            trace_flags = trace.map(|trace| trace.flags.as_str()),
            rpc.system = "aws-api",
            rpc.method = text(&entry.operation),
            aws.request_id = entry.id,
            cloud.account.id = text(&entry.account),
            cloud.region = text(&entry.region),
            url.path = entry.path,
            http.response.status_code = entry.status,
            error.message = text(&entry.error),
            ivs_local.rules = entry.rules,
            ivs_local.fault = text(&entry.fault),
            duration_us = entry.micros,
            "call"
        );
        let mut entries = self.entries.lock().unwrap_or_else(PoisonError::into_inner);
        if entries.len() == LIMIT {
            entries.pop_front();
        }
        entries.push_back(entry);
    }

    pub(crate) fn push_deed(&self, deed: Deed) {
        let mut deeds = self.deeds.lock().unwrap_or_else(PoisonError::into_inner);
        if deeds.len() == LIMIT {
            deeds.pop_front();
        }
        deeds.push_back(deed);
    }

    /// Forgets calls and deeds.
    pub(crate) fn forget(&self) {
        self.entries.lock().unwrap_or_else(PoisonError::into_inner).clear();
        self.deeds.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }

    /// What was done to the server itself, the newest last.
    pub(crate) fn deeds(&self) -> Vec<Deed> {
        self.deeds.lock().unwrap_or_else(PoisonError::into_inner).iter().cloned().collect()
    }

    /// The calls, the newest last.
    pub(crate) fn list(&self) -> Vec<Entry> {
        self.entries.lock().unwrap_or_else(PoisonError::into_inner).iter().cloned().collect()
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
