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

impl News {
    pub(crate) fn is_empty(&self) -> bool {
        self.happened.is_empty() && self.late.is_empty()
    }
}

impl Outbox {
    /// The outbox of a state.
    pub(crate) fn open(store: &dyn Store, faults: Arc<Faults>, kept: usize) -> Result<Self, StoreError> {
        let last = last(store)?;
        let place = Place { base: last, last, ..Place::default() };
        Ok(Self {
            faults,
            kept: kept.max(1) as u64,
            place: watch::Sender::new(place),
            held: Mutex::default(),
        })
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
            let envelope = envelope(happened, (account, region), now, &ids.uuid());
            let detail_type = envelope["detail-type"].as_str().unwrap_or_default();
            let subject = Subject {
                area: Area::Event,
                operation: "event",
                account,
                region,
                event: [detail_type, name(&envelope)],
                ..Subject::default()
            };
            let strike = self.faults.strike(&subject, now);
            let delay = i64::try_from(strike.delay.as_millis()).unwrap_or(i64::MAX);
            // The one that another waits for goes out in its place: so there is never more than one that waits.
            let is_swapped = strike.act == Some(Act::Swap) && held.is_empty();
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

    /// Tells everyone whether events come, or none any more.
    pub(crate) fn set_over(&self, is_over: bool) {
        self.place.send_modify(|place| place.is_over = is_over);
    }

    fn held(&self) -> std::sync::MutexGuard<'_, Vec<Held>> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The events after one, at most so many, each with its number.
pub(crate) fn after(
    store: &dyn Store,
    sequence: u64,
    limit: usize,
) -> Result<Vec<(u64, Arc<Value>)>, StoreError> {
    let found = store.scan(PREFIX, &key(sequence), limit)?;
    Ok(found.into_iter().filter_map(|(key, entry)| Some((number(&key)?, entry.value))).collect())
}

fn last(store: &dyn Store) -> Result<u64, StoreError> {
    let all = store.scan(PREFIX, "", usize::MAX)?;
    Ok(all.iter().rev().find_map(|(key, _)| number(key)).unwrap_or(0))
}

fn key(sequence: u64) -> String {
    format!("{PREFIX}{sequence:016}")
}

/// The number of the event under a key, if it is the key of one. Another way to write the number is no key: it would not
/// stand in the order of the others.
pub(crate) fn number(text: &str) -> Option<u64> {
    let number = text.strip_prefix(PREFIX)?.parse().ok()?;
    (key(number) == text).then_some(number)
}

#[cfg(test)]
mod tests {
    use ivs_model::Model;
    use serde_json::json;

    use super::*;
    use crate::happened::Topic;
    use crate::store::{MemoryStore, Transaction};

    /// An outbox and its state.
    struct Made {
        store: MemoryStore,
        outbox: Outbox,
        changes: u64,
    }

    fn outbox(rules: &Value, kept: usize) -> Made {
        let rules = rules.as_array().unwrap().clone();
        let faults = Faults::new(Some("x".to_owned()), rules, &Model::new().unwrap()).unwrap();
        let store = MemoryStore::default();
        let outbox = Outbox::open(&store, Arc::new(faults), kept).unwrap();
        Made { store, outbox, changes: 0 }
    }

    fn started(stage: &str) -> Happened {
        let detail = json!({ "event_name": "Session Start", "stage_arn": stage });
        Happened::new(Topic::CompositionStateChange, "arn", detail)
    }

    impl Made {
        fn change(&mut self, stages: &[&str], late: Vec<Value>) -> Option<i64> {
            self.changes += 1;
            let mut ids = Ids::seeded("x", self.changes);
            let happened = stages.iter().map(|stage| started(stage)).collect();
            let batch =
                self.outbox.announce(("123456789012", "us-east-1", 1000), &mut ids, News { happened, late });
            self.store.commit(Transaction { checks: Vec::new(), writes: batch.writes }).unwrap();
            self.outbox.committed(batch.pending);
            batch.due
        }

        /// The stages that events tell of, in order.
        fn told(&self) -> Vec<String> {
            let all = after(&self.store, 0, usize::MAX).unwrap();
            let last = all.last().map_or(0, |(number, _)| *number);
            assert_eq!(self.outbox.place().borrow().last, last);
            all.iter().map(|(_, event)| event["detail"]["stage_arn"].as_str().unwrap().to_owned()).collect()
        }

        /// The envelopes that timers hold.
        fn waiting(&self) -> Vec<Value> {
            let timers = self.store.scan("timer/", "", usize::MAX).unwrap();
            timers.into_iter().map(|(_, entry)| entry.value["envelope"].clone()).collect()
        }
    }

    #[test]
    fn envelopes_are_as_eventbridge_has_them() {
        let mut made = outbox(&json!([]), 10);
        made.change(&["s"], Vec::new());
        let all = after(&made.store, 0, 10).unwrap();
        let mut event = (*all[0].1).clone();
        assert_eq!(event["id"].as_str().unwrap().len(), 36);
        event["id"] = Value::Null;
        let expected = json!({
            "version": "0",
            "id": null,
            "detail-type": "IVS Composition State Change",
            "source": "aws.ivs",
            "account": "123456789012",
            "time": "1970-01-01T00:00:01Z",
            "region": "us-east-1",
            "resources": ["arn"],
            "detail": { "event_name": "Session Start", "stage_arn": "s" },
        });
        assert_eq!(event, expected);
    }

    #[test]
    fn as_many_are_kept_as_shall_be_and_numbers_go_on_after_a_restart() {
        let mut made = outbox(&json!([]), 3);
        made.change(&["a", "b"], Vec::new());
        made.change(&["c", "d", "e"], Vec::new());
        assert_eq!(made.told(), ["c", "d", "e"]);
        let faults = Arc::new(Faults::new(None, Vec::new(), &Model::new().unwrap()).unwrap());
        made.outbox = Outbox::open(&made.store, faults, 3).unwrap();
        made.change(&["f"], Vec::new());
        assert_eq!(made.told(), ["d", "e", "f"]);
        assert_eq!(after(&made.store, 5, 10).unwrap()[0].0, 6);
    }

    #[test]
    fn doubled_ones_have_one_id() {
        let mut made = outbox(&json!([{ "operation": "event", "deliver": "twice", "count": 1 }]), 10);
        made.change(&["a", "b"], Vec::new());
        assert_eq!(made.told(), ["a", "a", "b"]);
        let all = after(&made.store, 0, 10).unwrap();
        assert_eq!(all[0].1, all[1].1);
    }

    #[test]
    fn late_ones_wait_for_their_timer() {
        let rule = json!([{ "operation": "event", "event": "Session Start", "delayMs": 5000, "count": 1 }]);
        let mut made = outbox(&rule, 10);
        assert_eq!(made.change(&["a", "b"], Vec::new()), Some(6000));
        assert_eq!(made.told(), ["b"]);
        let waiting = made.waiting();
        assert_eq!(waiting[0]["time"], "1970-01-01T00:00:01Z");
        made.change(&[], waiting);
        assert_eq!(made.told(), ["b", "a"]);
    }

    #[test]
    fn swapped_ones_come_after_the_next() {
        let rule = json!([{ "operation": "event", "deliver": "swap", "count": 1 }]);
        for changes in [&[&["a", "b", "c"][..]][..], &[&["a"], &["b"], &["c"]]] {
            let mut made = outbox(&rule, 10);
            for change in changes {
                made.change(change, Vec::new());
            }
            assert_eq!(made.told(), ["b", "a", "c"]);
            assert_eq!(made.waiting(), [] as [Value; 0], "its timer is gone");
        }
        // Without a next one, the timer sends it, and nobody else does once more.
        let mut made = outbox(&rule, 10);
        assert_eq!(made.change(&["a"], Vec::new()), Some(2000));
        made.change(&[], made.waiting());
        made.change(&["b"], Vec::new());
        assert_eq!(made.told(), ["a", "b"]);
    }

    #[test]
    fn when_all_are_swapped_each_two_change_places() {
        let rule = json!([{ "operation": "event", "deliver": "swap" }]);
        for changes in [&[&["a", "b", "c", "d", "e"][..]][..], &[&["a"], &["b"], &["c"], &["d"], &["e"]]] {
            let mut made = outbox(&rule, 10);
            for change in changes {
                made.change(change, Vec::new());
            }
            assert_eq!(made.told(), ["b", "a", "d", "c"]);
            assert_eq!(made.waiting().len(), 1, "the last waits for its timer");
        }
    }

    #[test]
    fn another_state_begins_anew() {
        let mut made = outbox(&json!([]), 10);
        made.change(&["a", "b"], Vec::new());
        let place = made.outbox.place();
        assert_eq!(*place.borrow(), Place { epoch: 0, base: 0, last: 2, is_over: false });
        let writes = vec![("outbox/0000000000000002".to_owned(), None)];
        made.store.commit(Transaction { checks: Vec::new(), writes }).unwrap();
        made.outbox.replaced(&made.store).unwrap();
        assert_eq!(*place.borrow(), Place { epoch: 1, base: 1, last: 1, is_over: false });
    }
}
