//! The pages of resources of every kind, with their tags.

use hyper::StatusCode;
use maud::{Markup, html};
use serde_json::{Value, json};

use super::command::{get, operation};
use super::frame::{Missing, Shown, curl, json as shown, live, page, table};
use super::look::{encoded, find, places, text};
use crate::kinds;
use crate::server::Server;
use crate::store::StoreError;

const HERE: &str = "/_ivs/console/resources";

pub(super) fn list(server: &Server, kind: &str, wanted: &str, after: &str) -> Markup {
    let content = if kind.is_empty() { counts(server) } else { rows(server, kind, wanted, after) };
    let content = content.unwrap_or_else(|error| html! { p role="alert" { (error) } });
    let content = html! {
        @if !kind.is_empty() { (search(HERE, wanted, kind)) }
        (live("resources", &content))
        (curl(&get(server, "/_ivs/snapshot")))
    };
    let title = if kind.is_empty() { "Resources" } else { name_of(kind) };
    page(server, HERE, title, &content)
}

/// The number of resources of each kind.
fn counts(server: &Server) -> Result<Markup, StoreError> {
    let mut rows = Vec::new();
    for (account, region, kind) in places(server.store())? {
        if kinds::of_type(&kind).is_some() {
            let count = server.store().count(&format!("{account}/{region}/{kind}/"))?;
            rows.push((kind, count, account, region));
        }
    }
    if rows.is_empty() {
        return Ok(html! { p { "There are no resources yet." } });
    }
    let rows = html! {
        @for (kind, count, account, region) in &rows {
            tr {
                td { a href={ (HERE) "?kind=" (kind) } { (kind) } }
                td { (count) }
                td { (account) ", " (region) }
            }
        }
    };
    Ok(table("Resources", &["Kind", "Count", "Account and region"], &rows))
}

fn rows(server: &Server, kind: &str, wanted: &str, after: &str) -> Result<Markup, StoreError> {
    let (found, has_more) = find(server.store(), kind, wanted, after)?;
    let last = found.last().map(|(key, _)| key.clone()).unwrap_or_default();
    let rows = html! {
        @for (key, entry) in &found {
            tr {
                td { a href={ "/_ivs/console/resource?key=" (encoded(key)) } { (key.rsplit('/').next().unwrap_or(key)) } }
                td { (text(&entry.value, "name")) }
                td { (text(&entry.value, "state")) }
                td { (tags(&entry.value)) }
            }
        }
    };
    Ok(html! {
        @if found.is_empty() { p { "No resources found." } }
        @else { (table(name_of(kind), &["ID", "Name", "State", "Tags"], &rows)) }
        @if has_more { (more(HERE, wanted, kind, &last)) }
    })
}

pub(super) fn one(server: &Server, key: &str) -> Shown {
    let missing = |status, words: &str| Err(Missing::new(status, "Resource", words));
    let kind = key.split('/').nth(2).and_then(kinds::of_type);
    let record = match (kind, server.store().get(key)) {
        (None, _) | (_, Ok(None)) => {
            return missing(StatusCode::NOT_FOUND, "There is no such resource. It may have been deleted.");
        }
        (_, Err(error)) => return missing(StatusCode::INTERNAL_SERVER_ERROR, &error.to_string()),
        (Some(_), Ok(Some(entry))) => entry.value,
    };
    let mut parts = key.split('/');
    let (account, region) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
    let noun = kind.map_or("", |kind| kind.nouns()[0]);
    let arn = text(&record, "arn");
    let content = html! {
        p.arn { (arn) }
        p { (tags(&record)) }
        p { a href=(super::timeline::of_resource(arn)) { "Timeline of this resource" } }
        (live("record", &shown(&record)))
        (curl(&operation(server, account, region, &format!("Get{noun}"), &json!({ "arn": arn }))))
    };
    Ok(page(server, HERE, noun, &content))
}

/// The plural name of a kind.
fn name_of(kind: &str) -> &str {
    kinds::of_type(kind).map_or(kind, |kind| kind.nouns()[1])
}

pub(super) fn tags(record: &Value) -> Markup {
    let tags = record.get("tags").and_then(Value::as_object);
    html! {
        @for (name, value) in tags.into_iter().flatten() {
            span.tag { (name) "=" (value.as_str().unwrap_or_default()) } " "
        }
    }
}

/// A search field.
pub(super) fn search(path: &str, wanted: &str, kind: &str) -> Markup {
    html! {
        form method="get" action=(path) role="search" class="inline" {
            label for="find" { "Find" }
            input #find name="find" value=(wanted) type="search";
            @if !kind.is_empty() { input type="hidden" name="kind" value=(kind); }
            button { "Find" }
        }
    }
}

/// A link to the next page.
pub(super) fn more(path: &str, wanted: &str, kind: &str, last: &str) -> Markup {
    let kind = if kind.is_empty() { String::new() } else { format!("&kind={}", encoded(kind)) };
    html! { p { a href={ (path) "?find=" (encoded(wanted)) (kind) "&after=" (encoded(last)) } { "More" } } }
}
