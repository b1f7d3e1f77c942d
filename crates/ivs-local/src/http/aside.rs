//! Work that may take long, such as a year of timers, or that waits for such work.

use tokio::runtime::{Handle, RuntimeFlavor};

/// Does it at once. Other requests go on meanwhile if the runtime has threads for them.
pub(super) fn aside<T>(work: impl FnOnce() -> T) -> T {
    match Handle::try_current().map(|handle| handle.runtime_flavor()) {
        Ok(RuntimeFlavor::MultiThread) => tokio::task::block_in_place(work),
        _ => work(),
    }
}
