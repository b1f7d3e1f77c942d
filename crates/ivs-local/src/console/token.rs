//! The page that inspects a token.

use maud::{Markup, html};

use super::command::{get, request};
use super::frame::{TOKEN as HERE, curl, live, page};
use super::refusals::last;
use super::verdict::judgement;
use crate::server::Server;

pub(super) fn form(server: &Server) -> Markup {
    let content = html! {
        (field(""))
        (curl(&request(server, "POST", "/_ivs/inspect", r#"{"token": "eyJ…"}"#)))
        h2 { "Recently refused" }
        (live("refused", &last(server, 10)))
        (curl(&get(server, "/_ivs/refusals")))
    };
    page(server, HERE, "Token", &content)
}

pub(super) fn answer(server: &Server, token: &str) -> Markup {
    page(
        server,
        HERE,
        "Token",
        &html! { (judgement(server, token, None)) h2 { "Another token" } (field(token)) },
    )
}

fn field(token: &str) -> Markup {
    html! {
        form method="post" action=(HERE) {
            label for="token" { "A token of any kind" }
            textarea #token name="token" rows="5" spellcheck="false" autocomplete="off" required { (token) }
            button { "Inspect" }
        }
    }
}
