//! Connection tokens: each rule at its border, on the way in, on the way out, and under `inspect`.

use std::time::Duration;

use conformance::*;
use ivs_token::{
    ClaimError, ClaimsError, Connection, ConnectionDuration, MintError, SigningKey, Stage, Timestamp,
    TokenKind, VerifyError, inspect_at,
};
use serde_json::{Map, Value, json};

const FOUR_WEEKS: i64 = 28 * 24 * 3600;

fn connection_claims() -> Map<String, Value> {
    let claims = json!({
        "exp": NOW + 3600, "iat": NOW, "jti": "c-1", "account_id": "123456789012", "region": "us-west-2",
        "events_url": EVENTS_URL, "version": "1.0",
    });
    claims.as_object().unwrap().clone()
}

fn forged(claims: &Map<String, Value>) -> String {
    forge(header(), serde_json::to_string(claims).unwrap())
}

fn with(claim: &str, value: impl Into<Value>) -> String {
    let mut claims = connection_claims();
    claims.insert(claim.to_owned(), value.into());
    forged(&claims)
}

#[test]
fn what_is_minted_is_verified() {
    let token = Connection::new()
        .token_id("c-1")
        .duration(Duration::from_secs(3600))
        .mint_at(&signing_key(), now())
        .unwrap();
    assert_eq!(payload_of(token.as_str()), Value::Object(connection_claims()));
    let verified = verifier().verify_connection(token.as_str()).unwrap();
    assert_eq!(verified.claims(), token.claims());
    assert_eq!((verified.account_id(), verified.region()), ("123456789012", "us-west-2"));
    assert_eq!(verified.key_id().as_str(), KID);
    assert_eq!(
        serde_json::to_value(&verified).unwrap(),
        json!({
            "tokenId": "c-1", "accountId": "123456789012", "region": "us-west-2", "issuedAt": "2026-11-21T09:17:25Z",
            "expirationTime": "2026-11-21T10:17:25Z", "keyArn": KID,
        })
    );
    let answer = serde_json::to_value(&token).unwrap();
    assert_eq!(
        answer,
        json!({
            "duration": 60, "expirationTime": "2026-11-21T10:17:25Z", "token": token.as_str(), "tokenId": "c-1",
        })
    );
    let inspection = inspect_at(token.as_str(), now());
    assert_eq!((inspection.kind, inspection.problems().count()), (TokenKind::Connection, 0), "{inspection}");
    let ids = (0..100).map(|_| Connection::new().mint(&signing_key()).unwrap().token_id().clone());
    assert_eq!(ids.collect::<std::collections::HashSet<_>>().len(), 100);
}

#[test]
fn limits_of_minting() {
    let mint = |connection: Connection| connection.mint_at(&signing_key(), now());
    let limit = Duration::from_secs(FOUR_WEEKS.unsigned_abs());
    assert_eq!(Duration::from(ConnectionDuration::MAX), limit);
    let longest = mint(Connection::new().duration(limit)).unwrap();
    assert_eq!(longest.expires_at().as_secs(), NOW + FOUR_WEEKS);
    verifier().verify_connection(longest.as_str()).unwrap();
    let actual = limit + Duration::from_secs(1);
    let too_long = ClaimError::DurationTooLong { actual, limit };
    let words = "the duration is 2419201 s (40320 min): a token lasts at most 2419200 s (40320 min)";
    assert_eq!(too_long.to_string(), words);
    assert_eq!(Connection::new().duration(actual).check(), Err(too_long.clone()));
    assert_eq!(mint(Connection::new().duration(actual)), Err(too_long.into()));
    let field = "tokenId";
    for (id, error, words) in [
        ("", ClaimError::IdEmpty { field }, "the token ID is empty: "),
        (
            &*"x".repeat(65),
            ClaimError::IdTooLong { field, actual: 65, limit: 64 },
            "the token ID has 65 characters",
        ),
        ("a b", ClaimError::IdCharacter { field, character: ' ', position: 1 }, "the token ID holds ' ' at"),
    ] {
        assert!(error.to_string().starts_with(words), "{error}");
        assert_eq!((error.code(), error.field()), ("INVALID_TOKEN_ID", "tokenId"));
        assert_eq!(mint(Connection::new().token_id(id)), Err(error.into()));
    }
    assert_eq!(Connection::new().mint(&SigningKey::from(key().clone())), Err(MintError::NoKeyId));
    let odd = SigningKey::from(key().clone()).with_id(arn("arn:aws:ivs:us-west-2:1:public-key/x"));
    assert_eq!(Connection::new().mint(&odd), Err(MintError::KeyAccount { account_id: "1".into() }));
    let now = Timestamp::MAX;
    assert_eq!(Connection::new().mint_at(&signing_key(), now), Err(MintError::ClockTooLate { now }));
}

#[test]
fn a_server_on_this_machine_is_named_and_no_other() {
    let stage =
        |whip: &str, events: &str| Stage::with_endpoints(STAGE_ARN.parse().unwrap(), whip, events).unwrap();
    for events in ["ws://localhost:8788", "ws://127.0.0.2:1", "ws://[::1]:8788", "wss://localhost:8789"] {
        let token = Connection::new()
            .server_of(&stage("http://localhost:1", events))
            .mint_at(&signing_key(), now())
            .unwrap();
        assert_eq!(token.events_url(), events);
        assert_eq!(payload_of(token.as_str())["events_url"], events);
        let verified = verifier().verify_connection(token.as_str()).unwrap();
        assert_eq!(verified.events_url(), events);
        let inspection = inspect_at(token.as_str(), now());
        assert_eq!(inspection.problems().count(), 0, "{inspection}");
    }
    // A stage of the service changes nothing, and a token for another machine is refused.
    let elsewhere = stage("https://whip.example", "wss://us-west-2.events.live-video.net");
    let token = Connection::new().server_of(&elsewhere).mint_at(&signing_key(), now()).unwrap();
    assert_eq!(token.events_url(), EVENTS_URL);
    for url in [
        "ws://example.com",
        "wss://localhost.example",
        "http://localhost:1",
        "ws://localhost?a",
        "ws://0.0.0.0",
    ] {
        let found = url.to_owned();
        let refused = ClaimsError::EventsUrl { found, expected: EVENTS_URL };
        let error = verifier().verify_connection(&with("events_url", url)).unwrap_err();
        assert_eq!(error, VerifyError::Claims(refused.clone()), "{url}");
        assert!(refused.to_string().contains("server on this machine"), "{refused}");
    }
}

#[test]
fn each_broken_rule_is_refused_and_seen_by_inspect() {
    let elsewhere = |account_id: &str, region: &str| ClaimsError::ForeignAccount {
        kid: arn(KID),
        account_id: account_id.into(),
        region: region.into(),
    };
    let account = |found: &str| ClaimsError::AccountId { found: found.into() };
    let url = |found: &str| ClaimsError::EventsUrl { found: found.into(), expected: EVENTS_URL };
    let a_string = |claim, found| ClaimsError::Type { claim, expected: "a string", found };
    let field = "tokenId";
    for (token, expected) in [
        (with("account_id", "210987654321"), elsewhere("210987654321", "us-west-2")),
        (with("region", "eu-west-1"), elsewhere("123456789012", "eu-west-1")),
        (with("region", ""), elsewhere("123456789012", "")),
        (with("account_id", "12345678901"), account("12345678901")),
        (with("account_id", "1234567890123"), account("1234567890123")),
        (with("account_id", "12345678901x"), account("12345678901x")),
        (with("account_id", "١٢٣٤٥٦"), account("١٢٣٤٥٦")),
        (with("account_id", 123_456_789_012_i64), a_string("account_id", "a number")),
        (with("region", Value::Null), a_string("region", "null")),
        (
            with("events_url", "wss://us-west-2.events.live-video.net"),
            url("wss://us-west-2.events.live-video.net"),
        ),
        (with("events_url", format!("{EVENTS_URL}/")), url(&format!("{EVENTS_URL}/"))),
        (with("events_url", format!("{EVENTS_URL}#x")), url(&format!("{EVENTS_URL}#x"))),
        (with("jti", ""), ClaimsError::Value { claim: "jti", source: ClaimError::IdEmpty { field } }),
        (
            with("version", "1"),
            ClaimsError::Value { claim: "version", source: ClaimError::Version { found: "1".into() } },
        ),
        (
            with("exp", NOW + FOUR_WEEKS + 1),
            ClaimsError::Lifetime { actual: FOUR_WEEKS + 1, limit: FOUR_WEEKS },
        ),
        (with("exp", NOW), ClaimsError::ExpiresBeforeIssued { issued_at: now(), expires_at: now() }),
        (
            with("exp", (NOW + 60) * 1000),
            ClaimsError::Milliseconds { claim: "exp", found: (NOW + 60) * 1000 },
        ),
    ] {
        let refused = verifier().verify_connection(&token).unwrap_err();
        assert_eq!(refused, expected.clone().into());
        let inspection = inspect_at(&token, now());
        let problems: Vec<&str> = inspection.problems().collect();
        assert!(problems.contains(&&*expected.to_string()), "{expected}: {problems:?}");
    }
    for claim in ["exp", "iat", "jti", "account_id", "region", "events_url", "version"] {
        let mut claims = connection_claims();
        claims.remove(claim);
        let refused = verifier().verify_connection(&forged(&claims)).unwrap_err();
        let VerifyError::Claims(ClaimsError::Missing { claim: missing }) = refused else {
            panic!("{refused:?}")
        };
        assert_eq!(missing, claim);
    }
}

#[test]
fn one_kind_is_not_another() {
    let connection = forged(&connection_claims());
    verifier().verify_connection(&connection).unwrap();
    assert_eq!(
        verifier().verify(&connection).unwrap_err(),
        VerifyError::WrongKind { expected: TokenKind::Participant, found: TokenKind::Connection },
        "a connection token joins no stage"
    );
    assert_eq!(
        verifier().verify_connection(&good_token()).unwrap_err(),
        VerifyError::WrongKind { expected: TokenKind::Connection, found: TokenKind::Participant },
        "a participant token is no connection"
    );
    // What lacks a claim of its own is told that, and so is what has claims of no kind.
    let mut nameless = connection_claims();
    nameless.remove("region");
    for claims in [nameless, Map::new()] {
        let refused = verifier().verify_connection(&forged(&claims)).unwrap_err();
        assert_eq!(refused.reason(), "CLAIM_MISSING", "{claims:?}");
    }
    assert_eq!(verifier().verify(&forged(&Map::new())).unwrap_err().reason(), "CLAIM_MISSING");
    assert_eq!(
        verifier().verify_connection(&forge_with(attacker_key(), header(), payload())).unwrap_err(),
        VerifyError::Signature
    );
    let late = verifier_at(at(NOW + 3600));
    assert_eq!(late.verify_connection(&connection).unwrap_err().code(), "TOKEN_EXPIRED");
}
