//! Copies of participants on other stages, as operations want them.

use ivs_token::StageArn;
use serde_json::{Map, Value};

/// A copy that somebody wants, or does not want any more.
#[derive(Clone, Debug)]
pub(crate) struct Replication {
    pub(crate) source: StageArn,
    /// The session of the source.
    pub(crate) source_session: String,
    pub(crate) participant: String,
    pub(crate) destination: StageArn,
    /// The session of the destination: its own, or one that begins with the replica.
    pub(crate) session: String,
    /// How long the source may pause.
    pub(crate) window_ms: i64,
    /// What the replica has besides the attributes of the participant.
    pub(crate) attributes: Map<String, Value>,
}
