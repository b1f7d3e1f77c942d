//! Keeps the state: every change goes through here, one after the other, at the time of the one clock.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use ivs_model::ApiError;
use serde_json::{Value, json};
use tokio::sync::Notify;

use crate::clock::{Clock, Time};
use crate::environment::Environment;
use crate::events::{News, Outbox, is_position, number, position};
use crate::faults::Faults;
use crate::ids::Ids;
use crate::pulse::Pulse;
use crate::recent::Recent;
use crate::store::{Store, StoreError, Transaction};
use crate::timer::{TIMERS, Waiting, due_of};
use crate::view::{Effect, Outcome, Scene, View, internal};

/// How often a change is tried again when another changed what it had read.
const TRIES: usize = 64;

/// What the keys of what the server itself keeps begin with.
pub(crate) const OWN: &str = "server";

/// The state, the clock, and what is the same for all.
pub(crate) struct Keeper {
    pub(crate) environment: Environment,
    pub(crate) clock: Clock,
    store: Arc<dyn Store>,
    outbox: Arc<Outbox>,
    recent: Recent,
    /// Changes follow one another; the number of the last.
    writing: Mutex<u64>,
    /// When the first timer is due.
    due: AtomicI64,
    /// Says that another timer may be the first, or that the time was moved.
    moved: Notify,
}

/// A change that was committed.
pub(crate) struct Written<'k, T> {
    pub(crate) value: T,
    /// What has to happen outside of the store.
    pub(crate) effects: Vec<Effect>,
    /// No other change begins before it goes.
    pub(crate) turn: MutexGuard<'k, u64>,
}

/// A timer that is due.
pub(crate) struct Due {
    pub(crate) key: String,
    pub(crate) at: i64,
    /// None for what no version of this program has written.
    pub(crate) waiting: Option<Waiting>,
}

impl Keeper {
    /// Keeps this state. `changes` is how many changes with a seed there were.
    pub(crate) fn new(
        environment: Environment,
        store: Arc<dyn Store>,
        changes: u64,
        faults: Arc<Faults>,
        pulse: Arc<Pulse>,
    ) -> Result<Self, StoreError> {
        let outbox = Arc::new(Outbox::open(&*store, faults, environment.settings.events_kept)?);
        let kept = store.get(&clock_key())?.and_then(|entry| Time::from_json(&entry.value));
        let frozen = environment.settings.freeze.map(Time::Frozen);
        let clock = Clock::new(frozen.or(kept).unwrap_or(Time::Running(0)));
        let keeper = Self {
            environment,
            clock,
            store,
            outbox,
            recent: Recent::new(pulse),
            writing: Mutex::new(changes),
            due: AtomicI64::new(i64::MAX),
            moved: Notify::new(),
        };
        keeper.look()?;
        Ok(keeper)
    }

    pub(crate) fn store(&self) -> &dyn Store {
        &*self.store
    }

    /// The state, for whoever reads it for longer.
    pub(crate) fn shared_store(&self) -> &Arc<dyn Store> {
        &self.store
    }

    /// The events.
    pub(crate) fn outbox(&self) -> &Arc<Outbox> {
        &self.outbox
    }

    /// What happened lately.
    pub(crate) fn recent(&self) -> &Recent {
        &self.recent
    }

    /// IDs for what changes nothing.
    pub(crate) fn ids_of_reading(&self) -> Result<Ids, ApiError> {
        self.ids(0)
    }

    /// IDs for what is no change of the state: another `what` has others.
    pub(crate) fn ids_apart(&self, what: &str, number: u64) -> Result<Ids, ApiError> {
        self.ids_of(what, number)
    }

    fn ids(&self, change: u64) -> Result<Ids, ApiError> {
        self.ids_of("", change)
    }

    fn ids_of(&self, what: &str, change: u64) -> Result<Ids, ApiError> {
        match &self.environment.settings.seed {
            Some(seed) => Ok(Ids::seeded(&format!("{seed}{what}"), change)),
            None => Ids::random(change).map_err(|error| internal(StoreError(error.to_string()))),
        }
    }

    /// Commits what `attempt` does, which is tried again when what it had read was changed meanwhile.
    pub(crate) fn write<T>(
        &self,
        scene: Scene<'_>,
        mut attempt: impl FnMut(Ids) -> Result<(T, Outcome), ApiError>,
    ) -> Result<Written<'_, T>, ApiError> {
        let mut turn = self.writing.lock().unwrap_or_else(PoisonError::into_inner);
        let is_seeded = self.environment.settings.seed.is_some();
        for _ in 0..TRIES {
            let (value, outcome) = attempt(self.ids(*turn + 1)?)?;
            let Outcome { mut transaction, effects, happened, late, mut due } = outcome;
            let news = News { happened, late };
            if transaction.writes.is_empty() && news.is_empty() && !is_seeded {
                return Ok(Written { value, effects: Vec::new(), turn });
            }
            let mut pending = None;
            let told = news.happened.clone();
            if !news.is_empty() {
                let mut ids = self.ids_of(" events", *turn + 1)?;
                let batch = self.outbox.announce((scene.account, scene.region, scene.now), &mut ids, news);
                transaction.writes.extend(batch.writes);
                due = due.into_iter().chain(batch.due).min();
                pending = Some(batch.pending);
            }
            if is_seeded {
                transaction.writes.push((format!("{OWN}/calls"), Some(json!(*turn + 1))));
            }
            if self.store.commit(transaction).map_err(internal)? {
                *turn += 1;
                if let Some(pending) = pending {
                    self.outbox.committed(pending);
                }
                self.recent.note(scene, told);
                if let Some(due) = due
                    && self.due.fetch_min(due, Ordering::AcqRel) > due
                {
                    self.moved.notify_one();
                }
                return Ok(Written { value, effects, turn });
            }
        }
        Err(internal(StoreError("other calls changed the same state again and again".to_owned())))
    }

    /// Commits a change that is no operation.
    pub(crate) fn change<T>(
        &self,
        scene: Scene<'_>,
        mut change: impl FnMut(&mut View<'_>) -> Result<T, ApiError>,
    ) -> Result<Written<'_, T>, ApiError> {
        self.write(scene, |ids| {
            let mut view = View::new(scene, ids, &self.environment, &*self.store);
            let value = change(&mut view)?;
            Ok((value, view.finish()))
        })
    }

    /// Whether a timer is due.
    pub(crate) fn is_due(&self) -> bool {
        self.due.load(Ordering::Acquire) <= self.clock.now()
    }

    /// The first timer, if it is due at this time.
    pub(crate) fn first_due(&self, now: i64) -> Result<Option<Due>, StoreError> {
        if self.due.load(Ordering::Acquire) > now {
            return Ok(None);
        }
        let first = self.look()?;
        Ok(first.filter(|due| due.at <= now))
    }

    /// Looks for the first timer.
    fn look(&self) -> Result<Option<Due>, StoreError> {
        let _turn = self.turn();
        self.first()
    }

    /// As [`Self::look`], for who has the turn.
    fn first(&self) -> Result<Option<Due>, StoreError> {
        let first = self.store.scan(TIMERS, "", 1)?.pop();
        let first = first.and_then(|(key, entry)| {
            let waiting = Waiting::from_value(&entry.value);
            due_of(&key).map(|at| Due { key, at, waiting })
        });
        self.due.store(first.as_ref().map_or(i64::MAX, |due| due.at), Ordering::Release);
        Ok(first)
    }

    /// How many timers wait.
    pub(crate) fn waiting(&self) -> Result<usize, StoreError> {
        self.store.count(TIMERS)
    }

    /// When the first timer is due, if one waits.
    pub(crate) fn next_due(&self) -> Option<i64> {
        Some(self.due.load(Ordering::Acquire)).filter(|due| *due != i64::MAX)
    }

    /// Sets the time, also for a server that begins with this state.
    pub(crate) fn set_time(&self, time: Time) -> Result<(), StoreError> {
        self.clock.set(time);
        self.keep_time()
    }

    /// Moves the time.
    pub(crate) fn advance(&self, milliseconds: i64) -> Result<(), StoreError> {
        self.clock.advance(milliseconds);
        self.keep_time()
    }

    fn keep_time(&self) -> Result<(), StoreError> {
        let value = match self.clock.time() {
            Time::Running(0) => None,
            time => Some(time.to_json()),
        };
        self.store.commit(Transaction { checks: Vec::new(), writes: vec![(clock_key(), value)] })?;
        self.moved.notify_one();
        Ok(())
    }

    /// No other change begins before what this returns goes.
    pub(crate) fn turn(&self) -> MutexGuard<'_, u64> {
        self.writing.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Holds these entries and nothing else, besides what `is_secret` says of; so many changes with a seed came before. The
    /// clock is that of the entries, or the one that the settings begin with. Targets go on after the last event of the
    /// entries. No other change begins before the returned guard goes.
    pub(crate) fn replace(
        &self,
        (entries, changes): (&BTreeMap<String, Value>, u64),
        is_secret: impl Fn(&str) -> bool,
    ) -> Result<MutexGuard<'_, u64>, StoreError> {
        // All that takes long is done before others have to wait.
        let mut writes: Vec<_> =
            entries.iter().map(|(key, value)| (key.clone(), Some(value.clone()))).collect();
        let mut turn = self.turn();
        let all = self.store.scan("", "", usize::MAX)?.into_iter().map(|(key, _)| key);
        let stays = |key: &str| is_secret(key) || entries.contains_key(key);
        let last = entries.keys().filter_map(|key| number(key)).max().unwrap_or(0);
        let instead = |key: &str| is_position(key).then(|| position(last));
        // What stays keeps counting its versions, so that nobody takes it for what it was.
        let gone = all.filter(|key| !stays(key));
        writes.extend(gone.map(|key| {
            let value = instead(&key);
            (key, value)
        }));
        self.store.commit(Transaction { checks: Vec::new(), writes })?;
        *turn = changes;
        let kept = entries.get(&clock_key()).and_then(Time::from_json);
        self.clock.set(kept.unwrap_or(Time::first(self.environment.settings.freeze)));
        self.first()?;
        self.outbox.replaced(&*self.store)?;
        self.moved.notify_one();
        Ok(turn)
    }

    /// Waits until a timer may be due.
    pub(crate) async fn wait(&self) {
        /// A clock may be set by others: it is looked at anew from time to time.
        const LONGEST: i64 = 60_000;
        let left = match (self.clock.time(), self.next_due()) {
            (Time::Running(_), Some(due)) => due.saturating_sub(self.clock.now()).clamp(0, LONGEST),
            _ => LONGEST,
        };
        tokio::select! {
            () = tokio::time::sleep(std::time::Duration::from_millis(left.unsigned_abs())) => {}
            () = self.moved.notified() => {}
        }
    }
}

fn clock_key() -> String {
    format!("{OWN}/clock")
}
