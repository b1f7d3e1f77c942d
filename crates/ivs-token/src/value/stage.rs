use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;

use serde::Deserialize;

use crate::error::StageError;
use crate::token::participant::Participant;
use crate::value::arn::StageArn;
use crate::value::endpoint::{self, DEFAULT_EVENTS_URL};
use crate::wire::json;

/// A stage as a token needs it: its ARN and its two endpoints. Cheap to clone.
///
/// The endpoints are those of `CreateStage` and `GetStage`; AWS lets you keep them for 14 days.
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
    /// `whip_url` is `endpoints.whip` of `GetStage`: an `https:` URL of at most 2 048 bytes.
    ///
    /// # Errors
    ///
    /// [`StageError::Endpoint`] when `whip_url` is none.
    pub fn new(arn: StageArn, whip_url: impl AsRef<str>) -> Result<Self, StageError> {
        Self::with_endpoints(arn, whip_url, DEFAULT_EVENTS_URL)
    }

    /// A stage with both endpoints given: `endpoints.whip` and `endpoints.events` of `GetStage`.
    ///
    /// `events_url` is a `wss:` or `ws:` URL without a fragment, of at most 2 048 bytes.
    ///
    /// # Errors
    ///
    /// [`StageError::Endpoint`] when one of the URLs is none of its kind.
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

    /// A stage from what `aws ivs-realtime get-stage` or `create-stage` prints: `{"stage": {"arn": .., "endpoints":
    /// {"events": .., "whip": ..}, ..}, ..}`, or the inner object alone. Other members are ignored. UTF-8, or UTF-16 with
    /// a byte order mark, as some Windows shells redirect it.
    ///
    /// # Errors
    ///
    /// [`StageError`]: not JSON, no stage in it, a member missing, or a value that is none of its kind.
    pub fn from_json(json: impl AsRef<[u8]>) -> Result<Self, StageError> {
        let document: StageDocument = serde_json::from_slice(&json::utf8(json.as_ref()))
            .map_err(|error| StageError::Json(error.to_string()))?;
        let body = match (document.stage, document.stages) {
            (Some(stage), _) => stage,
            (None, Some(_)) => return Err(StageError::List),
            (None, None) => document.bare,
        };
        let missing = |name| StageError::Missing { name };
        let arn = body.arn.ok_or(missing("arn"))?;
        let endpoints = body.endpoints.ok_or(missing("endpoints"))?;
        let whip_url = endpoints.whip.ok_or(missing("endpoints.whip"))?;
        let events_url = endpoints.events.ok_or(missing("endpoints.events"))?;
        Self::with_endpoints(StageArn::try_from(arn).map_err(StageError::Arn)?, whip_url, events_url)
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

    /// Begins a token for one participant of this stage: both capabilities, 12 hours, a fresh random participant ID,
    /// until told otherwise.
    pub fn participant(&self) -> Participant {
        Participant::new(self.clone())
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

/// `GetStageResponse` and `CreateStageResponse` of the service model, or the `Stage` in them alone.
#[derive(Deserialize)]
struct StageDocument {
    stage: Option<StageBody>,
    stages: Option<serde::de::IgnoredAny>,
    #[serde(flatten)]
    bare: StageBody,
}

#[derive(Deserialize)]
struct StageBody {
    arn: Option<String>,
    endpoints: Option<Endpoints>,
}

#[derive(Deserialize)]
struct Endpoints {
    whip: Option<String>,
    events: Option<String>,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::{ArnError, EndpointError};

    const STAGE: &str = r#"{"arn":"arn:aws:ivs:us-west-2:123456789012:stage/oRmLNwuCeMlQ","name":"x","activeSessionId":null,
        "endpoints":{"events":"wss://global.events.live-video.net","rtmp":"rtmp://a/","rtmps":"rtmps://a/",
        "whip":"https://453fdfd2ad24df.global-bm.whip.live-video.net"},"tags":{}}"#;

    #[test]
    fn reads_what_the_api_prints() {
        for json in [
            STAGE.to_owned(),
            format!(r#"{{"stage":{STAGE}}}"#),
            format!(r#"{{"participantTokens":[{{"token":"x"}}],"stage":{STAGE}}}"#),
        ] {
            let stage = Stage::from_json(&json).unwrap();
            assert_eq!(stage.arn().as_str(), "arn:aws:ivs:us-west-2:123456789012:stage/oRmLNwuCeMlQ");
            assert_eq!(stage.whip_url(), "https://453fdfd2ad24df.global-bm.whip.live-video.net");
        }
    }

    #[test]
    fn reads_what_windows_shells_make_of_it() {
        let units = |text: &str| text.encode_utf16().collect::<Vec<_>>();
        let marked = format!("\u{feff}{STAGE}");
        let little: Vec<u8> = units(&marked).into_iter().flat_map(u16::to_le_bytes).collect();
        let big: Vec<u8> = units(&marked).into_iter().flat_map(u16::to_be_bytes).collect();
        for bytes in [marked.as_bytes(), &little, &big] {
            assert_eq!(Stage::from_json(bytes).unwrap(), Stage::from_json(STAGE).unwrap());
        }
        assert!(matches!(Stage::from_json(&little[..7]), Err(StageError::Json(_))));
    }

    #[test]
    fn says_what_is_missing_or_wrong() {
        let bad = |json: &str| Stage::from_json(json).unwrap_err();
        assert!(matches!(bad("nope"), StageError::Json(_)));
        assert!(matches!(bad("[]"), StageError::Json(_)));
        assert_eq!(bad("{}"), StageError::Missing { name: "arn" });
        assert_eq!(bad(r#"{"stages":[{"arn":"a"}]}"#), StageError::List);
        assert_eq!(bad(r#"{"stage":{"arn":"a"}}"#), StageError::Missing { name: "endpoints" });
        assert_eq!(bad(&STAGE.replace("whip", "whap")), StageError::Missing { name: "endpoints.whip" });
        assert_eq!(
            bad(&STAGE.replace(":stage/", ":channel/")),
            StageError::Arn(ArnError::ResourceType { expected: "stage", found: "channel".into() })
        );
        assert_eq!(
            bad(&STAGE.replace("https:", "http:")),
            StageError::Endpoint {
                name: "whip",
                source: EndpointError::Scheme { expected: "https", found: "http".into() }
            }
        );
    }
}
