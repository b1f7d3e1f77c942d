use std::time::Duration;

use crate::value::error::ClaimError;

/// How long a participant token lasts: whole seconds, from 1 second to 14 days (20 160 minutes), 12 hours by default.
pub type ParticipantDuration = TokenDuration<{ 14 * 24 * 60 * 60 }>;

/// How long a connection token lasts: whole seconds, from 1 second to 4 weeks, 12 hours by default.
pub type ConnectionDuration = TokenDuration<{ 28 * 24 * 60 * 60 }>;

/// How long a playback token lasts: whole seconds, 10 minutes by default. With a viewer ID or a single-use UUID, 10
/// minutes is also the maximum. Without either, the service names no limit; this type ends at about 136 years.
pub type PlaybackDuration = TokenDuration<{ u32::MAX }, { 10 * 60 }>;

/// How far ahead `exp` may lie in a playback token that names a viewer or is for a single use (IVS Low-Latency user
/// guide, "Generate and Sign IVS Playback Tokens").
pub(crate) const MAX_AHEAD: Duration = Duration::from_secs(10 * 60);

/// How long a token lasts: whole seconds, from 1 to `MAX_SECS`, `DEFAULT_SECS` by default.
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
pub struct TokenDuration<const MAX_SECS: u32, const DEFAULT_SECS: u32 = { 12 * 60 * 60 }>(u32);

impl<const MAX_SECS: u32, const DEFAULT_SECS: u32> TokenDuration<MAX_SECS, DEFAULT_SECS> {
    /// The shortest duration: 1 second.
    pub const MIN: Self = Self(1);

    /// The longest duration that the service accepts.
    pub const MAX: Self = Self(MAX_SECS);

    /// The default: 12 hours (720 minutes) for participant tokens, as `CreateParticipantToken` gives, and for
    /// connection tokens; 10 minutes for playback tokens.
    pub const DEFAULT: Self = Self(DEFAULT_SECS);

    /// The duration in seconds.
    pub const fn as_secs(self) -> u32 {
        self.0
    }
}

impl<const MAX_SECS: u32, const DEFAULT_SECS: u32> Default for TokenDuration<MAX_SECS, DEFAULT_SECS> {
    fn default() -> Self {
        Self::DEFAULT
    }
}

impl<const MAX_SECS: u32, const DEFAULT_SECS: u32> TryFrom<Duration>
    for TokenDuration<MAX_SECS, DEFAULT_SECS>
{
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

impl<const MAX_SECS: u32, const DEFAULT_SECS: u32> From<TokenDuration<MAX_SECS, DEFAULT_SECS>> for Duration {
    fn from(duration: TokenDuration<MAX_SECS, DEFAULT_SECS>) -> Duration {
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
