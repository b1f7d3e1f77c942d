//! The last tokens that were refused, and why.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};

use serde::Serialize;

use crate::pulse::Pulse;

/// How many are remembered.
const LIMIT: usize = 200;

/// The longest token that is remembered whole.
const LONGEST: usize = 16 << 10;

/// A token that was refused.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Refused {
    pub(crate) number: u64,
    /// Milliseconds since 1970.
    pub(crate) at: i64,
    /// What it was shown for: `participant`, `connection` or `playback`.
    pub(crate) door: &'static str,
    pub(crate) code: &'static str,
    pub(crate) message: String,
    pub(crate) token: String,
}

/// The last tokens that were refused, the newest last.
#[derive(Debug)]
pub(crate) struct Refusals {
    last: Mutex<VecDeque<Refused>>,
    pulse: Arc<Pulse>,
}

impl Refusals {
    pub(crate) fn new(pulse: Arc<Pulse>) -> Self {
        Self { last: Mutex::default(), pulse }
    }

    pub(crate) fn note(
        &self,
        door: &'static str,
        token: &str,
        (code, message): (&'static str, &str),
        at: i64,
    ) {
        let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        let number = last.back().map_or(1, |refused| refused.number + 1);
        if last.len() == LIMIT {
            last.pop_front();
        }
        let end = token.char_indices().map(|(at, _)| at).find(|at| *at >= LONGEST).unwrap_or(token.len());
        let token = token.get(..end).unwrap_or_default().to_owned();
        let message = message.to_owned();
        last.push_back(Refused { number, at, door, code, message, token });
        drop(last);
        self.pulse.beat();
    }

    pub(crate) fn list(&self) -> Vec<Refused> {
        self.last.lock().unwrap_or_else(PoisonError::into_inner).iter().cloned().collect()
    }
}
