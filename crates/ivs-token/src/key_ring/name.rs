use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::error::KeyNameError;

/// Your name for a public key: at most 128 of `[A-Za-z0-9_-]`. It need not be unique (`PublicKeyName` of the
/// `ivs-realtime` service model).
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct KeyName(Box<str>);

impl KeyName {
    /// The maximum number of characters in a name.
    pub const MAX_LEN: usize = 128;

    /// The name itself.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<&str> for KeyName {
    type Error = KeyNameError;

    fn try_from(name: &str) -> Result<Self, KeyNameError> {
        if let Some((position, character)) =
            name.chars().enumerate().find(|(_, c)| !(c.is_ascii_alphanumeric() || matches!(c, '_' | '-')))
        {
            return Err(KeyNameError::Character { character, position });
        }
        match name.len() {
            actual if actual > Self::MAX_LEN => Err(KeyNameError::TooLong { actual, limit: Self::MAX_LEN }),
            _ => Ok(Self(name.into())),
        }
    }
}

impl TryFrom<String> for KeyName {
    type Error = KeyNameError;

    fn try_from(name: String) -> Result<Self, KeyNameError> {
        Self::try_from(name.as_str())
    }
}

impl FromStr for KeyName {
    type Err = KeyNameError;

    fn from_str(name: &str) -> Result<Self, KeyNameError> {
        Self::try_from(name)
    }
}

impl From<KeyName> for String {
    fn from(name: KeyName) -> String {
        name.0.into_string()
    }
}

impl AsRef<str> for KeyName {
    fn as_ref(&self) -> &str {
        self.as_str()
    }
}

impl fmt::Display for KeyName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for KeyName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "KeyName({self})")
    }
}
