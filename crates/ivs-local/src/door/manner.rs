//! What the server knows of a client, and offers to it.

use serde_json::Value;

use super::visitor::Visitor;

/// What the server offers to a client, and what it knows of the client.
#[derive(Clone)]
pub(crate) struct Manner {
    pub(crate) visitor: Visitor,
    /// `serverFeatures` of the snapshots.
    pub(crate) features: Value,
    /// `http://host:port`, as the client reaches the server.
    pub(crate) base: String,
}
