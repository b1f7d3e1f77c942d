//! What happened, in the words of AWS's events. Life announces it; who is told of it is decided elsewhere.

use serde_json::{Map, Value};

/// The type of an event, as `EventBridge` has it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Topic {
    StageUpdate,
    CompositionStateChange,
    ParticipantRecordingStateChange,
    PublisherRecordingStateChange,
    StreamStateChange,
    StreamHealthChange,
    LimitBreach,
    RecordingStateChange,
}

impl Topic {
    /// The `detail-type`.
    pub(crate) const fn detail_type(self) -> &'static str {
        match self {
            Self::StageUpdate => "IVS Stage Update",
            Self::CompositionStateChange => "IVS Composition State Change",
            Self::ParticipantRecordingStateChange => "IVS Participant Recording State Change",
            Self::PublisherRecordingStateChange => "IVS Publisher Recording State Change",
            Self::StreamStateChange => "IVS Stream State Change",
            Self::StreamHealthChange => "IVS Stream Health Change",
            Self::LimitBreach => "IVS Limit Breach",
            Self::RecordingStateChange => "IVS Recording State Change",
        }
    }
}

/// One thing that happened, in the account and region and at the time of the change that announces it.
#[derive(Clone, Debug)]
pub(crate) struct Happened {
    pub(crate) topic: Topic,
    /// The ARN of the resource that it happened to; empty for a limit of the account.
    pub(crate) resource: String,
    /// The members of `detail`, `event_name` among them, as AWS documents them for this type.
    pub(crate) detail: Map<String, Value>,
}

impl Happened {
    /// `detail` is a JSON object.
    pub(crate) fn new(topic: Topic, resource: &str, detail: Value) -> Self {
        let detail = match detail {
            Value::Object(detail) => detail,
            _ => Map::new(),
        };
        Self { topic, resource: resource.to_owned(), detail }
    }
}
