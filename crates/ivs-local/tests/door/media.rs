//! Media from publishers to subscribers, over both carriers of SDP.

use serde_json::{Value, json};
use str0m::format::Codec;
use str0m::media::{Direction, MediaKind};

use crate::local::{Answer, Local, find};
use crate::peer::Peer;
use crate::truth::events;

pub async fn post(local: &Local, target: &str, token: &str, offer: &str, more: &[(&str, &str)]) -> Answer {
    let bearer = format!("Bearer {token}");
    let mut headers = vec![("authorization", bearer.as_str()), ("content-type", "application/sdp")];
    headers.extend(more);
    local.request("POST", target, &headers, offer).await
}

/// Publishes for ever with the token of a participant; the path of the connection.
pub async fn publish(local: &Local, id: &str, layers: &'static [&'static str]) -> String {
    let (mut peer, offer) = Peer::offer(Direction::SendOnly, layers, true).await;
    let answer = post(local, &format!("/publish/{id}"), &local.token(id), &offer, &[]).await;
    assert_eq!(answer.status, 201, "{}", answer.body);
    assert!(answer.body.contains("a=ice-lite"), "{}", answer.body);
    peer.accept(&answer.body);
    let location = answer.header("location").unwrap().to_owned();
    tokio::spawn(peer.publish(layers));
    location
}

/// Subscribes, tried again as clients do until the publication is there.
pub async fn subscribe(
    local: &Local,
    id: &str,
    remote: &str,
    more: &[(&str, &str)],
    has_video: bool,
) -> (Peer, Answer) {
    let (mut peer, offer) = Peer::offer(Direction::RecvOnly, &[], has_video).await;
    let answer = post(local, &format!("/subscribe/{remote}"), &local.token(id), &offer, more).await;
    assert_eq!(answer.status, 201, "{}", answer.body);
    peer.accept(&answer.body);
    (peer, answer)
}

fn link(answer: &Answer, relation: &str) -> String {
    let link =
        answer.headers("link").find(|link| link.contains(relation)).unwrap_or_else(|| panic!("{relation}"));
    let url = link.split(['<', '>']).nth(1).unwrap();
    // Links are absolute, and lead to the host that the client asked.
    url.split_once("://localhost:")
        .and_then(|(_, rest)| rest.split_once('/'))
        .map(|(_, path)| format!("/{path}"))
        .unwrap()
}

#[tokio::test]
async fn published_frames_arrive_at_a_subscriber() {
    let local = Local::start().await;
    let mut ana = local.join(&local.token("ana")).await;
    let mut bob = local.join(&local.token("bob")).await;
    let location = publish(&local, "ana", &[]).await;
    assert!(location.starts_with('/'), "a path only: {location}");
    bob.state(|state| find(state, "ana").unwrap()["isPublishing"] == true).await;

    let (mut peer, answer) = subscribe(&local, "bob", "ana", &[], true).await;
    for relation in [
        "urn:ietf:params:whip:ivs-stages:session-delete",
        "urn:ietf:params:whep:core:playback-controls",
        "urn:ietf:params:whep:ext:core:layer",
    ] {
        link(&answer, relation);
    }
    assert_eq!(answer.header("etag"), None);
    let count = |peer: &Peer, kind| peer.frames.get(&kind).copied().unwrap_or(0);
    peer.until(|peer| count(peer, MediaKind::Video) >= 30 && count(peer, MediaKind::Audio) >= 30).await;
    assert!(peer.times.is_sorted(), "{:?}", peer.times);
    peer.until(|peer| !peer.messages.is_empty()).await;
    assert_eq!(peer.messages[0], b"hello");

    // Paused, only audio comes; played, video comes again.
    let playback = link(&answer, "playback-controls");
    let bearer = format!("Bearer {}", local.token("bob"));
    let headers = [("authorization", bearer.as_str()), ("content-type", "application/json")];
    assert_eq!(local.request("POST", &playback, &headers, "{\"pause\":[\"1\"]}").await.status, 200);
    // What was on its way arrives; then ten frames of audio come with no frame of video.
    loop {
        let before = (count(&peer, MediaKind::Video), count(&peer, MediaKind::Audio));
        peer.until(|peer| count(peer, MediaKind::Audio) >= before.1 + 10).await;
        if count(&peer, MediaKind::Video) == before.0 {
            break;
        }
    }
    assert_eq!(local.request("POST", &playback, &headers, "{\"play\":[\"1\"]}").await.status, 200);
    let before = count(&peer, MediaKind::Video);
    peer.until(|peer| count(peer, MediaKind::Video) >= before + 10).await;
    // Somebody who has lost the picture asks for a whole one; it goes on.
    peer.ask_for_keyframe();
    let before = count(&peer, MediaKind::Video);
    peer.until(|peer| count(peer, MediaKind::Video) >= before + 10).await;

    // The publisher ends: all are told, and the subscription ends with it.
    let bearer = format!("Bearer {}", local.token("ana"));
    assert_eq!(local.request("DELETE", &location, &[("authorization", &bearer)], "").await.status, 200);
    bob.state(|state| find(state, "ana").unwrap()["isPublishing"] == false).await;
    peer.until(|peer| peer.is_closed).await;
    ana.state(|state| find(state, "ana").unwrap()["isPublishing"] == false).await;

    let session =
        local.call("GetStage", &json!({ "arn": local.arn() })).await["stage"]["activeSessionId"].clone();
    let of = |id: &str| json!({ "stageArn": local.arn(), "sessionId": session, "participantId": id });
    let shown = local.call("GetParticipant", &of("ana")).await;
    assert_eq!(
        (&shown["participant"]["published"], &shown["participant"]["protocol"]),
        (&json!(true), &json!("WHIP"))
    );
    assert_eq!(events(&local, &of("ana")).await, ["JOINED", "PUBLISH_STARTED", "PUBLISH_STOPPED"]);
    while events(&local, &of("bob")).await != ["JOINED", "SUBSCRIBE_STARTED", "SUBSCRIBE_STOPPED"] {
        tokio::task::yield_now().await;
    }
    let listed = local.call("ListParticipantEvents", &of("bob")).await;
    assert_eq!(listed["events"][1]["remoteParticipantId"], "ana");
}

#[tokio::test]
async fn layers_are_listed_chosen_and_changed() {
    let local = Local::start().await;
    let mut bob = local.join(&local.token("bob")).await;
    publish(&local, "ana", &["low", "mid", "hi"]).await;
    bob.state(|state| find(state, "ana").is_some_and(|ana| ana["isPublishing"] == true)).await;
    let (mut peer, answer) =
        subscribe(&local, "bob", "ana", &[("x-stages-initial-layer-pref", "highest")], true).await;
    // The best layer is the third, once it is known to be there.
    peer.until(|peer| peer.marks.ends_with(&[2, 2, 2])).await;
    let layer = link(&answer, "core:layer");
    let bearer = format!("Bearer {}", local.token("bob"));
    let headers = [("authorization", bearer.as_str()), ("content-type", "application/json")];
    let layers = local.request("GET", &layer, &headers, "").await.json();
    let layers = layers["layers"].as_array().unwrap();
    let names: Vec<_> = layers.iter().map(|layer| layer["encodingId"].as_str().unwrap()).collect();
    assert_eq!(names, ["hi", "mid", "low"]);
    assert_eq!((&layers[0]["width"], &layers[0]["height"]), (&json!(1280), &json!(180)));
    assert!(layers.iter().all(|layer| layer["selected"] == false), "{layers:?}");

    let pick = |body: &'static str| local.request("POST", &layer, &headers, body);
    assert_eq!(pick("{\"mediaId\":\"1\",\"encodingId\":\"low\"}").await.status, 200);
    peer.until(|peer| peer.marks.ends_with(&[0, 0, 0])).await;
    let layers = local.request("GET", &layer, &headers, "").await.json();
    let selected: Vec<_> =
        layers["layers"].as_array().unwrap().iter().filter(|layer| layer["selected"] == true).collect();
    assert_eq!(selected.len(), 1);
    assert_eq!(selected[0]["encodingId"], "low");
    assert_eq!(pick("{\"mediaId\":\"1\",\"encodingId\":\"none\"}").await.status, 404);
    assert_eq!(pick("{}").await.status, 200);
    peer.until(|peer| peer.marks.ends_with(&[2, 2, 2])).await;
    // The layers have times that differ by seconds: those that arrive go on.
    let steps = peer.times.windows(2).map(|pair| pair[1].checked_sub(pair[0]).expect("time goes back"));
    assert!(steps.max().unwrap() < 90_000, "{:?}", peer.times);
}

#[tokio::test]
async fn audio_alone_and_the_smallest_layer_first() {
    let local = Local::start().await;
    let mut bob = local.join(&local.token("bob")).await;
    publish(&local, "ana", &["low", "mid", "hi"]).await;
    bob.state(|state| find(state, "ana").is_some_and(|ana| ana["isPublishing"] == true)).await;
    let (mut peer, _) = subscribe(&local, "bob", "ana", &[], false).await;
    peer.until(|peer| peer.frames.get(&MediaKind::Audio) >= Some(&10)).await;
    assert_eq!(peer.frames.get(&MediaKind::Video), None);
    let mut began_with = Vec::new();
    let mut peer = loop {
        let lowest = [("x-stages-initial-layer-pref", "lowest")];
        let (mut peer, _) = subscribe(&local, "bob", "ana", &lowest, true).await;
        peer.until(|peer| !peer.marks.is_empty()).await;
        began_with.push(peer.marks[0]);
        if began_with.ends_with(&[0]) {
            break peer;
        }
        // Where the machine stood still for more than a second, a layer was off for that long.
        assert!(began_with.len() < 5, "{began_with:?}");
    };
    // Without loss, automatic choice climbs to the best.
    peer.until(|peer| peer.marks.ends_with(&[2, 2, 2])).await;
}

#[tokio::test]
async fn sdp_over_the_socket_in_both_modes() {
    let settings = ivs_local::Settings { sdp_over_socket: true, ..ivs_local::Settings::default() };
    let local = Local::with(settings).await;
    let mut ana = local.join(&local.token("ana")).await;
    let state = ana.until("STAGE_STATE").await;
    assert_eq!(state["serverFeatures"], json!(["xdp"]));
    let (mut publisher, offer) = Peer::offer(Direction::SendOnly, &[], true).await;
    let base = local.stage.whip_url().to_owned();
    let payload = json!({
        "whipUrl": format!("{base}/publish/ana"), "requestId": "p", "traceId": "t",
        "content": offer, "contentType": "application/sdp",
    });
    ana.send(&json!({ "type": "aws:ivs:SDP_OFFER", "payload": payload })).await;
    let answer = ana.until("aws:ivs:SDP_ANSWER").await;
    assert_eq!((&answer["requestId"], &answer["httpStatusCode"]), (&json!("p"), &json!(201)), "{answer}");
    assert_eq!(answer["contentType"], "application/sdp");
    let location = answer["location"].as_str().unwrap();
    assert!(location.starts_with(&format!("http://localhost:{}/", local.port)), "{location}");
    assert_eq!(answer["sessionDeleteLink"], answer["location"]);
    publisher.accept(answer["content"].as_str().unwrap());
    tokio::spawn(publisher.publish(&[]));
    ana.state(|state| find(state, "ana").unwrap()["isPublishing"] == true).await;

    let mut bob = local.join(&local.token("bob")).await;
    let (mut subscriber, offer) = Peer::offer(Direction::RecvOnly, &[], true).await;
    let payload = json!({
        "whipUrl": format!("{base}/subscribe/ana"), "requestId": "s", "traceId": "t",
        "content": offer, "contentType": "application/sdp", "initialLayerPref": "lowest",
    });
    bob.send(&json!({ "type": "aws:ivs:SDP_OFFER", "payload": payload })).await;
    let answer = bob.until("aws:ivs:SDP_ANSWER").await;
    for name in ["sessionDeleteLink", "subscriberControlLink", "videoLayersLink"] {
        assert!(answer[name].as_str().unwrap().starts_with("http://localhost:"), "{name}: {answer}");
    }
    subscriber.accept(answer["content"].as_str().unwrap());
    subscriber.until(|peer| peer.frames.get(&MediaKind::Video) >= Some(&10)).await;

    // What is refused has the same words as over HTTP.
    let viewer =
        local.stage.participant().capabilities(ivs_token::Capabilities::SUBSCRIBE).participant_id("eve");
    let mut eve = local.join(&local.mint(viewer)).await;
    let payload = json!({ "whipUrl": format!("{base}/publish/eve"), "requestId": "e", "traceId": "t", "content": "v=0" });
    eve.send(&json!({ "type": "aws:ivs:SDP_OFFER", "payload": payload })).await;
    let answer = eve.until("aws:ivs:SDP_ANSWER").await;
    assert_eq!((&answer["httpStatusCode"], &answer["errorCode"]), (&json!(403), &json!(2003)));
    assert_ne!(answer["errorMessage"], Value::Null);
}

#[tokio::test]
async fn a_plain_client_is_on_the_stage_while_it_publishes() {
    let local = Local::start().await;
    let mut bob = local.join(&local.token("bob")).await;
    let token = local.token("obs");
    let (mut peer, offer) = Peer::offer(Direction::SendOnly, &[], true).await;
    let answer = post(&local, "/", &token, &offer, &[]).await;
    assert_eq!(answer.status, 201, "{}", answer.body);
    peer.accept(&answer.body);
    tokio::spawn(peer.publish(&[]));
    bob.state(|state| find(state, "obs").is_some_and(|obs| obs["isPublishing"] == true)).await;
    let bearer = format!("Bearer {token}");
    let location = answer.header("location").unwrap();
    assert_eq!(local.request("DELETE", location, &[("authorization", &bearer)], "").await.status, 200);
    bob.state(|state| find(state, "obs").is_none()).await;
}

#[tokio::test]
async fn operations_end_media_too() {
    let local = Local::start().await;
    let mut bob = local.join(&local.token("bob")).await;
    let location = publish(&local, "ana", &[]).await;
    bob.state(|state| find(state, "ana").is_some_and(|ana| ana["isPublishing"] == true)).await;
    local.call("DisconnectParticipant", &json!({ "stageArn": local.arn(), "participantId": "ana" })).await;
    let state = bob.state(|state| find(state, "ana").is_none()).await;
    assert_eq!(state["disconnected"], json!([{ "id": "ana", "status": "KICKED" }]));
    // Who was sent away may still clean up, and finds nothing.
    let bearer = format!("Bearer {}", local.token("ana"));
    loop {
        let answer = local.request("DELETE", &location, &[("authorization", &bearer)], "").await;
        if answer.status == 404 {
            break;
        }
    }
    let (_, offer) = Peer::offer(Direction::SendOnly, &[], true).await;
    let answer = post(&local, "/publish/ana", &local.token("ana"), &offer, &[]).await;
    assert_eq!((answer.status, &answer.json()["code"]), (403, &json!("PARTICIPANT_DISCONNECTED")));
}

#[tokio::test]
async fn a_page_that_goes_away_takes_its_publication_along() {
    let local = Local::assuming(&[("socket-grace", "1")]).await;
    let mut bob = local.join(&local.token("bob")).await;
    let ana = local.join(&local.token("ana")).await;
    publish(&local, "ana", &[]).await;
    bob.state(|state| find(state, "ana").is_some_and(|ana| ana["isPublishing"] == true)).await;
    drop(ana);
    bob.state(|state| find(state, "ana").is_none()).await;

    // With the beacon that browsers send when a page is unloaded.
    let ana = local.join(&local.token("ana")).await;
    let location = publish(&local, "ana", &[]).await;
    bob.state(|state| find(state, "ana").is_some_and(|ana| ana["isPublishing"] == true)).await;
    let beacon = json!({ "authorization": local.token("ana") }).to_string();
    let answer = local.request("POST", &location, &[("content-type", "text/plain")], &beacon).await;
    assert_eq!(answer.status, 200);
    bob.state(|state| find(state, "ana").unwrap()["isPublishing"] == false).await;
    drop(ana);
    bob.state(|state| find(state, "ana").is_none()).await;
}

#[tokio::test]
async fn an_exchange_that_withdraws_publish_ends_the_publication() {
    let local = Local::start().await;
    let mut bob = local.join(&local.token("bob")).await;
    let old = local.stage.participant().participant_id("ana").mint(&local.key).unwrap();
    let mut ana = local.join(old.as_str()).await;
    publish(&local, "ana", &[]).await;
    bob.state(|state| find(state, "ana").is_some_and(|ana| ana["isPublishing"] == true)).await;
    let new = old.exchange().capabilities(ivs_token::Capabilities::SUBSCRIBE).mint(&local.key).unwrap();
    let payload =
        json!({ "oldToken": old.as_str(), "newToken": new.as_str(), "requestId": "r", "traceId": "t" });
    ana.send(&json!({ "type": "aws:ivs:EXCHANGE_TOKEN", "payload": payload })).await;
    bob.state(|state| find(state, "ana").unwrap()["isPublishing"] == false).await;
}

#[tokio::test]
async fn h264_is_forwarded_as_it_is() {
    let local = Local::start().await;
    let mut bob = local.join(&local.token("bob")).await;
    // As OBS does, which sends nothing else.
    let (mut peer, offer) = Peer::offer(Direction::SendOnly, &[], true).await;
    peer.codec = Codec::H264;
    let answer = post(&local, "/", &local.token("obs"), &offer, &[]).await;
    assert_eq!(answer.status, 201, "{}", answer.body);
    peer.accept(&answer.body);
    tokio::spawn(peer.publish(&[]));
    bob.state(|state| find(state, "obs").is_some_and(|obs| obs["isPublishing"] == true)).await;
    let (mut peer, _) = subscribe(&local, "bob", "obs", &[], true).await;
    peer.until(|peer| peer.frames.get(&MediaKind::Video) >= Some(&30)).await;
    assert_eq!(peer.came_as, Some(Codec::H264));
    assert!(peer.marks.iter().all(|mark| *mark == 1), "{:?}", peer.marks);
}

#[tokio::test]
async fn a_publisher_may_wait_for_the_handshake() {
    let local = Local::start().await;
    let mut bob = local.join(&local.token("bob")).await;
    let (mut peer, offer) = Peer::offer(Direction::SendOnly, &[], true).await;
    // As ffmpeg does; browsers leave the choice to the server, which then waits itself.
    let offer = offer.replace("a=setup:actpass", "a=setup:passive");
    let answer = post(&local, "/", &local.token("ffmpeg"), &offer, &[]).await;
    assert_eq!(answer.status, 201, "{}", answer.body);
    assert!(answer.body.contains("a=setup:active"), "{}", answer.body);
    peer.accept(&answer.body);
    tokio::spawn(peer.publish(&[]));
    bob.state(|state| find(state, "ffmpeg").is_some_and(|one| one["isPublishing"] == true)).await;
}
