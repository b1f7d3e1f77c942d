//! axum: POST /stages/lobby/token mints a token for whoever is signed in, GET /whoami says whose token it is.
//!
//!     cargo run -p ivs-token-examples --bin axum_server -- PRIVATE_KEY_FILE KEY_ARN STAGE_JSON_FILE ADDRESS

use std::sync::Arc;
use std::time::Duration;

use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use ivs_token::{Capabilities, SigningKey, Stage, Verifier};
use serde_json::json;

/// Made once: keys are parsed here and never again.
struct Lobby {
    key: SigningKey,
    stage: Stage,
    verifier: Verifier,
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [key_file, key_arn, stage_file, address] = arguments.as_slice() else {
        return Err("usage: axum_server PRIVATE_KEY_FILE KEY_ARN STAGE_JSON_FILE ADDRESS".into());
    };
    let key = SigningKey::from_file(key_file, None)?.with_id(key_arn.parse()?);
    let stage = Stage::from_json(std::fs::read(stage_file)?)?;
    let public_key = key.verifying_key().clone();
    let verifier = Verifier::builder().key(key_arn.parse()?, public_key).stage(stage.arn()).build()?;

    let app = Router::new()
        .route("/stages/{stage}/token", post(token))
        .route("/whoami", get(whoami))
        .with_state(Arc::new(Lobby { key, stage, verifier }));
    let listener = tokio::net::TcpListener::bind(address).await?;
    println!("listening on {}", listener.local_addr()?);
    axum::serve(listener, app).await?;
    Ok(())
}

/// What somebody may do comes from the server's own data. The request only says who is asking.
async fn token(State(lobby): State<Arc<Lobby>>, Path(stage): Path<String>, headers: HeaderMap) -> Response {
    let Some(user) = bearer(&headers).and_then(user_of) else {
        return refused(StatusCode::UNAUTHORIZED, "sign in first");
    };
    let Some(granted) = member(&stage, user) else {
        return refused(StatusCode::NOT_FOUND, "you are no member of this stage");
    };
    let minted = lobby.stage.participant().user_id(user).capabilities(granted);
    match minted.duration(Duration::from_secs(15 * 60)).mint(&lobby.key) {
        Ok(token) => {
            let body = json!({ "token": token.as_str(), "participantId": token.participant_id().as_str() });
            ([(header::CACHE_CONTROL, "no-store")], Json(body)).into_response()
        }
        Err(error) => refused(StatusCode::UNPROCESSABLE_ENTITY, &error.to_string()),
    }
}

async fn whoami(State(lobby): State<Arc<Lobby>>, headers: HeaderMap) -> Response {
    match lobby.verifier.verify(bearer(&headers).unwrap_or_default()) {
        Ok(who) => Json(json!({ "name": who.user_id() })).into_response(),
        Err(error) => refused(StatusCode::UNAUTHORIZED, error.code()),
    }
}

fn bearer(headers: &HeaderMap) -> Option<&str> {
    headers.get(header::AUTHORIZATION)?.to_str().ok()?.strip_prefix("Bearer ")
}

/// Your sessions: the user of one, or nobody.
fn user_of(session: &str) -> Option<&'static str> {
    match session {
        "session-of-ana" => Some("ana"),
        "session-of-ben" => Some("ben"),
        _ => None,
    }
}

/// Your database: what each user may do on each stage.
fn member(stage: &str, user: &str) -> Option<Capabilities> {
    match (stage, user) {
        ("lobby", "ana") => Some(Capabilities::ALL),
        ("lobby", "ben") => Some(Capabilities::SUBSCRIBE),
        _ => None,
    }
}

fn refused(status: StatusCode, error: &str) -> Response {
    (status, Json(json!({ "error": error }))).into_response()
}
