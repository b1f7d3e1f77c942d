//! What happened lately, for whoever asks: the last things that changes announced, whether or not anybody was told of them.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};

use crate::happened::Happened;
use crate::pulse::Pulse;
use crate::view::Scene;

/// How many are remembered.
const LIMIT: usize = 1000;

/// Something that happened.
#[derive(Clone, Debug)]
pub(crate) struct Remembered {
    /// Its place among all that happens.
    pub(crate) order: u64,
    /// Milliseconds since 1970, by the clock as it was then.
    pub(crate) at: i64,
    pub(crate) account: String,
    pub(crate) region: String,
    pub(crate) happened: Happened,
}

/// The last things that happened.
#[derive(Debug)]
pub(crate) struct Recent {
    pulse: Arc<Pulse>,
    all: Mutex<VecDeque<Remembered>>,
}

impl Recent {
    pub(crate) fn new(pulse: Arc<Pulse>) -> Self {
        Self { pulse, all: Mutex::default() }
    }

    /// Remembers what a change announced that was committed.
    pub(crate) fn note(&self, scene: Scene<'_>, happened: Vec<Happened>) {
        if happened.is_empty() {
            return;
        }
        let mut all = self.all.lock().unwrap_or_else(PoisonError::into_inner);
        all.extend(happened.into_iter().map(|happened| Remembered {
            order: self.pulse.order(),
            at: scene.now,
            account: scene.account.to_owned(),
            region: scene.region.to_owned(),
            happened,
        }));
        let surplus = all.len().saturating_sub(LIMIT);
        all.drain(..surplus);
        drop(all);
        self.pulse.beat();
    }

    /// The last things, the newest last.
    pub(crate) fn list(&self) -> Vec<Remembered> {
        self.all.lock().unwrap_or_else(PoisonError::into_inner).iter().cloned().collect()
    }

    pub(crate) fn forget(&self) {
        self.all.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }
}
