use std::fmt;
use std::time::{Duration, Instant};

use ivs_token::StoreError;
use redis::{Pipeline, Value};

use crate::connection::Connection;
use crate::failure::{Failure, refusal};
use crate::gate::Gate;
use crate::idle::Idle;
use crate::node;
use crate::route::Route;

/// The way to the primary: connections, made when they are needed and kept for the next who needs one.
pub(crate) struct Link {
    route: Route,
    idle: Idle<Connection>,
    gate: Gate,
    allowed: Duration,
    /// How many replicas must have what is written.
    replicas: u32,
}

/// Some commands, each of which may run twice and do no more then than once.
pub(crate) struct Request<'c> {
    pub(crate) commands: &'c Pipeline,
    /// Whether one of them writes.
    pub(crate) writes: bool,
    /// Whether the server's role is looked at, however short a time ago that was done.
    pub(crate) check: bool,
}

impl Link {
    pub(crate) fn new(route: Route, allowed: Duration, pause: Duration, idle: usize) -> Self {
        let gate = Gate::new(pause, route.connector.allowed);
        Self { route, idle: Idle::with_limit(idle), gate, allowed, replicas: 0 }
    }

    pub(crate) fn with_replicas(self, replicas: u32) -> Self {
        Self { replicas, ..self }
    }

    /// Sends commands and reads a reply for each, in one round trip.
    ///
    /// They are sent again, if a connection ends after they were sent or its server turns out not to be the primary.
    pub(crate) fn exchange(&self, request: &Request<'_>) -> Result<Vec<Value>, StoreError> {
        if request.commands.is_empty() {
            return Ok(Vec::new());
        }
        self.try_exchange(request).map_err(|failure| self.error(&failure.to_string()))
    }

    /// An error that names the server.
    pub(crate) fn error(&self, what: &str) -> StoreError {
        StoreError::new(format!("Redis at {} {what}", self.route.connector.server))
    }

    fn try_exchange(&self, request: &Request<'_>) -> Result<Vec<Value>, Failure> {
        let mut packed = request.commands.get_packed_pipeline();
        let waits = request.writes && self.replicas > 0;
        if waits {
            packed.append(&mut self.wait());
        }
        let mut deadline = Instant::now() + self.allowed;
        // In a cluster the keys may move while we ask for them.
        let mut fresh_left = if self.route.is_cluster() { 3 } else { 1 };
        let mut idle = self.idle_at(Instant::now());
        loop {
            let was_idle = idle.is_some();
            let mut connection = if let Some(connection) = idle.take() {
                connection
            } else {
                fresh_left -= 1;
                let connecting = Instant::now();
                let made = self.gate.pass(|| self.route.connect())?;
                deadline += connecting.elapsed();
                made
            };
            let check = request.check && was_idle || connection.age.is_due(Instant::now());
            let count = request.commands.len() + usize::from(waits);
            let failure = match self.on(&mut connection, &packed, count, check, deadline) {
                Ok(mut replies) => {
                    if waits {
                        let reached = replies.pop().unwrap_or_default();
                        self.reached(&reached)?;
                    }
                    if self.route.is_cluster() {
                        self.follow(request, &connection, &mut replies, &mut deadline)?;
                    }
                    self.idle.put(connection);
                    return Ok(replies);
                }
                Err(failure) => failure,
            };
            // What happened to one has most likely happened to all: a server that was restarted or demoted, or closes what
            // is idle, or a path that was cut, on which each of them would end in a timeout.
            self.idle.clear();
            if fresh_left == 0 || matches!(failure, Failure::Final(_)) {
                return Err(failure);
            }
        }
    }

    /// A connection that is used by nobody. One that is too old is closed, and another is made.
    fn idle_at(&self, now: Instant) -> Option<Connection> {
        self.idle.take().filter(|held| !held.age.is_over(now))
    }

    /// One round trip on one connection. It fails when the server is not the primary.
    fn on(
        &self,
        connection: &mut Connection,
        packed: &[u8],
        count: usize,
        check: bool,
        deadline: Instant,
    ) -> Result<Vec<Value>, Failure> {
        let replies = if check {
            let mut with_hello = redis::cmd("HELLO").arg(2).get_packed_command();
            with_hello.extend_from_slice(packed);
            let mut replies = connection.exchange(&with_hello, count + 1, deadline, self.allowed)?;
            connection.check(&replies.remove(0))?;
            replies
        } else {
            connection.exchange(packed, count, deadline, self.allowed)?
        };
        for reply in &replies {
            let Value::ServerError(error) = reply else { continue };
            if Failure::is_not_primary(error) {
                return Err(Failure::Dropped(refusal(error)));
            }
            if self.route.is_cluster() && matches!(error.code(), "MOVED" | "CLUSTERDOWN") {
                if let Some(owner) = node::redirected(error, &connection.address) {
                    self.route.prefer(owner);
                }
                return Err(Failure::Dropped(refusal(error)));
            }
        }
        Ok(replies)
    }

    /// Asks the node that the keys are being moved to for those that it has already.
    fn follow(
        &self,
        request: &Request<'_>,
        from: &Connection,
        replies: &mut [Value],
        deadline: &mut Instant,
    ) -> Result<(), Failure> {
        let mut target = None;
        let (mut packed, mut places) = (Vec::new(), Vec::new());
        for (place, (command, reply)) in request.commands.cmd_iter().zip(&*replies).enumerate() {
            let Value::ServerError(error) = reply else { continue };
            if error.code() == "ASK" {
                target = target.or_else(|| node::redirected(error, &from.address));
                packed.append(&mut redis::cmd("ASKING").get_packed_command());
                packed.append(&mut command.get_packed_command());
                places.push(place);
            }
        }
        let Some(target) = target else { return Ok(()) };
        let waits = request.writes && self.replicas > 0;
        if waits {
            packed.append(&mut self.wait());
        }
        let connecting = Instant::now();
        let mut connection = self.gate.pass(|| self.route.connect_to(&target))?;
        *deadline += connecting.elapsed();
        let count = places.len() * 2 + usize::from(waits);
        let mut found = connection.exchange(&packed, count, *deadline, self.allowed)?;
        if waits {
            self.reached(&found.pop().unwrap_or_default())?;
        }
        for (place, reply) in places.into_iter().zip(found.into_iter().skip(1).step_by(2)) {
            replies[place] = reply;
        }
        Ok(())
    }

    /// Waits for replicas, somewhat less long than for the answer.
    fn wait(&self) -> Vec<u8> {
        let millis = (self.allowed * 3 / 4).as_millis().max(1);
        redis::cmd("WAIT")
            .arg(self.replicas)
            .arg(u64::try_from(millis).unwrap_or(u64::MAX))
            .get_packed_command()
    }

    fn reached(&self, reply: &Value) -> Result<(), Failure> {
        match reply {
            Value::Int(reached) if u32::try_from(*reached).is_ok_and(|reached| reached >= self.replicas) => {
                Ok(())
            }
            Value::Int(reached) => Err(Failure::Final(format!(
                "did it, but {reached} of {} replicas have it: are they running?",
                self.replicas
            ))),
            Value::ServerError(error) => Err(Failure::Final(refusal(error))),
            _ => Err(Failure::Final("answers WAIT as no Redis does: is a proxy in between?".to_owned())),
        }
    }
}

impl fmt::Debug for Link {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Link")
            .field("server", &self.route.connector.server)
            .field("connect_timeout", &self.route.connector.allowed)
            .field("response_timeout", &self.allowed)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use std::io::{Read, Write};
    use std::net::{Ipv4Addr, TcpListener};

    use super::*;
    use crate::{RedisStore, WhenAway};

    /// Its address may lead elsewhere by now.
    #[test]
    fn a_connection_is_used_for_a_minute_at_most() {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let url = format!("redis://{}/", listener.local_addr().unwrap());
        std::thread::spawn(move || {
            let (mut client, _) = listener.accept().unwrap();
            for answer in ["*0\r\n", "+PONG\r\n"] {
                let _ = client.read(&mut [0; 4096]);
                let _ = client.write_all(answer.as_bytes());
            }
        });
        let long = Duration::from_secs(300);
        let store = RedisStore::builder(&url, WhenAway::Refuse).connect_timeout(long).response_timeout(long);
        let link = store.build().unwrap().link;
        let mut ping = Pipeline::new();
        ping.cmd("PING");
        let before = Instant::now();
        link.exchange(&Request { commands: &ping, writes: false, check: false }).unwrap();
        let after = Instant::now();
        let held = link.idle_at(before + Duration::from_secs(60)).unwrap();
        link.idle.put(held);
        assert!(link.idle_at(after + Duration::from_secs(61)).is_none());
        assert!(link.idle.take().is_none(), "it is closed");
    }
}
