//! The name that a request was sent to. A page of another site can let a name of its own lead to this machine ("DNS
//! rebinding"), and a browser then takes the server for a part of that site: what such a name asks for is not
//! answered. An address leads nowhere but to itself, so that each is taken: those of containers and of other machines
//! are many.

use std::net::IpAddr;

use hyper::HeaderMap;
use hyper::Uri;
use hyper::header::HOST;

use crate::settings::Settings;

/// A name that this server is not known by, if a request was sent to one.
pub(super) fn stranger(settings: &Settings, uri: &Uri, headers: &HeaderMap) -> Option<String> {
    // Whoever sends none is no browser.
    let named =
        headers.get_all(HOST).iter().map(|host| String::from_utf8_lossy(host.as_bytes()).into_owned());
    let asked = uri.authority().map(|authority| authority.as_str().to_owned());
    named.chain(asked).find(|name| !is_own(settings, name))
}

/// What to say to whoever asked for a strange name.
pub(super) fn refusal(name: &str) -> String {
    let host = host_of(name);
    // AWS's SDKs show their users the message alone.
    format!(
        "this server does not accept requests for the host name {name}: if the name is yours, start the server with --allow-host {host}"
    )
}

/// What whoever asked for a strange name can do.
pub(super) fn advice(name: &str) -> String {
    let host = host_of(name);
    format!("Use localhost, or start the server with --allow-host {host}.")
}

fn is_own(settings: &Settings, name: &str) -> bool {
    let host = host_of(name);
    if host.parse::<IpAddr>().is_ok() {
        return true;
    }
    let host = host.strip_suffix('.').unwrap_or(host).to_ascii_lowercase();
    let is_allowed = || settings.hosts.iter().any(|own| own.eq_ignore_ascii_case(&host));
    host == "localhost" || host.ends_with(".localhost") || is_allowed()
}

/// A host without its port and the brackets of an IPv6 address.
fn host_of(name: &str) -> &str {
    if let Some((address, port)) = name.strip_prefix('[').and_then(|rest| rest.split_once(']'))
        && (port.is_empty() || port.starts_with(':'))
    {
        return address;
    }
    name.split_once(':').map_or(name, |(host, _)| host)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_strange(name: &str) -> bool {
        let settings = Settings { hosts: vec!["ivs.test".to_owned()], ..Settings::default() };
        let mut headers = HeaderMap::new();
        headers.insert(HOST, name.parse().unwrap());
        let of_header = stranger(&settings, &Uri::from_static("/"), &headers);
        if let Ok(uri) = format!("http://{name}/").parse() {
            let of_uri = stranger(&settings, &uri, &HeaderMap::new());
            assert_eq!(of_header, of_uri, "{name}");
        }
        of_header.is_some()
    }

    #[test]
    fn its_own_names() {
        for name in [
            "localhost",
            "localhost:8788",
            "LocalHost.:8788",
            "stage.localhost:8788",
            "127.0.0.1:8788",
            "127.9.8.7",
            "[::1]:8788",
            "[::ffff:127.0.0.1]",
            "172.17.0.2:80",
            "192.168.1.5:8788",
            "0.0.0.0:8788",
            "[2001:db8::1]:8788",
            "ivs.test:1",
            "IVS.test.",
        ] {
            assert!(!is_strange(name), "{name}");
        }
        let nobody = stranger(&Settings::default(), &Uri::from_static("/"), &HeaderMap::new());
        assert_eq!(nobody, None, "no browser leaves the name out");
    }

    #[test]
    fn names_of_others() {
        for name in [
            "evil.example",
            "evil.example:8788",
            "localhost.evil.example",
            "notlocalhost",
            "127.0.0.1.evil.example",
            "more.ivs.test",
            "192.168.1.5.:8788",
            "192.168.1:8788",
            "[192.168.1.5].evil.example",
            "[evil.example]",
            "",
        ] {
            assert!(is_strange(name), "{name}");
        }
        // A second header does not hide the first.
        let mut headers = HeaderMap::new();
        headers.append(HOST, "localhost".parse().unwrap());
        headers.append(HOST, "evil.example".parse().unwrap());
        let found = stranger(&Settings::default(), &Uri::from_static("/"), &headers);
        assert_eq!(found.as_deref(), Some("evil.example"));
        assert!(refusal("evil.example:80").ends_with("--allow-host evil.example"));
    }
}
