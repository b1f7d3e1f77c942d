//! How much memory somebody takes who is on a stage and does nothing.
//!
//! `cargo bench -p ivs-local --bench idle`: with the socket alone, and with a subscription whose publisher sends nothing, too.
#![allow(
    clippy::cast_precision_loss,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    clippy::unwrap_used,
    unreachable_pub,
    missing_docs
)]

use std::time::{Duration, Instant};

use str0m::media::Direction;

#[path = "../tests/door/local.rs"]
#[expect(dead_code, reason = "the tests use the rest")]
mod local;
#[path = "../tests/door/peer.rs"]
#[expect(dead_code, reason = "the tests use the rest")]
mod peer;
mod program;

use local::{Local, Socket};
use peer::Peer;
use program::Program;

/// Stages, and participants on each.
const STAGES: usize = 20;
const PARTICIPANTS: usize = 50;

/// Those who subscribe, too.
const SUBSCRIBERS: usize = 200;

fn main() {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(run());
}

async fn run() {
    let program = Program::start();
    let mut local = Local::at(program.port).await;
    // What the first one needs is there for all.
    let mut first = local.join(&local.token("first")).await;
    first.until("STAGE_STATE").await;
    let empty = program.resident();
    let mut sockets: Vec<Socket> = Vec::new();
    for _ in 0..STAGES {
        local.stage = local.another_stage().await;
        for participant in 0..PARTICIPANTS {
            let mut socket = local.join(&local.token(&format!("participant-{participant}"))).await;
            socket.until("STAGE_STATE").await;
            sockets.push(socket);
        }
    }
    let idle = (program.resident() - empty) / sockets.len() as f64;
    println!("a participant with a socket      {idle:>6.1} KB    (target: under 100)");
    drop(sockets);

    let local = Local::at(program.port).await;
    let mut publisher = connect(&local, Direction::SendOnly, "publish/publisher", "publisher").await;
    publisher.until(|peer| peer.is_connected).await;
    tokio::spawn(keep(publisher));
    tokio::time::sleep(Duration::from_secs(1)).await;
    let before = program.resident();
    let mut sockets = Vec::new();
    for subscriber in 0..SUBSCRIBERS {
        let id = format!("subscriber-{subscriber}");
        let mut socket = local.join(&local.token(&id)).await;
        socket.until("STAGE_STATE").await;
        sockets.push(socket);
        let mut peer = connect(&local, Direction::RecvOnly, "subscribe/publisher", &id).await;
        peer.until(|peer| peer.is_connected).await;
        tokio::spawn(keep(peer));
    }
    let idle = (program.resident() - before) / SUBSCRIBERS as f64;
    println!("with a subscription, too         {idle:>6.1} KB    (target: under 100)");
}

async fn connect(local: &Local, direction: Direction, path: &str, id: &str) -> Peer {
    let (mut peer, offer) = Peer::offer(direction, &[], true).await;
    let bearer = format!("Bearer {}", local.token(id));
    let headers = [("authorization", bearer.as_str()), ("content-type", "application/sdp")];
    let answer = local.request("POST", &format!("/{path}"), &headers, &offer).await;
    assert_eq!(answer.status, 201, "{}", answer.body);
    peer.accept(&answer.body);
    peer
}

/// Keeps a connection that does nothing.
async fn keep(mut peer: Peer) {
    let end = Instant::now() + Duration::from_secs(50);
    peer.until(|_| Instant::now() >= end).await;
}
