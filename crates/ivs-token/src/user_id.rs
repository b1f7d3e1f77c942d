use std::fmt;

use serde::{Deserialize, Serialize};

use crate::error::ClaimError;

/// Your application's name for a participant, the token's claim `user_id`: any text of at most 128 characters.
///
/// Visible to everyone on the stage, so no e-mail address or other personal data belongs in it. Characters are Unicode
/// scalar values, as the service model counts them.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct UserId(Box<str>);

impl UserId {
    /// The most characters a user ID may have (`ParticipantTokenUserId` of the `ivs-realtime` service model).
    pub const MAX_CHARS: usize = 128;

    /// The user ID itself.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    fn check(text: &str) -> Result<(), ClaimError> {
        // No text of at most 128 bytes has more characters than that: nothing to count.
        if text.len() <= Self::MAX_CHARS {
            return Ok(());
        }
        match text.chars().count() {
            actual if actual > Self::MAX_CHARS => {
                Err(ClaimError::UserIdTooLong { actual, limit: Self::MAX_CHARS })
            }
            _ => Ok(()),
        }
    }
}

impl TryFrom<&str> for UserId {
    type Error = ClaimError;

    fn try_from(text: &str) -> Result<Self, ClaimError> {
        Self::check(text)?;
        Ok(Self(text.into()))
    }
}

impl TryFrom<&String> for UserId {
    type Error = ClaimError;

    fn try_from(text: &String) -> Result<Self, ClaimError> {
        Self::try_from(text.as_str())
    }
}

impl TryFrom<String> for UserId {
    type Error = ClaimError;

    fn try_from(text: String) -> Result<Self, ClaimError> {
        Self::check(&text)?;
        Ok(Self(text.into()))
    }
}

impl From<UserId> for String {
    fn from(id: UserId) -> String {
        id.0.into_string()
    }
}

impl AsRef<str> for UserId {
    fn as_ref(&self) -> &str {
        self.as_str()
    }
}

impl fmt::Display for UserId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for UserId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "UserId({:?})", self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_limit_counts_characters_not_bytes() {
        assert!(UserId::try_from("").is_ok());
        assert!(UserId::try_from("😀".repeat(128)).is_ok());
        assert_eq!(
            UserId::try_from("😀".repeat(129)),
            Err(ClaimError::UserIdTooLong { actual: 129, limit: 128 })
        );
        assert_eq!(
            UserId::try_from("a".repeat(129)),
            Err(ClaimError::UserIdTooLong { actual: 129, limit: 128 })
        );
    }
}
