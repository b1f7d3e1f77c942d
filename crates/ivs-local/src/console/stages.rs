//! The pages of stages: who is on them, and what they send.

use hyper::StatusCode;
use ivs_token::StageArn;
use maud::{Markup, html};
use serde_json::{Value, json};

use super::command::{get, operation};
use super::frame::{Missing, Shown, curl, json as shown, live, page, table, time};
use super::look::{encoded, find, text};
use super::resources::{more, search, tags};
use crate::server::Server;
use crate::store::StoreError;

pub(super) fn list(server: &Server, wanted: &str, after: &str) -> Markup {
    let content = rows(server, wanted, after).unwrap_or_else(|error| html! { p role="alert" { (error) } });
    let content = html! {
        @if after.is_empty() && !server.door().refusals().list().is_empty() {
            h2 { "Recently refused" }
            (live("refused", &super::refusals::last(server, 3)))
            (curl(&get(server, "/_ivs/refusals")))
        }
        (search("/", wanted, ""))
        (live("stages", &content))
        (curl(&operation(server, &server.settings().account, "us-east-1", "ListStages", &json!({}))))
    };
    page(server, "/", "Stages", &content)
}

fn rows(server: &Server, wanted: &str, after: &str) -> Result<Markup, StoreError> {
    let (found, has_more) = find(server.store(), "stage", wanted, after)?;
    if found.is_empty() {
        return Ok(html! {
            p { @if wanted.is_empty() { "There are no stages yet." } @else { "No stage contains “" (wanted) "”." } " To create one:" }
            (curl(&operation(server, &server.settings().account, "us-east-1", "CreateStage", &json!({ "name": "demo" }))))
        });
    }
    let last = found.last().map(|(key, _)| key.clone()).unwrap_or_default();
    let rows = html! {
        @for (key, entry) in &found {
            @let arn = text(&entry.value, "arn");
            @let people = people(server, &entry.value)?;
            tr {
                td { a href={ "/_ivs/console/stage?arn=" (encoded(arn)) } { (name(&entry.value, key)) } }
                td { (who(&people)) }
                td { (tags(&entry.value)) }
                td { (place(key)) }
            }
        }
    };
    Ok(html! {
        (table("Stages", &["Stage", "Participants", "Tags", "Account and region"], &rows))
        @if has_more { (more("/", wanted, "", &last)) }
    })
}

pub(super) fn one(server: &Server, arn: &str) -> Shown {
    let missing = |status, words: String| Missing::new(status, "Stage", words);
    let stage = StageArn::try_from(arn).map_err(|error| {
        missing(StatusCode::BAD_REQUEST, format!("`{arn}` is not the ARN of a stage: {error}."))
    })?;
    let (account, region) = (stage.account_id(), stage.region());
    let key = format!("{account}/{region}/stage/{}", stage.resource_id());
    let record = match server.store().get(&key) {
        Ok(Some(entry)) => entry.value,
        Ok(None) => {
            let words =
                format!("There is no stage {arn}. It may have been deleted, by a call or by a reset.");
            return Err(missing(StatusCode::NOT_FOUND, words));
        }
        Err(error) => return Err(missing(StatusCode::INTERNAL_SERVER_ERROR, error.to_string())),
    };
    let there = present(server, &stage, &record).unwrap_or_else(|error| html! { p role="alert" { (error) } });
    let whip = server.url();
    let content = html! {
        p.arn { (arn) }
        (live("there", &there))
        (live("refused", &super::refusals::of_stage(server, arn, 5)))
        p { a href=(super::timeline::of_resource(arn)) { "Timeline of this stage" } }
        h2 { "Try it" }
        p { "Get a token. Then open " a href="/_ivs/stage" { "the page that joins a stage" } ", and append " code { "#token=" } " and the token to its address." }
        (curl(&operation(
            server, account, region, "CreateParticipantToken", &json!({ "stageArn": arn, "userId": "ana" }),
        )))
        h2 { "Stored record" }
        p { "Clients publish to " code { (whip) } "." }
        (shown(&record))
        (curl(&operation(server, account, region, "GetStage", &json!({ "arn": arn }))))
    };
    Ok(page(server, "/", name(&record, &key), &content))
}

/// The participants on a stage, and their last events.
fn present(server: &Server, stage: &StageArn, record: &Value) -> Result<Markup, StoreError> {
    let people = people(server, record)?;
    let media = server.live().media(stage);
    let (account, region) = (stage.account_id(), stage.region());
    let arn = stage.as_str();
    let rows = html! {
        @for one in &people {
            @let id = text(one, "participantId");
            tr {
                td { (id) }
                td { (text(one, "userId")) }
                td {
                    @match media.get(id) {
                        Some(sent) if !sent.is_empty() => { (sent.join(" and ")) }
                        _ if one.get("published") == Some(&true.into()) => "published, but sends nothing now",
                        _ => "watches",
                    }
                }
                td { (text(one, "browserName")) " " (text(one, "osName")) }
                td { (time(text(one, "firstJoinTime"))) }
            }
        }
    };
    let mut events = server.watched().seen();
    let prefix = format!("{account}/{region}/participant-event/{}/", stage.resource_id());
    events.retain(|seen| seen.key.starts_with(&prefix));
    let said = html! {
        @for event in events.iter().rev().take(20).map(|seen| &seen.event) {
            tr {
                td { (time(text(event, "eventTime"))) }
                td { (text(event, "participantId")) }
                td { (text(event, "name")) " " (text(event, "errorCode")) }
            }
        }
    };
    let session = text(record, "activeSessionId");
    Ok(html! {
        @if people.is_empty() {
            p { "Nobody is on this stage." }
        } @else {
            (table("On the stage now", &["Participant", "User", "Sends", "Client", "Joined at"], &rows))
            (curl(&operation(
                server, account, region, "ListParticipants", &json!({ "stageArn": arn, "sessionId": session }),
            )))
        }
        @if !events.is_empty() {
            (table("Last events", &["Time", "Participant", "Event"], &said))
        }
    })
}

/// The connected participants of the stage's current session.
fn people(server: &Server, stage: &Value) -> Result<Vec<Value>, StoreError> {
    let session = text(stage, "activeSessionId");
    let Some(arn) = StageArn::try_from(text(stage, "arn")).ok().filter(|_| !session.is_empty()) else {
        return Ok(Vec::new());
    };
    let prefix =
        format!("{}/{}/participant/{}/{session}/", arn.account_id(), arn.region(), arn.resource_id());
    let all = server.store().scan(&prefix, "", usize::MAX)?.into_iter();
    Ok(all
        .filter(|(_, entry)| text(&entry.value, "state") == "CONNECTED")
        .map(|(_, entry)| Value::clone(&entry.value))
        .collect())
}

fn who(people: &[Value]) -> Markup {
    const SHOWN: usize = 5;
    let names = people.iter().take(SHOWN).map(|one| match text(one, "userId") {
        "" => text(one, "participantId"),
        user => user,
    });
    let names: Vec<_> = names.collect();
    html! {
        @if people.is_empty() { span.quiet { "nobody" } } @else { (names.join(", ")) }
        @if people.len() > SHOWN { " and " (people.len() - SHOWN) " more" }
    }
}

/// The name of a stage, or its ID if it has no name.
fn name<'r>(record: &'r Value, key: &'r str) -> &'r str {
    match text(record, "name") {
        "" => key.rsplit('/').next().unwrap_or(key),
        name => name,
    }
}

fn place(key: &str) -> Markup {
    let mut parts = key.split('/');
    html! { (parts.next().unwrap_or_default()) ", " (parts.next().unwrap_or_default()) }
}
