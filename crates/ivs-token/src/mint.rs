//! Claims and a key make a token.

use es384::Signature;
use serde::Serialize;

use crate::error::{MintError, SignError};
use crate::key::SigningKey;
use crate::token::claims::Claims;
use crate::token::minted::Token;
use crate::token::participant::Participant;
use crate::value::timestamp::Timestamp;
use crate::wire::{json, jws};

impl SigningKey {
    /// Mints a token for each participant, in their order, all issued at one moment; one that fails does not stop the
    /// others.
    ///
    /// It takes half the time of as many calls to [`Participant::mint`] where the key is [accelerated](Self::accelerate).
    ///
    /// # Errors
    ///
    /// Each element is what [`Participant::mint`] would have answered.
    pub fn mint_batch(
        &self,
        participants: impl IntoIterator<Item = Participant>,
    ) -> Vec<Result<Token, MintError>> {
        self.mint_batch_at(participants, Timestamp::now())
    }

    /// Mints as [`Self::mint_batch`] does, as if it were `now`.
    ///
    /// # Errors
    ///
    /// As [`Self::mint_batch`].
    pub fn mint_batch_at(
        &self,
        participants: impl IntoIterator<Item = Participant>,
        now: Timestamp,
    ) -> Vec<Result<Token, MintError>> {
        let mut participants = participants.into_iter();
        let mut tokens = Vec::with_capacity(participants.size_hint().0);
        loop {
            let chunk = participants.by_ref().take(CHUNK);
            let unsigned: Vec<_> = chunk.map(|participant| participant.unsigned_at(self, now)).collect();
            if unsigned.is_empty() {
                return tokens;
            }
            sign_all(self, unsigned, &mut tokens);
        }
    }
}

/// How many tokens are signed side by side. More are hardly faster, and what is between the steps should stay near.
const CHUNK: usize = 64;

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

/// Signs those that came so far, and passes on why the others did not.
fn sign_all<C: Claims>(
    key: &SigningKey,
    unsigned: Vec<Result<Unsigned<C>, MintError>>,
    tokens: &mut Vec<Result<Token<C>, MintError>>,
) {
    let messages: Vec<_> =
        unsigned.iter().flatten().map(|token| (key.as_es384(), token.text.as_bytes())).collect();
    let mut signatures = es384::sign_batch(&messages).into_iter();
    // There are as many signatures as messages.
    let mut sign = |token: Unsigned<C>| token.signed(signatures.next().unwrap_or(Err(SignError)));
    tokens.extend(unsigned.into_iter().map(|token| sign(token?)));
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
