use std::fmt::Write;

use serde_json::{Map, Number, Value};

use crate::error::{ApiError, Source};
use crate::model::Service;
use crate::shape::{Location, Shape, ShapeId, Type};

/// The most characters of a value that a message repeats.
const SHOWN: usize = 1024;

/// Something that is wrong with a value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Problem {
    /// A value of another type: the request can not be read at all.
    Type(String),
    /// A constraint that is broken.
    Constraint(Violation),
}

/// A constraint that a value breaks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Violation {
    /// Where, such as `participantTokenConfigurations.1.member.duration`; list entries are counted from 1.
    pub path: String,
    /// The value as text; none where it is absent.
    pub value: Option<String>,
    /// Whether the value is a secret, which no message repeats.
    pub is_sensitive: bool,
    /// What the model asks for, in AWS's words.
    pub constraint: String,
}

/// Whether the patterns of the models are checked.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Patterns {
    /// As the service does.
    #[default]
    Checked,
    /// For clients whose ARNs are no ARNs, such as those of tests that were written against another server.
    Ignored,
}

/// Validates the input of an operation.
///
/// # Errors
///
/// `SerializationException` when a value has another type than the model says, and `ValidationException` with all other
/// violations at once. Members that the model does not know are ignored, as AWS ignores them.
pub fn validate(service: &Service, shape: Option<ShapeId>, input: &Value) -> Result<(), ApiError> {
    validate_with(service, shape, input, Patterns::Checked)
}

/// As [`validate`], with or without the patterns.
///
/// # Errors
///
/// As [`validate`].
pub fn validate_with(
    service: &Service,
    shape: Option<ShapeId>,
    input: &Value,
    patterns: Patterns,
) -> Result<(), ApiError> {
    let Some(shape) = shape else { return Ok(()) };
    let problems = check_with(service, shape, input, patterns);
    let mut violations = Vec::new();
    for problem in problems {
        match problem {
            Problem::Type(message) => {
                return Err(ApiError::new("SerializationException", message, "wrong-type", Source::Assumed));
            }
            Problem::Constraint(violation) => violations.push(violation),
        }
    }
    if violations.is_empty() {
        return Ok(());
    }
    Err(ApiError::new("ValidationException", message(&violations), "constraints", Source::Model))
}

/// All that is wrong with a value; nothing, if it is what the shape says.
pub fn check(service: &Service, shape: ShapeId, value: &Value) -> Vec<Problem> {
    check_with(service, shape, value, Patterns::Checked)
}

/// As [`check`], with or without the patterns.
pub fn check_with(service: &Service, shape: ShapeId, value: &Value, patterns: Patterns) -> Vec<Problem> {
    let mut walk = Walk { service, patterns, problems: Vec::new() };
    walk.value("", service.shape(shape), value);
    walk.problems
}

/// The violations as AWS writes them.
fn message(violations: &[Violation]) -> String {
    let count = violations.len();
    let mut text = format!("{count} validation error{} detected: ", if count == 1 { "" } else { "s" });
    for (place, violation) in violations.iter().enumerate() {
        let separator = if place == 0 { "" } else { "; " };
        let value = match &violation.value {
            _ if violation.is_sensitive => String::new(),
            Some(value) => format!(" '{value}'"),
            None => " null".to_owned(),
        };
        let Violation { path, constraint, .. } = violation;
        // Writing to a string can not fail.
        let _ =
            write!(text, "{separator}Value{value} at '{path}' failed to satisfy constraint: {constraint}");
    }
    text
}

struct Walk<'m> {
    service: &'m Service,
    patterns: Patterns,
    problems: Vec<Problem>,
}

impl Walk<'_> {
    fn value(&mut self, path: &str, shape: &Shape, value: &Value) {
        match (&shape.kind, value) {
            (Type::Structure(members), Value::Object(object)) => {
                for member in members.iter().filter(|member| member.location != Location::Header) {
                    let path = join(path, &member.name);
                    let shape = self.service.shape(member.shape);
                    match object.get(&member.name) {
                        None | Some(Value::Null) if member.is_required => self.null(path, shape),
                        None | Some(Value::Null) => {}
                        Some(value) => self.value(&path, shape, value),
                    }
                }
            }
            (Type::List(member), Value::Array(list)) => {
                self.size(path, shape, value, list.len());
                for (place, value) in list.iter().enumerate() {
                    self.present(&format!("{path}.{}.member", place + 1), self.service.shape(*member), value);
                }
            }
            (Type::Map(key, of), Value::Object(map)) => {
                self.size(path, shape, value, map.len());
                self.map(path, *key, *of, map);
            }
            (Type::String, Value::String(text)) => self.string(path, shape, text),
            (Type::Integer | Type::Long | Type::Float, Value::Number(number)) => {
                self.number(path, shape, number);
            }
            (Type::Boolean, Value::Bool(_)) => {}
            (Type::Timestamp, Value::String(text)) if is_timestamp(text) => {}
            _ => self.wrong_type(path, shape, value),
        }
    }

    /// A value of a list or a map, where null is none.
    fn present(&mut self, path: &str, shape: &Shape, value: &Value) {
        if value.is_null() {
            self.null(path.to_owned(), shape);
        } else {
            self.value(path, shape, value);
        }
    }

    fn map(&mut self, path: &str, key: ShapeId, of: ShapeId, map: &Map<String, Value>) {
        let (key, of) = (self.service.shape(key), self.service.shape(of));
        for (name, value) in map {
            let broken = text_constraints(key, name, self.patterns);
            if !broken.is_empty() {
                let constraint = format!("Map keys must satisfy constraint: [{}]", broken.join(", "));
                self.violation(path, Some(name.clone()), false, constraint);
            }
            self.present(&format!("{path}.{name}.member"), of, value);
        }
    }

    fn string(&mut self, path: &str, shape: &Shape, text: &str) {
        for constraint in text_constraints(shape, text, self.patterns) {
            self.violation(path, Some(text.to_owned()), shape.is_sensitive, constraint);
        }
    }

    fn number(&mut self, path: &str, shape: &Shape, number: &Number) {
        let fits = match shape.kind {
            Type::Integer => number.as_i64().is_some_and(|number| i32::try_from(number).is_ok()),
            Type::Long => number.is_i64(),
            _ => true,
        };
        let Some(value) = number.as_f64().filter(|_| fits) else {
            self.wrong_type(path, shape, &Value::Number(number.clone()));
            return;
        };
        let text = || Some(number.to_string());
        if let Some(min) = shape.min.filter(|&min| value < min) {
            let constraint = format!("Member must have value greater than or equal to {min}");
            self.violation(path, text(), shape.is_sensitive, constraint);
        }
        if let Some(max) = shape.max.filter(|&max| value > max) {
            let constraint = format!("Member must have value less than or equal to {max}");
            self.violation(path, text(), shape.is_sensitive, constraint);
        }
    }

    fn size(&mut self, path: &str, shape: &Shape, value: &Value, len: usize) {
        for constraint in length(shape, len) {
            self.violation(path, Some(value.to_string()), shape.is_sensitive, constraint);
        }
    }

    fn null(&mut self, path: String, shape: &Shape) {
        let constraint = "Member must not be null".to_owned();
        let is_sensitive = shape.is_sensitive;
        self.problems.push(Problem::Constraint(Violation { path, value: None, is_sensitive, constraint }));
    }

    fn violation(&mut self, path: &str, value: Option<String>, is_sensitive: bool, constraint: String) {
        let value = value.filter(|_| !is_sensitive).map(|value| shorten(&value));
        let violation = Violation { path: path.to_owned(), value, is_sensitive, constraint };
        self.problems.push(Problem::Constraint(violation));
    }

    fn wrong_type(&mut self, path: &str, shape: &Shape, value: &Value) {
        let found = match value {
            Value::Null => "NULL_VALUE",
            Value::Bool(true) => "TRUE_VALUE",
            Value::Bool(false) => "FALSE_VALUE",
            Value::Number(_) => "NUMBER_VALUE",
            Value::String(_) => "STRING_VALUE",
            Value::Array(_) => "START_ARRAY",
            Value::Object(_) => "START_OBJECT",
        };
        let expected = match shape.kind {
            Type::Structure(_) => "a structure",
            Type::List(_) => "a list",
            Type::Map(..) => "a map",
            Type::String => "String",
            Type::Integer => "Integer",
            Type::Long => "Long",
            Type::Float => "Float",
            Type::Boolean => "Boolean",
            Type::Timestamp => "Timestamp",
        };
        let place = if path.is_empty() { "the body".to_owned() } else { format!("'{path}'") };
        self.problems.push(Problem::Type(format!("{found} at {place} can not be converted to {expected}")));
    }
}

/// The constraints that a text breaks.
fn text_constraints(shape: &Shape, text: &str, patterns: Patterns) -> Vec<String> {
    let mut broken = length(shape, text.chars().count());
    if !shape.values.is_empty() && !shape.values.iter().any(|value| value == text) {
        broken.push(format!("Member must satisfy enum value set: [{}]", shape.values.join(", ")));
    }
    let pattern = shape.pattern.as_ref().filter(|_| patterns == Patterns::Checked);
    if let Some(pattern) = pattern.filter(|pattern| !pattern.matches(text)) {
        broken.push(format!("Member must satisfy regular expression pattern: {}", pattern.text));
    }
    broken
}

/// The constraints that a length breaks.
#[expect(clippy::cast_precision_loss, reason = "lengths of at most 2^52")]
fn length(shape: &Shape, len: usize) -> Vec<String> {
    let len = len as f64;
    let min = shape.min.filter(|&min| len < min);
    let max = shape.max.filter(|&max| len > max);
    let min = min.map(|min| format!("Member must have length greater than or equal to {min}"));
    let max = max.map(|max| format!("Member must have length less than or equal to {max}"));
    min.into_iter().chain(max).collect()
}

/// Whether a text is a moment (RFC 3339): the form, and the ranges of its fields.
fn is_timestamp(text: &str) -> bool {
    let Some((date, rest)) = text.split_once(['T', 't']) else { return false };
    let (time, zone) = match rest.find(['Z', 'z', '+', '-']) {
        Some(place) => rest.split_at(place),
        None => return false,
    };
    let (time, fraction) = time.split_once('.').unwrap_or((time, "0"));
    let zone_is_right = matches!(zone, "Z" | "z")
        || zone
            .get(1..)
            .and_then(|zone| numbers(zone, ':'))
            .is_some_and(|zone| matches!(zone.as_slice(), [hours, minutes] if *hours < 24 && *minutes < 60));
    let date_is_right = numbers(date, '-').is_some_and(|date| {
        matches!(date.as_slice(), [_, month, day] if (1..=12).contains(month) && (1..=31).contains(day))
    });
    let time_is_right = numbers(time, ':').is_some_and(|time| {
        matches!(time.as_slice(), [hours, minutes, secs] if *hours < 24 && *minutes < 60 && *secs <= 60)
    });
    let fraction_is_right = !fraction.is_empty() && fraction.bytes().all(|byte| byte.is_ascii_digit());
    date_is_right && time_is_right && fraction_is_right && zone_is_right
}

fn numbers(text: &str, separator: char) -> Option<Vec<u32>> {
    text.split(separator)
        .map(|part| part.bytes().all(|byte| byte.is_ascii_digit()).then(|| part.parse().ok())?)
        .collect()
}

fn join(path: &str, name: &str) -> String {
    if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") }
}

fn shorten(text: &str) -> String {
    match text.char_indices().nth(SHOWN) {
        Some((end, _)) => format!("{}...", &text[..end]),
        None => text.to_owned(),
    }
}
