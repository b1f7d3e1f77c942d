//! Who publishes in the session of a stage. The session keeps it, so that nobody looks through all who were ever
//! there: a session goes on for as long as somebody stays, which can be for days.

use ivs_model::ApiError;
use serde_json::Value;

use super::place::Place;
use crate::kinds::{Record, text};
use crate::view::View;

/// The IDs of those who publish.
const PUBLISHERS: &str = "_publishers";

/// A participant is kept: they may have begun or ceased to publish.
pub(crate) fn heed(view: &mut View<'_>, place: Place<'_>, participant: &Record) -> Result<(), ApiError> {
    let is_publishing = participant.get("_publishing") == Some(&true.into());
    let key = key(view, place.stage, place.session);
    let Some(mut session) = view.get(&key)? else { return Ok(()) };
    let mut ids = ids(&session);
    if ids.iter().any(|id| id == place.participant) == is_publishing {
        return Ok(());
    }
    if is_publishing {
        ids.push(place.participant.to_owned());
    } else {
        ids.retain(|id| id != place.participant);
    }
    session.insert(PUBLISHERS.into(), ids.into());
    view.write(key, session);
    Ok(())
}

/// How many publish in a session; nobody, where there is none.
pub(crate) fn count(view: &View<'_>, stage: &str, session: &str) -> Result<usize, ApiError> {
    if session.is_empty() {
        return Ok(0);
    }
    Ok(view.get(&key(view, stage, session))?.map_or(0, |session| ids(&session).len()))
}

/// How many publish on all stages of the account and region.
pub(crate) fn count_all(view: &View<'_>) -> Result<usize, ApiError> {
    let stages = view.all("stage")?;
    stages.iter().map(|stage| count(view, text(stage, "arn"), text(stage, "activeSessionId"))).sum()
}

fn ids(session: &Record) -> Vec<String> {
    let ids = session.get(PUBLISHERS).and_then(Value::as_array).into_iter().flatten();
    ids.filter_map(Value::as_str).map(str::to_owned).collect()
}

fn key(view: &View<'_>, stage: &str, session: &str) -> String {
    view.of_stage("stage-session", stage, &[session])
}
