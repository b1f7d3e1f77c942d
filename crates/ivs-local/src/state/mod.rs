//! State as a file that people read: what is in it, and copies of accounts.

mod belonging;
mod check;
mod file;
mod fork;

pub(crate) use check::check;
pub use file::{RestoreError, State, StateError};
pub(crate) use file::{is_account, is_secret};
pub(crate) use fork::fork;
