use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// Connections that nobody uses just now; the last one used comes first.
///
/// Those of another process are never given out: a fork has copies of its parent's connections, and the two would read each
/// other's answers.
pub(crate) struct Idle<T> {
    limit: usize,
    held: Mutex<Vec<Held<T>>>,
}

struct Held<T> {
    connection: T,
    process: u32,
    since: Instant,
}

/// What was idle for longer may be dead without a word: routers and load balancers forget connections, some after four
/// minutes, and then each use of one ends in a timeout.
const OLDEST: Duration = Duration::from_secs(3 * 60);

impl<T> Idle<T> {
    pub(crate) fn with_limit(limit: usize) -> Self {
        Self { limit, held: Mutex::new(Vec::new()) }
    }

    pub(crate) fn take(&self) -> Option<T> {
        self.take_as(std::process::id(), Instant::now())
    }

    pub(crate) fn put(&self, connection: T) {
        self.put_as(std::process::id(), Instant::now(), connection);
    }

    /// Closes all.
    pub(crate) fn clear(&self) {
        let closed = std::mem::take(&mut *self.held());
        // Closing takes system calls, and nobody has to wait for them.
        drop(closed);
    }

    fn take_as(&self, process: u32, now: Instant) -> Option<T> {
        let mut held = self.held();
        let unfit = |held: &Held<T>| held.process != process || now.duration_since(held.since) > OLDEST;
        // Those below it are older still.
        if held.last().is_some_and(unfit) {
            held.clear();
        }
        held.pop().map(|held| held.connection)
    }

    fn put_as(&self, process: u32, since: Instant, connection: T) {
        let mut held = self.held();
        if held.len() < self.limit {
            held.push(Held { connection, process, since });
        }
    }

    fn held(&self) -> std::sync::MutexGuard<'_, Vec<Held<T>>> {
        // No change of it can be left half done.
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gives_out_what_was_put_in_last() {
        let idle = Idle::with_limit(2);
        assert_eq!(idle.take(), None::<u8>);
        (1..=3).for_each(|connection| idle.put(connection));
        assert_eq!((idle.take(), idle.take(), idle.take()), (Some(2), Some(1), None));
        idle.put(4);
        idle.clear();
        assert_eq!(idle.take(), None);
    }

    #[test]
    fn gives_nothing_to_a_fork() {
        let idle = Idle::with_limit(4);
        let now = Instant::now();
        idle.put_as(7, now, "parent's");
        idle.put_as(7, now, "parent's too");
        assert_eq!(idle.take_as(8, now), None);
        idle.put_as(8, now, "child's");
        assert_eq!((idle.take_as(8, now), idle.take_as(8, now)), (Some("child's"), None));
    }

    #[test]
    fn gives_nothing_that_was_forgotten_on_the_way() {
        let idle = Idle::with_limit(4);
        let begun = Instant::now();
        idle.put_as(7, begun, 1);
        idle.put_as(7, begun + OLDEST, 2);
        assert_eq!(idle.take_as(7, begun + OLDEST * 2), Some(2));
        assert_eq!(idle.take_as(7, begun + OLDEST * 2), None);
    }
}
