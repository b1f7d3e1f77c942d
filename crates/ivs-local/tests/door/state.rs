//! State that is kept and taken back, with what it means to tokens and to people.

use serde_json::{Value, json};

use crate::local::Local;

async fn snapshot(local: &Local) -> String {
    let answer = local.request("GET", "/_ivs/snapshot", &[], "").await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    answer.body
}

async fn post(local: &Local, path: &str, body: &str) -> (u16, Value) {
    let answer = local.request("POST", path, &[], body).await;
    (answer.status, answer.json())
}

#[tokio::test]
async fn a_restored_state_is_the_one_that_was_kept() {
    let local = Local::start().await;
    let kept = snapshot(&local).await;
    assert!(kept.contains(local.arn()) && kept.ends_with("}\n"), "{kept}");
    local.another_stage().await;
    assert_ne!(snapshot(&local).await, kept);
    assert_eq!(post(&local, "/_ivs/restore", &kept).await, (200, json!({ "status": "ok" })));
    assert_eq!(snapshot(&local).await, kept);
    assert_eq!(local.call("ListStages", &json!({})).await["stages"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn tokens_follow_the_state() {
    let local = Local::start().await;
    let kept = snapshot(&local).await;
    let token = local.token("ana");
    let mut ana = local.join(&token).await;
    ana.until("STAGE_STATE").await;
    assert_eq!(post(&local, "/_ivs/reset", "").await.0, 200);
    assert_eq!(ana.last().await["payload"]["code"], "STAGE_DELETED", "who is on a stage is sent away");
    assert_eq!(local.open("/", &[&token]).await.err(), Some(403), "neither the stage nor the key is there");
    assert_eq!(post(&local, "/_ivs/restore", &kept).await.0, 200);
    local.join(&token).await.until("STAGE_STATE").await;

    // A revocation is part of the state that has it, and of no other.
    let disconnect = json!({ "stageArn": local.arn(), "participantId": "ana" });
    local.call("DisconnectParticipant", &disconnect).await;
    let without_ana = snapshot(&local).await;
    assert_eq!(local.open("/", &[&token]).await.err(), Some(403));
    post(&local, "/_ivs/restore", &kept).await;
    local.join(&token).await.until("STAGE_STATE").await;
    post(&local, "/_ivs/restore", &without_ana).await;
    assert_eq!(local.open("/", &[&token]).await.err(), Some(403));
}

#[tokio::test]
async fn people_of_a_state_are_gone_once_it_is_restored() {
    let local = Local::start().await;
    let mut ana = local.join(&local.token("ana")).await;
    ana.until("STAGE_STATE").await;
    let kept = snapshot(&local).await;
    assert!(kept.contains("CONNECTED") && kept.contains("activeSessionId"), "{kept}");
    post(&local, "/_ivs/restore", &kept).await;
    let stage = local.call("GetStage", &json!({ "arn": local.arn() })).await;
    assert_eq!(stage["stage"].get("activeSessionId"), None);
    let sessions = local.call("ListStageSessions", &json!({ "stageArn": local.arn() })).await;
    assert!(sessions["stageSessions"][0]["endTime"].is_string(), "{sessions}");
}

#[tokio::test]
async fn an_account_is_forked_once() {
    let local = Local::start().await;
    let fork = json!({ "from": "123456789012", "to": "210987654321" }).to_string();
    let (status, answer) = post(&local, "/_ivs/fork", &fork).await;
    // A key and a stage.
    assert_eq!((status, &answer["resources"]), (200, &json!(2)));
    let state: Value = serde_json::from_str(&snapshot(&local).await).unwrap();
    let stages = state["accounts"]["210987654321"]["us-east-1"]["stage"].as_object().unwrap();
    let arn = stages.values().next().unwrap()["arn"].as_str().unwrap();
    assert_eq!(arn, local.arn().replace("123456789012", "210987654321"));
    let (status, answer) = post(&local, "/_ivs/fork", &fork).await;
    assert_eq!(status, 409);
    assert!(answer["message"].as_str().unwrap().contains("210987654321"), "{answer}");
}

#[tokio::test]
async fn what_is_no_state_changes_nothing() {
    let local = Local::start().await;
    let kept = snapshot(&local).await;
    for (path, body, word) in [
        ("/_ivs/restore", "nonsense", "GET /_ivs/snapshot"),
        ("/_ivs/restore", r#"{"ivs-local": 99}"#, "version 99"),
        ("/_ivs/fork", "{}", "from"),
        ("/_ivs/fork", r#"{"from": "1", "to": "123456789012"}"#, "12 digits"),
    ] {
        let (status, answer) = post(&local, path, body).await;
        assert_eq!(status, 400, "{body}");
        assert!(answer["message"].as_str().unwrap().contains(word), "{answer}");
    }
    assert_eq!(snapshot(&local).await, kept);
}

/// The state of a server with a bit of everything, as JSON.
async fn rich(local: &Local) -> Value {
    let arn = local.arn();
    let recording = local
        .call(
            "CreateRecordingConfiguration",
            &json!({ "destinationConfiguration": { "s3": { "bucketName": "bucket" } } }),
        )
        .await;
    let channel = json!({
        "name": "live",
        "recordingConfigurationArn": recording["recordingConfiguration"]["arn"],
    });
    let channel = local.call("CreateChannel", &channel).await["channel"]["arn"].clone();
    let storage =
        local.call("CreateStorageConfiguration", &json!({ "s3": { "bucketName": "bucket" } })).await;
    let storage = &storage["storageConfiguration"]["arn"];
    let recorded = json!({ "arn": arn, "autoParticipantRecordingConfiguration": { "storageConfigurationArn": storage } });
    local.call("UpdateStage", &recorded).await;
    let encoder = local.call("CreateEncoderConfiguration", &json!({})).await;
    let s3 = json!({
        "storageConfigurationArn": storage,
        "encoderConfigurationArns": [encoder["encoderConfiguration"]["arn"]],
    });
    let composition = json!({ "stageArn": arn, "idempotencyToken": "once", "destinations": [{ "s3": s3 }] });
    local.call("StartComposition", &composition).await;
    local
        .call(
            "ImportPlaybackKeyPair",
            &json!({ "publicKeyMaterial": include_str!("../../../../tests/data/test-only-public.pem") }),
        )
        .await;
    local.call("CreateIngestConfiguration", &json!({ "stageArn": arn, "ingestProtocol": "RTMPS", "tags": { "of": "arn:aws:ivs:us-east-1:123456789012:stage/tag" } })).await;
    local.call("DisconnectParticipant", &json!({ "stageArn": arn, "participantId": "eve" })).await;
    local.call("StartViewerSessionRevocation", &json!({ "channelArn": channel, "viewerId": "v" })).await;
    assert_eq!(post(local, &format!("/_ivs/channels/{}/live", channel.as_str().unwrap()), "").await.0, 200);
    let (status, joined) =
        post(local, &format!("/_ivs/stages/{arn}/participants"), r#"{"userId": "ana"}"#).await;
    assert_eq!(status, 200, "{joined}");
    let publish =
        format!("/_ivs/stages/{arn}/participants/{}/publish", joined["participantId"].as_str().unwrap());
    assert_eq!(post(local, &publish, "").await.0, 200);
    serde_json::from_str(&snapshot(local).await).unwrap()
}

#[tokio::test]
async fn a_record_that_can_not_be_is_refused_and_named() {
    let local = Local::start().await;
    let good = rich(&local).await;
    assert_eq!(post(&local, "/_ivs/restore", &good.to_string()).await, (200, json!({ "status": "ok" })));
    let kept = snapshot(&local).await;
    let place = "/accounts/123456789012/us-east-1";
    // The first record of a kind.
    let first = |kind: &str| {
        let records = good.pointer(&format!("{place}/{kind}")).unwrap().as_object().unwrap();
        records.keys().next().unwrap().clone()
    };
    let id_of = |kind: &str| first(kind).replace('/', "~1");
    let gone = "arn:aws:ivs:us-east-1:123456789012:stage/gone";
    let other = "arn:aws:ivs:us-east-1:210987654321:stage/gone";
    for (kind, member, value, words) in [
        ("stage", "", json!(7), "JSON object"),
        ("stage", "/arn", json!(gone), "its place says that `arn` is arn:"),
        ("stage", "/arn", Value::Null, "`arn` is arn:"),
        ("stage", "/name", json!("bad name!"), "`name`: Member must satisfy regular expression"),
        ("stage", "/tags", json!([]), "'tags' can not be converted to a map"),
        ("stage", "/nmae", json!("x"), "no member `nmae`"),
        ("stage", "/_createdAt", json!("yesterday"), "`_createdAt` must be in milliseconds"),
        (
            "ingest-configuration",
            "/stageArn",
            json!(gone),
            "`stageArn` names arn:aws:ivs:us-east-1:123456789012:stage/gone, which is not in",
        ),
        ("ingest-configuration", "/stageArn", json!(other), "of another account"),
        (
            "composition",
            "/destinations/0/configuration/s3/encoderConfigurationArns/0",
            json!(gone.replace("stage/", "encoder-configuration/")),
            "encoderConfigurationArns",
        ),
        ("composition", "/state", json!("HAPPY"), "`state`: Member must satisfy enum value set"),
        ("stream-key", "/channelArn", json!(gone.replace("stage/", "channel/")), "`channelArn`"),
        ("public-key", "/publicKeyMaterial", json!("x"), "`publicKeyMaterial`"),
        ("playback-key", "/publicKeyMaterial", Value::Null, "`publicKeyMaterial`"),
        ("participant", "/participantId", json!("somebody"), "`participantId` is "),
        ("participant-event", "/name", json!(1), "'name' can not be converted"),
        ("stage-session", "/startTime", json!("noon"), "'startTime' can not be converted to Timestamp"),
        ("stream", "/viewerCount", json!("many"), "'viewerCount' can not be converted"),
        ("stream", "/streamId", Value::Null, "the member `streamId` is missing"),
        (
            "stream",
            "/channelArn",
            json!(gone.replace("stage/", "channel/")),
            "its place says that `channelArn`",
        ),
        ("stream-session", "/streamId", json!("st-00000000000000000000000"), "`streamId` is "),
        ("participant", "/replicationType", json!("REPLICA"), "the member `sourceStageArn` is missing"),
        (
            "channel-recording",
            "/window",
            json!(i64::MAX),
            "`window` must be a whole number from 0 to 253402300799, ",
        ),
        ("channel-recording", "/begunAt", json!(i64::MIN), "`begunAt` must be a whole number"),
        ("channel-recording", "/pausedAt", json!(i64::MAX), "`pausedAt` must be a whole number"),
        ("participant-recording", "/changes", json!(u64::MAX), "`changes` must be a whole number"),
        ("participant-recording", "/window", json!("soon"), "`window` must be a whole number"),
        ("revocation", "/stageArn", json!("x"), "does not have the form of a record of the kind revocation"),
        ("idempotency", "/arn", json!(1), "kind idempotency"),
    ] {
        let mut bad = good.clone();
        let (parent, name) = member.rsplit_once('/').unwrap_or_default();
        let of_record = format!("{place}/{kind}/{}", id_of(kind));
        if member.is_empty() {
            *bad.pointer_mut(&of_record).unwrap() = value;
        } else {
            match bad.pointer_mut(&format!("{of_record}{parent}")).unwrap() {
                Value::Array(values) => values[name.parse::<usize>().unwrap()] = value,
                parent => parent[name] = value,
            }
        }
        let (status, answer) = post(&local, "/_ivs/restore", &bad.to_string()).await;
        let message = answer["message"].as_str().unwrap_or_default();
        assert_eq!(status, 400, "{kind}{member}: {answer}");
        let named = format!("the record 123456789012/us-east-1/{kind}/{}", first(kind));
        assert!(message.starts_with(&named) && message.contains(words), "{kind}{member}: {message}");
    }
    assert_eq!(snapshot(&local).await, kept, "nothing was changed");
}

#[tokio::test]
async fn a_place_that_can_not_be_is_refused_and_named() {
    let local = Local::start().await;
    let good: Value = serde_json::from_str(&snapshot(&local).await).unwrap();
    let kept = snapshot(&local).await;
    let place = "/accounts/123456789012/us-east-1";
    for (pointer, name, value, words) in [
        (place, "stages", json!({ "x": {} }), "no kind of records `stages`; there are ad-configuration"),
        ("/accounts/123456789012", "us east", json!({ "stage": { "x": {} } }), "`us east` is not a region"),
        ("/server", "server/clock", json!({ "frozenMs": "now" }), "server/clock"),
        ("/server", "server/calls", json!(u64::MAX), "server/calls"),
        ("/server", "server/nothing", json!(1), "leave it out"),
        ("/server", "timer/soon", json!({}), "timer/soon"),
        ("/server", "outbox/18446744073709551615", json!({}), "outbox/18446744073709551615"),
        ("/server", "outbox/7", json!({}), "leave it out"),
        ("/server", "outbox/+000000000000007", json!({}), "leave it out"),
        (
            place,
            "stage-session",
            json!({ "a/st-1": {} }),
            "its place is not one of the kind stage-session, which has the form stage ID/sessionId/",
        ),
        (
            place,
            "participant-event",
            json!({ "a/st-1/ana/7": { "participantId": "ana" } }),
            "stage ID/ID/participantId/NUMBER in 12 digits",
        ),
        ("/server", "123456789012/us-east-1/stage/x", json!({}), "must be under `accounts`"),
    ] {
        let mut bad = good.clone();
        if pointer == "/server" {
            bad["server"] = json!({});
        }
        bad.pointer_mut(pointer).unwrap()[name] = value;
        let (status, answer) = post(&local, "/_ivs/restore", &bad.to_string()).await;
        assert_eq!(status, 400, "{name}: {answer}");
        assert!(answer["message"].as_str().unwrap().contains(words), "{name}: {answer}");
    }
    assert_eq!(snapshot(&local).await, kept, "nothing was changed");
}

/// Something that goes on names what is there; what is over may outlive it.
#[tokio::test]
async fn what_goes_on_belongs_to_what_is_there() {
    let local = Local::start().await;
    let good = rich(&local).await;
    let place = "/accounts/123456789012/us-east-1";
    let refusal = async |state: &Value| {
        let (status, answer) = post(&local, "/_ivs/restore", &state.to_string()).await;
        assert_eq!(status, 400, "{answer}");
        answer["message"].as_str().unwrap().to_owned()
    };
    for (kind, of) in [
        ("participant", "stage"),
        ("stage-session", "stage"),
        ("stream", "channel"),
        ("stream-session", "channel"),
    ] {
        let mut bad = good.clone();
        bad.pointer_mut(place).unwrap().as_object_mut().unwrap().retain(|other, _| other == kind);
        let message = refusal(&bad).await;
        let words = format!("it belongs to arn:aws:ivs:us-east-1:123456789012:{of}/");
        assert!(message.contains(&words) && message.ends_with("which is not in this state"), "{message}");
    }
    // A stage goes while somebody is on it, and its sessions stay.
    local.call("DeleteStage", &json!({ "arn": local.arn() })).await;
    let kept = snapshot(&local).await;
    assert!(kept.contains("\"participant\"") && kept.contains("\"stage-session\""), "{kept}");
    assert_eq!(post(&local, "/_ivs/restore", &kept).await, (200, json!({ "status": "ok" })));

    let mut bad = good.clone();
    let replica = json!({
        "sourceStageArn": local.arn(),
        "participantId": "ana",
        "sourceSessionId": "st-0000000000001",
        "destinationStageArn": "arn:aws:ivs:us-east-1:123456789012:stage/gone",
        "destinationSessionId": "st-0000000000002",
        "replicationState": "ACTIVE",
    });
    let stage = local.stage.arn().resource_id();
    bad.pointer_mut(place).unwrap()["participant-replica"] =
        json!({ format!("{stage}/ana/st-0000000000001/gone/st-0000000000002/"): replica });
    let message = refusal(&bad).await;
    assert!(message.contains("`destinationStageArn` names arn:"), "{message}");
    let replicas = &mut bad.pointer_mut(place).unwrap()["participant-replica"];
    replicas[format!("{stage}/ana/st-0000000000001/gone/st-0000000000002/")]["replicationState"] =
        json!("STOPPED");
    assert_eq!(post(&local, "/_ivs/restore", &bad.to_string()).await.0, 200);
}

/// How far targets were told belongs to the server that tells them.
#[tokio::test]
async fn a_state_says_nothing_of_targets() {
    // Nothing listens there: each event is tried once, and lost.
    let target = json!({ "url": "http://127.0.0.1:9/hook", "attempts": 1 });
    let settings = ivs_local::Settings { targets: vec![target], ..ivs_local::Settings::default() };
    let local = Local::with(settings).await;
    let told = async |number: u64| {
        let told = async {
            while local.request("GET", "/_ivs/targets", &[], "").await.json()["targets"][0]["told"] != number
            {
                tokio::time::sleep(std::time::Duration::from_millis(5)).await;
            }
        };
        tokio::time::timeout(std::time::Duration::from_secs(60), told).await.expect("it is never told");
    };
    let channel = local.call("CreateChannel", &json!({})).await["channel"]["arn"].clone();
    let live = format!("/_ivs/channels/{}/live", channel.as_str().unwrap());
    let before = snapshot(&local).await;
    assert!(!before.contains("server/"), "{before}");
    assert_eq!(post(&local, &live, "").await.0, 200);
    told(2).await;
    let kept = snapshot(&local).await;
    assert!(!kept.contains("server/"), "{kept}");
    assert_eq!(post(&local, "/_ivs/restore", &kept).await, (200, json!({ "status": "ok" })));
    assert_eq!(snapshot(&local).await, kept);
    // A file that was written by an earlier version says something of them.
    let mut other: Value = serde_json::from_str(&kept).unwrap();
    other["server"]["server/target-0123456789abcdef"] = json!({ "last": 1 });
    assert_eq!(post(&local, "/_ivs/restore", &other.to_string()).await, (200, json!({ "status": "ok" })));
    assert_eq!(snapshot(&local).await, kept);
    assert_eq!(local.request("DELETE", &live, &[], "").await.status, 200);
    told(4).await;
    // Numbers begin anew, and so does the target.
    assert_eq!(post(&local, "/_ivs/restore", &before).await.0, 200);
    assert_eq!(post(&local, &live, "").await.0, 200);
    told(2).await;
}

/// The clock, the faults, the rates and the targets, as requests show them.
async fn ordered(local: &Local) -> [Value; 4] {
    let of = async |path: &str| local.request("GET", &format!("/_ivs/{path}"), &[], "").await.json();
    let clock = of("clock").await;
    let targets =
        of("targets").await["targets"].as_array().unwrap().iter().map(|one| one["url"].clone()).collect();
    let faults =
        of("faults").await["faults"].as_array().unwrap().iter().map(|one| one["operation"].clone()).collect();
    [json!([clock["mode"], clock["nowMs"]]), faults, of("rates").await["rates"].clone(), targets]
}

/// Whatever a test orders is gone after it, and what the options ordered is there again.
#[tokio::test]
async fn a_calm_takes_back_what_was_ordered_and_a_reset_the_resources_too() {
    const AT: i64 = 1_767_323_045_000;
    let own = "http://127.0.0.1:9/own";
    let settings = ivs_local::Settings {
        freeze: Some(AT),
        rates: true,
        faults: vec![json!({ "operation": "DeletePublicKey", "error": "AccessDeniedException" })],
        targets: vec![json!({ "url": own, "attempts": 1 })],
        ..ivs_local::Settings::default()
    };
    let local = Local::with(settings).await;
    let began = ordered(&local).await;
    assert_eq!(began, [json!(["frozen", AT]), json!(["DeletePublicKey"]), json!("on"), json!([own])]);
    let order = async || {
        for (method, path, body) in [
            ("POST", "clock", r#"{"resume": true, "advance": 3600}"#),
            ("DELETE", "faults", ""),
            ("POST", "faults", r#"{"operation": "GetStage", "error": "AccessDeniedException"}"#),
            ("POST", "rates", r#"{"rates": "off"}"#),
            ("POST", "targets", r#"{"url": "http://127.0.0.1:9/other", "attempts": 1}"#),
        ] {
            let answer = local.request(method, &format!("/_ivs/{path}"), &[], body).await;
            assert!(answer.status < 300, "{path}: {}", answer.body);
        }
        assert_ne!(ordered(&local).await, began);
    };
    let stages = async || local.call("ListStages", &json!({})).await["stages"].as_array().unwrap().len();

    order().await;
    assert_eq!(post(&local, "/_ivs/calm", "").await, (200, json!({ "status": "ok" })));
    assert_eq!(ordered(&local).await, began);
    assert_eq!(stages().await, 1);
    // The target of an option is the same, and goes on where it was; one that was removed is there again.
    let id = async || local.request("GET", "/_ivs/targets", &[], "").await.json()["targets"][0]["id"].clone();
    assert_eq!(id().await, "t1");
    assert_eq!(local.request("DELETE", "/_ivs/targets/t1", &[], "").await.status, 200);
    assert_eq!(post(&local, "/_ivs/calm", "").await.0, 200);
    assert_eq!(ordered(&local).await, began);
    assert_eq!(id().await, "t3");

    order().await;
    assert_eq!(post(&local, "/_ivs/reset", "").await.0, 200);
    assert_eq!(ordered(&local).await, began);
    assert_eq!(stages().await, 0);
}

/// What falls due when the clock is real again has happened before the answer.
#[tokio::test]
async fn a_calm_runs_what_falls_due() {
    let local = Local::start().await;
    let freeze = json!({ "freeze": "2020-01-01T00:00:00Z" }).to_string();
    assert_eq!(post(&local, "/_ivs/clock", &freeze).await.0, 200);
    let body = json!({ "userId": "ana", "duration": 1 }).to_string();
    let (status, joined) = post(&local, &format!("/_ivs/stages/{}/participants", local.arn()), &body).await;
    assert_eq!(status, 200, "{joined}");
    let session =
        local.call("GetStage", &json!({ "arn": local.arn() })).await["stage"]["activeSessionId"].clone();
    assert_eq!(post(&local, "/_ivs/calm", "").await.0, 200);
    let of =
        json!({ "stageArn": local.arn(), "sessionId": session, "participantId": joined["participantId"] });
    let ana = local.call("GetParticipant", &of).await["participant"].clone();
    assert_eq!(ana["state"], "DISCONNECTED", "the token has expired meanwhile: {ana}");
}
