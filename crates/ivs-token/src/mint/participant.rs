use crate::error::MintError;
use crate::key::{HEADER_OF_SERVICE, KeyId, SigningKey};
use crate::mint::{self, Unsigned};
use crate::token::minted::Token;
use crate::token::participant::{Participant, ParticipantClaims, Payload};
use crate::value::duration::ParticipantDuration;
use crate::value::id::ParticipantId;
use crate::value::timestamp::Timestamp;

impl Participant {
    /// Mints the token: it is issued now, by the system's clock.
    ///
    /// # Errors
    ///
    /// [`MintError`]: the first value that broke a limit; a key without an ID, or of another account or region than the
    /// stage; a token of more than 16 KiB; a clock beyond [`Timestamp::MAX`]; or the operating system gave no randomness,
    /// for the participant ID or for the signature.
    pub fn mint(self, key: &SigningKey) -> Result<Token, MintError> {
        self.mint_at(key, Timestamp::now())
    }

    /// Mints the token as if the time were `now`: `iat` is `now`, and `exp` the duration later.
    ///
    /// # Errors
    ///
    /// As [`Self::mint`].
    pub fn mint_at(self, key: &SigningKey, now: Timestamp) -> Result<Token, MintError> {
        self.check()?;
        self.prepare(key.key_id()?, now)?.sign(key)
    }

    /// Mints the token as `CreateParticipantToken` does, with a service's own key. This is for programs that stand in
    /// for that operation, such as a local IVS. The header says `alg` `KMS` and names no key.
    ///
    /// IVS does not accept such a token. Only a verifier that was given the key with
    /// [`accept_service_tokens_of`](crate::VerifierBuilder::accept_service_tokens_of) accepts it. The key needs no ID.
    ///
    /// # Errors
    ///
    /// As [`Self::mint`], except those about the key's ID.
    pub fn mint_as_service_at(self, key: &SigningKey, now: Timestamp) -> Result<Token, MintError> {
        self.unsigned_as_service_at(now)?.sign(key)
    }

    /// Prepares the token of [`Self::mint_as_service_at`] for a signature that is made elsewhere.
    ///
    /// # Errors
    ///
    /// As [`Self::mint_as_service_at`].
    pub fn unsigned_as_service_at(self, now: Timestamp) -> Result<Unsigned, MintError> {
        self.prepare_with(HEADER_OF_SERVICE, now)
    }

    /// All of minting but the signature.
    pub(crate) fn prepare(self, id: &KeyId, now: Timestamp) -> Result<Unsigned, MintError> {
        self.check()?;
        id.check_stage(self.stage.arn())?;
        self.prepare_with(&id.header, now)
    }

    /// The token with this header, but for its signature.
    fn prepare_with(self, header: &str, now: Timestamp) -> Result<Unsigned, MintError> {
        if let Some(error) = self.error {
            return Err(error.into());
        }
        let claims = ParticipantClaims {
            participant_id: match self.id {
                Some(id) => id,
                None => ParticipantId::random()?,
            },
            stage: self.stage,
            user_id: self.user_id,
            attributes: self.attributes,
            capabilities: self.capabilities,
            issued_at: now,
            expires_at: now.checked_add(self.duration.into()).ok_or(MintError::ClockTooLate { now })?,
            version: self.version,
        };
        Unsigned::new(header, claims)
    }

    /// Mints the text of a token and keeps the participant as a template for the next. Nothing of it is copied. Each
    /// token gets a fresh random participant ID unless one was given.
    ///
    /// # Errors
    ///
    /// As [`Self::mint`].
    pub fn mint_text(&self, key: &SigningKey) -> Result<String, MintError> {
        self.mint_text_at(key, Timestamp::now())
    }

    /// Mints as [`Self::mint_text`] does, as if the time were `now`.
    ///
    /// # Errors
    ///
    /// As [`Self::mint`].
    pub fn mint_text_at(&self, key: &SigningKey, now: Timestamp) -> Result<String, MintError> {
        self.mint_text_lasting(key, now, self.duration)
    }

    /// Mints as [`Self::mint_text_at`] does, a token that lasts so long instead.
    pub(crate) fn mint_text_lasting(
        &self,
        key: &SigningKey,
        now: Timestamp,
        duration: ParticipantDuration,
    ) -> Result<String, MintError> {
        self.check()?;
        let id = key.key_id()?;
        id.check_stage(self.stage.arn())?;
        let fresh;
        let payload = Payload {
            participant_id: if let Some(id) = &self.id {
                id
            } else {
                fresh = ParticipantId::random()?;
                &fresh
            },
            stage: &self.stage,
            user_id: self.user_id.as_ref(),
            attributes: &self.attributes,
            capabilities: self.capabilities,
            issued_at: now,
            expires_at: now.checked_add(duration.into()).ok_or(MintError::ClockTooLate { now })?,
            version: self.version,
        };
        mint::text(&id.header, &payload, key)
    }
}
