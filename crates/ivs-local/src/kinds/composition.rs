//! Compositions: how they are started and stopped. `life::composition` has what happens between.

use ivs_model::{ApiError, ServiceName, Source};
use serde_json::{Value, json};

use super::references::check_reference;
use super::{CREATED, Kind, Record, Reference, default, text};
use crate::call::{Call, invalid, quota};
use crate::life::composition::{self as life, ENDED, GONE_MS};
use crate::page;
use crate::time::iso8601;

pub(crate) struct Composition;

impl Kind for Composition {
    fn kind(&self) -> &'static str {
        "composition"
    }

    fn service(&self) -> ServiceName {
        ServiceName::RealTime
    }

    fn nouns(&self) -> [&'static str; 2] {
        ["Composition", "Compositions"]
    }

    fn members(&self) -> [&'static str; 2] {
        ["composition", "compositions"]
    }

    fn quota(&self) -> Option<(&'static str, usize)> {
        // Those that ended are kept for a while and do not count: `complete` counts.
        None
    }

    fn references(&self) -> &'static [Reference] {
        &[Reference { path: &["stageArn"], kind: "stage", holds: false }]
    }

    fn complete(&self, call: &mut Call<'_>, record: &mut Record) -> Result<(), ApiError> {
        let running = running(call)?;
        let stage = text(record, "stageArn").to_owned();
        let on_stage = running.iter().filter(|other| text(other, "stageArn") == stage).count();
        for (name, default, count) in
            [("compositions", 20, running.len()), ("compositionsPerStage", 5, on_stage)]
        {
            let limit = call.environment.quota(name, default);
            if count >= limit {
                return Err(quota(name, limit));
            }
        }
        let destinations = check_destinations(call, record)?;
        let now = iso8601(call.now);
        record.insert("destinations".into(), destinations.into_iter().map(|(id, configuration)| {
            json!({ "id": id, "state": "STARTING", "startTime": now, "configuration": configuration })
        }).collect());
        record.insert("startTime".into(), now.clone().into());
        record.insert("state".into(), "STARTING".into());
        default(record, "layout", json!({ "grid": {} }));
        Ok(())
    }

    fn live(&self, call: &Call<'_>, mut record: Record) -> Option<Record> {
        let ended = record.get(ENDED).and_then(Value::as_i64);
        if ended.is_some_and(|ended| call.now < ended) {
            call.explain("stopping-time", Source::Assumed);
            life::show_stopping(&mut record);
        }
        ended.is_none_or(|ended| call.now.saturating_sub(ended) < GONE_MS).then_some(record)
    }

    fn present(&self, _: &Call<'_>, record: &mut Record) {
        record.remove("name");
    }

    fn matches(&self, call: &Call<'_>, record: &Record) -> bool {
        let stage = call.text("filterByStageArn");
        let encoder = call.text("filterByEncoderConfigurationArn");
        (stage.is_empty() || stage == text(record, "stageArn"))
            && (encoder.is_empty() || uses(record, encoder))
    }
}

/// Whether one of its destinations names this ARN.
fn uses(record: &Record, arn: &str) -> bool {
    let destinations = record.get("destinations").and_then(Value::as_array);
    destinations
        .into_iter()
        .flatten()
        .any(|destination| named(&destination["configuration"]).any(|(_, one)| one == arn))
}

/// The member of a destination that makes it one of a channel.
const CHANNEL_PATH: &str = "channel";

/// The ARNs that a destination names, and the kinds that they have to be of.
fn named(destination: &Value) -> impl Iterator<Item = (&'static str, &str)> {
    let (channel, s3) = (&destination[CHANNEL_PATH], &destination["s3"]);
    let encoders = s3["encoderConfigurationArns"].as_array().into_iter().flatten();
    [("channel", &channel["channelArn"]), ("encoder-configuration", &channel["encoderConfigurationArn"])]
        .into_iter()
        .chain([("storage-configuration", &s3["storageConfigurationArn"])])
        .chain(encoders.map(|encoder| ("encoder-configuration", encoder)))
        .filter_map(|(kind, arn)| Some((kind, arn.as_str()?)))
}

/// The compositions that have not ended.
fn running(call: &Call<'_>) -> Result<Vec<Record>, ApiError> {
    let all = call.all(Composition.kind())?.into_iter().filter_map(|record| Composition.live(call, record));
    Ok(all.filter(|record| !matches!(text(record, "state"), "STOPPED" | "FAILED")).collect())
}

/// Destinations with an ID each.
type Destinations = Vec<(String, Value)>;

/// The destinations of the input, if they are as they should be.
fn check_destinations(call: &mut Call<'_>, record: &Record) -> Result<Destinations, ApiError> {
    let list = record.get("destinations").and_then(Value::as_array).cloned().unwrap_or_default();
    for kind in [CHANNEL_PATH, "s3"] {
        if list.iter().filter(|one| one.get(kind).is_some_and(|value| !value.is_null())).count() > 1 {
            let message = format!("At most one destination may be a {kind} destination");
            return Err(invalid(message, "one-destination-of-a-kind", Source::Model));
        }
    }
    let mut destinations = Vec::new();
    for configuration in list {
        let has = |kind: &str| configuration.get(kind).is_some_and(|value| !value.is_null());
        if has(CHANNEL_PATH) == has("s3") && call.assumes("destination-kind", "refuse") {
            let message = "A destination is either a channel or an s3 destination";
            return Err(invalid(message, "destination-kind", Source::Assumed));
        }
        for (kind, arn) in named(&configuration) {
            check_reference(call, kind, arn)?;
        }
        destinations.push((call.ids.alphanumeric(12), configuration));
    }
    Ok(destinations)
}

/// Encoder and storage configurations, and channels, can not go while a composition uses them.
pub(crate) fn check_unused(kind: &dyn Kind, call: &Call<'_>, arn: &str) -> Result<(), ApiError> {
    if !matches!(kind.kind(), "encoder-configuration" | "storage-configuration" | "channel") {
        return Ok(());
    }
    match running(call)?.iter().find(|record| uses(record, arn)) {
        None => Ok(()),
        Some(record) => {
            let message = format!("{arn} is in use by {}", text(record, "arn"));
            Err(call.refuse("ConflictException", message, "in-use", Source::Model))
        }
    }
}

/// `StartComposition`.
pub(crate) fn start(call: &mut Call<'_>) -> Result<Value, ApiError> {
    let token = call.text("idempotencyToken");
    let key = call.key("idempotency", token);
    if !token.is_empty()
        && let Some(before) = call.get(&key)?
    {
        let is_same = before.get("filters").and_then(Value::as_str) == Some(page::fingerprint(call).as_str());
        if !is_same && call.assumes("idempotency", "refuse") {
            let message = format!("The idempotencyToken {token} was used with other parameters");
            return Err(call.refuse("ConflictException", message, "idempotency", Source::Assumed));
        }
        let first = call.resource(Composition.kind(), text(&before, "arn"))?;
        if let Some(record) = first.and_then(|record| Composition.live(call, record)) {
            return Ok(json!({ "composition": record }));
        }
    }
    let mut input = call.input.all().clone();
    input.remove("idempotencyToken");
    let stage = call.text("stageArn");
    check_reference(call, "stage", stage)?;
    let record = super::create(&Composition, call, input)?;
    life::begin(call, text(&record, "arn"))?;
    if !token.is_empty() {
        let value = json!({ "arn": record["arn"], "filters": page::fingerprint(call), CREATED: call.now });
        call.writes.push((key, Some(value)));
    }
    Ok(json!({ "composition": record }))
}

/// `StopComposition`.
pub(crate) fn stop(call: &mut Call<'_>) -> Result<Value, ApiError> {
    let arn = call.text("arn");
    let record = call.existing(Composition.kind(), arn)?;
    let mut record = Composition.live(call, record).ok_or_else(|| crate::call::not_found(arn))?;
    if !matches!(text(&record, "state"), "STOPPED" | "STOPPING" | "FAILED") {
        life::stop(call, &mut record)?;
    }
    Ok(json!({}))
}
