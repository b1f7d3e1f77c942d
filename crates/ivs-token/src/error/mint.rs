use thiserror::Error;

use super::{ClaimError, RandomnessError, SignError, SignerError};
use crate::value::timestamp::Timestamp;

/// A token that could not be minted.
#[derive(Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum MintError {
    /// The first value given to the builder that no token may carry.
    #[error(transparent)]
    Claim(#[from] ClaimError),
    /// The key does not know its ARN, which every participant token names.
    #[error("the signing key has no ID: give it the ARN that ImportPublicKey returned")]
    NoKeyId,
    /// The key is registered in another account or region than the stage.
    #[error(
        "the key is in account {key_account}, region {key_region}, and the stage in account {stage_account}, region \
         {stage_region}: IVS accepts only a key from the stage's own account and region"
    )]
    ForeignKey {
        /// The account in the key's ARN.
        key_account: String,
        /// The region in the key's ARN.
        key_region: String,
        /// The account in the stage's ARN.
        stage_account: String,
        /// The region in the stage's ARN.
        stage_region: String,
    },
    /// The key's ARN has no account that a connection token could name.
    #[error(
        "the account in the key's ARN is {account_id:?}, but an account has 12 digits: give the key its correct ARN"
    )]
    KeyAccount {
        /// The account in the key's ARN.
        account_id: String,
    },
    /// The token would end after [`Timestamp::MAX`].
    #[error("the clock says {now}, which is too late for any token: correct the clock")]
    ClockTooLate {
        /// What the clock says.
        now: Timestamp,
    },
    /// The old token of an exchange has expired, so the new token would have expired too.
    #[error(
        "the old token ended at {ended_at}, {} s ago, and a new one without a duration ends with it: give a duration",
        .now.secs_since(*.ended_at)
    )]
    OldTokenEnded {
        /// The claim `exp` of the old token.
        ended_at: Timestamp,
        /// What the clock says.
        now: Timestamp,
    },
    /// The token would have more than 16 KiB. Long endpoints with attributes of control characters, or hundreds of
    /// origins, can cause this.
    #[error(
        "the token would have {actual} bytes: at most {limit} are allowed, so shorten the attributes, or the list of origins"
    )]
    TooLong {
        /// Bytes the token would have.
        actual: usize,
        /// Bytes allowed.
        limit: usize,
    },
    /// No random bytes for a participant ID.
    #[error(transparent)]
    Randomness(#[from] RandomnessError),
    /// The signature could not be made.
    #[error("the token could not be signed: {0}")]
    Sign(#[from] SignError),
    /// The external signer failed.
    #[error("the token {token} could not be signed: {source}")]
    Signer {
        /// Which token: `of participant ..`, `of connection ..` or `for channel ..`.
        token: String,
        /// What the signer said.
        source: SignerError,
    },
    /// An external signature that has neither of the two forms that are accepted.
    #[error(
        "the signature has {actual} bytes and is neither r and s in 96 bytes nor DER: pass on what the signer returned, \
         decoded from base64 or hex, and let it sign with ECDSA on P-384 and SHA-384"
    )]
    MalformedSignature {
        /// Bytes given.
        actual: usize,
    },
    /// An external signature that is not valid for this token under the given public key.
    #[error(
        "the signature is not one of this token under the given public key: let the private key of that public key sign \
         the signing input as it stands, or its SHA-384 digest as a digest"
    )]
    WrongSignature,
    /// Text that is not the signing input of a token.
    #[error(
        "this is not the signing input of a token: give header and payload in base64url, with one dot between them"
    )]
    NotASigningInput,
}

impl MintError {
    /// The stable name of this error.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Claim(error) => error.code(),
            Self::NoKeyId => "NO_KEY_ID",
            Self::ForeignKey { .. } => "FOREIGN_KEY",
            Self::KeyAccount { .. } => "INVALID_KEY_ACCOUNT",
            Self::ClockTooLate { .. } => "CLOCK_TOO_LATE",
            Self::OldTokenEnded { .. } => "OLD_TOKEN_ENDED",
            Self::TooLong { .. } => "TOKEN_TOO_LONG",
            Self::Randomness(_) => "NO_RANDOMNESS",
            Self::Sign(_) => "SIGNING_FAILED",
            Self::Signer { .. } => "SIGNER_FAILED",
            Self::MalformedSignature { .. } => "MALFORMED_SIGNATURE",
            Self::WrongSignature => "WRONG_SIGNATURE",
            Self::NotASigningInput => "NOT_A_SIGNING_INPUT",
        }
    }
}

crate::value::error::debug::as_coded_words!(MintError);
