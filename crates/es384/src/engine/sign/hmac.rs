//! HMAC-SHA-384 (RFC 2104) of short messages, with what depends on the key alone worked out once.

use sha2::block_api::compress512;
use zeroize::Zeroizing;

use crate::engine::{
    lanes::Lanes,
    sha384::{BLOCK, INITIAL, PADDING, State, digest_8_after},
};

/// What is combined with the key for the inner and for the outer hash.
const INNER: u8 = 0x36;
const OUTER: u8 = 0x5C;

/// A key, as the states of both hashes after their first block, which holds nothing but the key. As secret as the key.
pub(crate) struct Hmac {
    inner: Zeroizing<State>,
    outer: Zeroizing<State>,
}

impl Hmac {
    #[inline(never)]
    pub(crate) fn new(key: &[u8; 48]) -> Self {
        let after = |pad| {
            let mut block = Zeroizing::new([pad; BLOCK]);
            for (byte, key) in block.iter_mut().zip(key) {
                *byte ^= key;
            }
            let mut state = Zeroizing::new(INITIAL);
            compress512(&mut state, std::slice::from_ref(&*block));
            state
        };
        Self { inner: after(INNER), outer: after(OUTER) }
    }

    #[inline(never)]
    pub(crate) fn of<const LEN: usize>(&self, message: &[u8; LEN]) -> [u8; 48] {
        const { assert!(LEN + PADDING <= BLOCK) };
        let inner = Zeroizing::new(digest_after(&self.inner, message));
        digest_after(&self.outer, &*inner)
    }

    /// [`of`](Self::of) of eight messages side by side, each under its own key.
    #[inline(never)]
    pub(crate) fn of_8<L: Lanes, const LEN: usize>(
        lanes: L,
        keys: [&Self; 8],
        messages: &[[u8; LEN]; 8],
    ) -> [[u8; 48]; 8] {
        let messages = messages.each_ref().map(<[u8; LEN]>::as_slice);
        let inner = Zeroizing::new(digest_8_after(lanes, keys.map(|key| &*key.inner), &messages));
        digest_8_after(lanes, keys.map(|key| &*key.outer), &inner.each_ref().map(<[u8; 48]>::as_slice))
    }

    /// For a test that looks for them.
    #[cfg(test)]
    #[cfg(feature = "engine")]
    pub(crate) fn states(&self) -> [&State; 2] {
        [&self.inner, &self.outer]
    }
}

/// The digest of a block that led to this state, and of a message that fits the next.
fn digest_after(state: &State, message: &[u8]) -> [u8; 48] {
    let mut block = Zeroizing::new([0; BLOCK]);
    block[..message.len()].copy_from_slice(message);
    block[message.len()] = 0x80;
    block[BLOCK - 8..].copy_from_slice(&(8 * (BLOCK + message.len()) as u64).to_be_bytes());
    let mut state = Zeroizing::new(*state);
    compress512(&mut state, std::slice::from_ref(&*block));
    let mut digest = [0; 48];
    for (bytes, word) in digest.as_chunks_mut().0.iter_mut().zip(&*state) {
        *bytes = word.to_be_bytes();
    }
    digest
}
