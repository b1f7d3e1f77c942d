//! The two URLs that a participant token carries, checked.

use std::borrow::Cow;
use std::net::IpAddr;

use fluent_uri::Uri;

use crate::value::error::EndpointError;

/// The events URL of every stage, unless `GetStage` answers another one.
pub const DEFAULT_EVENTS_URL: &str = "wss://global.events.live-video.net";

/// The address for plain WHIP programs, which redirects to a stage's own. No stage has it as its endpoint.
pub const GLOBAL_WHIP_URL: &str = "https://global.whip.live-video.net";

/// The most bytes a stage endpoint may have (`StageEndpoint` of the `ivs-realtime` service model).
const MAX_LEN: usize = 2048;

/// The events URL of a stage: `wss:`, or `ws:` to this machine, with a host, without a fragment; and without a query, since the
/// client appends its own.
pub(crate) fn events_url(url: &str) -> Result<Cow<'static, str>, EndpointError> {
    if url == DEFAULT_EVENTS_URL {
        return Ok(Cow::Borrowed(DEFAULT_EVENTS_URL));
    }
    if check(url, EVENTS)?.has_query() {
        return Err(EndpointError::Query);
    }
    Ok(Cow::Owned(url.to_owned()))
}

/// The WHIP URL of a stage: `https:`, or `http:` to this machine, with a host, and nothing after it, since the client appends
/// `/publish/<participant id>`. One slash at the end is dropped.
pub(crate) fn whip_url(url: &str) -> Result<Cow<'static, str>, EndpointError> {
    let uri = check(url, WHIP)?;
    if uri.has_query() {
        return Err(EndpointError::Query);
    }
    match uri.path().as_str() {
        "" => Ok(Cow::Owned(url.to_owned())),
        "/" => Ok(Cow::Owned(url[..url.len() - 1].to_owned())),
        _ => Err(EndpointError::Path),
    }
}

/// The events URL in a token, which may be of others.
pub(crate) fn claimed_events_url(url: &str) -> Result<Cow<'static, str>, EndpointError> {
    if url == DEFAULT_EVENTS_URL {
        return Ok(Cow::Borrowed(DEFAULT_EVENTS_URL));
    }
    check(url, EVENTS)?;
    Ok(Cow::Owned(url.to_owned()))
}

/// An events URL of a server on this machine, with or without encryption.
pub(crate) fn local_events_url(url: &str) -> Option<Cow<'static, str>> {
    let uri = check(url, EVENTS).ok()?;
    let is_local = uri.authority().is_some_and(|authority| is_loopback(authority.host()));
    (is_local && !uri.has_query()).then(|| Cow::Owned(url.to_owned()))
}

/// The WHIP URL in a token, which may be of others: with a path it is of no use to the web client, and no danger.
pub(crate) fn claimed_whip_url(url: &str) -> Result<Cow<'static, str>, EndpointError> {
    if check(url, WHIP)?.has_query() {
        return Err(EndpointError::Query);
    }
    Ok(Cow::Owned(url.to_owned()))
}

/// A scheme, and its twin without encryption, which is for servers on this machine.
#[derive(Clone, Copy)]
struct Schemes {
    secure: &'static str,
    plain: &'static str,
}

const EVENTS: Schemes = Schemes { secure: "wss", plain: "ws" };
const WHIP: Schemes = Schemes { secure: "https", plain: "http" };

fn check(url: &str, schemes: Schemes) -> Result<Uri<&str>, EndpointError> {
    let expected = schemes.secure;
    if url.is_empty() {
        return Err(EndpointError::Empty { expected });
    }
    if url.len() > MAX_LEN {
        return Err(EndpointError::TooLong { actual: url.len(), limit: MAX_LEN });
    }
    if url.contains(char::is_whitespace) {
        return Err(EndpointError::WhiteSpace);
    }
    let uri = Uri::parse(url).map_err(|_| EndpointError::NotAUrl { expected })?;
    let scheme = uri.scheme().as_str();
    let is_plain = scheme.eq_ignore_ascii_case(schemes.plain);
    if !is_plain && !scheme.eq_ignore_ascii_case(expected) {
        return Err(EndpointError::Scheme { expected, found: scheme.to_owned() });
    }
    let Some(authority) = uri.authority().filter(|authority| !authority.host().is_empty()) else {
        return Err(EndpointError::NoHost);
    };
    if authority.has_userinfo() {
        return Err(EndpointError::UserInfo);
    }
    if is_plain && !is_loopback(authority.host()) {
        return Err(EndpointError::NotLoopback { expected, found: scheme.to_owned() });
    }
    if uri.has_fragment() {
        return Err(EndpointError::Fragment);
    }
    Ok(uri)
}

/// Whether a host is this machine: `localhost` (RFC 6761, section 6.3), 127.0.0.0/8 or `[::1]`.
fn is_loopback(host: &str) -> bool {
    let address = host.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).unwrap_or(host);
    host.eq_ignore_ascii_case("localhost")
        || address.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn takes_what_the_service_gives() {
        assert!(matches!(events_url(DEFAULT_EVENTS_URL), Ok(Cow::Borrowed(_))));
        assert!(events_url("wss://us-west-2.events.live-video.net").is_ok());
        for url in ["ws://localhost:8080/x", "ws://127.1.2.3", "ws://[::1]:1", "WS://LocalHost"] {
            assert!(events_url(url).is_ok(), "{url}");
        }
        for url in ["http://localhost:8080", "http://127.0.0.1", "http://[::1]:4566"] {
            assert_eq!(whip_url(url).as_deref(), Ok(url));
            assert_eq!(claimed_whip_url(url).as_deref(), Ok(url));
        }
        assert!(whip_url("https://453fdfd2ad24df.global-bm.whip.live-video.net").is_ok());
    }

    #[test]
    fn refuses_the_rest_by_name() {
        assert_eq!(events_url(""), Err(EndpointError::Empty { expected: "wss" }));
        assert_eq!(
            events_url("https://a"),
            Err(EndpointError::Scheme { expected: "wss", found: "https".into() })
        );
        assert_eq!(events_url("wss://a#b"), Err(EndpointError::Fragment));
        let plain = |found: &str| Err(EndpointError::NotLoopback { expected: "https", found: found.into() });
        for url in [
            "http://a",
            "http://localhost.example",
            "http://128.0.0.1",
            "http://127.0.0.1.example",
            "http://[::2]",
        ] {
            assert_eq!(whip_url(url), plain("http"), "{url}");
            assert_eq!(claimed_whip_url(url), plain("http"), "{url}");
        }
        for url in ["ws://a", "ws://127.0.0.1.nip.io", "ws://0.0.0.0", "ws://[::ffff:127.0.0.1]"] {
            let refused = Err(EndpointError::NotLoopback { expected: "wss", found: "ws".into() });
            assert_eq!((events_url(url), claimed_events_url(url)), (refused.clone(), refused), "{url}");
        }
        for url in ["ws://localhost:8080", "wss://localhost", "ws://[::1]:1/x"] {
            assert_eq!(local_events_url(url).as_deref(), Some(url));
        }
        for url in [
            "",
            "ws://a",
            "wss://a",
            DEFAULT_EVENTS_URL,
            "wss://localhost?a",
            "wss://localhost#a",
            "http://localhost",
        ] {
            assert_eq!(local_events_url(url), None, "{url}");
        }
        assert_eq!(events_url("wss://a?b"), Err(EndpointError::Query));
        assert!(claimed_events_url("wss://a?b").is_ok());
        for url in ["https://a/publish", "https://a//", "https://a/b/"] {
            assert_eq!(whip_url(url), Err(EndpointError::Path), "{url}");
            assert!(claimed_whip_url(url).is_ok());
        }
        assert_eq!(whip_url("https://a/").as_deref(), Ok("https://a"));
        assert_eq!(whip_url("https://a\n"), Err(EndpointError::WhiteSpace));
        assert_eq!(whip_url("https://u:p@a"), Err(EndpointError::UserInfo));
        assert_eq!(whip_url("https://a?b"), Err(EndpointError::Query));
        assert_eq!(whip_url("https:///publish"), Err(EndpointError::NoHost));
        assert_eq!(whip_url("https:a"), Err(EndpointError::NoHost));
        assert_eq!(whip_url("https://a b"), Err(EndpointError::WhiteSpace));
        assert_eq!(whip_url("a.example"), Err(EndpointError::NotAUrl { expected: "https" }));
        let long = format!("https://{}", "a".repeat(2041));
        assert_eq!(whip_url(&long), Err(EndpointError::TooLong { actual: 2049, limit: 2048 }));
        assert!(whip_url(&long[..2048]).is_ok());
    }
}
