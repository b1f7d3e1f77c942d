use std::time::Duration;

use crate::error::ClaimError;

/// How long a participant token lasts: whole seconds, from 1 second to 14 days (20 160 minutes).
///
/// ```
/// use std::time::Duration;
/// use ivs_token::{ClaimError, ParticipantDuration};
///
/// let duration = ParticipantDuration::try_from(Duration::from_secs(90))?;
/// assert_eq!(duration.as_secs(), 90);
/// assert!(ParticipantDuration::try_from(Duration::ZERO).is_err());
/// # Ok::<(), ClaimError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ParticipantDuration(u32);

impl ParticipantDuration {
    /// 1 second, the shortest that makes sense.
    pub const MIN: Self = Self(1);

    /// 14 days, the longest that the service takes.
    pub const MAX: Self = Self(14 * 24 * 60 * 60);

    /// 12 hours (720 minutes), what `CreateParticipantToken` gives when it is told nothing.
    pub const DEFAULT: Self = Self(12 * 60 * 60);

    /// Seconds.
    pub const fn as_secs(self) -> u32 {
        self.0
    }
}

impl Default for ParticipantDuration {
    fn default() -> Self {
        Self::DEFAULT
    }
}

impl TryFrom<Duration> for ParticipantDuration {
    type Error = ClaimError;

    /// Fractions of a second are dropped, so that no token lasts longer than was asked.
    fn try_from(duration: Duration) -> Result<Self, ClaimError> {
        match u32::try_from(duration.as_secs()) {
            Ok(0) => Err(ClaimError::DurationTooShort { actual: duration, limit: Self::MIN.into() }),
            Ok(secs) if secs <= Self::MAX.0 => Ok(Self(secs)),
            _ => Err(ClaimError::DurationTooLong { actual: duration, limit: Self::MAX.into() }),
        }
    }
}

impl From<ParticipantDuration> for Duration {
    fn from(duration: ParticipantDuration) -> Duration {
        Duration::from_secs(duration.0.into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn limits() {
        let of = |duration| ParticipantDuration::try_from(duration).map(ParticipantDuration::as_secs);
        let max = Duration::from_secs(1_209_600);
        assert_eq!(of(Duration::from_secs(1)), Ok(1));
        assert_eq!(of(Duration::from_millis(1999)), Ok(1));
        assert_eq!(of(max + Duration::from_millis(999)), Ok(1_209_600));
        let actual = Duration::from_millis(999);
        assert_eq!(of(actual), Err(ClaimError::DurationTooShort { actual, limit: Duration::from_secs(1) }));
        for actual in [max + Duration::from_secs(1), Duration::MAX] {
            assert_eq!(of(actual), Err(ClaimError::DurationTooLong { actual, limit: max }));
        }
    }
}
