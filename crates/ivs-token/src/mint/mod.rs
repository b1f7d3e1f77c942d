//! Claims and a key make a token.

mod batch;
mod connection;
mod exchange;
mod participant;
mod playback;

use es384::Signature;
use serde::Serialize;

use crate::error::{MintError, SignError};
use crate::key::SigningKey;
use crate::token::claims::Claims;
use crate::token::minted::Token;
use crate::wire::{json, jws};

/// A token that only lacks its signature.
pub(crate) struct Unsigned<C> {
    text: String,
    claims: C,
}

impl<C: Claims> Unsigned<C> {
    pub(crate) fn new(header: &str, claims: C) -> Result<Self, MintError> {
        Ok(Self { text: unsigned(header, &claims)?, claims })
    }

    pub(crate) fn sign(self, key: &SigningKey) -> Result<Token<C>, MintError> {
        let signature = key.as_es384().sign(self.text.as_bytes());
        self.signed(signature)
    }

    fn signed(mut self, signature: Result<Signature, SignError>) -> Result<Token<C>, MintError> {
        jws::append_signature(&mut self.text, &signature?);
        Ok(Token::new(self.text, self.claims))
    }
}

/// The one way in which claims of any kind become a token.
pub(crate) fn token<C: Claims>(header: &str, claims: C, key: &SigningKey) -> Result<Token<C>, MintError> {
    Unsigned::new(header, claims)?.sign(key)
}

/// The text of a token with this payload.
pub(crate) fn text(header: &str, payload: &impl Serialize, key: &SigningKey) -> Result<String, MintError> {
    let mut text = unsigned(header, payload)?;
    let signature = key.as_es384().sign(text.as_bytes())?;
    jws::append_signature(&mut text, &signature);
    Ok(text)
}

/// What is signed of a token with this payload.
#[expect(clippy::expect_used, reason = "writing plain structs to memory has no way to fail")]
fn unsigned(header: &str, payload: &impl Serialize) -> Result<String, MintError> {
    // All claims of a usual token, without growing.
    let mut json = Vec::with_capacity(1024);
    json::write_ascii(&mut json, payload).expect("claims serialise");
    let actual = jws::assembled_len(header.len(), json.len());
    if actual > jws::MAX_LEN {
        return Err(MintError::TooLong { actual, limit: jws::MAX_LEN });
    }
    Ok(jws::unsigned(header, &json))
}
