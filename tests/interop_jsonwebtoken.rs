//! Both ways with the crate `jsonwebtoken`.

use conformance::*;
use ivs_token::{MaximumResolution, Playback, Timestamp, Verifier};
use jsonwebtoken::errors::ErrorKind;
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation};
use serde_json::{Map, Value, json};

fn validation() -> Validation {
    let mut validation = Validation::new(Algorithm::ES384);
    validation.leeway = 0;
    validation
}

/// The public key as jsonwebtoken takes it: from the coordinates of a JWK, and as a bare point.
fn decoding_keys() -> [DecodingKey; 2] {
    let jwk: Value = serde_json::from_str(&key().verifying_key().to_jwk()).unwrap();
    [
        DecodingKey::from_ec_components(jwk["x"].as_str().unwrap(), jwk["y"].as_str().unwrap()).unwrap(),
        DecodingKey::from_ec_der(&key().verifying_key().to_sec1_point()),
    ]
}

#[test]
fn it_verifies_ours() {
    let now = Timestamp::now();
    for participant in [participant(), stage().participant()] {
        let token = participant.mint_at(&signing_key(), now).unwrap();
        for decoding_key in decoding_keys() {
            let read =
                jsonwebtoken::decode::<Map<String, Value>>(token.as_str(), &decoding_key, &validation())
                    .unwrap();
            assert_eq!((read.header.alg, read.header.kid.as_deref()), (Algorithm::ES384, Some(KID)));
            assert_eq!(read.header.typ.as_deref(), Some("JWT"));
            assert_eq!(Value::Object(read.claims.clone()), payload_of(token.as_str()));
            assert_eq!(read.claims.get("user_id").and_then(Value::as_str), token.user_id());
            assert_eq!(read.claims["exp"], token.expires_at().as_secs());
            assert_eq!(read.claims["jti"], token.participant_id().as_str());
        }
    }
}

#[test]
fn it_refuses_ours_when_it_should() {
    let now = Timestamp::now();
    let [decoding_key, _] = decoding_keys();
    let refusal = |token: &str| {
        jsonwebtoken::decode::<Value>(token, &decoding_key, &validation()).unwrap_err().into_kind()
    };
    let foreign = participant().mint_at(&other_signing_key(), now).unwrap();
    assert!(matches!(refusal(foreign.as_str()), ErrorKind::InvalidSignature));
    let old = participant().mint_at(&signing_key(), at(now.as_secs() - 901)).unwrap();
    assert!(matches!(refusal(old.as_str()), ErrorKind::ExpiredSignature));
}

#[test]
fn we_verify_its() {
    let header = Header { kid: Some(KID.to_owned()), ..Header::new(Algorithm::ES384) };
    let encoding_key = EncodingKey::from_ec_der(&key().to_pkcs8_der());
    for user_id in ["José 😀", "ana", "\u{0}\u{7f}\"\\/"] {
        let mut claims = claims();
        claims.insert("user_id".into(), user_id.into());
        let token = jsonwebtoken::encode(&header, &claims, &encoding_key).unwrap();
        let verified = verifier().verify(&token).unwrap();
        assert_eq!(verified.user_id(), Some(user_id));
        assert_eq!(verified.claims().stage(), &stage());
        assert_eq!(verified.key_id(), &arn(KID));
    }
}

#[test]
fn keys_of_both_sides_are_the_same() {
    let ours = es384::SigningKey::generate().unwrap();
    let header = Header { kid: Some(KID.to_owned()), ..Header::new(Algorithm::ES384) };
    let token =
        jsonwebtoken::encode(&header, &claims(), &EncodingKey::from_ec_der(&ours.to_pkcs8_der())).unwrap();
    let verifier =
        Verifier::builder().key(arn(KID), ours.verifying_key().clone()).clock(now()).build().unwrap();
    assert!(verifier.verify(&token).is_ok());
}

#[test]
fn playback_tokens_both_ways() {
    let channel = "arn:aws:ivs:us-west-2:123456789012:channel/abcdABCDefgh";
    let playback_key = "arn:aws:ivs:us-west-2:123456789012:playback-key/y".parse().unwrap();
    let now = Timestamp::now();
    let token = Playback::new(channel.parse().unwrap())
        .origin("https://*.example.com")
        .viewer("José 😀")
        .viewer_session_version(7)
        .single_use()
        .maximum_resolution(MaximumResolution::Hd)
        .mint_at(&signing_key(), now)
        .unwrap();
    let [decoding_key, _] = decoding_keys();
    let read =
        jsonwebtoken::decode::<Map<String, Value>>(token.as_str(), &decoding_key, &validation()).unwrap();
    assert_eq!((read.header.alg, read.header.kid), (Algorithm::ES384, None));
    assert_eq!(read.claims["aws:channel-arn"], channel);
    assert_eq!(read.claims["aws:access-control-allow-origin"], "https://*.example.com");
    assert_eq!(read.claims["aws:viewer-id"], "José 😀");
    assert_eq!(read.claims["aws:viewer-session-version"], 7);
    assert_eq!(read.claims["aws:single-use-uuid"], token.single_use_uuid().unwrap().to_string());
    assert_eq!(read.claims["aws:maximum-resolution"], "HD");
    assert_eq!(read.claims["exp"], now.as_secs() + 600);

    let verifier = Verifier::builder()
        .playback_key(playback_key, key().verifying_key().clone())
        .clock(now)
        .build()
        .unwrap();
    let encoding_key = EncodingKey::from_ec_der(&key().to_pkcs8_der());
    let theirs = |exp: i64| {
        // With `iat`, as many signers write it.
        let claims = json!({
            "aws:channel-arn": channel, "aws:viewer-id": "José 😀", "aws:strict-origin-enforcement": false,
            "iat": now.as_secs(), "exp": exp,
        });
        jsonwebtoken::encode(&Header::new(Algorithm::ES384), &claims, &encoding_key).unwrap()
    };
    let verified = verifier.verify_playback(&theirs(now.as_secs() + 60), None).unwrap();
    assert_eq!((verified.viewer_id().unwrap().as_str(), verified.issued_at()), ("José 😀", Some(now)));
    let refused = verifier.verify_playback(&theirs((now.as_secs() + 60) * 1000), None).unwrap_err();
    assert_eq!(refused.reason(), "CLAIM_IN_MILLISECONDS");
}
