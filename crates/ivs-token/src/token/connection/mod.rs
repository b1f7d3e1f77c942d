//! The connection token: one network connection shared by the participant tokens of many stages.

mod answer;
mod builder;
mod claims;

pub use builder::Connection;
pub(crate) use claims::CONNECTION_CLAIMS;
pub use claims::ConnectionClaims;
