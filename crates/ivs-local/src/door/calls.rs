//! The connections for media: who publishes, and who subscribes to whom.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};

use ivs_token::{Capability, StageArn, VerifiedToken};
use serde_json::{Value, json};

use super::gate::Refusal;
use super::live::{Connections, Cut, Live};
use super::room::is_beside;
use super::visitor::Visitor;
use crate::ids::Ids;
use crate::media::{Command, Handle, Happening, Layers, Loses, Media, MediaError, Publication, Report};

/// How many connections a participant may have: one to each publisher of a stage, and one more try for each.
const MOST_OF_ONE: usize = 64;

/// The purpose of an offer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Purpose {
    Publish(String),
    Subscribe(String),
}

/// All connections for media.
pub(crate) struct Calls {
    live: Arc<Live>,
    announce: Vec<IpAddr>,
    port: u16,
    media: Mutex<Option<Arc<Media>>>,
    open: Mutex<HashMap<String, Call>>,
    this: Weak<Self>,
}

struct Call {
    who: VerifiedToken,
    stage: StageArn,
    participant: String,
    purpose: Purpose,
    number: u64,
    handle: Handle,
    /// The publication that this connection carries or receives.
    publication: Publication,
    /// The time at which media was connected, in milliseconds since 1970.
    connected_at: Option<i64>,
    picked: Option<String>,
}

/// A connection whose media is connected.
struct Begun {
    /// The token of the connection, which may have been exchanged since the offer.
    who: VerifiedToken,
    purpose: Purpose,
    number: u64,
    /// Whether there is room for one more subscription.
    room: Result<(), Refusal>,
}

/// An answered offer.
pub(crate) struct Answered {
    pub(crate) sdp: String,
    /// The secret part of the connection's URLs, which nobody can guess.
    pub(crate) secret: String,
    pub(crate) is_subscription: bool,
}

impl Purpose {
    /// Reads the end of a path: `/publish/{id}` or `/subscribe/{id}`.
    pub(crate) fn of_path(path: &str) -> Option<Self> {
        let mut parts = path.trim_end_matches('/').rsplit('/');
        let (id, what) = (parts.next()?, parts.next()?);
        match what {
            "publish" => Some(Self::Publish(id.to_owned())),
            "subscribe" => Some(Self::Subscribe(id.to_owned())),
            _ => None,
        }
    }
}

impl Calls {
    pub(crate) fn new(live: &Arc<Live>, announce: &[IpAddr], port: u16) -> Arc<Self> {
        let calls = Arc::new_cyclic(|this| Self {
            live: Arc::clone(live),
            announce: announce.to_vec(),
            port,
            media: Mutex::default(),
            open: Mutex::default(),
            this: Weak::clone(this),
        });
        let this: Weak<Self> = Arc::downgrade(&calls);
        live.set_connections(this);
        calls
    }

    /// The sockets for media. They are opened at the first call, which must be made within a runtime.
    pub(crate) fn media(&self) -> Result<Arc<Media>, MediaError> {
        let mut media = self.media.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(media) = &*media {
            return Ok(Arc::clone(media));
        }
        let live = Arc::clone(&self.live);
        let loses: Loses = Arc::new(move || live.loses());
        let opened = Arc::new(Media::open(&self.announce, self.port, &loses)?);
        *media = Some(Arc::clone(&opened));
        Ok(opened)
    }

    /// Answers an offer, if the participant may make it.
    pub(crate) fn offer(
        &self,
        who: &VerifiedToken,
        purpose: &Purpose,
        offer: &str,
        prefers_lowest: bool,
        visitor: &Visitor,
    ) -> Result<Answered, Refusal> {
        let (stage, id) = (who.stage_arn().clone(), who.participant_id().as_str().to_owned());
        let capabilities = self.live.capabilities(who);
        let is_subscription = matches!(purpose, Purpose::Subscribe(_));
        let needed = if is_subscription { Capability::Subscribe } else { Capability::Publish };
        if !capabilities.contains(needed) {
            let event = if is_subscription { "SUBSCRIBE_ERROR" } else { "PUBLISH_ERROR" };
            self.live.note(&stage, &id, event, json!({ "errorCode": "INSUFFICIENT_CAPABILITIES" }));
            let message = format!("the token does not grant {needed}");
            return Err(Refusal::new("INSUFFICIENT_CAPABILITIES", message));
        }
        let secret =
            Ids::random(0).map_err(|error| Refusal::new("UNAVAILABLE", error.to_string()))?.alphanumeric(32);
        let number = self.live.number();
        let of_one =
            self.lock().values().filter(|call| call.participant == id && call.stage == stage).count();
        if of_one >= MOST_OF_ONE {
            return Err(Refusal::new("QUOTA_EXCEEDED", "this participant has too many connections"));
        }
        let media = self.media().map_err(refuse)?;
        let report = self.report(who, &secret, number, visitor);
        let (offered, publication) = match purpose {
            Purpose::Publish(wanted) => {
                if *wanted != id {
                    return Err(Refusal::new(
                        "TOKEN_INVALID",
                        format!("the token is that of {id}, not that of {wanted}"),
                    ));
                }
                self.live.room(&stage, &id).inspect_err(|refusal| {
                    self.live.note(&stage, &id, "PUBLISH_ERROR", json!({ "errorCode": refusal.code }));
                })?;
                media.publish(offer, self.live.limits.media, report).map_err(|error| {
                    if let MediaError::Codec { code, .. } = &error {
                        self.live.note(&stage, &id, "PUBLISH_ERROR", json!({ "errorCode": code }));
                    }
                    refuse(error)
                })?
            }
            Purpose::Subscribe(remote) => {
                // The media of a replica comes from the source stage.
                let from = self.live.source_of(&stage, remote);
                let from = from.as_ref().unwrap_or(&stage);
                let publication = self.publication(from, remote).ok_or_else(|| {
                    let code = json!({ "errorCode": "PUBLISHER_NOT_FOUND", "remoteParticipantId": remote });
                    self.live.note(&stage, &id, "SUBSCRIBE_ERROR", code);
                    Refusal::new("NOT_FOUND", format!("{remote} does not publish on this stage"))
                })?;
                let room = self.room(&self.lock(), &stage);
                room.inspect_err(|refusal| {
                    let code = json!({ "errorCode": refusal.code, "remoteParticipantId": remote });
                    self.live.note(&stage, &id, "SUBSCRIBE_ERROR", code);
                })?;
                let offered =
                    media.subscribe(offer, publication.clone(), prefers_lowest, report).map_err(refuse)?;
                (offered, publication)
            }
        };
        let call = Call {
            who: who.clone(),
            stage,
            participant: id,
            purpose: purpose.clone(),
            number,
            handle: offered.handle,
            publication,
            connected_at: None,
            picked: None,
        };
        self.lock().insert(secret.clone(), call);
        Ok(Answered { sdp: offered.answer, secret, is_subscription })
    }

    /// The callback for what happens to a connection.
    fn report(&self, who: &VerifiedToken, secret: &str, number: u64, visitor: &Visitor) -> Report {
        let (this, who, secret) = (Weak::clone(&self.this), who.clone(), secret.to_owned());
        let visitor = visitor.clone();
        Box::new(move |happening| {
            let Some(calls) = this.upgrade() else { return };
            match happening {
                Happening::Connected => calls.begin(&secret, &visitor),
                Happening::Exceeded(excess) => {
                    let (stage, id) = (who.stage_arn(), who.participant_id().as_str());
                    if calls.live.exceed(stage, id, number, excess.code()) {
                        calls.close(&secret);
                    }
                }
                Happening::Ended => calls.end(&secret),
            }
        })
    }

    /// Handles that the media of a connection is connected.
    fn begin(&self, secret: &str, visitor: &Visitor) {
        if self.is_withdrawn(secret) {
            self.close(secret);
            return;
        }
        let Some(Begun { who, purpose, number, room }) = self.connected(secret) else { return };
        let (stage, id) = (who.stage_arn(), who.participant_id().as_str());
        match purpose {
            Purpose::Publish(_) if self.live.publish(&who, number, visitor) => {
                self.replace(stage, id, number);
            }
            Purpose::Publish(_) => {
                self.close(secret);
            }
            Purpose::Subscribe(remote) => {
                let (name, mut more) = ("SUBSCRIBE_STARTED", json!({ "remoteParticipantId": remote }));
                let Err(refusal) = room else {
                    self.live.subscribed(&who);
                    return self.live.note(stage, id, name, more);
                };
                more["errorCode"] = refusal.code.into();
                self.live.note(stage, id, "SUBSCRIBE_ERROR", more);
                self.close(secret);
            }
        }
    }

    /// Handles the end of a connection.
    fn end(&self, secret: &str) {
        let ended = self.lock().remove(secret);
        let Some(call) = ended.filter(|call| call.connected_at.is_some()) else { return };
        let (stage, id) = (call.who.stage_arn(), call.who.participant_id().as_str());
        match &call.purpose {
            Purpose::Publish(_) => self.live.unpublish(stage, id, call.number),
            Purpose::Subscribe(remote) => {
                self.live.note(stage, id, "SUBSCRIBE_STOPPED", json!({ "remoteParticipantId": remote }));
            }
        }
    }

    /// Ends a connection. Returns false if there is none.
    pub(crate) fn close(&self, secret: &str) -> bool {
        let open = self.lock();
        let Some(call) = open.get(secret) else { return false };
        call.handle.close();
        true
    }

    /// Starts or stops the video of a subscription.
    pub(crate) fn play(&self, secret: &str, is_playing: bool) -> bool {
        self.tell(secret, Command::Play(is_playing))
    }

    /// Picks the layer of a subscription; `None` means automatic. Returns false if there is no such subscription or
    /// layer.
    pub(crate) fn pick(&self, secret: &str, layer: Option<&str>) -> bool {
        let mut open = self.lock();
        let Some(call) = open.get_mut(secret).filter(|call| call.is_subscription()) else { return false };
        let rid = match layer {
            None => None,
            Some(name) => {
                let alive = call.publication.layers.alive(std::time::Instant::now());
                let Some(found) = alive.iter().find(|one| encoding(one.rid) == name) else { return false };
                found.rid
            }
        };
        call.picked = layer.map(str::to_owned);
        call.handle.tell(Command::Layer(rid));
        true
    }

    /// The layers from which a subscription can pick.
    pub(crate) fn layers(&self, secret: &str) -> Option<Value> {
        let open = self.lock();
        let call = open.get(secret).filter(|call| call.is_subscription())?;
        Some(json!({ "layers": shown(&call.publication.layers, call.picked.as_deref()) }))
    }

    fn tell(&self, secret: &str, command: Command) -> bool {
        let open = self.lock();
        let call = open.get(secret).filter(|call| call.is_subscription());
        if let Some(call) = call {
            call.handle.tell(command);
        }
        call.is_some()
    }

    /// Notes that the media of a connection is connected, and returns `None` if it was noted before. A subscription
    /// without room does not count as connected.
    fn connected(&self, secret: &str) -> Option<Begun> {
        // Media cannot connect before the client has the answer to its offer, so the call is already in the map.
        let now = self.live.milliseconds();
        let mut open = self.lock();
        let call = open.get(secret).filter(|call| call.connected_at.is_none())?;
        let room = if call.is_subscription() { self.room(&open, &call.stage) } else { Ok(()) };
        let call = open.get_mut(secret)?;
        call.connected_at = room.is_ok().then_some(now);
        Some(Begun { who: call.who.clone(), purpose: call.purpose.clone(), number: call.number, room })
    }

    /// Whether this is a subscription of a participant who may no longer subscribe, or was sent away for good.
    fn is_withdrawn(&self, secret: &str) -> bool {
        let who = self.lock().get(secret).filter(|call| call.is_subscription()).map(|call| call.who.clone());
        who.is_some_and(|who| !self.live.may_subscribe(&who))
    }

    /// Refuses one more subscription on a stage if the account has too many. Closed subscriptions do not count,
    /// although they may still be saying goodbye.
    fn room(&self, open: &HashMap<String, Call>, stage: &StageArn) -> Result<(), Refusal> {
        let counts = |call: &&Call| {
            call.is_subscription()
                && call.connected_at.is_some()
                && !call.handle.is_closed()
                && is_beside(&call.stage, stage)
        };
        self.live.room_for_subscription(stage, open.values().filter(counts).count())
    }

    /// Ends all publications of a participant except the one with this number.
    fn replace(&self, stage: &StageArn, participant: &str, number: u64) {
        for call in self.lock().values() {
            let is_publication = !call.is_subscription() && call.number != number;
            if is_publication && call.participant == participant && call.stage == *stage {
                call.handle.close();
            }
        }
    }

    fn publication(&self, stage: &StageArn, participant: &str) -> Option<Publication> {
        let open = self.lock();
        let publications = open.values().filter(|call| {
            !call.is_subscription()
                && call.connected_at.is_some()
                && call.participant == participant
                && call.stage == *stage
        });
        publications.max_by_key(|call| call.number).map(|call| call.publication.clone())
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<String, Call>> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Connections for Calls {
    fn sweep(&self, is_meant: &dyn Fn(&VerifiedToken) -> bool) {
        for call in self.lock().values().filter(|call| is_meant(&call.who)) {
            call.handle.close();
        }
    }

    fn renew(&self, new: &VerifiedToken) {
        let (stage, participant) = (new.stage_arn(), new.participant_id().as_str());
        for call in self.lock().values_mut() {
            if call.participant == participant && call.stage == *stage {
                call.who = new.clone();
            }
        }
    }

    fn cut(&self, stage: &StageArn, participant: &str, which: Cut) {
        let purpose = Purpose::Subscribe(participant.to_owned());
        for call in self.lock().values().filter(|call| call.stage == *stage) {
            let is_meant = match which {
                Cut::Publications => call.participant == participant && !call.is_subscription(),
                Cut::Subscriptions => call.participant == participant && call.is_subscription(),
                // Nobody sees a participant any more after they have left, even if the media continues, as that of a
                // replica does.
                Cut::All => call.participant == participant || call.purpose == purpose,
            };
            if is_meant {
                call.handle.close();
            }
        }
    }

    fn cease(&self, stage: &StageArn, by: i64) -> Option<i64> {
        let now = self.live.milliseconds();
        let mut over = Vec::new();
        let mut first: Option<i64> = None;
        for call in self.lock().values_mut().filter(|call| call.stage == *stage) {
            let (Purpose::Subscribe(remote), Some(since)) = (&call.purpose, &mut call.connected_at) else {
                continue;
            };
            if *since <= by {
                over.push((call.number, call.participant.clone(), remote.clone(), call.handle.clone()));
                // If the subscription continues, this is reported again after the same time.
                *since = now;
                if self.live.limits.stops_excess {
                    continue;
                }
            }
            first = first.into_iter().chain([*since]).min();
        }
        // They end in the order in which they began.
        over.sort_by_key(|(number, ..)| *number);
        for (_, participant, remote, handle) in over {
            self.live.note_long_subscription(stage, &participant, &remote);
            if self.live.limits.stops_excess {
                handle.close();
            }
        }
        first
    }
}

impl Call {
    fn is_subscription(&self) -> bool {
        matches!(self.purpose, Purpose::Subscribe(_))
    }
}

/// The name of a layer for clients: its RID, or `default` if there is only one stream.
fn encoding(rid: Option<str0m::media::Rid>) -> String {
    rid.map_or_else(|| "default".to_owned(), |rid| rid.to_string())
}

fn shown(layers: &Layers, picked: Option<&str>) -> Value {
    let alive = layers.alive(std::time::Instant::now());
    let shown = alive.iter().rev().map(|layer| {
        let name = encoding(layer.rid);
        let (width, height) = layer.size.unwrap_or_default();
        json!({
            "selected": picked == Some(name.as_str()),
            "encodingId": name,
            "width": width,
            "height": height,
            "bitrate": layer.bitrate,
            "framesPerSecond": layer.frames,
        })
    });
    shown.collect()
}

#[expect(clippy::needless_pass_by_value, reason = "map_err passes a value")]
fn refuse(error: MediaError) -> Refusal {
    let code = match error {
        MediaError::Gone => "NOT_FOUND",
        MediaError::Offer(_) => "MALFORMED",
        MediaError::Codec { code, .. } => code,
        MediaError::Unavailable(_) => "UNAVAILABLE",
    };
    Refusal::new(code, error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::server::in_memory;
    use crate::settings::Settings;

    #[test]
    fn a_subscription_that_was_ended_gives_its_place_back_at_once() {
        let quotas = [("concurrentSubscriptions".to_owned(), 1)].into();
        let server = in_memory(Settings { quotas, ..Settings::default() }, 1).unwrap();
        let stage = server.run("CreateStage", "us-east-1", &json!({})).unwrap();
        let stage = &stage["stage"]["arn"];
        let token = server.run("CreateParticipantToken", "us-east-1", &json!({ "stageArn": stage })).unwrap();
        let who =
            server.live().gate.participant(token["participantToken"]["token"].as_str().unwrap()).unwrap();
        let calls = Calls::new(server.live(), &[], 0);
        // Nobody reads the orders, as if the task of the connection never ran.
        let (handle, _orders) = Handle::new();
        let frames = tokio::sync::broadcast::Sender::new(1).downgrade();
        let publication = Publication { frames, layers: Arc::default(), handle: handle.clone() };
        for secret in ["one", "two"] {
            let call = Call {
                who: who.clone(),
                stage: who.stage_arn().clone(),
                participant: who.participant_id().as_str().to_owned(),
                purpose: Purpose::Subscribe("ana".to_owned()),
                number: 1,
                handle: if secret == "one" { handle.clone() } else { Handle::new().0 },
                publication: publication.clone(),
                connected_at: None,
                picked: None,
            };
            calls.lock().insert(secret.to_owned(), call);
        }
        let is_connected = |secret| calls.connected(secret).unwrap().room.is_ok();
        assert!(is_connected("one"));
        assert!(!is_connected("two"));
        assert!(calls.close("one"));
        assert!(is_connected("two"));
    }
}
