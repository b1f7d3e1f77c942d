//! Tells targets of events: each in the order of the outbox, and none holds up another.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value, json};
use tokio::task::AbortHandle;

use super::outbox::{Outbox, after};
use super::target::{LONGEST_MS, Target};
use super::targets::{Begun, Targets};
use crate::store::{Store, Transaction};

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

/// Keeps how far a target was told, for a server that begins with this state.
fn keep(store: &dyn Store, key: &str, told: u64) {
    let writes = vec![(key.to_owned(), Some(json!({ "last": told })))];
    if let Err(error) = store.commit(Transaction { checks: Vec::new(), writes }) {
        tracing::warn!(%error, "how far a target was told is not kept");
    }
}

/// One who tells a target.
struct Teller {
    id: String,
    target: Target,
    targets: Arc<Targets>,
}

impl Teller {
    async fn run(self, store: Arc<dyn Store>, outbox: Arc<Outbox>, begun: Begun) {
        let mut place = outbox.place();
        let (mut epoch, mut told) = (begun.place.epoch, begun.place.last);
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
            if let Some(key) = &begun.kept {
                keep(&*store, key, told);
            }
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

#[cfg(test)]
mod tests {
    use ivs_model::Model;
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::net::TcpListener;

    use super::*;
    use crate::faults::Faults;
    use crate::store::MemoryStore;

    #[tokio::test]
    async fn a_target_goes_on_where_it_was_after_a_restart() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/hook", listener.local_addr().unwrap());
        let store: Arc<dyn Store> = Arc::new(MemoryStore::default());
        let event = |number: u64| (format!("outbox/{number:016}"), Some(json!({ "id": number.to_string() })));
        let commit = |writes| assert!(store.commit(Transaction { checks: Vec::new(), writes }).unwrap());
        commit(vec![event(1), event(2), event(3)]);
        let begin = || {
            let faults = Faults::new(None, Vec::new(), &Model::new().unwrap()).unwrap();
            let outbox = Arc::new(Outbox::open(&*store, Arc::new(faults), 10).unwrap());
            let targets = Targets::new(&[json!({ "url": url })], &outbox, &*store).unwrap();
            tokio::spawn(deliver(Arc::clone(&store), outbox, Arc::new(targets)))
        };
        // The ID of the next event that comes; none within so many milliseconds.
        let next_within = async |limit| {
            let (mut socket, _) =
                tokio::time::timeout(Duration::from_millis(limit), listener.accept()).await.ok()?.unwrap();
            let mut head = vec![0; 4096];
            let read = socket.read(&mut head).await.unwrap();
            socket.write_all(b"HTTP/1.1 204 No Content\r\n\r\n").await.unwrap();
            let head = String::from_utf8_lossy(&head[..read]).into_owned();
            head.lines().find_map(|line| line.strip_prefix("webhook-id: ").map(str::to_owned))
        };
        let next = async || next_within(60_000).await;
        let none = async || next_within(200).await.is_none();
        let server = begin();
        assert!(none().await, "what was there before is not told");
        server.abort();
        let key = super::super::targets::key_of(&json!({ "url": url }));
        commit(vec![(key.clone(), Some(json!({ "last": 1 })))]);
        let server = begin();
        assert_eq!([next().await, next().await], [Some("2".to_owned()), Some("3".to_owned())]);
        while store.get(&key).unwrap().unwrap().value["last"] != 3 {
            tokio::task::yield_now().await;
        }
        server.abort();
        let next = async || next_within(60_000).await;
        let none = async || next_within(200).await.is_none();
        let server = begin();
        assert!(none().await, "nothing is told twice");
        server.abort();
    }
}
