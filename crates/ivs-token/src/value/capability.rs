use std::fmt;
use std::ops::{BitOr, BitOrAssign};
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::value::error::ClaimError;

/// One thing a participant may do on a stage (`ParticipantTokenCapability` of the IVS Real-Time API).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "&'static str")]
#[allow(clippy::exhaustive_enums)]
pub enum Capability {
    /// Send audio and video: the claim `allow_publish`.
    Publish,
    /// Receive audio and video: the claim `allow_subscribe`.
    Subscribe,
}

impl Capability {
    /// The API's word for it: `PUBLISH` or `SUBSCRIBE`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Publish => "PUBLISH",
            Self::Subscribe => "SUBSCRIBE",
        }
    }

    const fn bit(self) -> u8 {
        match self {
            Self::Publish => 1,
            Self::Subscribe => 2,
        }
    }
}

impl FromStr for Capability {
    type Err = ClaimError;

    /// Takes the API's words, `PUBLISH` and `SUBSCRIBE`, and nothing else.
    fn from_str(text: &str) -> Result<Self, ClaimError> {
        match text {
            "PUBLISH" => Ok(Self::Publish),
            "SUBSCRIBE" => Ok(Self::Subscribe),
            _ => Err(ClaimError::Capability { found: text.to_owned() }),
        }
    }
}

impl TryFrom<String> for Capability {
    type Error = ClaimError;

    fn try_from(text: String) -> Result<Self, ClaimError> {
        text.parse()
    }
}

impl From<Capability> for &'static str {
    fn from(capability: Capability) -> Self {
        capability.as_str()
    }
}

impl fmt::Display for Capability {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A set of [`Capability`], the token's claim `capabilities`.
///
/// ```
/// use ivs_token::{Capabilities, Capability};
///
/// let both = Capabilities::PUBLISH | Capabilities::SUBSCRIBE;
/// assert_eq!(both, Capabilities::default());
/// assert!(!Capabilities::SUBSCRIBE.contains(Capability::Publish));
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
#[must_use]
pub struct Capabilities(u8);

impl Capabilities {
    /// Nothing: the holder can join, but neither publish nor subscribe.
    pub const NONE: Self = Self(0);
    /// Publishing only.
    pub const PUBLISH: Self = Self(Capability::Publish.bit());
    /// Subscribing only: a viewer.
    pub const SUBSCRIBE: Self = Self(Capability::Subscribe.bit());
    /// Publishing and subscribing: the default.
    pub const ALL: Self = Self(Self::PUBLISH.0 | Self::SUBSCRIBE.0);

    /// Whether the set holds this one.
    pub const fn contains(self, capability: Capability) -> bool {
        self.0 & capability.bit() != 0
    }

    /// Whether the set holds nothing.
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// What the set holds, `PUBLISH` first.
    pub fn iter(self) -> impl Iterator<Item = Capability> {
        self.into_iter()
    }
}

impl Default for Capabilities {
    /// Both, as `CreateParticipantToken` grants by default.
    fn default() -> Self {
        Self::ALL
    }
}

impl From<Capability> for Capabilities {
    fn from(capability: Capability) -> Self {
        Self(capability.bit())
    }
}

impl<const N: usize> From<[Capability; N]> for Capabilities {
    fn from(capabilities: [Capability; N]) -> Self {
        capabilities.into_iter().collect()
    }
}

impl BitOr for Capability {
    type Output = Capabilities;

    fn bitor(self, other: Self) -> Capabilities {
        Capabilities::from(self) | other.into()
    }
}

impl FromIterator<Capability> for Capabilities {
    fn from_iter<I: IntoIterator<Item = Capability>>(capabilities: I) -> Self {
        capabilities.into_iter().fold(Self::NONE, |set, one| set | one.into())
    }
}

impl IntoIterator for Capabilities {
    type Item = Capability;
    type IntoIter = std::iter::Flatten<std::array::IntoIter<Option<Capability>, 2>>;

    fn into_iter(self) -> Self::IntoIter {
        [Capability::Publish, Capability::Subscribe]
            .map(|one| self.contains(one).then_some(one))
            .into_iter()
            .flatten()
    }
}

impl BitOr for Capabilities {
    type Output = Self;

    fn bitor(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }
}

impl BitOrAssign for Capabilities {
    fn bitor_assign(&mut self, other: Self) {
        *self = *self | other;
    }
}

impl fmt::Debug for Capabilities {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.iter()).finish()
    }
}

impl fmt::Display for Capabilities {
    /// The words with a comma between them, or `none`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_empty() {
            return f.write_str("none");
        }
        for (i, capability) in self.iter().enumerate() {
            f.write_str(if i == 0 { "" } else { "," })?;
            f.write_str(capability.as_str())?;
        }
        Ok(())
    }
}

impl FromStr for Capabilities {
    type Err = ClaimError;

    /// Takes the API's words with commas between them, such as `PUBLISH,SUBSCRIBE`; the empty text is [`Self::NONE`].
    fn from_str(text: &str) -> Result<Self, ClaimError> {
        if text.is_empty() {
            return Ok(Self::NONE);
        }
        text.split(',').map(str::parse::<Capability>).collect()
    }
}

impl Serialize for Capabilities {
    /// A list of the API's words, as `CreateParticipantToken` answers.
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.iter())
    }
}

impl<'de> Deserialize<'de> for Capabilities {
    /// A list of the API's words. A word that comes twice counts once.
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Vec::<Capability>::deserialize(deserializer)?.into_iter().collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sets() {
        let set: Capabilities = "SUBSCRIBE,PUBLISH".parse().unwrap();
        assert_eq!(set, Capabilities::ALL);
        assert_eq!(Capability::Publish | Capability::Subscribe, Capabilities::ALL);
        assert_eq!(Capabilities::from([Capability::Subscribe]), Capabilities::SUBSCRIBE);
        assert_eq!(set.to_string(), "PUBLISH,SUBSCRIBE");
        assert_eq!(Capabilities::NONE.to_string(), "none");
        assert_eq!("".parse::<Capabilities>().unwrap(), Capabilities::NONE);
        assert_eq!(serde_json::to_string(&set).unwrap(), r#"["PUBLISH","SUBSCRIBE"]"#);
        assert_eq!(
            serde_json::from_str::<Capabilities>(r#"["PUBLISH","PUBLISH"]"#).unwrap(),
            Capabilities::PUBLISH
        );
        assert!(serde_json::from_str::<Capabilities>(r#"["publish"]"#).is_err());
        assert_eq!(format!("{:?}", Capabilities::SUBSCRIBE), "{Subscribe}");
        assert!("publish".parse::<Capabilities>().is_err());
        assert!("PUBLISH,".parse::<Capabilities>().is_err());
    }
}
