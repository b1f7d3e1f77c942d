//! The token box: what a token says, what the door says of it, and what to do.

use ivs_token::{Inspection, Outcome, PublicKeyArn, TokenKind, inspect_at};
use maud::{Markup, html};
use serde_json::{Value, json};

use super::frame::{curl, live, message, moment, page, table};
use crate::door::Refusal;
use crate::server::Server;

const HERE: &str = "/_ivs/console/token";

/// What is known about a token.
struct Judged {
    inspection: Inspection,
    /// What it opens, or why it opens nothing.
    door: Result<String, Refusal>,
}

pub(super) fn form(server: &Server) -> Markup {
    let content = html! {
        (field(""))
        (curl(&format!(
            "curl -X POST {}/_ivs/inspect -d '{{\"token\": \"eyJ…\"}}'",
            server.url()
        )))
        h2 { "Refused lately" }
        (live("refused", &last(server, 50)))
        (curl(&format!("curl {}/_ivs/refusals", server.url())))
    };
    page(server, HERE, "Token", &content)
}

pub(super) fn answer(server: &Server, token: &str) -> Markup {
    page(
        server,
        HERE,
        "Token",
        &html! { (judgement(server, token, None)) h2 { "Another one" } (field(token)) },
    )
}

/// A token that was refused, and why.
pub(super) fn refusal(server: &Server, number: &str) -> Markup {
    let all = server.door().refusals().list();
    let Some(refused) = all.iter().find(|refused| refused.number.to_string() == number) else {
        return message(
            server,
            "Refused token",
            "Only the last 200 refusals are kept, and this one is not among them.",
        );
    };
    let then = Refusal::new(refused.code, refused.message.clone());
    let content = html! {
        p { "Shown as a " (refused.door) " token at " (moment(refused.at)) "." }
        section.verdict.bad aria-labelledby="then" {
            h2 #then { "Refused: " (refused.code) }
            p { (refused.message) }
            p { strong { "What to do: " } (advice(server, &then, &refused.token)) }
        }
        @if refused.token.is_empty() { p { "There was no token." } }
        @else {
            h2 { "The same token now" }
            (judgement(server, &refused.token, Some(refused.door)))
        }
        (curl(&format!("curl {}/_ivs/refusals", server.url())))
    };
    page(server, HERE, "Refused token", &content)
}

/// The last refusals, the newest first.
pub(super) fn last(server: &Server, many: usize) -> Markup {
    let all = server.door().refusals().list();
    if all.is_empty() {
        return html! { p { "No token was refused." } };
    }
    let rows = html! {
        @for refused in all.iter().rev().take(many) {
            tr {
                td { (moment(refused.at)) }
                td { (whose(&refused.token)) }
                td { a href={ "/_ivs/console/refusal?number=" (refused.number) } { (refused.code) } }
                td { (refused.message) }
            }
        }
    };
    table("Refused tokens", &["When", "Whose", "Code", "Why"], &rows)
}

/// As JSON, for those who ask with `curl`.
pub(crate) fn inspected(server: &Server, body: &[u8]) -> Result<Value, String> {
    let value: Value = serde_json::from_slice(body).unwrap_or_default();
    let token = value.get("token").and_then(Value::as_str);
    let token = token.ok_or_else(|| "give {\"token\": \"eyJ…\"}".to_owned())?;
    let judged = judge(server, token);
    let door = match &judged.door {
        Ok(words) => json!({ "opens": true, "message": words }),
        Err(refusal) => {
            let advice = advice(server, refusal, token);
            json!({ "opens": false, "code": refusal.code, "message": refusal.message, "advice": advice })
        }
    };
    Ok(json!({ "door": door, "inspection": judged.inspection }))
}

fn judge(server: &Server, token: &str) -> Judged {
    let inspection = inspect_at(token, server.keeper().clock.timestamp());
    let gate = &server.live().gate;
    let door = match inspection.kind {
        TokenKind::Connection => {
            gate.decide_connection(token).map(|_| "It opens a connection that participants share.".to_owned())
        }
        TokenKind::Playback => {
            let channel = member(&inspection, "aws:channel-arn");
            gate.decide_playback(token, &channel)
                .map(|_| format!("It plays the channel {channel}, when that is live."))
        }
        _ if token.is_empty() => Err(Refusal::new("TOKEN_MISSING", "there is no token")),
        _ => gate.decide(token).map(|who| {
            let rights: Vec<_> = who.capabilities().iter().map(|one| one.to_string()).collect();
            let rights = if rights.is_empty() {
                "neither publish nor subscribe".to_owned()
            } else {
                rights.join(" and ")
            };
            let (id, stage) = (who.participant_id().as_str(), who.stage_arn());
            format!("It lets the participant {id} onto the stage {stage}. Allowed: {rights}.")
        }),
    };
    Judged { inspection, door }
}

fn judgement(server: &Server, token: &str, door: Option<&str>) -> Markup {
    let Judged { inspection, door: decided } = judge(server, token);
    let is_own = inspection.kind == TokenKind::ParticipantFromApi;
    html! {
        @match &decided {
            Ok(words) => {
                section.verdict.good aria-labelledby="verdict" {
                    h2 #verdict { "The door lets it in" }
                    p { (words) }
                }
            }
            Err(refusal) => {
                section.verdict.bad aria-labelledby="verdict" {
                    h2 #verdict { "The door refuses it: " (refusal.code) }
                    p { (refusal.message) }
                    p { strong { "What to do: " } (advice(server, refusal, token)) }
                }
            }
        }
        @if door.is_none() {
            (curl(&format!("curl -X POST {}/_ivs/inspect -d '{}'", server.url(), json!({ "token": token }))))
        }
        h2 { "What it is" }
        p {
            @if is_own { "A participant token of CreateParticipantToken. This server verifies those that it made itself." }
            @else { "This is " (inspection.kind) "." }
        }
        @if let Some(expires) = inspection.expiration_time {
            p {
                @match inspection.remaining_seconds {
                    Some(left) if left > 0 => { "It expires at " (expires) ", in " (left) " seconds by the server's clock." }
                    Some(left) => { "It expired at " (expires) ", " (left.unsigned_abs()) " seconds ago by the server's clock." }
                    None => {}
                }
            }
        }
        (members("Header", &inspection.header))
        (members("Claims", &inspection.claims))
        (checks(&inspection, is_own))
    }
}

fn members(caption: &str, members: &[ivs_token::Member]) -> Markup {
    let rows =
        html! { @for one in members { tr { th scope="row" { (one.name) } td.value { (one.value) } } } };
    html! { @if !members.is_empty() { (table(caption, &["Name", "Value"], &rows)) } }
}

fn checks(inspection: &Inspection, is_own: bool) -> Markup {
    let rows = html! {
        @for check in &inspection.checks {
            @let (sign, words) = match &check.outcome {
                Outcome::Holds => ("holds", ""),
                Outcome::Broken(words) => ("broken", words.as_str()),
                Outcome::Noted(_) if is_own => ("note", "tokens of CreateParticipantToken name no key: their server verifies them"),
                Outcome::Noted(words) => ("note", words.as_str()),
                Outcome::Unchecked(_) if is_own => ("the door says", ""),
                Outcome::Unchecked(words) => ("not checked here", words.as_str()),
                _ => ("unknown", ""),
            };
            tr { td { (check.rule) } td { (sign) } td { (words) } }
        }
    };
    table("Rules", &["Rule", "Outcome", "Why"], &rows)
}

/// What to do about a refusal, for somebody who has never seen one.
fn advice(server: &Server, refusal: &Refusal, token: &str) -> String {
    let inspection = inspect_at(token, server.keeper().clock.timestamp());
    match refusal.code {
        "TOKEN_MISSING" => "Send the token: as the subprotocol of the socket, or as “Authorization: Bearer …”.".to_owned(),
        "TOKEN_EXPIRED" => "Mint a new token. If it should still be good, look at the clock of this server: it may have been \
                            moved."
            .to_owned(),
        "TOKEN_INVALID_SIGNATURE" => "The private key that signed is not the one whose public half was imported under the \
                                      token's kid. Sign with that key, or import the public key that belongs to yours, and put \
                                      the new ARN into kid."
            .to_owned(),
        "PARTICIPANT_DISCONNECTED" => "DisconnectParticipant was called for this participant on this stage, and that is for \
                                       good. Mint a token with another participant ID."
            .to_owned(),
        "STAGE_DELETED" => "The stage was deleted. Make another, and mint a token for it.".to_owned(),
        "QUOTA_EXCEEDED" => "Wait until somebody leaves, or start the server with a higher --quota.".to_owned(),
        "INSUFFICIENT_CAPABILITIES" => "Mint a token with the capability that the client needs.".to_owned(),
        "TOKEN_INVALID" if refusal.message.contains("there is no stage") => {
            "The stage was never made here, or a reset or another state took it away. Make it, and mint a token with its ARN."
                .to_owned()
        }
        "TOKEN_INVALID" => unknown_key(server, &inspection).unwrap_or_else(|| {
            "Read the broken rules, and mint the token anew with a library that keeps them.".to_owned()
        }),
        _ => "The message says what is wrong.".to_owned(),
    }
}

/// What to say if the key of a token is not one of this server.
fn unknown_key(server: &Server, inspection: &Inspection) -> Option<String> {
    let kid = member_of(&inspection.header, "kid");
    let arn = PublicKeyArn::try_from(kid.as_str()).ok()?;
    if server.door().keys().get(&arn).is_some() {
        return None;
    }
    let keys = server.door().keys().keys();
    let known: Vec<_> = keys.iter().take(5).map(|key| key.arn().as_str()).collect();
    let known = if known.is_empty() {
        "This server knows no key.".to_owned()
    } else {
        format!("This server knows {}.", known.join(", "))
    };
    Some(format!(
        "The token's kid is {arn}, and no key was imported under it, or it was deleted. {known} Call ImportPublicKey, and put the ARN that it answers into kid."
    ))
}

fn member(inspection: &Inspection, name: &str) -> String {
    member_of(&inspection.claims, name)
}

/// The text of a member; empty, if it is none.
fn member_of(members: &[ivs_token::Member], name: &str) -> String {
    let found = members.iter().find(|member| member.name == name);
    found.and_then(|member| serde_json::from_str(&member.value).ok()).unwrap_or_default()
}

/// Whom a token names, as far as it can be read. Nobody has verified it.
fn whose(token: &str) -> String {
    let inspection = ivs_token::inspect(token);
    let found = ["user_id", "jti", "aws:viewer-id"].into_iter().map(|name| member(&inspection, name));
    found.into_iter().find(|name| !name.is_empty()).unwrap_or_else(|| "not readable".to_owned())
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
