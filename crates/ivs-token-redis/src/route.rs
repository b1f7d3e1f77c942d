use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use redis::{Pipeline, Value};

use crate::connection::{Connection, Connector};
use crate::failure::{Failure, refusal};
use crate::keys::Keys;
use crate::node;
use crate::server::{Address, Topology};

/// Finds the primary that has the keys. All keys are on one, even in a cluster, as their prefix has a hash tag.
pub(crate) struct Route {
    pub(crate) connector: Connector,
    /// What a node of a cluster is asked: something about a key, and which nodes there are.
    probe: Vec<u8>,
    /// Nodes of the cluster, or Sentinels; the one that was right last time comes first, those of the URL at the end.
    known: Mutex<Vec<Address>>,
}

impl Route {
    pub(crate) fn new(connector: Connector, keys: &Keys) -> Self {
        let mut probe = Pipeline::new();
        probe.cmd("GET").arg(keys.prefix());
        probe.cmd("CLUSTER").arg("SLOTS");
        let known = Mutex::new(connector.server.addresses.clone());
        Self { connector, probe: probe.get_packed_pipeline(), known }
    }

    pub(crate) fn is_cluster(&self) -> bool {
        matches!(self.connector.server.topology, Topology::Cluster)
    }

    /// Connects to the primary. All of it takes at most the time for connecting.
    pub(crate) fn connect(&self) -> Result<Connection, Failure> {
        let allowed = self.connector.allowed;
        match &self.connector.server.topology {
            Topology::One => {
                let addresses = self.known();
                let address = addresses.first().ok_or_else(nowhere)?;
                self.connect_to_primary(address, allowed)
            }
            Topology::Cluster => self.any(|address, allowed| self.ask_node(address, allowed)),
            Topology::Sentinel { service, login } => {
                let mut question = redis::cmd("SENTINEL");
                question.arg("GET-MASTER-ADDR-BY-NAME").arg(service);
                let question = question.get_packed_command();
                self.any(|address, allowed| {
                    let until = Instant::now() + allowed;
                    let mut sentinel = self.connector.connect(address, login, allowed)?;
                    let reply = sentinel.exchange(&question, 1, until, allowed)?;
                    let primary = match reply.first() {
                        Some(Value::ServerError(error)) => return Err(Failure::Final(refusal(error))),
                        Some(Value::Nil) => {
                            return Err(Failure::Final(format!("knows no primary of the name {service}")));
                        }
                        reply => reply.and_then(|reply| node::of_sentinel(reply, address)),
                    };
                    let primary = primary.ok_or_else(|| {
                        Failure::Final("does not say where the primary is: is it a Sentinel?".to_owned())
                    })?;
                    let allowed = until.saturating_duration_since(Instant::now());
                    self.connect_to_primary(&primary, allowed)
                        .map(Found::Primary)
                        .map_err(|failure| failure.of(&primary))
                })
            }
        }
    }

    /// Connects to a node that has some keys already of those that are being moved to it.
    pub(crate) fn connect_to(&self, address: &Address) -> Result<Connection, Failure> {
        self.connect_to_primary(address, self.connector.allowed).map_err(|failure| failure.of(address))
    }

    /// The keys are on this node now.
    pub(crate) fn prefer(&self, address: Address) {
        self.learn(vec![address]);
    }

    fn connect_to_primary(&self, address: &Address, allowed: Duration) -> Result<Connection, Failure> {
        let connection = self.connector.connect(address, &self.connector.server.login, allowed)?;
        if connection.is_replica {
            return Err(Failure::replica());
        }
        Ok(connection)
    }

    fn ask_node(&self, address: &Address, allowed: Duration) -> Result<Found, Failure> {
        let until = Instant::now() + allowed;
        let mut connection = self.connector.connect(address, &self.connector.server.login, allowed)?;
        let mut replies = connection.exchange(&self.probe, 2, until, allowed)?.into_iter();
        let (held, slots) = (replies.next().unwrap_or_default(), replies.next().unwrap_or_default());
        if let Value::ServerError(error) = &held {
            match error.code() {
                "MOVED" => {
                    let owner = node::redirected(error, address);
                    return owner.map(Found::Elsewhere).ok_or_else(|| Failure::Final(refusal(error)));
                }
                // It is the owner still.
                "ASK" => {}
                _ => return Err(Failure::Final(refusal(error))),
            }
        }
        if connection.is_replica {
            return Err(Failure::replica());
        }
        self.learn(node::in_cluster(&slots, address));
        Ok(Found::Primary(connection))
    }

    /// Asks those that are known, one after the other, and whom they send us to. Nobody is asked twice.
    fn any(&self, ask: impl Fn(&Address, Duration) -> Result<Found, Failure>) -> Result<Connection, Failure> {
        let deadline = Instant::now() + self.connector.allowed;
        let mut waiting = VecDeque::from(self.known());
        let (mut asked, mut last) = (Vec::new(), nowhere());
        while let Some(address) = waiting.pop_front() {
            if asked.contains(&address) {
                continue;
            }
            let left = deadline.saturating_duration_since(Instant::now());
            if left.is_zero() {
                break;
            }
            // One that is dead without a word must not take the time of the others.
            let others = u32::try_from(waiting.len().min(2)).unwrap_or(2);
            let answer = ask(&address, left / (others + 1));
            asked.push(address.clone());
            match answer {
                Ok(Found::Primary(connection)) => {
                    self.prefer(address);
                    return Ok(connection);
                }
                Ok(Found::Elsewhere(owner)) => {
                    last =
                        Failure::Final(format!("is unsettled: {address} says that the keys are on {owner}"));
                    waiting.push_front(owner);
                }
                Err(failure) => last = failure.of(&address),
            }
        }
        // The next attempt begins with another.
        self.known_mut(|known| {
            let by = usize::from(known.len() > 1);
            known.rotate_left(by);
        });
        Err(last)
    }

    fn learn(&self, mut first: Vec<Address>) {
        self.known_mut(|known| {
            first.append(known);
            first.truncate(MOST);
            for address in first.into_iter().chain(self.connector.server.addresses.iter().cloned()) {
                if !known.contains(&address) {
                    known.push(address);
                }
            }
        });
    }

    fn known(&self) -> Vec<Address> {
        self.known_mut(|known| known.clone())
    }

    fn known_mut<T>(&self, change: impl FnOnce(&mut Vec<Address>) -> T) -> T {
        // No change of it can be left half done.
        change(&mut self.known.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// No more servers than that are remembered, beside those of the URL.
const MOST: usize = 128;

enum Found {
    Primary(Connection),
    Elsewhere(Address),
}

fn nowhere() -> Failure {
    Failure::Final("gave no answer in time".to_owned())
}
