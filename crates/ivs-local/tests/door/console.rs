//! The console, as somebody without JavaScript finds it. `scripts/test-stage` looks at it in a browser.

use std::time::Duration;

use serde_json::{Value, json};
use str0m::media::Direction;

use crate::local::{Answer, Local};
use crate::peer::Peer;

async fn get(local: &Local, path: &str) -> Answer {
    let answer = local.request("GET", path, &[], "").await;
    assert_eq!(answer.status, 200, "{path}: {}", answer.body);
    answer
}

/// Sends what a form sends.
async fn submit(local: &Local, path: &str, fields: &[(&str, &str)], more: &[(&str, &str)]) -> Answer {
    let encode = |text: &str| {
        // As browsers do it: a space is a plus.
        percent_encoding::utf8_percent_encode(text, percent_encoding::NON_ALPHANUMERIC)
            .to_string()
            .replace("%20", "+")
    };
    let body: Vec<_> = fields.iter().map(|(name, value)| format!("{name}={}", encode(value))).collect();
    let mut headers = vec![("content-type", "application/x-www-form-urlencoded")];
    headers.extend(more);
    local.request("POST", path, &headers, &body.join("&")).await
}

#[tokio::test]
async fn every_page_of_the_menu_answers_and_shows_its_curl() {
    let local = Local::start().await;
    for path in [
        "/",
        "token",
        "refusals",
        "timeline",
        "calls",
        "events",
        "resources",
        "resources?kind=stage",
        "server",
    ] {
        let path = if path == "/" { path.to_owned() } else { format!("/_ivs/console/{path}") };
        let page = get(&local, &path).await;
        assert!(page.body.contains("curl "), "{path}");
        assert!(page.header("content-security-policy").unwrap().contains("default-src 'none'"));
    }
    assert_eq!(local.request("GET", "/_ivs/console/nonsense", &[], "").await.status, 404);
    // Pages about what is not there say so.
    for (path, status, words) in [
        ("stage?arn=x", 400, "<code>x</code> is not the ARN of a stage"),
        ("stage?arn=arn:aws:ivs:us-east-1:123456789012:stage/gone", 404, "There is no stage"),
        ("resource?key=server/token-key", 404, "no such resource"),
        ("refusal?number=9", 404, "is not kept any more"),
        ("resources?kind=x", 200, "No resources found"),
    ] {
        let page = local.request("GET", &format!("/_ivs/console/{path}"), &[], "").await;
        assert_eq!(page.status, status, "{path}: {}", page.body);
        assert!(page.body.contains(words), "{path}: {}", page.body);
        assert!(!page.body.contains("PRIVATE KEY"));
    }
    // A page that is there, asked for in another way.
    let answer = local.request("POST", "/_ivs/console/calls", &[], "").await;
    assert_eq!((answer.status, answer.header("allow")), (405, Some("GET, HEAD")));
    let answer = local.request("GET", "/_ivs/console/do", &[], "").await;
    assert_eq!((answer.status, answer.header("allow")), (405, Some("POST")));
    assert_eq!(local.request("HEAD", "/", &[], "").await.status, 200);
}

#[tokio::test]
async fn a_stage_shows_who_is_on_it_and_what_happened() {
    let local = Local::start().await;
    let ana = local.stage.participant().participant_id("ana").user_id("Ana Example");
    let mut ana = local.join(&local.mint(ana)).await;
    ana.until("STAGE_STATE").await;
    assert!(get(&local, "/").await.body.contains("Ana Example"));
    let stage = get(&local, &format!("/_ivs/console/stage?arn={}", local.arn())).await.body;
    assert!(
        stage.contains("JOINED") && stage.contains("Ana Example") && stage.contains("ListParticipants"),
        "{stage}"
    );
    let timeline = get(&local, "/_ivs/console/timeline").await.body;
    assert!(timeline.contains("ana JOINED") && timeline.contains("CreateStage 200"), "{timeline}");
}

/// Somebody who has never seen the console comes from its first page to the reason and the remedy.
#[tokio::test]
async fn why_a_token_was_refused_is_found_from_the_first_page() {
    let local = Local::start().await;
    let token = local.token("ana");
    local.call("DisconnectParticipant", &json!({ "stageArn": local.arn(), "participantId": "ana" })).await;
    assert!(local.open("/", &[&token]).await.is_err());
    let first = get(&local, "/").await.body;
    let link = "/_ivs/console/refusal?number=1";
    assert!(first.contains(link) && first.contains("PARTICIPANT_DISCONNECTED"), "{first}");
    let why = get(&local, link).await.body;
    assert!(
        why.contains("DisconnectParticipant was called") && why.contains("another participant ID"),
        "{why}"
    );
    // From there to the call that did it.
    let calls = "/_ivs/console/calls?find=ana";
    assert!(why.contains(calls), "{why}");
    assert!(get(&local, calls).await.body.contains("DisconnectParticipant"));
    // Whoever looks at the stage first finds it there, and not at another one.
    let stage = get(&local, &format!("/_ivs/console/stage?arn={}", local.arn())).await.body;
    assert!(stage.contains(link), "{stage}");
    let other = local.another_stage().await;
    let other = get(&local, &format!("/_ivs/console/stage?arn={}", other.arn().as_str())).await.body;
    assert!(!other.contains("Recently refused"), "{other}");
}

#[tokio::test]
async fn the_token_box_says_what_the_door_says() {
    let local = Local::start().await;
    let inspect = async |token: &str| {
        let page = submit(&local, "/_ivs/console/token", &[("token", token)], &[]).await.body;
        let body = json!({ "token": token }).to_string();
        let json = local.request("POST", "/_ivs/inspect", &[], &body).await.json();
        (page, json)
    };
    let (page, json) = inspect(&local.token("ana")).await;
    assert!(page.contains("The door accepts this token") && page.contains("publish"), "{page}");
    assert_eq!(json["door"]["opens"], true);

    let made = local.call("CreateParticipantToken", &json!({ "stageArn": local.arn() })).await;
    let (page, json) = inspect(made["participantToken"]["token"].as_str().unwrap()).await;
    assert!(page.contains("This server verifies only the ones that it made itself"), "{page}");
    assert_eq!(json["door"]["opens"], true);

    // A key that nobody imported: the page names it, and those that there are.
    let stranger = ivs_token::SigningKey::generate().unwrap();
    let arn = "arn:aws:ivs:us-east-1:123456789012:public-key/f99cde61-c2b0-4df3-8941-ca7d38acca1a";
    let stranger = stranger.with_id(arn.try_into().unwrap());
    let token = local.stage.participant().participant_id("ana").mint(&stranger).unwrap();
    let (page, json) = inspect(token.as_str()).await;
    assert!(
        page.contains("it was never imported, or it was deleted") && page.contains("ImportPublicKey"),
        "{page}"
    );
    assert_eq!((&json["door"]["opens"], &json["door"]["code"]), (&json!(false), &json!("TOKEN_INVALID")));
    // Looking is no attempt to come in.
    assert_eq!(local.request("GET", "/_ivs/refusals", &[], "").await.json(), json!([]));

    let (page, _) = inspect("<script>alert(1)</script>").await;
    assert!(page.contains("&lt;script&gt;") && !page.contains("<script>alert"), "{page}");
    assert_eq!(local.request("POST", "/_ivs/inspect", &[], "{}").await.status, 400);
}

#[tokio::test]
async fn names_are_text_wherever_they_stand() {
    let local = Local::start().await;
    let evil = "<img src=x onerror=alert(1)>";
    let made = local.call("CreateStage", &json!({ "tags": { "x": evil } })).await;
    let arn = made["stage"]["arn"].as_str().unwrap().to_owned();
    for path in [
        "/",
        &format!("/_ivs/console/stage?arn={arn}"),
        "/_ivs/console/calls",
        "/_ivs/console/resources?kind=stage",
    ] {
        let page = get(&local, path).await.body;
        assert!(page.contains("&lt;img") && !page.contains("<img"), "{path}");
    }
}

#[tokio::test]
async fn forms_do_what_their_curl_does() {
    let local = Local::start().await;
    let ask = async |method: &str, path: &str, body: &str, more: &[(&str, &str)]| {
        let back = "/_ivs/console/server";
        let fields = [("method", method), ("path", path), ("body", body), ("back", back)];
        submit(&local, "/_ivs/console/do", &fields, more).await
    };
    let answer =
        ask("POST", "faults", r#"{"operation": "GetStage", "error": "AccessDeniedException"}"#, &[]).await;
    assert_eq!((answer.status, answer.header("location")), (303, Some("/_ivs/console/server")));
    assert!(get(&local, "/_ivs/console/server").await.body.contains("AccessDeniedException"));
    assert_eq!(ask("DELETE", "faults/f1", "", &[]).await.status, 303);
    assert!(get(&local, "/_ivs/console/server").await.body.contains("There are no faults"));

    assert_eq!(ask("POST", "clock", r#"{"freeze": "2030-01-01T00:00:00Z"}"#, &[]).await.status, 303);
    let page = get(&local, "/_ivs/console/server").await.body;
    assert!(page.contains("2030-01-01 00:00:00") && page.contains("frozen"), "{page}");

    let refused = ask("POST", "clock", r#"{"freeze": 1}"#, &[]).await;
    assert!(refused.status == 400 && refused.body.contains("That did not work"), "{}", refused.body);
    // Another site's page does nothing here.
    let foreign = ask("POST", "reset", "", &[("sec-fetch-site", "cross-site")]).await;
    assert_eq!(foreign.status, 403);
    let foreign = [("origin", "http://evil.example"), ("content-type", "text/plain")];
    let answer = local.request("POST", "/_ivs/reset", &foreign, "").await;
    assert_eq!((answer.status, answer.body.contains("another site")), (403, true));
    assert_eq!(local.call("ListStages", &json!({})).await["stages"].as_array().unwrap().len(), 1);
    assert_eq!(ask("POST", "reset", "", &[]).await.status, 303);
    assert_eq!(local.call("ListStages", &json!({})).await["stages"], Value::Array(Vec::new()));
}

#[tokio::test]
async fn changes_are_told() {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    let local = Local::start().await;
    let mut stream = tokio::net::TcpStream::connect(("127.0.0.1", local.port)).await.unwrap();
    stream.write_all(b"GET /_ivs/changes HTTP/1.1\r\nhost: localhost\r\n\r\n").await.unwrap();
    let mut text = String::new();
    let mut has_changed = false;
    // The first is told at once, as a page may have missed it; then one for what changes.
    while text.matches("data: changed").count() < 2 {
        let mut part = [0; 1024];
        let len = stream.read(&mut part).await.unwrap();
        assert!(len > 0, "it ended: {text}");
        text.push_str(&String::from_utf8_lossy(&part[..len]));
        if !has_changed && text.contains("data: changed") {
            local.another_stage().await;
            has_changed = true;
        }
    }
}

/// What somebody did, and what came of it, in the order in which it happened.
#[tokio::test]
async fn the_history_is_of_one_state_and_in_order() {
    let local = Local::start().await;
    let post = async |path: &str, body: Value| {
        let answer = local.request("POST", path, &[], &body.to_string()).await;
        assert!(answer.status < 300, "{path}: {}", answer.body);
        answer.json()
    };
    let history = async || {
        let all = local.request("GET", "/_ivs/history", &[], "").await.json();
        let show =
            |one: &Value| format!("{}: {}", one["kind"].as_str().unwrap(), one["what"].as_str().unwrap());
        all.as_array().unwrap().iter().map(show).collect::<Vec<_>>()
    };
    let kept = local.request("GET", "/_ivs/snapshot", &[], "").await.body;
    post("/_ivs/clock", json!({ "freeze": true, "advance": 86_400 })).await;
    let joined =
        post(&format!("/_ivs/stages/{}/participants", local.arn()), json!({ "userId": "ana" })).await;
    let ana = joined["participantId"].as_str().unwrap().to_owned();
    post("/_ivs/clock", json!({ "real": true })).await;
    local.call("DisconnectParticipant", &json!({ "stageArn": local.arn(), "participantId": ana })).await;
    post("/_ivs/faults", json!({ "operation": "GetStage", "error": "ThrottlingException" })).await;
    assert!(local.open("/", &[joined["token"].as_str().unwrap()]).await.is_err());
    let all = history().await;
    let ends: Vec<_> = all[2..all.len() - 1].iter().map(String::as_str).collect();
    let arn = local.arn();
    assert_eq!(
        ends,
        [
            "clock: POST /_ivs/clock {\"advance\":86400,\"freeze\":true}",
            // What somebody did stands before what came of it.
            &format!("stages: POST /_ivs/stages/{arn}/participants {{\"userId\":\"ana\"}}"),
            &format!("participant: {ana} JOINED"),
            "clock: POST /_ivs/clock {\"real\":true}",
            "call: DisconnectParticipant 200",
            &format!("participant: {ana} LEFT"),
            "faults: POST /_ivs/faults {\"error\":\"ThrottlingException\",\"operation\":\"GetStage\"}",
        ],
        "{all:#?}"
    );
    // Its time has not come any more, and the page says why.
    assert!(
        all.last().unwrap().starts_with("refused token: TOKEN_INVALID: the token was issued at"),
        "{all:#?}"
    );
    let why = get(&local, "/_ivs/console/refusal?number=1").await.body;
    assert!(why.contains("The clock may have been stopped or moved back"), "{why}");
    let page = get(&local, "/_ivs/console/timeline").await.body;
    let places: Vec<_> = ["refused token", "LEFT", "DisconnectParticipant 200", "JOINED", "freeze"]
        .map(|words| page.find(words).unwrap_or_else(|| panic!("{words}: {page}")))
        .into();
    assert!(places.is_sorted(), "the newest first: {places:?}");

    post("/_ivs/clock", json!({ "freeze": true, "advance": 60 })).await;
    post("/_ivs/reset", json!({})).await;
    assert_eq!(history().await, ["reset: POST /_ivs/reset {}"]);
    assert_eq!(local.request("GET", "/_ivs/clock", &[], "").await.json()["mode"], "real");
    for list in ["/_ivs/calls", "/_ivs/refusals"] {
        assert_eq!(local.request("GET", list, &[], "").await.json(), json!([]), "{list}");
    }
    local.call("CreateStage", &json!({})).await;
    let restored = local.request("POST", "/_ivs/restore", &[], &kept).await;
    assert_eq!(restored.status, 200);
    let all = history().await;
    assert!(all.len() == 1 && all[0].starts_with("restore: POST /_ivs/restore: a state of "), "{all:?}");
}

/// What was done is told, and what nobody else may know is not.
#[tokio::test]
async fn secrets_are_not_in_the_history() {
    const SECRET: &str = "whsec_dmVyeSB2ZXJ5IHZlcnkgdmVyeSBzZWNyZXQ=";
    let local = Local::start().await;
    let made = local.call("CreateChannel", &json!({})).await;
    let (channel, key) =
        (made["channel"]["arn"].as_str().unwrap(), made["streamKey"]["value"].as_str().unwrap());
    let token = local.token("ana");
    for (path, body, status) in [
        ("targets".to_owned(), json!({ "url": "http://127.0.0.1:9/hook?key=hidden", "secret": SECRET }), 201),
        (
            "targets".to_owned(),
            json!({ "eventBus": "b", "secretKey": "hidden", "url": "http://127.0.0.1:9/" }),
            201,
        ),
        (format!("stages/{}/participants", local.arn()), json!({ "token": token }), 200),
        (format!("channels/{channel}/live"), json!({ "streamKey": key }), 200),
    ] {
        let answer = local.request("POST", &format!("/_ivs/{path}"), &[], &body.to_string()).await;
        assert_eq!(answer.status, status, "{path}: {}", answer.body);
    }
    for page in ["/_ivs/history", "/_ivs/console/timeline"] {
        let page = get(&local, page).await.body;
        for told in ["POST /_ivs/targets", "/participants", "/live"] {
            assert!(page.contains(told), "{told}: {page}");
        }
        for hidden in [SECRET, "hidden", &token, key] {
            assert!(!page.contains(hidden), "{hidden}: {page}");
        }
    }
}

/// Events of a session that a state was kept in the midst of.
#[tokio::test]
async fn a_restored_session_has_an_end() {
    let local = Local::start().await;
    let arn = local.arn();
    let join = async |name: &str| {
        let body = json!({ "userId": name }).to_string();
        let joined =
            local.request("POST", &format!("/_ivs/stages/{arn}/participants"), &[], &body).await.json();
        joined["participantId"].as_str().unwrap().to_owned()
    };
    let (ana, bob) = (join("ana").await, join("bob").await);
    let path = format!("/_ivs/stages/{arn}/participants/{ana}/publish");
    assert_eq!(local.request("POST", &path, &[], "").await.status, 200);
    let kept = local.request("GET", "/_ivs/snapshot", &[], "").await.body;
    assert_eq!(local.request("POST", "/_ivs/restore", &[], &kept).await.status, 200);
    let sessions = local.call("ListStageSessions", &json!({ "stageArn": arn })).await;
    let session = &sessions["stageSessions"][0];
    assert!(session["endTime"].is_string(), "{session}");
    for (id, expected) in
        [(ana, &["JOINED", "PUBLISH_STARTED", "PUBLISH_STOPPED", "LEFT"][..]), (bob, &["JOINED", "LEFT"])]
    {
        let of_one = json!({ "stageArn": arn, "sessionId": session["sessionId"], "participantId": id });
        let events = local.call("ListParticipantEvents", &of_one).await;
        let mut names: Vec<_> =
            events["events"].as_array().unwrap().iter().map(|one| one["name"].as_str().unwrap()).collect();
        names.sort_by_key(|name| expected.iter().position(|one| one == name));
        assert_eq!(names, expected);
    }
    // The sessions after it are apart.
    let page = get(&local, &format!("/_ivs/console/stage?arn={arn}")).await.body;
    assert!(page.contains("Nobody is on this stage") && !page.contains("JOINED"), "{page}");
}

/// Who is told of events, how far each is, and what was told.
#[tokio::test]
async fn events_and_targets_are_shown_with_how_far_each_is() {
    let local = Local::start().await;
    let here = "/_ivs/console/events";
    let page = get(&local, here).await.body;
    assert!(page.contains("There are no targets") && page.contains("There are no events yet"), "{page}");
    // Nothing listens there: each event is tried once, and lost.
    let target = json!({ "url": "http://127.0.0.1:9/hook", "attempts": 1 }).to_string();
    let fields = [("method", "POST"), ("path", "targets"), ("body", &target), ("back", here)];
    let answer = submit(&local, "/_ivs/console/do", &fields, &[]).await;
    assert_eq!((answer.status, answer.header("location")), (303, Some(here)));
    let channel =
        local.call("CreateChannel", &json!({})).await["channel"]["arn"].as_str().unwrap().to_owned();
    assert_eq!(local.request("POST", &format!("/_ivs/channels/{channel}/live"), &[], "").await.status, 200);
    let told = async {
        loop {
            let page = get(&local, here).await.body;
            if page.contains("2 of 2") {
                return page;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    let page = tokio::time::timeout(Duration::from_secs(60), told).await.expect("it is never told");
    assert!(page.contains("0 delivered, 0 retried, 2 lost") && page.contains("127.0.0.1:9"), "{page}");
    assert!(page.contains("IVS Stream State Change") && page.contains("Stream Start"), "{page}");
    let targets = local.request("GET", "/_ivs/targets", &[], "").await.json();
    assert_eq!(targets["targets"][0]["told"], 2, "{targets}");
    let fields = [("method", "DELETE"), ("path", "targets/t1"), ("body", ""), ("back", here)];
    assert_eq!(submit(&local, "/_ivs/console/do", &fields, &[]).await.status, 303);
    assert!(get(&local, here).await.body.contains("There are no targets"));
}

/// The box for tokens knows what the door has checked.
#[tokio::test]
async fn a_token_of_a_wrong_key_breaks_the_rule_of_the_signature() {
    let local = Local::start().await;
    let inspect =
        async |token: &str| submit(&local, "/_ivs/console/token", &[("token", token)], &[]).await.body;
    let rule = |page: &str| {
        let row = page.split("<tr").find(|row| row.contains("the signature is that of the key")).unwrap();
        row.split("</tr>").next().unwrap().to_owned()
    };
    let good = local.token("ana");
    assert!(rule(&inspect(&good).await).contains("<td>holds</td>"), "{}", rule(&inspect(&good).await));
    let other = ivs_token::SigningKey::generate().unwrap().with_id(local.key.id().unwrap().clone());
    let bad = local.stage.participant().participant_id("ana").mint(&other).unwrap();
    let page = inspect(bad.as_str()).await;
    assert!(
        rule(&page).contains("<td>broken</td>") && page.contains("TOKEN_INVALID_SIGNATURE"),
        "{}",
        rule(&page)
    );
    assert!(page.contains("<code>exp</code> is in the future") && !page.contains('`'), "{page}");
    assert!(page.contains("(<time datetime="), "times of claims are shown as people read them: {page}");
    // One box says why it was refused; the same is not said twice.
    assert!(local.open("/", &[bad.as_str()]).await.is_err());
    let page = get(&local, "/_ivs/console/refusal?number=1").await.body;
    assert_eq!(page.matches("class=\"verdict").count(), 1, "{page}");
    assert!(page.contains("would refuse it again now"), "{page}");
    let stage = local.stage.arn().resource_id();
    let first = get(&local, "/").await.body;
    assert!(first.contains(&format!("{stage}</a>")), "the stage stands beside the refusal: {first}");
}

/// The page of the last refusal: its code, and what it says to do.
async fn last_refusal(local: &Local) -> (String, String) {
    let all = local.request("GET", "/_ivs/refusals", &[], "").await.json();
    let number = all.as_array().unwrap().last().unwrap()["number"].clone();
    let page = get(local, &format!("/_ivs/console/refusal?number={number}")).await.body;
    let after = |words: &str| page.split(words).nth(1).unwrap_or_else(|| panic!("{page}")).to_owned();
    let code = after("Refused: ").split('<').next().unwrap().to_owned();
    (code, after("What to do: </strong>").split("</p>").next().unwrap().to_owned())
}

#[tokio::test]
async fn each_refusal_says_what_to_do() {
    let local = Local::start().await;
    let (token, arn) = (local.token("ana"), local.arn());
    let assert_told = async |code: &str, words: &str| {
        let (told, advice) = last_refusal(&local).await;
        assert!(told == code && advice.contains(words), "{told}: {advice}\nis not {code}: {words}");
    };
    let other = local.another_stage().await;
    let people = format!("/_ivs/stages/{}/participants", other.arn().as_str());
    let body = json!({ "token": token }).to_string();
    assert_eq!(local.request("POST", &people, &[], &body).await.status, 403);
    assert_told("TOKEN_INVALID", "Join the stage that the token names").await;

    let bearer = format!("Bearer {token}");
    let headers = [("authorization", bearer.as_str()), ("content-type", "application/sdp")];
    assert_eq!(local.request("POST", "/publish/somebody", &headers, "v=0").await.status, 403);
    assert_told("TOKEN_INVALID", "under the ID of their own token").await;

    for part in ["nonsense", token.rsplit_once('.').unwrap().0] {
        assert!(local.open("/", &[part]).await.is_err());
        assert_told("TOKEN_INVALID", "Copy the whole token").await;
    }

    let (_, offer) = Peer::offer(Direction::SendOnly, &[], false).await;
    let offer = offer.replace("opus/48000/2", "PCMU/8000");
    assert_eq!(local.request("POST", "/publish/ana", &headers, &offer).await.status, 403);
    assert_told("INVALID_AUDIO_CODEC", "Opus for audio").await;

    let stranger = Local::start().await;
    let made = stranger.call("CreateParticipantToken", &json!({ "stageArn": stranger.arn() })).await;
    assert!(local.open("/", &[made["participantToken"]["token"].as_str().unwrap()]).await.is_err());
    assert_told("TOKEN_INVALID_SIGNATURE", "on another server").await;

    let channel = "arn:aws:ivs:us-east-1:123456789012:channel/abc".try_into().unwrap();
    let playback = ivs_token::Playback::new(channel).mint(&local.key).unwrap();
    assert!(local.open("/", &[playback.as_str()]).await.is_err());
    assert_told("TOKEN_INVALID", "Send each token where it belongs").await;

    // What a fault refuses is no fault of the token.
    let fault = json!({ "operation": "join", "refuse": "TOKEN_EXPIRED", "message": "too late", "count": 2 });
    assert_eq!(local.request("POST", "/_ivs/faults", &[], &fault.to_string()).await.status, 201);
    assert!(local.open("/", &[&token]).await.is_err());
    assert_told("TOKEN_EXPIRED", "whatever the token is").await;
    let people = format!("/_ivs/stages/{arn}/participants");
    assert_eq!(local.request("POST", &people, &[], &body).await.status, 403);
    let refusals = local.request("GET", "/_ivs/refusals", &[], "").await.json();
    let last = refusals.as_array().unwrap().last().unwrap();
    assert_eq!((&last["fault"], &last["token"]), (&json!("f1; refuse=TOKEN_EXPIRED"), &json!(token)));
    let struck = local.request("GET", "/_ivs/history?kind=fault", &[], "").await.json();
    assert_eq!(struck.as_array().unwrap().len(), 3, "the rule and two refusals: {struck}");
}
