use ivs_token::VerifyingKey;
use serde::Serialize;
use serde_json::value::RawValue;

use crate::output;

/// A key as it may be shown to anyone.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Description {
    /// `private` or `public`: what was given, or made.
    pub(super) kind: &'static str,
    curve: &'static str,
    algorithm: &'static str,
    fingerprint_sha256: String,
    /// RFC 7638.
    jwk_thumbprint: String,
    /// What ImportPublicKey takes.
    public_key_material: String,
    public_jwk: Option<Box<RawValue>>,
}

impl Description {
    pub(super) fn of(kind: &'static str, key: &VerifyingKey) -> Self {
        Self {
            kind,
            curve: "P-384",
            algorithm: "ES384",
            fingerprint_sha256: fingerprint(key),
            jwk_thumbprint: key.thumbprint(),
            public_key_material: key.to_spki_pem(),
            public_jwk: RawValue::from_string(key.to_jwk()).ok(),
        }
    }

    pub(super) fn table(&self) -> String {
        output::table(&[
            ("kind", format!("{} key", self.kind)),
            ("curve", format!("{} ({})", self.curve, self.algorithm)),
            ("SHA-256 of the public key", self.fingerprint_sha256.clone()),
            ("JWK thumbprint (RFC 7638)", self.jwk_thumbprint.clone()),
        ])
    }
}

/// SHA-256 of the SPKI, in hexadecimal with colons.
pub(in crate::commands) fn fingerprint(key: &VerifyingKey) -> String {
    let bytes: Vec<String> = key.fingerprint().iter().map(|byte| format!("{byte:02x}")).collect();
    bytes.join(":")
}
