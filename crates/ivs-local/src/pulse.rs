//! Says that something changed, to whoever shows it.

use std::sync::atomic::{AtomicU64, Ordering};

use tokio::sync::watch;

/// Beats with every change, and numbers what happens.
#[derive(Debug, Default)]
pub(crate) struct Pulse {
    beats: watch::Sender<u64>,
    happened: AtomicU64,
}

impl Pulse {
    pub(crate) fn beat(&self) {
        self.beats.send_modify(|beats| *beats = beats.wrapping_add(1));
    }

    /// The place of something among all that happens. The clock does not give it, for that is moved back, too.
    pub(crate) fn order(&self) -> u64 {
        self.happened.fetch_add(1, Ordering::Relaxed)
    }

    /// The first change is told at once: it may have come between what somebody read and this.
    pub(crate) fn watch(&self) -> watch::Receiver<u64> {
        let mut watch = self.beats.subscribe();
        watch.mark_changed();
        watch
    }
}
