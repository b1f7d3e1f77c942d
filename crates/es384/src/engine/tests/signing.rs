//! Signatures of the engine: published vectors, other implementations, and that nothing depends on a secret.

use std::{collections::HashSet, process::Command};

use p384::{ProjectivePoint, Scalar, elliptic_curve::group::Group};

use super::{
    super::{
        modulus::{self, N},
        sign::{Job, Nonce, Signer},
    },
    Random,
    big::{big, n, words},
    cases::{Case, Key, any_scalar, bytes},
    hex, memcheck, sha384,
    ways::{InWords, Way, on_all_paths},
};

/// RFC 6979, appendix A.2.6, with SHA-384: message, nonce, r, s.
const RFC_6979: [(&str, &str, &str, &str); 2] = [
    (
        "sample",
        "94ED910D1A099DAD3254E9242AE85ABDE4BA15168EAF0CA87A555FD56D10FBCA2907E3E83BA95368623B8C4686915CF9",
        "94EDBB92A5ECB8AAD4736E56C691916B3F88140666CE9FA73D64C4EA95AD133C81A648152E44ACF96E36DD1E80FABE46",
        "99EF4AEB15F178CEA1FE40DB2603138F130E740A19624526203B6351D0A3A94FA329C145786E679E7B82C71A38628AC8",
    ),
    (
        "test",
        "015EE46A5BF88773ED9123A5AB0807962D193719503C527B031B4C2D225092ADA71F4A459BC0DA98ADB95837DB8312EA",
        "8203B63D3C853E8D77227FB377BCF7B7B772E97892A80F36AB775D509D7A5FEB0542A7F0812998DA8F1DD3CA3CF023DB",
        "DDD0760448D42D8A43AF45AF836FCE4DE8BE06B485E9B61B827C2F13173923E06A739F040649A667BF3B828246BAA5A5",
    ),
];
const RFC_6979_PRIVATE: &str =
    "6B9D3DAD2E1B8C1C05B19875B6659F4DE23C3B667BF297BA9AA47740787137D896D5724E4C70A825F872C9EA60D2EDF5";

on_all_paths!(published, others_verify, edges_of_nonces, nonces_side_by_side, failing);

/// Eight at a time they are what they are one by one.
fn nonces_side_by_side<W: Way>(way: W) {
    let mut random = Random::new(32);
    for count in 0..20 {
        let parts: Vec<(Signer, [u8; 48], [u8; 32])> =
            (0..count).map(|_| (Signer::new(&random.bytes()), random.bytes(), random.bytes())).collect();
        let jobs: Vec<Job<'_>> = parts.iter().map(|(signer, digest, _)| Job::of(signer, digest)).collect();
        let entropy: Vec<[u8; 32]> = parts.iter().map(|part| part.2).collect();
        let all = way.nonces(&jobs, &entropy);
        assert_eq!(all.len(), count);
        for ((nonce, job), entropy) in all.iter().zip(&jobs).zip(&entropy) {
            assert_eq!(nonce.number(), Nonce::derive(job, entropy).number());
        }
    }
}

fn published<W: Way>(way: W) {
    let signer = Signer::new(&hex(RFC_6979_PRIVATE));
    // Alone, in half a group, in a full one, and in more than one chunk.
    for count in [1, 2, 5, 8, 35] {
        let vectors = || RFC_6979.iter().cycle().take(count);
        let digests: Vec<[u8; 48]> = vectors().map(|vector| sha384(vector.0.as_bytes())).collect();
        let jobs: Vec<Job<'_>> = digests.iter().map(|digest| Job::of(&signer, digest)).collect();
        let nonces: Vec<Nonce> =
            vectors().map(|vector| Nonce::known(modulus::from_bytes(&hex(vector.1)))).collect();
        let signatures = way.sign_with(&jobs, &nonces);
        assert_eq!(signatures.len(), count);
        for (signature, (_, _, r, s)) in signatures.iter().zip(vectors()) {
            assert_eq!(signature.unwrap(), hex::<96>(&format!("{r}{s}")));
        }
    }
}

/// What the engine signs, AWS-LC and RustCrypto take, for any key, digest and size of batch.
fn others_verify<W: Way>(way: W) {
    let mut random = Random::new(30);
    let mut privates = vec![Scalar::ONE, -Scalar::ONE, Scalar::from(2_u64)];
    privates.extend((0..3).map(|_| any_scalar(&mut random)));
    let keys: Vec<Key> = privates
        .iter()
        .map(|private| Key::new("signer", ProjectivePoint::mul_by_generator(private), Some(*private)))
        .collect();
    let signers: Vec<Signer> = privates.iter().map(|private| Signer::new(&bytes(private))).collect();
    for size in (0..=17).chain([32, 33, 40]) {
        let mut digests: Vec<[u8; 48]> = (0..size).map(|_| random.bytes()).collect();
        for (digest, edge) in digests.iter_mut().zip([[0; 48], [0xFF; 48], modulus::to_bytes(&N)]) {
            *digest = edge;
        }
        let jobs: Vec<Job<'_>> = digests
            .iter()
            .enumerate()
            .map(|(i, digest)| Job::of(&signers[(i + size) % keys.len()], digest))
            .collect();
        for (i, signature) in way.sign(&jobs).into_iter().enumerate() {
            let key = (i + size) % keys.len();
            let case = Case { kind: "signed", key, digest: digests[i], signature: signature.unwrap() };
            assert!(keys[key].aws_lc(&case) && keys[key].rust_crypto(&case), "size {size}, place {i}");
        }
    }
}

/// A machine that fails gives no signature, rather than a wrong one, from which the key could be worked out.
fn failing<W: Way>(way: W) {
    use super::super::sign::fault::of_test::{Fault, with};
    let mut random = Random::new(33);
    let (private, digest) = (bytes(&any_scalar(&mut random)), random.bytes());
    let signer = Signer::new(&private);
    for count in [1, 2, 8, 9, 40] {
        let jobs = vec![Job::of(&signer, &digest); count];
        for fault in Fault::ALL {
            assert_eq!(with(fault, || way.sign(&jobs)), vec![None; count], "{fault:?}");
        }
        assert!(way.sign(&jobs).iter().all(Option::is_some));
    }
    // Any bit of the private number that flipped in memory since the key was made; the other jobs of the batch sign.
    for bit in 0..384 {
        let mut flipped = private;
        flipped[bit / 8] ^= 1 << (bit % 8);
        let wrong = Job { private: &flipped, ..Job::of(&signer, &digest) };
        assert_eq!(way.sign(&[wrong]), [None], "bit {bit}");
        if bit % 64 == 0 {
            let mut jobs = [Job::of(&signer, &digest); 9];
            jobs[4] = wrong;
            let signatures = way.sign(&jobs);
            let signed = signatures.iter().map(Option::is_some);
            assert!(signed.eq((0..9).map(|place| place != 4)), "bit {bit}");
        }
    }
}

/// Nonces at the ends of their range give what arithmetic says, or nothing at all.
fn edges_of_nonces<W: Way>(way: W) {
    let mut random = Random::new(31);
    let private = any_scalar(&mut random);
    let key = Key::new("signer", ProjectivePoint::mul_by_generator(&private), Some(private));
    let (signer, digest) = (Signer::new(&bytes(&private)), random.bytes());
    let mut numbers = super::big::edges();
    numbers.retain(|number| *number != [0; 6] && modulus::less(number, &N));
    numbers.push(words(&(n() - 1_u8)));
    let jobs = vec![Job::of(&signer, &digest); numbers.len()];
    let nonces = || numbers.iter().map(|number| Nonce::known(*number));
    let batch = way.sign_with(&jobs, &nonces().collect::<Vec<_>>());
    let mut none = 0;
    for (i, nonce) in nonces().enumerate() {
        for signature in [batch[i], way.sign_with(&jobs[..1], &[nonce])[0]] {
            let Some(signature) = signature else {
                none += 1;
                continue;
            };
            let case = Case { kind: "signed", key: 0, digest, signature };
            assert!(key.aws_lc(&case) && key.rust_crypto(&case), "nonce {:x}", big(&numbers[i]));
        }
    }
    // Powers of two and their like may make windows cancel out; most do not.
    assert!(none * 4 < numbers.len(), "{none} of {} nonces made no signature", 2 * numbers.len());
}

#[test]
fn nonces_depend_on_all_that_they_are_made_of() {
    let (private, digest, entropy) = ([1; 48], [2; 48], [3; 32]);
    let derive = |private: &[u8; 48], digest: &[u8; 48], entropy: &[u8; 32]| {
        let nonce = *Nonce::derive(&Job::of(&Signer::new(private), digest), entropy).number();
        assert!(nonce != [0; 6] && modulus::less(&nonce, &N));
        nonce
    };
    let mut seen = HashSet::from([derive(&private, &digest, &entropy)]);
    assert!(!seen.insert(derive(&private, &digest, &entropy)), "the same from the same");
    for bit in 0..384 {
        let flip = |bytes: &mut [u8]| bytes[bit / 8] ^= 1 << (bit % 8);
        let (mut other_private, mut other_digest, mut other_entropy) = (private, digest, entropy);
        flip(&mut other_private);
        flip(&mut other_digest);
        assert!(seen.insert(derive(&other_private, &digest, &entropy)));
        assert!(seen.insert(derive(&private, &other_digest, &entropy)));
        if bit < 256 {
            flip(&mut other_entropy);
            assert!(seen.insert(derive(&private, &digest, &other_entropy)));
        }
    }
}

fn no_r_comes_twice<W: Way>(way: W) {
    let (signer, digest) = (Signer::new(&[9; 48]), [7; 48]);
    let jobs = vec![Job::of(&signer, &digest); 1000];
    let mut seen = HashSet::new();
    for _ in 0..50 {
        for signature in way.sign(&jobs) {
            let signature = signature.unwrap();
            assert!(seen.insert(signature[..48].to_vec()), "a nonce was used twice");
        }
    }
    assert_eq!(seen.len(), 50_000);
}

#[test]
fn no_r_comes_twice_in_words() {
    no_r_comes_twice(InWords);
}

#[test]
#[cfg(target_arch = "x86_64")]
fn no_r_comes_twice_on_avx2() {
    if let Some(lanes) = super::super::lanes::Avx2::detect() {
        no_r_comes_twice(lanes);
    }
}

#[test]
#[cfg(target_arch = "x86_64")]
fn no_r_comes_twice_on_ifma() {
    if let Some(lanes) = super::super::lanes::Ifma::detect() {
        no_r_comes_twice(lanes);
    }
}

#[test]
#[cfg(target_arch = "aarch64")]
fn no_r_comes_twice_on_neon() {
    if let Some(lanes) = super::super::lanes::Neon::detect() {
        no_r_comes_twice(lanes);
    }
}

/// Under valgrind with all secrets declared undefined: signing in words, and on the model, whose source is that of the
/// instructions too. Valgrind reports every branch and every index that depends on an undefined value.
#[test]
fn nothing_depends_on_a_secret() {
    if memcheck::is_running() {
        return sign_secretly();
    }
    let run = Command::new("valgrind")
        .args(["--quiet", "--error-exitcode=97", "--exit-on-first-error=no"])
        .arg(std::env::current_exe().unwrap())
        .args([
            "--exact",
            "engine::tests::signing::nothing_depends_on_a_secret",
            "--test-threads=1",
            "--nocapture",
        ])
        .output();
    match run {
        Err(error) => println!("SKIPPED: this test needs valgrind, which does not start: {error}"),
        Ok(output) => {
            let text = String::from_utf8_lossy(&output.stderr);
            assert!(output.status.success(), "{}", text.chars().take(6_000).collect::<String>());
            // It would also succeed if nothing had been watched.
            let output = String::from_utf8_lossy(&output.stdout);
            let mut ways = vec!["in words"];
            if cfg!(feature = "model") {
                ways.extend(["on the model", "on the model of 30 bits"]);
            }
            #[cfg(target_arch = "x86_64")]
            let accelerated = super::super::lanes::Avx2::detect().map(|_| "on avx2");
            #[cfg(target_arch = "aarch64")]
            let accelerated = super::super::lanes::Neon::detect().map(|_| "on neon");
            #[cfg(not(any(target_arch = "x86_64", target_arch = "aarch64")))]
            let accelerated = None;
            for way in ways.into_iter().chain(accelerated) {
                assert!(output.contains(&format!("signed {way} under valgrind")), "{output}");
            }
        }
    }
}

fn sign_secretly() {
    sign_secretly_by(InWords, &[1, 9, 33]);
    println!("signed in words under valgrind");
    #[cfg(feature = "model")]
    {
        use super::super::lanes::{Model, Radix30, Radix52};
        sign_secretly_by(Model::<Radix52>::ZERO, &[1, 9]);
        println!("signed on the model under valgrind");
        sign_secretly_by(Model::<Radix30>::ZERO, &[1, 9]);
        println!("signed on the model of 30 bits under valgrind");
    }
    #[cfg(target_arch = "x86_64")]
    if let Some(lanes) = super::super::lanes::Avx2::detect() {
        sign_secretly_by(lanes, &[1, 9, 33]);
        println!("signed on avx2 under valgrind");
    }
    #[cfg(target_arch = "aarch64")]
    if let Some(lanes) = super::super::lanes::Neon::detect() {
        sign_secretly_by(lanes, &[1, 9, 33]);
        println!("signed on neon under valgrind");
    }
}

fn sign_secretly_by<W: Way>(way: W, counts: &[usize]) {
    let digest = sha384(b"message");
    for count in counts {
        let mut private = std::hint::black_box(hex(RFC_6979_PRIVATE));
        memcheck::classify(&mut private);
        let mut entropy = std::hint::black_box([5; 32]);
        memcheck::classify(&mut entropy);
        let signer = Signer::new(&private);
        let jobs = vec![Job::of(&signer, &digest); *count];
        let nonces = way.nonces(&jobs, &vec![entropy; *count]);
        let signatures = way.sign_with(&jobs, &nonces);
        assert!(signatures.iter().all(Option::is_some));
    }
}
