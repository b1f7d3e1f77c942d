//! The program from outside: real sockets, real signatures.
// What clippy lets a test do, its helpers may do too.
#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::print_stderr,
    clippy::print_stdout,
    clippy::unwrap_used,
    unreachable_pub
)]

mod assumptions;
mod client;
mod hostile;
mod log;
mod model;
mod resources;
mod rules;
mod state;

#[path = "../../../ivs-model/tests/inputs/mod.rs"]
mod inputs;
