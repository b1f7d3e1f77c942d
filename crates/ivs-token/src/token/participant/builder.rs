use crate::error::{ClaimError, MintError};
use crate::key::SigningKey;
use crate::mint::{self, Unsigned};
use crate::token::minted::Token;
use crate::token::participant::claims::{ParticipantClaims, Payload};
use crate::value::attributes::Attributes;
use crate::value::capability::Capabilities;
use crate::value::duration::ParticipantDuration;
use crate::value::id::ParticipantId;
use crate::value::stage::Stage;
use crate::value::text::UserId;
use crate::value::timestamp::Timestamp;
use crate::value::version::Version;

/// A token for one participant of a stage, about to be minted. [`Stage::participant`] begins one.
///
/// Each value is checked when it is given; what breaks a limit is remembered, and minting reports the first of them.
///
/// ```
/// # use std::time::Duration;
/// # use ivs_token::{Capabilities, SigningKey, Stage};
/// # let stage = Stage::new("arn:aws:ivs:us-west-2:123456789012:stage/x".parse()?, "https://whip.example")?;
/// # let key = SigningKey::generate()?.with_id("arn:aws:ivs:us-west-2:123456789012:public-key/y".parse()?);
/// let token = stage
///     .participant()
///     .user_id("ana")
///     .attribute("displayName", "Ana")
///     .capabilities(Capabilities::SUBSCRIBE)
///     .duration(Duration::from_secs(900))
///     .mint(&key)?;
/// assert_eq!(token.user_id(), Some("ana"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
#[must_use = "a participant does nothing until it is minted"]
pub struct Participant {
    stage: Stage,
    id: Option<ParticipantId>,
    user_id: Option<UserId>,
    attributes: Attributes,
    capabilities: Capabilities,
    duration: ParticipantDuration,
    version: Version,
    /// The first value that broke a limit.
    error: Option<ClaimError>,
}

impl Participant {
    pub(crate) fn new(stage: Stage) -> Self {
        Self {
            stage,
            id: None,
            user_id: None,
            attributes: Attributes::new(),
            capabilities: Capabilities::default(),
            duration: ParticipantDuration::DEFAULT,
            version: Version::default(),
            error: None,
        }
    }

    /// The participant ID, `jti`: 1 to 64 of `[A-Za-z0-9_-]`; a fresh random one unless given. Every token needs its own.
    pub fn participant_id<T: TryInto<ParticipantId, Error: Into<ClaimError>>>(self, id: T) -> Self {
        match id.try_into() {
            Ok(id) => Self { id: Some(id), ..self },
            Err(error) => self.broken(error.into()),
        }
    }

    /// Your application's name for the participant: at most 128 characters, visible to everyone on the stage.
    pub fn user_id<T: TryInto<UserId, Error: Into<ClaimError>>>(self, user_id: T) -> Self {
        match user_id.try_into() {
            Ok(user_id) => Self { user_id: Some(user_id), ..self },
            Err(error) => self.broken(error.into()),
        }
    }

    /// Adds an attribute, or replaces the one of this name: at most 1 024 bytes, all names and values together,
    /// visible to everyone on the stage.
    pub fn attribute(mut self, name: impl AsRef<str>, value: impl AsRef<str>) -> Self {
        match self.attributes.insert(name.as_ref(), value.as_ref()) {
            Ok(()) => self,
            Err(error) => self.broken(error),
        }
    }

    /// All attributes at once, in place of those given so far.
    pub fn attributes(self, attributes: Attributes) -> Self {
        Self { attributes, ..self }
    }

    /// What the participant may do; publish and subscribe unless given.
    pub fn capabilities(self, capabilities: impl Into<Capabilities>) -> Self {
        Self { capabilities: capabilities.into(), ..self }
    }

    /// How long the token lasts from the moment it is minted: 1 second to 14 days, 12 hours unless given.
    ///
    /// Takes a [`std::time::Duration`] too; fractions of a second are dropped.
    pub fn duration<T: TryInto<ParticipantDuration, Error: Into<ClaimError>>>(self, duration: T) -> Self {
        match duration.try_into() {
            Ok(duration) => Self { duration, ..self },
            Err(error) => self.broken(error.into()),
        }
    }

    /// The version of the token's form; `1.0` unless given.
    pub fn version(self, version: Version) -> Self {
        Self { version, ..self }
    }

    /// Whether every value given so far keeps its limit: what minting would report, without minting.
    ///
    /// # Errors
    ///
    /// The first value that does not.
    pub fn check(&self) -> Result<(), ClaimError> {
        self.error.clone().map_or(Ok(()), Err)
    }

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

    /// Mints the token as if it were `now`: `iat` is `now`, and `exp` the duration later.
    ///
    /// # Errors
    ///
    /// As [`Self::mint`].
    pub fn mint_at(self, key: &SigningKey, now: Timestamp) -> Result<Token, MintError> {
        self.unsigned_at(key, now)?.sign(key)
    }

    /// All of minting but the signature.
    pub(crate) fn unsigned_at(
        self,
        key: &SigningKey,
        now: Timestamp,
    ) -> Result<Unsigned<ParticipantClaims>, MintError> {
        if let Some(error) = self.error {
            return Err(error.into());
        }
        let key_id = key.id_for(self.stage.arn())?;
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
        Unsigned::new(&key_id.header, claims)
    }

    /// Mints the text of a token and keeps the participant, as a template for the next: nothing of it is copied. Each token
    /// gets a fresh random participant ID unless one was given.
    ///
    /// # Errors
    ///
    /// As [`Self::mint`].
    pub fn mint_text(&self, key: &SigningKey) -> Result<String, MintError> {
        self.mint_text_at(key, Timestamp::now())
    }

    /// Mints as [`Self::mint_text`] does, as if it were `now`.
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
        let key_id = key.id_for(self.stage.arn())?;
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
        mint::text(&key_id.header, &payload, key)
    }

    fn broken(mut self, error: ClaimError) -> Self {
        self.error.get_or_insert(error);
        self
    }
}
