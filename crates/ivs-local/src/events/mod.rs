//! Events as `EventBridge` has them: envelopes, the outbox that keeps their order, and those who are told of them.

mod client;
mod deliver;
mod envelope;
mod known;
mod outbox;
mod position;
mod sign;
mod target;
mod targets;
mod trust;

pub(crate) use deliver::deliver;
#[cfg(test)]
pub(crate) use known::EVENTS;
pub(crate) use outbox::{News, Outbox, Place, after, number};
pub(crate) use position::{is_position, position};
pub(crate) use targets::{Targets, answer};
