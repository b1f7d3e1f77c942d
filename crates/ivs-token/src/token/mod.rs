//! The three kinds of token, and what they have in common.

pub(crate) mod claims;
pub(crate) mod connection;
pub(crate) mod exchange;
pub(crate) mod kind;
pub(crate) mod minted;
pub(crate) mod participant;
pub(crate) mod playback;
