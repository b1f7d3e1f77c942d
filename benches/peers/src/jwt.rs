//! `jsonwebtoken`, with either of what can sign for it.

use std::error::Error;
use std::hint::black_box;

use jsonwebtoken::crypto::CryptoProvider;
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation, decode, encode};
use serde_json::{Map, Value};

use crate::files::Files;
use crate::measure::Peer;

pub(crate) fn with_aws_lc_rs(files: &Files) -> Result<Peer, Box<dyn Error>> {
    peer(files, &jsonwebtoken::crypto::aws_lc::DEFAULT_PROVIDER)
}

#[cfg(feature = "peers")]
pub(crate) fn with_rust_crypto(files: &Files) -> Result<Peer, Box<dyn Error>> {
    peer(files, &jsonwebtoken::crypto::rust_crypto::DEFAULT_PROVIDER)
}

fn peer(files: &Files, provider: &'static CryptoProvider) -> Result<Peer, Box<dyn Error>> {
    provider.install_default().map_err(|_| "another provider is installed")?;
    let private = EncodingKey::from_ec_pem(files.private_pem.as_bytes())?;
    let public = DecodingKey::from_ec_pem(files.public_pem.as_bytes())?;
    let header = Header { kid: Some(files.kid.clone()), ..Header::new(Algorithm::ES384) };
    let mut validation = Validation::new(Algorithm::ES384);
    validation.validate_aud = false;
    let (claims, tokens) = (files.claims.clone(), files.tokens.clone());
    Ok(Peer::new(
        move || {
            black_box(encode(&header, &claims, &private).expect("a token"));
        },
        move |i| {
            let token = &tokens[i % tokens.len()];
            black_box(decode::<Map<String, Value>>(token, &public, &validation).expect("a good token"));
        },
    ))
}
