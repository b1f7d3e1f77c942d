//! The private half as bytes, and the check that the two halves belong together.

use zeroize::Zeroizing;

use super::point::{self, Point};
use crate::KeyError;

/// A private number between 1 and n - 1, in 48 bytes, big-endian. It stays in one place on the heap and is wiped there.
pub(crate) struct Scalar {
    number: Box<Zeroizing<[u8; 48]>>,
    /// A second copy. A signature made with one copy is checked with the other, so that no wrong signature is
    /// returned after a bit has flipped in memory. A wrong signature and the right public key would reveal that bit
    /// of the number.
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

    /// Draws a number with random bytes of the operating system.
    pub(crate) fn random() -> Result<Self, KeyError> {
        let mut scalar = Self::zero();
        loop {
            getrandom::fill(scalar.number.as_mut_slice()).map_err(|_| KeyError::Randomness)?;
            // The number is out of range about once in 2^194. Drawing again keeps the distribution uniform.
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

/// A private half and the public half that belongs to it.
pub(crate) struct Pair {
    pub(crate) scalar: Scalar,
    pub(crate) point: Point,
}

impl Pair {
    /// Computes the public half, and compares it with each public half that the input claims.
    pub(crate) fn new(scalar: Scalar, claimed: &[Point]) -> Result<Self, KeyError> {
        let point = point::encode(&scalar.secret_key()?.public_key())?;
        if claimed.iter().any(|claim| *claim != point) {
            return Err(KeyError::HalvesMismatch);
        }
        Ok(Self { scalar, point })
    }
}
