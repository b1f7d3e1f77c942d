//! The timeline of everything that happens, as a page and as JSON.

use hyper::StatusCode;
use maud::{Markup, html};
use serde_json::{Value, json};

use super::command::get;
use super::filter::{Filter, Kind};
use super::frame::{Missing, Shown, curl, live, page, table, time};
use super::happening::{Happening, Line, happenings};
use crate::server::Server;

const HERE: &str = "/_ivs/console/timeline";

/// The path of the timeline as JSON.
const HISTORY: &str = "/_ivs/history";

/// How many lines a page shows.
const MANY: usize = 200;

/// The greatest number of lines in one answer.
const MOST: usize = 1000;

/// A part of the timeline.
pub(crate) struct History {
    /// The lines as JSON, newest last.
    pub(crate) lines: Value,
    /// The value of `before` that gives the earlier lines, if there are any.
    pub(crate) before: Option<u64>,
}

/// The part of the timeline that the query of a URL selects, as JSON.
pub(crate) fn history(server: &Server, query: &str) -> Result<History, String> {
    let filter = Filter::read(query)?;
    let (lines, before) = part(server, &filter, MOST);
    let show = |one: &Line| json!({ "order": one.order, "at": one.at, "kind": one.kind, "what": one.what });
    Ok(History { lines: lines.iter().rev().map(show).collect(), before })
}

/// The path of the timeline of a resource.
pub(super) fn of_resource(arn: &str) -> String {
    format!("{HERE}{}", Filter { resource: arn.to_owned(), ..Filter::default() }.query())
}

/// The path of the timeline of a participant.
pub(super) fn of_participant(id: &str) -> String {
    format!("{HERE}{}", Filter { participant: id.to_owned(), ..Filter::default() }.query())
}

pub(super) fn list(server: &Server, query: &str) -> Shown {
    let filter = Filter::read(query)
        .map_err(|words| Missing::new(StatusCode::BAD_REQUEST, "Timeline", format!("{words}.")))?;
    let (lines, before) = part(server, &filter, MANY);
    let content = html! {
        @if !lines.is_empty() { (table("Timeline, newest first", &["Time", "Kind", "What happened"], &rows(&lines))) }
        @else if filter.is_empty() && filter.before.is_none() { p { "Nothing has happened yet, or a reset has deleted the timeline." } }
        @else { p { "No entry matches this filter. The server keeps only the latest entries." } }
        (pages(&filter, before))
    };
    let same = Filter { limit: Some(filter.limit.unwrap_or(MANY).min(MANY)), ..filter.clone() };
    let content = html! {
        (form(&filter))
        (live("timeline", &content))
        (curl(&get(server, &format!("{HISTORY}{}", same.query()))))
    };
    Ok(page(server, HERE, "Timeline", &content))
}

/// The selected lines, newest first, and the place at which to continue if there are more.
fn part(server: &Server, filter: &Filter, most: usize) -> (Vec<Line>, Option<u64>) {
    let limit = filter.limit.unwrap_or(most).min(most);
    let all = happenings(server);
    let mut wanted = all.iter().filter(|one| filter.wants(one));
    let lines: Vec<_> = wanted.by_ref().take(limit).map(Happening::line).collect();
    let before = lines.last().map(|one| one.order).filter(|_| wanted.next().is_some());
    (lines, before)
}

fn rows(lines: &[Line]) -> Markup {
    html! {
        @for one in lines {
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
    }
}

/// Links to the other parts of the timeline.
fn pages(filter: &Filter, before: Option<u64>) -> Markup {
    let to = |before| format!("{HERE}{}", Filter { before, ..filter.clone() }.query());
    html! {
        @if filter.before.is_some() || before.is_some() {
            p.pages {
                @if filter.before.is_some() { a href=(to(None)) { "Newest" } }
                @if before.is_some() { a href=(to(before)) { "Earlier" } }
            }
        }
    }
}

fn form(filter: &Filter) -> Markup {
    let field = |id: &str, label: &str, hint: &str, value: &str| {
        html! {
            p {
                label for=(id) { (label) }
                input id=(id) name=(id) value=(value) type="search" spellcheck="false" autocomplete="off" aria-describedby={ (id) "-hint" };
                span.quiet id={ (id) "-hint" } { (hint) }
            }
        }
    };
    html! {
        form method="get" action=(HERE) role="search" class="filter" {
            p {
                label for="kind" { "Kind" }
                select #kind name="kind" aria-describedby="kind-hint" {
                    option value="" { "Everything" }
                    @for kind in Kind::ALL {
                        option value=(kind.name()) selected[filter.kind == Some(kind)] { (kind.words()) }
                    }
                }
                span.quiet #kind-hint { "the kind of entries to show" }
            }
            (field("resource", "Resource", "an ARN or an ID, such as a stage's", &filter.resource))
            (field("participant", "Participant", "the ID of a participant", &filter.participant))
            (field("caller", "Caller", "an account or an access key", &filter.caller))
            p.go {
                button { "Filter" }
                @if !filter.is_empty() { a href=(HERE) { "Show everything" } }
            }
        }
    }
}
