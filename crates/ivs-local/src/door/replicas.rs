//! Replicas: participants who are on a stage as copies from another stage. They join, follow their source and leave.

use ivs_token::StageArn;
use serde_json::{Map, Value, json};

use super::live::{Cut, Live, Stages, object};
use super::stage::{Presence, Replica};
use crate::replication::Replication;
use crate::time::iso8601;
use crate::timer::Timer;

/// The participants whose connections must end.
type Ended = Vec<(StageArn, String)>;

impl Live {
    /// Lets a replica join another stage and publish as its source does. Since the operation checked the request, the
    /// state may have changed.
    pub(crate) fn replicate(&self, asked: &Replication) {
        let mut stages = self.lock();
        let (is_wanted, has_destination) = self.recorder.expects(asked);
        let id = asked.participant.clone();
        let there = stages.get(&asked.destination).and_then(|stage| stage.people.get(&id));
        if !is_wanted || there.is_some_and(|one| one.source.as_ref() == Some(&asked.source)) {
            // The replication was stopped, or the replica has already joined.
            return;
        }
        let source = stages.get(&asked.source).and_then(|stage| Some((stage, stage.people.get(&id)?)));
        let publishing = source.filter(|(_, one)| one.publication.is_some() && one.source.is_none());
        let Some((source, publishing)) = publishing.filter(|_| has_destination && there.is_none()) else {
            // The source has stopped publishing, the destination was deleted, or the participant is there themselves.
            return self.recorder.replicate(asked, "STOPPED");
        };
        let mut wanted = Replication { source_session: source.session.id.clone(), ..asked.clone() };
        let mut record = publishing.record.clone();
        let name = |name: &str| name.to_owned();
        record.extend([
            (name("attributes"), wanted.attributes.clone().into()),
            (name("firstJoinTime"), iso8601(self.now().as_secs() * 1000).into()),
            (name("replicationType"), "REPLICA".into()),
            (name("replicationState"), "ACTIVE".into()),
            (name("sourceStageArn"), wanted.source.as_str().into()),
            (name("sourceSessionId"), wanted.source_session.as_str().into()),
        ]);
        let replica = Presence::replica(record, publishing, wanted.source.clone());
        let stage = self.stage_in(&mut stages, &wanted.destination, Some(&wanted.session));
        wanted.session.clone_from(&stage.session.id);
        for event in ["JOINED", "PUBLISH_STARTED"] {
            let event = Some((event, Map::new()));
            self.recorder.put(&stage.arn, &mut stage.session, &replica.record, event);
        }
        stage.people.insert(id.clone(), replica);
        stage.tell();
        self.recorder.come(asked, &wanted);
        if let Some(stage) = stages.get_mut(&wanted.source) {
            let (source, event) = (wanted.source.clone(), of(&wanted));
            stage.replicas.entry(id.clone()).or_default().push(Replica { wanted, paused: None });
            self.note_source(&mut stages, &source, &id, ("REPLICATION_STARTED", event));
        }
    }

    /// Ends a replica because an operation asks for it.
    pub(crate) fn end_replication(&self, wanted: &Replication) {
        let Replication { source, participant, destination, .. } = wanted;
        let mut stages = self.lock();
        let ended =
            self.end_replicas(&mut stages, source, participant, |one| one.wanted.destination == *destination);
        drop(stages);
        self.cut_off(ended);
    }

    /// Ends the replicas of a source that has paused for the whole reconnect window, unless it publishes again.
    pub(crate) fn end_pause(&self, source: &StageArn, id: &str, paused: u64) {
        let mut stages = self.lock();
        let ended = self.end_replicas(&mut stages, source, id, |one| one.paused == Some(paused));
        drop(stages);
        self.cut_off(ended);
    }

    /// Makes the replicas of a participant follow their source: they publish, pause or mute. Returns those that have
    /// ended.
    pub(super) fn follow(&self, stages: &mut Stages, source: &StageArn, id: &str) -> Ended {
        let Some(stage) = stages.get_mut(source) else { return Ended::new() };
        if !stage.replicas.contains_key(id) {
            return Ended::new();
        }
        let (publication, muted) = stage
            .people
            .get(id)
            .map_or((None, None), |one| (one.publication, Some((one.audio_muted, one.video_stopped))));
        stage.pauses += 1;
        let pauses = stage.pauses;
        let mut following = Vec::new();
        for replica in stage.replicas.get_mut(id).into_iter().flatten() {
            let is_new_pause = publication.is_none() && replica.paused.is_none();
            replica.paused = publication.is_none().then(|| replica.paused.unwrap_or(pauses));
            following
                .push((replica.wanted.destination.clone(), is_new_pause.then_some(replica.wanted.window_ms)));
        }
        for (destination, window) in following {
            if let Some(window) = window.filter(|window| *window > 0) {
                let (stage, participant) = (source.as_str().to_owned(), id.to_owned());
                let timer = Timer::Replication { stage, participant, paused: pauses };
                self.recorder.later(source, window, &timer);
            }
            let Some(stage) = stages.get_mut(&destination) else { continue };
            let Some(replica) = stage.people.get_mut(id) else { continue };
            if let Some((audio_muted, video_stopped)) = muted {
                (replica.audio_muted, replica.video_stopped) = (audio_muted, video_stopped);
            }
            let name = match (replica.publication.is_some(), publication.is_some()) {
                (false, true) => Some("PUBLISH_STARTED"),
                (true, false) => Some("PUBLISH_STOPPED"),
                _ => None,
            };
            replica.publication = publication;
            replica.record.insert("_publishing".into(), publication.is_some().into());
            if let Some(name) = name {
                let event = Some((name, Map::new()));
                self.recorder.put(&stage.arn, &mut stage.session, &replica.record, event);
            }
            stage.tell();
        }
        self.end_replicas(stages, source, id, |one| one.paused.is_some() && one.wanted.window_ms == 0)
    }

    /// Ends a participant for good: the replica that is in their place, and all replicas of theirs.
    pub(super) fn forsake(&self, stages: &mut Stages, arn: &StageArn, id: &str) -> Ended {
        let mut ended = self.displace(stages, arn, id);
        ended.extend(self.end_replicas(stages, arn, id, |_| true));
        ended
    }

    /// Ends all replicas to a stage and from it, because its session ends.
    pub(super) fn forsake_all(&self, stages: &mut Stages, arn: &StageArn) -> Ended {
        let Some(stage) = stages.get(arn) else { return Ended::new() };
        let ids: Vec<String> = stage.people.keys().chain(stage.replicas.keys()).cloned().collect();
        ids.iter().flat_map(|id| self.forsake(stages, arn, id)).collect()
    }

    /// Ends the replica that is on a stage in the place of a participant.
    pub(super) fn displace(&self, stages: &mut Stages, arn: &StageArn, id: &str) -> Ended {
        let replica = stages.get(arn).and_then(|stage| stage.people.get(id));
        let Some(source) = replica.and_then(|replica| replica.source.clone()) else { return Ended::new() };
        self.end_replicas(stages, &source, id, |one| one.wanted.destination == *arn)
    }

    /// The stage from which a participant is replicated, if they are a replica.
    pub(super) fn source_of(&self, arn: &StageArn, id: &str) -> Option<StageArn> {
        self.lock().get(arn)?.people.get(id)?.source.clone()
    }

    /// Ends the connections of these participants.
    pub(super) fn cut_off(&self, ended: Ended) {
        for (arn, id) in ended {
            self.cut(&arn, &id, Cut::All);
        }
    }

    /// Ends the replicas of a participant that `is_meant` selects.
    fn end_replicas(
        &self,
        stages: &mut Stages,
        source: &StageArn,
        id: &str,
        is_meant: impl Fn(&Replica) -> bool,
    ) -> Ended {
        let Some(stage) = stages.get_mut(source) else { return Ended::new() };
        let Some(replicas) = stage.replicas.get_mut(id) else { return Ended::new() };
        let all = std::mem::take(replicas);
        let (ending, staying): (Vec<_>, Vec<_>) = all.into_iter().partition(is_meant);
        if staying.is_empty() {
            stage.replicas.remove(id);
        } else {
            *replicas = staying;
        }
        let mut ended = Ended::new();
        for Replica { wanted, .. } in ending {
            if let Some(stage) = stages.get_mut(&wanted.destination)
                && let Some(replica) =
                    stage.people.get_mut(id).filter(|one| one.source.as_ref() == Some(source))
            {
                replica.record.insert("replicationState".into(), "STOPPED".into());
                self.exit(stage, id, false);
                ended.push((wanted.destination.clone(), id.to_owned()));
            }
            self.recorder.replicate(&wanted, "STOPPED");
            self.note_source(stages, source, id, ("REPLICATION_STOPPED", of(&wanted)));
        }
        ended
    }

    /// Writes the state of the replicas into the record of their source.
    fn note_source(&self, stages: &mut Stages, source: &StageArn, id: &str, event: (&'static str, Value)) {
        let Some(stage) = stages.get_mut(source) else { return };
        let now = if stage.replicas.contains_key(id) { "ACTIVE" } else { "STOPPED" };
        let present = stage.people.get_mut(id).map(|presence| &mut presence.record);
        let Some(record) = present.or_else(|| stage.left.get_mut(id)) else { return };
        record.insert("replicationType".into(), "SOURCE".into());
        record.insert("replicationState".into(), now.into());
        self.recorder.put(&stage.arn, &mut stage.session, record, Some((event.0, object(event.1))));
    }
}

/// The members with which the events of a source name a replica.
fn of(wanted: &Replication) -> Value {
    json!({
        "destinationStageArn": wanted.destination.as_str(),
        "destinationSessionId": wanted.session,
    })
}
