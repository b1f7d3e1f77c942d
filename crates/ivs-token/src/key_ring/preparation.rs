//! Which keys of a ring are prepared.

use std::cmp::Reverse;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, TryLockError};

use es384::VerifyingKey;

use super::KeyRing;
use super::held::{Held, Usage};
use super::state::State;
use crate::value::arn::KeyArn;
use crate::value::timestamp::Timestamp;

/// A prepared key verifies about ten times as fast with AVX-512 IFMA, seven times with AVX2, and four to five times with neither. It
/// takes 440 KiB of memory (330 KiB where there is none of AVX2, AVX-512 IFMA and NEON): see [`VerifyingKey::prepare`].
///
/// A ring prepares keys when they are imported, as long as there is room. Each takes one to two milliseconds, and the
/// ring is usable meanwhile. A key without room verifies as it would without the engine. After 64 valid signatures, it
/// takes the place of the prepared key that was used least of late, unless that key was used at least half as much. So
/// keys that are used equally often do not displace each other, however many there are. The one verification that makes
/// the swap takes as long as preparing. Forged tokens do not count; genuine tokens do, even if they have expired.
///
/// Deleting or replacing a key frees its memory. The memory of a retired key is freed at the next change of the ring. A
/// key that was [prepared](VerifyingKey::prepare) before it came stays prepared, and does not count. Rings that hold
/// clones of one key share its table.
///
/// Without the feature `engine`, no key is prepared.
impl<A: KeyArn> KeyRing<A> {
    /// How many keys a ring keeps prepared at most by default. They take 27.5 MiB.
    pub const DEFAULT_PREPARED_LIMIT: usize = 64;

    /// Keeps at most `limit` keys prepared from now on. Each takes [`VerifyingKey::prepared_size`] bytes. With 0, no
    /// key is prepared, which is right for a ring that verifies only a few tokens. Prepared keys beyond the limit are
    /// given up, those used least of late first. If there is more room, keys are prepared before this returns.
    pub fn set_prepared_limit(&self, limit: usize) {
        // This change has no way to fail.
        let _ = self.change(|state| {
            state.prepared_limit = limit;
            Ok(())
        });
    }

    /// How many keys the ring keeps prepared at most.
    pub fn prepared_limit(&self) -> usize {
        self.load().prepared_limit
    }

    /// How many keys are prepared now, for monitoring.
    pub fn prepared_keys(&self) -> usize {
        self.load().prepared().count()
    }

    /// Whether tokens of this key are verified fast: the ring holds it, and it is prepared.
    pub fn is_prepared(&self, arn: &A) -> bool {
        self.load().by_arn(arn).is_some_and(|held| held.verifier().is_prepared())
    }

    /// Prepares keys as long as there is room. Nobody waits for it: who deletes a key, least of all.
    pub(super) fn prepare(&self) {
        loop {
            let Some(next) = self.load().next_to_prepare(self.now()).cloned() else { return };
            let Some(prepared) = prepared(&next) else { return };
            let _alone = self.shared.changing.lock().unwrap_or_else(PoisonError::into_inner);
            let state = self.load();
            // Unless it was deleted or replaced meanwhile, or others took the room: then the next round sees.
            let is_wanted = state.next_to_prepare(self.now()).is_some();
            if is_wanted && let Some(changed) = state.with_prepared(&next, prepared, None) {
                self.shared.state.store(Arc::new(changed));
            }
        }
    }

    /// Prepares a key that was used much, if another must yield to it. Does not wait for anyone, and whoever changes the
    /// ring does not wait for the table: while the ring is being changed, nothing happens, and the next use asks again.
    pub(crate) fn promote(&self, arn: &A) {
        if !cfg!(feature = "engine") || self.prepared_limit() == 0 {
            return;
        }
        let Some(_preparing) = at_once(&self.shared.promoting) else { return };
        let (before, now) = (self.load(), self.now());
        // Another thread may have been here before, for the same uses, or the key may be another by now.
        let Some(key) = before.by_arn(arn).filter(|key| key.is_due(now)) else { return };
        // This takes a millisecond or two, in which the ring can be changed.
        let prepared = before.that_yields(now).and_then(|_| prepared(key));
        let Some(_alone) = at_once(&self.shared.changing) else { return };
        let state = self.load();
        if let Some(prepared) = prepared
            && let Some(least) = state.that_yields(now)
            && let Some(changed) = state.with_prepared(key, prepared, Some(least))
        {
            self.shared.state.store(Arc::new(changed));
        }
        // Whoever was refused has to be used again as often before the next try.
        state.keys().for_each(|key| key.usage().fade());
    }
}

/// The lock, unless another holds it now.
fn at_once(lock: &Mutex<()>) -> Option<MutexGuard<'_, ()>> {
    match lock.try_lock() {
        Ok(held) => Some(held),
        Err(TryLockError::Poisoned(held)) => Some(held.into_inner()),
        Err(TryLockError::WouldBlock) => None,
    }
}

impl<A: KeyArn> State<A> {
    /// Takes the tables from keys that are retired, and from as many as are too many.
    pub(super) fn give_up(&mut self, now: Timestamp) {
        let (mut kept, mut given_up): (Vec<_>, Vec<_>) =
            self.prepared().cloned().partition(|key| key.verifies_at(now));
        kept.sort_by_key(|key| key.usage().recent());
        given_up.extend(kept.drain(..kept.len().saturating_sub(self.prepared_limit)));
        for key in given_up {
            self.put(key.with_prepared(None));
        }
    }

    fn prepared(&self) -> impl Iterator<Item = &Held<A>> {
        self.keys().filter(|key| key.is_prepared())
    }

    /// The key to be prepared next, if there is room and one that is worth it.
    fn next_to_prepare(&self, now: Timestamp) -> Option<&Held<A>> {
        if !cfg!(feature = "engine") || self.prepared().count() >= self.prepared_limit {
            return None;
        }
        let waiting = self.keys().filter(|key| !key.verifier().is_prepared() && key.verifies_at(now));
        waiting.min_by_key(|key| Reverse(key.usage().recent()))
    }

    /// The prepared key whose place another may take, if there is one: retired, or used little of late.
    fn that_yields(&self, now: Timestamp) -> Option<&Held<A>> {
        let recent = |key: &Held<A>| if key.verifies_at(now) { key.usage().recent() } else { 0 };
        self.prepared().min_by_key(|key| recent(key)).filter(|key| recent(key) < Usage::ENOUGH / 2)
    }

    /// A copy in which this key is prepared, and the other is not; unless the key is no longer held as it was.
    fn with_prepared(&self, key: &Held<A>, prepared: VerifyingKey, other: Option<&Held<A>>) -> Option<Self> {
        let held = self.by_arn(key.arn()).filter(|held| held.key() == key.key() && !held.is_prepared())?;
        let ready = held.with_prepared(Some(prepared));
        let mut changed = self.clone();
        if let Some(other) = other {
            changed.put(other.with_prepared(None));
        }
        changed.put(ready);
        Some(changed)
    }
}

impl<A: KeyArn> Held<A> {
    /// Whether it has earned to be prepared, and is not.
    fn is_due(&self, now: Timestamp) -> bool {
        self.usage().is_enough() && !self.verifier().is_prepared() && self.verifies_at(now)
    }
}

/// The ring's own copy of a key, prepared: whoever else holds the key shall not keep the table alive, nor find the key changed.
fn prepared<A>(key: &Held<A>) -> Option<VerifyingKey> {
    #[cfg(test)]
    tests::meanwhile();
    let prepared = key.key().unprepared();
    prepared.prepare();
    // A feature of another crate is all that stands in for this one.
    prepared.is_prepared().then_some(prepared)
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;

    thread_local! {
        static MEANWHILE: RefCell<Option<Box<dyn FnOnce()>>> = const { RefCell::new(None) };
    }

    /// Does what a test wants done while the next table of this thread is made.
    pub(super) fn meanwhile() {
        let work = MEANWHILE.take();
        if let Some(work) = work {
            work();
        }
    }

    /// A table takes a millisecond or two. Whoever takes a key away must not wait for it, nor be undone by it.
    #[test]
    #[cfg(feature = "engine")]
    fn a_key_is_deleted_while_a_table_is_made() {
        use super::*;
        use crate::key::SigningKey;
        use crate::value::arn::PublicKeyArn;

        let arn = |id: &str| -> PublicKeyArn {
            format!("arn:aws:ivs:us-west-2:123456789012:public-key/{id}").parse().unwrap()
        };
        let import = |ring: &KeyRing, id| {
            ring.import(arn(id), SigningKey::generate().unwrap().verifying_key().clone()).unwrap();
        };
        let ring = KeyRing::new();
        ring.set_prepared_limit(1);
        import(&ring, "a");
        import(&ring, "b");
        assert!(ring.is_prepared(&arn("a")) && !ring.is_prepared(&arn("b")));
        let delete_meanwhile = |id: &'static str| {
            let ring = ring.clone();
            MEANWHILE.set(Some(Box::new(move || {
                assert!(ring.shared.changing.try_lock().is_ok(), "whoever deletes a key would wait");
                ring.delete(&arn(id)).unwrap();
            })));
        };

        // A key in much use is to take the place of another, and is deleted.
        while !ring.load().by_arn(&arn("b")).unwrap().count() {}
        delete_meanwhile("b");
        ring.promote(&arn("b"));
        assert!(MEANWHILE.with_borrow(Option::is_none), "a table was made");
        assert!(ring.get(&arn("b")).is_none() && ring.is_prepared(&arn("a")));

        // A key comes, there is room for it, and it is deleted again.
        ring.set_prepared_limit(2);
        delete_meanwhile("c");
        import(&ring, "c");
        assert!(MEANWHILE.with_borrow(Option::is_none), "a table was made");
        assert!(ring.get(&arn("c")).is_none() && ring.prepared_keys() == 1);
    }
}
