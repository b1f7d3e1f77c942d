//! The trace that a call belongs to, as the client names it, so that the log and the client's own spans can be brought together.

use hyper::HeaderMap;
use serde::{Serialize, Serializer};

/// A trace, and the span of it that made a call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Trace {
    /// 32 hexadecimal digits.
    pub(crate) id: String,
    /// 16 hexadecimal digits.
    pub(crate) span: String,
    /// 2 hexadecimal digits; `01` if the client keeps the trace.
    pub(crate) flags: String,
}

impl Trace {
    /// The trace of a call: that of `traceparent`, or else that of `X-Amzn-Trace-Id`, which AWS's SDKs send within Lambda. None if
    /// there is none that is right: a receiver must not go on with a broken one (W3C Trace Context, 3.2.2).
    pub(crate) fn of(headers: &HeaderMap) -> Option<Self> {
        let text = |name: &str| headers.get(name)?.to_str().ok();
        text("traceparent").and_then(w3c).or_else(|| text("x-amzn-trace-id").and_then(x_ray))
    }

    fn new(id: String, span: &str, flags: &str) -> Option<Self> {
        let is_id = |text: &str, len: usize| is_hex(text, len) && text.bytes().any(|byte| byte != b'0');
        let is_right = is_id(&id, 32) && is_id(span, 16) && is_hex(flags, 2);
        is_right.then(|| Self { id, span: span.to_owned(), flags: flags.to_owned() })
    }
}

/// Whoever reads the log looks for the trace alone.
impl Serialize for Trace {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.id.serialize(serializer)
    }
}

/// `traceparent` (W3C Trace Context, 3.2): version, trace, span and flags. Versions to come may have more behind it.
fn w3c(text: &str) -> Option<Trace> {
    let mut parts = text.trim().split('-');
    let version = parts.next().filter(|version| is_hex(version, 2) && *version != "ff")?;
    let trace = Trace::new(parts.next()?.to_owned(), parts.next()?, parts.next()?)?;
    (version != "00" || parts.next().is_none()).then_some(trace)
}

/// `X-Amzn-Trace-Id` (AWS X-Ray Developer Guide, tracing header): `Root=1-` with 8 and 24 digits, `Parent=`, `Sampled=`.
fn x_ray(text: &str) -> Option<Trace> {
    let part = |name: &str| text.split(';').find_map(|part| part.trim().strip_prefix(name));
    let root = part("Root=1-")?;
    let (time, rest) = root.split_once('-')?;
    let flags = if part("Sampled=") == Some("1") { "01" } else { "00" };
    Trace::new(format!("{time}{rest}"), part("Parent=")?, flags)
}

fn is_hex(text: &str, len: usize) -> bool {
    text.len() == len && text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
}

#[cfg(test)]
mod tests {
    use super::*;

    const TRACE: &str = "4bf92f3577b34da6a3ce929d0e0e4736";
    const SPAN: &str = "00f067aa0ba902b7";

    fn of(name: &'static str, value: &str) -> Option<Trace> {
        let mut headers = HeaderMap::new();
        headers.insert(name, value.parse().unwrap());
        Trace::of(&headers)
    }

    #[test]
    fn a_trace_is_read_as_both_kinds_of_header_have_it() {
        let expected = |flags: &str| Trace::new(TRACE.to_owned(), SPAN, flags);
        assert!(expected("01").is_some());
        let w3c = |text: String| of("traceparent", &text);
        assert_eq!(w3c(format!("00-{TRACE}-{SPAN}-01")), expected("01"));
        assert_eq!(w3c(format!("01-{TRACE}-{SPAN}-00-more")), expected("00"), "a version to come");
        let x_ray =
            |rest: &str| of("x-amzn-trace-id", &format!("Root=1-{}-{}{rest}", &TRACE[..8], &TRACE[8..]));
        assert_eq!(x_ray(&format!(";Parent={SPAN};Sampled=1")), expected("01"));
        assert_eq!(x_ray(&format!("; Parent={SPAN}")), expected("00"));
        assert_eq!(x_ray(";Sampled=1"), None, "there is no span");
    }

    #[test]
    fn a_broken_trace_is_none() {
        let zeros = "0".repeat(32);
        for text in [
            String::new(),
            format!("ff-{TRACE}-{SPAN}-01"),
            format!("00-{TRACE}-{SPAN}"),
            format!("00-{TRACE}-{SPAN}-01-more"),
            format!("00-{zeros}-{SPAN}-01"),
            format!("00-{TRACE}-{}-01", &zeros[..16]),
            format!("00-{}-{SPAN}-01", TRACE.to_uppercase()),
            format!("00-{TRACE}0-{SPAN}-01"),
            format!("00-{TRACE}-{SPAN}-1"),
        ] {
            assert_eq!(of("traceparent", &text), None, "{text}");
        }
    }
}
