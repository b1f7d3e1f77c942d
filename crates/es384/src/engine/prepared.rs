//! A public key made ready for the engine.

use super::{
    Path, modulus,
    point::Affine,
    residue::Field,
    table::{AffineTable, RowTable},
    verify::{self, Item, Verdict, WordsItem},
};
use crate::{Signature, key::point::Point};

/// The table of a key, in the form that its path takes.
pub(crate) enum Prepared {
    #[cfg(target_arch = "x86_64")]
    Ifma(RowTable),
    #[cfg(any(test, feature = "model"))]
    Model(RowTable),
    Words(AffineTable),
}

impl Prepared {
    /// Makes the table of a key, and that of the base point if it is not there yet. Takes a millisecond or two.
    pub(crate) fn new(point: &Point, path: Path) -> Self {
        let (_, coordinates) = point.split_at(1);
        let (coordinates, _) = coordinates.as_chunks::<48>();
        let [x, y] = [0, 1].map(|i| Field::new(&modulus::from_bytes(&coordinates[i])));
        let point = Affine { x, y };
        match path {
            #[cfg(target_arch = "x86_64")]
            Path::Ifma => Self::Ifma(RowTable::new(&point)),
            #[cfg(any(test, feature = "model"))]
            Path::Model => Self::Model(RowTable::new(&point)),
            Path::Words => Self::Words(AffineTable::new(&point)),
        }
    }

    /// Bytes of the table.
    pub(crate) fn size(path: Path) -> usize {
        if path == Path::Words { AffineTable::SIZE } else { RowTable::SIZE }
    }

    /// Verifies a signature of a message with this SHA-384 digest.
    pub(crate) fn verify(&self, digest: &[u8; 48], signature: &Signature) -> Verdict {
        match self {
            #[cfg(target_arch = "x86_64")]
            Self::Ifma(table) => match super::lanes::Ifma::detect() {
                Some(lanes) => verify::verify_single(lanes, table, digest, signature),
                None => Verdict::Undecided,
            },
            #[cfg(any(test, feature = "model"))]
            Self::Model(table) => verify::verify_single(super::lanes::Model::ZERO, table, digest, signature),
            Self::Words(table) => verify::verify_words(table, digest, signature),
        }
    }

    #[cfg_attr(
        not(any(target_arch = "x86_64", test, feature = "model")),
        expect(irrefutable_let_patterns, reason = "without lanes all tables are for words")
    )]
    fn for_words(&self) -> Option<&AffineTable> {
        if let Self::Words(table) = self { Some(table) } else { None }
    }

    #[cfg(target_arch = "x86_64")]
    fn for_ifma(&self) -> Option<&RowTable> {
        if let Self::Ifma(table) = self { Some(table) } else { None }
    }

    #[cfg(any(test, feature = "model"))]
    fn for_model(&self) -> Option<&RowTable> {
        if let Self::Model(table) = self { Some(table) } else { None }
    }
}

/// A signature to be verified in a batch: of a message with this digest, under this key.
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
    if let Some(lanes) = super::lanes::Ifma::detect() {
        verify_some(&mut verdicts, jobs, Prepared::for_ifma, |items| verify::verify_batch(lanes, items));
    }
    #[cfg(any(test, feature = "model"))]
    verify_some(&mut verdicts, jobs, Prepared::for_model, |items| {
        verify::verify_batch(super::lanes::Model::ZERO, items)
    });
    let words = jobs.iter().enumerate().filter_map(|(place, job)| {
        let Job { key, digest, signature } = *job;
        Some((place, WordsItem { key: key.for_words()?, digest, signature }))
    });
    let (places, items): (Vec<usize>, Vec<_>) = words.unzip();
    for (place, verdict) in places.into_iter().zip(verify::verify_words_batch(&items)) {
        verdicts[place] = verdict;
    }
    verdicts
}

/// Verifies the jobs whose keys have a table of one kind.
fn verify_some<'a>(
    verdicts: &mut [Verdict],
    jobs: &[Job<'a>],
    table: fn(&Prepared) -> Option<&RowTable>,
    verify: impl Fn(&[Item<'a>]) -> Vec<Verdict>,
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
