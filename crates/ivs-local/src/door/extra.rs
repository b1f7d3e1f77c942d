//! Participants without a client. They join, publish and leave when somebody asks the server for it.

use ivs_token::{Capability, StageArn, VerifiedToken};
use serde_json::Map;

use super::gate::Refusal;
use super::live::{Live, not_here};
use super::visitor::Visitor;

impl Live {
    /// Lets a participant without a client join.
    pub(crate) fn join_without_client(&self, who: &VerifiedToken) -> Result<(), Refusal> {
        self.seat(who, &Visitor::default(), true).map(drop)
    }

    /// Lets a participant without a client publish, or stop publishing.
    pub(crate) fn publish_without_client(
        &self,
        arn: &StageArn,
        id: &str,
        is_publishing: bool,
    ) -> Result<(), Refusal> {
        let (number, now) = (self.number(), self.milliseconds());
        let mut stages = self.lock();
        let room = self.room_on(&stages, arn, id);
        let stage = stages.get_mut(arn).ok_or_else(not_here)?;
        let presence = stage.people.get_mut(id).filter(|one| one.has_no_client).ok_or_else(not_here)?;
        if presence.publication.is_some() == is_publishing {
            return Ok(());
        }
        let refusal = if !is_publishing {
            None
        } else if !presence.capabilities.contains(Capability::Publish) {
            Some(Refusal::new("INSUFFICIENT_CAPABILITIES", "the token does not grant PUBLISH"))
        } else {
            room.err()
        };
        if let Some(refusal) = refusal {
            let code = Map::from_iter([("errorCode".to_owned(), refusal.code.into())]);
            self.recorder.event(&stage.arn, &mut stage.session, id, "PUBLISH_ERROR", code);
            return Err(refusal);
        }
        presence.publication = is_publishing.then_some(number);
        let name = if is_publishing {
            presence.record.insert("published".into(), true.into());
            presence.record.insert("protocol".into(), "WHIP".into());
            presence.published_at = now;
            "PUBLISH_STARTED"
        } else {
            "PUBLISH_STOPPED"
        };
        presence.record.insert("_publishing".into(), is_publishing.into());
        self.recorder.put(&stage.arn, &mut stage.session, &presence.record, Some((name, Map::new())));
        if is_publishing {
            self.expect_duration(stage, now);
        }
        stage.tell();
        let ended = self.follow(&mut stages, arn, id);
        drop(stages);
        self.cut_off(ended);
        Ok(())
    }

    /// Lets a participant without a client fail to publish. If they publish, they stop.
    pub(crate) fn fail_to_publish(
        &self,
        arn: &StageArn,
        id: &str,
        code: &'static str,
    ) -> Result<(), Refusal> {
        let mut stages = self.lock();
        let stage = stages.get_mut(arn).ok_or_else(not_here)?;
        stage.people.get(id).filter(|one| one.has_no_client).ok_or_else(not_here)?;
        let more = Map::from_iter([("errorCode".to_owned(), code.into())]);
        self.recorder.event(&stage.arn, &mut stage.session, id, "PUBLISH_ERROR", more);
        drop(stages);
        self.publish_without_client(arn, id, false)?;
        Err(Refusal::new(code, "the participant cannot publish, because the request asked for this error"))
    }

    /// Lets a participant without a client leave.
    pub(crate) fn leave_without_client(&self, arn: &StageArn, id: &str) -> Result<(), Refusal> {
        // A participant who publishes stops first.
        self.publish_without_client(arn, id, false)?;
        let mut stages = self.lock();
        let stage = stages.get_mut(arn).ok_or_else(not_here)?;
        self.exit(stage, id, false);
        Ok(())
    }
}
