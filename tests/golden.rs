//! The exact bytes of what is minted, and tokens from elsewhere that must go on being accepted.

use std::time::Duration;

use conformance::*;
use ivs_token::{Capabilities, Timestamp, inspect_at};

const HEADER: &str = concat!(
    r#"{"alg":"ES384","typ":"JWT","kid":"arn:aws:ivs:us-west-2:123456789012:public-key/"#,
    r#"f99cde61-c2b0-4df3-8941-ca7d38acca1a"}"#,
);

const PAYLOAD: &str = concat!(
    r#"{"exp":1795253545,"iat":1795252645,"jti":"pQ7x_-0123456789abcdefAB","user_id":"Jos\u00e9 \ud83d\ude00","#,
    r#""resource":"arn:aws:ivs:us-west-2:123456789012:stage/oRmLNwuCeMlQ","topic":"oRmLNwuCeMlQ","#,
    r#""events_url":"wss://global.events.live-video.net","#,
    r#""whip_url":"https://453fdfd2ad24df.global-bm.whip.live-video.net","#,
    r#""capabilities":{"allow_subscribe":true},"#,
    r#""attributes":{"displayName":"Zo\u00eb \"Z\"","seat":"12\n","\u00e9quipe":"\u00e9t\u00e9"},"version":"1.0"}"#,
);

const SMALLEST_PAYLOAD: &str = concat!(
    r#"{"exp":43200,"iat":0,"jti":"a","resource":"arn:aws:ivs:us-west-2:123456789012:stage/oRmLNwuCeMlQ","#,
    r#""topic":"oRmLNwuCeMlQ","events_url":"wss://global.events.live-video.net","#,
    r#""whip_url":"https://453fdfd2ad24df.global-bm.whip.live-video.net","#,
    r#""capabilities":{"allow_publish":true,"allow_subscribe":true},"version":"1.0"}"#,
);

fn texts(token: &str) -> [String; 2] {
    let [header, payload, _] = parts(token);
    [header, payload].map(|part| String::from_utf8(decode(part)).unwrap())
}

#[test]
fn the_bytes_of_a_token() {
    assert_eq!(texts(&good_token()), [HEADER, PAYLOAD]);
    let smallest = stage().participant().participant_id("a");
    let token = smallest.mint_at(&signing_key(), Timestamp::MIN).unwrap();
    assert_eq!(texts(token.as_str()), [HEADER, SMALLEST_PAYLOAD]);
    let none = participant().capabilities(Capabilities::NONE).mint_at(&signing_key(), now()).unwrap();
    assert_eq!(texts(none.as_str())[1], PAYLOAD.replace(r#"{"allow_subscribe":true}"#, "{}"));
}

#[test]
fn a_template_mints_the_same_bytes() {
    let template = participant();
    for _ in 0..2 {
        let text = template.mint_text_at(&signing_key(), now()).unwrap();
        assert_eq!(texts(&text), [HEADER, PAYLOAD]);
    }
    let token = template.mint_at(&signing_key(), now()).unwrap();
    let exchanged = token.exchange().duration(Duration::from_secs(900)).mint_text_at(&signing_key(), now());
    assert_eq!(texts(&exchanged.unwrap()), [HEADER, PAYLOAD]);
}

#[test]
fn a_template_without_an_id_gives_each_token_its_own() {
    let template = stage().participant();
    let [one, two] = [(); 2].map(|()| template.mint_text(&signing_key()).unwrap());
    let id = |text: &str| payload_of(text)["jti"].as_str().unwrap().to_owned();
    assert_ne!(id(&one), id(&two));
}

#[test]
fn the_json_of_a_minted_token() {
    let token = participant().mint_at(&signing_key(), now()).unwrap();
    let expected = serde_json::json!({
        "attributes": {"displayName": "Zoë \"Z\"", "seat": "12\n", "équipe": "été"},
        "capabilities": ["SUBSCRIBE"],
        "duration": 15,
        "expirationTime": "2026-11-21T09:32:25Z",
        "participantId": "pQ7x_-0123456789abcdefAB",
        "token": token.as_str(),
        "userId": "José 😀",
    });
    assert_eq!(serde_json::to_value(&token).unwrap(), expected);
}

#[test]
fn a_token_of_ours_from_before() {
    let token = include_str!("data/ours.jwt").trim_end();
    assert_eq!(texts(token), [HEADER, PAYLOAD]);
    let verified = verifier().verify(token).unwrap();
    let minted = participant().mint_at(&signing_key(), now()).unwrap();
    assert_eq!(verified.claims(), minted.claims());
    assert_eq!(inspect_at(token, now()).problems().count(), 0);
}

#[test]
fn tokens_of_pyjwt() {
    for (token, is_ascii) in
        [(include_str!("data/pyjwt.jwt"), true), (include_str!("data/pyjwt-raw-utf8.jwt"), false)]
    {
        let token = token.trim_end();
        assert_eq!(texts(token)[1].is_ascii(), is_ascii);
        let verified = verifier().verify(token).unwrap();
        assert_eq!(verified.participant_id().as_str(), "mAdeByPyJWT-2_15_1");
        assert_eq!(verified.user_id(), Some("José 😀"));
        assert_eq!(verified.attributes().iter().collect::<Vec<_>>(), [("displayName", "Zoë")]);
        assert_eq!(verified.capabilities(), Capabilities::ALL);
        assert_eq!(verified.claims().stage(), &stage());
        assert_eq!((verified.issued_at(), verified.expires_at()), (now(), at(NOW + 43_200)));
        assert_eq!(verified.key_id(), &arn(KID));
        // The web client would show raw UTF-8 garbled, in the user ID and in the attributes.
        let problems = if is_ascii { 0 } else { 2 };
        assert_eq!(inspect_at(token, now()).problems().count(), problems);
        assert!(verifier_at(at(NOW + 43_200)).verify(token).is_err());
    }
}
