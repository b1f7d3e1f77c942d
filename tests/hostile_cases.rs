//! The hostile tokens, and some that look hostile and are not.

use conformance::*;
use ivs_token::{
    ArnError, Base64Error, ClaimError, ClaimsError, EndpointError, HeaderError, JsonError, MalformedError,
    Part, VerifyError,
};
use jsonwebtoken::{Algorithm, EncodingKey, Header};

/// A token that must be refused.
pub struct Case {
    pub name: String,
    pub token: String,
    pub expected: Expected,
    /// The service's word for it.
    pub code: &'static str,
    /// Whether `inspect`, which has no key, can see that something is wrong.
    pub seen: bool,
}

/// The refusal.
#[derive(Debug)]
pub enum Expected {
    Is(VerifyError),
    /// Not JSON; the words are the parser's own.
    Syntax(Part),
}

pub fn cases() -> Vec<Case> {
    let mut cases = Vec::new();
    form(&mut cases);
    base64(&mut cases);
    algorithms(&mut cases);
    headers(&mut cases);
    keys(&mut cases);
    signatures(&mut cases);
    json(&mut cases);
    repeated(&mut cases);
    times(&mut cases);
    lifetimes(&mut cases);
    missing_and_wrong_types(&mut cases);
    values(&mut cases);
    audiences(&mut cases);
    cases
}

/// RFC 7519, section 4.1.3: who is not named must refuse it.
fn audiences(cases: &mut Vec<Case>) {
    for audience in ["\"others\"", "[\"others\"]", "[]", "null"] {
        let token = forge(header(), payload_with("aud", audience));
        cases.push(case(format!("the audience {audience}"), token, ClaimsError::Audience));
    }
}

fn case(name: impl Into<String>, token: impl Into<String>, expected: impl Into<VerifyError>) -> Case {
    let expected = expected.into();
    let code = match expected {
        VerifyError::Missing => "TOKEN_MISSING",
        VerifyError::Signature => "TOKEN_INVALID_SIGNATURE",
        VerifyError::Expired { .. } => "TOKEN_EXPIRED",
        _ => "TOKEN_INVALID",
    };
    Case { name: name.into(), token: token.into(), expected: Expected::Is(expected), code, seen: true }
}

fn syntax(name: impl Into<String>, token: impl Into<String>, part: Part) -> Case {
    let (name, token) = (name.into(), token.into());
    Case { name, token, expected: Expected::Syntax(part), code: "TOKEN_INVALID", seen: true }
}

impl Case {
    /// Only who holds the key can tell.
    fn unseen(self) -> Self {
        Self { seen: false, ..self }
    }
}

fn not_base64(part: Part, source: Base64Error) -> MalformedError {
    MalformedError::Base64 { part, source }
}

fn form(cases: &mut Vec<Case>) {
    let [h, p, s] = &parts(&good_token()).map(str::to_owned);
    cases.push(case("empty text", "", VerifyError::Missing));
    for (name, token, actual) in [
        ("one dot", ".".to_owned(), 2),
        ("three dots", "...".to_owned(), 4),
        ("a word", "token".to_owned(), 1),
        ("null", "null".to_owned(), 1),
        ("two parts", format!("{h}.{p}"), 2),
        ("four parts", format!("{h}.{p}.{s}.{s}"), 4),
        ("four parts, first empty", format!(".{h}.{p}.{s}"), 4),
        ("four parts, last empty", format!("{h}.{p}.{s}."), 4),
        ("five parts, as a JWE", format!("{h}.{p}.{s}.{p}.{s}"), 5),
        ("dots escaped as in a URL", format!("{h}%2E{p}%2E{s}"), 1),
        ("two tokens", format!("{h}.{p}.{s},{h}.{p}.{s}"), 5),
        ("raw header and payload", format!("{}.{}.{s}", header(), payload()), 14),
        ("the JSON form of a JWS", format!(r#"{{"payload":"{p}","protected":"{h}","signature":"{s}"}}"#), 1),
    ] {
        // Counted here too, so that the table does not depend on how many dots a URL has.
        let actual = if name == "raw header and payload" { token.split('.').count() } else { actual };
        cases.push(case(name, token, MalformedError::Parts { actual }));
    }
    cases.push(syntax("two dots and nothing else", "..", Part::Header));
    cases.push(syntax("empty header", sign_text(key(), &format!(".{p}")), Part::Header));
    cases.push(syntax(
        "empty payload, as in a detached JWS",
        sign_text(key(), &format!("{h}.")),
        Part::Payload,
    ));
    let too_long = MalformedError::TooLong { actual: 16 * 1024 + 1, limit: 16 * 1024 };
    cases.push(case("a byte over 16 KiB", token_of_len(16 * 1024 + 1), too_long));
    let megabyte = payload_with("exp", &"1".repeat(1 << 20));
    let token = forge(header(), megabyte);
    let actual = token.len();
    cases.push(case("1 MiB of digits", token, MalformedError::TooLong { actual, limit: 16 * 1024 }));
    let token = "é".repeat(1 << 19);
    let actual = token.len();
    cases.push(case("1 MiB of é", token, MalformedError::TooLong { actual, limit: 16 * 1024 }));
}

/// A good token of exactly this length: a claim that nobody knows is as long as it takes.
fn token_of_len(len: usize) -> String {
    for spaces in 0..4 {
        let header = format!("{}{}", header(), " ".repeat(spaces));
        for fill in 0..len {
            // Close enough to begin with: base64 makes 4 characters of 3.
            let fill = (len / 4 * 3).saturating_sub(1500) + fill;
            let payload = payload_with("fill", &format!("\"{}\"", "x".repeat(fill)));
            let total = encode(&header).len() + 1 + (payload.len() * 4).div_ceil(3) + 1 + 128;
            if total == len {
                return forge(&header, &payload);
            }
            if total > len {
                break;
            }
        }
    }
    unreachable!("some number of spaces in the header fits")
}

fn base64(cases: &mut Vec<Case>) {
    let good = good_token();
    let [h, p, s] = parts(&good);
    for (name, token, part) in [
        ("header", format!("{h}=.{p}.{s}"), Part::Header),
        ("payload", format!("{h}.{p}==.{s}"), Part::Payload),
        ("signature", format!("{h}.{p}.{s}="), Part::Signature),
    ] {
        cases.push(case(format!("padding on the {name}"), token, not_base64(part, Base64Error::Padding)));
    }
    let header_of = |extra: &str| format!("{}{extra}", header());
    let padded = (0..3).map(|n| header_of(&" ".repeat(n))).find(|text| text.len() % 3 == 1).unwrap();
    let token = sign_text(key(), &format!("{}==.{p}", encode(&padded)));
    cases.push(case("right padding, signed", token, not_base64(Part::Header, Base64Error::Padding)));

    for (name, part, token) in [
        (
            "header",
            Part::Header,
            sign_text(key(), &format!("{}.{p}", encode(header_of_stars()).replace('_', "/"))),
        ),
        ("payload", Part::Payload, {
            let payload = payload_with("user_id", r#""???>>>???>>>???>>>""#);
            let payload = (0..3).map(|n| payload.clone() + &" ".repeat(n)).map(encode);
            // One of the three alignments has a `-` or `_`; all of them here have.
            let payload = payload.into_iter().find(|text| text.contains('_') || text.contains('-')).unwrap();
            sign_text(key(), &format!("{h}.{}", payload.replace('-', "+").replace('_', "/")))
        }),
        ("signature", Part::Signature, {
            let token = (0..1000).map(|_| good_token()).find(|token| parts(token)[2].contains('-')).unwrap();
            let (signed, signature) = split_signature(&token);
            format!("{signed}.{}", signature.replace('-', "+").replace('_', "/"))
        }),
    ] {
        let source = not_base64(part, Base64Error::StandardAlphabet);
        cases.push(case(format!("standard base64 in the {name}"), token, source));
    }

    for (name, space) in [("space", " "), ("tab", "\t"), ("CRLF", "\r\n"), ("no-break space", "\u{a0}")] {
        let at = |part| not_base64(part, Base64Error::WhiteSpace);
        cases.push(case(format!("{name} in front"), format!("{space}{good}"), at(Part::Header)));
        cases.push(case(
            format!("{name} in the payload"),
            format!("{h}.{}{space}{}.{s}", &p[..9], &p[9..]),
            at(Part::Payload),
        ));
        let behind = case(format!("{name} behind"), format!("{good}{space}"), at(Part::Signature));
        // A line break at the end is how files end: `inspect` passes over it.
        cases.push(if space == "\r\n" { behind.unseen() } else { behind });
    }
    // As mail and terminals do; only one part, for nothing says which of several faulty parts is told.
    let lines: Vec<_> = p.as_bytes().chunks(64).map(|line| std::str::from_utf8(line).unwrap()).collect();
    let source = not_base64(Part::Payload, Base64Error::WhiteSpace);
    cases.push(case("a payload wrapped at 64 characters", format!("{h}.{}.{s}", lines.join("\n")), source));

    for (name, character) in [
        ("BOM", '\u{feff}'),
        ("NUL", '\0'),
        ("zero width space", '\u{200b}'),
        ("accent", 'é'),
        ("percent", '%'),
    ] {
        let source = not_base64(Part::Header, Base64Error::Character { character });
        cases.push(case(format!("{name} before the token"), format!("{character}{good}"), source));
    }
    let source = not_base64(Part::Signature, Base64Error::Character { character: '\0' });
    cases.push(case("NUL after the token", format!("{good}\0"), source));

    for (part, name) in [(Part::Header, "header"), (Part::Payload, "payload")] {
        for left in [1, 2] {
            let fill = |text: String| {
                (0..3).map(|n| text.clone() + &" ".repeat(n)).find(|t| t.len() % 3 == left).unwrap()
            };
            let (mut h, mut p) = (encode(fill(header())), encode(fill(payload())));
            let spoilt = if part == Part::Header { &mut h } else { &mut p };
            let last = spoilt.pop().unwrap();
            // Its lowest bit stands for nothing.
            spoilt.push(next_in_alphabet(last));
            let source = not_base64(part, Base64Error::TrailingBits);
            cases.push(case(
                format!("trailing bits, {left} bytes left, in the {name}"),
                sign_text(key(), &format!("{h}.{p}")),
                source,
            ));
        }
    }
    let source = || not_base64(Part::Signature, Base64Error::TrailingBits);
    cases.push(case("a character more", format!("{good}A"), source()));
    cases.push(case("a character less", &good[..good.len() - 1], source_if_last_is_odd(&good)));
}

/// A header whose base64 has a `/` (as `_`): the member that does it is unknown, hence ignored.
fn header_of_stars() -> String {
    let member = (0..3)
        .map(|n| format!("{}\"x\":\"???????\"}}", header().replace('}', &format!(",{}", " ".repeat(n)))));
    member.into_iter().find(|text| encode(text).contains('_')).unwrap()
}

fn next_in_alphabet(character: char) -> char {
    const ALPHABET: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let at = ALPHABET.find(character).unwrap();
    assert_eq!(at & 1, 0, "the bits that stand for nothing are zero");
    char::from(ALPHABET.as_bytes()[at + 1])
}

/// 127 characters are 95 bytes and 2 bits, which by chance are zero.
fn source_if_last_is_odd(token: &str) -> MalformedError {
    const ALPHABET: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let last = token[..token.len() - 1].chars().last().unwrap();
    if ALPHABET.find(last).unwrap().is_multiple_of(4) {
        MalformedError::SignatureLength { actual: 95, looks_like_der: false }
    } else {
        not_base64(Part::Signature, Base64Error::TrailingBits)
    }
}

fn algorithms(cases: &mut Vec<Case>) {
    let named = |raw: &str| format!(r#"{{"alg":{raw},"typ":"JWT","kid":"{KID}"}}"#);
    let refused = |raw: &str| HeaderError::Algorithm { found: raw.to_owned() };
    for none in ["none", "None", "NONE", "nOnE"] {
        let raw = format!("\"{none}\"");
        let signed = format!("{}.{}", encode(named(&raw)), encode(payload()));
        cases.push(case(format!("{none}, no signature"), format!("{signed}."), refused(&raw)));
        cases.push(case(format!("{none}, true signature"), sign_text(key(), &signed), refused(&raw)));
    }
    for alg in [
        "es384",
        "Es384",
        "ES384 ",
        " ES384",
        "ES384\\u0000",
        "ES256",
        "ES512",
        "ES256K",
        "RS256",
        "RS384",
        "PS384",
        "EdDSA",
        "HS256",
        "HS512",
        "ECDSA",
        "",
    ] {
        let raw = format!("\"{alg}\"");
        cases.push(case(format!("alg {raw}"), forge(named(&raw), payload()), refused(&raw)));
    }
    for raw in ["384", "null", "true", r#"["ES384"]"#, r#"{"ES384":1}"#, "[]"] {
        cases.push(case(format!("alg is {raw}"), forge(named(raw), payload()), refused(raw)));
    }
    let without = format!(r#"{{"typ":"JWT","kid":"{KID}"}}"#);
    cases.push(case("no alg", forge(without, payload()), HeaderError::AlgorithmMissing));
    cases.push(case("empty header object", forge("{}", payload()), HeaderError::AlgorithmMissing));
    let upper = named("\"ES384\"").replace("\"alg\"", "\"ALG\"");
    cases.push(case("ALG in capitals", forge(upper, payload()), HeaderError::AlgorithmMissing));

    // The public key, which everyone has, as the secret of an HMAC: true signatures of their kind.
    let public = key().verifying_key();
    for (name, secret) in [
        ("PEM", PUBLIC_PEM.as_bytes().to_vec()),
        ("PEM without its last line break", PUBLIC_PEM.trim_end().as_bytes().to_vec()),
        ("DER", public.to_spki_der()),
        ("point", public.to_sec1_point().to_vec()),
    ] {
        for algorithm in [Algorithm::HS256, Algorithm::HS384, Algorithm::HS512] {
            let header = Header { kid: Some(KID.to_owned()), ..Header::new(algorithm) };
            let token = jsonwebtoken::encode(&header, &claims(), &EncodingKey::from_secret(&secret)).unwrap();
            let found = format!("\"{algorithm:?}\"");
            cases.push(case(
                format!("{algorithm:?} with the public {name} as secret"),
                token,
                refused(&found),
            ));
        }
        // And the same MAC under the name of ES384: 48 bytes are no signature of it.
        let header = Header { kid: Some(KID.to_owned()), ..Header::new(Algorithm::HS384) };
        let mac = jsonwebtoken::encode(&header, &claims(), &EncodingKey::from_secret(&secret)).unwrap();
        let token = format!("{}.{}", encode(conformance::header()), &mac[mac.find('.').unwrap() + 1..]);
        let wrong = MalformedError::SignatureLength { actual: 48, looks_like_der: false };
        cases.push(case(format!("HS384 by the public {name}, called ES384"), token, wrong));
    }

    for (name, header, signature) in [
        ("KMS, opaque signature", r#"{"alg":"KMS","typ":"JWT"}"#, vec![7; 71]),
        ("KMS, 96 bytes", r#"{"alg":"KMS","typ":"JWT"}"#, vec![7; 96]),
        ("KMS, no signature", r#"{"typ":"JWT","alg":"KMS"}"#, vec![]),
        ("KMS and crit", r#"{"typ":"JWT","alg":"KMS","crit":["exp"]}"#, vec![9; 102]),
    ] {
        let token = format!("{}.{}.{}", encode(header), encode(payload()), encode(signature));
        // Nothing is wrong with it: only AWS can verify it.
        cases.push(case(name, token, VerifyError::IssuedByApi).unseen());
    }
    // Their signature is opaque: it need not even be base64url.
    let api = format!("{}.{}", encode(r#"{"alg":"KMS","typ":"JWT"}"#), encode(payload()));
    for signature in ["MGUCMQ==", "+/+/", "not base64"] {
        let token = format!("{api}.{signature}");
        let case = case(format!("KMS, signature {signature}"), token, VerifyError::IssuedByApi);
        cases.push(if signature.contains(' ') { case } else { case.unseen() });
    }
}

fn headers(cases: &mut Vec<Case>) {
    let with = |member: &str| format!(r#"{{"alg":"ES384","typ":"JWT","kid":"{KID}",{member}}}"#);
    for member in
        [r#""crit":["exp"]"#, r#""crit":["b64"],"b64":false"#, r#""crit":[]"#, r#""crit":null"#, r#""crit":"#]
    {
        let member = if member.ends_with(':') { r#""\u0063rit":["exp"]"# } else { member };
        cases.push(case(member, forge(with(member), payload()), HeaderError::Critical));
    }
    // RFC 7797: a payload that is not encoded at all.
    let text = payload();
    let token = sign_text(key(), &format!("{}.{text}", encode(with(r#""b64":false"#))));
    let actual = token.split('.').count();
    cases.push(case("b64 false and a bare payload", token, MalformedError::Parts { actual }));
    let token = sign_text(key(), &format!("{}.bare payload", encode(with(r#""b64":false"#))));
    let source = not_base64(Part::Payload, Base64Error::WhiteSpace);
    cases.push(case("b64 false and a bare payload without dots", token, source));

    for raw in [
        r#""jwt""#,
        r#""at+jwt""#,
        r#""JWS""#,
        r#""JOSE""#,
        r#""application/jwt""#,
        r#""JWT ""#,
        r#""""#,
        "1",
        "null",
        r#"["JWT"]"#,
    ] {
        let header = format!(r#"{{"alg":"ES384","typ":{raw},"kid":"{KID}"}}"#);
        let expected = HeaderError::Type { found: raw.to_owned() };
        cases.push(case(format!("typ {raw}"), forge(header, payload()), expected));
    }
    let long = format!("\"{}\"", "y".repeat(200));
    let found = format!("{}…", &long[..40]);
    let header = format!(r#"{{"alg":"ES384","typ":{long},"kid":"{KID}"}}"#);
    cases.push(case("a long typ", forge(header, payload()), HeaderError::Type { found }));
}

fn keys(cases: &mut Vec<Case>) {
    let named = |raw: &str| format!(r#"{{"alg":"ES384","typ":"JWT","kid":{raw}}}"#);
    let swapped =
        case("kid of another held key", forge(header_for(OTHER_KID), payload()), VerifyError::Signature);
    cases.push(swapped.unseen());
    let unknown = VerifyError::UnknownKey { kid: UNKNOWN_KID.to_string() };
    cases.push(case("kid of an unknown key", forge(header_for(UNKNOWN_KID), payload()), unknown).unseen());
    let upper = KID.replace("f99cde61", "F99CDE61");
    let unknown = VerifyError::UnknownKey { kid: upper.clone() };
    cases.push(case("kid in other case", forge(header_for(&upper), payload()), unknown).unseen());
    let attacked = forge_with(attacker_key(), header(), payload());
    cases.push(case("signed by somebody else", attacked, VerifyError::Signature).unseen());

    let missing = forge(r#"{"alg":"ES384","typ":"JWT"}"#, payload());
    cases.push(case("no kid", missing, HeaderError::KeyIdMissing));
    for raw in ["null", "1", "[]", &format!(r#"["{KID}"]"#), "{}"] {
        cases.push(case(format!("kid {raw:.9}"), forge(named(raw), payload()), HeaderError::KeyIdType));
    }
    let key_type = "public-key";
    for (name, kid, source) in [
        ("empty kid", String::new(), ArnError::Empty { expected: key_type }),
        (
            "kid of a stage",
            STAGE_ARN.to_owned(),
            ArnError::ResourceType { expected: key_type, found: "stage".into() },
        ),
        (
            "kid of a playback key",
            KID.replace("public-key", "playback-key"),
            ArnError::ResourceType { expected: key_type, found: "playback-key".into() },
        ),
        ("kid that is a name", "my-key".into(), ArnError::NotIvs { expected: key_type }),
        (
            "kid of another partition",
            KID.replace("arn:aws:", "arn:aws-cn:"),
            ArnError::NotIvs { expected: key_type },
        ),
        ("kid with a path", format!("{KID}/../x"), ArnError::ResourceId { expected: key_type }),
        ("kid with a NUL", format!("{KID}\\u0000"), ArnError::ResourceId { expected: key_type }),
        ("kid with a space", format!("{KID} "), ArnError::WhiteSpace { is_around: true }),
        ("kid in an injection", format!("{KID}' OR '1'='1"), ArnError::WhiteSpace { is_around: false }),
        (
            "kid of 129 bytes",
            format!("{KID}{}", "a".repeat(129 - KID.len())),
            ArnError::TooLong { actual: 129, limit: 128 },
        ),
    ] {
        cases.push(case(name, forge(header_for(&kid), payload()), HeaderError::KeyId(source)));
    }
    for (name, kid) in [("account", OTHER_ACCOUNT_KID), ("region", OTHER_REGION_KID)] {
        let expected = ClaimsError::ForeignKey { kid: arn(kid), resource: stage().arn().clone() };
        cases.push(case(
            format!("key of another {name} than the stage"),
            forge(header_for(kid), payload()),
            expected,
        ));
    }

    // Keys that come with the token: never used.
    let jwk = attacker_key().verifying_key().to_jwk();
    let x5c = base64_of(&attacker_key().verifying_key().to_spki_der());
    for member in [
        format!(r#""jwk":{jwk}"#),
        r#""jku":"https://attacker.example/keys.json""#.to_owned(),
        r#""x5u":"https://attacker.example/chain.pem""#.to_owned(),
        format!(r#""x5c":["{x5c}"]"#),
        r#""x5t":"AAAAAAAAAAAAAAAAAAAAAAAAAAA""#.to_owned(),
    ] {
        let header = format!(r#"{{"alg":"ES384","typ":"JWT","kid":"{KID}",{member}}}"#);
        let token = forge_with(attacker_key(), &header, payload());
        cases.push(case(format!("attacker's {member:.6}"), token, VerifyError::Signature).unseen());
        let header = format!(r#"{{"alg":"ES384","typ":"JWT",{member}}}"#);
        let token = forge_with(attacker_key(), &header, payload());
        cases.push(case(format!("attacker's {member:.6} and no kid"), token, HeaderError::KeyIdMissing));
    }
}

fn base64_of(bytes: &[u8]) -> String {
    use ::base64::Engine;
    ::base64::engine::general_purpose::STANDARD.encode(bytes)
}

/// The order of the group of P-384 (SEC 2, section 2.5.1), big-endian.
const ORDER: [u8; 48] = [
    0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
    0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xc7, 0x63, 0x4d, 0x81, 0xf4, 0x37, 0x2d, 0xdf, 0x58, 0x1a,
    0x0d, 0xb2, 0x48, 0xb0, 0xa7, 0x7a, 0xec, 0xec, 0x19, 0x6a, 0xcc, 0xc5, 0x29, 0x73,
];

fn signatures(cases: &mut Vec<Case>) {
    let good = good_token();
    let (signed, signature) = split_signature(&good);
    let signature = decode(signature);
    let with = |signature: &[u8]| format!("{signed}.{}", encode(signature));
    let small = |n: u8| {
        let mut number = [0; 48];
        number[47] = n;
        number
    };
    let beyond = |n: u8| {
        let mut number = ORDER;
        number[47] += n;
        number
    };
    let odd: [(&str, [u8; 48]); 8] = [
        ("0", small(0)),
        ("1", small(1)),
        ("n - 1", {
            let mut number = ORDER;
            number[47] -= 1;
            number
        }),
        ("n", ORDER),
        ("n + 1", beyond(1)),
        ("n + 2", beyond(2)),
        ("n + 140", beyond(140)),
        ("2^384 - 1", [0xff; 48]),
    ];
    for (name, number) in odd {
        let (mut r, mut s) = (signature.clone(), signature.clone());
        r[..48].copy_from_slice(&number);
        s[48..].copy_from_slice(&number);
        cases.push(case(format!("r = {name}"), with(&r), VerifyError::Signature).unseen());
        cases.push(case(format!("s = {name}"), with(&s), VerifyError::Signature).unseen());
        let both = [number, number].concat();
        cases.push(case(format!("r = s = {name}"), with(&both), VerifyError::Signature).unseen());
    }
    let swapped = [&signature[48..], &signature[..48]].concat();
    cases.push(case("s and r swapped", with(&swapped), VerifyError::Signature).unseen());
    let reversed: Vec<u8> = signature.iter().rev().copied().collect();
    cases.push(case("little-endian", with(&reversed), VerifyError::Signature).unseen());

    let der = to_der(&signature);
    let expected = MalformedError::SignatureLength { actual: der.len(), looks_like_der: true };
    cases.push(case("DER signature", with(&der), expected));
    // SEQUENCE { INTEGER 0, INTEGER 0 }
    let expected = MalformedError::SignatureLength { actual: 8, looks_like_der: true };
    cases.push(case("DER of zeros", with(&[0x30, 6, 2, 1, 0, 2, 1, 0]), expected));
    for (name, bytes) in [
        ("empty signature", vec![]),
        ("1 byte", signature[..1].to_vec()),
        ("64 bytes, as of ES256", signature[..64].to_vec()),
        ("95 bytes", signature[..95].to_vec()),
        ("97 bytes, zero behind", [&signature[..], &[0]].concat()),
        ("97 bytes, zero in front", [&[0], &signature[..]].concat()),
        ("98 bytes, zero before each half", [&[0], &signature[..48], &[0], &signature[48..]].concat()),
        ("132 bytes, as of ES512", [&signature[..], &[0; 36]].concat()),
        ("twice", [&signature[..], &signature[..]].concat()),
        ("1000 bytes", vec![0x30; 1000]),
    ] {
        let expected = MalformedError::SignatureLength { actual: bytes.len(), looks_like_der: false };
        cases.push(case(format!("signature of {name}"), with(&bytes), expected));
    }
    let [h, p, s] = parts(&good);
    let later =
        String::from_utf8(decode(p)).unwrap().replace(&format!("{}", NOW + 900), &format!("{}", NOW + 901));
    let altered = format!("{h}.{}.{s}", encode(later));
    assert_ne!(altered, good);
    cases.push(case("exp altered", altered, VerifyError::Signature).unseen());
}

type Spoil = fn(&str) -> String;

fn json(cases: &mut Vec<Case>) {
    for (name, bytes) in [
        ("a lone byte", &b"{\"user_id\":\"\xff\"}"[..]),
        ("a cut sequence", b"{\"user_id\":\"\xc3\"}"),
        ("an overlong slash", b"{\"user_id\":\"\xc0\xaf\"}"),
        ("an encoded surrogate", b"{\"user_id\":\"\xed\xa0\x80\"}"),
        ("beyond U+10FFFF", b"{\"user_id\":\"\xf4\x90\x80\x80\"}"),
        ("UTF-16", b"\xff\xfe{\0}\0"),
    ] {
        cases.push(case(
            format!("{name} in the header"),
            forge(bytes, payload()),
            MalformedError::NotUtf8 { part: Part::Header },
        ));
        cases.push(case(
            format!("{name} in the payload"),
            forge(header(), bytes),
            MalformedError::NotUtf8 { part: Part::Payload },
        ));
    }
    let spoilt: [(&str, Spoil); 14] = [
        ("BOM", |text| format!("\u{feff}{text}")),
        ("NUL behind", |text| format!("{text}\0")),
        ("no-break space behind", |text| format!("{text}\u{a0}")),
        ("comment", |text| format!("/* x */{text}")),
        ("line comment", |text| format!("{text}// x")),
        ("trailing comma", |text| format!("{},}}", &text[..text.len() - 1])),
        ("two documents", |text| format!("{text}{text}")),
        ("two documents, one a line", |text| format!("{text}\n{{}}")),
        ("single quotes", |text| text.replace('"', "'")),
        ("no closing brace", |text| text[..text.len() - 1].to_owned()),
        ("a brace more", |text| format!("{text}}}")),
        ("bare name", |text| text.replacen('"', "", 2)),
        ("raw line break in a string", |text| text.replacen(":\"", ":\"\n", 1)),
        ("no JSON at all", |_| "exp=1&alg=ES384".to_owned()),
    ];
    for (name, spoil) in spoilt {
        cases.push(syntax(format!("{name} in the header"), forge(spoil(&header()), payload()), Part::Header));
        cases.push(syntax(
            format!("{name} in the payload"),
            forge(header(), spoil(&payload())),
            Part::Payload,
        ));
    }
    for text in ["[]", "null", "1", "\"a\"", "true", "[{}]"] {
        let source = || JsonError::NotAnObject;
        let (header_is, payload_is) = (
            MalformedError::Json { part: Part::Header, source: source() },
            MalformedError::Json { part: Part::Payload, source: source() },
        );
        cases.push(case(format!("the header is {text}"), forge(text, payload()), header_is));
        cases.push(case(format!("the payload is {text}"), forge(header(), text), payload_is));
    }
    for raw in [
        "NaN",
        "Infinity",
        "-Infinity",
        "-",
        "+1",
        "01",
        "0x10",
        ".5",
        "1.",
        "1e",
        "1_000",
        "True",
        "undefined",
        "'1'",
        r#""\ud800""#,
        r#""\udc00""#,
        r#""\ude00\ud83d""#,
        r#""\ud83d\u0041""#,
        r#""\q""#,
        r#""\u12""#,
        "\"\u{1}\"",
    ] {
        for claim in ["exp", "unknown"] {
            let token = forge(header(), payload_with(claim, raw));
            cases.push(syntax(format!("{claim} is {}", raw.escape_debug()), token, Part::Payload));
        }
        let token = forge(header(), payload_with("unknown", &format!("[{{\"x\":{raw}}}]")));
        cases.push(syntax(format!("{} nested", raw.escape_debug()), token, Part::Payload));
        let token = forge(format!(r#"{{"alg":{raw},"kid":"{KID}"}}"#), payload());
        cases.push(syntax(format!("alg is {} ", raw.escape_debug()), token, Part::Header));
    }
    let token = forge(header(), format!(r#"{{"\ud800":1,{}"#, &payload()[1..]));
    cases.push(syntax("a lone surrogate as a name", token, Part::Payload));

    for (open, close) in [("[", "]"), ("{\"a\":", "}")] {
        let nested = |depth: usize| format!("{}1{}", open.repeat(depth), close.repeat(depth));
        let fits = 10_000 / (open.len() + close.len());
        for (part, name) in [(Part::Header, "header"), (Part::Payload, "payload")] {
            let forged = |raw: &str| match part {
                Part::Header => forge(format!(r#"{{"alg":"ES384","kid":"{KID}","x":{raw}}}"#), payload()),
                _ => forge(header(), payload_with("exp", raw)),
            };
            let source = JsonError::TooDeep;
            let expected = MalformedError::Json { part, source };
            cases.push(case(
                format!("{open} {fits} deep in the {name}"),
                forged(&nested(fits)),
                expected.clone(),
            ));
            cases.push(case(format!("{open} 200 deep in the {name}"), forged(&nested(200)), expected));
            let token = forged(&nested(10_000));
            let expected = MalformedError::TooLong { actual: token.len(), limit: 16 * 1024 };
            cases.push(case(format!("{open} 10000 deep in the {name}"), token, expected));
        }
    }
    for part in [Part::Header, Part::Payload] {
        // 10 000 deep and short enough, for they are never closed.
        let open = "[".repeat(10_000);
        let token = match part {
            Part::Header => forge(format!("{{\"alg\":{open}"), payload()),
            _ => forge(header(), format!("{{\"exp\":{open}")),
        };
        cases.push(syntax(format!("10000 brackets open in the {part}"), token, part));
        let token = match part {
            Part::Header => forge(&open, payload()),
            _ => forge(header(), &open),
        };
        cases.push(syntax(format!("the {part} is 10000 brackets"), token, part));
    }
}

fn repeated(cases: &mut Vec<Case>) {
    let twice =
        |part, name: &str| MalformedError::Json { part, source: JsonError::Repeated { name: name.into() } };
    let rest = payload();
    let rest = &rest[1..];
    for (title, payload, name) in [
        ("exp twice", format!("{{\"exp\":{},{rest}", NOW + 1), "exp"),
        ("exp twice alike", format!("{{\"exp\":{},{rest}", NOW + 3600), "exp"),
        ("exp twice by escape", format!("{{\"e\\u0078p\":{},{rest}", NOW + 1), "exp"),
        ("topic twice, behind", format!("{},\"topic\":\"x\"}}", &payload()[..payload().len() - 1]), "topic"),
        ("unknown claim twice", format!("{{\"zz\":1,\"zz\":1,{rest}"), "zz"),
        ("empty name twice", format!("{{\"\":1,\"\":2,{rest}"), ""),
        (
            "capability twice",
            payload_with("capabilities", r#"{"allow_publish":false,"allow_publish":true}"#),
            "allow_publish",
        ),
        ("attribute twice", payload_with("attributes", r#"{"a":"1","b":"2","\u0061":"3"}"#), "a"),
        ("a claim's member twice, where nobody looks", payload_with("x", r#"[[{"y":{"k":1,"k":1}}]]"#), "k"),
    ] {
        cases.push(case(title, forge(header(), payload), twice(Part::Payload, name)));
    }
    for (title, header, name) in [
        ("alg twice", r#""alg":"none","alg":"ES384""#, "alg"),
        ("alg twice, ES384 first", r#""alg":"ES384","alg":"none""#, "alg"),
        ("alg twice alike", r#""alg":"ES384","alg":"ES384""#, "alg"),
        ("alg twice by escape", r#""alg":"ES384","\u0061lg":"HS384""#, "alg"),
        ("kid twice", r#""alg":"ES384","kid":"x""#, "kid"),
        ("jwk's member twice", r#""alg":"ES384","jwk":{"kty":"EC","kty":"oct"}"#, "kty"),
    ] {
        let token = forge(format!(r#"{{{header},"kid":"{KID}"}}"#), payload());
        cases.push(case(title, token, twice(Part::Header, name)));
    }
}

fn times(cases: &mut Vec<Case>) {
    for claim in ["exp", "iat"] {
        let wrong = |found| ClaimsError::Type { claim, expected: "an integer", found };
        let fraction = "a number with a fraction or an exponent";
        for (raw, found) in [
            (format!("\"{NOW}\""), "a string"),
            ("\"\"".into(), "a string"),
            (format!("{NOW}.0"), fraction),
            (format!("{NOW}.5"), fraction),
            ("1e9".into(), fraction),
            ("1.8E9".into(), fraction),
            ("1e400".into(), fraction),
            ("1e-400".into(), fraction),
            (format!("0.{}", "1".repeat(9000)), fraction),
            ("null".into(), "null"),
            ("true".into(), "a boolean"),
            ("[1]".into(), "an array"),
            ("{}".into(), "an object"),
        ] {
            let name = format!("{claim} = {raw:.20}");
            cases.push(case(name, forge(header(), payload_with(claim, &raw)), wrong(found)));
        }
        for raw in [
            "-1",
            "-1795252645",
            "9223372036854775807",
            "9223372036854775808",
            "18446744073709551616",
            "-9223372036854775809",
            "340282366920938463463374607431768211456",
        ] {
            let expected = ClaimsError::OutOfRange { claim, found: raw.to_owned() };
            cases.push(case(format!("{claim} = {raw}"), forge(header(), payload_with(claim, raw)), expected));
        }
        let digits = "9".repeat(10_000);
        let expected = ClaimsError::OutOfRange { claim, found: format!("{}…", &digits[..40]) };
        cases.push(case(
            format!("{claim} of 10000 digits"),
            forge(header(), payload_with(claim, &digits)),
            expected,
        ));
        let milliseconds = (NOW + 60) * 1000;
        let expected = ClaimsError::Milliseconds { claim, found: milliseconds };
        let token = forge(header(), payload_with(claim, &milliseconds.to_string()));
        cases.push(case(format!("{claim} in milliseconds"), token, expected));
    }
    for (raw, found) in
        [("\"1\"", "a string"), ("1.5", "a number with a fraction or an exponent"), ("null", "null")]
    {
        let expected = ClaimsError::Type { claim: "nbf", expected: "an integer", found };
        cases.push(case(format!("nbf = {raw}"), forge(header(), payload_with("nbf", raw)), expected));
    }
    let expected = VerifyError::NotYetValid { not_before: at(NOW + 61), now: now() };
    cases.push(case(
        "nbf in the future",
        forge(header(), payload_with("nbf", &(NOW + 61).to_string())),
        expected,
    ));
}

fn lifetimes(cases: &mut Vec<Case>) {
    const FORTNIGHT: i64 = 14 * 24 * 3600;
    let order = |issued_at, expires_at| ClaimsError::ExpiresBeforeIssued {
        issued_at: at(issued_at),
        expires_at: at(expires_at),
    };
    let lasting = |actual| ClaimsError::Lifetime { actual, limit: FORTNIGHT };
    for (name, iat, exp, expected) in [
        ("exp = iat", NOW, NOW, order(NOW, NOW).into()),
        ("exp before iat", NOW, NOW - 1, order(NOW, NOW - 1).into()),
        ("exp = 0", NOW, 0, order(NOW, 0).into()),
        ("14 days and a second", NOW, NOW + FORTNIGHT + 1, lasting(FORTNIGHT + 1).into()),
        ("exp in the year 5138", NOW, 99_999_999_999, lasting(99_999_999_999 - NOW).into()),
        ("iat = 0", 0, NOW + 60, lasting(NOW + 60).into()),
        (
            "iat 61 s ahead",
            NOW + 61,
            NOW + 3600,
            VerifyError::IssuedInFuture { issued_at: at(NOW + 61), now: now() },
        ),
        (
            "iat a year ahead",
            NOW + 31_536_000,
            NOW + 31_536_060,
            VerifyError::IssuedInFuture { issued_at: at(NOW + 31_536_000), now: now() },
        ),
        ("expired this second", NOW - 60, NOW, VerifyError::Expired { expired_at: now(), now: now() }),
        (
            "expired a second ago",
            NOW - 60,
            NOW - 1,
            VerifyError::Expired { expired_at: at(NOW - 1), now: now() },
        ),
        ("expired in 1970", 0, 1, VerifyError::Expired { expired_at: at(1), now: now() }),
    ] as [(&str, i64, i64, VerifyError); 11]
    {
        cases.push(case(name, forge(header(), payload_from_to(iat, exp)), expected));
    }
    let zero = payload_with("exp", "-0");
    cases.push(case("exp = -0", forge(header(), zero), order(NOW, 0)));
}

fn payload_from_to(iat: i64, exp: i64) -> String {
    let mut claims = claims();
    claims.insert("iat".into(), iat.into());
    claims.insert("exp".into(), exp.into());
    serde_json::to_string(&claims).unwrap()
}

fn missing_and_wrong_types(cases: &mut Vec<Case>) {
    for claim in
        ["exp", "iat", "jti", "resource", "topic", "events_url", "whip_url", "capabilities", "version"]
    {
        let token = forge(header(), payload_without(claim));
        cases.push(case(format!("no {claim}"), token, ClaimsError::Missing { claim }));
    }
    cases.push(case("no claims at all", forge(header(), "{}"), ClaimsError::Missing { claim: "exp" }));
    let expected = ClaimsError::Missing { claim: "exp" };
    cases.push(case("EXP in capitals", forge(header(), payload().replace("\"exp\"", "\"EXP\"")), expected));

    let found = [
        ("1", "a number"),
        ("1.5", "a number with a fraction or an exponent"),
        ("true", "a boolean"),
        ("null", "null"),
        ("[]", "an array"),
        ("{}", "an object"),
        ("\"\"", "a string"),
    ];
    for (claims, expected) in [
        (&["jti", "user_id", "resource", "topic", "events_url", "whip_url", "version"][..], "a string"),
        (&["capabilities", "attributes"], "an object"),
    ] {
        for &claim in claims {
            for (raw, found) in found.into_iter().filter(|(_, found)| *found != expected) {
                let token = forge(header(), payload_with(claim, raw));
                let expected = ClaimsError::Type { claim, expected, found };
                cases.push(case(format!("{claim} is {raw}"), token, expected));
            }
        }
    }
    for claim in ["allow_publish", "allow_subscribe"] {
        for (raw, found) in
            [("\"true\"", "a string"), ("1", "a number"), ("null", "null"), ("[]", "an array")]
        {
            let token = forge(header(), payload_with("capabilities", &format!("{{\"{claim}\":{raw}}}")));
            let expected = ClaimsError::Type { claim, expected: "true or false", found };
            cases.push(case(format!("{claim} is {raw}"), token, expected));
        }
    }
    let words = payload_with("capabilities", r#"["PUBLISH","SUBSCRIBE"]"#);
    let expected = ClaimsError::Type { claim: "capabilities", expected: "an object", found: "an array" };
    cases.push(case("capabilities as the API writes them", forge(header(), words), expected));
}

fn values(cases: &mut Vec<Case>) {
    let value = |claim, source| ClaimsError::Value { claim, source };
    let quoted = |text: &str| serde_json::to_string(text).unwrap();
    for (name, claim, text, source) in [
        ("empty jti", "jti", String::new(), ClaimError::IdEmpty { field: "participantId" }),
        (
            "jti of 65",
            "jti",
            "a".repeat(65),
            ClaimError::IdTooLong { field: "participantId", actual: 65, limit: 64 },
        ),
        (
            "jti with a dot",
            "jti",
            "ab.c".into(),
            ClaimError::IdCharacter { field: "participantId", character: '.', position: 2 },
        ),
        (
            "jti with a slash",
            "jti",
            "../x".into(),
            ClaimError::IdCharacter { field: "participantId", character: '.', position: 0 },
        ),
        (
            "jti with an accent",
            "jti",
            "é".into(),
            ClaimError::IdCharacter { field: "participantId", character: 'é', position: 0 },
        ),
        (
            "jti with a NUL",
            "jti",
            "a\0".into(),
            ClaimError::IdCharacter { field: "participantId", character: '\0', position: 1 },
        ),
        (
            "user_id of 129",
            "user_id",
            "a".repeat(129),
            ClaimError::TextTooLong { field: "userId", actual: 129, limit: 128 },
        ),
        (
            "user_id of 129 emoji",
            "user_id",
            "😀".repeat(129),
            ClaimError::TextTooLong { field: "userId", actual: 129, limit: 128 },
        ),
        ("version 1", "version", "1".into(), ClaimError::Version { found: "1".into() }),
        ("version v1.0", "version", "v1.0".into(), ClaimError::Version { found: "v1.0".into() }),
        ("version 1.00", "version", "1.00".into(), ClaimError::Version { found: "1.00".into() }),
        ("version with a space", "version", "1.0 ".into(), ClaimError::Version { found: "1.0 ".into() }),
    ] {
        let token = forge(header(), payload_with(claim, &quoted(&text)));
        cases.push(case(name, token, value(claim, source)));
    }

    let large = |actual| value("attributes", ClaimError::AttributesTooLarge { actual, limit: 1024 });
    let pairs = |pairs: &[(&str, &str)]| {
        let object: Vec<String> = pairs.iter().map(|(n, v)| format!("{}:{}", quoted(n), quoted(v))).collect();
        forge(header(), payload_with("attributes", &format!("{{{}}}", object.join(","))))
    };
    cases.push(case("attributes of 1025 bytes", pairs(&[("name", &"v".repeat(1021))]), large(1025)));
    cases.push(case("an attribute's name of 1025 bytes", pairs(&[(&"n".repeat(1025), "")]), large(1025)));
    cases.push(case("attributes of 513 é", pairs(&[("", &"é".repeat(513))]), large(1026)));
    cases.push(case(
        "two attributes too large",
        pairs(&[("a", &"x".repeat(1100)), ("b", &"y".repeat(2000))]),
        large(3102),
    ));
    let many: Vec<String> = (1000..1300).map(|n| n.to_string()).collect();
    let many: Vec<(&str, &str)> = many.iter().map(|name| (name.as_str(), "")).collect();
    cases.push(case("300 attributes", pairs(&many), large(1200)));
    for (raw, found) in [
        ("1", "a number"),
        ("null", "null"),
        ("true", "a boolean"),
        ("{}", "an object"),
        ("[\"a\"]", "an array"),
    ] {
        let token = forge(header(), payload_with("attributes", &format!("{{\"a\":\"1\",\"seat\":{raw}}}")));
        let expected = ClaimsError::Attribute { name: "seat".into(), found };
        cases.push(case(format!("an attribute is {raw}"), token, expected));
    }

    for (name, text, source) in [
        ("empty resource", "", ArnError::Empty { expected: "stage" }),
        (
            "resource is a channel",
            "arn:aws:ivs:us-west-2:123456789012:channel/oRmLNwuCeMlQ",
            ArnError::ResourceType { expected: "stage", found: "channel".into() },
        ),
        ("resource is a key", KID, ArnError::ResourceType { expected: "stage", found: "public-key".into() }),
        ("resource is a stage ID", STAGE_ID, ArnError::NotIvs { expected: "stage" }),
        (
            "resource without an ID",
            "arn:aws:ivs:us-west-2:123456789012:stage/",
            ArnError::ResourceId { expected: "stage" },
        ),
        ("resource cut off", "arn:aws:ivs:us-west-2", ArnError::TooFewParts { expected: "stage" }),
        (
            "resource with a region in capitals",
            "arn:aws:ivs:US-WEST-2:123456789012:stage/a",
            ArnError::Region,
        ),
        ("resource with an account in letters", "arn:aws:ivs:us-west-2:abc:stage/a", ArnError::Account),
    ] {
        let token = forge(header(), payload_with("resource", &quoted(text)));
        cases.push(case(name, token, ClaimsError::Arn { claim: "resource", source }));
    }
    for topic in ["elsewhere", "", "ormlnwucemlq", "oRmLNwuCeMlQ ", "oRmLNwuCeMl"] {
        let token = forge(header(), payload_with("topic", &quoted(topic)));
        let expected = ClaimsError::Topic { topic: topic.into(), stage_id: STAGE_ID.into() };
        cases.push(case(format!("topic {topic:?}"), token, expected));
    }
    let expected =
        ClaimsError::Topic { topic: format!("{}…", &STAGE_ARN[..40]), stage_id: STAGE_ID.into() };
    cases.push(case(
        "topic is the whole ARN",
        forge(header(), payload_with("topic", &quoted(STAGE_ARN))),
        expected,
    ));

    let scheme = |expected, found: &str| EndpointError::Scheme { expected, found: found.into() };
    for (claim, text, source) in [
        ("events_url", "https://global.events.live-video.net", scheme("wss", "https")),
        ("events_url", "javascript:alert(1)", scheme("wss", "javascript")),
        ("events_url", "wss://global.events.live-video.net#x", EndpointError::Fragment),
        ("events_url", "wss://me@global.events.live-video.net", EndpointError::UserInfo),
        ("events_url", "wss://", EndpointError::NoHost),
        ("events_url", "wss:", EndpointError::NoHost),
        ("events_url", "global.events.live-video.net", EndpointError::NotAUrl { expected: "wss" }),
        ("events_url", " wss://global.events.live-video.net", EndpointError::WhiteSpace),
        ("events_url", "", EndpointError::Empty { expected: "wss" }),
        (
            "whip_url",
            "http://a.whip.live-video.net",
            EndpointError::NotLoopback { expected: "https", found: "http".into() },
        ),
        (
            "events_url",
            "ws://a.events.live-video.net",
            EndpointError::NotLoopback { expected: "wss", found: "ws".into() },
        ),
        ("whip_url", "wss://a.whip.live-video.net", scheme("https", "wss")),
        ("whip_url", "file:///etc/passwd", scheme("https", "file")),
        ("whip_url", "https://a.whip.live-video.net?x=1", EndpointError::Query),
        ("whip_url", "https://a.whip.live-video.net/#x", EndpointError::Fragment),
        ("whip_url", "https://a:b@a.whip.live-video.net", EndpointError::UserInfo),
        ("whip_url", "https://", EndpointError::NoHost),
        ("whip_url", "https://a b", EndpointError::WhiteSpace),
        ("whip_url", "https://a\nb", EndpointError::WhiteSpace),
        ("whip_url", "https://é.example", EndpointError::NotAUrl { expected: "https" }),
        ("whip_url", "", EndpointError::Empty { expected: "https" }),
    ] {
        let token = forge(header(), payload_with(claim, &quoted(text)));
        cases.push(case(format!("{claim} {text:?}"), token, ClaimsError::Endpoint { claim, source }));
    }
}

/// Tokens that come near to a refusal and keep every rule.
pub fn accepted() -> Vec<(String, String)> {
    const FORTNIGHT: i64 = 14 * 24 * 3600;
    let mut tokens = Vec::new();
    let mut push = |name: &str, token: String| tokens.push((name.to_owned(), token));
    push("as minted", good_token());
    push("forged right", forge(header(), payload()));
    push("exactly 16 KiB", token_of_len(16 * 1024));
    push("exactly 14 days", forge(header(), payload_from_to(NOW, NOW + FORTNIGHT)));
    push("iat 60 s ahead", forge(header(), payload_from_to(NOW + 60, NOW + 61)));
    push("the last second", forge(header(), payload_from_to(NOW - FORTNIGHT + 1, NOW + 1)));
    push("nbf just ahead", forge(header(), payload_with("nbf", &(NOW + 60).to_string())));

    let with = |member: &str| format!(r#"{{"alg":"ES384","typ":"JWT","kid":"{KID}",{member}}}"#);
    let jwk = attacker_key().verifying_key().to_jwk();
    for member in [
        format!(r#""jwk":{jwk}"#),
        r#""jku":"https://attacker.example/keys.json""#.to_owned(),
        r#""x5u":"https://attacker.example/chain.pem""#.to_owned(),
        r#""x5c":["MIIB"]"#.to_owned(),
        r#""cty":"JWT""#.to_owned(),
        r#""b64":true"#.to_owned(),
        r#""zip":null"#.to_owned(),
    ] {
        push(&format!("unknown {member:.6}"), forge(with(&member), payload()));
    }
    push("no typ", forge(format!(r#"{{"alg":"ES384","kid":"{KID}"}}"#), payload()));
    push("another order", forge(format!(r#"{{"kid":"{KID}","typ":"JWT","alg":"ES384"}}"#), payload()));
    push("white space in the JSON", forge(format!(" {}\r\n\t", header()), format!("\n{} ", payload())));
    push(
        "escapes in the header",
        forge(header().replace("ES384", r"\u0045S384").replace("kid", r"k\u0069d"), payload()),
    );
    push(
        "escapes in the payload",
        forge(header(), payload().replace("\"exp\"", r#""e\u0078p""#).replace("ana", r"\u0061na")),
    );
    push("a paired surrogate", forge(header(), payload_with("user_id", r#""\ud83d\ude00""#)));
    push("raw UTF-8", forge(header(), payload_with("user_id", "\"José 😀\"")));
    push("an unknown claim", forge(header(), payload_with("note", "[1,{\"a\":[null]}]")));
    push("an unknown claim of many digits", forge(header(), payload_with("x", &"1".repeat(9000))));
    push(
        "100 deep where nobody looks",
        forge(header(), payload_with("x", &format!("{}{}", "[".repeat(100), "]".repeat(100)))),
    );
    push("one name at many depths", forge(header(), payload_with("x", r#"{"x":{"x":[{"x":1},{"x":2}]}}"#)));
    push("no user_id", forge(header(), payload_without("user_id")));
    push("no attributes", forge(header(), payload_without("attributes")));
    push("empty attributes", forge(header(), payload_with("attributes", "{}")));
    push("empty user_id", forge(header(), payload_with("user_id", "\"\"")));
    push("no capability", forge(header(), payload_with("capabilities", "{}")));
    push(
        "a capability denied",
        forge(header(), payload_with("capabilities", r#"{"allow_publish":false,"allow_subscribe":true}"#)),
    );
    push(
        "an unknown capability",
        forge(header(), payload_with("capabilities", r#"{"allow_subscribe":true,"allow_x":3}"#)),
    );
    push("version 0.0", forge(header(), payload_with("version", "\"0.0\"")));
    push("a local events_url", forge(header(), payload_with("events_url", "\"ws://localhost:8080/x?y=z\"")));

    // ECDSA has two signatures of each kind, s and n - s, and both are true.
    let good = good_token();
    let (signed, signature) = split_signature(&good);
    let mut signature = decode(signature);
    let (mut borrow, s) = (0, signature.split_off(48));
    let mut negated = [0; 48];
    for i in (0..48).rev() {
        let difference = i16::from(ORDER[i]) - i16::from(s[i]) - borrow;
        borrow = i16::from(difference < 0);
        negated[i] = u8::try_from(difference.rem_euclid(256)).unwrap();
    }
    signature.extend(negated);
    push("n - s", format!("{signed}.{}", encode(signature)));
    tokens
}
