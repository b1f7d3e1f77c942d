//! The last calls, each with its request, its answer and the rules that spoke.

use maud::{Markup, html};

use super::frame::{curl, json, live, moment, operation, page};
use super::resources::search;
use crate::log::Entry;
use crate::server::Server;

const HERE: &str = "/_ivs/console/calls";

/// How many are shown.
const MANY: usize = 100;

pub(super) fn list(server: &Server, wanted: &str) -> Markup {
    let mut calls = server.log().list();
    let wanted_small = wanted.to_lowercase();
    calls.retain(|call| wanted.is_empty() || text(call).to_lowercase().contains(&wanted_small));
    let content = html! {
        @if calls.is_empty() { p { "There is no call" @if !wanted.is_empty() { " with “" (wanted) "” in it" } "." } }
        @for call in calls.iter().rev().take(MANY) { (show(server, call)) }
    };
    let content = html! {
        (search(HERE, wanted, ""))
        (live("calls", &content))
        (curl(&format!("curl {}/_ivs/calls", server.url())))
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
            @if let (Some(account), Some(region), Some(name)) = (&call.account, &call.region, &call.operation) {
                p { "By the account " (account) " in " (region) "; request ID " code { (call.id) } }
                @if !call.path.starts_with("/tags/") { (operation(server, account, region, name, &request)) }
            }
        }
    }
}

fn text(call: &Entry) -> String {
    format!(
        "{} {} {} {} {} {}",
        call.operation.as_deref().unwrap_or_default(),
        call.path,
        call.status,
        call.error.as_deref().unwrap_or_default(),
        call.id,
        call.request.value(),
    )
}
