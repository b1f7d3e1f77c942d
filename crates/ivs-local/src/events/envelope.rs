//! An event as `EventBridge` has it.

use serde_json::{Value, json};

use super::known::{name_in, unknown};
use crate::happened::Happened;
use crate::time::iso8601;

/// The envelope of what happened. `id` is a UUID.
pub(crate) fn envelope(happened: Happened, (account, region): (&str, &str), now: i64, id: &str) -> Value {
    let Happened { topic, resource, detail } = happened;
    // As with answers: who builds to test is told at once.
    debug_assert_eq!(unknown(topic.detail_type(), &detail), None, "{}: {detail:?}", topic.detail_type());
    let resources: Vec<_> = Some(resource).into_iter().filter(|resource| !resource.is_empty()).collect();
    json!({
        "version": "0",
        "id": id,
        "detail-type": topic.detail_type(),
        "source": "aws.ivs",
        "account": account,
        "time": iso8601(now),
        "region": region,
        "resources": resources,
        "detail": detail,
    })
}

/// The kind of an event within its type: `event_name`, or what stands for it.
pub(crate) fn name(envelope: &Value) -> &str {
    envelope["detail"].as_object().map_or("", name_in)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::happened::Topic;

    #[test]
    #[should_panic(expected = "no such event is documented")]
    fn an_event_that_nobody_documents_fails_every_test() {
        let happened = Happened::new(Topic::StageUpdate, "arn", json!({ "event_name": "Participant Sang" }));
        envelope(happened, ("123456789012", "us-east-1"), 0, "id");
    }

    #[test]
    #[should_panic(expected = "`stream_id` is missing")]
    fn an_event_that_lacks_a_member_fails_every_test() {
        let detail = json!({ "event_name": "Stream Start", "channel_name": "c" });
        envelope(
            Happened::new(Topic::StreamStateChange, "arn", detail),
            ("123456789012", "us-east-1"),
            0,
            "id",
        );
    }
}
