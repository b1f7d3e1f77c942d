//! The program from outside: real sockets, real signatures.

mod client;
mod hostile;
mod model;
mod resources;

#[path = "../../../ivs-model/tests/inputs/mod.rs"]
mod inputs;
