//! A live stage: a stage with a session.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

use ivs_token::{Capabilities, Capability, PublicKeyArn, StageArn, Timestamp, VerifiedToken};
use serde_json::{Value, json};
use tokio::sync::watch;

use super::record::{Session, attributes};
use crate::kinds::{Record, text};
use crate::life::place::is_replica;
use crate::replication::Replication;

/// How many disconnected participants a snapshot names.
const DISCONNECTED: usize = 100;

/// The members that only the record of a replica has, or that it has from its source.
const OF_REPLICAS: [&str; 5] =
    ["replicationState", "sourceStageArn", "sourceSessionId", "ingestConfigurationArn", "redundantIngest"];

/// Why a participant is disconnected: the code and the text of the message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Ending {
    pub(crate) code: &'static str,
    pub(crate) reason: &'static str,
}

impl Ending {
    pub(crate) const DISCONNECTED: Self =
        Self { code: "PARTICIPANT_DISCONNECTED", reason: "the participant was disconnected" };
    pub(crate) const KEY_DELETED: Self =
        Self { code: "PARTICIPANT_DISCONNECTED", reason: "the public key of the token was deleted" };
    pub(crate) const STAGE_DELETED: Self = Self { code: "STAGE_DELETED", reason: "the stage was deleted" };
    pub(crate) const REUSED: Self =
        Self { code: "TOKEN_REUSED", reason: "another client joined with this token" };
    pub(crate) const EXPIRED: Self = Self { code: "TOKEN_EXPIRED", reason: "the token expired" };
}

/// The participants on a stage, as every client is told. A snapshot is always complete.
#[derive(Debug, Default)]
pub(crate) struct Snapshot {
    /// The members of the payload of `STAGE_STATE`, without braces.
    pub(crate) members: String,
}

/// A participant on a stage.
pub(crate) struct Presence {
    pub(crate) record: Record,
    user_id: String,
    attributes: Value,
    pub(crate) capabilities: Capabilities,
    /// The key of the last accepted token. `None` for a participant without a token.
    pub(crate) key: Option<PublicKeyArn>,
    pub(crate) expires_at: Timestamp,
    pub(crate) audio_muted: bool,
    pub(crate) video_stopped: bool,
    /// The number of the publication whose media is connected.
    pub(crate) publication: Option<u64>,
    /// When the publication began, or the last one did, in milliseconds since 1970.
    pub(crate) published_at: i64,
    pub(crate) socket: Option<Socket>,
    /// Whether the participant is there without a client, because of a request to the server.
    pub(crate) has_no_client: bool,
    /// For a replica, the stage of its source.
    pub(crate) source: Option<StageArn>,
}

/// A replica of a participant on another stage.
pub(crate) struct Replica {
    pub(crate) wanted: Replication,
    /// The number of the present pause, while the source pauses.
    pub(crate) paused: Option<u64>,
}

/// The socket of a participant.
pub(crate) struct Socket {
    pub(crate) number: u64,
    pub(crate) end: watch::Sender<Option<Ending>>,
}

impl Presence {
    pub(crate) fn new(record: Record, who: &VerifiedToken) -> Self {
        let mut presence = Self {
            record,
            user_id: String::new(),
            attributes: Value::Null,
            capabilities: who.capabilities(),
            key: None,
            expires_at: who.expires_at(),
            audio_muted: false,
            video_stopped: false,
            publication: None,
            published_at: 0,
            socket: None,
            has_no_client: false,
            source: None,
        };
        presence.describe(who);
        presence
    }

    /// A participant with a stream key, who publishes from this time on.
    pub(crate) fn encoder(record: Record, (publication, now): (u64, i64), expires_at: Timestamp) -> Self {
        Self {
            user_id: text(&record, "userId").to_owned(),
            attributes: record.get("attributes").cloned().unwrap_or_default(),
            record,
            capabilities: Capability::Publish.into(),
            key: None,
            expires_at,
            audio_muted: false,
            video_stopped: false,
            publication: Some(publication),
            published_at: now,
            socket: None,
            has_no_client: false,
            source: None,
        }
    }

    /// A copy of somebody on another stage.
    pub(crate) fn replica(record: Record, of: &Self, source: StageArn) -> Self {
        Self {
            user_id: of.user_id.clone(),
            attributes: record.get("attributes").cloned().unwrap_or_default(),
            record,
            capabilities: of.capabilities,
            key: of.key.clone(),
            expires_at: of.expires_at,
            audio_muted: of.audio_muted,
            video_stopped: of.video_stopped,
            publication: of.publication,
            published_at: of.published_at,
            socket: None,
            has_no_client: false,
            source: Some(source),
        }
    }

    /// Takes over the claims and the key of a token.
    pub(crate) fn describe(&mut self, who: &VerifiedToken) {
        who.user_id().unwrap_or_default().clone_into(&mut self.user_id);
        self.attributes = attributes(who);
        self.capabilities = who.capabilities();
        self.expires_at = who.expires_at();
        self.key = Some(who.key_id().clone());
    }
}

/// A stage with its session.
pub(crate) struct LiveStage {
    pub(crate) arn: StageArn,
    pub(crate) session: Session,
    pub(crate) people: BTreeMap<String, Presence>,
    /// The records of participants who left, in case they join again.
    pub(crate) left: BTreeMap<String, Record>,
    /// The replicas of the participants who are or were here, by participant ID.
    pub(crate) replicas: BTreeMap<String, Vec<Replica>>,
    /// Counts how often a source paused.
    pub(crate) pauses: u64,
    thrown_out: VecDeque<String>,
    state: watch::Sender<Arc<Snapshot>>,
    /// When the durations of publications and subscriptions are checked next, in milliseconds since 1970.
    pub(crate) looked_at: Option<i64>,
    /// Counts how often the stage became empty, so that an outdated timer does not end the session.
    pub(crate) emptied: u64,
}

impl LiveStage {
    pub(crate) fn new(arn: StageArn, session: Session) -> Self {
        Self {
            arn,
            session,
            people: BTreeMap::new(),
            left: BTreeMap::new(),
            replicas: BTreeMap::new(),
            pauses: 0,
            thrown_out: VecDeque::new(),
            state: watch::Sender::default(),
            looked_at: None,
            emptied: 0,
        }
    }

    pub(crate) fn subscribe(&self) -> watch::Receiver<Arc<Snapshot>> {
        self.state.subscribe()
    }

    /// The record of a participant who left and joins again. A former replica becomes an ordinary participant.
    pub(crate) fn returning(&mut self, id: &str) -> Option<Record> {
        let mut record = self.left.remove(id)?;
        if is_replica(&record) {
            record.insert("replicationType".into(), "NONE".into());
            record.retain(|name, _| !OF_REPLICAS.contains(&name.as_str()));
        }
        Some(record)
    }

    pub(crate) fn throw_out(&mut self, id: &str) {
        if self.thrown_out.len() == DISCONNECTED {
            self.thrown_out.pop_front();
        }
        self.thrown_out.push_back(id.to_owned());
    }

    /// Whether this participant publishes.
    pub(crate) fn is_publishing(&self, id: &str) -> bool {
        self.people.get(id).is_some_and(|one| one.publication.is_some())
    }

    /// How many publish, replicas too.
    pub(crate) fn publishers(&self) -> usize {
        self.people.values().filter(|one| one.publication.is_some()).count()
    }

    /// Sends the present state to all participants.
    pub(crate) fn tell(&self) {
        let participants: Value = self
            .people
            .iter()
            .map(|(id, one)| {
                json!({
                    "id": id,
                    "userId": one.user_id,
                    "attributes": one.attributes,
                    "isPublishing": one.publication.is_some(),
                    "audioMuted": one.audio_muted,
                    "videoStopped": one.video_stopped,
                })
            })
            .collect();
        let disconnected: Value =
            self.thrown_out.iter().map(|id| json!({ "id": id, "status": "KICKED" })).collect();
        let members = format!("\"participants\":{participants},\"disconnected\":{disconnected}");
        self.state.send_replace(Arc::new(Snapshot { members }));
    }
}
