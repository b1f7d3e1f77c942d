//! A stage in the JSON of the API.

use serde::Deserialize;

use crate::error::StageError;
use crate::value::arn::StageArn;
use crate::value::stage::Stage;
use crate::wire::json;

impl Stage {
    /// A stage from what `aws ivs-realtime get-stage` or `create-stage` prints: `{"stage": {"arn": .., "endpoints":
    /// {"events": .., "whip": ..}, ..}, ..}`, or the inner object alone. Other members are ignored. UTF-8, or UTF-16 with
    /// a byte order mark, as some Windows shells redirect it.
    ///
    /// # Errors
    ///
    /// [`StageError`]: not JSON, no stage in it, a member missing, or a value that is none of its kind.
    pub fn from_json(json: impl AsRef<[u8]>) -> Result<Self, StageError> {
        let document: StageDocument = serde_json::from_slice(&json::utf8(json.as_ref()))
            .map_err(|error| not_json(json.as_ref(), &error))?;
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
}

/// The AWS command prints YAML or text where the profile says `output = yaml`.
fn not_json(text: &[u8], error: &serde_json::Error) -> StageError {
    let text = String::from_utf8_lossy(&json::utf8(text)).into_owned();
    if text.trim().is_empty() {
        return StageError::Json(
            "it is empty, as when the command that should print it has failed".to_owned(),
        );
    }
    if !text.trim_start().starts_with(['{', '[']) && text.contains("arn:aws:ivs:") {
        return StageError::OtherOutput;
    }
    StageError::Json(error.to_string())
}

/// `GetStageResponse` and `CreateStageResponse` of the service model, or the `Stage` in them alone.
#[derive(Deserialize)]
#[serde(expecting = "an object with the stage")]
struct StageDocument {
    stage: Option<StageBody>,
    stages: Option<serde::de::IgnoredAny>,
    #[serde(flatten)]
    bare: StageBody,
}

#[derive(Deserialize)]
#[serde(expecting = "the stage, an object")]
struct StageBody {
    arn: Option<String>,
    endpoints: Option<Endpoints>,
}

#[derive(Deserialize)]
#[serde(expecting = "an object with `whip` and `events`")]
struct Endpoints {
    whip: Option<String>,
    events: Option<String>,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::value::error::{ArnError, EndpointError};

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
        // What a user reads names nothing of ours.
        for (json, expected) in [
            ("null", "an object with the stage"),
            (r#"{"stage":1}"#, "the stage, an object"),
            (r#"{"endpoints":"x"}"#, "an object with `whip` and `events`"),
        ] {
            let said = bad(json).to_string();
            assert!(said.contains(expected) && !said.contains("struct"), "{said}");
        }
        // `aws ivs-realtime get-stage .. > stage.json` leaves an empty file when it fails.
        for empty in ["", " \n", "\u{feff}"] {
            let said = bad(empty).to_string();
            assert!(said.contains("it is empty, as when the command"), "{said}");
        }
        for text in [
            "stage:\n  arn: arn:aws:ivs:us-west-2:123456789012:stage/x\n  endpoints:\n",
            "STAGE\tarn:aws:ivs:us-west-2:123456789012:stage/x\tst-1\tname\n",
        ] {
            assert_eq!(bad(text), StageError::OtherOutput);
        }
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
                source: EndpointError::NotLoopback { expected: "https", found: "http".into() }
            }
        );
    }
}
