//! One timeline of all: calls, what participants do, and tokens that were refused.

use maud::{Markup, html};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use super::frame::{curl, live, moment, page, table};
use super::look::{encoded, text};
use crate::server::Server;

const HERE: &str = "/_ivs/console/timeline";

/// How many are shown.
const MANY: usize = 200;

/// Something that happened.
struct Happening {
    at: i64,
    kind: &'static str,
    what: String,
    link: String,
}

pub(super) fn list(server: &Server) -> Markup {
    let mut all = happenings(server);
    // What happened in the same second stays in the order of its kind.
    all.sort_by_key(|one| std::cmp::Reverse(one.at));
    let rows = html! {
        @for one in all.iter().take(MANY) {
            tr {
                td { (moment(one.at)) }
                td { (one.kind) }
                td { a href=(one.link) { (one.what) } }
            }
        }
    };
    let content = html! {
        @if all.is_empty() { p { "Nothing has happened yet." } }
        @else { (table("What happened, the newest first", &["When", "Kind", "What"], &rows)) }
    };
    let content = html! {
        (live("timeline", &content))
        (curl(&format!("curl {url}/_ivs/calls; curl {url}/_ivs/refusals", url = server.url())))
    };
    page(server, HERE, "Timeline", &content)
}

fn happenings(server: &Server) -> Vec<Happening> {
    let calls = server.log().list().into_iter().map(|call| {
        let name = call.operation.as_deref().unwrap_or(&call.path);
        let error = call.error.as_deref().map(|error| format!(": {error}")).unwrap_or_default();
        let link = format!("/_ivs/console/calls?find={}#call-{}", encoded(&call.id), call.id);
        Happening { at: call.at, kind: "call", what: format!("{name} {}{error}", call.status), link }
    });
    let events = server.watched().seen().into_iter().map(|(key, event)| {
        let mut parts = key.split('/');
        let (account, region) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
        let stage = format!("arn:aws:ivs:{region}:{account}:stage/{}", parts.nth(1).unwrap_or_default());
        let what = format!(
            "{} {} {}",
            text(&event, "participantId"),
            text(&event, "name"),
            text(&event, "errorCode")
        );
        let link = format!("/_ivs/console/stage?arn={}", encoded(&stage));
        Happening { at: milliseconds(text(&event, "eventTime")), kind: "participant", what, link }
    });
    let refusals = server.door().refusals().list().into_iter().map(|refused| {
        let what = format!("{}: {}", refused.code, refused.message);
        let link = format!("/_ivs/console/refusal?number={}", refused.number);
        Happening { at: refused.at, kind: "refused token", what, link }
    });
    let mut all: Vec<_> = calls.chain(events).chain(refusals).collect();
    all.reverse();
    all
}

fn milliseconds(text: &str) -> i64 {
    OffsetDateTime::parse(text, &Rfc3339).map_or(0, |moment| moment.unix_timestamp() * 1000)
}
