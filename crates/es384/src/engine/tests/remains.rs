//! What signing leaves in memory and on the stack, on every path: nothing secret, and no deeper than what is wiped.
//!
//! The tests read their own memory as the kernel shows it. The search is a process of its own, in which nothing else moves; what it
//! looks for is worked out by another one, which says it masked, so that it is not found for having been worked out.

#![cfg(target_os = "linux")]

use std::{fs::File, hint::black_box, os::unix::fs::FileExt, process::Command, sync::Barrier};

use num_bigint::BigUint;

use super::{
    super::{
        digits::recode,
        modulus,
        sign::{Job, Nonce, Signer},
    },
    big::{big, n, words},
    ways::{InWords, Way},
};
use crate::{
    SigningKey,
    wipe::{WIPED, with_wiped_stack},
};

const MASK: u8 = 0xA7;
const SECRETS: &str = "ES384_TEST_MASKED_SECRETS";
const DIGEST: [u8; 48] = [0x3D; 48];
/// Signatures in the largest batch of the search.
const JOBS: usize = 19;

/// The private number and the entropy of each nonce, made where they are wanted, so that they stand nowhere else.
#[inline(never)]
fn private(out: &mut [u8; 48]) {
    for (i, byte) in (0_u8..).zip(out) {
        *byte = black_box(i).wrapping_mul(89).wrapping_add(61) ^ 0x5A;
    }
}

fn entropy(job: usize) -> [u8; 32] {
    std::array::from_fn(|i| u8::try_from((i * 7 + job * 13) % 251).unwrap())
}

/// Runs a test of this program in a process of its own, and gives what it said.
fn again(test: &str, secrets: Option<&str>) -> String {
    let mut command = Command::new(std::env::current_exe().unwrap());
    let test = format!("engine::tests::remains::{test}");
    command.args(["--exact", &test, "--ignored", "--nocapture", "--test-threads=1"]);
    command.envs(secrets.map(|secrets| (SECRETS, secrets)));
    let output = command.output().unwrap();
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.success(), "{said}{}", String::from_utf8_lossy(&output.stderr));
    said
}

#[test]
fn signing_leaves_no_secret() {
    let said = again("say_the_secrets", None);
    let secrets: Vec<&str> = said.lines().filter_map(|line| line.strip_prefix("secret ")).collect();
    assert!(secrets.len() > 20, "{said}");
    let said = again("search_after_signing", Some(&secrets.join("\n")));
    let models: &[&str] = if cfg!(feature = "model") { &["Model", "Model30"] } else { &[] };
    for way in ["InWords"].iter().chain(models) {
        assert!(said.contains(&format!("searched after {way}\n")), "{said}");
    }
}

#[test]
#[ignore = "started by another test"]
fn say_the_secrets() {
    let say = |name: &str, bytes: &[u8]| {
        print!("secret {name}=");
        for byte in bytes {
            print!("{:02x}", byte ^ MASK);
        }
        println!();
    };
    // In the forms in which numbers are kept; parts of them are leaks too.
    let number = |name: &str, number: &BigUint| {
        let (plain, montgomery) = (number % n(), (number << 384_u32) % n());
        for (form, number) in [("", plain), ("Montgomery ", montgomery)] {
            let big_endian = modulus::to_bytes(&words(&number));
            let mut little_endian = big_endian;
            little_endian.reverse();
            for (order, bytes) in [("big-endian", big_endian), ("little-endian", little_endian)] {
                say(&format!("{form}{name}, {order}, first half"), &bytes[..24]);
                say(&format!("{form}{name}, {order}, second half"), &bytes[24..]);
            }
        }
    };
    let mut d = [0; 48];
    private(&mut d);
    for pad in [0x36, 0x5C] {
        say("d in a block of HMAC", &d.map(|byte| byte ^ pad));
    }
    let signer = Signer::new(&d);
    for (name, state) in ["inner", "outer"].into_iter().zip(signer.hmac().states()) {
        let bytes = |bytes: fn(u64) -> [u8; 8]| state.map(bytes).concat();
        say(&format!("{name} state of HMAC"), &bytes(u64::to_ne_bytes));
        say(&format!("{name} state of HMAC, big-endian"), &bytes(u64::to_be_bytes));
    }
    number("d", &big(&modulus::from_bytes(&d)));
    for job in [0, JOBS - 1] {
        let nonce = Nonce::derive(&Job::of(&signer, &DIGEST), &entropy(job));
        let signature = InWords.sign_with(&[Job::of(&signer, &DIGEST)], &[nonce])[0].unwrap();
        let nonce = *Nonce::derive(&Job::of(&signer, &DIGEST), &entropy(job)).number();
        let r = BigUint::from_bytes_be(&signature[..48]);
        let product = r * big(&modulus::from_bytes(&d)) % n();
        number("k", &big(&nonce));
        number("n - k", &(n() - big(&nonce)));
        number("1/k", &big(&nonce).modinv(&n()).unwrap());
        number("r·d", &product);
        number("e + r·d", &(product + BigUint::from_bytes_be(&DIGEST)));
        // A digit is a byte: its place in its window, and its sign.
        let bytes = |digits: &[super::super::digits::Digit]| -> Vec<u8> {
            digits
                .iter()
                .map(|digit| u8::try_from(digit.entry()).unwrap() | digit.is_negative() << 7)
                .collect()
        };
        say("digits of 7 bits", &bytes(&recode::<7, 55>(&nonce))[..32]);
        say("digits of 6 bits", &bytes(&recode::<6, 64>(&nonce))[..32]);
    }
}

/// Something to look for, masked so that looking does not find it here.
struct Secret {
    name: String,
    masked: Vec<u8>,
}

fn secrets() -> Vec<Secret> {
    let text = std::env::var(SECRETS).unwrap();
    let secret = |line: &str| {
        let (name, digits) = line.split_once('=').unwrap();
        let digits = digits.as_bytes().chunks(2).map(|two| std::str::from_utf8(two).unwrap());
        Secret {
            name: name.to_owned(),
            masked: digits.map(|two| u8::from_str_radix(two, 16).unwrap()).collect(),
        }
    };
    text.lines().map(secret).collect()
}

#[test]
#[ignore = "started by another test"]
fn search_after_signing() {
    search_after("InWords", InWords);
    #[cfg(feature = "model")]
    {
        use super::super::lanes::{Model, Radix30, Radix52};
        search_after("Model", Model::<Radix52>::ZERO);
        search_after("Model30", Model::<Radix30>::ZERO);
    }
    #[cfg(target_arch = "x86_64")]
    if let Some(lanes) = super::super::lanes::Avx2::detect() {
        search_after("Avx2", lanes);
    }
    #[cfg(target_arch = "x86_64")]
    if let Some(lanes) = super::super::lanes::Ifma::detect() {
        search_after("Ifma", lanes);
    }
    #[cfg(target_arch = "aarch64")]
    if let Some(lanes) = super::super::lanes::Neon::detect() {
        search_after("Neon", lanes);
    }
}

fn search_after<W: Way + Send + Sync>(name: &str, way: W) {
    let secrets = secrets();
    assert_eq!(search(&secrets), Vec::<&str>::new(), "before anything is signed");
    for count in [1, 2, JOBS] {
        let turn = Barrier::new(2);
        // Nothing is asserted while one of the two threads waits for the other, which would wait for ever.
        let (living, left, signed) = std::thread::scope(|scope| {
            // In a thread that stands still meanwhile: searching on the same stack would overwrite what it should find there.
            let signing = scope.spawn(|| {
                let signer = with_wiped_stack(|| {
                    let mut d = [0; 48];
                    private(&mut d);
                    Box::new(Signer::new(&d))
                });
                let sign = || {
                    let jobs = vec![Job::of(&signer, &DIGEST); count];
                    let entropy: Vec<[u8; 32]> = (0..count)
                        .map(|i| entropy(if i + 1 == count && count > 1 { JOBS - 1 } else { i }))
                        .collect();
                    let nonces = way.nonces(&jobs, &entropy);
                    // What the test can find, it can also miss: so a living nonce is found first.
                    turn.wait();
                    turn.wait();
                    way.sign_with(&jobs, &nonces).iter().all(Option::is_some)
                };
                let signed = with_wiped_stack(sign);
                drop(signer);
                turn.wait();
                turn.wait();
                signed
            });
            turn.wait();
            let living = search(&secrets);
            turn.wait();
            turn.wait();
            let left = search(&secrets);
            turn.wait();
            (living, left, signing.join().unwrap())
        });
        assert!(signed);
        assert!(living.iter().any(|name| name.starts_with("k, little-endian")), "{living:?}");
        assert!(living.iter().any(|name| name.starts_with("d, big-endian")), "{living:?}");
        for state in ["inner state of HMAC", "outer state of HMAC"] {
            assert!(living.contains(&state), "{living:?}");
        }
        assert_eq!(left, Vec::<&str>::new(), "{name}: after {count} signatures");
    }
    println!("searched after {name}");
}

/// The names of the secrets that occur in anything that the process can write to.
fn search(secrets: &[Secret]) -> Vec<&str> {
    const PIECE: usize = 1 << 16;
    const OVERLAP: usize = 64;
    let maps = std::fs::read_to_string("/proc/self/maps").unwrap();
    let memory = File::open("/proc/self/mem").unwrap();
    let mut piece = vec![0; PIECE];
    let mut found = Vec::new();
    let mut searched = 0;
    for line in maps.lines().filter(|line| line.contains(" rw")) {
        let (start, end) = range(line);
        let mut at = start;
        while at < end {
            let length = usize::try_from(end - at).unwrap().min(PIECE);
            // Some mappings of the kernel cannot be read.
            if memory.read_exact_at(&mut piece[..length], at).is_ok() {
                searched += length;
                find(secrets, &piece[..length], &mut found);
            }
            // The piece is itself memory that gets searched.
            piece.fill(0);
            black_box(&piece);
            at += (if length < PIECE { length } else { length - OVERLAP }) as u64;
        }
    }
    assert!(searched > 100_000, "only {searched} bytes could be read");
    found.sort_unstable();
    found.dedup();
    found
}

fn find<'a>(secrets: &'a [Secret], memory: &[u8], found: &mut Vec<&'a str>) {
    for at in 0..memory.len() {
        let rest = &memory[at..];
        for Secret { name, masked } in secrets {
            let is_here = |masked: &[u8]| {
                rest.len() >= masked.len()
                    && rest.iter().zip(masked).all(|(byte, masked)| byte ^ MASK == *masked)
            };
            if is_here(masked) {
                found.push(name);
            }
        }
    }
}

fn range(line: &str) -> (u64, u64) {
    let (start, rest) = line.split_once('-').unwrap();
    let (end, _) = rest.split_once(' ').unwrap();
    (u64::from_str_radix(start, 16).unwrap(), u64::from_str_radix(end, 16).unwrap())
}

/// How deep the stack is used by work, in bytes, at most 256 KiB.
fn depth(work: impl FnOnce() + Send) -> usize {
    const AREA: usize = 256 << 10;
    const PAINT: u64 = 0x5AC3_5AC3_5AC3_5AC3;
    #[inline(never)]
    #[expect(clippy::large_stack_arrays, reason = "the size is the point")]
    fn paint() {
        let mut area = [PAINT; AREA / 8 + 1024];
        black_box(&mut area);
    }
    #[inline(never)]
    fn in_a_frame_of_its_own(work: impl FnOnce()) {
        work();
    }
    std::thread::scope(|scope| {
        let thread = std::thread::Builder::new().stack_size(1 << 20);
        let measuring = thread.spawn_scoped(scope, move || {
            let here = 0_u64;
            let top = std::ptr::from_ref(black_box(&here)) as u64;
            paint();
            in_a_frame_of_its_own(work);
            let mut area = vec![0; AREA];
            let from = top - AREA as u64;
            File::open("/proc/self/mem").unwrap().read_exact_at(&mut area, from).unwrap();
            let (words, _) = area.as_chunks::<8>();
            // The lowest words were not painted, because the frames above them took their place.
            let first = words.iter().position(|word| u64::from_ne_bytes(*word) == PAINT).unwrap();
            let untouched =
                words[first..].iter().take_while(|word| u64::from_ne_bytes(**word) == PAINT).count();
            AREA - 8 * (first + untouched)
        });
        measuring.unwrap().join().unwrap()
    })
}

#[test]
fn the_wiped_stack_is_as_deep_as_signing_goes() {
    fn check<W: Way + Send + Sync>(name: &str, way: W) {
        let signer = Signer::new(&[9; 48]);
        for count in [1, 2, 8, 40] {
            let jobs = vec![Job::of(&signer, &DIGEST); count];
            // The first signature makes tables, which are not secret.
            way.sign(&jobs);
            let depth = depth(|| assert!(way.sign(&jobs).iter().all(Option::is_some)));
            println!("{name}, {count} signatures: {depth} bytes of stack");
            assert!(depth > 2_000, "{name}: a stack that was not used was not measured");
            assert!(depth <= WIPED, "{name}: {count} signatures take {depth} bytes of stack");
        }
    }
    check("words", InWords);
    #[cfg(target_arch = "x86_64")]
    if let Some(lanes) = super::super::lanes::Avx2::detect() {
        check("avx2", lanes);
    }
    #[cfg(target_arch = "x86_64")]
    if let Some(lanes) = super::super::lanes::Ifma::detect() {
        check("ifma", lanes);
    }
    #[cfg(target_arch = "aarch64")]
    if let Some(lanes) = super::super::lanes::Neon::detect() {
        check("neon", lanes);
    }
}

#[test]
fn the_wiped_stack_is_as_deep_as_reading_keys_goes() {
    let key = SigningKey::generate().unwrap();
    let pem = key.to_pkcs8_pem();
    let ways: [(&str, &(dyn Fn() + Sync)); 5] = [
        ("generate", &|| drop(SigningKey::generate().unwrap())),
        ("PEM", &|| drop(SigningKey::from_pem(&*pem).unwrap())),
        ("DER", &|| drop(SigningKey::from_der(key.to_pkcs8_der()).unwrap())),
        ("encrypted", &|| drop(key.to_encrypted_pkcs8_pem("secret").unwrap())),
        ("JWK", &|| drop(SigningKey::from_jwk(&*key.to_jwk()).unwrap())),
    ];
    // Each wipes: that alone goes so deep, and a few frames stand above.
    let wiping = depth(|| with_wiped_stack(|| ()));
    assert!(wiping >= WIPED);
    for (name, work) in ways {
        work();
        let depth = depth(work);
        println!("{name}: {depth} bytes of stack, {wiping} to wipe it");
        assert!(depth <= wiping + 1024, "{name} takes {depth} bytes of stack");
    }
}
