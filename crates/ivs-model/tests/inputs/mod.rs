//! Inputs made from the model.
#![expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "limits of the models are small whole numbers"
)]

use ivs_model::{Location, Service, Shape, ShapeId, Type};
use serde_json::{Map, Value, json};

/// The input with only what is required.
pub(crate) fn least(service: &Service, shape: ShapeId) -> Value {
    good(service, service.shape(shape), false)
}

/// The input with every member.
pub(crate) fn fullest(service: &Service, shape: ShapeId) -> Value {
    good(service, service.shape(shape), true)
}

/// The fullest input with one thing wrong, for each thing that can be wrong; and what is wrong.
pub(crate) fn violations(service: &Service, shape: ShapeId) -> Vec<(String, Value)> {
    wrong(service, service.shape(shape)).into_iter().filter(|(_, value)| value.is_object()).collect()
}

fn good(service: &Service, shape: &Shape, is_full: bool) -> Value {
    let min = shape.min().unwrap_or(0.0);
    match shape.kind() {
        Type::Structure(members) => members
            .iter()
            .filter(|member| member.location() != Location::Header && (is_full || member.is_required()))
            .map(|member| (member.name().to_owned(), good(service, service.shape(member.shape()), is_full)))
            .collect::<Map<_, _>>()
            .into(),
        Type::List(member) => {
            let len = if is_full { min.max(shape.max().map_or(1.0, |max| max.min(1.0))) } else { min };
            vec![good(service, service.shape(*member), is_full); len as usize].into()
        }
        Type::Map(key, value) => {
            let mut map = Map::new();
            if is_full {
                let key = text(service.shape(*key));
                map.insert(key, good(service, service.shape(*value), is_full));
            }
            map.into()
        }
        Type::String => text(shape).into(),
        Type::Integer | Type::Long => json!(min.max(shape.min().unwrap_or(1.0)) as i64),
        Type::Float => json!(min),
        Type::Boolean => true.into(),
        Type::Timestamp => "2026-01-02T03:04:05Z".into(),
        other => unreachable!("{other:?}"),
    }
}

fn text(shape: &Shape) -> String {
    if let Some(value) = shape.values().first() {
        return value.clone();
    }
    let pattern = shape.pattern().unwrap_or_default();
    if let Some(kind) = pattern.split("[0-9]+:").nth(1).filter(|_| pattern.contains("arn:aws:")) {
        let kind = kind.split(['/', '[']).next().unwrap_or_default();
        let kind = if kind.is_empty() { "stage" } else { kind };
        let service = if pattern.contains("mediatailor") { "mediatailor" } else { "ivs" };
        return format!("arn:aws:{service}:us-west-2:123456789012:{kind}/abcDEF123");
    }
    if pattern.contains("BEGIN PUBLIC KEY") {
        return "-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n".to_owned();
    }
    let prefix = if pattern.starts_with("st-") { "st-" } else { "" };
    let len = (shape.min().unwrap_or(0.0) as usize).max(1);
    format!("{prefix}{}", "a".repeat(len.saturating_sub(prefix.len()).max(1)))
}

/// A good value with one thing wrong, for each thing.
fn wrong(service: &Service, shape: &Shape) -> Vec<(String, Value)> {
    let mut all = Vec::new();
    // Another type.
    let other = if matches!(shape.kind(), Type::Boolean) { json!("x") } else { json!(true) };
    all.push(("type".to_owned(), other));
    match shape.kind() {
        Type::Structure(members) => {
            let whole = good(service, shape, true);
            for member in members.iter().filter(|member| member.location() != Location::Header) {
                if member.is_required() {
                    let mut value = whole.clone();
                    value.as_object_mut().unwrap().remove(member.name());
                    all.push((format!("without {}", member.name()), value));
                }
                for (what, part) in wrong(service, service.shape(member.shape())) {
                    let mut value = whole.clone();
                    value[member.name()] = part;
                    all.push((format!("{}.{what}", member.name()), value));
                }
            }
        }
        Type::List(member) => {
            let one = good(service, service.shape(*member), true);
            lengths(shape, &mut all, |len| vec![one.clone(); len].into());
            all.extend(
                wrong(service, service.shape(*member)).into_iter().map(|(what, part)| (what, json!([part]))),
            );
            all.push(("null entry".to_owned(), json!([null])));
        }
        Type::Map(key, value) => {
            let (key, value) = (service.shape(*key), service.shape(*value));
            let one = good(service, value, true);
            lengths(shape, &mut all, |len| {
                (0..len).map(|place| (format!("k{place}"), one.clone())).collect::<Map<_, _>>().into()
            });
            for (what, part) in wrong(service, value) {
                all.push((what, json!({ text(key): part })));
            }
            for (what, part) in wrong(service, key) {
                if let Some(part) = part.as_str() {
                    all.push((format!("key {what}"), json!({ part: one })));
                }
            }
        }
        Type::String => {
            if shape.values().is_empty() {
                lengths(shape, &mut all, |len| "a".repeat(len).into());
            } else {
                all.push(("enum".to_owned(), "nonsense".into()));
            }
            if shape.pattern().is_some() {
                all.push(("pattern".to_owned(), "\u{1}!".into()));
            }
        }
        Type::Integer | Type::Long => {
            all.push(("fraction".to_owned(), json!(1.5)));
            if let Some(min) = shape.min() {
                all.push(("min".to_owned(), json!(min as i64 - 1)));
            }
            if let Some(max) = shape.max() {
                all.push(("max".to_owned(), json!(max as i64 + 1)));
            }
        }
        Type::Float => {
            all.push(("min".to_owned(), json!(shape.min().unwrap() - 0.5)));
            all.push(("max".to_owned(), json!(shape.max().unwrap() + 0.5)));
        }
        Type::Timestamp => all.push(("form".to_owned(), "tomorrow".into())),
        _ => {}
    }
    all
}

fn lengths(shape: &Shape, all: &mut Vec<(String, Value)>, make: impl Fn(usize) -> Value) {
    if let Some(min) = shape.min().filter(|&min| min > 0.0) {
        all.push(("min length".to_owned(), make(min as usize - 1)));
    }
    if let Some(max) = shape.max() {
        all.push(("max length".to_owned(), make(max as usize + 1)));
    }
}
