use std::io::{self, Read, Write};
use std::net::{SocketAddr, TcpStream, ToSocketAddrs};
#[cfg(unix)]
use std::os::unix::net::UnixStream;
use std::time::{Duration, Instant};

use crate::server::Address;

/// A socket on which nothing waits past a moment, however many reads and writes it takes to get there.
pub(crate) struct Socket {
    stream: Stream,
    pub(crate) deadline: Instant,
}

enum Stream {
    Tcp(TcpStream),
    #[cfg(unix)]
    Unix(UnixStream),
}

impl Socket {
    pub(crate) fn connect(address: &Address, allowed: Duration) -> io::Result<Self> {
        let (stream, deadline) = match address {
            Address::Tcp { host, port } => {
                // The system's resolver takes the time that it takes: the clock starts after it.
                let addresses: Vec<_> = (host.as_str(), *port).to_socket_addrs()?.collect();
                let deadline = Instant::now() + allowed;
                (Stream::Tcp(connect_any(&addresses, deadline)?), deadline)
            }
            #[cfg(unix)]
            Address::Unix(path) => {
                let deadline = Instant::now() + allowed;
                (Stream::Unix(connect_unix(path, allowed)?), deadline)
            }
            #[cfg(not(unix))]
            Address::Unix(_) => return Err(io::ErrorKind::Unsupported.into()),
        };
        Ok(Self { stream, deadline })
    }

    /// What is left until the deadline: more than nothing.
    fn left(&self) -> io::Result<Duration> {
        left(self.deadline)
    }
}

/// The first that answers; each gets its part of the time that is left.
fn connect_any(addresses: &[SocketAddr], deadline: Instant) -> io::Result<TcpStream> {
    let mut last = io::Error::new(io::ErrorKind::NotFound, "the host has no address");
    for (at, address) in addresses.iter().enumerate() {
        let others = u32::try_from(addresses.len() - at).unwrap_or(u32::MAX);
        match TcpStream::connect_timeout(address, left(deadline)? / others) {
            Ok(stream) => {
                // A command is one write, and its answer is waited for.
                stream.set_nodelay(true)?;
                return Ok(stream);
            }
            Err(error) => last = error,
        }
    }
    Err(last)
}

/// `UnixStream::connect` would wait for a server that accepts nothing.
#[cfg(unix)]
fn connect_unix(path: &std::path::Path, allowed: Duration) -> io::Result<UnixStream> {
    let socket = socket2::Socket::new(socket2::Domain::UNIX, socket2::Type::STREAM, None)?;
    socket.connect_timeout(&socket2::SockAddr::unix(path)?, allowed)?;
    Ok(std::os::fd::OwnedFd::from(socket).into())
}

fn left(deadline: Instant) -> io::Result<Duration> {
    let left = deadline.saturating_duration_since(Instant::now());
    if left.is_zero() { Err(io::ErrorKind::TimedOut.into()) } else { Ok(left) }
}

impl Read for Socket {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            let left = Some(self.left()?);
            let read = match &mut self.stream {
                Stream::Tcp(stream) => stream.set_read_timeout(left).and_then(|()| stream.read(buffer)),
                #[cfg(unix)]
                Stream::Unix(stream) => stream.set_read_timeout(left).and_then(|()| stream.read(buffer)),
            };
            match read {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                // What a socket says whose time is over, on most systems.
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                    return Err(io::ErrorKind::TimedOut.into());
                }
                read => return read,
            }
        }
    }
}

impl Write for Socket {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        loop {
            let left = Some(self.left()?);
            let written = match &mut self.stream {
                Stream::Tcp(stream) => stream.set_write_timeout(left).and_then(|()| stream.write(bytes)),
                #[cfg(unix)]
                Stream::Unix(stream) => stream.set_write_timeout(left).and_then(|()| stream.write(bytes)),
            };
            match written {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                    return Err(io::ErrorKind::TimedOut.into());
                }
                written => return written,
            }
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
