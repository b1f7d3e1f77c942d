use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard, TryLockError};

use hashbrown::HashTable;

use crate::revocation::keyed_hash::Fingerprint;
use crate::value::timestamp::Timestamp;

/// How many parts a table has, each under a lock of its own. A power of two.
pub(super) const SHARDS: usize = 256;

/// Values that expire, found by fingerprints.
pub(super) struct Table<V> {
    shards: Box<[Aligned<V>]>,
    /// Whether anything was ever put in. Most stores never hear of a deleted stage, and every check of a participant asks.
    used: AtomicBool,
}

/// In a cache line of its own, so that locking one shard does not slow its neighbours.
#[repr(align(64))]
struct Aligned<V>(RwLock<Shard<V>>);

struct Shard<V> {
    entries: HashTable<Entry<V>>,
    /// Nothing expires before.
    earliest: Timestamp,
}

struct Entry<V> {
    key: Fingerprint,
    expires_at: Timestamp,
    value: V,
}

impl<V> Table<V> {
    pub(super) fn new() -> Self {
        let shard = || Shard { entries: HashTable::new(), earliest: Timestamp::MAX };
        Self {
            shards: (0..SHARDS).map(|_| Aligned(RwLock::new(shard()))).collect(),
            used: AtomicBool::new(false),
        }
    }

    /// What `read` takes from the value, if it is there and has not expired.
    pub(super) fn get<T>(&self, key: Fingerprint, now: Timestamp, read: impl FnOnce(&V) -> T) -> Option<T> {
        if !self.used.load(Ordering::Acquire) {
            return None;
        }
        let shard = self.read(index(key));
        let entry = shard.entries.find(key.hash, |entry| entry.key == key)?;
        entry.is_alive(now).then(|| read(&entry.value))
    }

    /// Puts a value in; one that is there and has not expired is merged with it, and lasts as long as the longer of both.
    /// Says whether there was one. Of any number of threads that put the same key in at once, one is told that there was
    /// none.
    pub(super) fn put(
        &self,
        key: Fingerprint,
        value: V,
        expires_at: Timestamp,
        now: Timestamp,
        merge: impl FnOnce(&mut V, V),
    ) -> bool {
        // Before the first entry is there: whoever is told that it is, sees this too.
        if !self.used.load(Ordering::Relaxed) {
            self.used.store(true, Ordering::Release);
        }
        self.write(index(key)).put(Entry { key, expires_at, value }, now, merge)
    }

    fn read(&self, shard: usize) -> RwLockReadGuard<'_, Shard<V>> {
        // Nothing that runs under the lock panics; if it did, entries would still be whole.
        self.shards[shard].0.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self, shard: usize) -> RwLockWriteGuard<'_, Shard<V>> {
        self.shards[shard].0.write().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What can be done to a table whatever its values are.
pub(super) trait Sweep {
    /// How many entries there are, expired ones too.
    fn len(&self) -> usize;

    /// Removes what has expired from a shard.
    fn sweep(&self, shard: usize, now: Timestamp);

    /// The same, unless others are using the shard. Says whether it was looked through.
    fn sweep_if_free(&self, shard: usize, now: Timestamp) -> bool;
}

impl<V> Sweep for Table<V> {
    fn len(&self) -> usize {
        (0..SHARDS).map(|shard| self.read(shard).entries.len()).sum()
    }

    fn sweep(&self, shard: usize, now: Timestamp) {
        self.write(shard).sweep(now);
    }

    fn sweep_if_free(&self, shard: usize, now: Timestamp) -> bool {
        match self.shards[shard].0.try_write() {
            Ok(mut shard) => shard.sweep(now),
            Err(TryLockError::Poisoned(shard)) => shard.into_inner().sweep(now),
            Err(TryLockError::WouldBlock) => false,
        }
    }
}

fn index(key: Fingerprint) -> usize {
    // The low bits are as good as any.
    usize::try_from(key.shard % SHARDS as u64).unwrap_or_default()
}

impl<V> Shard<V> {
    fn put(&mut self, new: Entry<V>, now: Timestamp, merge: impl FnOnce(&mut V, V)) -> bool {
        self.earliest = self.earliest.min(new.expires_at);
        match self.entries.find_mut(new.key.hash, |entry| entry.key == new.key) {
            Some(entry) if entry.is_alive(now) => {
                entry.expires_at = entry.expires_at.max(new.expires_at);
                merge(&mut entry.value, new.value);
                true
            }
            Some(entry) => {
                *entry = new;
                false
            }
            None => {
                self.make_room(now);
                self.entries.insert_unique(new.key.hash, new, Entry::hash);
                false
            }
        }
    }

    /// Sweeps before the table would grow. When that gave less than half of the table back, it grows all the same, so that
    /// the next sweep is far away: each entry pays for a fixed number of looks.
    fn make_room(&mut self, now: Timestamp) {
        if self.entries.len() < self.entries.capacity() {
            return;
        }
        self.sweep(now);
        if self.entries.len() > self.entries.capacity() / 2 {
            self.entries.reserve(self.entries.len(), Entry::hash);
        }
    }

    /// Removes what has expired, and gives memory back when little is left. Says whether it looked.
    fn sweep(&mut self, now: Timestamp) -> bool {
        if now < self.earliest {
            return false;
        }
        let mut earliest = Timestamp::MAX;
        self.entries.retain(|entry| {
            let alive = entry.is_alive(now);
            if alive {
                earliest = earliest.min(entry.expires_at);
            }
            alive
        });
        self.earliest = earliest;
        if self.entries.capacity() > 4 * self.entries.len() {
            self.entries.shrink_to(2 * self.entries.len(), Entry::hash);
        }
        true
    }
}

impl<V> Entry<V> {
    fn is_alive(&self, now: Timestamp) -> bool {
        now < self.expires_at
    }

    fn hash(&self) -> u64 {
        self.key.hash
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(secs: i64) -> Timestamp {
        Timestamp::from_secs(secs).unwrap()
    }

    fn shard() -> Shard<()> {
        Shard { entries: HashTable::new(), earliest: Timestamp::MAX }
    }

    fn put(shard: &mut Shard<()>, key: u64, expires_at: i64, now: i64) -> bool {
        let key = Fingerprint { shard: 0, hash: key.wrapping_mul(0x9e37_79b9_7f4a_7c15) };
        shard.put(Entry { key, expires_at: at(expires_at), value: () }, at(now), |(), ()| ())
    }

    #[test]
    fn memory_follows_what_is_alive() {
        let mut shard = shard();
        for i in 0..100_000 {
            put(&mut shard, i, 1 + i64::try_from(i).unwrap() / 100, i64::try_from(i).unwrap() / 100);
            assert!(shard.entries.capacity() <= 1000, "{i}: {}", shard.entries.capacity());
        }
        for i in 0..100_000 {
            put(&mut shard, i, 5000, 2000);
        }
        assert!(shard.entries.capacity() >= 100_000);
        put(&mut shard, 1 << 40, 6000, 2000);
        assert!(shard.sweep(at(5000)));
        assert_eq!((shard.entries.len(), shard.entries.capacity()), (1, 3));
        assert!(!shard.sweep(at(5999)), "nothing to look for");
        assert!(shard.sweep(at(6000)));
        assert_eq!((shard.entries.len(), shard.entries.capacity()), (0, 0));
    }

    #[test]
    fn a_full_table_is_not_looked_through_at_each_entry() {
        let mut shard = shard();
        let mut sweeps = 0;
        for i in 0..100_000 {
            let before = shard.entries.len();
            put(&mut shard, i, if i % 3 == 0 { 1 } else { 9 }, i64::from(i > 10));
            sweeps += i32::from(shard.entries.len() <= before);
        }
        assert!(sweeps < 40, "{sweeps}");
    }

    #[test]
    fn an_expired_entry_counts_for_nothing() {
        let mut shard = shard();
        assert!(!put(&mut shard, 1, 10, 0));
        assert!(put(&mut shard, 1, 5, 9), "the longer of both lasts");
        assert!(put(&mut shard, 1, 11, 9));
        assert!(put(&mut shard, 1, 11, 10));
        assert!(!put(&mut shard, 1, 12, 11));
        assert!(put(&mut shard, 1, 12, 11));
        assert_eq!(shard.entries.len(), 1);
    }
}
