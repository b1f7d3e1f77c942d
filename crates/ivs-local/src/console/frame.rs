//! The frame of every page, and the parts that pages share.

use hyper::StatusCode;
use maud::{DOCTYPE, Markup, html};
use serde_json::Value;

use crate::clock::Time;
use crate::server::Server;
use crate::time::iso8601;

/// The page with the box for tokens.
pub(super) const TOKEN: &str = "/_ivs/console/token";

const MENU: [(&str, &str); 7] = [
    ("/", "Stages"),
    (TOKEN, "Token"),
    ("/_ivs/console/timeline", "Timeline"),
    ("/_ivs/console/calls", "Calls"),
    ("/_ivs/console/events", "Events"),
    ("/_ivs/console/resources", "Resources"),
    ("/_ivs/console/server", "Server"),
];

/// A page. `here` is the path of its entry in the menu.
pub(super) fn page(server: &Server, here: &str, title: &str, content: &Markup) -> Markup {
    html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                title { (title) " · ivs-local" }
                link rel="stylesheet" href="/_ivs/console/style.css";
                link rel="icon" href="data:,";
                script src="/_ivs/console/live.js" defer {}
            }
            body {
                a.skip href="#content" { "Skip to the content" }
                header {
                    p.name { "ivs-local" }
                    nav aria-label="Pages" {
                        @for (path, name) in MENU {
                            a href=(path) aria-current=[(path == here).then_some("page")] { (name) }
                        }
                    }
                    p.clock #clock data-live { (clock(server)) }
                }
                main #content tabindex="-1" {
                    h1 { (title) }
                    (content)
                }
            }
        }
    }
}

/// A page that cannot be shown, and the reason.
pub(super) struct Missing {
    pub(super) status: StatusCode,
    pub(super) title: &'static str,
    pub(super) words: String,
}

/// A page, or the reason why it cannot be shown.
pub(super) type Shown = Result<Markup, Missing>;

impl Missing {
    pub(super) fn new(status: StatusCode, title: &'static str, words: impl Into<String>) -> Self {
        Self { status, title, words: words.into() }
    }

    pub(super) fn page(&self, server: &Server) -> Markup {
        message(server, self.title, &self.words)
    }
}

/// A page that holds only a message.
pub(super) fn message(server: &Server, title: &str, told: &str) -> Markup {
    page(server, "", title, &html! { p { (words(told)) } })
}

/// A sentence. Text between backticks, such as the name of a member, is shown as code.
pub(super) fn words(text: &str) -> Markup {
    let parts: Vec<_> = text.split('`').collect();
    // If a backtick has no partner, the text is shown as it is.
    if parts.len().is_multiple_of(2) {
        return html! { (text) };
    }
    html! {
        @for (place, part) in parts.iter().enumerate() {
            @if place % 2 == 1 { code { (part) } } @else { (part) }
        }
    }
}

/// A part of a page that is refreshed when something changes.
pub(super) fn live(id: &str, content: &Markup) -> Markup {
    html! { div id=(id) data-live { (content) } }
}

/// The command that shows or does the same.
pub(super) fn curl(command: &str) -> Markup {
    curls(&[("", command.to_owned())])
}

/// The commands that do the same as several buttons, each with the label of its button.
pub(super) fn curls(commands: &[(&str, String)]) -> Markup {
    html! {
        details.curl {
            summary { "The same with curl" }
            @for (words, command) in commands {
                @if !words.is_empty() { p { (words) ":" } }
                pre tabindex="0" { code { (command) } }
            }
        }
    }
}

/// A value as indented JSON.
pub(super) fn json(value: &Value) -> Markup {
    html! { pre tabindex="0" { code { (serde_json::to_string_pretty(value).unwrap_or_default()) } } }
}

/// A table that scrolls by itself if the page is too narrow for it.
pub(super) fn table(caption: &str, head: &[&str], rows: &Markup) -> Markup {
    html! {
        div.scroll.wide[head.len() > 3] tabindex="0" role="region" aria-label=(caption) {
            table {
                caption { (caption) }
                thead { tr { @for name in head { th scope="col" { (name) } } } }
                tbody { (rows) }
            }
        }
    }
}

/// A time, given in milliseconds since 1970.
pub(super) fn moment(milliseconds: i64) -> Markup {
    time(&iso8601(milliseconds))
}

/// A time, given in the notation of the API.
pub(super) fn time(text: &str) -> Markup {
    html! { time datetime=(text) { (text.replace('T', " ").replace('Z', "")) } }
}

fn clock(server: &Server) -> Markup {
    let clock = &server.keeper().clock;
    let word = match clock.time() {
        Time::Running(0) => "real time",
        Time::Running(_) => "moved, running",
        Time::Frozen(_) => "frozen",
    };
    html! { (moment(clock.now())) " UTC, " (word) }
}
