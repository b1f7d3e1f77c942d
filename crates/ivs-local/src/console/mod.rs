//! The console: pages that show what the server knows, and how to ask it the same with `curl`.

mod action;
mod calls;
mod frame;
mod look;
mod resources;
mod server_page;
mod stages;
mod timeline;
mod token;

use hyper::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, HeaderValue, LOCATION};
use hyper::{Method, Response, StatusCode};
use maud::Markup;

use crate::http::sigv4::parameter;
use crate::server::Server;

pub(crate) use action::asked;
pub(crate) use token::inspected;

/// What the paths of the console begin with; `/` is its first page.
pub(crate) const CONSOLE: &str = "/_ivs/console/";

/// Nothing is loaded from elsewhere, and no script stands in a page.
const POLICY: &str = "default-src 'none'; img-src data:; style-src 'self'; script-src 'self'; connect-src 'self'; form-action 'self'; \
                      base-uri 'none'; frame-ancestors 'none'";

/// Whether a path is one of the console's.
pub(crate) fn is_of_console(path: &str) -> bool {
    path == "/" || path.starts_with(CONSOLE)
}

/// Answers a request for a page, or for what belongs to it. `body` is what a form sent.
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
    let markup = match (method, name) {
        (&Method::GET, "") => stages::list(server, &wanted("find"), &wanted("after")),
        (&Method::GET, "stage") => stages::one(server, &wanted("arn")),
        (&Method::GET, "resources") => {
            resources::list(server, &wanted("kind"), &wanted("find"), &wanted("after"))
        }
        (&Method::GET, "resource") => resources::one(server, &wanted("key")),
        (&Method::GET, "token") => token::form(server),
        (&Method::POST, "token") => {
            let body = action::form(body);
            token::answer(server, parameter(&body, "token").unwrap_or_default().trim())
        }
        (&Method::GET, "refusal") => token::refusal(server, &wanted("number")),
        (&Method::GET, "calls") => calls::list(server, &wanted("find")),
        (&Method::GET, "timeline") => timeline::list(server),
        (&Method::GET, "server") => server_page::show(server),
        (&Method::GET, "style.css") => return file("text/css; charset=utf-8", include_str!("style.css")),
        (&Method::GET, "live.js") => return file("text/javascript; charset=utf-8", include_str!("live.js")),
        _ => {
            let told = frame::message(
                server,
                "Not found",
                "There is no such page. The menu has those that there are.",
            );
            return html(StatusCode::NOT_FOUND, told);
        }
    };
    html(StatusCode::OK, markup)
}

/// Answers a form whose request was refused.
pub(crate) fn refused(server: &Server, status: StatusCode, words: &str) -> Response<String> {
    html(status, frame::message(server, "That did not work", words))
}

/// Leads back to a page of the console.
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
