//! Viewers that a test adds to a channel, beside players that fetch its playlist.

use ivs_local::Settings;
use ivs_token::{ChannelArn, Playback, SigningKey, Timestamp};
use serde_json::{Value, json};

use crate::local::Local;

#[tokio::test]
async fn a_viewer_who_was_added_is_taken_away_and_a_player_is_not() {
    let local = Local::with(Settings { freeze: Some(1_767_323_045_000), ..Settings::default() }).await;
    let made = local.call("CreateChannel", &json!({ "authorized": true })).await;
    let channel = made["channel"]["arn"].as_str().unwrap();
    let ask = async |method: &str, path: &str, body: Value| {
        let path = format!("/_ivs/channels/{channel}/{path}");
        let answer = local.request(method, &path, &[], &body.to_string()).await;
        (answer.status, answer.json()["viewerCount"].clone())
    };
    assert_eq!(ask("POST", "live", json!({})).await.0, 200);

    // A player comes with a token that names a viewer.
    let key = SigningKey::generate().unwrap();
    let pem = key.verifying_key().to_spki_pem();
    local.call("ImportPlaybackKeyPair", &json!({ "publicKeyMaterial": pem })).await;
    let token = Playback::new(ChannelArn::try_from(channel).unwrap()).viewer("ana");
    let token = token.mint_at(&key, Timestamp::from_secs(1_767_323_045).unwrap()).unwrap();
    let path = made["channel"]["playbackUrl"].as_str().unwrap();
    let path = path.strip_prefix(&format!("http://localhost:{}", local.port)).unwrap();
    let playlist = local.request("GET", &format!("{path}?token={}", token.as_str()), &[], "").await;
    assert_eq!(playlist.status, 200, "{}", playlist.body);

    assert_eq!(ask("DELETE", "viewers/ana", json!({})).await.0, 404, "nobody added this one");
    assert_eq!(ask("POST", "viewers", json!({ "viewerId": "ben" })).await, (200, json!(2)));
    assert_eq!(ask("POST", "viewers", json!({ "viewerId": "ana" })).await, (200, json!(3)));
    // The player of the same name stays, and is counted.
    assert_eq!(ask("DELETE", "viewers/ana", json!({})).await, (200, json!(2)));
    assert_eq!(ask("DELETE", "viewers/ana", json!({})).await.0, 404);
    let stream = local.call("GetStream", &json!({ "channelArn": channel })).await;
    assert_eq!(stream["stream"]["viewerCount"], 2);
}
