//! What the history says of something that was done to the server itself: without what nobody else may know.

use hyper::Method;
use serde_json::Value;

use super::own::OWN;
use super::sigv4::decode;

/// The most characters of a body that are told.
const LONGEST: usize = 200;

/// The members whose values are not told, at any depth.
const SECRET: [&str; 4] = ["secret", "secretKey", "streamKey", "token"];

/// What stands in the place of their values.
const MASK: &str = "***";

/// A request that was answered, in words.
pub(super) fn deed(method: &Method, path: &str, body: &[u8]) -> String {
    let kind = path.split('/').next().unwrap_or_default();
    // The address of a target can have a password in it. A body that is no JSON was not looked at.
    let body = if kind == "targets" { None } else { serde_json::from_slice(body).ok() };
    let body = body.map(|body| masked(body).to_string()).unwrap_or_default();
    let body: String = body.chars().take(LONGEST).collect();
    format!("{method} {OWN}{} {body}", decode(path)).trim_end().to_owned()
}

fn masked(value: Value) -> Value {
    match value {
        Value::Object(members) => {
            let told = members.into_iter().map(|(name, value)| {
                let value = if SECRET.contains(&name.as_str()) { MASK.into() } else { masked(value) };
                (name, value)
            });
            told.collect()
        }
        Value::Array(values) => values.into_iter().map(masked).collect(),
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_are_not_told() {
        let told = |path: &str, body: &str| deed(&Method::POST, path, body.as_bytes());
        assert_eq!(told("clock", r#"{ "advance": 60 }"#), r#"POST /_ivs/clock {"advance":60}"#);
        assert_eq!(told("reset", ""), "POST /_ivs/reset");
        assert_eq!(told("reset", "whsec_abc"), "POST /_ivs/reset");
        assert_eq!(told("targets", r#"{"url": "http://localhost/?key=abc"}"#), "POST /_ivs/targets");
        assert_eq!(
            told(
                "x%2Fy",
                r#"{"token": "abc", "all": [{"streamKey": {"a": "abc"}, "secret": 1, "secretKey": 2}]}"#
            ),
            r#"POST /_ivs/x/y {"all":[{"secret":"***","secretKey":"***","streamKey":"***"}],"token":"***"}"#
        );
        assert_eq!(
            told("x", &format!(r#"["{}"]"#, "ä".repeat(300))).chars().count(),
            "POST /_ivs/x ".len() + LONGEST
        );
    }
}
