use std::fmt;

use thiserror::Error;

/// One of the three parts of a token.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[allow(clippy::exhaustive_enums)]
pub enum Part {
    /// Before the first dot.
    Header,
    /// Between the dots.
    Payload,
    /// After the last dot.
    Signature,
}

impl fmt::Display for Part {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Header => "header",
            Self::Payload => "payload",
            Self::Signature => "signature",
        })
    }
}

/// Text that does not have the form of a signed token: a compact JWS (RFC 7515, section 3.1) with an ES384 signature.
#[derive(Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum MalformedError {
    /// More than 16 KiB.
    #[error("the text has {actual} bytes, but a token has at most {limit}: this is not an IVS token")]
    TooLong {
        /// Bytes given.
        actual: usize,
        /// Bytes allowed.
        limit: usize,
    },
    /// Not three parts with two dots between them.
    #[error(
        "a token has 3 parts with dots between them, but this text has {actual}: copy the whole token and nothing else"
    )]
    Parts {
        /// Parts found.
        actual: usize,
    },
    /// There is something around the token, such as quotes or the word `Bearer`.
    #[error("{note}")]
    NotAlone {
        /// What it is, and what to do.
        note: &'static str,
    },
    /// A part is not canonical base64url.
    #[error("the {part} {source}")]
    Base64 {
        /// Which part.
        part: Part,
        /// What is wrong with it.
        source: Base64Error,
    },
    /// A part is not UTF-8.
    #[error("the {part} is not UTF-8 text")]
    NotUtf8 {
        /// Which part.
        part: Part,
    },
    /// A part is not a valid JSON object.
    #[error("the {part} {source}")]
    Json {
        /// Which part.
        part: Part,
        /// What is wrong with it.
        source: JsonError,
    },
    /// The signature is not 96 bytes.
    #[error(
        "the signature has {actual} bytes: ES384 has 96, 48 of r and 48 of s{}",
        if *.looks_like_der { "; this one is in DER form, which JWS does not take: have the signer write r and s in fixed length (IEEE P1363)" } else { "" }
    )]
    SignatureLength {
        /// Bytes found.
        actual: usize,
        /// Whether it begins like a DER sequence of that length.
        looks_like_der: bool,
    },
}

impl MalformedError {
    /// Whether the fault lies in the signature, which only the holder of the algorithm can judge.
    pub(crate) fn is_of_signature(&self) -> bool {
        matches!(self, Self::Base64 { part: Part::Signature, .. })
    }

    /// The stable name of this fault.
    pub fn reason(&self) -> &'static str {
        match self {
            Self::TooLong { .. } => "TOO_LONG",
            Self::Parts { .. } => "NOT_THREE_PARTS",
            Self::NotAlone { .. } => "NOT_ALONE",
            Self::Base64 { .. } => "NOT_BASE64URL",
            Self::NotUtf8 { .. } => "NOT_UTF8",
            Self::Json { source: JsonError::Repeated { .. }, .. } => "REPEATED_MEMBER",
            Self::Json { .. } => "NOT_JSON",
            Self::SignatureLength { .. } => "SIGNATURE_LENGTH",
        }
    }
}

/// Text that is not canonical, unpadded base64url (RFC 4648, section 5; RFC 7515, section 2).
#[derive(Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum Base64Error {
    /// A `=`.
    #[error("is padded with `=`: base64url in a token has no padding")]
    Padding,
    /// A `+` or `/`.
    #[error("holds `+` or `/`, which is standard base64: a token uses `-` and `_` instead")]
    StandardAlphabet,
    /// White space.
    #[error("holds white space: remove spaces and line breaks from the token")]
    WhiteSpace,
    /// Another character.
    #[error("holds {character:?}, which is not base64url")]
    Character {
        /// The first such character.
        character: char,
    },
    /// A length that base64 cannot have, or surplus bits at the end.
    #[error("ends in surplus bits: it was cut off or altered")]
    TrailingBits,
}

/// Text that is not one JSON object in which each name occurs once.
#[derive(Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum JsonError {
    /// Not JSON; the parser's own words.
    #[error("is not JSON: {0}")]
    Syntax(String),
    /// JSON, but not an object.
    #[error("is not a JSON object")]
    NotAnObject,
    /// More than 127 arrays or objects within each other.
    #[error("is nested too deeply")]
    TooDeep,
    /// A name occurs twice in one object, at any depth.
    #[error("has the member {name:?} twice in one object, and readers may disagree about which one counts")]
    Repeated {
        /// The name, its first 40 characters.
        name: String,
    },
}

crate::value::error::debug::as_words!(MalformedError, Base64Error, JsonError);
