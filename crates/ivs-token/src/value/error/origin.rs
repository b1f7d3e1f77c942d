use thiserror::Error;

/// Text that is not an origin.
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
    /// No scheme followed by `://`.
    #[error("an origin begins with a scheme and `://`, as in https://example.com or capacitor://localhost")]
    Scheme,
    /// No host, or a host with a character that is not allowed.
    #[error("its host must be labels of A-Z, a-z, 0-9, `-` and `_` with dots between them, or an IP address")]
    Host,
    /// A `*` where it is not allowed.
    #[error("`*` may stand alone, or as the first label of a host, as in https://*.example.com")]
    Wildcard,
    /// A user name or password before the host.
    #[error("it holds a user name before the host: remove it")]
    UserInfo,
    /// A missing port, or a port outside 1 to 65535.
    #[error("its port must be from 1 to 65535")]
    Port,
    /// Something after scheme, host and port.
    #[error("it continues after the host: remove the `/` and everything after it")]
    Path,
}

crate::value::error::debug::as_words!(OriginError);
