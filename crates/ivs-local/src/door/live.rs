//! Who is on which stage: the one place where people come and go.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::Duration;

use ivs_token::{
    Capabilities, Capability, ParticipantClaims, PublicKeyArn, Revocation, StageArn, Timestamp,
    VerifiedToken, check_exchange,
};
use serde_json::{Map, Value, json};
use tokio::sync::watch;

use super::gate::{Gate, Refusal};
use super::keys::Door;
use super::record::{Recorder, describe, exchanged, participant};
use super::stage::{Ending, LiveStage, Presence, Snapshot, Socket};
use super::visitor::Visitor;
use crate::faults::{Act, Area, Faults, Subject};
use crate::keeper::Keeper;
use crate::media::Bounds;
use crate::replication::Replication;
use crate::store::StoreError;
use crate::timer::Timer;
use crate::view::Effect;

/// The stages of a server on which somebody is.
pub(crate) struct Live {
    pub(crate) gate: Gate,
    keeper: Arc<Keeper>,
    pub(crate) recorder: Recorder,
    stages: Mutex<Stages>,
    pub(super) limits: Limits,
    numbers: std::sync::atomic::AtomicU64,
    /// Itself, for what happens later.
    this: Weak<Self>,
    connections: std::sync::OnceLock<Weak<dyn Connections>>,
    faults: Arc<Faults>,
}

/// The stages on which somebody is.
pub(crate) type Stages = HashMap<StageArn, LiveStage>;

/// The connections for media.
pub(crate) trait Connections: Send + Sync {
    /// Ends those that somebody came to with a token that is meant: whether they are on the stage, only subscribe, or have not connected
    /// yet.
    fn sweep(&self, is_meant: &dyn Fn(&VerifiedToken) -> bool);

    /// Somebody has exchanged their token: their connections are those of the new one from now on.
    fn renew(&self, new: &VerifiedToken);

    /// Ends those of a participant on a stage.
    fn cut(&self, stage: &StageArn, participant: &str, which: Cut);

    /// Ends the subscriptions on a stage that began by this time, in milliseconds since 1970. Answers when the first of those began that
    /// go on.
    fn cease(&self, stage: &StageArn, by: i64) -> Option<i64>;
}

/// Which connections of a participant end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Cut {
    Publications,
    Subscriptions,
    /// Those of others to the participant, too.
    All,
}

const HOUR_MS: i64 = 3_600_000;

/// How many, and how long.
pub(super) struct Limits {
    /// Publishers on a stage: the quota `publishersPerStage`.
    pub(super) publishers: usize,
    /// Publishers on all stages of an account and region: the quota `concurrentPublishers`.
    pub(super) publishers_of_account: usize,
    /// Subscriptions on all stages of an account and region: the quota `concurrentSubscriptions`.
    pub(super) subscriptions_of_account: usize,
    participants: usize,
    session_ms: i64,
    grace: Duration,
    /// Whether somebody is sent away when their token expires.
    ends_expired: bool,
    /// Whether the status of a refused upgrade says why.
    tells_why: bool,
    /// How long somebody may publish or subscribe, in milliseconds.
    pub(super) duration_ms: i64,
    /// Whether a publication ends that is more than may be, or a subscription that lasts longer.
    pub(super) stops_excess: bool,
    /// What a publication may send at most.
    pub(super) media: Bounds,
}

/// What an operation means to those who are connected.
pub(crate) enum End {
    Participant(StageArn, String),
    Stage(StageArn),
    Key(PublicKeyArn),
    Expired(StageArn, String),
    /// Whoever has published or subscribed for as long as anybody may ceases to.
    Duration(StageArn),
    Session {
        stage: StageArn,
        session: String,
        emptied: u64,
    },
    /// Not an end: a participant comes as a replica to another stage.
    Replicate(Replication),
    Replication(Replication),
    /// The source of replicas has paused for as long as it may.
    Pause {
        stage: StageArn,
        participant: String,
        paused: u64,
    },
}

/// Where somebody sits: what their socket is told.
pub(crate) struct Place {
    pub(crate) number: u64,
    pub(crate) state: watch::Receiver<Arc<Snapshot>>,
    pub(crate) end: watch::Receiver<Option<Ending>>,
}

impl Live {
    pub(crate) fn new(
        keeper: &Arc<Keeper>,
        door: &Door,
        faults: Arc<Faults>,
    ) -> Result<Arc<Self>, StoreError> {
        let settings = &keeper.environment.settings;
        let assumptions = &settings.assumptions;
        let quota = |name, documented| settings.quotas.get(name).copied().unwrap_or(documented);
        let recorder = Recorder::new(Arc::clone(keeper));
        recorder.close_all()?;
        Ok(Arc::new_cyclic(|this| Self {
            gate: Gate::new(door, Arc::clone(keeper)),
            keeper: Arc::clone(keeper),
            recorder,
            stages: Mutex::default(),
            limits: Limits {
                publishers: quota("publishersPerStage", 12),
                publishers_of_account: quota("concurrentPublishers", 1000),
                subscriptions_of_account: quota("concurrentSubscriptions", 20_000),
                participants: quota("subscribersPerStage", 10_000),
                session_ms: assumptions.milliseconds("stage-session"),
                grace: Duration::from_millis(assumptions.number("socket-grace")),
                ends_expired: assumptions.is("expiry", "disconnect"),
                tells_why: assumptions.is("refused-upgrade", "by-reason"),
                duration_ms: i64::try_from(quota("publishOrSubscribeHours", 24))
                    .unwrap_or(i64::MAX)
                    .saturating_mul(HOUR_MS)
                    .max(1),
                stops_excess: assumptions.is("media-quota", "stop"),
                media: Bounds {
                    bitrate: whole(quota("publishBitrate", 8_500_000)),
                    window: Duration::from_millis(assumptions.number("bitrate-time")),
                    pixels: whole(quota("publishPixels", 1280 * 720)),
                    edge: whole(quota("publishEdge", 1280)),
                },
            },
            numbers: std::sync::atomic::AtomicU64::new(1),
            this: Weak::clone(this),
            connections: std::sync::OnceLock::new(),
            faults,
        }))
    }

    /// The status of an upgrade that is refused.
    pub(super) fn status_of(&self, refusal: &Refusal) -> u16 {
        if self.limits.tells_why { refusal.status() } else { 403 }
    }

    /// Says which the connections for media are.
    pub(crate) fn set_connections(&self, connections: Weak<dyn Connections>) {
        // Said once, at the start.
        let _ = self.connections.set(connections);
    }

    /// Refuses what somebody wants over a socket that is open, if a fault asks for it. There it can do nothing else.
    pub(crate) fn strike(&self, subject: &Subject<'_>) -> Result<(), Refusal> {
        match self.faults.strike(subject, self.keeper.clock.now()).act {
            Some(Act::Refuse(code, message)) => Err(Refusal::new(code, message)),
            _ => Ok(()),
        }
    }

    /// Refuses somebody who shows a token over a socket that is open, if a fault asks for it.
    pub(super) fn strike_token(&self, subject: &Subject<'_>, token: &str) -> Result<(), Refusal> {
        let strike = self.faults.strike(subject, self.keeper.clock.now());
        let Some(Act::Refuse(code, message)) = strike.act else { return Ok(()) };
        let refusal = Refusal::new(code, message);
        self.gate.note_struck(("participant", token), &refusal, &strike.told);
        Err(refusal)
    }

    /// Whether the next datagram of media is lost, because a fault asks for it.
    pub(crate) fn loses(&self) -> bool {
        let subject = Subject { area: Area::Media, operation: "media", ..Subject::default() };
        self.faults.strike(&subject, self.keeper.clock.now()).act == Some(Act::Lose)
    }

    /// A number that nothing else of this server has.
    pub(crate) fn number(&self) -> u64 {
        self.numbers.fetch_add(1, std::sync::atomic::Ordering::Relaxed)
    }

    /// The time now.
    pub(crate) fn now(&self) -> Timestamp {
        self.keeper.clock.timestamp()
    }

    /// The time now, in milliseconds since 1970.
    pub(super) fn milliseconds(&self) -> i64 {
        self.keeper.clock.now()
    }

    /// Lets somebody in who has a socket. One who is there with another socket loses that one.
    pub(crate) fn join(&self, who: &VerifiedToken, visitor: &Visitor) -> Result<Place, Refusal> {
        let number = self.number();
        let (end, ended) = watch::channel(None);
        let id = who.participant_id().as_str();
        let mut stages = self.lock();
        let displaced = self.displace(&mut stages, who.stage_arn(), id);
        let stage = self.stage(&mut stages, who.stage_arn());
        let is_new = !stage.people.contains_key(id);
        if is_new && stage.people.len() >= self.limits.participants {
            let code = json!({ "errorCode": "QUOTA_EXCEEDED" });
            self.recorder.event(&stage.arn, &mut stage.session, id, "JOIN_ERROR", object(code));
            return Err(Refusal::new("QUOTA_EXCEEDED", "the stage is full"));
        }
        self.enter(stage, who, visitor);
        if !is_new && let Some(connections) = self.connections() {
            // Such as a publication that waits for a socket to come again.
            connections.renew(who);
        }
        let mut is_replaced = false;
        if let Some(presence) = stage.people.get_mut(id) {
            if let Some(old) = presence.socket.replace(Socket { number, end }) {
                old.end.send_replace(Some(Ending::REUSED));
                is_replaced = true;
            }
            presence.audio_muted = false;
            presence.video_stopped = false;
        }
        stage.tell();
        let told = stage.subscribe();
        drop(stages);
        self.cut_off(displaced);
        if is_replaced {
            self.cut(who.stage_arn(), id, Cut::All);
        } else if !is_new {
            self.withdraw(who);
        }
        Ok(Place { number, state: told, end: ended })
    }

    /// The socket of this number closed. A publication has some time to end, or to be joined by another socket.
    pub(crate) fn leave(&self, arn: &StageArn, id: &str, number: u64) {
        let mut stages = self.lock();
        let Some(stage) = stages.get_mut(arn) else { return };
        let Some(presence) = stage.people.get_mut(id) else { return };
        if presence.socket.as_ref().is_none_or(|socket| socket.number != number) {
            return;
        }
        presence.socket = None;
        if presence.publication.is_none() {
            self.exit(stage, id, false);
            drop(stages);
            self.cut(arn, id, Cut::All);
            return;
        }
        drop(stages);
        self.later(self.limits.grace, {
            let (arn, id) = (arn.clone(), id.to_owned());
            move |live| {
                let is_gone = {
                    let stages = live.lock();
                    let presence = stages.get(&arn).and_then(|stage| stage.people.get(&id));
                    presence.is_none_or(|one| one.socket.is_none())
                };
                if is_gone {
                    live.cut(&arn, &id, Cut::All);
                }
            }
        });
    }

    /// Takes over what a client says of its own media.
    pub(crate) fn mute(
        &self,
        arn: &StageArn,
        id: &str,
        audio_muted: Option<bool>,
        video_stopped: Option<bool>,
    ) {
        let mut stages = self.lock();
        let Some(stage) = stages.get_mut(arn) else { return };
        let Some(presence) = stage.people.get_mut(id) else { return };
        let before = (presence.audio_muted, presence.video_stopped);
        let now = (audio_muted.unwrap_or(before.0), video_stopped.unwrap_or(before.1));
        if now == before {
            return;
        }
        (presence.audio_muted, presence.video_stopped) = now;
        stage.tell();
        self.follow(&mut stages, arn, id);
    }

    /// Takes a token in exchange for the one that somebody came with.
    pub(crate) fn exchange(&self, old: &VerifiedToken, new: &str) -> Result<VerifiedToken, Refusal> {
        let verified = self.gate.participant(new)?;
        self.take_over(old, verified).inspect_err(|refusal| self.gate.note("participant", new, refusal))
    }

    /// Takes a good token over, if it may stand in the place of the old one.
    fn take_over(&self, old: &VerifiedToken, new: VerifiedToken) -> Result<VerifiedToken, Refusal> {
        if Gate::is_own(old.key_id()) || Gate::is_own(new.key_id()) {
            let message = "tokens of CreateParticipantToken can not be exchanged: mint both with a key pair";
            return Err(Refusal::new("TOKEN_INVALID", message));
        }
        check_exchange(old, &new).map_err(|error| Refusal::new("TOKEN_INVALID", error.to_string()))?;
        let (arn, id) = (new.stage_arn(), new.participant_id().as_str());
        self.strike(&wanting("exchange", arn, id))?;
        let mut stages = self.lock();
        let stage = stages.get_mut(arn).ok_or_else(not_here)?;
        let presence = stage.people.get_mut(id).ok_or_else(not_here)?;
        presence.describe(&new);
        self.expect_expiry(&new);
        describe(&mut presence.record, &new);
        let event = json!({ "previousToken": exchanged(old), "newToken": exchanged(&new) });
        let event = Some(("TOKEN_EXCHANGED", object(event)));
        self.recorder.put(&stage.arn, &mut stage.session, &presence.record, event);
        stage.tell();
        if let Some(connections) = self.connections() {
            connections.renew(&new);
        }
        drop(stages);
        self.withdraw(&new);
        Ok(new)
    }

    /// Ends what somebody may do no longer with the token that was accepted last: also what is offered, and not connected yet.
    fn withdraw(&self, who: &VerifiedToken) {
        let (arn, id) = (who.stage_arn(), who.participant_id().as_str());
        if !who.capabilities().contains(Capability::Publish) {
            // Where there is a client, its connection is what publishes.
            let _ = self.publish_without_client(arn, id, false);
            self.cut(arn, id, Cut::Publications);
        }
        if !who.capabilities().contains(Capability::Subscribe) {
            self.cut(arn, id, Cut::Subscriptions);
        }
    }

    /// What a participant may do now: what the last token says that they exchanged, or the one that they show.
    pub(crate) fn capabilities(&self, who: &ParticipantClaims) -> Capabilities {
        let stages = self.lock();
        seated(&stages, who).map_or(who.capabilities(), |presence| presence.capabilities)
    }

    /// Media of a publication is connected. Who has no socket is on the stage from now on. False where that can not be any more: since
    /// the offer, others have taken the last places, the participant may publish no longer, or they or the stage have gone for good.
    pub(crate) fn publish(&self, who: &VerifiedToken, number: u64, visitor: &Visitor) -> bool {
        let id = who.participant_id().as_str();
        let mut stages = self.lock();
        let of_socket = seated(&stages, who).map(|presence| presence.capabilities);
        let may_publish = of_socket.unwrap_or(who.capabilities()).contains(Capability::Publish);
        if !may_publish || !self.gate.still_admits(who) {
            return false;
        }
        if let Err(refusal) = self.room_on(&stages, who.stage_arn(), id) {
            drop(stages);
            self.note(who.stage_arn(), id, "PUBLISH_ERROR", json!({ "errorCode": refusal.code }));
            return false;
        }
        let displaced = self.displace(&mut stages, who.stage_arn(), id);
        let stage = self.stage(&mut stages, who.stage_arn());
        // The token of a socket counts, which may have been exchanged: not an older one that the offer came with.
        if of_socket.is_none() {
            self.enter(stage, who, visitor);
        }
        let Some(presence) = stage.people.get_mut(id) else { return false };
        let now = self.milliseconds();
        (presence.publication, presence.published_at) = (Some(number), now);
        presence.record.insert("published".into(), true.into());
        presence.record.insert("protocol".into(), "WHIP".into());
        visitor.note(&mut presence.record);
        presence.record.insert("_publishing".into(), true.into());
        let event = Some(("PUBLISH_STARTED", Map::new()));
        self.recorder.put(&stage.arn, &mut stage.session, &presence.record, event);
        self.expect_duration(stage, now);
        stage.tell();
        self.follow(&mut stages, who.stage_arn(), id);
        drop(stages);
        self.cut_off(displaced);
        true
    }

    /// A publication ended. Who has no socket leaves with it.
    pub(crate) fn unpublish(&self, arn: &StageArn, id: &str, number: u64) {
        let mut stages = self.lock();
        let Some(stage) = stages.get_mut(arn) else { return };
        let Some(presence) = stage.people.get_mut(id) else { return };
        if presence.publication != Some(number) {
            return;
        }
        presence.publication = None;
        presence.record.insert("_publishing".into(), false.into());
        let event = Some(("PUBLISH_STOPPED", Map::new()));
        self.recorder.put(&stage.arn, &mut stage.session, &presence.record, event);
        if presence.socket.is_none() {
            self.exit(stage, id, false);
        } else {
            stage.tell();
        }
        let ended = self.follow(&mut stages, arn, id);
        drop(stages);
        self.cut_off(ended);
    }

    /// Writes an event of somebody who is on a stage.
    pub(crate) fn note(&self, arn: &StageArn, id: &str, name: &'static str, mut more: Value) {
        let mut stages = self.lock();
        if let Some(stage) = stages.get_mut(arn) {
            let remote = more["remoteParticipantId"].as_str().and_then(|remote| stage.people.get(remote));
            if remote.is_some_and(|remote| remote.source.is_some()) {
                more["replica"] = true.into();
            }
            self.recorder.event(&stage.arn, &mut stage.session, id, name, object(more));
        }
    }

    /// What media those send who are on a stage, by their IDs.
    pub(crate) fn media(&self, arn: &StageArn) -> BTreeMap<String, Vec<&'static str>> {
        let stages = self.lock();
        let people = stages.get(arn).into_iter().flat_map(|stage| &stage.people);
        let sent = people.map(|(id, one)| {
            let is_publishing = one.publication.is_some();
            let media = [("audio", !one.audio_muted), ("video", !one.video_stopped)];
            let sent = media.into_iter().filter(|(_, is_sent)| is_publishing && *is_sent);
            (id.clone(), sent.map(|(name, _)| name).collect())
        });
        sent.collect()
    }

    /// Ends in the state what nobody here is part of: sessions and participants of a state that was just taken over.
    pub(crate) fn settle(&self) -> Result<(), StoreError> {
        self.recorder.close_all()
    }

    /// Sends those away whom operations have ended.
    pub(crate) fn end(&self, ends: Vec<End>) {
        for end in ends {
            match end {
                End::Participant(arn, id) => self.throw_out(&arn, &id, Ending::DISCONNECTED),
                End::Stage(arn) => self.close(&arn),
                End::Expired(arn, id) => self.expire(&arn, &id),
                End::Duration(arn) => self.end_durations(&arn),
                End::Session { stage, session, emptied } => self.end_session(&stage, &session, emptied),
                End::Replicate(replication) => self.replicate(&replication),
                End::Replication(replication) => self.end_replication(&replication),
                End::Pause { stage, participant, paused } => self.end_pause(&stage, &participant, paused),
                End::Key(key) => {
                    // A replica goes with its source, which may have exchanged its token since.
                    let is_meant = |one: &Presence| one.key.as_ref() == Some(&key) && one.source.is_none();
                    for (arn, id) in self.find(is_meant) {
                        self.throw_out(&arn, &id, Ending::KEY_DELETED);
                    }
                    self.sweep(&|who| *who.key_id() == key);
                }
            }
        }
    }

    /// Sends somebody away whose token has expired.
    pub(crate) fn expire(&self, arn: &StageArn, id: &str) {
        let now = self.now();
        let is_over = {
            let stages = self.lock();
            let presence = stages.get(arn).and_then(|stage| stage.people.get(id));
            presence.is_some_and(|presence| presence.expires_at <= now)
        };
        if is_over && self.limits.ends_expired {
            self.throw_out(arn, id, Ending::EXPIRED);
        }
        if self.limits.ends_expired {
            self.sweep(&|who| {
                who.expires_at() <= now && who.stage_arn() == arn && who.participant_id().as_str() == id
            });
        }
    }

    fn throw_out(&self, arn: &StageArn, id: &str, ending: Ending) {
        let ended = {
            let mut stages = self.lock();
            let replicas = self.forsake(&mut stages, arn, id);
            if let Some(stage) = stages.get_mut(arn)
                && let Some(presence) = stage.people.get_mut(id)
            {
                if let Some(socket) = presence.socket.take() {
                    socket.end.send_replace(Some(ending));
                }
                self.exit(stage, id, true);
            }
            replicas
        };
        self.cut_off(ended);
        self.cut(arn, id, Cut::All);
    }

    /// A stage was deleted.
    fn close(&self, arn: &StageArn) {
        self.send_all_away(arn);
        self.sweep(&|who| who.stage_arn() == arn);
    }

    /// Sends those away who are on a stage that was deleted.
    fn send_all_away(&self, arn: &StageArn) {
        let mut stages = self.lock();
        let replicas = self.forsake_all(&mut stages, arn);
        let Some(mut stage) = stages.remove(arn) else { return };
        drop(stages);
        self.cut_off(replicas);
        let ids: Vec<String> = stage.people.keys().cloned().collect();
        for id in &ids {
            if let Some(socket) = stage.people.get_mut(id).and_then(|presence| presence.socket.take()) {
                socket.end.send_replace(Some(Ending::STAGE_DELETED));
            }
            self.exit(&mut stage, id, true);
        }
        self.recorder.end(&stage.arn, &stage.session);
        for id in &ids {
            self.cut(arn, id, Cut::All);
        }
    }

    fn find(&self, is_meant: impl Fn(&Presence) -> bool) -> Vec<(StageArn, String)> {
        let stages = self.lock();
        let found = stages.iter().flat_map(|(arn, stage)| {
            let people = stage.people.iter().filter(|(_, presence)| is_meant(presence));
            people.map(|(id, _)| (arn.clone(), id.clone()))
        });
        // In an order that is the same in each run.
        let mut found: Vec<_> = found.collect();
        found.sort_by(|(one, id), (other, its)| (one.as_str(), id).cmp(&(other.as_str(), its)));
        found
    }

    /// The stage, with a session that begins if it has none.
    pub(super) fn stage<'s>(&self, stages: &'s mut Stages, arn: &StageArn) -> &'s mut LiveStage {
        self.stage_in(stages, arn, None)
    }

    /// As [`Self::stage`]. A session that begins has this ID.
    pub(super) fn stage_in<'s>(
        &self,
        stages: &'s mut Stages,
        arn: &StageArn,
        session: Option<&str>,
    ) -> &'s mut LiveStage {
        let begin = || LiveStage::new(arn.clone(), self.recorder.begin(arn, session));
        stages.entry(arn.clone()).or_insert_with(begin)
    }

    fn enter(&self, stage: &mut LiveStage, who: &VerifiedToken, visitor: &Visitor) {
        let id = who.participant_id().as_str();
        if let Some(presence) = stage.people.get_mut(id) {
            presence.describe(who);
            self.expect_expiry(who);
            let before = presence.record.clone();
            describe(&mut presence.record, who);
            if presence.record != before {
                self.recorder.put(&stage.arn, &mut stage.session, &presence.record, None);
            }
            return;
        }
        let mut record = stage.returning(id).unwrap_or_else(|| participant(who, self.keeper.clock.now()));
        record.insert("state".into(), "CONNECTED".into());
        describe(&mut record, who);
        visitor.note(&mut record);
        self.recorder.put(&stage.arn, &mut stage.session, &record, Some(("JOINED", Map::new())));
        stage.people.insert(id.to_owned(), Presence::new(record, who));
        self.expect_expiry(who);
    }

    /// Sets a timer for the end of a token; one, however often somebody comes with it. A socket looks at the time itself, too.
    pub(super) fn expect_expiry(&self, who: &VerifiedToken) {
        let (arn, id) = (who.stage_arn(), who.participant_id().as_str());
        let timer = Timer::Expiry { stage: arn.as_str().to_owned(), participant: id.to_owned() };
        self.recorder.once(arn, who.expires_at().as_secs() * 1000, id, &timer);
    }

    pub(crate) fn exit(&self, stage: &mut LiveStage, id: &str, is_thrown_out: bool) {
        let Some(mut presence) = stage.people.remove(id) else { return };
        presence.record.insert("_publishing".into(), false.into());
        if presence.publication.take().is_some() {
            let event = Some(("PUBLISH_STOPPED", Map::new()));
            self.recorder.put(&stage.arn, &mut stage.session, &presence.record, event);
        }
        presence.record.insert("state".into(), "DISCONNECTED".into());
        self.recorder.put(&stage.arn, &mut stage.session, &presence.record, Some(("LEFT", Map::new())));
        stage.left.insert(id.to_owned(), presence.record);
        if is_thrown_out {
            stage.throw_out(id);
        }
        stage.tell();
        if stage.people.is_empty() {
            stage.emptied += 1;
            let (arn, session) = (stage.arn.as_str().to_owned(), stage.session.id.clone());
            let timer = Timer::StageSession { stage: arn, session, emptied: stage.emptied };
            self.recorder.later(&stage.arn, self.limits.session_ms, &timer);
        }
    }

    /// Ends the session of a stage that is still empty.
    fn end_session(&self, arn: &StageArn, session: &str, emptied: u64) {
        let mut stages = self.lock();
        let is_meant = |stage: &LiveStage| stage.session.id == session && stage.emptied == emptied;
        if stages.get(arn).is_some_and(|stage| stage.people.is_empty() && is_meant(stage)) {
            let ended = self.forsake_all(&mut stages, arn);
            if let Some(stage) = stages.remove(arn) {
                self.recorder.end(&stage.arn, &stage.session);
            }
            drop(stages);
            self.cut_off(ended);
        }
    }

    /// Does something after a while.
    fn later(&self, after: Duration, what: impl FnOnce(&Self) + Send + 'static) {
        let this = Weak::clone(&self.this);
        let Ok(runtime) = tokio::runtime::Handle::try_current() else { return };
        runtime.spawn(async move {
            tokio::time::sleep(after).await;
            if let Some(live) = this.upgrade() {
                what(&live);
            }
        });
    }

    /// Ends the subscriptions on a stage that began by this time. Answers when the first of the others began.
    pub(super) fn cease(&self, arn: &StageArn, by: i64) -> Option<i64> {
        self.connections().and_then(|connections| connections.cease(arn, by))
    }

    pub(super) fn cut(&self, arn: &StageArn, id: &str, which: Cut) {
        if let Some(connections) = self.connections() {
            connections.cut(arn, id, which);
        }
    }

    /// Ends the connections for media that somebody came to with a token that is meant.
    fn sweep(&self, is_meant: &dyn Fn(&VerifiedToken) -> bool) {
        if let Some(connections) = self.connections() {
            connections.sweep(is_meant);
        }
    }

    fn connections(&self) -> Option<Arc<dyn Connections>> {
        self.connections.get().and_then(Weak::upgrade)
    }

    pub(crate) fn lock(&self) -> MutexGuard<'_, Stages> {
        self.stages.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What the effects of an operation mean to those who are connected.
pub(crate) fn endings(effects: &[Effect]) -> Vec<End> {
    let end = |effect: &Effect| match effect {
        Effect::Revoke(Revocation::Participant { stage, participant_id, .. }) => {
            Some(End::Participant(stage.clone(), participant_id.as_str().to_owned()))
        }
        Effect::Revoke(Revocation::Stage { stage }) => Some(End::Stage(stage.clone())),
        Effect::DeleteKey(key) => Some(End::Key(key.clone())),
        Effect::Due(Timer::Expiry { stage, participant }) => {
            Some(End::Expired(stage.as_str().try_into().ok()?, participant.clone()))
        }
        Effect::Due(Timer::Duration { stage }) => Some(End::Duration(stage.as_str().try_into().ok()?)),
        Effect::Due(Timer::StageSession { stage, session, emptied }) => Some(End::Session {
            stage: stage.as_str().try_into().ok()?,
            session: session.clone(),
            emptied: *emptied,
        }),
        Effect::Due(Timer::Replication { stage, participant, paused }) => Some(End::Pause {
            stage: stage.as_str().try_into().ok()?,
            participant: participant.clone(),
            paused: *paused,
        }),
        Effect::Leave(stage, participant) => Some(End::Participant(stage.clone(), participant.clone())),
        Effect::Replicate(replication) => Some(End::Replicate(replication.clone())),
        Effect::EndReplication(replication) => Some(End::Replication(replication.clone())),
        _ => None,
    };
    effects.iter().filter_map(end).collect()
}

/// What faults are asked about somebody whose token is verified.
pub(super) fn wanting<'a>(operation: &'a str, arn: &'a StageArn, participant: &'a str) -> Subject<'a> {
    let (account, region) = (arn.account_id(), arn.region());
    Subject { area: Area::Door, operation, account, region, participant, ..Subject::default() }
}

/// Somebody who has a socket. What they may do is what the token of the socket says, or the last that they exchanged it for.
fn seated<'s>(stages: &'s Stages, who: &ParticipantClaims) -> Option<&'s Presence> {
    let presence = stages.get(who.stage_arn())?.people.get(who.participant_id().as_str());
    presence.filter(|presence| presence.socket.is_some())
}

fn whole(number: usize) -> u64 {
    u64::try_from(number).unwrap_or(u64::MAX)
}

pub(super) fn object(value: Value) -> Map<String, Value> {
    match value {
        Value::Object(members) => members,
        _ => Map::new(),
    }
}

pub(crate) fn not_here() -> Refusal {
    Refusal::new("PARTICIPANT_DISCONNECTED", "the participant is not on the stage")
}
