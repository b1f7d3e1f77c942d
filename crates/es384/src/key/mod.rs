//! Keys. A key is parsed and checked once.

mod file;
pub(crate) mod pair;
pub(crate) mod point;
mod signing;
mod verifying;

pub(crate) use signing::Accelerated;
pub use signing::SigningKey;
pub use verifying::VerifyingKey;
