//! A connection for media, from outside.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use str0m::media::Rid;
use tokio::sync::{Notify, mpsc};

use super::bounds::Excess;

/// How many commands wait for a connection.
const COMMANDS: usize = 64;

/// What a connection is told.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Command {
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
pub(crate) struct Handle {
    commands: mpsc::Sender<Command>,
    end: Arc<End>,
}

/// The end of a connection, as it was asked for.
#[derive(Debug, Default)]
struct End {
    is_asked: AtomicBool,
    wake: Notify,
}

/// What a connection is told, as it reads it.
#[derive(Debug)]
pub(crate) struct Orders {
    commands: mpsc::Receiver<Command>,
    end: Arc<End>,
}

impl Handle {
    /// A handle, and what its connection reads.
    pub(crate) fn new() -> (Self, Orders) {
        let (tell, commands) = mpsc::channel(COMMANDS);
        let end = Arc::<End>::default();
        (Self { commands: tell, end: Arc::clone(&end) }, Orders { commands, end })
    }

    /// Tells a connection. One that does not keep up with what it is told is not waited for.
    pub(crate) fn tell(&self, command: Command) {
        let _ = self.commands.try_send(command);
    }

    /// Ends a connection, whatever else it has to read.
    pub(crate) fn close(&self) {
        self.end.is_asked.store(true, Ordering::Release);
        self.end.wake.notify_one();
    }

    /// Whether somebody has ended the connection. It may still say so to the other side.
    pub(crate) fn is_closed(&self) -> bool {
        self.end.is_asked.load(Ordering::Acquire)
    }
}

impl Orders {
    /// Waits for the next command; none at the end. It can be asked again at any time.
    pub(super) async fn next(&mut self) -> Option<Command> {
        tokio::select! {
            biased;
            () = self.end.wake.notified() => None,
            command = self.commands.recv() => command,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn the_end_is_not_lost_behind_many_commands() {
        let (handle, mut orders) = Handle::new();
        for _ in 0..2 * COMMANDS {
            handle.tell(Command::Keyframe(None));
        }
        assert!(orders.next().await.is_some());
        assert!(!handle.is_closed());
        handle.close();
        assert!(handle.is_closed());
        assert!(orders.next().await.is_none());
    }
}
