use thiserror::Error;

use super::{ArnError, ClaimError, EndpointError};
use crate::value::arn::{ChannelArn, PlaybackKeyArn, PublicKeyArn, StageArn};
use crate::value::timestamp::Timestamp;

/// Claims that break a rule. The signature is valid, so the holder of the private key made them.
#[derive(Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum ClaimsError {
    /// A required claim is missing.
    #[error("the claim `{claim}` is missing")]
    Missing {
        /// Its name.
        claim: &'static str,
    },
    /// A claim has a value of another JSON type.
    #[error("the claim `{claim}` is {found}, but must be {expected}")]
    Type {
        /// Its name.
        claim: &'static str,
        /// The type wanted.
        expected: &'static str,
        /// The type found.
        found: &'static str,
    },
    /// A time outside the range of [`Timestamp`].
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
    /// A number that does not fit into a signed integer of 64 bits.
    #[error("the claim `{claim}` is {found}: it must be an integer from {} to {}", i64::MIN, i64::MAX)]
    NotInt64 {
        /// Its name.
        claim: &'static str,
        /// The number, its first 40 digits.
        found: String,
    },
    /// An attribute that is not a string.
    #[error("the attribute {name:?} is {found}, but must be a string")]
    Attribute {
        /// Its name, its first 40 characters.
        name: String,
        /// The type found.
        found: &'static str,
    },
    /// An ARN that is not of the required kind.
    #[error("the claim `{claim}`: {source}")]
    Arn {
        /// Its name.
        claim: &'static str,
        /// What is wrong with it.
        source: ArnError,
    },
    /// An endpoint that is not of the required kind.
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
    /// The token has an `aud` claim. Tokens of IVS have none, and a verifier must refuse a token whose `aud` does not
    /// name it (RFC 7519, section 4.1.3).
    #[error("the claim `aud` says that the token is for others: leave `aud` out; IVS does not use it")]
    Audience,
    /// `topic` is not the stage ID of `resource`.
    #[error("the claim `topic` is {topic:?}, but must be {stage_id:?}, the stage ID in `resource`")]
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
    #[error("the token lasts {actual} s from `iat` to `exp`: at most {limit} s ({} days) are allowed", .limit / 86_400)]
    Lifetime {
        /// Seconds from `iat` to `exp`.
        actual: i64,
        /// Seconds allowed.
        limit: i64,
    },
    /// The account is not 12 digits.
    #[error("the claim `account_id` is {found:?}: it must be 12 digits")]
    AccountId {
        /// The claim, its first 40 characters.
        found: String,
    },
    /// The `events_url` of a connection token is neither the service's nor that of a server on this machine.
    #[error(
        "the claim `events_url` is {found:?}: in a connection token it must be {expected:?}, or a ws:// URL of \
         a server on this machine (localhost, 127.0.0.0/8 or [::1])"
    )]
    EventsUrl {
        /// The claim, its first 40 characters.
        found: String,
        /// The URL that it must be.
        expected: &'static str,
    },
    /// `account_id` or `region` are not those of the key.
    #[error(
        "the token is for the account {account_id}, region {region:?}, but its key {kid} is from another account or region"
    )]
    ForeignAccount {
        /// The ARN of the key.
        kid: PublicKeyArn,
        /// The claim `account_id`.
        account_id: String,
        /// The claim `region`, its first 40 characters.
        region: String,
    },
    /// `kid` and `resource` name different accounts or regions.
    #[error(
        "the key {kid} and the stage {resource} are in different accounts or regions: IVS accepts only a key from the \
         stage's own account and region"
    )]
    ForeignKey {
        /// The ARN of the key.
        kid: PublicKeyArn,
        /// The ARN of the stage.
        resource: StageArn,
    },
    /// The key and `aws:channel-arn` name different accounts or regions.
    #[error(
        "the playback key {kid} and the channel {channel} are in different accounts or regions: IVS accepts only a key from \
         the channel's own account and region"
    )]
    ForeignPlaybackKey {
        /// The ARN of the key.
        kid: PlaybackKeyArn,
        /// The ARN of the channel.
        channel: ChannelArn,
    },
}

impl ClaimsError {
    /// The stable name of this fault.
    pub fn reason(&self) -> &'static str {
        match self {
            Self::Missing { .. } => "CLAIM_MISSING",
            Self::Type { .. } | Self::Attribute { .. } => "CLAIM_TYPE",
            Self::OutOfRange { .. } | Self::NotInt64 { .. } => "CLAIM_OUT_OF_RANGE",
            Self::Milliseconds { .. } => "CLAIM_IN_MILLISECONDS",
            Self::Arn { source, .. } => source.code(),
            Self::Endpoint { source, .. } => source.code(),
            Self::Value { source, .. } => source.code(),
            Self::Audience => "FOREIGN_AUDIENCE",
            Self::Topic { .. } => "TOPIC_MISMATCH",
            Self::ExpiresBeforeIssued { .. } => "EXPIRES_BEFORE_ISSUED",
            Self::Lifetime { .. } => "LIFETIME_TOO_LONG",
            Self::AccountId { .. } => "INVALID_ACCOUNT_ID",
            Self::EventsUrl { .. } => "INVALID_ENDPOINT",
            Self::ForeignKey { .. } | Self::ForeignAccount { .. } | Self::ForeignPlaybackKey { .. } => {
                "FOREIGN_KEY"
            }
        }
    }
}

crate::value::error::debug::as_words!(ClaimsError);
