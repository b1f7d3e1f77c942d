//! Eight 64-bit lanes, and the few operations on them that the engine is made of.
//!
//! All arithmetic above is written once, over [`Lanes`] and the numbers modulo p that they own, a [`Radix`]. Limbs of 52 bits are
//! for AVX-512 IFMA, limbs of 30 bits for AVX2, NEON and the vectors of WebAssembly. Each radix has a model in plain integers too,
//! which runs on any processor and under tools that do not know the instructions, and is compiled for tests only.
//!
//! Every method takes a value. Where the processor must have an instruction, a value is the proof that it does: the
//! first one comes from a check at run time, and all others are made from it. So the methods are safe to call.

use super::modulus::Words;

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
mod avx2;
#[cfg(target_arch = "x86_64")]
mod ifma;
#[cfg(feature = "model")]
mod model;
#[cfg(feature = "model")]
mod model30;
#[cfg(target_arch = "aarch64")]
mod neon;
pub(super) mod radix30;
mod radix52;
mod row;
#[cfg(target_feature = "simd128")]
mod simd128;
#[cfg(target_arch = "x86_64")]
mod sse2;
mod two_pairs;
#[cfg(any(not(target_arch = "x86_64"), feature = "model"))]
mod words;

#[cfg(target_arch = "x86_64")]
pub(crate) use avx2::Avx2;
pub(crate) use eight;
#[cfg(target_arch = "x86_64")]
pub(crate) use ifma::Ifma;
#[cfg(feature = "model")]
pub(crate) use model::Model;
#[cfg(target_arch = "aarch64")]
pub(crate) use neon::Neon;
pub(crate) use radix30::Radix30;
pub(crate) use radix52::Radix52;
pub(crate) use row::{Eight, Row, Shared};
#[cfg(target_feature = "simd128")]
pub(crate) use simd128::Simd128;
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
    /// How these lanes keep numbers modulo p.
    type Radix: Radix<Self>;
    /// The same lanes where only the even ones count: products may leave out the others, which mean nothing then.
    type Narrow: Lanes;

    /// So many signatures or more are verified side by side, fewer one by one: side by side eight take as long as one.
    const VERIFIED_TOGETHER: usize;
    /// The same of signatures that are made.
    const SIGNED_TOGETHER: usize;
    /// Whether there is code to hash, sign and verify side by side at all.
    const SIDE_BY_SIDE: bool = true;

    /// The number for lanes of which only the even ones count.
    fn narrow(number: &Number<Self>) -> Number<Self::Narrow>;

    /// `self` is only the witness.
    fn pair(self, words: [u64; 2]) -> Self::Pair;
    /// The same value in every lane. `self` is only the witness.
    fn splat(self, value: u64) -> Self;
    /// The words of the lanes.
    fn store(self) -> [u64; 8];
    /// One word a lane, from bytes, the most significant first. `self` is only the witness.
    fn load_bytes(self, bytes: &[u8; 64]) -> Self;
    /// Lane `i` of row `l` goes to lane `l` of vector `i`.
    fn transpose(rows: [Self; 8]) -> [Self; 8];

    fn add(self, other: Self) -> Self;
    /// Where `self` has ones the bits of `ones`, elsewhere those of `zeros`.
    fn choose(self, ones: Self, zeros: Self) -> Self;
    /// The bits that most of the three have.
    fn majority(self, b: Self, c: Self) -> Self;
    fn xor3(self, b: Self, c: Self) -> Self;
    /// Shifts in zeros.
    fn shr<const BITS: u32>(self) -> Self;
    /// Rotates to the right.
    fn ror<const BITS: i32>(self) -> Self;
    /// `other` in the lanes whose bit in `mask` is set, `self` in the rest.
    fn blend(self, mask: u8, other: Self) -> Self;

    /// Runs `task` compiled for the instructions that these lanes need.
    fn run<T: Task<Self>>(self, task: T) -> T::Output;
    /// Runs a part of a task in a function of its own, of which there is one: inlined everywhere it would make much code.
    fn part<T: Task<Self>>(self, part: T) -> T::Output;
}

/// How many of so many go into groups of eight, if no group may hold fewer than `least`; those that are left go one by one.
pub(crate) fn grouped(count: usize, least: usize) -> usize {
    if count % 8 < least { count & !7 } else { count }
}

/// A number modulo p in each lane.
pub(crate) type Number<L> = <<L as Lanes>::Radix as Radix<L>>::Number;

/// A number modulo p as it stands in memory: 64 bytes, a cache line. What the words are, the radix knows.
pub(crate) type Packed = [u64; 8];

/// How numbers modulo p are kept in memory: times 2^[`SHIFT`](Self::SHIFT) (Montgomery's form).
pub(crate) trait Form: Copy + 'static {
    const SHIFT: u32;
    /// 1 in Montgomery's form.
    const ONE: Packed;
    /// 1 as it is. A product with it leaves Montgomery's form.
    const UNIT: Packed;
    /// 2^SHIFT/2^384 as it is.
    const EXCESS: Packed;
    /// The b of the curve, in Montgomery's form.
    const B: Packed;

    /// The entries of one window of a table, for [`Radix::pick`].
    type Window: Send + Sync;

    /// A number below 2^384.
    fn pack(words: &Words) -> Packed;
    /// A number within twice p, either way, as words below p, in the same time for all values.
    fn reduce(number: &Packed) -> Words;
    /// At most [`ENTRIES`] rows as a window.
    fn window(rows: &[Row<Self>]) -> Self::Window;
    /// A number a lane, as [`Eight`] has them.
    fn eight(numbers: [&Packed; 8]) -> [[u64; 8]; 8];
    /// The tables of the base point, which all keys share.
    fn shared() -> &'static Shared<Self>;
}

/// Eight numbers modulo p, a number a lane, and what is done with them.
///
/// Bounds are in multiples of p, and kept by [`field8`](super::field8). A *carried* number is what a product or a loaded number
/// is. A *wide* one is a difference of two carried ones; it may be one factor of a product, but not both.
pub(crate) trait Radix<L>: Form {
    type Number: Copy;

    /// A product of factors whose bounds multiply to this at most is below 2·p, and one of twice this below 3·p.
    const LIMIT: u64;

    fn splat(lanes: L, number: &Packed) -> Self::Number;
    fn load(lanes: L, numbers: [&Packed; 8]) -> Self::Number;
    fn store(number: &Self::Number) -> [Packed; 8];
    /// Any value of the lanes, from a number in them.
    fn witness(number: &Self::Number) -> L;
    /// Whether limbs are carried, and the number within the bound as far as its highest limb tells.
    fn is_within(number: &Self::Number, bound: u32) -> bool;

    fn blend(a: &Self::Number, mask: u8, b: &Self::Number) -> Self::Number;
    fn swap<const DISTANCE: usize>(number: &Self::Number) -> Self::Number;
    /// The lanes of a carried number within 2·p that is zero modulo p.
    fn zero_lanes(number: &Self::Number) -> u8;

    /// `a - b`, wide, for b below `C`·p.
    fn difference<const C: u32>(a: &Self::Number, b: &Self::Number) -> Self::Number;
    /// A wide number carried.
    fn carry(number: &Self::Number) -> Self::Number;
    /// `a - c - 2·d`, carried, for c below `C`·p and d below `D`·p.
    fn less_both<const C: u32, const D: u32>(
        a: &Self::Number,
        c: &Self::Number,
        d: &Self::Number,
    ) -> Self::Number;
    /// `-a` in the lanes of `mask`, for a below `B`·p.
    fn negate_where<const B: u32>(a: &Self::Number, mask: u8) -> Self::Number;

    /// `a·b`; `b` may be wide. This and the rest are functions of their own.
    fn product(a: &Self::Number, b: &Self::Number) -> Self::Number;
    /// `a·b - c`, for c below `C`·p; `b` may be wide.
    fn product_less<const C: u32>(a: &Self::Number, b: &Self::Number, c: &Self::Number) -> Self::Number;
    /// `a²`.
    fn square(a: &Self::Number) -> Self::Number;
    /// `a² - c - 2·d`, for c below `C`·p and d below `D`·p.
    fn square_less<const C: u32, const D: u32>(
        a: &Self::Number,
        c: &Self::Number,
        d: &Self::Number,
    ) -> Self::Number;
    /// `a·b - c` brought below 3·p, for c below `C`·p; `b` may be wide.
    fn product_less_folded<const C: u32>(
        a: &Self::Number,
        b: &Self::Number,
        c: &Self::Number,
    ) -> Self::Number;
    /// `a² - c - d` brought below 3·p, for c below `C`·p and d below `D`·p.
    fn square_less_folded<const C: u32, const D: u32>(
        a: &Self::Number,
        c: &Self::Number,
        d: &Self::Number,
    ) -> Self::Number;

    /// Lane `l` takes x and y of entry `entries[l]` of the window. All are read, whichever are taken.
    fn pick(lanes: L, entries: [u8; 8], window: &Self::Window) -> [Self::Number; 2];
    /// Lane `l` takes x and y of lane `l` of `table[entries[l]]`. All are read, whichever are taken.
    fn choose(lanes: L, entries: [u8; 8], table: &[Eight]) -> [Self::Number; 2];
}

/// Words of two lanes, each with those of the other operand that stand in its lane. In all else as [`Lanes`].
pub(crate) trait InPairs<P>: Copy {
    fn add(self, other: Self) -> Self;
    fn sub(self, other: P) -> Self;
    fn and(self, other: P) -> Self;
    fn xor(self, other: P) -> Self;
}

/// Two lanes of 64 bits, a word each.
pub(crate) trait Pair: InPairs<Self> {
    /// Two words a lane.
    type Twice: Twice<Self>;

    /// Shifts to the right by one bit, shifts in a zero.
    fn halve(self) -> Self;
    /// A small number less one. It starts as all ones, for -1, and nothing is done with it but this, `xor` with all ones, and
    /// `if_negative`: so lanes may keep several copies of it in a word.
    fn less_one(self) -> Self;
    /// All ones where such a number is negative, else zero. The optimiser does not know that there is nothing else.
    fn if_negative(self) -> Self;
    /// All ones where the lowest bit is set, else zero. The optimiser does not know that there is nothing else.
    fn if_odd(self) -> Self;
}

/// Two lanes of 64 bits, two words each.
pub(crate) trait Twice<P>: InPairs<P> {
    /// From the first words and the second words.
    fn of(first: P, second: P) -> Self;
    /// The first words of the lanes, and the second words.
    fn words(self) -> [[u64; 2]; 2];
}

/// A piece of work over lanes. `run` must be `#[inline(always)]`, and so must all that it calls, down to the lanes.
pub(crate) trait Task<L> {
    type Output;
    fn run(self) -> Self::Output;
}
