//! What `inspect` says about the texts that users paste.

#![allow(clippy::unwrap_used, reason = "helpers of tests fail as tests do")]

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use ivs_token::{
    Inspection, Outcome, PublicKeyArn, SigningKey, Stage, Timestamp, Token, TokenKind, inspect_at,
};

const NOW: i64 = 1_795_252_645;

fn at(secs: i64) -> Timestamp {
    Timestamp::from_secs(secs).unwrap()
}

fn key() -> SigningKey {
    let arn: PublicKeyArn = "arn:aws:ivs:us-west-2:123456789012:public-key/abc".parse().unwrap();
    SigningKey::generate().unwrap().with_id(arn)
}

fn token() -> Token {
    let stage = Stage::new(
        "arn:aws:ivs:us-west-2:123456789012:stage/oRmLNwuCeMlQ".parse().unwrap(),
        "https://453fdfd2ad24df.global-bm.whip.live-video.net",
    )
    .unwrap();
    stage.participant().user_id("José").mint_at(&key(), at(NOW)).unwrap()
}

fn problems(inspection: &Inspection) -> Vec<&str> {
    inspection.problems().collect()
}

/// A token whose parts are these texts, with a signature of the right form that nobody made.
fn forged(header: &str, payload: &str) -> String {
    let encode = |text: &str| URL_SAFE_NO_PAD.encode(text);
    format!("{}.{}.{}", encode(header), encode(payload), "A".repeat(128))
}

const HEADER: &str =
    r#"{"alg":"ES384","typ":"JWT","kid":"arn:aws:ivs:us-west-2:123456789012:public-key/abc"}"#;

fn payload() -> String {
    format!(
        r#"{{"exp":{},"iat":{NOW},"jti":"p","resource":"arn:aws:ivs:us-west-2:123456789012:stage/s","topic":"s","events_url":"wss://e.example","whip_url":"https://w.example","capabilities":{{"allow_publish":true}},"version":"1.0"}}"#,
        NOW + 60
    )
}

#[test]
fn a_good_token_has_no_problem() {
    let token = token();
    let inspection = inspect_at(token.as_str(), at(NOW + 60));
    assert_eq!(inspection.kind, TokenKind::Participant);
    assert_eq!(problems(&inspection), [""; 0]);
    assert_eq!(inspection.remaining_seconds, Some(12 * 3600 - 60));
    assert!(
        inspection.checks.iter().any(|check| matches!(check.outcome, Outcome::Unchecked(_))),
        "the signature"
    );
    let text = inspection.to_string();
    assert!(text.starts_with("This is a participant token, signed with a key pair.\n\nheader\n"), "{text}");
    assert!(text.contains(r#"  user_id       "Jos\u00e9""#), "{text}");
    assert!(text.contains("It expires at 2026-11-21T21:17:25Z, 11 h 59 min from now."), "{text}");
    assert!(
        text.ends_with("No problem found. The signature was not checked: that takes the public key.\n"),
        "{text}"
    );
}

#[test]
fn an_expired_token_is_said_to_be() {
    let token = token();
    let inspection = inspect_at(token.as_str(), at(NOW + 13 * 3600));
    assert_eq!(
        problems(&inspection),
        ["the token expired at 2026-11-21T21:17:25Z, 3600 s ago: mint a new one"]
    );
    assert_eq!(inspection.remaining_seconds, Some(-3600));
    assert!(inspection.to_string().contains("It expired at 2026-11-21T21:17:25Z, 1 h ago."));
}

#[test]
fn what_stands_around_a_token_is_named_and_left_out() {
    let token = token();
    for (pasted, word) in [
        (format!(" {}", token.as_str()), "white space stands around"),
        (format!("\"{}\"", token.as_str()), "quotes"),
        (format!("Authorization\nBearer {}", token.as_str()), "other text"),
        (format!("INFO got token={} for ana", token.as_str()), "other text"),
        (format!("curl -H 'Authorization: Bearer {}' https://x.example", token.as_str()), "other text"),
        (format!("b'{}'", token.as_str()), "Python"),
        (format!("https://x.example/x.m3u8?token.m3u8?token={}", token.as_str()), "URL"),
        (format!("Bearer {}", token.as_str()), "Bearer"),
        (format!("https://x.example/a.m3u8?token={}", token.as_str()), "URL"),
        (serde_json::json!({"participantToken": token}).to_string(), "JSON"),
        (serde_json::json!({"connectionToken": token}).to_string(), "JSON"),
        (serde_json::json!({"playbackToken": token, "playbackUrl": "x"}).to_string(), "JSON"),
        (token.as_str().replace('.', ".\n"), "line break"),
    ] {
        let inspection = inspect_at(&pasted, at(NOW));
        assert!(problems(&inspection)[0].contains(word), "{word}: {:?}", problems(&inspection));
        assert_eq!(inspection.kind, TokenKind::Participant, "{word}");
        assert_eq!(problems(&inspection).len(), 1, "{:?}", problems(&inspection));
    }
    assert_eq!(problems(&inspect_at(&format!("{}\n", token.as_str()), at(NOW))), [""; 0]);
}

#[test]
fn each_broken_claim_is_named_once() {
    let good = payload();
    assert_eq!(problems(&inspect_at(&forged(HEADER, &good), at(NOW))), [""; 0]);
    let broken = good
        .replace(r#""exp":"#, r#""exp":"x","ignored":"#)
        .replace(r#""topic":"s""#, r#""topic":"t""#)
        .replace("https://w", "ftp://w")
        .replace(r#","version":"1.0""#, "");
    assert_eq!(
        problems(&inspect_at(&forged(HEADER, &broken), at(NOW))),
        [
            "the claim `exp` is a string, but must be an integer",
            "the claim `topic` is \"t\", but must be \"s\", the stage ID in `resource`",
            "the claim `whip_url`: the URL begins with ftp:, but must begin with https://",
            "the claim `version` is missing",
        ]
    );
    let milliseconds = good.replace(&(NOW + 60).to_string(), &format!("{}000", NOW + 60));
    assert_eq!(
        problems(&inspect_at(&forged(HEADER, &milliseconds), at(NOW))),
        ["the claim `exp` is 1795252705000, which looks like milliseconds: it must be seconds since 1970"]
    );
    let foreign = good.replace("us-west-2:123456789012:stage", "eu-west-1:123456789012:stage");
    assert!(
        problems(&inspect_at(&forged(HEADER, &foreign), at(NOW)))[0]
            .contains("different accounts or regions")
    );
}

#[test]
fn repeated_members_are_shown_and_named() {
    let twice = payload().replace('{', r#"{"jti":"q","#);
    let inspection = inspect_at(&forged(HEADER, &twice), at(NOW));
    assert_eq!(inspection.kind, TokenKind::Participant);
    assert!(problems(&inspection)[0].contains("\"jti\" twice"), "{:?}", problems(&inspection));
    assert!(inspection.claims.iter().any(|member| member.name == "resource"));
}

#[test]
fn each_kind_is_recognised() {
    let kind = |header: &str, payload: &str| inspect_at(&forged(header, payload), at(NOW)).kind;
    let api = r#"{"alg":"KMS","typ":"JWT"}"#;
    assert_eq!(kind(api, &payload()), TokenKind::ParticipantFromApi);
    assert_eq!(kind(HEADER, &payload()), TokenKind::Participant);
    assert_eq!(kind(HEADER, r#"{"account_id":"123456789012","region":"us-west-2"}"#), TokenKind::Connection);
    assert_eq!(kind(HEADER, r#"{"aws:channel-arn":"x"}"#), TokenKind::Playback);
    assert_eq!(kind(HEADER, r#"{"sub":"x"}"#), TokenKind::Other);
    assert_eq!(kind("x", "y"), TokenKind::NotAToken);
    assert_eq!(kind(HEADER, r#"{"aws:viewer-id":"x"}"#), TokenKind::Playback);
    let header = r#"{"alg":"ES384","typ":"JWT"}"#;
    let channel = r#""aws:channel-arn":"arn:aws:ivs:us-west-2:123456789012:channel/abc""#;
    let inspection = inspect_at(&forged(header, &format!(r#"{{{channel},"exp":1795252705}}"#)), at(NOW));
    assert_eq!(problems(&inspection), [""; 0], "a playback token has no `kid`");
    for exp in ["", r#","exp":"1795252705""#, r#","exp":1795252705000"#, r#","exp":1795252645"#] {
        let payload = format!("{{{channel}{exp}}}");
        assert_eq!(problems(&inspect_at(&forged(header, &payload), at(NOW))).len(), 1, "{payload}");
    }
    let playback = format!(r#"{{{channel},"exp":1795252705}}"#);
    for (header, words) in [
        (
            HEADER.to_owned(),
            &[
                "the header's `kid`: this is the ARN of a \"public-key\", but the ARN of a \"playback-key\" is expected",
            ][..],
        ),
        (HEADER.replace("public-key", "playback-key"), &[]),
        (
            HEADER.replace("public-key", "playback-key").replace("us-west-2", "eu-west-1"),
            &["the playback key arn:aws:ivs:eu-west-1:123456789012:playback-key/abc and the channel \
               arn:aws:ivs:us-west-2:123456789012:channel/abc are in different accounts or regions: IVS accepts only a key from \
               the channel's own account and region"],
        ),
    ] {
        assert_eq!(problems(&inspect_at(&forged(&header, &playback), at(NOW))), words);
    }
    let said = inspect_at(&forged(api, &payload()), at(NOW)).to_string();
    assert!(said.contains("only AWS can verify it"), "{said}");
    assert!(!said.contains("ES384 and no other"), "{said}");
}

#[test]
fn what_is_no_token_says_so() {
    for (text, word) in [
        ("", "there is no token"),
        ("   \n", "there is no token"),
        ("hello", "3 parts"),
        ("a.b.c.d", "has 4"),
    ] {
        let inspection = inspect_at(text, at(NOW));
        assert_eq!(inspection.kind, TokenKind::NotAToken, "{text}");
        assert!(
            inspection.problems().any(|problem| problem.contains(word)),
            "{text}: {:?}",
            problems(&inspection)
        );
    }
    let long = "a.".repeat(2_000_000);
    assert!(problems(&inspect_at(&long, at(NOW)))[0].contains("at most 16384"));
}

#[test]
fn a_private_key_is_named_and_never_shown() {
    let key = ivs_token::es384::SigningKey::generate().unwrap();
    let encode = |bytes: &[u8]| STANDARD.encode(bytes);
    let (sec1, pkcs8) = (key.to_sec1_pem(), key.to_pkcs8_pem());
    let scalar = &key.to_sec1_der()[8..56];
    let body = sec1.lines().filter(|line| !line.starts_with('-')).collect::<String>();
    for text in [
        sec1.to_string(),
        pkcs8.to_string(),
        pkcs8.replace('\n', ""),
        pkcs8.trim_end().replace('\n', "\\n"),
        encode(sec1.as_bytes()),
        encode(pkcs8.as_bytes()),
        encode(&key.to_sec1_der()),
        encode(&key.to_pkcs8_der()),
        body,
        key.to_jwk().to_string(),
        URL_SAFE_NO_PAD.encode(key.to_jwk().as_bytes()),
        format!("{}.{}.x", encode(sec1.as_bytes()), encode(&key.to_pkcs8_der())),
    ] {
        let inspection = inspect_at(&text, at(NOW));
        assert_eq!(inspection.kind, TokenKind::NotAToken, "{:?}", problems(&inspection));
        assert!(inspection.problems().next().is_some());
        if text.matches('.').count() < 2 {
            assert!(problems(&inspection)[0].contains("this is a key"), "{:?}", problems(&inspection));
        }
        let said = format!("{inspection} {inspection:?} {}", serde_json::to_string(&inspection).unwrap());
        for piece in [&text[40..60], &encode(&scalar[..24])[..20], &*String::from_utf8_lossy(scalar)] {
            assert!(!said.contains(piece), "a piece of the key is shown");
        }
    }
}

#[test]
fn cut_off_tokens_still_show_what_they_say() {
    let token = token();
    let cut = &token.as_str()[..token.as_str().rfind('.').unwrap() - 3];
    let inspection = inspect_at(cut, at(NOW));
    assert!(problems(&inspection)[0].contains("has 2"), "{:?}", problems(&inspection));
    assert!(!inspection.header.is_empty());
    // In the middle of the header or of the payload: nothing is said of claims that nobody can see.
    for length in [100, 300, 600] {
        let inspection = inspect_at(&token.as_str()[..length], at(NOW));
        assert!(problems(&inspection)[0].contains("3 parts"), "{:?}", problems(&inspection));
        assert!(!inspection.to_string().contains("another service"), "{inspection}");
        assert!(!inspection.to_string().contains("0 bytes"), "{inspection}");
    }
    let half = &token.as_str()[..token.as_str().len() - 60];
    let inspection = inspect_at(half, at(NOW));
    assert_eq!(inspection.kind, TokenKind::Participant);
    assert_eq!(problems(&inspection).len(), 1);
    assert!(problems(&inspection)[0].contains("the signature has 51 bytes"), "{:?}", problems(&inspection));
}

#[test]
fn nothing_in_a_token_reaches_the_terminal_raw() {
    let hostile = payload().replace(r#""jti":"p""#, "\"jti\":\"\u{9b}31m\u{202e}\",\"\u{9b}x\":1");
    let said = inspect_at(&forged(&HEADER.replace("ES384", "\u{9b}31m"), &hostile), at(NOW)).to_string();
    assert!(said.chars().all(|c| c == '\n' || !c.is_control()), "{said:?}");
    assert!(!said.contains('\u{202e}'), "{said:?}");
}

#[test]
fn programs_read_it_as_json() {
    let token = token();
    let json = serde_json::to_value(inspect_at(token.as_str(), at(NOW))).unwrap();
    assert_eq!(json["kind"], "participant");
    assert_eq!(json["header"][0]["name"], "alg");
    assert_eq!(json["header"][0]["value"], "ES384");
    assert_eq!(json["expirationTime"], "2026-11-21T21:17:25Z");
    assert_eq!(json["checks"][0]["outcome"], "holds");
    assert!(json["checks"].as_array().unwrap().iter().any(|check| check["outcome"] == "unchecked"));
}

fn notes(inspection: &Inspection) -> Vec<&str> {
    inspection.notes().collect()
}

/// What most users have: nothing is wrong with it, and only AWS can verify it.
#[test]
fn a_token_of_the_api_is_no_problem() {
    let header = r#"{"alg":"KMS","typ":"JWT"}"#;
    let inspection = inspect_at(&forged(header, &payload()), at(NOW));
    assert_eq!(inspection.kind, TokenKind::ParticipantFromApi);
    assert_eq!(problems(&inspection), [""; 0]);
    assert!(notes(&inspection)[0].contains("only AWS"), "{:?}", notes(&inspection));
    assert!(inspection.to_string().contains("\nNote: "), "{inspection}");
    let expired = inspect_at(&forged(header, &payload()), at(NOW + 61));
    assert_eq!(problems(&expired).len(), 1, "{:?}", problems(&expired));
}

#[test]
fn raw_utf_8_is_named_with_its_escape() {
    let raw =
        payload().replace(r#""version""#, r#""user_id":"José","attributes":{"name":"Zoë 😀"},"version""#);
    let inspection = inspect_at(&forged(HEADER, &raw), at(NOW));
    let [user_id, attributes] = problems(&inspection)[..] else { panic!("{:?}", problems(&inspection)) };
    assert!(user_id.contains("`user_id`") && user_id.contains(r"write é as \u00e9"), "{user_id}");
    assert!(attributes.contains("`attributes`") && attributes.contains(r"write ë as \u00eb"), "{attributes}");
    let emoji = payload().replace(r#""version""#, r#""user_id":"😀","version""#);
    assert!(problems(&inspect_at(&forged(HEADER, &emoji), at(NOW)))[0].contains(r"\ud83d\ude00"));
    let escaped = payload().replace(r#""version""#, r#""user_id":"Jos\u00e9","version""#);
    assert_eq!(problems(&inspect_at(&forged(HEADER, &escaped), at(NOW))), [""; 0]);
}

#[test]
fn capabilities_that_grant_nothing_are_named() {
    for (members, hint) in [
        (r#"{"allowPublish":true}"#, "`allowPublish` is not known: write `allow_publish`"),
        (r#"{"publish":true}"#, "`publish` is not known: write `allow_publish`"),
        (r#"{"ALLOW-SUBSCRIBE":true}"#, "write `allow_subscribe`"),
        ("{}", r#"{"allow_publish": true} lets"#),
        (r#"{"allow_publish":false,"allow_subscribe":false}"#, "grant nothing"),
    ] {
        let token = forged(HEADER, &payload().replace(r#"{"allow_publish":true}"#, members));
        let inspection = inspect_at(&token, at(NOW));
        let [problem] = problems(&inspection)[..] else { panic!("{members}: {:?}", problems(&inspection)) };
        assert!(problem.contains("grant nothing") && problem.contains(hint), "{problem}");
    }
    let half =
        payload().replace(r#"{"allow_publish":true}"#, r#"{"allow_publish":true,"allowSubscribe":true}"#);
    let inspection = inspect_at(&forged(HEADER, &half), at(NOW));
    assert_eq!(
        (problems(&inspection).len(), notes(&inspection)),
        (0, vec!["`allowSubscribe` is not known: write `allow_subscribe`"])
    );
}

#[test]
fn endpoints_that_the_client_can_not_use_are_named() {
    for (from, to, word) in [
        ("https://w.example", "https://w.example/", "ends with a slash"),
        ("https://w.example", "https://w.example/publish", "`whip_url`: the URL has a path"),
        ("https://w.example", "https://global.whip.live-video.net", "GetStage"),
        ("https://w.example", "https://global.whip.live-video.net/", "GetStage"),
        ("wss://e.example", "wss://e.example?x=y", "`events_url`: the URL has a query"),
    ] {
        let inspection = inspect_at(&forged(HEADER, &payload().replace(from, to)), at(NOW));
        let [problem] = problems(&inspection)[..] else { panic!("{to}: {:?}", problems(&inspection)) };
        assert!(problem.contains(word), "{problem}");
    }
    let local = payload()
        .replace("https://w.example", "http://127.0.0.1:4566")
        .replace("wss://e.example", "ws://localhost:4566/e");
    assert_eq!(problems(&inspect_at(&forged(HEADER, &local), at(NOW))), [""; 0]);
    let remote = payload().replace("https://w.example", "http://w.example");
    assert!(problems(&inspect_at(&forged(HEADER, &remote), at(NOW)))[0].contains("this machine"));
}

#[test]
fn claims_that_nobody_knows_are_noted() {
    let odd = payload().replace(r#""version""#, r#""userid":"ana","tenant":1,"sub":"x","version""#);
    let inspection = inspect_at(&forged(HEADER, &odd), at(NOW));
    assert_eq!(problems(&inspection), [""; 0]);
    assert_eq!(
        notes(&inspection),
        [
            "IVS does not know the claim `userid` and ignores it: `user_id` is the name that counts",
            "IVS does not know the claim `tenant` and ignores it",
        ]
    );
}

#[test]
fn oddities_of_playback_tokens_are_noted() {
    let header = r#"{"alg":"ES384","typ":"JWT","kid":"abcdABCDefgh"}"#;
    let payload = format!(
        r#"{{"aws:channel-arn":"arn:aws:ivs:us-west-2:123456789012:channel/x","aws:viewer-session-version":2,"aws:access-control-allow-origin":"capacitor://localhost","exp":{}}}"#,
        NOW + 60
    );
    let inspection = inspect_at(&forged(header, &payload), at(NOW));
    assert_eq!(problems(&inspection), [""; 0]);
    let [kid, version] = notes(&inspection)[..] else { panic!("{:?}", notes(&inspection)) };
    assert!(kid.contains("`kid`") && version.contains("does nothing without `aws:viewer-id`"));
}

#[test]
fn words_of_the_service_are_explained() {
    for (text, word) in [
        (
            r#"[{"url":"x","error":"Forbidden","error_code":"invalid_playback_auth_token","type":"error"}]"#,
            "playback token was refused",
        ),
        ("StageJoinError: TOKEN_MALFORMED (1)", "could not read the token"),
        ("TOKEN_EXCHANGE_REQUEST_INVALID", "in exchange"),
    ] {
        let inspection = inspect_at(text, at(NOW));
        assert_eq!(inspection.kind, TokenKind::NotAToken);
        let [problem] = problems(&inspection)[..] else { panic!("{text}: {:?}", problems(&inspection)) };
        assert!(problem.contains(word), "{problem}");
    }
}
