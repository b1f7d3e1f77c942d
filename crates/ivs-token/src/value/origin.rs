use std::fmt;
use std::net::{Ipv4Addr, Ipv6Addr};
use std::str::FromStr;

use fluent_uri::Uri;
use fluent_uri::component::Authority;
use serde::{Serialize, Serializer};

use crate::value::error::{ClaimError, OriginError};
use crate::value::printable::shorten;

/// An origin from which playback may be requested: scheme, host and port (RFC 6454), such as `https://example.com`. The
/// host may begin with `*.`, which matches one or more labels: `https://*.example.com` matches `https://a.example.com`
/// and `https://a.b.example.com`, but not `https://example.com`. `*` alone matches every origin.
///
/// AWS's guide says that a host may begin with `*`, and all its examples have `*.`. `*example.com` is refused, since it
/// would match `notexample.com` too.
///
/// Any scheme is accepted, since apps have their own, such as `capacitor://localhost` or `ionic://localhost`. Only
/// `http` and `https` have a default port.
///
/// Upper and lower case are the same in scheme and host, and the default port may be left out. `Display` and
/// `Serialize` write an origin as browsers do: in lower case and without the default port.
///
/// ```
/// use ivs_token::Origin;
///
/// let origin: Origin = "HTTPS://*.Example.com:443".parse()?;
/// assert_eq!(origin.to_string(), "https://*.example.com");
/// assert!(origin.allows("https://www.example.com"));
/// assert!(!origin.allows("https://example.com"));
/// # Ok::<(), ivs_token::ClaimError>(())
/// ```
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Origin(Pattern);

#[derive(Clone, PartialEq, Eq, Hash)]
enum Pattern {
    Any,
    Site {
        /// Whether the host began with `*.`.
        is_wildcard: bool,
        site: Site,
    },
}

/// An origin of which all is known. Scheme and host are in lower case.
#[derive(Clone, PartialEq, Eq, Hash)]
struct Site {
    scheme: String,
    host: String,
    /// None only where the scheme has no default.
    port: Option<u16>,
}

/// The longest header that is looked at, in bytes: a host has at most 253, a scheme and a port a few.
const MAX_HEADER: usize = 512;

impl Origin {
    /// Every origin: `*`.
    pub const ANY: Self = Self(Pattern::Any);

    /// Whether this is `*`.
    pub fn is_any(&self) -> bool {
        self.0 == Pattern::Any
    }

    /// Whether a request with this `Origin` header comes from this origin. `*` matches every header, even `null` and
    /// nonsense; any other pattern matches only a valid origin.
    pub fn allows(&self, header: &str) -> bool {
        Self::any_allows(std::slice::from_ref(self), header)
    }

    /// Whether one of these does. The header is parsed once, however many there are: whoever asks chooses its length.
    pub(crate) fn any_allows(origins: &[Self], header: &str) -> bool {
        let found = (header.len() <= MAX_HEADER).then(|| Site::parse(header).ok()).flatten();
        origins.iter().any(|origin| match &origin.0 {
            Pattern::Any => true,
            Pattern::Site { is_wildcard, site } => {
                found.as_ref().is_some_and(|found| site.covers(found, *is_wildcard))
            }
        })
    }

    fn parse(text: &str) -> Result<Self, OriginError> {
        if text == "*" {
            return Ok(Self::ANY);
        }
        let (wildcard, is_wildcard) = match text.split_once("://*.") {
            Some((scheme, rest)) => (format!("{scheme}://{rest}"), true),
            None => (text.to_owned(), false),
        };
        let site = Site::parse(&wildcard)?;
        if is_wildcard && site.is_address() {
            return Err(OriginError::Wildcard);
        }
        Ok(Self(Pattern::Site { is_wildcard, site }))
    }
}

impl Site {
    fn parse(text: &str) -> Result<Self, OriginError> {
        if text.is_empty() {
            return Err(OriginError::Empty);
        }
        let uri = Uri::parse(text).map_err(|_| OriginError::NotAnOrigin)?;
        let scheme = uri.scheme().as_str().to_ascii_lowercase();
        let authority = uri.authority().ok_or(match default_port(&scheme) {
            Some(_) => OriginError::NotAnOrigin,
            None => OriginError::Scheme,
        })?;
        if authority.has_userinfo() {
            return Err(OriginError::UserInfo);
        }
        let host = host(authority.host())?;
        let port = port(&authority)?.or_else(|| default_port(&scheme));
        if !uri.path().as_str().is_empty() || uri.has_query() || uri.has_fragment() {
            return Err(OriginError::Path);
        }
        Ok(Self { scheme, host, port })
    }

    /// Whether the host is an IP address, which has no names below it.
    fn is_address(&self) -> bool {
        self.host.starts_with('[') || self.host.parse::<Ipv4Addr>().is_ok()
    }

    fn covers(&self, found: &Self, is_wildcard: bool) -> bool {
        let host = if is_wildcard {
            found.host.strip_suffix(&self.host).is_some_and(|labels| labels.ends_with('.'))
        } else {
            self.host == found.host
        };
        host && (&self.scheme, self.port) == (&found.scheme, found.port)
    }
}

/// Labels of letters, digits, `-` and `_`, or an IP address.
fn host(text: &str) -> Result<String, OriginError> {
    if text.is_empty() {
        return Err(OriginError::Host);
    }
    if text.contains('*') {
        return Err(OriginError::Wildcard);
    }
    let is_label = |label: &str| {
        !label.is_empty() && label.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_'))
    };
    if let Some(address) = text.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
        let address: Ipv6Addr = address.parse().map_err(|_| OriginError::Host)?;
        return Ok(format!("[{address}]"));
    }
    if text.split('.').all(is_label) { Ok(text.to_ascii_lowercase()) } else { Err(OriginError::Host) }
}

fn port(authority: &Authority<'_>) -> Result<Option<u16>, OriginError> {
    if !authority.has_port() {
        return Ok(None);
    }
    match authority.port_to_u16() {
        Ok(Some(port)) if port > 0 => Ok(Some(port)),
        _ => Err(OriginError::Port),
    }
}

fn default_port(scheme: &str) -> Option<u16> {
    match scheme {
        "http" => Some(80),
        "https" => Some(443),
        _ => None,
    }
}

impl FromStr for Origin {
    type Err = ClaimError;

    fn from_str(text: &str) -> Result<Self, ClaimError> {
        Self::parse(text).map_err(|source| ClaimError::Origin { found: shorten(text).into_owned(), source })
    }
}

impl TryFrom<&str> for Origin {
    type Error = ClaimError;

    fn try_from(text: &str) -> Result<Self, ClaimError> {
        text.parse()
    }
}

impl TryFrom<&String> for Origin {
    type Error = ClaimError;

    fn try_from(text: &String) -> Result<Self, ClaimError> {
        text.parse()
    }
}

impl TryFrom<String> for Origin {
    type Error = ClaimError;

    fn try_from(text: String) -> Result<Self, ClaimError> {
        text.parse()
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Pattern::Site { is_wildcard, site: Site { scheme, host, port } } = &self.0 else {
            return f.write_str("*");
        };
        write!(f, "{scheme}://{}{host}", if *is_wildcard { "*." } else { "" })?;
        match port {
            Some(port) if default_port(scheme) != Some(*port) => write!(f, ":{port}"),
            _ => Ok(()),
        }
    }
}

impl fmt::Debug for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Origin({self})")
    }
}

impl Serialize for Origin {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_header_that_no_browser_sends_is_that_of_no_origin() {
        let origin: Origin = "https://*.example.com".parse().unwrap();
        let header = |len: usize| format!("https://{}.example.com", "a".repeat(len - 20));
        assert!(origin.allows(&header(MAX_HEADER)));
        assert!(!origin.allows(&header(MAX_HEADER + 1)));
        assert!(Origin::ANY.allows(&header(MAX_HEADER + 1)));
    }

    #[test]
    fn written_as_browsers_do() {
        for (text, written) in [
            ("*", "*"),
            ("https://example.com", "https://example.com"),
            ("HTTPS://WWW.Example.COM:443", "https://www.example.com"),
            ("http://localhost:80", "http://localhost"),
            ("http://localhost:3000", "http://localhost:3000"),
            ("https://example.com:80", "https://example.com:80"),
            ("https://*.example.com:8443", "https://*.example.com:8443"),
            ("https://xn--caf-dma.example", "https://xn--caf-dma.example"),
            ("http://127.0.0.1:8080", "http://127.0.0.1:8080"),
            ("http://[::1]:8080", "http://[::1]:8080"),
            ("http://[0:0::DB8:1]", "http://[::db8:1]"),
            ("https://a_b.example", "https://a_b.example"),
            ("capacitor://localhost", "capacitor://localhost"),
            ("Ionic://localhost", "ionic://localhost"),
            ("app://my-app:8080", "app://my-app:8080"),
            ("http://localhost:443", "http://localhost:443"),
        ] {
            let origin: Origin = text.parse().unwrap();
            assert_eq!(origin.to_string(), written);
            assert_eq!(written.parse(), Ok(origin));
        }
    }

    #[test]
    fn each_fault_is_named() {
        for (text, source) in [
            ("", OriginError::Empty),
            ("example.com", OriginError::NotAnOrigin),
            ("null", OriginError::NotAnOrigin),
            ("https:example.com", OriginError::NotAnOrigin),
            ("https://café.example", OriginError::NotAnOrigin),
            (" https://example.com", OriginError::NotAnOrigin),
            ("https://a b", OriginError::NotAnOrigin),
            ("example.com:443", OriginError::Scheme),
            ("https://", OriginError::Host),
            ("https://:443", OriginError::Host),
            ("https://*.", OriginError::Host),
            ("https://a..example", OriginError::Host),
            ("https://example.com.", OriginError::Host),
            ("https://a%20b.example", OriginError::Host),
            ("https://a.example,b.example", OriginError::Host),
            ("https://[v1.a,b]", OriginError::Host),
            ("https://*example.com", OriginError::Wildcard),
            ("https://*", OriginError::Wildcard),
            ("https://a.*.example", OriginError::Wildcard),
            ("https://*.*.example", OriginError::Wildcard),
            ("https://*.[::1]", OriginError::Wildcard),
            ("https://*.10.0.0.1", OriginError::Wildcard),
            ("https://user@example.com", OriginError::UserInfo),
            ("https://example.com:", OriginError::Port),
            ("https://example.com:0", OriginError::Port),
            ("https://example.com:65536", OriginError::Port),
            ("https://example.com/", OriginError::Path),
            ("https://example.com/watch", OriginError::Path),
            ("https://example.com?x", OriginError::Path),
            ("https://example.com#x", OriginError::Path),
        ] {
            let error = ClaimError::Origin { found: text.to_owned(), source };
            assert_eq!(text.parse::<Origin>(), Err(error), "{text}");
        }
    }

    #[test]
    fn matches_as_rfc_6454_compares() {
        let all = ["null", "nonsense", "", "https://a.example/", "https://example.com"];
        assert!(all.iter().all(|header| Origin::ANY.allows(header)));
        for (origin, yes, no) in [
            (
                "https://example.com",
                &["https://example.com", "HTTPS://EXAMPLE.com", "https://example.com:443"][..],
                &[
                    "http://example.com",
                    "https://www.example.com",
                    "https://example.com:8443",
                    "https://example.com.evil.example",
                    "https://notexample.com",
                    "https://example.com/",
                    "https://example.com.",
                    "https://example.com@evil.example",
                    "https://example.com, https://evil.example",
                    "https://*.com",
                    "null",
                    "*",
                    "",
                ][..],
            ),
            (
                "https://*.example.com",
                &["https://a.example.com", "https://a.b.example.com:443", "https://A.EXAMPLE.COM"],
                &[
                    "https://example.com",
                    "https://.example.com",
                    "https://notexample.com",
                    "https://a.example.com.evil.example",
                    "https://*.example.com",
                    "http://a.example.com",
                    "https://a.example.com:8443",
                ],
            ),
            (
                "http://localhost:3000",
                &["http://localhost:3000"],
                &["http://localhost", "https://localhost:3000"],
            ),
            ("http://a.example:80", &["http://a.example"], &["http://a.example:443"]),
            (
                "capacitor://localhost",
                &["capacitor://localhost", "Capacitor://LOCALHOST"],
                &[
                    "http://localhost",
                    "https://localhost",
                    "ionic://localhost",
                    "capacitor://localhost:80",
                    "capacitor://",
                ],
            ),
        ] {
            let origin: Origin = origin.parse().unwrap();
            assert!(yes.iter().all(|header| origin.allows(header)), "{origin}");
            for header in no {
                assert!(!origin.allows(header), "{origin} {header}");
            }
        }
    }
}
