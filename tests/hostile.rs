//! Hostile tokens, each with the one refusal it must meet.
//!
//! Claims and headers are spoilt behind a true signature, so that it is never the signature that saves the day.

use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

use crate::hostile_cases::{Case, Expected, accepted, cases};
use conformance::*;
use ivs_token::{
    Capability, Connection, Expectations, InMemoryRevocations, Inspection, KeyRing, MalformedError,
    RevocationStore, SigningKey, StageArn, TokenKind, Verifier, VerifierBuilder, VerifyError, inspect_at,
};

#[test]
fn each_is_refused_as_what_it_is() {
    let (verifier, cases) = (verifier(), cases());
    let mut wrong = Vec::new();
    for Case { name, token, expected, code, .. } in &cases {
        match (verifier.verify(token), expected) {
            (Err(error), _) if error.code() != *code => wrong.push(format!("{name}: code {}", error.code())),
            (Err(error), Expected::Is(expected)) if error == *expected => {}
            (
                Err(VerifyError::Malformed(MalformedError::Json { part, source })),
                Expected::Syntax(expected),
            ) if part == *expected && matches!(source, ivs_token::JsonError::Syntax(_)) => {}
            (result, expected) => {
                wrong.push(format!("{name}:\n  got      {result:?}\n  expected {expected:?}"));
            }
        }
    }
    println!("{} hostile tokens", cases.len());
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(cases.len() >= 60);
}

#[test]
fn names_are_distinct() {
    let mut names: Vec<_> = cases().into_iter().map(|case| case.name).collect();
    names.sort_unstable();
    let count = names.len();
    names.dedup();
    assert_eq!(names.len(), count);
}

#[test]
fn near_misses_are_accepted() {
    let verifier = verifier();
    for (name, token) in accepted() {
        if let Err(error) = verifier.verify(&token) {
            panic!("{name}: {error:?}");
        }
        assert_clean(&name, &inspect_at(&token, now()));
    }
}

#[test]
fn inspect_sees_what_takes_no_key_to_see() {
    let mut wrong = Vec::new();
    for Case { name, token, seen, .. } in cases() {
        let inspection = inspect_at(&token, now());
        assert_clean(&name, &inspection);
        if (inspection.problems().count() > 0) != seen {
            wrong.push(format!("{name}: expected a problem: {seen}; got {inspection}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn refusals_are_fit_for_a_log() {
    let verifier = verifier();
    for Case { name, token, .. } in cases() {
        let text = verifier.verify(&token).unwrap_err().to_string();
        assert!(!text.is_empty() && !text.contains(char::is_control), "{name}: {text:?}");
        assert!(text.len() < 1000, "{name}: {} bytes", text.len());
    }
}

/// The header is read before the signature holds: whoever sends a token chooses these texts.
#[test]
fn nothing_of_a_header_reaches_a_terminal_raw() {
    let verifier = verifier();
    for escape in [r"\u001b[2J", r"\n", r"\u009b31m", r"\u202e"] {
        for header in [
            format!(r#"{{"alg":"{escape}"}}"#),
            format!(r#"{{"alg":"ES384","typ":"{escape}"}}"#),
            format!(r#"{{"alg":"ES384","{escape}":1,"{escape}":2}}"#),
            format!(r#"{{"alg":"ES384","kid":"{escape}"}}"#),
            format!(r#"{{"alg":"ES384","kid":"arn:aws:ivs:{escape}:1:public-key/a"}}"#),
            format!(r#"{{"alg":"ES384","kid":"arn:aws:ivs:us-west-2:{escape}:public-key/a"}}"#),
            format!(r#"{{"alg":"ES384","kid":"arn:aws:ivs:us-west-2:1:{escape}/a"}}"#),
            format!(r#"{{"alg":"ES384","kid":"arn:aws:ivs:us-west-2:1:public-key/{escape}"}}"#),
        ] {
            let token = forge(&header, payload());
            let text = verifier.verify(&token).unwrap_err().to_string();
            let raw = |c: char| c.is_control() || c == '\u{202e}';
            assert!(!text.contains(raw), "{header}: {text:?}");
            assert_clean(&header, &inspect_at(&token, now()));
        }
    }
}

#[test]
fn nothing_of_a_payload_reaches_a_terminal_raw() {
    let verifier = verifier();
    for text in ["\u{1b}[2J", "\r", "\u{9b}31m", "\u{202e}", "\u{85}", "\u{7f}"] {
        let quoted = serde_json::to_string(text).unwrap();
        for claim in claims().keys().map(String::as_str).chain([text, "nbf"]) {
            for raw in [&quoted, text, &format!("{{{quoted}:{quoted}}}"), &format!("[{quoted}")] {
                let token = forge(header(), payload_with(claim, raw));
                assert_clean(raw, &inspect_at(&token, now()));
                if let Err(error) = verifier.verify(&token) {
                    let words = error.to_string();
                    assert!(
                        !words.contains(|c: char| c.is_control() || c == '\u{202e}'),
                        "{claim}: {words:?}"
                    );
                }
            }
        }
        assert_clean("pasted", &inspect_at(text, now()));
        assert_clean("pasted", &inspect_at(&format!("{text}.{text}.{text}"), now()));
    }
}

/// Nothing of the payload counts, or is even parsed, before the signature holds.
#[test]
fn the_signature_comes_before_the_claims() {
    let verifier = verifier();
    for payload in ["", "{", "[]", "null", "\u{feff}", &payload_with("exp", "1"), &"[".repeat(9000)] {
        let token = forge_with(attacker_key(), header(), payload);
        assert_eq!(verifier.verify(&token), Err(VerifyError::Signature), "{payload:.20}");
        let token = forge_with(attacker_key(), header_for(UNKNOWN_KID), payload);
        assert_eq!(
            verifier.verify(&token),
            Err(VerifyError::UnknownKey { kid: UNKNOWN_KID.to_string() }),
            "{payload:.20}"
        );
    }
}

#[test]
fn expectations() {
    let token = participant().mint_at(&signing_key(), now()).unwrap();
    let elsewhere: StageArn = "arn:aws:ivs:us-west-2:123456789012:stage/elsewhere".parse().unwrap();
    let build = |builder: ivs_token::VerifierBuilder| {
        builder.key(arn(KID), key().verifying_key().clone()).clock(now()).build().unwrap()
    };
    let new = Expectations::new;
    for (expectations, builder, expected, code) in [
        (
            new().stage(&elsewhere),
            Verifier::builder().stage(&elsewhere),
            VerifyError::WrongStage { expected: elsewhere.clone(), found: stage().arn().clone() },
            "TOKEN_INVALID",
        ),
        (
            new().capability(Capability::Publish),
            Verifier::builder().capability(Capability::Publish),
            VerifyError::InsufficientCapabilities { missing: Capability::Publish },
            "INSUFFICIENT_CAPABILITIES",
        ),
        (
            new().user_id("Jose 😀"),
            Verifier::builder().user_id("Jose 😀"),
            VerifyError::WrongUser { found: Some("José 😀".into()) },
            "TOKEN_INVALID",
        ),
    ] {
        assert_eq!(verifier().verify_expecting(token.as_str(), &expectations), Err(expected.clone()));
        assert_eq!(build(builder).verify(token.as_str()), Err(expected.clone()));
        assert_eq!(expected.code(), code);
    }
    let nobody = stage().participant().mint_at(&signing_key(), now()).unwrap();
    assert_eq!(
        verifier().verify_expecting(nobody.as_str(), &new().user_id("")),
        Err(VerifyError::WrongUser { found: None })
    );
    let right = new().stage(stage().arn()).capability(Capability::Subscribe).user_id("José 😀");
    assert!(verifier().verify_expecting(token.as_str(), &right).is_ok());
}

#[test]
fn leeway_is_what_the_builder_was_told() {
    let token = good_token();
    let verify = |leeway: u64, expiry: u64, moment: i64| {
        let leeway = Duration::from_secs(leeway);
        Verifier::builder()
            .key(arn(KID), key().verifying_key().clone())
            .issued_at_leeway(leeway)
            .expiry_leeway(Duration::from_secs(expiry))
            .clock(at(moment))
            .build()
            .unwrap()
            .verify(&token)
            .map(drop)
    };
    assert_eq!(verify(0, 0, NOW), Ok(()));
    assert_eq!(
        verify(0, 0, NOW - 1),
        Err(VerifyError::IssuedInFuture { issued_at: now(), now: at(NOW - 1) })
    );
    assert_eq!(verify(5, 0, NOW - 5), Ok(()));
    assert_eq!(verify(0, 0, NOW + 899), Ok(()));
    let expired = |secs| Err(VerifyError::Expired { expired_at: at(NOW + 900), now: at(NOW + secs) });
    assert_eq!(verify(0, 0, NOW + 900), expired(900));
    assert_eq!(verify(0, 7, NOW + 906), Ok(()));
    assert_eq!(verify(0, 7, NOW + 907), expired(907));
}

#[test]
fn every_prefix_is_refused() {
    let (verifier, token) = (verifier(), good_token());
    assert!(verifier.verify(&token).is_ok());
    for end in 0..token.len() {
        assert!(verifier.verify(&token[..end]).is_err(), "{end}");
        let inspection = inspect_at(&token[..end], now());
        assert!(inspection.problems().count() > 0, "{end}: {inspection}");
        assert_clean("prefix", &inspection);
    }
}

#[test]
fn every_suffix_is_refused() {
    let (verifier, token) = (verifier(), good_token());
    for start in 1..=token.len() {
        assert!(verifier.verify(&token[start..]).is_err(), "{start}");
        assert_clean("suffix", &inspect_at(&token[start..], now()));
    }
}

#[test]
fn every_byte_less_or_more_is_refused() {
    let (verifier, token) = (verifier(), good_token());
    for i in 0..token.len() {
        let less = format!("{}{}", &token[..i], &token[i + 1..]);
        // The same text when the byte before it is the same.
        assert!(verifier.verify(&less).is_err(), "without byte {i}");
        for more in ["A", "-", "=", ".", " ", "\n", "\0", "é"] {
            let text = format!("{}{more}{}", &token[..i], &token[i..]);
            assert!(verifier.verify(&text).is_err(), "{more:?} at {i}");
        }
    }
    for byte in 0..=127_u8 {
        for text in [format!("{token}{}", char::from(byte)), format!("{}{token}", char::from(byte))] {
            assert!(verifier.verify(&text).is_err(), "{byte}");
            assert_clean("extra byte", &inspect_at(&text, now()));
        }
    }
}

/// A part of one good token in the place of the same part of another.
#[test]
fn parts_do_not_mix() {
    let verifier = verifier();
    let mint = |user: &str, key: &ivs_token::SigningKey| {
        stage().participant().user_id(user).mint_at(key, now()).unwrap().into_string()
    };
    let (ours, theirs) = (mint("ana", &signing_key()), mint("bob", &other_signing_key()));
    let same_key = mint("eve", &signing_key());
    for (one, other, swaps) in [(&ours, &theirs, &[0, 1, 2][..]), (&ours, &same_key, &[1, 2])] {
        assert!(verifier.verify(one).is_ok() && verifier.verify(other).is_ok());
        for &i in swaps {
            let mut mixed = parts(one);
            mixed[i] = parts(other)[i];
            assert_eq!(verifier.verify(&mixed.join(".")), Err(VerifyError::Signature), "part {i}");
        }
    }
    // All orders of the parts of one token but the right one.
    let [h, p, s] = parts(&ours);
    for mixed in [[h, s, p], [p, h, s], [p, s, h], [s, h, p], [s, p, h]] {
        assert!(verifier.verify(&mixed.join(".")).is_err());
    }
}

#[test]
fn api_tokens_are_named() {
    for case in cases().iter().filter(|case| case.name.starts_with("KMS")) {
        let inspection = inspect_at(&case.token, now());
        assert_eq!(inspection.kind, TokenKind::ParticipantFromApi, "{}", case.name);
        assert!(inspection.to_string().contains("CreateParticipantToken"), "{}", case.name);
    }
}

fn assert_clean(name: &str, inspection: &Inspection) {
    let text = inspection.to_string();
    let dirty = |c: char| {
        c != '\n' && (c.is_control() || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}'))
    };
    assert!(!text.contains(dirty), "{name}: {text:?}");
    // What programs read is JSON whatever the token was.
    serde_json::to_string(inspection).unwrap();
}

/// Good and hostile tokens side by side: a batch says of each what it hears alone, whatever does the work.
#[test]
fn a_batch_says_of_each_what_it_hears_alone() {
    let store = Arc::new(InMemoryRevocations::new());
    let disconnected = participant().participant_id("gone").mint_at(&signing_key(), now()).unwrap();
    store.disconnect_participant(&arn_of_stage(), disconnected.participant_id(), None).unwrap();
    let ring = KeyRing::new();
    for (kid, key) in [(KID, key()), (OTHER_KID, other_key()), (RETIRED_KID, retired_key())] {
        ring.import(arn(kid), key.verifying_key().unprepared()).unwrap();
    }
    for kid in [OTHER_ACCOUNT_KID, OTHER_REGION_KID] {
        ring.import(arn(kid), key().verifying_key().unprepared()).unwrap();
    }
    ring.retire(&arn(RETIRED_KID), now()).unwrap();
    let with = |ring: &KeyRing| Verifier::builder().key_ring(ring).clock(now());
    // All tokens of which anyone may say anything.
    let retired = SigningKey::from(retired_key().clone()).with_id(arn(RETIRED_KID));
    let connection = Connection::new().mint_at(&signing_key(), now()).unwrap().into_string();
    let mut tokens: Vec<String> = cases().into_iter().map(|case| case.token).collect();
    tokens.extend(accepted().into_iter().map(|(_, token)| token));
    tokens.extend((0..200).map(|i| {
        let key = if i % 3 == 0 { other_signing_key() } else { signing_key() };
        participant()
            .participant_id(format!("p{i}"))
            .user_id(format!("u{i}"))
            .mint_at(&key, now())
            .unwrap()
            .into_string()
    }));
    for i in 0..96 {
        let (signed, signature) = split_signature(&tokens[tokens.len() - 1 - i]);
        let mut spoilt = decode(signature);
        spoilt[i] ^= 1 << (i % 8);
        tokens.push(format!("{signed}.{}", encode(spoilt)));
    }
    tokens.extend([
        disconnected.into_string(),
        connection,
        participant().mint_at(&retired, now()).unwrap().into_string(),
    ]);
    tokens.extend(
        [payload_with("nbf", &(NOW + 61).to_string()), payload_with("iat", &(NOW + 61).to_string())]
            .map(|payload| forge(header(), payload)),
    );
    // In an order in which neighbours have nothing to do with each other, each twice.
    let mut order: Vec<usize> = (0..2 * tokens.len()).collect();
    order.sort_by_key(|i| i * 7919 % 10_007);
    let tokens: Vec<&str> = order.iter().map(|i| tokens[i % tokens.len()].as_str()).collect();

    let single = with(&ring).revocations(store.clone()).build().unwrap();
    let codes: HashSet<&str> =
        tokens.iter().filter_map(|token| single.verify(token).err()).map(|error| error.code()).collect();
    for code in [
        "TOKEN_MISSING",
        "TOKEN_INVALID",
        "TOKEN_INVALID_SIGNATURE",
        "TOKEN_EXPIRED",
        "PARTICIPANT_DISCONNECTED",
    ] {
        assert!(codes.contains(code), "{code} is not among {codes:?}");
    }
    let same = |what: &str, sizes: &[usize], verifier: &VerifierBuilder| {
        let (single, batch) = (verifier.clone().build().unwrap(), verifier.clone().build().unwrap());
        let alone: Vec<_> = tokens.iter().map(|token| single.verify(token)).collect();
        for &size in sizes {
            let together: Vec<_> =
                tokens.chunks(size).flat_map(|tokens| batch.verify_batch(tokens)).collect();
            assert_eq!(together.len(), alone.len());
            for (token, (together, alone)) in tokens.iter().zip(together.into_iter().zip(&alone)) {
                assert_eq!(&together, alone, "{what}, {size} at a time: {token}");
            }
        }
    };
    let every = [1, 2, 7, 64, 65, tokens.len()];
    same("prepared", &every, &with(&ring));
    same("with a store", &[65], &with(&ring).revocations(store));
    same("with a cache", &[65], &with(&ring).cache(1000));
    same(
        "for another stage",
        &[65],
        &with(&ring).stage(&"arn:aws:ivs:us-west-2:123456789012:stage/other".parse().unwrap()),
    );
    same("for one who may publish", &[65], &with(&ring).capability(Capability::Publish));
    same("for one user", &[65], &with(&ring).user_id("u7"));
    same("at another time", &[65], &with(&ring).clock(at(NOW + 901)));
    ring.set_prepared_limit(0);
    same("not prepared", &[65], &with(&ring));
    ring.set_prepared_limit(1);
    same("some prepared", &[65], &with(&ring));
    // Keys that came prepared for other processors than this one.
    for path in es384::Path::all() {
        let ring = KeyRing::new();
        for (kid, key) in [(KID, key()), (OTHER_KID, other_key())] {
            let key = key.verifying_key().unprepared();
            key.prepare_on(path);
            ring.import(arn(kid), key).unwrap();
        }
        same(&format!("{path:?}"), &[7, 65], &with(&ring));
    }
}

const RETIRED_KID: &str = "arn:aws:ivs:us-west-2:123456789012:public-key/7e7e7e7e-0000";

fn retired_key() -> &'static es384::SigningKey {
    attacker_key()
}

fn arn_of_stage() -> StageArn {
    STAGE_ARN.parse().unwrap()
}

/// What stands around a token is told in the words that `inspect` has for it.
#[test]
fn what_stands_around_a_token_is_told() {
    let token = forge(header(), payload());
    for (text, word) in [
        (format!("Bearer {token}"), "the word Bearer comes before the token"),
        (format!("\"{token}\""), "the token stands in quotes"),
        (format!("b'{token}'"), "how Python prints bytes"),
        (format!("Authorization: Bearer {token}"), "Bearer"),
        (format!("Cookie: t={token}; Path=/"), "other text stands around the token"),
        (format!("https://x.example/a.m3u8?token={token}"), "query parameter `token`"),
    ] {
        let error = verifier().verify(&text).unwrap_err();
        assert!(matches!(error, VerifyError::Malformed(MalformedError::NotAlone { .. })), "{text}: {error}");
        assert_eq!((error.code(), error.reason()), ("TOKEN_INVALID", "NOT_ALONE"));
        assert!(error.to_string().contains(word), "{error}");
    }
}
