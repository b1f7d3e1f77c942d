//! From bytes to a call, and from an answer to bytes.

mod body;
mod deed;
mod events;
pub(crate) mod hash;
mod host;
mod own;
pub(crate) mod reply;
mod serve;
pub(crate) mod sigv4;
mod site;
mod state;
mod tls;

pub use serve::serve;
pub use tls::{Tls, TlsError};
