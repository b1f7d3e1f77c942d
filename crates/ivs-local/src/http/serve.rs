//! The server: sockets, and the way of a request through it.

use std::sync::Arc;
use std::time::{Duration, Instant};

use http_body_util::{BodyExt, Full, StreamBody};
use hyper::body::{Body as _, Bytes, Frame, Incoming};
use hyper::header::{
    ACCESS_CONTROL_ALLOW_ORIGIN, CACHE_CONTROL, CONTENT_ENCODING, CONTENT_TYPE, HOST, HeaderValue,
};
use hyper::http::request::Parts;
use hyper::service::service_fn;
use hyper::{HeaderMap, Method, Request, Response, StatusCode};
use hyper_util::rt::{TokioIo, TokioTimer};
use ivs_model::{ApiError, Source};
use serde_json::Value;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio_rustls::TlsAcceptor;

use super::body::{decompress, patience, read};
use super::deed::deed;
use super::reply::{Reply, halved, whole};
use super::sigv4::{Caller, Signed, caller};
use super::{host, own, site, state};
use crate::console;
use crate::door::{self, Claim, Manner, Refusal, Visitor};
use crate::events::{self, deliver};
use crate::faults::{self, Act, Area, Cut, Strike, Subject};
use crate::ids::Ids;
use crate::log::{Body, Entry};
use crate::server::{Done, Incident, Server};
use crate::trace::Trace;

/// The rules that spoke, and whether each is the model's, a guide's, or assumed.
const EXPLAIN: &str = "x-ivs-local-explain";

/// How long open calls may take to end once the server was told to.
const GRACE: Duration = Duration::from_secs(2);

/// Serves until `stop` is done, then ends open calls.
///
/// # Errors
///
/// None of single connections: those end alone.
pub async fn serve(server: Arc<Server>, listener: TcpListener, stop: impl Future<Output = ()>) {
    // Connections end gracefully when it says so, and it knows when the last has ended.
    let (stopping, stopped) = watch::channel(());
    let mut stop = std::pin::pin!(stop);
    let timers = tokio::spawn(run_timers(Arc::clone(&server)));
    let outbox = Arc::clone(server.keeper().outbox());
    outbox.set_over(false);
    let store = Arc::clone(server.keeper().shared_store());
    let teller = tokio::spawn(deliver(store, Arc::clone(&outbox), Arc::clone(server.targets())));
    let patience = patience(&server);
    let acceptor = server.settings().tls.as_ref().map(|tls| TlsAcceptor::from(tls.config()));
    loop {
        let socket = tokio::select! {
            accepted = listener.accept() => accepted,
            () = &mut stop => break,
        };
        let Ok((socket, _)) = socket else {
            // Out of file descriptors: those that close meanwhile make room.
            tokio::time::sleep(Duration::from_millis(10)).await;
            continue;
        };
        // Answers are small: they must not wait for more.
        let _ = socket.set_nodelay(true);
        let (server, stopped) = (Arc::clone(&server), stopped.clone());
        let acceptor = acceptor.clone();
        tokio::spawn(async move {
            match acceptor {
                None => connection(server, socket, stopped).await,
                Some(acceptor) => match tokio::time::timeout(patience, acceptor.accept(socket)).await {
                    Ok(Ok(socket)) => connection(server, socket, stopped).await,
                    Ok(Err(error)) => tracing::debug!(%error, "a handshake of TLS failed"),
                    Err(_) => tracing::debug!("a handshake of TLS took too long"),
                },
            }
        });
    }
    timers.abort();
    teller.abort();
    outbox.set_over(true);
    // What is still open then is cut.
    drop(stopped);
    stopping.send_replace(());
    let _ = tokio::time::timeout(GRACE, stopping.closed()).await;
}

/// Runs timers as they fall due.
async fn run_timers(server: Arc<Server>) {
    loop {
        server.keeper().wait().await;
        if let Err(error) = server.settle() {
            tracing::warn!(%error, "timers did not run");
        }
    }
}

/// Serves a connection until its client ends it, or the server.
async fn connection<S>(server: Arc<Server>, socket: S, mut stopped: watch::Receiver<()>)
where
    S: AsyncRead + AsyncWrite + Send + Unpin + 'static,
{
    let patience = patience(&server);
    let service = service_fn(move |request| {
        let server = Arc::clone(&server);
        async move { respond(&server, request).await }
    });
    let connection = hyper::server::conn::http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(patience)
        .serve_connection(TokioIo::new(socket), service)
        .with_upgrades();
    let mut connection = std::pin::pin!(connection);
    let ended = tokio::select! {
        ended = connection.as_mut() => ended,
        _ = stopped.changed() => {
            connection.as_mut().graceful_shutdown();
            connection.await
        }
    };
    if let Err(error) = ended {
        tracing::debug!(%error, "a connection ended");
    }
}

/// What browsers ask every server for by themselves: it is no call that the log should have.
const ICON: &str = "/favicon.ico";

/// Where clients of stages send their telemetry.
const TELEMETRY: &str = "telemetry";

/// How long a stream of changes says nothing: a proxy between must not think that it is dead.
const BEAT: Duration = Duration::from_secs(20);

/// A fault breaks the connection.
#[derive(Debug, thiserror::Error)]
#[error("a fault cut the connection")]
struct Broken;

async fn respond(server: &Server, request: Request<Incoming>) -> Result<Reply, Broken> {
    if let Some(name) = host::stranger(server.settings(), request.uri(), request.headers()) {
        let told = serde_json::json!({ "message": host::refusal(&name), "advice": host::advice(&name) });
        return Ok(refuse(server, request.uri().path(), StatusCode::MISDIRECTED_REQUEST, &told));
    }
    let Some(claim) = Claim::of(request.method(), request.uri().path(), request.headers()) else {
        return answer(server, request, None).await;
    };
    let strike = server.faults().strike(&claim.subject(), server.keeper().clock.now());
    pause(strike.delay).await;
    let refusal = match &strike.act {
        Some(Act::Cut(Cut::Before)) => return Err(Broken),
        Some(Act::Refuse(code, message)) => Some(Refusal::new(code, message)),
        _ => None,
    };
    let reply = answer(server, request, refusal).await?;
    finish(reply, &strike).await
}

/// What a fault does to an answer.
async fn finish(mut reply: Reply, strike: &Strike) -> Result<Reply, Broken> {
    if !strike.told.is_empty() {
        set(reply.headers_mut(), faults::HEADER, &strike.told);
    }
    match &strike.act {
        Some(Act::Cut(Cut::Answer)) => Err(Broken),
        // Of nothing there is no half.
        Some(Act::Cut(Cut::Half)) if reply.body().size_hint().exact() == Some(0) => Err(Broken),
        Some(Act::Cut(Cut::Half)) => Ok(halved(reply).await),
        _ => Ok(reply),
    }
}

/// Answers a request. `struck` refuses somebody at the door.
async fn answer(
    server: &Server,
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
            "a page of another site changes nothing here: ask from a program, or from the server's own pages";
        return Ok(refuse(server, path, StatusCode::FORBIDDEN, &serde_json::json!({ "message": message })));
    }
    if console::is_of_console(path) {
        if parts.method == Method::HEAD {
            parts.method = Method::GET;
        }
        return Ok(match read(server, body).await {
            Ok(body) => whole(self::console(server, &parts, &body)),
            Err(error) => unread(server, path, &error),
        });
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
        return Ok(json(server, path, status, text));
    }
    if path == "/_ivs/events" {
        let keeper = server.keeper();
        let answer = super::events::answer(keeper.shared_store(), keeper.outbox(), &parts);
        return Ok(answer.unwrap_or_else(|(status, message)| {
            refuse(server, path, status, &serde_json::json!({ "message": message }))
        }));
    }
    // Where tests that were written for moto's server ask for a new start.
    let own = if path == "/moto-api/reset" { Some("reset") } else { path.strip_prefix("/_ivs/") };
    if let Some(own) = own {
        return Ok(match read(server, body).await {
            Ok(body) => control(server, &parts.method, own, &body),
            Err(error) => unread(server, path, &error),
        });
    }
    if path == ICON {
        let mut response = Response::new(Full::default());
        *response.status_mut() = StatusCode::NO_CONTENT;
        return Ok(whole(response));
    }
    operation(server, &parts, body).await
}

/// Answers a call of an operation.
async fn operation(server: &Server, parts: &Parts, body: Incoming) -> Result<Reply, Broken> {
    let begun = Instant::now();
    // Its place is before all that comes of it.
    let (order, at) = (server.pulse().order(), server.keeper().clock.now());
    let path = parts.uri.path();
    let mut strike = Strike::default();
    let mut sent = Bytes::new();
    let answer = match read(server, body).await {
        Ok(body) => {
            sent = body;
            let signed = Signed {
                method: parts.method.as_str(),
                path,
                query: parts.uri.query().unwrap_or_default(),
                headers: &parts.headers,
                body: &sent,
            };
            call(server, &signed, &mut strike).await
        }
        Err(error) => Answered::refused(error),
    };
    let id = request_id();
    let response = response(&answer, &id);
    let rules = response.headers().get(EXPLAIN).and_then(|rules| rules.to_str().ok()).unwrap_or_default();
    server.note(Entry {
        order,
        id,
        at,
        operation: answer.operation.map(str::to_owned),
        account: answer.caller.as_ref().map(|caller| caller.account.clone()),
        region: answer.caller.as_ref().map(|caller| caller.region.clone()),
        method: parts.method.to_string(),
        path: path.to_owned(),
        query: parts.uri.query().unwrap_or_default().to_owned(),
        status: response.status().as_u16(),
        error: answer.result.as_ref().err().map(|incident| incident.error.to_string()),
        fault: Some(strike.told.clone()).filter(|told| !told.is_empty()),
        micros: begun.elapsed().as_micros(),
        trace: Trace::of(&parts.headers),
        rules: rules.to_owned(),
        request: Body::new(&sent),
        answer: Body::new(response.body()),
    });
    if matches!(strike.act, Some(Act::Cut(Cut::Before))) {
        return Err(Broken);
    }
    finish(whole(response.map(Full::from)), &strike).await
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

/// The ID of an answer. Without randomness an answer is still an answer.
fn request_id() -> String {
    Ids::random(0).map_or_else(|_| String::new(), |mut ids| ids.uuid())
}

struct Answered<'s> {
    operation: Option<&'s str>,
    caller: Option<Caller>,
    result: Result<Done, Incident>,
}

impl Answered<'_> {
    /// A refusal before anything is known.
    fn refused(error: ApiError) -> Self {
        Self { operation: None, caller: None, result: Err(error.into()) }
    }
}

/// The way of a call: route, signature, faults and rates, body, and then the server's.
async fn call<'s>(server: &'s Server, request: &Signed<'_>, strike: &mut Strike) -> Answered<'s> {
    let route = match server.route(request) {
        Ok(route) => route,
        Err(error) => return Answered::refused(error),
    };
    let name = route.operation.name();
    let operation = Some(name);
    let caller = match caller(request, server.settings(), crate::clock::system() / 1000) {
        Ok(caller) => caller,
        Err(error) => return Answered { operation, ..Answered::refused(error) },
    };
    let Caller { access_key, account, region } = &caller;
    let now = server.keeper().clock.now();
    let subject =
        Subject { area: Area::Api, operation: name, account, region, access_key, ..Subject::default() };
    *strike = server.faults().strike(&subject, now);
    pause(strike.delay).await;
    let result = match &strike.act {
        Some(Act::Error(error)) => Err(Incident::from(error.clone())),
        Some(Act::Cut(Cut::Before)) => Err(Incident::from(cut())),
        _ => {
            let encoding = request.headers.get(CONTENT_ENCODING).and_then(|value| value.to_str().ok());
            let rate = server.rates().exceeded(route.service.name(), name, (account, region), now);
            if let Some(rate) = rate {
                strike.tell(&format!("rates; {rate} a second"));
            }
            rate.map_or(Ok(()), |rate| Err(server.too_fast(name, rate)))
                .and_then(|()| decompress(server, request.body, encoding))
                .map_err(Incident::from)
                .and_then(|body| server.call(&route, &caller, &body))
        }
    };
    Answered { operation, caller: Some(caller), result }
}

/// What the log says of a call whose connection broke before it.
fn cut() -> ApiError {
    ApiError::new("ServiceUnavailable", "the connection was cut", "on-demand", Source::Fault)
}

async fn pause(delay: Duration) {
    if !delay.is_zero() {
        tokio::time::sleep(delay).await;
    }
}

fn response(answer: &Answered<'_>, id: &str) -> Response<Bytes> {
    let mut response = match &answer.result {
        Ok(Done { status, answer, rules }) => {
            let body = answer.as_ref().map(Value::to_string).unwrap_or_default();
            let mut response = Response::new(Bytes::from(body));
            *response.status_mut() = StatusCode::from_u16(*status).unwrap_or(StatusCode::OK);
            let rules: Vec<_> = rules.iter().map(|(rule, source)| format!("{rule}; {source}")).collect();
            // Without others, it is the model alone that has spoken.
            let rules = if rules.is_empty() { "constraints; model".to_owned() } else { rules.join(", ") };
            set(response.headers_mut(), EXPLAIN, &rules);
            response
        }
        Err(Incident { error }) => {
            let mut response = Response::new(Bytes::from(error.body().to_string()));
            *response.status_mut() = StatusCode::from_u16(error.status()).unwrap_or(StatusCode::BAD_REQUEST);
            let headers = response.headers_mut();
            set(headers, ApiError::TYPE_HEADER, error.code());
            set(headers, EXPLAIN, &format!("{}; {}", error.rule(), error.source()));
            response
        }
    };
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    set(headers, "x-amzn-RequestId", id);
    response
}

fn set(headers: &mut HeaderMap, name: &str, value: &str) {
    let name = hyper::header::HeaderName::from_bytes(name.as_bytes());
    if let (Ok(name), Ok(value)) = (name, HeaderValue::from_str(value)) {
        headers.insert(name, value);
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

/// A page of the console, or what one of its forms asks for.
fn console(server: &Server, parts: &Parts, body: &[u8]) -> Response<Full<Bytes>> {
    let (path, query) = (parts.uri.path(), parts.uri.query().unwrap_or_default());
    if parts.method == Method::POST
        && let Some(asked) = console::asked(path, body)
    {
        let (status, value) = match asked.path.as_str() {
            "fork" => state::fork(server, &asked.body),
            path => done(server, &asked.method, path, asked.body.as_bytes()),
        };
        let answer = if status.is_success() {
            console::back(&asked.back)
        } else {
            let words = value.get("message").and_then(Value::as_str).unwrap_or_default();
            console::refused(server, status, words)
        };
        return answer.map(Full::from);
    }
    console::page(server, &parts.method, path, query, body).map(Full::from)
}

/// Says whenever something changed, until the client goes or the server ends: an event of a stream (HTML, server-sent events).
fn changes(server: &Server) -> Reply {
    let stream = futures_util::stream::unfold(server.pulse().watch(), |mut watch| async move {
        // Many changes at once are one.
        tokio::time::sleep(Duration::from_millis(100)).await;
        let beat = Frame::data(Bytes::from_static(b": still there\n\n"));
        match tokio::time::timeout(BEAT, watch.changed()).await {
            Ok(Ok(())) => Some((Ok(Frame::data(Bytes::from_static(b"data: changed\n\n"))), watch)),
            Ok(Err(_)) => None,
            Err(_) => Some((Ok(beat), watch)),
        }
    });
    let mut response = Response::new(StreamBody::new(stream).boxed_unsync());
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("text/event-stream"));
    response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

/// What is not AWS's: health, faults, and the log of calls.
fn control(server: &Server, method: &Method, path: &str, body: &[u8]) -> Reply {
    if method == Method::GET
        && let Some(page) = door::page(path, &server.settings().web_client)
    {
        return whole(page);
    }
    if (method, path) == (&Method::POST, TELEMETRY) {
        return whole(telemetry(server));
    }
    let (status, value) = done(server, method, path, body);
    json(server, &format!("{}{path}", own::OWN), status, value.to_string())
}

/// Does what a request asks for that is not AWS's, and keeps that it was done.
fn done(server: &Server, method: &Method, path: &str, body: &[u8]) -> (StatusCode, Value) {
    let (status, value) = attempt(server, method, path, body);
    let kind = path.split('/').next().unwrap_or_default();
    if status.is_success() && method != Method::GET && kind != "inspect" {
        server.note_deed(kind, deed(method, path, body));
    }
    (status, value)
}

/// As [`done`], without keeping it.
fn attempt(server: &Server, method: &Method, path: &str, body: &[u8]) -> (StatusCode, Value) {
    let ok = || serde_json::json!({ "status": "ok" });
    let message = |error: &dyn std::fmt::Display| serde_json::json!({ "message": error.to_string() });
    let ruled = (server.faults(), server.rates(), server.model());
    if let Some((status, value)) = faults::answer(ruled, method.as_str(), path, body) {
        return (StatusCode::from_u16(status).unwrap_or(StatusCode::BAD_REQUEST), value);
    }
    if let Some((status, value)) = events::answer(server.targets(), method.as_str(), path, body) {
        return (StatusCode::from_u16(status).unwrap_or(StatusCode::BAD_REQUEST), value);
    }
    match (method, path) {
        (&Method::GET, "health" | "ready") => (StatusCode::OK, ok()),
        (&Method::GET, TELEMETRY) => {
            (StatusCode::OK, serde_json::json!({ "requests": server.log().telemetry() }))
        }
        (&Method::GET, "calls") => (StatusCode::OK, server.log().to_json()),
        (&Method::GET, "history") => (StatusCode::OK, console::history(server)),
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

/// An answer about what is the server's own, in JSON; a refusal in the form that all have.
fn json(server: &Server, path: &str, status: StatusCode, text: String) -> Reply {
    if !status.is_success() {
        return refuse(server, path, status, &serde_json::from_str(&text).unwrap_or_default());
    }
    let mut response = Response::new(Full::from(text));
    *response.status_mut() = status;
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    whole(response)
}

fn refuse(server: &Server, path: &str, status: StatusCode, told: &Value) -> Reply {
    whole(own::refuse(server.url(), path, status, told).map(Full::from))
}

/// The refusal of a body that did not come whole.
fn unread(server: &Server, path: &str, error: &ApiError) -> Reply {
    let status = StatusCode::from_u16(error.status()).unwrap_or(StatusCode::BAD_REQUEST);
    refuse(server, path, status, &serde_json::json!({ "message": error.message() }))
}
