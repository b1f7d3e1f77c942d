use ivs_token::{DEFAULT_EVENTS_URL, Timestamp};
use serde::Deserialize;
use serde_json::json;

use crate::answer::Answer;
use crate::failure::Failure;
use crate::object::{self, Object, Objects};
use crate::participant::Options;
use crate::{input, workers};

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Parts {
    arn: String,
    whip_url: String,
    events_url: Option<String>,
}

/// A stage of its ARN and its endpoints.
pub(crate) fn make(json: &str) -> Result<Answer, Failure> {
    let parts: Parts = input::read(json)?;
    let events_url = parts.events_url.as_deref().unwrap_or(DEFAULT_EVENTS_URL);
    let arn = input::arn("arn", &parts.arn)?;
    Ok(Object::Stage(ivs_token::Stage::with_endpoints(arn, &parts.whip_url, events_url)?).into())
}

/// A stage of what GetStage or CreateStage answers.
pub(crate) fn from_response(json: &str) -> Result<Answer, Failure> {
    Ok(Object::Stage(ivs_token::Stage::from_json(json)?).into())
}

/// What the getters of a stage give.
pub(crate) fn describe(objects: &Objects<'_>) -> Result<Answer, Failure> {
    let stage = object::stage(objects, 0)?;
    let text = json!({
        "arn": stage.arn(), "stageId": stage.stage_id(), "whipUrl": stage.whip_url(), "eventsUrl": stage.events_url(),
    });
    Ok(text.to_string().into())
}

/// Mints a token: gives its text.
pub(crate) fn mint(objects: &Objects<'_>, now: Timestamp, json: &str) -> Result<Answer, Failure> {
    let (stage, key) = (object::stage(objects, 0)?, object::signing_key(objects, 1)?);
    let options: Options = input::read(json)?;
    Ok(options.begin(stage)?.mint_text_at(key, now)?.into())
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Many {
    participants: Vec<Options>,
    threads: usize,
}

/// Mints a token for each participant: gives a JSON array of their texts, or the first failure.
pub(crate) fn mint_many(objects: &Objects<'_>, now: Timestamp, json: &str) -> Result<Answer, Failure> {
    let (stage, key) = (object::stage(objects, 0)?, object::signing_key(objects, 1)?);
    let many: Many = input::read(json)?;
    let mut begun = Vec::with_capacity(many.participants.len());
    for (index, options) in many.participants.iter().enumerate() {
        begun.push(options.begin(stage).map_err(|failure| failure.at(index))?);
    }
    let minted = workers::map(begun, many.threads, |piece| key.mint_batch_at(piece, now))?;
    let mut tokens = Vec::with_capacity(minted.len());
    for (index, token) in minted.into_iter().enumerate() {
        tokens.push(token.map_err(|error| Failure::from(error).at(index))?);
    }
    let texts: Vec<&str> = tokens.iter().map(ivs_token::Token::as_str).collect();
    Ok(Answer::json(&texts))
}
