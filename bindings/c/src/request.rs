//! A request in JSON: an object whose members are taken one by one, until none is left.

use ::ivs_token::{Attributes, Timestamp};
use serde_json::{Map, Value};

use crate::failure::Failure;

/// The members that were not taken yet, and the names of all that were asked for.
pub(crate) struct Request {
    members: Map<String, Value>,
    known: Vec<&'static str>,
}

impl Request {
    pub(crate) fn parse(json: &str) -> Result<Self, Failure> {
        let members = serde_json::from_str(json)
            .map_err(|error| Failure::invalid_request(format!("the request is no JSON object: {error}")))?;
        Ok(Self { members, known: Vec::new() })
    }

    pub(crate) fn text(&mut self, name: &'static str) -> Result<Option<String>, Failure> {
        match self.take(name) {
            None => Ok(None),
            Some(Value::String(text)) => Ok(Some(text)),
            Some(_) => Err(wrong(name, "a string")),
        }
    }

    pub(crate) fn integer(&mut self, name: &'static str) -> Result<Option<i64>, Failure> {
        match self.take(name) {
            None => Ok(None),
            Some(value) => value.as_i64().map(Some).ok_or_else(|| wrong(name, "a whole number")),
        }
    }

    pub(crate) fn flag(&mut self, name: &'static str) -> Result<bool, Failure> {
        match self.take(name) {
            None => Ok(false),
            Some(Value::Bool(flag)) => Ok(flag),
            Some(_) => Err(wrong(name, "true or false")),
        }
    }

    pub(crate) fn texts(&mut self, name: &'static str) -> Result<Option<Vec<String>>, Failure> {
        let wanted = "an array of strings";
        match self.take(name) {
            None => Ok(None),
            Some(Value::Array(values)) => {
                let texts = values.into_iter().map(|value| match value {
                    Value::String(text) => Ok(text),
                    _ => Err(wrong(name, wanted)),
                });
                texts.collect::<Result<_, _>>().map(Some)
            }
            Some(_) => Err(wrong(name, wanted)),
        }
    }

    pub(crate) fn attributes(&mut self, name: &'static str) -> Result<Attributes, Failure> {
        let wanted = "an object of strings";
        let mut attributes = Attributes::new();
        match self.take(name) {
            None => {}
            Some(Value::Object(pairs)) => {
                for (attribute, value) in &pairs {
                    let value = value.as_str().ok_or_else(|| wrong(name, wanted))?;
                    attributes.insert(attribute, value)?;
                }
            }
            Some(_) => return Err(wrong(name, wanted)),
        }
        Ok(attributes)
    }

    /// An object, as JSON.
    pub(crate) fn object(&mut self, name: &'static str) -> Result<Option<String>, Failure> {
        match self.take(name) {
            None => Ok(None),
            Some(value @ Value::Object(_)) => Ok(Some(value.to_string())),
            Some(_) => Err(wrong(name, "an object")),
        }
    }

    /// A second since 1970, the present one unless given.
    pub(crate) fn moment(&mut self, name: &'static str) -> Result<Timestamp, Failure> {
        self.integer(name)?.map_or_else(|| Ok(Timestamp::now()), crate::token::moment)
    }

    /// Refuses a request that has a member which nobody took. A condition that is misspelt must not be left out.
    pub(crate) fn finish(self) -> Result<(), Failure> {
        match self.members.iter().find(|(_, value)| !value.is_null()) {
            None => Ok(()),
            Some((name, _)) => {
                // A name in a message is no place for a key that was put there.
                let name: String = name.chars().take(40).collect();
                Err(Failure::invalid_request(format!(
                    "{name:?} is no member of this request: it can have {}",
                    self.known.join(", ")
                )))
            }
        }
    }

    /// A member that is null counts as one that is not there.
    fn take(&mut self, name: &'static str) -> Option<Value> {
        self.known.push(name);
        self.members.remove(name).filter(|value| !value.is_null())
    }
}

/// A member that must be there.
pub(crate) fn required<T>(name: &str, value: Option<T>) -> Result<T, Failure> {
    value.ok_or_else(|| Failure::invalid_request(format!("the request has no member {name:?}")))
}

fn wrong(name: &str, wanted: &str) -> Failure {
    Failure::invalid_request(format!("{name:?} must be {wanted}"))
}
