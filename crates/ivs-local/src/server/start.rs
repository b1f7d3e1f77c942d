//! How a server starts, and the errors that prevent it.

use std::sync::atomic::AtomicU64;
use std::sync::{Arc, Mutex};

use ivs_model::Model;
use tokio::sync::watch;

use super::Server;
use crate::door::{Calls, Door, Live};
use crate::environment::Environment;
use crate::events::Targets;
use crate::faults::{Faults, Rates};
use crate::keeper::Keeper;
use crate::log::Log;
use crate::own::{Own, OwnError};
use crate::pulse::Pulse;
use crate::settings::Settings;
use crate::store::{Store, StoreError, WatchedStore};

/// The server cannot start.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StartError {
    /// The state cannot be read or written.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The operating system gives no random bytes.
    #[error("the operating system gives no random bytes: {0}")]
    Randomness(String),
    /// A service model that is compiled in is broken.
    #[error("the service model is broken: {0}")]
    Model(String),
    /// The state holds a key that cannot be read.
    #[error(
        "the state holds a key that cannot be read: {0}; start with another --state file, and restore a snapshot into it"
    )]
    Key(String),
    /// A fault rule is invalid.
    #[error("a fault rule is invalid: {0}")]
    Fault(String),
    /// An event target is invalid.
    #[error("an event target is invalid: {0}")]
    Target(String),
}

impl From<OwnError> for StartError {
    fn from(error: OwnError) -> Self {
        match error {
            OwnError::Store(error) => Self::Store(error),
            OwnError::Randomness(words) => Self::Randomness(words),
            OwnError::Key(words) => Self::Key(words),
        }
    }
}

impl Server {
    /// Makes a server with this state. Its addresses name `port`.
    ///
    /// # Errors
    ///
    /// [`StartError`].
    pub fn new(settings: Settings, store: Box<dyn Store>, port: u16) -> Result<Self, StartError> {
        let model = Model::new().map_err(StartError::Model)?;
        let Own { token_key, secret, calls } = Own::of(&*store, settings.seed.as_deref())?;
        let pulse = Arc::new(Pulse::default());
        let watched = Arc::new(WatchedStore::new(store, Arc::clone(&pulse)));
        let store: Arc<dyn Store> = Arc::<WatchedStore>::clone(&watched);
        let faults = Faults::new(settings.seed.clone(), settings.faults.clone(), &model);
        let faults = Arc::new(faults.map_err(StartError::Fault)?);
        let rates = Rates::new(settings.rates);
        let environment = Environment::new(settings, token_key, secret, port);
        let keeper =
            Arc::new(Keeper::new(environment, store, calls, Arc::clone(&faults), Arc::clone(&pulse))?);
        let targets = Targets::new(&keeper.environment.settings.targets, keeper.outbox(), keeper.store());
        let targets = Arc::new(targets.map_err(StartError::Target)?);
        let door = Door::open(&keeper, &pulse)?;
        let live = Live::new(&keeper, &door, Arc::clone(&faults))?;
        let settings = &keeper.environment.settings;
        let calls = Calls::new(&live, &settings.announce, settings.udp_port);
        Ok(Self {
            model,
            watched,
            pulse,
            keeper,
            settling: Mutex::default(),
            replacing: watch::Sender::default(),
            door,
            live,
            calls,
            log: Log::default(),
            calls_begun: AtomicU64::new(0),
            faults,
            rates,
            targets,
        })
    }
}

/// A server with state in memory, for tests.
#[doc(hidden)]
pub fn in_memory(settings: Settings, port: u16) -> Result<Arc<Server>, StartError> {
    Server::new(settings, Box::new(crate::store::MemoryStore::default()), port).map(Arc::new)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::{MemoryStore, Transaction};

    /// Starts a server with this seed on a state with this key.
    fn started(seed: Option<&str>, pem: &str) -> Result<(), String> {
        let store = MemoryStore::default();
        let writes = vec![("server/token-key".to_owned(), Some(pem.into()))];
        store.commit(Transaction { checks: Vec::new(), writes }).unwrap();
        let settings = Settings { seed: seed.map(str::to_owned), ..Settings::default() };
        Server::new(settings, Box::new(store), 1).map(drop).map_err(|error| error.to_string())
    }

    #[test]
    fn an_unreadable_key_is_reported_and_not_replaced() {
        let good = crate::token_key::TokenKey::seeded("x").unwrap().to_pem().to_string();
        let broken = good.replace('M', "N");
        for seed in [None, Some("x")] {
            assert_eq!(started(seed, &good), Ok(()));
            for pem in ["nonsense", &broken] {
                let refused = started(seed, pem).unwrap_err();
                assert!(refused.contains("a key that cannot be read"), "{refused}");
                assert!(refused.contains("--state"), "it says what to do: {refused}");
            }
        }
    }
}
