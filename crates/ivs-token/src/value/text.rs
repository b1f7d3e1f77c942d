//! Texts of any content with a limited number of characters.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::value::error::ClaimError;

text_type! {
    /// Your application's name for a participant, the token's claim `user_id`: any text of at most 128 characters.
    ///
    /// Visible to everyone on the stage, so no e-mail address or other personal data belongs in it. Characters are Unicode
    /// scalar values, as the service model counts them (`ParticipantTokenUserId` of `ivs-realtime`).
    UserId, 0..=128, "userId"
}

text_type! {
    /// Your application's name for the viewer of a channel, the claim `aws:viewer-id` of a playback token: 1 to 40
    /// characters.
    ///
    /// `StartViewerSessionRevocation` names it. Characters are Unicode scalar values, as the service model counts them
    /// (`ViewerId` of `ivs`).
    ViewerId, 1..=40, "viewerId"
}

text_type! {
    /// Why a participant was disconnected: any text of at most 128 characters (`DisconnectParticipantReason` of the
    /// `ivs-realtime` service model).
    DisconnectReason, 0..=128, "reason"
}

/// Defines one kind of text: a new type over a string that can only be made by counting its characters.
macro_rules! text_type {
    ($(#[$doc:meta])* $name:ident, $min:literal..=$max:literal, $field:literal) => {
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(Box<str>);

        impl $name {
            /// The maximum number of characters.
            pub const MAX_CHARS: usize = $max;

            /// The text itself.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl TryFrom<&str> for $name {
            type Error = ClaimError;

            fn try_from(text: &str) -> Result<Self, ClaimError> {
                check(text, $field, $min, $max)?;
                Ok(Self(text.into()))
            }
        }

        impl TryFrom<&String> for $name {
            type Error = ClaimError;

            fn try_from(text: &String) -> Result<Self, ClaimError> {
                Self::try_from(text.as_str())
            }
        }

        impl TryFrom<String> for $name {
            type Error = ClaimError;

            fn try_from(text: String) -> Result<Self, ClaimError> {
                check(&text, $field, $min, $max)?;
                Ok(Self(text.into()))
            }
        }

        impl From<$name> for String {
            fn from(text: $name) -> String {
                text.0.into_string()
            }
        }

        impl FromStr for $name {
            type Err = ClaimError;

            fn from_str(text: &str) -> Result<Self, ClaimError> {
                Self::try_from(text)
            }
        }

        impl AsRef<str> for $name {
            fn as_ref(&self) -> &str {
                self.as_str()
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{}({:?})", stringify!($name), self.0)
            }
        }
    };
}
use text_type;

fn check(text: &str, field: &'static str, min: usize, max: usize) -> Result<(), ClaimError> {
    if text.len() < min {
        return Err(ClaimError::TextEmpty { field });
    }
    // No text of so many bytes has more characters than that: nothing to count.
    if text.len() <= max {
        return Ok(());
    }
    match text.chars().count() {
        actual if actual > max => Err(ClaimError::TextTooLong { field, actual, limit: max }),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_limit_counts_characters_not_bytes() {
        assert!(UserId::try_from("").is_ok());
        assert!(UserId::try_from("😀".repeat(128)).is_ok());
        let (field, limit) = ("userId", 128);
        for text in ["😀".repeat(129), "a".repeat(129)] {
            assert_eq!(UserId::try_from(text), Err(ClaimError::TextTooLong { field, actual: 129, limit }));
        }
    }

    #[test]
    fn a_viewer_has_a_name() {
        assert_eq!(ViewerId::try_from(""), Err(ClaimError::TextEmpty { field: "viewerId" }));
        assert!(ViewerId::try_from("é".repeat(40)).is_ok());
        let error = ClaimError::TextTooLong { field: "viewerId", actual: 41, limit: 40 };
        assert_eq!(ViewerId::try_from("é".repeat(41)), Err(error));
    }
}
