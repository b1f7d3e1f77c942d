use crate::error::MintError;
use crate::key::{HEADER_WITHOUT_KID, SigningKey};
use crate::mint::Unsigned;
use crate::token::minted::Token;
use crate::token::playback::{Playback, PlaybackClaims, SingleUseId};
use crate::value::timestamp::Timestamp;

impl Playback {
    /// Mints the token, whose time begins now by the system's clock. The key needs no ARN: a playback token names none.
    ///
    /// # Errors
    ///
    /// [`MintError`]: the first value that broke a limit, or a rule about several values; a clock beyond
    /// [`Timestamp::MAX`]; more origins than fit in 16 KiB; or the operating system gave no randomness.
    pub fn mint(self, key: &SigningKey) -> Result<Token<PlaybackClaims>, MintError> {
        self.mint_at(key, Timestamp::now())
    }

    /// Mints the token as if the time were `now`: `exp` is the duration later.
    ///
    /// # Errors
    ///
    /// As [`Self::mint`].
    pub fn mint_at(self, key: &SigningKey, now: Timestamp) -> Result<Token<PlaybackClaims>, MintError> {
        self.prepare(now)?.sign(key)
    }

    /// All of minting but the signature.
    pub(crate) fn prepare(self, now: Timestamp) -> Result<Unsigned<PlaybackClaims>, MintError> {
        self.check()?;
        let claims = PlaybackClaims {
            channel: self.channel,
            origins: self.origins,
            is_strict: self.is_strict,
            single_use: self.single_use.map(SingleUseId::uuid).transpose()?,
            viewer_id: self.viewer_id,
            session_version: self.session_version.unwrap_or(0),
            maximum_resolution: self.maximum_resolution,
            issued_at: None,
            expires_at: now.checked_add(self.duration.into()).ok_or(MintError::ClockTooLate { now })?,
        };
        Unsigned::new(HEADER_WITHOUT_KID, claims)
    }
}
