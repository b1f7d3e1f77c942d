//! The outbox: every event in the order in which it goes out. It is part of the state, and events get into it together with
//! the change that they tell of.

use std::sync::{Arc, Mutex, PoisonError};

use serde_json::Value;
use tokio::sync::watch;

use super::envelope::{envelope, name};
use crate::faults::{Act, Area, Faults, Subject};
use crate::happened::Happened;
use crate::ids::Ids;
use crate::store::{Store, StoreError};
use crate::timer::{Timer, key_of};

/// What the keys of events begin with.
const PREFIX: &str = "outbox/";

/// How long an event that is to change places with the next one waits for it, in milliseconds.
const LONGEST_SWAP_MS: i64 = 1000;

/// The places of timers that a change has for late events come after those that it has for others.
const FIRST_TIMER: usize = 5000;

/// The events of a server.
pub(crate) struct Outbox {
    faults: Arc<Faults>,
    /// How many events are kept.
    kept: u64,
    place: watch::Sender<Place>,
    held: Mutex<Vec<Held>>,
}

/// How far the outbox is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Place {
    /// Counts how often the state was replaced by another.
    pub(crate) epoch: u64,
    /// The last event when that happened.
    pub(crate) base: u64,
    /// The last event.
    pub(crate) last: u64,
    /// No event comes any more.
    pub(crate) is_over: bool,
}

/// An event that waits for the next one to overtake it. If none comes, its timer sends it.
#[derive(Clone, Debug)]
struct Held {
    timer: String,
    envelope: Value,
}

/// Events of one change.
pub(crate) struct Batch {
    pub(crate) writes: Vec<(String, Option<Value>)>,
    /// When the first late event is due.
    pub(crate) due: Option<i64>,
    pub(crate) pending: Pending,
}

/// What becomes true when the writes are committed.
pub(crate) struct Pending {
    /// How many get into the outbox.
    count: u64,
    held: Vec<Held>,
}

/// What tells of itself in a change.
pub(crate) struct News {
    pub(crate) happened: Vec<Happened>,
    /// Envelopes of late events whose time has come.
    pub(crate) late: Vec<Value>,
}

impl Outbox {
    /// The outbox of a state.
    pub(crate) fn open(store: &dyn Store, faults: Arc<Faults>, kept: u64) -> Result<Self, StoreError> {
        let last = last(store)?;
        let place = Place { base: last, last, ..Place::default() };
        Ok(Self { faults, kept: kept.max(1), place: watch::Sender::new(place), held: Mutex::default() })
    }

    /// How far the outbox is, and how far it will be.
    pub(crate) fn place(&self) -> watch::Receiver<Place> {
        self.place.subscribe()
    }

    /// The writes that a change has to make for what it tells of. No other change may come between this and
    /// [`Self::committed`].
    pub(crate) fn announce(
        &self,
        (account, region, now): (&str, &str, i64),
        ids: &mut Ids,
        News { happened, late }: News,
    ) -> Batch {
        let mut held = self.held().clone();
        held.retain(|one| !late.iter().any(|late| late["id"] == one.envelope["id"]));
        let mut writes = Vec::new();
        let mut due = None;
        let mut out = late;
        for (place, happened) in happened.into_iter().enumerate() {
            let envelope = envelope(happened, (account, region), now, ids.uuid());
            let detail_type = envelope["detail-type"].as_str().unwrap_or_default();
            let subject =
                Subject { area: Area::Event, operation: "event", account, region, event: [detail_type, name(&envelope)], ..Subject::default() };
            let strike = self.faults.strike(&subject, now);
            let delay = i64::try_from(strike.delay.as_millis()).unwrap_or(i64::MAX);
            let is_swapped = strike.act == Some(Act::Swap);
            if delay > 0 || is_swapped {
                let at = now.saturating_add(if is_swapped { LONGEST_SWAP_MS } else { delay });
                let key = key_of(at, ids.call(), FIRST_TIMER + place);
                let timer = Timer::Event { envelope: envelope.clone() };
                writes.push((key.clone(), Some(timer.to_record(account, region).into())));
                due = Some(due.map_or(at, |due: i64| due.min(at)));
                if is_swapped {
                    held.push(Held { timer: key, envelope });
                }
                continue;
            }
            if strike.act == Some(Act::Twice) {
                out.push(envelope.clone());
            }
            out.push(envelope);
            for one in held.drain(..) {
                writes.push((one.timer, None));
                out.push(one.envelope);
            }
        }
        let last = self.place.borrow().last;
        let count = out.len() as u64;
        for (sequence, envelope) in (last + 1..).zip(out) {
            writes.push((key(sequence), Some(envelope)));
            if sequence > self.kept {
                writes.push((key(sequence - self.kept), None));
            }
        }
        Batch { writes, due, pending: Pending { count, held } }
    }

    /// The change that made these writes is committed.
    pub(crate) fn committed(&self, pending: Pending) {
        *self.held() = pending.held;
        if pending.count > 0 {
            self.place.send_modify(|place| place.last += pending.count);
        }
    }

    /// The state is another one.
    pub(crate) fn replaced(&self, store: &dyn Store) -> Result<(), StoreError> {
        let last = last(store)?;
        self.held().clear();
        self.place.send_modify(|place| {
            place.epoch += 1;
            place.base = last;
            place.last = last;
        });
        Ok(())
    }

    /// Tells everyone that no event comes any more.
    pub(crate) fn end(&self) {
        self.place.send_modify(|place| place.is_over = true);
    }

    fn held(&self) -> std::sync::MutexGuard<'_, Vec<Held>> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The events after one, at most so many, each with its number.
pub(crate) fn after(store: &dyn Store, sequence: u64, limit: usize) -> Result<Vec<(u64, Arc<Value>)>, StoreError> {
    let found = store.scan(PREFIX, &key(sequence), limit)?;
    Ok(found.into_iter().filter_map(|(key, entry)| Some((number(&key)?, entry.value))).collect())
}

fn last(store: &dyn Store) -> Result<u64, StoreError> {
    let all = store.scan(PREFIX, "", usize::MAX)?;
    Ok(all.last().and_then(|(key, _)| number(key)).unwrap_or(0))
}

fn key(sequence: u64) -> String {
    format!("{PREFIX}{sequence:016}")
}

fn number(key: &str) -> Option<u64> {
    key.strip_prefix(PREFIX)?.parse().ok()
}
