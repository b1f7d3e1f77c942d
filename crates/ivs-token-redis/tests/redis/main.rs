//! The store against a real `redis-server` on a free loopback port, which is started and killed here.
// What clippy lets a test do, its helpers may do too.
#![allow(
    unreachable_pub,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stderr,
    clippy::print_stdout,
    clippy::unwrap_used
)]

mod away;
mod checks;
mod cluster;
mod example;
mod failover;
mod load;
mod login;
mod restart;
mod sentinel;
mod settings;
mod single_use;
mod support;
#[cfg(feature = "tls")]
mod tls;
mod verifiers;
