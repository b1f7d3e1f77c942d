//! A hundred forwarded streams of video: what is lost, and what the server computes for it.
//!
//! `cargo bench -p ivs-local --bench forwarding`: ten publishers of 500 kbit/s, each with ten subscribers, over loopback. The server
//! is a process of its own; publishers and subscribers share another.
#![allow(
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    clippy::cast_sign_loss,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    clippy::unwrap_used,
    unreachable_pub,
    missing_docs
)]

use std::time::{Duration, Instant};

use str0m::media::{Direction, MediaKind};

#[path = "../tests/door/local.rs"]
#[expect(dead_code, reason = "the tests use the rest")]
mod local;
#[path = "../tests/door/peer.rs"]
#[expect(dead_code, reason = "the tests use the rest")]
mod peer;
mod program;

use local::{Local, find};
use peer::Peer;
use program::Program;

const PUBLISHERS: usize = 10;
const SUBSCRIBERS: usize = 10;

/// How long it is measured, after all have begun.
const TIME: Duration = Duration::from_secs(15);

/// Bits a second of a stream.
const RATE: f64 = 500_000.0;

/// Frames a second: the publisher's tick is 33 milliseconds.
const FRAMES: f64 = 1000.0 / 33.0;

fn main() {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    runtime.block_on(run());
}

async fn run() {
    let program = Program::start();
    let local = Local::at(program.port).await;
    // Publishers are there once somebody on the stage is told so.
    let mut witness = local.join(&local.token("witness")).await;
    let mut ports = Vec::new();
    let mut sinks = Vec::new();
    for publisher in 0..PUBLISHERS {
        let id = format!("publisher-{publisher}");
        let (mut peer, answer) = connect(&local, Direction::SendOnly, &format!("publish/{id}"), &id).await;
        // A little more than the rate: ticks come late, never early.
        peer.size = (RATE * 1.02 / 8.0 / FRAMES) as usize;
        ports.extend(
            answer
                .lines()
                .filter_map(|line| line.strip_prefix("a=candidate:")?.split(' ').nth(5)?.parse::<u16>().ok()),
        );
        tokio::spawn(peer.publish(&[]));
        witness.state(|state| find(state, &id).is_some_and(|one| one["isPublishing"] == true)).await;
        for subscriber in 0..SUBSCRIBERS {
            let own = format!("subscriber-{publisher}-{subscriber}");
            let (peer, _) = connect(&local, Direction::RecvOnly, &format!("subscribe/{id}"), &own).await;
            sinks.push(tokio::spawn(warm(peer)));
        }
    }
    let mut warm = Vec::new();
    for sink in sinks {
        warm.push(sink.await.unwrap());
    }
    ports.sort_unstable();
    ports.dedup();

    let (begun, computed, dropped) = (Instant::now(), program.computed(), drops(&ports));
    let sinks: Vec<_> = warm.into_iter().map(|peer| tokio::spawn(receive(peer, begun + TIME))).collect();
    let mut all = Received::default();
    let mut slowest = f64::INFINITY;
    for sink in sinks {
        let received = sink.await.unwrap();
        let rate = received.bytes as f64 * 8.0 / TIME.as_secs_f64() / 1000.0;
        slowest = slowest.min(rate);
        all.bytes += received.bytes;
        all.frames += received.frames;
        all.missed += received.missed;
        all.gaps += received.gaps;
    }
    let computed = program.computed().saturating_sub(computed).as_secs_f64() / begun.elapsed().as_secs_f64();
    let streams = PUBLISHERS * SUBSCRIBERS;
    let rate = all.bytes as f64 * 8.0 / TIME.as_secs_f64() / 1000.0 / streams as f64;
    println!(
        "forwarded          {streams:>9} streams of {rate:.0} kbit/s, the slowest {slowest:.0}    (target: 100 of 500)"
    );
    println!(
        "frames             {:>9} arrived, {} without the one before    (target: 0)",
        all.frames, all.gaps
    );
    println!(
        "packets            {:>9} missed and sent again, {} dropped before the server read them    (target: 0)",
        all.missed,
        drops(&ports) - dropped
    );
    println!("the server         {:>9.0} % of a core", computed * 100.0);
    println!("memory             {:>9.1} MB", program.resident() / 1024.0);
}

/// What a subscriber got while it was measured.
#[derive(Default)]
struct Received {
    bytes: usize,
    frames: u32,
    missed: u64,
    gaps: u64,
}

/// A connection whose offer was answered, and the answer.
async fn connect(local: &Local, direction: Direction, path: &str, id: &str) -> (Peer, String) {
    let (mut peer, offer) = Peer::offer(direction, &[], true).await;
    let bearer = format!("Bearer {}", local.token(id));
    let headers = [("authorization", bearer.as_str()), ("content-type", "application/sdp")];
    let answer = local.request("POST", &format!("/{path}"), &headers, &offer).await;
    assert_eq!(answer.status, 201, "{}", answer.body);
    peer.accept(&answer.body);
    (peer, answer.body)
}

/// Receives until pictures come regularly, and what was missed at the beginning is behind.
async fn warm(mut peer: Peer) -> Peer {
    peer.until(|peer| peer.frames.get(&MediaKind::Video) >= Some(&60)).await;
    peer
}

async fn receive(mut peer: Peer, until: Instant) -> Received {
    let video = |peer: &Peer| peer.frames.get(&MediaKind::Video).copied().unwrap_or_default();
    let before = (peer.bytes, video(&peer), peer.missed, peer.gaps);
    peer.until(|_| Instant::now() >= until).await;
    Received {
        bytes: peer.bytes - before.0,
        frames: video(&peer) - before.1,
        missed: peer.missed - before.2,
        gaps: peer.gaps - before.3,
    }
}

/// How many datagrams the kernel dropped because nobody read them, at these ports (proc(5), `net/udp`: the last column).
fn drops(ports: &[u16]) -> u64 {
    let table = std::fs::read_to_string("/proc/net/udp").unwrap_or_default();
    let dropped = table.lines().skip(1).filter_map(|line| {
        let port = line.split_whitespace().nth(1)?.rsplit(':').next()?;
        let port = u16::from_str_radix(port, 16).ok()?;
        if ports.contains(&port) { line.split_whitespace().last()?.parse::<u64>().ok() } else { None }
    });
    dropped.sum()
}
