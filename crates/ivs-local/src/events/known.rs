//! The members that `detail` has in each type of event (user guides, "Using Amazon `EventBridge`").

use serde_json::{Map, Value};

/// Members of every event of a participant.
const PARTICIPANT: [&str; 5] = ["session_id", "event_name", "event_time", "user_id", "participant_id"];

/// Members of every event of a stream.
const STREAM: [&str; 3] = ["event_name", "channel_name", "stream_id"];

/// What is wrong with the detail of an event of a type, if something is.
pub(super) fn unknown(detail_type: &str, detail: &Map<String, Value>) -> Option<String> {
    let text = |name: &str| detail.get(name).and_then(Value::as_str).unwrap_or_default();
    let Some((needed, others)) =
        members(detail_type, text("event_name"), text("recording_status"), text("limit_name"))
    else {
        return Some("no such event is documented".to_owned());
    };
    let is_known =
        |name: &&String| needed.iter().flat_map(|part| part.iter()).chain(others).any(|known| known == name);
    let missing = needed.iter().flat_map(|part| part.iter()).find(|name| !detail.contains_key(**name));
    let strange =
        detail.keys().find(|name| !is_known(name)).map(|name| format!("`{name}` is not documented"));
    missing.map(|name| format!("`{name}` is missing")).or(strange)
}

/// Members that an event has, and others that it can have.
type Members = (&'static [&'static [&'static str]], &'static [&'static str]);

fn members(detail_type: &str, name: &str, recording: &str, limit: &str) -> Option<Members> {
    const RECORDED: &[&str] = &["recording_s3_bucket_name", "recording_s3_key_prefix"];
    const OF_RECORDING: &[&str] = &[
        "channel_name",
        "stream_id",
        "recording_status",
        "recording_s3_bucket_name",
        "recording_s3_key_prefix",
    ];
    const LIMIT: &[&str] = &["limit_name", "limit_value", "exceeded_by", "limit_unit"];
    Some(match (detail_type, name) {
        ("IVS Stage Update", "Participant Published" | "Participant Unpublished") => {
            (&[&PARTICIPANT, &["replica"]], &["event_time_precise", "source_stage_arn", "source_session_id"])
        }
        ("IVS Stage Update", "Participant Publish Error") => {
            (&[&PARTICIPANT, &["error_code", "replica"]], &["source_stage_arn", "source_session_id"])
        }
        ("IVS Stage Update", "Participant Replication Start" | "Participant Replication End") => {
            (&[&PARTICIPANT, &["destination_stage_arn", "destination_session_id"]], &[])
        }
        ("IVS Stage Update", "Token Exchanged") => (&[&PARTICIPANT, &["previous_token", "new_token"]], &[]),
        ("IVS Composition State Change", "Session Start" | "Session End") => {
            (&[&["event_name", "stage_arn"]], &[])
        }
        ("IVS Composition State Change", "Session Failure") => {
            (&[&["event_name", "stage_arn", "error_code", "reason"]], &[])
        }
        (
            "IVS Composition State Change",
            "Destination Start" | "Destination End" | "Destination Reconnecting",
        ) => (&[&["event_name", "stage_arn", "id"]], &[]),
        ("IVS Composition State Change", "Destination Failure") => {
            (&[&["event_name", "stage_arn", "id", "error_code", "reason"]], &[])
        }
        ("IVS Participant Recording State Change", name) => {
            const WHO: &[&str] = &["session_id", "event_name", "participant_id"];
            match name {
                "Recording Start" => (&[WHO, RECORDED], &[]),
                "Recording End" => (&[WHO, RECORDED, &["recording_duration_ms"]], &[]),
                "Recording Start Failure" => (&[WHO, RECORDED, &["error_code", "reason"]], &[]),
                "Recording End Failure" => {
                    (&[WHO, RECORDED, &["recording_duration_ms", "error_code", "reason"]], &[])
                }
                _ => return None,
            }
        }
        ("IVS Stream State Change", name) => match name {
            "Session Created" | "Stream Start" | "Stream End" | "Stream Takeover" => (&[&STREAM], &[]),
            "Session Ended" => (&[&STREAM], &["code"]),
            "Stream Failure" => (&[&STREAM, &["reason"]], &[]),
            "Stream Takeover Failure" => (&[&STREAM, &["code"]], &[]),
            _ => return None,
        },
        ("IVS Stream Health Change", "Starvation Start" | "Starvation End") => (&[&STREAM], &[]),
        ("IVS Limit Breach", "") => match limit {
            "Ingest Bitrate" | "Ingest Resolution" => (&[LIMIT, &["channel_name", "stream_id"]], &[]),
            "Concurrent Broadcasts" | "Concurrent Viewers" => (&[LIMIT], &[]),
            _ => return None,
        },
        ("IVS Recording State Change", "") => match recording {
            "Recording Start" => (
                &[OF_RECORDING],
                &["recording_session_id", "recording_status_reason", "recording_duration_ms"],
            ),
            "Recording End" | "Recording Start Failure" | "Recording End Failure" => (
                &[OF_RECORDING],
                &[
                    "recording_session_id",
                    "recording_status_reason",
                    "recording_duration_ms",
                    "recording_session_stream_ids",
                ],
            ),
            _ => return None,
        },
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn details_are_compared_with_the_guide() {
        let check = |kind: &str, detail: Value| unknown(kind, detail.as_object().unwrap());
        let start = json!({ "event_name": "Session Start", "stage_arn": "a" });
        assert_eq!(check("IVS Composition State Change", start.clone()), None);
        assert!(check("IVS Stage Update", start).unwrap().contains("no such event"));
        let lacking = json!({ "event_name": "Stream Start", "channel_name": "a" });
        assert_eq!(check("IVS Stream State Change", lacking).unwrap(), "`stream_id` is missing");
        let more = json!({ "event_name": "Stream Start", "channel_name": "a", "stream_id": "b", "c": 1 });
        assert_eq!(check("IVS Stream State Change", more).unwrap(), "`c` is not documented");
        let limit = json!({ "limit_name": "Concurrent Viewers", "limit_value": 1, "exceeded_by": 1, "limit_unit": "Count" });
        assert_eq!(check("IVS Limit Breach", limit), None);
    }
}
