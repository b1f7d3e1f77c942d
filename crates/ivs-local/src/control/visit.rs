//! Somebody who comes or publishes without a client: what faults are asked about them, and how they come.

use serde_json::{Value, json};

use super::{Control, encoder, not_an_arn, of_error, read, refused, split};
use crate::arn::Arn;
use crate::door::Claim;
use crate::http::sigv4::decode;
use crate::server::Server;

/// Somebody without a client, as a request says it.
pub(crate) struct Visit {
    pub(crate) claim: Claim,
    /// The body to go on with: who had no token has one in it.
    pub(crate) body: Vec<u8>,
}

/// What somebody without a client wants by a request to `/_ivs/{path}`; none if it is about nobody, or is not good
/// enough to tell. An error is the answer already.
pub(crate) fn visit(
    server: &Server,
    method: &str,
    path: &str,
    body: &[u8],
) -> Option<Result<Visit, Control>> {
    if method != "POST" {
        return None;
    }
    let path = decode(path);
    let (kind, arn, what) = split(&path)?;
    let given = read(body).ok()?;
    match (kind, &what[..]) {
        ("stages", ["participants"]) => Some(token(server, &arn, &given).map(|token| Visit {
            claim: Claim::of_token("join", &token),
            body: json!({ "token": token }).to_string().into_bytes(),
        })),
        // One who is to fail is not asked about.
        ("stages", ["participants", id, "publish"]) if given.get("error").is_none() => {
            let stage = ivs_token::StageArn::try_from(arn.as_str()).ok()?;
            Some(Ok(Visit { claim: Claim::of_participant("publish", &stage, id), body: body.to_vec() }))
        }
        ("ingest-configurations", ["publish"]) => {
            let encoder = encoder::of(server, &arn, &given).ok()?;
            let claim = Claim::of_participant("publish", &encoder.stage, &encoder.participant);
            Some(Ok(Visit { claim, body: body.to_vec() }))
        }
        _ => None,
    }
}

/// What a request to join can say.
const MEMBERS: [&str; 5] = ["token", "userId", "attributes", "capabilities", "duration"];

/// Lets somebody join a stage: with the token of the body, or one that is made for its other members.
pub(super) fn join(server: &Server, arn: &str, body: &Value) -> Result<Value, Control> {
    let token = token(server, arn, body)?;
    let who = server.live().gate.participant_of(arn, &token).map_err(|refusal| refused(&refusal))?;
    server.live().join_without_client(&who).map_err(|refusal| {
        server.live().gate.note("participant", &token, &refusal);
        refused(&refusal)
    })?;
    Ok(json!({ "participantId": who.participant_id().as_str(), "token": token }))
}

/// The token of the body, or one that is made for its other members.
fn token(server: &Server, arn: &str, body: &Value) -> Result<String, Control> {
    let unknown = |name: &&String| !MEMBERS.contains(&name.as_str());
    if let Some(name) = body.as_object().and_then(|members| members.keys().find(unknown)) {
        let message =
            format!("`{name}` is not a member of this request; the members are {}", MEMBERS.join(", "));
        return Err((400, json!({ "message": message })));
    }
    if let Some(token) = body.get("token") {
        let message = "`token` must be a text: the token of a participant";
        return token.as_str().map(str::to_owned).ok_or_else(|| (400, json!({ "message": message })));
    }
    let Some(parsed) = Arn::parse(arn) else { return Err(not_an_arn(arn)) };
    let mut input = body.clone();
    input["stageArn"] = arn.into();
    let made = server.run_for("CreateParticipantToken", parsed.account, parsed.region, &input);
    let made = made.map_err(|error| of_error(&error))?;
    Ok(made["participantToken"]["token"].as_str().unwrap_or_default().to_owned())
}
