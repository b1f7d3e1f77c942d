//! Hashes of what others choose, under a key that nobody outside knows.

use std::hash::{BuildHasher, Hasher, RandomState};

use siphasher::sip128::{Hasher128, SipHasher13};

/// Makes the fingerprints of texts: SipHash-1-3 of 128 bits, under a random key of this process.
#[derive(Clone, Copy)]
pub(crate) struct KeyedHash(SipHasher13);

/// 128 bits that stand for texts. Without the key nobody can look for two texts that share them, and by chance it happens
/// as rarely as that two random participant IDs are the same.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) struct Fingerprint {
    /// Chooses the shard.
    pub(crate) shard: u64,
    /// Chooses the place in it.
    pub(crate) hash: u64,
}

impl KeyedHash {
    /// With a key of its own, which the standard library takes from the operating system.
    pub(crate) fn random() -> Self {
        let word = || RandomState::new().hash_one(());
        Self(SipHasher13::new_with_keys(word(), word()))
    }

    /// Takes in one more text. What was taken in before stays as it was, so that it can go on in several ways.
    #[must_use]
    pub(crate) fn with(self, text: impl AsRef<[u8]>) -> Self {
        let mut hasher = self.0;
        hasher.write(text.as_ref());
        // Never in UTF-8: "ab" and "c" differ from "a" and "bc".
        hasher.write_u8(0xff);
        Self(hasher)
    }

    /// Of all that was taken in.
    pub(crate) fn fingerprint(self) -> Fingerprint {
        let all = self.0.finish128();
        Fingerprint { shard: all.h1, hash: all.h2 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tells_texts_and_their_borders_apart() {
        let hash = KeyedHash::random();
        let of = |texts: &[&str]| texts.iter().fold(hash, KeyedHash::with).fingerprint();
        assert!(of(&["ab", "c"]) == of(&["ab", "c"]));
        for other in [&["a", "bc"][..], &["abc"], &["ab", "c", ""], &["ab"], &["c", "ab"], &[]] {
            assert!(of(other) != of(&["ab", "c"]), "{other:?}");
        }
    }

    #[test]
    fn every_key_is_another() {
        let of = |hash: KeyedHash| hash.with("a").fingerprint();
        assert!(of(KeyedHash::random()) != of(KeyedHash::random()));
    }
}
