use ivs_token::{ParticipantClaims, ParticipantDuration, PublicKeyArn, StageArn, Timestamp, Unsigned};
use serde::Deserialize;

use crate::answer::Answer;
use crate::failure::Failure;
use crate::input::{self, Pairs};
use crate::object::{self, Objects};

/// What a token says that TypeScript knows to be good: it minted or verified it.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Claims {
    stage: Parts,
    participant_id: String,
    user_id: Option<String>,
    attributes: Pairs,
    capabilities: Vec<String>,
    issued_at: i64,
    expires_at: i64,
    version: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Parts {
    arn: String,
    whip_url: String,
    events_url: String,
}

impl Claims {
    fn into_core(self) -> Result<ParticipantClaims, Failure> {
        let arn: StageArn = input::arn("stage", &self.stage.arn)?;
        // Which key it was signed with is no claim; one of the same account and region is as good as any.
        let kid = format!("arn:aws:ivs:{}:{}:public-key/any", arn.region(), arn.account_id());
        let kid: PublicKeyArn = input::arn("kid", &kid)?;
        let stage = ivs_token::Stage::with_endpoints(arn, self.stage.whip_url, self.stage.events_url)?;
        let issued_at = Timestamp::from_secs(self.issued_at).ok_or_else(Failure::panic)?;
        let lifetime = std::time::Duration::from_secs(self.expires_at.abs_diff(self.issued_at));
        let mut participant = stage
            .participant()
            .participant_id(self.participant_id.as_str())
            .attributes(input::attributes(&self.attributes)?)
            .capabilities(input::capabilities(&self.capabilities)?)
            .duration(ParticipantDuration::try_from(lifetime)?)
            .version(self.version.parse()?);
        if let Some(user_id) = &self.user_id {
            participant = participant.user_id(user_id.as_str());
        }
        // The token is never signed: its claims are what is wanted.
        let unsigned: Unsigned = participant.unsigned_at(&kid, issued_at)?;
        Ok(unsigned.claims().clone())
    }
}

#[derive(Deserialize)]
struct Exchange {
    token: Claims,
    changes: Changes,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Changes {
    user_id: Option<String>,
    attributes: Option<Pairs>,
    capabilities: Option<Vec<String>>,
    duration_seconds: Option<f64>,
}

/// Mints a token in exchange for another: gives its text.
pub(crate) fn exchange(objects: &Objects<'_>, now: Timestamp, json: &str) -> Result<Answer, Failure> {
    let Exchange { token, changes } = input::read(json)?;
    let mut exchange = token.into_core()?.exchange();
    if let Some(user_id) = &changes.user_id {
        exchange = exchange.user_id(user_id.as_str());
    }
    if let Some(attributes) = &changes.attributes {
        exchange = exchange.attributes(input::attributes(attributes)?);
    }
    if let Some(names) = &changes.capabilities {
        exchange = exchange.capabilities(input::capabilities(names)?);
    }
    if let Some(secs) = changes.duration_seconds {
        exchange = exchange.duration(ParticipantDuration::try_from(input::seconds(secs))?);
    }
    exchange.check()?;
    Ok(exchange.mint_at(object::signing_key(objects, 0)?, now)?.into_string().into())
}

#[derive(Deserialize)]
struct Pair {
    old: Claims,
    new: Claims,
}

/// Whether IVS and its web client take one token in exchange for the other.
pub(crate) fn check(json: &str) -> Result<Answer, Failure> {
    let Pair { old, new } = input::read(json)?;
    ivs_token::check_exchange(&old.into_core()?, &new.into_core()?)?;
    Ok(String::new().into())
}
