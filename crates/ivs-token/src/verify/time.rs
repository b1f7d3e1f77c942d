use std::time::Duration;

use crate::error::VerifyError;
use crate::value::timestamp::Timestamp;

/// How far clocks may disagree.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Leeway {
    /// On an `iat` in the future.
    pub(super) issued_at: Duration,
    /// On an `exp` in the past.
    pub(super) expiry: Duration,
}

impl Default for Leeway {
    fn default() -> Self {
        Self { issued_at: Duration::from_secs(60), expiry: Duration::ZERO }
    }
}

impl Leeway {
    /// Whether it is now the time of a token. At `exp` itself it has expired (RFC 7519, section 4.1.4).
    pub(super) fn check(
        &self,
        issued_at: Option<Timestamp>,
        not_before: Option<Timestamp>,
        expires_at: Timestamp,
        now: Timestamp,
    ) -> Result<(), VerifyError> {
        issued_at.map_or(Ok(()), |issued_at| self.issued_at(issued_at, now))?;
        not_before.map_or(Ok(()), |not_before| self.not_before(not_before, now))?;
        self.expiry(expires_at, now)
    }

    pub(crate) fn issued_at(&self, issued_at: Timestamp, now: Timestamp) -> Result<(), VerifyError> {
        if issued_at > now.saturating_add(self.issued_at) {
            return Err(VerifyError::IssuedInFuture { issued_at, now });
        }
        Ok(())
    }

    pub(crate) fn not_before(&self, not_before: Timestamp, now: Timestamp) -> Result<(), VerifyError> {
        if not_before > now.saturating_add(self.issued_at) {
            return Err(VerifyError::NotYetValid { not_before, now });
        }
        Ok(())
    }

    pub(crate) fn expiry(&self, expired_at: Timestamp, now: Timestamp) -> Result<(), VerifyError> {
        if now >= expired_at.saturating_add(self.expiry) {
            return Err(VerifyError::Expired { expired_at, now });
        }
        Ok(())
    }

    /// Whether a token ends too late, where there is a limit. The clock of the signer may be ahead.
    pub(crate) fn ahead(
        &self,
        limit: Option<Duration>,
        expires_at: Timestamp,
        now: Timestamp,
    ) -> Result<(), VerifyError> {
        match limit {
            Some(limit) if expires_at > now.saturating_add(limit).saturating_add(self.issued_at) => {
                Err(VerifyError::TooFarAhead { expires_at, now, limit })
            }
            _ => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(secs: i64) -> Timestamp {
        Timestamp::from_secs(secs).unwrap()
    }

    #[test]
    fn to_the_second() {
        let leeway = Leeway::default();
        assert_eq!(leeway.check(Some(at(1060)), None, at(2000), at(1000)), Ok(()));
        assert_eq!(
            leeway.check(Some(at(1061)), None, at(2000), at(1000)),
            Err(VerifyError::IssuedInFuture { issued_at: at(1061), now: at(1000) })
        );
        assert_eq!(leeway.check(Some(at(1000)), None, at(2000), at(1999)), Ok(()));
        assert_eq!(
            leeway.check(Some(at(1000)), None, at(2000), at(2000)),
            Err(VerifyError::Expired { expired_at: at(2000), now: at(2000) })
        );
        assert_eq!(leeway.check(Some(at(1000)), Some(at(1060)), at(2000), at(1000)), Ok(()));
        assert_eq!(
            leeway.check(Some(at(1000)), Some(at(1061)), at(2000), at(1000)),
            Err(VerifyError::NotYetValid { not_before: at(1061), now: at(1000) })
        );
    }

    #[test]
    fn leeway_is_settable() {
        let leeway = Leeway { issued_at: Duration::ZERO, expiry: Duration::from_secs(5) };
        assert!(leeway.check(Some(at(1001)), None, at(2000), at(1000)).is_err());
        assert!(leeway.check(Some(at(1000)), None, at(2000), at(2004)).is_ok());
        assert!(leeway.check(Some(at(1000)), None, at(2000), at(2005)).is_err());
        let endless = Leeway { issued_at: Duration::MAX, expiry: Duration::MAX };
        assert!(endless.check(Some(at(9000)), Some(at(9000)), at(2000), at(5000)).is_ok());
    }
}
