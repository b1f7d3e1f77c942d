use base64::Engine;
use base64::alphabet::URL_SAFE;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};

use super::advice::{self, Advice};
use super::report::{Check, Inspection, Member, Outcome};
use super::service;
use crate::error::{ArnError, ClaimsError, HeaderError, MalformedError, Part, VerifyError};
use crate::token::claims::Claims;
use crate::token::connection::ConnectionClaims;
use crate::token::kind::kind_of;
use crate::token::participant::ParticipantClaims;
use crate::token::playback::PlaybackClaims;
use crate::value::arn::{PlaybackKeyArn, PublicKeyArn};
use crate::value::timestamp::Timestamp;
use crate::value::token_kind::TokenKind;
use crate::verify::{AUD, Header, Leeway, NBF};
use crate::wire::claim_set::ClaimSet;
use crate::wire::json::Members;
use crate::wire::jws;
use crate::wire::paste::Pasted;

/// What is decoded at all, in bytes: far more than a token, far less than would hurt.
const MAX_DECODED_TEXT: usize = 1 << 20;

pub(super) fn inspect(pasted: &Pasted<'_>, now: Timestamp) -> Inspection {
    let token = &*pasted.token;
    let parts: Vec<&str> =
        if token.len() > MAX_DECODED_TEXT { Vec::new() } else { token.split('.').collect() };
    let part = |i: usize| parts.get(i).map(|text| decode_leniently(text)).unwrap_or_default();
    let (header, payload_bytes) = (members(&part(0)), part(1));
    let payload = members(&payload_bytes);
    let kind = kind(&header, &payload);
    let mut checks = Checks::default();
    checks.form(pasted, &header);
    let set = ClaimSet::parse(&payload_bytes);
    let (mut issued_at, mut expiration_time) = (None, None);
    if kind != TokenKind::NotAToken {
        if kind == TokenKind::ParticipantFromApi {
            checks.noted("the header names ES384 and the key", VerifyError::IssuedByApi.to_string());
        } else {
            checks.header(parts.first().copied().unwrap_or_default(), kind);
            // That there is none is told by the count of parts.
            if let Some(signature) = parts.get(2) {
                checks.signature(signature);
            }
        }
        checks.push("the payload is a JSON object that has each name once", words(set.as_ref()));
        if let Ok(set) = &set {
            (issued_at, expiration_time) = (set.time("iat").ok(), set.time("exp").ok());
            let key_id = find(&header, "kid");
            match kind {
                TokenKind::Participant => checks.claims::<ParticipantClaims>(set, key_id, now),
                TokenKind::Connection => checks.claims::<ConnectionClaims>(set, key_id, now),
                TokenKind::Playback => checks.claims::<PlaybackClaims>(set, key_id, now),
                TokenKind::ParticipantFromApi | TokenKind::Other | TokenKind::NotAToken => checks.times(set),
            }
            checks.time(set, now);
            for advice in advice::of(kind, &payload_bytes, set, key_id) {
                match advice {
                    Advice::Problem(rule, problem) => checks.push(rule, Err(problem)),
                    Advice::Note(rule, note) => checks.noted(rule, note),
                }
            }
        }
    }
    // What was cut off may have said more.
    if kind != TokenKind::Other || set.is_ok() {
        checks.kind(kind);
    }
    // What is no token may be a secret of another kind, such as a private key, and is not shown.
    let (header, payload) = if kind == TokenKind::NotAToken { Default::default() } else { (header, payload) };
    Inspection {
        kind,
        header,
        claims: payload,
        issued_at,
        expiration_time,
        remaining_seconds: expiration_time.map(|at| at.secs_since(now)),
        checks: checks.0,
    }
}

#[derive(Default)]
struct Checks(Vec<Check>);

impl Checks {
    fn push(&mut self, rule: &'static str, result: Result<(), String>) {
        let outcome = match result {
            Ok(()) => Outcome::Holds,
            Err(problem) => Outcome::Broken(problem),
        };
        self.0.push(Check { rule, outcome });
    }

    fn noted(&mut self, rule: &'static str, note: String) {
        self.0.push(Check { rule, outcome: Outcome::Noted(note) });
    }

    fn unchecked(&mut self, rule: &'static str, why: &str) {
        self.0.push(Check { rule, outcome: Outcome::Unchecked(why.to_owned()) });
    }

    fn form(&mut self, pasted: &Pasted<'_>, header: &[Member]) {
        let token = &*pasted.token;
        let rule = "the text is the token and nothing else";
        if pasted.notes.is_empty() {
            self.push(rule, Ok(()));
        }
        for note in &pasted.notes {
            self.push(rule, Err((*note).to_owned()));
        }
        if token.is_empty() {
            return self.push("there is a token", Err(VerifyError::Missing.to_string()));
        }
        if let Some(meaning) = service::meaning(token) {
            return self.push("there is a token", Err(meaning));
        }
        if looks_like_key(token, header) {
            let problem = "this is a key, not a token: keep it secret if it is a private one";
            return self.push("there is a token", Err(problem.to_owned()));
        }
        self.push("the token has at most 16384 bytes and 3 parts", words(jws::split(token)));
        if let Ok([header, payload, _]) = jws::split(token) {
            self.push("the header is canonical base64url", words(jws::decode(Part::Header, header)));
            self.push("the payload is canonical base64url", words(jws::decode(Part::Payload, payload)));
        }
    }

    fn header(&mut self, text: &str, kind: TokenKind) {
        let result = Header::parse(text);
        // Told by an earlier check.
        if matches!(result, Err(VerifyError::Malformed(MalformedError::Base64 { .. }))) {
            return;
        }
        let (rule, holds) = match kind {
            TokenKind::Participant | TokenKind::Connection => (
                "the header has `alg` ES384, `typ` JWT or none, `kid` the ARN of a public key, and no `crit`",
                result.and_then(|header| Ok(header.required_kid::<PublicKeyArn>().map(drop)?)),
            ),
            TokenKind::Playback => (
                "the header has `alg` ES384, `typ` JWT or none, `kid` the ARN of a playback key or none, and no `crit`",
                result.and_then(|header| match header.kid::<PlaybackKeyArn>() {
                    // What is no ARN at all says nothing.
                    Ok(_) | Err(HeaderError::KeyId(ArnError::NotIvs { .. })) => Ok(()),
                    Err(error) => Err(error.into()),
                }),
            ),
            TokenKind::ParticipantFromApi | TokenKind::Other | TokenKind::NotAToken => {
                ("the header has `alg` ES384, `typ` JWT or none, and no `crit`", result.map(drop))
            }
        };
        self.push(rule, words(holds));
    }

    fn signature(&mut self, text: &str) {
        let result = jws::decode_signature(text).and_then(|signature| signature.whole().map(drop));
        let is_whole = result.is_ok();
        self.push("the signature is 96 bytes in canonical base64url", words(result));
        if is_whole {
            self.unchecked("the signature is that of the key", "that takes the public key");
        }
    }

    fn claims<C: Claims>(&mut self, set: &ClaimSet<'_>, key_id: Option<&str>, now: Timestamp) {
        const RESTS: &str = "it rests on another rule, which is broken";
        for (rule, check) in C::RULES {
            match words(check(set)) {
                // A rule about several claims fails with the fault of one of them, which has a rule of its own.
                Err(problem) if self.has(&problem) => self.unchecked(rule, RESTS),
                result => self.push(rule, result),
            }
        }
        let claims = C::read(set);
        let rule = "the key that `kid` names is of the account and region that the claims name";
        let arn = key_id.and_then(|raw| C::KeyArn::try_from(&serde_json::from_str::<String>(raw).ok()?).ok());
        match (arn, &claims) {
            (Some(arn), Ok(claims)) => self.push(rule, words(claims.check_key(&arn))),
            _ if key_id.is_none() && !C::KID_REQUIRED => self.unchecked(rule, "the token names no key"),
            _ => self.unchecked(rule, RESTS),
        }
        if let Ok(claims) = claims
            && let Some(limit) = claims.max_ahead()
        {
            let rule = "`exp` of a token that names a viewer or is good once is at most 10 min ahead";
            self.push(rule, words(Leeway::default().ahead(Some(limit), claims.expires_at(), now)));
        }
    }

    fn has(&self, problem: &str) -> bool {
        self.0.iter().any(|check| matches!(&check.outcome, Outcome::Broken(told) if told == problem))
    }

    /// What the rules of a kind hold, for tokens without a kind.
    fn times(&mut self, set: &ClaimSet<'_>) {
        self.push("`exp` is a time in whole seconds", words(set.time("exp")));
        self.push("`iat`, if present, is a time in whole seconds", words(set.optional_time("iat")));
    }

    /// As a verifier sees it that was told nothing else.
    fn time(&mut self, set: &ClaimSet<'_>, now: Timestamp) {
        let leeway = Leeway::default();
        if let Ok(issued_at) = set.time("iat") {
            self.push("`iat` is at most 60 s in the future", words(leeway.issued_at(issued_at, now)));
        }
        let not_before = match set.optional_time(NBF) {
            Ok(None) => Ok(()),
            Ok(Some(not_before)) => words(leeway.not_before(not_before, now)),
            Err(error) => Err(error.to_string()),
        };
        if set.raw(AUD).is_some() {
            self.push("there is no `aud`", Err(ClaimsError::Audience.to_string()));
        }
        self.push("`nbf`, if present, is at most 60 s in the future", not_before);
        if let Ok(expires_at) = set.time("exp") {
            self.push("`exp` is in the future", words(leeway.expiry(expires_at, now)));
        }
    }

    fn kind(&mut self, kind: TokenKind) {
        let problem = match kind {
            TokenKind::Other => {
                "it has no claim that a token of IVS has: it was made for another service, or by mistake"
            }
            // Most of these have a fault of their own that says it better.
            TokenKind::NotAToken if !self.any_broken() => "nothing in this text can be read as a token",
            _ => return,
        };
        self.push("the text is a token of IVS", Err(problem.to_owned()));
    }

    fn any_broken(&self) -> bool {
        self.0.iter().any(|check| matches!(check.outcome, Outcome::Broken(_)))
    }
}

fn words<T, E: std::fmt::Display>(result: Result<T, E>) -> Result<(), String> {
    result.map(drop).map_err(|error| error.to_string())
}

fn kind(header: &[Member], payload: &[Member]) -> TokenKind {
    if find(header, "kty").is_some() {
        return TokenKind::NotAToken;
    }
    let algorithm = find(header, "alg");
    if algorithm == Some("\"KMS\"") {
        return TokenKind::ParticipantFromApi;
    }
    let names = payload.iter().map(|member| member.name.as_str());
    kind_of(names).unwrap_or(if algorithm.is_some() { TokenKind::Other } else { TokenKind::NotAToken })
}

fn find<'m>(members: &'m [Member], name: &str) -> Option<&'m str> {
    members.iter().find(|member| member.name == name).map(|member| member.value.as_str())
}

/// PEM, a JWK, or base64 of one of them or of DER.
fn looks_like_key(text: &str, header: &[Member]) -> bool {
    let holds = |start: &[u8]| decode_leniently(text).starts_with(start);
    let is_one_part = text.len() <= MAX_DECODED_TEXT && !text.contains('.');
    text.contains("-----BEGIN ")
        || (text.starts_with('{') && text.contains("\"kty\""))
        || find(header, "kty").is_some()
        // A SEQUENCE, which any key in DER is.
        || (is_one_part && (holds(b"-----BEGIN ") || (text.len() > 100 && holds(b"\x30"))))
}

/// The members of an object, however faulty: for eyes only.
fn members(bytes: &[u8]) -> Vec<Member> {
    let text = &*String::from_utf8_lossy(bytes);
    if let Ok(members) = Members::parse(text) {
        return members.iter().map(|(name, value)| Member::new(name, value)).collect();
    }
    if let Ok(members) = serde_json::from_str::<serde_json::Map<String, serde_json::Value>>(text) {
        return members.iter().map(|(name, value)| Member::new(name, &value.to_string())).collect();
    }
    // Only what was meant to be an object: anything else is no part of a token.
    if !text.starts_with('{') {
        return Vec::new();
    }
    vec![Member::new("(unreadable)", &text.chars().take(400).collect::<String>())]
}

/// What a part says, whatever the faults of its base64: for eyes only.
fn decode_leniently(text: &str) -> Vec<u8> {
    let lenient = GeneralPurpose::new(
        &URL_SAFE,
        GeneralPurposeConfig::new()
            .with_decode_padding_mode(DecodePaddingMode::Indifferent)
            .with_decode_allow_trailing_bits(true),
    );
    let text: String = text
        .chars()
        .filter_map(|c| match c {
            '+' => Some('-'),
            '/' => Some('_'),
            c if c.is_whitespace() => None,
            c => Some(c),
        })
        .collect();
    // What was cut off in the middle of a group still shows what stands before.
    let whole = text.len() - usize::from(text.trim_end_matches('=').len() % 4 == 1);
    text.get(..whole).and_then(|text| lenient.decode(text).ok()).unwrap_or_default()
}
