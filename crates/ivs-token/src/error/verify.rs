use std::fmt;

use thiserror::Error;

use super::{ArnError, ClaimError, EndpointError};
use crate::arn::{PublicKeyArn, StageArn};
use crate::capability::Capability;
use crate::printable::printable;
use crate::timestamp::Timestamp;

/// A token that is refused, and why. The checks run in the order of these variants; the first that fails is told.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum VerifyError {
    /// The text is empty.
    #[error("there is no token: the text is empty")]
    Missing,
    /// The text does not have the form of a signed token.
    #[error(transparent)]
    Malformed(#[from] MalformedError),
    /// A real participant token, but one that only AWS can verify: its header says `"alg":"KMS"`.
    #[error(
        "this token was issued by the CreateParticipantToken API, not signed with a key pair: only AWS can verify it"
    )]
    IssuedByApi,
    /// The header says something it must not.
    #[error(transparent)]
    Header(#[from] HeaderError),
    /// The token names a key that this verifier does not hold.
    #[error(
        "the token was signed with the key {kid}, which this verifier does not hold: add it, or refuse the token"
    )]
    UnknownKey {
        /// The ARN in the token's header.
        kid: PublicKeyArn,
    },
    /// The signature is not that of this key over this header and payload.
    #[error(
        "the signature does not match: the token was altered, or its `kid` names a key that did not sign it"
    )]
    Signature,
    /// The signature holds, and the claims break a rule.
    #[error(transparent)]
    Claims(#[from] ClaimsError),
    /// `iat` lies in the future, beyond the leeway.
    #[error(
        "the token was issued at {issued_at}, {} s from now ({now}): check the clocks of both machines, or allow more leeway",
        .issued_at.secs_since(*.now)
    )]
    IssuedInFuture {
        /// The claim `iat`.
        issued_at: Timestamp,
        /// What the verifier's clock says.
        now: Timestamp,
    },
    /// The token carries `nbf`, which IVS does not use, and it lies in the future, beyond the leeway on `iat`.
    #[error(
        "the token may not be used before {not_before} (`nbf`), and it is {now}: leave `nbf` out, IVS does not use it"
    )]
    NotYetValid {
        /// The claim `nbf`.
        not_before: Timestamp,
        /// What the verifier's clock says.
        now: Timestamp,
    },
    /// `exp` has passed.
    #[error("the token expired at {expired_at}, {} s ago: mint a new one", .now.secs_since(*.expired_at))]
    Expired {
        /// The claim `exp`.
        expired_at: Timestamp,
        /// What the verifier's clock says.
        now: Timestamp,
    },
    /// A good token for another stage.
    #[error("the token is for the stage {found}, and {expected} is expected")]
    WrongStage {
        /// The stage that was expected.
        expected: StageArn,
        /// The stage in the token.
        found: StageArn,
    },
    /// A good token that does not allow what is wanted.
    #[error("the token does not grant {missing}: mint one that does")]
    InsufficientCapabilities {
        /// The first capability that is wanted and not granted.
        missing: Capability,
    },
    /// A good token of another user.
    #[error("the token is not that of the expected user: its user ID is {}",
        .found.as_ref().map_or_else(|| "absent".to_owned(), |found| format!("{found:?}")))]
    WrongUser {
        /// The user ID in the token, if it has one.
        found: Option<String>,
    },
}

impl VerifyError {
    /// The service's own word for the refusal: `TOKEN_MISSING`, `TOKEN_INVALID`, `TOKEN_INVALID_SIGNATURE`,
    /// `TOKEN_EXPIRED` or `INSUFFICIENT_CAPABILITIES`.
    ///
    /// These are the names that the official web client shows, so logs of both ends match.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Missing => "TOKEN_MISSING",
            Self::Signature => "TOKEN_INVALID_SIGNATURE",
            Self::Expired { .. } => "TOKEN_EXPIRED",
            Self::InsufficientCapabilities { .. } => "INSUFFICIENT_CAPABILITIES",
            Self::Malformed(_)
            | Self::IssuedByApi
            | Self::Header(_)
            | Self::UnknownKey { .. }
            | Self::Claims(_)
            | Self::IssuedInFuture { .. }
            | Self::NotYetValid { .. }
            | Self::WrongStage { .. }
            | Self::WrongUser { .. } => "TOKEN_INVALID",
        }
    }
}

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

/// A text that does not have the form of a signed token: compact JWS (RFC 7515, section 3.1) of an ES384 signature.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum MalformedError {
    /// More than 16 KiB.
    #[error("the text has {actual} bytes, and a token has at most {limit}: this is not a token of IVS")]
    TooLong {
        /// Bytes given.
        actual: usize,
        /// Bytes allowed.
        limit: usize,
    },
    /// Not three parts with two dots between them.
    #[error(
        "a token has 3 parts with dots between them, and this text has {actual}: copy all of the token and nothing else"
    )]
    Parts {
        /// Parts found.
        actual: usize,
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
    /// A part is not a JSON object as it must be.
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
        /// Whether it begins as a DER sequence of that length does.
        looks_like_der: bool,
    },
}

/// A text that is not canonical, unpadded base64url (RFC 4648, section 5, as RFC 7515, section 2 wants it).
#[derive(Clone, Debug, PartialEq, Eq, Error)]
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
    /// A length that no base64 text has, or bits at the end that stand for nothing.
    #[error("ends in bits that stand for nothing: it was cut off or altered")]
    TrailingBits,
}

/// A text that is not one JSON object with each name once.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
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
    /// A name stands twice in one object, at any depth.
    #[error("has the member {name:?} twice in one object, and readers would not agree which one counts")]
    Repeated {
        /// The name.
        name: String,
    },
}

/// A header that is not `{"alg":"ES384","typ":"JWT","kid":"<public key ARN>"}` in its rules.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum HeaderError {
    /// No `alg`.
    #[error("the header has no `alg`: it must be \"ES384\"")]
    AlgorithmMissing,
    /// Another algorithm.
    #[error("the header says the algorithm {}: IVS takes ES384 and no other", printable(.found))]
    Algorithm {
        /// The JSON value of `alg`, its first 40 characters.
        found: String,
    },
    /// `crit`, whose extensions must be understood (RFC 7515, section 4.1.11), and none is.
    #[error("the header lists critical extensions (`crit`), and IVS knows none")]
    Critical,
    /// A `typ` that is not `JWT`.
    #[error("the header says the type {}: `typ` must be \"JWT\" or absent", printable(.found))]
    Type {
        /// The JSON value of `typ`, its first 40 characters.
        found: String,
    },
    /// No `kid`.
    #[error("the header has no `kid`: a participant token names the ARN of its public key there")]
    KeyIdMissing,
    /// A `kid` that is no string.
    #[error("the header's `kid` is not a string: it must be the ARN of the public key")]
    KeyIdType,
    /// A `kid` that is no ARN of a public key.
    #[error("the header's `kid`: {0}")]
    KeyId(#[source] ArnError),
}

/// Claims that break a rule. The signature holds: whoever has the private key made them so.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum ClaimsError {
    /// A required claim is not there.
    #[error("the claim `{claim}` is missing")]
    Missing {
        /// Its name.
        claim: &'static str,
    },
    /// A claim has a value of another JSON type.
    #[error("the claim `{claim}` is {found}, and must be {expected}")]
    Type {
        /// Its name.
        claim: &'static str,
        /// The type wanted.
        expected: &'static str,
        /// The type found.
        found: &'static str,
    },
    /// A time that no [`Timestamp`] can be.
    #[error("the claim `{claim}` is {found}: it must be seconds since 1970, from 0 to 99999999999")]
    OutOfRange {
        /// Its name.
        claim: &'static str,
        /// The number, its first 40 digits.
        found: String,
    },
    /// A time that was given in milliseconds.
    #[error("the claim `{claim}` is {found}, which looks like milliseconds: it must be seconds since 1970")]
    Milliseconds {
        /// Its name.
        claim: &'static str,
        /// The number.
        found: i64,
    },
    /// An attribute that is no string.
    #[error("the attribute {name:?} is {found}, and must be a string")]
    Attribute {
        /// Its name, its first 40 characters.
        name: String,
        /// The type found.
        found: &'static str,
    },
    /// An ARN that is none of its kind.
    #[error("the claim `{claim}`: {source}")]
    Arn {
        /// Its name.
        claim: &'static str,
        /// What is wrong with it.
        source: ArnError,
    },
    /// An endpoint that is none of its kind.
    #[error("the claim `{claim}`: {source}")]
    Endpoint {
        /// Its name.
        claim: &'static str,
        /// What is wrong with it.
        source: EndpointError,
    },
    /// A value beyond its limit.
    #[error("the claim `{claim}`: {source}")]
    Value {
        /// Its name.
        claim: &'static str,
        /// What is wrong with it.
        source: ClaimError,
    },
    /// `topic` is not the stage ID of `resource`.
    #[error("the claim `topic` is {topic:?}, and must be {stage_id:?}, the stage ID in `resource`")]
    Topic {
        /// The claim `topic`, its first 40 characters.
        topic: String,
        /// The stage ID in `resource`.
        stage_id: String,
    },
    /// `exp` is not after `iat`.
    #[error("the token expires at {expires_at}, which is not after it was issued, {issued_at}")]
    ExpiresBeforeIssued {
        /// The claim `iat`.
        issued_at: Timestamp,
        /// The claim `exp`.
        expires_at: Timestamp,
    },
    /// More than 14 days between `iat` and `exp`.
    #[error("the token lasts {actual} s from `iat` to `exp`: at most {limit} s (14 days) are allowed")]
    Lifetime {
        /// Seconds from `iat` to `exp`.
        actual: i64,
        /// Seconds allowed.
        limit: i64,
    },
    /// `kid` and `resource` name different accounts or regions.
    #[error(
        "the key {kid} and the stage {resource} are in different accounts or regions: IVS takes only a key of the \
         stage's own account and region"
    )]
    ForeignKey {
        /// The ARN of the key.
        kid: PublicKeyArn,
        /// The ARN of the stage.
        resource: StageArn,
    },
}

/// A verifier that can not be built.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum VerifierError {
    /// It holds no key.
    #[error("the verifier holds no key: add at least one with `key`")]
    NoKeys,
    /// Two keys have one ARN.
    #[error("two different keys have the ARN {kid}: an ARN names one key")]
    AmbiguousKey {
        /// The ARN.
        kid: PublicKeyArn,
    },
}

impl VerifierError {
    /// The stable name of this error.
    pub fn code(&self) -> &'static str {
        match self {
            Self::NoKeys => "NO_KEYS",
            Self::AmbiguousKey { .. } => "AMBIGUOUS_KEY",
        }
    }
}
