//! The door of a stage: who may come in, who is there, and the sockets and requests of clients.

mod calls;
mod claim;
mod encoder;
mod extra;
mod gate;
mod handshake;
mod keys;
mod live;
mod manner;
mod message;
mod page;
mod playback;
mod record;
mod refusals;
mod replicas;
mod revocations;
mod seat;
mod socket;
mod stage;
mod talk;
mod upgrade;
mod visitor;
mod whip;

pub(crate) use calls::Calls;
pub(crate) use claim::Claim;
pub(crate) use gate::Refusal;
pub(crate) use handshake::is_upgrade;
pub use keys::Door;
pub(crate) use live::{End, Live, endings};
pub(crate) use manner::Manner;
pub(crate) use page::{PAGE, page};
pub(crate) use playback::{channel_in, playlist};
pub use revocations::Revocations;
pub(crate) use upgrade::open;
pub(crate) use visitor::Visitor;
pub(crate) use whip::{answer, is_of_client};
