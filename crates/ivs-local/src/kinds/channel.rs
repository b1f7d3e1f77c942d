//! Channels and their stream keys.

use ivs_model::{ApiError, ServiceName, Source};
use serde_json::{Value, json};

use super::generic::create;
use super::references::check_reference;
use super::{Kind, Record, Reference, at, default, text};
use crate::arn::Arn;
use crate::call::{Call, invalid, quota};

pub(crate) struct Channel;

impl Kind for Channel {
    fn kind(&self) -> &'static str {
        "channel"
    }

    fn service(&self) -> ServiceName {
        ServiceName::LowLatency
    }

    fn nouns(&self) -> [&'static str; 2] {
        ["Channel", "Channels"]
    }

    fn members(&self) -> [&'static str; 2] {
        ["channel", "channels"]
    }

    fn quota(&self) -> Option<(&'static str, usize)> {
        Some(("channels", 5000))
    }

    fn references(&self) -> &'static [Reference] {
        const fn reference(path: &'static [&'static str], kind: &'static str) -> Reference {
            Reference { path, kind, holds: true }
        }
        const REFERENCES: &[Reference] = &[
            reference(&["recordingConfigurationArn"], "recording-configuration"),
            reference(&["playbackRestrictionPolicyArn"], "playback-restriction-policy"),
            reference(&["adConfigurationArn"], "ad-configuration"),
            reference(&["failoverSlateConfigurationArn"], "failover-slate-configuration"),
        ];
        REFERENCES
    }

    fn complete(&self, call: &mut Call<'_>, record: &mut Record) -> Result<(), ApiError> {
        default(record, "latencyMode", "LOW");
        default(record, "type", "STANDARD");
        default(record, "authorized", false);
        default(record, "insecureIngest", false);
        for reference in self.references() {
            default(record, reference.path[0], "");
        }
        if text(record, "type").starts_with("ADVANCED") {
            default(record, "preset", "HIGHER_BANDWIDTH_DELIVERY");
        } else {
            default(record, "preset", "");
        }
        default(record, "containerFormat", if is_multitrack(record) { "FRAGMENTED_MP4" } else { "TS" });
        record.insert("_passphrase".into(), call.ids.alphanumeric(32).into());
        Ok(())
    }

    fn check(&self, _: &Call<'_>, record: &Record) -> Result<(), ApiError> {
        let is_advanced = text(record, "type").starts_with("ADVANCED");
        if !is_advanced && !text(record, "preset").is_empty() {
            let message = "preset is for channels of the types ADVANCED_HD and ADVANCED_SD";
            return Err(invalid(message, "preset-type", Source::Model));
        }
        if is_multitrack(record) && text(record, "containerFormat") != "FRAGMENTED_MP4" {
            let message = "Multitrack input needs the containerFormat FRAGMENTED_MP4";
            return Err(invalid(message, "multitrack-container", Source::Model));
        }
        Ok(())
    }

    fn before_delete(&self, call: &mut Call<'_>, record: &Record) -> Result<(), ApiError> {
        let arn = text(record, "arn");
        if is_live(call, arn)? {
            let message = format!("{arn} is live");
            return Err(call.refuse("ConflictException", message, "live-channel", Source::Model));
        }
        for key in call.all(StreamKey.kind())? {
            if text(&key, "channelArn") == arn {
                call.delete(StreamKey.kind(), text(&key, "arn"));
            }
        }
        Ok(())
    }

    fn present(&self, call: &Call<'_>, record: &mut Record) {
        let endpoints = call.environment.endpoints();
        let id = text(record, "arn").rsplit('/').next().unwrap_or_default().to_owned();
        let (account, region) = (call.account, call.region);
        record.insert("ingestEndpoint".into(), endpoints.host.clone().into());
        record.insert(
            "playbackUrl".into(),
            format!("{}/api/video/v1/{region}.{account}.channel.{id}.m3u8", endpoints.whip).into(),
        );
        if let Some(passphrase) = record.get("_passphrase").cloned() {
            let endpoint = format!("srt://{}:9000", endpoints.host);
            record.insert("srt".into(), json!({ "endpoint": endpoint, "passphrase": passphrase }));
        }
    }

    fn matches(&self, call: &Call<'_>, record: &Record) -> bool {
        [
            ("filterByName", "name"),
            ("filterByRecordingConfigurationArn", "recordingConfigurationArn"),
            ("filterByPlaybackRestrictionPolicyArn", "playbackRestrictionPolicyArn"),
            ("filterByAdConfigurationArn", "adConfigurationArn"),
            ("filterByFailoverSlateConfigurationArn", "failoverSlateConfigurationArn"),
        ]
        .into_iter()
        .all(|(filter, member)| {
            call.input.get(filter).and_then(Value::as_str).is_none_or(|wanted| wanted == text(record, member))
        })
    }
}

fn is_live(call: &Call<'_>, channel: &str) -> Result<bool, ApiError> {
    let id = Arn::parse(channel).map_or("", |arn| arn.id);
    Ok(call.get(&call.key("stream", id))?.is_some())
}

fn is_multitrack(record: &Record) -> bool {
    at(record, &["multitrackInputConfiguration", "enabled"]) == Some(&Value::Bool(true))
}

pub(crate) struct StreamKey;

impl Kind for StreamKey {
    fn kind(&self) -> &'static str {
        "stream-key"
    }

    fn service(&self) -> ServiceName {
        ServiceName::LowLatency
    }

    fn nouns(&self) -> [&'static str; 2] {
        ["StreamKey", "StreamKeys"]
    }

    fn members(&self) -> [&'static str; 2] {
        ["streamKey", "streamKeys"]
    }

    fn quota(&self) -> Option<(&'static str, usize)> {
        None
    }

    fn complete(&self, call: &mut Call<'_>, record: &mut Record) -> Result<(), ApiError> {
        let channel = text(record, "channelArn").to_owned();
        check_reference(call, "channel", &channel)?;
        let limit = call.environment.quota("streamKeysPerChannel", 1);
        // A channel that this very call makes has none: those of all others need not be looked through.
        let is_of_new_channel = call.operation.name() == "CreateChannel";
        let of_channel = |key: &Record| text(key, "channelArn") == channel;
        if !is_of_new_channel && call.all(self.kind())?.iter().filter(|key| of_channel(key)).count() >= limit
        {
            return Err(quota("streamKeysPerChannel", limit));
        }
        let (one, two) = (call.ids.alphanumeric(12), call.ids.alphanumeric(30));
        record.insert("value".into(), format!("sk_{}_{one}_{two}", call.region).into());
        Ok(())
    }

    fn matches(&self, call: &Call<'_>, record: &Record) -> bool {
        call.text("channelArn") == text(record, "channelArn")
    }
}

/// `CreateChannel` makes a stream key, too.
pub(crate) fn create_channel(call: &mut Call<'_>) -> Result<Value, ApiError> {
    let channel = create(&Channel, call, call.input.all().clone())?;
    let arn = text(&channel, "arn");
    let mut key = Record::new();
    key.insert("channelArn".into(), arn.into());
    key.insert("tags".into(), channel.get("tags").cloned().unwrap_or_default());
    let key = create(&StreamKey, call, key)?;
    Ok(json!({ "channel": super::generic::shown(&Channel, call, channel), "streamKey": key }))
}
