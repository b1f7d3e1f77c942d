//! IDs of resources: random, or the same in each run.

use crate::http::hash::hmac_sha256;

const ALPHANUMERIC: &[u8; 62] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

/// The IDs of one call: a stream of bytes from a key and the number of the call.
#[derive(Debug)]
pub(crate) struct Ids {
    key: [u8; 32],
    call: u64,
    block: u64,
    bytes: Vec<u8>,
}

impl Ids {
    /// The IDs of call number `call` in a run with this seed.
    pub(crate) fn seeded(seed: &str, call: u64) -> Self {
        Self::new(hmac_sha256(seed.as_bytes(), &call.to_be_bytes()), call)
    }

    /// The IDs of call number `call`, which nobody can foresee.
    pub(crate) fn random(call: u64) -> Result<Self, getrandom::Error> {
        let mut key = [0; 32];
        getrandom::fill(&mut key)?;
        Ok(Self::new(key, call))
    }

    fn new(key: [u8; 32], call: u64) -> Self {
        Self { key, call, block: 0, bytes: Vec::new() }
    }

    /// The number of the call.
    pub(crate) fn call(&self) -> u64 {
        self.call
    }

    /// So many letters and digits.
    pub(crate) fn alphanumeric(&mut self, len: usize) -> String {
        let mut text = String::with_capacity(len);
        while text.len() < len {
            // Only bytes below a multiple of 62, so that every character is as likely.
            if let Some(&character) = ALPHANUMERIC.get(usize::from(self.byte() >> 2)) {
                text.push(char::from(character));
            }
        }
        text
    }

    /// A random UUID (RFC 9562, version 4).
    pub(crate) fn uuid(&mut self) -> String {
        let bytes = std::array::from_fn(|_| self.byte());
        uuid::Builder::from_random_bytes(bytes).into_uuid().to_string()
    }

    fn byte(&mut self) -> u8 {
        loop {
            if let Some(byte) = self.bytes.pop() {
                return byte;
            }
            self.bytes = hmac_sha256(&self.key, &self.block.to_be_bytes()).to_vec();
            self.block += 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_seed_gives_the_same_ids() {
        let ids = |call| {
            let mut ids = Ids::seeded("x", call);
            (ids.alphanumeric(12), ids.uuid())
        };
        assert_eq!(ids(1), ids(1));
        assert_ne!(ids(1), ids(2));
        assert_eq!(ids(1).0.len(), 12);
        assert_eq!(ids(1).1.len(), 36);
    }
}
