//! Where somebody is: on a stage, in a session.

use crate::kinds::{Record, text};
use crate::view::View;

/// Where somebody is.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Place<'a> {
    pub(crate) stage: &'a str,
    pub(crate) session: &'a str,
    pub(crate) participant: &'a str,
}

/// Whether somebody is a replica from another stage.
pub(crate) fn is_replica(record: &Record) -> bool {
    text(record, "replicationType") == "REPLICA"
}

/// The key of a participant.
pub(crate) fn key(view: &View<'_>, place: Place<'_>) -> String {
    view.of_stage("participant", place.stage, &[place.session, place.participant])
}
