//! What the API says of those who are on a stage.

use serde_json::{Value, json};

use crate::local::{Local, find};

#[tokio::test]
async fn sessions_participants_and_events() {
    let local = Local::assuming(&[("stage-session", "0")]).await;
    let arn = json!({ "arn": local.arn() });
    let stage = json!({ "stageArn": local.arn() });
    assert_eq!(local.call("GetStage", &arn).await["stage"].get("activeSessionId"), None);

    let ana = local.stage.participant().participant_id("ana").user_id("Ana").attribute("a", "b");
    let mut ana = local.join(&local.mint(ana)).await;
    ana.until("STAGE_STATE").await;
    let session = local.call("GetStage", &arn).await["stage"]["activeSessionId"].clone();
    let id = session.as_str().unwrap();
    assert!(id.starts_with("st-") && id.len() == 16, "{id}");
    let listed = local.call("ListStageSessions", &stage).await;
    assert_eq!(listed["stageSessions"][0]["sessionId"], session);
    assert_eq!(listed["stageSessions"][0].get("endTime"), None);

    let of_session = json!({ "stageArn": local.arn(), "sessionId": session });
    let listed = local.call("ListParticipants", &of_session).await;
    assert_eq!(listed["participants"].as_array().unwrap().len(), 1);
    let of_ana = json!({ "stageArn": local.arn(), "sessionId": session, "participantId": "ana" });
    let shown = local.call("GetParticipant", &of_ana).await["participant"].clone();
    assert_eq!(shown["state"], "CONNECTED");
    assert_eq!(shown["published"], false);
    assert_eq!((&shown["userId"], &shown["attributes"]), (&json!("Ana"), &json!({ "a": "b" })));

    let mut bob = local.join(&local.token("bob")).await;
    drop(ana);
    bob.state(|state| find(state, "ana").is_none()).await;
    assert_eq!(local.call("GetParticipant", &of_ana).await["participant"]["state"], "DISCONNECTED");
    let filtered = json!({ "stageArn": local.arn(), "sessionId": session, "filterByState": "CONNECTED" });
    let listed = local.call("ListParticipants", &filtered).await;
    assert_eq!(listed["participants"][0]["participantId"], "bob");
    assert_eq!(events(&local, &of_ana).await, ["JOINED", "LEFT"]);

    // The last one ends the session, after a while that is nothing here.
    drop(bob);
    loop {
        let shown = local.call("GetStageSession", &of_session).await;
        if shown["stageSession"].get("endTime").is_some() {
            break;
        }
        tokio::task::yield_now().await;
    }
    assert_eq!(local.call("GetStage", &arn).await["stage"].get("activeSessionId"), None);
    let mut again = local.join(&local.token("ana")).await;
    again.until("STAGE_STATE").await;
    let sessions = local.call("ListStageSessions", &stage).await;
    assert_eq!(sessions["stageSessions"].as_array().unwrap().len(), 2);
}

/// The names of the events of a participant.
pub async fn events(local: &Local, of: &Value) -> Vec<String> {
    let listed = local.call("ListParticipantEvents", of).await;
    let names =
        listed["events"].as_array().unwrap().iter().map(|event| event["name"].as_str().unwrap().to_owned());
    names.collect()
}

#[tokio::test]
async fn the_last_session_is_listed_first() {
    listed_in_order("newest").await;
}

#[tokio::test]
async fn sessions_are_listed_by_id_where_that_is_assumed() {
    listed_in_order("id").await;
}

async fn listed_in_order(order: &str) {
    let local = Local::assuming(&[("stage-session", "0"), ("session-order", order)]).await;
    let of_stage = json!({ "stageArn": local.arn() });
    let mut begun = Vec::new();
    for _ in 0..3 {
        let mut ana = local.join(&local.token("ana")).await;
        ana.until("STAGE_STATE").await;
        let stage = local.call("GetStage", &json!({ "arn": local.arn() })).await;
        begun.insert(0, stage["stage"]["activeSessionId"].clone());
        drop(ana);
        // The session ends when the clock has moved.
        loop {
            local.request("POST", "/_ivs/clock", &[], "{\"advance\": 60}").await;
            let stage = local.call("GetStage", &json!({ "arn": local.arn() })).await;
            if stage["stage"].get("activeSessionId").is_none() {
                break;
            }
        }
    }
    if order == "id" {
        begun.sort_by_key(Value::to_string);
    }
    let ids = |listed: &Value| -> Vec<Value> {
        listed["stageSessions"].as_array().unwrap().iter().map(|one| one["sessionId"].clone()).collect()
    };
    assert_eq!(ids(&local.call("ListStageSessions", &of_stage).await), begun);
    // A page at a time, too.
    let mut paged = Vec::new();
    let mut input = json!({ "stageArn": local.arn(), "maxResults": 1 });
    loop {
        let page = local.call("ListStageSessions", &input).await;
        paged.extend(ids(&page));
        let Some(next) = page.get("nextToken") else { break };
        input["nextToken"] = next.clone();
    }
    assert_eq!(paged, begun);
}
