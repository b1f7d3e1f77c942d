use std::sync::Arc;

use ivs_token::{
    ChannelArn, Expectations, PlaybackKeyArn, PublicKeyArn, StageArn, Timestamp, VerifierBuilder,
    VerifyError, VerifyingKey,
};
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::answer::Answer;
use crate::clock::{self, CallClock};
use crate::failure::Failure;
use crate::object::{self, Object, Objects, Verifier};
use crate::store::{self, Noted, NotingStore, Said};
use crate::{input, verified, workers};

/// What a verifier is made from; a ring of keys and a store in memory are objects of the call.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Options {
    /// ARNs, and keys as SPKI PEM.
    keys: Vec<(String, String)>,
    playback_keys: Vec<(String, String)>,
    #[serde(default)]
    stage_arn: Option<String>,
    #[serde(default)]
    capabilities: Vec<String>,
    user_id: Option<String>,
    leeway_seconds: Option<f64>,
    expiry_leeway_seconds: Option<f64>,
    cache: Option<usize>,
    prepared_limit: Option<usize>,
    #[serde(default)]
    asks_java_script: bool,
}

/// Makes a verifier.
pub(crate) fn make(objects: &Objects<'_>, json: &str) -> Result<Answer, Failure> {
    let options: Options = input::read(json)?;
    let mut builder = ivs_token::Verifier::builder().clock(CallClock);
    if let Some(limit) = options.prepared_limit {
        builder = builder.prepared_limit(limit);
    }
    if let Some(cache) = options.cache {
        builder = builder.cache(cache);
    }
    for (arn, key) in &options.keys {
        builder = builder.key(input::arn::<PublicKeyArn>("keys", arn)?, VerifyingKey::from_pem(key)?);
    }
    for (arn, key) in &options.playback_keys {
        let key = VerifyingKey::from_pem(key)?;
        builder = match ChannelArn::try_from(arn.as_str()) {
            Ok(channel) => builder.playback_key_without_arn(&channel, key),
            Err(_) => builder.playback_key(input::arn::<PlaybackKeyArn>("playbackKeys", arn)?, key),
        };
    }
    if objects[0].is_some() {
        builder = builder.key_ring(object::key_ring(objects, 0)?);
    }
    if objects[1].is_some() {
        builder = builder.playback_key_ring(object::playback_key_ring(objects, 1)?);
    }
    if objects[2].is_some() {
        builder = builder.revocations(Arc::clone(object::revocations(objects, 2)?) as _);
    } else if options.asks_java_script {
        builder = builder.revocations(Arc::new(NotingStore) as _);
    }
    builder = expecting(builder, &options)?;
    let verifier = Verifier { core: builder.build()?, notes: options.asks_java_script };
    Ok(Object::Verifier(Box::new(verifier)).into())
}

fn expecting(mut builder: VerifierBuilder, options: &Options) -> Result<VerifierBuilder, Failure> {
    if let Some(secs) = options.leeway_seconds {
        builder = builder.issued_at_leeway(input::seconds(secs));
    }
    if let Some(secs) = options.expiry_leeway_seconds {
        builder = builder.expiry_leeway(input::seconds(secs));
    }
    if let Some(stage) = &options.stage_arn {
        builder = builder.stage(&input::arn::<StageArn>("stage", stage)?);
    }
    for capability in input::capabilities(&options.capabilities)?.iter() {
        builder = builder.capability(capability);
    }
    if let Some(user_id) = &options.user_id {
        builder = builder.user_id(user_id);
    }
    Ok(builder)
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Asked {
    token: String,
    stage_arn: Option<String>,
    #[serde(default)]
    capabilities: Vec<String>,
    user_id: Option<String>,
}

/// Verifies a participant token: gives its claims, and what a store is to be asked about if JavaScript has one.
pub(crate) fn verify(objects: &Objects<'_>, json: &str) -> Result<Answer, Failure> {
    let verifier = object::verifier(objects, 0)?;
    // The token alone, as most have it, or a whole object.
    let Some(token) = json.strip_prefix('=') else {
        let asked: Asked = input::read(json)?;
        let mut expected = Expectations::new();
        if let Some(stage) = &asked.stage_arn {
            expected = expected.stage(&input::arn::<StageArn>("stage", stage)?);
        }
        expected = input::capabilities(&asked.capabilities)?.iter().fold(expected, Expectations::capability);
        if let Some(user_id) = &asked.user_id {
            expected = expected.user_id(user_id);
        }
        let (outcome, noted) = store::noting(|| verifier.core.verify_expecting(&asked.token, &expected));
        return Ok(answer(verifier, verified::Participant::from(&outcome?), noted));
    };
    let (outcome, noted) = store::noting(|| verifier.core.verify(token));
    Ok(answer(verifier, verified::Participant::from(&outcome?), noted))
}

/// The claims, and what a store is to be asked about if JavaScript has one.
fn answer(verifier: &Verifier, claims: impl Serialize, noted: Vec<Noted>) -> Answer {
    if verifier.notes {
        return Answer::json(&json!({ "claims": claims, "subject": noted.into_iter().next() }));
    }
    Answer::json(&claims)
}

#[derive(Deserialize)]
struct Many {
    tokens: Vec<String>,
    threads: usize,
}

/// Verifies many participant tokens: gives a JSON array with claims or an error for each.
pub(crate) fn verify_many(objects: &Objects<'_>, now: Timestamp, json: &str) -> Result<Answer, Failure> {
    let verifier = object::verifier(objects, 0)?;
    let Many { tokens, threads } = input::read(json)?;
    let answers = workers::map(tokens, threads, |piece: Vec<String>| {
        let (outcomes, noted) = clock::during(now, || store::noting(|| verifier.core.verify_batch(&piece)));
        let mut noted = noted.into_iter();
        // A store is asked about all that are good otherwise, in their order.
        let element = |outcome: Result<ivs_token::VerifiedToken, VerifyError>| match outcome {
            Ok(token) => json!({ "claims": verified::Participant::from(&token), "subject": noted.next() }),
            Err(error) => json!({ "error": Failure::from(error).to_value() }),
        };
        outcomes.into_iter().map(element).collect()
    })?;
    Ok(Answer::json(&answers))
}

/// Verifies a connection token, as [`verify`] does.
pub(crate) fn verify_connection(objects: &Objects<'_>, json: &str) -> Result<Answer, Failure> {
    let verifier = object::verifier(objects, 0)?;
    let token: String = input::read(json)?;
    let (outcome, noted) = store::noting(|| verifier.core.verify_connection(&token));
    Ok(answer(verifier, verified::Connection::from(&outcome?), noted))
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct AskedPlayback {
    token: String,
    channel_arn: Option<String>,
    origin: Option<String>,
}

/// Verifies a playback token, as [`verify`] does.
pub(crate) fn verify_playback(objects: &Objects<'_>, json: &str) -> Result<Answer, Failure> {
    let verifier = object::verifier(objects, 0)?;
    let asked: AskedPlayback = input::read(json)?;
    let (token, origin) = (asked.token.as_str(), asked.origin.as_deref());
    let channel = asked.channel_arn.map(|channel| input::arn("channelArn", &channel)).transpose()?;
    let (outcome, noted) = store::noting(|| match &channel {
        Some(channel) => verifier.core.verify_playback_of(token, channel, origin),
        None => verifier.core.verify_playback(token, origin),
    });
    Ok(answer(verifier, verified::Playback::from(&outcome?), noted))
}

/// How many tokens the cache holds.
pub(crate) fn cached(objects: &Objects<'_>) -> Result<Answer, Failure> {
    Ok(object::verifier(objects, 0)?.core.cached().to_string().into())
}

#[derive(Deserialize)]
struct Verdict {
    subject: Noted,
    said: Said,
}

/// Refuses a token as a store wrote in JavaScript says: always a failure.
pub(crate) fn refusal(json: &str) -> Result<Answer, Failure> {
    let Verdict { subject, said } = input::read(json)?;
    Err(store::refusal(&subject, &said)?.into())
}
