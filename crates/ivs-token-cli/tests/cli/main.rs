//! Drives the real `ivs-token` binary: what it prints, what it says, how it ends.
// What clippy lets a test do, its helpers may do too.
#![allow(clippy::expect_used, clippy::panic, clippy::print_stderr, clippy::unwrap_used)]

mod advice;
mod batch;
mod elsewhere;
mod found;
mod inspect;
mod key;
mod key_ring;
mod kind;
mod mint;
mod other;
mod playback;
mod support;
mod verify;
