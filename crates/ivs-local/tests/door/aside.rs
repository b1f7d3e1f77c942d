//! What takes long holds up nobody who need not wait for it. The server has a single thread for requests: whoever holds it holds up
//! all others.

use std::net::TcpListener;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, mpsc as blocking};

use ivs_local::{Auth, Entry, MemoryStore, Server, Settings, Store, StoreError, Transaction, serve};
use serde_json::{Value, json};
use tokio::sync::mpsc;
use tokio::time::timeout;

use crate::local::{Answer, PATIENCE, request};

/// State that is read as a whole only when a test says so, once it is shut.
struct Gated {
    inner: MemoryStore,
    gate: Arc<Gate>,
}

struct Gate {
    is_shut: AtomicBool,
    reached: mpsc::UnboundedSender<()>,
    opened: Mutex<blocking::Receiver<()>>,
}

impl Gate {
    fn pass(&self) {
        if self.is_shut.swap(false, Ordering::SeqCst) {
            self.reached.send(()).unwrap();
            // A test that failed opens nothing any more.
            let _ = self.opened.lock().unwrap().recv();
        }
    }
}

impl Store for Gated {
    fn get(&self, key: &str) -> Result<Option<Entry>, StoreError> {
        self.inner.get(key)
    }

    fn scan(&self, prefix: &str, after: &str, limit: usize) -> Result<Vec<(String, Entry)>, StoreError> {
        if prefix.is_empty() && limit == usize::MAX {
            self.gate.pass();
        }
        self.inner.scan(prefix, after, limit)
    }

    fn count(&self, prefix: &str) -> Result<usize, StoreError> {
        self.inner.count(prefix)
    }

    fn commit(&self, transaction: Transaction) -> Result<bool, StoreError> {
        self.inner.commit(transaction)
    }
}

/// A server, and the gate before the whole of its state.
struct Local {
    port: u16,
    gate: Arc<Gate>,
    reached: mpsc::UnboundedReceiver<()>,
    open: blocking::Sender<()>,
}

impl Local {
    fn start() -> Self {
        let (reached, has_reached) = mpsc::unbounded_channel();
        let (open, opened) = blocking::channel();
        let gate = Arc::new(Gate { is_shut: AtomicBool::new(false), reached, opened: Mutex::new(opened) });
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        listener.set_nonblocking(true).unwrap();
        let port = listener.local_addr().unwrap().port();
        let store = Gated { inner: MemoryStore::default(), gate: Arc::clone(&gate) };
        let settings = Settings { auth: Auth::Off, ..Settings::default() };
        let server = Arc::new(Server::new(settings, Box::new(store), port).unwrap());
        std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            runtime.block_on(async {
                let listener = tokio::net::TcpListener::from_std(listener).unwrap();
                serve(server, listener, std::future::pending()).await;
            });
        });
        Self { port, gate, reached: has_reached, open }
    }

    /// Asks for something that has to read the whole state, and waits until it would.
    async fn begin(&mut self, method: &'static str, path: &'static str, body: String) -> Asked {
        self.gate.is_shut.store(true, Ordering::SeqCst);
        let asked = self.ask(method, path, body);
        timeout(PATIENCE, self.reached.recv()).await.expect("it reads the state");
        asked
    }

    fn ask(&self, method: &'static str, path: &'static str, body: String) -> Asked {
        let port = self.port;
        tokio::spawn(async move { request(port, method, path, &[], body.as_bytes()).await })
    }

    /// A request that is answered at once.
    async fn now(&self, method: &'static str, path: &'static str, body: Value) -> Value {
        let body = if body.is_null() { String::new() } else { body.to_string() };
        let answer = self.ask(method, path, body).await.unwrap();
        assert_eq!(answer.status, 200, "{path}: {}", answer.body);
        answer.json()
    }

    fn open(&self) {
        self.open.send(()).unwrap();
    }
}

type Asked = tokio::task::JoinHandle<Answer>;

#[tokio::test]
async fn others_read_and_write_while_a_snapshot_is_taken() {
    let mut local = Local::start();
    let made = local.now("POST", "/CreateStage", json!({ "name": "before" })).await;
    let snapshot = local.begin("GET", "/_ivs/snapshot", String::new()).await;
    local.now("GET", "/_ivs/health", Value::Null).await;
    let arn = &made["stage"]["arn"];
    let found = local.now("POST", "/GetStage", json!({ "arn": arn })).await;
    assert_eq!(&found["stage"]["arn"], arn);
    local.now("POST", "/CreateStage", json!({ "name": "meanwhile" })).await;
    assert!(!snapshot.is_finished());
    local.open();
    let kept = snapshot.await.unwrap();
    assert!(kept.status == 200 && kept.body.contains("\"before\""), "{}", kept.body);
}

#[tokio::test]
async fn signs_of_life_are_given_while_a_state_is_restored_and_calls_come_after_it() {
    let mut local = Local::start();
    local.now("POST", "/CreateStage", json!({ "name": "kept" })).await;
    let kept = local.ask("GET", "/_ivs/snapshot", String::new()).await.unwrap().body;
    local.now("POST", "/CreateStage", json!({ "name": "forgotten" })).await;
    let restore = local.begin("POST", "/_ivs/restore", kept).await;
    // More than the server has threads for requests.
    let calls = [(); 4].map(|()| local.ask("POST", "/CreateStage", json!({ "name": "after" }).to_string()));
    for path in ["/_ivs/health", "/_ivs/ready", "/favicon.ico"].repeat(4) {
        let answer = local.ask("GET", path, String::new()).await.unwrap();
        assert!(matches!(answer.status, 200 | 204), "{path}: {}", answer.body);
    }
    assert!(!restore.is_finished());
    assert!(calls.iter().all(|call| !call.is_finished()));
    local.open();
    assert_eq!(restore.await.unwrap().status, 200);
    for call in calls {
        assert_eq!(call.await.unwrap().status, 200);
    }
    let stages = local.now("POST", "/ListStages", json!({})).await;
    let mut names: Vec<_> =
        stages["stages"].as_array().unwrap().iter().map(|one| one["name"].clone()).collect();
    names.sort_by_key(Value::to_string);
    assert_eq!(names, ["after", "after", "after", "after", "kept"]);
}
