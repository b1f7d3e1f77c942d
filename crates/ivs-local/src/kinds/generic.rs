//! Create, get, list, update, delete, batches and tags, for every kind.

use ivs_model::{ApiError, ServiceName, Source};
use serde_json::{Map, Value, json};

use super::references::check_references;
use super::{CREATED, KINDS, Kind, NUMBER, Record, UPDATED, at, default, text};
use crate::arn::Arn;
use crate::call::{Answer, Call, invalid, not_found, quota};
use crate::page;

/// What an operation does with a kind.
#[derive(Clone, Copy)]
pub(crate) enum Generic {
    Create(&'static dyn Kind),
    Get(&'static dyn Kind),
    List(&'static dyn Kind),
    Update(&'static dyn Kind),
    Delete(&'static dyn Kind),
    BatchGet(&'static dyn Kind),
    ListTags,
    Tag,
    Untag,
}

/// The generic operation of this name, if it is one.
pub(crate) fn find_generic(service: ServiceName, operation: &str) -> Option<Generic> {
    match operation {
        "ListTagsForResource" => return Some(Generic::ListTags),
        "TagResource" => return Some(Generic::Tag),
        "UntagResource" => return Some(Generic::Untag),
        _ => {}
    }
    let of = |noun: &str, place: usize| {
        KINDS.into_iter().find(|kind| kind.service() == service && kind.nouns()[place] == noun)
    };
    let split = |verb: &str, place| operation.strip_prefix(verb).and_then(|noun| of(noun, place));
    split("Create", 0)
        .or_else(|| split("Import", 0))
        .map(Generic::Create)
        .or_else(|| split("BatchGet", 0).map(Generic::BatchGet))
        .or_else(|| split("Get", 0).map(Generic::Get))
        .or_else(|| split("List", 1).map(Generic::List))
        .or_else(|| split("Update", 0).map(Generic::Update))
        .or_else(|| split("Delete", 0).map(Generic::Delete))
}

pub(crate) fn run(generic: Generic, call: &mut Call<'_>) -> Answer {
    match generic {
        Generic::Create(kind) => {
            let record = create(kind, call, call.input.all().clone())?;
            Ok(json!({ kind.members()[0]: shown(kind, call, record) }))
        }
        Generic::Get(kind) => {
            let record = get(kind, call, call.text("arn"))?;
            Ok(json!({ kind.members()[0]: shown(kind, call, record) }))
        }
        Generic::List(kind) => page::list(kind, call),
        Generic::Update(kind) => update(kind, call),
        Generic::Delete(kind) => delete(kind, call),
        Generic::BatchGet(kind) => batch_get(kind, call),
        Generic::ListTags => {
            let (_, record) = tagged(call)?;
            Ok(json!({ "tags": record.get("tags") }))
        }
        Generic::Tag => tag(call),
        Generic::Untag => untag(call),
    }
}

/// Makes a resource of a kind from members that the model has validated.
pub(crate) fn create(kind: &dyn Kind, call: &mut Call<'_>, mut record: Record) -> Result<Record, ApiError> {
    if let Some((name, default)) = kind.quota() {
        let limit = call.environment.quota(name, default);
        if call.count(kind.kind())? >= limit {
            return Err(quota(name, limit));
        }
    }
    check_tags(record.get("tags").and_then(Value::as_object))?;
    let id = if kind.has_uuid() { call.ids.uuid() } else { call.ids.alphanumeric(12) };
    record.retain(|_, value| !value.is_null());
    record.insert("arn".into(), call.arn(kind.kind(), &id).into());
    record.insert(CREATED.into(), call.now.into());
    record.insert(NUMBER.into(), call.ids.call().into());
    default(&mut record, "name", "");
    default(&mut record, "tags", json!({}));
    kind.complete(call, &mut record)?;
    check_references(kind, call, &record)?;
    kind.check(call, &record)?;
    call.put(kind.kind(), &record);
    Ok(record)
}

fn get(kind: &dyn Kind, call: &Call<'_>, arn: &str) -> Result<Record, ApiError> {
    let record = call.existing(kind.kind(), arn)?;
    kind.live(call, record).ok_or_else(|| not_found(arn))
}

/// A record as an answer shows it.
pub(crate) fn shown(kind: &dyn Kind, call: &Call<'_>, mut record: Record) -> Value {
    kind.present(call, &mut record);
    Value::Object(record)
}

fn update(kind: &dyn Kind, call: &mut Call<'_>) -> Answer {
    let mut record = get(kind, call, call.text("arn"))?;
    kind.before_update(call, &record)?;
    for (name, value) in call.input.all().iter().filter(|(name, value)| *name != "arn" && !value.is_null()) {
        record.insert(name.clone(), value.clone());
    }
    if kind.changes_slowly() {
        record.insert(UPDATED.into(), call.now.into());
    }
    check_references(kind, call, &record)?;
    kind.check(call, &record)?;
    call.put(kind.kind(), &record);
    Ok(json!({ kind.members()[0]: shown(kind, call, record) }))
}

fn delete(kind: &dyn Kind, call: &mut Call<'_>) -> Answer {
    let arn = call.text("arn");
    let record = get(kind, call, arn)?;
    check_unreferenced(kind, call, arn)?;
    kind.before_delete(call, &record)?;
    call.delete(kind.kind(), arn);
    Ok(json!({}))
}

#[expect(clippy::unnecessary_wraps, reason = "all operations have one form")]
fn batch_get(kind: &dyn Kind, call: &Call<'_>) -> Answer {
    let (mut found, mut errors) = (Vec::new(), Vec::new());
    for arn in call.input.get("arns").and_then(Value::as_array).into_iter().flatten() {
        let arn = arn.as_str().unwrap_or_default();
        match get(kind, call, arn) {
            Ok(record) => found.push(shown(kind, call, record)),
            Err(error) => {
                errors.push(json!({ "arn": arn, "code": error.code(), "message": error.message() }));
            }
        }
    }
    Ok(json!({ kind.members()[1]: found, "errors": errors }))
}

/// Whether the input has a flag, and it is true.
pub(crate) fn truth(call: &Call<'_>, name: &str) -> bool {
    call.input.get(name).and_then(Value::as_bool).unwrap_or(false)
}

fn check_unreferenced(kind: &dyn Kind, call: &Call<'_>, arn: &str) -> Result<(), ApiError> {
    for other in KINDS {
        for reference in other.references().iter().filter(|one| one.kind == kind.kind() && one.holds) {
            let refers = |record: &Record| at(record, reference.path).and_then(Value::as_str) == Some(arn);
            for record in call.all(other.kind())?.into_iter().filter(refers) {
                if let Some(record) =
                    other.live(call, record).filter(|record| text(record, "state") != "STOPPED")
                {
                    let message = format!("{arn} is in use by {}", text(&record, "arn"));
                    return Err(call.refuse("ConflictException", message, "in-use", Source::Model));
                }
            }
        }
    }
    super::composition::check_unused(kind, call, arn)
}

/// The resource of the ARN in the path, and its kind.
fn tagged(call: &Call<'_>) -> Result<(&'static dyn Kind, Record), ApiError> {
    let arn = call.text("resourceArn");
    let kind = Arn::parse(arn).and_then(|arn| super::of_type(arn.kind)).ok_or_else(|| not_found(arn))?;
    Ok((kind, get(kind, call, arn)?))
}

fn tag(call: &mut Call<'_>) -> Answer {
    let (kind, mut record) = tagged(call)?;
    let new = call.input.get("tags").and_then(Value::as_object).cloned().unwrap_or_default();
    check_tags(Some(&new))?;
    let mut tags = tags(&record);
    tags.extend(new);
    let (actual, limit) = (tags.len(), call.environment.quota("tagsPerResource", 50));
    if actual > limit {
        let message = format!("A resource has at most {limit} tags; this one would have {actual}");
        return Err(invalid(message, "tags-per-resource", Source::Guide));
    }
    record.insert("tags".into(), tags.into());
    call.put(kind.kind(), &record);
    Ok(json!({}))
}

fn untag(call: &mut Call<'_>) -> Answer {
    let (kind, mut record) = tagged(call)?;
    let mut tags = tags(&record);
    for key in call.input.get("tagKeys").and_then(Value::as_array).into_iter().flatten() {
        tags.remove(key.as_str().unwrap_or_default());
    }
    record.insert("tags".into(), tags.into());
    call.put(kind.kind(), &record);
    Ok(json!({}))
}

/// The tags of a record.
fn tags(record: &Record) -> Map<String, Value> {
    record.get("tags").and_then(Value::as_object).cloned().unwrap_or_default()
}

fn check_tags(tags: Option<&Map<String, Value>>) -> Result<(), ApiError> {
    match tags.and_then(|tags| tags.keys().find(|key| key.to_ascii_lowercase().starts_with("aws:"))) {
        None => Ok(()),
        Some(key) => Err(invalid(
            format!("The tag key {key} begins with aws:, which is reserved"),
            "reserved-tag",
            Source::Guide,
        )),
    }
}
