//! The viewers of a stream: so many of whom nothing is known, some who have an ID and can be sent away, and those who fetch
//! playlists.

use ivs_model::{ApiError, Source};
use serde_json::{Map, Value, json};

use super::limits;
use crate::http::hash::hex;
use crate::kinds::{Record, text};
use crate::view::View;

/// How many viewers have no ID.
const UNKNOWN: &str = "_viewers";

/// The versions of the sessions of the viewers with an ID.
const KNOWN: &str = "_sessions";

/// Those who fetch playlists, by their sessions: when they did last, and their ID and version if their token had them.
const WATCHING: &str = "_watching";

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

/// Somebody fetches a playlist: they watch for a while from now on.
pub(crate) fn watch(
    view: &mut View<'_>,
    stream: &mut Record,
    session: &str,
    viewer: Option<(&str, i64)>,
) -> Result<(), ApiError> {
    let mut watching = watching(view, stream);
    let (id, version) = viewer.unzip();
    watching.insert(session.to_owned(), json!({ "at": view.now, "viewerId": id, "version": version }));
    stream.insert(WATCHING.into(), watching.into());
    count(view, stream)
}

/// The stream with those who watch it now: some have gone without a word.
pub(crate) fn shown(view: &View<'_>, mut stream: Record) -> Record {
    if stream.contains_key(WATCHING) {
        view.explain("viewer-time", Source::Assumed);
        let now = present(view, &stream);
        stream.insert("viewerCount".into(), now.into());
    }
    stream
}

/// A viewer goes, whose session is of this version or an earlier one. Says whether there was one.
pub(crate) fn leave(
    view: &mut View<'_>,
    stream: &mut Record,
    id: &str,
    up_to: i64,
) -> Result<bool, ApiError> {
    let (mut known, mut watching) = (known(stream), watching(view, stream));
    let before = known.len() + watching.len();
    let is_over = |version: &Value| version.as_i64().is_some_and(|version| version <= up_to);
    known.retain(|other, version| other != id || !is_over(version));
    watching.retain(|_, one| one["viewerId"] != id || !is_over(&one["version"]));
    let is_gone = known.len() + watching.len() < before;
    if is_gone {
        stream.insert(KNOWN.into(), known.into());
        stream.insert(WATCHING.into(), watching.into());
        count(view, stream)?;
    }
    Ok(is_gone)
}

/// Those who have fetched a playlist not long ago.
fn watching(view: &View<'_>, stream: &Record) -> Map<String, Value> {
    let lasts = view.environment.assumptions().milliseconds("viewer-time");
    let mut watching = stream.get(WATCHING).and_then(Value::as_object).cloned().unwrap_or_default();
    watching.retain(|_, one| one["at"].as_i64().is_some_and(|at| view.now < at.saturating_add(lasts)));
    watching
}

/// How many watch a stream now.
fn present(view: &View<'_>, stream: &Record) -> u64 {
    let unknown = stream.get(UNKNOWN).and_then(Value::as_u64).unwrap_or(0);
    let others = known(stream).len() + watching(view, stream).len();
    unknown.saturating_add(others as u64)
}

fn known(stream: &Record) -> Map<String, Value> {
    stream.get(KNOWN).and_then(Value::as_object).cloned().unwrap_or_default()
}

/// Counts anew. The account is told when all its streams have more viewers than it may have.
fn count(view: &mut View<'_>, stream: &mut Record) -> Result<(), ApiError> {
    let number = |record: &Record, name: &str| record.get(name).and_then(Value::as_u64).unwrap_or(0);
    let before = number(stream, "viewerCount");
    let now = present(view, stream);
    stream.insert("viewerCount".into(), now.into());
    if now <= before {
        return Ok(());
    }
    let limit = view.environment.quota("concurrentViews", 15_000);
    let others = view.all("stream")?.into_iter().filter(|one| one.get("streamId") != stream.get("streamId"));
    let total = others.fold(now, |total, one| total.saturating_add(number(&one, "viewerCount")));
    let total = usize::try_from(total).unwrap_or(usize::MAX);
    if total > limit {
        limits::breached(view, limits::VIEWERS, limit, total);
    }
    Ok(())
}
