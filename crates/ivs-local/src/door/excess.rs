//! Publications that exceed a quota, and publications and subscriptions that have lasted too long.

use ivs_token::{Capability, StageArn, VerifiedToken};
use serde_json::json;

use super::live::{Cut, Live};
use super::stage::LiveStage;
use crate::timer::Timer;

/// `EventErrorCode` of the service model.
const TOO_LONG: &str = "STREAM_DURATION_EXCEEDED";

impl Live {
    /// Reports that the publication with this number exceeds a quota. Returns whether the publication ends.
    pub(crate) fn exceed(&self, arn: &StageArn, id: &str, number: u64, code: &'static str) -> bool {
        let is_meant = {
            let stages = self.lock();
            let presence = stages.get(arn).and_then(|stage| stage.people.get(id));
            presence.is_some_and(|one| one.publication == Some(number))
        };
        if is_meant {
            self.note(arn, id, "PUBLISH_ERROR", json!({ "errorCode": code }));
        }
        if is_meant && self.limits.stops_excess {
            self.unpublish(arn, id, number);
        }
        is_meant && self.limits.stops_excess
    }

    /// Reports that a subscription has lasted too long.
    pub(crate) fn note_long_subscription(&self, arn: &StageArn, id: &str, remote: &str) {
        let error = json!({ "errorCode": TOO_LONG, "remoteParticipantId": remote });
        self.note(arn, id, "SUBSCRIBE_ERROR", error);
    }

    /// Whether a participant who was admitted before may still subscribe.
    pub(crate) fn may_subscribe(&self, who: &VerifiedToken) -> bool {
        self.capabilities(who).contains(Capability::Subscribe) && self.gate.still_admits(who)
    }

    /// Notes that somebody subscribes on a stage from now on, and sets the timers for it.
    pub(crate) fn subscribed(&self, who: &VerifiedToken) {
        if let Some(stage) = self.lock().get_mut(who.stage_arn()) {
            self.expect_duration(stage, self.milliseconds());
            // A participant who is on the stage already has a timer.
            if !stage.people.contains_key(who.participant_id().as_str()) {
                self.expect_expiry(who);
            }
        }
    }

    /// Sets a timer for the longest duration of what began at `since`, unless the stage has an earlier one. A stage
    /// has only one such timer, however many participants come and go.
    pub(super) fn expect_duration(&self, stage: &mut LiveStage, since: i64) {
        let due = since.saturating_add(self.limits.duration_ms);
        if stage.looked_at.is_none_or(|at| due < at) {
            stage.looked_at = Some(due);
            let after = due.saturating_sub(self.milliseconds()).max(0);
            let arn = stage.arn.as_str().to_owned();
            self.recorder.later(&stage.arn, after, &Timer::Duration { stage: arn });
        }
    }

    /// Ends the publications and subscriptions on a stage that have lasted for the longest duration.
    pub(super) fn end_durations(&self, arn: &StageArn) {
        let now = self.milliseconds();
        let by = now.saturating_sub(self.limits.duration_ms);
        let mut over = Vec::new();
        {
            let mut stages = self.lock();
            let Some(stage) = stages.get_mut(arn) else { return };
            if stage.looked_at.is_some_and(|at| at > now) {
                // This timer belongs to an earlier session. The present session has its own.
                return;
            }
            stage.looked_at = None;
        }
        let mut first = self.cease(arn, by);
        {
            let mut stages = self.lock();
            let Some(stage) = stages.get_mut(arn) else { return };
            for (id, one) in &mut stage.people {
                // A replica is left out, because it ends with its source.
                let Some(number) = one.publication.filter(|_| one.source.is_none()) else { continue };
                if one.published_at <= by {
                    over.push((number, id.clone(), one.has_no_client));
                    // If the publication continues, this is reported again after the same time.
                    one.published_at = now;
                    if self.limits.stops_excess {
                        continue;
                    }
                }
                first = first.into_iter().chain([one.published_at]).min();
            }
        }
        for (number, id, has_no_client) in over {
            if has_no_client && self.limits.stops_excess {
                // They stay on the stage, as a client with a socket does. An error means that they have already left.
                self.note(arn, &id, "PUBLISH_ERROR", json!({ "errorCode": TOO_LONG }));
                let _ = self.publish_without_client(arn, &id, false);
                // A client with their token may have connected media nevertheless.
                self.cut(arn, &id, Cut::Publications);
            } else if self.exceed(arn, &id, number, TOO_LONG) {
                self.cut(arn, &id, Cut::Publications);
            }
        }
        if let (Some(since), Some(stage)) = (first, self.lock().get_mut(arn)) {
            self.expect_duration(stage, since);
        }
    }
}
