//! The door of a stage, as clients of a stage find it: sockets, offers, media. No browser is needed: str0m is the
//! other side.
// What clippy lets a test do, its helpers may do too.
#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used, unreachable_pub)]

mod absent;
mod account;
mod aside;
mod candidates;
mod checks;
mod commands;
mod console;
mod events;
mod exchange;
mod faults;
mod golden;
mod hostile;
mod http;
mod local;
mod media;
mod observed;
mod offers;
mod overlap;
mod peer;
mod playback;
mod quotas;
mod refusals;
mod renewal;
mod replica;
mod rotation;
mod shared;
mod soak;
mod socket;
mod state;
mod testing;
mod timeline;
mod tls;
mod truth;
mod viewers;
