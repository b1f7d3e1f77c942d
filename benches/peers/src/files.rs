//! What all peers work with, as `sample` wrote it.

use std::error::Error;
use std::fs;
use std::path::Path;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use serde_json::{Map, Value};

/// A key pair, the claims of a participant, and tokens.
pub(crate) struct Files {
    /// PKCS#8 in PEM.
    pub(crate) private_pem: String,
    /// `SubjectPublicKeyInfo` in PEM.
    pub(crate) public_pem: String,
    pub(crate) kid: String,
    pub(crate) claims: Map<String, Value>,
    pub(crate) tokens: Vec<String>,
}

/// What was signed, and the signature.
pub(crate) type Signed = (Vec<u8>, Vec<u8>);

impl Files {
    pub(crate) fn read(folder: &Path) -> Result<Self, Box<dyn Error>> {
        let text = |name| fs::read_to_string(folder.join(name));
        Ok(Self {
            private_pem: text("private.pem")?,
            public_pem: text("public.pem")?,
            kid: text("kid.txt")?,
            claims: serde_json::from_str(&text("claims.json")?)?,
            tokens: text("tokens.txt")?.lines().map(str::to_owned).collect(),
        })
    }

    pub(crate) fn pkcs8(&self) -> Result<Vec<u8>, Box<dyn Error>> {
        der(&self.private_pem)
    }

    /// The public key as a point: 0x04, x, y.
    pub(crate) fn point(&self) -> Result<Vec<u8>, Box<dyn Error>> {
        let spki = der(&self.public_pem)?;
        // The point is the end of a `SubjectPublicKeyInfo` of P-384.
        Ok(spki[spki.len() - 97..].to_vec())
    }

    /// What was signed, and the signature, of each token.
    pub(crate) fn signatures(&self) -> Result<Vec<Signed>, Box<dyn Error>> {
        let split = |token: &String| {
            let (signed, signature) = token.rsplit_once('.').ok_or("a token without a signature")?;
            Ok((signed.as_bytes().to_vec(), URL_SAFE_NO_PAD.decode(signature)?))
        };
        self.tokens.iter().map(split).collect()
    }
}

fn der(pem: &str) -> Result<Vec<u8>, Box<dyn Error>> {
    let base64: String = pem.lines().filter(|line| !line.starts_with("-----")).collect();
    Ok(STANDARD.decode(base64)?)
}
