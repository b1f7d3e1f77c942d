//! The kinds of resources: each is a declaration, and what they have in common is written once in `generic`.

mod channel;
mod composition;
mod generic;
mod keys;
mod references;
mod simple;
mod stage;

use ivs_model::{ApiError, ServiceName};
use serde_json::Value;

use crate::call::Call;

pub(crate) use channel::create_channel;
pub(crate) use composition::{start as start_composition, stop as stop_composition};
pub(crate) use generic::{create, find_generic, run, shown, truth};
pub(crate) use stage::Stage;

pub(crate) use crate::view::Record;

/// A member that holds the ARN of another resource.
#[derive(Clone, Copy)]
pub(crate) struct Reference {
    /// Where it is.
    pub(crate) path: &'static [&'static str],
    /// The kind of the other.
    pub(crate) kind: &'static str,
    /// Whether the other can not be deleted meanwhile.
    pub(crate) holds: bool,
}

/// A kind of resource.
pub(crate) trait Kind: Sync {
    /// The type in its ARNs.
    fn kind(&self) -> &'static str;

    /// The service that has it.
    fn service(&self) -> ServiceName;

    /// What operations call one, such as `Stage`, and many, such as `Stages`.
    fn nouns(&self) -> [&'static str; 2];

    /// The members of answers that hold one and many.
    fn members(&self) -> [&'static str; 2];

    /// The quota of an account and region, and its name in the guide. None is checked elsewhere.
    fn quota(&self) -> Option<(&'static str, usize)>;

    /// Whether IDs are UUIDs.
    fn has_uuid(&self) -> bool {
        false
    }

    /// The members that hold ARNs of others.
    fn references(&self) -> &'static [Reference] {
        &[]
    }

    /// What a new resource has besides its input.
    fn complete(&self, _call: &mut Call<'_>, _record: &mut Record) -> Result<(), ApiError> {
        Ok(())
    }

    /// Rules between members, for a new resource and for a changed one.
    fn check(&self, _call: &Call<'_>, _record: &Record) -> Result<(), ApiError> {
        Ok(())
    }

    /// What speaks against a change.
    fn before_update(&self, _call: &Call<'_>, _record: &Record) -> Result<(), ApiError> {
        Ok(())
    }

    /// Whether a change takes a while.
    fn changes_slowly(&self) -> bool {
        false
    }

    /// What speaks against deletion, and what goes with the resource.
    fn before_delete(&self, _call: &mut Call<'_>, _record: &Record) -> Result<(), ApiError> {
        Ok(())
    }

    /// Whether it is still there, and in which state: what passes by time alone.
    fn live(&self, _call: &Call<'_>, record: Record) -> Option<Record> {
        Some(record)
    }

    /// What an answer shows besides.
    fn present(&self, _call: &Call<'_>, _record: &mut Record) {}

    /// Whether a list with these filters has it.
    fn matches(&self, _call: &Call<'_>, _record: &Record) -> bool {
        true
    }
}

/// Every kind.
pub(crate) const KINDS: [&dyn Kind; 13] = [
    &stage::Stage,
    &stage::IngestConfiguration,
    &simple::ENCODER_CONFIGURATION,
    &simple::STORAGE_CONFIGURATION,
    &composition::Composition,
    &keys::PublicKey,
    &channel::Channel,
    &channel::StreamKey,
    &keys::PlaybackKeyPair,
    &simple::PLAYBACK_RESTRICTION_POLICY,
    &simple::RECORDING_CONFIGURATION,
    &simple::AD_CONFIGURATION,
    &simple::FAILOVER_SLATE_CONFIGURATION,
];

/// The kind with this type in its ARNs.
pub(crate) fn of_type(name: &str) -> Option<&'static dyn Kind> {
    KINDS.into_iter().find(|kind| kind.kind() == name)
}

/// A member of a record, some levels down.
pub(crate) fn at<'r>(record: &'r Record, path: &[&str]) -> Option<&'r Value> {
    let (first, rest) = path.split_first()?;
    rest.iter().try_fold(record.get(*first)?, |value, name| value.get(name))
}

/// A text of a record; empty, if there is none.
pub(crate) fn text<'r>(record: &'r Record, name: &str) -> &'r str {
    record.get(name).and_then(Value::as_str).unwrap_or_default()
}

/// Sets a member that is not there.
pub(crate) fn default(record: &mut Record, name: &str, value: impl Into<Value>) {
    record.entry(name).or_insert_with(|| value.into());
}

/// How a record tells when it was made.
pub(crate) const CREATED: &str = "_createdAt";

/// How a record tells when it was changed last.
const UPDATED: &str = "_updatedAt";

/// A record of what could not be made, because somebody asked for it.
pub(crate) const FAILED: &str = "_failed";

/// The number of the call that made a record: tells apart what was made in the same millisecond.
const NUMBER: &str = "_call";

/// The place of a record among those of its kind, in the order in which they were made.
pub(crate) fn creation(record: &Record) -> String {
    let number = |name| record.get(name).and_then(Value::as_u64).unwrap_or(0);
    format!("{:016}.{:016}", number(CREATED), number(NUMBER))
}

/// Milliseconds since a record was made.
pub(crate) fn age(call: &Call<'_>, record: &Record) -> i64 {
    call.now.saturating_sub(record.get(CREATED).and_then(Value::as_i64).unwrap_or(call.now))
}
