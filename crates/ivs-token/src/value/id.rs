use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::value::error::{ClaimError, RandomnessError};

id_type! {
    /// The ID of a participant, the claim `jti` of a participant token: 1 to 64 of `[A-Za-z0-9_-]`, case-sensitive.
    ///
    /// Every token needs its own ID: `DisconnectParticipant` names it, and the web client publishes under it.
    ParticipantId, "participantId"
}

id_type! {
    /// The ID of a connection token, its claim `jti`: 1 to 64 of `[A-Za-z0-9_-]`, case-sensitive.
    ///
    /// Every token needs its own ID. `RevokeConnectionToken` takes it as `tokenId`.
    TokenId, "tokenId"
}

/// Defines one kind of ID: a new type over [`Characters`] that can only be made by checking.
macro_rules! id_type {
    ($(#[$doc:meta])* $name:ident, $field:literal) => {
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(Characters);

        impl $name {
            /// The maximum number of characters in an ID (`ParticipantTokenId` of the `ivs-realtime` service model).
            pub const MAX_LEN: usize = MAX_LEN;

            /// The number of characters in a random ID. The 62^22 possible IDs make 130 bits.
            pub const RANDOM_LEN: usize = RANDOM_LEN;

            /// A fresh random ID: 22 characters of `[A-Za-z0-9]`, 130 bits from the operating system.
            ///
            /// # Errors
            ///
            /// [`RandomnessError`] when the operating system gives no random bytes.
            pub fn random() -> Result<Self, RandomnessError> {
                Characters::random().map(Self)
            }

            /// The ID itself.
            pub fn as_str(&self) -> &str {
                self.0.as_str()
            }
        }

        impl TryFrom<&str> for $name {
            type Error = ClaimError;

            fn try_from(id: &str) -> Result<Self, ClaimError> {
                Characters::check(id, $field).map(Self)
            }
        }

        impl TryFrom<&String> for $name {
            type Error = ClaimError;

            fn try_from(id: &String) -> Result<Self, ClaimError> {
                Self::try_from(id.as_str())
            }
        }

        impl TryFrom<String> for $name {
            type Error = ClaimError;

            fn try_from(id: String) -> Result<Self, ClaimError> {
                Self::try_from(id.as_str())
            }
        }

        impl FromStr for $name {
            type Err = ClaimError;

            fn from_str(id: &str) -> Result<Self, ClaimError> {
                Self::try_from(id)
            }
        }

        impl From<$name> for String {
            fn from(id: $name) -> String {
                id.as_str().to_owned()
            }
        }

        impl AsRef<str> for $name {
            fn as_ref(&self) -> &str {
                self.as_str()
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(self.as_str())
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{}({self})", stringify!($name))
            }
        }
    };
}
use id_type;

const MAX_LEN: usize = 64;
const RANDOM_LEN: usize = 22;

/// The characters of an ID. In place, as every token makes one.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
struct Characters {
    /// ASCII, then zeros.
    bytes: [u8; MAX_LEN],
    len: u8,
}

impl Characters {
    const NONE: Self = Self { bytes: [0; MAX_LEN], len: 0 };

    fn random() -> Result<Self, RandomnessError> {
        const ALPHABET: &[u8; 62] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
        let mut id = Self::NONE;
        // Six bits choose a character; 62 and 63 are thrown away, so each character is equally likely. 32 bytes are
        // nearly always enough.
        let mut bytes = [0; 32];
        while id.as_bytes().len() < RANDOM_LEN {
            getrandom::fill(&mut bytes).map_err(|_| RandomnessError)?;
            let characters = bytes.iter().filter_map(|byte| ALPHABET.get(usize::from(byte & 63)));
            for &character in characters.take(RANDOM_LEN - id.as_bytes().len()) {
                id.push(character);
            }
        }
        Ok(id)
    }

    fn check(id: &str, field: &'static str) -> Result<Self, ClaimError> {
        if let Some((position, character)) =
            id.chars().enumerate().find(|(_, c)| !matches!(c, 'A'..='Z' | 'a'..='z' | '0'..='9' | '_' | '-'))
        {
            return Err(ClaimError::IdCharacter { field, character, position });
        }
        match id.len() {
            0 => Err(ClaimError::IdEmpty { field }),
            actual if actual > MAX_LEN => Err(ClaimError::IdTooLong { field, actual, limit: MAX_LEN }),
            _ => {
                let mut checked = Self::NONE;
                id.bytes().for_each(|character| checked.push(character));
                Ok(checked)
            }
        }
    }

    fn as_str(&self) -> &str {
        // Only ASCII is ever pushed, so this always holds.
        std::str::from_utf8(self.as_bytes()).unwrap_or_default()
    }

    fn as_bytes(&self) -> &[u8] {
        &self.bytes[..usize::from(self.len)]
    }

    /// Appends an ASCII character to an ID that is not full.
    fn push(&mut self, character: u8) {
        self.bytes[usize::from(self.len)] = character;
        self.len += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn limits() {
        assert!(ParticipantId::try_from("a").is_ok());
        assert!(ParticipantId::try_from("aZ09_-".repeat(10)).is_ok());
        assert_eq!(ParticipantId::try_from(""), Err(ClaimError::IdEmpty { field: "participantId" }));
        assert_eq!(
            ParticipantId::try_from("x".repeat(65)),
            Err(ClaimError::IdTooLong { field: "participantId", actual: 65, limit: 64 })
        );
        assert_eq!(
            ParticipantId::try_from("aé"),
            Err(ClaimError::IdCharacter { field: "participantId", character: 'é', position: 1 })
        );
    }

    #[test]
    fn random_ids_differ_and_use_the_whole_alphabet() {
        let ids: std::collections::HashSet<_> = (0..1000).map(|_| ParticipantId::random().unwrap()).collect();
        assert_eq!(ids.len(), 1000);
        let characters: std::collections::BTreeSet<char> =
            ids.iter().flat_map(|id| id.as_str().chars()).collect();
        assert_eq!(characters.len(), 62);
        assert!(ids.iter().all(|id| id.as_str().len() == 22));
    }
}
