use thiserror::Error;

/// Why a playback URL cannot be made.
#[derive(Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum PlaybackUrlError {
    /// Not a URL as RFC 3986 describes it.
    #[error("this is not a URL: give the `playbackUrl` that GetChannel returns")]
    NotAUrl,
    /// Another scheme.
    #[error("the URL begins with {found}:, but must begin with https:// or http://")]
    Scheme {
        /// The scheme found.
        found: String,
    },
    /// No host.
    #[error("the URL names no host")]
    NoHost,
    /// There is a token already.
    #[error("the URL already has a parameter `token`: give it without one")]
    HasToken,
    /// A token with characters that are not allowed.
    #[error("this is not a token: it must be base64url with dots, and nothing else")]
    Token,
}

impl PlaybackUrlError {
    /// The stable name of this error.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Token => "INVALID_TOKEN",
            Self::NotAUrl | Self::Scheme { .. } | Self::NoHost | Self::HasToken => "INVALID_PLAYBACK_URL",
        }
    }
}

crate::value::error::debug::as_coded_words!(PlaybackUrlError);
