//! Signatures to compare verdicts on: good ones, damaged ones, and ones made to hit the weak places of the formulas.

use p384::{
    AffinePoint, ProjectivePoint, Scalar,
    ecdsa::{Signature as EcdsaSignature, VerifyingKey, signature::hazmat::PrehashVerifier},
    elliptic_curve::{PrimeField, group::Group, point::DecompressPoint, sec1::ToSec1Point, subtle::Choice},
};

use super::{
    super::modulus::{self, N, P_LESS_N},
    Random,
    big::{big, n, words},
};
use crate::key::point::Point;

/// A public key, and its private number where one is known.
pub(super) struct Key {
    pub(super) name: &'static str,
    pub(super) point: Point,
    pub(super) private: Option<Scalar>,
    projective: ProjectivePoint,
    rust_crypto: VerifyingKey,
    aws_lc: aws_lc_rs::signature::ParsedPublicKey,
}

pub(super) struct Case {
    pub(super) kind: &'static str,
    /// Index of the key.
    pub(super) key: usize,
    pub(super) digest: [u8; 48],
    pub(super) signature: [u8; 96],
}

impl Key {
    pub(super) fn new(name: &'static str, point: ProjectivePoint, private: Option<Scalar>) -> Self {
        let encoded: Point = point.to_affine().to_sec1_point(false).as_bytes().try_into().unwrap();
        Self {
            name,
            point: encoded,
            private,
            projective: point,
            rust_crypto: VerifyingKey::from_sec1_bytes(&encoded).unwrap(),
            aws_lc: aws_lc_rs::signature::ParsedPublicKey::new(
                &aws_lc_rs::signature::ECDSA_P384_SHA384_FIXED,
                encoded,
            )
            .unwrap(),
        }
    }

    /// What RustCrypto says.
    pub(super) fn rust_crypto(&self, case: &Case) -> bool {
        EcdsaSignature::from_slice(&case.signature)
            .is_ok_and(|signature| self.rust_crypto.verify_prehash(&case.digest, &signature).is_ok())
    }

    /// What RustCrypto's arithmetic says, in a third of the time where the private number is known: the point is
    /// (e + r·d)/s times the base point (SEC 1, section 4.1.4, with the key as d times it).
    pub(super) fn rust_crypto_arithmetic(&self, case: &Case) -> bool {
        let Some(private) = self.private else { return self.rust_crypto(case) };
        let Ok(signature) = EcdsaSignature::from_slice(&case.signature) else { return false };
        let (r, s) = signature.split_scalars();
        let digest = scalar(&words(&(big(&modulus::from_bytes(&case.digest)) % n())));
        let inverse = Option::<Scalar>::from(s.as_ref().invert()).unwrap();
        let point = ProjectivePoint::mul_by_generator(&((digest + *r.as_ref() * private) * inverse));
        !bool::from(point.is_identity()) && x_modulo_n(&point) == *r.as_ref()
    }

    /// What AWS-LC says.
    pub(super) fn aws_lc(&self, case: &Case) -> bool {
        use aws_lc_rs::digest::{Digest, SHA384};
        let digest = Digest::import_less_safe(&case.digest, &SHA384).unwrap();
        self.aws_lc.verify_digest_sig(&digest, &case.signature).is_ok()
    }
}

/// Keys at the edges of the group, and a few ordinary ones, which come last.
pub(super) fn keys(random: &mut Random) -> Vec<Key> {
    let of = |name, private| Key::new(name, ProjectivePoint::GENERATOR * private, Some(private));
    let half = scalar(&words(&((n() - 1_u8) / 2_u8)));
    let mut keys = vec![
        of("G", Scalar::ONE),
        of("-G", -Scalar::ONE),
        of("2G", Scalar::from(2_u64)),
        of("-2G", -Scalar::from(2_u64)),
        of("3G", Scalar::from(3_u64)),
        of("128G", Scalar::from(128_u64)),
        of("(n-1)/2 G", half),
    ];
    // Points whose x coordinate is as small, or as large, as can be: 0 if it is one.
    let with_x =
        |x: &[u8; 48]| Option::<AffinePoint>::from(AffinePoint::decompress(&(*x).into(), Choice::from(0)));
    let small = (0..=255)
        .find_map(|last| {
            with_x(&{
                let mut x = [0; 48];
                x[47] = last;
                x
            })
        })
        .unwrap();
    keys.push(Key::new("small x", small.into(), None));
    keys.extend((0..4).map(|_| of("random", any_scalar(random))));
    keys
}

/// A key under which a signature is good because r + n is an x coordinate, which by chance happens once in 2^190, and
/// that signature.
pub(super) fn above_the_order(random: &mut Random) -> (Key, Case) {
    let r = loop {
        let mut r = [0; 6];
        r[0] = random.word() >> 1;
        let x = modulus::to_bytes(&modulus::add(&r, &N).0);
        if Option::<AffinePoint>::from(AffinePoint::decompress(&x.into(), Choice::from(1))).is_some() {
            break r;
        }
    };
    assert!(modulus::less(&r, &P_LESS_N));
    let x = modulus::to_bytes(&modulus::add(&r, &N).0);
    let target = ProjectivePoint::from(AffinePoint::decompress(&x.into(), Choice::from(1)).unwrap());
    let (s, e) = (any_scalar(random), any_scalar(random));
    let inverse = s.invert().unwrap();
    // u1·G + u2·Q is the target for Q = (target - u1·G)/u2.
    let key =
        (target - ProjectivePoint::GENERATOR * (e * inverse)) * (scalar(&r) * inverse).invert().unwrap();
    let case = Case { kind: "r + n", key: 0, digest: bytes(&e), signature: join(&scalar(&r), &s) };
    (Key::new("above the order", key, None), case)
}

impl Case {
    /// One of many kinds.
    pub(super) fn any(random: &mut Random, keys: &[Key]) -> Self {
        match random.below(10) {
            0..=3 => Self::good(random, keys),
            4..=6 => Self::damaged(random, keys),
            7..=8 => Self::special_multiples(random, keys),
            _ => Self::special_numbers(random, keys),
        }
    }

    /// A good signature under any key, of a random digest.
    pub(super) fn good(random: &mut Random, keys: &[Key]) -> Self {
        let key = random.below(keys.len());
        let multiples = (any_scalar(random), any_scalar(random));
        Self::with_multiples("good", key, &keys[key], multiples).unwrap_or_else(|| Self::good(random, keys))
    }

    /// A good signature with one bit flipped, of the signature or of the digest.
    pub(super) fn damaged(random: &mut Random, keys: &[Key]) -> Self {
        let mut case = Self { kind: "damaged", ..Self::good(random, keys) };
        let bit = random.below(8 * 144);
        let byte = if bit < 768 { &mut case.signature[bit / 8] } else { &mut case.digest[bit / 8 - 96] };
        *byte ^= 1 << (bit % 8);
        case
    }

    /// Good for chosen multiples of the base point and of the key: R = u1·G + u2·Q has x coordinate r, s = r/u2,
    /// e = u1·s. `None` where R is at infinity, or r is 0.
    pub(super) fn with_multiples(
        kind: &'static str,
        place: usize,
        key: &Key,
        (u1, u2): (Scalar, Scalar),
    ) -> Option<Self> {
        let point = match key.private {
            Some(private) => ProjectivePoint::mul_by_generator(&(u1 + u2 * private)),
            None => ProjectivePoint::mul_by_generator(&u1) + key.projective * u2,
        };
        if bool::from(point.is_identity()) || bool::from(u2.is_zero()) {
            return None;
        }
        let r = x_modulo_n(&point);
        if bool::from(r.is_zero()) {
            return None;
        }
        let s = r * u2.invert().unwrap();
        Some(Self { kind, key: place, digest: bytes(&(u1 * s)), signature: join(&r, &s) })
    }

    /// Multiples next to zero, to each other, to powers of two, and to what makes table entries meet their like.
    fn special_multiples(random: &mut Random, keys: &[Key]) -> Self {
        let place = random.below(keys.len());
        let key = &keys[place];
        let mut special = |other: Scalar| {
            let small = Scalar::from(random.word() >> 57);
            let power = (0..random.below(400)).fold(Scalar::ONE, |power, _| power.double());
            let back = key.private.map_or(Scalar::ONE, |private| private.invert().unwrap());
            match random.below(12) {
                0 => Scalar::ZERO,
                1 => other,
                2 => -other,
                3 => small,
                4 => -small,
                5 => power,
                6 => power * small,
                7 => power - small,
                8 => other * back,
                9 => -other * back,
                10 => other * key.private.unwrap_or(Scalar::ONE),
                _ => any_scalar(random),
            }
        };
        let first = special(Scalar::ONE);
        let pair = (first, special(first));
        let case = Self::with_multiples("special multiples", place, key, pair);
        case.unwrap_or_else(|| {
            // The sum is at infinity, so no r is right: any that goes with these multiples.
            let r = any_scalar(random);
            let inverse = Option::<Scalar>::from(pair.1.invert()).unwrap_or(Scalar::ONE);
            let s = r * inverse;
            Self { kind: "infinity", key: place, digest: bytes(&(pair.0 * s)), signature: join(&r, &s) }
        })
    }

    /// r, s and digest from a list of edges, which hardly ever is a good signature.
    fn special_numbers(random: &mut Random, keys: &[Key]) -> Self {
        let order = n();
        let list = [
            words(&0_u8.into()),
            words(&1_u8.into()),
            words(&2_u8.into()),
            words(&(&order - 1_u8)),
            words(&order),
            words(&(&order + 1_u8)),
            words(&(big(&P_LESS_N) - 1_u8)),
            P_LESS_N,
            words(&(big(&P_LESS_N) + 1_u8)),
            [u64::MAX; 6],
            random.words(),
            random.words(),
        ];
        let mut pick = || modulus::to_bytes(&list[random.below(list.len())]);
        let (r, s, digest) = (pick(), pick(), pick());
        let signature = [r, s].concat().try_into().unwrap();
        Self { kind: "special numbers", key: random.below(keys.len()), digest, signature }
    }
}

/// The x coordinate modulo n of a point that is not at infinity.
fn x_modulo_n(point: &ProjectivePoint) -> Scalar {
    let encoded = point.to_affine().to_sec1_point(false);
    let x: [u8; 48] = encoded.as_bytes()[1..49].try_into().unwrap();
    scalar(&words(&(big(&modulus::from_bytes(&x)) % n())))
}

pub(super) fn any_scalar(random: &mut Random) -> Scalar {
    loop {
        let scalar = Scalar::from_repr(random.bytes::<48>().into());
        if let Some(scalar) = Option::<Scalar>::from(scalar).filter(|scalar| !bool::from(scalar.is_zero())) {
            return scalar;
        }
    }
}

pub(super) fn scalar(number: &modulus::Words) -> Scalar {
    Scalar::from_repr(modulus::to_bytes(number).into()).unwrap()
}

pub(super) fn bytes(scalar: &Scalar) -> [u8; 48] {
    scalar.to_repr().into()
}

fn join(r: &Scalar, s: &Scalar) -> [u8; 96] {
    [bytes(r), bytes(s)].concat().try_into().unwrap()
}
