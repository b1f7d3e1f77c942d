//! What the conformance tests share: a stage, keys and a clock that stand still, and a forge.
//!
//! The tests go through the public API alone, as a user's code does.

pub mod heap;

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ivs_token::{
    Capability, Participant, PublicKeyArn, SigningKey, Stage, Timestamp, Verifier, VerifyingKey,
};
use serde_json::{Map, Value, json};

/// When all of it happens: 2026-11-21T09:17:25Z.
pub const NOW: i64 = 1_795_252_645;

/// The ARN of [`key`].
pub const KID: &str = "arn:aws:ivs:us-west-2:123456789012:public-key/f99cde61-c2b0-4df3-8941-ca7d38acca1a";
/// The ARN of [`other_key`], in the same account and region.
pub const OTHER_KID: &str =
    "arn:aws:ivs:us-west-2:123456789012:public-key/0b1c2d3e-4f50-6172-8394-a5b6c7d8e9f0";
/// An ARN that [`verifier`] also holds for [`key`], in another account.
pub const OTHER_ACCOUNT_KID: &str = "arn:aws:ivs:us-west-2:210987654321:public-key/11111111-2222";
/// An ARN that [`verifier`] also holds for [`key`], in another region.
pub const OTHER_REGION_KID: &str = "arn:aws:ivs:eu-central-1:123456789012:public-key/33333333-4444";
/// An ARN that [`verifier`] does not hold.
pub const UNKNOWN_KID: &str = "arn:aws:ivs:us-west-2:123456789012:public-key/00000000-dead-beef";

/// The ARN of [`stage`].
pub const STAGE_ARN: &str = "arn:aws:ivs:us-west-2:123456789012:stage/oRmLNwuCeMlQ";
/// The stage ID of [`stage`].
pub const STAGE_ID: &str = "oRmLNwuCeMlQ";
/// The WHIP endpoint of [`stage`].
pub const WHIP_URL: &str = "https://453fdfd2ad24df.global-bm.whip.live-video.net";
/// The events endpoint of [`stage`].
pub const EVENTS_URL: &str = "wss://global.events.live-video.net";

/// The private key of the tests: made for them with OpenSSL, and in no other use.
pub const PRIVATE_PEM: &str = include_str!("../data/test-only-private.pem");
/// The public half of [`PRIVATE_PEM`].
pub const PUBLIC_PEM: &str = include_str!("../data/test-only-public.pem");
/// What `aws ivs-realtime get-stage` prints for [`stage`].
pub const GET_STAGE_JSON: &str = include_str!("../data/get-stage.json");

/// So many seconds since 1970.
pub fn at(secs: i64) -> Timestamp {
    Timestamp::from_secs(secs).unwrap()
}

/// The moment [`NOW`].
pub fn now() -> Timestamp {
    at(NOW)
}

pub fn stage() -> Stage {
    Stage::from_json(GET_STAGE_JSON).unwrap()
}

/// The bare key of the tests.
pub fn key() -> &'static es384::SigningKey {
    static KEY: OnceLock<es384::SigningKey> = OnceLock::new();
    KEY.get_or_init(|| es384::SigningKey::from_pem(PRIVATE_PEM).unwrap())
}

/// Another key, which [`verifier`] holds too.
pub fn other_key() -> &'static es384::SigningKey {
    static KEY: OnceLock<es384::SigningKey> = OnceLock::new();
    KEY.get_or_init(|| es384::SigningKey::generate().unwrap())
}

/// A key that nobody trusts.
pub fn attacker_key() -> &'static es384::SigningKey {
    static KEY: OnceLock<es384::SigningKey> = OnceLock::new();
    KEY.get_or_init(|| es384::SigningKey::generate().unwrap())
}

pub fn arn(text: &str) -> PublicKeyArn {
    text.parse().unwrap()
}

/// [`key`] as a key that mints for [`stage`].
pub fn signing_key() -> SigningKey {
    SigningKey::from(key().clone()).with_id(arn(KID))
}

/// [`other_key`] as a key that mints for [`stage`].
pub fn other_signing_key() -> SigningKey {
    SigningKey::from(other_key().clone()).with_id(arn(OTHER_KID))
}

/// Holds [`key`] and [`other_key`] under their ARNs, and [`key`] under the two ARNs elsewhere; it is always [`NOW`].
pub fn verifier() -> Verifier {
    verifier_at(now())
}

/// [`verifier`] at another time.
pub fn verifier_at(now: Timestamp) -> Verifier {
    Verifier::builder()
        .key(arn(KID), key().verifying_key().clone())
        .key(arn(OTHER_KID), other_key().verifying_key().clone())
        .key(arn(OTHER_ACCOUNT_KID), key().verifying_key().clone())
        .key(arn(OTHER_REGION_KID), key().verifying_key().clone())
        .clock(now)
        .build()
        .unwrap()
}

/// A verifier that holds this key alone, under [`KID`]; it is always [`NOW`].
pub fn verifier_of(key: VerifyingKey) -> Verifier {
    Verifier::builder().key(arn(KID), key).clock(now()).build().unwrap()
}

/// A participant with every optional claim, among them text beyond ASCII.
pub fn participant() -> Participant {
    stage()
        .participant()
        .participant_id("pQ7x_-0123456789abcdefAB")
        .user_id("José 😀")
        .attribute("displayName", "Zoë \"Z\"")
        .attribute("seat", "12\n")
        .attribute("équipe", "été")
        .capabilities(Capability::Subscribe)
        .duration(Duration::from_secs(900))
}

/// A token of [`participant`], minted [`now`].
pub fn good_token() -> String {
    participant().mint_at(&signing_key(), now()).unwrap().into_string()
}

/// The header of a good token of [`key`].
pub fn header() -> String {
    header_for(KID)
}

/// The header of a good token of the key that has this ARN.
pub fn header_for(kid: &str) -> String {
    format!(r#"{{"alg":"ES384","typ":"JWT","kid":"{kid}"}}"#)
}

/// Claims that hold at [`NOW`], one by one to be spoilt.
pub fn claims() -> Map<String, Value> {
    let Value::Object(claims) = json!({
        "exp": NOW + 3600,
        "iat": NOW,
        "jti": "pQ7x_-0123456789abcdefAB",
        "user_id": "ana",
        "resource": STAGE_ARN,
        "topic": STAGE_ID,
        "events_url": EVENTS_URL,
        "whip_url": WHIP_URL,
        "capabilities": {"allow_publish": true, "allow_subscribe": true},
        "attributes": {"displayName": "Ana"},
        "version": "1.0",
    }) else {
        unreachable!()
    };
    claims
}

/// [`claims`] as JSON, with this one put in its place as raw text, which need not be JSON.
pub fn payload_with(claim: &str, raw: &str) -> String {
    let mut claims = claims();
    claims.remove(claim);
    let rest = Value::Object(claims).to_string();
    format!("{{{:?}:{raw},{}", claim, &rest[1..])
}

/// [`claims`] as JSON, without this one.
pub fn payload_without(claim: &str) -> String {
    let mut claims = claims();
    claims.remove(claim).unwrap();
    Value::Object(claims).to_string()
}

/// [`claims`] as JSON.
pub fn payload() -> String {
    Value::Object(claims()).to_string()
}

pub fn encode(bytes: impl AsRef<[u8]>) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

pub fn decode(text: &str) -> Vec<u8> {
    URL_SAFE_NO_PAD.decode(text).unwrap()
}

/// A token of any header and payload whatsoever, with a true signature of [`key`]: what is wrong in it is what is signed.
pub fn forge(header: impl AsRef<[u8]>, payload: impl AsRef<[u8]>) -> String {
    forge_with(key(), header, payload)
}

/// [`forge`] with another key.
pub fn forge_with(key: &es384::SigningKey, header: impl AsRef<[u8]>, payload: impl AsRef<[u8]>) -> String {
    sign_text(key, &format!("{}.{}", encode(header), encode(payload)))
}

/// A text with a dot and its true signature behind it.
pub fn sign_text(key: &es384::SigningKey, signed: &str) -> String {
    format!("{signed}.{}", encode(key.sign(signed.as_bytes()).unwrap()))
}

/// What the signature covers, and the signature, of a token.
pub fn split_signature(token: &str) -> (&str, &str) {
    token.rsplit_once('.').unwrap()
}

/// The three parts of a token.
pub fn parts(token: &str) -> [&str; 3] {
    token.split('.').collect::<Vec<_>>().try_into().unwrap()
}

/// The payload of a token as JSON.
pub fn payload_of(token: &str) -> Value {
    serde_json::from_slice(&decode(parts(token)[1])).unwrap()
}

/// r and s of 48 bytes each as a DER sequence of two integers (RFC 3279, section 2.2.3).
pub fn to_der(signature: &[u8]) -> Vec<u8> {
    let mut body = Vec::new();
    for half in signature.chunks(signature.len() / 2) {
        let digits = &half[half.iter().position(|&byte| byte != 0).unwrap_or(half.len() - 1)..];
        let sign = usize::from(digits[0] >> 7);
        body.extend([2, u8::try_from(digits.len() + sign).unwrap()]);
        body.extend(&[0][..sign]);
        body.extend(digits);
    }
    let mut der = vec![0x30, u8::try_from(body.len()).unwrap()];
    der.extend(body);
    der
}

/// The way back: r and s of 48 bytes each out of a DER sequence of two integers.
pub fn from_der(der: &[u8]) -> [u8; 96] {
    assert_eq!((der[0], usize::from(der[1])), (0x30, der.len() - 2));
    let mut out = [0; 96];
    let mut rest = &der[2..];
    for half in out.chunks_mut(48) {
        let (integer, after) = rest[2..].split_at(usize::from(rest[1]));
        let digits = if integer[0] == 0 { &integer[1..] } else { integer };
        half[48 - digits.len()..].copy_from_slice(digits);
        rest = after;
    }
    assert!(rest.is_empty());
    out
}

/// Whether a program is there to test against. Without it a test says so and passes, but never on CI (`CI` set).
pub fn require_tool(name: &str) -> bool {
    let there = Command::new(name).arg("version").output().is_ok();
    there || skip(&format!("there is no `{name}` command"))
}

/// Says that a test is skipped and why; on CI (`CI` set) that is a failure. Always `false`.
pub fn skip(why: &str) -> bool {
    assert!(std::env::var_os("CI").is_none(), "skipping is no option on CI: {why}");
    eprintln!("\n!!! SKIPPED: {why}\n");
    false
}

/// The root of the workspace.
pub fn workspace() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_owned()
}

/// A [`Command`]'s standard output; panics with its standard error unless it succeeds.
pub fn stdout_of(command: &mut Command) -> Vec<u8> {
    let output = command.output().unwrap();
    assert!(
        output.status.success(),
        "{command:?}: {}\n{}",
        output.status,
        String::from_utf8_lossy(&output.stderr)
    );
    output.stdout
}

/// The Rust of the project's README compiles.
#[cfg(doctest)]
#[doc = include_str!("../../README.md")]
pub struct Readme;

/// The Rust of the guide runs; `build.rs` takes it out of the pages.
#[cfg(doctest)]
#[doc = include_str!(concat!(env!("OUT_DIR"), "/guide.md"))]
pub struct Guide;
