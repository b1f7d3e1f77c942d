//! The timeline: one list of all that happens, of whatever kind.

use std::collections::BTreeMap;

use ivs_local::Settings;
use serde_json::{Value, json};

use crate::local::Local;

/// What the history has of these kinds, in its order.
async fn history(local: &Local, kinds: &[&str]) -> Vec<String> {
    let all = local.request("GET", "/_ivs/history", &[], "").await.json();
    let text = |one: &Value, name: &str| one[name].as_str().unwrap().to_owned();
    let all = all.as_array().unwrap().iter().filter(|one| kinds.contains(&text(one, "kind").as_str()));
    all.map(|one| format!("{}: {}", text(one, "kind"), text(one, "what"))).collect()
}

/// What it has of this query, and the `before` of the part with what happened earlier.
async fn part(local: &Local, query: &str) -> (Vec<String>, Option<String>) {
    let answer = local.request("GET", &format!("/_ivs/history{query}"), &[], "").await;
    assert_eq!(answer.status, 200, "{query}: {}", answer.body);
    let show = |one: &Value| format!("{}: {}", one["kind"].as_str().unwrap(), one["what"].as_str().unwrap());
    let lines = answer.json().as_array().unwrap().iter().map(show).collect();
    (lines, answer.header("x-ivs-local-before").map(str::to_owned))
}

/// The last part of an ARN.
fn id(arn: &str) -> &str {
    arn.rsplit('/').next().unwrap()
}

#[tokio::test]
async fn streams_compositions_recordings_and_limits_are_in_it() {
    let quotas = BTreeMap::from([("concurrentStreams".to_owned(), 1), ("stages".to_owned(), 2)]);
    let settings = Settings { freeze: Some(1_767_323_045_000), quotas, ..Settings::default() };
    let local = Local::with(settings).await;
    let make = async |operation: &str, member: &str, input: Value| {
        local.call(operation, &input).await[member]["arn"].as_str().unwrap().to_owned()
    };
    let post = async |path: &str, body: Value| {
        local.request("POST", &format!("/_ivs/{path}"), &[], &body.to_string()).await
    };
    let storage = json!({ "s3": { "bucketName": "bucket" } });
    let storage = make("CreateStorageConfiguration", "storageConfiguration", storage).await;
    let recorded = json!({ "autoParticipantRecordingConfiguration": { "storageConfigurationArn": storage } });
    let stage = make("CreateStage", "stage", recorded).await;
    let ana = post(&format!("stages/{stage}/participants"), json!({ "userId": "ana" })).await.json();
    let ana = ana["participantId"].as_str().unwrap();
    assert_eq!(post(&format!("stages/{stage}/participants/{ana}/publish"), json!({})).await.status, 200);

    let s3 = json!({ "destinationConfiguration": { "s3": { "bucketName": "bucket" } } });
    let recording = make("CreateRecordingConfiguration", "recordingConfiguration", s3).await;
    post("clock", json!({ "advance": 10 })).await;
    let channel = make("CreateChannel", "channel", json!({ "recordingConfigurationArn": recording })).await;
    let live = format!("channels/{channel}/live");
    for how in [json!({}), json!({ "health": "STARVING" }), json!({ "bitrate": 9_000_000 })] {
        assert_eq!(post(&live, how).await.status, 200);
    }
    // A second stream is one too many.
    let other = make("CreateChannel", "channel", json!({})).await;
    let destinations = json!([{ "channel": { "channelArn": other } }]);
    let input = json!({ "stageArn": stage, "destinations": destinations });
    let composition = make("StartComposition", "composition", input).await;
    local.call("GetComposition", &json!({ "arn": composition })).await;
    local.call("StopStream", &json!({ "channelArn": channel })).await;

    let (channel, composition) = (id(&channel), id(&composition));
    let kinds = ["stream", "composition", "recording", "limit"];
    let told = history(&local, &kinds).await;
    let destination = told.iter().find(|one| one.contains("Destination Failure")).unwrap();
    let destination = destination.split(' ').nth(4).unwrap().to_owned();
    let reason = "Service internal error";
    assert_eq!(
        told,
        [
            format!("recording: Recording Start {ana}"),
            format!("stream: Session Created {channel}"),
            format!("stream: Stream Start {channel}"),
            format!("recording: Recording Start {channel}"),
            format!("stream: Starvation Start {channel}"),
            format!("limit: Ingest Bitrate {channel} beyond 8500000 bits per second by 500000"),
            format!("composition: Session Start {composition}"),
            "limit: Concurrent Broadcasts beyond 1 active streams by 1".to_owned(),
            format!("composition: Destination Failure {composition} {destination} {reason}"),
            format!("composition: Session Failure {composition} One or more outputs failed"),
            format!("stream: Stream End {channel}"),
            format!("stream: Session Ended {channel}"),
            format!("recording: Recording End {channel}"),
        ]
    );

    // One kind of them is not also of another.
    let limits = part(&local, "?kind=limit").await.0;
    assert_eq!(limits, [told[5].as_str(), &told[7]]);
    let (events, _) = part(&local, "?kind=event").await;
    assert!(events.contains(&told[1]) && !events.iter().any(|one| limits.contains(one)), "{events:?}");

    // Calls beyond a quota or a rate are among the limits, and those that a fault refuses are not.
    let create = local.request("POST", "/CreateStage", &[], "{}").await;
    assert_eq!(create.status, 402, "{}", create.body);
    post("rates", json!({ "rates": "on" })).await;
    for _ in 0..6 {
        local.request("POST", "/ListStages", &[], "{}").await;
    }
    post("rates", json!({ "rates": "off" })).await;
    post("faults", json!({ "operation": "GetStage", "error": "ThrottlingException" })).await;
    local.request("POST", "/GetStage", &[], &json!({ "arn": stage }).to_string()).await;
    let told = history(&local, &["limit"]).await;
    assert_eq!(told.len(), 4, "{told:?}");
    assert!(told[2].starts_with("limit: CreateStage 402: ServiceQuotaExceededException"), "{told:?}");
    assert!(told[3].starts_with("limit: ListStages 429: ThrottlingException"), "{told:?}");

    // The page has them, each with a link to what it is about.
    let page = local.request("GET", "/_ivs/console/timeline", &[], "").await.body;
    let key = |kind: &str, id: &str| format!("resource?key=123456789012%2Fus%2Deast%2D1%2F{kind}%2F{id}");
    assert!(
        page.contains(&key("channel", channel)) && page.contains(&key("composition", composition)),
        "{page}"
    );
    // One state, one timeline.
    assert_eq!(post("reset", json!({})).await.status, 200);
    assert_eq!(history(&local, &kinds).await, [""; 0]);
}

/// An event that is told late or twice has happened once, and when it did.
#[tokio::test]
async fn what_a_fault_does_to_events_is_not_in_it() {
    let local = Local::start().await;
    let post = async |path: &str, body: Value| {
        let answer = local.request("POST", &format!("/_ivs/{path}"), &[], &body.to_string()).await;
        assert!(answer.status < 300, "{path}: {}", answer.body);
    };
    post("clock", json!({ "freeze": true })).await;
    post("faults", json!({ "operation": "event", "event": "Stream Start", "delayMs": 60_000 })).await;
    post("faults", json!({ "operation": "event", "event": "Session Created", "deliver": "twice" })).await;
    let channel = local.call("CreateChannel", &json!({})).await["channel"]["arn"].clone();
    let channel = channel.as_str().unwrap();
    post(&format!("channels/{channel}/live"), json!({})).await;
    let expected = ["Session Created", "Stream Start"].map(|name| format!("stream: {name} {}", id(channel)));
    assert_eq!(history(&local, &["stream"]).await, expected);
    post("clock", json!({ "advance": 60 })).await;
    assert_eq!(history(&local, &["stream"]).await, expected);
}

/// Two stages with somebody on each, one of whom is sent away and comes again; a fault that strikes a call; a clock
/// that stops.
struct Happened {
    local: Local,
    other: String,
    ana: String,
    ben: String,
}

async fn happened() -> Happened {
    let local = Local::start().await;
    let post = async |path: &str, body: Value| {
        let answer = local.request("POST", path, &[], &body.to_string()).await;
        assert!(answer.status < 300, "{path}: {}", answer.body);
        answer.json()
    };
    let other = local.another_stage().await.arn().as_str().to_owned();
    let join = async |stage: &str, user: &str| {
        post(&format!("/_ivs/stages/{stage}/participants"), json!({ "userId": user })).await
    };
    let (ana, ben) = (join(local.arn(), "ana").await, join(&other, "ben").await);
    let id = |joined: &Value| joined["participantId"].as_str().unwrap().to_owned();
    let input = json!({ "stageArn": local.arn(), "participantId": id(&ana) });
    local.call("DisconnectParticipant", &input).await;
    assert!(local.open("/", &[ana["token"].as_str().unwrap()]).await.is_err());
    post("/_ivs/faults", json!({ "operation": "GetStage", "error": "ThrottlingException", "count": 1 }))
        .await;
    let struck = local.request("POST", "/GetStage", &[], &json!({ "arn": other }).to_string()).await;
    assert_eq!(struck.status, 429);
    local.call("ListStages", &json!({})).await;
    post("/_ivs/clock", json!({ "freeze": true })).await;
    let (ana, ben) = (id(&ana), id(&ben));
    Happened { local, other, ana, ben }
}

#[tokio::test]
async fn it_is_filtered_by_kind_resource_participant_and_caller() {
    let Happened { local, other, ana, ben } = happened().await;
    let of = async |query: &str| part(&local, query).await.0;
    let begins = |lines: &[String], beginnings: &[&str]| {
        let fits = lines.iter().zip(beginnings).all(|(line, beginning)| line.starts_with(beginning));
        assert!(fits && lines.len() == beginnings.len(), "{lines:#?}\nare not {beginnings:#?}");
    };
    begins(&of("?kind=clock").await, &["clock: POST /_ivs/clock"]);
    begins(&of("?kind=door").await, &["refused token: PARTICIPANT_DISCONNECTED"]);
    begins(&of("?kind=fault").await, &["faults: POST /_ivs/faults", "call: GetStage 429"]);
    let joined = |stage: &str| format!("stages: POST /_ivs/stages/{stage}/participants");
    begins(&of("?kind=control").await, &[&joined(local.arn()), &joined(&other)]);
    let [ana_came, ana_left, ben_came] = [(&ana, "JOINED"), (&ana, "LEFT"), (&ben, "JOINED")]
        .map(|(id, did)| format!("participant: {id} {did}"));
    begins(&of("?kind=event").await, &[&ana_came, &ben_came, &ana_left]);
    begins(&of("?kind=limit").await, &[]);
    let calls = of("?kind=call").await;
    assert!(calls.len() == 6 && calls.iter().all(|one| one.starts_with("call: ")), "{calls:?}");

    // A list names every stage, and is about none.
    let of_other = ["call: CreateStage 200", &joined(&other), &ben_came, "call: GetStage 429"];
    begins(&of(&format!("?resource={other}")).await, &of_other);
    begins(&of(&format!("?resource={}", id(&other))).await, &of_other);
    begins(&of(&format!("?resource={}&kind=call", id(&other))).await, &[of_other[0], of_other[3]]);
    begins(&of(&format!("?resource={}", &id(&other)[1..])).await, &[]);
    // The same ID in another account is another stage.
    begins(
        &of(&format!("?resource={}&kind=event", other.replace("123456789012", "210987654321"))).await,
        &[],
    );

    let refused = "refused token: PARTICIPANT_DISCONNECTED";
    let of_ana = [&ana_came, "call: DisconnectParticipant 200", &ana_left, refused];
    begins(&of(&format!("?participant={ana}")).await, &of_ana);
    begins(&of(&format!("?participant={ana}&kind=door")).await, &[refused]);
    begins(&of("?participant=ana").await, &[]);

    let all = of("").await;
    let own = of("?caller=123456789012").await;
    // What was done to the server itself has no caller.
    assert_eq!(own.len() + of("?kind=control").await.len() + 2, all.len(), "{own:#?}\n{all:#?}");
    begins(&of("?caller=210987654321").await, &[]);
    let signature = "AWS4-HMAC-SHA256 Credential=AKIAEXAMPLE/20260102/us-east-1/ivs/aws4_request, SignedHeaders=host, Signature=00";
    let headers = [("authorization", signature), ("x-amz-date", "20260102T030405Z")];
    assert_eq!(local.request("POST", "/ListChannels", &headers, "{}").await.status, 200);
    begins(&of("?caller=AKIAEXAMPLE").await, &["call: ListChannels 200"]);

    for query in ["?kind=calls", "?stage=x", "?before=x"] {
        let refused = local.request("GET", &format!("/_ivs/history{query}"), &[], "").await;
        assert!(refused.status == 400 && refused.json()["advice"].is_string(), "{query}: {}", refused.body);
        let page = local.request("GET", &format!("/_ivs/console/timeline{query}"), &[], "").await;
        assert_eq!(page.status, 400, "{query}");
    }
}

#[tokio::test]
async fn it_is_read_in_parts() {
    let Happened { local, .. } = happened().await;
    let (all, before) = part(&local, "").await;
    assert_eq!(before, None);
    let mut read = Vec::new();
    let mut next = Some(String::new());
    while let Some(query) = next {
        let (mut lines, before) = part(&local, &format!("?limit=2{query}")).await;
        assert!(lines.len() == 2 || before.is_none());
        lines.extend(read);
        read = lines;
        assert!(read.len() <= all.len(), "it goes on for ever");
        next = before.map(|before| format!("&before={before}"));
    }
    assert_eq!(read, all);
    // No more than a page shows or an answer has, however many are asked for.
    let many = async |number: usize| {
        for _ in 0..number {
            local.request("POST", "/ListStages", &[], "{}").await;
        }
    };
    many(210).await;
    let page = local.request("GET", "/_ivs/console/timeline?limit=5000", &[], "").await.body;
    assert_eq!(page.matches("<tr>").count(), 1 + 200);
    many(990).await;
    assert_eq!(part(&local, "?limit=5000").await.0.len(), 1000);
}

/// The page, without JavaScript: what was asked for stands in the form, in the ways to other parts, and in the `curl`.
#[tokio::test]
async fn its_page_asks_for_what_its_form_says() {
    let Happened { local, ana, .. } = happened().await;
    let page = async |query: &str| {
        let page = local.request("GET", &format!("/_ivs/console/timeline{query}"), &[], "").await;
        assert_eq!(page.status, 200, "{}", page.body);
        page.body
    };
    let found = page(&format!("?kind=event&resource=&participant={ana}&caller=&limit=1")).await;
    assert!(found.contains("<option value=\"event\" selected>"), "{found}");
    assert!(found.contains(&format!("name=\"participant\" value=\"{ana}\"")), "{found}");
    assert!(found.contains("LEFT") && !found.contains("JOINED"), "{found}");
    let curl = format!("/_ivs/history?kind=event&amp;participant={ana}&amp;limit=1");
    assert!(found.contains(&curl), "{found}");
    let earlier = found.split("href=\"").find(|part| part.contains(">Earlier<")).unwrap();
    let earlier = earlier.split('"').next().unwrap().replace("&amp;", "&");
    let found = page(earlier.strip_prefix("/_ivs/console/timeline").unwrap()).await;
    assert!(found.contains("JOINED") && !found.contains("LEFT"), "{found}");
    assert!(found.contains(">Newest<") && !found.contains(">Earlier<"), "{found}");
    assert!(page("?caller=nobody").await.contains("No entry matches this filter"));
    // From a refusal to all that happened with whom it names, and from a stage to all that happened there.
    let why = local.request("GET", "/_ivs/console/refusal?number=1", &[], "").await.body;
    assert!(why.contains(&format!("timeline?participant={ana}")), "{why}");
    let stage = local.request("GET", &format!("/_ivs/console/stage?arn={}", local.arn()), &[], "").await.body;
    assert!(stage.contains("timeline?resource=arn%3A"), "{stage}");
}
