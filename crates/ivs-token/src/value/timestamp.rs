use std::fmt;
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use serde::{Serialize, Serializer};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

/// A moment in UTC, in whole seconds since 1970-01-01 (a `NumericDate` of RFC 7519, section 2, without fractions).
///
/// From 0 to 99 999 999 999, which is in the year 5138. A larger number in a token is taken for milliseconds. `Display`
/// and `Serialize` write ISO 8601, such as `2026-11-21T09:17:25Z`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(i64);

impl Timestamp {
    /// 1970-01-01T00:00:00Z.
    pub const MIN: Self = Self(0);
    /// 5138-11-16T09:46:39Z.
    pub const MAX: Self = Self(99_999_999_999);

    /// The moment that many seconds after 1970-01-01T00:00:00Z, or `None` outside [`Self::MIN`] and [`Self::MAX`].
    pub const fn from_secs(secs: i64) -> Option<Self> {
        if secs < Self::MIN.0 || secs > Self::MAX.0 { None } else { Some(Self(secs)) }
    }

    /// The moment that an ISO 8601 text names, as RFC 3339 writes it, in any zone; fractions of a second are dropped.
    pub(crate) fn from_iso_8601(text: &str) -> Option<Self> {
        Self::from_secs(OffsetDateTime::parse(text, &Rfc3339).ok()?.unix_timestamp())
    }

    /// The time of the system's clock. A clock outside [`Self::MIN`] and [`Self::MAX`] gives the nearest of them.
    pub fn now() -> Self {
        Self::from(SystemTime::now())
    }

    /// Seconds since 1970-01-01T00:00:00Z.
    pub const fn as_secs(self) -> i64 {
        self.0
    }

    /// This moment plus `duration`, but at most [`Timestamp::MAX`]. Fractions of a second are dropped.
    #[must_use]
    pub fn saturating_add(self, duration: Duration) -> Self {
        let secs = i64::try_from(duration.as_secs()).unwrap_or(i64::MAX);
        Self(self.0.saturating_add(secs).min(Self::MAX.0))
    }

    /// This moment plus `duration`, or `None` if that is after [`Timestamp::MAX`]. Fractions of a second are dropped.
    pub fn checked_add(self, duration: Duration) -> Option<Self> {
        Self::from_secs(self.0.checked_add(i64::try_from(duration.as_secs()).ok()?)?)
    }

    /// The whole seconds from `earlier` to this moment; negative when `earlier` is later.
    pub const fn secs_since(self, earlier: Self) -> i64 {
        // Both are between 0 and 2^38: no overflow.
        self.0 - earlier.0
    }
}

impl From<SystemTime> for Timestamp {
    /// Fractions of a second are dropped; what lies outside [`Self::MIN`] and [`Self::MAX`] becomes the nearest of them.
    fn from(time: SystemTime) -> Self {
        match time.duration_since(UNIX_EPOCH) {
            Ok(since) => Self::MIN.saturating_add(since),
            Err(_) => Self::MIN,
        }
    }
}

impl From<Timestamp> for SystemTime {
    fn from(timestamp: Timestamp) -> SystemTime {
        UNIX_EPOCH + Duration::from_secs(timestamp.0.unsigned_abs())
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = OffsetDateTime::from_unix_timestamp(self.0).ok().and_then(|at| at.format(&Rfc3339).ok());
        f.write_str(&text.ok_or(fmt::Error)?)
    }
}

impl Serialize for Timestamp {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// A source of the time. The default is [`SystemClock`]; tests and simulations use others.
///
/// A [`Timestamp`] is a clock that stands still. A closure `|| -> Timestamp` is a clock too.
pub trait Clock: Send + Sync {
    /// The time now.
    fn now(&self) -> Timestamp;
}

/// The clock of the operating system.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> Timestamp {
        Timestamp::now()
    }
}

impl Clock for Timestamp {
    fn now(&self) -> Timestamp {
        *self
    }
}

impl<C: Clock + ?Sized> Clock for Arc<C> {
    fn now(&self) -> Timestamp {
        (**self).now()
    }
}

impl<F: Fn() -> Timestamp + Send + Sync> Clock for F {
    fn now(&self) -> Timestamp {
        self()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn writes_iso_8601() {
        assert_eq!(Timestamp::from_secs(1_795_252_645).unwrap().to_string(), "2026-11-21T09:17:25Z");
        assert_eq!(Timestamp::MIN.to_string(), "1970-01-01T00:00:00Z");
        assert_eq!(Timestamp::MAX.to_string(), "5138-11-16T09:46:39Z");
    }

    #[test]
    fn reads_iso_8601() {
        for text in ["2026-11-21T09:17:25Z", "2026-11-21T10:17:25.9+01:00", "2026-11-21T09:17:25+00:00"] {
            assert_eq!(Timestamp::from_iso_8601(text), Timestamp::from_secs(1_795_252_645), "{text}");
        }
        for text in ["", "2026-11-21", "2026-11-21T09:17:25", "1795252645", "1969-12-31T23:59:59Z"] {
            assert_eq!(Timestamp::from_iso_8601(text), None, "{text}");
        }
    }

    #[test]
    fn stays_in_its_range() {
        assert_eq!(Timestamp::from_secs(-1), None);
        assert_eq!(Timestamp::from_secs(Timestamp::MAX.as_secs() + 1), None);
        assert_eq!(Timestamp::MAX.saturating_add(Duration::from_secs(1)), Timestamp::MAX);
        assert_eq!(Timestamp::MIN.saturating_add(Duration::MAX), Timestamp::MAX);
        assert_eq!(Timestamp::MAX.checked_add(Duration::from_millis(999)), Some(Timestamp::MAX));
        assert_eq!(Timestamp::MAX.checked_add(Duration::from_secs(1)), None);
        assert_eq!(Timestamp::MIN.checked_add(Duration::MAX), None);
        assert_eq!(Timestamp::from(UNIX_EPOCH - Duration::from_secs(5)), Timestamp::MIN);
    }

    #[test]
    fn goes_to_system_time_and_back() {
        let at = Timestamp::from_secs(1_795_252_645).unwrap();
        assert_eq!(Timestamp::from(SystemTime::from(at)), at);
    }

    #[test]
    fn clocks() {
        let at = Timestamp::from_secs(5).unwrap();
        assert_eq!(Clock::now(&at), at);
        assert_eq!(Clock::now(&move || at), at);
        let shared: Arc<dyn Clock> = Arc::new(at);
        assert_eq!(Clock::now(&shared), at);
        assert!(Clock::now(&SystemClock) > at);
    }
}
