use thiserror::Error;

use super::{ArnError, JsonError, KeyError, KeyNameError, TagError};

/// Public keys that could not be loaded: from JSON, from a JWK set, or from a folder.
#[derive(Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum KeySetError {
    /// More than 4 MiB.
    #[error(
        "there are more than {limit} bytes, too many for a set of keys: check that this is the right file"
    )]
    TooLong {
        /// Bytes allowed.
        limit: usize,
    },
    /// Not JSON; the parser's own words.
    #[error("this is not JSON: {0}")]
    Json(String),
    /// Not a JWK set.
    #[error("this is not a JWK set: it must be one object with an array `keys` (RFC 7517, section 5)")]
    NotAJwkSet,
    /// A JWK set with a member twice, or nested too deeply.
    #[error("the JWK set {0}")]
    JwkSet(JsonError),
    /// There is no key.
    #[error("there is no key in it: {hint}")]
    Empty {
        /// What was looked for.
        hint: &'static str,
    },
    /// More than 1 000 keys.
    #[error("there are more than {limit} keys: check that this is what you meant")]
    TooManyKeys {
        /// Keys allowed.
        limit: usize,
    },
    /// Two keys have the same ARN.
    #[error("{first} and {second} have the same ARN, {arn}: an ARN names one key, so keep only one of them")]
    Repeated {
        /// The ARN.
        arn: String,
        /// Where it stands first.
        first: String,
        /// Where it stands again.
        second: String,
    },
    /// One of the keys is not valid.
    #[error("{entry}: {source}")]
    Entry {
        /// Which: its place in the JSON, from 1, or the path of its file.
        entry: String,
        /// What is wrong with it.
        source: KeyEntryError,
    },
    /// A folder, or a file in it, that cannot be read.
    #[error("{path}: {reason}")]
    Read {
        /// The folder or the file.
        path: String,
        /// The words of the operating system.
        reason: String,
    },
}

impl KeySetError {
    /// The stable name of this error.
    pub fn code(&self) -> &'static str {
        match self {
            Self::TooLong { .. } => "KEY_SET_TOO_LONG",
            Self::Json(_) | Self::NotAJwkSet | Self::JwkSet(_) => "INVALID_KEY_SET",
            Self::Empty { .. } => "NO_KEYS",
            Self::TooManyKeys { .. } => "TOO_MANY_KEYS",
            Self::Repeated { .. } => "AMBIGUOUS_KEY",
            Self::Entry { source, .. } => source.code(),
            Self::Read { .. } => "KEY_SET_UNREADABLE",
        }
    }
}

/// What is wrong with one key of a set.
#[derive(Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum KeyEntryError {
    /// Not a valid JSON object.
    #[error("it {0}")]
    Json(JsonError),
    /// Some other object.
    #[error(
        "it is neither what GetPublicKey or ImportPublicKey prints nor a JWK set: give all of what \
         `aws ivs-realtime get-public-key` prints"
    )]
    NotAnAnswer,
    /// What `ListPublicKeys` prints.
    #[error(
        "it is what ListPublicKeys prints, which has no key material: call `aws ivs-realtime get-public-key --arn ARN` for \
         each key in it"
    )]
    Listing,
    /// What the calls for playback key pairs print.
    #[error(
        "it is what the calls for playback key pairs print, which never have the key itself: load the public key that you \
         imported, from a folder of PEM files or a JWK set"
    )]
    PlaybackKeyPair,
    /// A JWK set among answers of the API.
    #[error("it is a JWK set, not what GetPublicKey or ImportPublicKey prints: load it on its own")]
    JwkSet,
    /// A member is missing.
    #[error("the key has no `{member}`: give the whole key")]
    Missing {
        /// Its name.
        member: &'static str,
    },
    /// A member has the wrong JSON type.
    #[error("the key's `{member}` is not {wanted}")]
    Type {
        /// Its name.
        member: &'static str,
        /// What it should be.
        wanted: &'static str,
    },
    /// A JWK without a `kid`.
    #[error("the JWK has no `kid`: a token names its key by ARN, so give the ARN of the key as `kid`")]
    KeyIdMissing,
    /// A JWK whose `kid` is not an ARN.
    #[error("the JWK's `kid` {found:?} is not the ARN of a key: {source}")]
    KeyId {
        /// The `kid`, its first 40 characters.
        found: String,
        /// What is wrong with it as an ARN.
        source: ArnError,
    },
    /// The ARN is not that of a key of this kind.
    #[error("the key's ARN: {0}")]
    Arn(#[source] ArnError),
    /// The file's name, the account and the region do not make an ARN.
    #[error("the file's name, the account and the region make the ARN {found}: {source}")]
    FileName {
        /// What they make: its first 128 characters, escaped for a terminal.
        found: String,
        /// What is wrong with it.
        source: ArnError,
    },
    /// A private key.
    #[error("this is a private key: remove it; only public keys verify")]
    PrivateKey,
    /// Not a key that verifies ES384.
    #[error(transparent)]
    Key(KeyError),
    /// A name that a key cannot have.
    #[error(transparent)]
    Name(#[from] KeyNameError),
    /// Tags that a key cannot have.
    #[error(transparent)]
    Tag(#[from] TagError),
}

impl KeyEntryError {
    /// The stable name of this error.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Json(_) | Self::NotAnAnswer | Self::JwkSet | Self::Missing { .. } | Self::Type { .. } => {
                "INVALID_KEY_SET"
            }
            Self::Listing | Self::PlaybackKeyPair => "NO_KEY_MATERIAL",
            Self::KeyIdMissing => "NO_KEY_ID",
            Self::KeyId { source, .. } | Self::Arn(source) | Self::FileName { source, .. } => source.code(),
            Self::PrivateKey => KeyError::PrivateKeyGiven.code(),
            Self::Key(error) => error.code(),
            Self::Name(error) => error.code(),
            Self::Tag(error) => error.code(),
        }
    }
}

impl From<KeyError> for KeyEntryError {
    /// A private key is told apart: the words for it are others where keys are many.
    fn from(error: KeyError) -> Self {
        match error {
            KeyError::PrivateKeyGiven => Self::PrivateKey,
            other => Self::Key(other),
        }
    }
}

crate::value::error::debug::as_coded_words!(KeySetError, KeyEntryError);
