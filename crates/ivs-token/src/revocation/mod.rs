//! Tokens that end before their time.

mod in_memory;
mod store;
mod subject;
mod target;

pub use in_memory::InMemoryRevocations;
pub use store::RevocationStore;
pub use subject::{SingleUse, Subject};
pub use target::Revocation;
