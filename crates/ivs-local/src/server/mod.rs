//! The service without its sockets: state, and one call after the other.

mod answer;
mod route;
mod start;
mod state;
mod time;

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

use ivs_model::{ApiError, Model, Source};
use tokio::sync::watch;

use crate::door::{Calls, Door, Live};
use crate::environment::Environment;
use crate::events::Targets;
use crate::faults::{Faults, Rates};
use crate::ids::Ids;
use crate::keeper::Keeper;
use crate::log::{Deed, Entry, Log};
use crate::pulse::Pulse;
use crate::settings::Settings;
use crate::store::{Store, WatchedStore};

pub(crate) use answer::{Done, Incident};
pub use start::{StartError, in_memory};

/// A local Amazon IVS.
pub struct Server {
    model: Model,
    watched: Arc<WatchedStore>,
    pulse: Arc<Pulse>,
    keeper: Arc<Keeper>,
    /// Timers run one after the other, before whatever comes later.
    settling: Mutex<()>,
    /// How many replace the state by another just now, or wait to.
    replacing: watch::Sender<usize>,
    door: Door,
    live: Arc<Live>,
    calls: Arc<Calls>,
    log: Log,
    /// How many calls have come since the log began.
    calls_begun: AtomicU64,
    faults: Arc<Faults>,
    rates: Rates,
    targets: Arc<Targets>,
}

impl Server {
    pub(crate) fn settings(&self) -> &Settings {
        &self.environment().settings
    }

    fn environment(&self) -> &Environment {
        &self.keeper.environment
    }

    /// The state and the clock.
    pub(crate) fn keeper(&self) -> &Arc<Keeper> {
        &self.keeper
    }

    pub(crate) fn log(&self) -> &Log {
        &self.log
    }

    pub(crate) fn model(&self) -> &Model {
        &self.model
    }

    /// The faults that are asked for.
    pub(crate) fn faults(&self) -> &Faults {
        &self.faults
    }

    /// Who is told of events.
    pub(crate) fn targets(&self) -> &Arc<Targets> {
        &self.targets
    }

    /// The documented rates.
    pub(crate) fn rates(&self) -> &Rates {
        &self.rates
    }

    /// The refusal of a call beyond the documented rate.
    pub(crate) fn too_fast(&self, operation: &str, rate: u64) -> ApiError {
        let code = self.environment().assumptions().word("rate-code");
        let message = format!("Rate exceeded: {operation} can be called {rate} times a second");
        ApiError::new(code, message, "rates", Source::Guide)
    }

    /// The state, with what was seen of its changes.
    pub(crate) fn watched(&self) -> &WatchedStore {
        &self.watched
    }

    /// What beats with every change.
    pub(crate) fn pulse(&self) -> &Pulse {
        &self.pulse
    }

    /// Keeps a call that was answered, for whoever asks about it.
    pub(crate) fn note(&self, entry: Entry) {
        self.log.push(entry);
        self.pulse.beat();
    }

    /// The ID of a call that comes: with a seed, it depends on how many came before it since the log began.
    pub(crate) fn request_id(&self) -> String {
        let number = self.calls_begun.fetch_add(1, Ordering::Relaxed);
        let ids = match &self.settings().seed {
            Some(seed) => Ok(Ids::seeded(&format!("{seed} request"), number)),
            None => Ids::random(0),
        };
        // Without randomness an answer is still an answer.
        ids.map_or_else(|_| String::new(), |mut ids| ids.uuid())
    }

    /// Keeps that somebody did something to the server itself. `order` is its place among all that happens: before what came
    /// of it.
    pub(crate) fn note_deed(&self, order: u64, kind: &str, what: String) {
        let at = self.keeper.clock.now();
        self.log.push_deed(Deed { order, at, kind: kind.to_owned(), what });
        self.pulse.beat();
    }

    /// What decides about tokens.
    pub fn door(&self) -> &Door {
        &self.door
    }

    /// Where clients reach the server, with no slash at its end.
    pub(crate) fn url(&self) -> &str {
        &self.environment().endpoints().whip
    }

    pub(crate) fn store(&self) -> &dyn Store {
        self.keeper.store()
    }

    /// Who is on which stage.
    pub(crate) fn live(&self) -> &Arc<Live> {
        &self.live
    }

    /// The connections for media.
    pub(crate) fn calls(&self) -> &Arc<Calls> {
        &self.calls
    }

    /// Opens the UDP sockets for media, which otherwise happens with the first offer. Must be called within a runtime.
    ///
    /// # Errors
    ///
    /// Why they can not be opened, in words.
    pub fn open_media(&self) -> Result<(), String> {
        self.calls.media().map(drop).map_err(|error| error.to_string())
    }

    /// The public half of the key of `CreateParticipantToken`.
    pub fn token_key(&self) -> &ivs_token::VerifyingKey {
        self.environment().token_key.verifying_key()
    }
}
