//! Token exchange: another token for the same participant, without leaving the stage.

use crate::error::{ClaimError, ExchangeError};
use crate::token::participant::{Participant, ParticipantClaims};
use crate::value::attributes::Attributes;
use crate::value::capability::Capabilities;
use crate::value::duration::ParticipantDuration;
use crate::value::text::UserId;
use crate::value::timestamp::Timestamp;

/// A token about to be minted in exchange for another. It is for the same participant on the same stage, with other
/// capabilities, attributes, user ID or duration. [`ParticipantClaims::exchange`] begins one, and so every
/// [`Token`](crate::Token) and every [`crate::VerifiedToken`] does.
///
/// Whatever you do not change stays as it was. That includes the end: the new token expires when the old one does,
/// unless you give [`Self::duration`], so that new rights do not last longer by accident. `jti`, `resource`, `topic`,
/// `whip_url`, `events_url` and `version` cannot change, since IVS refuses an exchange that changes them. Only tokens
/// signed with a key pair can be exchanged, not those of the `CreateParticipantToken` API.
///
/// ```
/// # use ivs_token::{Capabilities, SigningKey, Stage, Verifier};
/// # let stage = Stage::new("arn:aws:ivs:us-west-2:123456789012:stage/x".parse()?, "https://whip.example")?;
/// # let arn: ivs_token::PublicKeyArn = "arn:aws:ivs:us-west-2:123456789012:public-key/y".parse()?;
/// # let key = SigningKey::generate()?.with_id(arn.clone());
/// # let verifier = Verifier::builder().key(arn, key.verifying_key().clone()).build()?;
/// let viewer = stage.participant().user_id("ana").capabilities(Capabilities::SUBSCRIBE).mint(&key)?;
///
/// // Later, Ana may speak. From the token itself, or from its text, which is verified first.
/// let speaker = viewer.exchange().capabilities(Capabilities::ALL).mint(&key)?;
/// let same = verifier.verify(viewer.as_str())?.exchange().capabilities(Capabilities::ALL).mint(&key)?;
///
/// assert_eq!(speaker.participant_id(), viewer.participant_id());
/// ivs_token::check_exchange(&viewer, &same)?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
#[must_use = "an exchange does nothing until it is minted"]
pub struct Exchange {
    pub(crate) participant: Participant,
    /// When the old token ends, and so the new one, unless it was told how long it lasts.
    pub(crate) end: Option<Timestamp>,
}

impl ParticipantClaims {
    /// Begins a token that IVS takes in exchange for this one.
    pub fn exchange(&self) -> Exchange {
        let participant = self
            .stage()
            .participant()
            .participant_id(self.participant_id().clone())
            .attributes(self.attributes().clone())
            .capabilities(self.capabilities())
            .version(self.version());
        let participant = match &self.user_id {
            Some(user_id) => participant.user_id(user_id.clone()),
            None => participant,
        };
        Exchange { participant, end: Some(self.expires_at()) }
    }
}

impl Exchange {
    /// Your application's name for the participant: at most 128 characters, visible to everyone on the stage.
    pub fn user_id<T: TryInto<UserId, Error: Into<ClaimError>>>(self, user_id: T) -> Self {
        Self { participant: self.participant.user_id(user_id), ..self }
    }

    /// Adds an attribute, or replaces the one of this name: at most 1 024 bytes, all names and values together.
    pub fn attribute(self, name: impl AsRef<str>, value: impl AsRef<str>) -> Self {
        Self { participant: self.participant.attribute(name, value), ..self }
    }

    /// Removes the attribute with this name, if there is one.
    pub fn without_attribute(mut self, name: impl AsRef<str>) -> Self {
        self.participant.attributes.remove(name.as_ref());
        self
    }

    /// Sets all attributes at once, in place of those of the old token.
    pub fn attributes(self, attributes: Attributes) -> Self {
        Self { participant: self.participant.attributes(attributes), ..self }
    }

    /// What the participant may do from now on.
    pub fn capabilities(self, capabilities: impl Into<Capabilities>) -> Self {
        Self { participant: self.participant.capabilities(capabilities), ..self }
    }

    /// How long the new token lasts from the moment it is minted: 1 second to 14 days. By default it expires when the
    /// old token does, but at most 14 days after it is minted.
    pub fn duration<T: TryInto<ParticipantDuration, Error: Into<ClaimError>>>(self, duration: T) -> Self {
        Self { participant: self.participant.duration(duration), end: None }
    }

    /// Checks every value given so far.
    ///
    /// # Errors
    ///
    /// The first value that breaks a limit.
    pub fn check(&self) -> Result<(), ClaimError> {
        self.participant.check()
    }
}

/// Checks that IVS and its web client accept one token in exchange for the other.
///
/// # Errors
///
/// [`ExchangeError`], which names every claim that differs but must not.
pub fn check_exchange(old: &ParticipantClaims, new: &ParticipantClaims) -> Result<(), ExchangeError> {
    let (from, to) = (old.stage(), new.stage());
    let claims: Vec<&'static str> = [
        ("jti", old.participant_id() == new.participant_id()),
        ("resource", from.arn() == to.arn()),
        ("topic", from.stage_id() == to.stage_id()),
        ("whip_url", from.whip_url() == to.whip_url()),
        ("events_url", from.events_url() == to.events_url()),
        ("version", old.version() == new.version()),
    ]
    .into_iter()
    .filter_map(|(claim, same)| (!same).then_some(claim))
    .collect();
    if claims.is_empty() { Ok(()) } else { Err(ExchangeError { claims }) }
}
