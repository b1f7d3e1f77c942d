//! The verdicts of the engine against those of AWS-LC and RustCrypto, on every path.

use std::{
    num::NonZero,
    sync::atomic::{AtomicUsize, Ordering},
    time::Instant,
};

use super::{
    super::{Job, Path, Prepared, Verdict, verify_batch},
    Random,
    cases::{self, Case, Key},
};

/// Cases in an ordinary run. `make proof` sets `ES384_PROOF_CASES` to ten million.
const CASES: usize = 50_000;
/// A run of more cases than these says how far it is, each time it has done so many more.
const REPORT: usize = 100_000;

/// Keys, and their tables for each path.
struct Bench {
    keys: Vec<Key>,
    prepared: Vec<(Path, Vec<Prepared>)>,
}

impl Bench {
    fn new(keys: Vec<Key>) -> Self {
        let prepare = |path| keys.iter().map(|key| Prepared::new(&key.point, path)).collect();
        Self { prepared: Path::all().into_iter().map(|path| (path, prepare(path))).collect(), keys }
    }

    /// What everyone else says.
    fn expected(&self, case: &Case) -> bool {
        let expected = self.keys[case.key].rust_crypto(case);
        assert_eq!(self.expected_soon(case), expected, "the others disagree: {}", self.describe(case));
        expected
    }

    /// What AWS-LC and RustCrypto's arithmetic say: RustCrypto's own verification takes most of the time otherwise.
    fn expected_soon(&self, case: &Case) -> bool {
        let key = &self.keys[case.key];
        let expected = key.rust_crypto_arithmetic(case);
        assert_eq!(key.aws_lc(case), expected, "the others disagree: {}", self.describe(case));
        expected
    }

    fn describe(&self, case: &Case) -> String {
        let Case { kind, key, digest, signature } = case;
        format!("{kind} under {}, digest {digest:02x?}, signature {signature:02x?}", self.keys[*key].name)
    }

    /// Whether a verdict is right: undecided is, but only where a key or the multiples are made for it.
    fn check(&self, what: &str, verdict: Verdict, expected: bool, case: &Case) {
        let ordinary = self.keys[case.key].name == "random" && !case.kind.starts_with("special");
        match verdict {
            Verdict::Valid => assert!(expected, "{what} took {}", self.describe(case)),
            Verdict::Invalid => assert!(!expected, "{what} refused {}", self.describe(case)),
            Verdict::Undecided => {
                assert!(!ordinary || case.kind == "infinity", "{what} undecided on {}", self.describe(case));
            }
        }
    }

    /// Each case alone and all of them as a batch, on each path, the slow model only where it is asked for.
    fn run(&self, cases: &[Case], with_model: bool) -> usize {
        let expected: Vec<bool> = cases
            .iter()
            .enumerate()
            .map(|(i, case)| if i % 8 == 0 { self.expected(case) } else { self.expected_soon(case) })
            .collect();
        let mut undecided = 0;
        let paths = self.prepared.iter().filter(|(path, _)| with_model || !is_model(*path));
        for (path, prepared) in paths {
            for (case, expected) in cases.iter().zip(&expected) {
                let verdict = prepared[case.key].verify(&case.digest, &case.signature);
                self.check(&format!("{path:?}"), verdict, *expected, case);
                undecided += usize::from(verdict == Verdict::Undecided);
            }
            let jobs: Vec<Job<'_>> = cases
                .iter()
                .map(|case| Job {
                    key: &prepared[case.key],
                    digest: &case.digest,
                    signature: &case.signature,
                })
                .collect();
            for ((case, expected), verdict) in cases.iter().zip(&expected).zip(verify_batch(&jobs)) {
                self.check(&format!("a batch on {path:?}"), verdict, *expected, case);
                undecided += usize::from(verdict == Verdict::Undecided);
            }
        }
        undecided
    }
}

fn is_model(path: Path) -> bool {
    format!("{path:?}").starts_with("Model")
}

#[test]
fn random_and_adversarial_cases() {
    let count = std::env::var("ES384_PROOF_CASES").map_or(CASES, |count| count.parse().unwrap());
    // Other cases each time they are many: a proof that is repeated should prove more. A few would not always meet every kind.
    let seed = if count <= CASES { 0 } else { u64::from(std::process::id()) << 20 };
    let bench = Bench::new(cases::keys(&mut Random::new(10)));
    // Few are the same ones on all machines.
    let threads =
        if count < CASES { 2 } else { std::thread::available_parallelism().map_or(1, NonZero::get) };
    let (start, all_done, all_undecided) = (Instant::now(), AtomicUsize::new(0), AtomicUsize::new(0));
    std::thread::scope(|scope| {
        for thread in 0..threads {
            let (bench, start, all_done, all_undecided) = (&bench, &start, &all_done, &all_undecided);
            scope.spawn(move || {
                let mut random = Random::new(seed + 100 + thread as u64);
                let (mut done, mut good, mut undecided) = (0, 0, 0);
                while done < count.div_ceil(threads) {
                    let cases: Vec<Case> =
                        (0..=random.below(40)).map(|_| Case::any(&mut random, &bench.keys)).collect();
                    undecided += bench.run(&cases, random.below(10) == 0);
                    done += cases.len();
                    let before = all_done.fetch_add(cases.len(), Ordering::Relaxed);
                    let now = before + cases.len();
                    if now / REPORT > before / REPORT {
                        println!("{now} of {count} cases in {} s", start.elapsed().as_secs());
                    }
                    good += cases.iter().filter(|case| case.kind == "good").count();
                }
                println!("seed {seed}: {done} cases, {good} of them good, {undecided} times undecided");
                all_undecided.fetch_add(undecided, Ordering::Relaxed);
            });
        }
    });
    assert!(all_undecided.into_inner() > 0, "no case met an exceptional addition");
}

#[test]
fn every_batch_size_with_a_bad_one_in_every_place() {
    let mut random = Random::new(11);
    let bench = Bench::new(cases::keys(&mut random).into_iter().rev().take(3).collect());
    let good: Vec<Case> = (0..33).map(|_| Case::good(&mut random, &bench.keys)).collect();
    let bad: Vec<Case> = (0..33).map(|_| Case::damaged(&mut random, &bench.keys)).collect();
    for (case, expected) in good.iter().map(|case| (case, true)).chain(bad.iter().map(|case| (case, false))) {
        assert_eq!(bench.expected(case), expected);
    }
    for (path, prepared) in &bench.prepared {
        for size in 0..=33 {
            // Places of bad ones: none, each alone, every other, all.
            let places = (0..size).map(|place| 1_u64 << place);
            for mask in places.chain([0, 0x5555_5555_5555_5555, u64::MAX]) {
                // The model is slow: it goes through every place only where the lanes differ.
                if is_model(*path) && size > 9 && mask.is_power_of_two() && mask.trailing_zeros() % 5 != 0 {
                    continue;
                }
                let is_bad = |place: usize| mask >> place & 1 == 1;
                let jobs: Vec<Job<'_>> = (0..size)
                    .map(|place| if is_bad(place) { &bad[place] } else { &good[place] })
                    .map(|case| Job {
                        key: &prepared[case.key],
                        digest: &case.digest,
                        signature: &case.signature,
                    })
                    .collect();
                let wanted: Vec<Verdict> = (0..size)
                    .map(|place| if is_bad(place) { Verdict::Invalid } else { Verdict::Valid })
                    .collect();
                assert_eq!(verify_batch(&jobs), wanted, "{path:?}, {size} with bad ones at {mask:b}");
            }
        }
    }
}

#[test]
fn every_flipped_bit() {
    let mut random = Random::new(12);
    let bench = Bench::new(cases::keys(&mut random).into_iter().rev().take(1).collect());
    let good = Case::good(&mut random, &bench.keys);
    assert!(bench.expected(&good));
    for (path, prepared) in &bench.prepared {
        assert_eq!(prepared[0].verify(&good.digest, &good.signature), Verdict::Valid);
        for bit in 0..8 * 144 {
            let (mut digest, mut signature) = (good.digest, good.signature);
            let byte = if bit < 768 { &mut signature[bit / 8] } else { &mut digest[bit / 8 - 96] };
            *byte ^= 1 << (bit % 8);
            assert_eq!(prepared[0].verify(&digest, &signature), Verdict::Invalid, "{path:?}, bit {bit}");
        }
    }
}

#[test]
fn r_plus_n_is_a_candidate() {
    let mut random = Random::new(13);
    for _ in 0..3 {
        let (key, case) = cases::above_the_order(&mut random);
        let bench = Bench::new(vec![key]);
        assert!(bench.expected(&case));
        let bad = Case { digest: [7; 48], signature: case.signature, ..case };
        assert!(!bench.expected(&bad));
        for (path, prepared) in &bench.prepared {
            for (case, wanted) in [(&case, Verdict::Valid), (&bad, Verdict::Invalid)] {
                assert_eq!(prepared[0].verify(&case.digest, &case.signature), wanted, "{path:?}");
                let job = Job { key: &prepared[0], digest: &case.digest, signature: &case.signature };
                assert_eq!(verify_batch(&[job; 9]), [wanted; 9], "{path:?}");
            }
        }
    }
}
