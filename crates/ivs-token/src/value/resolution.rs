use std::fmt;
use std::str::FromStr;

use serde::{Serialize, Serializer};

use crate::value::error::ClaimError;
use crate::value::printable::shorten;

/// The highest resolution that a viewer may see, the claim `aws:maximum-resolution` of a playback token. Ordered from
/// lowest to highest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum MaximumResolution {
    /// `SD`
    Sd,
    /// `HD`
    Hd,
    /// `FULL_HD`
    FullHd,
}

impl MaximumResolution {
    /// The service's word for it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Sd => "SD",
            Self::Hd => "HD",
            Self::FullHd => "FULL_HD",
        }
    }
}

impl FromStr for MaximumResolution {
    type Err = ClaimError;

    /// Accepts only the service's words.
    fn from_str(text: &str) -> Result<Self, ClaimError> {
        [Self::Sd, Self::Hd, Self::FullHd]
            .into_iter()
            .find(|resolution| resolution.as_str() == text)
            .ok_or_else(|| ClaimError::MaximumResolution { found: shorten(text).into_owned() })
    }
}

impl fmt::Display for MaximumResolution {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl Serialize for MaximumResolution {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}
