use std::sync::{Mutex, PoisonError};

/// Connections that nobody uses just now; the last one used comes first.
///
/// Those of another process are never given out: a fork has copies of its parent's connections, and the two would read each
/// other's answers.
pub(crate) struct Idle<T> {
    limit: usize,
    held: Mutex<Vec<(u32, T)>>,
}

impl<T> Idle<T> {
    pub(crate) fn with_limit(limit: usize) -> Self {
        Self { limit, held: Mutex::new(Vec::new()) }
    }

    pub(crate) fn take(&self) -> Option<T> {
        self.take_as(std::process::id())
    }

    pub(crate) fn put(&self, connection: T) {
        self.put_as(std::process::id(), connection);
    }

    /// Closes all.
    pub(crate) fn clear(&self) {
        let closed = std::mem::take(&mut *self.held());
        // Closing takes system calls, and nobody has to wait for them.
        drop(closed);
    }

    fn take_as(&self, process: u32) -> Option<T> {
        let mut held = self.held();
        if held.last().is_some_and(|(owner, _)| *owner != process) {
            held.clear();
        }
        held.pop().map(|(_, connection)| connection)
    }

    fn put_as(&self, process: u32, connection: T) {
        let mut held = self.held();
        if held.len() < self.limit {
            held.push((process, connection));
        }
    }

    fn held(&self) -> std::sync::MutexGuard<'_, Vec<(u32, T)>> {
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
        idle.put_as(7, "parent's");
        idle.put_as(7, "parent's too");
        assert_eq!(idle.take_as(8), None);
        idle.put_as(8, "child's");
        assert_eq!((idle.take_as(8), idle.take_as(8)), (Some("child's"), None));
    }
}
