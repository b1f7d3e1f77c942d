//! The JSON of a call. The TypeScript has checked its types, so that what is wrong here is a bug there.

use std::collections::BTreeMap;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ivs_token::{ArnError, Attributes, Capabilities, Capability, Tags};
use serde::{Deserialize, Deserializer};
use zeroize::Zeroizing;

use crate::failure::Failure;

/// Reads the JSON of a call.
pub(crate) fn read<'t, T: Deserialize<'t>>(json: &'t str) -> Result<T, Failure> {
    serde_json::from_str(json).map_err(|error| Failure::input(&error))
}

/// Names and texts.
pub(crate) type Pairs = BTreeMap<String, String>;

/// A key or another secret: a text, or bytes as base64.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) enum Secret {
    Text(#[serde(deserialize_with = "wiped")] Zeroizing<String>),
    Base64(#[serde(deserialize_with = "wiped")] Zeroizing<String>),
}

/// The form that a key is said to have.
#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) enum Form {
    Pem,
    Der,
    Jwk,
    Any,
}

impl Secret {
    pub(crate) fn bytes(self) -> Result<Zeroizing<Vec<u8>>, Failure> {
        match self {
            Self::Text(text) => Ok(Zeroizing::new(text.as_bytes().to_vec())),
            Self::Base64(text) => {
                STANDARD.decode(text.as_bytes()).map(Zeroizing::new).map_err(|_| Failure::panic())
            }
        }
    }
}

fn wiped<'d, D: Deserializer<'d>>(deserializer: D) -> Result<Zeroizing<String>, D::Error> {
    String::deserialize(deserializer).map(Zeroizing::new)
}

/// An ARN of the kind wanted.
pub(crate) fn arn<A>(field: &str, text: &str) -> Result<A, Failure>
where
    A: for<'t> TryFrom<&'t str, Error = ArnError>,
{
    A::try_from(text).map_err(|error| Failure::arn(field, &error))
}

/// Capabilities by their names in the API.
pub(crate) fn capabilities(names: &[String]) -> Result<Capabilities, Failure> {
    let mut all = Capabilities::NONE;
    for name in names {
        // Long texts are none, and not repeated in full.
        let word: String = name.chars().take(40).collect();
        all |= word.parse::<Capability>()?.into();
    }
    Ok(all)
}

/// Attributes of a participant.
pub(crate) fn attributes(pairs: &Pairs) -> Result<Attributes, Failure> {
    Ok(Attributes::try_from_iter(pairs)?)
}

/// Tags of a key.
pub(crate) fn tags(pairs: &Pairs) -> Result<Tags, Failure> {
    let mut tags = Tags::new();
    for (name, value) in pairs {
        tags.insert(name, value)?;
    }
    Ok(tags)
}

/// A span of seconds, fractions dropped. The TypeScript lets no negative number through, nor what is none.
pub(crate) fn seconds(secs: f64) -> Duration {
    Duration::try_from_secs_f64(secs.floor()).unwrap_or(Duration::MAX)
}
