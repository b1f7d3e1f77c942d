//! The messages on events sockets: JSON text frames.

use serde_json::{Value, json};

use super::gate::Refusal;
use super::stage::{Ending, Snapshot};

/// A message from a client. It is flat, or has a payload.
pub(crate) struct Incoming<'m> {
    pub(crate) kind: &'m str,
    pub(crate) payload: &'m Value,
}

impl<'m> Incoming<'m> {
    pub(crate) fn read(message: &'m Value) -> Option<Self> {
        let kind = message.get("type")?.as_str()?;
        // In the flat form, the members are beside `type`.
        let payload = message.get("payload").unwrap_or(message);
        Some(Self { kind: kind.strip_prefix("aws:ivs:").unwrap_or(kind), payload })
    }

    pub(crate) fn text(&self, name: &str) -> &'m str {
        self.payload.get(name).and_then(Value::as_str).unwrap_or_default()
    }

    pub(crate) fn flag(&self, name: &str) -> Option<bool> {
        self.payload.get(name).and_then(Value::as_bool)
    }

    /// The IDs by which a client matches an answer to its request.
    pub(crate) fn ids(&self) -> Value {
        json!({ "requestId": self.text("requestId"), "traceId": self.text("traceId") })
    }
}

/// The message with everybody who is on the stage, as text. Only its number differs from client to client.
pub(crate) fn stage_state(
    prefix: &str,
    stage: &str,
    number: u64,
    features: &Value,
    snapshot: &Snapshot,
) -> String {
    format!(
        "{{\"type\":\"{prefix}STAGE_STATE\",\"payload\":{{\"stageId\":{},\"sequenceNumber\":{number},\
         \"serverFeatures\":{features},{}}}}}",
        Value::from(stage),
        snapshot.members
    )
}

pub(crate) fn join_error(refusal: &Refusal) -> Value {
    message("JOIN_ERROR", json!({ "code": refusal.code, "message": refusal.message }))
}

pub(crate) fn disconnect(ending: Ending) -> Value {
    message("DISCONNECT", json!({ "code": ending.code, "reason": ending.reason }))
}

/// A message with the service's prefix.
pub(crate) fn message(kind: &str, payload: Value) -> Value {
    let mut message = json!({ "type": format!("aws:ivs:{kind}") });
    message["payload"] = payload;
    message
}
