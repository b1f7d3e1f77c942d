use std::fmt;
use std::str::FromStr;

use serde::{Serialize, Serializer};

use crate::value::error::ClaimError;

/// The token's claim `version`: two digits with a dot between them, `1.0` by default.
///
/// The second digit is a set of flags for the client; it may not change in a token exchange.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Version([u8; 2]);

impl Version {
    /// `1.0`, the version of today's tokens.
    pub const V1_0: Self = Self(*b"10");

    /// The digit before the dot.
    pub const fn major(self) -> u8 {
        self.0[0] - b'0'
    }

    /// The digit after the dot.
    pub const fn minor(self) -> u8 {
        self.0[1] - b'0'
    }
}

impl Default for Version {
    fn default() -> Self {
        Self::V1_0
    }
}

impl FromStr for Version {
    type Err = ClaimError;

    fn from_str(text: &str) -> Result<Self, ClaimError> {
        match text.as_bytes() {
            [major @ b'0'..=b'9', b'.', minor @ b'0'..=b'9'] => Ok(Self([*major, *minor])),
            _ => Err(ClaimError::Version { found: text.chars().take(32).collect() }),
        }
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.major(), self.minor())
    }
}

impl fmt::Debug for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Version({self})")
    }
}

impl Serialize for Version {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let text = [self.0[0], b'.', self.0[1]];
        serializer.serialize_str(std::str::from_utf8(&text).unwrap_or_default())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_digits_and_a_dot() {
        let version: Version = "1.3".parse().unwrap();
        assert_eq!((version.major(), version.minor(), version.to_string()), (1, 3, "1.3".to_owned()));
        assert_eq!(serde_json::to_string(&Version::default()).unwrap(), "\"1.0\"");
        for bad in ["", "1", "1.", "1.00", "v1.0", " 1.0", "1.0 ", "1,0", "١.٠"] {
            assert!(bad.parse::<Version>().is_err(), "{bad}");
        }
    }
}
