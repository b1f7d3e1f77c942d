use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use crate::failure::Failure;

/// Keeps all but one from waiting for a server that did not let in the last who tried.
pub(crate) struct Gate {
    pause: Duration,
    /// How long one attempt takes at most: whoever makes it keeps the others out for so long.
    attempt: Duration,
    closed: Mutex<Option<Closed>>,
}

struct Closed {
    until: Instant,
    /// What the last attempt failed with.
    failure: String,
}

impl Gate {
    pub(crate) fn new(pause: Duration, attempt: Duration) -> Self {
        Self { pause, attempt, closed: Mutex::new(None) }
    }

    /// Makes an attempt, or fails at once when the last one failed just now or another is being made after it.
    pub(crate) fn pass<T>(&self, attempt: impl FnOnce() -> Result<T, Failure>) -> Result<T, Failure> {
        self.enter(Instant::now())?;
        let result = attempt();
        *self.closed() = match &result {
            Err(failure) if !self.pause.is_zero() => {
                Some(Closed { until: Instant::now() + self.pause, failure: failure.to_string() })
            }
            _ => None,
        };
        result
    }

    fn enter(&self, now: Instant) -> Result<(), Failure> {
        match &mut *self.closed() {
            Some(closed) if now < closed.until => {
                let (left, failure) = (closed.until - now, &closed.failure);
                Err(Failure::Final(format!(
                    "is not tried again for {} ms: it {failure}",
                    left.as_millis() + 1
                )))
            }
            Some(closed) => {
                closed.until = now + self.attempt;
                Ok(())
            }
            None => Ok(()),
        }
    }

    fn closed(&self) -> MutexGuard<'_, Option<Closed>> {
        // No change of it can be left half done.
        self.closed.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LONG: Duration = Duration::from_secs(1000);

    fn fail(gate: &Gate) -> String {
        gate.pass(|| Err::<(), _>(Failure::Final("is down".to_owned()))).unwrap_err().to_string()
    }

    #[test]
    fn one_failure_keeps_the_next_from_trying() {
        let gate = Gate::new(LONG, LONG);
        assert!(gate.pass(|| Ok(())).is_ok());
        assert_eq!(fail(&gate), "is down");
        let refused = gate.pass(|| -> Result<(), _> { panic!("it is not tried") }).unwrap_err().to_string();
        assert!(
            refused.starts_with("is not tried again for ") && refused.ends_with(" ms: it is down"),
            "{refused}"
        );
    }

    #[test]
    fn after_the_pause_one_tries_and_the_others_do_not_wait() {
        let gate = Gate::new(Duration::from_nanos(1), LONG);
        assert_eq!(fail(&gate), "is down");
        std::thread::sleep(Duration::from_millis(1));
        let inside = gate.pass(|| {
            assert!(gate.pass(|| Ok(())).is_err(), "another is trying");
            Ok(())
        });
        assert!(inside.is_ok());
        assert!(gate.pass(|| Ok(())).is_ok(), "and it is open again");
    }

    #[test]
    fn without_a_pause_everyone_tries() {
        let gate = Gate::new(Duration::ZERO, LONG);
        assert_eq!((fail(&gate), fail(&gate)), ("is down".to_owned(), "is down".to_owned()));
    }
}
