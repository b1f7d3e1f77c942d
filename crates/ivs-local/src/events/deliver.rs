//! Tells targets of events: each in the order of the outbox, and none holds up another.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use serde_json::Value;
use tokio::task::AbortHandle;

use super::outbox::{Outbox, Place, after};
use super::target::{LONGEST_MS, Target};
use super::targets::Targets;
use crate::store::Store;

/// How many events are read at once.
const CHUNK: usize = 200;

/// Tells all targets, for ever. Whoever drops it stops it.
pub(crate) async fn deliver(store: Arc<dyn Store>, outbox: Arc<Outbox>, targets: Arc<Targets>) {
    let mut changed = targets.changed();
    let mut running = Running::default();
    loop {
        let all = targets.all();
        running.0.retain(|id, task| {
            let is_there = all.iter().any(|(other, ..)| other == id);
            if !is_there {
                task.abort();
            }
            is_there
        });
        for (id, target, begun) in all {
            running.0.entry(id.clone()).or_insert_with(|| {
                let teller = Teller { id, target, targets: Arc::clone(&targets) };
                tokio::spawn(teller.run(Arc::clone(&store), Arc::clone(&outbox), begun)).abort_handle()
            });
        }
        if changed.changed().await.is_err() {
            return;
        }
    }
}

/// Those who tell. They end with it.
#[derive(Default)]
struct Running(HashMap<String, AbortHandle>);

impl Drop for Running {
    fn drop(&mut self) {
        for task in self.0.values() {
            task.abort();
        }
    }
}

/// One who tells a target.
struct Teller {
    id: String,
    target: Target,
    targets: Arc<Targets>,
}

impl Teller {
    async fn run(self, store: Arc<dyn Store>, outbox: Arc<Outbox>, begun: Place) {
        let mut place = outbox.place();
        let (mut epoch, mut told) = (begun.epoch, begun.last);
        loop {
            let now = *place.borrow_and_update();
            if now.epoch != epoch {
                (epoch, told) = (now.epoch, now.base);
                self.targets.note(&self.id, |state| state.told = told);
            }
            let events = if now.last > told { after(&*store, told, CHUNK) } else { Ok(Vec::new()) };
            let events = events.unwrap_or_else(|error| {
                tracing::warn!(%error, "events can not be read");
                Vec::new()
            });
            let Some(&(last, _)) = events.last() else {
                if now.is_over || place.changed().await.is_err() {
                    return;
                }
                continue;
            };
            let wanted: Vec<&Value> =
                events.iter().map(|(_, event)| &**event).filter(|event| self.target.wants(event)).collect();
            for some in wanted.chunks(self.target.at_once()) {
                self.tell(some.to_vec()).await;
            }
            told = last;
            self.targets.note(&self.id, |state| state.told = last);
        }
    }

    /// Tells until it is heard, or until there were enough attempts.
    async fn tell(&self, mut events: Vec<&Value>) {
        let mut wait = self.target.retry_ms;
        for attempt in 1.. {
            let Err(told) = self.target.tell(&events).await else { break };
            let heard = (events.len() - told.again.len()) as u64;
            let is_last = attempt >= self.target.attempts;
            let lost = if is_last { told.again.len() as u64 } else { 0 };
            tracing::debug!(target = self.id, error = told.error, "events were not taken");
            self.targets.note(&self.id, |state| {
                state.delivered += heard;
                state.retried += u64::from(!is_last);
                state.lost += lost;
                state.error = Some(told.error);
            });
            events = told.again.into_iter().filter_map(|place| events.get(place).copied()).collect();
            if is_last || events.is_empty() {
                return;
            }
            tokio::time::sleep(Duration::from_millis(wait)).await;
            wait = wait.saturating_mul(2).min(LONGEST_MS);
        }
        self.targets.note(&self.id, |state| {
            state.delivered += events.len() as u64;
            state.error = None;
        });
    }
}
