//! The events socket: its URLs, its messages, and who is told what.

use serde_json::json;

use crate::local::{Local, find};

#[tokio::test]
async fn every_form_of_url_opens() {
    let local = Local::start().await;
    let token = local.token("ana");
    for target in
        ["?error_over_ws=1&topic=abc/publishers&traceid=t", "?topic=abc&traceid=t", "?topic=abc", "/abc", "/"]
    {
        let mut socket = local.open(target, &[&token]).await.unwrap();
        let state = socket.until("STAGE_STATE").await;
        assert_eq!(state["sequenceNumber"], 1, "{target}");
        assert_eq!(state["stageId"], local.stage.arn().resource_id());
        assert_eq!(state["serverFeatures"], json!([]));
        assert!(find(&state, "ana").is_some(), "{state}");
        assert_eq!(state["disconnected"], json!([]));
    }
}

#[tokio::test]
async fn the_longest_token_is_a_subprotocol() {
    let local = Local::start().await;
    let mut participant =
        local.stage.participant().participant_id("a".repeat(64).as_str()).user_id(&*"u".repeat(128));
    for place in 0..4 {
        participant = participant.attribute(format!("{place}"), "v".repeat(255));
    }
    let token = local.mint(participant);
    assert!(token.len() > 2000, "{}", token.len());
    let state = local.join(&token).await.until("STAGE_STATE").await;
    assert_eq!(state["participants"][0]["userId"], "u".repeat(128));
}

#[tokio::test]
async fn all_see_who_comes_mutes_and_leaves() {
    let local = Local::start().await;
    let mut ana = local.join(&local.token("ana")).await;
    let bob = local.stage.participant().participant_id("bob").user_id("Bob").attribute("team", "blue");
    let mut bob = local.join(&local.mint(bob)).await;
    let state = ana.state(|state| find(state, "bob").is_some()).await;
    let expected = json!({
        "id": "bob", "userId": "Bob", "attributes": { "team": "blue" },
        "isPublishing": false, "audioMuted": false, "videoStopped": false,
    });
    assert_eq!(find(&state, "bob"), Some(&expected));

    // The flat form has no answer, the other has one.
    bob.send(&json!({ "type": "SET_STATE", "version": 1, "audioMuted": true, "videoStopped": false })).await;
    let state = ana.state(|state| find(state, "bob").unwrap()["audioMuted"] == true).await;
    assert_eq!(find(&state, "bob").unwrap()["videoStopped"], false);
    let payload = json!({ "audioMuted": false, "videoStopped": true, "requestId": "r", "traceId": "t" });
    bob.send(&json!({ "type": "aws:ivs:SET_STATE", "payload": payload })).await;
    assert_eq!(bob.until("aws:ivs:SET_STATE").await, json!({ "requestId": "r", "traceId": "t" }));
    ana.state(|state| {
        let bob = find(state, "bob").unwrap();
        bob["audioMuted"] == false && bob["videoStopped"] == true
    })
    .await;

    drop(bob);
    let state = ana.state(|state| find(state, "bob").is_none()).await;
    assert_eq!(state["disconnected"], json!([]), "who leaves was not thrown out");
    assert!(state["sequenceNumber"].as_u64() > Some(3), "{state}");
}

#[tokio::test]
async fn pings_are_answered_and_nonsense_is_ignored() {
    let local = Local::start().await;
    let mut socket = local.join(&local.token("ana")).await;
    for nonsense in [json!({ "type": "aws:ivs:WHATEVER", "payload": {} }), json!([]), json!({ "payload": 1 })]
    {
        socket.send(&nonsense).await;
    }
    socket.send(&json!({ "type": "PING" })).await;
    socket.until("PONG").await;
    socket.send(&json!({ "type": "PING", "payload": { "requestId": "r", "traceId": "t" } })).await;
    assert_eq!(socket.until("PONG").await["requestId"], "r");
}

#[tokio::test]
async fn telemetry_is_pointed_at_the_server_and_counted() {
    use base64::Engine;
    let local = Local::start().await;
    let mut socket = local.join(&local.token("ana")).await;
    let address = socket.until("aws:ivs:SSU").await["A"].as_str().unwrap().to_owned();
    let address = base64::engine::general_purpose::STANDARD.decode(address).unwrap();
    let address = String::from_utf8(address).unwrap();
    let path = address.strip_prefix(&format!("http://localhost:{}", local.port)).unwrap();
    let answer = local.request("POST", path, &[], "{\"anything\":1}").await;
    assert_eq!((answer.status, answer.header("access-control-allow-origin")), (204, Some("*")));
    let count = local.request("GET", path, &[], "").await.json();
    assert_eq!(count, json!({ "requests": 1 }));
}

#[tokio::test]
async fn a_second_socket_with_the_same_token_replaces_the_first() {
    let local = Local::start().await;
    let token = local.token("ana");
    let mut first = local.join(&token).await;
    let mut second = local.join(&token).await;
    let last = first.last().await;
    assert_eq!(last["type"], "aws:ivs:DISCONNECT");
    assert_eq!(last["payload"]["code"], "TOKEN_REUSED");
    drop(first);
    second.send(&json!({ "type": "PING" })).await;
    second.until("PONG").await;
    let mut bob = local.join(&local.token("bob")).await;
    let state = bob.until("STAGE_STATE").await;
    assert!(find(&state, "ana").is_some(), "the end of the first socket is not that of the participant");
}
