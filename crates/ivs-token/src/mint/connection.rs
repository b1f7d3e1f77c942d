use std::borrow::Cow;

use crate::error::MintError;
use crate::key::{KeyId, SigningKey};
use crate::mint::Unsigned;
use crate::token::connection::{Connection, ConnectionClaims};
use crate::token::minted::Token;
use crate::value::endpoint::DEFAULT_EVENTS_URL;
use crate::value::id::TokenId;
use crate::value::timestamp::Timestamp;

impl Connection {
    /// Mints the token: it is issued now, by the system's clock.
    ///
    /// # Errors
    ///
    /// [`MintError`]: the first value that broke a limit; a key without an ID, or whose ARN has no account of 12 digits; a
    /// clock beyond [`Timestamp::MAX`]; or the operating system gave no randomness.
    pub fn mint(self, key: &SigningKey) -> Result<Token<ConnectionClaims>, MintError> {
        self.mint_at(key, Timestamp::now())
    }

    /// Mints the token as if the time were `now`: `iat` is `now`, and `exp` the duration later.
    ///
    /// # Errors
    ///
    /// As [`Self::mint`].
    pub fn mint_at(self, key: &SigningKey, now: Timestamp) -> Result<Token<ConnectionClaims>, MintError> {
        self.check()?;
        self.prepare(key.key_id()?, now)?.sign(key)
    }

    /// All of minting but the signature.
    pub(crate) fn prepare(self, id: &KeyId, now: Timestamp) -> Result<Unsigned<ConnectionClaims>, MintError> {
        self.check()?;
        if id.arn.account_id().len() != 12 {
            return Err(MintError::KeyAccount { account_id: id.arn.account_id().to_owned() });
        }
        let claims = ConnectionClaims {
            token_id: match self.id {
                Some(id) => id,
                None => TokenId::random()?,
            },
            account_id: id.arn.account_id().to_owned(),
            region: id.arn.region().to_owned(),
            events_url: self.events_url.unwrap_or(Cow::Borrowed(DEFAULT_EVENTS_URL)),
            issued_at: now,
            expires_at: now.checked_add(self.duration.into()).ok_or(MintError::ClockTooLate { now })?,
            version: self.version,
        };
        Unsigned::new(&id.header, claims)
    }
}
