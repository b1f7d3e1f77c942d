//! Looking for what has expired, a little at a time.

use std::sync::atomic::{AtomicI64, AtomicUsize, Ordering};

use crate::value::timestamp::Timestamp;

/// Leads through a fixed number of places, again and again, on the time of those who pass by: no thread is needed, and
/// nobody works for long.
///
/// A round begins at most every [`Self::INTERVAL`]; each call after that visits the next few places, up to one in which
/// there was something to do.
#[derive(Debug)]
pub(crate) struct Sweeper {
    /// When the next round begins, or this one did; in seconds since 1970.
    due: AtomicI64,
    next: AtomicUsize,
}

impl Sweeper {
    /// Seconds between two rounds.
    pub(crate) const INTERVAL: i64 = 10;

    /// How many places one call visits at most.
    const AT_ONCE: usize = 16;

    pub(crate) const fn new() -> Self {
        Self { due: AtomicI64::new(0), next: AtomicUsize::new(0) }
    }

    /// Visits the next of so many places, if it is time. `visit` says whether there was something to do.
    pub(crate) fn pass(&self, now: Timestamp, places: usize, visit: impl Fn(usize) -> bool) {
        let ahead = self.due.load(Ordering::Relaxed) - now.as_secs();
        // What is due later than that was set by a clock that has gone backwards since.
        if (1..=Self::INTERVAL).contains(&ahead) {
            return;
        }
        for _ in 0..Self::AT_ONCE {
            let place = self.next.fetch_add(1, Ordering::Relaxed);
            if place >= places {
                // Another thread is in the last place.
                return;
            }
            let busy = visit(place);
            if place + 1 == places {
                self.due.store(now.as_secs() + Self::INTERVAL, Ordering::Relaxed);
                self.next.store(0, Ordering::Relaxed);
                return;
            }
            if busy {
                return;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;

    use super::*;

    fn visits(sweeper: &Sweeper, now: i64, places: usize, busy: bool) -> Vec<usize> {
        let visited = RefCell::new(Vec::new());
        sweeper.pass(Timestamp::from_secs(now).unwrap(), places, |place| {
            visited.borrow_mut().push(place);
            busy
        });
        visited.into_inner()
    }

    #[test]
    fn one_busy_place_or_sixteen_idle_ones_at_a_time() {
        let sweeper = Sweeper::new();
        assert_eq!(visits(&sweeper, 100, 20, true), [0]);
        assert_eq!(visits(&sweeper, 100, 20, true), [1]);
        assert_eq!(visits(&sweeper, 100, 20, false), (2..18).collect::<Vec<_>>());
        assert_eq!(visits(&sweeper, 100, 20, false), [18, 19]);
        assert_eq!(visits(&sweeper, 100, 20, true), [0; 0], "the round is over");
        assert_eq!(visits(&sweeper, 109, 20, true), [0; 0]);
        assert_eq!(visits(&sweeper, 110, 20, true), [0], "and another begins");
    }

    #[test]
    fn a_clock_that_goes_backwards_puts_nothing_off() {
        let sweeper = Sweeper::new();
        assert_eq!(visits(&sweeper, 1000, 1, true), [0]);
        assert_eq!(visits(&sweeper, 500, 1, true), [0]);
        assert_eq!(visits(&sweeper, 509, 1, true), [0; 0]);
        assert_eq!(visits(&sweeper, 510, 1, true), [0]);
    }
}
