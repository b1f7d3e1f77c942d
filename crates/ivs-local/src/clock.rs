//! The one clock of a server. Only the signatures of requests stay on the system's time.

use std::sync::{Arc, Mutex, PoisonError};

use ivs_token::Timestamp;
use serde_json::{Value, json};

/// What the time of a server is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Time {
    /// The system's, and so many milliseconds.
    Running(i64),
    /// Always the same: milliseconds since 1970.
    Frozen(i64),
}

/// A clock that can be stopped and moved. All copies are the same clock.
#[derive(Clone, Debug)]
pub(crate) struct Clock(Arc<Mutex<Time>>);

impl Clock {
    pub(crate) fn new(time: Time) -> Self {
        Self(Arc::new(Mutex::new(time)))
    }

    /// Milliseconds since 1970.
    pub(crate) fn now(&self) -> i64 {
        self.time().now()
    }

    /// The same moment in seconds, as tokens have it.
    pub(crate) fn timestamp(&self) -> Timestamp {
        let since = std::time::Duration::from_millis(self.now().max(0).unsigned_abs());
        Timestamp::from(std::time::UNIX_EPOCH + since)
    }

    pub(crate) fn time(&self) -> Time {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn set(&self, time: Time) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = time;
    }

    /// Moves the time, frozen or running.
    pub(crate) fn advance(&self, milliseconds: i64) {
        let mut time = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        *time = match *time {
            Time::Running(offset) => Time::Running(offset.saturating_add(milliseconds)),
            Time::Frozen(at) => Time::Frozen(at.saturating_add(milliseconds)),
        };
    }
}

impl Time {
    /// What the clock of a server begins with: it stands at this moment, in milliseconds since 1970, or is the system's.
    pub(crate) fn first(freeze: Option<i64>) -> Self {
        freeze.map_or(Self::Running(0), Self::Frozen)
    }

    /// What a clock with it shows, in milliseconds since 1970.
    pub(crate) fn now(self) -> i64 {
        match self {
            Self::Running(offset) => system().saturating_add(offset),
            Self::Frozen(at) => at,
        }
    }

    /// As the state keeps it.
    pub(crate) fn to_json(self) -> Value {
        match self {
            Self::Running(offset) => json!({ "offsetMs": offset }),
            Self::Frozen(at) => json!({ "frozenMs": at }),
        }
    }

    pub(crate) fn from_json(value: &Value) -> Option<Self> {
        let number = |name: &str| value.get(name).and_then(Value::as_i64);
        number("frozenMs").map(Self::Frozen).or_else(|| number("offsetMs").map(Self::Running))
    }
}

impl ivs_token::Clock for Clock {
    fn now(&self) -> Timestamp {
        self.timestamp()
    }
}

/// The system's time in milliseconds since 1970.
pub(crate) fn system() -> i64 {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
}
