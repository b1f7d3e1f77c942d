//! A connection for media, from outside.

use str0m::media::Rid;
use tokio::sync::mpsc;

use super::bounds::Excess;

/// What a connection is told.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Command {
    Close,
    /// A subscriber needs a picture that stands alone.
    Keyframe(Option<Rid>),
    /// The layer that somebody picked; none is automatic.
    Layer(Option<Rid>),
    /// Whether video shall be sent.
    Play(bool),
}

/// What a connection tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Happening {
    Connected,
    /// What is published is more than may be.
    Exceeded(Excess),
    Ended,
}

/// Whom a connection tells.
pub(crate) type Report = Box<dyn Fn(Happening) + Send + Sync>;

/// A connection, from outside.
#[derive(Clone, Debug)]
pub(crate) struct Handle(pub(crate) mpsc::Sender<Command>);

impl Handle {
    /// Tells a connection. One that does not keep up with what it is told is not waited for.
    pub(crate) fn tell(&self, command: Command) {
        let _ = self.0.try_send(command);
    }
}
