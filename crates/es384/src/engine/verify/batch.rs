//! Many signatures, one in each lane. Groups of eight are summed up side by side, and share their inversions.

use super::{ALL, BASE_WINDOWS, Multiples, Parsed, Verdict, WINDOWS, single};
use crate::{
    Signature,
    engine::{
        inverse,
        lanes::{Form, Lanes, Task, eight, grouped},
        modulus::Words,
        point8::{Affine8, Sum8},
        residue::{Field, Scalar},
        table::{BaseRows, RowTable},
        tree,
    },
};

/// A signature to be verified, for a message with this digest, under this key.
#[derive(Clone, Copy)]
pub(crate) struct Item<'a, F: Form> {
    pub(crate) key: &'a RowTable<F>,
    pub(crate) digest: &'a [u8; 48],
    pub(crate) signature: &'a Signature,
}

/// How many groups share their inversions. Each takes 130 KiB while it is summed up. More groups would push the
/// tables of the keys out of the second-level cache.
const GROUPS: usize = 2;

/// Verifies signatures under any mix of keys, with a verdict for each.
pub(crate) fn verify_batch<L: Lanes>(lanes: L, items: &[Item<'_, L::Radix>]) -> Vec<Verdict> {
    let mut verdicts = vec![Verdict::Invalid; items.len()];
    let jobs = jobs(items);
    for chunk in jobs.chunks(8 * GROUPS) {
        let in_groups = if L::SIDE_BY_SIDE { grouped(chunk.len(), L::VERIFIED_TOGETHER) } else { 0 };
        let (groups, few) = chunk.split_at(in_groups);
        #[cfg(test)]
        #[cfg(feature = "engine")]
        crate::engine::tests::choice::note(groups.len(), few.len());
        if in_groups > 0 {
            for (job, verdict) in groups.iter().zip(decide(lanes, groups)) {
                verdicts[job.place] = verdict;
            }
        }
        for job in few {
            verdicts[job.place] = single::decide(lanes, job.key, &job.parsed, &job.multiples);
        }
    }
    verdicts
}

/// An item whose r and s are in range.
struct Job<'a, F: Form> {
    place: usize,
    key: &'a RowTable<F>,
    parsed: Parsed,
    multiples: Multiples,
}

fn jobs<'a, F: Form>(items: &[Item<'a, F>]) -> Vec<Job<'a, F>> {
    let parsed: Vec<_> = items
        .iter()
        .enumerate()
        .filter_map(|(place, item)| Some((place, item, Parsed::new(item.signature)?)))
        .collect();
    let mut inverses: Vec<Scalar> = parsed.iter().map(|(_, _, parsed)| Scalar::new(&parsed.s)).collect();
    let inverted = inverse::invert_all_vartime(&mut inverses);
    debug_assert!(inverted, "an s of zero is out of range");
    let jobs = parsed.into_iter().zip(inverses).map(|((place, item, parsed), inverse)| Job {
        place,
        key: item.key,
        multiples: Multiples::new(item.digest, &parsed.r, &inverse),
        parsed,
    });
    jobs.collect()
}

fn decide<L: Lanes>(lanes: L, jobs: &[Job<'_, L::Radix>]) -> Vec<Verdict> {
    let Some(first) = jobs.first() else { return Vec::new() };
    let groups: Vec<[&Job<'_, L::Radix>; 8]> =
        jobs.chunks(8).map(|group| std::array::from_fn(|lane| group.get(lane).unwrap_or(first))).collect();
    let mut points = Vec::with_capacity(ALL * groups.len());
    for group in &groups {
        lanes.run(Load { lanes, group, points: &mut points });
    }
    let sums = tree::sum_columns(lanes, &mut points, ALL, Field::invert_vartime);
    let verdicts = groups.iter().zip(sums).flat_map(|(group, sum)| verdicts(group, &sum));
    verdicts.take(jobs.len()).collect()
}

fn verdicts<L: Lanes>(group: &[&Job<'_, L::Radix>; 8], sum: &Sum8<L>) -> [Verdict; 8] {
    let has_x = |candidates: [Words; 8]| sum.has_x(&candidates);
    let undecided = sum.exceptional();
    let mut valid = has_x(group.map(|job| job.parsed.r));
    let others = group.map(|job| job.parsed.second_candidate());
    if others.iter().any(Option::is_some) {
        valid |= has_x(std::array::from_fn(|lane| others[lane].unwrap_or(group[lane].parsed.r)));
    }
    std::array::from_fn(|lane| {
        if undecided >> lane & 1 == 1 {
            Verdict::Undecided
        } else if valid >> lane & 1 == 1 {
            Verdict::Valid
        } else {
            Verdict::Invalid
        }
    })
}

/// Appends the table entries that the digits of a group name: first those of the base point, then those of the keys.
struct Load<'a, L: Lanes> {
    lanes: L,
    group: &'a [&'a Job<'a, L::Radix>; 8],
    points: &'a mut Vec<Affine8<L>>,
}

impl<L: Lanes> Task<L> for Load<'_, L> {
    type Output = ();

    #[inline(always)]
    fn run(self) {
        let generator = BaseRows::<L::Radix>::shared();
        for window in 0..BASE_WINDOWS {
            let mut negative = 0;
            let rows = eight!(lane => {
                let digit = self.group[lane].multiples.of_generator[window];
                negative |= digit.is_negative() << lane;
                generator.entry(window, digit)
            });
            self.points.push(Affine8::load(self.lanes, &rows, negative));
        }
        for window in 0..WINDOWS {
            let mut negative = 0;
            let rows = eight!(lane => {
                let digit = self.group[lane].multiples.of_key[window];
                negative |= digit.is_negative() << lane;
                self.group[lane].key.entry(window, digit)
            });
            self.points.push(Affine8::load(self.lanes, &rows, negative));
        }
    }
}
