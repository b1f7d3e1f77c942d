#![doc = include_str!("../README.md")]
#![forbid(unsafe_code)]

mod arn;
mod assumptions;
mod behaviour;
mod call;
#[cfg(test)]
mod documentation;
mod door;
mod environment;
mod faults;
mod http;
mod ids;
mod kinds;
mod log;
mod media;
mod page;
pub mod program;
#[cfg(test)]
mod properties;
mod pulse;
mod remote;
mod server;
mod settings;
mod state;
mod store;
mod time;
mod tokens;

pub use assumptions::Assumptions;
pub use door::{Door, Revocations};
pub use http::{Tls, TlsError, serve};
pub use server::{Server, StartError, in_memory};
pub use settings::{Auth, Settings, Validation};
pub use state::{State, StateError};
pub use store::{Entry, MemoryStore, SqliteStore, Store, StoreError, Transaction};
