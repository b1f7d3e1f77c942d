//! Whether the time of a signature tells anything about its secrets, on the real path (Reparaz, Balasch and Verbauwhede,
//! "Dude, is my code constant time?", 2017): signatures with fixed and with random secrets in random order, and Welch's
//! t between the two. `make ct` runs it.

use std::time::Instant;

use super::{
    super::{
        modulus::{self, N},
        sign::{Job, Nonce, Signer},
    },
    Random,
    ways::{InWords, Way},
};

/// What |t| must stay below. Above 10 a leak is certain (same source); noise of the machine reaches 4 or so.
const LIMIT: f64 = 10.0;

struct Secrets {
    private: [u8; 48],
    digest: [u8; 48],
    nonce: [u64; 6],
}

impl Secrets {
    fn random(random: &mut Random) -> Self {
        let mut below = || loop {
            let number = random.words();
            if modulus::less(&number, &N) {
                return number;
            }
        };
        let (private, nonce) = (modulus::to_bytes(&below()), below());
        Self { private, digest: random.bytes(), nonce }
    }
}

#[test]
#[ignore = "takes minutes, and wants a quiet machine: make ct"]
fn time_tells_nothing_in_words() {
    time_tells_nothing(InWords);
}

#[test]
#[ignore = "takes minutes, and wants a quiet machine: make ct"]
#[cfg(target_arch = "x86_64")]
fn time_tells_nothing_on_avx2() {
    match super::super::lanes::Avx2::detect() {
        Some(lanes) => time_tells_nothing(lanes),
        None => println!("SKIPPED: there is no AVX2 here"),
    }
}

#[test]
#[ignore = "takes minutes, and wants a quiet machine: make ct"]
#[cfg(target_arch = "x86_64")]
fn time_tells_nothing_on_ifma() {
    match super::super::lanes::Ifma::detect() {
        Some(lanes) => time_tells_nothing(lanes),
        None => println!("SKIPPED: there is no AVX-512 IFMA here"),
    }
}

#[test]
#[ignore = "takes minutes, and wants a quiet machine: make ct"]
#[cfg(target_arch = "aarch64")]
fn time_tells_nothing_on_neon() {
    match super::super::lanes::Neon::detect() {
        Some(lanes) => time_tells_nothing(lanes),
        None => println!("SKIPPED: there is no NEON here"),
    }
}

fn time_tells_nothing<W: Way>(way: W) {
    // Few set bits and many: edges of what secrets can look like.
    let small = Secrets {
        private: std::array::from_fn(|i| u8::from(i == 47)),
        digest: [0; 48],
        nonce: [3, 0, 0, 0, 0, 1],
    };
    let any = Secrets::random(&mut Random::new(40));
    for (name, fixed) in [("small", &small), ("random", &any)] {
        for (size, count) in [(1, 100_000), (8, 20_000)] {
            let t = welch(way, fixed, size, count);
            println!("fixed {name} secrets, {size} at once, {count} times: |t| = {t:.2}");
            assert!(t < LIMIT, "the time depends on the secrets");
        }
    }
}

fn welch<W: Way>(way: W, fixed: &Secrets, size: usize, count: usize) -> f64 {
    let mut random = Random::new(41);
    let mut samples: Vec<(bool, f64)> = Vec::with_capacity(count);
    for _ in 0..count {
        let is_fixed = random.word() >> 63 == 0;
        // Both kinds are drawn, and go through the same memory.
        let drawn = Secrets::random(&mut random);
        let chosen = if is_fixed { fixed } else { &drawn };
        let (private, digest) = (chosen.private, chosen.digest);
        let signer = Signer::new(&private);
        let jobs = vec![Job::of(&signer, &digest); size];
        let nonces: Vec<Nonce> = (0..size).map(|_| Nonce::known(chosen.nonce)).collect();
        let start = Instant::now();
        std::hint::black_box(way.sign_with(&jobs, &nonces));
        samples.push((is_fixed, start.elapsed().as_secs_f64()));
    }
    // Interruptions are no property of the code.
    let mut times: Vec<f64> = samples.iter().map(|sample| sample.1).collect();
    times.sort_by(f64::total_cmp);
    let limit = times[times.len() * 9 / 10];
    let of = |kind| {
        samples.iter().filter(move |sample| sample.0 == kind && sample.1 <= limit).map(|sample| sample.1)
    };
    let statistics = |kind| {
        let n = of(kind).map(|_| 1.0).sum::<f64>();
        let mean = of(kind).sum::<f64>() / n;
        (mean, of(kind).map(|time| (time - mean).powi(2)).sum::<f64>() / (n - 1.0) / n)
    };
    let ((mean_a, error_a), (mean_b, error_b)) = (statistics(true), statistics(false));
    (mean_a - mean_b).abs() / (error_a + error_b).sqrt()
}
