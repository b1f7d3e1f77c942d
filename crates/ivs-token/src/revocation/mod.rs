//! Tokens that end before their time.

mod store;
mod subject;
mod target;

pub use store::RevocationStore;
pub use subject::{SingleUse, Subject};
pub use target::Revocation;
