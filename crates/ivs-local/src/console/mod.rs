//! The console: pages that show the server's state. Each page also shows the `curl` commands that do the same.

mod action;
mod calls;
mod command;
mod events;
mod filter;
mod frame;
mod happening;
mod look;
mod refusals;
mod resources;
mod server_page;
mod stages;
mod timeline;
mod token;
mod verdict;

use hyper::header::{ALLOW, CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, HeaderValue, LOCATION};
use hyper::{Method, Response, StatusCode};
use maud::Markup;

use frame::Missing;

use crate::http::sigv4::parameter;
use crate::server::Server;

pub(crate) use action::asked;
pub(crate) use timeline::{History, history};
pub(crate) use verdict::inspected;

/// The prefix of the console's paths. Its first page is `/`.
pub(crate) const CONSOLE: &str = "/_ivs/console/";

/// Pages load nothing from other servers, and contain no inline scripts.
const POLICY: &str = "default-src 'none'; img-src data:; style-src 'self'; script-src 'self'; connect-src 'self'; form-action 'self'; \
                      base-uri 'none'; frame-ancestors 'none'";

/// Whether a path belongs to the console.
pub(crate) fn is_of_console(path: &str) -> bool {
    path == "/" || path.starts_with(CONSOLE)
}

/// Answers a request for a page, its style sheet or its script. `body` is the body of a posted form.
pub(crate) fn page(
    server: &Server,
    method: &Method,
    path: &str,
    query: &str,
    body: &[u8],
) -> Response<String> {
    let query = action::form(query.as_bytes());
    let wanted = |name: &str| parameter(&query, name).unwrap_or_default();
    let name = path.strip_prefix(CONSOLE).unwrap_or_default();
    if let Some(answer) = other_method(server, method, path) {
        return answer;
    }
    let shown = match (method, name) {
        (&Method::GET, "") => Ok(stages::list(server, &wanted("find"), &wanted("after"))),
        (&Method::GET, "stage") => stages::one(server, &wanted("arn")),
        (&Method::GET, "resources") => {
            Ok(resources::list(server, &wanted("kind"), &wanted("find"), &wanted("after")))
        }
        (&Method::GET, "resource") => resources::one(server, &wanted("key")),
        (&Method::GET, "token") => Ok(token::form(server)),
        (&Method::POST, "token") => {
            let body = action::form(body);
            Ok(token::answer(server, parameter(&body, "token").unwrap_or_default().trim()))
        }
        (&Method::GET, "refusal") => refusals::one(server, &wanted("number")),
        (&Method::GET, "refusals") => Ok(refusals::list(server)),
        (&Method::GET, "calls") => Ok(calls::list(server, &wanted("find"))),
        (&Method::GET, "events") => Ok(events::show(server)),
        (&Method::GET, "timeline") => timeline::list(server, &query),
        (&Method::GET, "server") => Ok(server_page::show(server)),
        (&Method::GET, "style.css") => return file("text/css; charset=utf-8", include_str!("style.css")),
        (&Method::GET, "live.js") => return file("text/javascript; charset=utf-8", include_str!("live.js")),
        _ => Err(Missing::new(
            StatusCode::NOT_FOUND,
            "Not found",
            "There is no such page. Choose a page from the menu.",
        )),
    };
    match shown {
        Ok(markup) => html(StatusCode::OK, markup),
        Err(missing) => html(missing.status, missing.page(server)),
    }
}

/// The answer to a method that a page does not accept.
fn other_method(server: &Server, method: &Method, path: &str) -> Option<Response<String>> {
    let methods = match path.strip_prefix(CONSOLE) {
        None => &["GET", "HEAD"][..],
        Some("do") => &["POST"],
        Some("token") => &["GET", "HEAD", "POST"],
        Some(
            "stage" | "resources" | "resource" | "refusal" | "refusals" | "calls" | "events" | "timeline"
            | "server" | "style.css" | "live.js",
        ) => &["GET", "HEAD"],
        Some(_) => return None,
    };
    if methods.contains(&method.as_str()) {
        return None;
    }
    let methods = methods.join(", ");
    let words = format!("This page accepts {methods}, not {method}.");
    let mut answer =
        html(StatusCode::METHOD_NOT_ALLOWED, frame::message(server, "Method not allowed", &words));
    if let Ok(methods) = HeaderValue::from_str(&methods) {
        answer.headers_mut().insert(ALLOW, methods);
    }
    Some(answer)
}

/// The answer to a form whose request was refused.
pub(crate) fn refused(server: &Server, status: StatusCode, words: &str) -> Response<String> {
    html(status, frame::message(server, "That did not work", words))
}

/// Redirects to a page of the console.
pub(crate) fn back(to: &str) -> Response<String> {
    let mut response = Response::new(String::new());
    *response.status_mut() = StatusCode::SEE_OTHER;
    let to = if is_of_console(to) { to } else { "/" };
    let to = HeaderValue::from_str(to).unwrap_or(HeaderValue::from_static("/"));
    response.headers_mut().insert(LOCATION, to);
    response
}

fn html(status: StatusCode, markup: Markup) -> Response<String> {
    let mut response = file("text/html; charset=utf-8", &markup.into_string());
    *response.status_mut() = status;
    response.headers_mut().insert(CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY));
    response
}

fn file(kind: &'static str, text: &str) -> Response<String> {
    let mut response = Response::new(text.to_owned());
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(kind));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}
