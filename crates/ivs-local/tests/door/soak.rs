//! A full stage, again and again: what is left afterwards.

use std::alloc::System;
use std::process::Command;
use std::time::{Duration, Instant};

use futures_util::StreamExt;
use ivs_local::{Auth, Settings, in_memory, serve};
use stats_alloc::{INSTRUMENTED_SYSTEM, StatsAlloc};
use str0m::media::{Direction, MediaKind};
use tokio::net::TcpListener;
use tokio::runtime::Runtime;
use tokio::task::JoinSet;

use crate::local::{Local, PATIENCE, Socket, find, request};
use crate::media::post;
use crate::peer::Peer;

#[global_allocator]
static HEAP: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

/// Who is on the stage.
#[derive(Clone, Copy)]
struct Crowd {
    publishers: usize,
    subscribers: usize,
    /// How many publishers each subscriber subscribes to.
    subscriptions: usize,
}

const FULL: Crowd = Crowd { publishers: 12, subscribers: 50, subscriptions: 12 };
const SMALL: Crowd = Crowd { publishers: 4, subscribers: 8, subscriptions: 2 };

/// How many more bytes may be in use after another round: 400 for each connection of `make soak`. A leak of half a kilobyte is more.
const GROWTH: usize = 256 * 1024;

/// In a process of its own, as the tests beside it take memory, too.
#[test]
fn a_full_stage_leaves_nothing_behind() {
    let program = std::env::current_exe().unwrap();
    let run = Command::new(program)
        .args(["--ignored", "--exact", "soak::a_full_stage", "--nocapture"])
        .env("IVS_LOCAL_SOAK_SECONDS", "1")
        .output()
        .unwrap();
    assert!(run.status.success(), "{}", String::from_utf8_lossy(&run.stderr));
    assert!(String::from_utf8_lossy(&run.stdout).contains("1 passed"), "it has another name");
}

/// For as many seconds as `IVS_LOCAL_SOAK_SECONDS` says, 60 unless it is set. For a few, with a small crowd.
#[test]
#[ignore = "alone in its process: `make soak`, and the test above"]
fn a_full_stage() {
    let seconds = std::env::var("IVS_LOCAL_SOAK_SECONDS").ok().and_then(|seconds| seconds.parse().ok());
    let time = Duration::from_secs(seconds.unwrap_or(60));
    let crowd = if time > Duration::from_secs(10) { FULL } else { SMALL };
    // The server's tasks are counted apart from those of its clients.
    let server = Runtime::new().unwrap();
    let clients = Runtime::new().unwrap();
    let port = server.block_on(start());
    // The server has its timers and its targets once it answers: before, it would be counted without them.
    let ready = clients.block_on(request(port, "GET", "/_ivs/ready", &[], b""));
    assert_eq!(ready.status, 200, "{}", ready.body);
    let tasks = || server.metrics().num_alive_tasks();
    let idle = fewest(tasks);
    let another_round = || {
        let frames = clients.block_on(round(port, crowd, time));
        settle(tasks, idle);
        frames
    };
    // What the first round needs is there for all.
    another_round();
    let before = in_use();
    let frames = another_round();
    let grown = in_use().saturating_sub(before);
    assert!(grown < GROWTH, "{grown} bytes more are in use than {before}");
    println!(
        "{frames} frames of video arrived; {idle} tasks, as before; {before} bytes in use and {grown} more"
    );
}

/// A server whose sockets for media are open, so that all tasks that stay are there; its port.
async fn start() -> u16 {
    let mut settings = Settings { auth: Auth::Off, ..Settings::default() };
    settings.assumptions.set("socket-grace", "1").unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let server = in_memory(settings, port).unwrap();
    server.open_media().unwrap();
    tokio::spawn(serve(server, listener, std::future::pending()));
    port
}

/// All come, publish, subscribe and receive for a while, and go without a word. Then the server forgets the stage, and what
/// AWS's API says of those who were there.
async fn round(port: u16, crowd: Crowd, time: Duration) -> u32 {
    let local = Local::at(port).await;
    // Stays, so that the session does, too.
    let mut first = local.join(&local.token("first")).await;
    // Sockets are read all the time: a client that leaves the server's pings without an answer is thrown out.
    let mut listening = JoinSet::new();
    let mut publishing = JoinSet::new();
    for publisher in 0..crowd.publishers {
        let id = format!("publisher-{publisher}");
        listening.spawn(listen(local.join(&local.token(&id)).await));
        let mut peer = connect(&local, Direction::SendOnly, &format!("/publish/{id}"), &id).await;
        peer.tick = Duration::from_millis(100);
        publishing.spawn(peer.publish(&[]));
        first.state(|state| find(state, &id).is_some_and(|one| one["isPublishing"] == true)).await;
    }
    let first = tokio::spawn(listen(first));
    let mut receiving = JoinSet::new();
    for subscriber in 0..crowd.subscribers {
        let id = format!("subscriber-{subscriber}");
        listening.spawn(listen(local.join(&local.token(&id)).await));
        for place in 0..crowd.subscriptions {
            let remote = format!("publisher-{}", (subscriber + place) % crowd.publishers);
            let peer = connect(&local, Direction::RecvOnly, &format!("/subscribe/{remote}"), &id).await;
            receiving.spawn(receive(peer, time));
        }
    }
    let mut frames = 0;
    while let Some(received) = receiving.join_next().await {
        frames += received.unwrap();
    }
    assert!(listening.try_join_next().is_none(), "somebody was thrown out");
    publishing.shutdown().await;
    listening.shutdown().await;
    // Who comes last sees that of all only the first is left.
    let mut last = local.join(&local.token("last")).await;
    last.state(|state| state["participants"].as_array().unwrap().len() == 2).await;
    let reset = local.request("POST", "/_ivs/reset", &[], "").await;
    assert_eq!(reset.status, 200, "{}", reset.body);
    first.await.unwrap();
    frames
}

/// Until the socket closes, however long nothing is said.
async fn listen(mut socket: Socket) {
    while let Some(Ok(_)) = socket.0.next().await {}
}

async fn connect(local: &Local, direction: Direction, path: &str, id: &str) -> Peer {
    let (mut peer, offer) = Peer::offer(direction, &[], true).await;
    let answer = post(local, path, &local.token(id), &offer, &[]).await;
    assert_eq!(answer.status, 201, "{}", answer.body);
    peer.accept(&answer.body);
    peer
}

/// Receives for a while, and until a few pictures have come.
async fn receive(mut peer: Peer, time: Duration) -> u32 {
    let end = Instant::now() + time;
    let frames = |peer: &Peer| peer.frames.get(&MediaKind::Video).copied().unwrap_or_default();
    while Instant::now() < end || frames(&peer) < 5 {
        assert!(Instant::now() < end + PATIENCE, "nothing comes");
        peer.step().await;
    }
    frames(&peer)
}

/// The fewest tasks of a second: those of requests that were just answered end.
fn fewest(tasks: impl Fn() -> usize) -> usize {
    let counted = (0..100).map(|_| {
        std::thread::sleep(Duration::from_millis(10));
        tasks()
    });
    counted.min().unwrap_or(0)
}

/// Waits until no more tasks are there than these.
fn settle(tasks: impl Fn() -> usize, idle: usize) {
    let begun = Instant::now();
    while tasks() > idle {
        assert!(begun.elapsed() < PATIENCE, "{} tasks are left behind", tasks() - idle);
        std::thread::sleep(Duration::from_millis(10));
    }
}

/// Bytes of the heap that are in use in this process, by the server and its clients.
fn in_use() -> usize {
    let all = HEAP.stats();
    all.bytes_allocated.saturating_sub(all.bytes_deallocated)
}
