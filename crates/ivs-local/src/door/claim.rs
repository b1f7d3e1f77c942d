//! What a request asks of the door, before it is verified. Only faults are chosen by it.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hyper::header::{CONTENT_TYPE, HeaderMap};
use hyper::{Method, Uri};
use serde_json::Value;

use super::calls::Purpose;
use super::handshake::{is_shared, is_upgrade, protocols};
use super::playback::channel_in;
use super::whip::{SDP, bearer};
use crate::arn::Arn;
use crate::faults::{Area, Subject};
use crate::http::sigv4::parameter;

/// What somebody wants to do, and who they claim to be.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Claim {
    operation: &'static str,
    account: String,
    region: String,
    participant: String,
    /// The token in the request, or an empty text if there was none.
    token: String,
}

impl Claim {
    /// The claim of a request, unless it opens a socket that participants share.
    pub(crate) fn of(method: &Method, uri: &Uri, headers: &HeaderMap) -> Option<Self> {
        let path = uri.path();
        if let Some(channel) = channel_in(path) {
            let (account, region) = (channel.account_id().to_owned(), channel.region().to_owned());
            let token = parameter(uri.query().unwrap_or_default(), "token").unwrap_or_default();
            return Some(Self { operation: "playback", account, region, participant: String::new(), token });
        }
        if is_upgrade(headers) {
            // Participants who share a socket join later, with messages.
            let token = protocols(headers).into_iter().next().unwrap_or_default();
            return (!is_shared(path)).then(|| Self::of_token("join", &token));
        }
        let is_offer = headers
            .get(CONTENT_TYPE)
            .and_then(|kind| kind.to_str().ok())
            .is_some_and(|kind| kind.starts_with(SDP));
        let operation = match Purpose::of_path(path) {
            Some(Purpose::Subscribe(_)) => "subscribe",
            Some(Purpose::Publish(_)) => "publish",
            None if is_offer => "publish",
            None => return None,
        };
        (method == Method::POST).then(|| Self::of_token(operation, bearer(headers).unwrap_or_default()))
    }

    /// The claim that a token makes.
    pub(crate) fn of_token(operation: &'static str, token: &str) -> Self {
        let read = || {
            let payload = URL_SAFE_NO_PAD.decode(token.split('.').nth(1)?).ok()?;
            let payload: Value = serde_json::from_slice(&payload).ok()?;
            let arn = Arn::parse(payload.get("resource")?.as_str()?)?;
            let participant = payload.get("jti").and_then(Value::as_str).unwrap_or_default().to_owned();
            Some((arn.account.to_owned(), arn.region.to_owned(), participant))
        };
        let (account, region, participant) = read().unwrap_or_default();
        Self { operation, account, region, participant, token: token.to_owned() }
    }

    /// The claim of somebody who is already on a stage.
    pub(crate) fn of_participant(operation: &'static str, stage: &ivs_token::StageArn, id: &str) -> Self {
        let (account, region) = (stage.account_id().to_owned(), stage.region().to_owned());
        Self { operation, account, region, participant: id.to_owned(), token: String::new() }
    }

    /// The kind of token, and the token itself. The token is empty if there was none.
    pub(crate) fn shown(&self) -> (&'static str, &str) {
        let kind = if self.operation == "playback" { "playback" } else { "participant" };
        (kind, &self.token)
    }

    /// The claim in the form that fault rules match.
    pub(crate) fn subject(&self) -> Subject<'_> {
        Subject {
            area: Area::Door,
            operation: self.operation,
            account: &self.account,
            region: &self.region,
            participant: &self.participant,
            ..Subject::default()
        }
    }
}
