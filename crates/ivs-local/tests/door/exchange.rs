//! Token exchange without leaving.

use ivs_token::Capabilities;
use serde_json::{Value, json};

use crate::local::{Local, Socket, find};

pub async fn exchange(socket: &mut Socket, old: &str, new: &str) -> Value {
    let payload = json!({ "oldToken": old, "newToken": new, "requestId": "r1", "traceId": "t1" });
    socket.send(&json!({ "type": "aws:ivs:EXCHANGE_TOKEN", "payload": payload })).await;
    let answer = socket.until("aws:ivs:EXCHANGE_TOKEN").await;
    assert_eq!((&answer["requestId"], &answer["traceId"]), (&json!("r1"), &json!("t1")));
    answer
}

#[tokio::test]
async fn all_see_the_new_user_and_attributes() {
    let local = Local::start().await;
    let old = local.stage.participant().participant_id("ana").user_id("Ana").mint(&local.key).unwrap();
    let mut ana = local.join(old.as_str()).await;
    let mut bob = local.join(&local.token("bob")).await;
    let new = old.exchange().user_id("Anna").attribute("mood", "good").mint(&local.key).unwrap();
    let answer = exchange(&mut ana, old.as_str(), new.as_str()).await;
    assert_eq!(answer.get("error"), None, "{answer}");
    let state = bob.state(|state| find(state, "ana").is_some_and(|ana| ana["userId"] == "Anna")).await;
    assert_eq!(find(&state, "ana").unwrap()["attributes"], json!({ "mood": "good" }));
    // And the API.
    let session =
        local.call("GetStage", &json!({ "arn": local.arn() })).await["stage"]["activeSessionId"].clone();
    let input = json!({ "stageArn": local.arn(), "sessionId": session, "participantId": "ana" });
    let shown = local.call("GetParticipant", &input).await;
    assert_eq!(shown["participant"]["userId"], "Anna");
    let events = local.call("ListParticipantEvents", &input).await;
    let exchanged =
        events["events"].as_array().unwrap().iter().find(|event| event["name"] == "TOKEN_EXCHANGED");
    assert_eq!(exchanged.unwrap()["previousToken"]["userId"], "Ana");
    assert_eq!(exchanged.unwrap()["newToken"]["attributes"], json!({ "mood": "good" }));
}

#[tokio::test]
async fn what_may_not_change_is_refused() {
    let local = Local::start().await;
    let token = local.stage.participant().participant_id("ana").mint(&local.key).unwrap();
    let mut ana = local.join(token.as_str()).await;
    let other_stage = local.another_stage().await;
    for new in [
        local.token("other"),
        local.mint(other_stage.participant().participant_id("ana")),
        "nonsense".to_owned(),
    ] {
        let answer = exchange(&mut ana, token.as_str(), &new).await;
        assert!(answer["error"]["code"].is_string(), "{answer}");
    }
    let made = local.call("CreateParticipantToken", &json!({ "stageArn": local.arn() })).await;
    let made = made["participantToken"]["token"].as_str().unwrap();
    let mut of_service = local.join(made).await;
    let answer = exchange(&mut of_service, made, made).await;
    assert!(answer["error"]["message"].as_str().unwrap().contains("CreateParticipantToken"), "{answer}");
}

#[tokio::test]
async fn who_may_no_longer_publish_is_refused_with_the_old_token_too() {
    let local = Local::start().await;
    let old = local.stage.participant().participant_id("ana").mint(&local.key).unwrap();
    let mut ana = local.join(old.as_str()).await;
    let new = old.exchange().capabilities(Capabilities::SUBSCRIBE).mint(&local.key).unwrap();
    exchange(&mut ana, old.as_str(), new.as_str()).await;
    let bearer = format!("Bearer {}", old.as_str());
    let headers = [("authorization", bearer.as_str()), ("content-type", "application/sdp")];
    let answer = local.request("POST", "/publish/ana", &headers, "v=0").await;
    assert_eq!((answer.status, &answer.json()["code"]), (403, &json!(2003)));
}
