//! The engine against big integers and against other implementations.

mod big;
mod cases;
pub(crate) mod choice;
mod differential;
mod field8;
mod hmac;
mod intervals;
mod leak;
pub(crate) mod memcheck;
mod points;
mod remains;
mod residue;
mod sha384;
mod signing;
mod ways;

/// Digits of bytes, two for each.
pub(super) fn hex<const LEN: usize>(text: &str) -> [u8; LEN] {
    std::array::from_fn(|i| u8::from_str_radix(&text[2 * i..2 * i + 2], 16).unwrap())
}

/// Of another implementation.
pub(super) fn sha384(message: &[u8]) -> [u8; 48] {
    use sha2::Digest;
    sha2::Sha384::digest(message).into()
}

/// A small generator of test values (Marsaglia, "Xorshift RNGs", 2003): repeatable, and no security in it.
pub(super) struct Random(u64);

impl Random {
    pub(super) fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1)
    }

    pub(super) fn word(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0.wrapping_mul(0x2545_F491_4F6C_DD1D)
    }

    /// Below `end`.
    pub(super) fn below(&mut self, end: usize) -> usize {
        usize::try_from(self.word() >> 16).unwrap() % end
    }

    pub(super) fn words<const LEN: usize>(&mut self) -> [u64; LEN] {
        std::array::from_fn(|_| self.word())
    }

    pub(super) fn bytes<const LEN: usize>(&mut self) -> [u8; LEN] {
        std::array::from_fn(|_| self.word().to_le_bytes()[3])
    }
}
