//! The pages of refused tokens.

use hyper::StatusCode;
use ivs_token::StageArn;
use maud::{Markup, html};

use super::command::get;
use super::frame::{Missing, Shown, TOKEN as HERE, curl, live, moment, page, table, words};
use super::look::encoded;
use super::verdict::{advice, judgement, member};
use crate::door::{Refusal, Refused};
use crate::server::Server;

/// The page that lists every refused token that is kept.
pub(super) fn list(server: &Server) -> Markup {
    let content = html! {
        (live("refused", &last(server, usize::MAX)))
        (curl(&get(server, "/_ivs/refusals")))
    };
    page(server, HERE, "Refused tokens", &content)
}

/// The page of one refused token, with the reason.
pub(super) fn one(server: &Server, number: &str) -> Shown {
    let all = server.door().refusals().list();
    let Some(refused) = all.iter().find(|refused| refused.number.to_string() == number) else {
        let words = "This refusal is not kept any more. The server keeps the last 200 refusals, and a reset deletes them all.";
        return Err(Missing::new(StatusCode::NOT_FOUND, "Refused token", words));
    };
    let then = Refusal::new(refused.code, refused.message.clone());
    let content = html! {
        p { "Presented as a " (refused.door) " token at " (moment(refused.at)) "." }
        section.verdict.bad aria-labelledby="then" {
            h2 #then { "Refused: " (refused.code) }
            p { (words(&refused.message)) }
            p { strong { "What to do: " } (words(&remedy(server, refused, &then))) }
        }
        @if refused.token.is_empty() { p { "The request had no token." } }
        @else {
            (calls(&refused.token))
            h2 { "The same token now" }
            (judgement(server, &refused.token, Some(&then)))
        }
        (curl(&get(server, "/_ivs/refusals")))
    };
    Ok(page(server, HERE, "Refused token", &content))
}

/// The advice on what to do about a refusal.
fn remedy(server: &Server, refused: &Refused, then: &Refusal) -> String {
    match &refused.fault {
        None => advice(server, then, &refused.token),
        Some(fault) => format!(
            "The fault `{fault}` refused it, whatever the token is. A test added this fault. The Server page lists the faults and can \
             remove them."
        ),
    }
}

/// The last refusals, newest first.
pub(super) fn last(server: &Server, many: usize) -> Markup {
    let all = server.door().refusals().list();
    if all.is_empty() {
        return html! { p { "No tokens have been refused." } };
    }
    let shown: Vec<_> = all.iter().rev().take(many).collect();
    html! {
        (rows("Refused tokens", &shown))
        @if all.len() > many {
            p { a href="/_ivs/console/refusals" { "Show all " (all.len()) " refused tokens" } }
        }
    }
}

/// The last refusals of tokens that name a stage, newest first. The markup is empty if there are none.
pub(super) fn of_stage(server: &Server, arn: &str, many: usize) -> Markup {
    let all = server.door().refusals().list();
    let names = |refused: &&Refused| member(&ivs_token::inspect(&refused.token), "resource") == arn;
    let shown: Vec<_> = all.iter().rev().filter(names).take(many).collect();
    html! { @if !shown.is_empty() { (rows("Recently refused", &shown)) } }
}

/// A table of refusals. The reason comes first, so that it is visible on a narrow page without scrolling.
fn rows(caption: &str, all: &[&Refused]) -> Markup {
    let rows = html! {
        @for refused in all {
            tr {
                td.why {
                    a href={ "/_ivs/console/refusal?number=" (refused.number) } { (refused.code) }
                    br;
                    (words(&refused.message))
                    @if refused.fault.is_some() { " " span.tag { "fault" } }
                }
                td { (whose(&refused.token)) }
                td { (moment(refused.at)) }
                td { (stage_of(&refused.token)) }
            }
        }
    };
    table(caption, &["Reason", "Holder", "Time", "Stage"], &rows)
}

/// Links to the calls and the timeline of the participant that a token names.
fn calls(token: &str) -> Markup {
    let id = member(&ivs_token::inspect(token), "jti");
    html! {
        @if !id.is_empty() {
            p {
                a href={ "/_ivs/console/calls?find=" (encoded(&id)) } { "Calls that name this participant" } " · "
                a href=(super::timeline::of_participant(&id)) { "Timeline of this participant" }
            }
        }
    }
}

/// The stage or the channel that a token names, with a link to the stage. The token is not verified.
fn stage_of(token: &str) -> Markup {
    let inspection = ivs_token::inspect(token);
    let arn = member(&inspection, "resource");
    let id = |arn: &str| arn.rsplit('/').next().unwrap_or_default().to_owned();
    if StageArn::try_from(arn.as_str()).is_ok() {
        return html! { a href={ "/_ivs/console/stage?arn=" (encoded(&arn)) } { (id(&arn)) } };
    }
    html! { (id(&member(&inspection, "aws:channel-arn"))) }
}

/// The user or participant that a token names, if it can be read. The token is not verified.
fn whose(token: &str) -> String {
    let inspection = ivs_token::inspect(token);
    let found = ["user_id", "jti", "aws:viewer-id"].into_iter().map(|name| member(&inspection, name));
    found.into_iter().find(|name| !name.is_empty()).unwrap_or_else(|| "unreadable".to_owned())
}
