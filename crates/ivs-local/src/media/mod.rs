//! Media. The server forwards what publishers send to subscribers unchanged, and decodes nothing.

mod bounds;
mod check;
mod dtls;
mod handle;
mod layers;
mod offer;
mod peer;
mod picture;
mod publish;
mod subscribe;
mod waiting;
mod wire;

pub(crate) use bounds::Bounds;
pub(crate) use handle::{Command, Handle, Happening, Report};
pub(crate) use layers::Layers;
pub(crate) use offer::{Media, MediaError};
pub(crate) use publish::Publication;
pub(crate) use wire::Loses;
