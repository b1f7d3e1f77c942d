//! Kinds that are little more than their members.

use ivs_model::{ApiError, ServiceName, Source};
use serde_json::{Value, json};

use super::{FAILED, Kind, Record, UPDATED, age, at, default};
use crate::call::{Call, invalid};

/// A kind that declares values alone.
pub(crate) struct Simple {
    kind: &'static str,
    service: ServiceName,
    nouns: [&'static str; 2],
    members: [&'static str; 2],
    quota: (&'static str, usize),
    complete: fn(&mut Record),
    check: fn(&Record) -> Result<(), ApiError>,
    live: fn(&Call<'_>, &mut Record),
}

pub(crate) static ENCODER_CONFIGURATION: Simple = Simple {
    kind: "encoder-configuration",
    service: ServiceName::RealTime,
    nouns: ["EncoderConfiguration", "EncoderConfigurations"],
    members: ["encoderConfiguration", "encoderConfigurations"],
    quota: ("encoderConfigurations", 20),
    complete: |record| {
        // The defaults of `Video` in the service model.
        let mut video = record.get("video").and_then(Value::as_object).cloned().unwrap_or_default();
        default(&mut video, "width", 1280);
        default(&mut video, "height", 720);
        default(&mut video, "framerate", 30.0);
        default(&mut video, "bitrate", 2_500_000);
        record.insert("video".into(), video.into());
    },
    check: |record| {
        let side = |name| at(record, &["video", name]).and_then(Value::as_i64).unwrap_or_default();
        let (width, height) = (side("width"), side("height"));
        if width % 2 != 0 || height % 2 != 0 {
            return Err(invalid("Width and height must be even numbers", "even-size", Source::Model));
        }
        if width * height > 2_073_600 {
            let message = format!("Width times height is {}; the maximum is 2073600", width * height);
            return Err(invalid(message, "pixels", Source::Model));
        }
        Ok(())
    },
    live: |_, _| {},
};

pub(crate) static STORAGE_CONFIGURATION: Simple = Simple {
    kind: "storage-configuration",
    service: ServiceName::RealTime,
    nouns: ["StorageConfiguration", "StorageConfigurations"],
    members: ["storageConfiguration", "storageConfigurations"],
    quota: ("storageConfigurations", 5),
    complete: |_| {},
    check: |_| Ok(()),
    live: |_, _| {},
};

pub(crate) static PLAYBACK_RESTRICTION_POLICY: Simple = Simple {
    kind: "playback-restriction-policy",
    service: ServiceName::LowLatency,
    nouns: ["PlaybackRestrictionPolicy", "PlaybackRestrictionPolicies"],
    members: ["playbackRestrictionPolicy", "playbackRestrictionPolicies"],
    quota: ("playbackRestrictionPolicies", 3),
    complete: |record| {
        default(record, "allowedCountries", json!([]));
        default(record, "allowedOrigins", json!([]));
        default(record, "enableStrictOriginEnforcement", false);
    },
    check: |record| {
        let len = |name| record.get(name).and_then(Value::as_array).map_or(0, Vec::len);
        for (name, limit) in [("allowedCountries", 200), ("allowedOrigins", 5)] {
            if len(name) > limit {
                let message = format!("{name} has {} entries; the maximum is {limit}", len(name));
                return Err(invalid(message, "policy-size", Source::Guide));
            }
        }
        Ok(())
    },
    live: |_, _| {},
};

pub(crate) static RECORDING_CONFIGURATION: Simple = Simple {
    kind: "recording-configuration",
    service: ServiceName::LowLatency,
    nouns: ["RecordingConfiguration", "RecordingConfigurations"],
    members: ["recordingConfiguration", "recordingConfigurations"],
    quota: ("recordingConfigurations", 20),
    complete: |record| {
        default(record, "recordingReconnectWindowSeconds", 0);
        default(record, "thumbnailConfiguration", json!({}));
        default(record, "renditionConfiguration", json!({}));
        member_default(record, "thumbnailConfiguration", "recordingMode", "INTERVAL");
        if at(record, &["thumbnailConfiguration", "recordingMode"]) == Some(&"INTERVAL".into()) {
            member_default(record, "thumbnailConfiguration", "targetIntervalSeconds", 60);
            member_default(record, "thumbnailConfiguration", "storage", json!(["SEQUENTIAL"]));
        }
        member_default(record, "renditionConfiguration", "renditionSelection", "ALL");
    },
    check: |record| {
        let has = |name| at(record, &["renditionConfiguration", name]);
        let is_custom = has("renditionSelection") == Some(&"CUSTOM".into());
        let chosen = has("renditions").and_then(Value::as_array).map_or(0, Vec::len);
        if is_custom == (chosen == 0) {
            let message = "renditions belongs to the renditionSelection CUSTOM, which needs at least one";
            return Err(invalid(message, "custom-renditions", Source::Model));
        }
        Ok(())
    },
    live: |call, record| made(call, record, "ACTIVE"),
};

pub(crate) static AD_CONFIGURATION: Simple = Simple {
    kind: "ad-configuration",
    service: ServiceName::LowLatency,
    nouns: ["AdConfiguration", "AdConfigurations"],
    members: ["adConfiguration", "adConfigurations"],
    quota: ("adConfigurations", 20),
    complete: |_| {},
    check: |_| Ok(()),
    live: |_, _| {},
};

pub(crate) static FAILOVER_SLATE_CONFIGURATION: Simple = Simple {
    kind: "failover-slate-configuration",
    service: ServiceName::LowLatency,
    nouns: ["FailoverSlateConfiguration", "FailoverSlateConfigurations"],
    members: ["failoverSlateConfiguration", "failoverSlateConfigurations"],
    // The guide names no quota for these: that of ad configurations.
    quota: ("failoverSlateConfigurations", 20),
    complete: |record| {
        default(record, "activationThresholdSeconds", 3);
        default(record, "minSlateDisplaySeconds", 3);
        default(record, "maxSlateDisplaySeconds", 60);
    },
    check: |_| Ok(()),
    live: |call, record| made(call, record, "CREATED"),
};

impl Kind for Simple {
    fn kind(&self) -> &'static str {
        self.kind
    }

    fn service(&self) -> ServiceName {
        self.service
    }

    fn nouns(&self) -> [&'static str; 2] {
        self.nouns
    }

    fn members(&self) -> [&'static str; 2] {
        self.members
    }

    fn quota(&self) -> Option<(&'static str, usize)> {
        Some(self.quota)
    }

    fn changes_slowly(&self) -> bool {
        self.kind == FAILOVER_SLATE_CONFIGURATION.kind
    }

    fn complete(&self, _: &mut Call<'_>, record: &mut Record) -> Result<(), ApiError> {
        (self.complete)(record);
        Ok(())
    }

    fn check(&self, _: &Call<'_>, record: &Record) -> Result<(), ApiError> {
        (self.check)(record)
    }

    fn live(&self, call: &Call<'_>, mut record: Record) -> Option<Record> {
        (self.live)(call, &mut record);
        Some(record)
    }

    fn present(&self, call: &Call<'_>, record: &mut Record) {
        (self.live)(call, record);
    }
}

/// Says how far a resource is that is made in a while: `ready` in the end.
fn made(call: &Call<'_>, record: &mut Record, ready: &'static str) {
    let while_making = call.environment.assumptions().milliseconds("creation-time");
    let updated = record.get(UPDATED).and_then(Value::as_i64);
    let state = if record.contains_key(FAILED) {
        "CREATE_FAILED"
    } else if age(call, record) < while_making {
        "CREATING"
    } else if updated.is_some_and(|updated| call.now.saturating_sub(updated) < while_making) {
        "UPDATING"
    } else {
        ready
    };
    if matches!(state, "CREATING" | "UPDATING") {
        call.explain("creation-time", Source::Assumed);
    }
    record.insert("state".into(), state.into());
}

fn member_default(record: &mut Record, member: &str, name: &str, value: impl Into<Value>) {
    if let Some(Value::Object(member)) = record.get_mut(member) {
        default(member, name, value);
    }
}
