use std::time::Duration;

use thiserror::Error;

/// What is wrong with the settings of a store. No text of it holds the URL, which may hold a password.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum BuildError {
    /// The URL cannot be read.
    #[error(
        "the URL of Redis cannot be read ({reason}): it must be like redis://user:password@host:6379/0, \
         rediss://host for TLS, redis-cluster://host,host, redis-sentinel://host,host?service=name, or \
         unix:///path/to/socket?db=0; characters such as @ or / in a password must be \
         percent-encoded"
    )]
    Url {
        /// What is wrong with it.
        reason: String,
    },
    /// The URL says `rediss://`, and the feature `tls` is off.
    #[error("the URL of Redis asks for TLS, but the feature `tls` of ivs-token-redis is off: enable it")]
    TlsFeature,
    /// The URL says `#insecure`.
    #[error(
        "the URL of Redis says {fragment}, which is not supported: give the server's root certificate instead"
    )]
    Fragment {
        /// What follows the `#`, with it.
        fragment: String,
    },
    /// Certificates were given, and the URL does not ask for TLS.
    #[error(
        "certificates were given for TLS, but the URL of Redis does not ask for it: begin it with rediss://"
    )]
    CertificatesWithoutTls,
    /// A certificate or key for TLS is no good.
    #[error("TLS to Redis: {reason}")]
    Tls {
        /// What is wrong.
        reason: String,
    },
    /// The prefix is empty or too long.
    #[error("the prefix of the keys has {actual} bytes, but must have 1 to {limit}")]
    Prefix {
        /// Its bytes.
        actual: usize,
        /// The most it may have.
        limit: usize,
    },
    /// The URL is that of a cluster, and the prefix has no hash tag.
    #[error(
        "the prefix of the keys has no hash tag, and a cluster would spread the keys: put a part of it in braces, as in \
         {{ivs-token}}:"
    )]
    HashTag,
    /// A timeout or pause is out of range.
    #[error("`{setting}` is {actual:?}, but must be from {min:?} to {max:?}")]
    Time {
        /// The setting.
        setting: &'static str,
        /// What it was set to.
        actual: Duration,
        /// The least it may be.
        min: Duration,
        /// The most it may be.
        max: Duration,
    },
}

impl BuildError {
    /// A stable name for programs.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Url { .. } => "url",
            Self::TlsFeature => "tls_feature",
            Self::Fragment { .. } => "fragment",
            Self::CertificatesWithoutTls => "certificates_without_tls",
            Self::Tls { .. } => "tls",
            Self::Prefix { .. } => "prefix",
            Self::HashTag => "hash_tag",
            Self::Time { .. } => "time",
        }
    }
}
