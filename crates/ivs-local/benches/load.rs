//! How fast `ivs-local` is, beside moto's server in the same run: `make bench-local`.
//!
//! A client of raw HTTP signs each kind of call once and sends it again and again over connections that stay open. Each figure is the
//! median of several rounds. `IVS_LOCAL_BENCH_MOTO` names a Python that has moto; without it, only `ivs-local` is measured.
#![allow(
    clippy::cast_precision_loss,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    clippy::unwrap_used,
    unreachable_pub
)]

use std::fmt::Write as _;
use std::io::{BufRead, BufReader};
use std::net::{TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

#[path = "../tests/http/client.rs"]
#[expect(dead_code, reason = "the tests use the rest")]
mod client;
mod connection;

use client::{Client, Program};
use connection::Connection;

/// Connections at once.
const CONNECTIONS: usize = 4;

/// How long a round lasts.
const ROUND: Duration = Duration::from_millis(500);

const ROUNDS: usize = 5;

const LIMITS: &[&str] = &["--quota", "stages=10000000", "--quota", "channels=10000000"];

fn main() {
    let starts: Vec<_> = (0..21).map(|_| start().0).collect();
    println!("start to ready     {:>9.1} ms    (target: under 50)", milliseconds(median(starts)));
    println!("idle memory        {:>9.1} MB    (target: under 30)", start().1);
    println!("binary, stripped   {:>9.1} MB    (target: under 20)", stripped());

    let program = Program::start(LIMITS);
    let client = program.client();
    let stage = client.call("CreateStage", &json!({})).body["stage"]["arn"].clone();
    let token = rate(&client, "CreateParticipantToken", &json!({ "stageArn": stage, "userId": "ana" }));
    println!("CreateParticipantToken {token:>9.0} a second    (target: at least 4 000)");
    let get = rate(&client, "GetStage", &json!({ "arn": stage }));
    println!("GetStage           {get:>9.0} a second    (target: at least 15 000)");
    for _ in 1..1000 {
        client.call("CreateStage", &json!({ "name": "one-of-many", "tags": { "a": "b" } }));
    }
    let list = latency(&client, "ListStages", &json!({ "maxResults": 100 }));
    println!("ListStages, 100 of 1 000 {:>6.2} ms    (target: within 2)", milliseconds(list));

    let ours = channels(&client);
    println!("CreateChannel      {:>9.0} a second\nGetChannel         {:>9.0} a second", ours[0], ours[1]);
    drop(program);
    match Moto::start() {
        None => println!("moto: not measured; IVS_LOCAL_BENCH_MOTO names a Python that has it"),
        Some(moto) => {
            let theirs = channels(&Client { port: moto.port, ..client });
            for (name, place) in [("CreateChannel", 0), ("GetChannel", 1)] {
                println!(
                    "{name:<18} {:>9.0} a second by moto; ivs-local is {:.0} times as fast    (target: 20)",
                    theirs[place],
                    ours[place] / theirs[place]
                );
            }
        }
    }
}

/// The time to the line that says that it is ready, and the memory in megabytes then.
fn start() -> (Duration, f64) {
    let begun = Instant::now();
    let mut child = Command::new(env!("CARGO_BIN_EXE_ivs-local"))
        .args(["--port", "0"])
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut line = String::new();
    BufReader::new(child.stdout.as_mut().unwrap()).read_line(&mut line).unwrap();
    let took = begun.elapsed();
    let status = std::fs::read_to_string(format!("/proc/{}/status", child.id())).unwrap_or_default();
    let resident = status.lines().find_map(|line| line.strip_prefix("VmRSS:")?.trim().strip_suffix(" kB"));
    let resident = resident.and_then(|kilobytes| kilobytes.trim().parse::<f64>().ok()).unwrap_or(f64::NAN);
    child.kill().unwrap();
    child.wait().unwrap();
    (took, resident / 1024.0)
}

/// The size of the program without its symbols, in megabytes.
fn stripped() -> f64 {
    let folder = std::env::temp_dir().join(format!("ivs-local-{}", std::process::id()));
    let program = env!("CARGO_BIN_EXE_ivs-local");
    let is_stripped =
        Command::new("strip").arg("-o").arg(&folder).arg(program).status().is_ok_and(|s| s.success());
    let size =
        std::fs::metadata(if is_stripped { folder.as_path() } else { program.as_ref() }).unwrap().len();
    let _ = std::fs::remove_file(folder);
    size as f64 / 1e6
}

/// Calls a second of `CreateChannel` and `GetChannel`.
fn channels(client: &Client) -> [f64; 2] {
    let channel = client.call("CreateChannel", &json!({ "name": "a" })).body["channel"]["arn"].clone();
    // Reading first: moto becomes slower with each channel.
    let get = rate(client, "GetChannel", &json!({ "arn": channel }));
    [rate(client, "CreateChannel", &json!({ "name": "a" })), get]
}

/// Calls a second over several connections.
fn rate(client: &Client, operation: &str, input: &Value) -> f64 {
    let request = request(client, operation, input);
    let rounds = (0..ROUNDS).map(|_| {
        let begun = Instant::now();
        let done: usize = std::thread::scope(|scope| {
            let threads: Vec<_> = (0..CONNECTIONS)
                .map(|_| {
                    scope.spawn(|| {
                        let mut connection = Connection::new(client.port);
                        let mut done = 0;
                        while begun.elapsed() < ROUND {
                            connection.call(&request);
                            done += 1;
                        }
                        done
                    })
                })
                .collect();
            threads.into_iter().map(|thread| thread.join().unwrap()).sum()
        });
        done as f64 / begun.elapsed().as_secs_f64()
    });
    let mut rounds: Vec<_> = rounds.collect();
    rounds.sort_by(f64::total_cmp);
    rounds[rounds.len() / 2]
}

/// The median time of a call over one connection.
fn latency(client: &Client, operation: &str, input: &Value) -> Duration {
    let request = request(client, operation, input);
    let mut connection = Connection::new(client.port);
    let times = (0..401).map(|_| {
        let begun = Instant::now();
        connection.call(&request);
        begun.elapsed()
    });
    median(times.collect())
}

/// A call as it is on the wire.
fn request(client: &Client, operation: &str, input: &Value) -> Vec<u8> {
    let (target, body) = (format!("/{operation}"), input.to_string());
    let mut head = format!("POST {target} HTTP/1.1\r\ncontent-length: {}\r\n", body.len());
    for (name, value) in client.sign("POST", &target, body.as_bytes()) {
        write!(head, "{name}: {value}\r\n").unwrap();
    }
    format!("{head}\r\n{body}").into_bytes()
}

/// moto's server; stopped when it goes.
struct Moto {
    child: Child,
    port: u16,
}

impl Moto {
    fn start() -> Option<Self> {
        let python = std::env::var_os("IVS_LOCAL_BENCH_MOTO")?;
        let port = TcpListener::bind(("127.0.0.1", 0)).unwrap().local_addr().unwrap().port();
        let child = Command::new(python)
            .args(["-m", "moto.server", "-p", &port.to_string()])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let moto = Self { child, port };
        while TcpStream::connect(("127.0.0.1", port)).is_err() {
            std::thread::sleep(Duration::from_millis(20));
        }
        Some(moto)
    }
}

impl Drop for Moto {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort();
    times[times.len() / 2]
}

fn milliseconds(time: Duration) -> f64 {
    time.as_secs_f64() * 1000.0
}
