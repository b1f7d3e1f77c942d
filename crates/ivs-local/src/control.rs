//! What is not AWS's: how a person or a test moves the time, and lets things happen without media.

mod channel;
mod encoder;

use ivs_model::ApiError;
use serde_json::{Value, json};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use crate::arn::Arn;
use crate::clock::{Time, system};
use crate::door::{Claim, Refusal};
use crate::faults::Act;
use crate::http::sigv4::decode;
use crate::kinds::{FAILED, text};
use crate::life::composition::{self, Fate};
use crate::life::place::Place;
use crate::life::recording;
use crate::server::Server;
use crate::time::iso8601;
use crate::view::View;

/// An answer: its status, and JSON.
pub(crate) type Control = (u16, Value);

/// Answers a request to `/_ivs/{path}`; none for a path that is not here.
pub(crate) fn control(server: &Server, method: &str, path: &str, body: &[u8]) -> Option<Control> {
    let answer = match (method, path) {
        ("GET", "clock") => clock(server, 0),
        ("POST", "clock") => read(body).and_then(|body| set_clock(server, &body)),
        ("POST", "calm") => {
            server.calm().map(|()| json!({ "status": "ok" })).map_err(|error| error.to_string())
        }
        (_, path) => return resource(server, method, path, body),
    };
    Some(answer.map_or_else(|message| (400, json!({ "message": message })), |value| (200, value)))
}

/// What happens to a channel, a stage or a composition.
fn resource(server: &Server, method: &str, path: &str, body: &[u8]) -> Option<Control> {
    // An ARN has a slash of its own.
    let path = decode(path);
    let (kind, rest) = path.split_once('/')?;
    let mut parts = rest.splitn(3, '/');
    let arn = format!("{}/{}", parts.next()?, parts.next()?);
    let what: Vec<&str> = parts.next()?.split('/').collect();
    let wrong = |message: String| (400, json!({ "message": message }));
    Some(match (method, kind, &what[..]) {
        (_, "channels", rest) => return channel::answer(server, method, &arn, rest, body),
        ("POST", "compositions", ["destinations", id]) => match read(body).and_then(|body| fate(&body)) {
            Ok(fate) => of_arn(server, &arn, |view| {
                let composition = composition::strike(view, &arn, id, fate)?;
                Ok(json!({ "composition": composition }))
            }),
            Err(message) => wrong(message),
        },
        ("POST", "stages", ["participants"]) => match read(body) {
            Ok(body) => told(join(server, &arn, body)),
            Err(message) => wrong(message),
        },
        ("DELETE", "stages", ["participants", id]) => {
            on_stage(server, &arn, |arn| server.live().leave_without_client(arn, id))
        }
        ("POST", "stages", ["participants", id, "publish"]) => {
            match read(body).and_then(|body| encoder::publish_error(&body)) {
                Ok(Some(code)) => on_stage(server, &arn, |arn| server.live().fail_to_publish(arn, id, code)),
                Ok(None) => on_stage(server, &arn, |arn| {
                    let refusal = struck(server, &Claim::of_participant("publish", arn, id));
                    refusal.map_or(Ok(()), Err)?;
                    server.live().publish_without_client(arn, id, true)
                }),
                Err(message) => wrong(message),
            }
        }
        ("DELETE", "stages", ["participants", id, "publish"]) => {
            on_stage(server, &arn, |arn| server.live().publish_without_client(arn, id, false))
        }
        ("POST", "stages", ["participants", id, "recording"]) => match read(body) {
            Ok(body) if body["state"] == "FAILED" => of_arn(server, &arn, |view| {
                let stage = view.existing("stage", &arn)?;
                let session = text(&stage, "activeSessionId");
                recording::fail(view, Place { stage: &arn, session, participant: id })?;
                Ok(json!({}))
            }),
            Ok(_) => wrong("state is FAILED: the rest happens by itself".to_owned()),
            Err(message) => wrong(message),
        },
        ("POST", "recording-configurations" | "failover-slate-configurations", ["state"]) => {
            let kind = kind.strip_suffix('s').unwrap_or_default();
            match read(body) {
                Ok(body) if body["state"] == "CREATE_FAILED" => of_arn(server, &arn, |view| {
                    let mut record = view.existing(kind, &arn)?;
                    record.insert(FAILED.into(), true.into());
                    view.put(kind, &record);
                    Ok(json!({}))
                }),
                Ok(_) => wrong("state is CREATE_FAILED: the rest happens by itself".to_owned()),
                Err(message) => wrong(message),
            }
        }
        ("POST" | "DELETE", "ingest-configurations", ["publish"]) => match read(body) {
            Ok(body) => told(encoder::publish(server, &arn, &body, method == "POST")),
            Err(message) => wrong(message),
        },
        _ => return None,
    })
}

/// What a request to join can say.
const MEMBERS: [&str; 5] = ["token", "userId", "attributes", "capabilities", "duration"];

/// Lets somebody join a stage: with the token of the body, or one that is made for its other members.
fn join(server: &Server, arn: &str, mut body: Value) -> Result<Value, Control> {
    let of_api =
        |error: ApiError| (error.status(), json!({ "code": error.code(), "message": error.message() }));
    let unknown = |name: &&String| !MEMBERS.contains(&name.as_str());
    if let Some(name) = body.as_object().and_then(|members| members.keys().find(unknown)) {
        let message = format!("`{name}` is no member of this request: it has {}", MEMBERS.join(", "));
        return Err((400, json!({ "message": message })));
    }
    let token = if let Some(token) = body.get("token") {
        let Some(token) = token.as_str() else {
            return Err((400, json!({ "message": "`token` is a text: the token of a participant" })));
        };
        token.to_owned()
    } else {
        let Some(parsed) = Arn::parse(arn) else {
            return Err((400, json!({ "message": format!("{arn} is no ARN") })));
        };
        body["stageArn"] = arn.into();
        let made = server.run_for("CreateParticipantToken", parsed.account, parsed.region, &body);
        let made = made.map_err(of_api)?;
        made["participantToken"]["token"].as_str().unwrap_or_default().to_owned()
    };
    if let Some(refusal) = struck(server, &Claim::of_token("join", &token)) {
        return Err(refused(&refusal));
    }
    let who = server.live().gate.participant_of(arn, &token).map_err(|refusal| refused(&refusal))?;
    server.live().join_without_client(&who).map_err(|refusal| refused(&refusal))?;
    Ok(json!({ "participantId": who.participant_id().as_str(), "token": token }))
}

/// What faults say of somebody without a client.
fn struck(server: &Server, claim: &Claim) -> Option<Refusal> {
    let strike = server.faults().strike(&claim.subject(), server.keeper().clock.now());
    match strike.act {
        Some(Act::Refuse(code, message)) => Some(Refusal::new(code, message)),
        _ => None,
    }
}

fn on_stage(
    server: &Server,
    arn: &str,
    what: impl FnOnce(&ivs_token::StageArn) -> Result<(), Refusal>,
) -> Control {
    let arn = match ivs_token::StageArn::try_from(arn) {
        Ok(arn) => arn,
        Err(error) => return (400, json!({ "message": error.to_string() })),
    };
    if let Err(error) = server.settle() {
        return (500, json!({ "message": error.to_string() }));
    }
    told(what(&arn).map(|()| json!({})).map_err(|refusal| {
        let (status, value) = refused(&refusal);
        // Whoever asks may: it is the participant that is not there.
        (if value["code"] == "PARTICIPANT_DISCONNECTED" { 404 } else { status }, value)
    }))
}

fn refused(refusal: &Refusal) -> Control {
    (refusal.status(), json!({ "code": refusal.code, "message": refusal.message }))
}

fn told(result: Result<Value, Control>) -> Control {
    match result {
        Ok(value) => (200, value),
        Err(refused) => refused,
    }
}

/// What is to happen to a destination.
fn fate(body: &Value) -> Result<Fate, String> {
    match body.get("state").and_then(Value::as_str) {
        Some("RECONNECTING") => Ok(Fate::Reconnecting),
        Some("ACTIVE") => Ok(Fate::Active),
        Some("FAILED") => Ok(Fate::Failed),
        _ => Err("state is RECONNECTING, ACTIVE or FAILED".to_owned()),
    }
}

/// The members of a body, which may be empty.
fn read(body: &[u8]) -> Result<Value, String> {
    if body.is_empty() {
        return Ok(json!({}));
    }
    let value: Value =
        serde_json::from_slice(body).map_err(|error| format!("The body is not JSON: {error}"))?;
    if value.is_object() { Ok(value) } else { Err("The body is no JSON object".to_owned()) }
}

/// Does something with the resource of an ARN, in its account and region.
fn of_arn(
    server: &Server,
    arn: &str,
    change: impl FnMut(&mut View<'_>) -> Result<Value, ApiError>,
) -> Control {
    let Some(parsed) = Arn::parse(arn) else {
        return (400, json!({ "message": format!("{arn} is no ARN") }));
    };
    server
        .change(parsed.account, parsed.region, change)
        .map_or_else(|error| of_error(&error), |value| (200, value))
}

/// A refusal in the words of the API.
fn of_error(error: &ApiError) -> Control {
    (error.status(), json!({ "code": error.code(), "message": error.message() }))
}

/// What the clock says.
fn clock(server: &Server, fired: usize) -> Result<Value, String> {
    let keeper = server.keeper();
    let now = keeper.clock.now();
    let (mode, offset) = match keeper.clock.time() {
        Time::Frozen(at) => ("frozen", at.saturating_sub(system())),
        Time::Running(0) => ("real", 0),
        Time::Running(offset) => ("running", offset),
    };
    Ok(json!({
        "now": iso8601(now),
        "nowMs": now,
        "mode": mode,
        "offsetMs": offset,
        "fired": fired,
        "timers": keeper.waiting().map_err(|error| error.to_string())?,
        "next": keeper.next_due().map(iso8601),
    }))
}

/// One of `freeze`, `resume`, `real`; and `advance`.
fn set_clock(server: &Server, body: &Value) -> Result<Value, String> {
    let members = body.as_object().into_iter().flatten();
    let known = ["freeze", "resume", "real", "advance"];
    if let Some((name, _)) = members.clone().find(|(name, _)| !known.contains(&name.as_str())) {
        return Err(format!("There is no member {name}; these are there: {}", known.join(", ")));
    }
    if members.clone().count() == 0 {
        return Err(format!("Give at least one of these: {}", known.join(", ")));
    }
    if members.filter(|(name, _)| *name != "advance").count() > 1 {
        return Err("Give only one of freeze, resume and real".to_owned());
    }
    let keeper = server.keeper();
    let is = |name: &str| match body.get(name) {
        None => Ok(false),
        Some(Value::Bool(true)) => Ok(true),
        Some(other) => Err(format!("{name} is true, not {other}")),
    };
    let time = if is("resume")? {
        Some(Time::Running(keeper.clock.now().saturating_sub(system())))
    } else if is("real")? {
        Some(Time::Running(0))
    } else {
        body.get("freeze").map(|at| freeze(keeper.clock.now(), at)).transpose()?
    };
    let advance = body.get("advance").map(seconds).transpose()?;
    let failed = |error: crate::StoreError| error.to_string();
    if let Some(time) = time {
        keeper.set_time(time).map_err(failed)?;
    }
    if let Some(advance) = advance {
        keeper.advance(advance).map_err(failed)?;
    }
    clock(server, server.settle().map_err(failed)?)
}

/// The time at which the clock stands still: this one, or that of a text.
fn freeze(now: i64, at: &Value) -> Result<Time, String> {
    match at {
        Value::Bool(true) => Ok(Time::Frozen(now)),
        Value::String(text) => moment(text).map(Time::Frozen),
        other => Err(format!("freeze is true, or a time such as 2026-01-02T03:04:05Z; not {other}")),
    }
}

/// Milliseconds since 1970 of a time in RFC 3339.
pub(crate) fn moment(text: &str) -> Result<i64, String> {
    let read = OffsetDateTime::parse(text, &Rfc3339)
        .map_err(|_| format!("{text} is no time; write it as 2026-01-02T03:04:05Z"))?;
    let milliseconds = i64::try_from(read.unix_timestamp_nanos() / 1_000_000).ok();
    milliseconds.filter(|at| *at >= 0).ok_or_else(|| format!("{text} is before 1970"))
}

/// Milliseconds of a number of seconds.
fn seconds(value: &Value) -> Result<i64, String> {
    /// A hundred years: timers are kept in the order of 16 digits.
    const MOST: f64 = 100.0 * 366.0 * 86_400.0;
    let number = value.as_f64().filter(|number| (0.0..=MOST).contains(number));
    let number =
        number.ok_or_else(|| format!("advance is a number of seconds from 0 to {MOST}, not {value}"))?;
    #[expect(clippy::cast_possible_truncation, reason = "it was just compared")]
    Ok((number * 1000.0).round() as i64)
}
