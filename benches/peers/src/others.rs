//! Other libraries for JWT.

use std::error::Error;
use std::hint::black_box;

use serde_json::{Map, Value};

use crate::files::Files;
use crate::measure::Peer;

pub(crate) fn jwt_simple(files: &Files) -> Result<Peer, Box<dyn Error>> {
    use jwt_simple::prelude::{ECDSAP384KeyPairLike as _, ECDSAP384PublicKeyLike as _};
    use jwt_simple::prelude::{ES384KeyPair, ES384PublicKey, JWTClaims};
    type Claims = JWTClaims<Map<String, Value>>;
    let pair = ES384KeyPair::from_pem(&files.private_pem).map_err(|error| error.to_string())?;
    let pair = pair.with_key_id(&files.kid);
    let public = ES384PublicKey::from_pem(&files.public_pem).map_err(|error| error.to_string())?;
    let claims: Claims = serde_json::from_value(Value::Object(files.claims.clone()))?;
    let tokens = files.tokens.clone();
    Ok(Peer::new(
        move || {
            black_box(pair.sign(claims.clone()).expect("a token"));
        },
        move |i| {
            let claims = public.verify_token::<Map<String, Value>>(&tokens[i % tokens.len()], None);
            black_box(claims.expect("a good token"));
        },
    ))
}

pub(crate) fn josekit(files: &Files) -> Result<Peer, Box<dyn Error>> {
    use josekit::jws::{ES384, JwsHeader};
    use josekit::jwt::{JwtPayload, decode_with_verifier, encode_with_signer};
    let signer = ES384.signer_from_pem(&files.private_pem)?;
    let verifier = ES384.verifier_from_pem(&files.public_pem)?;
    let payload = JwtPayload::from_map(files.claims.clone())?;
    let mut header = JwsHeader::new();
    header.set_token_type("JWT");
    header.set_key_id(&files.kid);
    let tokens = files.tokens.clone();
    let mut peer = Peer::new(
        move || {
            black_box(encode_with_signer(&payload, &header, &signer).expect("a token"));
        },
        move |i| {
            black_box(decode_with_verifier(&tokens[i % tokens.len()], &verifier).expect("a good token"));
        },
    );
    peer.facts.push(("backend", openssl::version::version().to_owned()));
    Ok(peer)
}
