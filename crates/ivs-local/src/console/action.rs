//! The actions of a page. Each is a request to the server, shown as a button and as a `curl` command.

use hyper::Method;
use maud::{Markup, html};

use super::command::request;
use super::frame::curl;
use crate::http::sigv4::parameter;
use crate::server::Server;

/// The path to which forms are posted.
pub(super) const FORM: &str = "/_ivs/console/do";

/// The request that a form asks for.
pub(crate) struct Asked {
    pub(crate) method: Method,
    /// The path after `/_ivs/`.
    pub(crate) path: String,
    pub(crate) body: String,
    /// The page to go back to.
    pub(crate) back: String,
}

/// Reads a posted form.
pub(crate) fn asked(path: &str, body: &[u8]) -> Option<Asked> {
    if path != FORM {
        return None;
    }
    let body = form(body);
    let text = |name: &str| parameter(&body, name).unwrap_or_default();
    let method = if text("method") == "DELETE" { Method::DELETE } else { Method::POST };
    Some(Asked { method, path: text("path"), body: text("body"), back: text("back") })
}

/// The body of a form, with `%20` for each space as in a URL's query. Browsers send `+` (URL standard, section 5.1).
pub(super) fn form(body: &[u8]) -> String {
    String::from_utf8_lossy(body).replace('+', "%20")
}

/// A button that sends a request.
pub(super) struct Button<'b> {
    pub(super) words: &'b str,
    pub(super) method: &'b str,
    pub(super) path: &'b str,
    pub(super) body: &'b str,
    pub(super) back: &'b str,
}

impl<'b> Button<'b> {
    pub(super) fn show(&self) -> Markup {
        html! {
            form method="post" action=(FORM) class="inline" {
                (self.fields())
                input type="hidden" name="body" value=(self.body);
                button { (self.words) }
            }
        }
    }

    /// The button with a text field, in which the user can change the body first.
    pub(super) fn with_text(&self, server: &Server, id: &str, label: &str) -> Markup {
        html! {
            form method="post" action=(FORM) {
                (self.fields())
                label for=(id) { (label) }
                textarea id=(id) name="body" rows="3" spellcheck="false" { (self.body) }
                button { (self.words) }
            }
            (self.curl(server))
        }
    }

    pub(super) fn curl(&self, server: &Server) -> Markup {
        curl(&self.command(server).1)
    }

    /// The label of the button, and the command that does the same.
    pub(super) fn command(&self, server: &Server) -> (&'b str, String) {
        (self.words, request(server, self.method, &format!("/_ivs/{}", self.path), self.body))
    }

    fn fields(&self) -> Markup {
        html! {
            input type="hidden" name="method" value=(self.method);
            input type="hidden" name="path" value=(self.path);
            input type="hidden" name="back" value=(self.back);
        }
    }
}

/// The label and the path of a button that removes an entry of a list.
pub(super) struct Removal {
    words: String,
    path: String,
}

impl Removal {
    /// `list` is the path of the list, and `id` is the entry to remove.
    pub(super) fn new(list: &str, id: &str) -> Self {
        Self { words: format!("Remove {id}"), path: format!("{list}/{id}") }
    }

    pub(super) fn button<'b>(&'b self, back: &'b str) -> Button<'b> {
        Button { words: &self.words, method: "DELETE", path: &self.path, body: "", back }
    }
}
