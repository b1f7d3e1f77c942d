//! How a client is met.

use serde_json::Value;

use super::visitor::Visitor;

/// What a server offers to clients, and what it knows of this one.
#[derive(Clone)]
pub(crate) struct Manner {
    pub(crate) visitor: Visitor,
    /// `serverFeatures` of the snapshots.
    pub(crate) features: Value,
    /// `http://host:port` as the client reaches it.
    pub(crate) base: String,
}
