//! Minting and verifying in one call each, for languages in which few functions are to be declared.

use std::ffi::c_char;
use std::time::Duration;

use ::ivs_token::{
    Capabilities, Capability, ChannelArn, Connection, KeyRing, KeySet, MaximumResolution, Origin,
    Participant, Playback, PlaybackDuration, SigningKey, Uuid, Verifier, VerifierBuilder, VerifyingKey,
    ViewerId,
};

use crate::boundary;
use crate::error::{ivs_error, ivs_last_error_get};
use crate::failure::Failure;
use crate::input::{bytes, duration, text};
use crate::output;
use crate::request::{Request, required};
use crate::status::ivs_status;

/// A size in bytes that is enough for anything that `ivs_mint_json()` and `ivs_verify_json()` write.
#[cfg_attr(not(test), expect(dead_code, reason = "for the header"))]
pub const IVS_JSON_MAX: usize = 64 * 1024;

/// Mints a token in one call, and writes it as JSON into the caller's buffer, with a NUL behind it: what
/// `ivs_token_to_json()` writes, with the member `token`. `IVS_JSON_MAX` bytes are enough for any. Give a buffer of
/// that size at once, since asking for the size costs a signature. To mint many tokens, keep an ivs_signing_key
/// instead: this function reads the key for each token.
///
/// `key` is the private key: PEM, DER or JWK, not encrypted. It is not part of the request, so that only the caller has a copy
/// to wipe.
///
/// `request` is a JSON object. A member with another name is refused; null is the same as no member. `kind` is
/// "participant", "connection" or "playback"; without it, the token is a participant token. Durations are in seconds,
/// and `now` is the second since 1970 at which the token is issued; by default the present one.
///
/// participant  `kid` (the ARN of the key, which must be there), `stage` (the object that CreateStage or GetStage answers, which
///              must be there), `userId`, `attributes` (an object of strings), `capabilities` (an array of "PUBLISH" and
///              "SUBSCRIBE"; both unless given), `durationSeconds`, `participantId`, `now`.
/// connection   `kid`, which must be there, `durationSeconds`, `tokenId`, `serverOf` (a stage as above: where its server is on this
///              machine, the token leads there), `now`.
/// playback     `channelArn`, which must be there, `durationSeconds`, `origins` (an array of strings),
///              `strictOriginEnforcement` (true or false), `singleUse` (true or false), `singleUseUuid`, `viewerId`,
///              `viewerSessionVersion`, `maximumResolution`, `now`.
///
/// `error` may be NULL. Otherwise the status, the reason and the message of this call are always written to it.
///
/// # Safety
///
/// `key_len` bytes can be read at `key`, and `request_len` at `request`; `*len` bytes can be written at `buffer`, and `len` can
/// be read and written; `error` is NULL or can be written.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ivs_mint_json(
    key: *const u8,
    key_len: usize,
    request: *const c_char,
    request_len: usize,
    buffer: *mut c_char,
    len: *mut usize,
    error: *mut ivs_error,
) -> ivs_status {
    let status = boundary::run(|| {
        // SAFETY: as the caller promises.
        let (key, request) = unsafe { (bytes(key, key_len, "key")?, text(request, request_len, "request")?) };
        let answer = mint(key, request)?;
        // SAFETY: as the caller promises.
        unsafe { output::copy(answer.as_bytes(), buffer, len) }
    });
    // SAFETY: as the caller promises.
    unsafe { ivs_last_error_get(error) };
    status
}

/// Verifies a token in one call, and writes its claims as JSON into the caller's buffer, with a NUL behind it: what
/// `ivs_verified_to_json()` and its like write. `IVS_JSON_MAX` bytes are enough for any. If the token is refused, the
/// status is from 400 to 499. To verify many tokens, keep an ivs_verifier instead: it is ten times as fast, and can ask
/// a revocation store. This function remembers nothing, so it accepts a single-use token each time.
///
/// `keys` is the public key whose ARN is the member `kid` (PEM, DER or JWK), or without that member a set of keys: a JWK set
/// whose `kid`s are ARNs, or what `aws ivs-realtime get-public-key` prints, one or several.
///
/// `request` is a JSON object, as for `ivs_mint_json()`: `kind`, `token` (which must be there), `kid`, and `now`, the
/// second since 1970 at which it must be valid. These members are checked against the token if they are given:
///
/// participant  `stageArn`, `userId`, `capabilities` (all of an array of "PUBLISH" and "SUBSCRIBE").
/// playback     `channelArn`, `origin` (the header `Origin` of the request, which is held against a token that says so
///              strictly).
///
/// `error` may be NULL. Otherwise the status, the reason and the message of this call are always written to it.
///
/// # Safety
///
/// As for `ivs_mint_json`, with `keys` for `key`.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ivs_verify_json(
    keys: *const u8,
    keys_len: usize,
    request: *const c_char,
    request_len: usize,
    buffer: *mut c_char,
    len: *mut usize,
    error: *mut ivs_error,
) -> ivs_status {
    let status = boundary::run(|| {
        // SAFETY: as the caller promises.
        let (keys, request) =
            unsafe { (bytes(keys, keys_len, "keys")?, text(request, request_len, "request")?) };
        let answer = verify(keys, request)?;
        // SAFETY: as the caller promises.
        unsafe { output::copy(answer.as_bytes(), buffer, len) }
    });
    // SAFETY: as the caller promises.
    unsafe { ivs_last_error_get(error) };
    status
}

fn mint(key: &[u8], request: &str) -> Result<String, Failure> {
    let mut request = Request::parse(request)?;
    let wanted = Kind::of(&mut request)?;
    let now = request.moment("now")?;
    let mut key = SigningKey::from_any(key, None)?;
    if !matches!(wanted, Kind::Playback) {
        key = key.with_id(required("kid", request.text("kid")?)?.parse()?);
    }
    let answer = match wanted {
        Kind::Participant => serde_json::to_string(&participant(&mut request)?.mint_at(&key, now)?),
        Kind::Connection => serde_json::to_string(&connection(&mut request)?.mint_at(&key, now)?),
        Kind::Playback => serde_json::to_string(&playback(&mut request)?.mint_at(&key, now)?),
    };
    answer.map_err(|_| Failure::internal())
}

fn participant(request: &mut Request) -> Result<Participant, Failure> {
    let mut participant = request.stage("stage")?.participant();
    if let Some(user_id) = request.text("userId")? {
        participant = participant.user_id(user_id);
    }
    participant = participant.attributes(request.attributes("attributes")?);
    if let Some(names) = request.texts("capabilities")? {
        participant = participant.capabilities(capabilities(&names)?);
    }
    if let Some(duration) = lasting(request)? {
        participant = participant.duration(duration);
    }
    if let Some(id) = request.text("participantId")? {
        participant = participant.participant_id(id);
    }
    request.finish()?;
    Ok(participant)
}

fn connection(request: &mut Request) -> Result<Connection, Failure> {
    let mut connection = Connection::new();
    if let Some(duration) = lasting(request)? {
        connection = connection.duration(duration);
    }
    if let Some(id) = request.text("tokenId")? {
        connection = connection.token_id(id);
    }
    if let Some(stage) = request.optional_stage("serverOf")? {
        connection = connection.server_of(&stage);
    }
    request.finish()?;
    Ok(connection)
}

fn playback(request: &mut Request) -> Result<Playback, Failure> {
    let mut playback = Playback::new(required("channelArn", request.text("channelArn")?)?.parse()?);
    if let Some(duration) = lasting(request)? {
        playback = playback.duration(PlaybackDuration::try_from(duration)?);
    }
    for origin in request.texts("origins")?.unwrap_or_default() {
        playback = playback.origin(origin.parse::<Origin>()?);
    }
    playback = playback.strict_origin_enforcement(request.flag("strictOriginEnforcement")?);
    if request.flag("singleUse")? {
        playback = playback.single_use();
    }
    if let Some(uuid) = request.text("singleUseUuid")? {
        playback = playback.single_use_uuid(Uuid::try_parse(uuid).map_err(|_| Failure::not_a_uuid())?);
    }
    if let Some(viewer_id) = request.text("viewerId")? {
        playback = playback.viewer(viewer_id.parse::<ViewerId>()?);
    }
    if let Some(version) = request.integer("viewerSessionVersion")? {
        playback = playback.viewer_session_version(version);
    }
    if let Some(resolution) = request.text("maximumResolution")? {
        playback = playback.maximum_resolution(resolution.parse::<MaximumResolution>()?);
    }
    request.finish()?;
    Ok(playback)
}

fn verify(keys: &[u8], request: &str) -> Result<String, Failure> {
    let mut request = Request::parse(request)?;
    let wanted = Kind::of(&mut request)?;
    let token = required("token", request.text("token")?)?.to_owned();
    let now = request.moment("now")?;
    // For one token it does not pay to prepare a key.
    let mut builder = Verifier::builder().prepared_limit(0).clock(now);
    let kid = request.text("kid")?;
    builder = match wanted {
        Kind::Playback => holding_playback(builder, keys, kid)?,
        _ => holding(builder, keys, kid)?,
    };
    let (mut channel, mut origin) = (None, None);
    match wanted {
        Kind::Participant => {
            if let Some(arn) = request.text("stageArn")? {
                builder = builder.stage(&arn.parse()?);
            }
            if let Some(names) = request.texts("capabilities")? {
                for capability in capabilities(&names)?.iter() {
                    builder = builder.capability(capability);
                }
            }
            if let Some(user_id) = request.text("userId")? {
                builder = builder.user_id(user_id);
            }
        }
        Kind::Connection => {}
        Kind::Playback => {
            channel = request.text("channelArn")?.map(str::parse::<ChannelArn>).transpose()?;
            origin = request.text("origin")?.map(str::to_owned);
        }
    }
    request.finish()?;
    let verifier = builder.build()?;
    let answer = match wanted {
        Kind::Participant => serde_json::to_string(&verifier.verify(&token)?),
        Kind::Connection => serde_json::to_string(&verifier.verify_connection(&token)?),
        Kind::Playback => serde_json::to_string(&match channel {
            Some(channel) => verifier.verify_playback_of(&token, &channel, origin.as_deref())?,
            None => verifier.verify_playback(&token, origin.as_deref())?,
        }),
    };
    answer.map_err(|_| Failure::internal())
}

fn capabilities(names: &[&str]) -> Result<Capabilities, Failure> {
    let mut capabilities = Capabilities::NONE;
    for name in names {
        capabilities |= name.parse::<Capability>()?.into();
    }
    Ok(capabilities)
}

/// With the key of this ARN, or with a set of keys.
fn holding(builder: VerifierBuilder, keys: &[u8], kid: Option<&str>) -> Result<VerifierBuilder, Failure> {
    if let Some(kid) = kid {
        return Ok(builder.key(kid.parse()?, VerifyingKey::from_any(keys)?));
    }
    is_set(keys)?;
    let ring = KeyRing::new();
    ring.set_prepared_limit(0);
    ring.import_all(KeySet::from_any(keys)?)?;
    Ok(builder.key_ring(&ring))
}

/// As [`holding`], of keys for playback.
fn holding_playback(
    builder: VerifierBuilder,
    keys: &[u8],
    kid: Option<&str>,
) -> Result<VerifierBuilder, Failure> {
    if let Some(kid) = kid {
        return Ok(builder.playback_key(kid.parse()?, VerifyingKey::from_any(keys)?));
    }
    is_set(keys)?;
    let ring = KeyRing::new();
    ring.set_prepared_limit(0);
    ring.import_all(KeySet::from_any(keys)?)?;
    Ok(builder.playback_key_ring(&ring))
}

/// A single key cannot do without its ARN.
fn is_set(keys: &[u8]) -> Result<(), Failure> {
    if is_json(keys) {
        return Ok(());
    }
    Err(Failure::invalid_request(
        "the request has no member \"kid\": a single key needs its ARN, and a set of keys is JSON",
    ))
}

fn is_json(keys: &[u8]) -> bool {
    keys.trim_ascii_start().starts_with(b"{") || keys.trim_ascii_start().starts_with(b"[")
}

fn lasting(request: &mut Request) -> Result<Option<Duration>, Failure> {
    match request.integer("durationSeconds")? {
        None => Ok(None),
        Some(seconds) => duration(seconds.cast_unsigned()).map(Some),
    }
}

enum Kind {
    Participant,
    Connection,
    Playback,
}

impl Kind {
    fn of(request: &mut Request) -> Result<Self, Failure> {
        match request.text("kind")? {
            None | Some("participant") => Ok(Self::Participant),
            Some("connection") => Ok(Self::Connection),
            Some("playback") => Ok(Self::Playback),
            Some(_) => Err(Failure::invalid_request(
                "\"kind\" must be \"participant\", \"connection\" or \"playback\"",
            )),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const KID: &str = "arn:aws:ivs:us-west-2:123456789012:public-key/f99cde61-c2b0-4df3-8941-ca7d38acca1a";
    const PLAYBACK_KID: &str = "arn:aws:ivs:us-west-2:123456789012:playback-key/f99cde61";
    const CHANNEL: &str = "arn:aws:ivs:us-west-2:123456789012:channel/abcdABCDefgh";
    const PRIVATE: &[u8] = include_bytes!("../../../tests/data/test-only-private.pem");
    const PUBLIC: &[u8] = include_bytes!("../../../tests/data/test-only-public.pem");

    fn stage() -> serde_json::Value {
        let answer: serde_json::Value =
            serde_json::from_str(include_str!("../../../tests/data/get-stage.json")).unwrap();
        answer["stage"].clone()
    }

    fn json(text: &str) -> serde_json::Value {
        serde_json::from_str(text).unwrap()
    }

    fn minted(request: &serde_json::Value) -> serde_json::Value {
        json(&mint(PRIVATE, &request.to_string()).unwrap())
    }

    #[test]
    fn each_kind_there_and_back() {
        let token = minted(&serde_json::json!({
            "kid": KID, "stage": stage(), "userId": "ana", "attributes": {"seat": "12"},
            "capabilities": ["SUBSCRIBE"], "durationSeconds": 60, "participantId": "p1", "now": 1_795_252_645,
        }));
        assert_eq!((&token["participantId"], &token["duration"]), (&"p1".into(), &1.into()));
        let request = serde_json::json!({
            "token": token["token"], "kid": KID, "stageArn": stage()["arn"], "userId": "ana",
            "capabilities": ["SUBSCRIBE"], "now": 1_795_252_650,
        });
        let said = json(&verify(PUBLIC, &request.to_string()).unwrap());
        assert_eq!(said["attributes"], serde_json::json!({"seat": "12"}));
        assert_eq!(said["keyArn"], KID);

        let token = minted(&serde_json::json!({"kind": "connection", "kid": KID, "tokenId": "line-1"}));
        let request = serde_json::json!({"kind": "connection", "token": token["token"], "kid": KID});
        assert_eq!(json(&verify(PUBLIC, &request.to_string()).unwrap())["tokenId"], "line-1");
        let leads = |token: &serde_json::Value| {
            let inspection = ::ivs_token::inspect(token["token"].as_str().unwrap());
            let url = inspection.claims.iter().find(|claim| claim.name == "events_url").unwrap();
            json(&url.value)
        };
        assert_eq!(leads(&token), ::ivs_token::DEFAULT_EVENTS_URL);
        let mut here = stage();
        here["endpoints"] =
            serde_json::json!({"whip": "http://localhost:8788", "events": "ws://localhost:8788"});
        let token = minted(&serde_json::json!({"kind": "connection", "kid": KID, "serverOf": here}));
        assert_eq!(leads(&token), "ws://localhost:8788");

        let token = minted(&serde_json::json!({
            "kind": "playback", "channelArn": CHANNEL, "origins": ["https://example.com"],
            "strictOriginEnforcement": true, "singleUse": true, "viewerId": "ana", "viewerSessionVersion": 3,
            "maximumResolution": "HD", "durationSeconds": 600,
        }));
        let mut request = serde_json::json!({
            "kind": "playback", "token": token["token"], "kid": PLAYBACK_KID, "channelArn": CHANNEL, "origin": "https://example.com",
        });
        let said = json(&verify(PUBLIC, &request.to_string()).unwrap());
        assert_eq!((&said["viewerSessionVersion"], &said["maximumResolution"]), (&3.into(), &"HD".into()));
        request["origin"] = "https://example.org".into();
        let refused = verify(PUBLIC, &request.to_string()).unwrap_err();
        assert_eq!(refused.status, ivs_status::IVS_ORIGIN_NOT_ALLOWED);
    }

    #[test]
    fn a_set_of_keys_needs_no_kid() {
        let mut jwk = json(VerifyingKey::from_any(PUBLIC).unwrap().to_jwk().as_ref());
        jwk["kid"] = KID.into();
        let set = serde_json::json!({"keys": [jwk]}).to_string();
        let token = minted(&serde_json::json!({"kid": KID, "stage": stage()}));
        let mut request = serde_json::json!({"token": token["token"]});
        assert_eq!(json(&verify(set.as_bytes(), &request.to_string()).unwrap())["keyArn"], KID);
        let refused = verify(PUBLIC, &request.to_string()).unwrap_err();
        assert!(refused.message.contains("\"kid\""), "{}", refused.message);
        request["userId"] = "bob".into();
        let refused = verify(set.as_bytes(), &request.to_string()).unwrap_err();
        assert_eq!(refused.status, ivs_status::IVS_WRONG_USER);
    }

    /// Each of these must not be read as a request that says less.
    #[test]
    fn what_is_no_request_is_told() {
        let stage = stage();
        let good = serde_json::json!({"kid": KID, "stage": stage});
        for (name, value, words) in [
            ("userid", serde_json::json!("ana"), "can have kind, now, kid, stage, userId"),
            ("userId", serde_json::json!(7), "\"userId\" must be a string"),
            ("attributes", serde_json::json!({"a": 1}), "\"attributes\" must be an object of strings"),
            ("capabilities", serde_json::json!("PUBLISH"), "\"capabilities\" must be an array of strings"),
            ("durationSeconds", serde_json::json!(1.5), "\"durationSeconds\" must be a whole number"),
            ("stage", serde_json::json!("arn"), "\"stage\" must be an object with"),
            ("kind", serde_json::json!("api"), "\"kind\" must be"),
            ("kid", serde_json::json!(null), "no member \"kid\""),
            ("now", serde_json::json!("today"), "\"now\" must be a whole number"),
        ] {
            let mut request = good.clone();
            request[name] = value;
            let failure = mint(PRIVATE, &request.to_string()).unwrap_err();
            assert_eq!(failure.status, ivs_status::IVS_INVALID_REQUEST, "{name}");
            assert!(failure.message.contains(words), "{}", failure.message);
        }
        for json in ["", "[]", "{", "null", "\"text\""] {
            assert_eq!(mint(PRIVATE, json).unwrap_err().status, ivs_status::IVS_INVALID_REQUEST);
        }
        let mut request = good.clone();
        request["capabilities"] = serde_json::json!(["WATCH"]);
        assert_eq!(
            mint(PRIVATE, &request.to_string()).unwrap_err().status,
            ivs_status::IVS_INVALID_CAPABILITY
        );
        request = good;
        request["durationSeconds"] = (-5).into();
        assert_eq!(mint(PRIVATE, &request.to_string()).unwrap_err().status, ivs_status::IVS_OUT_OF_RANGE);
    }

    /// The limits of the values, and the longest text that JSON makes of them.
    #[test]
    fn the_longest_answer_fits() {
        let token = minted(&serde_json::json!({
            "kid": KID, "stage": stage(), "userId": "\u{1}".repeat(128),
            "attributes": {"a": "\u{1}".repeat(1023)},
        }));
        let request = serde_json::json!({"token": token["token"], "kid": KID});
        let said = verify(PUBLIC, &request.to_string()).unwrap();
        assert!(token.to_string().len() < IVS_JSON_MAX && said.len() < IVS_JSON_MAX);
    }
}
