//! Playback tokens: each rule at its border, on the way in, on the way out, and under `inspect`.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use conformance::*;
use ivs_token::{
    ArnError, ChannelArn, ClaimError, ClaimsError, HeaderError, InMemoryRevocations, KeyRing,
    MaximumResolution, MintError, Origin, OriginError, Playback, PlaybackClaims, PlaybackDuration,
    PlaybackKeyArn, PlaybackUrlError, Revocation, RevocationStore, Revoked, SigningKey, StoreError, Subject,
    Timestamp, Token, TokenKind, Uuid, Verifier, VerifierBuilder, VerifierError, VerifyError, inspect_at,
    playback_url,
};
use serde_json::{Map, Value, json};

const CHANNEL: &str = "arn:aws:ivs:us-west-2:123456789012:channel/abcdABCDefgh";
const PLAYBACK_KID: &str = "arn:aws:ivs:us-west-2:123456789012:playback-key/f99cde61";
const OTHER_PLAYBACK_KID: &str = "arn:aws:ivs:us-west-2:123456789012:playback-key/00000000";
const FOREIGN_PLAYBACK_KID: &str = "arn:aws:ivs:eu-central-1:123456789012:playback-key/11111111";
const UUID: &str = "67e55044-10b1-426f-9247-bb680e5fe0c8";
const HEADER: &str = r#"{"alg":"ES384","typ":"JWT"}"#;
const TEN_MINUTES: i64 = 600;

fn channel() -> ChannelArn {
    CHANNEL.parse().unwrap()
}

fn kid(text: &str) -> PlaybackKeyArn {
    text.parse().unwrap()
}

/// The bare key, without an ARN: none is needed.
fn bare_key() -> SigningKey {
    SigningKey::from(key().clone())
}

fn new() -> Playback {
    Playback::new(channel())
}

fn mint(playback: Playback) -> Result<Token<PlaybackClaims>, MintError> {
    playback.mint_at(&bare_key(), now())
}

fn minted(playback: Playback) -> String {
    mint(playback).unwrap().into_string()
}

fn builder() -> VerifierBuilder {
    Verifier::builder().playback_key(kid(PLAYBACK_KID), key().verifying_key().clone()).clock(now())
}

fn player() -> Verifier {
    builder().build().unwrap()
}

fn playback_claims() -> Map<String, Value> {
    let claims = json!({
        "aws:channel-arn": CHANNEL,
        "aws:access-control-allow-origin": "https://example.com,https://*.example.com:8443",
        "aws:strict-origin-enforcement": true,
        "aws:single-use-uuid": UUID,
        "aws:viewer-id": "José",
        "aws:viewer-session-version": -7,
        "aws:maximum-resolution": "FULL_HD",
        "exp": NOW + 300,
    });
    claims.as_object().unwrap().clone()
}

fn all_options() -> Playback {
    new()
        .duration(Duration::from_secs(300))
        .origins(["https://EXAMPLE.com:443", "https://*.example.com:8443", "https://example.com"])
        .strict_origin_enforcement(true)
        .single_use_uuid(Uuid::try_parse(&UUID.to_uppercase()).unwrap())
        .viewer("José")
        .viewer_session_version(-7)
        .maximum_resolution(MaximumResolution::FullHd)
}

fn forged(claims: &Map<String, Value>) -> String {
    forge(HEADER, serde_json::to_string(claims).unwrap())
}

fn with(claim: &str, value: impl Into<Value>) -> String {
    let mut claims = playback_claims();
    claims.insert(claim.to_owned(), value.into());
    forged(&claims)
}

fn without(claims: &[&str]) -> Map<String, Value> {
    let mut all = playback_claims();
    all.retain(|name, _| !claims.contains(&name.as_str()));
    all
}

fn refusal(token: &str) -> VerifyError {
    player().verify_playback(token, Some("https://example.com")).unwrap_err()
}

fn value(claim: &'static str, source: ClaimError) -> ClaimsError {
    ClaimsError::Value { claim, source }
}

/// A playback token names no key: its public half is enough to verify one.
#[test]
fn a_key_may_be_held_without_its_arn() {
    let token = minted(new());
    let holding = |channel: &str, key: &ivs_token::VerifyingKey| {
        Verifier::builder()
            .playback_key_without_arn(&channel.parse().unwrap(), key.clone())
            .clock(now())
            .build()
            .unwrap()
    };
    let public = key().verifying_key();
    let verified = holding(CHANNEL, public).verify_playback_of(&token, &channel(), None).unwrap();
    assert!(verified.key_id().is_placeholder());
    let json = serde_json::to_value(&verified).unwrap();
    assert_eq!((json.get("keyArn"), &json["channelArn"]), (None, &CHANNEL.into()));
    let with_arn = serde_json::to_value(player().verify_playback(&token, None).unwrap()).unwrap();
    assert_eq!(with_arn["keyArn"], PLAYBACK_KID);

    // All channels of the account and region, no other, and no other key.
    holding(&CHANNEL.replace("abcd", "dcba"), public).verify_playback(&token, None).unwrap();
    let foreign = CHANNEL.replace("us-west-2", "eu-central-1");
    assert!(matches!(
        holding(&foreign, public).verify_playback(&token, None),
        Err(VerifyError::Claims(ClaimsError::ForeignPlaybackKey { .. }))
    ));
    let other = ivs_token::es384::SigningKey::generate().unwrap();
    assert!(matches!(
        holding(CHANNEL, other.verifying_key()).verify_playback(&token, None),
        Err(VerifyError::NoKeyMatches { tried: 1 })
    ));
    // Both keys under their own placeholders, and one beside itself under its ARN.
    Verifier::builder()
        .playback_key_without_arn(&channel(), other.verifying_key().clone())
        .playback_key_without_arn(&channel(), public.clone())
        .playback_key_without_arn(&channel(), public.clone())
        .playback_key(kid(PLAYBACK_KID), public.clone())
        .clock(now())
        .build()
        .unwrap()
        .verify_playback(&token, None)
        .unwrap();
}

/// Public signers write the ID of the key pair, or nothing of use: no `kid` is documented for playback tokens.
#[test]
fn a_kid_that_is_no_arn_says_nothing() {
    let mut claims = playback_claims();
    claims.remove("aws:strict-origin-enforcement");
    let claims = serde_json::to_string(&claims).unwrap();
    for kid in ["abcdABCDefgh", "main", "arn:aws:kms:us-west-2:123456789012:key/x"] {
        let token = forge(format!(r#"{{"alg":"ES384","typ":"JWT","kid":"{kid}"}}"#), &claims);
        player().verify_playback(&token, None).unwrap();
    }
}

/// AWS's guide: the version does nothing on its own.
#[test]
fn a_session_version_without_a_viewer_is_ignored() {
    let mut claims = playback_claims();
    claims.remove("aws:viewer-id");
    claims.remove("aws:strict-origin-enforcement");
    claims.insert("aws:viewer-session-version".to_owned(), 7.into());
    let token = forge(r#"{"alg":"ES384","typ":"JWT"}"#, serde_json::to_string(&claims).unwrap());
    let verified = player().verify_playback(&token, None).unwrap();
    assert_eq!((verified.viewer_id(), verified.viewer_session_version()), (None, 0));
}

#[test]
fn what_is_minted_is_verified() {
    let token = mint(all_options()).unwrap();
    assert_eq!(decode(parts(token.as_str())[0]), HEADER.as_bytes());
    assert!(decode(parts(token.as_str())[1]).is_ascii());
    assert_eq!(payload_of(token.as_str()), Value::Object(playback_claims()));
    let verified = player().verify_playback(token.as_str(), Some("https://example.com")).unwrap();
    assert_eq!(verified.claims(), token.claims());
    assert_eq!(verified.channel_arn(), &channel());
    assert_eq!(verified.single_use_uuid().unwrap().to_string(), UUID);
    assert_eq!(verified.viewer_id().unwrap().as_str(), "José");
    assert_eq!(verified.viewer_session_version(), -7);
    assert_eq!(verified.maximum_resolution(), Some(MaximumResolution::FullHd));
    assert_eq!(verified.issued_at(), None);
    assert_eq!(verified.key_id().as_str(), PLAYBACK_KID);
    let mut answer = json!({
        "channelArn": CHANNEL, "origins": ["https://example.com", "https://*.example.com:8443"],
        "strictOriginEnforcement": true, "singleUseUuid": UUID, "viewerId": "José", "viewerSessionVersion": -7,
        "maximumResolution": "FULL_HD", "expirationTime": "2026-11-21T09:22:25Z", "token": token.as_str(),
    });
    assert_eq!(serde_json::to_value(&token).unwrap(), answer);
    answer.as_object_mut().unwrap().remove("token");
    answer["keyArn"] = PLAYBACK_KID.into();
    assert_eq!(serde_json::to_value(&verified).unwrap(), answer);
    let inspection = inspect_at(token.as_str(), now());
    assert_eq!((inspection.kind, inspection.problems().count()), (TokenKind::Playback, 0), "{inspection}");
}

#[test]
fn what_is_not_said_has_no_claim() {
    let token = mint(new()).unwrap();
    assert_eq!(payload_of(token.as_str()), json!({"aws:channel-arn": CHANNEL, "exp": NOW + TEN_MINUTES}));
    let verified = player().verify_playback(token.as_str(), None).unwrap();
    assert_eq!(verified.claims(), token.claims());
    assert_eq!((verified.viewer_id(), verified.viewer_session_version()), (None, 0));
    assert_eq!((verified.single_use_uuid(), verified.maximum_resolution()), (None, None));
    assert!(verified.origins().is_empty() && !verified.strict_origin_enforcement());
    assert_eq!(
        serde_json::to_value(&verified).unwrap(),
        json!({
            "channelArn": CHANNEL, "origins": [], "strictOriginEnforcement": false,
            "expirationTime": "2026-11-21T09:27:25Z", "keyArn": PLAYBACK_KID,
        })
    );
    // The ARN of another kind of key, which the signer may have, is not written either.
    let token = new().mint_at(&signing_key(), now()).unwrap();
    assert_eq!(decode(parts(token.as_str())[0]), HEADER.as_bytes());
    assert_eq!(PlaybackDuration::DEFAULT.as_secs(), 600);
}

#[test]
fn fresh_uuids_are_random_and_of_version_4() {
    let uuids = (0..100).map(|_| mint(new().single_use()).unwrap().single_use_uuid().unwrap());
    let uuids: std::collections::HashSet<Uuid> = uuids.collect();
    assert_eq!(uuids.len(), 100);
    assert!(uuids.iter().all(|uuid| uuid.get_version_num() == 4));
}

#[test]
fn limits_of_minting() {
    let ok = |playback: Playback| {
        let token = minted(playback);
        player().verify_playback(&token, Some("https://a1.example")).unwrap();
    };
    let origins = |count: usize| (1..=count).map(|n| format!("https://a{n}.example"));
    let secs = Duration::from_secs;
    let five = secs(300);
    ok(new().origins(origins(5)).strict_origin_enforcement(true));
    ok(new().origins(origins(100)));
    ok(new().origins(origins(6)).strict_origin_enforcement(true).strict_origin_enforcement(false));
    ok(new().duration(secs(600)).single_use());
    ok(new().duration(secs(600)).viewer("v".repeat(40)));
    ok(new().duration(Duration::new(600, 999_999_999)).viewer("é".repeat(40)));
    ok(new().duration(secs(100 * 365 * 86_400)));
    ok(new().viewer_session_version(i64::MAX).viewer("ana"));
    ok(new().viewer("ana").viewer_session_version(i64::MIN));
    let limit = secs(600);
    let too_long = |secs| ClaimError::PlaybackDuration { actual: Duration::from_secs(secs), limit };
    let field = "viewerId";
    for (playback, error) in [
        (new().duration(secs(601)).single_use(), too_long(601)),
        (new().single_use().duration(secs(3600)), too_long(3600)),
        (new().viewer("ana").duration(secs(601)), too_long(601)),
        (new().duration(secs(601)).viewer("ana"), too_long(601)),
        (
            new().single_use_uuid(Uuid::try_parse(UUID).unwrap()).duration(PlaybackDuration::MAX),
            too_long(u32::MAX.into()),
        ),
        (
            new().strict_origin_enforcement(true).origins(origins(6)),
            ClaimError::TooManyOrigins { actual: 6, limit: 5 },
        ),
        (
            new().origins(origins(6)).strict_origin_enforcement(true),
            ClaimError::TooManyOrigins { actual: 6, limit: 5 },
        ),
        (new().strict_origin_enforcement(true), ClaimError::StrictWithoutOrigins),
        (new().viewer_session_version(0), ClaimError::SessionVersionWithoutViewer),
        (new().viewer(""), ClaimError::TextEmpty { field }),
        (new().viewer("é".repeat(41)), ClaimError::TextTooLong { field, actual: 41, limit: 40 }),
        (
            new().origin("https://example.com/"),
            ClaimError::Origin { found: "https://example.com/".into(), source: OriginError::Path },
        ),
        (
            new().duration(Duration::ZERO),
            ClaimError::DurationTooShort { actual: Duration::ZERO, limit: secs(1) },
        ),
        (
            new().duration(Duration::MAX),
            ClaimError::DurationTooLong { actual: Duration::MAX, limit: secs(u32::MAX.into()) },
        ),
    ] {
        assert_eq!(playback.check(), Err(error.clone()));
        // The first value is told, and a good one later does not heal it.
        assert_eq!(mint(playback), Err(error.into()));
    }
    let spoilt = new().viewer("").duration(Duration::ZERO).viewer("ana").duration(five);
    assert_eq!(spoilt.check(), Err(ClaimError::TextEmpty { field }));
    let many = mint(new().origins(origins(700))).unwrap_err();
    assert!(matches!(many, MintError::TooLong { limit: 16_384, .. }), "{many}");
    let now = Timestamp::MAX;
    assert_eq!(new().mint_at(&bare_key(), now), Err(MintError::ClockTooLate { now }));
}

#[test]
fn each_broken_rule_is_refused_and_seen_by_inspect() {
    let (channel, origins, strict) =
        ("aws:channel-arn", "aws:access-control-allow-origin", "aws:strict-origin-enforcement");
    let (single_use, viewer, version) =
        ("aws:single-use-uuid", "aws:viewer-id", "aws:viewer-session-version");
    let resolution = "aws:maximum-resolution";
    let kind = |claim, expected, found| ClaimsError::Type { claim, expected, found };
    let origin = |found: &str, source| value(origins, ClaimError::Origin { found: found.to_owned(), source });
    let uuid = |found: &str| value(single_use, ClaimError::Uuid { found: found.to_owned() });
    let field = "viewerId";
    for (token, expected) in [
        (
            with(channel, STAGE_ARN),
            ClaimsError::Arn {
                claim: channel,
                source: ArnError::ResourceType { expected: "channel", found: "stage".into() },
            },
        ),
        (with(channel, 1), kind(channel, "a string", "a number")),
        (with("exp", "x"), kind("exp", "an integer", "a string")),
        (with("exp", 1.5), kind("exp", "an integer", "a number with a fraction or an exponent")),
        (
            with("exp", (NOW + 60) * 1000),
            ClaimsError::Milliseconds { claim: "exp", found: (NOW + 60) * 1000 },
        ),
        (with("iat", "x"), kind("iat", "an integer", "a string")),
        (with("iat", NOW * 1000), ClaimsError::Milliseconds { claim: "iat", found: NOW * 1000 }),
        (with(origins, Value::Null), kind(origins, "a string", "null")),
        (with(origins, json!(["https://example.com"])), kind(origins, "a string", "an array")),
        (with(origins, ""), origin("", OriginError::Empty)),
        (with(origins, "https://example.com,"), origin("", OriginError::Empty)),
        (with(origins, "https://example.com,https://b/"), origin("https://b/", OriginError::Path)),
        (
            with(origins, "https://example.com https://b"),
            origin("https://example.com https://b", OriginError::NotAnOrigin),
        ),
        (with(origins, "https://*example.com"), origin("https://*example.com", OriginError::Wildcard)),
        (
            with(origins, ["https://example.com"; 6].join(",")),
            value(strict, ClaimError::TooManyOrigins { actual: 6, limit: 5 }),
        ),
        (with(strict, "true"), kind(strict, "true or false", "a string")),
        (with(strict, 1), kind(strict, "true or false", "a number")),
        (forged(&without(&[origins])), value(strict, ClaimError::StrictWithoutOrigins)),
        (with(single_use, ""), uuid("")),
        (with(single_use, UUID.replace('-', "")), uuid(&UUID.replace('-', ""))),
        (with(single_use, format!("{{{UUID}}}")), uuid(&format!("{{{UUID}}}"))),
        (with(single_use, format!("urn:uuid:{UUID}")), uuid(&format!("urn:uuid:{}…", &UUID[..31]))),
        (with(single_use, UUID.replace('6', "g")), uuid(&UUID.replace('6', "g"))),
        (with(single_use, UUID.replacen('-', "_", 1)), uuid(&UUID.replacen('-', "_", 1))),
        (with(viewer, ""), value(viewer, ClaimError::TextEmpty { field })),
        (
            with(viewer, "é".repeat(41)),
            value(viewer, ClaimError::TextTooLong { field, actual: 41, limit: 40 }),
        ),
        (with(viewer, 7), kind(viewer, "a string", "a number")),
        (with(version, "7"), kind(version, "an integer", "a string")),
        (with(version, 7.0), kind(version, "an integer", "a number with a fraction or an exponent")),
        (
            with(version, 9_223_372_036_854_775_808_u64),
            ClaimsError::NotInt64 { claim: version, found: "9223372036854775808".into() },
        ),
        (with(resolution, "hd"), value(resolution, ClaimError::MaximumResolution { found: "hd".into() })),
        (with(resolution, Value::Null), kind(resolution, "a string", "null")),
    ] {
        assert_eq!(refusal(&token), expected.clone().into());
        let inspection = inspect_at(&token, now());
        assert_eq!(inspection.problems().collect::<Vec<_>>(), [expected.to_string()]);
    }
    for claim in ["aws:channel-arn", "exp"] {
        let token = forged(&without(&[claim]));
        assert_eq!(refusal(&token), ClaimsError::Missing { claim }.into());
        assert_eq!(
            inspect_at(&token, now()).problems().collect::<Vec<_>>(),
            [format!("the claim `{claim}` is missing")]
        );
    }
}

/// What other signers write and this library does not.
#[test]
fn what_others_write_is_read() {
    let verify = |token: &str| player().verify_playback(token, Some("https://example.com"));
    let origins = with("aws:access-control-allow-origin", " https://example.com ,\thttps://*.b.example");
    assert_eq!(verify(&origins).unwrap().origins().len(), 2);
    assert_eq!(
        verify(&with("aws:single-use-uuid", UUID.to_uppercase())).unwrap().single_use_uuid(),
        Uuid::try_parse(UUID).ok()
    );
    assert!(!verify(&with("aws:strict-origin-enforcement", false)).unwrap().strict_origin_enforcement());
    assert_eq!(
        verify(&with("aws:viewer-session-version", i64::MIN)).unwrap().viewer_session_version(),
        i64::MIN
    );
    assert_eq!(verify(&with("iat", NOW - 5)).unwrap().issued_at(), Some(at(NOW - 5)));
    assert_eq!(verify(&with("unknown", json!({"a": [1]}))).map(drop), Ok(()));
    assert!(
        verify(&forge(
            r#"{"typ":"JWT","x":1,"alg":"ES384"}"#,
            serde_json::to_string(&playback_claims()).unwrap()
        ))
        .is_ok()
    );
    let late = VerifyError::IssuedInFuture { issued_at: at(NOW + 61), now: now() };
    assert_eq!(refusal(&with("iat", NOW + 61)), late);
    assert_eq!(
        refusal(&with("nbf", NOW + 61)),
        VerifyError::NotYetValid { not_before: at(NOW + 61), now: now() }
    );
}

#[test]
fn how_far_ahead_the_end_may_lie() {
    let limit = Duration::from_secs(600);
    let too_far = |secs| VerifyError::TooFarAhead { expires_at: at(NOW + secs), now: now(), limit };
    // The signer's clock may be ahead by as much as the leeway on `iat` says.
    assert!(player().verify_playback(&with("exp", NOW + 660), Some("https://example.com")).is_ok());
    assert_eq!(refusal(&with("exp", NOW + 661)), too_far(661));
    for one in ["aws:viewer-id", "aws:single-use-uuid"] {
        let mut claims = without(&[one, "aws:viewer-session-version"]);
        claims.insert("exp".into(), (NOW + 661).into());
        assert_eq!(refusal(&forged(&claims)), too_far(661));
        let problems = inspect_at(&forged(&claims), now());
        assert_eq!(problems.problems().collect::<Vec<_>>(), [too_far(661).to_string()]);
    }
    let strict = builder().issued_at_leeway(Duration::ZERO).build().unwrap();
    assert!(strict.verify_playback(&with("exp", NOW + 600), Some("https://example.com")).is_ok());
    assert_eq!(
        strict.verify_playback(&with("exp", NOW + 601), Some("https://example.com")).unwrap_err(),
        too_far(601)
    );
    // Without either there is no limit.
    let mut claims = without(&["aws:viewer-id", "aws:single-use-uuid", "aws:viewer-session-version"]);
    claims.insert("exp".into(), Timestamp::MAX.as_secs().into());
    assert!(player().verify_playback(&forged(&claims), Some("https://example.com")).is_ok());
    assert_eq!(inspect_at(&forged(&claims), now()).problems().count(), 0);
    // The end itself.
    assert_eq!(refusal(&with("exp", NOW)), VerifyError::Expired { expired_at: now(), now: now() });
    let lenient = builder().expiry_leeway(Duration::from_secs(1)).build().unwrap();
    assert!(lenient.verify_playback(&with("exp", NOW), Some("https://example.com")).is_ok());
}

#[test]
fn origins_are_held_against_the_request() {
    let token = |origins: &[&str], is_strict| {
        minted(new().origins(origins.iter().copied()).strict_origin_enforcement(is_strict))
    };
    let (site, any) = (&["https://example.com", "https://*.b.example"][..], &["*"][..]);
    // Whose token, the request's header, whether it is allowed when it is not strict and when it is.
    for (origins, header, allowed, strictly) in [
        (&[][..], None, true, None),
        (&[], Some("https://evil.example"), true, None),
        (&[], Some("null"), true, None),
        (site, None, true, Some(false)),
        (site, Some("https://example.com"), true, Some(true)),
        (site, Some("HTTPS://example.com:443"), true, Some(true)),
        (site, Some("https://a.b.example"), true, Some(true)),
        (site, Some("https://b.example"), false, Some(false)),
        (site, Some("http://example.com"), false, Some(false)),
        (site, Some("https://evil.example"), false, Some(false)),
        (site, Some("https://example.com/"), false, Some(false)),
        (site, Some("null"), false, Some(false)),
        (site, Some("*"), false, Some(false)),
        (site, Some(""), false, Some(false)),
        (any, None, true, Some(false)),
        (any, Some("https://evil.example"), true, Some(true)),
        (any, Some("null"), true, Some(true)),
    ] {
        let verified = player().verify_playback(&token(origins, false), header).unwrap();
        assert_eq!(verified.allows_origin(header), allowed, "{origins:?} {header:?}");
        let Some(strictly) = strictly else { continue };
        let result = player().verify_playback(&token(origins, true), header);
        match &result {
            Ok(verified) => assert!(verified.allows_origin(header)),
            Err(error) => {
                assert_eq!(error, &VerifyError::OriginNotAllowed { found: header.map(str::to_owned) });
            }
        }
        assert_eq!(result.is_ok(), strictly, "{origins:?} {header:?}");
    }
    let long = format!("https://{}", "x".repeat(100));
    let refused = player().verify_playback(&token(site, true), Some(&long)).unwrap_err();
    assert_eq!(refused, VerifyError::OriginNotAllowed { found: Some(format!("{}…", &long[..40])) });
    assert_eq!(Origin::ANY.to_string(), "*");
    assert!(Origin::ANY.is_any());
}

#[test]
fn a_token_opens_its_own_channel_only() {
    let token = minted(new());
    let other: ChannelArn = CHANNEL.replace("abcd", "dcba").parse().unwrap();
    player().verify_playback_of(&token, &channel(), None).unwrap();
    let refused = player().verify_playback_of(&token, &other, None).unwrap_err();
    assert_eq!(refused, VerifyError::WrongChannel { expected: other, found: channel() });
    let strict = minted(new().origin("https://example.com").strict_origin_enforcement(true));
    let refused = player().verify_playback_of(&strict, &channel(), None).unwrap_err();
    assert_eq!(refused, VerifyError::OriginNotAllowed { found: None });
}

#[test]
fn every_held_key_is_tried() {
    let public = |key: &es384::SigningKey| key.verifying_key().clone();
    let (token, verify) =
        (minted(new()), |verifier: &Verifier, token: &str| verifier.verify_playback(token, None));
    let attackers = || attacker_key().verifying_key().clone();
    // The right one among wrong ones, whichever comes first.
    for (first, last) in [(PLAYBACK_KID, OTHER_PLAYBACK_KID), (OTHER_PLAYBACK_KID, PLAYBACK_KID)] {
        let both = Verifier::builder()
            .playback_key(kid(first), public(key()))
            .playback_key(kid(last), public(other_key()))
            .clock(now())
            .build()
            .unwrap();
        assert_eq!(verify(&both, &token).unwrap().key_id(), &kid(first));
        let theirs = new().mint_at(&SigningKey::from(other_key().clone()), now()).unwrap();
        assert_eq!(verify(&both, theirs.as_str()).unwrap().key_id(), &kid(last));
        let forged = new().mint_at(&SigningKey::from(attacker_key().clone()), now()).unwrap();
        assert_eq!(verify(&both, forged.as_str()).unwrap_err(), VerifyError::NoKeyMatches { tried: 2 });
    }
    // One key under two ARNs: the one of the channel's home counts.
    let twice = |first: &str, second: &str| {
        Verifier::builder()
            .playback_key(kid(first), public(key()))
            .playback_key(kid(second), public(key()))
            .clock(now())
            .build()
            .unwrap()
    };
    assert!(FOREIGN_PLAYBACK_KID < PLAYBACK_KID, "the wrong ARN is found first");
    let verifier = twice(FOREIGN_PLAYBACK_KID, PLAYBACK_KID);
    assert_eq!(verify(&verifier, &token).unwrap().key_id(), &kid(PLAYBACK_KID));
    // The right ARN is that of another key: it did not sign.
    let verifier = Verifier::builder()
        .playback_key(kid(FOREIGN_PLAYBACK_KID), public(key()))
        .playback_key(kid(PLAYBACK_KID), public(other_key()))
        .clock(now())
        .build()
        .unwrap();
    let expected = ClaimsError::ForeignPlaybackKey { kid: kid(FOREIGN_PLAYBACK_KID), channel: channel() };
    assert_eq!(verify(&verifier, &token).unwrap_err(), expected.into());
    // A key that was retired is not tried, and its ARN does not count for the same key under another.
    let ring = KeyRing::new();
    ring.import(kid(FOREIGN_PLAYBACK_KID), public(key())).unwrap();
    ring.import(kid(PLAYBACK_KID), public(key())).unwrap();
    let verifier = Verifier::builder().playback_key_ring(&ring).clock(now()).build().unwrap();
    ring.retire(&kid(PLAYBACK_KID), at(NOW + 1)).unwrap();
    assert_eq!(verify(&verifier, &token).unwrap().key_id(), &kid(PLAYBACK_KID));
    ring.retire(&kid(PLAYBACK_KID), now()).unwrap();
    let expected = ClaimsError::ForeignPlaybackKey { kid: kid(FOREIGN_PLAYBACK_KID), channel: channel() };
    assert_eq!(verify(&verifier, &token).unwrap_err(), expected.into());
    ring.delete(&kid(FOREIGN_PLAYBACK_KID)).unwrap();
    assert_eq!(verify(&verifier, &token).unwrap_err(), VerifyError::NoKeyMatches { tried: 0 });
    // No right one, though the key is right.
    let foreign = Verifier::builder().playback_key(kid(FOREIGN_PLAYBACK_KID), public(key())).clock(now());
    let expected = ClaimsError::ForeignPlaybackKey { kid: kid(FOREIGN_PLAYBACK_KID), channel: channel() };
    assert_eq!(verify(&foreign.build().unwrap(), &token).unwrap_err(), expected.into());
    let elsewhere = PLAYBACK_KID.replace("123456789012", "210987654321");
    let foreign = Verifier::builder().playback_key(kid(&elsewhere), public(key())).clock(now());
    let expected = ClaimsError::ForeignPlaybackKey { kid: kid(&elsewhere), channel: channel() };
    assert_eq!(verify(&foreign.build().unwrap(), &token).unwrap_err(), expected.into());
    // Keys of the other kind are none.
    assert_eq!(
        verify(&verifier_of(public(key())), &token).unwrap_err(),
        VerifyError::NoKeyMatches { tried: 0 }
    );
    // A ring that changes.
    let ring = KeyRing::new();
    ring.import(kid(OTHER_PLAYBACK_KID), attackers()).unwrap();
    let verifier = Verifier::builder().playback_key_ring(&ring).clock(now()).build().unwrap();
    assert_eq!(verify(&verifier, &token).unwrap_err(), VerifyError::NoKeyMatches { tried: 1 });
    ring.import(kid(PLAYBACK_KID), public(key())).unwrap();
    verify(&verifier, &token).unwrap();
    ring.delete(&kid(PLAYBACK_KID)).unwrap();
    assert_eq!(verify(&verifier, &token).unwrap_err(), VerifyError::NoKeyMatches { tried: 1 });
}

#[test]
fn a_key_that_is_named_must_be_the_one() {
    let payload = serde_json::to_string(&playback_claims()).unwrap();
    let verifier = builder()
        .playback_key(kid(OTHER_PLAYBACK_KID), other_key().verifying_key().clone())
        .playback_key(kid(FOREIGN_PLAYBACK_KID), key().verifying_key().clone())
        .key(arn(KID), key().verifying_key().clone())
        .build()
        .unwrap();
    let verify = |header: &str| {
        verifier
            .verify_playback(&forge(header, &payload), Some("https://example.com"))
            .map(|v| v.key_id().clone())
    };
    assert_eq!(verify(&header_for(PLAYBACK_KID)), Ok(kid(PLAYBACK_KID)));
    // The same in another order of members, which is looked at and not only compared.
    assert_eq!(verify(&format!(r#"{{"kid":"{PLAYBACK_KID}","alg":"ES384"}}"#)), Ok(kid(PLAYBACK_KID)));
    assert_eq!(verify(&header_for(OTHER_PLAYBACK_KID)), Err(VerifyError::Signature));
    let unknown = PLAYBACK_KID.replace("f99c", "dead");
    assert_eq!(verify(&header_for(&unknown)), Err(VerifyError::UnknownKey { kid: unknown }));
    // Once it is named, no other ARN of the same key is looked for.
    let foreign = ClaimsError::ForeignPlaybackKey { kid: kid(FOREIGN_PLAYBACK_KID), channel: channel() };
    assert_eq!(verify(&header_for(FOREIGN_PLAYBACK_KID)), Err(foreign.into()));
    let wrong = ArnError::ResourceType { expected: "playback-key", found: "public-key".into() };
    assert_eq!(verify(&header_for(KID)), Err(HeaderError::KeyId(wrong).into()));
    assert_eq!(verify(r#"{"alg":"ES384","kid":null}"#), Err(HeaderError::KeyIdType.into()));
    assert!(matches!(
        verify(r#"{"alg":"none","typ":"JWT"}"#),
        Err(VerifyError::Header(HeaderError::Algorithm { .. }))
    ));
    assert!(matches!(
        verify(r#"{"alg":"HS384","typ":"JWT"}"#),
        Err(VerifyError::Header(HeaderError::Algorithm { .. }))
    ));
}

#[test]
fn whatever_is_altered_is_refused() {
    let token = minted(all_options());
    let refused = |text: &str| player().verify_playback(text, Some("https://example.com")).unwrap_err();
    let (signed, signature) = split_signature(&token);
    let [header, payload, _] = parts(&token);
    for place in [0, 1, payload.len() / 2, payload.len() - 1] {
        let mut bytes = payload.as_bytes().to_vec();
        bytes[place] = if bytes[place] == b'A' { b'B' } else { b'A' };
        let text = format!("{header}.{}.{signature}", String::from_utf8(bytes).unwrap());
        assert!(matches!(refused(&text), VerifyError::NoKeyMatches { .. } | VerifyError::Malformed(_)));
    }
    let zeros = encode([0; 96]);
    assert_eq!(refused(&format!("{signed}.{zeros}")), VerifyError::NoKeyMatches { tried: 1 });
    for text in ["", "x", "a.b.c", signed, &format!("{token}.")] {
        refused(text);
    }
    let twice = format!(r#"{{"exp":{},"exp":{},"aws:channel-arn":"{CHANNEL}"}}"#, NOW + 5, NOW + 6);
    assert_eq!(refused(&forge(HEADER, twice)).reason(), "REPEATED_MEMBER");
}

#[test]
fn one_kind_is_not_another() {
    // One key for all, so that only the kinds differ.
    let all = builder().key(arn(KID), key().verifying_key().clone()).build().unwrap();
    let playback = minted(new());
    assert_eq!(all.verify(&playback).unwrap_err(), HeaderError::KeyIdMissing.into());
    assert_eq!(all.verify_connection(&playback).unwrap_err(), HeaderError::KeyIdMissing.into());
    assert_eq!(
        all.verify(&forge(header(), serde_json::to_string(&playback_claims()).unwrap())).unwrap_err(),
        VerifyError::WrongKind { expected: TokenKind::Participant, found: TokenKind::Playback }
    );
    let participant = forge(HEADER, payload());
    assert_eq!(
        all.verify_playback(&participant, None).unwrap_err(),
        VerifyError::WrongKind { expected: TokenKind::Playback, found: TokenKind::Participant }
    );
    assert!(matches!(
        all.verify_playback(&good_token(), None).unwrap_err(),
        VerifyError::Header(HeaderError::KeyId(_))
    ));
    // What the builder expects is about participants.
    let expecting = builder().stage(stage().arn()).user_id("ana").build().unwrap();
    expecting.verify_playback(&playback, None).unwrap();
}

#[test]
fn verifiers_of_playback_keys() {
    let key = || key().verifying_key().clone();
    let ring = KeyRing::<PlaybackKeyArn>::new();
    assert!(Verifier::builder().playback_key_ring(&ring).build().is_ok());
    assert!(Verifier::builder().playback_key(kid(PLAYBACK_KID), key()).build().is_ok());
    assert!(Verifier::builder().key(arn(KID), key()).playback_key_ring(&ring).build().is_ok());
    let both = Verifier::builder().playback_key(kid(PLAYBACK_KID), key()).playback_key_ring(&ring);
    assert_eq!(both.build().unwrap_err(), VerifierError::KeysAndRing);
    let both = Verifier::builder().key(arn(KID), key()).key_ring(&KeyRing::new());
    assert_eq!(both.build().unwrap_err(), VerifierError::KeysAndRing);
    let other = other_key().verifying_key().clone();
    let two =
        Verifier::builder().playback_key(kid(PLAYBACK_KID), key()).playback_key(kid(PLAYBACK_KID), other);
    assert_eq!(two.build().unwrap_err(), VerifierError::AmbiguousKey { kid: PLAYBACK_KID.into() });
    assert_eq!(Verifier::builder().build().unwrap_err(), VerifierError::NoKeys);
}

/// Remembers what it was asked, and spends what is good once.
#[derive(Debug, Default)]
struct Asked(Mutex<Vec<String>>);

impl RevocationStore for Asked {
    fn revoke_for(&self, _: &Revocation, _: Duration) -> Result<(), StoreError> {
        Ok(())
    }

    fn check(&self, subject: &Subject<'_>) -> Result<Result<(), Revoked>, StoreError> {
        let Subject::Playback { channel, viewer, single_use } = subject else { panic!("{subject:?}") };
        assert_eq!(channel.as_str(), CHANNEL);
        let viewer = viewer.map(|(id, version)| format!("{id} {version}"));
        let once = single_use.map(|once| format!("{} {}", once.uuid, once.lifetime.as_secs()));
        let said = format!("{viewer:?} {once:?}");
        let mut asked = self.0.lock().unwrap();
        let spent = single_use.filter(|_| asked.contains(&said));
        asked.push(said);
        Ok(spent.map_or(Ok(()), |once| Err(Revoked::AlreadyUsed { uuid: once.uuid })))
    }
}

#[test]
fn the_store_is_asked_last() {
    let store = Arc::new(Asked::default());
    let verifier = builder().revocations(store.clone()).build().unwrap();
    let origin = Some("https://example.com");
    let token = minted(all_options());
    // Nothing that is refused is spent: another origin, another channel, another key, too late, too far ahead.
    let elsewhere = CHANNEL.replace("abcd", "dcba").parse().unwrap();
    assert!(verifier.verify_playback(&token, None).is_err());
    assert!(verifier.verify_playback(&token, Some("https://evil.example")).is_err());
    assert!(verifier.verify_playback_of(&token, &elsewhere, origin).is_err());
    assert!(verifier.verify_playback(&with("exp", NOW), origin).is_err());
    assert!(verifier.verify_playback(&with("exp", NOW + 661), origin).is_err());
    let foreign = all_options().mint_at(&SigningKey::from(attacker_key().clone()), now()).unwrap();
    assert!(verifier.verify_playback(foreign.as_str(), origin).is_err());
    assert_eq!(*store.0.lock().unwrap(), [""; 0]);
    // Once, and not twice.
    verifier.verify_playback(&token, origin).unwrap();
    let uuid = Uuid::try_parse(UUID).unwrap();
    let spent = VerifyError::Revoked(Revoked::AlreadyUsed { uuid });
    assert_eq!(verifier.verify_playback(&token, origin).unwrap_err(), spent);
    assert_eq!(spent.code(), "TOKEN_ALREADY_USED");
    // Remembered until the token is no good in any case, and for the margin.
    let margin = Revocation::MARGIN.as_secs();
    assert_eq!(store.0.lock().unwrap()[0], format!("Some(\"José -7\") Some(\"{UUID} {}\")", 300 + margin));
    let lenient =
        builder().revocations(store.clone()).expiry_leeway(Duration::from_secs(40)).build().unwrap();
    assert_eq!(lenient.verify_playback(&minted(new().single_use_uuid(Uuid::nil())), None).err(), None);
    let last = store.0.lock().unwrap().pop().unwrap();
    assert_eq!(last, format!("None Some(\"{} {}\")", Uuid::nil(), 600 + 40 + margin), "and for the leeway");
    // In capitals it is the same.
    assert_eq!(
        verifier.verify_playback(&with("aws:single-use-uuid", UUID.to_uppercase()), origin).unwrap_err(),
        spent
    );
    store.0.lock().unwrap().clear();
    verifier.verify_playback(&minted(new().viewer("ana")), None).unwrap();
    verifier.verify_playback(&minted(new()), None).unwrap();
    assert_eq!(*store.0.lock().unwrap(), ["Some(\"ana 0\") None", "None None"]);
}

#[test]
fn words_of_playback_errors() {
    let secs = Duration::from_secs;
    let limit = secs(600);
    let origin = |source| ClaimError::Origin { found: "a\n".into(), source };
    for (error, code, field, words) in [
        (
            ClaimError::PlaybackDuration { actual: secs(660), limit },
            "INVALID_DURATION",
            "duration",
            "the duration is 660 s (11 min): a playback token with a viewer ID or a single-use UUID lasts at most 600 s \
             (10 min)",
        ),
        (
            origin(OriginError::Empty),
            "INVALID_ORIGINS",
            "origins",
            "the origin \"a\\n\": it is empty: give one such as https://example.com, or `*` for all",
        ),
        (
            origin(OriginError::NotAnOrigin),
            "INVALID_ORIGINS",
            "origins",
            "the origin \"a\\n\": an origin is a scheme and a host, such as https://example.com, without spaces, and with \
             a host of other letters in Punycode (xn--)",
        ),
        (
            origin(OriginError::Scheme),
            "INVALID_ORIGINS",
            "origins",
            "the origin \"a\\n\": an origin begins with a scheme and `://`, as in https://example.com or capacitor://localhost",
        ),
        (
            origin(OriginError::Host),
            "INVALID_ORIGINS",
            "origins",
            "the origin \"a\\n\": its host must be labels of A-Z, a-z, 0-9, `-` and `_` with dots between them, or an IP \
             address",
        ),
        (
            origin(OriginError::Wildcard),
            "INVALID_ORIGINS",
            "origins",
            "the origin \"a\\n\": `*` may stand alone, or as the first label of a host, as in https://*.example.com",
        ),
        (
            origin(OriginError::UserInfo),
            "INVALID_ORIGINS",
            "origins",
            "the origin \"a\\n\": it holds a user name before the host: remove it",
        ),
        (
            origin(OriginError::Port),
            "INVALID_ORIGINS",
            "origins",
            "the origin \"a\\n\": its port must be from 1 to 65535",
        ),
        (
            origin(OriginError::Path),
            "INVALID_ORIGINS",
            "origins",
            "the origin \"a\\n\": it continues after the host: remove the `/` and everything after it",
        ),
        (
            ClaimError::TooManyOrigins { actual: 6, limit: 5 },
            "INVALID_ORIGINS",
            "origins",
            "there are 6 origins: with strict origin enforcement at most 5 are allowed",
        ),
        (
            ClaimError::StrictWithoutOrigins,
            "INVALID_ORIGINS",
            "strictOriginEnforcement",
            "strict origin enforcement has no origins to enforce: give at least one",
        ),
        (
            ClaimError::Uuid { found: "a\n".into() },
            "INVALID_UUID",
            "singleUseUuid",
            "\"a\\n\" is not a UUID: a UUID is 32 hexadecimal digits and hyphens, such as 67e55044-10b1-426f-9247-bb680e5fe0c8",
        ),
        (
            ClaimError::SessionVersionWithoutViewer,
            "INVALID_SESSION_VERSION",
            "viewerSessionVersion",
            "a session version belongs to a viewer: give the viewer ID too, or leave the version out",
        ),
        (
            ClaimError::MaximumResolution { found: "4K".into() },
            "INVALID_MAXIMUM_RESOLUTION",
            "maximumResolution",
            "\"4K\" is not a maximum resolution: use SD, HD or FULL_HD",
        ),
        (
            ClaimError::TextEmpty { field: "viewerId" },
            "INVALID_VIEWER_ID",
            "viewerId",
            "the viewer ID is empty: give one, or leave it out",
        ),
        (
            ClaimError::TextTooLong { field: "viewerId", actual: 41, limit: 40 },
            "INVALID_VIEWER_ID",
            "viewerId",
            "the viewer ID has 41 characters: at most 40 are allowed",
        ),
    ] {
        assert_eq!((error.to_string().as_str(), error.code(), error.field()), (words, code, field));
        let error = MintError::from(error);
        assert_eq!((error.to_string().as_str(), error.code()), (words, code));
    }
    let other: ChannelArn = CHANNEL.replace("abcd", "dcba").parse().unwrap();
    for (error, code, reason, words) in [
        (
            ClaimsError::NotInt64 { claim: "aws:viewer-session-version", found: "9".into() }.into(),
            "TOKEN_INVALID",
            "CLAIM_OUT_OF_RANGE",
            "the claim `aws:viewer-session-version` is 9: it must be an integer from -9223372036854775808 to \
             9223372036854775807"
                .to_owned(),
        ),
        (
            ClaimsError::ForeignPlaybackKey { kid: kid(FOREIGN_PLAYBACK_KID), channel: channel() }.into(),
            "TOKEN_INVALID",
            "FOREIGN_KEY",
            format!(
                "the playback key {FOREIGN_PLAYBACK_KID} and the channel {CHANNEL} are in different accounts or regions: \
                 IVS accepts only a key from the channel's own account and region"
            ),
        ),
        (
            value("aws:viewer-id", ClaimError::TextEmpty { field: "viewerId" }).into(),
            "TOKEN_INVALID",
            "INVALID_VIEWER_ID",
            "the claim `aws:viewer-id`: the viewer ID is empty: give one, or leave it out".into(),
        ),
        (
            VerifyError::TooFarAhead { expires_at: at(NOW + 661), now: now(), limit },
            "TOKEN_INVALID",
            "EXPIRES_TOO_FAR_AHEAD",
            "the token expires at 2026-11-21T09:28:26Z, 661 s from now: with a viewer ID or a single-use UUID it may be at \
             most 600 s"
                .into(),
        ),
        (
            VerifyError::OriginNotAllowed { found: Some("a\n".into()) },
            "TOKEN_INVALID",
            "ORIGIN_NOT_ALLOWED",
            "the token is good only for requests from certain origins, but this one comes from \"a\\n\"".into(),
        ),
        (
            VerifyError::OriginNotAllowed { found: None },
            "TOKEN_INVALID",
            "ORIGIN_NOT_ALLOWED",
            "the token is good only for requests from certain origins, but this one names none: send the header `Origin`"
                .into(),
        ),
        (
            VerifyError::WrongChannel { expected: other.clone(), found: channel() },
            "TOKEN_INVALID",
            "WRONG_CHANNEL",
            format!("the token is for the channel {CHANNEL}, but {other} is expected"),
        ),
        (
            VerifyError::NoKeyMatches { tried: 0 },
            "TOKEN_INVALID_SIGNATURE",
            "NO_KEY_MATCHES",
            "the token names no key, and this verifier holds no playback key: add one".into(),
        ),
        (
            VerifyError::NoKeyMatches { tried: 1 },
            "TOKEN_INVALID_SIGNATURE",
            "NO_KEY_MATCHES",
            "the token names no key, and the playback key of this verifier did not sign it: the token was altered, \
             or the right key is missing here"
                .into(),
        ),
        (
            VerifyError::NoKeyMatches { tried: 2 },
            "TOKEN_INVALID_SIGNATURE",
            "NO_KEY_MATCHES",
            "the token names no key, and none of the 2 playback keys of this verifier signed it: the token was \
             altered, or the right key is missing here"
                .into(),
        ),
    ] {
        assert_eq!((error.to_string(), error.code(), error.reason()), (words, code, reason));
    }
}

#[test]
fn the_playback_url() {
    let token = mint(new()).unwrap();
    let url = playback_url("https://x.playback.live-video.net/api/video/v1/y.channel.z.m3u8?a=b#t=1", &token)
        .unwrap();
    let expected = "https://x.playback.live-video.net/api/video/v1/y.channel.z.m3u8?a=b&token=";
    assert_eq!(url, format!("{expected}{}#t=1", token.as_str()));
    assert_eq!(playback_url(&url, token.as_str()), Err(PlaybackUrlError::HasToken));
    // What `inspect` takes out of it is the token again.
    let inspection = inspect_at(&url, now());
    assert_eq!((inspection.kind, inspection.problems().count()), (TokenKind::Playback, 1), "{inspection}");
    for (error, code, words) in [
        (
            PlaybackUrlError::NotAUrl,
            "INVALID_PLAYBACK_URL",
            "this is not a URL: give the `playbackUrl` that GetChannel returns",
        ),
        (
            PlaybackUrlError::Scheme { found: "rtmps".into() },
            "INVALID_PLAYBACK_URL",
            "the URL begins with rtmps:, but must begin with https:// or http://",
        ),
        (PlaybackUrlError::NoHost, "INVALID_PLAYBACK_URL", "the URL names no host"),
        (
            PlaybackUrlError::HasToken,
            "INVALID_PLAYBACK_URL",
            "the URL already has a parameter `token`: give it without one",
        ),
        (
            PlaybackUrlError::Token,
            "INVALID_TOKEN",
            "this is not a token: it must be base64url with dots, and nothing else",
        ),
    ] {
        assert_eq!((error.to_string().as_str(), error.code()), (words, code));
    }
}

/// Whatever a verifier does with a playback token, one with a cache does too when the token comes again.
#[test]
fn the_cache_changes_no_answer() {
    let store = Arc::new(InMemoryRevocations::with_clock(now()));
    let verifier = builder().revocations(store.clone()).cache(10).build().unwrap();
    let strict = minted(new().origin("https://example.com").strict_origin_enforcement(true));
    let verify = |token: &str, origin| verifier.verify_playback(token, origin).map(drop);
    let not_allowed = |found: &str| Err(VerifyError::OriginNotAllowed { found: Some(found.into()) });
    for _ in 0..2 {
        assert_eq!(verify(&strict, Some("https://evil.example")), not_allowed("https://evil.example"));
        assert_eq!(verify(&strict, Some("https://example.com")), Ok(()));
    }
    assert_eq!(verifier.cached(), 1);
    let other = CHANNEL.replace("abcd", "wxyz").parse().unwrap();
    assert_eq!(verifier.verify_playback_of(&strict, &other, None).unwrap_err().reason(), "WRONG_CHANNEL");
    let once = minted(new().single_use());
    assert_eq!(verify(&once, None), Ok(()));
    assert_eq!(verify(&once, None).unwrap_err().code(), "TOKEN_ALREADY_USED");
    assert_eq!(verifier.cached(), 1, "what is spent takes nobody's room");
    let viewer = minted(new().viewer("ana").viewer_session_version(3));
    assert_eq!(verify(&viewer, None), Ok(()));
    store.revoke_viewer_sessions(&channel(), &"ana".parse().unwrap(), 2).unwrap();
    assert_eq!(verify(&viewer, None), Ok(()));
    store.revoke_viewer_sessions(&channel(), &"ana".parse().unwrap(), 3).unwrap();
    assert_eq!(verify(&viewer, None).unwrap_err().code(), "VIEWER_SESSION_REVOKED");
    // Without `kid`, what was found by trying ends with the key all the same.
    let ring = KeyRing::new();
    ring.import(kid(PLAYBACK_KID), key().verifying_key().clone()).unwrap();
    let verifier = Verifier::builder().playback_key_ring(&ring).clock(now()).cache(10).build().unwrap();
    let token = minted(new());
    assert!(verifier.verify_playback(&token, None).is_ok());
    ring.delete(&kid(PLAYBACK_KID)).unwrap();
    let none = Err(VerifyError::NoKeyMatches { tried: 0 });
    assert_eq!(verifier.verify_playback(&token, None).map(drop), none);
    assert_eq!(verifier.cached(), 0);
}
