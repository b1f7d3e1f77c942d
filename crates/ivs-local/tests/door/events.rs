//! Events: the outbox over HTTP, and those who are told of them.

use std::time::Duration;

use ivs_local::Settings;
use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::time::timeout;

use crate::local::Local;

/// What would never end ends then.
const PATIENCE: Duration = Duration::from_secs(30);

/// A composition that nobody comes to: its session ends after a minute of the server's time, and an event tells of it.
async fn happen(local: &Local, stages: usize) {
    for _ in 0..stages {
        let channel = local.call("CreateChannel", &json!({})).await["channel"]["arn"].clone();
        let stage = local.call("CreateStage", &json!({})).await["stage"]["arn"].clone();
        let destinations = json!([{ "channel": { "channelArn": channel } }]);
        let input = json!({ "stageArn": stage, "destinations": destinations });
        local.call("StartComposition", &input).await;
    }
    advance(local, 61).await;
}

async fn advance(local: &Local, seconds: u32) {
    let body = json!({ "advance": seconds }).to_string();
    assert_eq!(local.request("POST", "/_ivs/clock", &[], &body).await.status, 200);
}

async fn frozen() -> Local {
    Local::with(Settings {
        freeze: Some(1_767_323_045_000),
        seed: Some("x".to_owned()),
        ..Settings::default()
    })
    .await
}

/// The names of events in JSON lines.
fn names(lines: &str) -> Vec<String> {
    let events = lines.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    events.map(|event| event["detail"]["event_name"].as_str().unwrap().to_owned()).collect()
}

async fn lines(local: &Local, query: &str) -> (String, u64) {
    let answer = local.request("GET", &format!("/_ivs/events{query}"), &[], "").await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    (answer.body.clone(), answer.header("x-ivs-local-last").unwrap().parse().unwrap())
}

async fn ask(local: &Local, path: &str, given: &Value) {
    let answer = local.request("POST", path, &[], &given.to_string()).await;
    assert_eq!(answer.status, 201, "{}", answer.body);
}

/// A stream of events, after its head.
async fn stream(local: &Local, target: &str, header: &str) -> BufReader<TcpStream> {
    let mut socket = TcpStream::connect(("127.0.0.1", local.port)).await.unwrap();
    let head = format!("GET {target} HTTP/1.1\r\nhost: localhost\r\n{header}\r\n");
    socket.write_all(head.as_bytes()).await.unwrap();
    let mut reader = BufReader::new(socket);
    loop {
        let mut line = String::new();
        timeout(PATIENCE, reader.read_line(&mut line)).await.unwrap().unwrap();
        if line == "\r\n" {
            return reader;
        }
    }
}

/// The next line that begins so.
async fn next(stream: &mut BufReader<TcpStream>, begin: &str) -> String {
    loop {
        let mut line = String::new();
        let read = timeout(PATIENCE, stream.read_line(&mut line)).await.expect("nothing comes").unwrap();
        assert!(read > 0, "the stream ended");
        if let Some(rest) = line.strip_prefix(begin) {
            return rest.trim().to_owned();
        }
    }
}

#[tokio::test]
async fn the_outbox_is_read_as_lines() {
    let local = frozen().await;
    assert_eq!(lines(&local, "").await, (String::new(), 0));
    happen(&local, 3).await;
    let (text, last) = lines(&local, "").await;
    let events: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let ends: Vec<_> = events.iter().filter(|event| event["detail"]["event_name"] == "Session End").collect();
    assert_eq!((ends.len(), last), (3, events.len() as u64));
    assert_eq!(ends[0]["source"], "aws.ivs");
    assert_eq!(ends[0]["detail-type"], "IVS Composition State Change");
    assert!(ends[0]["resources"][0].as_str().unwrap().contains(":composition/"));
    let (rest, same) = lines(&local, &format!("?after={}", last - 1)).await;
    assert_eq!((rest.lines().count(), same), (1, last));
    assert_eq!(lines(&local, "?limit=1").await.1, 1);
    assert_eq!(lines(&local, "?account=111111111111").await.0, "");
    assert_eq!(lines(&local, "?account=123456789012&region=us-east-1").await.0, text);
    for (query, expected) in [
        ("?after=x", "`after` must be a whole number"),
        ("?from=1", "no parameter `from`"),
        ("?follow=maybe", "`follow`"),
    ] {
        let answer = local.request("GET", &format!("/_ivs/events{query}"), &[], "").await;
        assert_eq!(answer.status, 400);
        assert!(answer.json()["message"].as_str().unwrap().contains(expected), "{}", answer.body);
    }
    assert_eq!(local.request("POST", "/_ivs/events", &[], "").await.status, 405);
    // The same run gives the same events, and a reset forgets them.
    let again = frozen().await;
    happen(&again, 3).await;
    assert_eq!(lines(&again, "").await.0, text);
    local.request("POST", "/_ivs/reset", &[], "").await;
    assert_eq!(lines(&local, "").await, (String::new(), 0));
}

#[tokio::test]
async fn streams_go_on_where_they_were() {
    let local = frozen().await;
    let mut events = stream(&local, "/_ivs/events", "accept: text/event-stream\r\n").await;
    next(&mut events, ": events").await;
    let mut follower = stream(&local, "/_ivs/events?follow=true", "").await;
    happen(&local, 1).await;
    assert_eq!(next(&mut events, "id: ").await, "1");
    let first: Value = serde_json::from_str(&next(&mut events, "data: ").await).unwrap();
    let line: Value = serde_json::from_str(&format!("{{{}", next(&mut follower, "{").await)).unwrap();
    assert_eq!(line, first);
    happen(&local, 1).await;
    // Whoever lost the connection asks for what came since.
    let header = "accept: text/event-stream\r\nlast-event-id: 1\r\n";
    let mut again = stream(&local, "/_ivs/events", header).await;
    assert_eq!(next(&mut again, "id: ").await, "2");
    // After a reset, numbers begin anew, and nobody misses one.
    local.request("POST", "/_ivs/reset", &[], "").await;
    happen(&local, 1).await;
    assert_eq!(next(&mut again, "id: 1").await, "");
}

#[tokio::test]
async fn events_are_late_doubled_and_swapped_on_demand() {
    let local = frozen().await;
    let late = json!({ "operation": "event", "event": "Session End", "delayMs": 120_000, "count": 1 });
    ask(&local, "/_ivs/faults", &late).await;
    happen(&local, 1).await;
    assert!(!names(&lines(&local, "").await.0).contains(&"Session End".to_owned()));
    advance(&local, 121).await;
    assert_eq!(names(&lines(&local, "").await.0).last().unwrap(), "Session End");
    let (_, last) = lines(&local, "").await;
    ask(
        &local,
        "/_ivs/faults",
        &json!({ "operation": "event", "event": "Session End", "deliver": "twice", "count": 1 }),
    )
    .await;
    happen(&local, 1).await;
    let ids: Vec<String> = lines(&local, &format!("?after={last}"))
        .await
        .0
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).unwrap()["id"].to_string())
        .collect();
    let doubled = ids.iter().filter(|id| ids.iter().filter(|other| other == id).count() == 2).count();
    assert_eq!(doubled, 2, "{ids:?}");
}

/// What is swapped, doubled and late in the outbox is so for who follows it, and for a webhook.
#[tokio::test]
async fn targets_are_told_in_the_order_that_was_asked_for() {
    let local = frozen().await;
    let receiver = Receiver::start().await;
    let rules = json!([
        { "operation": "event", "event": "Session Created", "deliver": "swap", "count": 1 },
        { "operation": "event", "event": "Starvation Start", "deliver": "twice", "count": 1 },
        { "operation": "event", "event": "Stream End", "delayMs": 60_000, "count": 1 },
    ]);
    ask(&local, "/_ivs/faults", &rules).await;
    ask(&local, "/_ivs/targets", &json!({ "url": receiver.url })).await;
    let mut follower = stream(&local, "/_ivs/events?follow=true", "").await;
    let channel =
        local.call("CreateChannel", &json!({})).await["channel"]["arn"].as_str().unwrap().to_owned();
    let live = format!("/_ivs/channels/{channel}/live");
    for body in [r#"{"health": "STARVING"}"#, r#"{"health": "HEALTHY"}"#] {
        assert_eq!(local.request("POST", &live, &[], body).await.status, 200);
    }
    assert_eq!(local.request("DELETE", &live, &[], "").await.status, 200);
    advance(&local, 60).await;
    let expected = [
        "Stream Start",
        "Session Created",
        "Starvation Start",
        "Starvation Start",
        "Starvation End",
        "Session Ended",
        "Stream End",
    ];
    let (text, _) = lines(&local, "").await;
    assert_eq!(names(&text), expected);
    for (place, line) in text.lines().enumerate() {
        let (_, told) = receiver.next(204, &json!({})).await;
        assert_eq!(told, line, "{place}");
        assert_eq!(format!("{{{}", next(&mut follower, "{").await), line, "{place}");
    }
    let events: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(events[2], events[3], "both have one ID");
    assert_eq!(events[6]["time"], "2026-01-02T03:04:05Z", "a late one says when it happened");
}

/// Somebody who is told of events, and answers as it is told to.
struct Receiver {
    listener: TcpListener,
    url: String,
}

impl Receiver {
    async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/hook?a=b", listener.local_addr().unwrap());
        Self { listener, url }
    }

    /// The head and the body of the next request, which gets this answer.
    async fn next(&self, status: u16, answer: &Value) -> (String, String) {
        let (mut socket, _) = timeout(PATIENCE, self.listener.accept()).await.expect("nobody calls").unwrap();
        let mut bytes = Vec::new();
        loop {
            let mut part = [0; 4096];
            let len = socket.read(&mut part).await.unwrap();
            assert!(len > 0, "{}", String::from_utf8_lossy(&bytes));
            bytes.extend(&part[..len]);
            let text = String::from_utf8_lossy(&bytes).into_owned();
            let Some((head, body)) = text.split_once("\r\n\r\n") else { continue };
            let expected: usize = header(head, "content-length").parse().unwrap();
            if body.len() == expected {
                let answer = answer.to_string();
                let text = format!("HTTP/1.1 {status} X\r\ncontent-length: {}\r\n\r\n{answer}", answer.len());
                socket.write_all(text.as_bytes()).await.unwrap();
                return (head.to_owned(), body.to_owned());
            }
        }
    }
}

fn header<'h>(head: &'h str, name: &str) -> &'h str {
    let mut lines = head.lines().filter_map(|line| line.split_once(": "));
    lines.find(|(found, _)| found.eq_ignore_ascii_case(name)).map_or("", |(_, value)| value)
}

/// How it goes with the only target, once this holds.
async fn state(local: &Local, holds: impl Fn(&Value) -> bool) -> Value {
    let waited = async {
        loop {
            let target = local.request("GET", "/_ivs/targets", &[], "").await.json()["targets"][0].clone();
            if holds(&target) {
                return target;
            }
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
    };
    timeout(PATIENCE, waited).await.expect("it never holds")
}

#[tokio::test]
async fn webhooks_are_signed_and_called_again() {
    let local = frozen().await;
    let receiver = Receiver::start().await;
    let target = json!({ "url": receiver.url, "events": ["Session End"], "attempts": 3, "retryMs": 1 });
    ask(&local, "/_ivs/targets", &target).await;
    happen(&local, 2).await;
    let (first, body) = receiver.next(500, &json!({})).await;
    assert!(first.starts_with("POST /hook?a=b HTTP/1.1"), "{first}");
    let event: Value = serde_json::from_str(&body).unwrap();
    assert_eq!(event["detail"]["event_name"], "Session End");
    assert_eq!(header(&first, "webhook-id"), event["id"]);
    assert!(header(&first, "webhook-timestamp").parse::<u64>().unwrap() > 1_700_000_000);
    let signature = header(&first, "webhook-signature");
    assert!(signature.starts_with("v1,") && signature.len() == 47, "{signature}");
    // The same event comes again, then the next one, which nobody ever takes.
    let (_, again) = receiver.next(204, &json!({})).await;
    assert_eq!(again, body);
    for _ in 0..3 {
        let (_, other) = receiver.next(503, &json!({})).await;
        assert_ne!(other, body);
    }
    let target = state(&local, |target| target["lost"] == 1).await;
    assert_eq!((&target["delivered"], &target["retried"]), (&json!(1), &json!(3)));
    assert_eq!(target["error"], "it answered 503");
    assert!(target.get("secret").is_none());
    // What comes now is told again, and then no more.
    happen(&local, 1).await;
    receiver.next(200, &json!({})).await;
    state(&local, |target| target["delivered"] == 2 && target["error"].is_null()).await;
    let id = target["id"].as_str().unwrap();
    assert_eq!(local.request("DELETE", &format!("/_ivs/targets/{id}"), &[], "").await.status, 200);
    assert_eq!(local.request("DELETE", &format!("/_ivs/targets/{id}"), &[], "").await.status, 404);
    assert_eq!(local.request("PUT", "/_ivs/targets", &[], "").await.status, 405);
    let bad = local.request("POST", "/_ivs/targets", &[], "{}").await;
    assert_eq!((bad.status, bad.json()["message"].as_str().unwrap().contains("`url`")), (400, true));
}

#[tokio::test]
async fn an_event_bus_gets_what_it_did_not_take_again() {
    let local = frozen().await;
    let receiver = Receiver::start().await;
    let target =
        json!({ "url": receiver.url, "eventBus": "default", "events": ["Session End"], "retryMs": 1 });
    ask(&local, "/_ivs/targets", &target).await;
    happen(&local, 1).await;
    let (head, body) = receiver
        .next(200, &json!({ "FailedEntryCount": 1, "Entries": [{ "ErrorCode": "ThrottlingException" }] }))
        .await;
    assert!(head.starts_with("POST / HTTP/1.1"), "{head}");
    assert_eq!(header(&head, "x-amz-target"), "AWSEvents.PutEvents");
    assert!(header(&head, "authorization").starts_with("AWS4-HMAC-SHA256 Credential=test/"), "{head}");
    let body: Value = serde_json::from_str(&body).unwrap();
    let entry = &body["Entries"][0];
    assert_eq!((&entry["Source"], &entry["EventBusName"]), (&json!("aws.ivs"), &json!("default")));
    assert_eq!(entry["DetailType"], "IVS Composition State Change");
    assert!(entry["Time"].as_i64().unwrap() > 1_767_323_045);
    let detail: Value = serde_json::from_str(entry["Detail"].as_str().unwrap()).unwrap();
    assert_eq!(detail["event_name"], "Session End");
    let (_, again) =
        receiver.next(200, &json!({ "FailedEntryCount": 0, "Entries": [{ "EventId": "x" }] })).await;
    assert_eq!(serde_json::from_str::<Value>(&again).unwrap(), body);
    let target = state(&local, |target| target["delivered"] == 1).await;
    assert_eq!(target["eventBus"], "default");
}
