//! What HTTP says of requests that are not good, and to browsers that ask first.

use serde_json::json;
use str0m::media::Direction;

use crate::local::{Local, request};
use crate::media::post;
use crate::peer::Peer;

#[tokio::test]
async fn browsers_may_ask() {
    let local = Local::start().await;
    for target in ["/publish/ana", "/subscribe/bob", "/", "/session/x", "/_ivs/telemetry"] {
        let headers = [
            ("origin", "https://example.com"),
            ("access-control-request-method", "POST"),
            ("access-control-request-headers", "authorization,content-type,x-stages-new-thing"),
        ];
        let answer = local.request("OPTIONS", target, &headers, "").await;
        assert_eq!(answer.status, 204, "{target}");
        assert_eq!(answer.header("access-control-allow-origin"), Some("*"));
        let methods = answer.header("access-control-allow-methods").unwrap();
        assert!(["GET", "POST", "DELETE", "OPTIONS", "PATCH"].iter().all(|method| methods.contains(method)));
        let allowed = answer.header("access-control-allow-headers").unwrap();
        for name in ["authorization", "content-type", "x-stages-initial-layer-pref", "x-stages-new-thing"] {
            assert!(allowed.contains(name), "{allowed}");
        }
    }
    let answer = post(&local, "/publish/ana", "nonsense", "v=0", &[]).await;
    let exposed = answer.header("access-control-expose-headers").unwrap();
    assert!(exposed.contains("Location") && exposed.contains("Link"), "{exposed}");
}

#[tokio::test]
async fn tokens_and_capabilities() {
    let local = Local::start().await;
    let (_, offer) = Peer::offer(Direction::SendOnly, &[], true).await;
    let answer = local.request("POST", "/publish/ana", &[("content-type", "application/sdp")], &offer).await;
    assert_eq!((answer.status, &answer.json()["code"]), (401, &json!("TOKEN_MISSING")));
    let answer = post(&local, "/publish/ana", "nonsense", &offer, &[]).await;
    assert_eq!((answer.status, &answer.json()["code"]), (403, &json!("TOKEN_INVALID")));
    let answer = post(&local, "/publish/bob", &local.token("ana"), &offer, &[]).await;
    assert_eq!(answer.status, 403, "the token of another");
    let viewer =
        local.stage.participant().participant_id("v").capabilities(ivs_token::Capabilities::SUBSCRIBE);
    let answer = post(&local, "/publish/v", &local.mint(viewer), &offer, &[]).await;
    assert_eq!((answer.status, &answer.json()["code"]), (403, &json!(2003)));
    let speaker =
        local.stage.participant().participant_id("s").capabilities(ivs_token::Capabilities::PUBLISH);
    let answer = post(&local, "/subscribe/x", &local.mint(speaker), &offer, &[]).await;
    assert_eq!((answer.status, &answer.json()["code"]), (403, &json!(2003)));
    let answer = post(&local, "/subscribe/nobody", &local.token("ana"), &offer, &[]).await;
    assert_eq!(answer.status, 404);
    // A publisher of one stage is nobody on another.
    let other = local.another_stage().await;
    crate::media::publish(&local, "ana", &[]).await;
    let mut bob = local.join(&local.token("bob")).await;
    bob.state(|state| crate::local::find(state, "ana").is_some_and(|ana| ana["isPublishing"] == true)).await;
    let elsewhere = local.mint(other.participant().participant_id("bob"));
    let answer = post(&local, "/subscribe/ana", &elsewhere, &offer, &[]).await;
    assert_eq!(answer.status, 404);
}

#[tokio::test]
async fn connections_are_secret() {
    let local = Local::start().await;
    let location = crate::media::publish(&local, "ana", &[]).await;
    assert_eq!(local.request("DELETE", &location, &[], "").await.status, 401);
    let bearer = [("authorization", "Bearer x")];
    assert_eq!(local.request("DELETE", "/session/guessed", &bearer, "").await.status, 404);
    assert_eq!(local.request("PATCH", &location, &bearer, "").await.status, 405);
    // A publication has no layers to choose.
    assert_eq!(local.request("GET", &format!("{location}/layer"), &bearer, "").await.status, 404);
}

#[tokio::test]
async fn hostile_offers_are_refused() {
    let local = Local::start().await;
    let token = local.token("ana");
    let (_, good) = Peer::offer(Direction::SendOnly, &[], true).await;
    let candidate = "a=candidate:1 1 udp 2130706431 192.0.2.1 4444 typ host\r\n";
    let hostile = [
        String::new(),
        "v=0".to_owned(),
        "\u{0}\u{1}\u{2}".to_owned(),
        "m=audio ".repeat(100),
        good.replace("a=fingerprint", "a=nothing"),
        good.replace("a=ice-ufrag", "a=nothing"),
        good.replace("a=mid:", "a=mid:\u{1F600}"),
        good.replacen("m=audio", &"m=audio 9 UDP/TLS/RTP/SAVPF 111\r\n".repeat(50), 1),
        format!("{good}{}", candidate.repeat(1000)),
        format!("{good}{}", "a=x:y\r\n".repeat(10_000)),
    ];
    for offer in hostile {
        let answer = post(&local, "/publish/ana", &token, &offer, &[]).await;
        let begin: String = offer.chars().take(40).collect();
        assert!((400..500).contains(&answer.status), "{begin:?}: {} {}", answer.status, answer.body);
        let message = answer.json()["message"].as_str().unwrap_or_default().to_owned();
        assert_ne!(message, "", "{begin:?}");
        assert!(!message.contains("0x") && !message.contains("Pointer"), "{begin:?}: {message}");
    }
    // Every cut of a good offer, and every tenth byte changed, is answered in one way or another.
    for cut in (0..good.len()).step_by(97) {
        let answer = post(&local, "/publish/ana", &token, &good[..cut], &[]).await;
        assert!(answer.status == 201 || (400..500).contains(&answer.status), "{cut}: {}", answer.status);
    }
    let bearer = format!("Bearer {token}");
    let headers = [("authorization", bearer.as_str()), ("content-type", "application/sdp")];
    for place in (0..good.len()).step_by(131) {
        let mut bytes = good.clone().into_bytes();
        bytes[place] ^= 0x95;
        let answer = request(local.port, "POST", "/publish/ana", &headers, &bytes).await;
        assert!(answer.status == 201 || (400..500).contains(&answer.status), "{place}: {}", answer.status);
    }
    let large = vec![b'a'; 1 << 20];
    let answer = request(local.port, "POST", "/publish/ana", &headers, &large).await;
    assert_eq!(answer.status, 400);
    let larger = vec![b'a'; (1 << 20) + 1];
    let answer = request(local.port, "POST", "/publish/ana", &headers, &larger).await;
    assert_eq!(answer.status, 413);
    let mut ana = local.join(&token).await;
    ana.until("STAGE_STATE").await;
}
