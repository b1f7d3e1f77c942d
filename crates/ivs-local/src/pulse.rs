//! Says that something changed, to whoever shows it.

use tokio::sync::watch;

/// Beats with every change.
#[derive(Debug, Default)]
pub(crate) struct Pulse(watch::Sender<u64>);

impl Pulse {
    pub(crate) fn beat(&self) {
        self.0.send_modify(|beats| *beats = beats.wrapping_add(1));
    }

    pub(crate) fn watch(&self) -> watch::Receiver<u64> {
        self.0.subscribe()
    }
}
