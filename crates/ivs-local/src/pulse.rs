//! Says that something changed, to whoever shows it.

use tokio::sync::watch;

/// Beats with every change.
#[derive(Debug, Default)]
pub(crate) struct Pulse(watch::Sender<u64>);

impl Pulse {
    pub(crate) fn beat(&self) {
        self.0.send_modify(|beats| *beats = beats.wrapping_add(1));
    }

    /// The first change is told at once: it may have come between what somebody read and this.
    pub(crate) fn watch(&self) -> watch::Receiver<u64> {
        let mut watch = self.0.subscribe();
        watch.mark_changed();
        watch
    }
}
