//! The viewers of a stream: so many of whom nothing is known, and some who have an ID and can be sent away.

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

/// A viewer goes, whose session is of this version or an earlier one. Says whether there was one.
pub(crate) fn leave(
    view: &mut View<'_>,
    stream: &mut Record,
    id: &str,
    up_to: i64,
) -> Result<bool, ApiError> {
    let mut known = known(stream);
    if known.get(id).and_then(Value::as_i64).is_none_or(|version| version > up_to) {
        return Ok(false);
    }
    known.remove(id);
    stream.insert(KNOWN.into(), known.into());
    count(view, stream)?;
    Ok(true)
}

fn known(stream: &Record) -> Map<String, Value> {
    stream.get(KNOWN).and_then(Value::as_object).cloned().unwrap_or_default()
}

/// Counts anew. The account is told when all its streams have more viewers than it may have.
fn count(view: &mut View<'_>, stream: &mut Record) -> Result<(), ApiError> {
    let number = |record: &Record, name: &str| record.get(name).and_then(Value::as_u64).unwrap_or(0);
    let before = number(stream, "viewerCount");
    let now = number(stream, UNKNOWN).saturating_add(known(stream).len() as u64);
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
