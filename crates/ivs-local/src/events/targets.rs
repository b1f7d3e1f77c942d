//! The targets of a server, and how it goes with each.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use serde_json::{Value, json};
use tokio::sync::watch;

use super::outbox::{Outbox, Place};
use super::target::Target;

/// The most targets at once.
const MOST: usize = 100;

/// Everybody who is told of events.
pub(crate) struct Targets {
    /// Those that the server began with.
    first: Vec<Target>,
    outbox: Arc<Outbox>,
    all: Mutex<All>,
    changed: watch::Sender<()>,
}

#[derive(Default)]
struct All {
    added: u64,
    targets: Vec<(String, Target, State)>,
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
    /// How far the outbox was when the target came.
    begun: Place,
}

impl Targets {
    pub(crate) fn new(first: &[Value], outbox: &Arc<Outbox>) -> Result<Self, String> {
        let first = first.iter().map(Target::parse).collect::<Result<_, _>>()?;
        let (all, changed) = (Mutex::default(), watch::Sender::default());
        let targets = Self { first, outbox: Arc::clone(outbox), all, changed };
        targets.reset();
        Ok(targets)
    }

    /// Back to the targets that the server began with.
    pub(crate) fn reset(&self) {
        let mut all = self.lock();
        all.targets.clear();
        for target in &self.first {
            all.added += 1;
            let id = format!("t{}", all.added);
            all.targets.push((id, target.clone(), self.state()));
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
        all.targets.push((id.clone(), target, self.state()));
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

    /// The targets, and how far the outbox was when each came.
    pub(super) fn all(&self) -> Vec<(String, Target, Place)> {
        let all = self.lock();
        all.targets.iter().map(|(id, target, state)| (id.clone(), target.clone(), state.begun)).collect()
    }

    fn state(&self) -> State {
        let begun = *self.outbox.place().borrow();
        State { begun, told: begun.last, ..State::default() }
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
