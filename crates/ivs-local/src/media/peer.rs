//! One peer connection. It is a task of its own, so that a slow or hostile peer harms only itself.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use str0m::crypto::from_feature_flags;
use str0m::net::{Protocol, Receive};
use str0m::{Event, IceConnectionState, Input, Output, Rtc, RtcError};
use tokio::sync::mpsc;

use super::bounds::Excess;
use super::check;
use super::handle::{Command, Happening, Orders, Report};
use super::publish::Publisher;
use super::subscribe::Subscriber;
use super::wire::{Datagram, Wires};

/// How long a peer may take from its offer to the end of the handshake.
const CONNECT: Duration = Duration::from_secs(20);

/// How many datagrams are read at once.
const BATCH: usize = 64;

/// From how many addresses a peer may send.
const ADDRESSES: usize = 16;

/// How many due timers run in a row before the task reads anything else.
const DUE: usize = 64;

/// The purpose of a connection.
pub(crate) enum Role {
    Publisher(Publisher),
    Subscriber(Subscriber),
}

/// A connection, as its task runs it.
pub(crate) struct Peer {
    pub(crate) rtc: Rtc,
    pub(crate) role: Role,
    pub(crate) wires: Arc<Wires>,
    pub(crate) name: String,
    pub(crate) inbox: mpsc::Receiver<Datagram>,
    pub(crate) sender: mpsc::Sender<Datagram>,
    pub(super) orders: Orders,
    pub(crate) report: Report,
}

/// Forgets a peer and reports its end on drop, so that this happens however the connection ends.
struct End {
    wires: Arc<Wires>,
    name: String,
    sender: mpsc::Sender<Datagram>,
    addresses: Vec<SocketAddr>,
    report: Report,
}

impl Drop for End {
    fn drop(&mut self) {
        self.wires.routes().forget(&self.name, &self.sender, &self.addresses);
        (self.report)(Happening::Ended);
    }
}

impl Peer {
    /// Runs the connection to its end.
    pub(crate) async fn run(self) {
        let Self { mut rtc, mut role, wires, name, mut inbox, sender, mut orders, report } = self;
        let mut end = End { wires, name, sender, addresses: Vec::new(), report };
        let deadline = Instant::now() + CONNECT;
        let mut is_connected = false;
        loop {
            let wait = match drain(&mut rtc, &mut role, &end, &mut is_connected).await {
                Ok(Some(wait)) => wait,
                Ok(None) => return,
                Err(error) => {
                    tracing::debug!(%error, "a connection for media ended");
                    return;
                }
            };
            let wait = if is_connected { wait } else { wait.min(deadline) };
            let done = tokio::select! {
                datagram = inbox.recv() => {
                    let Some(datagram) = datagram else { return };
                    let mut done = receive(&mut rtc, datagram, &mut end);
                    for _ in 0..BATCH {
                        let Ok(next) = inbox.try_recv() else { break };
                        done = done.and_then(|()| receive(&mut rtc, next, &mut end));
                    }
                    done
                }
                command = orders.next() => match command {
                    None => return leave(&mut rtc, &mut role, &end).await,
                    Some(command) => {
                        role.heed(&mut rtc, command);
                        Ok(())
                    }
                },
                is_open = role.work(&mut rtc), if is_connected => {
                    if !is_open {
                        return leave(&mut rtc, &mut role, &end).await;
                    }
                    Ok(())
                }
                () = tokio::time::sleep_until(wait.into()) => {
                    if !is_connected && Instant::now() >= deadline {
                        return;
                    }
                    rtc.handle_input(Input::Timeout(Instant::now()))
                }
            };
            if let Err(error) = done {
                tracing::debug!(%error, "a connection for media ended");
                return;
            }
        }
    }
}

impl Role {
    fn heed(&mut self, rtc: &mut Rtc, command: Command) {
        match self {
            Self::Publisher(publisher) => publisher.heed(rtc, command),
            Self::Subscriber(subscriber) => subscriber.heed(command),
        }
    }

    /// Waits for something to send, and sends it. Returns false at the end.
    async fn work(&mut self, rtc: &mut Rtc) -> bool {
        match self {
            Self::Publisher(_) => std::future::pending().await,
            Self::Subscriber(subscriber) => subscriber.work(rtc).await,
        }
    }

    /// Handles an event. Returns a limit that the publication exceeds.
    fn event(&mut self, event: Event) -> Option<Excess> {
        match self {
            Self::Publisher(publisher) => publisher.event(event),
            Self::Subscriber(subscriber) => {
                subscriber.event(event);
                None
            }
        }
    }
}

/// Ends the connection. The peer is told, but the task does not wait for it.
async fn leave(rtc: &mut Rtc, role: &mut Role, end: &End) {
    if rtc.close().is_ok() {
        let _ = drain(rtc, role, end, &mut true).await;
    }
}

/// Handles the output of the connection and runs its due timers. Returns when the next timer is due, or `None` at the
/// end.
///
/// Each due timer packs one frame. If other frames were written before it ran, the frames of two layers would be
/// sorted by their arrival, and their times would go back.
async fn drain(
    rtc: &mut Rtc,
    role: &mut Role,
    end: &End,
    is_connected: &mut bool,
) -> Result<Option<Instant>, RtcError> {
    let mut due = 0;
    loop {
        if !rtc.is_alive() {
            return Ok(None);
        }
        match rtc.poll_output()? {
            Output::Timeout(at) => {
                let now = Instant::now();
                if at > now || due == DUE {
                    return Ok(Some(at));
                }
                due += 1;
                rtc.handle_input(Input::Timeout(now))?;
            }
            Output::Transmit(sent) => end.wires.send(sent.source, sent.destination, &sent.contents).await,
            Output::Event(Event::Connected) => {
                *is_connected = true;
                (end.report)(Happening::Connected);
                role.event(Event::Connected);
            }
            Output::Event(Event::IceConnectionStateChange(IceConnectionState::Disconnected)) => {
                return Ok(None);
            }
            Output::Event(event) => {
                if let Some(excess) = role.event(event) {
                    (end.report)(Happening::Exceeded(excess));
                }
            }
        }
    }
}

fn receive(rtc: &mut Rtc, datagram: Datagram, end: &mut End) -> Result<(), RtcError> {
    let Datagram { source, destination, mut bytes } = datagram;
    if check::lacks_priority(&bytes) {
        let password = rtc.direct_api().local_ice_credentials().pass;
        let Some(complete) = check::complete(&bytes, password.as_bytes(), &sha1) else { return Ok(()) };
        bytes = complete;
    }
    let Ok(contents) = bytes.as_slice().try_into() else { return Ok(()) };
    let input =
        Input::Receive(Instant::now(), Receive { proto: Protocol::Udp, source, destination, contents });
    // Datagrams of peers that do not know the connection's password are ignored.
    if !rtc.accepts(&input) {
        return Ok(());
    }
    if !end.addresses.contains(&source) && end.addresses.len() < ADDRESSES {
        end.addresses.push(source);
        end.wires.routes().learn(source, end.sender.clone());
    }
    rtc.handle_input(input)
}

fn sha1(key: &[u8], parts: &[&[u8]]) -> [u8; 20] {
    from_feature_flags().sha1_hmac_provider.sha1_hmac(key, parts)
}
