//! A client of raw HTTP that takes as little as can be.

use std::io::{Read, Write};
use std::net::TcpStream;

/// A connection that stays open from call to call.
pub struct Connection {
    port: u16,
    socket: TcpStream,
    buffer: Vec<u8>,
}

impl Connection {
    pub fn new(port: u16) -> Self {
        let socket = TcpStream::connect(("127.0.0.1", port)).unwrap();
        socket.set_nodelay(true).unwrap();
        Self { port, socket, buffer: vec![0; 1 << 16] }
    }

    /// Sends a request, and reads the whole answer, which must be a good one: its body.
    pub fn call(&mut self, request: &[u8]) -> &[u8] {
        self.socket.write_all(request).unwrap();
        let mut filled = 0;
        loop {
            if filled == self.buffer.len() {
                self.buffer.resize(filled * 2, 0);
            }
            let read = self.socket.read(&mut self.buffer[filled..]).unwrap();
            filled += read;
            let Some(end) = self.buffer[..filled].windows(4).position(|four| four == b"\r\n\r\n") else {
                assert!(read > 0, "the server closed the connection");
                continue;
            };
            let head = String::from_utf8_lossy(&self.buffer[..end]).to_ascii_lowercase();
            assert!(
                head.split(' ').nth(1) == Some("200"),
                "{}",
                String::from_utf8_lossy(&self.buffer[..filled])
            );
            let length = head
                .lines()
                .find_map(|line| line.strip_prefix("content-length: ")?.trim().parse::<usize>().ok());
            let whole = end + 4 + length.unwrap_or(0);
            if filled >= whole {
                if head.contains("connection: close") {
                    self.socket = Self::new(self.port).socket;
                }
                return &self.buffer[end + 4..whole];
            }
            assert!(read > 0, "the server closed the connection");
        }
    }
}
