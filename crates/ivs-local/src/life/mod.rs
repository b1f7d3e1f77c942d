//! What happens by itself: the part of the service that time moves.

pub(crate) mod ad_break;
pub(crate) mod broadcast;
pub(crate) mod channel_recording;
pub(crate) mod composition;
pub(crate) mod failure;
pub(crate) mod ingest;
mod limits;
pub(crate) mod participant;
pub(crate) mod place;
mod publishers;
pub(crate) mod recording;
pub(crate) mod replication;
pub(crate) mod stream;
mod stream_event;
pub(crate) mod takeover;
#[cfg(test)]
mod tests;
pub(crate) mod viewers;

use ivs_model::ApiError;

use crate::timer::Timer;
use crate::view::{Effect, View};

/// Does what a timer stands for.
pub(crate) fn run(view: &mut View<'_>, timer: &Timer) -> Result<(), ApiError> {
    match timer {
        Timer::Composition { arn } => composition::look(view, arn),
        Timer::ChannelRecording { arn } => channel_recording::end(view, arn),
        Timer::ParticipantRecording { stage, session, participant, change } => {
            let place = place::Place { stage, session, participant };
            recording::look(view, place, *change)
        }
        Timer::Expiry { .. }
        | Timer::StageSession { .. }
        | Timer::Duration { .. }
        | Timer::Replication { .. } => {
            view.effects.push(Effect::Due(timer.clone()));
            Ok(())
        }
        Timer::Event { envelope } => {
            view.send_late(envelope.clone());
            Ok(())
        }
    }
}
