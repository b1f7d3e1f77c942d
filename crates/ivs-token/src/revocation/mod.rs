//! Revocation: tokens that are refused before they expire.

mod in_memory;
mod keyed_hash;
mod store;
mod subject;
pub(crate) mod sweep;
mod target;

pub use in_memory::InMemoryRevocations;
pub use store::RevocationStore;
pub use subject::{SingleUse, Subject};
pub use target::Revocation;
