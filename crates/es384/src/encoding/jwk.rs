//! JWK (RFC 7517; RFC 7518, section 6.2) and its thumbprint (RFC 7638).

use std::{collections::BTreeMap, fmt};

use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;
use zeroize::Zeroizing;

use super::{base64url, check_len, text};
use crate::{
    KeyError,
    key::{
        pair::{Pair, Scalar},
        point::{self, Point},
    },
};

/// Reads a private JWK.
pub(crate) fn read_private(input: &[u8]) -> Result<Pair, KeyError> {
    read(input, |jwk| {
        jwk.check_kind()?;
        if !jwk.0.contains_key("d") {
            return Err(KeyError::PublicKeyGiven);
        }
        jwk.check_use("sign", "signing with ES384")?;
        let point = jwk.point()?;
        Pair::new(Scalar::from_slice(&jwk.number("d")?)?, &[point])
    })
}

/// Reads a public JWK.
pub(crate) fn read_public(input: &[u8]) -> Result<Point, KeyError> {
    read(input, |jwk| {
        jwk.check_kind()?;
        if jwk.0.contains_key("d") {
            return Err(KeyError::PrivateKeyGiven);
        }
        jwk.check_use("verify", "verifying ES384")?;
        jwk.point()
    })
}

/// Writes a JWK. It is private if `scalar` is given.
pub(crate) fn write(point: &Point, scalar: Option<&Scalar>) -> Zeroizing<String> {
    let (x, y) = point::coordinates(point);
    // The full capacity is reserved at once, because growing would leave a copy of the key in freed memory.
    let mut out = Zeroizing::new(String::with_capacity(320));
    out.push_str(r#"{"kty":"EC","crv":"P-384","alg":"ES384","use":"sig","x":""#);
    base64url::push(&mut out, x);
    out.push_str(r#"","y":""#);
    base64url::push(&mut out, y);
    if let Some(scalar) = scalar {
        out.push_str(r#"","d":""#);
        base64url::push(&mut out, scalar.as_bytes());
    }
    out.push_str(r#""}"#);
    out
}

/// The members from which a thumbprint is made, in the order and spacing of RFC 7638, section 3.
pub(crate) fn required_members(point: &Point) -> String {
    let (x, y) = point::coordinates(point);
    let mut out = String::with_capacity(192);
    out.push_str(r#"{"crv":"P-384","kty":"EC","x":""#);
    base64url::push(&mut out, x);
    out.push_str(r#"","y":""#);
    base64url::push(&mut out, y);
    out.push_str(r#""}"#);
    out
}

fn read<T>(input: &[u8], take: impl FnOnce(&Members<'_>) -> Result<T, KeyError>) -> Result<T, KeyError> {
    check_len(input)?;
    let text = text::narrow(input);
    let members: Members<'_> = serde_json::from_slice(&text).map_err(|error| {
        // The decoder's message may quote the input, so only its position is used.
        KeyError::JwkSyntax { line: error.line(), column: error.column() }
    })?;
    if members.0.contains_key("keys") && !members.0.contains_key("kty") {
        return Err(KeyError::JwkSet);
    }
    take(&members)
}

/// The members of one JWK by name, and the first name that occurs twice. The values are still JSON text in the caller's
/// buffer, because a copy of `d` would not be wiped.
struct Members<'a>(BTreeMap<String, &'a RawValue>, Option<&'static str>);

impl Members<'_> {
    fn check_kind(&self) -> Result<(), KeyError> {
        if let Some(member) = self.1 {
            return Err(KeyError::JwkMemberRepeated { member });
        }
        let kty = self.text("kty")?.ok_or(KeyError::JwkMemberMissing { member: "kty" })?;
        let crv = self.text("crv")?;
        match (kty.as_str(), crv.as_deref()) {
            ("EC", Some("P-384")) => Ok(()),
            ("EC", Some(other)) => {
                Err(KeyError::WrongCurve { curve: known(CURVES, other, "foreign-curve").into() })
            }
            ("EC", None) => Err(KeyError::JwkMemberMissing { member: "crv" }),
            ("OKP", Some(other)) => {
                Err(KeyError::WrongAlgorithm { algorithm: known(OKP, other, "OKP").into() })
            }
            (other, _) => {
                Err(KeyError::WrongAlgorithm { algorithm: known(KINDS, other, "something unknown").into() })
            }
        }
    }

    /// RFC 7517, sections 4.2 to 4.4.
    fn check_use(&self, operation: &str, purpose: &'static str) -> Result<(), KeyError> {
        let rules_out = |member| Err(KeyError::JwkUse { member, purpose });
        if self.text("use")?.is_some_and(|name| name != "sig") {
            return rules_out("use");
        }
        if self.text("alg")?.is_some_and(|name| name != "ES384") {
            return rules_out("alg");
        }
        if let Some(raw) = self.0.get("key_ops") {
            let operations: Vec<String> = serde_json::from_str(raw.get())
                .map_err(|_| KeyError::JwkMember { member: "key_ops", wanted: "an array of strings" })?;
            if !operations.iter().any(|name| name == operation) {
                return rules_out("key_ops");
            }
        }
        Ok(())
    }

    fn point(&self) -> Result<Point, KeyError> {
        let (x, y) = (self.number("x")?, self.number("y")?);
        let mut bytes = [4; 97];
        bytes[1..49].copy_from_slice(&x);
        bytes[49..].copy_from_slice(&y);
        point::parse(&bytes)
    }

    /// Reads a member that is 48 bytes in base64url.
    fn number(&self, member: &'static str) -> Result<Zeroizing<Vec<u8>>, KeyError> {
        let raw = self.0.get(member).ok_or(KeyError::JwkMemberMissing { member })?;
        let bytes = raw
            .get()
            .strip_prefix('"')
            .and_then(|rest| rest.strip_suffix('"'))
            // base64url needs no escapes, and undoing escapes would make a copy.
            .and_then(base64url::decode)
            .ok_or(KeyError::JwkMember { member, wanted: "a base64url string without padding" })?;
        if bytes.len() == 48 {
            Ok(bytes)
        } else {
            Err(KeyError::JwkMemberLength { member, bytes: bytes.len() })
        }
    }

    fn text(&self, member: &'static str) -> Result<Option<String>, KeyError> {
        let Some(raw) = self.0.get(member) else { return Ok(None) };
        let text = serde_json::from_str(raw.get())
            .map_err(|_| KeyError::JwkMember { member, wanted: "a string" })?;
        Ok(Some(text))
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for Members<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Collect;
        impl<'de> Visitor<'de> for Collect {
            type Value = Members<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a JSON object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut members = Members(BTreeMap::new(), None);
                while let Some((name, value)) = map.next_entry::<String, &'de RawValue>()? {
                    let shown = REGISTERED.iter().find(|(registered, _)| *registered == name);
                    if members.0.insert(name, value).is_some() {
                        members.1.get_or_insert(shown.map_or("a member", |(_, shown)| shown));
                    }
                }
                Ok(members)
            }
        }
        deserializer.deserialize_map(Collect)
    }
}

/// The name, if it is in `names`. Errors never quote an unknown name, because it might be anything.
fn known(names: &[&'static str], name: &str, otherwise: &'static str) -> &'static str {
    names.iter().find(|known| **known == name).copied().unwrap_or(otherwise)
}

const CURVES: &[&str] = &["P-192", "P-224", "P-256", "P-521", "secp256k1", "SM2"];
const OKP: &[&str] = &["Ed25519", "Ed448", "X25519", "X448"];
const KINDS: &[&str] = &["RSA", "oct", "OKP", "AKP"];
const REGISTERED: &[(&str, &str)] = &[
    ("kty", "`kty`"),
    ("use", "`use`"),
    ("key_ops", "`key_ops`"),
    ("alg", "`alg`"),
    ("kid", "`kid`"),
    ("crv", "`crv`"),
    ("x", "`x`"),
    ("y", "`y`"),
    ("d", "`d`"),
];
