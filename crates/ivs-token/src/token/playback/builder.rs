use uuid::Uuid;

use crate::error::{ClaimError, RandomnessError};
use crate::token::playback::claims::check_strict;
use crate::value::arn::ChannelArn;
use crate::value::duration::{MAX_AHEAD, PlaybackDuration};
use crate::value::origin::Origin;
use crate::value::resolution::MaximumResolution;
use crate::value::text::ViewerId;

/// A playback token about to be minted. It lets its holder start to watch one private low-latency channel.
///
/// Each value is checked when it is given. Rules about several values are checked when the token is minted, so the
/// order of the calls does not matter. If values break a limit, minting reports the first of them.
///
/// ```
/// # use std::time::Duration;
/// # let channel: ivs_token::ChannelArn = "arn:aws:ivs:us-west-2:123456789012:channel/abcdABCDefgh".parse()?;
/// # let arn: ivs_token::PlaybackKeyArn = "arn:aws:ivs:us-west-2:123456789012:playback-key/y".parse()?;
/// # let key = ivs_token::SigningKey::generate()?;
/// use ivs_token::{Playback, Verifier, playback_url};
///
/// let token = Playback::new(channel.clone())
///     .origin("https://*.example.com")
///     .viewer("ana")
///     .duration(Duration::from_secs(60))
///     .mint(&key)?;
/// let url = playback_url("https://fcc3ddae59ed.us-west-2.playback.live-video.net/v1/x.channel.y.m3u8", &token)?;
///
/// let verifier = Verifier::builder().playback_key(arn, key.verifying_key().clone()).build()?;
/// let verified = verifier.verify_playback_of(token.as_str(), &channel, Some("https://www.example.com"))?;
/// assert_eq!(verified.viewer_id(), token.viewer_id());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
#[must_use = "a playback does nothing until it is minted"]
pub struct Playback {
    pub(crate) channel: ChannelArn,
    pub(crate) duration: PlaybackDuration,
    pub(crate) origins: Vec<Origin>,
    pub(crate) is_strict: bool,
    pub(crate) single_use: Option<SingleUseId>,
    pub(crate) viewer_id: Option<ViewerId>,
    pub(crate) session_version: Option<i64>,
    pub(crate) maximum_resolution: Option<MaximumResolution>,
    /// The first value that broke a limit.
    pub(crate) error: Option<ClaimError>,
}

#[derive(Clone, Copy, Debug)]
pub(crate) enum SingleUseId {
    Random,
    Given(Uuid),
}

impl Playback {
    /// Begins a token for this channel. By default it lasts 10 minutes and is for any origin.
    pub fn new(channel: ChannelArn) -> Self {
        Self {
            channel,
            duration: PlaybackDuration::DEFAULT,
            origins: Vec::new(),
            is_strict: false,
            single_use: None,
            viewer_id: None,
            session_version: None,
            maximum_resolution: None,
            error: None,
        }
    }

    /// How long the token can start playback, counted from the moment it is minted: 10 minutes by default. With a
    /// viewer ID or for a single use, 10 minutes is also the maximum.
    ///
    /// Takes a [`std::time::Duration`] too; fractions of a second are dropped.
    pub fn duration<T: TryInto<PlaybackDuration, Error: Into<ClaimError>>>(self, duration: T) -> Self {
        match duration.try_into() {
            Ok(duration) => Self { duration, ..self },
            Err(error) => self.broken(error.into()),
        }
    }

    /// Adds an origin, such as `https://example.com`, from which playback may be requested. Without any origin, it may
    /// be requested from everywhere. Adding the same origin again changes nothing.
    ///
    /// This binds browsers only. [`Self::strict_origin_enforcement`] binds other programs too.
    pub fn origin<T: TryInto<Origin, Error: Into<ClaimError>>>(mut self, origin: T) -> Self {
        match origin.try_into() {
            Ok(origin) if self.origins.contains(&origin) => self,
            Ok(origin) => {
                self.origins.push(origin);
                self
            }
            Err(error) => self.broken(error.into()),
        }
    }

    /// Adds each of these origins, as [`Self::origin`] does. At most 5 in all can be enforced strictly. Otherwise only
    /// the token's length of 16 KiB limits them.
    pub fn origins<T: TryInto<Origin, Error: Into<ClaimError>>>(
        self,
        origins: impl IntoIterator<Item = T>,
    ) -> Self {
        origins.into_iter().fold(self, Self::origin)
    }

    /// Whether every request, from any program, must come from one of the origins. This needs 1 to 5 origins.
    pub fn strict_origin_enforcement(self, is_strict: bool) -> Self {
        Self { is_strict, ..self }
    }

    /// Makes a single-use token, under a fresh random UUID.
    pub fn single_use(self) -> Self {
        Self { single_use: Some(SingleUseId::Random), ..self }
    }

    /// Makes a single-use token, under this UUID. Every token needs its own.
    pub fn single_use_uuid(self, uuid: Uuid) -> Self {
        Self { single_use: Some(SingleUseId::Given(uuid)), ..self }
    }

    /// Your application's name for the viewer, 1 to 40 characters. Without it, the viewer's sessions cannot be revoked.
    /// Put no personal data into it.
    pub fn viewer<T: TryInto<ViewerId, Error: Into<ClaimError>>>(self, viewer_id: T) -> Self {
        match viewer_id.try_into() {
            Ok(viewer_id) => Self { viewer_id: Some(viewer_id), ..self },
            Err(error) => self.broken(error.into()),
        }
    }

    /// The version of the viewer's session; 0 by default. A revocation covers all versions up to a given one, so a
    /// higher version lets the viewer in again. It needs a viewer ID.
    pub fn viewer_session_version(self, version: i64) -> Self {
        Self { session_version: Some(version), ..self }
    }

    /// The highest resolution that the viewer may see; no limit by default.
    pub fn maximum_resolution(self, resolution: MaximumResolution) -> Self {
        Self { maximum_resolution: Some(resolution), ..self }
    }

    /// Checks every value given so far, and the rules about several values, as minting does, but without minting.
    ///
    /// # Errors
    ///
    /// The first value that breaks a limit; otherwise the first rule about several values that is broken.
    pub fn check(&self) -> Result<(), ClaimError> {
        if let Some(error) = &self.error {
            return Err(error.clone());
        }
        if self.is_strict {
            check_strict(&self.origins)?;
        }
        if self.session_version.is_some() && self.viewer_id.is_none() {
            return Err(ClaimError::SessionVersionWithoutViewer);
        }
        let actual = self.duration.into();
        if actual > MAX_AHEAD && (self.viewer_id.is_some() || self.single_use.is_some()) {
            return Err(ClaimError::PlaybackDuration { actual, limit: MAX_AHEAD });
        }
        Ok(())
    }

    fn broken(mut self, error: ClaimError) -> Self {
        self.error.get_or_insert(error);
        self
    }
}

impl SingleUseId {
    /// A random UUID (RFC 9562, version 4) is made of the randomness of the operating system.
    pub(crate) fn uuid(self) -> Result<Uuid, RandomnessError> {
        match self {
            Self::Given(uuid) => Ok(uuid),
            Self::Random => {
                let mut bytes = [0; 16];
                getrandom::fill(&mut bytes).map_err(|_| RandomnessError)?;
                Ok(uuid::Builder::from_random_bytes(bytes).into_uuid())
            }
        }
    }
}
