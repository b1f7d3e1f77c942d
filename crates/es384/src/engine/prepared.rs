//! Public keys that are prepared for the engine.

use super::{
    Path,
    lanes::{self, Form, Radix30, Radix52},
    modulus,
    point::Affine,
    residue::Field,
    table::{AffineTable, RowTable},
    verify::{self, Item, Verdict},
};
use crate::{Signature, key::point::Point};

/// Calls [`verify_some`] for the jobs whose table is of this variant.
macro_rules! verify_some {
    ($variant:ident, $jobs:expr, $verdicts:expr, $verify:expr) => {
        verify_some(
            &mut $verdicts,
            $jobs,
            |prepared| if let Prepared::$variant(table) = prepared { Some(table) } else { None },
            $verify,
        )
    };
}

/// The table of a key, in the form that its path needs.
pub(crate) enum Prepared {
    #[cfg(target_arch = "x86_64")]
    Ifma(RowTable<Radix52>),
    #[cfg(target_arch = "x86_64")]
    Avx2(RowTable<Radix30>),
    #[cfg(target_arch = "aarch64")]
    Neon(RowTable<Radix30>),
    #[cfg(feature = "model")]
    Model(RowTable<Radix52>),
    #[cfg(feature = "model")]
    Model30(RowTable<Radix30>),
    #[cfg(target_feature = "simd128")]
    Simd128(RowTable<Radix30>),
    #[cfg(not(target_feature = "simd128"))]
    Words(AffineTable),
}

impl Prepared {
    /// Makes the table of a key, and the table of the base point if there is none yet. This takes a millisecond or two.
    pub(crate) fn new(point: &Point, path: Path) -> Self {
        let (_, coordinates) = point.split_at(1);
        let (coordinates, _) = coordinates.as_chunks::<48>();
        let [x, y] = [0, 1].map(|i| Field::new(&modulus::from_bytes(&coordinates[i])));
        let point = Affine { x, y };
        match path {
            #[cfg(target_arch = "x86_64")]
            Path::Ifma => Self::Ifma(RowTable::new(&point)),
            #[cfg(target_arch = "x86_64")]
            Path::Avx2 => Self::Avx2(RowTable::new(&point)),
            #[cfg(target_arch = "aarch64")]
            Path::Neon => Self::Neon(RowTable::new(&point)),
            #[cfg(feature = "model")]
            Path::Model => Self::Model(RowTable::new(&point)),
            #[cfg(feature = "model")]
            Path::Model30 => Self::Model30(RowTable::new(&point)),
            #[cfg(target_feature = "simd128")]
            Path::Simd128 => Self::Simd128(RowTable::new(&point)),
            #[cfg(not(target_feature = "simd128"))]
            Path::Words => Self::Words(AffineTable::new(&point)),
        }
    }

    /// The size of the table in bytes.
    pub(crate) fn size(path: Path) -> usize {
        match path {
            #[cfg(not(target_feature = "simd128"))]
            Path::Words => AffineTable::SIZE,
            // Rows have the same size in every form.
            _ => RowTable::<Radix52>::SIZE,
        }
    }

    /// Verifies a signature of a message with this SHA-384 digest.
    pub(crate) fn verify(&self, digest: &[u8; 48], signature: &Signature) -> Verdict {
        match self {
            #[cfg(target_arch = "x86_64")]
            Self::Ifma(table) => match lanes::Ifma::detect() {
                Some(lanes) => verify::verify_single(lanes, table, digest, signature),
                None => Verdict::Undecided,
            },
            #[cfg(target_arch = "x86_64")]
            Self::Avx2(table) => match lanes::Avx2::detect() {
                Some(lanes) => verify::verify_single(lanes, table, digest, signature),
                None => Verdict::Undecided,
            },
            #[cfg(target_arch = "aarch64")]
            Self::Neon(table) => match lanes::Neon::detect() {
                Some(lanes) => verify::verify_single(lanes, table, digest, signature),
                None => Verdict::Undecided,
            },
            #[cfg(feature = "model")]
            Self::Model(table) => verify::verify_single(lanes::Model::ZERO, table, digest, signature),
            #[cfg(feature = "model")]
            Self::Model30(table) => verify::verify_single(lanes::Model::ZERO, table, digest, signature),
            #[cfg(target_feature = "simd128")]
            Self::Simd128(table) => verify::verify_single(lanes::Simd128::ZERO, table, digest, signature),
            #[cfg(not(target_feature = "simd128"))]
            Self::Words(table) => verify::verify_words(table, digest, signature),
        }
    }

    #[cfg(not(target_feature = "simd128"))]
    #[cfg_attr(
        not(any(target_arch = "x86_64", target_arch = "aarch64", feature = "model")),
        expect(irrefutable_let_patterns, reason = "without lanes, all tables are for words")
    )]
    fn for_words(&self) -> Option<&AffineTable> {
        if let Self::Words(table) = self { Some(table) } else { None }
    }
}

/// A signature to be verified in a batch, for a message with this digest, under this key.
#[derive(Clone, Copy)]
pub(crate) struct Job<'a> {
    pub(crate) key: &'a Prepared,
    pub(crate) digest: &'a [u8; 48],
    pub(crate) signature: &'a Signature,
}

/// Verifies signatures under any mix of keys, with a verdict for each.
pub(crate) fn verify_batch(jobs: &[Job<'_>]) -> Vec<Verdict> {
    let mut verdicts = vec![Verdict::Undecided; jobs.len()];
    #[cfg(target_arch = "x86_64")]
    if let Some(lanes) = lanes::Ifma::detect() {
        verify_some!(Ifma, jobs, verdicts, |items| verify::verify_batch(lanes, items));
    }
    #[cfg(target_arch = "x86_64")]
    if let Some(lanes) = lanes::Avx2::detect() {
        verify_some!(Avx2, jobs, verdicts, |items| verify::verify_batch(lanes, items));
    }
    #[cfg(target_arch = "aarch64")]
    if let Some(lanes) = lanes::Neon::detect() {
        verify_some!(Neon, jobs, verdicts, |items| verify::verify_batch(lanes, items));
    }
    #[cfg(feature = "model")]
    {
        verify_some!(Model, jobs, verdicts, |items| verify::verify_batch(lanes::Model::ZERO, items));
        verify_some!(Model30, jobs, verdicts, |items| verify::verify_batch(lanes::Model::ZERO, items));
    }
    #[cfg(target_feature = "simd128")]
    verify_some!(Simd128, jobs, verdicts, |items| verify::verify_batch(lanes::Simd128::ZERO, items));
    #[cfg(not(target_feature = "simd128"))]
    verify_in_words(jobs, &mut verdicts);
    verdicts
}

/// Verifies the jobs whose keys have a table for words.
#[cfg(not(target_feature = "simd128"))]
fn verify_in_words(jobs: &[Job<'_>], verdicts: &mut [Verdict]) {
    let words = jobs.iter().enumerate().filter_map(|(place, job)| {
        let Job { key, digest, signature } = *job;
        Some((place, verify::WordsItem { key: key.for_words()?, digest, signature }))
    });
    let (places, items): (Vec<usize>, Vec<_>) = words.unzip();
    for (place, verdict) in places.into_iter().zip(verify::verify_words_batch(&items)) {
        verdicts[place] = verdict;
    }
}

/// Verifies the jobs whose keys have a table of one kind.
fn verify_some<'a, F: Form>(
    verdicts: &mut [Verdict],
    jobs: &[Job<'a>],
    table: fn(&Prepared) -> Option<&RowTable<F>>,
    verify: impl Fn(&[Item<'a, F>]) -> Vec<Verdict>,
) {
    let (places, items): (Vec<_>, Vec<_>) = jobs
        .iter()
        .enumerate()
        .filter_map(|(place, job)| {
            let Job { key, digest, signature } = *job;
            Some((place, Item { key: table(key)?, digest, signature }))
        })
        .unzip();
    for (place, verdict) in places.into_iter().zip(verify(&items)) {
        verdicts[place] = verdict;
    }
}
