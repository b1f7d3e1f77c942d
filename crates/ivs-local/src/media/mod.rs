//! Media: what publishers send is forwarded to subscribers as it is. Nothing is decoded.

mod layers;
mod offer;
mod peer;
mod publish;
mod subscribe;
mod wire;

pub(crate) use layers::Layers;
pub(crate) use offer::{Media, MediaError};
pub(crate) use peer::{Command, Handle, Happening, Report};
pub(crate) use publish::Publication;
