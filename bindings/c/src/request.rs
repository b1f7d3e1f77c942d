//! A request in JSON: an object of which no member is left out.

use ::ivs_token::{Attributes, DEFAULT_EVENTS_URL, Stage, Timestamp};
use serde_json::{Map, Value};

use crate::failure::Failure;

/// The members, and the names of all that were asked for.
pub(crate) struct Request {
    members: Map<String, Value>,
    known: Vec<&'static str>,
}

impl Request {
    pub(crate) fn parse(json: &str) -> Result<Self, Failure> {
        let members = serde_json::from_str(json).map_err(|error| {
            Failure::invalid_request(format!("the request is not a JSON object: {error}"))
        })?;
        Ok(Self { members, known: Vec::new() })
    }

    pub(crate) fn text(&mut self, name: &'static str) -> Result<Option<&str>, Failure> {
        self.member(name).map(|value| value.as_str().ok_or_else(|| wrong(name, "a string"))).transpose()
    }

    pub(crate) fn integer(&mut self, name: &'static str) -> Result<Option<i64>, Failure> {
        self.member(name).map(|value| value.as_i64().ok_or_else(|| wrong(name, "a whole number"))).transpose()
    }

    pub(crate) fn flag(&mut self, name: &'static str) -> Result<bool, Failure> {
        self.member(name)
            .map_or(Ok(false), |value| value.as_bool().ok_or_else(|| wrong(name, "true or false")))
    }

    pub(crate) fn texts(&mut self, name: &'static str) -> Result<Option<Vec<&str>>, Failure> {
        let Some(value) = self.member(name) else { return Ok(None) };
        let texts = value.as_array().and_then(|values| values.iter().map(Value::as_str).collect());
        texts.map_or_else(|| Err(wrong(name, "an array of strings")), |texts| Ok(Some(texts)))
    }

    pub(crate) fn attributes(&mut self, name: &'static str) -> Result<Attributes, Failure> {
        let wanted = || wrong(name, "an object of strings");
        let mut attributes = Attributes::new();
        if let Some(value) = self.member(name) {
            for (attribute, value) in value.as_object().ok_or_else(wanted)? {
                attributes.insert(attribute, value.as_str().ok_or_else(wanted)?)?;
            }
        }
        Ok(attributes)
    }

    /// A stage as CreateStage and GetStage answer it.
    pub(crate) fn stage(&mut self, name: &'static str) -> Result<Stage, Failure> {
        required(name, self.optional_stage(name)?)
    }

    /// Such a stage, or none.
    pub(crate) fn optional_stage(&mut self, name: &'static str) -> Result<Option<Stage>, Failure> {
        let Some(stage) = self.member(name) else { return Ok(None) };
        let text = |value: &Value, member: &str| value.get(member).and_then(Value::as_str).map(str::to_owned);
        let endpoints = stage.get("endpoints").unwrap_or(&Value::Null);
        let (Some(arn), Some(whip)) = (text(stage, "arn"), text(endpoints, "whip")) else {
            return Err(wrong(name, "an object with `arn`, `endpoints.whip` and `endpoints.events`"));
        };
        let events = text(endpoints, "events").unwrap_or_else(|| DEFAULT_EVENTS_URL.to_owned());
        Ok(Some(Stage::with_endpoints(arn.parse()?, whip, events)?))
    }

    /// A second since 1970, the present one unless given.
    pub(crate) fn moment(&mut self, name: &'static str) -> Result<Timestamp, Failure> {
        self.integer(name)?.map_or_else(|| Ok(Timestamp::now()), crate::token::moment)
    }

    /// Refuses a request that has a member which nobody asked for. A condition that is misspelt must not be left out.
    pub(crate) fn finish(&self) -> Result<(), Failure> {
        for (name, value) in &self.members {
            if !value.is_null() && !self.known.contains(&name.as_str()) {
                // A name in a message is no place for a key that was put there.
                let name: String = name.chars().take(40).collect();
                return Err(Failure::invalid_request(format!(
                    "{name:?} is not a member of this request: it can have {}",
                    self.known.join(", ")
                )));
            }
        }
        Ok(())
    }

    /// A member that is null counts as one that is not there.
    fn member(&mut self, name: &'static str) -> Option<&Value> {
        self.known.push(name);
        self.members.get(name).filter(|value| !value.is_null())
    }
}

/// A member that must be there.
pub(crate) fn required<T>(name: &str, value: Option<T>) -> Result<T, Failure> {
    value.ok_or_else(|| Failure::invalid_request(format!("the request has no member {name:?}")))
}

fn wrong(name: &str, wanted: &str) -> Failure {
    Failure::invalid_request(format!("{name:?} must be {wanted}"))
}
