//! Who is on which stage. Participants join and leave only through this file.

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
    /// A reference to itself, for delayed work.
    this: Weak<Self>,
    connections: std::sync::OnceLock<Weak<dyn Connections>>,
    faults: Arc<Faults>,
}

/// The stages on which somebody is.
pub(crate) type Stages = HashMap<StageArn, LiveStage>;

/// The connections for media.
pub(crate) trait Connections: Send + Sync {
    /// Ends the connections whose token `is_meant` selects. Their participants may be on the stage, only subscribe,
    /// or not have connected yet.
    fn sweep(&self, is_meant: &dyn Fn(&VerifiedToken) -> bool);

    /// Moves the connections of a participant to the new token, after they have exchanged their token.
    fn renew(&self, new: &VerifiedToken);

    /// Ends the connections of a participant on a stage.
    fn cut(&self, stage: &StageArn, participant: &str, which: Cut);

    /// Ends the subscriptions on a stage that began by this time, in milliseconds since 1970. Returns the earliest
    /// beginning of those that continue.
    fn cease(&self, stage: &StageArn, by: i64) -> Option<i64>;
}

/// The connections of a participant that end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Cut {
    Publications,
    Subscriptions,
    /// All connections, and the subscriptions of others to the participant.
    All,
}

const HOUR_MS: i64 = 3_600_000;

/// The quotas and durations.
pub(super) struct Limits {
    /// The quota `publishersPerStage`: publishers on a stage.
    pub(super) publishers: usize,
    /// The quota `concurrentPublishers`: publishers on all stages of an account and region.
    pub(super) publishers_of_account: usize,
    /// The quota `concurrentSubscriptions`: subscriptions on all stages of an account and region.
    pub(super) subscriptions_of_account: usize,
    participants: usize,
    session_ms: i64,
    grace: Duration,
    /// Whether participants are disconnected when their token expires.
    ends_expired: bool,
    /// Whether the status of a refused upgrade shows the reason.
    tells_why: bool,
    /// How long somebody may publish or subscribe, in milliseconds.
    pub(super) duration_ms: i64,
    /// Whether publications that exceed a quota end, and publications and subscriptions that last too long.
    pub(super) stops_excess: bool,
    /// The limits for the media of a publication.
    pub(super) media: Bounds,
}

/// The effect of an operation or a timer on connected participants.
pub(crate) enum End {
    Participant(StageArn, String),
    Stage(StageArn),
    Key(PublicKeyArn),
    Expired(StageArn, String),
    /// Publications and subscriptions that have lasted for the longest duration end.
    Duration(StageArn),
    Session {
        stage: StageArn,
        session: String,
        emptied: u64,
    },
    /// A participant joins another stage as a replica. This is not an end.
    Replicate(Replication),
    Replication(Replication),
    /// The source of replicas has paused for the whole reconnect window.
    Pause {
        stage: StageArn,
        participant: String,
        paused: u64,
    },
}

/// A place on a stage, with the channels that tell its socket what to send.
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

    /// Sets the connections for media.
    pub(crate) fn set_connections(&self, connections: Weak<dyn Connections>) {
        // This is called once, at the start.
        let _ = self.connections.set(connections);
    }

    /// Refuses a request over an open socket if a fault says so. Over an open socket, faults can do nothing else.
    pub(crate) fn strike(&self, subject: &Subject<'_>) -> Result<(), Refusal> {
        match self.faults.strike(subject, self.keeper.clock.now()).act {
            Some(Act::Refuse(code, message)) => Err(Refusal::new(code, message)),
            _ => Ok(()),
        }
    }

    /// Refuses a token that somebody sends over an open socket, if a fault says so.
    pub(super) fn strike_token(&self, subject: &Subject<'_>, token: &str) -> Result<(), Refusal> {
        let strike = self.faults.strike(subject, self.keeper.clock.now());
        let Some(Act::Refuse(code, message)) = strike.act else { return Ok(()) };
        let refusal = Refusal::new(code, message);
        self.gate.note_struck(("participant", token), &refusal, &strike.told);
        Err(refusal)
    }

    /// Whether a fault makes the next datagram of media get lost.
    pub(crate) fn loses(&self) -> bool {
        let subject = Subject { area: Area::Media, operation: "media", ..Subject::default() };
        self.faults.strike(&subject, self.keeper.clock.now()).act == Some(Act::Lose)
    }

    /// A number that this server has not used before.
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

    /// Lets a participant with a socket join. If they are already there with another socket, that socket is closed.
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
            // This may be a publication that has lost its socket and waits for the next one.
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

    /// Notes that the socket with this number has closed. A publication may continue for a while, in case another
    /// socket joins.
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

    /// Notes whether a client has muted its audio or stopped its video.
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

    /// Exchanges the token of a participant for a new one.
    pub(crate) fn exchange(&self, old: &VerifiedToken, new: &str) -> Result<VerifiedToken, Refusal> {
        let verified = self.gate.participant(new)?;
        self.take_over(old, verified).inspect_err(|refusal| self.gate.note("participant", new, refusal))
    }

    /// Takes over a valid token, if it may replace the old one.
    fn take_over(&self, old: &VerifiedToken, new: VerifiedToken) -> Result<VerifiedToken, Refusal> {
        if Gate::is_own(old.key_id()) || Gate::is_own(new.key_id()) {
            let message = "tokens of CreateParticipantToken cannot be exchanged: mint both with a key pair";
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

    /// Ends what the last accepted token no longer allows. This includes connections that are offered but not
    /// connected yet.
    fn withdraw(&self, who: &VerifiedToken) {
        let (arn, id) = (who.stage_arn(), who.participant_id().as_str());
        if !who.capabilities().contains(Capability::Publish) {
            // This fails for a participant with a client, whose connection is cut.
            let _ = self.publish_without_client(arn, id, false);
            self.cut(arn, id, Cut::Publications);
        }
        if !who.capabilities().contains(Capability::Subscribe) {
            self.cut(arn, id, Cut::Subscriptions);
        }
    }

    /// The present capabilities of a participant: those of the last token that they exchanged, or of the one that
    /// they send.
    pub(crate) fn capabilities(&self, who: &ParticipantClaims) -> Capabilities {
        let stages = self.lock();
        seated(&stages, who).map_or(who.capabilities(), |presence| presence.capabilities)
    }

    /// Notes that the media of a publication is connected. A participant without a socket joins the stage with it.
    /// Returns false if the publication is not possible any more: since the offer, others have taken the last places,
    /// the participant has lost the capability or was disconnected, or the stage was deleted.
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
        // The token of the socket counts, which may have been exchanged since, and not the token of the offer.
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

    /// Notes that a publication has ended. A participant without a socket leaves with it.
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

    /// Writes an event of a participant on a stage.
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

    /// The media that each participant on a stage sends, by participant ID.
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

    /// Ends the sessions and participants of a state that was just restored, because nobody is connected to them.
    pub(crate) fn settle(&self) -> Result<(), StoreError> {
        self.recorder.close_all()
    }

    /// Applies the effects of operations and timers to connected participants.
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

    /// Disconnects a participant whose token has expired.
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

    /// Disconnects everybody from a stage that was deleted.
    fn close(&self, arn: &StageArn) {
        self.send_all_away(arn);
        self.sweep(&|who| who.stage_arn() == arn);
    }

    /// Disconnects those who are on a stage that was deleted.
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
        // The order must be the same in each run.
        let mut found: Vec<_> = found.collect();
        found.sort_by(|(one, id), (other, its)| (one.as_str(), id).cmp(&(other.as_str(), its)));
        found
    }

    /// The stage. If it has no session, one begins.
    pub(super) fn stage<'s>(&self, stages: &'s mut Stages, arn: &StageArn) -> &'s mut LiveStage {
        self.stage_in(stages, arn, None)
    }

    /// Like [`Self::stage`]. If a session begins, it gets this ID.
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

    /// Sets one timer for the expiry of a token, however often somebody joins with it. A socket also checks the time
    /// itself.
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

    /// Ends the session of a stage, if the stage has been empty since the timer was set.
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

    /// Runs `what` after a while.
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

    /// Ends the subscriptions on a stage that began by this time. Returns the earliest beginning of the others.
    pub(super) fn cease(&self, arn: &StageArn, by: i64) -> Option<i64> {
        self.connections().and_then(|connections| connections.cease(arn, by))
    }

    pub(super) fn cut(&self, arn: &StageArn, id: &str, which: Cut) {
        if let Some(connections) = self.connections() {
            connections.cut(arn, id, which);
        }
    }

    /// Ends the connections for media whose token `is_meant` selects.
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

/// The effects of an operation on connected participants.
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

/// The subject for fault rules, for somebody whose token is verified.
pub(super) fn wanting<'a>(operation: &'a str, arn: &'a StageArn, participant: &'a str) -> Subject<'a> {
    let (account, region) = (arn.account_id(), arn.region());
    Subject { area: Area::Door, operation, account, region, participant, ..Subject::default() }
}

/// The presence of a participant with a socket. It holds the capabilities of the socket's token, or of the last token
/// for which it was exchanged.
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
