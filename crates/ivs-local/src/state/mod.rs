//! State as a file that people read: what is in it, and copies of accounts.

mod file;
mod fork;

pub use file::{State, StateError};
pub(crate) use file::{is_account, is_secret};
pub(crate) use fork::fork;
