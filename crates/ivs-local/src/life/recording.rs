//! Recordings of single participants: they begin and end with what a participant publishes. Nothing is written to S3.

use ivs_model::{ApiError, Source};
use serde_json::{Value, json};

use super::place::{Place, is_replica, key as key_of_participant};
use crate::arn::Arn;
use crate::happened::{Happened, Topic};
use crate::kinds::{Record, at, text};
use crate::time::iso8601;
use crate::timer::Timer;
use crate::view::{View, not_found};

/// Somebody begins or ceases to publish, or leaves: their recording follows. The participant shows how it stands with
/// it.
pub(crate) fn heed(
    view: &mut View<'_>,
    place: Place<'_>,
    participant: &mut Record,
    event: &str,
) -> Result<(), ApiError> {
    let mut recording = view.get(&key(view, place))?;
    let was_there = recording.is_some();
    match event {
        "PUBLISH_STARTED" => {
            match recording.as_mut().map(|one| (text(one, "state").to_owned(), one)) {
                // Another client publishes in the place of one who did not cease to.
                Some((state, _)) if matches!(state.as_str(), "STARTING" | "ACTIVE") => {}
                Some((state, recording)) if state == "STOPPING" => {
                    recording.remove("pausedAt");
                    change(recording, "ACTIVE");
                }
                _ => recording = begin(view, place, participant)?,
            }
        }
        "PUBLISH_STOPPED" | "LEFT" => {
            if let Some(recording) = &mut recording {
                pause(view, place, recording)?;
            }
        }
        _ => {}
    }
    show(participant, recording.as_ref());
    if was_there || recording.is_some() {
        let key = key(view, place);
        view.writes.push((key, recording.map(Value::Object)));
    }
    Ok(())
}

/// A timer of a recording is due: it has started, or it ends.
pub(crate) fn look(view: &mut View<'_>, place: Place<'_>, change_seen: u64) -> Result<(), ApiError> {
    let Some(mut recording) = view.get(&key(view, place))? else { return Ok(()) };
    if changes(&recording) != change_seen {
        return Ok(());
    }
    match text(&recording, "state") {
        "STARTING" => {
            change(&mut recording, "ACTIVE");
            announce(view, place, &recording, "Recording Start");
        }
        "STOPPING" => end(view, place, &mut recording),
        _ => {}
    }
    keep(view, place, recording)
}

/// Lets a recording fail.
pub(crate) fn fail(view: &mut View<'_>, place: Place<'_>) -> Result<(), ApiError> {
    let recording = view.get(&key(view, place))?;
    let mut recording = recording.ok_or_else(|| not_found(place.participant))?;
    let event = match text(&recording, "state") {
        "STARTING" => "Recording Start Failure",
        "ACTIVE" | "STOPPING" => "Recording End Failure",
        state => {
            let message = format!("The recording of {} is {state}: it cannot fail", place.participant);
            return Err(ApiError::new("ConflictException", message, "recording", Source::Model));
        }
    };
    recording.entry("pausedAt").or_insert_with(|| view.now.into());
    change(&mut recording, "FAILED");
    announce(view, place, &recording, event);
    keep(view, place, recording)
}

/// Begins a recording, if the stage has one for participants.
fn begin(view: &mut View<'_>, place: Place<'_>, participant: &Record) -> Result<Option<Record>, ApiError> {
    let stage = view.resource("stage", place.stage)?.unwrap_or_default();
    let of = |name: &str| at(&stage, &["autoParticipantRecordingConfiguration", name]);
    let storage = of("storageConfigurationArn").and_then(Value::as_str).unwrap_or_default();
    let storage = view.resource("storage-configuration", storage)?;
    let is_left_out = is_replica(participant) && of("recordParticipantReplicas") == Some(&false.into());
    let Some(storage) = storage.filter(|_| !is_left_out) else { return Ok(None) };
    // Colons are not for names in S3.
    let time = iso8601(view.now).replace(':', "-");
    let stage_id = Arn::parse(place.stage).map_or("", |arn| arn.id);
    let mut recording = Record::new();
    recording.insert("bucket".into(), at(&storage, &["s3", "bucketName"]).cloned().unwrap_or_default());
    let prefix = format!("{stage_id}/{}/{}/{time}", place.session, place.participant);
    recording.insert("prefix".into(), prefix.into());
    recording.insert("begunAt".into(), view.now.into());
    recording
        .insert("window".into(), of("recordingReconnectWindowSeconds").cloned().unwrap_or_else(|| json!(0)));
    let after = view.environment.assumptions().milliseconds("recording-starting-time");
    if after > 0 {
        change(&mut recording, "STARTING");
        set_timer(view, place, &recording, after)?;
    } else {
        change(&mut recording, "ACTIVE");
        announce(view, place, &recording, "Recording Start");
    }
    Ok(Some(recording))
}

/// Nobody publishes what is recorded: the recording waits for the reconnect window, and ends.
fn pause(view: &mut View<'_>, place: Place<'_>, recording: &mut Record) -> Result<(), ApiError> {
    if !matches!(text(recording, "state"), "STARTING" | "ACTIVE") {
        return Ok(());
    }
    recording.insert("pausedAt".into(), view.now.into());
    // Nobody comes back to a stage that was deleted.
    let is_over = view.resource("stage", place.stage)?.is_none();
    let window = recording.get("window").and_then(Value::as_i64).filter(|_| !is_over).unwrap_or(0);
    let after = window
        .saturating_mul(1000)
        .max(view.environment.assumptions().milliseconds("recording-stopping-time"));
    if after == 0 {
        end(view, place, recording);
        return Ok(());
    }
    change(recording, "STOPPING");
    set_timer(view, place, recording, after)
}

fn end(view: &mut View<'_>, place: Place<'_>, recording: &mut Record) {
    change(recording, "STOPPED");
    announce(view, place, recording, "Recording End");
}

/// Keeps a recording, and shows it in its participant.
fn keep(view: &mut View<'_>, place: Place<'_>, recording: Record) -> Result<(), ApiError> {
    let of_participant = key_of_participant(view, place);
    if let Some(mut participant) = view.get(&of_participant)? {
        show(&mut participant, Some(&recording));
        view.write(of_participant, participant);
    }
    let key = key(view, place);
    view.write(key, recording);
    Ok(())
}

fn show(participant: &mut Record, recording: Option<&Record>) {
    let of = |name: &str| recording.map_or("", |one| text(one, name));
    let state = if recording.is_some() { of("state") } else { "DISABLED" };
    participant.insert("recordingState".into(), state.into());
    participant.insert("recordingS3BucketName".into(), of("bucket").into());
    participant.insert("recordingS3Prefix".into(), of("prefix").into());
}

fn change(recording: &mut Record, state: &str) {
    let changes = changes(recording).saturating_add(1);
    recording.insert("state".into(), state.into());
    recording.insert("changes".into(), changes.into());
}

/// How often the state changed: a timer knows by it whether it is still meant.
fn changes(recording: &Record) -> u64 {
    recording.get("changes").and_then(Value::as_u64).unwrap_or(0)
}

fn set_timer(view: &mut View<'_>, place: Place<'_>, recording: &Record, after: i64) -> Result<(), ApiError> {
    let [stage, session, participant] = [place.stage, place.session, place.participant].map(str::to_owned);
    let change = changes(recording);
    view.set_timer(after, &Timer::ParticipantRecording { stage, session, participant, change })
}

fn announce(view: &mut View<'_>, place: Place<'_>, recording: &Record, name: &str) {
    let mut detail = json!({
        "session_id": place.session,
        "event_name": name,
        "participant_id": place.participant,
        "recording_s3_bucket_name": recording.get("bucket"),
        "recording_s3_key_prefix": recording.get("prefix"),
    });
    let number = |name: &str| recording.get(name).and_then(Value::as_i64);
    if name.starts_with("Recording End") {
        let until = number("pausedAt").unwrap_or(view.now);
        detail["recording_duration_ms"] = until.saturating_sub(number("begunAt").unwrap_or(until)).into();
    }
    if name.ends_with("Failure") {
        detail["error_code"] = "InternalServerException".into();
        detail["reason"] = "Service internal error".into();
    }
    if view.assumes("publisher-recording", "send") {
        let topic = Topic::PublisherRecordingStateChange;
        view.happened(Happened::new(topic, place.stage, detail.clone()));
    }
    view.happened(Happened::new(Topic::ParticipantRecordingStateChange, place.stage, detail));
}

fn key(view: &View<'_>, place: Place<'_>) -> String {
    view.of_stage("participant-recording", place.stage, &[place.session, place.participant])
}
