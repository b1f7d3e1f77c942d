//! The viewers of a stream: so many of whom nothing is known, some who have an ID and can be sent away, and those who fetch
//! playlists. The state has all but the last.

use ivs_model::{ApiError, Source};
use serde_json::{Map, Value};

use super::limits;
use crate::http::hash::hex;
use crate::kinds::{Record, text};
use crate::view::View;

/// How many viewers have no ID.
const UNKNOWN: &str = "_viewers";

/// The versions of the sessions of the viewers with an ID.
const KNOWN: &str = "_sessions";

/// How many viewers of a stream the state has.
const KEPT: &str = "viewerCount";

/// So many viewers without an ID watch.
pub(crate) fn set_unknown(view: &mut View<'_>, stream: &mut Record, viewers: u64) -> Result<(), ApiError> {
    stream.insert(UNKNOWN.into(), viewers.into());
    count(view, stream)
}

/// A viewer with an ID comes, unless this version of their session was revoked.
pub(crate) fn join(view: &mut View<'_>, stream: &mut Record, id: &str, version: i64) -> Result<(), ApiError> {
    let channel = text(stream, "channelArn").rsplit('/').next().unwrap_or_default();
    let revoked = view.get(&view.key("revocation", &format!("viewer:{channel}:{}", hex(id.as_bytes()))))?;
    let up_to = revoked.and_then(|revoked| revoked.get("upTo")?.as_i64());
    if up_to.is_some_and(|up_to| version <= up_to) {
        let message = format!("The session of {id} was revoked up to version {}", up_to.unwrap_or(0));
        return Err(ApiError::new("AccessDeniedException", message, "viewer-session", Source::Guide));
    }
    let mut known = known(stream);
    known.insert(id.to_owned(), version.into());
    stream.insert(KNOWN.into(), known.into());
    count(view, stream)
}

/// A viewer with an ID goes, whose session is of this version or an earlier one. Says whether there was one.
pub(crate) fn leave(
    view: &mut View<'_>,
    stream: &mut Record,
    id: &str,
    up_to: i64,
) -> Result<bool, ApiError> {
    let mut known = known(stream);
    let before = known.len();
    known.retain(|other, version| other != id || version.as_i64().is_none_or(|version| version > up_to));
    let is_gone = known.len() < before;
    if is_gone {
        stream.insert(KNOWN.into(), known.into());
        count(view, stream)?;
    }
    Ok(is_gone)
}

/// The stream with those who watch it now: players go without a word.
pub(crate) fn shown(view: &View<'_>, mut stream: Record) -> Record {
    let players = players(view, &stream);
    if players > 0 {
        view.explain("viewer-time", Source::Assumed);
    }
    stream.insert(KEPT.into(), kept(&stream).saturating_add(players).into());
    stream
}

/// How many viewers all streams of the account have, if those are more than it may have.
pub(crate) fn excess(view: &View<'_>) -> Result<Option<usize>, ApiError> {
    beyond(view, 0, "")
}

/// Tells that an account has so many viewers, which are more than it may have.
pub(crate) fn tell(view: &mut View<'_>, total: usize) {
    let limit = limit(view);
    limits::breached(view, limits::VIEWERS, limit, total);
}

/// How many watch a stream now.
fn present(view: &View<'_>, stream: &Record) -> u64 {
    kept(stream).saturating_add(players(view, stream))
}

fn kept(stream: &Record) -> u64 {
    stream.get(KEPT).and_then(Value::as_u64).unwrap_or(0)
}

fn players(view: &View<'_>, stream: &Record) -> u64 {
    let lasts = view.environment.assumptions().milliseconds("viewer-time");
    view.environment.audience.count(text(stream, "streamId"), (view.now, lasts))
}

fn known(stream: &Record) -> Map<String, Value> {
    stream.get(KNOWN).and_then(Value::as_object).cloned().unwrap_or_default()
}

/// Counts anew. The account is told when all its streams have more viewers than it may have.
fn count(view: &mut View<'_>, stream: &mut Record) -> Result<(), ApiError> {
    let before = kept(stream);
    let unknown = stream.get(UNKNOWN).and_then(Value::as_u64).unwrap_or(0);
    let now = unknown.saturating_add(known(stream).len() as u64);
    stream.insert(KEPT.into(), now.into());
    if now > before
        && let Some(total) = beyond(view, present(view, stream), text(stream, "streamId"))?
    {
        tell(view, total);
    }
    Ok(())
}

/// How many viewers all streams have, if those are more than the account may have: `of_one` for the stream with this ID.
fn beyond(view: &View<'_>, of_one: u64, id: &str) -> Result<Option<usize>, ApiError> {
    let streams = view.all("stream")?;
    let others = streams.iter().filter(|stream| text(stream, "streamId") != id);
    let total = others.fold(of_one, |total, one| total.saturating_add(present(view, one)));
    let total = usize::try_from(total).unwrap_or(usize::MAX);
    Ok(Some(total).filter(|total| *total > limit(view)))
}

fn limit(view: &View<'_>) -> usize {
    view.environment.quota("concurrentViews", 15_000)
}
