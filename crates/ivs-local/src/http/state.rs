//! State over HTTP: a snapshot to keep, one to go back to, and copies of accounts.

use http_body_util::{BodyExt, Full, Limited};
use hyper::body::{Bytes, Incoming};
use hyper::header::{CONTENT_TYPE, HeaderValue};
use hyper::{Method, Response, StatusCode};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::server::Server;
use crate::state::{State, is_account};

/// The most bytes of a state that is sent.
const LIMIT: usize = 256 << 20;

/// Whether a request is about the state of the server.
pub(super) fn is_of_state(method: &Method, path: &str) -> bool {
    matches!(
        (method, path),
        (&Method::GET, "/_ivs/snapshot") | (&Method::POST, "/_ivs/restore" | "/_ivs/fork")
    )
}

/// Answers a request about the state of the server.
pub(super) async fn answer(server: &Server, path: &str, body: Incoming) -> Response<Full<Bytes>> {
    let (status, text) = match path {
        "/_ivs/snapshot" => server.snapshot().map(|state| (StatusCode::OK, state.to_json())),
        "/_ivs/restore" => restore(server, body).await,
        _ => Ok(match text(body).await {
            Ok(text) => {
                let (status, value) = fork(server, &text);
                (status, value.to_string())
            }
            Err(error) => (StatusCode::BAD_REQUEST, message(&error)),
        }),
    }
    .unwrap_or_else(|error| (StatusCode::INTERNAL_SERVER_ERROR, message(&error)));
    let mut response = Response::new(Full::from(text));
    *response.status_mut() = status;
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    response
}

type Answer = Result<(StatusCode, String), crate::store::StoreError>;

async fn restore(server: &Server, body: Incoming) -> Answer {
    let state =
        match text(body).await.and_then(|text| State::from_json(&text).map_err(|error| error.to_string())) {
            Ok(state) => state,
            Err(error) => return Ok((StatusCode::BAD_REQUEST, message(&error))),
        };
    server.restore(&state)?;
    Ok((StatusCode::OK, json!({ "status": "ok" }).to_string()))
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
            format!("`{other}` is not an account ID: that has 12 digits"),
        );
    }
    match server.fork(&from, &to) {
        Ok(Some(resources)) => (StatusCode::OK, json!({ "status": "ok", "resources": resources })),
        Ok(None) => {
            let error = format!("the account {to} has resources already: fork into an account that has none");
            refused(StatusCode::CONFLICT, error)
        }
        Err(error) => refused(StatusCode::INTERNAL_SERVER_ERROR, error.to_string()),
    }
}

async fn text(body: Incoming) -> Result<String, String> {
    let whole = Limited::new(body, LIMIT).collect().await.map_err(|error| error.to_string())?;
    String::from_utf8(whole.to_bytes().into()).map_err(|_| "the body is not UTF-8".to_owned())
}

fn message(error: &dyn std::fmt::Display) -> String {
    json!({ "message": error.to_string() }).to_string()
}
