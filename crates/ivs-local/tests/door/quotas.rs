//! What may be published and for how long, and what becomes of more.

use std::time::Duration;

use ivs_local::Settings;
use serde_json::{Value, json};
use str0m::format::Codec;
use str0m::media::{Direction, MediaKind};
use tokio::task::JoinHandle;
use tokio::time::timeout;

use crate::local::{Local, PATIENCE, Socket, find};
use crate::media::post;
use crate::peer::Peer;

const DAY: Duration = Duration::from_secs(24 * 3600);

/// A token that lasts for days.
fn lasting(local: &Local, id: &str) -> String {
    local.mint(local.stage.participant().participant_id(id).duration(DAY * 5))
}

/// Publishes what `change` makes of it, until the server ends that.
async fn publish(local: &Local, target: &str, token: &str, change: impl FnOnce(&mut Peer)) -> JoinHandle<()> {
    let (mut peer, offer) = Peer::offer(Direction::SendOnly, &[], true).await;
    change(&mut peer);
    let answer = post(local, target, token, &offer, &[]).await;
    assert_eq!(answer.status, 201, "{}", answer.body);
    peer.accept(&answer.body);
    tokio::spawn(peer.publish(&[]))
}

async fn ended(publication: JoinHandle<()>) {
    timeout(PATIENCE, publication).await.expect("it goes on").unwrap();
}

async fn is_publishing(socket: &mut Socket, id: &str, is_so: bool) {
    socket.state(|state| find(state, id).is_some_and(|one| one["isPublishing"] == is_so)).await;
}

/// The events of a participant: their names, and the codes of errors.
async fn events(local: &Local, id: &str) -> Vec<String> {
    let sessions = local.call("ListStageSessions", &json!({ "stageArn": local.arn() })).await;
    let session = &sessions["stageSessions"][0]["sessionId"];
    let of = json!({ "stageArn": local.arn(), "sessionId": session, "participantId": id });
    let listed = local.call("ListParticipantEvents", &of).await;
    let word = |event: &Value, name: &str| event[name].as_str().unwrap_or_default().to_owned();
    let told =
        |event: &Value| format!("{} {}", word(event, "name"), word(event, "errorCode")).trim_end().to_owned();
    listed["events"].as_array().unwrap().iter().map(told).collect()
}

/// The codes that `EventBridge` was told.
async fn told(local: &Local) -> Vec<Value> {
    let events = local.request("GET", "/_ivs/events", &[], "").await.body;
    let details = events.lines().map(|line| serde_json::from_str::<Value>(line).unwrap()["detail"].clone());
    details
        .filter(|one| one["event_name"] == "Participant Publish Error")
        .map(|one| one["error_code"].clone())
        .collect()
}

/// The clock stands still, for tokens that were minted before.
async fn freeze(local: &Local) {
    assert_eq!(local.request("POST", "/_ivs/clock", &[], "{\"freeze\": true}").await.status, 200);
}

async fn advance(local: &Local, by: Duration) {
    let body = json!({ "advance": by.as_secs() }).to_string();
    assert_eq!(local.request("POST", "/_ivs/clock", &[], &body).await.status, 200);
}

/// One who has a socket publishes more than may be, and stays on the stage.
async fn assert_too_much(settings: Settings, code: &str, change: impl FnOnce(&mut Peer)) {
    let local = Local::with(settings).await;
    let _ana = local.join(&local.token("ana")).await;
    let publication = publish(&local, "/publish/ana", &local.token("ana"), change).await;
    ended(publication).await;
    // The end of the publication is told before that of its connection.
    let error = format!("PUBLISH_ERROR {code}");
    assert_eq!(events(&local, "ana").await, ["JOINED", "PUBLISH_STARTED", &error, "PUBLISH_STOPPED"]);
    assert_eq!(told(&local).await, [code]);
    let state = local.join(&local.token("bob")).await.until("STAGE_STATE").await;
    assert_eq!(find(&state, "ana").unwrap()["isPublishing"], false);
}

#[tokio::test]
async fn pictures_that_are_too_large() {
    for (codec, picture) in [
        (Codec::Vp8, (1920, 1080)),
        (Codec::H264, (1920, 1080)),
        (Codec::Vp8, (1280, 722)),
        (Codec::H264, (1282, 2)),
    ] {
        let change = |peer: &mut Peer| (peer.codec, peer.picture) = (codec, Some(picture));
        assert_too_much(Settings::default(), "RESOLUTION_EXCEEDED", change).await;
    }
}

#[tokio::test]
async fn a_quota_may_be_another_one() {
    let settings = Settings { quotas: [("publishEdge".to_owned(), 300)].into(), ..Settings::default() };
    assert_too_much(settings, "RESOLUTION_EXCEEDED", |_| ()).await;
    let settings =
        Settings { quotas: [("publishPixels".to_owned(), 320 * 180 - 1)].into(), ..Settings::default() };
    assert_too_much(settings, "RESOLUTION_EXCEEDED", |_| ()).await;
}

#[tokio::test]
async fn pictures_as_large_as_may_be() {
    let local = Local::start().await;
    let mut bob = local.join(&local.token("bob")).await;
    for (id, codec, picture) in [
        ("lying", Codec::Vp8, (1280, 720)),
        ("standing", Codec::H264, (720, 1280)),
        ("square", Codec::H264, (960, 960)),
    ] {
        let change = |peer: &mut Peer| (peer.codec, peer.picture) = (codec, Some(picture));
        publish(&local, &format!("/publish/{id}"), &local.token(id), change).await;
        is_publishing(&mut bob, id, true).await;
        let (mut peer, answer) = crate::media::subscribe(&local, "bob", id, &[], true).await;
        peer.until(|peer| peer.frames.get(&MediaKind::Video) >= Some(&30)).await;
        // What the server knows of the picture.
        let layer = answer.headers("link").find(|link| link.contains("core:layer")).unwrap();
        let layer = layer.split(['<', '>']).nth(1).unwrap();
        let path = layer.find("/session/").map(|at| &layer[at..]).unwrap();
        let bearer = format!("Bearer {}", local.token("bob"));
        let layers = local.request("GET", path, &[("authorization", &bearer)], "").await.json();
        let size = (&layers["layers"][0]["width"], &layers["layers"][0]["height"]);
        assert_eq!(size, (&json!(picture.0), &json!(picture.1)), "{layers}");
        assert_eq!(events(&local, id).await, ["JOINED", "PUBLISH_STARTED"]);
    }
}

#[tokio::test]
async fn b_frames() {
    assert_too_much(Settings::default(), "B_FRAME_PRESENT", |peer| {
        (peer.codec, peer.sends_b) = (Codec::H264, true);
    })
    .await;
}

#[tokio::test]
async fn too_many_bits_a_second() {
    let mut settings =
        Settings { quotas: [("publishBitrate".to_owned(), 1000)].into(), ..Settings::default() };
    settings.assumptions.set("bitrate-time", "100").unwrap();
    assert_too_much(settings, "BITRATE_EXCEEDED", |_| ()).await;
}

#[tokio::test]
async fn a_plain_client_leaves_with_its_publication() {
    let local = Local::start().await;
    let change = |peer: &mut Peer| (peer.codec, peer.picture) = (Codec::H264, Some((1920, 1080)));
    let publication = publish(&local, "/", &local.token("obs"), change).await;
    ended(publication).await;
    let expected =
        ["JOINED", "PUBLISH_STARTED", "PUBLISH_ERROR RESOLUTION_EXCEEDED", "PUBLISH_STOPPED", "LEFT"];
    assert_eq!(events(&local, "obs").await, expected);
}

#[tokio::test]
async fn what_is_too_much_may_only_be_reported() {
    let local = Local::assuming(&[("media-quota", "report")]).await;
    let mut bob = local.join(&local.token("bob")).await;
    publish(&local, "/", &local.token("obs"), |peer| peer.picture = Some((1920, 1080))).await;
    is_publishing(&mut bob, "obs", true).await;
    let (mut peer, _) = crate::media::subscribe(&local, "bob", "obs", &[], true).await;
    // Several whole pictures come, and it is told once.
    for _ in 0..3 {
        let before = peer.frames.get(&MediaKind::Video).copied().unwrap_or_default();
        peer.until(|peer| peer.frames.get(&MediaKind::Video) >= Some(&(before + 10))).await;
        peer.ask_for_keyframe();
    }
    assert_eq!(
        events(&local, "obs").await,
        ["JOINED", "PUBLISH_STARTED", "PUBLISH_ERROR RESOLUTION_EXCEEDED"]
    );
}

#[tokio::test]
async fn a_codec_that_stages_do_not_take() {
    let local = Local::start().await;
    let _ana = local.join(&local.token("ana")).await;
    let (_, offer) = Peer::offer(Direction::SendOnly, &[], true).await;
    let video = offer.replace("VP8/90000", "AV1/90000").replace("H264/90000", "H265/90000");
    let audio = offer.replace("opus/48000/2", "PCMU/8000");
    for (offer, code, words) in [
        (&video, "INVALID_VIDEO_CODEC", "none of the offered video codecs is supported: offer VP8 or H264"),
        (&audio, "INVALID_AUDIO_CODEC", "none of the offered audio codecs is supported: offer Opus"),
    ] {
        let answer = post(&local, "/publish/ana", &local.token("ana"), offer, &[]).await;
        let told = answer.json();
        assert_eq!((answer.status, &told["code"], &told["message"]), (403, &json!(code), &json!(words)));
    }
    let errors = ["JOINED", "PUBLISH_ERROR INVALID_VIDEO_CODEC", "PUBLISH_ERROR INVALID_AUDIO_CODEC"];
    assert_eq!(events(&local, "ana").await, errors);
    // Who sends no video, or wants none to be sent, offers none.
    for video in
        [&offer.replace("m=video 9 ", "m=video 0 "), &Peer::offer(Direction::SendOnly, &[], false).await.1]
    {
        let without = video.replace("VP8/90000", "AV1/90000").replace("H264/90000", "H265/90000");
        let answer = post(&local, "/publish/ana", &local.token("ana"), &without, &[]).await;
        assert_eq!(answer.status, 201, "{}", answer.body);
    }
}

#[tokio::test]
async fn nobody_publishes_or_subscribes_for_longer_than_a_day() {
    let local = Local::start().await;
    let [ana, bob, obs] = ["ana", "bob", "obs"].map(|id| lasting(&local, id));
    freeze(&local).await;
    let _ana = local.join(&ana).await;
    let mut state = local.join(&bob).await;
    let first = publish(&local, "/publish/ana", &ana, |_| ()).await;
    is_publishing(&mut state, "ana", true).await;
    advance(&local, DAY / 2).await;
    let second = publish(&local, "/", &obs, |_| ()).await;
    is_publishing(&mut state, "obs", true).await;
    let mut subscriber = subscribe(&local, "bob", &bob, "obs").await;

    // A second less than a day: the one who publishes goes on.
    advance(&local, Duration::from_secs(12 * 3600 - 1)).await;
    assert_eq!(events(&local, "ana").await, ["JOINED", "PUBLISH_STARTED"]);
    advance(&local, Duration::from_secs(1)).await;
    let over = ["JOINED", "PUBLISH_STARTED", "PUBLISH_ERROR STREAM_DURATION_EXCEEDED", "PUBLISH_STOPPED"];
    assert_eq!(events(&local, "ana").await, over);
    ended(first).await;
    is_publishing(&mut state, "ana", false).await;
    assert_eq!(events(&local, "obs").await, ["JOINED", "PUBLISH_STARTED"], "it began half a day later");
    // It may begin again.
    let again = publish(&local, "/publish/ana", &ana, |_| ()).await;
    is_publishing(&mut state, "ana", true).await;

    advance(&local, DAY / 2).await;
    ended(second).await;
    subscriber.until(|peer| peer.is_closed).await;
    assert_eq!(events(&local, "obs").await, [&over[..], &["LEFT"]].concat());
    let of_bob = events(&local, "bob").await;
    assert_eq!(of_bob[..3], ["JOINED", "SUBSCRIBE_STARTED", "SUBSCRIBE_ERROR STREAM_DURATION_EXCEEDED"]);
    assert!(!again.is_finished());
    assert_eq!(told(&local).await, ["STREAM_DURATION_EXCEEDED"; 2]);
}

/// Subscribes, and gives the connection when the API says that it is there.
async fn subscribe(local: &Local, id: &str, token: &str, remote: &str) -> Peer {
    let (mut peer, offer) = Peer::offer(Direction::RecvOnly, &[], true).await;
    let answer = post(local, &format!("/subscribe/{remote}"), token, &offer, &[]).await;
    assert_eq!(answer.status, 201, "{}", answer.body);
    peer.accept(&answer.body);
    peer.until(|peer| peer.frames.get(&MediaKind::Video) >= Some(&5)).await;
    assert!(events(local, id).await.ends_with(&["SUBSCRIBE_STARTED".to_owned()]));
    peer
}

#[tokio::test]
async fn so_many_hours_are_a_quota_that_holds_without_a_client_too() {
    let settings =
        Settings { quotas: [("publishOrSubscribeHours".to_owned(), 1)].into(), ..Settings::default() };
    let local = Local::with(settings).await;
    let people = format!("/_ivs/stages/{}/participants", local.arn());
    let [ana, bob] = ["ana", "bob"].map(|id| lasting(&local, id));
    freeze(&local).await;
    let mut state = local.join(&bob).await;
    let first = publish(&local, "/publish/ana", &ana, |_| ()).await;
    is_publishing(&mut state, "ana", true).await;
    let joined = local.request("POST", &people, &[], "{\"duration\": 2880}").await.json();
    let id = joined["participantId"].as_str().unwrap().to_owned();
    assert_eq!(local.request("POST", &format!("{people}/{id}/publish"), &[], "").await.status, 200);
    // One who came without a client, and publishes with one.
    let joined = local.request("POST", &people, &[], "{\"duration\": 2880}").await.json();
    let [both, token] = ["participantId", "token"].map(|name| joined[name].as_str().unwrap().to_owned());
    let media = publish(&local, &format!("/publish/{both}"), &token, |_| ()).await;
    is_publishing(&mut state, &both, true).await;
    let mut subscriber = subscribe(&local, "bob", &bob, "ana").await;
    advance(&local, Duration::from_secs(3600)).await;
    ended(first).await;
    ended(media).await;
    subscriber.until(|peer| peer.is_closed).await;
    let over = ["JOINED", "PUBLISH_STARTED", "PUBLISH_ERROR STREAM_DURATION_EXCEEDED", "PUBLISH_STOPPED"];
    for id in [id, both] {
        assert_eq!(events(&local, &id).await, over, "and stays on the stage");
    }
    assert!(events(&local, "bob").await.contains(&"SUBSCRIBE_ERROR STREAM_DURATION_EXCEEDED".to_owned()));
}

#[tokio::test]
async fn how_long_it_lasts_may_only_be_reported() {
    let local = Local::assuming(&[("media-quota", "report")]).await;
    let [bob, obs] = ["bob", "obs"].map(|id| lasting(&local, id));
    let mut state = local.join(&bob).await;
    publish(&local, "/", &obs, |_| ()).await;
    is_publishing(&mut state, "obs", true).await;
    let mut subscriber = subscribe(&local, "bob", &bob, "obs").await;
    for _ in 0..2 {
        advance(&local, DAY).await;
        // Frames still come.
        let before = subscriber.frames.get(&MediaKind::Video).copied().unwrap_or_default();
        subscriber.until(|peer| peer.frames.get(&MediaKind::Video) >= Some(&(before + 10))).await;
    }
    let error = "PUBLISH_ERROR STREAM_DURATION_EXCEEDED";
    assert_eq!(events(&local, "obs").await, ["JOINED", "PUBLISH_STARTED", error, error], "once a day");
    let error = "SUBSCRIBE_ERROR STREAM_DURATION_EXCEEDED";
    assert_eq!(events(&local, "bob").await, ["JOINED", "SUBSCRIBE_STARTED", error, error]);
}
