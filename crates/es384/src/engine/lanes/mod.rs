//! Eight 64-bit lanes, and the few operations on them that the engine is made of.
//!
//! All arithmetic above is written once, over this trait. It has two homes: [`Ifma`], the AVX-512 IFMA instructions, and
//! `Model`, plain integers, which runs on any processor and under tools that do not know AVX-512, and is compiled for tests
//! only.
//!
//! Every method takes a value. Where the processor must have an instruction, a value is the proof that it does: the
//! first one comes from a check at run time, and all others are made from it. So the methods are safe to call.

/// An array of eight, each worked out from its index. Closures would not do: what is not inlined for certain may be
/// compiled without the instructions that it needs.
macro_rules! eight {
    ($i:ident => $value:expr) => {
        [
            eight!(@ 0, $i, $value),
            eight!(@ 1, $i, $value),
            eight!(@ 2, $i, $value),
            eight!(@ 3, $i, $value),
            eight!(@ 4, $i, $value),
            eight!(@ 5, $i, $value),
            eight!(@ 6, $i, $value),
            eight!(@ 7, $i, $value),
        ]
    };
    (@ $index:literal, $i:ident, $value:expr) => {{
        let $i = $index;
        $value
    }};
}

#[cfg(target_arch = "x86_64")]
mod ifma;
#[cfg(any(test, feature = "model"))]
mod model;
#[cfg(target_arch = "x86_64")]
mod sse2;
#[cfg(any(not(target_arch = "x86_64"), test, feature = "model"))]
mod words;

pub(crate) use eight;
#[cfg(target_arch = "x86_64")]
pub(crate) use ifma::Ifma;
#[cfg(any(test, feature = "model"))]
pub(crate) use model::Model;
/// The pair that every processor of this kind has.
#[cfg(target_arch = "x86_64")]
pub(crate) use sse2::Sse2Pair as BasePair;
/// The pair that every processor of this kind has.
#[cfg(not(target_arch = "x86_64"))]
pub(crate) use words::WordPair as BasePair;

/// Eight lanes of 64 bits. Arithmetic wraps, and no operation takes a time that depends on the values.
///
/// Implementations mark every method `#[inline(always)]`: only what is inlined into [`run`](Self::run) is compiled for
/// the instructions it needs.
pub(crate) trait Lanes: Copy {
    /// Two lanes, for what is too little work for eight: short vectors are up to twice as fast.
    type Pair: Pair;

    /// `self` is only the witness.
    fn pair(self, words: [u64; 2]) -> Self::Pair;
    /// The same value in every lane. `self` is only the witness.
    fn splat(self, value: u64) -> Self;
    /// One word a lane. `self` is only the witness.
    fn load(self, words: &[u64; 8]) -> Self;
    /// The words of the lanes.
    fn store(self) -> [u64; 8];
    /// One word a lane, from bytes, the most significant first. `self` is only the witness.
    fn load_bytes(self, bytes: &[u8; 64]) -> Self;
    /// Lane `i` of row `l` goes to lane `l` of vector `i`.
    fn transpose(rows: [Self; 8]) -> [Self; 8];

    fn add(self, other: Self) -> Self;
    fn sub(self, other: Self) -> Self;
    fn and(self, other: Self) -> Self;
    /// Where `self` has ones the bits of `ones`, elsewhere those of `zeros`.
    fn choose(self, ones: Self, zeros: Self) -> Self;
    /// The bits that most of the three have.
    fn majority(self, b: Self, c: Self) -> Self;
    fn xor3(self, b: Self, c: Self) -> Self;
    fn shl<const BITS: u32>(self) -> Self;
    /// Shifts in zeros.
    fn shr<const BITS: u32>(self) -> Self;
    /// Shifts in the sign.
    fn sar<const BITS: u32>(self) -> Self;
    /// Rotates to the right.
    fn ror<const BITS: i32>(self) -> Self;
    /// `self` plus the low 52 bits of the 104-bit product of the low 52 bits of `a` and `b`.
    fn add_mul_low(self, a: Self, b: Self) -> Self;
    /// `self` plus the high 52 bits of the 104-bit product of the low 52 bits of `a` and `b`.
    fn add_mul_high(self, a: Self, b: Self) -> Self;
    /// Lane `l` takes word `self[l]`, which must be below 64. All words are read, whichever are taken.
    fn pick(self, words: &[u64; 64]) -> Self;
    /// The lanes in which both are the same.
    fn equal(self, other: Self) -> u8;
    /// `other` in the lanes whose bit in `mask` is set, `self` in the rest.
    fn blend(self, mask: u8, other: Self) -> Self;
    /// Lane `l` takes the value of lane `l ^ DISTANCE`; the distance is 1, 2 or 4.
    fn swap<const DISTANCE: usize>(self) -> Self;

    /// Runs `task` compiled for the instructions that these lanes need.
    fn run<T: Task<Self>>(self, task: T) -> T::Output;
    /// Runs a part of a task in a function of its own, of which there is one: inlined everywhere it would make much code.
    fn part<T: Task<Self>>(self, part: T) -> T::Output;
}

/// Two lanes of 64 bits, in all as [`Lanes`].
pub(crate) trait Pair: Copy {
    /// The words of the lanes.
    fn words(self) -> [u64; 2];
    fn add(self, other: Self) -> Self;
    fn sub(self, other: Self) -> Self;
    fn and(self, other: Self) -> Self;
    fn xor(self, other: Self) -> Self;
    /// Shifts to the right by one bit, shifts in a zero.
    fn halve(self) -> Self;
    /// All ones where the highest bit is set, else zero. The optimiser does not know that there is nothing else.
    fn if_negative(self) -> Self;
    /// All ones where the lowest bit is set, else zero. The optimiser does not know that there is nothing else.
    fn if_odd(self) -> Self;
}

/// A piece of work over lanes. `run` must be `#[inline(always)]`, and so must all that it calls, down to the lanes.
pub(crate) trait Task<L> {
    type Output;
    fn run(self) -> Self::Output;
}
