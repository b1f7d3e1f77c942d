//! What happens by itself: the part of the service that time moves.

#[cfg(test)]
mod tests;

use ivs_model::ApiError;

use crate::kinds;
use crate::timer::Timer;
use crate::view::View;

/// Does what a timer stands for.
pub(crate) fn run(view: &mut View<'_>, timer: &Timer) -> Result<(), ApiError> {
    match timer {
        Timer::Composition { arn } => kinds::give_up(view, arn),
        Timer::Event { envelope } => {
            view.send_late(envelope.clone());
            Ok(())
        }
    }
}
