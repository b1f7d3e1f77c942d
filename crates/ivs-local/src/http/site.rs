//! Whose page a request comes from.

use hyper::header::{HOST, ORIGIN};
use hyper::{HeaderMap, Method};

/// Whether a page of another site asks to change something of the server itself: a browser sends such a request wherever a page
/// likes, and only keeps the answer from it. What clients of stages send comes from pages of any site.
pub(super) fn is_foreign(method: &Method, path: &str, headers: &HeaderMap) -> bool {
    let is_own = path.starts_with("/_ivs/") || path.starts_with("/moto-api/");
    if !is_own || path == "/_ivs/telemetry" || matches!(*method, Method::GET | Method::HEAD | Method::OPTIONS)
    {
        return false;
    }
    let text =
        |name| headers.get(name).map(|value: &hyper::header::HeaderValue| value.to_str().unwrap_or_default());
    if let Some(site) = headers.get("sec-fetch-site").map(|site| site.to_str().unwrap_or_default()) {
        // Only browsers send it, and no page can.
        return !matches!(site, "none" | "same-origin");
    }
    // Older browsers: the host of the page is this one.
    text(ORIGIN).is_some_and(|origin| {
        origin.split_once("://").map(|(_, host)| host) != Some(text(HOST).unwrap_or_default())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(method: &str, path: &str, headers: &[(&'static str, &str)]) -> bool {
        let mut all = HeaderMap::new();
        all.insert(HOST, "localhost:8788".parse().unwrap());
        for (name, value) in headers {
            all.insert(*name, value.parse().unwrap());
        }
        is_foreign(&method.parse().unwrap(), path, &all)
    }

    #[test]
    fn a_page_of_another_site_changes_nothing() {
        for path in ["/_ivs/reset", "/_ivs/faults", "/_ivs/console/do", "/moto-api/reset"] {
            for method in ["POST", "DELETE"] {
                assert!(asked(method, path, &[("sec-fetch-site", "cross-site")]));
                assert!(asked(method, path, &[("sec-fetch-site", "same-site")]));
                assert!(asked(method, path, &[("origin", "http://evil.example")]));
                assert!(asked(method, path, &[("origin", "http://localhost:3000")]));
                assert!(asked(method, path, &[("origin", "null")]));
            }
        }
    }

    #[test]
    fn its_own_pages_and_programs_do() {
        for headers in [
            &[][..],
            &[("sec-fetch-site", "none")],
            &[("sec-fetch-site", "same-origin"), ("origin", "http://localhost:8788")],
            &[("origin", "http://localhost:8788")],
        ] {
            assert!(!asked("POST", "/_ivs/reset", headers), "{headers:?}");
        }
        // What is read, and what clients of stages and SDKs send, comes from anywhere.
        assert!(!asked("GET", "/_ivs/health", &[("sec-fetch-site", "cross-site")]));
        for path in ["/CreateStage", "/_ivs/telemetry", "/publish/ana"] {
            assert!(!asked("POST", path, &[("sec-fetch-site", "cross-site")]));
        }
    }
}
