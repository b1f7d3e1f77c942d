//! The conversation over one socket, with one participant or with several who share it.

use std::sync::Arc;

use serde_json::{Value, json};

use super::calls::Calls;
use super::claim::Claim;
use super::gate::Refusal;
use super::live::Live;
use super::manner::Manner;
use super::message::{Incoming, disconnect, message};
use super::seat::{Seat, Wake};

/// How many participants may share a socket.
const MOST: usize = 32;

/// The participants of a socket.
pub(crate) struct Talk {
    live: Arc<Live>,
    calls: Arc<Calls>,
    manner: Manner,
    /// Whether frames name their participant.
    is_shared: bool,
    seats: Vec<(String, Seat)>,
}

impl Talk {
    /// Begins a socket of one participant.
    pub(crate) fn alone(
        live: &Arc<Live>,
        calls: &Arc<Calls>,
        manner: Manner,
        token: &str,
    ) -> Result<Self, Refusal> {
        let seat = Seat::take(live, calls, token, &manner)?;
        let (live, calls) = (Arc::clone(live), Arc::clone(calls));
        Ok(Self { live, calls, manner, is_shared: false, seats: vec![(String::new(), seat)] })
    }

    /// Begins a shared socket, without participants.
    pub(crate) fn shared(live: &Arc<Live>, calls: &Arc<Calls>, manner: Manner) -> Self {
        let (live, calls) = (Arc::clone(live), Arc::clone(calls));
        Self { live, calls, manner, is_shared: true, seats: Vec::new() }
    }

    /// The first messages to a participant with a socket of their own.
    pub(crate) fn greet(&mut self) -> Vec<String> {
        let telemetry = self.telemetry();
        let states = self.seats.iter_mut().map(|(_, seat)| seat.state(""));
        states.chain([telemetry]).collect()
    }

    /// Lets a participant join over a shared socket, and returns the answer.
    pub(crate) fn join(&mut self, logical: &str, token: &str, ids: Value) -> Vec<String> {
        let mut answer = ids;
        let is_known = self.seats.iter().any(|(other, _)| other == logical);
        let seated = if is_known {
            Err(Refusal::new("TOKEN_INVALID", "this logicalId is in use"))
        } else if self.seats.len() >= MOST {
            Err(Refusal::new("QUOTA_EXCEEDED", "too many participants share this connection"))
        } else {
            let struck = self.live.strike_token(&Claim::of_token("join", token).subject(), token);
            struck.and_then(|()| Seat::take(&self.live, &self.calls, token, &self.manner))
        };
        match seated {
            Ok(mut seat) => {
                let state = seat.state("aws:ivs:");
                self.seats.push((logical.to_owned(), seat));
                // The state is already JSON text, so the message is put together as text.
                let ids = answer.to_string();
                let ids = ids.trim_end_matches('}');
                let joined =
                    format!("{{\"type\":\"aws:ivs:JOIN_STAGE\",\"payload\":{ids},\"stageState\":{state}}}}}");
                vec![wrap(logical, &joined), wrap(logical, &self.telemetry())]
            }
            Err(refusal) => {
                answer["error"] = json!({
                    "type": "JOIN_ERROR",
                    "message": refusal.message,
                    "fatal": true,
                    "nominal": false,
                    "details": { "code": refusal.code },
                });
                vec![wrap(logical, &message("JOIN_STAGE", answer).to_string())]
            }
        }
    }

    /// Handles a frame, and returns the answers.
    pub(crate) fn heed(&mut self, text: &str) -> Vec<String> {
        let Ok(frame) = serde_json::from_str::<Value>(text) else { return Vec::new() };
        let inner = if self.is_shared { frame.get("message") } else { None };
        let Some(incoming) = Incoming::read(inner.unwrap_or(&frame)) else { return Vec::new() };
        if incoming.kind == "PING" {
            let payload = frame.get("payload").cloned().unwrap_or_else(|| json!({}));
            return vec![json!({ "type": "PONG", "payload": payload }).to_string()];
        }
        let logical = frame.get("logicalId").and_then(Value::as_str).unwrap_or_default();
        match incoming.kind {
            "JOIN_STAGE" if self.is_shared => self.join(logical, incoming.text("token"), incoming.ids()),
            "LEAVE_STAGE" if self.is_shared => {
                self.seats.retain(|(other, _)| other != logical);
                vec![wrap(logical, &message("LEAVE_STAGE", incoming.ids()).to_string())]
            }
            _ => {
                let is_shared = self.is_shared;
                let Some((_, seat)) = self.seats.iter_mut().find(|(other, _)| other == logical || !is_shared)
                else {
                    return Vec::new();
                };
                let answer = seat.heed(&incoming).map(|answer| answer.to_string());
                answer
                    .map(|answer| if is_shared { wrap(logical, &answer) } else { answer })
                    .into_iter()
                    .collect()
            }
        }
    }

    /// Waits for something to send. Returns the messages, and whether the socket stays open.
    pub(crate) async fn wake(&mut self) -> (Vec<String>, bool) {
        if self.seats.is_empty() {
            return std::future::pending().await;
        }
        let wakes = self.seats.iter_mut().map(|(_, seat)| Box::pin(seat.wake()));
        let (wake, place, _) = futures_util::future::select_all(wakes).await;
        let Some((logical, seat)) = self.seats.get_mut(place) else { return (Vec::new(), true) };
        match (wake, self.is_shared) {
            (Wake::State, true) => (vec![wrap(logical, &seat.state("aws:ivs:"))], true),
            (Wake::State, false) => (vec![seat.state("")], true),
            (Wake::End(ending), false) => (vec![disconnect(ending).to_string()], false),
            (Wake::End(ending), true) => {
                let words = wrap(logical, &disconnect(ending).to_string());
                self.seats.remove(place);
                (vec![words], true)
            }
        }
    }

    /// The message that directs the client's telemetry to this server, so that it stays on this machine.
    fn telemetry(&self) -> String {
        use base64::Engine;
        let url = format!("{}/_ivs/telemetry", self.manner.base);
        let url = base64::engine::general_purpose::STANDARD.encode(url);
        message("SSU", json!({ "A": url })).to_string()
    }
}

fn wrap(logical: &str, message: &str) -> String {
    format!("{{\"logicalId\":{},\"message\":{message}}}", Value::from(logical))
}
