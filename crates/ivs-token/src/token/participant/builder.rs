use crate::error::ClaimError;
use crate::value::attributes::Attributes;
use crate::value::capability::Capabilities;
use crate::value::duration::ParticipantDuration;
use crate::value::id::ParticipantId;
use crate::value::stage::Stage;
use crate::value::text::UserId;
use crate::value::version::Version;

/// A token for one participant of a stage, about to be minted. [`Stage::participant`] begins one.
///
/// Each value is checked when it is given. If values break a limit, minting reports the first of them.
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
    pub(crate) stage: Stage,
    pub(crate) id: Option<ParticipantId>,
    pub(crate) user_id: Option<UserId>,
    pub(crate) attributes: Attributes,
    pub(crate) capabilities: Capabilities,
    pub(crate) duration: ParticipantDuration,
    pub(crate) version: Version,
    /// The first value that broke a limit.
    pub(crate) error: Option<ClaimError>,
}

impl Stage {
    /// Begins a token for one participant of this stage. By default it has both capabilities, lasts 12 hours and has a
    /// fresh random participant ID.
    pub fn participant(&self) -> Participant {
        Participant::new(self.clone())
    }
}

impl Participant {
    fn new(stage: Stage) -> Self {
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

    /// The participant ID, `jti`: 1 to 64 of `[A-Za-z0-9_-]`; by default a fresh random one. Every token needs its own.
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

    /// Sets all attributes at once, in place of those given so far.
    pub fn attributes(self, attributes: Attributes) -> Self {
        Self { attributes, ..self }
    }

    /// What the participant may do; by default publish and subscribe.
    pub fn capabilities(self, capabilities: impl Into<Capabilities>) -> Self {
        Self { capabilities: capabilities.into(), ..self }
    }

    /// How long the token lasts from the moment it is minted: 1 second to 14 days, 12 hours by default.
    ///
    /// Takes a [`std::time::Duration`] too; fractions of a second are dropped.
    pub fn duration<T: TryInto<ParticipantDuration, Error: Into<ClaimError>>>(self, duration: T) -> Self {
        match duration.try_into() {
            Ok(duration) => Self { duration, ..self },
            Err(error) => self.broken(error.into()),
        }
    }

    /// The version of the token's form; `1.0` by default.
    pub fn version(self, version: Version) -> Self {
        Self { version, ..self }
    }

    /// Checks every value given so far, as minting does, but without minting.
    ///
    /// # Errors
    ///
    /// The first value that breaks a limit.
    pub fn check(&self) -> Result<(), ClaimError> {
        self.error.clone().map_or(Ok(()), Err)
    }

    fn broken(mut self, error: ClaimError) -> Self {
        self.error.get_or_insert(error);
        self
    }
}
