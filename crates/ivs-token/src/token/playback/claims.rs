use std::time::Duration;

use serde::Serialize;
use serde::ser::SerializeStruct;
use uuid::Uuid;

use crate::error::{ClaimError, ClaimsError};
use crate::token::claims::{Claims, Rule};
use crate::value::arn::{ChannelArn, PlaybackKeyArn};
use crate::value::duration::MAX_AHEAD;
use crate::value::origin::Origin;
use crate::value::printable::shorten;
use crate::value::resolution::MaximumResolution;
use crate::value::text::ViewerId;
use crate::value::timestamp::Timestamp;
use crate::value::token_kind::TokenKind;
use crate::wire::claim_set::{ClaimSet, beyond_limit};

/// The claims of a playback token, each within its limits (IVS Low-Latency user guide, "Generate and Sign IVS Playback
/// Tokens").
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlaybackClaims {
    pub(crate) channel: ChannelArn,
    /// Empty when the token does not say.
    pub(crate) origins: Vec<Origin>,
    pub(crate) is_strict: bool,
    pub(crate) single_use: Option<Uuid>,
    pub(crate) viewer_id: Option<ViewerId>,
    pub(crate) session_version: i64,
    pub(crate) maximum_resolution: Option<MaximumResolution>,
    pub(crate) issued_at: Option<Timestamp>,
    pub(crate) expires_at: Timestamp,
}

impl PlaybackClaims {
    /// The channel that may be watched.
    pub fn channel_arn(&self) -> &ChannelArn {
        &self.channel
    }

    /// The origins from which playback may be requested; empty if it may be requested from any.
    pub fn origins(&self) -> &[Origin] {
        &self.origins
    }

    /// Whether every request must come from one of the origins, from browsers and other programs alike, and not only
    /// the first request of a browser.
    pub fn strict_origin_enforcement(&self) -> bool {
        self.is_strict
    }

    /// Whether a request with this `Origin` header, or without one, may be answered. Use it to set
    /// `Access-Control-Allow-Origin` in the response.
    ///
    /// If the token has no origins, every request may be answered. Without strict enforcement, so may a request without
    /// the header, since only browsers send it. With strict enforcement the header is required, even if `*` allows
    /// every origin. Only `*` allows a header that is not an origin, such as `null`.
    pub fn allows_origin(&self, header: Option<&str>) -> bool {
        match header {
            None => !self.is_strict,
            Some(_) if self.origins.is_empty() => true,
            Some(header) => Origin::any_allows(&self.origins, header),
        }
    }

    /// The UUID of the token, if it is for a single use.
    pub fn single_use_uuid(&self) -> Option<Uuid> {
        self.single_use
    }

    /// Your application's name for the viewer, by which the viewer's sessions can be revoked.
    pub fn viewer_id(&self) -> Option<&ViewerId> {
        self.viewer_id.as_ref()
    }

    /// The version of the viewer's session; 0 by default. A revocation covers all versions up to a given one.
    pub fn viewer_session_version(&self) -> i64 {
        self.session_version
    }

    /// The highest resolution that the viewer may see, if there is a limit.
    pub fn maximum_resolution(&self) -> Option<MaximumResolution> {
        self.maximum_resolution
    }

    /// When the token was issued, `iat`, if the token has it. IVS does not require it, and this library does not write
    /// it.
    pub fn issued_at(&self) -> Option<Timestamp> {
        self.issued_at
    }

    /// The first second at which the token can no longer start playback, `exp`.
    pub fn expires_at(&self) -> Timestamp {
        self.expires_at
    }
}

/// How many origins can be enforced strictly.
const MAX_STRICT_ORIGINS: usize = 5;

const EXP: &str = "exp";
const IAT: &str = "iat";
const CHANNEL_ARN: &str = "aws:channel-arn";
const ORIGINS: &str = "aws:access-control-allow-origin";
const STRICT: &str = "aws:strict-origin-enforcement";
const SINGLE_USE: &str = "aws:single-use-uuid";
const VIEWER_ID: &str = "aws:viewer-id";
const SESSION_VERSION: &str = "aws:viewer-session-version";
const MAXIMUM_RESOLUTION: &str = "aws:maximum-resolution";

/// The claims that IVS knows in such a token.
pub(crate) const PLAYBACK_CLAIMS: &[&str] =
    &[EXP, IAT, CHANNEL_ARN, ORIGINS, STRICT, SINGLE_USE, VIEWER_ID, SESSION_VERSION, MAXIMUM_RESOLUTION];

impl Claims for PlaybackClaims {
    type KeyArn = PlaybackKeyArn;

    const KIND: TokenKind = TokenKind::Playback;

    const KID_REQUIRED: bool = false;

    const RULES: &'static [Rule] = &[
        ("`aws:channel-arn` is the ARN of a channel", |set| set.arn::<ChannelArn>(CHANNEL_ARN).map(drop)),
        ("`exp` is a time in whole seconds", |set| set.time(EXP).map(drop)),
        ("`iat`, if present, is a time in whole seconds", |set| set.optional_time(IAT).map(drop)),
        ("`aws:access-control-allow-origin`, if present, is origins with commas between them", |set| {
            origins(set).map(drop)
        }),
        (
            "`aws:strict-origin-enforcement`, if present, is a boolean, and true only of 1 to 5 origins",
            |set| strict(set, &origins(set)?).map(drop),
        ),
        ("`aws:single-use-uuid`, if present, is a UUID", |set| single_use(set).map(drop)),
        ("`aws:viewer-id`, if present, has 1 to 40 characters", |set| {
            set.optional_value::<ViewerId>(VIEWER_ID).map(drop)
        }),
        (
            "`aws:viewer-session-version`, if present, is an integer of 64 bits beside `aws:viewer-id`",
            |set| session_version(set).map(drop),
        ),
        ("`aws:maximum-resolution`, if present, is SD, HD or FULL_HD", |set| {
            set.optional_value::<MaximumResolution>(MAXIMUM_RESOLUTION).map(drop)
        }),
    ];

    fn read(set: &ClaimSet<'_>) -> Result<Self, ClaimsError> {
        let origins = origins(set)?;
        Ok(Self {
            channel: set.arn(CHANNEL_ARN)?,
            is_strict: strict(set, &origins)?,
            origins,
            single_use: single_use(set)?,
            viewer_id: set.optional_value(VIEWER_ID)?,
            session_version: session_version(set)?,
            maximum_resolution: set.optional_value(MAXIMUM_RESOLUTION)?,
            issued_at: set.optional_time(IAT)?,
            expires_at: set.time(EXP)?,
        })
    }

    fn check_key(&self, kid: &PlaybackKeyArn) -> Result<(), ClaimsError> {
        let channel = &self.channel;
        if kid.home() == channel.home() {
            return Ok(());
        }
        Err(ClaimsError::ForeignPlaybackKey { kid: kid.clone(), channel: channel.clone() })
    }

    fn issued_at(&self) -> Option<Timestamp> {
        self.issued_at
    }

    fn expires_at(&self) -> Timestamp {
        self.expires_at
    }

    fn max_ahead(&self) -> Option<Duration> {
        (self.viewer_id.is_some() || self.single_use.is_some()).then_some(MAX_AHEAD)
    }
}

/// Whether so many origins can be enforced strictly.
pub(super) fn check_strict(origins: &[Origin]) -> Result<(), ClaimError> {
    match origins.len() {
        0 => Err(ClaimError::StrictWithoutOrigins),
        actual if actual > MAX_STRICT_ORIGINS => {
            Err(ClaimError::TooManyOrigins { actual, limit: MAX_STRICT_ORIGINS })
        }
        _ => Ok(()),
    }
}

/// White space around a comma is no part of an origin.
fn origins(set: &ClaimSet<'_>) -> Result<Vec<Origin>, ClaimsError> {
    let Some(list) = set.optional_string(ORIGINS)? else { return Ok(Vec::new()) };
    list.split(',')
        .map(|origin| origin.trim_matches([' ', '\t']).parse().map_err(beyond_limit(ORIGINS)))
        .collect()
}

fn strict(set: &ClaimSet<'_>, origins: &[Origin]) -> Result<bool, ClaimsError> {
    let is_strict = set.optional_boolean(STRICT)?.unwrap_or(false);
    if is_strict {
        check_strict(origins).map_err(beyond_limit(STRICT))?;
    }
    Ok(is_strict)
}

/// A UUID with hyphens, and none of the other forms that there are.
fn single_use(set: &ClaimSet<'_>) -> Result<Option<Uuid>, ClaimsError> {
    const LEN: usize = uuid::fmt::Hyphenated::LENGTH;
    let Some(text) = set.optional_string(SINGLE_USE)? else { return Ok(None) };
    match Uuid::try_parse(&text) {
        Ok(uuid) if text.len() == LEN => Ok(Some(uuid)),
        _ => Err(beyond_limit(SINGLE_USE)(ClaimError::Uuid { found: shorten(&text).into_owned() })),
    }
}

fn session_version(set: &ClaimSet<'_>) -> Result<i64, ClaimsError> {
    let version = set.optional_int64(SESSION_VERSION)?.unwrap_or(0);
    // Without a viewer it does nothing (AWS's guide, "Generate and Sign Playback Tokens").
    Ok(if set.raw(VIEWER_ID).is_some() { version } else { 0 })
}

impl Serialize for PlaybackClaims {
    /// The payload of the token. What is not said has no claim.
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut payload = serializer.serialize_struct("PlaybackClaims", 8)?;
        payload.serialize_field(CHANNEL_ARN, self.channel.as_str())?;
        if !self.origins.is_empty() {
            let list: Vec<String> = self.origins.iter().map(Origin::to_string).collect();
            payload.serialize_field(ORIGINS, &list.join(","))?;
        }
        if self.is_strict {
            payload.serialize_field(STRICT, &true)?;
        }
        if let Some(uuid) = &self.single_use {
            payload.serialize_field(SINGLE_USE, &uuid.hyphenated().to_string())?;
        }
        if let Some(viewer_id) = &self.viewer_id {
            payload.serialize_field(VIEWER_ID, viewer_id.as_str())?;
        }
        if self.session_version != 0 {
            payload.serialize_field(SESSION_VERSION, &self.session_version)?;
        }
        if let Some(resolution) = self.maximum_resolution {
            payload.serialize_field(MAXIMUM_RESOLUTION, resolution.as_str())?;
        }
        payload.serialize_field(EXP, &self.expires_at.as_secs())?;
        payload.end()
    }
}
