//! A participant with a socket: the messages to and from it.

use std::sync::Arc;

use ivs_token::VerifiedToken;
use serde_json::{Value, json};

use super::calls::{Calls, Purpose};
use super::gate::Refusal;
use super::live::{Live, Place, wanting};
use super::manner::Manner;
use super::message::{Incoming, message, stage_state};
use super::stage::Ending;
use super::whip::{code, links, path};

/// A place on a stage. Dropping it gives the place back.
pub(crate) struct Seat {
    live: Arc<Live>,
    calls: Arc<Calls>,
    manner: Manner,
    who: VerifiedToken,
    /// The token with which they joined, or the last one for which they exchanged it.
    token: String,
    place: Place,
    /// The number of the last snapshot that was sent.
    sequence: u64,
}

/// The reason why the task that serves a seat wakes up.
pub(crate) enum Wake {
    /// The state of the stage has changed.
    State,
    End(Ending),
}

impl Seat {
    /// Verifies a token and takes a place on its stage.
    pub(crate) fn take(
        live: &Arc<Live>,
        calls: &Arc<Calls>,
        token: &str,
        manner: &Manner,
    ) -> Result<Self, Refusal> {
        let who = live.gate.participant(token)?;
        let place = live
            .join(&who, &manner.visitor)
            .inspect_err(|refusal| live.gate.note("participant", token, refusal))?;
        let (live, calls, manner) = (Arc::clone(live), Arc::clone(calls), manner.clone());
        Ok(Self { live, calls, manner, who, token: token.to_owned(), place, sequence: 0 })
    }

    /// Waits for something to send. The future may be dropped and made again at any time.
    pub(crate) async fn wake(&mut self) -> Wake {
        let left = self.who.expires_at().secs_since(self.live.now());
        // The expiry is checked at least once a minute, because the clock may be moved.
        let expiry = std::time::Duration::from_secs(left.clamp(1, 60).unsigned_abs());
        loop {
            tokio::select! {
                biased;
                changed = self.place.end.changed() => {
                    let ending = *self.place.end.borrow_and_update();
                    match (changed, ending) {
                        (_, Some(ending)) => return Wake::End(ending),
                        (Ok(()), None) => {}
                        // The stage does not hold this place any more.
                        (Err(_), None) => return Wake::End(Ending::DISCONNECTED),
                    }
                }
                changed = self.place.state.changed() => match changed {
                    Ok(()) => return Wake::State,
                    Err(_) => return Wake::End(Ending::STAGE_DELETED),
                },
                () = tokio::time::sleep(expiry) => {
                    self.live.expire(self.who.stage_arn(), self.who.participant_id().as_str());
                }
            }
        }
    }

    /// The next snapshot.
    pub(crate) fn state(&mut self, prefix: &str) -> String {
        self.sequence += 1;
        let snapshot = Arc::clone(&self.place.state.borrow_and_update());
        stage_state(
            prefix,
            self.who.stage_arn().resource_id(),
            self.sequence,
            &self.manner.features,
            &snapshot,
        )
    }

    /// Handles a message, and returns the answer if there is one. Unknown messages are ignored.
    pub(crate) fn heed(&mut self, incoming: &Incoming<'_>) -> Option<Value> {
        let (arn, id) = (self.who.stage_arn().clone(), self.who.participant_id().as_str());
        match incoming.kind {
            "SET_STATE" => {
                self.live.mute(&arn, id, incoming.flag("audioMuted"), incoming.flag("videoStopped"));
                // The flat form has no ID, and gets no answer.
                let is_request = !incoming.text("requestId").is_empty();
                is_request.then(|| message("SET_STATE", incoming.ids()))
            }
            "EXCHANGE_TOKEN" => {
                let mut answer = incoming.ids();
                match self.live.exchange(&self.who, incoming.text("newToken")) {
                    Ok(who) => {
                        self.who = who;
                        incoming.text("newToken").clone_into(&mut self.token);
                    }
                    Err(refusal) => {
                        answer["error"] = json!({ "code": refusal.code, "message": refusal.message });
                    }
                }
                Some(message("EXCHANGE_TOKEN", answer))
            }
            "SDP_OFFER" => Some(message("SDP_ANSWER", self.offer(incoming))),
            _ => None,
        }
    }

    /// Answers an offer that came over the socket in the same way as HTTP does.
    fn offer(&self, incoming: &Incoming<'_>) -> Value {
        let mut answer = incoming.ids();
        let url = incoming.text("whipUrl");
        let purpose = Purpose::of_path(url.split(['?', '#']).next().unwrap_or_default());
        let lowest = incoming.text("initialLayerPref").eq_ignore_ascii_case("lowest");
        let answered = purpose
            .ok_or_else(|| Refusal::new("MALFORMED", "whipUrl must be a URL to publish or to subscribe"))
            .and_then(|purpose| {
                let wanted = if matches!(purpose, Purpose::Subscribe(_)) { "subscribe" } else { "publish" };
                let (arn, id) = (self.who.stage_arn(), self.who.participant_id().as_str());
                self.live.strike(&wanting(wanted, arn, id))?;
                self.calls
                    .offer(&self.who, &purpose, incoming.text("content"), lowest, &self.manner.visitor)
                    .inspect_err(|refusal| self.live.gate.note("participant", &self.token, refusal))
            });
        match answered {
            Ok(answered) => {
                answer["httpStatusCode"] = json!(201);
                answer["content"] = answered.sdp.as_str().into();
                answer["contentType"] = "application/sdp".into();
                answer["location"] = format!("{}{}", self.manner.base, path(&answered)).into();
                let names = ["sessionDeleteLink", "subscriberControlLink", "videoLayersLink"];
                for (name, (_, url)) in names.into_iter().zip(links(&self.manner.base, &answered)) {
                    answer[name] = url.into();
                }
            }
            Err(refusal) => {
                answer["httpStatusCode"] = refusal.status().into();
                answer["errorCode"] = code(&refusal);
                answer["errorMessage"] = refusal.message.into();
            }
        }
        answer
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        self.live.leave(self.who.stage_arn(), self.who.participant_id().as_str(), self.place.number);
    }
}
