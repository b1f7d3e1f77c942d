//! Tokens that were refused, and why.

use hyper::StatusCode;
use ivs_token::StageArn;
use maud::{Markup, html};

use super::command::get;
use super::frame::{Missing, Shown, TOKEN as HERE, curl, live, moment, page, table, words};
use super::look::encoded;
use super::verdict::{advice, judgement, member};
use crate::door::{Refusal, Refused};
use crate::server::Server;

/// Every token that was refused and is remembered.
pub(super) fn list(server: &Server) -> Markup {
    let content = html! {
        (live("refused", &last(server, usize::MAX)))
        (curl(&get(server, "/_ivs/refusals")))
    };
    page(server, HERE, "Refused tokens", &content)
}

/// A token that was refused, and why.
pub(super) fn one(server: &Server, number: &str) -> Shown {
    let all = server.door().refusals().list();
    let Some(refused) = all.iter().find(|refused| refused.number.to_string() == number) else {
        let words =
            "Only the last 200 refusals are kept, none from before a reset, and this one is not among them.";
        return Err(Missing::new(StatusCode::NOT_FOUND, "Refused token", words));
    };
    let then = Refusal::new(refused.code, refused.message.clone());
    let content = html! {
        p { "Shown as a " (refused.door) " token at " (moment(refused.at)) "." }
        section.verdict.bad aria-labelledby="then" {
            h2 #then { "Refused: " (refused.code) }
            p { (words(&refused.message)) }
            p { strong { "What to do: " } (words(&remedy(server, refused, &then))) }
        }
        @if refused.token.is_empty() { p { "There was no token." } }
        @else {
            (calls(&refused.token))
            h2 { "The same token now" }
            (judgement(server, &refused.token, Some(&then)))
        }
        (curl(&get(server, "/_ivs/refusals")))
    };
    Ok(page(server, HERE, "Refused token", &content))
}

/// What to do about a refusal.
fn remedy(server: &Server, refused: &Refused, then: &Refusal) -> String {
    match &refused.fault {
        None => advice(server, then, &refused.token),
        Some(fault) => format!(
            "The fault `{fault}` refused it, whatever the token is. Whoever tests asked for that: the page Server lists the faults and \
             removes them."
        ),
    }
}

/// The last refusals, the newest first.
pub(super) fn last(server: &Server, many: usize) -> Markup {
    let all = server.door().refusals().list();
    if all.is_empty() {
        return html! { p { "No token was refused." } };
    }
    let shown: Vec<_> = all.iter().rev().take(many).collect();
    html! {
        (rows("Refused tokens", &shown))
        @if all.len() > many {
            p { a href="/_ivs/console/refusals" { "All " (all.len()) " refused tokens" } }
        }
    }
}

/// The last refusals of tokens that name a stage, the newest first; nothing, if there are none.
pub(super) fn of_stage(server: &Server, arn: &str, many: usize) -> Markup {
    let all = server.door().refusals().list();
    let names = |refused: &&Refused| member(&ivs_token::inspect(&refused.token), "resource") == arn;
    let shown: Vec<_> = all.iter().rev().filter(names).take(many).collect();
    html! { @if !shown.is_empty() { (rows("Refused lately", &shown)) } }
}

/// Why comes first: where the page is narrow, it is seen without moving the table.
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
    table(caption, &["Why", "Whose", "When", "Stage"], &rows)
}

/// The way to what was done to whoever a token names.
fn calls(token: &str) -> Markup {
    let id = member(&ivs_token::inspect(token), "jti");
    html! {
        @if !id.is_empty() {
            p {
                a href={ "/_ivs/console/calls?find=" (encoded(&id)) } { "The calls that name this participant" } " · "
                a href=(super::timeline::of_participant(&id)) { "Everything that happened with this participant" }
            }
        }
    }
}

/// The stage or the channel that a token names, with a link to the stage. Nobody has verified it.
fn stage_of(token: &str) -> Markup {
    let inspection = ivs_token::inspect(token);
    let arn = member(&inspection, "resource");
    let id = |arn: &str| arn.rsplit('/').next().unwrap_or_default().to_owned();
    if StageArn::try_from(arn.as_str()).is_ok() {
        return html! { a href={ "/_ivs/console/stage?arn=" (encoded(&arn)) } { (id(&arn)) } };
    }
    html! { (id(&member(&inspection, "aws:channel-arn"))) }
}

/// Whom a token names, as far as it can be read. Nobody has verified it.
fn whose(token: &str) -> String {
    let inspection = ivs_token::inspect(token);
    let found = ["user_id", "jti", "aws:viewer-id"].into_iter().map(|name| member(&inspection, name));
    found.into_iter().find(|name| !name.is_empty()).unwrap_or_else(|| "not readable".to_owned())
}
