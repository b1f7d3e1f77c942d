//! The targets of a server, and how it goes with each.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use serde_json::{Value, json};
use tokio::sync::watch;

use super::outbox::{Outbox, Place};
use super::position::{keep, kept, key_of};
use super::target::Target;
use crate::store::{Store, StoreError};

/// The most targets at once.
const MOST: usize = 100;

/// Everybody who is told of events.
pub(crate) struct Targets {
    /// Those that the server began with, and the keys under which the state keeps how far each was told.
    first: Vec<(Target, String)>,
    outbox: Arc<Outbox>,
    all: Mutex<All>,
    changed: watch::Sender<()>,
}

#[derive(Default)]
struct All {
    added: u64,
    targets: Vec<(String, Target, State)>,
}

/// Where the telling of a target begins.
#[derive(Clone, Debug, Default)]
pub(super) struct Begun {
    pub(super) place: Place,
    /// The key under which the state keeps how far it was told; none for a target that a restart forgets.
    pub(super) kept: Option<String>,
}

/// How it goes with a target.
#[derive(Clone, Debug, Default)]
pub(super) struct State {
    pub(super) delivered: u64,
    pub(super) retried: u64,
    /// Given up after the last attempt.
    pub(super) lost: u64,
    pub(super) error: Option<String>,
    /// The last event that it was told of, or that it does not want.
    pub(super) told: u64,
    begun: Begun,
}

impl Targets {
    /// These targets. Those that the state knows go on where they were.
    pub(crate) fn new(first: &[Value], outbox: &Arc<Outbox>, store: &dyn Store) -> Result<Self, String> {
        let named = |given: &Value| Target::parse(given).map(|target| (target, key_of(given)));
        let first = first.iter().map(named).collect::<Result<_, _>>()?;
        let (all, changed) = (Mutex::default(), watch::Sender::default());
        let targets = Self { first, outbox: Arc::clone(outbox), all, changed };
        targets.reset();
        targets.resume(store).map_err(|error| error.to_string())?;
        Ok(targets)
    }

    /// Goes on where the state says that each target was.
    fn resume(&self, store: &dyn Store) -> Result<(), StoreError> {
        for (_, _, State { begun, told, .. }) in &mut self.lock().targets {
            let Some(key) = &begun.kept else { continue };
            match kept(store, key)? {
                Some(kept) => begun.place.last = kept.min(begun.place.last),
                // A server that ends before it was told of anything must know where it began.
                None => keep(store, key, begun.place.last)?,
            }
            *told = begun.place.last;
        }
        Ok(())
    }

    /// Back to the targets that the server began with.
    pub(crate) fn reset(&self) {
        let mut all = self.lock();
        all.targets.clear();
        for (target, key) in &self.first {
            all.added += 1;
            let id = format!("t{}", all.added);
            all.targets.push((id, target.clone(), self.state(Some(key))));
        }
        drop(all);
        self.changed.send_replace(());
    }

    /// Only the targets that the server began with. Those that are left of them go on where they are.
    pub(crate) fn calm(&self) {
        let mut all = self.lock();
        all.targets.retain(|(.., state)| state.begun.kept.is_some());
        for (target, key) in &self.first {
            if all.targets.iter().all(|(.., state)| state.begun.kept.as_ref() != Some(key)) {
                all.added += 1;
                let id = format!("t{}", all.added);
                all.targets.push((id, target.clone(), self.state(Some(key))));
            }
        }
        drop(all);
        self.changed.send_replace(());
    }

    /// Adds a target, and gives its ID.
    fn add(&self, given: &Value) -> Result<String, String> {
        let target = Target::parse(given)?;
        let mut all = self.lock();
        if all.targets.len() == MOST {
            return Err(format!("there can be {MOST} targets at once; delete some first"));
        }
        all.added += 1;
        let id = format!("t{}", all.added);
        all.targets.push((id.clone(), target, self.state(None)));
        drop(all);
        self.changed.send_replace(());
        Ok(id)
    }

    fn remove(&self, id: &str) -> bool {
        let mut all = self.lock();
        let before = all.targets.len();
        all.targets.retain(|(other, ..)| other != id);
        let is_gone = all.targets.len() < before;
        drop(all);
        self.changed.send_replace(());
        is_gone
    }

    pub(super) fn changed(&self) -> watch::Receiver<()> {
        self.changed.subscribe()
    }

    /// The targets, and where the telling of each begins.
    pub(super) fn all(&self) -> Vec<(String, Target, Begun)> {
        let all = self.lock();
        let of =
            |(id, target, state): &(String, Target, State)| (id.clone(), target.clone(), state.begun.clone());
        all.targets.iter().map(of).collect()
    }

    fn state(&self, kept: Option<&String>) -> State {
        let place = *self.outbox.place().borrow();
        State { told: place.last, begun: Begun { place, kept: kept.cloned() }, ..State::default() }
    }

    /// Notes what came of telling a target.
    pub(super) fn note(&self, id: &str, note: impl FnOnce(&mut State)) {
        if let Some((.., state)) = self.lock().targets.iter_mut().find(|(other, ..)| other == id) {
            note(state);
        }
    }

    /// The targets as JSON, each with how far it is.
    pub(crate) fn list(&self) -> Value {
        let show = |(id, target, state): &(String, Target, State)| {
            let mut shown = target.show();
            shown.insert("id".into(), id.as_str().into());
            shown.insert("told".into(), state.told.into());
            shown.insert("delivered".into(), state.delivered.into());
            shown.insert("retried".into(), state.retried.into());
            shown.insert("lost".into(), state.lost.into());
            shown.insert("error".into(), state.error.clone().into());
            Value::Object(shown)
        };
        self.lock().targets.iter().map(show).collect()
    }

    fn lock(&self) -> MutexGuard<'_, All> {
        self.all.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Answers a request for `/_ivs/targets`. None when the path is another's.
pub(crate) fn answer(targets: &Targets, method: &str, path: &str, body: &[u8]) -> Option<(u16, Value)> {
    let (name, id) = path.split_once('/').unwrap_or((path, ""));
    if name != "targets" {
        return None;
    }
    let refused = |status, message: String| (status, json!({ "message": message }));
    let added = || {
        let given = serde_json::from_slice(body).map_err(|error| format!("the body is not JSON: {error}"))?;
        targets.add(&given)
    };
    Some(match (method, id) {
        ("GET", "") => (200, json!({ "targets": targets.list() })),
        ("POST", "") => added().map_or_else(|message| refused(400, message), |id| (201, json!({ "id": id }))),
        ("DELETE", id) if targets.remove(id) => (200, json!({ "targets": targets.list() })),
        ("DELETE", id) => refused(404, format!("there is no target {id}; GET /_ivs/targets lists them")),
        _ => refused(405, "targets are listed with GET, added with POST, deleted with DELETE".to_owned()),
    })
}
