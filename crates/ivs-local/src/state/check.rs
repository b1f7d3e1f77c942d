//! Whether a state can be one of this server: every record has its form, and names only what is there.

use ivs_model::{Model, Patterns, Problem, Service, ServiceName, ShapeId, Type, check_with};
use ivs_token::VerifyingKey;
use serde_json::{Map, Value};

use super::StateError;
use super::belonging::{self, Belonging, MOST};
use super::file::{State, is_account};
use crate::arn::Arn;
use crate::clock::Time;
use crate::door;
use crate::events::number;
use crate::kinds::{self, Kind, text};
use crate::time::LAST_MS;
use crate::timer::{TIMERS, Waiting, due_of};

/// What only answers show: it is not kept.
const ONLY_SHOWN: [(&str, &str); 2] =
    [("recording-configuration", "state"), ("failover-slate-configuration", "state")];

/// Checks a state. `patterns` says whether ARNs have to be ARNs that name what is there.
///
/// # Errors
///
/// The first record that is wrong, with the member and what to change.
pub(crate) fn check(state: &State, model: &Model, patterns: Patterns) -> Result<(), StateError> {
    let checker = Checker { state, model, patterns };
    for (key, value) in state.entries() {
        checker.entry(key, value).map_err(|what| StateError::Record { key: key.clone(), what })?;
    }
    Ok(())
}

struct Checker<'s> {
    state: &'s State,
    model: &'s Model,
    patterns: Patterns,
}

/// A record and its place.
struct Place<'k> {
    account: &'k str,
    region: &'k str,
    kind: &'k str,
    rest: &'k str,
}

impl Checker<'_> {
    fn entry(&self, key: &str, value: &Value) -> Result<(), String> {
        let mut parts = key.splitn(4, '/');
        let place = (parts.next(), parts.next(), parts.next(), parts.next());
        if let (Some(account), Some(region), Some(kind), Some(rest)) = place
            && is_account(account)
        {
            return self.record(&Place { account, region, kind, rest }, value);
        }
        own(key, value)
    }

    fn record(&self, place: &Place<'_>, value: &Value) -> Result<(), String> {
        let Some(record) = value.as_object() else { return Err("it must be a JSON object".to_owned()) };
        let is_region = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
        if place.region.is_empty() || !place.region.bytes().all(is_region) {
            return Err(format!("`{}` is not a region, such as us-east-1", place.region));
        }
        if let Some(kind) = kinds::of_type(place.kind) {
            return self.resource(kind, place, record);
        }
        if let Some(kind) = belonging::KINDS.iter().find(|kind| kind.kind == place.kind) {
            if let Some((operation, member)) = kind.shown {
                let (service, shape) = self.answer(operation, member)?;
                form(service, shape, value, self.patterns, &[])?;
            }
            return self.belonging(kind, place, record);
        }
        let is_right = match place.kind {
            "idempotency" => record.get("arn").is_some_and(Value::is_string),
            "revocation" => door::is_revocation(value),
            other => return Err(format!("there is no kind of records `{other}`; there are {}", known())),
        };
        if is_right {
            Ok(())
        } else {
            Err(format!("it does not have the form of a record of the kind {}", place.kind))
        }
    }

    /// Whether a record is that of its place, and the resource there that it belongs to.
    fn belonging(
        &self,
        kind: &Belonging,
        place: &Place<'_>,
        record: &Map<String, Value>,
    ) -> Result<(), String> {
        let Place { account, region, rest, .. } = place;
        let arn = |id: &str| format!("arn:aws:ivs:{region}:{account}:{}/{id}", kind.of);
        let owner = kind.owner(rest, arn, record)?;
        if self.patterns == Patterns::Ignored || !kind.goes_on(record) {
            return Ok(());
        }
        let key = format!("{account}/{region}/{}/{owner}", kind.of);
        if !self.is_there(&key) && !self.was_deleted(&key) {
            return Err(format!("it belongs to {}, which is not in this state", arn(owner)));
        }
        let mut named = record.clone();
        if kind.kind == "participant" {
            // An encoder is sent away after its configuration was deleted.
            named.remove("ingestConfigurationArn");
        }
        self.references("", &named, place)
    }

    fn is_there(&self, key: &str) -> bool {
        self.state.entries().contains_key(key)
    }

    /// Whether it is the key of a stage that was deleted. Its session ends, and those who are on it are sent away, a
    /// moment later: until then they belong to it. A restore ends them, too.
    fn was_deleted(&self, key: &str) -> bool {
        key.contains("/stage/") && self.is_there(&key.replacen("/stage/", "/revocation/stage:", 1))
    }

    fn resource(
        &self,
        kind: &dyn Kind,
        place: &Place<'_>,
        record: &Map<String, Value>,
    ) -> Result<(), String> {
        let expected =
            format!("arn:aws:ivs:{}:{}:{}/{}", place.region, place.account, place.kind, place.rest);
        match record.get("arn") {
            Some(Value::String(arn)) if *arn == expected && Arn::parse(arn).is_some() => {}
            Some(found) => return Err(format!("its place says that `arn` is {expected}, not {found}")),
            None => return Err(format!("the member `arn` is missing: it is {expected}")),
        }
        let get = format!("Get{}", kind.nouns()[0]);
        let (service, shape) = self.answer(&get, kind.members()[0])?;
        let only_shown: Vec<_> =
            ONLY_SHOWN.iter().filter(|(of, _)| *of == place.kind).map(|(_, member)| *member).collect();
        form(service, shape, &Value::Object(record.clone()), self.patterns, &only_shown)?;
        known_members(service, kind, shape, record)?;
        if let Some(made) = record.get(kinds::CREATED)
            && !made.as_i64().is_some_and(|at| (0..=LAST_MS).contains(&at))
        {
            return Err(format!("`{}` must be in milliseconds since 1970, not {made}", kinds::CREATED));
        }
        if matches!(place.kind, "public-key" | "playback-key")
            && let Err(error) = VerifyingKey::from_pem(text(record, "publicKeyMaterial"))
        {
            return Err(format!("`publicKeyMaterial`: {error}"));
        }
        // What is over names what it was made of, and that may be gone.
        let is_over = matches!(text(record, "state"), "STOPPING" | "STOPPED" | "FAILED");
        if self.patterns == Patterns::Ignored || is_over {
            Ok(())
        } else {
            self.references("", record, place)
        }
    }

    /// Whether all that a record names is there.
    fn references(&self, path: &str, members: &Map<String, Value>, place: &Place<'_>) -> Result<(), String> {
        // What people write themselves names what it likes.
        for (name, value) in
            members.iter().filter(|(name, _)| !matches!(name.as_str(), "tags" | "attributes"))
        {
            let path = if path.is_empty() { name.clone() } else { format!("{path}.{name}") };
            self.reference(&path, name, value, place)?;
        }
        Ok(())
    }

    fn reference(&self, path: &str, name: &str, value: &Value, place: &Place<'_>) -> Result<(), String> {
        match value {
            Value::Object(members) => self.references(path, members, place),
            Value::Array(values) => {
                values.iter().try_for_each(|value| self.reference(path, name, value, place))
            }
            Value::String(text) if name.ends_with("Arn") || name.ends_with("Arns") => {
                let Some(arn) = Arn::parse(text).filter(|arn| kinds::of_type(arn.kind).is_some()) else {
                    return Ok(());
                };
                let key = format!("{}/{}/{}/{}", arn.account, arn.region, arn.kind, arn.id);
                if (arn.account, arn.region) != (place.account, place.region) {
                    return Err(format!("`{path}` names {text}, which is of another account or region"));
                }
                // Only what is on stages may name one that was deleted.
                let is_resource = kinds::of_type(place.kind).is_some();
                if self.is_there(&key) || (!is_resource && self.was_deleted(&key)) {
                    Ok(())
                } else {
                    Err(format!("`{path}` names {text}, which is not in this state"))
                }
            }
            _ => Ok(()),
        }
    }

    /// The shape of a member of an answer; of its entries, if it is a list.
    fn answer(&self, operation: &str, member: &str) -> Result<(&Service, ShapeId), String> {
        let services = [ServiceName::RealTime, ServiceName::LowLatency].map(|name| self.model.service(name));
        let found = services.into_iter().find_map(|service| {
            let output = service.operation(operation)?.output()?;
            let shape = members(service, output).find(|(name, _)| *name == member)?.1;
            Some((service, if let Type::List(of) = service.shape(shape).kind() { *of } else { shape }))
        });
        found.ok_or_else(|| format!("the service model has no {operation} with {member}"))
    }
}

/// What belongs to no account.
fn own(key: &str, value: &Value) -> Result<(), String> {
    let is_right = match key {
        "server/calls" => value.as_u64().is_some_and(|calls| calls < MOST),
        "server/clock" => match Time::from_json(value) {
            Some(Time::Frozen(at)) => (0..=LAST_MS).contains(&at),
            Some(Time::Running(offset)) => (-LAST_MS..=LAST_MS).contains(&offset),
            None => false,
        },
        key if key.starts_with(TIMERS) => due_of(key).is_some() && Waiting::from_value(value).is_some(),
        key => match number(key) {
            Some(number) => number < MOST && value.is_object(),
            None => return Err("the server keeps no record with this key: leave it out".to_owned()),
        },
    };
    if is_right { Ok(()) } else { Err("it does not have the form that GET /_ivs/snapshot gives".to_owned()) }
}

/// Whether a record has the form that the service model gives to what an answer shows.
fn form(
    service: &Service,
    shape: ShapeId,
    value: &Value,
    patterns: Patterns,
    only_shown: &[&str],
) -> Result<(), String> {
    let problems = check_with(service, shape, value, patterns);
    let missing = |path: &str, value: &Option<String>| value.is_none() && only_shown.contains(&path);
    let first = problems.into_iter().find_map(|problem| match problem {
        Problem::Type(message) => Some(message),
        Problem::Constraint(broken) if missing(&broken.path, &broken.value) => None,
        Problem::Constraint(broken) => Some(format!("`{}`: {}", broken.path, broken.constraint)),
    });
    first.map_or(Ok(()), Err)
}

/// Whether the members of a resource are known: a name with a mistake would be lost silently.
fn known_members(
    service: &Service,
    kind: &dyn Kind,
    shape: ShapeId,
    record: &Map<String, Value>,
) -> Result<(), String> {
    let noun = kind.nouns()[0];
    let inputs = ["Create", "Import", "Start", "Update"]
        .into_iter()
        .filter_map(|verb| service.operation(&format!("{verb}{noun}"))?.input());
    let shapes: Vec<_> = std::iter::once(shape).chain(inputs).collect();
    let is_known =
        |name: &str| shapes.iter().any(|shape| members(service, *shape).any(|(known, _)| known == name));
    // Every resource has these, also those whose answers do not show them.
    let is_common = |name: &str| name.starts_with('_') || matches!(name, "name" | "tags");
    match record.keys().find(|name| !is_common(name) && !is_known(name)) {
        Some(name) => Err(format!("there is no member `{name}` in a resource of the kind {}", kind.kind())),
        None => Ok(()),
    }
}

/// The members of a structure with their shapes.
fn members(service: &Service, shape: ShapeId) -> impl Iterator<Item = (&str, ShapeId)> {
    let members = match service.shape(shape).kind() {
        Type::Structure(members) => &members[..],
        _ => &[],
    };
    members.iter().map(|member| (member.name(), member.shape()))
}

fn known() -> String {
    let others = ["idempotency", "revocation"];
    let mut all: Vec<_> = kinds::KINDS.iter().map(|kind| kind.kind()).collect();
    all.extend(belonging::KINDS.iter().map(|kind| kind.kind).chain(others));
    all.sort_unstable();
    all.join(", ")
}
