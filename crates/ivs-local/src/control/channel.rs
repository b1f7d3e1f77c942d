//! What happens to a channel: it goes live, is measured, watched, and ends.

use serde_json::{Value, json};

use super::{Control, not_an_arn, of_arn, of_error, read};
use crate::arn::Arn;
use crate::life::broadcast::{Broadcast, Health, Outage};
use crate::life::{channel_recording, stream, takeover, viewers};
use crate::server::Server;

/// Answers a request to `/_ivs/channels/{arn}/{rest}`; none for what is not here.
pub(super) fn answer(
    server: &Server,
    method: &str,
    arn: &str,
    rest: &[&str],
    body: &[u8],
) -> Option<Control> {
    let wrong = |message: String| (400, json!({ "message": message }));
    Some(match (method, rest) {
        ("POST", ["live"]) => match read(body).and_then(|body| broadcast(&body)) {
            Ok(how) => live(server, arn, &how),
            Err(message) => wrong(message),
        },
        ("DELETE", ["live"]) => of_arn(server, arn, |view| stream::end(view, arn).map(|()| json!({}))),
        ("POST", ["recording"]) => match read(body) {
            Ok(body) if body["state"] == "FAILED" => {
                of_arn(server, arn, |view| channel_recording::fail(view, arn).map(|()| json!({})))
            }
            Ok(_) => wrong("state must be FAILED; the other states follow by themselves".to_owned()),
            Err(message) => wrong(message),
        },
        ("POST", ["viewers"]) => match read(body).and_then(|body| viewer(&body)) {
            Ok((id, version)) => of_arn(server, arn, |view| {
                let mut stream = stream::existing(view, arn)?;
                viewers::join(view, &mut stream, &id, version)?;
                let count = viewers::shown(view, stream.clone())["viewerCount"].clone();
                view.write(stream::key_of(view, arn), stream);
                Ok(json!({ "viewerCount": count }))
            }),
            Err(message) => wrong(message),
        },
        ("DELETE", ["viewers", id]) => of_arn(server, arn, |view| {
            let mut stream = stream::existing(view, arn)?;
            if !viewers::leave(view, &mut stream, id, i64::MAX)? {
                return Err(crate::view::not_found(id));
            }
            let count = viewers::shown(view, stream.clone())["viewerCount"].clone();
            view.write(stream::key_of(view, arn), stream);
            Ok(json!({ "viewerCount": count }))
        }),
        _ => return None,
    })
}

/// Lets a channel go live. The events of a refusal are kept.
fn live(server: &Server, arn: &str, how: &Broadcast) -> Control {
    let Some(parsed) = Arn::parse(arn) else { return not_an_arn(arn) };
    match server.change(parsed.account, parsed.region, |view| stream::broadcast(view, arn, how)) {
        Ok(Ok(stream)) => (200, json!({ "stream": stream })),
        Ok(Err(error)) | Err(error) => of_error(&error),
    }
}

/// The ID of a viewer, and the version of their session.
fn viewer(body: &Value) -> Result<(String, i64), String> {
    let id = body["viewerId"].as_str().filter(|id| !id.is_empty() && id.len() <= 40);
    let id = id.ok_or("viewerId must be a text of 1 to 40 bytes")?;
    let version = body.get("version").map_or(Some(0), Value::as_i64);
    let version =
        version.filter(|version| *version >= 0).ok_or("version must be a whole number from 0 on")?;
    Ok((id.to_owned(), version))
}

/// How a channel is to be live.
fn broadcast(body: &Value) -> Result<Broadcast, String> {
    let mut how = Broadcast::default();
    for (name, value) in body.as_object().into_iter().flatten() {
        let wrong = |what: &str| format!("{name} must be {what}, not {value}");
        let whole = || value.as_u64().ok_or_else(|| wrong("a whole number"));
        match name.as_str() {
            "streamKey" => how.stream_key = Some(value.as_str().ok_or_else(|| wrong("a text"))?.to_owned()),
            "takeover" => {
                how.failure = takeover::CODES.into_iter().find(|code| value == code);
                let codes = || wrong(&format!("true or false, or one of {}", takeover::CODES.join(", ")));
                how.takeover = how.failure.is_some() || value.as_bool().ok_or_else(codes)?;
            }
            "failure" => {
                let found = Outage::ALL.into_iter().find(|one| value == one.as_str());
                let all = Outage::ALL.map(Outage::as_str).join(", ");
                how.outage = Some(found.ok_or_else(|| wrong(&format!("one of {all}")))?);
            }
            "priority" => {
                how.priority = Some(value.as_i64().ok_or_else(|| wrong("a whole number"))?);
            }
            "viewers" => how.viewers = Some(whole()?),
            "bitrate" => how.bitrate = Some(whole()?),
            "resolution" => {
                let sides = value.as_str().and_then(|text| text.split_once('x'));
                let sides =
                    sides.and_then(|(width, height)| Some((width.parse().ok()?, height.parse().ok()?)));
                how.size = Some(sides.ok_or_else(|| wrong("a text such as 1920x1080"))?);
            }
            "health" => {
                let found = Health::ALL.into_iter().find(|one| value == one.as_str());
                how.health = Some(found.ok_or_else(|| wrong("HEALTHY, STARVING or UNKNOWN"))?);
            }
            _ => {
                return Err(format!(
                    "There is no member {name}; the members are: streamKey, takeover, failure, priority, \
                     viewers, health, bitrate, resolution"
                ));
            }
        }
    }
    Ok(how)
}
