use serde_json::{Value, json};

use super::World;

impl World {
    fn ingest(&self, more: &Value) -> Value {
        let mut input = json!({ "ingestProtocol": "RTMPS", "userId": "ana", "attributes": { "a": "b" } });
        for (name, value) in more.as_object().unwrap() {
            input[name] = value.clone();
        }
        self.call("CreateIngestConfiguration", &input)["ingestConfiguration"].take()
    }

    fn encoder(&self, method: &str, ingest: &Value, body: &Value) -> (u16, Value) {
        let arn = ingest["arn"].as_str().unwrap();
        self.control(method, &format!("ingest-configurations/{arn}/publish"), body)
    }

    fn ingest_state(&self, ingest: &Value) -> String {
        let shown = self.call("GetIngestConfiguration", &json!({ "arn": ingest["arn"] }));
        shown["ingestConfiguration"]["state"].as_str().unwrap().to_owned()
    }
}

#[test]
fn an_ingest_configuration_is_active_while_somebody_publishes_with_it() {
    let world = World::new();
    let stage = world.stage();
    let ingest = world.ingest(&json!({ "stageArn": stage }));
    let arn = json!({ "arn": ingest["arn"] });
    assert_eq!(world.ingest_state(&ingest), "INACTIVE");
    let (status, answer) = world.encoder("POST", &ingest, &json!({ "streamKey": ingest["streamKey"] }));
    assert_eq!((status, &answer["participantId"]), (200, &ingest["participantId"]), "{answer}");
    assert_eq!(world.ingest_state(&ingest), "ACTIVE");
    let listed = world.call("ListIngestConfigurations", &json!({ "filterByState": "ACTIVE" }));
    assert_eq!(listed["ingestConfigurations"].as_array().unwrap().len(), 1);
    let session = world.session_of(&stage);
    let of = json!({ "stageArn": stage, "sessionId": session, "participantId": ingest["participantId"] });
    let shown = world.call("GetParticipant", &of)["participant"].take();
    for (name, value) in [
        ("userId", json!("ana")),
        ("attributes", json!({ "a": "b" })),
        ("protocol", json!("RTMPS")),
        ("ingestConfigurationArn", ingest["arn"].clone()),
        ("state", json!("CONNECTED")),
        ("published", json!(true)),
    ] {
        assert_eq!(shown[name], value, "{name}");
    }
    // An active one can neither be changed nor deleted.
    for operation in ["UpdateIngestConfiguration", "DeleteIngestConfiguration"] {
        assert_eq!(world.refused(operation, &arn), "ConflictException");
    }
    assert_eq!(world.encoder("DELETE", &ingest, &json!({})).0, 200);
    assert_eq!(world.ingest_state(&ingest), "INACTIVE");
    assert_eq!(world.call("GetParticipant", &of)["participant"]["state"], "DISCONNECTED");
    world.call("UpdateIngestConfiguration", &json!({ "arn": ingest["arn"], "stageArn": "" }));
    let (status, answer) = world.encoder("POST", &ingest, &json!({}));
    assert_eq!((status, &answer["code"]), (409, &json!("ConflictException")), "without a stage");
    world.call("DeleteIngestConfiguration", &arn);
}

#[test]
fn who_publishes_goes_when_the_configuration_is_deleted_by_force() {
    let world = World::new();
    let stage = world.stage();
    let ingest = world.ingest(&json!({ "stageArn": stage }));
    world.encoder("POST", &ingest, &json!({}));
    let id = ingest["participantId"].as_str().unwrap();
    let session = world.session_of(&stage).unwrap();
    world.call("DeleteIngestConfiguration", &json!({ "arn": ingest["arn"], "force": true }));
    let events = world.events_of(&stage, &session, id);
    assert_eq!(events, ["JOINED", "PUBLISH_STARTED", "PUBLISH_STOPPED", "LEFT"]);
}

#[test]
fn redundant_ingest_has_two_keys_and_two_participants() {
    let world = World::new();
    let stage = world.stage();
    let ingest = world.ingest(&json!({ "stageArn": stage, "redundantIngest": true }));
    let credentials = ingest["redundantIngestCredentials"].as_array().unwrap();
    for credential in credentials {
        let (status, answer) =
            world.encoder("POST", &ingest, &json!({ "streamKey": credential["streamKey"] }));
        assert_eq!((status, &answer["participantId"]), (200, &credential["participantId"]));
    }
    let key = |place: usize| json!({ "streamKey": credentials[place]["streamKey"] });
    assert_eq!(world.encoder("DELETE", &ingest, &key(0)).0, 200);
    assert_eq!(world.ingest_state(&ingest), "ACTIVE", "the other goes on");
    assert_eq!(world.encoder("DELETE", &ingest, &key(1)).0, 200);
    assert_eq!(world.ingest_state(&ingest), "INACTIVE");
    // Without it, the second key is none.
    let ingest = world.ingest(&json!({ "stageArn": stage }));
    assert_eq!(world.encoder("POST", &ingest, &key(1)).0, 400);
}

#[test]
fn who_can_not_publish_with_a_key_is_told_why() {
    let world = World::new();
    let stage = world.stage();
    let ingest = world.ingest(&json!({ "stageArn": stage }));
    assert_eq!(world.encoder("POST", &ingest, &json!({ "streamKey": "rt_x" })).0, 400);
    assert_eq!(world.encoder("POST", &ingest, &json!({ "key": "rt_x" })).0, 400);
    assert_eq!(world.encoder("POST", &ingest, &json!({})).0, 200);
    for (body, code) in
        [(json!({}), "REUSE_OF_STREAM_KEY"), (json!({ "protocol": "RTMP" }), "INVALID_PROTOCOL")]
    {
        let (status, answer) = world.encoder("POST", &ingest, &body);
        assert_eq!((status, &answer["code"]), (403, &json!(code)));
        let told = world.told("IVS Stage Update");
        assert_eq!(told.last().unwrap()["detail"]["event_name"], "Participant Publish Error");
        assert_eq!(told.last().unwrap()["detail"]["error_code"], code);
    }
    // DisconnectParticipant is for good, and empties the ARN of the stage.
    let id = &ingest["participantId"];
    world.call("DisconnectParticipant", &json!({ "stageArn": stage, "participantId": id }));
    let shown = world.call("GetIngestConfiguration", &json!({ "arn": ingest["arn"] }));
    let shown = &shown["ingestConfiguration"];
    assert_eq!((&shown["stageArn"], &shown["state"]), (&json!(""), &json!("INACTIVE")));
    world.call("UpdateIngestConfiguration", &json!({ "arn": ingest["arn"], "stageArn": stage }));
    assert_eq!(world.encoder("POST", &ingest, &json!({})).0, 409);
}

#[test]
fn every_error_of_publishing_can_be_had() {
    let world = World::new();
    let stage = world.stage();
    let id = world.join(&stage, &json!({}));
    let path = format!("stages/{stage}/participants/{id}/publish");
    let (status, answer) = world.control("POST", &path, &json!({ "error": "BITRATE_EXCEEDED" }));
    assert_eq!((status, &answer["code"]), (403, &json!("BITRATE_EXCEEDED")));
    assert_eq!(world.control("POST", &path, &json!({ "error": "TOO_LOUD" })).0, 400);
    // Whoever publishes does not any more.
    world.on_stage("POST", &stage, &format!("{id}/publish"));
    assert_eq!(world.control("POST", &path, &json!({ "error": "B_FRAME_PRESENT" })).0, 403);
    let session = world.session_of(&stage).unwrap();
    assert_eq!(
        world.events_of(&stage, &session, &id),
        ["JOINED", "PUBLISH_ERROR", "PUBLISH_STARTED", "PUBLISH_ERROR", "PUBLISH_STOPPED"]
    );
}
