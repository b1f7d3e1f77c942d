//! The participant token: joins one stage.

mod answer;
mod builder;
mod claims;

pub use builder::Participant;
pub(crate) use claims::PARTICIPANT_CLAIMS;
pub use claims::ParticipantClaims;
pub(crate) use claims::Payload;
