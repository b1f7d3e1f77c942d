//! The handle of a connection for media, with which the rest of the server controls it.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use str0m::media::Rid;
use tokio::sync::{Notify, mpsc};

use super::bounds::Excess;

/// How many commands may wait for a connection.
const COMMANDS: usize = 64;

/// A command to a connection.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Command {
    /// Asks for a keyframe, because a subscriber needs one.
    Keyframe(Option<Rid>),
    /// Sets the layer that a subscriber picked. `None` means automatic.
    Layer(Option<Rid>),
    /// Starts or stops video.
    Play(bool),
}

/// What a connection reports.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Happening {
    Connected,
    /// The publication exceeds a limit.
    Exceeded(Excess),
    Ended,
}

/// The callback to which a connection reports.
pub(crate) type Report = Box<dyn Fn(Happening) + Send + Sync>;

/// The handle of a connection.
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

/// The commands to a connection, as its task reads them.
#[derive(Debug)]
pub(crate) struct Orders {
    commands: mpsc::Receiver<Command>,
    end: Arc<End>,
}

impl Handle {
    /// Makes a handle, and the orders that its connection reads.
    pub(crate) fn new() -> (Self, Orders) {
        let (tell, commands) = mpsc::channel(COMMANDS);
        let end = Arc::<End>::default();
        (Self { commands: tell, end: Arc::clone(&end) }, Orders { commands, end })
    }

    /// Sends a command to a connection. If too many commands are waiting, this one is dropped.
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
    /// Waits for the next command. Returns `None` at the end. The future may be dropped and made again at any time.
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
