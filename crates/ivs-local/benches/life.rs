//! How fast what is not AWS's is: a clock that moves by a year, events that get into the outbox, and the pages of the console.
//!
//! `cargo bench -p ivs-local --bench life`: the server is a process of its own, over loopback and connections that stay open.
#![allow(
    clippy::cast_precision_loss,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    clippy::unwrap_used,
    unreachable_pub
)]

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

#[path = "../tests/http/client.rs"]
#[expect(dead_code, reason = "the tests use the rest")]
mod client;
mod connection;

use client::Program;
use connection::Connection;

/// Rounds of what is measured more than once.
const ROUNDS: usize = 5;

/// Compositions at once.
const COMPOSITIONS: usize = 1000;

/// Stages that the console has, and how many of them have people, and how many each.
const STAGES: usize = 1000;
const BUSY: usize = 100;
const PEOPLE: usize = 10;

/// Seconds of a year.
const YEAR: u64 = 365 * 86_400;

/// Connections at once, and how long a round lasts.
const CONNECTIONS: usize = 4;
const ROUND: Duration = Duration::from_secs(1);

fn main() {
    let (took, fired) = year();
    println!(
        "a year of {COMPOSITIONS} compositions, {fired} timers {:>9.0} ms    (target: under 1 000)",
        milliseconds(took)
    );
    println!(
        "events into the outbox, in memory    {:>9.0} a second    (target: at least 10 000)",
        events(&[])
    );
    let folder = tempfile::tempdir().unwrap();
    let state = folder.path().join("state");
    let kept = events(&["--state", state.to_str().unwrap()]);
    println!("events into the outbox, in a file    {kept:>9.0} a second");
    for (page, took, size) in console() {
        println!("{page:<36} {:>9.2} ms, {size:>4} KB    (target: within 20)", milliseconds(took));
    }
}

/// A server, and one connection to it.
struct Local {
    program: Program,
    connection: Connection,
}

impl Local {
    fn start(options: &[&str]) -> Self {
        let quotas = [
            "--auth",
            "off",
            "--quota",
            "compositions=100000",
            "--quota",
            "compositionsPerStage=100",
            "--quota",
            "stages=100000",
        ];
        let program = Program::start(&[&quotas, options].concat());
        let connection = Connection::new(program.port);
        Self { program, connection }
    }

    /// A request that is answered with 200: the answer's JSON.
    fn post(&mut self, path: &str, body: &Value) -> Value {
        let answer = self.connection.call(&request("POST", path, &body.to_string()));
        serde_json::from_slice(answer).unwrap_or_default()
    }

    /// The ARN of what a call makes.
    fn make(&mut self, operation: &str, member: &str, input: &Value) -> String {
        self.post(&format!("/{operation}"), input)[member]["arn"].as_str().unwrap().to_owned()
    }

    /// A stage.
    fn stage(&mut self) -> String {
        self.make("CreateStage", "stage", &json!({}))
    }

    /// Lets somebody publish on a stage for as long as a token can last: the path by which they do.
    fn publish(&mut self, stage: &str) -> String {
        let path = format!("/_ivs/stages/{stage}/participants");
        let joined = self.post(&path, &json!({ "userId": "ana", "duration": 20_160 }));
        let path = format!("{path}/{}/publish", joined["participantId"].as_str().unwrap());
        self.post(&path, &json!({}));
        path
    }
}

fn request(method: &str, path: &str, body: &str) -> Vec<u8> {
    let length = body.len();
    format!("{method} {path} HTTP/1.1\r\nhost: localhost\r\ncontent-length: {length}\r\n\r\n{body}")
        .into_bytes()
}

/// How long a move of the clock by a year takes with the timers of so many compositions, and how many of those there were. Half of
/// the compositions live for a day, the others wait in vain for somebody who publishes.
fn year() -> (Duration, u64) {
    let mut local = Local::start(&[]);
    let mut fired = 0;
    let times = (0..ROUNDS).map(|_| {
        local.post("/_ivs/reset", &json!({}));
        local.post("/_ivs/clock", &json!({ "freeze": true }));
        let storage = json!({ "s3": { "bucketName": "bucket" } });
        let storage = local.make("CreateStorageConfiguration", "storageConfiguration", &storage);
        let encoder = local.make("CreateEncoderConfiguration", "encoderConfiguration", &json!({}));
        let s3 = json!({ "storageConfigurationArn": storage, "encoderConfigurationArns": [encoder] });
        for number in 0..COMPOSITIONS / 10 {
            let stage = local.stage();
            if number % 2 == 0 {
                local.publish(&stage);
            }
            for _ in 0..10 {
                let input = json!({ "stageArn": stage, "destinations": [{ "s3": s3 }] });
                local.make("StartComposition", "composition", &input);
            }
        }
        let begun = Instant::now();
        let moved = local.post("/_ivs/clock", &json!({ "advance": YEAR }));
        let took = begun.elapsed();
        fired = moved["fired"].as_u64().unwrap();
        assert_eq!(moved["timers"], 0, "{moved}");
        assert_eq!(local.post("/ListCompositions", &json!({}))["compositions"], json!([]));
        took
    });
    (median(times.collect()), fired)
}

/// How many events a second get into the outbox, each with a change of its own, over several connections.
fn events(options: &[&str]) -> f64 {
    let mut local = Local::start(options);
    let port = local.program.port;
    let publishing: Vec<_> = (0..CONNECTIONS)
        .map(|_| {
            let stage = local.stage();
            local.publish(&stage)
        })
        .collect();
    let mut rounds = Vec::new();
    // Each of them has begun to publish.
    let mut told = CONNECTIONS;
    for _ in 0..ROUNDS {
        let begun = Instant::now();
        let done: usize = std::thread::scope(|scope| {
            let threads: Vec<_> =
                publishing.iter().map(|path| scope.spawn(move || alternate(port, path, begun))).collect();
            threads.into_iter().map(|thread| thread.join().unwrap()).sum()
        });
        rounds.push(done as f64 / begun.elapsed().as_secs_f64());
        told += done;
    }
    let mut after = |number: usize| {
        let path = format!("/_ivs/events?after={number}&limit=1");
        local.connection.call(&request("GET", &path, "")).is_empty()
    };
    assert!(!after(told - 1) && after(told), "each change was one event");
    rounds.sort_by(f64::total_cmp);
    rounds[rounds.len() / 2]
}

/// Lets somebody cease to publish and begin again for a round, and counts the events of it.
fn alternate(port: u16, path: &str, begun: Instant) -> usize {
    let mut connection = Connection::new(port);
    let (cease, publish) = (request("DELETE", path, ""), request("POST", path, ""));
    let mut done = 0;
    while begun.elapsed() < ROUND {
        connection.call(&cease);
        connection.call(&publish);
        done += 2;
    }
    done
}

/// How long each page of the console takes, and its size in kilobytes: with many stages, and with as many calls, events and refusals
/// as are remembered.
fn console() -> Vec<(String, Duration, usize)> {
    let mut local = Local::start(&[]);
    let tags = json!({ "team": "blue", "env": "test" });
    let stages: Vec<_> = (0..STAGES)
        .map(|number| {
            let input = json!({ "name": format!("stage-{number}"), "tags": tags });
            local.make("CreateStage", "stage", &input)
        })
        .collect();
    let mut token = Value::Null;
    for stage in &stages[..BUSY] {
        for person in 0..PEOPLE {
            let path = format!("/_ivs/stages/{stage}/participants");
            let joined = local.post(&path, &json!({ "userId": format!("person-{person}") }));
            local.post(&format!("{path}/{}/publish", joined["participantId"].as_str().unwrap()), &json!({}));
            token = joined["token"].clone();
        }
    }
    let (stage, token) = (&stages[0], token.as_str().unwrap());
    for _ in 0..200 {
        // Nobody knows this token. The answer is a refusal, so it is asked for over a connection of its own.
        let bad =
            format!("POST /publish/ana HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer {token}x\r\n");
        refuse(local.program.port, &format!("{bad}connection: close\r\ncontent-length: 0\r\n\r\n"));
    }
    let key = stage.split(':').skip(3).collect::<Vec<_>>();
    let key = format!("{}/{}/{}", key[1], key[0], key[2]);
    let of = |path: &str| format!("/_ivs/console/{path}");
    let pages = [
        ("stages", "/".to_owned()),
        ("stages that are looked for", "/?find=stage-999".to_owned()),
        ("one stage", of(&format!("stage?arn={stage}"))),
        ("token", of("token")),
        ("refused tokens", of("refusals")),
        ("a refused token", of("refusal?number=100")),
        ("timeline", of("timeline")),
        ("calls", of("calls")),
        ("calls that are looked for", of("calls?find=stage-999")),
        ("events", of("events")),
        ("resources", of("resources")),
        ("resources of a kind", of("resources?kind=stage")),
        ("one resource", of(&format!("resource?key={key}"))),
        ("server", of("server")),
    ];
    pages
        .map(|(name, path)| {
            let request = request("GET", &path, "");
            let size = local.connection.call(&request).len() / 1024;
            let times = (0..51).map(|_| {
                let begun = Instant::now();
                local.connection.call(&request);
                begun.elapsed()
            });
            (format!("console, {name}"), median(times.collect()), size)
        })
        .into()
}

/// Sends a request that is refused.
fn refuse(port: u16, request: &str) {
    let mut socket = TcpStream::connect(("127.0.0.1", port)).unwrap();
    socket.write_all(request.as_bytes()).unwrap();
    let mut answer = String::new();
    socket.read_to_string(&mut answer).unwrap();
    assert!(answer.starts_with("HTTP/1.1 4"), "{answer}");
}

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort();
    times[times.len() / 2]
}

fn milliseconds(time: Duration) -> f64 {
    time.as_secs_f64() * 1000.0
}
