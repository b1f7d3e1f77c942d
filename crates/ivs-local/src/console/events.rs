//! The last events in the form of `EventBridge`, and the targets that receive them.

use maud::{Markup, html};
use serde_json::Value;

use super::action::{Button, Removal};
use super::command::get;
use super::frame::{curl, curls, json, live, page, table, time};
use super::look::text;
use crate::events::after;
use crate::server::Server;

const HERE: &str = "/_ivs/console/events";

/// How many events are shown.
const MANY: usize = 50;

pub(super) fn show(server: &Server) -> Markup {
    let content = html! {
        h2 { "Targets" }
        (live("targets", &targets(server)))
        (Button {
            words: "Add the target", method: "POST", path: "targets", back: HERE,
            body: r#"{"url": "http://localhost:9000/hook"}"#,
        }.with_text(server, "target", "A webhook or an event bus that receives every event from now on"))
        h2 { "Last events" }
        (live("events", &events(server)))
        (curl(&get(server, &format!("/_ivs/events?after={}", first(server)))))
    };
    page(server, HERE, "Events", &content)
}

fn targets(server: &Server) -> Markup {
    let listing = ("List the targets", get(server, "/_ivs/targets"));
    let all = server.targets().list();
    let all = all.as_array().map(Vec::as_slice).unwrap_or_default();
    if all.is_empty() {
        return html! { p { "There are no targets." } (curls(&[listing])) };
    }
    let last = server.keeper().outbox().place().borrow().last;
    let number = |target: &Value, name: &str| target.get(name).and_then(Value::as_u64).unwrap_or(0);
    let removals: Vec<_> = all.iter().map(|target| Removal::new("targets", text(target, "id"))).collect();
    let rows = html! {
        @for (target, removal) in all.iter().zip(&removals) {
            @let id = text(target, "id");
            tr {
                td { (id) }
                td.value { (text(target, "url")) }
                td { (number(target, "told")) " of " (last) }
                td {
                    (number(target, "delivered")) " delivered, " (number(target, "retried")) " retried, "
                    (number(target, "lost")) " lost"
                }
                td { (text(target, "error")) }
                td { (removal.button(HERE).show()) }
            }
        }
    };
    let mut commands = vec![listing];
    commands.extend(removals.iter().map(|removal| removal.button(HERE).command(server)));
    html! {
        (table("Targets", &["ID", "URL", "Progress", "Events", "Last error", "Remove"], &rows))
        (curls(&commands))
    }
}

/// The number of the event before the first one that is shown.
fn first(server: &Server) -> u64 {
    server.keeper().outbox().place().borrow().last.saturating_sub(MANY as u64)
}

fn events(server: &Server) -> Markup {
    let found = match after(server.store(), first(server), MANY) {
        Ok(found) => found,
        Err(error) => return html! { p role="alert" { (error) } },
    };
    if found.is_empty() {
        return html! { p { "There are no events yet. To create one, publish on a stage or make a channel live." } };
    }
    html! {
        @for (number, event) in found.iter().rev() {
            details.call #{ "event-" (number) } {
                summary {
                    strong { (text(event, "detail-type")) } " "
                    @if let Some(name) = event.pointer("/detail/event_name").and_then(Value::as_str) { (name) " " }
                    span.quiet {
                        (time(text(event, "time"))) ", event " (number) ", " (text(event, "account")) ", " (text(event, "region"))
                    }
                }
                (json(event))
            }
        }
    }
}
