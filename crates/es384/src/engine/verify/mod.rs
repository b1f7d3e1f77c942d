//! Verification, in three ways that agree: one signature spread over the lanes, many signatures with one in each
//! lane, and signatures in words if there are no lanes.
//!
//! All values are public, so the time may depend on them. The answer must never be wrong: if a formula meets a case
//! that it does not cover, the verdict is [`Verdict::Undecided`] and the backend decides.

mod batch;
mod single;
mod words;

use super::{
    digits::{BASE_WINDOW, BASE_WINDOWS, Digit, WINDOW, WINDOWS, recode},
    modulus::{self, N, P_LESS_N, Words},
    residue::Scalar,
};
use crate::Signature;

pub(crate) use batch::{Item, verify_batch};
pub(crate) use single::verify_single;
pub(crate) use words::{WordsItem, verify_words, verify_words_batch};

/// The result of a verification.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    Valid,
    Invalid,
    /// The formulas met an exceptional case, so the backend must decide.
    Undecided,
}

/// How many table entries a verification adds up.
const ALL: usize = BASE_WINDOWS + WINDOWS;

/// r and s, both between 1 and n - 1.
struct Parsed {
    r: Words,
    s: Words,
}

impl Parsed {
    fn new(signature: &Signature) -> Option<Self> {
        let (halves, _) = signature.as_chunks::<48>();
        let [r, s] = halves else { return None };
        let (r, s) = (modulus::from_bytes(r), modulus::from_bytes(s));
        let in_range = |number: &Words| *number != [0; 6] && modulus::less(number, &N);
        (in_range(&r) && in_range(&s)).then_some(Self { r, s })
    }

    /// r + n, if it is below p. The x coordinate from which r was made may then have been r + n.
    fn second_candidate(&self) -> Option<Words> {
        modulus::less(&self.r, &P_LESS_N).then(|| modulus::add(&self.r, &N).0)
    }
}

/// The multiples of the base point and of the public key, as digits (SEC 1, section 4.1.4).
struct Multiples {
    of_generator: [Digit; BASE_WINDOWS],
    of_key: [Digit; WINDOWS],
}

impl Multiples {
    /// Computes e/s and r/s. The digest need not be below n.
    fn new(digest: &[u8; 48], r: &Words, inverse_of_s: &Scalar) -> Self {
        Self {
            of_generator: recode::<BASE_WINDOW, BASE_WINDOWS>(
                &inverse_of_s.scale(&modulus::from_bytes(digest)),
            ),
            of_key: recode::<WINDOW, WINDOWS>(&inverse_of_s.scale(r)),
        }
    }
}
