//! Publications that are more than may be, and what has lasted longer than it may.

use ivs_token::{Capability, StageArn, VerifiedToken};
use serde_json::json;

use super::live::{Cut, Live};
use super::stage::LiveStage;
use crate::timer::Timer;

/// `EventErrorCode` of the service model.
const TOO_LONG: &str = "STREAM_DURATION_EXCEEDED";

impl Live {
    /// The publication of this number is more than may be: that is told. Says whether it ends with that.
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

    /// A subscription has lasted longer than it may: that is told.
    pub(crate) fn note_long_subscription(&self, arn: &StageArn, id: &str, remote: &str) {
        let error = json!({ "errorCode": TOO_LONG, "remoteParticipantId": remote });
        self.note(arn, id, "SUBSCRIBE_ERROR", error);
    }

    /// Whether somebody who was let in before may still subscribe.
    pub(crate) fn may_subscribe(&self, who: &VerifiedToken) -> bool {
        self.capabilities(who).contains(Capability::Subscribe) && self.gate.still_admits(who)
    }

    /// Somebody subscribes on a stage from now on.
    pub(crate) fn subscribed(&self, who: &VerifiedToken) {
        if let Some(stage) = self.lock().get_mut(who.stage_arn()) {
            self.expect_duration(stage, self.milliseconds());
            // Who is on the stage has a timer already.
            if !stage.people.contains_key(who.participant_id().as_str()) {
                self.expect_expiry(who);
            }
        }
    }

    /// Somebody publishes or subscribes on a stage since this time: a timer is set, unless one is there. It is the only one of its
    /// stage, however many come and go.
    pub(super) fn expect_duration(&self, stage: &mut LiveStage, since: i64) {
        let due = since.saturating_add(self.limits.duration_ms);
        if stage.looked_at.is_none_or(|at| due < at) {
            stage.looked_at = Some(due);
            let after = due.saturating_sub(self.milliseconds()).max(0);
            let arn = stage.arn.as_str().to_owned();
            self.recorder.later(&stage.arn, after, &Timer::Duration { stage: arn });
        }
    }

    /// Whoever has published or subscribed on a stage for as long as anybody may ceases to.
    pub(super) fn end_durations(&self, arn: &StageArn) {
        let now = self.milliseconds();
        let by = now.saturating_sub(self.limits.duration_ms);
        let mut over = Vec::new();
        {
            let mut stages = self.lock();
            let Some(stage) = stages.get_mut(arn) else { return };
            if stage.looked_at.is_some_and(|at| at > now) {
                // A timer of a session that has ended: this one has its own.
                return;
            }
            stage.looked_at = None;
        }
        let mut first = self.cease(arn, by);
        {
            let mut stages = self.lock();
            let Some(stage) = stages.get_mut(arn) else { return };
            for (id, one) in &mut stage.people {
                // A replica ends with its source.
                let Some(number) = one.publication.filter(|_| one.source.is_none()) else { continue };
                if one.published_at <= by {
                    over.push((number, id.clone(), one.has_no_client));
                    // Where it goes on, that is told again when the time has passed once more.
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
                // They stay on the stage, as a client with a socket does; an error says that they are gone already.
                self.note(arn, &id, "PUBLISH_ERROR", json!({ "errorCode": TOO_LONG }));
                let _ = self.publish_without_client(arn, &id, false);
                // Somebody may have come with their token and media all the same.
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
