//! A Redis server, a proxy in front of it, and subjects.

use std::io::{Read, Write};
use std::net::{Ipv4Addr, Shutdown, SocketAddr, TcpListener, TcpStream};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, Once};
use std::time::{Duration, Instant};

use ivs_token::{ChannelArn, StageArn};
use ivs_token_redis::{RedisStore, RedisStoreBuilder, WhenAway};

pub const STAGE: &str = "arn:aws:ivs:us-west-2:123456789012:stage/oRmLNwuCeMlQ";
pub const CHANNEL: &str = "arn:aws:ivs:us-west-2:123456789012:channel/abcdABCDefgh";

pub fn stage() -> StageArn {
    STAGE.parse().unwrap()
}

pub fn channel() -> ChannelArn {
    CHANNEL.parse().unwrap()
}

/// A Redis server of the test's own; killed when dropped.
pub struct Server {
    port: u16,
    arguments: Vec<String>,
    folder: tempfile::TempDir,
    child: Child,
}

impl Server {
    /// Starts one that keeps nothing on disk; `None` skips the test.
    pub fn start() -> Option<Self> {
        Self::start_with(&["--appendonly", "no"])
    }

    pub fn start_with(arguments: &[&str]) -> Option<Self> {
        Self::start_configured("", arguments)
    }

    /// With this text in a configuration file. `FREE` in the arguments becomes a free port.
    pub fn start_configured(configuration: &str, arguments: &[&str]) -> Option<Self> {
        let program = program()?;
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("redis.conf"), configuration).unwrap();
        let arguments: Vec<String> = arguments.iter().map(|&argument| argument.to_owned()).collect();
        // Another program may take the port before the server does: then it ends, and another port is tried.
        for _ in 0..20 {
            let port = free_port();
            let mut child = spawn(&program, port, folder.path(), &arguments);
            if wait_until_up(port, &mut child) {
                return Some(Self { port, arguments, folder, child });
            }
        }
        panic!("{} does not start", program.display());
    }

    pub fn url(&self) -> String {
        format!("redis://127.0.0.1:{}/", self.port)
    }

    pub fn address(&self) -> SocketAddr {
        (Ipv4Addr::LOCALHOST, self.port).into()
    }

    pub fn folder(&self) -> &std::path::Path {
        self.folder.path()
    }

    /// `kill -9`.
    pub fn kill(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// Starts it again, on the same port and folder.
    pub fn start_again(&mut self) {
        let program = program().unwrap();
        let deadline = Instant::now() + HANGS;
        while Instant::now() < deadline {
            self.child = spawn(&program, self.port, self.folder.path(), &self.arguments);
            if wait_until_up(self.port, &mut self.child) {
                return;
            }
        }
        panic!("it does not start again");
    }

    pub fn builder(&self) -> RedisStoreBuilder {
        patient(&self.url())
    }

    pub fn store(&self) -> RedisStore {
        self.builder().build().unwrap()
    }

    /// A connection that is not ours, to look at what is there.
    pub fn look(&self) -> redis::Connection {
        redis::Client::open(self.url()).unwrap().get_connection().unwrap()
    }

    /// What it answers to a command, as text; parts of it are parted by spaces.
    pub fn say(&self, command: &str) -> String {
        let mut parts = command.split(' ');
        let mut said = redis::cmd(parts.next().unwrap());
        parts.for_each(|part| {
            said.arg(part);
        });
        match said.query(&mut self.look()) {
            Ok(redis::Value::BulkString(bytes)) => String::from_utf8(bytes).unwrap(),
            Ok(redis::Value::VerbatimString { text, .. }) => text,
            Ok(redis::Value::Int(number)) => number.to_string(),
            Ok(other) => format!("{other:?}"),
            Err(error) => error.to_string(),
        }
    }

    /// Waits until what it answers holds this.
    pub fn wait_for(&self, command: &str, word: &str) {
        wait_until(&format!("{word} in {command}"), || self.say(command).contains(word));
    }

    /// Makes it a replica, and waits until it has a copy of all.
    pub fn replicate(&self, primary: &Self) {
        self.say(&format!("REPLICAOF 127.0.0.1 {}", primary.address().port()));
        self.wait_for("INFO replication", "master_link_status:up");
    }

    /// All keys with their TTL in milliseconds.
    pub fn ttls(&self) -> Vec<(Vec<u8>, i64)> {
        let mut look = self.look();
        let keys: Vec<Vec<u8>> = redis::cmd("KEYS").arg("*").query(&mut look).unwrap();
        let ttl = |key: Vec<u8>, look: &mut redis::Connection| {
            let ttl = redis::cmd("PTTL").arg(&key).query(look).unwrap();
            (key, ttl)
        };
        keys.into_iter().map(|key| ttl(key, &mut look)).collect()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A store that refuses, with time enough for a machine that does much else.
pub fn patient(url: &str) -> RedisStoreBuilder {
    patient_with(url, WhenAway::Refuse)
}

pub fn patient_with(url: &str, when_away: WhenAway) -> RedisStoreBuilder {
    let long = Duration::from_secs(20);
    RedisStore::builder(url, when_away).connect_timeout(long).response_timeout(long)
}

/// The server to test against: the one in `IVS_TOKEN_TEST_REDIS_SERVER`, or that of the system. Without one the tests are
/// skipped, unless the variable is set or this is CI. There is none for Windows.
fn program() -> Option<PathBuf> {
    static SAY: Once = Once::new();
    let given = std::env::var_os("IVS_TOKEN_TEST_REDIS_SERVER").map(PathBuf::from);
    let program = given.clone().unwrap_or_else(|| "redis-server".into());
    if Command::new(&program).arg("--version").output().is_ok_and(|output| output.status.success()) {
        return Some(program);
    }
    assert!(given.is_none(), "IVS_TOKEN_TEST_REDIS_SERVER is {} and does not run", program.display());
    assert!(
        std::env::var_os("CI").is_none() || cfg!(windows),
        "skipping is no option on CI: there is no redis-server"
    );
    SAY.call_once(|| eprintln!("\n!!! SKIPPED: there is no redis-server, so nothing is tested against it\n"));
    None
}

fn spawn(program: &PathBuf, port: u16, folder: &std::path::Path, arguments: &[String]) -> Child {
    let free =
        |argument: &String| if argument == "FREE" { free_port().to_string() } else { argument.clone() };
    Command::new(program)
        .arg(folder.join("redis.conf"))
        .args(["--port", &port.to_string(), "--bind", "127.0.0.1", "--daemonize", "no", "--save", ""])
        .arg("--dir")
        .arg(folder)
        .args(arguments.iter().map(free))
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .spawn()
        .unwrap()
}

/// Whether it came up, and is not another program on that port.
fn wait_until_up(port: u16, child: &mut Child) -> bool {
    let deadline = Instant::now() + HANGS;
    while Instant::now() < deadline {
        if child.try_wait().unwrap().is_some() {
            return false;
        }
        if says_pong(port) {
            return true;
        }
        std::thread::sleep(Duration::from_millis(5));
    }
    let _ = child.kill();
    let _ = child.wait();
    false
}

/// Loaded from disk, or asking for a password: either is up.
fn says_pong(port: u16) -> bool {
    let Ok(mut stream) = TcpStream::connect((Ipv4Addr::LOCALHOST, port)) else { return false };
    let mut said = [0; 7];
    stream.set_read_timeout(Some(Duration::from_secs(5))).unwrap();
    stream.write_all(b"PING\r\n").is_ok()
        && stream.read_exact(&mut said).is_ok()
        && (&said == b"+PONG\r\n" || said.starts_with(b"-NOAUTH"))
}

/// No test takes nearly as long, however busy the machine is. It ends what would otherwise hang.
pub const HANGS: Duration = Duration::from_secs(300);

/// Waits for a condition.
pub fn wait_until(what: &str, mut is: impl FnMut() -> bool) {
    let deadline = Instant::now() + HANGS;
    while !is() {
        assert!(Instant::now() < deadline, "waited in vain for {what}");
        std::thread::sleep(Duration::from_millis(5));
    }
}

pub fn free_port() -> u16 {
    TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap().local_addr().unwrap().port()
}

/// Stands between a store and a server, counts round trips, and can lose an answer.
pub struct Proxy {
    address: SocketAddr,
    state: Arc<State>,
}

#[derive(Default)]
struct State {
    /// Times that the client spoke after the server did.
    trips: AtomicUsize,
    connections: AtomicUsize,
    /// Times that the client asked who it speaks to.
    hellos: AtomicUsize,
    /// Connections up to this number pass nothing on any more, and do not end.
    frozen: AtomicUsize,
    /// The next answer is not passed on, and its connection ends.
    lose_answer: AtomicBool,
    /// Where new connections lead.
    target: Mutex<Option<SocketAddr>>,
    open: Mutex<Vec<TcpStream>>,
}

const HELLO: &[u8] = b"HELLO";

impl Proxy {
    pub fn before(server: &Server) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let address = listener.local_addr().unwrap();
        let state = Arc::new(State { target: Mutex::new(Some(server.address())), ..State::default() });
        let shared = Arc::clone(&state);
        std::thread::spawn(move || {
            for client in listener.incoming() {
                let (client, state) = (client.unwrap(), Arc::clone(&shared));
                let number = state.connections.fetch_add(1, Ordering::SeqCst);
                let target = state.target.lock().unwrap().unwrap();
                let Ok(server) = TcpStream::connect(target) else { continue };
                state.open.lock().unwrap().push(client.try_clone().unwrap());
                let clients_turn = Arc::new(AtomicBool::new(true));
                let (from, to) = (client.try_clone().unwrap(), server.try_clone().unwrap());
                let (turn, counted) = (Arc::clone(&clients_turn), Arc::clone(&state));
                std::thread::spawn(move || {
                    // The end of what came before, for a word that comes in two pieces.
                    let mut heard = Vec::new();
                    pass(from, to, |bytes| {
                        if turn.swap(false, Ordering::SeqCst) {
                            counted.trips.fetch_add(1, Ordering::SeqCst);
                        }
                        heard.extend_from_slice(bytes);
                        let hellos = heard.windows(HELLO.len()).filter(|word| *word == HELLO).count();
                        counted.hellos.fetch_add(hellos, Ordering::SeqCst);
                        heard.drain(..heard.len().saturating_sub(HELLO.len() - 1));
                        true
                    });
                });
                std::thread::spawn(move || {
                    pass(server, client, |_| {
                        while number < state.frozen.load(Ordering::SeqCst) {
                            std::thread::park();
                        }
                        clients_turn.store(true, Ordering::SeqCst);
                        !state.lose_answer.swap(false, Ordering::SeqCst)
                    });
                });
            }
        });
        Self { address, state }
    }

    pub fn url(&self) -> String {
        format!("redis://{}/", self.address)
    }

    pub fn builder(&self) -> RedisStoreBuilder {
        patient(&self.url())
    }

    pub fn store(&self) -> RedisStore {
        self.builder().build().unwrap()
    }

    /// How many round trips this takes.
    pub fn trips(&self, work: impl FnOnce()) -> usize {
        let before = self.state.trips.load(Ordering::SeqCst);
        work();
        self.state.trips.load(Ordering::SeqCst) - before
    }

    /// How often the store has asked who it speaks to: once on each connection, and whenever it looks at the role again.
    pub fn hellos(&self) -> usize {
        self.state.hellos.load(Ordering::SeqCst)
    }

    pub fn connections(&self) -> usize {
        self.state.connections.load(Ordering::SeqCst)
    }

    /// Nothing comes through any more on the connections that there are, and nobody is told.
    pub fn freeze(&self) {
        self.state.frozen.store(self.connections(), Ordering::SeqCst);
    }

    pub fn lose_next_answer(&self) {
        self.state.lose_answer.store(true, Ordering::SeqCst);
    }

    /// New connections lead to another server; those that there are stay where they are.
    pub fn lead_to(&self, server: &Server) {
        *self.state.target.lock().unwrap() = Some(server.address());
    }

    /// Ends all connections, as a server does that closes what is idle.
    pub fn cut(&self) {
        for stream in self.state.open.lock().unwrap().drain(..) {
            let _ = stream.shutdown(Shutdown::Both);
        }
    }
}

/// Passes on what comes until `heard` says no or either end is gone.
fn pass(mut from: TcpStream, mut to: TcpStream, mut heard: impl FnMut(&[u8]) -> bool) {
    to.set_nodelay(true).unwrap();
    let mut buffer = vec![0; 1 << 20];
    while let Ok(read @ 1..) = from.read(&mut buffer) {
        if !heard(&buffer[..read]) || to.write_all(&buffer[..read]).is_err() {
            break;
        }
    }
    let _ = from.shutdown(Shutdown::Both);
    let _ = to.shutdown(Shutdown::Both);
}

/// A server that takes connections and does with each what the test says.
pub fn fake(serve: impl Fn(TcpStream) + Send + Sync + 'static) -> String {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let address = listener.local_addr().unwrap();
    let serve = Arc::new(serve);
    std::thread::spawn(move || {
        for client in listener.incoming() {
            let (client, serve) = (client.unwrap(), Arc::clone(&serve));
            std::thread::spawn(move || serve(client));
        }
    });
    format!("redis://{address}/")
}
