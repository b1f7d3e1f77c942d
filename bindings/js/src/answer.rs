use ivs_token::Timestamp;
use serde::Serialize;

use crate::object::{Object, Objects};

/// What an operation gives.
#[non_exhaustive]
pub enum Answer {
    /// A text: a token, a URL, or JSON, as the operation says.
    Text(String),
    /// An object, for JavaScript to hold.
    Object(Object),
}

impl Answer {
    pub(crate) fn json(value: &impl Serialize) -> Self {
        // Plain structs and texts, which always serialise.
        Self::Text(serde_json::to_string(value).unwrap_or_default())
    }
}

impl From<String> for Answer {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<Object> for Answer {
    fn from(object: Object) -> Self {
        Self::Object(object)
    }
}

/// What an operation is called with.
pub(crate) struct Call<'c> {
    pub(crate) objects: Objects<'c>,
    pub(crate) now: Timestamp,
    pub(crate) json: &'c str,
}
