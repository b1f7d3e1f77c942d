//! The life of compositions: they begin when somebody publishes, and end when nobody does.

use ivs_model::ApiError;
use serde_json::{Value, json};

use super::failure::{DestinationFailure, SessionFailure};
use super::{publishers, stream};
use crate::happened::{Happened, Topic};
use crate::kinds::{CREATED, Record, text};
use crate::time::iso8601;
use crate::timer::Timer;
use crate::view::View;

const KIND: &str = "composition";

/// A composition ends after this time without a publisher, also one that none has come to (guide, composition).
pub(crate) const WITHOUT_PUBLISHERS_MS: i64 = 60_000;

/// Get and List show a composition for this long after its end (guide, composition).
pub(crate) const GONE_MS: i64 = 300_000;

/// When a composition ended, or will have.
pub(crate) const ENDED: &str = "_endedAt";

/// Its end was told: another timer at the same moment does not tell of it again.
const TOLD: &str = "_told";

/// When it became active.
const BEGUN: &str = "_begunAt";

/// Since when nobody publishes.
const IDLE: &str = "_idleSince";

/// Sets the timers of a new composition.
pub(crate) fn begin(view: &mut View<'_>, arn: &str) -> Result<(), ApiError> {
    let timer = Timer::Composition { arn: arn.to_owned() };
    let hours = i64::try_from(view.environment.quota("compositionMaxHours", 24)).unwrap_or(24);
    let starting = view.environment.assumptions().milliseconds("starting-time");
    for after in [starting, WITHOUT_PUBLISHERS_MS, hours * 3_600_000] {
        view.set_timer(after, &timer)?;
    }
    Ok(())
}

/// A timer of a composition is due: looks at what it is to become.
pub(crate) fn look(view: &mut View<'_>, arn: &str) -> Result<(), ApiError> {
    let Some(mut record) = view.resource(KIND, arn)? else { return Ok(()) };
    let number = |name: &str| record.get(name).and_then(Value::as_i64);
    let age = view.now.saturating_sub(number(CREATED).unwrap_or(view.now));
    let idle = number(IDLE).map(|since| view.now.saturating_sub(since));
    let ended = number(ENDED);
    let hours = i64::try_from(view.environment.quota("compositionMaxHours", 24)).unwrap_or(24);
    let is_over = age >= hours * 3_600_000 || idle.is_some_and(|idle| idle >= WITHOUT_PUBLISHERS_MS);
    match text(&record, "state") {
        _ if ended.is_some_and(|ended| view.now.saturating_sub(ended) >= GONE_MS) => {
            view.delete(KIND, arn);
            Ok(())
        }
        // It was stopped a while ago: who stopped it wrote what it is now.
        _ if ended.is_some() => {
            if ended == Some(view.now) && !record.contains_key(TOLD) {
                announce_end(view, &mut record)?;
                view.put(KIND, &record);
            }
            Ok(())
        }
        "STARTING" if age >= WITHOUT_PUBLISHERS_MS => stop(view, &mut record),
        "ACTIVE" if is_over => stop(view, &mut record),
        _ => heed(view, &mut record),
    }
}

/// Somebody began or ceased to publish on a stage.
pub(crate) fn heed_stage(view: &mut View<'_>, stage: &str) -> Result<(), ApiError> {
    for mut record in view.all(KIND)? {
        if text(&record, "stageArn") == stage && !record.contains_key(ENDED) {
            heed(view, &mut record)?;
        }
    }
    Ok(())
}

/// Whether a record is of an active composition that does not know yet when it ends if nobody publishes.
pub(crate) fn is_unaware(record: &Value) -> bool {
    record["state"] == "ACTIVE" && record.get(ENDED).is_none() && record.get(IDLE).is_none()
}

/// Everybody who published is gone: the server that they were on was stopped, or has another state.
pub(crate) fn heed_all(view: &mut View<'_>) -> Result<(), ApiError> {
    for mut record in view.all(KIND)? {
        if !record.contains_key(ENDED) {
            heed(view, &mut record)?;
        }
    }
    Ok(())
}

fn heed(view: &mut View<'_>, record: &mut Record) -> Result<(), ApiError> {
    let arn = text(record, "arn").to_owned();
    let is_published = has_publisher(view, text(record, "stageArn"))?;
    let begun = record.get(CREATED).and_then(Value::as_i64).unwrap_or(view.now);
    let starting = view.environment.assumptions().milliseconds("starting-time");
    match (text(record, "state"), is_published) {
        ("STARTING", true) if view.now.saturating_sub(begun) >= starting => {
            record.insert("state".into(), "ACTIVE".into());
            record.insert(BEGUN.into(), view.now.into());
            announce(view, record, "Session Start", &json!({}));
            begin_destinations(view, record)?;
        }
        ("ACTIVE", true) if record.contains_key(IDLE) => drop(record.remove(IDLE)),
        ("ACTIVE", false) if !record.contains_key(IDLE) => {
            record.insert(IDLE.into(), view.now.into());
            view.set_timer(WITHOUT_PUBLISHERS_MS, &Timer::Composition { arn })?;
        }
        _ => return Ok(()),
    }
    view.put(KIND, record);
    Ok(())
}

/// Whether somebody publishes on a stage.
fn has_publisher(view: &View<'_>, stage: &str) -> Result<bool, ApiError> {
    let Some(record) = view.resource("stage", stage)? else { return Ok(false) };
    Ok(publishers::count(view, stage, text(&record, "activeSessionId"))? > 0)
}

/// Ends a composition, which is STOPPING for as long as was chosen first.
pub(crate) fn stop(view: &mut View<'_>, record: &mut Record) -> Result<(), ApiError> {
    let after = view.environment.assumptions().milliseconds("stopping-time");
    let ended = view.now.saturating_add(after);
    let time = iso8601(ended);
    record.insert(ENDED.into(), ended.into());
    record.insert("endTime".into(), time.clone().into());
    for destination in destinations(record).filter(|one| one["state"] != "FAILED") {
        destination["state"] = "STOPPED".into();
        destination["endTime"] = time.clone().into();
    }
    record.insert("state".into(), "STOPPED".into());
    set_timer(view, record, after.saturating_add(GONE_MS))?;
    if after == 0 {
        announce_end(view, record)?;
    } else {
        set_timer(view, record, after)?;
    }
    view.put(KIND, record);
    Ok(())
}

/// The stage of compositions was deleted.
pub(crate) fn end_of_stage(view: &mut View<'_>, stage: &str) -> Result<(), ApiError> {
    for mut record in view.all(KIND)? {
        if text(&record, "stageArn") != stage || record.contains_key(ENDED) {
            continue;
        }
        if view.assumes("stage-deleted", "fail") {
            fail(view, &mut record, SessionFailure::StageDeleted)?;
        } else {
            stop(view, &mut record)?;
        }
    }
    Ok(())
}

fn set_timer(view: &mut View<'_>, record: &Record, after: i64) -> Result<(), ApiError> {
    view.set_timer(after, &Timer::Composition { arn: text(record, "arn").to_owned() })
}

/// A composition that has not ended yet is STOPPING.
pub(crate) fn show_stopping(record: &mut Record) {
    record.remove("endTime");
    record.insert("state".into(), "STOPPING".into());
    for destination in destinations(record).filter(|one| one["state"] == "STOPPED") {
        destination["state"] = "STOPPING".into();
        if let Some(destination) = destination.as_object_mut() {
            destination.remove("endTime");
        }
    }
}

/// What can happen to a destination.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fate {
    Reconnecting,
    Active,
    Failed(DestinationFailure),
}

/// Lets something happen to a destination. A composition whose destinations have all failed fails.
pub(crate) fn strike(
    view: &mut View<'_>,
    arn: &str,
    destination: &str,
    fate: Fate,
) -> Result<Value, ApiError> {
    let mut record = view.existing(KIND, arn)?;
    let now = iso8601(view.now);
    let is_running = text(&record, "state") == "ACTIVE";
    let found = destinations(&mut record).find(|one| one["id"] == destination);
    let found = found.ok_or_else(|| crate::view::not_found(destination))?;
    let before = found["state"].as_str().unwrap_or_default().to_owned();
    let (state, event) = match (before.as_str(), fate) {
        ("ACTIVE", Fate::Reconnecting) => ("RECONNECTING", "Destination Reconnecting"),
        ("RECONNECTING", Fate::Active) => ("ACTIVE", "Destination Start"),
        ("ACTIVE" | "RECONNECTING", Fate::Failed(_)) => ("FAILED", "Destination Failure"),
        _ => ("", ""),
    };
    if state.is_empty() || !is_running {
        let message = format!("The destination {destination} is {before}: this cannot happen to it");
        return Err(ApiError::new("ConflictException", message, "destination", ivs_model::Source::Model));
    }
    found["state"] = state.into();
    let mut more = json!({ "id": destination });
    if let Fate::Failed(why) = fate {
        found["endTime"] = now.clone().into();
        more["error_code"] = why.code().into();
        more["reason"] = why.reason().into();
        if let Some(channel) = found["configuration"]["channel"]["channelArn"].as_str() {
            stream::end_of(view, channel, arn)?;
        }
    }
    let is_lost = destinations(&mut record).all(|one| one["state"] == "FAILED");
    announce(view, &record, event, &more);
    if is_lost {
        fail(view, &mut record, SessionFailure::DestinationFailure)?;
    }
    view.put(KIND, &record);
    Ok(shown(record))
}

/// Lets a composition fail that has not ended.
pub(crate) fn fail_now(view: &mut View<'_>, arn: &str, why: SessionFailure) -> Result<Value, ApiError> {
    let mut record = view.existing(KIND, arn)?;
    if record.contains_key(ENDED) {
        let ends_later = record.get(ENDED).and_then(Value::as_i64).is_some_and(|ended| view.now < ended);
        let how = if ends_later { "is STOPPING" } else { "has ended" };
        let message = format!("{arn} {how}: it cannot fail");
        return Err(ApiError::new("ConflictException", message, "composition", ivs_model::Source::Model));
    }
    fail(view, &mut record, why)?;
    Ok(shown(record))
}

/// A composition without what only the server needs.
fn shown(mut record: Record) -> Value {
    record.retain(|name, _| !name.starts_with('_'));
    record.into()
}

/// Ends a composition with a failure, and what it still sends to.
fn fail(view: &mut View<'_>, record: &mut Record, why: SessionFailure) -> Result<(), ApiError> {
    let now = iso8601(view.now);
    end_streams(view, record)?;
    // What has not started does not end.
    if record.contains_key(BEGUN) {
        announce_destinations(view, record, "Destination End");
    }
    for destination in destinations(record).filter(|one| one["state"] != "FAILED") {
        destination["state"] = "STOPPED".into();
        destination["endTime"] = now.clone().into();
    }
    record.insert(ENDED.into(), view.now.into());
    record.insert(TOLD.into(), true.into());
    record.insert("endTime".into(), now.into());
    record.insert("state".into(), "FAILED".into());
    announce(view, record, "Session Failure", &json!({ "error_code": why.code(), "reason": why.reason() }));
    view.put(KIND, record);
    set_timer(view, record, GONE_MS)
}

fn destinations(record: &mut Record) -> impl Iterator<Item = &mut Value> {
    record.get_mut("destinations").and_then(Value::as_array_mut).into_iter().flatten()
}

/// Begins the outputs of a composition: a channel goes live, and a recording gets its prefix.
fn begin_destinations(view: &mut View<'_>, record: &mut Record) -> Result<(), ApiError> {
    let arn = text(record, "arn").to_owned();
    let id = |arn: &str| arn.rsplit('/').next().unwrap_or_default().to_owned();
    let prefix = format!("{}/{}", id(text(record, "stageArn")), id(&arn));
    let mut told = Vec::new();
    for destination in destinations(record) {
        let mut event = json!({ "id": destination["id"] });
        let channel = destination["configuration"]["channel"]["channelArn"].as_str();
        let begun = match channel.map(|channel| stream::begin_of(view, channel, &arn)) {
            Some(Ok(begun)) => begun,
            // With lenient validation there need not be such a channel.
            Some(Err(error)) if error.code() == "ResourceNotFoundException" => Ok(()),
            Some(Err(error)) => return Err(error),
            None => Ok(()),
        };
        if let Err(refusal) = begun {
            destination["state"] = "FAILED".into();
            destination["endTime"] = iso8601(view.now).into();
            // The events of destinations have codes of their own: none is of quotas.
            let is_taken = refusal.code() == DestinationFailure::Conflict.code();
            let why = if is_taken { DestinationFailure::Conflict } else { DestinationFailure::Internal };
            event["error_code"] = why.code().into();
            event["reason"] = why.reason().into();
            told.push(("Destination Failure", event));
            continue;
        }
        destination["state"] = "ACTIVE".into();
        if destination["configuration"]["s3"].is_object() {
            let prefix = format!("{prefix}/{}/composite", destination["id"].as_str().unwrap_or_default());
            destination["detail"] = json!({ "s3": { "recordingPrefix": prefix } });
        }
        told.push(("Destination Start", event));
    }
    for (name, event) in &told {
        announce(view, record, name, event);
    }
    if destinations(record).all(|one| one["state"] == "FAILED") {
        fail(view, record, SessionFailure::DestinationFailure)?;
    }
    Ok(())
}

/// Ends the streams that a composition has on channels.
fn end_streams(view: &mut View<'_>, record: &Record) -> Result<(), ApiError> {
    for destination in record.get("destinations").and_then(Value::as_array).into_iter().flatten() {
        if let Some(channel) = destination["configuration"]["channel"]["channelArn"].as_str() {
            stream::end_of(view, channel, text(record, "arn"))?;
        }
    }
    Ok(())
}

fn announce_end(view: &mut View<'_>, record: &mut Record) -> Result<(), ApiError> {
    record.insert(TOLD.into(), true.into());
    end_streams(view, record)?;
    // What has not started does not end.
    if record.contains_key(BEGUN) {
        announce_destinations(view, record, "Destination End");
    }
    announce(view, record, "Session End", &json!({}));
    Ok(())
}

fn announce_destinations(view: &mut View<'_>, record: &Record, name: &str) {
    for destination in record.get("destinations").and_then(Value::as_array).into_iter().flatten() {
        if destination["state"] != "FAILED" {
            announce(view, record, name, &json!({ "id": destination["id"] }));
        }
    }
}

fn announce(view: &mut View<'_>, record: &Record, name: &str, more: &Value) {
    let mut detail = json!({ "event_name": name, "stage_arn": record.get("stageArn") });
    for (name, value) in more.as_object().into_iter().flatten() {
        detail[name] = value.clone();
    }
    view.happened(Happened::new(Topic::CompositionStateChange, text(record, "arn"), detail));
}
