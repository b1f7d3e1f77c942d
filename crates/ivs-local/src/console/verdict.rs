//! What a token says, what the door says of it, and what to do.

use ivs_token::{Inspection, Outcome, PublicKeyArn, TokenKind, inspect_at};
use maud::{Markup, html};
use serde_json::{Value, json};

use super::command::request;
use super::frame::{curl, moment, table, words};
use crate::door::Refusal;
use crate::server::Server;

/// The rule that takes the key, which the door has.
const SIGNATURE: &str = "the signature is that of the key";

/// What is known about a token.
struct Judged {
    inspection: Inspection,
    /// What it opens, or why it opens nothing.
    door: Result<String, Refusal>,
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

/// What is known of a token. `then` is why it was refused, if it was.
pub(super) fn judgement(server: &Server, token: &str, then: Option<&Refusal>) -> Markup {
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
            // What stands above need not be said twice.
            Err(refusal) if then.is_some_and(|then| then.code == refusal.code) => {
                p { "The door would refuse it now, too, with the same code." }
            }
            Err(refusal) => {
                section.verdict.bad aria-labelledby="verdict" {
                    h2 #verdict { "The door refuses it: " (refusal.code) }
                    p { (words(&refusal.message)) }
                    p { strong { "What to do: " } (words(&advice(server, refusal, token))) }
                }
            }
        }
        @if then.is_none() {
            (curl(&request(server, "POST", "/_ivs/inspect", &json!({ "token": token }).to_string())))
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
        (checks(server, &inspection, is_own, decided.as_ref().err()))
    }
}

fn members(caption: &str, members: &[ivs_token::Member]) -> Markup {
    let rows = html! {
        @for one in members {
            tr {
                th scope="row" { (one.name) }
                td.value { (one.value) @if let Some(at) = moment_of(one) { " " span.quiet { "(" (moment(at)) ")" } } }
            }
        }
    };
    html! { @if !members.is_empty() { (table(caption, &["Name", "Value"], &rows)) } }
}

/// The moment that a claim of a time names, in milliseconds since 1970.
fn moment_of(member: &ivs_token::Member) -> Option<i64> {
    /// The year 9999: what is later is none that people read.
    const MOST: i64 = 253_402_300_799;
    let is_time = matches!(member.name.as_str(), "exp" | "iat" | "nbf");
    let secs = member.value.parse::<i64>().ok().filter(|secs| is_time && (0..=MOST).contains(secs))?;
    Some(secs * 1000)
}

/// What the door has found out about the signature.
fn signature(server: &Server, inspection: &Inspection, refusal: Option<&Refusal>) -> (&'static str, String) {
    match refusal {
        None => ("holds", String::new()),
        Some(refusal) => match refusal.code {
            "TOKEN_INVALID_SIGNATURE" => ("broken", refusal.message.clone()),
            "TOKEN_INVALID" if unknown_key(server, inspection).is_some() => {
                ("not checked", "this server has no key under the token's kid".to_owned())
            }
            "TOKEN_INVALID" | "TOKEN_MISSING" => ("not checked", "another rule is broken".to_owned()),
            // The door asks for these of tokens whose signature holds.
            _ => ("holds", String::new()),
        },
    }
}

fn checks(server: &Server, inspection: &Inspection, is_own: bool, refusal: Option<&Refusal>) -> Markup {
    let rows = html! {
        @for check in &inspection.checks {
            @let (sign, why) = match &check.outcome {
                Outcome::Holds => ("holds", String::new()),
                Outcome::Broken(why) => ("broken", why.clone()),
                Outcome::Noted(_) if is_own => {
                    ("note", "tokens of CreateParticipantToken name no key: their server verifies them".to_owned())
                }
                Outcome::Noted(why) => ("note", why.clone()),
                Outcome::Unchecked(_) if check.rule == SIGNATURE => signature(server, inspection, refusal),
                Outcome::Unchecked(_) if is_own => ("the door says", String::new()),
                Outcome::Unchecked(why) => ("not checked", why.clone()),
                _ => ("unknown", String::new()),
            };
            tr.broken[sign == "broken"] { td { (words(check.rule)) } td { (sign) } td { (words(&why)) } }
        }
    };
    table("Rules", &["Rule", "Outcome", "Why"], &rows)
}

/// What to do about a refusal, for somebody who has never seen one.
pub(super) fn advice(server: &Server, refusal: &Refusal, token: &str) -> String {
    let inspection = inspect_at(token, server.keeper().clock.timestamp());
    match refusal.code {
        "TOKEN_MISSING" => "Send the token: as the subprotocol of the socket, or as “Authorization: Bearer …”. A player sends it as \
                            `?token=` behind the playback URL.",
        "TOKEN_EXPIRED" => "Mint a new token. If it should still be good, look at the clock of this server: it may have been \
                            moved.",
        "TOKEN_INVALID_SIGNATURE" if inspection.kind == TokenKind::ParticipantFromApi => {
            "CreateParticipantToken of another server made it: of AWS, or of a server here that began anew with other keys. Call \
             CreateParticipantToken of this server. With `--state FILE` or `--seed`, a server that begins anew keeps its key."
        }
        "TOKEN_INVALID_SIGNATURE" if inspection.kind == TokenKind::Playback => {
            "No playback key of this server signed it. Sign with the private key of a pair that is here, or import its public key \
             with ImportPlaybackKeyPair."
        }
        "TOKEN_INVALID_SIGNATURE" => "The private key that signed is not the one whose public half was imported under the \
                                      token's kid. Sign with that key, or import the public key that belongs to yours, and put \
                                      the new ARN into kid.",
        "PARTICIPANT_DISCONNECTED" => "DisconnectParticipant was called for this participant on this stage, and that is for \
                                       good. Mint a token with another participant ID.",
        "STAGE_DELETED" => "The stage was deleted. Make another, and mint a token for it.",
        "QUOTA_EXCEEDED" => "Wait until somebody leaves, or start the server with a higher --quota.",
        "INSUFFICIENT_CAPABILITIES" => "Mint a token with the capability that the client needs.",
        "INVALID_AUDIO_CODEC" | "INVALID_VIDEO_CODEC" => {
            "The token is good: stages do not support what the client offers. Set the client, or the program that encodes for it, to \
             Opus for audio, and to VP8 or H.264 for video."
        }
        "VIEWER_SESSION_REVOKED" => "StartViewerSessionRevocation was called for this viewer. Mint a token with a higher \
                                     `aws:viewer-session-version` to let the viewer in again.",
        "TOKEN_ALREADY_USED" => "The token is good once, and a player has begun with it. Mint a new one for each playback.",
        "CONNECTION_TOKEN_REVOKED" => "RevokeConnectionToken was called for this token. Mint a new one.",
        "MALFORMED" | "NOT_FOUND" => "The token is good: what was asked with it is not. The message says what is wrong.",
        "TOKEN_INVALID" => return advice_on_invalid(server, refusal, &inspection),
        _ => "The message says what is wrong.",
    }
    .to_owned()
}

/// What to do about a token that breaks a rule: the message says which.
fn advice_on_invalid(server: &Server, refusal: &Refusal, inspection: &Inspection) -> String {
    let says = |words: &str| refusal.message.contains(words);
    if inspection.kind == TokenKind::NotAToken || says("copy the whole token") {
        return "This is not a token, or not all of one: it has three parts of letters, digits, `-` and `_`, with dots between. Copy it \
                whole, without spaces, quotes or line breaks."
            .to_owned();
    }
    if says("the token was issued at") {
        "By this server's clock, the time of the token has not come yet. The clock may have been stopped or moved back: look at \
         the clock above, and move it with POST /_ivs/clock or on the page Server. If the clock is right, that of the \
         machine that minted the token is ahead."
    } else if says("may not be used before") {
        "Leave the claim `nbf` out: AWS's tokens have none. If you want it, wait until then, or move the clock of this server on the \
         page Server."
    } else if says("there is no stage") {
        "The stage was never made here, or a reset or another state took it away. Make it, and mint a token with its ARN. Look at \
         account and region in the ARN, too: each has stages of its own."
    } else if says("the token is for another stage") {
        "Join the stage that the token names, or mint a token for the one that was asked for."
    } else if says("the token is that of") {
        "A participant publishes under the ID of their own token: ask for `/publish/` and that ID."
    } else if says("different accounts or regions") {
        "Import the public key where the stage is, with ImportPublicKey in the stage's account and region, and put the ARN that it \
         answers into kid. A key opens only stages of its own account and region."
    } else if says("is expected here")
        || (inspection.kind == TokenKind::Playback && says("only playback tokens name no key"))
    {
        "A participant token opens a stage, a connection token a socket that participants share, and a playback token goes behind \
         the playback URL of a channel, as `?token=`. Send each where it belongs."
    } else if says("requests from certain origins") {
        "Play from a page of one of the token's origins, or mint a token with the origin of yours, such as `http://localhost:3000`."
    } else if says("is for the channel") {
        "Play the channel that the token names, or mint a token for this one."
    } else {
        return unknown_key(server, inspection).unwrap_or_else(|| {
            "Read the broken rules, and mint the token anew with a library that keeps them.".to_owned()
        });
    }
    .to_owned()
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

/// The text of a claim; empty, if it is none.
pub(super) fn member(inspection: &Inspection, name: &str) -> String {
    member_of(&inspection.claims, name)
}

/// The text of a member; empty, if it is none.
fn member_of(members: &[ivs_token::Member], name: &str) -> String {
    let found = members.iter().find(|member| member.name == name);
    found.and_then(|member| serde_json::from_str(&member.value).ok()).unwrap_or_default()
}
