//! An event as `EventBridge` has it.

use serde_json::{Value, json};

use super::known::unknown;
use crate::happened::Happened;
use crate::time::iso8601;

/// The envelope of what happened. `id` is a UUID.
pub(crate) fn envelope(happened: Happened, (account, region): (&str, &str), now: i64, id: &str) -> Value {
    let Happened { topic, resource, detail } = happened;
    if let Some(fault) = unknown(topic.detail_type(), &detail) {
        tracing::warn!(fault, kind = topic.detail_type(), "an event is not as the guide has it");
    }
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
    let detail = &envelope["detail"];
    ["event_name", "recording_status", "limit_name"]
        .into_iter()
        .find_map(|member| detail[member].as_str())
        .unwrap_or_default()
}
