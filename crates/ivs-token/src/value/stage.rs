use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;

use crate::value::arn::StageArn;
use crate::value::endpoint::{self, DEFAULT_EVENTS_URL};
use crate::value::error::StageError;

/// The parts of a stage that a token needs: its ARN and its two endpoints. Cheap to clone.
///
/// Take the endpoints from `CreateStage` or `GetStage`. AWS allows you to keep them for 14 days.
///
/// ```
/// use ivs_token::Stage;
///
/// let stage = Stage::new(
///     "arn:aws:ivs:us-west-2:123456789012:stage/oRmLNwuCeMlQ".parse()?,
///     "https://453fdfd2ad24df.global-bm.whip.live-video.net",
/// )?;
/// assert_eq!(stage.stage_id(), "oRmLNwuCeMlQ");
/// assert_eq!(stage.events_url(), "wss://global.events.live-video.net");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Stage(Arc<Inner>);

#[derive(Clone, PartialEq, Eq, Hash)]
struct Inner {
    arn: StageArn,
    whip_url: Cow<'static, str>,
    events_url: Cow<'static, str>,
}

impl Stage {
    /// A stage with the events URL that every stage has in practice, `wss://global.events.live-video.net`.
    ///
    /// `whip_url` is `endpoints.whip` of `GetStage`: an `https:` URL of at most 2 048 bytes that ends with the host, since the
    /// client appends to it. One slash at the end is dropped. A server on this machine (`localhost`, 127.0.0.0/8 or `[::1]`)
    /// may have `http:`.
    ///
    /// # Errors
    ///
    /// [`StageError::Endpoint`] if `whip_url` is not a WHIP URL.
    pub fn new(arn: StageArn, whip_url: impl AsRef<str>) -> Result<Self, StageError> {
        Self::with_endpoints(arn, whip_url, DEFAULT_EVENTS_URL)
    }

    /// A stage with both endpoints given: `endpoints.whip` and `endpoints.events` of `GetStage`.
    ///
    /// `events_url` is a `wss:` URL without a query or fragment, of at most 2 048 bytes; a server on this machine may have `ws:`.
    ///
    /// # Errors
    ///
    /// [`StageError::Endpoint`] if one of the URLs is not of its kind.
    pub fn with_endpoints(
        arn: StageArn,
        whip_url: impl AsRef<str>,
        events_url: impl AsRef<str>,
    ) -> Result<Self, StageError> {
        let whip_url = endpoint::whip_url(whip_url.as_ref())
            .map_err(|source| StageError::Endpoint { name: "whip", source })?;
        let events_url = endpoint::events_url(events_url.as_ref())
            .map_err(|source| StageError::Endpoint { name: "events", source })?;
        Ok(Self::from_checked(arn, whip_url, events_url))
    }

    /// The ARN.
    pub fn arn(&self) -> &StageArn {
        &self.0.arn
    }

    /// The stage ID: what follows `stage/` in the ARN.
    pub fn stage_id(&self) -> &str {
        self.0.arn.resource_id()
    }

    /// The URL that WHIP clients publish to.
    pub fn whip_url(&self) -> &str {
        &self.0.whip_url
    }

    /// The URL that stage events come from.
    pub fn events_url(&self) -> &str {
        &self.0.events_url
    }

    pub(crate) fn from_checked(
        arn: StageArn,
        whip_url: Cow<'static, str>,
        events_url: Cow<'static, str>,
    ) -> Self {
        Self(Arc::new(Inner { arn, whip_url, events_url }))
    }
}

impl fmt::Debug for Stage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Stage")
            .field("arn", &self.0.arn)
            .field("whip_url", &self.0.whip_url)
            .field("events_url", &self.0.events_url)
            .finish()
    }
}
