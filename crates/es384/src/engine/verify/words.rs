//! Verification in words, for processors without the instructions that lanes need. A single verification allocates
//! nothing.

use super::{ALL, BASE_WINDOWS, Multiples, Parsed, Verdict};
use crate::{
    Signature,
    engine::{
        column::{Column, sum_columns},
        inverse,
        point::Sum,
        residue::{Field, Scalar},
        table::{AffineTable, BaseAffines},
    },
};

/// From how many pairs on an inversion pays. It takes as long as about 50 multiplications, and a pair saves 4 of them.
const WORTH: usize = 13;

/// How many signatures share their inversions. The points of each take 15 KiB.
const GROUP: usize = 16;

/// A signature to be verified, for a message with this digest, under this key.
#[derive(Clone, Copy)]
pub(crate) struct WordsItem<'a> {
    pub(crate) key: &'a AffineTable,
    pub(crate) digest: &'a [u8; 48],
    pub(crate) signature: &'a Signature,
}

/// Verifies one signature of a message with this digest.
pub(crate) fn verify_words(key: &AffineTable, digest: &[u8; 48], signature: &Signature) -> Verdict {
    let Some(parsed) = Parsed::new(signature) else { return Verdict::Invalid };
    let inverse_of_s = Scalar::new(&parsed.s).invert_vartime();
    let multiples = Multiples::new(digest, &parsed.r, &inverse_of_s);
    let mut columns = [column(key, &multiples)];
    let mut verdict = Verdict::Undecided;
    sum_columns(&mut columns, WORTH, Field::invert_vartime, |_, sum| verdict = decide(&parsed, sum));
    verdict
}

/// Verifies signatures under any mix of keys, with a verdict for each.
pub(crate) fn verify_words_batch(items: &[WordsItem<'_>]) -> Vec<Verdict> {
    let mut verdicts = vec![Verdict::Invalid; items.len()];
    let parsed: Vec<(usize, Parsed)> = items
        .iter()
        .enumerate()
        .filter_map(|(place, item)| Some((place, Parsed::new(item.signature)?)))
        .collect();
    let mut columns = Vec::with_capacity(GROUP.min(parsed.len()));
    for group in parsed.chunks(GROUP) {
        let mut inverses: Vec<Scalar> = group.iter().map(|(_, parsed)| Scalar::new(&parsed.s)).collect();
        let inverted = inverse::invert_all_vartime(&mut inverses);
        debug_assert!(inverted, "an s of zero is out of range");
        columns.clear();
        columns.extend(group.iter().zip(&inverses).map(|((place, parsed), inverse_of_s)| {
            let WordsItem { key, digest, .. } = items[*place];
            column(key, &Multiples::new(digest, &parsed.r, inverse_of_s))
        }));
        sum_columns(&mut columns, WORTH, Field::invert_vartime, |i, sum| {
            let (place, parsed) = &group[i];
            verdicts[*place] = decide(parsed, sum);
        });
    }
    verdicts
}

/// The table entries that the digits name: first those of the base point, then those of the key.
fn column(key: &AffineTable, multiples: &Multiples) -> Column<ALL> {
    let base = BaseAffines::shared();
    Column::new(|i| {
        let (entry, digit) = if let Some(digit) = multiples.of_generator.get(i) {
            (base.entry(i, *digit), *digit)
        } else {
            let (window, digit) = (i - BASE_WINDOWS, multiples.of_key[i - BASE_WINDOWS]);
            (key.entry(window, digit), digit)
        };
        if digit.is_negative() == 1 { entry.negate() } else { *entry }
    })
}

/// The verdict. It is undecided if an addition met equal or opposite points.
fn decide(parsed: &Parsed, sum: Option<&Sum>) -> Verdict {
    let Some(sum) = sum else { return Verdict::Undecided };
    if sum.has_x(&parsed.r) || parsed.second_candidate().is_some_and(|x| sum.has_x(&x)) {
        Verdict::Valid
    } else {
        Verdict::Invalid
    }
}
