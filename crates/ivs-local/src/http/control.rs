//! What is not AWS's: health, faults, the log of calls, and what a person or a test lets happen.

use std::sync::Arc;

use http_body_util::Full;
use hyper::body::Bytes;
use hyper::header::{ACCESS_CONTROL_ALLOW_ORIGIN, CONTENT_TYPE, HeaderValue};
use hyper::http::request::Parts;
use hyper::{Method, Response, StatusCode};
use ivs_model::ApiError;
use serde_json::Value;

use super::aside::aside;
use super::deed::deed;
use super::fault::{Broken, finish, pause};
use super::reply::{Reply, whole};
use super::{own, state};
use crate::console::History;
use crate::control::{Visit, refused, visit};
use crate::door::{self, Refusal};
use crate::faults::{self, Act, Cut, Strike};
use crate::server::Server;
use crate::{console, events};

/// Where clients of stages send their telemetry.
const TELEMETRY: &str = "telemetry";

/// What `before` is of the part of the timeline with what happened earlier, if there is more.
const BEFORE: &str = "x-ivs-local-before";

/// Something that was asked for, and what came of it.
struct Outcome {
    status: StatusCode,
    value: Value,
    /// What faults did to it.
    strike: Strike,
}

/// Answers a request to `/_ivs/{path}`.
pub(super) async fn control(
    server: &Arc<Server>,
    method: &Method,
    path: &str,
    body: &[u8],
) -> Result<Reply, Broken> {
    if method == Method::GET
        && let Some(page) = door::page(path, &server.settings().web_client)
    {
        return Ok(whole(page));
    }
    match (method, path) {
        (&Method::POST, TELEMETRY) => return Ok(whole(telemetry(server))),
        // They wait for nobody, however much is done aside.
        (&Method::GET, "health" | "ready") => {
            return Ok(json(server, path, StatusCode::OK, ok().to_string()));
        }
        _ => {}
    }
    let Outcome { status, value, strike } = done(server, method, path, body).await?;
    let reply = json(server, &format!("{}{path}", own::OWN), status, value.to_string());
    finish(reply, &strike).await
}

/// A page of the console, or what one of its forms asks for.
pub(super) async fn console(server: &Arc<Server>, parts: &Parts, body: &[u8]) -> Result<Reply, Broken> {
    let (path, query) = (parts.uri.path(), parts.uri.query().unwrap_or_default());
    let asked = if parts.method == Method::POST { console::asked(path, body) } else { None };
    let Some(asked) = asked else {
        return Ok(whole(console::page(server, &parts.method, path, query, body).map(Full::from)));
    };
    let Outcome { status, value, strike } = match asked.path.as_str() {
        "fork" => {
            let (status, value) = aside(server, move |server| state::fork(server, &asked.body)).await;
            Outcome { status, value, strike: Strike::default() }
        }
        path => done(server, &asked.method, path, asked.body.as_bytes()).await?,
    };
    let answer = if status.is_success() {
        console::back(&asked.back)
    } else {
        let words = value.get("message").and_then(Value::as_str).unwrap_or_default();
        console::refused(server, status, words)
    };
    finish(whole(answer.map(Full::from)), &strike).await
}

/// Does what a request asks for that is not AWS's, and keeps that it was done. Faults are asked about whoever comes without
/// a client.
async fn done(server: &Arc<Server>, method: &Method, path: &str, body: &[u8]) -> Result<Outcome, Broken> {
    let of = |(status, value): (u16, Value), strike| Outcome {
        status: StatusCode::from_u16(status).unwrap_or(StatusCode::BAD_REQUEST),
        value,
        strike,
    };
    let order = server.pulse().order();
    let (strike, told) = match visit(server, method.as_str(), path, body) {
        None => (Strike::default(), body.to_vec()),
        Some(Err(answer)) => return Ok(of(answer, Strike::default())),
        Some(Ok(Visit { claim, body })) => {
            let strike = server.faults().strike(&claim.subject(), server.keeper().clock.now());
            pause(strike.delay).await;
            match &strike.act {
                Some(Act::Cut(Cut::Before)) => return Err(Broken),
                Some(Act::Refuse(code, message)) => {
                    let refusal = Refusal::new(code, message);
                    server.live().gate.note_struck(claim.shown(), &refusal, &strike.told);
                    return Ok(of(refused(&refusal), strike));
                }
                _ => {}
            }
            (strike, body)
        }
    };
    let (method, path, body) = (method.clone(), path.to_owned(), body.to_vec());
    let (status, value) = aside(server, move |server| {
        let (status, value) = attempt(server, &method, &path, &told);
        let kind = path.split('/').next().unwrap_or_default();
        if status.is_success() && method != Method::GET && kind != "inspect" {
            server.note_deed(order, kind, deed(&method, &path, &body));
        }
        (status, value)
    })
    .await;
    Ok(Outcome { status, value, strike })
}

fn ok() -> Value {
    serde_json::json!({ "status": "ok" })
}

/// As [`done`], without keeping it.
fn attempt(server: &Server, method: &Method, path: &str, body: &[u8]) -> (StatusCode, Value) {
    let message = |error: &dyn std::fmt::Display| serde_json::json!({ "message": error.to_string() });
    let ruled = (server.faults(), server.rates(), server.model());
    if let Some((status, value)) = faults::answer(ruled, method.as_str(), path, body) {
        return (StatusCode::from_u16(status).unwrap_or(StatusCode::BAD_REQUEST), value);
    }
    if let Some((status, value)) = events::answer(server.targets(), method.as_str(), path, body) {
        return (StatusCode::from_u16(status).unwrap_or(StatusCode::BAD_REQUEST), value);
    }
    match (method, path) {
        (&Method::GET, TELEMETRY) => {
            (StatusCode::OK, serde_json::json!({ "requests": server.log().telemetry() }))
        }
        (&Method::GET, "calls") => (StatusCode::OK, server.log().to_json()),
        (&Method::GET, "refusals") => (StatusCode::OK, serde_json::json!(server.door().refusals().list())),
        (&Method::POST, "inspect") => match console::inspected(server, body) {
            Ok(value) => (StatusCode::OK, value),
            Err(error) => (StatusCode::BAD_REQUEST, message(&error)),
        },
        (&Method::POST, "reset") => match server.reset() {
            Ok(()) => (StatusCode::OK, ok()),
            Err(error) => (StatusCode::INTERNAL_SERVER_ERROR, message(&error)),
        },
        _ => match crate::control::control(server, method.as_str(), path, body) {
            Some((status, value)) => (StatusCode::from_u16(status).unwrap_or(StatusCode::BAD_REQUEST), value),
            None => (StatusCode::NOT_FOUND, message(&own::unknown(path))),
        },
    }
}

/// The timeline as JSON, as a query asks for it.
pub(super) fn history(server: &Server, parts: &Parts) -> Reply {
    match console::history(server, parts.uri.query().unwrap_or_default()) {
        Ok(History { lines, before }) => {
            let mut reply = json(server, parts.uri.path(), StatusCode::OK, lines.to_string());
            if let Some(before) = before {
                reply.headers_mut().insert(BEFORE, HeaderValue::from(before));
            }
            reply
        }
        Err(message) => {
            let told = serde_json::json!({ "message": message });
            refuse(server, parts.uri.path(), StatusCode::BAD_REQUEST, &told)
        }
    }
}

/// Counts what a client tells of itself, and keeps nothing.
fn telemetry(server: &Server) -> Response<Full<Bytes>> {
    server.log().count_telemetry();
    let mut response = Response::new(Full::default());
    *response.status_mut() = StatusCode::NO_CONTENT;
    response.headers_mut().insert(ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
    response
}

/// An answer about what is the server's own, in JSON; a refusal in the form that all have.
pub(super) fn json(server: &Server, path: &str, status: StatusCode, text: String) -> Reply {
    if !status.is_success() {
        return refuse(server, path, status, &serde_json::from_str(&text).unwrap_or_default());
    }
    let mut response = Response::new(Full::from(text));
    *response.status_mut() = status;
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    whole(response)
}

/// A refusal in the form that all have.
pub(super) fn refuse(server: &Server, path: &str, status: StatusCode, told: &Value) -> Reply {
    whole(own::refuse(server.url(), path, status, told).map(Full::from))
}

/// The refusal of a body that did not come whole.
pub(super) fn unread(server: &Server, path: &str, error: &ApiError) -> Reply {
    let status = StatusCode::from_u16(error.status()).unwrap_or(StatusCode::BAD_REQUEST);
    refuse(server, path, status, &serde_json::json!({ "message": error.message() }))
}
