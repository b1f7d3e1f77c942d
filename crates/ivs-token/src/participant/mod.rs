//! The participant token: joins one stage.

mod builder;
mod claims;
mod duration;
mod token;

pub use builder::Participant;
pub use claims::ParticipantClaims;
pub use duration::ParticipantDuration;
pub use token::Token;

pub(crate) use claims::RULES;
