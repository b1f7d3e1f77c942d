//! Participants who publish with the stream key of an ingest configuration. Nothing listens for RTMP; a request to
//! the server makes them publish.

use std::time::Duration;

use ivs_token::StageArn;
use serde_json::{Map, json};

use super::gate::Refusal;
use super::live::Live;
use super::record::newcomer;
use super::stage::Presence;
use crate::life::ingest::Encoder;

/// How long an encoder may stay. This is longer than any token lasts.
const LONGEST: Duration = Duration::from_secs(365 * 86_400);

impl Live {
    /// Lets an encoder join and publish.
    pub(crate) fn encode(&self, encoder: Encoder) -> Result<(), Refusal> {
        let Encoder { stage: arn, participant: id, user_id, attributes, members, error } = encoder;
        let began = (self.number(), self.milliseconds());
        let mut stages = self.lock();
        let failing = |code| Refusal::new(code, format!("{id} cannot publish on {arn}"));
        if let Some(refusal) = error.map(failing).or_else(|| self.room_on(&stages, &arn, &id).err()) {
            drop(stages);
            self.note(&arn, &id, "PUBLISH_ERROR", json!({ "errorCode": refusal.code }));
            return Err(refusal);
        }
        let now = self.now();
        let mut ended = self.displace(&mut stages, &arn, &id);
        let stage = self.stage(&mut stages, &arn);
        let mut record = stage.returning(&id).unwrap_or_else(|| newcomer(&id, now.as_secs() * 1000));
        record.extend(members);
        record.insert("userId".into(), user_id.into());
        record.insert("attributes".into(), attributes);
        record.insert("state".into(), "CONNECTED".into());
        self.recorder.put(&stage.arn, &mut stage.session, &record, Some(("JOINED", Map::new())));
        record.insert("published".into(), true.into());
        record.insert("_publishing".into(), true.into());
        self.recorder.put(&stage.arn, &mut stage.session, &record, Some(("PUBLISH_STARTED", Map::new())));
        stage.people.insert(id.clone(), Presence::encoder(record, began, now.saturating_add(LONGEST)));
        self.expect_duration(stage, began.1);
        stage.tell();
        ended.extend(self.follow(&mut stages, &arn, &id));
        drop(stages);
        self.cut_off(ended);
        Ok(())
    }

    /// Lets an encoder stop publishing and leave.
    pub(crate) fn end_encoding(&self, arn: &StageArn, id: &str) {
        let mut stages = self.lock();
        let Some(stage) = stages.get_mut(arn) else { return };
        self.exit(stage, id, false);
        let ended = self.follow(&mut stages, arn, id);
        drop(stages);
        self.cut_off(ended);
    }
}
