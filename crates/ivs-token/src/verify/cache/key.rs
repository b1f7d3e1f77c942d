use std::hash::{BuildHasherDefault, Hash, Hasher};

use quick_cache::Equivalent;

/// A token's text, all of it, and the hash of it, which is made once.
pub(super) struct Key {
    pub(super) hash: u64,
    pub(super) text: Box<str>,
}

impl PartialEq for Key {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}

impl Eq for Key {}

impl Hash for Key {
    fn hash<H: Hasher>(&self, state: &mut H) {
        state.write_u64(self.hash);
    }
}

/// A key that is only looked for.
pub(super) struct Sought<'t> {
    pub(super) hash: u64,
    pub(super) text: &'t str,
}

impl Equivalent<Key> for Sought<'_> {
    fn equivalent(&self, key: &Key) -> bool {
        *self.text == *key.text
    }
}

impl Hash for Sought<'_> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        state.write_u64(self.hash);
    }
}

/// Takes the hash that a key brings along as it is.
pub(super) type PassedOn = BuildHasherDefault<Brought>;

#[derive(Default)]
pub(super) struct Brought(u64);

impl Hasher for Brought {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        // Never called by a key; any answer would be a right one.
        for &byte in bytes {
            self.0 = self.0.rotate_left(8) ^ u64::from(byte);
        }
    }

    fn write_u64(&mut self, hash: u64) {
        self.0 = hash;
    }
}
