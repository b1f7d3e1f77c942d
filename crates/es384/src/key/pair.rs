//! The private half as bytes, and the check that both halves belong together.

use zeroize::Zeroizing;

use super::point::{self, Point};
use crate::KeyError;

/// A private number between 1 and n - 1, in 48 bytes, big-endian. Stays in one place on the heap and is wiped there.
pub(crate) struct Scalar {
    number: Box<Zeroizing<[u8; 48]>>,
    /// The same once more. A signature made with one is checked with the other, so that a bit that flipped in memory gives
    /// no signature away: from a wrong one, and the right public key, that bit of the number can be told.
    copy: Box<Zeroizing<[u8; 48]>>,
}

impl Scalar {
    /// Takes 48 bytes and checks the range.
    pub(crate) fn from_slice(bytes: &[u8]) -> Result<Self, KeyError> {
        if bytes.len() != 48 {
            return Err(KeyError::ScalarLength { bytes: bytes.len() });
        }
        let mut scalar = Self::zero();
        scalar.number.copy_from_slice(bytes);
        scalar.copy.copy_from_slice(bytes);
        scalar.secret_key()?;
        Ok(scalar)
    }

    /// Draws one from the operating system.
    pub(crate) fn random() -> Result<Self, KeyError> {
        let mut scalar = Self::zero();
        loop {
            getrandom::fill(scalar.number.as_mut_slice()).map_err(|_| KeyError::Randomness)?;
            // Out of range about once in 2^194; drawing again keeps the choice uniform.
            if scalar.secret_key().is_ok() {
                scalar.copy.copy_from_slice(scalar.number.as_slice());
                return Ok(scalar);
            }
        }
    }

    /// The number, big-endian.
    pub(crate) fn as_bytes(&self) -> &[u8; 48] {
        &self.number
    }

    /// The second copy of the number.
    pub(crate) fn copy(&self) -> &[u8; 48] {
        &self.copy
    }

    fn zero() -> Self {
        let zero = || Box::new(Zeroizing::new([0; 48]));
        Self { number: zero(), copy: zero() }
    }

    fn secret_key(&self) -> Result<p384::SecretKey, KeyError> {
        p384::SecretKey::from_slice(self.as_bytes()).map_err(|_| KeyError::ScalarOutOfRange)
    }
}

/// Both halves, which belong together.
pub(crate) struct Pair {
    pub(crate) scalar: Scalar,
    pub(crate) point: Point,
}

impl Pair {
    /// Works out the public half and compares it with each one that came along.
    pub(crate) fn new(scalar: Scalar, claimed: &[Point]) -> Result<Self, KeyError> {
        let point = point::encode(&scalar.secret_key()?.public_key())?;
        if claimed.iter().any(|claim| *claim != point) {
            return Err(KeyError::HalvesMismatch);
        }
        Ok(Self { scalar, point })
    }
}
