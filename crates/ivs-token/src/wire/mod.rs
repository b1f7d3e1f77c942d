//! The form of a token on the wire: JSON, and the compact serialization of RFC 7515, section 7.1.

pub(crate) mod claim_set;
pub(crate) mod json;
pub(crate) mod jws;
pub(crate) mod paste;
mod stage;
