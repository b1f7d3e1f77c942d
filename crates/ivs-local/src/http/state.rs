//! State over HTTP: a snapshot to keep, one to go back to, and copies of accounts.

use http_body_util::{BodyExt, Full, Limited};
use hyper::body::{Bytes, Incoming};
use hyper::header::{CONTENT_TYPE, HeaderValue};
use hyper::{Method, Response, StatusCode};
use serde::Deserialize;
use serde_json::json;

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
        _ => fork(server, body).await,
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

async fn fork(server: &Server, body: Incoming) -> Answer {
    let form = |error: serde_json::Error| format!("give {{\"from\": ACCOUNT, \"to\": ACCOUNT}}: {error}");
    let asked = text(body).await.and_then(|text| serde_json::from_str::<Fork>(&text).map_err(form));
    let asked = asked.and_then(|asked| {
        let other = [&asked.from, &asked.to].into_iter().find(|one| !is_account(one));
        let error = other.map(|other| format!("`{other}` is not an account ID: that has 12 digits"));
        error.map_or(Ok(asked), Err)
    });
    let Fork { from, to } = match asked {
        Ok(asked) => asked,
        Err(error) => return Ok((StatusCode::BAD_REQUEST, message(&error))),
    };
    let Some(resources) = server.fork(&from, &to)? else {
        let error = format!("the account {to} has resources already: fork into an account that has none");
        return Ok((StatusCode::CONFLICT, message(&error)));
    };
    Ok((StatusCode::OK, json!({ "status": "ok", "resources": resources }).to_string()))
}

async fn text(body: Incoming) -> Result<String, String> {
    let whole = Limited::new(body, LIMIT).collect().await.map_err(|error| error.to_string())?;
    String::from_utf8(whole.to_bytes().into()).map_err(|_| "the body is not UTF-8".to_owned())
}

fn message(error: &dyn std::fmt::Display) -> String {
    json!({ "message": error.to_string() }).to_string()
}
