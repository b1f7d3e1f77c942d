#![doc = include_str!("../README.md")]
#![forbid(unsafe_code)]

mod arn;
mod assumptions;
mod audience;
mod behaviour;
mod call;
mod clock;
mod console;
mod control;
#[cfg(test)]
mod documentation;
mod door;
mod environment;
mod events;
mod faults;
mod happened;
mod http;
mod ids;
mod input;
mod keeper;
mod kinds;
mod life;
mod log;
mod media;
#[cfg(test)]
mod members;
mod own;
mod page;
pub mod program;
#[cfg(test)]
mod properties;
mod pulse;
mod quotas;
mod recent;
mod remote;
mod replication;
mod server;
mod settings;
mod state;
mod store;
pub mod testing;
mod time;
mod timer;
mod token_key;
mod tokens;
mod trace;
mod view;

pub use assumptions::Assumptions;
pub use door::{Door, Revocations};
pub use http::{Tls, TlsError, serve};
pub use server::{Server, StartError, in_memory};
pub use settings::{Auth, Settings, Validation};
pub use state::{RestoreError, State, StateError};
pub use store::{Entry, MemoryStore, SqliteStore, Store, StoreError, Transaction};
