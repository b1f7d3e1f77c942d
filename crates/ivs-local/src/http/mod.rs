//! From bytes to a call, and from an answer to bytes.

mod aside;
mod body;
mod changes;
mod control;
mod deed;
mod events;
mod fault;
pub(crate) mod hash;
mod host;
mod operation;
mod own;
pub(crate) mod reply;
mod respond;
mod serve;
pub(crate) mod sigv4;
mod site;
mod state;
mod tls;

pub use serve::serve;
pub use tls::{Tls, TlsError};
