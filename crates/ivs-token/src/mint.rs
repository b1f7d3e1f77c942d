//! Claims and a key make a token.

use serde::Serialize;

use crate::claims::Claims;
use crate::error::MintError;
use crate::key::SigningKey;
use crate::participant::Participant;
use crate::timestamp::Timestamp;
use crate::token::Token;
use crate::{json, jws};

impl SigningKey {
    /// Mints a token for each participant, in their order, all issued at one moment; one that fails does not stop the
    /// others.
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
        participants.into_iter().map(|participant| participant.mint_at(self, now)).collect()
    }
}

/// The one way in which claims of any kind become a token.
pub(crate) fn token<C: Claims>(header: &str, claims: C, key: &SigningKey) -> Result<Token<C>, MintError> {
    let text = text(header, &claims, key)?;
    Ok(Token::new(text, claims))
}

/// The text of a token with this payload.
#[expect(clippy::expect_used, reason = "writing plain structs to memory has no way to fail")]
pub(crate) fn text(header: &str, payload: &impl Serialize, key: &SigningKey) -> Result<String, MintError> {
    // All claims of a usual token, without growing.
    let mut json = Vec::with_capacity(1024);
    json::write_ascii(&mut json, payload).expect("claims serialise");
    let actual = jws::assembled_len(header.len(), json.len());
    if actual > jws::MAX_LEN {
        return Err(MintError::TooLong { actual, limit: jws::MAX_LEN });
    }
    Ok(jws::assemble(header, &json, |signed| key.as_es384().sign(signed))?)
}
