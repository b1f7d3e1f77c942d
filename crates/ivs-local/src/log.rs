//! The log of the last calls, and of the last changes to the server itself.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

use hyper::body::Bytes;
use serde::{Serialize, Serializer};
use serde_json::Value;

use crate::trace::Trace;

/// How many calls are kept.
const LIMIT: usize = 1000;

/// How many bytes of a body are kept.
const LONGEST: usize = 16 << 10;

/// One call, as the log shows it.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Entry {
    /// Its place in the order of events.
    #[serde(skip)]
    pub(crate) order: u64,
    pub(crate) id: String,
    /// Milliseconds since 1970.
    pub(crate) at: i64,
    pub(crate) operation: Option<String>,
    /// `None` if the request was not signed.
    #[serde(rename = "accessKey")]
    pub(crate) access_key: Option<String>,
    pub(crate) account: Option<String>,
    pub(crate) region: Option<String>,
    pub(crate) method: String,
    pub(crate) path: String,
    /// Empty if there is none.
    pub(crate) query: String,
    pub(crate) status: u16,
    pub(crate) error: Option<String>,
    /// The faults that affected the answer.
    pub(crate) fault: Option<String>,
    pub(crate) micros: u128,
    /// The trace that the client named, by its ID.
    #[serde(rename = "traceId")]
    pub(crate) trace: Option<Trace>,
    /// The rules that decided the call, each with its source.
    pub(crate) rules: String,
    pub(crate) request: Body,
    pub(crate) answer: Body,
}

/// A change that somebody made to the server itself: they moved the clock, added a fault, or reset the server.
#[derive(Clone, Debug)]
pub(crate) struct Deed {
    /// Its place in the order of events.
    pub(crate) order: u64,
    /// Milliseconds since 1970, as the clock showed then.
    pub(crate) at: i64,
    pub(crate) kind: String,
    pub(crate) what: String,
}

/// A body, as the log keeps it. A long body is cut.
#[derive(Clone, Debug, Default)]
pub(crate) struct Body(Bytes);

impl Body {
    pub(crate) fn new(bytes: &Bytes) -> Self {
        // A slice of a long body would keep the whole body in memory.
        if bytes.len() <= LONGEST {
            Self(bytes.clone())
        } else {
            Self(Bytes::copy_from_slice(&bytes[..LONGEST]))
        }
    }

    /// The body as text, if it is UTF-8 and was kept whole.
    pub(crate) fn text(&self) -> Option<&str> {
        let is_whole = self.0.len() < LONGEST;
        std::str::from_utf8(&self.0).ok().filter(|_| is_whole)
    }

    /// The body as JSON, or as text if it is not JSON.
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

/// The last calls, newest last.
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
        // The names are those of OpenTelemetry's semantic conventions, and of its trace context for logs that are not
        // OTLP, so that collectors need no mapping. Without a trace, its fields are absent.
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

    /// The changes to the server itself, newest last.
    pub(crate) fn deeds(&self) -> Vec<Deed> {
        self.deeds.lock().unwrap_or_else(PoisonError::into_inner).iter().cloned().collect()
    }

    /// The calls, newest last.
    pub(crate) fn list(&self) -> Vec<Entry> {
        self.entries.lock().unwrap_or_else(PoisonError::into_inner).iter().cloned().collect()
    }

    pub(crate) fn to_json(&self) -> Value {
        let entries = self.entries.lock().unwrap_or_else(PoisonError::into_inner);
        serde_json::to_value(&*entries).unwrap_or_default()
    }

    /// Counts a telemetry request of a client.
    pub(crate) fn count_telemetry(&self) {
        self.telemetry.fetch_add(1, Ordering::Relaxed);
    }

    /// How many telemetry requests have arrived.
    pub(crate) fn telemetry(&self) -> u64 {
        self.telemetry.load(Ordering::Relaxed)
    }
}
