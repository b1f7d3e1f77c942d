//! The participant token: joins one stage.

mod answer;
mod builder;
mod claims;
mod duration;

pub use builder::Participant;
pub use claims::ParticipantClaims;
pub use duration::ParticipantDuration;
