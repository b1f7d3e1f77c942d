//! Stages and what feeds them.

use ivs_model::{ApiError, ServiceName, Source};
use ivs_token::{Revocation, StageArn};
use serde_json::{Value, json};

use super::{Kind, Record, Reference, default, text, truth};
use crate::call::{Call, Effect, invalid};
use crate::life::{composition, ingest};
use crate::tokens::check_attributes;

pub(crate) struct Stage;

impl Kind for Stage {
    fn kind(&self) -> &'static str {
        "stage"
    }

    fn service(&self) -> ServiceName {
        ServiceName::RealTime
    }

    fn nouns(&self) -> [&'static str; 2] {
        ["Stage", "Stages"]
    }

    fn members(&self) -> [&'static str; 2] {
        ["stage", "stages"]
    }

    fn quota(&self) -> Option<(&'static str, usize)> {
        Some(("stages", 1000))
    }

    fn references(&self) -> &'static [Reference] {
        &[Reference {
            path: &["autoParticipantRecordingConfiguration", "storageConfigurationArn"],
            kind: "storage-configuration",
            holds: true,
        }]
    }

    fn complete(&self, _: &mut Call<'_>, record: &mut Record) -> Result<(), ApiError> {
        record.remove("participantTokenConfigurations");
        Ok(())
    }

    fn before_delete(&self, call: &mut Call<'_>, record: &Record) -> Result<(), ApiError> {
        let arn = text(record, "arn");
        if call.assumes("delete-stage", "conflict") && has_session(call, arn)? {
            let message = format!("{arn} has a session that goes on");
            return Err(call.refuse("ConflictException", message, "delete-stage", Source::Assumed));
        }
        for mut ingest in call.all(IngestConfiguration.kind())? {
            if text(&ingest, "stageArn") == arn {
                ingest.insert("stageArn".into(), "".into());
                call.put(IngestConfiguration.kind(), &ingest);
            }
        }
        composition::end_of_stage(call, arn)?;
        if let Ok(stage) = StageArn::try_from(arn) {
            let record = json!({ "stageArn": arn, "at": call.now });
            call.revoke(&format!("stage:{}", stage.resource_id()), Revocation::Stage { stage }, record);
        }
        Ok(())
    }

    fn present(&self, call: &Call<'_>, record: &mut Record) {
        let endpoints = call.environment.endpoints();
        let value = json!({
            "events": endpoints.events,
            "whip": endpoints.whip,
            "rtmp": endpoints.rtmp,
            "rtmps": endpoints.rtmps,
        });
        record.insert("endpoints".into(), value);
    }
}

/// Whether a session of the stage has not ended.
fn has_session(call: &Call<'_>, stage: &str) -> Result<bool, ApiError> {
    let prefix = call.of_stage("stage-session", stage, &[]);
    Ok(call.within(&prefix)?.iter().any(|session| text(session, "endTime").is_empty()))
}

pub(crate) struct IngestConfiguration;

impl Kind for IngestConfiguration {
    fn kind(&self) -> &'static str {
        "ingest-configuration"
    }

    fn service(&self) -> ServiceName {
        ServiceName::RealTime
    }

    fn nouns(&self) -> [&'static str; 2] {
        ["IngestConfiguration", "IngestConfigurations"]
    }

    fn members(&self) -> [&'static str; 2] {
        ["ingestConfiguration", "ingestConfigurations"]
    }

    fn quota(&self) -> Option<(&'static str, usize)> {
        Some(("ingestConfigurations", 100))
    }

    fn references(&self) -> &'static [Reference] {
        &[Reference { path: &["stageArn"], kind: "stage", holds: false }]
    }

    fn complete(&self, call: &mut Call<'_>, record: &mut Record) -> Result<(), ApiError> {
        if text(record, "ingestProtocol") == "RTMP" && !truth(call, "insecureIngest") {
            let message = "The protocol RTMP needs insecureIngest to be true";
            return Err(invalid(message, "insecure-ingest", Source::Model));
        }
        record.remove("insecureIngest");
        default(record, "stageArn", "");
        default(record, "userId", "");
        default(record, "redundantIngest", false);
        record.insert("state".into(), "INACTIVE".into());
        let [one, two] = [credential(call), credential(call)];
        record.insert("participantId".into(), one["participantId"].clone());
        record.insert("streamKey".into(), one["streamKey"].clone());
        record.insert("_credentials".into(), json!([one, two]));
        Ok(())
    }

    fn check(&self, _: &Call<'_>, record: &Record) -> Result<(), ApiError> {
        check_attributes(record.get("attributes"))
    }

    fn before_update(&self, call: &Call<'_>, record: &Record) -> Result<(), ApiError> {
        refuse_active(call, record)
    }

    fn before_delete(&self, call: &mut Call<'_>, record: &Record) -> Result<(), ApiError> {
        if !truth(call, "force") {
            return refuse_active(call, record);
        }
        for (stage, participant) in ingest::publishers(call, text(record, "arn"), None)? {
            call.effects.push(Effect::Leave(stage, participant));
        }
        Ok(())
    }

    fn present(&self, _: &Call<'_>, record: &mut Record) {
        if record.get("redundantIngest") == Some(&Value::Bool(true))
            && let Some(credentials) = record.get("_credentials").cloned()
        {
            record.insert("redundantIngestCredentials".into(), credentials);
        }
    }

    fn matches(&self, call: &Call<'_>, record: &Record) -> bool {
        let is = |filter, member| call.text(filter).is_empty() || call.text(filter) == text(record, member);
        is("filterByStageArn", "stageArn") && is("filterByState", "state")
    }
}

fn credential(call: &mut Call<'_>) -> Value {
    let participant_id = call.ids.alphanumeric(12);
    let key = call.ids.alphanumeric(12);
    let secret = call.ids.alphanumeric(32);
    json!({
        "participantId": participant_id,
        "streamKey": format!("rt_{}_{}_{key}_{secret}", call.account, call.region),
    })
}

fn refuse_active(call: &Call<'_>, record: &Record) -> Result<(), ApiError> {
    if text(record, "state") == "ACTIVE" {
        let message = format!("{} is active", text(record, "arn"));
        return Err(call.refuse("ConflictException", message, "active-ingest", Source::Model));
    }
    Ok(())
}
