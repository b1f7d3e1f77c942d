//! The console, as somebody without JavaScript finds it. `scripts/test-console` looks at it in a browser.

use serde_json::{Value, json};

use crate::local::{Answer, Local};

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
    for path in ["/", "token", "timeline", "calls", "resources", "resources?kind=stage", "server"] {
        let path = if path == "/" { path.to_owned() } else { format!("/_ivs/console/{path}") };
        let page = get(&local, &path).await;
        assert!(page.body.contains("curl "), "{path}");
        assert!(page.header("content-security-policy").unwrap().contains("default-src 'none'"));
    }
    assert_eq!(local.request("GET", "/_ivs/console/nonsense", &[], "").await.status, 404);
    // Pages about what is not there say so.
    for path in ["stage?arn=x", "resource?key=server/token-key", "refusal?number=9", "resources?kind=x"] {
        let page = get(&local, &format!("/_ivs/console/{path}")).await;
        assert!(
            page.body.contains("no ") || page.body.contains("not ") || page.body.contains("none"),
            "{path}"
        );
        assert!(!page.body.contains("PRIVATE KEY"));
    }
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
    assert!(page.contains("The door lets it in") && page.contains("publish"), "{page}");
    assert_eq!(json["door"]["opens"], true);

    let made = local.call("CreateParticipantToken", &json!({ "stageArn": local.arn() })).await;
    let (page, json) = inspect(made["participantToken"]["token"].as_str().unwrap()).await;
    assert!(page.contains("This server verifies those that it made itself"), "{page}");
    assert_eq!(json["door"]["opens"], true);

    // A key that nobody imported: the page names it, and those that there are.
    let stranger = ivs_token::SigningKey::generate().unwrap();
    let arn = "arn:aws:ivs:us-east-1:123456789012:public-key/f99cde61-c2b0-4df3-8941-ca7d38acca1a";
    let stranger = stranger.with_id(arn.try_into().unwrap());
    let token = local.stage.participant().participant_id("ana").mint(&stranger).unwrap();
    let (page, json) = inspect(token.as_str()).await;
    assert!(page.contains("no key was imported under it") && page.contains("ImportPublicKey"), "{page}");
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
    assert!(get(&local, "/_ivs/console/server").await.body.contains("No fault is asked for"));

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
