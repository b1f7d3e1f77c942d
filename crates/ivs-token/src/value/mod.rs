//! The values that tokens are made of. A value that exists is within its limits.

pub(crate) mod arn;
pub(crate) mod attributes;
pub(crate) mod capability;
pub(crate) mod duration;
pub(crate) mod endpoint;
pub(crate) mod error;
pub(crate) mod id;
pub(crate) mod origin;
pub(crate) mod printable;
pub(crate) mod resolution;
pub(crate) mod stage;
pub(crate) mod text;
pub(crate) mod timestamp;
pub(crate) mod token_kind;
pub(crate) mod version;
