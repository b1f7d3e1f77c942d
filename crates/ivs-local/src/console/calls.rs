//! The last calls, each with its request, its answer and the rules that decided it.

use maud::{Markup, html};

use super::command::{get, request as command, signed};
use super::frame::{curl, json, live, moment, page};
use super::resources::search;
use crate::log::Entry;
use crate::server::Server;

const HERE: &str = "/_ivs/console/calls";

/// How many calls are shown.
const MANY: usize = 100;

pub(super) fn list(server: &Server, wanted: &str) -> Markup {
    let mut calls = server.log().list();
    let wanted_small = wanted.to_lowercase();
    calls.retain(|call| wanted.is_empty() || text(call).to_lowercase().contains(&wanted_small));
    let content = html! {
        @if calls.is_empty() { p { @if wanted.is_empty() { "There are no calls yet." } @else { "No call contains “" (wanted) "”." } } }
        @for call in calls.iter().rev().take(MANY) { (show(server, call)) }
    };
    let content = html! {
        (search(HERE, wanted, ""))
        (live("calls", &content))
        (curl(&get(server, "/_ivs/calls")))
    };
    page(server, HERE, "Calls", &content)
}

fn show(server: &Server, call: &Entry) -> Markup {
    let request = call.request.value();
    let name = call.operation.as_deref().unwrap_or(&call.path);
    html! {
        details.call #{ "call-" (call.id) } {
            summary {
                span.status.bad[call.status >= 400] { (call.status) } " "
                strong { (name) } " "
                @if let Some(error) = &call.error { (error) " " }
                @if let Some(fault) = &call.fault { span.tag { "fault: " (fault) } " " }
                span.quiet { (moment(call.at)) ", " (call.micros) " µs" }
            }
            p { "Rules: " (call.rules) }
            h2 { "Request" }
            (json(&request))
            h2 { "Answer" }
            (json(&call.answer.value()))
            p {
                @if let (Some(account), Some(region)) = (&call.account, &call.region) {
                    "Account " (account) ", region " (region) "; request ID " code { (call.id) }
                } @else { "Request ID " code { (call.id) } }
                @if let Some(trace) = &call.trace { "; trace " code { (trace.id) } }
            }
            @match again(server, call) {
                Some(command) => (curl(&command)),
                None => p { "There is no curl command for this call: its body was too long to keep, or is not UTF-8." },
            }
        }
    }
}

/// The command that makes the same call again, or `None` if the whole body is not known.
fn again(server: &Server, call: &Entry) -> Option<String> {
    let body = call.request.text()?;
    let query = if call.query.is_empty() { String::new() } else { format!("?{}", call.query) };
    let (method, target) = (&call.method, format!("{}{query}", call.path));
    Some(match (&call.account, &call.region) {
        (Some(account), Some(region)) => signed(server, (account, region), method, &target, body),
        _ => command(server, method, &target, body),
    })
}

fn text(call: &Entry) -> String {
    format!(
        "{} {} {} {} {} {} {}",
        call.operation.as_deref().unwrap_or_default(),
        call.path,
        call.status,
        call.error.as_deref().unwrap_or_default(),
        call.id,
        call.trace.as_ref().map_or("", |trace| &trace.id),
        call.request.value(),
    )
}
