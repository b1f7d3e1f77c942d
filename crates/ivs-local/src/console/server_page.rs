//! The page of the server itself: its clock, its faults and its state.

use maud::{Markup, html};
use serde_json::Value;

use super::action::{Button, Removal};
use super::command::get;
use super::frame::{curl, curls, live, page, table};
use super::look::text;
use crate::server::Server;

const HERE: &str = "/_ivs/console/server";

pub(super) fn show(server: &Server) -> Markup {
    let content = html! {
        h2 { "Clock" }
        (time(server))
        h2 { "Faults" }
        (live("faults", &faults(server)))
        (Button {
            words: "Add the fault", method: "POST", path: "faults", back: HERE,
            body: r#"{"operation": "GetStage", "error": "ThrottlingException", "count": 3}"#,
        }.with_text(server, "fault", "The new rule"))
        h2 { "Rates" }
        (rates(server))
        h2 { "State" }
        p { a href="/_ivs/snapshot" download="state.json" { "Download the state" } " as a file for " code { "ivs-local restore" } " or " code { "--init" } "." }
        (curl(&format!("{} -o state.json", get(server, "/_ivs/snapshot"))))
        (Button {
            words: "Copy the account", method: "POST", path: "fork", back: HERE,
            body: r#"{"from": "123456789012", "to": "210987654321"}"#,
        }.with_text(server, "fork", "The account to copy, and the ID of its copy"))
        @let calm = Button { words: "Restore the start settings", method: "POST", path: "calm", body: "", back: HERE };
        h2 { "Start over" }
        p { "This sets the clock, faults, rates and event targets back to the settings at the start. Resources stay." }
        (calm.show())
        (calm.curl(server))
        @let reset = Button { words: "Yes, forget everything", method: "POST", path: "reset", body: "", back: HERE };
        details.danger {
            summary { "Forget everything…" }
            p {
                "This deletes every resource of every account, with its sessions and its history, and disconnects everybody who is on a stage. "
                "You can bring them back only if you downloaded the state before."
            }
            (reset.show())
        }
        (reset.curl(server))
    };
    page(server, HERE, "Server", &content)
}

fn time(server: &Server) -> Markup {
    let moves = [
        ("Stop the clock", r#"{"freeze": true}"#),
        ("Advance by a minute", r#"{"advance": 60}"#),
        ("Advance by an hour", r#"{"advance": 3600}"#),
        ("Advance by a day", r#"{"advance": 86400}"#),
        ("Let the clock run", r#"{"resume": true}"#),
        ("Back to real time", r#"{"real": true}"#),
    ];
    let buttons =
        moves.map(|(words, body)| Button { words, method: "POST", path: "clock", body, back: HERE });
    let waiting = server.keeper().waiting().unwrap_or_default();
    html! {
        (live("waiting", &html! {
            p {
                @if waiting == 1 { "1 timer waits. It runs when the clock reaches it." }
                @else { (waiting) " timers wait. They run when the clock reaches them." }
            }
        }))
        @for button in &buttons { (button.show()) }
        (curls(&buttons.iter().map(|button| button.command(server)).collect::<Vec<_>>()))
    }
}

fn faults(server: &Server) -> Markup {
    let listing = ("List the faults", get(server, "/_ivs/faults"));
    let all = server.faults().list();
    if all.is_empty() {
        return html! { p { "There are no faults." } (curls(&[listing])) };
    }
    let removals: Vec<_> = all.iter().map(|fault| Removal::new("faults", text(fault, "id"))).collect();
    let rows = html! {
        @for (fault, removal) in all.iter().zip(&removals) {
            tr {
                td { (text(fault, "id")) }
                td.value { (rule(fault)) }
                td { (fault.get("struck").unwrap_or(&Value::Null)) }
                td { (removal.button(HERE).show()) }
            }
        }
    };
    let mut commands = vec![listing];
    commands.extend(removals.iter().map(|removal| removal.button(HERE).command(server)));
    html! { (table("Rules in force", &["ID", "Rule", "Times struck", "Remove"], &rows)) (curls(&commands)) }
}

/// A rule, as the user wrote it.
fn rule(fault: &Value) -> String {
    let mut fault = fault.clone();
    if let Some(members) = fault.as_object_mut() {
        members.retain(|name, _| !matches!(name.as_str(), "id" | "matched" | "struck" | "left"));
    }
    fault.to_string()
}

fn rates(server: &Server) -> Markup {
    let (words, body) = if server.rates().is_on() {
        ("Rates are on: switch them off", r#"{"rates": "off"}"#)
    } else {
        ("Rates are off: switch them on", r#"{"rates": "on"}"#)
    };
    let button = Button { words, method: "POST", path: "rates", body, back: HERE };
    html! { (button.show()) (button.curl(server)) }
}
