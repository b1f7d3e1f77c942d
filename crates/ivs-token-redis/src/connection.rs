use std::io::{Read, Write};
use std::time::{Duration, Instant};

use redis::{Parser, Pipeline, RedisConnectionInfo, Value};

use crate::age::Age;
use crate::failure::{Failure, refusal};
use crate::server::{Address, Server};
use crate::socket::Socket;

/// One connection, logged in. After a failure it is good for nothing more.
pub(crate) struct Connection {
    wire: Wire,
    parser: Parser,
    pub(crate) address: Address,
    pub(crate) age: Age,
    pub(crate) is_replica: bool,
}

enum Wire {
    Plain(Socket),
    #[cfg(feature = "tls")]
    Tls(Box<rustls::StreamOwned<rustls::ClientConnection, Socket>>),
}

/// How connections to a server are made.
#[derive(Clone, Debug)]
pub(crate) struct Connector {
    pub(crate) server: Server,
    #[cfg(feature = "tls")]
    pub(crate) tls: Option<crate::tls::Tls>,
    /// For connecting, TLS and logging in together.
    pub(crate) allowed: Duration,
}

impl Connector {
    pub(crate) fn connect(
        &self,
        address: &Address,
        login: &RedisConnectionInfo,
        allowed: Duration,
    ) -> Result<Connection, Failure> {
        let socket = Socket::connect(address, allowed).map_err(|error| {
            Failure::Final(format!("cannot be reached ({error}): does it run, and is the address right?"))
        })?;
        let deadline = socket.deadline;
        let (wire, age) = (self.wire(address, socket)?, Age::new(Instant::now()));
        let address = address.clone();
        let mut connection = Connection { wire, parser: Parser::new(), address, age, is_replica: false };
        connection.log_in(login, deadline, self.allowed)?;
        Ok(connection)
    }

    #[cfg(feature = "tls")]
    fn wire(&self, address: &Address, socket: Socket) -> Result<Wire, Failure> {
        match (&self.tls, address.host()) {
            (Some(tls), Some(host)) => match tls.begin(host) {
                Ok(begun) => Ok(Wire::Tls(Box::new(rustls::StreamOwned::new(begun, socket)))),
                Err(error) => Err(Failure::Final(format!("cannot be spoken to over TLS ({error})"))),
            },
            _ => Ok(Wire::Plain(socket)),
        }
    }

    #[cfg(not(feature = "tls"))]
    #[expect(clippy::unused_self, clippy::unnecessary_wraps, reason = "as with TLS")]
    fn wire(&self, _address: &Address, socket: Socket) -> Result<Wire, Failure> {
        Ok(Wire::Plain(socket))
    }
}

/// `HELLO` came with Redis 6.0, and says in what role the server is: whether it is a replica.
///
/// Of a refusal only the code is told: the text of an old server repeats the password.
fn read_hello(reply: &Value) -> Result<bool, Failure> {
    let members = match reply {
        Value::Array(members) => members,
        Value::ServerError(error) => {
            return Err(Failure::Final(match error.code() {
                "WRONGPASS" => "refused the user or the password of the URL".to_owned(),
                "NOAUTH" => "wants a password: put it in the URL".to_owned(),
                "ERR" | "NOPROTO" => {
                    "did not understand HELLO: it is older than Redis 6.0, the oldest that is supported, or not Redis"
                        .to_owned()
                }
                code => format!("refused to let us in ({})", ivs_token::printable(code)),
            }));
        }
        _ => return Err(Failure::Final("answers HELLO as no Redis does: is it a Redis server?".to_owned())),
    };
    let is =
        |value: &Value, text: &str| matches!(value, Value::BulkString(bytes) if bytes == text.as_bytes());
    let role = members.chunks_exact(2).find(|member| is(&member[0], "role"));
    Ok(role.is_some_and(|role| is(&role[1], "replica")))
}

impl Connection {
    /// All of it in one round trip.
    fn log_in(
        &mut self,
        login: &RedisConnectionInfo,
        deadline: Instant,
        allowed: Duration,
    ) -> Result<(), Failure> {
        let mut hello = redis::cmd("HELLO");
        hello.arg(2);
        if let Some(password) = login.password() {
            hello.arg("AUTH").arg(login.username().unwrap_or("default")).arg(password);
        }
        hello.arg("SETNAME").arg("ivs-token");
        let mut commands = Pipeline::new();
        commands.add_command(hello);
        if login.db() != 0 {
            commands.cmd("SELECT").arg(login.db());
        }
        let replies = self
            .exchange(&commands.get_packed_pipeline(), commands.len(), deadline, allowed)
            // While it is being made, a connection that ends is not one that has gone stale.
            .map_err(|failure| Failure::Final(failure.to_string()))?;
        let mut replies = replies.into_iter();
        self.is_replica = read_hello(&replies.next().unwrap_or_default())?;
        match replies.next() {
            Some(Value::ServerError(error)) => Err(Failure::Final(format!(
                "refused the database {} of the URL: {}",
                login.db(),
                refusal(&error)
            ))),
            _ => Ok(()),
        }
    }

    /// Reads the answer to another `HELLO`: it fails when the server is not a primary any more.
    pub(crate) fn check(&mut self, reply: &Value) -> Result<(), Failure> {
        let is_replica = read_hello(reply).map_err(|failure| Failure::Dropped(failure.to_string()))?;
        if is_replica {
            return Err(Failure::replica());
        }
        self.age.check(Instant::now());
        Ok(())
    }

    /// Sends commands, already packed, and reads as many replies. `allowed` is for the text of an error.
    pub(crate) fn exchange(
        &mut self,
        packed: &[u8],
        count: usize,
        deadline: Instant,
        allowed: Duration,
    ) -> Result<Vec<Value>, Failure> {
        self.wire.set_deadline(deadline);
        self.wire.send(packed).map_err(|error| Failure::of_write(&error, allowed))?;
        (0..count)
            .map(|_| {
                self.parser.parse_value(&mut self.wire).map_err(|error| Failure::of_read(&error, allowed))
            })
            .collect()
    }
}

impl Wire {
    fn set_deadline(&mut self, deadline: Instant) {
        match self {
            Self::Plain(socket) => socket.deadline = deadline,
            #[cfg(feature = "tls")]
            Self::Tls(stream) => stream.sock.deadline = deadline,
        }
    }

    fn send(&mut self, bytes: &[u8]) -> std::io::Result<()> {
        match self {
            Self::Plain(socket) => socket.write_all(bytes),
            #[cfg(feature = "tls")]
            Self::Tls(stream) => stream.write_all(bytes).and_then(|()| stream.flush()),
        }
    }
}

impl Read for Wire {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        match self {
            Self::Plain(socket) => socket.read(buffer),
            #[cfg(feature = "tls")]
            Self::Tls(stream) => stream.read(buffer),
        }
    }
}
