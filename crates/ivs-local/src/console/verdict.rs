//! The content of a token, the door's verdict on it, and advice.

use ivs_token::{Inspection, Outcome, PublicKeyArn, TokenKind, inspect_at};
use maud::{Markup, html};
use serde_json::{Value, json};

use super::command::request;
use super::frame::{curl, moment, table, words};
use crate::door::Refusal;
use crate::server::Server;

/// The rule that needs the key. Only the door has the key.
const SIGNATURE: &str = "the signature is that of the key";

/// A token's content, and the door's verdict on it.
struct Judged {
    inspection: Inspection,
    /// What the token allows, or why it is refused.
    door: Result<String, Refusal>,
}

/// The verdict as JSON, for `POST /_ivs/inspect`.
pub(crate) fn inspected(server: &Server, body: &[u8]) -> Result<Value, String> {
    let value: Value = serde_json::from_slice(body).unwrap_or_default();
    let token = value.get("token").and_then(Value::as_str);
    let token = token.ok_or_else(|| "the body must be {\"token\": \"eyJ…\"}".to_owned())?;
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
                .map(|_| format!("It plays the channel {channel} while the channel is live."))
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
            format!("It lets the participant {id} join the stage {stage}. Allowed: {rights}.")
        }),
    };
    Judged { inspection, door }
}

/// The judgement of a token as a part of a page. `then` is the earlier refusal, if the token was refused before.
pub(super) fn judgement(server: &Server, token: &str, then: Option<&Refusal>) -> Markup {
    let Judged { inspection, door: decided } = judge(server, token);
    let is_own = inspection.kind == TokenKind::ParticipantFromApi;
    html! {
        @match &decided {
            Ok(words) => {
                section.verdict.good aria-labelledby="verdict" {
                    h2 #verdict { "The door accepts this token" }
                    p { (words) }
                }
            }
            // The page already shows this refusal.
            Err(refusal) if then.is_some_and(|then| then.code == refusal.code) => {
                p { "The door would refuse it again now, with the same code." }
            }
            Err(refusal) => {
                section.verdict.bad aria-labelledby="verdict" {
                    h2 #verdict { "The door refuses this token: " (refusal.code) }
                    p { (words(&refusal.message)) }
                    p { strong { "What to do: " } (words(&advice(server, refusal, token))) }
                }
            }
        }
        @if then.is_none() {
            (curl(&request(server, "POST", "/_ivs/inspect", &json!({ "token": token }).to_string())))
        }
        h2 { "Kind and lifetime" }
        p {
            @if is_own { "This is a participant token of CreateParticipantToken. This server verifies only the ones that it made itself." }
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

/// The time in a claim, in milliseconds since 1970.
fn moment_of(member: &ivs_token::Member) -> Option<i64> {
    /// The end of the year 9999. A later time is not shown as a date.
    const MOST: i64 = 253_402_300_799;
    let is_time = matches!(member.name.as_str(), "exp" | "iat" | "nbf");
    let secs = member.value.parse::<i64>().ok().filter(|secs| is_time && (0..=MOST).contains(secs))?;
    Some(secs * 1000)
}

/// The door's verdict on the signature.
fn signature(server: &Server, inspection: &Inspection, refusal: Option<&Refusal>) -> (&'static str, String) {
    match refusal {
        None => ("holds", String::new()),
        Some(refusal) => match refusal.code {
            "TOKEN_INVALID_SIGNATURE" => ("broken", refusal.message.clone()),
            "TOKEN_INVALID" if unknown_key(server, inspection).is_some() => {
                ("not checked", "this server has no key with the token's kid".to_owned())
            }
            "TOKEN_INVALID" | "TOKEN_MISSING" => ("not checked", "the token breaks another rule".to_owned()),
            // The door checks the other rules only after the signature.
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
                    ("note", "tokens of CreateParticipantToken do not name a key; the server that made them verifies them".to_owned())
                }
                Outcome::Noted(why) => ("note", why.clone()),
                Outcome::Unchecked(_) if check.rule == SIGNATURE => signature(server, inspection, refusal),
                Outcome::Unchecked(_) if is_own => ("see the door's verdict", String::new()),
                Outcome::Unchecked(why) => ("not checked", why.clone()),
                _ => ("unknown", String::new()),
            };
            tr.broken[sign == "broken"] { td { (words(check.rule)) } td { (sign) } td { (words(&why)) } }
        }
    };
    table("Rules", &["Rule", "Outcome", "Why"], &rows)
}

/// The advice on what to do about a refusal.
pub(super) fn advice(server: &Server, refusal: &Refusal, token: &str) -> String {
    let inspection = inspect_at(token, server.keeper().clock.timestamp());
    match refusal.code {
        "TOKEN_MISSING" => "Send the token as the subprotocol of the socket, or in the header “Authorization: Bearer …”. A player \
                            appends it to the playback URL as `?token=`.",
        "TOKEN_EXPIRED" => "Mint a new token. If this token should still be valid, check this server's clock: it may have been \
                            moved.",
        "TOKEN_INVALID_SIGNATURE" if inspection.kind == TokenKind::ParticipantFromApi => {
            "CreateParticipantToken made it on another server: on AWS, or on a local server that has other keys since it was \
             restarted. Call CreateParticipantToken on this server. With `--state FILE` or `--seed`, a server keeps its key when \
             it is restarted."
        }
        "TOKEN_INVALID_SIGNATURE" if inspection.kind == TokenKind::Playback => {
            "It was not signed with a playback key pair of this server. Sign it with the private key of such a pair, or import your \
             public key with ImportPlaybackKeyPair."
        }
        "TOKEN_INVALID_SIGNATURE" => "It was not signed with the private key that belongs to the public key under its kid. Sign it \
                                      with that private key, or import your own public key and put the new ARN into kid.",
        "PARTICIPANT_DISCONNECTED" => "DisconnectParticipant was called for this participant on this stage, which cannot be \
                                       undone. Mint a token with another participant ID.",
        "STAGE_DELETED" => "The stage was deleted. Create another stage, and mint a token for it.",
        "QUOTA_EXCEEDED" => "Wait until somebody leaves, or start the server with a higher --quota.",
        "INSUFFICIENT_CAPABILITIES" => "Mint a token with the capability that the client needs.",
        "INVALID_AUDIO_CODEC" | "INVALID_VIDEO_CODEC" => {
            "The token is valid, but stages do not support the codec that the client offers. Set the client or its encoder to Opus \
             for audio, and to VP8 or H.264 for video."
        }
        "VIEWER_SESSION_REVOKED" => "StartViewerSessionRevocation was called for this viewer. Mint a token with a higher \
                                     `aws:viewer-session-version` to let the viewer in again.",
        "TOKEN_ALREADY_USED" => "The token is valid for one playback, and a player has already used it. Mint a new token for each playback.",
        "CONNECTION_TOKEN_REVOKED" => "RevokeConnectionToken was called for this token. Mint a new one.",
        "MALFORMED" | "NOT_FOUND" => "The token is valid, but the request is not. The message says what is wrong with it.",
        "TOKEN_INVALID" => return advice_on_invalid(server, refusal, &inspection),
        _ => "The message says what is wrong.",
    }
    .to_owned()
}

/// The advice for a token that breaks a rule. The message of the refusal says which rule.
fn advice_on_invalid(server: &Server, refusal: &Refusal, inspection: &Inspection) -> String {
    let says = |words: &str| refusal.message.contains(words);
    if inspection.kind == TokenKind::NotAToken || says("copy the whole token") {
        return "This is not a complete token. A token has three parts of letters, digits, `-` and `_`, separated by dots. Copy the whole \
                token, without spaces, quotes or line breaks."
            .to_owned();
    }
    if says("the token was issued at") {
        "By this server's clock, the token comes from the future. The clock may have been stopped or moved back: check the clock \
         at the top of this page, and move it with POST /_ivs/clock or on the Server page. If this clock is right, the clock of \
         the machine that minted the token is ahead."
    } else if says("may not be used before") {
        "Leave out the claim `nbf`, which AWS's tokens do not have. If you need it, wait until that time, or move this server's clock \
         on the Server page."
    } else if says("there is no stage") {
        "The stage was never created here, or it was removed by a reset or a restored state. Create it, and mint a token with its ARN. \
         Check the account and the region in the ARN too: each has stages of its own."
    } else if says("the token is for another stage") {
        "Join the stage that the token names, or mint a token for the stage that you want to join."
    } else if says("the token is that of") {
        "A participant publishes under the ID of their own token. Send the request to `/publish/` followed by that ID."
    } else if says("different accounts or regions") {
        "A key opens only stages of its own account and region. Call ImportPublicKey in the account and region of the stage, and put \
         the ARN from its answer into kid."
    } else if says("is expected here")
        || (inspection.kind == TokenKind::Playback && says("only playback tokens name no key"))
    {
        "A participant token opens a stage. A connection token opens a socket that participants share. A playback token is appended \
         to the playback URL of a channel, as `?token=`. Send each token where it belongs."
    } else if says("requests from certain origins") {
        "Play from a page of one of the token's origins, or mint a token with the origin of yours, such as `http://localhost:3000`."
    } else if says("is for the channel") {
        "Play the channel that the token names, or mint a token for this channel."
    } else {
        return unknown_key(server, inspection).unwrap_or_else(|| {
            "Read which rules are broken, and mint a new token with a library that follows them.".to_owned()
        });
    }
    .to_owned()
}

/// The advice if this server does not have the key that a token names.
fn unknown_key(server: &Server, inspection: &Inspection) -> Option<String> {
    let kid = member_of(&inspection.header, "kid");
    let arn = PublicKeyArn::try_from(kid.as_str()).ok()?;
    if server.door().keys().get(&arn).is_some() {
        return None;
    }
    let keys = server.door().keys().keys();
    let known: Vec<_> = keys.iter().take(5).map(|key| key.arn().as_str()).collect();
    let known = if known.is_empty() {
        "This server has no keys.".to_owned()
    } else {
        format!("This server has {}.", known.join(", "))
    };
    Some(format!(
        "The token's kid is {arn}, but no key has this ARN: it was never imported, or it was deleted. {known} Call ImportPublicKey, and put the ARN from its answer into kid."
    ))
}

/// The text of a claim, or an empty text if the claim is missing or not a text.
pub(super) fn member(inspection: &Inspection, name: &str) -> String {
    member_of(&inspection.claims, name)
}

/// The text of a member, or an empty text if the member is missing or not a text.
fn member_of(members: &[ivs_token::Member], name: &str) -> String {
    let found = members.iter().find(|member| member.name == name);
    found.and_then(|member| serde_json::from_str(&member.value).ok()).unwrap_or_default()
}
