//! Tells targets of events: each in the order of the outbox, and none holds up another.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use futures_util::future::BoxFuture;
use serde_json::Value;
use tokio::task::AbortHandle;

use super::outbox::{Outbox, after};
use super::position::keep;
use super::target::{LONGEST_MS, Target};
use super::targets::{Begun, Targets};
use crate::store::Store;

/// How many events are read at once.
const CHUNK: usize = 200;

/// How somebody who tells waits for the next attempt: until it has passed, of course, unless a test counts it.
type Wait = Arc<dyn Fn(Duration) -> BoxFuture<'static, ()> + Send + Sync>;

/// Tells all targets, for ever. Whoever drops it stops it.
pub(crate) async fn deliver(store: Arc<dyn Store>, outbox: Arc<Outbox>, targets: Arc<Targets>) {
    deliver_waiting(store, outbox, targets, Arc::new(|wait| Box::pin(tokio::time::sleep(wait)))).await;
}

/// As [`deliver`], with this way to wait.
async fn deliver_waiting(store: Arc<dyn Store>, outbox: Arc<Outbox>, targets: Arc<Targets>, wait: Wait) {
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
                let (store, outbox) = (Arc::clone(&store), Arc::clone(&outbox));
                let (targets, wait) = (Arc::clone(&targets), Arc::clone(&wait));
                let teller = Teller { id, target, targets, store, outbox, wait };
                tokio::spawn(teller.run(begun)).abort_handle()
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
    store: Arc<dyn Store>,
    outbox: Arc<Outbox>,
    wait: Wait,
}

impl Teller {
    async fn run(self, begun: Begun) {
        let mut place = self.outbox.place();
        let (mut epoch, mut told) = (begun.place.epoch, begun.place.last);
        loop {
            let now = *place.borrow_and_update();
            if now.epoch != epoch {
                (epoch, told) = (now.epoch, now.base);
                self.reached(epoch, told, &begun);
            }
            let events = if now.last > told { after(&*self.store, told, CHUNK) } else { Ok(Vec::new()) };
            let events = events.unwrap_or_else(|error| {
                tracing::warn!(%error, "events cannot be read");
                Vec::new()
            });
            let Some(&(last, _)) = events.last() else {
                if now.is_over || place.changed().await.is_err() {
                    return;
                }
                continue;
            };
            let missed = events.first().map_or(0, |(first, _)| first.saturating_sub(told + 1));
            if missed > 0 && place.borrow().epoch == epoch {
                // It was away for so long that the outbox has forgotten them.
                self.targets.note(&self.id, |state| state.lost += missed);
            }
            let wanted: Vec<_> = events.iter().filter(|(_, event)| self.target.wants(event)).collect();
            for some in wanted.chunks(self.target.at_once()) {
                self.tell(some.iter().map(|(_, event)| &**event).collect()).await;
                told = some.last().map_or(told, |(number, _)| *number);
                if !self.reached(epoch, told, &begun) {
                    break;
                }
            }
            if told < last && self.reached(epoch, last, &begun) {
                told = last;
            }
        }
    }

    /// Notes how far the target was told, and keeps it if that is to outlast the server. False when the state has
    /// become another one, whose events are others.
    fn reached(&self, epoch: u64, told: u64, begun: &Begun) -> bool {
        {
            let place = self.outbox.place();
            // While this is held, the state does not become another one.
            let now = place.borrow();
            if now.epoch != epoch {
                return false;
            }
            if let Some(key) = &begun.kept
                && let Err(error) = keep(&*self.store, key, told)
            {
                tracing::warn!(%error, "the progress of a target could not be saved");
            }
        }
        self.targets.note(&self.id, |state| state.told = told);
        true
    }

    /// Tells until it is heard, or until there were enough attempts.
    async fn tell(&self, mut events: Vec<&Value>) {
        let mut wait = self.target.retry_ms;
        for attempt in 1.. {
            let Err(told) = self.target.tell(&events).await else { break };
            let heard = (events.len() - told.again.len()) as u64;
            let is_last = attempt >= self.target.attempts;
            let lost = if is_last { told.again.len() as u64 } else { 0 };
            tracing::debug!(target = self.id, error = told.error, "a target did not accept events");
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
            (self.wait)(Duration::from_millis(wait)).await;
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
    use serde_json::json;
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::net::{TcpListener, TcpStream};
    use tokio::task::JoinHandle;
    use tokio::time::timeout;

    use super::*;
    use crate::events::outbox::News;
    use crate::events::position::{keep, kept, key_of};
    use crate::faults::Faults;
    use crate::ids::Ids;
    use crate::store::{MemoryStore, Transaction};

    /// What would never end ends then.
    const PATIENCE: Duration = Duration::from_secs(60);

    /// A state, and a webhook that is told of its events.
    struct Made {
        store: Arc<dyn Store>,
        listener: TcpListener,
        target: Value,
    }

    /// A server with that state.
    struct Server {
        store: Arc<dyn Store>,
        outbox: Arc<Outbox>,
        targets: Arc<Targets>,
        task: JoinHandle<()>,
    }

    impl Made {
        async fn new() -> Self {
            let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
            let url = format!("http://{}/hook", listener.local_addr().unwrap());
            // Nobody waits for a second attempt here.
            let target = json!({ "url": url, "retryMs": 60_000 });
            Self { store: Arc::new(MemoryStore::default()), listener, target }
        }

        fn begin(&self) -> Server {
            self.begin_waiting(Arc::new(|wait| Box::pin(tokio::time::sleep(wait))))
        }

        fn begin_waiting(&self, wait: Wait) -> Server {
            let faults = Faults::new(None, Vec::new(), &Model::new().unwrap()).unwrap();
            let outbox = Arc::new(Outbox::open(&*self.store, Arc::new(faults), 10).unwrap());
            let targets = Targets::new(std::slice::from_ref(&self.target), &outbox, &*self.store).unwrap();
            let (store, targets) = (Arc::clone(&self.store), Arc::new(targets));
            let telling =
                deliver_waiting(Arc::clone(&store), Arc::clone(&outbox), Arc::clone(&targets), wait);
            let task = tokio::spawn(telling);
            Server { store, outbox, targets, task }
        }

        /// The ID of the next event that comes, and where the answer goes.
        async fn heard(&self) -> (String, TcpStream) {
            let (mut socket, _) =
                timeout(PATIENCE, self.listener.accept()).await.expect("nobody calls").unwrap();
            let mut head = vec![0; 4096];
            let read = timeout(PATIENCE, socket.read(&mut head)).await.expect("nothing comes").unwrap();
            let head = String::from_utf8_lossy(&head[..read]).into_owned();
            let id = head.lines().find_map(|line| line.strip_prefix("webhook-id: "));
            (id.unwrap().to_owned(), socket)
        }

        /// The ID of the next event that comes, which gets this answer.
        async fn next(&self, status: u16) -> String {
            let (id, mut socket) = self.heard().await;
            answer(&mut socket, status).await;
            id
        }

        /// The last event that a server which begins with this state takes for told.
        fn kept(&self) -> Option<u64> {
            kept(&*self.store, &key_of(&self.target)).unwrap()
        }
    }

    async fn answer(socket: &mut TcpStream, status: u16) {
        let text = format!("HTTP/1.1 {status} X\r\ncontent-length: 0\r\n\r\n");
        socket.write_all(text.as_bytes()).await.unwrap();
    }

    impl Server {
        /// Events with these IDs, in one change.
        fn happen(&self, ids: &[&str]) {
            let late = ids.iter().map(|id| json!({ "id": id })).collect();
            let news = News { happened: Vec::new(), late };
            let batch = self.outbox.announce(("a", "r", 0), &mut Ids::seeded("x", 1), news);
            let transaction = Transaction { checks: Vec::new(), writes: batch.writes };
            assert!(self.store.commit(transaction).unwrap());
            self.outbox.committed(batch.pending);
        }

        async fn until(&self, mut holds: impl FnMut(&Value) -> bool) {
            let waited = async {
                while !holds(&self.targets.list()[0]) {
                    tokio::time::sleep(Duration::from_millis(1)).await;
                }
            };
            timeout(PATIENCE, waited).await.expect("it never holds");
        }

        async fn stop(self) {
            self.task.abort();
            // It is over when it says so.
            let _ = self.task.await;
        }
    }

    #[tokio::test]
    async fn a_target_goes_on_where_it_was_after_a_restart() {
        let made = Made::new().await;
        let event = |number: u64| (format!("outbox/{number:016}"), Some(json!({ "id": number.to_string() })));
        let writes = vec![event(1), event(2), event(3)];
        assert!(made.store.commit(Transaction { checks: Vec::new(), writes }).unwrap());
        let server = made.begin();
        server.happen(&["4"]);
        assert_eq!(made.next(204).await, "4", "what was there before is not told");
        server.until(|target| target["told"] == 4 && target["delivered"] == 1).await;
        server.stop().await;
        keep(&*made.store, &key_of(&made.target), 2).unwrap();
        let server = made.begin();
        assert_eq!([made.next(204).await, made.next(204).await], ["3", "4"]);
        server.until(|target| target["told"] == 4 && target["delivered"] == 2).await;
        assert_eq!(made.kept(), Some(4));
        server.stop().await;
        let server = made.begin();
        server.happen(&["5"]);
        assert_eq!(made.next(204).await, "5", "nothing is told twice");
        server.stop().await;
    }

    #[tokio::test]
    async fn what_was_not_taken_before_a_restart_is_told_after_it() {
        let made = Made::new().await;
        let server = made.begin();
        server.happen(&["1", "2", "3"]);
        assert_eq!(made.next(500).await, "1");
        server.until(|target| target["retried"] == 1).await;
        server.stop().await;
        let server = made.begin();
        assert_eq!(made.next(204).await, "1", "it was never told of anything, and knows where it began");
        assert_eq!(made.next(204).await, "2");
        assert_eq!(made.next(500).await, "3");
        server.until(|target| target["told"] == 2).await;
        server.stop().await;
        let _server = made.begin();
        assert_eq!(made.next(204).await, "3", "what was taken before it is not told again");
    }

    #[tokio::test]
    async fn what_was_forgotten_before_a_target_was_told_of_it_is_counted_as_lost() {
        let made = Made::new().await;
        let server = made.begin();
        server.happen(&["1"]);
        let (id, mut socket) = made.heard().await;
        assert_eq!(id, "1");
        // Ten are kept: 7 and those after it.
        for number in 2..=16 {
            server.happen(&[&number.to_string()]);
        }
        answer(&mut socket, 204).await;
        for number in 7..=16 {
            assert_eq!(made.next(204).await, number.to_string());
        }
        server.until(|target| target["lost"] == 5 && target["delivered"] == 11).await;
    }

    /// Nobody waits here: the waits are noted.
    #[tokio::test]
    async fn each_wait_is_twice_as_long_as_the_one_before_up_to_a_minute() {
        let mut made = Made::new().await;
        made.target["attempts"] = json!(9);
        made.target["retryMs"] = json!(1000);
        let waits = Arc::new(std::sync::Mutex::new(Vec::new()));
        let server = made.begin_waiting({
            let waits = Arc::clone(&waits);
            Arc::new(move |wait: Duration| {
                waits.lock().unwrap().push(wait.as_millis());
                Box::pin(std::future::ready(()))
            })
        });
        server.happen(&["1", "2"]);
        for _ in 0..9 {
            assert_eq!(made.next(503).await, "1");
        }
        assert_eq!(made.next(500).await, "2", "it was given up");
        assert_eq!(made.next(204).await, "2");
        server.until(|target| target["lost"] == 1 && target["delivered"] == 1).await;
        let expected = [1000, 2000, 4000, 8000, 16_000, 32_000, 60_000, 60_000, 1000];
        assert_eq!(*waits.lock().unwrap(), expected, "a minute is the most, and each event begins anew");
        assert_eq!(server.targets.list()[0]["retried"], 9);
        server.stop().await;
    }

    #[tokio::test]
    async fn a_position_is_of_the_state_that_is_there() {
        let made = Made::new().await;
        let server = made.begin();
        server.happen(&["1", "2", "3"]);
        assert_eq!(made.next(204).await, "1");
        let (id, mut socket) = made.heard().await;
        assert_eq!(id, "2");
        // The state becomes another one, which is empty.
        let writes = (1..=3).map(|number| (format!("outbox/{number:016}"), None)).collect();
        assert!(made.store.commit(Transaction { checks: Vec::new(), writes }).unwrap());
        server.outbox.replaced(&*made.store).unwrap();
        answer(&mut socket, 204).await;
        server.until(|target| target["told"] == 0 && made.kept() == Some(0)).await;
        server.happen(&["a"]);
        assert_eq!(made.next(204).await, "a", "what was to be told of the other state is not");
        server.until(|target| target["told"] == 1 && made.kept() == Some(1)).await;
    }
}
