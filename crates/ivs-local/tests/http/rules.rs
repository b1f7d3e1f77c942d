//! Rules of AWS's words that the service model does not say in its shapes: each has an input that it lets pass, and one that it refuses.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ivs_token::{SigningKey, Stage};
use serde_json::{Value, json};

use crate::client::{Client, Program};

/// One rule breaks where an input has `bad` in it, and no rule where it has `good`.
struct Rule {
    name: &'static str,
    operation: &'static str,
    input: Value,
    member: &'static str,
    good: Value,
    bad: Value,
}

fn check(client: &Client, rule: &Rule) {
    for (value, status) in [(&rule.bad, 400), (&rule.good, 200)] {
        let mut input = rule.input.clone();
        input[rule.member] = value.clone();
        let answer = client.call(rule.operation, &input);
        assert_eq!(answer.status, status, "{}: {input}: {}", rule.name, answer.body);
        if status == 400 {
            assert_eq!(answer.code(), "ValidationException", "{}", rule.name);
            let explained = answer.header("x-ivs-local-explain");
            assert!(explained.starts_with(&format!("{}; ", rule.name)), "{}: {explained}", rule.name);
        }
    }
}

#[test]
fn sizes_of_videos() {
    let program = Program::start(&[]);
    let client = program.client();
    for (name, good, bad) in [
        ("pixels", json!({ "width": 1920, "height": 1080 }), json!({ "width": 1920, "height": 1082 })),
        ("even-size", json!({ "width": 1280, "height": 720 }), json!({ "width": 1279, "height": 720 })),
        ("even-size", json!({ "width": 1280, "height": 718 }), json!({ "width": 1280, "height": 717 })),
    ] {
        let operation = "CreateEncoderConfiguration";
        check(&client, &Rule { name, operation, input: json!({}), member: "video", good, bad });
    }
}

#[test]
fn channels_and_policies() {
    let program = Program::start(&[]);
    let client = program.client();
    let preset = json!({ "preset": "HIGHER_BANDWIDTH_DELIVERY" });
    let multitrack = json!({ "enabled": true, "policy": "ALLOW", "maximumResolution": "FULL_HD" });
    let tracks = json!({ "type": "STANDARD", "multitrackInputConfiguration": multitrack });
    let countries = |count: usize| -> Value {
        let letters = || 'A'..='Z';
        letters().flat_map(|a| letters().map(move |b| format!("{a}{b}"))).take(count).collect()
    };
    let origins = |count: usize| -> Value { (0..count).map(|n| format!("https://o{n}.example")).collect() };
    for (name, operation, input, member, good, bad) in [
        ("preset-type", "CreateChannel", preset, "type", json!("ADVANCED_HD"), json!("STANDARD")),
        (
            "multitrack-container",
            "CreateChannel",
            tracks,
            "containerFormat",
            json!("FRAGMENTED_MP4"),
            json!("TS"),
        ),
        (
            "policy-size",
            "CreatePlaybackRestrictionPolicy",
            json!({}),
            "allowedCountries",
            countries(200),
            countries(201),
        ),
        (
            "policy-size",
            "CreatePlaybackRestrictionPolicy",
            json!({}),
            "allowedOrigins",
            origins(5),
            origins(6),
        ),
    ] {
        check(&client, &Rule { name, operation, input, member, good, bad });
    }
}

#[test]
fn destinations_and_whose_they_are() {
    let program = Program::start(&[]);
    let client = program.client();
    let make = |client: &Client, operation: &str, member: &str| -> String {
        let made = client.call(operation, &json!({}));
        made.body[member]["arn"].as_str().unwrap_or_else(|| panic!("{}", made.body)).to_owned()
    };
    let stage = make(&client, "CreateStage", "stage");
    let to = |channel: &str| json!({ "channel": { "channelArn": channel } });
    let [one, two] = [(); 2].map(|()| to(&make(&client, "CreateChannel", "channel")));
    let foreign = Client { access_key: "111111111111".into(), ..client.clone() };
    let elsewhere = Client { region: "eu-west-1".into(), ..client.clone() };
    for (name, bad) in [
        ("one-destination-of-a-kind", json!([one, two])),
        ("one-account-and-region", json!([to(&make(&foreign, "CreateChannel", "channel"))])),
        ("one-account-and-region", json!([to(&make(&elsewhere, "CreateChannel", "channel"))])),
    ] {
        let good = json!([to(&make(&client, "CreateChannel", "channel"))]);
        let input = json!({ "stageArn": stage });
        let operation = "StartComposition";
        check(&client, &Rule { name, operation, input, member: "destinations", good, bad });
    }
}

/// A request to `/_ivs/` that succeeds.
fn control(client: &Client, method: &str, path: &str, body: &Value) -> Value {
    let body = if body.is_null() { String::new() } else { body.to_string() };
    let answer = client.raw(method, &format!("/_ivs/{path}"), &[], body.as_bytes());
    assert!(answer.status < 300, "{path}: {} {}", answer.status, answer.body);
    answer.body
}

/// What a call makes: a member of its answer.
fn make(client: &Client, operation: &str, input: &Value, member: &str) -> Value {
    let mut answer = client.call(operation, input);
    assert_eq!(answer.status, 200, "{operation}: {}", answer.body);
    answer.body[member].take()
}

fn arn(made: &Value) -> String {
    made["arn"].as_str().unwrap_or_else(|| panic!("{made}")).to_owned()
}

fn code(client: &Client, operation: &str, input: &Value) -> String {
    client.call(operation, input).code().to_owned()
}

#[test]
fn rtmp_needs_insecure_ingest() {
    let program = Program::start(&[]);
    let input = json!({ "ingestProtocol": "RTMP" });
    let (name, operation, member) = ("insecure-ingest", "CreateIngestConfiguration", "insecureIngest");
    check(&program.client(), &Rule { name, operation, input, member, good: json!(true), bad: json!(false) });
    let tls = json!({ "ingestProtocol": "RTMPS" });
    assert_eq!(program.client().call(operation, &tls).status, 200);
}

#[test]
fn attributes_have_a_kilobyte() {
    let program = Program::start(&[]);
    let client = program.client();
    let stage = arn(&make(&client, "CreateStage", &json!({}), "stage"));
    // Names and values together.
    let attributes = |bytes: usize| json!({ "a": "x".repeat(bytes - 3), "bc": "" });
    for (operation, input) in [
        ("CreateParticipantToken", json!({ "stageArn": stage })),
        ("CreateIngestConfiguration", json!({ "ingestProtocol": "RTMPS" })),
    ] {
        let (good, bad) = (attributes(1024), attributes(1025));
        check(&client, &Rule { name: "attributes", operation, input, member: "attributes", good, bad });
    }
}

#[test]
fn what_is_in_use_can_not_be_deleted() {
    let program = Program::start(&[]);
    let client = program.client();
    let s3 = json!({ "s3": { "bucketName": "bucket" } });
    let storage =
        |client: &Client| arn(&make(client, "CreateStorageConfiguration", &s3, "storageConfiguration"));
    let [of_composition, of_stage] = [(); 2].map(|()| storage(&client));
    let encoder = arn(&make(&client, "CreateEncoderConfiguration", &json!({}), "encoderConfiguration"));
    let to_s3 = json!({ "destinationConfiguration": { "s3": { "bucketName": "bucket" } } });
    let recording = arn(&make(&client, "CreateRecordingConfiguration", &to_s3, "recordingConfiguration"));
    let recorded =
        json!({ "autoParticipantRecordingConfiguration": { "storageConfigurationArn": of_stage } });
    let stage = arn(&make(&client, "CreateStage", &recorded, "stage"));
    let channel = json!({ "recordingConfigurationArn": recording });
    let channel = arn(&make(&client, "CreateChannel", &channel, "channel"));
    let s3 = json!({ "storageConfigurationArn": of_composition, "encoderConfigurationArns": [encoder] });
    let input = json!({ "stageArn": stage, "destinations": [{ "s3": s3 }] });
    let composition = arn(&make(&client, "StartComposition", &input, "composition"));
    let all = [
        ("DeleteStorageConfiguration", &of_composition),
        ("DeleteStorageConfiguration", &of_stage),
        ("DeleteEncoderConfiguration", &encoder),
        ("DeleteRecordingConfiguration", &recording),
    ];
    for (operation, used) in all {
        let refused = client.call(operation, &json!({ "arn": used }));
        assert_eq!((refused.status, refused.code()), (409, "ConflictException"), "{operation}");
        assert_eq!(refused.header("x-ivs-local-explain"), "in-use; model", "{operation}");
    }
    client.call("StopComposition", &json!({ "arn": composition }));
    client.call("DeleteStage", &json!({ "arn": stage }));
    client.call("DeleteChannel", &json!({ "arn": channel }));
    for (operation, free) in all {
        let answer = client.call(operation, &json!({ "arn": free }));
        assert!(answer.status < 300, "{operation}: {}", answer.body);
    }
}

#[test]
fn lists_take_one_filter() {
    let program = Program::start(&[]);
    let client = program.client();
    let stage = arn(&make(&client, "CreateStage", &json!({}), "stage"));
    let recording = "arn:aws:ivs:us-west-2:123456789012:recording-configuration/x";
    let people = json!({ "stageArn": stage, "sessionId": "st-aBcDeFgHiJkLm" });
    for (operation, input, filters) in [
        (
            "ListChannels",
            json!({}),
            [("filterByName", json!("n")), ("filterByRecordingConfigurationArn", json!(recording))],
        ),
        ("ListParticipants", people, [("filterByUserId", json!("u")), ("filterByPublished", json!(true))]),
    ] {
        let with = |filters: &[(&str, Value)]| {
            let mut input = input.clone();
            for (name, value) in filters {
                input[*name] = value.clone();
            }
            client.call(operation, &input)
        };
        for filter in &filters {
            assert_eq!(with(std::slice::from_ref(filter)).status, 200, "{operation}");
        }
        let both = with(&filters);
        // The service model lists ConflictException for the one operation, and not for the other.
        let expected = if operation == "ListChannels" { "ConflictException" } else { "ValidationException" };
        assert_eq!((both.code(), both.header("x-ivs-local-explain")), (expected, "one-filter; model"));
    }
}

#[test]
fn lists_of_what_is_unknown_are_empty_and_it_is_not_found() {
    let program = Program::start(&[]);
    let client = program.client();
    let of = |kind: &str| format!("arn:aws:ivs:us-west-2:123456789012:{kind}/abcdefghijkl");
    let (stage, channel, session) = (of("stage"), of("channel"), "st-aBcDeFgHiJkLm");
    let of_participant = json!({ "stageArn": stage, "sessionId": session, "participantId": "p" });
    for (operation, input, member) in [
        ("ListStageSessions", json!({ "stageArn": stage }), "stageSessions"),
        ("ListParticipants", json!({ "stageArn": stage, "sessionId": session }), "participants"),
        ("ListParticipantEvents", of_participant.clone(), "events"),
        ("ListParticipantReplicas", json!({ "sourceStageArn": stage, "participantId": "p" }), "replicas"),
        ("ListStreamSessions", json!({ "channelArn": channel }), "streamSessions"),
        ("ListStreamKeys", json!({ "channelArn": channel }), "streamKeys"),
        ("ListCompositions", json!({ "filterByStageArn": stage }), "compositions"),
        ("ListIngestConfigurations", json!({ "filterByStageArn": stage }), "ingestConfigurations"),
    ] {
        let answer = client.call(operation, &input);
        assert_eq!((answer.status, &answer.body[member]), (200, &json!([])), "{operation}: {}", answer.body);
    }
    for (operation, input) in [
        ("GetStage", json!({ "arn": stage })),
        ("GetStageSession", json!({ "stageArn": stage, "sessionId": session })),
        ("GetParticipant", of_participant),
        ("GetChannel", json!({ "arn": channel })),
        ("GetStreamSession", json!({ "channelArn": channel })),
        ("GetStream", json!({ "channelArn": channel })),
        ("GetComposition", json!({ "arn": of("composition") })),
    ] {
        let answer = client.call(operation, &input);
        assert_eq!((answer.status, answer.code()), (404, "ResourceNotFoundException"), "{operation}");
    }
}

#[test]
fn an_unknown_viewer_can_be_revoked() {
    let program = Program::start(&[]);
    let client = program.client();
    let channel = arn(&make(&client, "CreateChannel", &json!({}), "channel"));
    let input = json!({ "channelArn": channel, "viewerId": "nobody" });
    assert_eq!(client.call("StartViewerSessionRevocation", &input).status, 200);
    let many = client.call("BatchStartViewerSessionRevocation", &json!({ "viewerSessions": [input] }));
    assert_eq!((many.status, &many.body["errors"]), (200, &json!([])));
    let unknown = json!({ "channelArn": channel.replace("channel/", "channel/x"), "viewerId": "nobody" });
    assert_eq!(code(&client, "StartViewerSessionRevocation", &unknown), "ResourceNotFoundException");
}

#[test]
fn metadata_has_a_kilobyte_in_bytes() {
    let program = Program::start(&[]);
    let client = program.client();
    let channel = arn(&make(&client, "CreateChannel", &json!({}), "channel"));
    control(&client, "POST", &format!("channels/{channel}/live"), &Value::Null);
    let put = |metadata: String| {
        let answer = client.call("PutMetadata", &json!({ "channelArn": channel, "metadata": metadata }));
        (answer.status, answer.code().to_owned(), answer.header("x-ivs-local-explain").to_owned())
    };
    assert_eq!(put("x".repeat(1024)).0, 204);
    assert_eq!(put("é".repeat(512)).0, 204, "512 letters of 2 bytes");
    let refused = (400, "ValidationException".to_owned(), "metadata-size; guide".to_owned());
    assert_eq!(put("x".repeat(1025)), refused);
    assert_eq!(put("é".repeat(513)), refused);
}

#[test]
fn delete_stage_empties_the_stage_of_ingest_configurations() {
    let program = Program::start(&[]);
    let client = program.client();
    let [gone, other] = [(); 2].map(|()| arn(&make(&client, "CreateStage", &json!({}), "stage")));
    let ingest = |stage: &str| {
        let input = json!({ "ingestProtocol": "RTMPS", "stageArn": stage });
        arn(&make(&client, "CreateIngestConfiguration", &input, "ingestConfiguration"))
    };
    let (of_gone, of_other) = (ingest(&gone), ingest(&other));
    client.call("DeleteStage", &json!({ "arn": gone }));
    let stage_of = |ingest: &str| {
        make(&client, "GetIngestConfiguration", &json!({ "arn": ingest }), "ingestConfiguration")["stageArn"]
            .take()
    };
    assert_eq!((stage_of(&of_gone), stage_of(&of_other)), (json!(""), json!(other)));
}

#[test]
fn a_stage_names_all_four_endpoints() {
    let program = Program::start(&[]);
    let stage = make(&program.client(), "CreateStage", &json!({}), "stage");
    let port = program.port;
    let expected = json!({
        "events": format!("ws://localhost:{port}"),
        "whip": format!("http://localhost:{port}"),
        "rtmp": "rtmp://localhost:1935/app/",
        "rtmps": "rtmps://localhost:443/app/",
    });
    assert_eq!(stage["endpoints"], expected);
}

#[test]
fn a_participant_has_five_replicas_unless_told_otherwise() {
    let program = Program::start(&[]);
    let client = program.client();
    let stages = [(); 7].map(|()| arn(&make(&client, "CreateStage", &json!({}), "stage")));
    let people = format!("stages/{}/participants", stages[0]);
    let joined = control(&client, "POST", &people, &json!({}));
    let id = joined["participantId"].as_str().unwrap();
    control(&client, "POST", &format!("{people}/{id}/publish"), &Value::Null);
    let answers = stages[1..].iter().map(|stage| {
        let input = json!({ "sourceStageArn": stages[0], "destinationStageArn": stage, "participantId": id });
        client.call("StartParticipantReplication", &input).status
    });
    assert_eq!(answers.collect::<Vec<_>>(), [200, 200, 200, 200, 200, 402]);
}

#[test]
fn a_participant_who_is_disconnected_from_a_stage_is_not_from_another() {
    let program = Program::start(&[]);
    let client = program.client();
    let key = SigningKey::generate().unwrap();
    let input = json!({ "publicKeyMaterial": key.verifying_key().to_spki_pem() });
    let id = arn(&make(&client, "ImportPublicKey", &input, "publicKey"));
    let key = key.with_id(id.try_into().unwrap());
    let [one, other] = [(); 2].map(|()| make(&client, "CreateStage", &json!({}), "stage"));
    let disconnected = json!({ "stageArn": one["arn"], "participantId": "ana" });
    assert_eq!(client.call("DisconnectParticipant", &disconnected).status, 200);
    for (stage, expected) in [(&one, 403), (&other, 200)] {
        let endpoint = |name: &str| stage["endpoints"][name].as_str().unwrap().to_owned();
        let of = Stage::with_endpoints(arn(stage).try_into().unwrap(), endpoint("whip"), endpoint("events"));
        let token = of.unwrap().participant().participant_id("ana").mint(&key).unwrap();
        let path = format!("/_ivs/stages/{}/participants", arn(stage));
        let body = json!({ "token": token.as_str() }).to_string();
        assert_eq!(client.raw("POST", &path, &[], body.as_bytes()).status, expected);
    }
}

/// A key pair is known by a UUID, and a token may name it.
#[test]
fn a_playback_key_is_known_by_a_uuid() {
    let program = Program::start(&[]);
    let client = program.client();
    let key = SigningKey::generate().unwrap();
    let input = json!({ "publicKeyMaterial": key.verifying_key().to_spki_pem() });
    let ids = [("ImportPlaybackKeyPair", "keyPair"), ("ImportPublicKey", "publicKey")]
        .map(|(operation, member)| arn(&make(&client, operation, &input, member)));
    for id in &ids {
        let uuid = id.rsplit('/').next().unwrap();
        assert_eq!(uuid::Uuid::parse_str(uuid).unwrap().get_version_num(), 4, "{id}");
        assert_eq!(uuid, uuid.to_lowercase());
    }
    assert!(ids[0].contains(":playback-key/") && ids[1].contains(":public-key/"), "{ids:?}");
    let channel = make(&client, "CreateChannel", &json!({ "authorized": true }), "channel");
    control(&client, "POST", &format!("channels/{}/live", arn(&channel)), &Value::Null);
    let path =
        channel["playbackUrl"].as_str().unwrap().replace(&format!("http://localhost:{}", program.port), "");
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_secs();
    let claims = json!({ "aws:channel-arn": channel["arn"], "exp": now + 600 });
    let ask = |kid: &str| {
        let header = json!({ "alg": "ES384", "typ": "JWT", "kid": kid });
        let [header, claims] = [&header, &claims].map(|part| URL_SAFE_NO_PAD.encode(part.to_string()));
        let text = format!("{header}.{claims}");
        let signature = key.as_es384().sign(text.as_bytes()).unwrap();
        let token = format!("{text}.{}", URL_SAFE_NO_PAD.encode(signature));
        client.raw("GET", &format!("{path}?token={token}"), &[], b"").status
    };
    assert_eq!(ask(&ids[0]), 200);
    // The last digit is another one, whichever it was.
    let (start, last) = ids[0].split_at(ids[0].len() - 1);
    let other = format!("{start}{}", if last == "0" { "1" } else { "0" });
    assert_eq!(ask(&other), 403, "another key");
}

/// Five a second for each channel, and 155 for all channels of an account.
#[test]
fn an_account_puts_metadata_155_times_a_second() {
    let program = Program::start(&["--auth", "off", "--freeze", "2026-01-02T03:04:05Z"]);
    let client = program.client();
    let call = |operation: &str, input: &Value| {
        client.raw("POST", &format!("/{operation}"), &[], input.to_string().as_bytes())
    };
    let channels: Vec<String> = (0..32)
        .map(|_| {
            let channel = arn(&call("CreateChannel", &json!({})).body["channel"]);
            control(&client, "POST", &format!("channels/{channel}/live"), &Value::Null);
            channel
        })
        .collect();
    control(&client, "POST", "rates", &json!({ "rates": "on" }));
    let put = |channel: &String| call("PutMetadata", &json!({ "channelArn": channel, "metadata": "x" }));
    for channel in &channels[..31] {
        for _ in 0..5 {
            assert_eq!(put(channel).status, 204);
        }
    }
    let refused = put(&channels[31]);
    assert_eq!((refused.status, refused.header("x-ivs-local-fault")), (429, "rates; 155 a second"));
    control(&client, "POST", "clock", &json!({ "advance": 1 }));
    assert_eq!(put(&channels[31]).status, 204);
}
