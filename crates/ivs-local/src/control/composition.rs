//! What happens to a composition and its destinations.

use serde_json::{Value, json};

use super::{Control, of_arn, read};
use crate::life::composition::{self, Fate};
use crate::life::failure::{DestinationFailure, SessionFailure};
use crate::server::Server;

/// Answers a request to `/_ivs/compositions/{arn}/{what}`; none for what is not here.
pub(super) fn answer(server: &Server, arn: &str, what: &[&str], body: &[u8]) -> Option<Control> {
    let wrong = |message: String| (400, json!({ "message": message }));
    Some(match what {
        ["destinations", id] => match read(body).and_then(|body| fate(&body)) {
            Ok(fate) => of_arn(server, arn, |view| {
                let composition = composition::strike(view, arn, id, fate)?;
                Ok(json!({ "composition": composition }))
            }),
            Err(message) => wrong(message),
        },
        ["state"] => match read(body).and_then(|body| failure(&body)) {
            Ok(why) => of_arn(server, arn, |view| {
                let composition = composition::fail_now(view, arn, why)?;
                Ok(json!({ "composition": composition }))
            }),
            Err(message) => wrong(message),
        },
        _ => return None,
    })
}

/// What is to happen to a destination.
fn fate(body: &Value) -> Result<Fate, String> {
    let code = code(body, &DestinationFailure::ALL.map(DestinationFailure::code))?;
    let why = DestinationFailure::ALL.into_iter().find(|one| Some(one.code()) == code);
    match (body.get("state").and_then(Value::as_str), why) {
        (Some("RECONNECTING"), None) => Ok(Fate::Reconnecting),
        (Some("ACTIVE"), None) => Ok(Fate::Active),
        (Some("FAILED"), why) => Ok(Fate::Failed(why.unwrap_or(DestinationFailure::Internal))),
        (Some("RECONNECTING" | "ACTIVE"), Some(_)) => {
            Err("errorCode is only for the state FAILED".to_owned())
        }
        _ => Err("state must be RECONNECTING, ACTIVE or FAILED".to_owned()),
    }
}

/// How a composition is to fail.
fn failure(body: &Value) -> Result<SessionFailure, String> {
    let code = code(body, &SessionFailure::ALL.map(SessionFailure::code))?;
    if body["state"] != "FAILED" {
        return Err("state must be FAILED; the other states follow by themselves".to_owned());
    }
    let why = SessionFailure::ALL.into_iter().find(|one| Some(one.code()) == code);
    Ok(why.unwrap_or(SessionFailure::Internal))
}

/// The code of a failure, if there is one.
fn code<'b>(body: &'b Value, known: &[&str]) -> Result<Option<&'b str>, String> {
    let members = body.as_object().into_iter().flatten();
    if let Some((name, _)) =
        members.clone().find(|(name, _)| !["state", "errorCode"].contains(&name.as_str()))
    {
        return Err(format!("`{name}` is not a member of this request; the members are state and errorCode"));
    }
    match body.get("errorCode") {
        None => Ok(None),
        Some(Value::String(code)) if known.contains(&code.as_str()) => Ok(Some(code)),
        Some(other) => Err(format!("errorCode must be one of {}; not {other}", known.join(", "))),
    }
}
