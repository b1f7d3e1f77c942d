//! State over HTTP: a snapshot to keep, one to go back to, and copies of accounts.

use std::sync::Arc;

use hyper::body::Incoming;
use hyper::{Method, StatusCode};
use serde::Deserialize;
use serde_json::{Value, json};

use super::aside::aside;
use super::body::{Unread, collect};
use crate::server::Server;
use crate::state::{RestoreError, State, is_account};

/// The most bytes of a state that is sent.
const LIMIT: usize = 32 << 20;

/// Whether a request is about the state of the server.
pub(super) fn is_of_state(method: &Method, path: &str) -> bool {
    matches!(
        (method, path),
        (&Method::GET, "/_ivs/snapshot") | (&Method::POST, "/_ivs/restore" | "/_ivs/fork")
    )
}

/// Answers a request about the state of the server. A state can be large: it is read, checked and written aside.
pub(super) async fn answer(server: &Arc<Server>, path: &str, body: Incoming) -> (StatusCode, String) {
    let work: fn(&Server, &str) -> _ = match path {
        "/_ivs/snapshot" => return aside(server, snapshot).await,
        "/_ivs/restore" => restore,
        _ => |server: &Server, text: &str| {
            let (status, value) = fork(server, text);
            (status, value.to_string())
        },
    };
    match text(server, body).await {
        Ok(text) => aside(server, move |server| work(server, &text)).await,
        Err((status, error)) => (status, message(&error)),
    }
}

fn snapshot(server: &Server) -> (StatusCode, String) {
    match server.snapshot() {
        Ok(state) => (StatusCode::OK, state.to_json()),
        Err(error) => (StatusCode::INTERNAL_SERVER_ERROR, message(&error)),
    }
}

fn restore(server: &Server, text: &str) -> (StatusCode, String) {
    let state = match State::from_json(text) {
        Ok(state) => state,
        Err(error) => return (StatusCode::BAD_REQUEST, message(&error)),
    };
    match server.restore(&state) {
        Ok(()) => {
            let records = state.entries().len();
            let what = format!("POST /_ivs/restore: a state of {records} records");
            server.note_deed(server.pulse().order(), "restore", what);
            (StatusCode::OK, json!({ "status": "ok" }).to_string())
        }
        Err(error @ RestoreError::Store(_)) => (StatusCode::INTERNAL_SERVER_ERROR, message(&error)),
        Err(error) => (StatusCode::BAD_REQUEST, message(&error)),
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Fork {
    from: String,
    to: String,
}

/// Copies the resources of an account, as the body asks.
pub(super) fn fork(server: &Server, body: &str) -> (StatusCode, Value) {
    let refused = |status, error: String| (status, json!({ "message": error }));
    let Fork { from, to } = match serde_json::from_str(body) {
        Ok(asked) => asked,
        Err(error) => {
            let error = format!("give {{\"from\": ACCOUNT, \"to\": ACCOUNT}}: {error}");
            return refused(StatusCode::BAD_REQUEST, error);
        }
    };
    if let Some(other) = [&from, &to].into_iter().find(|one| !is_account(one)) {
        return refused(
            StatusCode::BAD_REQUEST,
            format!("`{other}` is not an account ID: an account ID has 12 digits"),
        );
    }
    match server.fork(&from, &to) {
        Ok(Some(resources)) => {
            let what = format!("POST /_ivs/fork from {from} to {to}: {resources} resources");
            server.note_deed(server.pulse().order(), "fork", what);
            (StatusCode::OK, json!({ "status": "ok", "resources": resources }))
        }
        Ok(None) => {
            let error = format!("the account {to} already has resources: fork into an account that has none");
            refused(StatusCode::CONFLICT, error)
        }
        Err(error) => refused(StatusCode::INTERNAL_SERVER_ERROR, error.to_string()),
    }
}

async fn text(server: &Server, body: Incoming) -> Result<String, (StatusCode, String)> {
    let whole = collect(server, body, LIMIT).await.map_err(|error| match error {
        Unread::TooLarge => {
            let message = format!(
                "the state has more than {} MiB, which is the limit over HTTP: start the server with --init FILE instead",
                LIMIT >> 20
            );
            (StatusCode::PAYLOAD_TOO_LARGE, message)
        }
        Unread::TooSlow(_) => (StatusCode::REQUEST_TIMEOUT, error.to_string()),
        Unread::Broken(_) => (StatusCode::BAD_REQUEST, error.to_string()),
    })?;
    String::from_utf8(whole.into())
        .map_err(|_| (StatusCode::BAD_REQUEST, "the body is not UTF-8: send the file unchanged".to_owned()))
}

fn message(error: &dyn std::fmt::Display) -> String {
    json!({ "message": error.to_string() }).to_string()
}
