//! Calls that overlap: what a seed gives to each does not depend on which is answered first.

use ivs_local::Settings;
use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;

use crate::local::{Answer, Local, PATIENCE};

async fn start() -> Local {
    Local::with(Settings { seed: Some("overlap".into()), ..Settings::default() }).await
}

fn id(answer: &Answer) -> String {
    assert_eq!(answer.status, 200, "{}", answer.body);
    answer.header("x-amzn-requestid").unwrap().to_owned()
}

/// Reads until this stands in what came.
async fn until(stream: &mut TcpStream, words: &str) -> String {
    let mut text = String::new();
    while !text.contains(words) {
        let mut part = [0; 1024];
        let len = timeout(PATIENCE, stream.read(&mut part)).await.expect("nothing comes").unwrap();
        assert!(len > 0, "it ended: {text}");
        text.push_str(&String::from_utf8_lossy(&part[..len]));
    }
    text
}

#[tokio::test]
async fn a_request_has_the_id_of_its_place_among_those_that_came() {
    let local = start().await;
    let ids = [
        id(&local.request("POST", "/ListStages", &[], "{}").await),
        id(&local.request("POST", "/ListChannels", &[], "{}").await),
    ];
    assert_ne!(ids[0], ids[1]);

    // The same calls, but the first sends its body only when the second was answered.
    let local = start().await;
    let mut first = TcpStream::connect(("127.0.0.1", local.port)).await.unwrap();
    let head = "POST /ListStages HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\nexpect: 100-continue\r\ncontent-length: 2\r\n\r\n";
    first.write_all(head.as_bytes()).await.unwrap();
    until(&mut first, "100 Continue").await;
    let second = id(&local.request("POST", "/ListChannels", &[], "{}").await);
    first.write_all(json!({}).to_string().as_bytes()).await.unwrap();
    let answer = until(&mut first, "stages").await;
    assert!(answer.contains(&ids[0]), "{answer}\nhas not the ID {}", ids[0]);
    assert_eq!(second, ids[1]);
}
