//! How many signatures of a batch go side by side, and how many one by one: each path has counts of its own, and takes them.

use std::cell::Cell;

use p384::{ProjectivePoint, Scalar, elliptic_curve::group::Group};

use super::{
    super::{
        lanes::Lanes,
        modulus,
        point::Affine,
        residue::Field,
        table::RowTable,
        verify::{Item, Verdict, verify_batch},
    },
    cases::{Key, bytes},
    ways::{Way, on_all_lanes},
};
use crate::engine::sign::{Job, Signer};

on_all_lanes!(choices);

thread_local! {
    static NOTED: Cell<(usize, usize)> = const { Cell::new((0, 0)) };
}

/// What batches call in tests: so many went side by side, so many one by one.
pub(crate) fn note(together: usize, alone: usize) {
    NOTED.set((NOTED.get().0 + together, NOTED.get().1 + alone));
}

fn noted(work: impl FnOnce()) -> (usize, usize) {
    NOTED.set((0, 0));
    work();
    NOTED.get()
}

fn choices<L: Lanes>(lanes: L) {
    let private = Scalar::from(12_345_u64);
    let key = Key::new("signer", ProjectivePoint::mul_by_generator(&private), Some(private));
    let [x, y] =
        [1, 49].map(|from| Field::new(&modulus::from_bytes(key.point[from..].first_chunk().unwrap())));
    let table = RowTable::new(&Affine { x, y });
    let (signer, digest) = (Signer::new(&bytes(&private)), [7; 48]);
    for whole in [0, 8, 16] {
        for (least, what) in [(L::SIGNED_TOGETHER, "sign"), (L::VERIFIED_TOGETHER, "verify")] {
            assert!((2..=8).contains(&least), "one lane of eight is never worth it, and eight always are");
            for rest in [0, 1, least - 1, least] {
                let count = whole + rest;
                let jobs = vec![Job::of(&signer, &digest); count];
                let mut signatures = Vec::new();
                let signing = noted(|| signatures = lanes.sign(&jobs));
                let signatures: Vec<_> = signatures.into_iter().map(Option::unwrap).collect();
                let items: Vec<Item<'_, L::Radix>> = signatures
                    .iter()
                    .map(|signature| Item { key: &table, digest: &digest, signature })
                    .collect();
                let verifying =
                    noted(|| assert_eq!(verify_batch(lanes, &items), vec![Verdict::Valid; count], "{what}"));
                let split = |least| if rest < least { (whole, rest) } else { (count, 0) };
                assert_eq!(signing, split(L::SIGNED_TOGETHER), "{count} to sign");
                assert_eq!(verifying, split(L::VERIFIED_TOGETHER), "{count} to verify");
            }
        }
    }
}
