//! The time that a call was given. A WebAssembly module has no clock of its own, so JavaScript says what time it is.

use std::cell::Cell;

use ivs_token::{Clock, Timestamp};

use crate::failure::Failure;

thread_local! {
    static NOW: Cell<Timestamp> = const { Cell::new(Timestamp::MIN) };
}

/// The time that the call on this thread was given.
pub(crate) struct CallClock;

impl Clock for CallClock {
    fn now(&self) -> Timestamp {
        NOW.get()
    }
}

/// Does something on this thread, as if it were `now`.
pub(crate) fn during<T>(now: Timestamp, work: impl FnOnce() -> T) -> T {
    NOW.set(now);
    work()
}

/// Seconds since 1970 as JavaScript has them, fractions dropped.
pub(crate) fn timestamp(field: &str, secs: f64) -> Result<Timestamp, Failure> {
    // In range, every whole number of seconds is exact in 53 bits.
    #[expect(
        clippy::cast_possible_truncation,
        reason = "checked to be finite, and out of range it saturates"
    )]
    let whole = secs.floor() as i64;
    Timestamp::from_secs(whole).filter(|_| secs.is_finite()).ok_or_else(|| {
        Failure::claim(
            field,
            "OUT_OF_RANGE",
            format!("{field} is before 1970 or after 5138, or no valid date"),
        )
    })
}
