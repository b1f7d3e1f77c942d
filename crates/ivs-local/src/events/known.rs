//! Every event that AWS's user guides document ("Using Amazon `EventBridge`"), and the members of its `detail`.

use serde_json::{Map, Value};

/// An event, as the guides have it.
pub(crate) struct Known {
    /// The `detail-type`.
    pub(crate) kind: &'static str,
    /// `event_name`, or what stands for it.
    pub(crate) name: &'static str,
    /// Members that it has.
    needed: &'static [&'static [&'static str]],
    /// Others that it can have.
    others: &'static [&'static str],
}

const fn known(
    kind: &'static str,
    name: &'static str,
    needed: &'static [&'static [&'static str]],
    others: &'static [&'static str],
) -> Known {
    Known { kind, name, needed, others }
}

const STAGE: &str = "IVS Stage Update";
const COMPOSITION: &str = "IVS Composition State Change";
const PARTICIPANT_RECORDING: &str = "IVS Participant Recording State Change";
/// The reference of `EventBridge` names it, and no page shows one: it is taken for another name of the type before.
const PUBLISHER_RECORDING: &str = "IVS Publisher Recording State Change";
const STREAM: &str = "IVS Stream State Change";
const HEALTH: &str = "IVS Stream Health Change";
const LIMIT: &str = "IVS Limit Breach";
const RECORDING: &str = "IVS Recording State Change";

/// What `limit_name` is in programs that AWS has published: the assumption `limit-member` chooses.
const LIMIT_AGAIN: &str = "limit";

/// Members of every event of a participant.
const OF_PARTICIPANT: &[&str] = &["session_id", "event_name", "event_time", "user_id", "participant_id"];
/// Those of a replica.
const OF_REPLICA: &[&str] = &["source_stage_arn", "source_session_id"];
const OF_COPY: &[&str] = &["destination_stage_arn", "destination_session_id"];
const OF_COMPOSITION: &[&str] = &["event_name", "stage_arn"];
const RECORDED: &[&str] =
    &["session_id", "event_name", "participant_id", "recording_s3_bucket_name", "recording_s3_key_prefix"];
const OF_STREAM: &[&str] = &["event_name", "channel_name", "stream_id"];
const OF_LIMIT: &[&str] = &["limit_name", "limit_value", "exceeded_by", "limit_unit"];
const OF_RECORDING: &[&str] = &[
    "channel_name",
    "stream_id",
    "recording_status",
    "recording_status_reason",
    "recording_s3_bucket_name",
    "recording_s3_key_prefix",
    "recording_duration_ms",
    "recording_session_id",
];
const LENGTH: &[&str] = &["recording_duration_ms"];
const WHY: &[&str] = &["error_code", "reason"];

/// All of them.
pub(crate) const EVENTS: &[Known] = &[
    known(STAGE, "Participant Published", &[OF_PARTICIPANT, &["event_time_precise", "replica"]], OF_REPLICA),
    known(
        STAGE,
        "Participant Unpublished",
        &[OF_PARTICIPANT, &["event_time_precise", "replica"]],
        OF_REPLICA,
    ),
    known(STAGE, "Participant Publish Error", &[OF_PARTICIPANT, &["error_code", "replica"]], OF_REPLICA),
    known(STAGE, "Participant Replication Start", &[OF_PARTICIPANT, OF_COPY], &[]),
    known(STAGE, "Participant Replication End", &[OF_PARTICIPANT, OF_COPY], &[]),
    known(STAGE, "Token Exchanged", &[OF_PARTICIPANT, &["previous_token", "new_token"]], &[]),
    known(COMPOSITION, "Session Start", &[OF_COMPOSITION], &[]),
    known(COMPOSITION, "Session End", &[OF_COMPOSITION], &[]),
    known(COMPOSITION, "Session Failure", &[OF_COMPOSITION, WHY], &[]),
    known(COMPOSITION, "Destination Start", &[OF_COMPOSITION, &["id"]], &[]),
    known(COMPOSITION, "Destination End", &[OF_COMPOSITION, &["id"]], &[]),
    known(COMPOSITION, "Destination Reconnecting", &[OF_COMPOSITION, &["id"]], &[]),
    known(COMPOSITION, "Destination Failure", &[OF_COMPOSITION, &["id"], WHY], &[]),
    known(PARTICIPANT_RECORDING, "Recording Start", &[RECORDED], &[]),
    known(PARTICIPANT_RECORDING, "Recording End", &[RECORDED, LENGTH], &[]),
    known(PARTICIPANT_RECORDING, "Recording Start Failure", &[RECORDED, WHY], &[]),
    known(PARTICIPANT_RECORDING, "Recording End Failure", &[RECORDED, LENGTH, WHY], &[]),
    known(PUBLISHER_RECORDING, "Recording Start", &[RECORDED], &[]),
    known(PUBLISHER_RECORDING, "Recording End", &[RECORDED, LENGTH], &[]),
    known(PUBLISHER_RECORDING, "Recording Start Failure", &[RECORDED, WHY], &[]),
    known(PUBLISHER_RECORDING, "Recording End Failure", &[RECORDED, LENGTH, WHY], &[]),
    known(STREAM, "Session Created", &[OF_STREAM], &[]),
    known(STREAM, "Session Ended", &[OF_STREAM], &["code"]),
    known(STREAM, "Stream Start", &[OF_STREAM], &[]),
    known(STREAM, "Stream End", &[OF_STREAM], &[]),
    known(STREAM, "Stream Failure", &[OF_STREAM, &["reason"]], &[]),
    known(STREAM, "Stream Takeover", &[OF_STREAM], &[]),
    known(STREAM, "Stream Takeover Failure", &[OF_STREAM, &["code"]], &[]),
    known(HEALTH, "Starvation Start", &[OF_STREAM], &[]),
    known(HEALTH, "Starvation End", &[OF_STREAM], &[]),
    known(LIMIT, "Ingest Bitrate", &[OF_LIMIT, &["channel_name", "stream_id"]], &[]),
    known(LIMIT, "Ingest Resolution", &[OF_LIMIT, &["channel_name", "stream_id"]], &[]),
    known(LIMIT, "Concurrent Broadcasts", &[OF_LIMIT], &[]),
    known(LIMIT, "Concurrent Viewers", &[OF_LIMIT], &[]),
    known(RECORDING, "Recording Start", &[OF_RECORDING], &[]),
    known(RECORDING, "Recording End", &[OF_RECORDING, &["recording_session_stream_ids"]], &[]),
    known(RECORDING, "Recording Start Failure", &[OF_RECORDING], &[]),
    known(RECORDING, "Recording End Failure", &[OF_RECORDING], &[]),
];

impl Known {
    /// The members that it has.
    fn needed(&self) -> impl Iterator<Item = &'static str> {
        self.needed.iter().flat_map(|part| part.iter().copied())
    }

    /// All members that it has or can have.
    #[cfg(test)]
    pub(crate) fn members(&self) -> impl Iterator<Item = &'static str> {
        self.needed().chain(self.others.iter().copied())
    }
}

/// The kind of an event within its type: `event_name`, or what stands for it.
pub(super) fn name_in(detail: &Map<String, Value>) -> &str {
    ["event_name", "recording_status", "limit_name", LIMIT_AGAIN]
        .into_iter()
        .find_map(|member| detail.get(member)?.as_str())
        .unwrap_or_default()
}

/// What is wrong with the detail of an event of a type, if something is.
pub(super) fn unknown(detail_type: &str, detail: &Map<String, Value>) -> Option<String> {
    let name = name_in(detail);
    let Some(known) = EVENTS.iter().find(|one| one.kind == detail_type && one.name == name) else {
        return Some("no such event is documented".to_owned());
    };
    let is_again = |name: &str| known.kind == LIMIT && name == LIMIT_AGAIN;
    let is_there =
        |name: &str| detail.contains_key(name) || (name == "limit_name" && detail.contains_key(LIMIT_AGAIN));
    let missing = known.needed().find(|name| !is_there(name));
    let is_known = |name: &str| {
        is_again(name) || known.needed().chain(known.others.iter().copied()).any(|one| one == name)
    };
    let strange =
        detail.keys().find(|name| !is_known(name)).map(|name| format!("`{name}` is not documented"));
    missing.map(|name| format!("`{name}` is missing")).or(strange)
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
