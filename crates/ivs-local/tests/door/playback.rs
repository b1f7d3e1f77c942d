//! Playlists of channels, for viewers with a token and without.

use ivs_token::{ChannelArn, Playback, SigningKey};
use serde_json::json;

use crate::local::Local;

#[tokio::test]
async fn a_token_decides_before_anything_else() {
    let local = Local::start().await;
    let made = local.call("CreateChannel", &json!({ "authorized": true })).await;
    let arn: ChannelArn = made["channel"]["arn"].as_str().unwrap().try_into().unwrap();
    let url = made["channel"]["playbackUrl"].as_str().unwrap().to_owned();
    let path = url.strip_prefix(&format!("http://localhost:{}", local.port)).unwrap();
    let key = SigningKey::generate().unwrap();
    let pem = key.verifying_key().to_spki_pem();
    let imported = local.call("ImportPlaybackKeyPair", &json!({ "publicKeyMaterial": pem })).await;

    let get = async |token: &str| local.request("GET", &format!("{path}?token={token}"), &[], "").await;
    assert_eq!(local.request("GET", path, &[], "").await.status, 403);
    let answer = get("nonsense").await;
    assert_eq!((answer.status, &answer.json()["code"]), (403, &json!("TOKEN_INVALID")));
    let token = Playback::new(arn).mint(&key).unwrap();
    let answer = get(token.as_str()).await;
    assert_eq!(answer.status, 404, "a good token, and nobody broadcasts: {}", answer.body);
    let other = local.call("CreateChannel", &json!({})).await;
    let other = Playback::new(other["channel"]["arn"].as_str().unwrap().try_into().unwrap());
    let answer = get(other.mint(&key).unwrap().as_str()).await;
    assert_eq!(answer.status, 403, "a token of another channel");
    local.call("DeletePlaybackKeyPair", &json!({ "arn": imported["keyPair"]["arn"] })).await;
    assert_eq!(get(token.as_str()).await.status, 403);
}

/// The quota of the guide: 2 048 bytes, and not one more.
#[tokio::test]
async fn a_token_has_no_more_bytes_than_the_service_takes() {
    let local = Local::start().await;
    let made = local.call("CreateChannel", &json!({ "authorized": true })).await;
    let arn: ChannelArn = made["channel"]["arn"].as_str().unwrap().try_into().unwrap();
    let path = made["channel"]["playbackUrl"].as_str().unwrap();
    let path = path.strip_prefix(&format!("http://localhost:{}", local.port)).unwrap();
    let live = format!("/_ivs/channels/{}/live", arn.as_str());
    assert_eq!(local.request("POST", &live, &[], "{}").await.status, 200);
    let key = SigningKey::generate().unwrap();
    let pem = key.verifying_key().to_spki_pem();
    local.call("ImportPlaybackKeyPair", &json!({ "publicKeyMaterial": pem })).await;
    let token = |letters: usize| {
        let long = (0..18).map(|number| format!("https://{}{number}.example", "a".repeat(50)));
        let last = format!("https://{}.example", "b".repeat(letters));
        Playback::new(arn.clone()).origins(long.chain([last])).mint(&key).unwrap().as_str().to_owned()
    };
    let longest = (1..63).rev().map(token).find(|token| token.len() <= 2048).unwrap();
    let longer = (1..63).map(token).find(|token| token.len() > 2048).unwrap();
    assert!(longest.len() >= 2047 && longer.len() <= 2050, "{} and {}", longest.len(), longer.len());
    let get = async |token: &str| local.request("GET", &format!("{path}?token={token}"), &[], "").await;
    assert_eq!(get(&longest).await.status, 200);
    let refused = get(&longer).await;
    assert_eq!((refused.status, &refused.json()["code"]), (403, &json!("TOKEN_INVALID")));
    let message = refused.json()["message"].as_str().unwrap().to_owned();
    assert!(
        message.contains(&format!("has {} bytes", longer.len())) && message.contains("at most 2048"),
        "{message}"
    );
    // The token box says what the door says, and the door remembers why.
    let box_says = local.request("POST", "/_ivs/inspect", &[], &json!({ "token": longer }).to_string()).await;
    assert!(box_says.body.contains("at most 2048"), "{}", box_says.body);
    let refusals = local.request("GET", "/_ivs/refusals", &[], "").await.json();
    assert_eq!(refusals[0]["message"], message);
}

#[tokio::test]
async fn a_channel_for_everyone_needs_no_token() {
    let local = Local::start().await;
    let made = local.call("CreateChannel", &json!({})).await;
    let url = made["channel"]["playbackUrl"].as_str().unwrap();
    let path = url.strip_prefix(&format!("http://localhost:{}", local.port)).unwrap();
    assert_eq!(local.request("GET", path, &[], "").await.status, 404, "it is not live");
    let nowhere = "/api/video/v1/us-east-1.123456789012.channel.nowhere.m3u8";
    assert_eq!(local.request("GET", nowhere, &[], "").await.status, 404);
}

/// The lines of a playlist, and those of them that are no tags.
async fn playlist(local: &Local, path: &str) -> (String, Vec<String>) {
    let answer = local.request("GET", path, &[("origin", "https://a.example")], "").await;
    assert_eq!(answer.status, 200, "{path}: {}", answer.body);
    assert_eq!(answer.header("content-type"), Some("application/vnd.apple.mpegurl"));
    assert!(answer.header("access-control-allow-origin").is_some());
    assert!(answer.body.starts_with("#EXTM3U\n"), "{}", answer.body);
    let uris = answer.body.lines().filter(|line| !line.starts_with('#')).map(str::to_owned);
    let uris = uris.collect();
    (answer.body, uris)
}

#[tokio::test]
async fn a_live_channel_has_a_playlist_that_moves_with_the_clock() {
    let settings = ivs_local::Settings { freeze: Some(1_767_323_045_000), ..ivs_local::Settings::default() };
    let local = Local::with(settings).await;
    let made = local.call("CreateChannel", &json!({ "authorized": true })).await;
    let arn: ChannelArn = made["channel"]["arn"].as_str().unwrap().try_into().unwrap();
    let path = made["channel"]["playbackUrl"].as_str().unwrap();
    let path = path.strip_prefix(&format!("http://localhost:{}", local.port)).unwrap().to_owned();
    let key = SigningKey::generate().unwrap();
    let pem = key.verifying_key().to_spki_pem();
    local.call("ImportPlaybackKeyPair", &json!({ "publicKeyMaterial": pem })).await;
    let live = format!("/_ivs/channels/{}/live", arn.as_str());
    assert_eq!(local.request("POST", &live, &[], "{}").await.status, 200);
    assert_eq!(local.request("GET", &path, &[], "").await.status, 403, "without a token");

    // A token that is good once: the playlist of the stream is loaded again and again without it.
    let now = ivs_token::Timestamp::from_secs(1_767_323_045).unwrap();
    let token = Playback::new(arn.clone()).viewer("ana").single_use();
    let token = token.mint_at(&key, now).unwrap().as_str().to_owned();
    let (variants, uris) = playlist(&local, &format!("{path}?token={token}")).await;
    assert!(variants.contains("#EXT-X-STREAM-INF:BANDWIDTH="), "{variants}");
    assert_eq!(local.request("GET", &format!("{path}?token={token}"), &[], "").await.status, 403, "used");
    let folder = path.rsplit_once('/').unwrap().0;
    let stream = format!("{folder}/{}", uris[0]);
    let (first, _) = playlist(&local, &stream).await;
    assert!(first.contains("#EXT-X-MEDIA-SEQUENCE:0\n") && !first.contains("#EXT-X-ENDLIST"), "{first}");
    local.request("POST", "/_ivs/clock", &[], "{\"advance\": 60}").await;
    let (text, segments) = playlist(&local, &stream).await;
    assert!(text.contains("#EXT-X-MEDIA-SEQUENCE:26\n"), "{text}");
    assert_eq!((segments.len(), segments[4].as_str()), (5, "30.ts"));
    let folder = stream.rsplit_once('/').unwrap().0;
    for segment in &segments {
        let answer = local.request("GET", &format!("{folder}/{segment}"), &[], "").await;
        assert_eq!((answer.status, answer.header("content-type")), (200, Some("video/mp2t")));
        assert!(answer.body.starts_with('G'), "a packet begins with 0x47");
    }
    assert_eq!(local.request("GET", &format!("{folder}/31.ts"), &[], "").await.status, 404, "not yet");
    let forged = format!("{folder}/AAAA.m3u8");
    assert_eq!(local.request("GET", &forged, &[], "").await.status, 403);

    // A viewer whose sessions are revoked is thrown out, and at the end there is nothing more to see.
    let revoked = json!({ "channelArn": arn.as_str(), "viewerId": "ana" });
    local.call("StartViewerSessionRevocation", &revoked).await;
    let answer = local.request("GET", &stream, &[], "").await;
    assert_eq!((answer.status, &answer.json()["code"]), (403, &json!("VIEWER_SESSION_REVOKED")));
    assert_eq!(local.request("DELETE", &live, &[], "").await.status, 200);
    assert_eq!(local.request("GET", &stream, &[], "").await.status, 404);
    assert_eq!(local.request("GET", &format!("{folder}/30.ts"), &[], "").await.status, 404);
}

/// Whoever fetches a playlist is a viewer, until they have not for a while.
#[tokio::test]
async fn those_who_fetch_playlists_are_counted() {
    let mut settings =
        ivs_local::Settings { freeze: Some(1_767_323_045_000), ..ivs_local::Settings::default() };
    settings.assumptions.set("viewer-time", "10000").unwrap();
    let local = Local::with(settings).await;
    let made = local.call("CreateChannel", &json!({ "authorized": true })).await;
    let arn: ChannelArn = made["channel"]["arn"].as_str().unwrap().try_into().unwrap();
    let path = made["channel"]["playbackUrl"].as_str().unwrap();
    let path = path.strip_prefix(&format!("http://localhost:{}", local.port)).unwrap().to_owned();
    let key = SigningKey::generate().unwrap();
    let pem = key.verifying_key().to_spki_pem();
    local.call("ImportPlaybackKeyPair", &json!({ "publicKeyMaterial": pem })).await;
    let live = format!("/_ivs/channels/{}/live", arn.as_str());
    assert_eq!(local.request("POST", &live, &[], r#"{"viewers": 100}"#).await.status, 200);
    let now = ivs_token::Timestamp::from_secs(1_767_323_045).unwrap();
    let count = async || {
        let shown =
            local.call("GetStream", &json!({ "channelArn": arn.as_str() })).await["stream"]["viewerCount"]
                .clone();
        let listed = local.call("ListStreams", &json!({})).await["streams"][0]["viewerCount"].clone();
        assert_eq!(shown, listed);
        shown.as_u64().unwrap() - 100
    };
    let begin = async |viewer: Option<&str>| {
        let token = Playback::new(arn.clone());
        let token = if let Some(viewer) = viewer { token.viewer(viewer) } else { token };
        let token = token.mint_at(&key, now).unwrap().as_str().to_owned();
        let (_, uris) = playlist(&local, &format!("{path}?token={token}")).await;
        format!("{}/{}", path.rsplit_once('/').unwrap().0, uris[0])
    };
    let advance = async |seconds: u32| {
        let body = json!({ "advance": seconds }).to_string();
        assert_eq!(local.request("POST", "/_ivs/clock", &[], &body).await.status, 200);
    };
    assert_eq!(local.request("GET", &path, &[], "").await.status, 403);
    assert_eq!(count().await, 0, "who is refused watches nothing");
    let (ana, nobody) = (begin(Some("ana")).await, begin(None).await);
    assert_eq!(count().await, 2);
    assert_eq!(playlist(&local, &ana).await.0.matches(".ts").count(), 1);
    assert_eq!(count().await, 2, "loading it again makes no second viewer");
    begin(Some("ana")).await;
    assert_eq!(count().await, 3, "another player does");
    advance(9).await;
    playlist(&local, &nobody).await;
    assert_eq!(count().await, 3);
    advance(1).await;
    assert_eq!(count().await, 1, "two have gone without a word");
    playlist(&local, &ana).await;
    assert_eq!(count().await, 2, "one was only away");
    local
        .call("StartViewerSessionRevocation", &json!({ "channelArn": arn.as_str(), "viewerId": "ana" }))
        .await;
    assert_eq!(count().await, 1);
    advance(9).await;
    assert_eq!(count().await, 0);
}

/// Players are kept in memory: with a seed, what comes later has the IDs that it would have had without them.
#[tokio::test]
async fn players_change_neither_the_state_nor_later_ids() {
    let run = async |polls: usize| {
        let settings = ivs_local::Settings {
            seed: Some("players".into()),
            freeze: Some(1_767_323_045_000),
            ..ivs_local::Settings::default()
        };
        let local = Local::with(settings).await;
        let made = local.call("CreateChannel", &json!({})).await["channel"].clone();
        let live = format!("/_ivs/channels/{}/live", made["arn"].as_str().unwrap());
        assert_eq!(local.request("POST", &live, &[], "{}").await.status, 200);
        let path = made["playbackUrl"].as_str().unwrap();
        let path = path.strip_prefix(&format!("http://localhost:{}", local.port)).unwrap();
        let snapshot = async || local.request("GET", "/_ivs/snapshot", &[], "").await.body;
        let before = snapshot().await;
        for _ in 0..polls {
            let (_, uris) = playlist(&local, path).await;
            playlist(&local, &format!("{}/{}", path.rsplit_once('/').unwrap().0, uris[0])).await;
        }
        assert_eq!(snapshot().await, before);
        let shown = local.call("GetStream", &json!({ "channelArn": made["arn"] })).await;
        assert_eq!(shown["stream"]["viewerCount"], polls);
        local.call("CreateStage", &json!({})).await["stage"]["arn"].clone()
    };
    assert_eq!(run(0).await, run(3).await);
}
