#![doc = include_str!("../README.md")]
#![forbid(unsafe_code)]

#[cfg(all(feature = "tls", not(any(feature = "aws-lc-rs", feature = "ring"))))]
compile_error!(
    "the feature `tls` of ivs-token-redis needs `aws-lc-rs` or `ring`: enable one of them, or leave `tls` out"
);

mod age;
mod away;
mod builder;
mod connection;
mod error;
mod failure;
mod gate;
mod idle;
mod keys;
mod link;
mod node;
mod question;
mod route;
mod server;
mod socket;
mod spender;
mod store;
#[cfg(feature = "tls")]
mod tls;
mod withdrawal;

pub use away::WhenAway;
pub use builder::RedisStoreBuilder;
pub use error::BuildError;
pub use store::RedisStore;
