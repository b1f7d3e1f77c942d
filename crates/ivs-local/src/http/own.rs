//! Every path under `/_ivs/` with its methods. A request for another path or method is answered with the ones that
//! exist.

use hyper::header::{ALLOW, CONTENT_TYPE, HeaderValue};
use hyper::{Method, Response, StatusCode};
use serde_json::{Value, json};

use super::sigv4::decode;

/// The prefix of the paths.
pub(super) const OWN: &str = "/_ivs/";

/// A request that exists: a path, a method, and an example of a body.
struct Way {
    path: &'static str,
    method: &'static str,
    body: &'static str,
}

const fn get(path: &'static str) -> Way {
    Way { path, method: "GET", body: "" }
}

const fn post(path: &'static str, body: &'static str) -> Way {
    Way { path, method: "POST", body }
}

const fn delete(path: &'static str) -> Way {
    Way { path, method: "DELETE", body: "" }
}

/// `ARN` stands for an ARN, and `ID` for one part of a path.
const WAYS: &[Way] = &[
    post("calm", ""),
    get("calls"),
    get("changes"),
    post("channels/ARN/live", r#"{"viewers": 12}"#),
    delete("channels/ARN/live"),
    post("channels/ARN/recording", r#"{"state": "FAILED"}"#),
    post("channels/ARN/viewers", r#"{"viewerId": "ana"}"#),
    delete("channels/ARN/viewers/ID"),
    get("clock"),
    post("clock", r#"{"freeze": true, "advance": 60}"#),
    post("compositions/ARN/destinations/ID", r#"{"state": "FAILED"}"#),
    post("compositions/ARN/state", r#"{"state": "FAILED"}"#),
    get("events"),
    get("faults"),
    post("faults", r#"{"operation": "GetStage", "error": "ThrottlingException", "count": 3}"#),
    delete("faults"),
    delete("faults/ID"),
    post("fork", r#"{"from": "123456789012", "to": "210987654321"}"#),
    get("health"),
    get("history"),
    post("inspect", r#"{"token": "eyJ…"}"#),
    post("ingest-configurations/ARN/publish", ""),
    delete("ingest-configurations/ARN/publish"),
    get("rates"),
    post("rates", r#"{"rates": "on"}"#),
    get("ready"),
    get("refusals"),
    post("reset", ""),
    post("restore", "@state.json"),
    get("snapshot"),
    get("stage"),
    get("stage.js"),
    get("web-client.js"),
    post("stages/ARN/participants", r#"{"userId": "ana"}"#),
    delete("stages/ARN/participants/ID"),
    post("stages/ARN/participants/ID/publish", ""),
    delete("stages/ARN/participants/ID/publish"),
    post("stages/ARN/participants/ID/recording", r#"{"state": "FAILED"}"#),
    get("targets"),
    post("targets", r#"{"url": "http://localhost:9000/hook"}"#),
    delete("targets/ID"),
    get("telemetry"),
    post("telemetry", "{}"),
];

/// The method with which to continue, or the answer to a request that does not exist in this form.
pub(super) fn method(url: &str, method: &Method, path: &str) -> Result<Method, Box<Response<String>>> {
    let name = name_of(path);
    let ways: Vec<_> = WAYS.iter().filter(|way| fits(way.path, &name)).collect();
    // HEAD is allowed wherever GET is.
    let wanted = if method == Method::HEAD { Method::GET } else { method.clone() };
    if ways.iter().any(|way| way.method == wanted.as_str()) {
        return Ok(wanted);
    }
    if ways.is_empty() {
        let told = malformed(&name).map(|message| json!({ "message": message }));
        // A path that is not listed may still exist.
        return told
            .map_or(Ok(wanted), |told| Err(Box::new(refuse(url, path, StatusCode::NOT_FOUND, &told))));
    }
    let methods: Vec<_> = ways.iter().map(|way| way.method).collect();
    let message = format!("{path} accepts {}, not {method}", methods.join(" and "));
    let mut answer = refuse(url, path, StatusCode::METHOD_NOT_ALLOWED, &json!({ "message": message }));
    allow(&mut answer, &methods);
    Err(Box::new(answer))
}

/// Adds the header that lists the methods.
fn allow<B>(answer: &mut Response<B>, methods: &[&str]) {
    let mut all = methods.to_vec();
    if all.contains(&"GET") {
        all.push("HEAD");
    }
    if let Ok(all) = HeaderValue::from_str(&all.join(", ")) {
        answer.headers_mut().insert(ALLOW, all);
    }
}

/// A refusal in the form that all refusals have: a code, what is wrong, and what to do. `told` holds all three, or
/// only what is wrong.
pub(super) fn refuse(url: &str, path: &str, status: StatusCode, told: &Value) -> Response<String> {
    let text = |name: &str| told.get(name).and_then(Value::as_str).map(str::to_owned);
    let reason = || status.canonical_reason().unwrap_or("Error").replace(' ', "");
    let body = json!({
        "code": text("code").unwrap_or_else(reason),
        "message": text("message").unwrap_or_default(),
        "advice": text("advice").unwrap_or_else(|| advice(url, path)),
    });
    let mut answer = Response::new(body.to_string());
    *answer.status_mut() = status;
    answer.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    answer
}

/// The right requests for this path, or all paths if there is no such path.
fn advice(url: &str, path: &str) -> String {
    let name = name_of(path);
    let ways: Vec<_> = WAYS.iter().filter(|way| fits(way.path, &name)).map(|way| way.show(url)).collect();
    if ways.is_empty() {
        let mut all: Vec<_> = WAYS.iter().map(|way| way.path).collect();
        all.dedup();
        return format!("These are the paths under {OWN}: {}", all.join(", "));
    }
    format!("Use one of these requests: {}", ways.join("; "))
}

impl Way {
    fn show(&self, url: &str) -> String {
        let method = if self.method == "GET" { String::new() } else { format!("-X {} ", self.method) };
        let body = match self.body {
            "" => String::new(),
            file if file.starts_with('@') => format!(" --data-binary {file}"),
            body => format!(" -d '{body}'"),
        };
        format!("curl {method}{url}{OWN}{}{body}", self.path)
    }
}

/// The path after `/_ivs/`, decoded. The reset path of moto's server means the same as `reset`, for tests that were
/// written for moto.
fn name_of(path: &str) -> String {
    if path == "/moto-api/reset" {
        "reset".to_owned()
    } else {
        decode(path.strip_prefix(OWN).unwrap_or(path))
    }
}

/// The message for a path that does not exist.
pub(super) fn unknown(path: &str) -> String {
    let name = name_of(path);
    format!("there is nothing at {OWN}{name}")
}

/// The message about an invalid ARN in a path, if the ARN is invalid.
fn malformed(name: &str) -> Option<String> {
    let (kind, rest) = name.split_once('/')?;
    if !matches!(kind, "stages" | "channels" | "compositions" | "ingest-configurations") || rest.is_empty() {
        return None;
    }
    let noun = kind.trim_end_matches('s');
    let mut parts = rest.split('/');
    let arn = format!("{}/{}", parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
    if is_arn(&arn, noun) {
        return None;
    }
    let given = rest.split('/').next().unwrap_or_default();
    let given = if given.starts_with("arn:") { arn.as_str() } else { given };
    Some(format!(
        "`{given}` is not the ARN of a {noun}, which looks like arn:aws:ivs:REGION:ACCOUNT:{noun}/ID"
    ))
}

fn is_arn(text: &str, kind: &str) -> bool {
    crate::arn::Arn::parse(text).is_some_and(|arn| arn.kind == kind)
}

/// Whether a path matches a pattern.
fn fits(pattern: &str, name: &str) -> bool {
    let mut parts = name.split('/');
    let noun = pattern.split('/').next().unwrap_or_default().trim_end_matches('s');
    let fits = pattern.split('/').all(|wanted| match (wanted, parts.next()) {
        // An ARN contains a slash.
        ("ARN", Some(part)) => is_arn(&format!("{part}/{}", parts.next().unwrap_or_default()), noun),
        ("ID", Some(part)) => !part.is_empty(),
        (wanted, Some(part)) => wanted == part,
        (_, None) => false,
    });
    fits && parts.next().is_none()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::documentation;

    const URL: &str = "http://localhost:8788";
    const STAGE: &str = "arn:aws:ivs:us-east-1:123456789012:stage/abc";

    fn refusal(method: &Method, path: &str) -> (u16, String, Value) {
        let answer = super::method(URL, method, path).unwrap_err();
        let allow = answer.headers().get(ALLOW).map(|all| all.to_str().unwrap().to_owned());
        (answer.status().as_u16(), allow.unwrap_or_default(), serde_json::from_str(answer.body()).unwrap())
    }

    #[test]
    fn what_is_there_is_found() {
        let encoded = STAGE.replace(':', "%3A").replace('/', "%2F");
        for (method, path) in [
            (Method::GET, "/_ivs/clock".to_owned()),
            (Method::POST, "/moto-api/reset".to_owned()),
            (Method::DELETE, "/_ivs/faults/f1".to_owned()),
            (Method::POST, format!("/_ivs/stages/{STAGE}/participants")),
            (Method::POST, format!("/_ivs/stages/{encoded}/participants/ana/publish")),
        ] {
            assert_eq!(super::method(URL, &method, &path).unwrap(), method, "{path}");
        }
        assert_eq!(super::method(URL, &Method::HEAD, "/_ivs/ready").unwrap(), Method::GET);
    }

    #[test]
    fn another_method_is_told_the_right_ones() {
        let (status, allow, body) = refusal(&Method::PUT, "/_ivs/clock");
        assert_eq!((status, allow.as_str()), (405, "GET, POST, HEAD"));
        assert_eq!(body["code"], "MethodNotAllowed");
        assert_eq!(body["message"], "/_ivs/clock accepts GET and POST, not PUT");
        assert!(
            body["advice"].as_str().unwrap().contains("curl -X POST http://localhost:8788/_ivs/clock -d '{")
        );
        for path in ["/_ivs/reset", "/moto-api/reset", "/_ivs/restore", "/_ivs/inspect", "/_ivs/fork"] {
            assert_eq!(refusal(&Method::GET, path).1, "POST", "{path}");
        }
        let live = format!("/_ivs/channels/{}/live", STAGE.replace("stage", "channel"));
        assert_eq!(refusal(&Method::GET, &live).1, "POST, DELETE");
    }

    #[test]
    fn what_is_not_there_is_told_what_is() {
        assert_eq!(unknown("/_ivs/helth"), "there is nothing at /_ivs/helth");
        let told = refuse(URL, "/_ivs/helth", StatusCode::NOT_FOUND, &json!({ "message": "x" }));
        assert!(told.body().contains("health, "), "{}", told.body());
        assert_eq!(
            super::method(URL, &Method::PUT, "/_ivs/helth").unwrap(),
            Method::PUT,
            "others may know it"
        );
        for (path, words) in [
            (
                "/_ivs/stages/nonsense/participants",
                "`nonsense` is not the ARN of a stage, which looks like arn:aws:ivs:REGION",
            ),
            ("/_ivs/channels/arn:aws:ivs:us-east-1:1:stage/x/live", "stage/x` is not the ARN of a channel"),
        ] {
            let body = refusal(&Method::POST, path).2;
            assert!(body["message"].as_str().unwrap().contains(words), "{body}");
        }
    }

    #[test]
    fn the_documentation_names_every_path() {
        let text = documentation::text();
        for way in WAYS {
            let path = way.path;
            assert!(
                text.contains(&format!("/_ivs/{path}")),
                "docs/local.md does not say what /_ivs/{path} is"
            );
        }
    }
}
