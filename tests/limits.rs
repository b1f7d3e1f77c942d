//! Each limit at its border and one beyond it, on the way in and on the way out, and the words of each refusal.

use std::time::Duration;

use conformance::*;
use ivs_token::{
    ArnError, Attributes, Base64Error, Capabilities, Capability, ChannelArn, ClaimError, ClaimsError,
    EndpointError, HeaderError, JsonError, MalformedError, MintError, Part, Participant, ParticipantDuration,
    ParticipantId, PublicKeyArn, SigningKey, Stage, StageArn, StageError, Timestamp, TokenKind, UserId,
    Verifier, VerifierError, VerifyError, Version,
};

const FORTNIGHT: u64 = 14 * 24 * 3600;

/// Mints and verifies.
fn round(participant: Participant) -> Result<ivs_token::VerifiedToken, MintError> {
    let token = participant.mint_at(&signing_key(), now())?;
    Ok(verifier().verify(token.as_str()).unwrap())
}

fn new() -> Participant {
    stage().participant()
}

/// What the verifier says to a token with this one claim spoilt.
fn forged(claim: &str, raw: &str) -> Result<(), VerifyError> {
    verifier().verify(&forge(header(), payload_with(claim, raw))).map(drop)
}

fn quoted(text: &str) -> String {
    serde_json::to_string(text).unwrap()
}

fn value(claim: &'static str, source: ClaimError) -> VerifyError {
    ClaimsError::Value { claim, source }.into()
}

#[test]
fn duration() {
    for secs in [1, 60, FORTNIGHT] {
        let verified = round(new().duration(Duration::from_secs(secs))).unwrap();
        assert_eq!(verified.expires_at(), now().saturating_add(Duration::from_secs(secs)));
    }
    assert!(round(new().duration(Duration::new(FORTNIGHT, 999_999_999))).is_ok());
    let refused = |duration| round(new().duration(duration)).unwrap_err();
    for actual in [Duration::ZERO, Duration::from_nanos(1), Duration::from_millis(999)] {
        let limit = Duration::from_secs(1);
        assert_eq!(refused(actual), ClaimError::DurationTooShort { actual, limit }.into());
    }
    let limit = Duration::from_secs(FORTNIGHT);
    for actual in [Duration::from_secs(FORTNIGHT + 1), Duration::from_secs(FORTNIGHT * 1000), Duration::MAX] {
        assert_eq!(refused(actual), ClaimError::DurationTooLong { actual, limit }.into());
    }
    assert_eq!(Duration::from(ParticipantDuration::MAX), limit);
    assert_eq!(Duration::from(ParticipantDuration::DEFAULT), Duration::from_secs(720 * 60));
    let exp = |secs: u64| forged("exp", &(NOW + i64::try_from(secs).unwrap()).to_string());
    assert_eq!(exp(1), Ok(()));
    assert_eq!(exp(0), Err(ClaimsError::ExpiresBeforeIssued { issued_at: now(), expires_at: now() }.into()));
    assert_eq!(exp(FORTNIGHT), Ok(()));
    assert_eq!(exp(FORTNIGHT + 1), Err(ClaimsError::Lifetime { actual: 1_209_601, limit: 1_209_600 }.into()));
}

#[test]
fn participant_id() {
    for id in ["a", "_", "-", "-_-", &"Zz09_-".repeat(11)[..64]] {
        let id: ParticipantId = id.parse().unwrap();
        assert_eq!(round(new().participant_id(id.clone())).unwrap().participant_id(), &id);
        assert_eq!(forged("jti", &quoted(id.as_str())), Ok(()));
    }
    let random = round(new()).unwrap();
    assert_eq!(random.participant_id().as_str().len(), 22);
    let bad = |character, position| ClaimError::IdCharacter { field: "participantId", character, position };
    for (id, expected) in [
        ("", ClaimError::IdEmpty { field: "participantId" }),
        (&*"a".repeat(65), ClaimError::IdTooLong { field: "participantId", actual: 65, limit: 64 }),
        ("a b", bad(' ', 1)),
        ("ab/", bad('/', 2)),
        ("+", bad('+', 0)),
        ("aé", bad('é', 1)),
        ("éa.", bad('é', 0)),
        ("٣", bad('٣', 0)),
        ("a\n", bad('\n', 1)),
    ] {
        assert_eq!(id.parse::<ParticipantId>(), Err(expected.clone()), "{id:?}");
        assert_eq!(forged("jti", &quoted(id)), Err(value("jti", expected)), "{id:?}");
    }
}

#[test]
fn user_id() {
    for id in ["", "a", "\0", &"a".repeat(128), &"é".repeat(128), &"😀".repeat(128), &"e\u{301}".repeat(64)]
    {
        assert_eq!(round(new().user_id(id)).unwrap().user_id(), Some(id));
        assert_eq!(forged("user_id", &quoted(id)), Ok(()));
    }
    for id in ["a".repeat(129), "😀".repeat(129), "e\u{301}".repeat(64) + "e"] {
        let expected = ClaimError::TextTooLong { field: "userId", actual: 129, limit: 128 };
        assert_eq!(UserId::try_from(id.as_str()), Err(expected.clone()));
        assert_eq!(round(new().user_id(id.as_str())).unwrap_err(), expected.clone().into());
        assert_eq!(forged("user_id", &quoted(&id)), Err(value("user_id", expected)));
    }
    assert_eq!(round(new()).unwrap().user_id(), None);
}

#[test]
fn attributes() {
    let set = |pairs: &[(&str, &str)]| Attributes::try_from_iter(pairs.iter().copied());
    let json = |pairs: &[(&str, &str)]| {
        let members: Vec<String> =
            pairs.iter().map(|(n, v)| format!("{}:{}", quoted(n), quoted(v))).collect();
        format!("{{{}}}", members.join(","))
    };
    let many: Vec<String> = (1000..1256).map(|n| n.to_string()).collect();
    let many: Vec<(&str, &str)> = many.iter().map(|name| (name.as_str(), "")).collect();
    for pairs in [
        &[][..],
        &[("", "")],
        &[("name", &"v".repeat(1020))],
        &[(&"n".repeat(1024), "")],
        &[("", &"é".repeat(512))],
        &[("a", &"x".repeat(511)), ("b", &"😀".repeat(127)), ("c", "1")],
        // One escape of 6 bytes in JSON each: the limit is on the text, not on its JSON.
        &[("a", &"\u{1}".repeat(1023))],
        &many,
    ] {
        let attributes = set(pairs).unwrap();
        assert!(attributes.size() <= 1024);
        assert_eq!(round(new().attributes(attributes.clone())).unwrap().attributes(), &attributes);
        let one_by_one =
            pairs.iter().fold(new(), |participant, (name, value)| participant.attribute(name, value));
        assert_eq!(round(one_by_one).unwrap().attributes(), &attributes);
        assert_eq!(forged("attributes", &json(pairs)), Ok(()));
    }
    for (pairs, actual) in [
        (&[("name", &*"v".repeat(1021))][..], 1025),
        (&[(&"n".repeat(1025), "")], 1025),
        (&[("", &"é".repeat(513))], 1026),
        (&[("a", &"x".repeat(1023)), ("b", "")], 1025),
        (&[("a", &"x".repeat(511)), ("b", &"😀".repeat(128))], 1025),
    ] {
        let expected = ClaimError::AttributesTooLarge { actual, limit: 1024 };
        assert_eq!(set(pairs).unwrap_err(), expected);
        let one_by_one =
            pairs.iter().fold(new(), |participant, (name, value)| participant.attribute(name, value));
        assert_eq!(round(one_by_one).unwrap_err(), expected.clone().into());
        assert_eq!(forged("attributes", &json(pairs)), Err(value("attributes", expected)));
    }
    // A name given again takes its old value's place in the sum.
    let replaced = new().attribute("a", "x".repeat(1023)).attribute("a", "y".repeat(1023));
    assert!(round(replaced).is_ok());
}

#[test]
fn capabilities() {
    for (set, allow_publish, allow_subscribe) in [
        (Capabilities::NONE, false, false),
        (Capabilities::PUBLISH, true, false),
        (Capabilities::SUBSCRIBE, false, true),
        (Capabilities::ALL, true, true),
    ] {
        let token = new().capabilities(set).mint_at(&signing_key(), now()).unwrap();
        let claim = &payload_of(token.as_str())["capabilities"];
        // Only what is granted stands there, as in AWS's guide.
        assert_eq!(claim.get("allow_publish").is_some(), allow_publish);
        assert_eq!(claim.get("allow_subscribe").is_some(), allow_subscribe);
        assert_eq!(verifier().verify(token.as_str()).unwrap().capabilities(), set);
    }
    assert_eq!(round(new()).unwrap().capabilities(), Capabilities::ALL);
    for word in ["publish", "PUBLISH ", "", "ALL"] {
        assert_eq!(word.parse::<Capability>(), Err(ClaimError::Capability { found: word.into() }));
    }
}

#[test]
fn version() {
    for text in ["0.0", "1.0", "1.9", "9.9"] {
        let version: Version = text.parse().unwrap();
        assert_eq!(round(new().version(version)).unwrap().claims().version(), version);
        assert_eq!(forged("version", &quoted(text)), Ok(()));
    }
    assert_eq!(round(new()).unwrap().claims().version(), Version::V1_0);
    for text in ["", "1", "1.", ".0", "1.00", "10.0", "1,0", "v1.0", " 1.0", "1.0\n", "١.٠"] {
        let expected = ClaimError::Version { found: text.into() };
        assert_eq!(text.parse::<Version>(), Err(expected.clone()));
        assert_eq!(forged("version", &quoted(text)), Err(value("version", expected)));
    }
}

#[test]
fn arns() {
    let longest = format!("{STAGE_ARN}{}", "x".repeat(128 - STAGE_ARN.len()));
    for text in [STAGE_ARN, &longest, "arn:aws:ivs:a:1:stage/a", "arn:aws:ivs:-:0:stage/-"] {
        let arn: StageArn = text.parse().unwrap();
        assert_eq!(arn.as_str(), text);
    }
    let stage_arn = |text: &str| text.parse::<StageArn>().unwrap_err();
    let (too_long, expected) = (format!("{longest}x"), "stage");
    for (text, error) in [
        ("", ArnError::Empty { expected }),
        (&*too_long, ArnError::TooLong { actual: 129, limit: 128 }),
        ("arn:aws:s3:us-west-2:1:stage/a", ArnError::NotIvs { expected }),
        ("arn:aws-us-gov:ivs:us-west-2:1:stage/a", ArnError::NotIvs { expected }),
        ("arn:aws:ivs:us-west-2:1", ArnError::TooFewParts { expected }),
        ("arn:aws:ivs:us_west_2:1:stage/a", ArnError::Region),
        ("arn:aws:ivs:us-west-2:1a:stage/a", ArnError::Account),
        ("arn:aws:ivs:us-west-2:1:channel/a", ArnError::ResourceType { expected, found: "channel".into() }),
        ("arn:aws:ivs:us-west-2:1:stage", ArnError::ResourceId { expected }),
        ("arn:aws:ivs:us-west-2:1:stage/", ArnError::ResourceId { expected }),
        ("arn:aws:ivs:us-west-2:1:stage/a_b", ArnError::ResourceId { expected }),
        ("arn:aws:ivs:us-west-2:1:stage/a\n", ArnError::WhiteSpace { is_around: true }),
    ] {
        assert_eq!(stage_arn(text), error, "{text}");
        assert_eq!(error.code(), "INVALID_ARN");
        let expected: VerifyError = ClaimsError::Arn { claim: "resource", source: error }.into();
        assert_eq!(forged("resource", &quoted(text)), Err(expected), "{text}");
    }
    assert!(longest.replace(":stage/", ":channel/").parse::<ChannelArn>().is_err());
    assert!(KID.parse::<PublicKeyArn>().is_ok());
}

#[test]
fn endpoints() {
    let url = |scheme: &str, len: usize| format!("{scheme}://{}", "a".repeat(len - scheme.len() - 3));
    let with = |whip: &str, events: &str| Stage::with_endpoints(stage().arn().clone(), whip, events);
    assert!(with(&url("https", 2048), &url("wss", 2048)).is_ok());
    let too_long = EndpointError::TooLong { actual: 2049, limit: 2048 };
    assert_eq!(
        with(&url("https", 2049), EVENTS_URL),
        Err(StageError::Endpoint { name: "whip", source: too_long.clone() })
    );
    assert_eq!(
        with(WHIP_URL, &url("wss", 2049)),
        Err(StageError::Endpoint { name: "events", source: too_long.clone() })
    );
    for (claim, scheme) in [("whip_url", "https"), ("events_url", "wss")] {
        assert_eq!(forged(claim, &quoted(&url(scheme, 2048))), Ok(()));
        let expected: VerifyError = ClaimsError::Endpoint { claim, source: too_long.clone() }.into();
        assert_eq!(forged(claim, &quoted(&url(scheme, 2049))), Err(expected));
    }
}

/// Every limit at once, with attributes as they come: their length in JSON is what the rest depends on.
fn longest(attributes: Attributes) -> Result<usize, MintError> {
    let arn = format!("{STAGE_ARN}{}", "x".repeat(128 - STAGE_ARN.len()));
    let kid = format!("{KID}{}", "x".repeat(128 - KID.len()));
    let url = |scheme: &str| format!("{scheme}://{}", "a".repeat(2048 - scheme.len() - 3));
    let key = SigningKey::from(key().clone()).with_id(conformance::arn(&kid));
    let verifier = Verifier::builder()
        .key(conformance::arn(&kid), key.verifying_key().clone())
        .clock(now())
        .build()
        .unwrap();
    let stage = Stage::with_endpoints(arn.parse().unwrap(), url("https"), url("wss")).unwrap();
    assert_eq!(attributes.size(), Attributes::MAX_SIZE);
    let token = stage
        .participant()
        .participant_id("p".repeat(64))
        .user_id("😀".repeat(128))
        .attributes(attributes)
        .duration(Duration::from_secs(FORTNIGHT))
        .mint_at(&key, now())?;
    assert_eq!(verifier.verify(token.as_str()).unwrap().claims(), token.claims());
    Ok(token.as_str().len())
}

/// What can be minted can be verified, at every limit at once.
#[test]
fn the_longest_token() {
    let attributes = Attributes::try_from_iter([("équipe", "é".repeat(508) + "x")]).unwrap();
    assert_eq!(longest(attributes), Ok(12_591));
}

/// Where each byte of an attribute takes six of JSON, everything at its limit is more than a verifier looks at.
#[test]
fn the_longest_token_with_control_characters() {
    let controls =
        |count| Attributes::try_from_iter([("x".repeat(1024 - count), "\u{1}".repeat(count))]).unwrap();
    assert_eq!(longest(controls(1024)), Err(MintError::TooLong { actual: 16_703, limit: 16_384 }));
    // Each control character less is five bytes of JSON less, of which three make four characters.
    assert_eq!(longest(controls(976)), Ok(16_383));
    assert_eq!(longest(controls(977)), Err(MintError::TooLong { actual: 16_389, limit: 16_384 }));
}

/// A clock far in the future would make tokens that look as if their times were milliseconds.
#[test]
fn the_latest_token() {
    let last = Timestamp::from_secs(Timestamp::MAX.as_secs() - 60).unwrap();
    let minute = || new().duration(Duration::from_secs(60));
    assert_eq!(minute().mint_at(&signing_key(), last).unwrap().expires_at(), Timestamp::MAX);
    for now in [Timestamp::from_secs(last.as_secs() + 1).unwrap(), Timestamp::MAX] {
        assert_eq!(minute().mint_at(&signing_key(), now), Err(MintError::ClockTooLate { now }));
        assert_eq!(minute().mint_text_at(&signing_key(), now), Err(MintError::ClockTooLate { now }));
    }
}

#[test]
fn keys_and_stages_of_different_homes() {
    for (kid, account, region) in
        [(OTHER_ACCOUNT_KID, "210987654321", "us-west-2"), (OTHER_REGION_KID, "123456789012", "eu-central-1")]
    {
        let foreign = SigningKey::from(key().clone()).with_id(arn(kid));
        let error = new().mint(&foreign).unwrap_err();
        let expected = MintError::ForeignKey {
            key_account: account.into(),
            key_region: region.into(),
            stage_account: "123456789012".into(),
            stage_region: "us-west-2".into(),
        };
        assert_eq!(error, expected);
        assert_eq!(new().mint_text(&foreign), Err(expected));
    }
    assert_eq!(new().mint(&SigningKey::from(key().clone())).unwrap_err(), MintError::NoKeyId);
}

#[test]
fn the_first_bad_value_is_told() {
    let spoilt = new().duration(Duration::ZERO).user_id("x".repeat(129)).attribute("a", "x".repeat(2000));
    let first = ClaimError::DurationTooShort { actual: Duration::ZERO, limit: Duration::from_secs(1) };
    assert_eq!(spoilt.check(), Err(first.clone()));
    assert_eq!(spoilt.clone().mint(&signing_key()).unwrap_err(), first.clone().into());
    // A good value later does not heal it.
    let healed = spoilt.duration(Duration::from_secs(60)).user_id("ana");
    assert_eq!(healed.mint_text(&signing_key()).unwrap_err(), first.clone().into());
    assert_eq!(healed.mint(&signing_key()).unwrap_err(), first.into());
    assert_eq!(new().duration(Duration::from_secs(60)).check(), Ok(()));
}

#[test]
fn verifiers_without_sense() {
    assert_eq!(Verifier::builder().build().unwrap_err(), VerifierError::NoKeys);
    let twice = Verifier::builder()
        .key(arn(KID), key().verifying_key().clone())
        .key(arn(KID), other_key().verifying_key().clone());
    assert_eq!(twice.build().unwrap_err(), VerifierError::AmbiguousKey { kid: KID.into() });
    let same = Verifier::builder()
        .key(arn(KID), key().verifying_key().clone())
        .key(arn(KID), key().verifying_key().clone());
    assert!(same.build().is_ok());
}

#[test]
fn words_of_claim_and_mint_errors() {
    let duration = |secs| Duration::from_secs(secs);
    for (error, code, field, words) in [
        (
            ClaimError::IdEmpty { field: "participantId" },
            "INVALID_PARTICIPANT_ID",
            "participantId",
            "the participant ID is empty: leave it out for a random one, or give 1 to 64 of A-Z, a-z, 0-9, `_`, `-`",
        ),
        (
            ClaimError::IdTooLong { field: "participantId", actual: 65, limit: 64 },
            "INVALID_PARTICIPANT_ID",
            "participantId",
            "the participant ID has 65 characters: at most 64 are allowed",
        ),
        (
            ClaimError::IdCharacter { field: "participantId", character: '\n', position: 3 },
            "INVALID_PARTICIPANT_ID",
            "participantId",
            "the participant ID holds '\\n' at position 3: only A-Z, a-z, 0-9, `_` and `-` are allowed",
        ),
        (
            ClaimError::TextTooLong { field: "userId", actual: 129, limit: 128 },
            "INVALID_USER_ID",
            "userId",
            "the user ID has 129 characters: at most 128 are allowed",
        ),
        (
            ClaimError::AttributesTooLarge { actual: 1025, limit: 1024 },
            "INVALID_ATTRIBUTES",
            "attributes",
            "the attributes have 1025 bytes, names and values together in UTF-8: at most 1024 are allowed",
        ),
        (
            ClaimError::Capability { found: "publish".into() },
            "INVALID_CAPABILITY",
            "capabilities",
            "\"publish\" is not a capability: use PUBLISH or SUBSCRIBE",
        ),
        (
            ClaimError::DurationTooShort { actual: Duration::from_millis(500), limit: duration(1) },
            "INVALID_DURATION",
            "duration",
            "the duration is 0.5 s: a token lasts at least 1 s",
        ),
        (
            ClaimError::DurationTooLong { actual: duration(1_209_660), limit: duration(FORTNIGHT) },
            "INVALID_DURATION",
            "duration",
            "the duration is 1209660 s (20161 min): a token lasts at most 1209600 s (20160 min)",
        ),
        (
            ClaimError::Version { found: "1".into() },
            "INVALID_VERSION",
            "version",
            "\"1\" is not a token version: a version is a digit, a dot and a digit, such as 1.0",
        ),
    ] {
        assert_eq!((error.to_string().as_str(), error.code(), error.field()), (words, code, field));
        let error = MintError::from(error);
        assert_eq!((error.to_string().as_str(), error.code()), (words, code));
    }
    for (error, code, words) in [
        (
            MintError::NoKeyId,
            "NO_KEY_ID",
            "the signing key has no ID: give it the ARN that ImportPublicKey returned",
        ),
        (
            MintError::ForeignKey {
                key_account: "1".into(),
                key_region: "us-east-1".into(),
                stage_account: "2".into(),
                stage_region: "us-west-2".into(),
            },
            "FOREIGN_KEY",
            "the key is in account 1, region us-east-1, and the stage in account 2, region us-west-2: IVS accepts only a \
             key from the stage's own account and region",
        ),
        (
            MintError::ClockTooLate { now: Timestamp::MAX },
            "CLOCK_TOO_LATE",
            "the clock says 5138-11-16T09:46:39Z, which is too late for any token: correct the clock",
        ),
        (
            MintError::OldTokenEnded { ended_at: at(NOW - 5), now: now() },
            "OLD_TOKEN_ENDED",
            "the old token ended at 2026-11-21T09:17:20Z, 5 s ago, and a new one without a duration ends with it: give a \
             duration",
        ),
        (
            MintError::TooLong { actual: 16_385, limit: 16_384 },
            "TOKEN_TOO_LONG",
            "the token would have 16385 bytes: at most 16384 are allowed, so shorten the attributes, or the list of origins",
        ),
    ] {
        assert_eq!((error.to_string().as_str(), error.code()), (words, code));
    }
    for (error, code, words) in [
        (VerifierError::NoKeys, "NO_KEYS", "the verifier holds no key: add at least one".to_owned()),
        (
            VerifierError::AmbiguousKey { kid: KID.into() },
            "AMBIGUOUS_KEY",
            format!("two different keys have the ARN {KID}: an ARN names one key"),
        ),
    ] {
        assert_eq!((error.to_string(), error.code()), (words, code));
    }
}

#[test]
fn words_of_verify_errors() {
    let elsewhere: StageArn = "arn:aws:ivs:us-west-2:1:stage/x".parse().unwrap();
    let here = stage().arn().clone();
    for (error, code, words) in [
        (VerifyError::Missing, "TOKEN_MISSING", "there is no token: the text is empty".to_owned()),
        (
            VerifyError::IssuedByApi,
            "TOKEN_INVALID",
            "this token was issued by the CreateParticipantToken API, not signed with a key pair: only AWS can verify \
             it"
            .into(),
        ),
        (
            VerifyError::UnknownKey { kid: KID.to_string() },
            "TOKEN_INVALID",
            format!("the token names the key {KID}, which this verifier does not hold: add it if you trust it"),
        ),
        (
            VerifyError::Signature,
            "TOKEN_INVALID_SIGNATURE",
            "the signature does not match: the token was altered, its `kid` names a key that did not sign it, or the key \
             that is held here under that ARN is the wrong one"
                .into(),
        ),
        (
            VerifyError::WrongKind { expected: TokenKind::Participant, found: TokenKind::Connection },
            "TOKEN_INVALID",
            "this is a connection token, but a participant token is expected here: verify it as what it is, or send the \
             right one"
                .into(),
        ),
        (
            VerifyError::WrongKind { expected: TokenKind::Connection, found: TokenKind::Playback },
            "TOKEN_INVALID",
            "this is a playback token, but a connection token is expected here: verify it as what it is, or send the \
             right one"
                .into(),
        ),
        (
            VerifyError::IssuedInFuture { issued_at: at(NOW + 61), now: now() },
            "TOKEN_INVALID",
            "the token was issued at 2026-11-21T09:18:26Z, 61 s from now (2026-11-21T09:17:25Z): check the clocks of \
             both machines, or allow more leeway"
                .into(),
        ),
        (
            VerifyError::NotYetValid { not_before: at(NOW + 61), now: now() },
            "TOKEN_INVALID",
            "the token may not be used before 2026-11-21T09:18:26Z (`nbf`), and it is now 2026-11-21T09:17:25Z: leave \
             `nbf` out; IVS does not use it"
                .into(),
        ),
        (
            VerifyError::Expired { expired_at: at(NOW - 5), now: now() },
            "TOKEN_EXPIRED",
            "the token expired at 2026-11-21T09:17:20Z, 5 s ago: mint a new one".into(),
        ),
        (
            VerifyError::WrongStage { expected: elsewhere.clone(), found: here.clone() },
            "TOKEN_INVALID",
            format!("the token is for the stage {STAGE_ARN}, but {elsewhere} is expected"),
        ),
        (
            VerifyError::InsufficientCapabilities { missing: Capability::Publish },
            "INSUFFICIENT_CAPABILITIES",
            "the token does not grant PUBLISH: mint one that does".into(),
        ),
        (
            VerifyError::WrongUser { found: Some("a\nb".into()) },
            "TOKEN_INVALID",
            "the token is not that of the expected user: its user ID is \"a\\nb\"".into(),
        ),
        (
            VerifyError::WrongUser { found: None },
            "TOKEN_INVALID",
            "the token is not that of the expected user: its user ID is absent".into(),
        ),
    ] {
        assert_eq!((error.to_string(), error.code()), (words, code));
    }
}

/// The names for programs. What was published stays: a change here breaks somebody's `match`.
#[test]
fn reasons_of_verify_errors() {
    let part = Part::Payload;
    let limit = Duration::ZERO;
    let malformed = |error: MalformedError| VerifyError::from(error);
    let json = |source| VerifyError::from(MalformedError::Json { part, source });
    let claims = |error: ClaimsError| VerifyError::from(error);
    let claim = "exp";
    for (error, reason) in [
        (VerifyError::Missing, "MISSING"),
        (malformed(MalformedError::TooLong { actual: 1, limit: 0 }), "TOO_LONG"),
        (malformed(MalformedError::Parts { actual: 1 }), "NOT_THREE_PARTS"),
        (malformed(MalformedError::Base64 { part, source: Base64Error::Padding }), "NOT_BASE64URL"),
        (malformed(MalformedError::NotUtf8 { part }), "NOT_UTF8"),
        (json(JsonError::NotAnObject), "NOT_JSON"),
        (json(JsonError::Repeated { name: String::new() }), "REPEATED_MEMBER"),
        (malformed(MalformedError::SignatureLength { actual: 1, looks_like_der: false }), "SIGNATURE_LENGTH"),
        (VerifyError::IssuedByApi, "ISSUED_BY_API"),
        (HeaderError::AlgorithmMissing.into(), "WRONG_ALGORITHM"),
        (HeaderError::Algorithm { found: String::new() }.into(), "WRONG_ALGORITHM"),
        (HeaderError::Critical.into(), "CRITICAL_EXTENSION"),
        (HeaderError::Type { found: String::new() }.into(), "WRONG_TYPE"),
        (HeaderError::KeyIdMissing.into(), "KEY_ID_MISSING"),
        (HeaderError::KeyIdType.into(), "INVALID_KEY_ID"),
        (HeaderError::KeyId(ArnError::Region).into(), "INVALID_KEY_ID"),
        (VerifyError::UnknownKey { kid: KID.to_string() }, "UNKNOWN_KEY"),
        (VerifyError::Signature, "SIGNATURE_MISMATCH"),
        (VerifyError::NoKeyMatches { tried: 0 }, "NO_KEY_MATCHES"),
        (VerifyError::TooFarAhead { expires_at: now(), now: now(), limit }, "EXPIRES_TOO_FAR_AHEAD"),
        (VerifyError::OriginNotAllowed { found: None }, "ORIGIN_NOT_ALLOWED"),
        (
            VerifyError::WrongKind { expected: TokenKind::Participant, found: TokenKind::Connection },
            "WRONG_KIND",
        ),
        (claims(ClaimsError::Missing { claim }), "CLAIM_MISSING"),
        (claims(ClaimsError::Type { claim, expected: "", found: "" }), "CLAIM_TYPE"),
        (claims(ClaimsError::Attribute { name: String::new(), found: "" }), "CLAIM_TYPE"),
        (claims(ClaimsError::OutOfRange { claim, found: String::new() }), "CLAIM_OUT_OF_RANGE"),
        (claims(ClaimsError::Milliseconds { claim, found: 0 }), "CLAIM_IN_MILLISECONDS"),
        (claims(ClaimsError::NotInt64 { claim, found: String::new() }), "CLAIM_OUT_OF_RANGE"),
        (claims(ClaimsError::Value { claim, source: ClaimError::StrictWithoutOrigins }), "INVALID_ORIGINS"),
        (
            claims(ClaimsError::Value { claim, source: ClaimError::Uuid { found: String::new() } }),
            "INVALID_UUID",
        ),
        (claims(ClaimsError::Arn { claim, source: ArnError::Region }), "INVALID_ARN"),
        (claims(ClaimsError::Endpoint { claim, source: EndpointError::NoHost }), "INVALID_ENDPOINT"),
        (
            claims(ClaimsError::Value {
                claim,
                source: ClaimError::DurationTooShort { actual: limit, limit },
            }),
            "INVALID_DURATION",
        ),
        (claims(ClaimsError::Topic { topic: String::new(), stage_id: String::new() }), "TOPIC_MISMATCH"),
        (
            claims(ClaimsError::ExpiresBeforeIssued { issued_at: now(), expires_at: now() }),
            "EXPIRES_BEFORE_ISSUED",
        ),
        (claims(ClaimsError::Audience), "FOREIGN_AUDIENCE"),
        (claims(ClaimsError::Lifetime { actual: 1, limit: 0 }), "LIFETIME_TOO_LONG"),
        (claims(ClaimsError::ForeignKey { kid: arn(KID), resource: stage().arn().clone() }), "FOREIGN_KEY"),
        (VerifyError::IssuedInFuture { issued_at: now(), now: now() }, "ISSUED_IN_FUTURE"),
        (VerifyError::NotYetValid { not_before: now(), now: now() }, "NOT_YET_VALID"),
        (VerifyError::Expired { expired_at: now(), now: now() }, "EXPIRED"),
        (
            VerifyError::WrongStage { expected: stage().arn().clone(), found: stage().arn().clone() },
            "WRONG_STAGE",
        ),
        (VerifyError::InsufficientCapabilities { missing: Capability::Publish }, "INSUFFICIENT_CAPABILITIES"),
        (VerifyError::WrongUser { found: None }, "WRONG_USER"),
    ] {
        assert_eq!(error.reason(), reason, "{error:?}");
    }
}

#[test]
fn words_of_malformed_errors() {
    let base64 = |part, source| MalformedError::Base64 { part, source };
    let json = |part, source| MalformedError::Json { part, source };
    for (error, words) in [
        (
            MalformedError::TooLong { actual: 16_385, limit: 16_384 },
            "the text has 16385 bytes, but a token has at most 16384: this is not an IVS token",
        ),
        (
            MalformedError::Parts { actual: 4 },
            "a token has 3 parts with dots between them, but this text has 4: copy the whole token and nothing else",
        ),
        (
            base64(Part::Header, Base64Error::Padding),
            "the header is padded with `=`: base64url in a token has no padding",
        ),
        (
            base64(Part::Payload, Base64Error::StandardAlphabet),
            "the payload holds `+` or `/`, which is standard base64: a token uses `-` and `_` instead",
        ),
        (
            base64(Part::Signature, Base64Error::WhiteSpace),
            "the signature holds white space: remove spaces and line breaks from the token",
        ),
        (
            base64(Part::Header, Base64Error::Character { character: '\u{feff}' }),
            "the header holds '\\u{feff}', which is not base64url",
        ),
        (
            base64(Part::Signature, Base64Error::TrailingBits),
            "the signature ends in surplus bits: it was cut off or altered",
        ),
        (MalformedError::NotUtf8 { part: Part::Payload }, "the payload is not UTF-8 text"),
        (json(Part::Header, JsonError::Syntax("x at line 1".into())), "the header is not JSON: x at line 1"),
        (json(Part::Header, JsonError::NotAnObject), "the header is not a JSON object"),
        (json(Part::Payload, JsonError::TooDeep), "the payload is nested too deeply"),
        (
            json(Part::Payload, JsonError::Repeated { name: "a\n".into() }),
            "the payload has the member \"a\\n\" twice in one object, and readers may disagree about which one counts",
        ),
        (
            MalformedError::SignatureLength { actual: 95, looks_like_der: false },
            "the signature has 95 bytes: ES384 has 96, 48 of r and 48 of s",
        ),
        (
            MalformedError::SignatureLength { actual: 102, looks_like_der: true },
            "the signature has 102 bytes: ES384 has 96, 48 of r and 48 of s; this one is in DER form, which JWS does \
             not take: have the signer write r and s in fixed length (IEEE P1363)",
        ),
    ] {
        let error = VerifyError::from(error);
        assert_eq!((error.to_string().as_str(), error.code()), (words, "TOKEN_INVALID"));
    }
}

#[test]
fn words_of_header_errors() {
    for (error, words) in [
        (HeaderError::AlgorithmMissing, "the header has no `alg`: it must be \"ES384\""),
        (
            HeaderError::Algorithm { found: "\"none\"".into() },
            "the header names the algorithm \"none\": IVS accepts only ES384",
        ),
        (HeaderError::Critical, "the header lists critical extensions (`crit`), but IVS knows none"),
        (
            HeaderError::Type { found: "\"jwt\"".into() },
            "the header names the type \"jwt\": `typ` must be \"JWT\" or absent",
        ),
        (
            HeaderError::KeyIdMissing,
            "the header has no `kid`: it must be the ARN of the public key; only playback tokens name no key",
        ),
        (HeaderError::KeyIdType, "the header's `kid` is not a string: it must be the ARN of the public key"),
        (
            HeaderError::KeyId(ArnError::Account),
            "the header's `kid`: the account in the ARN may only hold digits, as in 123456789012",
        ),
    ] {
        let error = VerifyError::from(error);
        assert_eq!((error.to_string().as_str(), error.code()), (words, "TOKEN_INVALID"));
    }
}

#[test]
fn words_of_claims_errors() {
    let foreign = ClaimsError::ForeignKey { kid: arn(OTHER_REGION_KID), resource: stage().arn().clone() };
    for (error, words) in [
        (ClaimsError::Missing { claim: "exp" }, "the claim `exp` is missing".to_owned()),
        (
            ClaimsError::Type { claim: "exp", expected: "an integer", found: "a string" },
            "the claim `exp` is a string, but must be an integer".into(),
        ),
        (
            ClaimsError::Attribute { name: "a\u{1b}".into(), found: "a number" },
            "the attribute \"a\\u{1b}\" is a number, but must be a string".into(),
        ),
        (
            ClaimsError::OutOfRange { claim: "iat", found: "-1".into() },
            "the claim `iat` is -1: it must be seconds since 1970, from 0 to 99999999999".into(),
        ),
        (
            ClaimsError::Milliseconds { claim: "exp", found: 1_795_252_645_000 },
            "the claim `exp` is 1795252645000, which looks like milliseconds: it must be seconds since 1970".into(),
        ),
        (
            ClaimsError::Arn { claim: "resource", source: ArnError::Region },
            "the claim `resource`: the region in the ARN may only hold a-z, 0-9 and `-`, as in us-west-2".into(),
        ),
        (
            ClaimsError::Endpoint { claim: "whip_url", source: EndpointError::Query },
            "the claim `whip_url`: the URL has a query: remove the `?` and everything after it".into(),
        ),
        (
            ClaimsError::Value { claim: "jti", source: ClaimError::IdTooLong { field: "participantId", actual: 65, limit: 64 } },
            "the claim `jti`: the participant ID has 65 characters: at most 64 are allowed".into(),
        ),
        (
            ClaimsError::Topic { topic: "x".into(), stage_id: STAGE_ID.into() },
            "the claim `topic` is \"x\", but must be \"oRmLNwuCeMlQ\", the stage ID in `resource`".into(),
        ),
        (
            ClaimsError::ExpiresBeforeIssued { issued_at: now(), expires_at: at(NOW - 1) },
            "the token expires at 2026-11-21T09:17:24Z, which is not after it was issued, 2026-11-21T09:17:25Z".into(),
        ),
        (
            ClaimsError::Lifetime { actual: 1_209_601, limit: 1_209_600 },
            "the token lasts 1209601 s from `iat` to `exp`: at most 1209600 s (14 days) are allowed".into(),
        ),
        (
            foreign,
            format!(
                "the key {OTHER_REGION_KID} and the stage {STAGE_ARN} are in different accounts or regions: IVS accepts \
                 only a key from the stage's own account and region"
            ),
        ),
    ] {
        let error = VerifyError::from(error);
        assert_eq!((error.to_string(), error.code()), (words, "TOKEN_INVALID"));
    }
}

#[test]
fn words_of_arn_endpoint_and_stage_errors() {
    let (expected, found) = ("stage", "channel".to_owned());
    let example = "arn:aws:ivs:us-west-2:123456789012:stage/abcdABCDefgh";
    for (error, words) in [
        (ArnError::Empty { expected }, format!("the ARN is empty: give one like {example}")),
        (
            ArnError::TooLong { actual: 129, limit: 128 },
            "the ARN has 129 bytes: an ARN has at most 128".into(),
        ),
        (
            ArnError::NotIvs { expected },
            format!(
                "this is not an ARN of Amazon IVS: it must look like {example}, with nothing before or after it"
            ),
        ),
        (ArnError::TooFewParts { expected }, format!("the ARN ends too early: it must look like {example}")),
        (
            ArnError::ResourceType { expected, found },
            r#"this is the ARN of a "channel", but the ARN of a "stage" is expected"#.into(),
        ),
        (
            ArnError::ResourceId { expected },
            "the stage ID, after the `/` in the ARN, must be one or more of A-Z, a-z, 0-9 and `-`".into(),
        ),
    ] {
        assert_eq!(error.to_string(), words);
    }
    let whip = |source| StageError::Endpoint { name: "whip", source };
    let expected = "https";
    for (error, code, words) in [
        (
            whip(EndpointError::Empty { expected }),
            "INVALID_ENDPOINT",
            "the stage's whip endpoint: the URL is empty: give the https URL that GetStage returns",
        ),
        (
            whip(EndpointError::TooLong { actual: 2049, limit: 2048 }),
            "INVALID_ENDPOINT",
            "the stage's whip endpoint: the URL has 2049 bytes: an endpoint has at most 2048",
        ),
        (
            whip(EndpointError::NotAUrl { expected }),
            "INVALID_ENDPOINT",
            "the stage's whip endpoint: this is not a URL: it must begin with https:// and may hold no spaces or accents",
        ),
        (
            whip(EndpointError::Scheme { expected, found: "http".into() }),
            "INVALID_ENDPOINT",
            "the stage's whip endpoint: the URL begins with http:, but must begin with https://",
        ),
        (whip(EndpointError::NoHost), "INVALID_ENDPOINT", "the stage's whip endpoint: the URL names no host"),
        (
            whip(EndpointError::UserInfo),
            "INVALID_ENDPOINT",
            "the stage's whip endpoint: the URL holds a user name before the host: remove it",
        ),
        (
            whip(EndpointError::Fragment),
            "INVALID_ENDPOINT",
            "the stage's whip endpoint: the URL has a fragment: remove the `#` and everything after it",
        ),
        (
            StageError::Arn(ArnError::Account),
            "INVALID_ARN",
            "the stage's ARN: the account in the ARN may only hold digits, as in 123456789012",
        ),
        (
            StageError::Json("x".into()),
            "INVALID_STAGE",
            "this is not the JSON that GetStage or CreateStage returns: x",
        ),
        (
            StageError::List,
            "INVALID_STAGE",
            "this is what ListStages returns, which has no endpoints: ask for one stage with GetStage",
        ),
        (
            StageError::Missing { name: "endpoints.whip" },
            "INVALID_STAGE",
            "the stage has no `endpoints.whip`: give everything that GetStage or CreateStage returns",
        ),
    ] {
        assert_eq!((error.to_string().as_str(), error.code()), (words, code));
    }
}
