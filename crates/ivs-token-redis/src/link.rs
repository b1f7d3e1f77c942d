use std::fmt;
use std::time::{Duration, Instant};

use ivs_token::StoreError;
use redis::{Pipeline, Value};

use crate::connection::{Connection, Connector};
use crate::failure::Failure;
use crate::gate::Gate;
use crate::idle::Idle;

/// The way to a server: connections, made when they are needed and kept for the next who needs one.
pub(crate) struct Link {
    connector: Connector,
    idle: Idle<Connection>,
    gate: Gate,
    allowed: Duration,
}

impl Link {
    pub(crate) fn new(connector: Connector, allowed: Duration, pause: Duration, idle: usize) -> Self {
        let gate = Gate::new(pause, connector.allowed);
        Self { connector, idle: Idle::with_limit(idle), gate, allowed }
    }

    /// Sends commands and reads a reply for each, in one round trip.
    ///
    /// The commands may run twice, if a connection ends after they were sent: each must do no more then than once.
    pub(crate) fn exchange(&self, commands: &Pipeline) -> Result<Vec<Value>, StoreError> {
        if commands.is_empty() {
            return Ok(Vec::new());
        }
        self.try_exchange(&commands.get_packed_pipeline(), commands.len())
            .map_err(|failure| self.error(&failure.to_string()))
    }

    /// An error that names the server.
    pub(crate) fn error(&self, what: &str) -> StoreError {
        StoreError::new(format!("Redis at {} {what}", self.connector.server))
    }

    fn try_exchange(&self, packed: &[u8], count: usize) -> Result<Vec<Value>, Failure> {
        let mut deadline = Instant::now() + self.allowed;
        if let Some(mut connection) = self.idle.take() {
            match connection.exchange(packed, count, deadline, self.allowed) {
                Ok(replies) => {
                    self.idle.put(connection);
                    return Ok(replies);
                }
                // What happened to one has most likely happened to all: a server that was restarted, or closes what is
                // idle, or a path that was cut, on which each of them would end in a timeout.
                Err(failure) => {
                    self.idle.clear();
                    if let Failure::Final(_) = failure {
                        return Err(failure);
                    }
                }
            }
        }
        let connecting = Instant::now();
        let mut connection = self.gate.pass(|| self.connector.connect())?;
        deadline += connecting.elapsed();
        let replies = connection.exchange(packed, count, deadline, self.allowed)?;
        self.idle.put(connection);
        Ok(replies)
    }
}

impl fmt::Debug for Link {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Link")
            .field("server", &self.connector.server)
            .field("connect_timeout", &self.connector.allowed)
            .field("response_timeout", &self.allowed)
            .finish_non_exhaustive()
    }
}
