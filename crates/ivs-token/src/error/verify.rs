use thiserror::Error;

use super::{ClaimsError, HeaderError, MalformedError};
use crate::arn::{PublicKeyArn, StageArn};
use crate::capability::Capability;
use crate::timestamp::Timestamp;

/// A token that is refused, and why: the first check that failed, in the order that the crate's page gives.
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
    #[error("the token names the key {kid}, which this verifier does not hold: add it if you trust it")]
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
    /// The stable name of the exact fault, such as `UNKNOWN_KEY` or `CLAIM_MISSING`: finer than [`Self::code`], and for
    /// programs, since texts may be reworded.
    pub fn reason(&self) -> &'static str {
        match self {
            Self::Missing => "MISSING",
            Self::Malformed(error) => error.reason(),
            Self::IssuedByApi => "ISSUED_BY_API",
            Self::Header(error) => error.reason(),
            Self::UnknownKey { .. } => "UNKNOWN_KEY",
            Self::Signature => "SIGNATURE_MISMATCH",
            Self::Claims(error) => error.reason(),
            Self::IssuedInFuture { .. } => "ISSUED_IN_FUTURE",
            Self::NotYetValid { .. } => "NOT_YET_VALID",
            Self::Expired { .. } => "EXPIRED",
            Self::WrongStage { .. } => "WRONG_STAGE",
            Self::InsufficientCapabilities { .. } => "INSUFFICIENT_CAPABILITIES",
            Self::WrongUser { .. } => "WRONG_USER",
        }
    }

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
