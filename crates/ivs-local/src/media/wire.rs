//! The UDP sockets, and the routes from datagrams to peers.

use std::collections::HashMap;
use std::io;
use std::net::{IpAddr, Ipv4Addr, SocketAddr, UdpSocket as StdSocket};
use std::sync::{Arc, PoisonError, RwLock};

use socket2::SockRef;
use str0m::ice::StunMessage;
use tokio::net::UdpSocket;
use tokio::sync::mpsc;

use super::check;

/// The greatest length of a datagram in bytes. This is more than an Ethernet frame usually holds.
const MAX_DATAGRAM: usize = 2048;

/// The size of the receive buffer for which the kernel is asked, in bytes. The default, about 200 KB on Linux, is
/// full if the server does not run for a tenth of a second while a hundred subscribers send reports.
const RECEIVE_BUFFER: usize = 4 * 1024 * 1024;

/// How many datagrams may wait for a peer. More are lost, as on any network.
pub(crate) const QUEUE: usize = 512;

/// How many addresses may be known at once.
const MAX_ADDRESSES: usize = 100_000;

/// A datagram from the network.
pub(crate) struct Datagram {
    pub(crate) source: SocketAddr,
    pub(crate) destination: SocketAddr,
    pub(crate) bytes: Vec<u8>,
}

/// Whether the next datagram of media is lost.
pub(crate) type Loses = Arc<dyn Fn() -> bool + Send + Sync>;

/// A socket, and the address by which peers know it.
#[derive(Clone)]
struct Wire {
    announced: SocketAddr,
    socket: Arc<UdpSocket>,
}

/// All sockets.
pub(crate) struct Wires {
    wires: Vec<Wire>,
    routes: Arc<Routes>,
}

/// The routes from addresses and ICE names to peers.
#[derive(Default)]
pub(crate) struct Routes {
    addresses: RwLock<HashMap<SocketAddr, mpsc::Sender<Datagram>>>,
    /// The peers by the ICE name that the server gave them. A peer's first check comes from an address that is not
    /// known yet.
    names: RwLock<HashMap<String, mpsc::Sender<Datagram>>>,
}

impl Wires {
    /// Opens a socket for each address: the given ones, or loopback and one address of a real network interface, which
    /// Firefox needs. `loses` decides for every datagram of media. Must be called within a runtime.
    ///
    /// # Errors
    ///
    /// The error of the operating system, with the address.
    pub(crate) fn open(announce: &[IpAddr], port: u16, loses: &Loses) -> io::Result<Self> {
        let routes = Arc::new(Routes::default());
        let mut wires = Vec::new();
        for (announced, socket) in sockets(announce, port)? {
            socket.set_nonblocking(true)?;
            widen(&socket, announced);
            let socket = Arc::new(UdpSocket::from_std(socket)?);
            wires.push(Wire { announced, socket: Arc::clone(&socket) });
            tokio::spawn(read(announced, socket, Arc::clone(&routes), Arc::clone(loses)));
        }
        Ok(Self { wires, routes })
    }

    /// The addresses that are announced to peers.
    pub(crate) fn addresses(&self) -> impl Iterator<Item = SocketAddr> {
        self.wires.iter().map(|wire| wire.announced)
    }

    pub(crate) fn routes(&self) -> &Arc<Routes> {
        &self.routes
    }

    /// Sends a datagram from this source address. If the network does not accept it, it is lost.
    pub(crate) async fn send(&self, source: SocketAddr, destination: SocketAddr, bytes: &[u8]) {
        let wire = self.wires.iter().find(|wire| wire.announced == source).or(self.wires.first());
        if let Some(wire) = wire
            && let Err(error) = wire.socket.send_to(bytes, destination).await
        {
            tracing::debug!(%error, %destination, "a datagram was not sent");
        }
    }
}

impl Routes {
    /// Expects a peer with this ICE name.
    pub(crate) fn expect(&self, name: &str, inbox: mpsc::Sender<Datagram>) {
        self.names.write().unwrap_or_else(PoisonError::into_inner).insert(name.to_owned(), inbox);
    }

    /// Says that an address is that of a peer.
    pub(crate) fn learn(&self, address: SocketAddr, inbox: mpsc::Sender<Datagram>) {
        let mut addresses = self.addresses.write().unwrap_or_else(PoisonError::into_inner);
        if addresses.len() < MAX_ADDRESSES {
            addresses.insert(address, inbox);
        }
    }

    /// Forgets a peer.
    pub(crate) fn forget(&self, name: &str, inbox: &mpsc::Sender<Datagram>, addresses: &[SocketAddr]) {
        self.names.write().unwrap_or_else(PoisonError::into_inner).remove(name);
        let mut known = self.addresses.write().unwrap_or_else(PoisonError::into_inner);
        for address in addresses {
            // Another peer may use this address by now.
            if known.get(address).is_some_and(|other| other.same_channel(inbox)) {
                known.remove(address);
            }
        }
    }

    /// Delivers a datagram to its peer. It is dropped if its sender is unknown or the peer's queue is full.
    fn deliver(&self, datagram: Datagram) {
        // An ICE check names its peer, even if another peer had the address before.
        let of_name = name_in(&datagram.bytes)
            .and_then(|name| self.names.read().unwrap_or_else(PoisonError::into_inner).get(&name).cloned());
        let inbox = of_name.or_else(|| {
            let addresses = self.addresses.read().unwrap_or_else(PoisonError::into_inner);
            addresses.get(&datagram.source).cloned()
        });
        if let Some(inbox) = inbox {
            let _ = inbox.try_send(datagram);
        }
    }
}

/// The name of the server's side in an ICE check (RFC 8445, section 7.2.2).
fn name_in(bytes: &[u8]) -> Option<String> {
    // The first two bits of STUN are zero, and its magic cookie comes after four bytes (RFC 8489, section 5).
    let is_stun =
        bytes.first().is_some_and(|first| *first < 4) && bytes.get(4..8) == Some(&[0x21, 0x12, 0xa4, 0x42]);
    if !is_stun {
        return None;
    }
    let completed = check::unsigned(bytes);
    let bytes = completed.as_deref().unwrap_or(bytes);
    let message = StunMessage::parse(bytes).ok().filter(StunMessage::is_binding_request)?;
    message.split_username().map(|(local, _)| local.to_owned())
}

async fn read(announced: SocketAddr, socket: Arc<UdpSocket>, routes: Arc<Routes>, loses: Loses) {
    let mut buffer = vec![0; MAX_DATAGRAM];
    loop {
        match socket.recv_from(&mut buffer).await {
            // Only RTP and RTCP are lost (RFC 7983, section 7), so that connections can still be made.
            Ok((len, _)) if len > 0 && (128..192).contains(&buffer[0]) && loses() => {}
            Ok((len, source)) => {
                let bytes = buffer.get(..len).unwrap_or_default().to_vec();
                routes.deliver(Datagram { source, destination: announced, bytes });
            }
            // An error, such as that a peer's port is closed, does not concern the other peers.
            Err(error) => {
                tracing::debug!(%error, "a UDP socket could not be read");
                tokio::task::yield_now().await;
            }
        }
    }
}

/// Asks for a larger receive buffer. Linux gives at most `net.core.rmem_max`. Other systems refuse a size that is too
/// large, so they are asked for less until they accept it.
fn widen(socket: &StdSocket, announced: SocketAddr) {
    let socket = SockRef::from(socket);
    let halves = std::iter::successors(Some(RECEIVE_BUFFER), |bytes| Some(bytes / 2));
    let asked = halves
        .take_while(|bytes| *bytes > 64 * 1024)
        .find(|bytes| socket.set_recv_buffer_size(*bytes).is_ok());
    let given = socket.recv_buffer_size().unwrap_or_default();
    tracing::debug!(%announced, asked, given, "the receive buffer of a UDP socket");
}

fn sockets(announce: &[IpAddr], port: u16) -> io::Result<Vec<(SocketAddr, StdSocket)>> {
    let told = |error: io::Error, at: SocketAddr| io::Error::new(error.kind(), format!("UDP {at}: {error}"));
    if announce.is_empty() {
        let at = SocketAddr::new(Ipv4Addr::LOCALHOST.into(), port);
        let loopback = StdSocket::bind(at).map_err(|error| told(error, at))?;
        let mut found = vec![(loopback.local_addr()?, loopback)];
        // A machine without a network has only loopback.
        if let Some(socket) = outward().and_then(|ip| StdSocket::bind((ip, port)).ok()) {
            found.push((socket.local_addr()?, socket));
        }
        return Ok(found);
    }
    let mut found = Vec::new();
    for &ip in announce {
        let at = SocketAddr::new(ip, port);
        match StdSocket::bind(at) {
            Ok(socket) => found.push((socket.local_addr()?, socket)),
            // The address may be that of a router or a container's host, which forwards what arrives there to this
            // machine.
            Err(error) if error.kind() == io::ErrorKind::AddrNotAvailable => {
                let any = SocketAddr::new(Ipv4Addr::UNSPECIFIED.into(), port);
                let socket = StdSocket::bind(any).map_err(|error| told(error, any))?;
                found.push((SocketAddr::new(ip, socket.local_addr()?.port()), socket));
            }
            Err(error) => return Err(told(error, at)),
        }
    }
    Ok(found)
}

/// The address of the interface to the outside. Nothing is sent; the address is one for documentation (RFC 5737).
fn outward() -> Option<IpAddr> {
    let socket = StdSocket::bind((Ipv4Addr::UNSPECIFIED, 0)).ok()?;
    socket.connect((Ipv4Addr::new(192, 0, 2, 1), 9)).ok()?;
    let ip = socket.local_addr().ok()?.ip();
    (!ip.is_loopback() && !ip.is_unspecified()).then_some(ip)
}
