//! One timeline of all: calls, what participants do, what becomes of streams, compositions and recordings, limits that were passed,
//! tokens that were refused, and what was done to the server itself.

use maud::{Markup, html};
use serde_json::{Value, json};

use super::command::get;
use super::frame::{curl, live, page, table, time};
use super::look::{encoded, text};
use crate::happened::Topic;
use crate::recent::Remembered;
use crate::server::Server;
use crate::time::iso8601;

const HERE: &str = "/_ivs/console/timeline";

/// How many are shown.
const MANY: usize = 200;

/// Something that happened.
struct Happening {
    /// Its place: the clock can be moved back, and what happens goes on.
    order: u64,
    /// When, by the clock as it was then.
    at: String,
    kind: String,
    what: String,
    link: Option<String>,
}

pub(super) fn list(server: &Server) -> Markup {
    let mut all = happenings(server);
    all.reverse();
    let rows = html! {
        @for one in all.iter().take(MANY) {
            tr {
                td { (time(&one.at)) }
                td { (one.kind) }
                td.value {
                    @match &one.link {
                        Some(link) => a href=(link) { (one.what) },
                        None => (one.what),
                    }
                }
            }
        }
    };
    let content = html! {
        @if all.is_empty() { p { "Nothing has happened yet, or it was forgotten with a reset." } }
        @else { (table("What happened, the newest first", &["When", "Kind", "What"], &rows)) }
    };
    let content = html! {
        (live("timeline", &content))
        (curl(&get(server, "/_ivs/history")))
    };
    page(server, HERE, "Timeline", &content)
}

/// All of it as JSON, the newest last.
pub(crate) fn history(server: &Server) -> Value {
    let all = happenings(server);
    all.iter().map(|one| json!({ "at": one.at, "kind": one.kind, "what": one.what })).collect()
}

/// What happened, the newest last.
fn happenings(server: &Server) -> Vec<Happening> {
    let calls = server.log().list().into_iter().map(|call| {
        let name = call.operation.as_deref().unwrap_or(&call.path);
        let error = call.error.as_deref().map(|error| format!(": {error}")).unwrap_or_default();
        let link = format!("/_ivs/console/calls?find={}#call-{}", encoded(&call.id), call.id);
        let what = format!("{name} {}{error}", call.status);
        // The rule that refused it: one of rates and quotas, or another.
        let is_limit = call.rules.starts_with("rates;") || call.rules.starts_with("quota;");
        let kind = if is_limit { "limit" } else { "call" }.to_owned();
        Happening { order: call.order, at: iso8601(call.at), kind, what, link: Some(link) }
    });
    let events = server.watched().seen().into_iter().map(|seen| {
        let mut parts = seen.key.split('/');
        let (account, region) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
        let stage = format!("arn:aws:ivs:{region}:{account}:stage/{}", parts.nth(1).unwrap_or_default());
        let of_event = |name| text(&seen.event, name);
        let what = [of_event("participantId"), of_event("name"), of_event("errorCode")].join(" ");
        Happening {
            order: seen.order,
            at: of_event("eventTime").to_owned(),
            kind: "participant".to_owned(),
            what: what.trim_end().to_owned(),
            link: Some(format!("/_ivs/console/stage?arn={}", encoded(&stage))),
        }
    });
    let refusals = server.door().refusals().list().into_iter().map(|refused| {
        let what = format!("{}: {}", refused.code, refused.message);
        let link = format!("/_ivs/console/refusal?number={}", refused.number);
        let kind = "refused token".to_owned();
        Happening { order: refused.order, at: iso8601(refused.at), kind, what, link: Some(link) }
    });
    let changes = server.keeper().recent().list();
    let changes = changes.iter().filter_map(change);
    let deeds = server.log().deeds().into_iter().map(|deed| {
        let (order, at, kind, what) = (deed.order, iso8601(deed.at), deed.kind, deed.what);
        Happening { order, at, kind, what, link: Some("/_ivs/console/server".to_owned()) }
    });
    let mut all: Vec<_> = calls.chain(events).chain(changes).chain(refusals).chain(deeds).collect();
    all.sort_by_key(|one| one.order);
    all
}

/// What became of a stream, a composition or a recording, or a limit that was passed.
fn change(seen: &Remembered) -> Option<Happening> {
    let Remembered { happened, account, region, .. } = seen;
    let detail = |name: &str| happened.detail.get(name).map_or_else(String::new, plain);
    let id = happened.resource.rsplit('/').next().unwrap_or_default();
    let (kind, words) = match happened.topic {
        // What participants do is told above, and the same recording below.
        Topic::StageUpdate | Topic::PublisherRecordingStateChange => return None,
        Topic::CompositionStateChange => {
            ("composition", [detail("event_name"), id.to_owned(), detail("id"), detail("reason")])
        }
        Topic::StreamStateChange | Topic::StreamHealthChange => {
            ("stream", [detail("event_name"), id.to_owned(), detail("code"), detail("reason")])
        }
        Topic::RecordingStateChange => (
            "recording",
            [detail("recording_status"), id.to_owned(), detail("recording_status_reason"), String::new()],
        ),
        Topic::ParticipantRecordingStateChange => (
            "recording",
            [detail("event_name"), detail("participant_id"), detail("error_code"), detail("reason")],
        ),
        Topic::LimitBreach => {
            let limit = format!("beyond {} {}", detail("limit_value"), detail("limit_unit"));
            let name = Some(detail("limit_name")).filter(|name| !name.is_empty());
            let name = name.unwrap_or_else(|| detail("limit"));
            ("limit", [name, id.to_owned(), limit, format!("by {}", detail("exceeded_by"))])
        }
    };
    let words: Vec<_> = words.into_iter().filter(|word| !word.is_empty()).collect();
    let resource = happened.resource.rsplit(':').next().unwrap_or_default();
    let link = match happened.topic {
        Topic::ParticipantRecordingStateChange => {
            Some(format!("/_ivs/console/stage?arn={}", encoded(&happened.resource)))
        }
        _ if resource.is_empty() => None,
        _ => {
            Some(format!("/_ivs/console/resource?key={}", encoded(&format!("{account}/{region}/{resource}"))))
        }
    };
    Some(Happening {
        order: seen.order,
        at: iso8601(seen.at),
        kind: kind.to_owned(),
        what: words.join(" "),
        link,
    })
}

/// A value without quotes.
fn plain(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}
