use thiserror::Error;

/// A text that is no origin.
#[derive(Clone, Copy, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum OriginError {
    /// There is no text.
    #[error("it is empty: give one such as https://example.com, or `*` for all")]
    Empty,
    /// Not a scheme, `://` and a host.
    #[error(
        "an origin is a scheme and a host, such as https://example.com, without spaces, and with a host of other letters \
         in Punycode (xn--)"
    )]
    NotAnOrigin,
    /// No scheme with `://` behind it.
    #[error("an origin begins with a scheme and `://`, as in https://example.com or capacitor://localhost")]
    Scheme,
    /// No host, or one with a character that no host has.
    #[error("its host must be labels of A-Z, a-z, 0-9, `-` and `_` with dots between them, or an IP address")]
    Host,
    /// A `*` where none may be.
    #[error("`*` may stand alone, or as the first label of a host, as in https://*.example.com")]
    Wildcard,
    /// A user name or password before the host.
    #[error("it holds a user name before the host: remove it")]
    UserInfo,
    /// No port where one should be, or one outside 1 to 65535.
    #[error("its port must be from 1 to 65535")]
    Port,
    /// More than scheme, host and port.
    #[error("it continues after the host: remove the `/` and everything after it")]
    Path,
}

crate::value::error::debug::as_words!(OriginError);
