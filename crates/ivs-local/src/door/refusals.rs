//! The last refused tokens, with the reasons.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};

use serde::Serialize;

use crate::pulse::Pulse;

/// How many refusals are kept.
const LIMIT: usize = 200;

/// The greatest length of a token that is kept whole. A longer token is cut.
const LONGEST: usize = 16 << 10;

/// A token that was refused.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Refused {
    pub(crate) number: u64,
    /// Its place in the order of events.
    #[serde(skip)]
    pub(crate) order: u64,
    /// Milliseconds since 1970.
    pub(crate) at: i64,
    /// The kind of token that was expected: `participant`, `connection` or `playback`.
    pub(crate) door: &'static str,
    pub(crate) code: &'static str,
    pub(crate) message: String,
    /// The fault that refused it, whatever the token is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) fault: Option<String>,
    pub(crate) token: String,
}

/// The last refused tokens, newest last.
#[derive(Debug)]
pub(crate) struct Refusals {
    last: Mutex<Last>,
    pulse: Arc<Pulse>,
}

#[derive(Debug, Default)]
struct Last {
    /// How many refusals there were since the last reset. Until a reset, a number is not used again.
    count: u64,
    all: VecDeque<Refused>,
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
        fault: Option<&str>,
        at: i64,
    ) {
        let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        last.count += 1;
        let (number, order) = (last.count, self.pulse.order());
        if last.all.len() == LIMIT {
            last.all.pop_front();
        }
        let end = token.char_indices().map(|(at, _)| at).find(|at| *at >= LONGEST).unwrap_or(token.len());
        let token = token.get(..end).unwrap_or_default().to_owned();
        let (message, fault) = (message.to_owned(), fault.map(str::to_owned));
        last.all.push_back(Refused { number, order, at, door, code, message, fault, token });
        drop(last);
        self.pulse.beat();
    }

    /// Forgets all refusals. Their numbers start again at 1.
    pub(crate) fn forget(&self) {
        *self.last.lock().unwrap_or_else(PoisonError::into_inner) = Last::default();
    }

    pub(crate) fn list(&self) -> Vec<Refused> {
        self.last.lock().unwrap_or_else(PoisonError::into_inner).all.iter().cloned().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_begin_anew_when_all_is_forgotten() {
        let refusals = Refusals::new(Arc::default());
        let note = || refusals.note("participant", "token", ("TOKEN_INVALID", "no"), None, 0);
        let numbers = || refusals.list().iter().map(|one| one.number).collect::<Vec<_>>();
        note();
        note();
        assert_eq!(numbers(), [1, 2]);
        refusals.forget();
        note();
        assert_eq!(numbers(), [1]);
    }
}
