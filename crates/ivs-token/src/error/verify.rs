use std::time::Duration;

use thiserror::Error;

use super::{ClaimsError, HeaderError, MalformedError, Revoked, StoreError};
use crate::value::arn::{ChannelArn, StageArn};
use crate::value::capability::Capability;
use crate::value::timestamp::Timestamp;
use crate::value::token_kind::TokenKind;

/// Why a token is refused: the first check that failed. The crate's page gives the order of the checks.
#[derive(Clone, PartialEq, Eq, Error)]
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
        kid: String,
    },
    /// The key was retired.
    #[error(
        "the key {kid} was retired at {retired_at}: the token must be signed with the key that took its place"
    )]
    RetiredKey {
        /// The ARN of the key.
        kid: String,
        /// The first second at which it no longer verified.
        retired_at: Timestamp,
    },
    /// The signature is not that of this key over this header and payload.
    #[error(
        "the signature does not match: the token was altered, its `kid` names a key that did not sign it, or the key \
         that is held here under that ARN is the wrong one"
    )]
    Signature,
    /// The token names no key, and none of the verifier's keys signed it.
    #[error("the token names no key, and {}", no_key_matches(*.tried))]
    NoKeyMatches {
        /// How many keys were tried.
        tried: usize,
    },
    /// The signature is valid, but the claims are those of another kind of token.
    #[error(
        "this is {}, but {} is expected here: verify it as what it is, or send the right one",
        name(*.found), name(*.expected)
    )]
    WrongKind {
        /// The kind that is wanted.
        expected: TokenKind,
        /// The kind whose claims the token has.
        found: TokenKind,
    },
    /// The signature is valid, but the claims break a rule.
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
    /// The token has the claim `nbf`, which IVS does not use, and its time lies in the future, beyond the leeway on
    /// `iat`.
    #[error(
        "the token may not be used before {not_before} (`nbf`), and it is now {now}: leave `nbf` out; IVS does not use it"
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
    /// `exp` lies too far ahead, beyond the leeway on `iat`, in a token that names a viewer or is for a single use.
    #[error(
        "the token expires at {expires_at}, {} s from now: with a viewer ID or a single-use UUID it may be at most {} s",
        .expires_at.secs_since(*.now), .limit.as_secs()
    )]
    TooFarAhead {
        /// The claim `exp`.
        expires_at: Timestamp,
        /// What the verifier's clock says.
        now: Timestamp,
        /// How far ahead it may lie.
        limit: Duration,
    },
    /// A valid token that strictly enforces its origins, and the request comes from none of them.
    #[error("the token is good only for requests from certain origins, but {}", match .found {
        Some(found) => format!("this one comes from {found:?}"),
        None => "this one names none: send the header `Origin`".to_owned(),
    })]
    OriginNotAllowed {
        /// The request's header `Origin`, if there is one; its first 40 characters.
        found: Option<String>,
    },
    /// A valid token for another channel.
    #[error("the token is for the channel {found}, but {expected} is expected")]
    WrongChannel {
        /// The channel that was expected.
        expected: ChannelArn,
        /// The channel in the token.
        found: ChannelArn,
    },
    /// A valid token for another stage.
    #[error("the token is for the stage {found}, but {expected} is expected")]
    WrongStage {
        /// The stage that was expected.
        expected: StageArn,
        /// The stage in the token.
        found: StageArn,
    },
    /// A valid token that does not grant what is wanted.
    #[error("the token does not grant {missing}: mint one that does")]
    InsufficientCapabilities {
        /// The first capability that is wanted and not granted.
        missing: Capability,
    },
    /// A valid token of another user.
    #[error("the token is not that of the expected user: its user ID is {}",
        .found.as_ref().map_or_else(|| "absent".to_owned(), |found| format!("{found:?}")))]
    WrongUser {
        /// The user ID in the token, if it has one.
        found: Option<String>,
    },
    /// A valid token that was revoked, or used before.
    #[error(transparent)]
    Revoked(#[from] Revoked),
    /// The revocation store failed, so the token may have been revoked.
    #[error("{0}: the token is refused because it may have been revoked")]
    RevocationUnknown(#[from] StoreError),
}

impl VerifyError {
    /// The stable name of the exact fault, such as `UNKNOWN_KEY` or `CLAIM_MISSING`: finer than [`Self::code`].
    /// Programs should compare this name, since messages may be reworded.
    pub fn reason(&self) -> &'static str {
        match self {
            Self::Missing => "MISSING",
            Self::Malformed(error) => error.reason(),
            Self::IssuedByApi => "ISSUED_BY_API",
            Self::Header(error) => error.reason(),
            Self::UnknownKey { .. } => "UNKNOWN_KEY",
            Self::RetiredKey { .. } => "RETIRED_KEY",
            Self::Signature => "SIGNATURE_MISMATCH",
            Self::NoKeyMatches { .. } => "NO_KEY_MATCHES",
            Self::WrongKind { .. } => "WRONG_KIND",
            Self::Claims(error) => error.reason(),
            Self::IssuedInFuture { .. } => "ISSUED_IN_FUTURE",
            Self::NotYetValid { .. } => "NOT_YET_VALID",
            Self::Expired { .. } => "EXPIRED",
            Self::TooFarAhead { .. } => "EXPIRES_TOO_FAR_AHEAD",
            Self::OriginNotAllowed { .. } => "ORIGIN_NOT_ALLOWED",
            Self::WrongChannel { .. } => "WRONG_CHANNEL",
            Self::WrongStage { .. } => "WRONG_STAGE",
            Self::InsufficientCapabilities { .. } => "INSUFFICIENT_CAPABILITIES",
            Self::WrongUser { .. } => "WRONG_USER",
            Self::Revoked(error) => error.code(),
            Self::RevocationUnknown(_) => "REVOCATION_UNKNOWN",
        }
    }

    /// The service's own word for the refusal: `TOKEN_MISSING`, `TOKEN_INVALID`, `TOKEN_INVALID_SIGNATURE`,
    /// `TOKEN_EXPIRED`, `PARTICIPANT_DISCONNECTED`, `STAGE_DELETED` or `INSUFFICIENT_CAPABILITIES`; and, where no word
    /// of the service is known, `CONNECTION_TOKEN_REVOKED`, `VIEWER_SESSION_REVOKED`, `TOKEN_ALREADY_USED` and
    /// `REVOCATION_UNKNOWN`.
    ///
    /// These are the names that the official web client shows, so logs of both ends match.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Missing => "TOKEN_MISSING",
            Self::Signature | Self::NoKeyMatches { .. } => "TOKEN_INVALID_SIGNATURE",
            Self::Expired { .. } => "TOKEN_EXPIRED",
            Self::InsufficientCapabilities { .. } => "INSUFFICIENT_CAPABILITIES",
            Self::Revoked(error) => error.code(),
            Self::RevocationUnknown(_) => "REVOCATION_UNKNOWN",
            Self::Malformed(_)
            | Self::IssuedByApi
            | Self::Header(_)
            | Self::UnknownKey { .. }
            | Self::RetiredKey { .. }
            | Self::WrongKind { .. }
            | Self::Claims(_)
            | Self::IssuedInFuture { .. }
            | Self::NotYetValid { .. }
            | Self::TooFarAhead { .. }
            | Self::OriginNotAllowed { .. }
            | Self::WrongChannel { .. }
            | Self::WrongStage { .. }
            | Self::WrongUser { .. } => "TOKEN_INVALID",
        }
    }
}

/// What a kind is called in a sentence.
fn name(kind: TokenKind) -> &'static str {
    match kind {
        TokenKind::Participant | TokenKind::ParticipantFromApi => "a participant token",
        TokenKind::Connection => "a connection token",
        TokenKind::Playback => "a playback token",
        TokenKind::Other | TokenKind::NotAToken => "not an IVS token",
    }
}

fn no_key_matches(tried: usize) -> String {
    match tried {
        0 => "this verifier holds no playback key: add one".to_owned(),
        1 => "the playback key of this verifier did not sign it: the token was altered, or the right key is missing \
              here"
            .to_owned(),
        _ => format!(
            "none of the {tried} playback keys of this verifier signed it: the token was altered, or the right \
             key is missing here"
        ),
    }
}

/// Why a verifier cannot be built.
#[derive(Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum VerifierError {
    /// It holds no key.
    #[error("the verifier holds no key: add at least one")]
    NoKeys,
    /// Two keys have one ARN.
    #[error("two different keys have the ARN {kid}: an ARN names one key")]
    AmbiguousKey {
        /// The ARN.
        kid: String,
    },
    /// Both single keys and a ring were given.
    #[error("the verifier was given both single keys and a key ring: import the keys into the ring")]
    KeysAndRing,
    /// The leeways are so long that a revocation would be forgotten while its token is still accepted.
    #[error(
        "the leeways are {} s together, but revocations are remembered only {} s longer than tokens last: allow less",
        .actual.as_secs(), .limit.as_secs()
    )]
    LeewayTooLong {
        /// Both leeways together.
        actual: Duration,
        /// The most that both may be together.
        limit: Duration,
    },
}

impl VerifierError {
    /// The stable name of this error.
    pub fn code(&self) -> &'static str {
        match self {
            Self::NoKeys => "NO_KEYS",
            Self::AmbiguousKey { .. } => "AMBIGUOUS_KEY",
            Self::KeysAndRing => "KEYS_AND_RING",
            Self::LeewayTooLong { .. } => "LEEWAY_TOO_LONG",
        }
    }
}

crate::value::error::debug::as_coded_words!(VerifierError);

crate::value::error::debug::as_words!(VerifyError);
