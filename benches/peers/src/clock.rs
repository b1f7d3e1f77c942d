//! The time that this process has run: what others do on the machine hardly counts.

use rustix::time::{ClockId, clock_gettime};

/// Nanoseconds of the processor.
pub(crate) fn nanos() -> i64 {
    let time = clock_gettime(ClockId::ProcessCPUTime);
    time.tv_sec * 1_000_000_000 + time.tv_nsec
}
