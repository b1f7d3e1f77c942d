//! The two URLs that a participant token carries, checked.

use std::borrow::Cow;
use std::net::{Ipv4Addr, Ipv6Addr};

use fluent_uri::Uri;

use crate::value::error::EndpointError;

/// Where stage events come from unless `GetStage` says otherwise.
pub const DEFAULT_EVENTS_URL: &str = "wss://global.events.live-video.net";

/// The most bytes a stage endpoint may have (`StageEndpoint` of the `ivs-realtime` service model).
const MAX_LEN: usize = 2048;

/// An events URL: `wss:`, or `ws:` on a loopback host, with a host, without a fragment; the web client takes nothing else.
pub(crate) fn events_url(url: &str) -> Result<Cow<'static, str>, EndpointError> {
    if url == DEFAULT_EVENTS_URL {
        return Ok(Cow::Borrowed(DEFAULT_EVENTS_URL));
    }
    check(url, ["wss", "ws"])?;
    Ok(Cow::Owned(url.to_owned()))
}

/// A WHIP URL: `https:`, or `http:` on a loopback host, with a host, without a fragment and without a query, since the client appends
/// `/publish/<participant id>`.
pub(crate) fn whip_url(url: &str) -> Result<Cow<'static, str>, EndpointError> {
    if check(url, ["https", "http"])?.has_query() {
        return Err(EndpointError::Query);
    }
    Ok(Cow::Owned(url.to_owned()))
}

/// Checks a URL of the first scheme, or of the second, without TLS, on a host that no network reaches: a local service.
fn check<'a>(url: &'a str, schemes: [&'static str; 2]) -> Result<Uri<&'a str>, EndpointError> {
    if url.is_empty() {
        return Err(EndpointError::Empty { expected: schemes[0] });
    }
    if url.len() > MAX_LEN {
        return Err(EndpointError::TooLong { actual: url.len(), limit: MAX_LEN });
    }
    let uri = Uri::parse(url).map_err(|_| EndpointError::NotAUrl { expected: schemes[0] })?;
    let scheme = uri.scheme().as_str();
    let is_plain = schemes[1].eq_ignore_ascii_case(scheme);
    if !is_plain && !schemes[0].eq_ignore_ascii_case(scheme) {
        return Err(EndpointError::Scheme { expected: schemes[0], found: scheme.to_owned() });
    }
    let Some(authority) = uri.authority().filter(|authority| !authority.host().is_empty()) else {
        return Err(EndpointError::NoHost);
    };
    if authority.has_userinfo() {
        return Err(EndpointError::UserInfo);
    }
    if is_plain && !is_loopback(authority.host()) {
        return Err(EndpointError::Scheme { expected: schemes[0], found: scheme.to_owned() });
    }
    if uri.has_fragment() {
        return Err(EndpointError::Fragment);
    }
    Ok(uri)
}

/// Whether a host is this machine, by name or by address. Only the one usual way to write each address counts.
fn is_loopback(host: &str) -> bool {
    let v6 = host.strip_prefix('[').and_then(|host| host.strip_suffix(']'));
    host.eq_ignore_ascii_case("localhost")
        || host.parse::<Ipv4Addr>().is_ok_and(|address| address.is_loopback())
        || v6
            .and_then(|address| address.parse::<Ipv6Addr>().ok())
            .is_some_and(|address| address.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn takes_what_the_service_gives() {
        assert!(matches!(events_url(DEFAULT_EVENTS_URL), Ok(Cow::Borrowed(_))));
        assert!(events_url("wss://us-west-2.events.live-video.net").is_ok());
        assert!(events_url("ws://localhost:8080/x?y=z").is_ok());
        assert!(whip_url("https://453fdfd2ad24df.global-bm.whip.live-video.net").is_ok());
    }

    #[test]
    fn takes_plain_text_on_this_machine_alone() {
        for host in ["localhost", "LOCALHOST:80", "127.0.0.1:8788", "127.255.0.9", "[::1]", "[::1]:8788"] {
            assert!(whip_url(&format!("http://{host}/x")).is_ok(), "{host}");
            assert!(events_url(&format!("ws://{host}")).is_ok(), "{host}");
        }
        for host in [
            "localhost.example",
            "a.localhost",
            "localhost.",
            "127.0.0.1.example",
            "128.0.0.1",
            "0.0.0.0",
            "127.1",
            "0127.0.0.1",
            "0x7f.0.0.1",
            "2130706433",
            "[::2]",
            "[::ffff:127.0.0.1]",
            "[::]",
            "10.0.0.1",
            "a.example",
        ] {
            let found = "http".to_owned();
            assert_eq!(
                whip_url(&format!("http://{host}")),
                Err(EndpointError::Scheme { expected: "https", found }),
                "{host}"
            );
            let found = "ws".to_owned();
            assert_eq!(
                events_url(&format!("ws://{host}")),
                Err(EndpointError::Scheme { expected: "wss", found }),
                "{host}"
            );
        }
        assert_eq!(whip_url("http://u@localhost"), Err(EndpointError::UserInfo));
    }

    #[test]
    fn refuses_the_rest_by_name() {
        assert_eq!(events_url(""), Err(EndpointError::Empty { expected: "wss" }));
        assert_eq!(
            events_url("https://a"),
            Err(EndpointError::Scheme { expected: "wss", found: "https".into() })
        );
        assert_eq!(events_url("wss://a#b"), Err(EndpointError::Fragment));
        assert_eq!(
            whip_url("http://a"),
            Err(EndpointError::Scheme { expected: "https", found: "http".into() })
        );
        assert_eq!(whip_url("https://u:p@a"), Err(EndpointError::UserInfo));
        assert_eq!(whip_url("https://a?b"), Err(EndpointError::Query));
        assert_eq!(whip_url("https:///publish"), Err(EndpointError::NoHost));
        assert_eq!(whip_url("https:a"), Err(EndpointError::NoHost));
        assert_eq!(whip_url("https://a b"), Err(EndpointError::NotAUrl { expected: "https" }));
        assert_eq!(whip_url("a.example"), Err(EndpointError::NotAUrl { expected: "https" }));
        let long = format!("https://{}", "a".repeat(2041));
        assert_eq!(whip_url(&long), Err(EndpointError::TooLong { actual: 2049, limit: 2048 }));
        assert!(whip_url(&long[..2048]).is_ok());
    }
}
