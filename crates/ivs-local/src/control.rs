//! What is not AWS's: how a person or a test moves the time, and lets things happen without media.

mod channel;
mod clock;
mod composition;
mod encoder;
mod visit;

use ivs_model::ApiError;
use serde_json::{Value, json};

use crate::arn::Arn;
use crate::door::Refusal;
use crate::http::sigv4::decode;
use crate::kinds::{FAILED, text};
use crate::life::place::Place;
use crate::life::recording;
use crate::server::Server;
use crate::view::View;

pub(crate) use clock::moment;
#[cfg(test)]
pub(crate) use encoder::CODES;
pub(crate) use visit::{Visit, visit};

/// An answer: its status, and JSON.
pub(crate) type Control = (u16, Value);

/// Answers a request to `/_ivs/{path}`; none for a path that is not here.
pub(crate) fn control(server: &Server, method: &str, path: &str, body: &[u8]) -> Option<Control> {
    let answer = match (method, path) {
        ("GET", "clock") => clock::clock(server, 0),
        ("POST", "clock") => read(body).and_then(|body| clock::set_clock(server, &body)),
        ("POST", "calm") => {
            server.calm().map(|()| json!({ "status": "ok" })).map_err(|error| error.to_string())
        }
        (_, path) => return resource(server, method, path, body),
    };
    Some(answer.map_or_else(|message| (400, json!({ "message": message })), |value| (200, value)))
}

/// What happens to a channel, a stage or a composition.
fn resource(server: &Server, method: &str, path: &str, body: &[u8]) -> Option<Control> {
    let path = decode(path);
    let (kind, arn, what) = split(&path)?;
    let wrong = |message: String| (400, json!({ "message": message }));
    Some(match (method, kind, &what[..]) {
        (_, "channels", rest) => return channel::answer(server, method, &arn, rest, body),
        ("POST", "compositions", what) => return composition::answer(server, &arn, what, body),
        ("POST", "stages", ["participants"]) => match read(body) {
            Ok(body) => told(visit::join(server, &arn, &body)),
            Err(message) => wrong(message),
        },
        ("DELETE", "stages", ["participants", id]) => {
            on_stage(server, &arn, |arn| server.live().leave_without_client(arn, id))
        }
        ("POST", "stages", ["participants", id, "publish"]) => {
            match read(body).and_then(|body| encoder::publish_error(&body)) {
                Ok(Some(code)) => on_stage(server, &arn, |arn| server.live().fail_to_publish(arn, id, code)),
                Ok(None) => on_stage(server, &arn, |arn| server.live().publish_without_client(arn, id, true)),
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
            Ok(_) => wrong("state must be FAILED; the other states follow by themselves".to_owned()),
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
                Ok(_) => {
                    wrong("state must be CREATE_FAILED; the other states follow by themselves".to_owned())
                }
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

/// The kind of the resource that a path is about, its ARN, and the rest.
fn split(path: &str) -> Option<(&str, String, Vec<&str>)> {
    let (kind, rest) = path.split_once('/')?;
    // An ARN has a slash of its own.
    let mut parts = rest.splitn(3, '/');
    let arn = format!("{}/{}", parts.next()?, parts.next()?);
    Some((kind, arn, parts.next()?.split('/').collect()))
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

/// A refusal in the words of the door.
pub(crate) fn refused(refusal: &Refusal) -> Control {
    (refusal.status(), json!({ "code": refusal.code, "message": refusal.message }))
}

fn told(result: Result<Value, Control>) -> Control {
    match result {
        Ok(value) => (200, value),
        Err(refused) => refused,
    }
}

/// The members of a body, which may be empty.
fn read(body: &[u8]) -> Result<Value, String> {
    if body.is_empty() {
        return Ok(json!({}));
    }
    let value: Value =
        serde_json::from_slice(body).map_err(|error| format!("The body is not JSON: {error}"))?;
    if value.is_object() { Ok(value) } else { Err("The body is not a JSON object".to_owned()) }
}

/// Does something with the resource of an ARN, in its account and region.
fn of_arn(
    server: &Server,
    arn: &str,
    change: impl FnMut(&mut View<'_>) -> Result<Value, ApiError>,
) -> Control {
    let Some(parsed) = Arn::parse(arn) else { return not_an_arn(arn) };
    server
        .change(parsed.account, parsed.region, change)
        .map_or_else(|error| of_error(&error), |value| (200, value))
}

/// The refusal of a request whose path has this where an ARN stands.
fn not_an_arn(text: &str) -> Control {
    let looks = "which looks like arn:aws:ivs:REGION:ACCOUNT:KIND/ID";
    (400, json!({ "message": format!("`{text}` is not the ARN of a resource, {looks}") }))
}

/// A refusal in the words of the API.
fn of_error(error: &ApiError) -> Control {
    (error.status(), json!({ "code": error.code(), "message": error.message() }))
}
