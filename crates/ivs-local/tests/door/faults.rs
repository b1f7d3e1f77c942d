//! Faults on demand, as callers and clients meet them.

use std::time::Duration;

use ivs_local::Settings;
use serde_json::{Value, json};
use str0m::media::Direction;

use crate::local::{Answer, Local, find, request};
use crate::media::post;
use crate::peer::Peer;

const HEADER: &str = "x-ivs-local-fault";

async fn ask(local: &Local, rule: &Value) -> String {
    let answer = local.request("POST", "/_ivs/faults", &[], &rule.to_string()).await;
    assert_eq!(answer.status, 201, "{}", answer.body);
    answer.json()["faults"][0]["id"].as_str().unwrap().to_owned()
}

async fn call(local: &Local, operation: &str) -> Answer {
    local.request("POST", &format!("/{operation}"), &[], "{}").await
}

/// Says that a request which this rule delays for ten minutes is not answered, though it came and others are answered after it.
async fn waits(local: &Local, rule: &Value, path: &str, body: &str) {
    let mut rule = rule.clone();
    (rule["delayMs"], rule["count"]) = (600_000.into(), 1.into());
    let id = ask(local, &rule).await;
    let (port, to, sent) = (local.port, path.to_owned(), body.to_owned());
    let waiting = tokio::spawn(async move { request(port, "POST", &to, &[], sent.as_bytes()).await });
    let struck = async || {
        let shown = local.request("GET", "/_ivs/faults", &[], "").await.json();
        shown["faults"].as_array().unwrap().iter().find(|one| one["id"] == id).unwrap()["struck"].clone()
    };
    while struck().await != 1 {
        assert!(!waiting.is_finished(), "{path} was answered");
    }
    for _ in 0..10 {
        struck().await;
    }
    assert!(!waiting.is_finished(), "{path} did not wait");
    waiting.abort();
}

#[tokio::test]
async fn an_error_says_whose_it_is_and_nothing_is_done() {
    let local = Local::start().await;
    let id =
        ask(&local, &json!({ "operation": "CreateStage", "error": "PendingVerification", "count": 1 })).await;
    let before = call(&local, "ListStages").await.body;
    let answer = call(&local, "CreateStage").await;
    assert_eq!((answer.status, answer.header("x-amzn-errortype")), (403, Some("PendingVerification")));
    assert_eq!(answer.header(HEADER), Some(&*format!("{id}; error=PendingVerification")));
    assert_eq!(answer.header("x-ivs-local-explain"), Some("on-demand; fault"));
    assert_eq!(answer.json()["message"], format!("Fault {id} asks for this"));
    assert_eq!(call(&local, "ListStages").await.body, before);
    // It was asked for once.
    let answer = call(&local, "CreateStage").await;
    assert_eq!((answer.status, answer.header(HEADER)), (200, None));
    // The log of calls knows.
    let calls = local.request("GET", "/_ivs/calls", &[], "").await.json();
    let faults: Vec<_> = calls.as_array().unwrap().iter().map(|call| call["fault"].clone()).collect();
    assert!(faults.contains(&json!(format!("{id}; error=PendingVerification"))), "{faults:?}");
    assert!(faults.contains(&Value::Null));
}

#[tokio::test]
async fn connections_break_before_after_and_in_the_middle() {
    let local = Local::start().await;
    let stages = |body: &Value| body["stages"].as_array().unwrap().len();
    let rule = |cut: &str| json!({ "operation": "CreateStage", "cut": cut, "count": 1, "message": null });
    for (cut, made) in [("before", 1), ("answer", 2), ("half", 3)] {
        ask(&local, &rule(cut)).await;
        let answer = call(&local, "CreateStage").await;
        if cut == "half" {
            let len: usize = answer.header("content-length").unwrap().parse().unwrap();
            assert_eq!((answer.status, answer.body.len()), (200, len / 2));
            assert!(answer.header(HEADER).unwrap().ends_with("cut=half"));
        } else {
            assert_eq!((answer.status, answer.body.as_str()), (0, ""));
        }
        assert_eq!(stages(&call(&local, "ListStages").await.json()), made, "{cut}");
    }
    // Where there is no body, half of the answer is none.
    ask(&local, &json!({ "operation": "DeleteChannel", "cut": "half" })).await;
    let channel = local.call("CreateChannel", &json!({})).await["channel"]["arn"].clone();
    let input = json!({ "arn": channel }).to_string();
    assert_eq!(local.request("POST", "/DeleteChannel", &[], &input).await.status, 0);
    assert_eq!(local.request("POST", "/DeleteChannel", &[], &input).await.status, 404, "it was deleted");
}

#[tokio::test]
async fn answers_are_slow() {
    let local = Local::start().await;
    waits(&local, &json!({ "operation": "ListStages" }), "/ListStages", "{}").await;
    let id = ask(&local, &json!({ "operation": "ListStages", "delayMs": 1 })).await;
    let answer = call(&local, "ListStages").await;
    assert_eq!((answer.status, answer.header(HEADER)), (200, Some(&*format!("{id}; delayMs=1"))));
}

#[tokio::test]
async fn documented_rates_are_kept_if_asked_for() {
    let frozen = Settings { rates: true, freeze: Some(1_767_323_045_000), ..Settings::default() };
    let local = Local::with(frozen).await;
    let mut answers = Vec::new();
    for _ in 0..5 {
        answers.push(call(&local, "ListPublicKeys").await);
    }
    let statuses: Vec<_> = answers.iter().map(|answer| answer.status).collect();
    assert_eq!(statuses, [200, 200, 200, 429, 429]);
    let refused = &answers[3..];
    local.request("POST", "/_ivs/clock", &[], r#"{"advance": 0.34}"#).await;
    assert_eq!(call(&local, "ListPublicKeys").await.status, 200, "a third of a second is good for one");
    assert_eq!(call(&local, "ListPublicKeys").await.status, 429);
    assert_eq!(refused[0].header(HEADER), Some("rates; 3 a second"));
    assert_eq!(refused[0].header("x-ivs-local-explain"), Some("rates; guide"));
    assert_eq!(refused[0].header("x-amzn-errortype"), Some("ThrottlingException"));
    let off = local.request("POST", "/_ivs/rates", &[], r#"{"rates": "off"}"#).await;
    assert_eq!(off.json(), json!({ "rates": "off" }));
    for _ in 0..12 {
        assert_eq!(call(&local, "ListPublicKeys").await.status, 200);
    }
}

#[tokio::test]
async fn good_tokens_are_refused_at_the_door() {
    let local = Local::start().await;
    let join = json!({ "operation": "join", "participant": "ana", "refuse": "TOKEN_EXPIRED", "message": "too late" });
    let id = ask(&local, &join).await;
    let token = local.token("ana");
    let mut socket = local.join(&token).await;
    let refusal = socket.until("aws:ivs:JOIN_ERROR").await;
    assert_eq!(refusal, json!({ "code": "TOKEN_EXPIRED", "message": "too late" }));
    assert_eq!(local.open("", &[&token]).await.err(), Some(403));
    local.join(&local.token("bob")).await.until("STAGE_STATE").await;
    local.request("DELETE", &format!("/_ivs/faults/{id}"), &[], "").await;
    let mut ana = local.join(&token).await;
    ana.until("STAGE_STATE").await;
    // What is wanted over an open socket is refused there.
    ask(&local, &json!({ "operation": "exchange", "refuse": "TOKEN_INVALID" })).await;
    ana.send(&json!({ "type": "EXCHANGE_TOKEN", "requestId": "1", "newToken": token })).await;
    assert_eq!(ana.until("aws:ivs:EXCHANGE_TOKEN").await["error"]["message"], "Fault f2 asks for this");
    ask(&local, &json!({ "operation": "publish", "refuse": "QUOTA_EXCEEDED" })).await;
    let (_, offer) = Peer::offer(Direction::SendOnly, &[], true).await;
    let answer = post(&local, "/publish/ana", &token, &offer, &[]).await;
    assert_eq!((answer.status, answer.header(HEADER)), (429, Some("f3; refuse=QUOTA_EXCEEDED")));
    assert_eq!(post(&local, "/", &token, &offer, &[]).await.status, 429, "a plain WHIP client");
    let over = json!({ "type": "SDP_OFFER", "requestId": "2", "whipUrl": "http://localhost/publish/ana", "content": offer });
    ana.send(&over).await;
    assert_eq!(ana.until("aws:ivs:SDP_ANSWER").await["httpStatusCode"], 429);
    // On a socket that participants share, too.
    ask(&local, &json!({ "operation": "join", "participant": "eva", "refuse": "STAGE_DELETED" })).await;
    let connection = ivs_token::Connection::new().mint(&local.key).unwrap();
    let first = format!("one~{}", local.token("eva"));
    let mut shared = local.open("/sanic", &[connection.as_str(), &first]).await.unwrap();
    assert_eq!(
        shared.next().await.unwrap()["message"]["payload"]["error"]["details"]["code"],
        "STAGE_DELETED"
    );
    let path = "/api/video/v1/us-east-1.123456789012.channel.abcdefghijkl.m3u8";
    ask(&local, &json!({ "operation": "playback", "refuse": "VIEWER_SESSION_REVOKED" })).await;
    let answer = local.request("GET", path, &[], "").await;
    assert_eq!((answer.status, &answer.json()["code"]), (403, &json!("VIEWER_SESSION_REVOKED")));
}

#[tokio::test]
async fn media_is_lost() {
    let local = Local::start().await;
    let mut bob = local.join(&local.token("bob")).await;
    crate::media::publish(&local, "ana", &[]).await;
    bob.state(|state| find(state, "ana").is_some_and(|ana| ana["isPublishing"] == true)).await;
    let id = ask(&local, &json!({ "operation": "media", "lose": 0.5, "seed": "x" })).await;
    let shown = loop {
        let shown = local.request("GET", "/_ivs/faults", &[], "").await.json()["faults"][0].clone();
        if shown["matched"].as_u64().unwrap() >= 100 {
            break shown;
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    };
    let (matched, lost) = (shown["matched"].as_u64().unwrap(), shown["struck"].as_u64().unwrap());
    assert!((matched / 4..matched * 3 / 4).contains(&lost), "{lost} of {matched}");
    local.request("DELETE", &format!("/_ivs/faults/{id}"), &[], "").await;
}

#[tokio::test]
async fn a_reset_forgets_faults() {
    let local = Local::start().await;
    ask(&local, &json!({ "error": "InternalServerException" })).await;
    assert_eq!(call(&local, "ListStages").await.status, 500);
    local.request("POST", "/_ivs/reset", &[], "").await;
    assert_eq!(call(&local, "ListStages").await.status, 200);
    let bad = local.request("POST", "/_ivs/faults", &[], r#"{"error": "Nope"}"#).await;
    assert_eq!(bad.status, 400);
    assert!(bad.json()["message"].as_str().unwrap().starts_with("rule 1: * does not answer with Nope"));
}

/// A join, a publication and an encoder without a client: each with the path, its body, the operation and the participant.
async fn visits(local: &Local) -> Vec<(String, String, &'static str, String)> {
    let people = format!("/_ivs/stages/{}/participants", local.arn());
    let bob = local.request("POST", &people, &[], &json!({ "token": local.token("bob") }).to_string()).await;
    assert_eq!(bob.status, 200, "{}", bob.body);
    let input = json!({ "ingestProtocol": "RTMPS", "stageArn": local.arn() });
    let ingest = local.call("CreateIngestConfiguration", &input).await["ingestConfiguration"].clone();
    let text = |name: &str| ingest[name].as_str().unwrap().to_owned();
    let token = json!({ "token": local.token("ana") }).to_string();
    vec![
        (people.clone(), token, "join", "ana".to_owned()),
        (format!("{people}/bob/publish"), String::new(), "publish", "bob".to_owned()),
        (
            format!("/_ivs/ingest-configurations/{}/publish", text("arn")),
            String::new(),
            "publish",
            text("participantId"),
        ),
    ]
}

#[tokio::test]
async fn who_comes_without_a_client_is_refused_too() {
    let local = Local::start().await;
    for (path, body, operation, participant) in visits(&local).await {
        let rule = json!({
            "operation": operation, "participant": participant, "count": 1, "refuse": "TOKEN_EXPIRED", "message": "late",
        });
        let id = ask(&local, &rule).await;
        let refused = local.request("POST", &path, &[], &body).await;
        assert_eq!((refused.status, &refused.json()["code"]), (403, &json!("TOKEN_EXPIRED")), "{path}");
        assert_eq!(refused.json()["message"], "late");
        assert_eq!(refused.header(HEADER), Some(&*format!("{id}; refuse=TOKEN_EXPIRED")), "{path}");
        let answer = local.request("POST", &path, &[], &body).await;
        assert_eq!((answer.status, answer.header(HEADER)), (200, None), "once is enough: {}", answer.body);
    }
    // Who gets a token is known by it; and a form of the console is no way around.
    let people = format!("/_ivs/stages/{}/participants", local.arn());
    ask(&local, &json!({ "operation": "join", "account": "123456789012", "refuse": "STAGE_DELETED" })).await;
    assert_eq!(local.request("POST", &people, &[], "{}").await.status, 404);
    let form = format!("method=POST&path=stages/{}/participants&body=%7B%7D&back=/", local.arn());
    let refused = local.request("POST", "/_ivs/console/do", &[], &form).await;
    assert!(refused.status == 404 && refused.header(HEADER).unwrap().ends_with("refuse=STAGE_DELETED"));
}

#[tokio::test]
async fn who_comes_without_a_client_waits_and_is_cut_off_too() {
    let local = Local::start().await;
    let connected = async |id: &str| {
        let session =
            local.call("GetStage", &json!({ "arn": local.arn() })).await["stage"]["activeSessionId"].clone();
        let input = json!({ "stageArn": local.arn(), "sessionId": session, "participantId": id });
        let shown = local.request("POST", "/GetParticipant", &[], &input.to_string()).await.json();
        (shown["participant"]["state"] == "CONNECTED", shown["participant"]["published"] == true)
    };
    for (path, body, operation, participant) in visits(&local).await {
        let is_in = async || {
            let (is_there, is_publishing) = connected(&participant).await;
            if operation == "publish" { is_publishing } else { is_there }
        };
        ask(
            &local,
            &json!({ "operation": operation, "participant": participant, "cut": "before", "count": 1 }),
        )
        .await;
        assert_eq!(local.request("POST", &path, &[], &body).await.status, 0, "{path}");
        assert!(!is_in().await, "nothing was done: {path}");
        let rule = json!({ "operation": operation, "participant": participant });
        waits(&local, &rule, &path, &body).await;
        assert!(!is_in().await, "nothing is done before its time: {path}");
        let id = ask(
            &local,
            &json!({ "operation": operation, "participant": participant, "delayMs": 1, "count": 1 }),
        )
        .await;
        ask(
            &local,
            &json!({ "operation": operation, "participant": participant, "cut": "half", "count": 1 }),
        )
        .await;
        let half = local.request("POST", &path, &[], &body).await;
        let len: usize = half.header("content-length").unwrap().parse().unwrap();
        assert_eq!((half.status, half.body.len()), (200, len / 2), "{path}");
        let told = half.header(HEADER).unwrap();
        assert!(told.starts_with(&format!("{id}; delayMs=1, ")) && told.ends_with("cut=half"), "{told}");
        assert!(is_in().await, "all was done: {path}");
        let leave = if operation == "join" { format!("{path}/{participant}") } else { path.clone() };
        assert_eq!(local.request("DELETE", &leave, &[], "").await.status, 200);
        ask(
            &local,
            &json!({ "operation": operation, "participant": participant, "cut": "answer", "count": 1 }),
        )
        .await;
        assert_eq!(local.request("POST", &path, &[], &body).await.status, 0, "{path}");
        assert!(is_in().await, "all was done: {path}");
    }
}

/// The rate of a channel is told as that of an account is.
#[tokio::test]
async fn a_call_beyond_the_rate_of_its_channel_says_so() {
    let frozen = Settings { freeze: Some(1_767_323_045_000), ..Settings::default() };
    let local = Local::with(frozen).await;
    let channel =
        local.call("CreateChannel", &json!({})).await["channel"]["arn"].as_str().unwrap().to_owned();
    local.request("POST", &format!("/_ivs/channels/{channel}/live"), &[], "").await;
    local.request("POST", "/_ivs/rates", &[], r#"{"rates": "on"}"#).await;
    let input = json!({ "channelArn": channel, "metadata": "x" }).to_string();
    for _ in 0..5 {
        let answer = local.request("POST", "/PutMetadata", &[], &input).await;
        assert_eq!((answer.status, answer.header(HEADER)), (204, None), "{}", answer.body);
    }
    let refused = local.request("POST", "/PutMetadata", &[], &input).await;
    assert_eq!(
        (refused.status, refused.header(HEADER)),
        (429, Some("rates; 5 a second")),
        "{}",
        refused.body
    );
    let calls = local.request("GET", "/_ivs/calls", &[], "").await.json();
    assert_eq!(calls.as_array().unwrap().last().unwrap()["fault"], "rates; 5 a second");
}
