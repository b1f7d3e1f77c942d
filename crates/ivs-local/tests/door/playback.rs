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
