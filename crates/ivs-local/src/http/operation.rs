//! A call of an operation: from its bytes to its answer, and into the log.

use std::time::Instant;

use http_body_util::Full;
use hyper::body::{Bytes, Incoming};
use hyper::header::{CONTENT_ENCODING, CONTENT_TYPE, HeaderValue};
use hyper::http::request::Parts;
use hyper::{Response, StatusCode};
use ivs_model::{ApiError, Source};
use serde_json::Value;

use super::body::{decompress, read};
use super::fault::{Broken, finish, pause};
use super::reply::{Reply, set, whole};
use super::sigv4::{Caller, Signed, caller};
use crate::faults::{Act, Area, Cut, Strike, Subject};
use crate::log::{Body, Entry};
use crate::server::{Done, Incident, Server};
use crate::trace::Trace;

/// The rules that spoke, and whether each is the model's, a guide's, or assumed.
const EXPLAIN: &str = "x-ivs-local-explain";

/// Answers a call of an operation.
pub(super) async fn operation(server: &Server, parts: &Parts, body: Incoming) -> Result<Reply, Broken> {
    let begun = Instant::now();
    // Its place is before all that comes of it.
    let (order, at, id) = (server.pulse().order(), server.keeper().clock.now(), server.request_id());
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
    let response = response(&answer, &id);
    let rules = response.headers().get(EXPLAIN).and_then(|rules| rules.to_str().ok()).unwrap_or_default();
    server.note(Entry {
        order,
        id,
        at,
        operation: answer.operation.map(str::to_owned),
        access_key: answer
            .caller
            .as_ref()
            .map(|caller| caller.access_key.clone())
            .filter(|key| !key.is_empty()),
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

/// A call that was answered, or refused.
pub(super) struct Answered<'s> {
    operation: Option<&'s str>,
    caller: Option<Caller>,
    result: Result<Done, Incident>,
}

impl Answered<'_> {
    /// A refusal before anything is known.
    pub(super) fn refused(error: ApiError) -> Self {
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
                strike.tell(&crate::faults::told_of_rate(rate));
            }
            rate.map_or(Ok(()), |rate| Err(server.too_fast(name, rate)))
                .and_then(|()| decompress(server, request.body, encoding))
                .map_err(Incident::from)
                .and_then(|body| server.call(&route, &caller, &body))
                .inspect_err(|incident| {
                    if let Some(told) = &incident.told {
                        strike.tell(told);
                    }
                })
        }
    };
    Answered { operation, caller: Some(caller), result }
}

/// What the log says of a call whose connection broke before it.
fn cut() -> ApiError {
    ApiError::new("ServiceUnavailable", "the connection was cut", "on-demand", Source::Fault)
}

/// The answer of a call on the wire.
pub(super) fn response(answer: &Answered<'_>, id: &str) -> Response<Bytes> {
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
        Err(Incident { error, .. }) => {
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
