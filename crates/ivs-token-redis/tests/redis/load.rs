//! Revocations, checks and spends that go on all the time, whatever happens to the servers.

use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use ivs_token::{RevocationStore, SingleUse, Subject, ViewerId};
use ivs_token_redis::RedisStore;
use uuid::Uuid;

use crate::support::{channel, stage, wait_until};

/// Keeps count of what was acknowledged.
#[derive(Default)]
pub struct Load {
    stop: AtomicBool,
    /// Participants whose revocation was acknowledged.
    revoked: AtomicUsize,
    /// Checks that found one of them revoked.
    refused: AtomicUsize,
    /// Tokens with a viewer that were spent.
    spent: AtomicUsize,
    /// Tokens without one that were spent.
    spent_alone: AtomicUsize,
    wrong: Mutex<Vec<String>>,
}

impl Load {
    /// Runs `meanwhile` under load. What was revoked must never be accepted, and no token be good twice.
    pub fn run(stores: &[RedisStore; 2], meanwhile: impl FnOnce(&Self)) {
        let load = Self::default();
        std::thread::scope(|scope| {
            scope.spawn(|| load.revoke(&stores[0]));
            scope.spawn(|| load.check(&stores[1]));
            scope.spawn(|| load.spend(stores, false));
            scope.spawn(|| load.spend(stores, true));
            let stop = Stop(&load.stop);
            meanwhile(&load);
            drop(stop);
        });
        // And when all is over, each of them once more.
        for id in 0..load.revoked.load(Ordering::SeqCst) {
            wait_until("an answer", || match is_good(&stores[id % 2], id) {
                Some(true) => panic!("p{id} is accepted again"),
                Some(false) => true,
                None => false,
            });
        }
        assert_eq!(*load.wrong.lock().unwrap(), Vec::<String>::new());
    }

    /// Waits until some more of each has been done.
    pub fn goes_on(&self) {
        self.wait([&self.revoked, &self.refused, &self.spent]);
    }

    /// While keys move, a token with a viewer and a UUID has no answer, as its two keys may be on two nodes.
    pub fn goes_on_without_viewers(&self) {
        self.wait([&self.revoked, &self.refused, &self.spent_alone]);
    }

    fn wait(&self, counts: [&AtomicUsize; 3]) {
        let before = counts.map(|count| count.load(Ordering::SeqCst));
        wait_until("more to be revoked, refused and spent", || {
            let wrong = self.wrong.lock().unwrap();
            assert!(wrong.is_empty(), "{wrong:?}");
            counts.iter().zip(before).all(|(count, before)| count.load(Ordering::SeqCst) >= before + 10)
        });
    }

    fn goes(&self) -> bool {
        // Slow enough to leave the servers time for each other.
        std::thread::sleep(Duration::from_millis(1));
        !self.stop.load(Ordering::SeqCst)
    }

    fn revoke(&self, store: &RedisStore) {
        while self.goes() {
            let id = self.revoked.load(Ordering::SeqCst);
            if store.disconnect_participant(&stage(), &format!("p{id}").parse().unwrap(), None).is_ok() {
                self.revoked.fetch_add(1, Ordering::SeqCst);
            }
        }
    }

    fn check(&self, store: &RedisStore) {
        let mut turn = 0;
        while self.goes() {
            let revoked = self.revoked.load(Ordering::SeqCst);
            turn += 1;
            // The last one, and any of them.
            for id in [revoked.wrapping_sub(1), turn * 7919 % revoked.max(1)] {
                if id < revoked {
                    match is_good(store, id) {
                        Some(true) => self.wrong(format!("p{id} of {revoked} was accepted")),
                        Some(false) => {
                            self.refused.fetch_add(1, Ordering::SeqCst);
                        }
                        None => {}
                    }
                }
            }
        }
    }

    fn spend(&self, stores: &[RedisStore; 2], with_viewer: bool) {
        let (channel, viewer) = (channel(), ViewerId::try_from("ana").unwrap());
        let mut number = u128::from(with_viewer) << 64;
        while self.goes() {
            number += 1;
            let single_use = Some(SingleUse::new(Uuid::from_u128(number), Duration::from_secs(4200)));
            let viewer = with_viewer.then_some((&viewer, 1));
            let subject = Subject::Playback { channel: &channel, viewer, single_use };
            // Each machine gets it twice.
            let answers = [0, 1, 0, 1].map(|at| stores[at].check(&subject));
            match answers.iter().filter(|answer| matches!(answer, Ok(Ok(())))).count() {
                0 => {}
                1 => {
                    let spent = if with_viewer { &self.spent } else { &self.spent_alone };
                    spent.fetch_add(1, Ordering::SeqCst);
                }
                times => self.wrong(format!("{number} was good {times} times: {answers:?}")),
            }
        }
    }

    fn wrong(&self, what: String) {
        self.wrong.lock().unwrap().push(what);
    }
}

/// Stops the load even when the test fails.
struct Stop<'l>(&'l AtomicBool);

impl Drop for Stop<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::SeqCst);
    }
}

/// What is known of this participant, if anything.
fn is_good(store: &RedisStore, id: usize) -> Option<bool> {
    let (stage, participant_id) = (stage(), format!("p{id}").parse().unwrap());
    let answer = store.check(&Subject::Participant { stage: &stage, participant_id: &participant_id });
    answer.ok().map(|answer| answer.is_ok())
}
