//! The way of a request: to the door, the console, what is the server's own, or an operation.

use std::sync::Arc;

use http_body_util::Full;
use hyper::body::Incoming;
use hyper::header::HOST;
use hyper::{HeaderMap, Method, Request, Response, StatusCode};

use super::aside::aside;
use super::body::read;
use super::changes::changes;
use super::fault::{Broken, finish, pause};
use super::operation::{Answered, operation, response};
use super::reply::{Reply, whole};
use super::{control, host, own, site, state};
use crate::console;
use crate::door::{self, Claim, Manner, Refusal, Visitor};
use crate::faults::{Act, Cut};
use crate::server::Server;

/// What browsers ask every server for by themselves: it is no call that the log should have.
const ICON: &str = "/favicon.ico";

/// Answers a request.
pub(super) async fn respond(server: &Arc<Server>, request: Request<Incoming>) -> Result<Reply, Broken> {
    if let Some(name) = host::stranger(server.settings(), request.uri(), request.headers()) {
        let told = serde_json::json!({ "message": host::refusal(&name), "advice": host::advice(&name) });
        return Ok(control::refuse(server, request.uri().path(), StatusCode::MISDIRECTED_REQUEST, &told));
    }
    // What has fallen due comes before whatever a request sees.
    if sees_state(request.uri().path()) {
        server.replaced().await;
        if server.keeper().is_due()
            && let Err(error) = aside(server, Server::settle).await
        {
            tracing::warn!(%error, "timers did not run");
        }
    }
    let Some(claim) = Claim::of(request.method(), request.uri(), request.headers()) else {
        return answer(server, request, None).await;
    };
    let strike = server.faults().strike(&claim.subject(), server.keeper().clock.now());
    pause(strike.delay).await;
    let refusal = match &strike.act {
        Some(Act::Cut(Cut::Before)) => return Err(Broken),
        Some(Act::Refuse(code, message)) => {
            let refusal = Refusal::new(code, message);
            server.live().gate.note_struck(claim.shown(), &refusal, &strike.told);
            Some(refusal)
        }
        _ => None,
    };
    let reply = answer(server, request, refusal).await?;
    finish(reply, &strike).await
}

/// Whether the answer to a request depends on what has happened: that of whoever asks for a sign of life does not.
fn sees_state(path: &str) -> bool {
    !matches!(path, "/_ivs/health" | "/_ivs/ready" | ICON)
}

/// Answers a request. `struck` refuses somebody at the door.
async fn answer(
    server: &Arc<Server>,
    mut request: Request<Incoming>,
    struck: Option<Refusal>,
) -> Result<Reply, Broken> {
    if door::is_upgrade(request.headers()) {
        let manner = manner(server, request.headers());
        return Ok(whole(door::open(server.live(), server.calls(), manner, &mut request, struck)));
    }
    let (mut parts, body) = request.into_parts();
    let path = parts.uri.path().to_owned();
    let path = path.as_str();
    if let Some(channel) = door::channel_in(path) {
        return Ok(whole(door::playlist(&server.live().gate, server.store(), &channel, &parts, struck)));
    }
    if door::is_of_client(&parts) {
        return Ok(whole(match read(server, body).await {
            Ok(body) => {
                let manner = manner(server, &parts.headers);
                door::answer(server.live(), server.calls(), &manner, &parts, &body, struck.as_ref())
            }
            Err(error) => response(&Answered::refused(error), "").map(Full::from),
        }));
    }
    if site::is_foreign(&parts.method, path, &parts.headers) {
        let message =
            "a page of another site must not change anything here: use a program, or the server's own pages";
        return Ok(control::refuse(
            server,
            path,
            StatusCode::FORBIDDEN,
            &serde_json::json!({ "message": message }),
        ));
    }
    if console::is_of_console(path) {
        if parts.method == Method::HEAD {
            parts.method = Method::GET;
        }
        return match read(server, body).await {
            Ok(body) => control::console(server, &parts, &body).await,
            Err(error) => Ok(control::unread(server, path, &error)),
        };
    }
    if path.starts_with(own::OWN) || path.starts_with("/moto-api/") {
        match own::method(server.url(), &parts.method, path) {
            Ok(method) => parts.method = method,
            Err(answer) => return Ok(whole((*answer).map(Full::from))),
        }
    }
    if path == "/_ivs/changes" {
        return Ok(changes(server));
    }
    if state::is_of_state(&parts.method, path) {
        let (status, text) = state::answer(server, path, body).await;
        return Ok(control::json(server, path, status, text));
    }
    if path == "/_ivs/history" {
        return Ok(control::history(server, &parts));
    }
    if path == "/_ivs/events" {
        let keeper = server.keeper();
        let answer = super::events::answer(keeper.shared_store(), keeper.outbox(), &parts);
        return Ok(answer.unwrap_or_else(|(status, message)| {
            control::refuse(server, path, status, &serde_json::json!({ "message": message }))
        }));
    }
    // Where tests that were written for moto's server ask for a new start.
    let own = if path == "/moto-api/reset" { Some("reset") } else { path.strip_prefix("/_ivs/") };
    if let Some(own) = own {
        return match read(server, body).await {
            Ok(body) => control::control(server, &parts.method, own, &body).await,
            Err(error) => Ok(control::unread(server, path, &error)),
        };
    }
    if path == ICON {
        let mut response = Response::new(Full::default());
        *response.status_mut() = StatusCode::NO_CONTENT;
        return Ok(whole(response));
    }
    operation(server, &parts, body).await
}

/// How a client of a stage is met.
fn manner(server: &Server, headers: &HeaderMap) -> Manner {
    let host = headers.get(HOST).and_then(|host| host.to_str().ok()).unwrap_or("localhost");
    Manner {
        visitor: Visitor::of(headers),
        features: if server.settings().sdp_over_socket {
            serde_json::json!(["xdp"])
        } else {
            serde_json::json!([])
        },
        base: format!("{}://{host}", if server.settings().tls.is_some() { "https" } else { "http" }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sign_of_life_waits_for_no_timer() {
        for path in ["/_ivs/health", "/_ivs/ready", "/favicon.ico"] {
            assert!(!sees_state(path), "{path}");
        }
        for path in ["/", "/_ivs/clock", "/_ivs/events", "/GetStage", "/_ivs/healthy"] {
            assert!(sees_state(path), "{path}");
        }
    }
}
