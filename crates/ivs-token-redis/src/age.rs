use std::time::{Duration, Instant};

/// How long ago a connection was made, and its server's role looked at.
pub(crate) struct Age {
    made: Instant,
    checked: Instant,
}

/// A server that was a primary so long ago may be a replica now. Whoever keeps a connection to it would not be told, as a
/// replica answers reads.
const CHECK_AFTER: Duration = Duration::from_secs(1);

/// The address may lead elsewhere since, and the old server may still believe that it is the primary.
const OLDEST: Duration = Duration::from_secs(60);

impl Age {
    pub(crate) const fn new(now: Instant) -> Self {
        Self { made: now, checked: now }
    }

    pub(crate) fn is_due(&self, now: Instant) -> bool {
        now.duration_since(self.checked) > CHECK_AFTER
    }

    pub(crate) fn is_over(&self, now: Instant) -> bool {
        now.duration_since(self.made) > OLDEST
    }

    pub(crate) fn check(&mut self, now: Instant) {
        self.checked = now;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn is_checked_each_second_and_over_after_a_minute() {
        let begun = Instant::now();
        let mut age = Age::new(begun);
        assert!(!age.is_due(begun + CHECK_AFTER) && !age.is_over(begun + OLDEST));
        let later = begun + CHECK_AFTER + Duration::from_nanos(1);
        assert!(age.is_due(later));
        age.check(later);
        assert!(!age.is_due(later + CHECK_AFTER));
        assert!(age.is_over(begun + OLDEST + Duration::from_nanos(1)), "however often it is checked");
    }
}
