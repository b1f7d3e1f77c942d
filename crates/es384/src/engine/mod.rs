//! The engine: P-384 made for many signatures under few keys.

#![allow(
    clippy::inline_always,
    reason = "only what is inlined is compiled for the instructions that lanes need"
)]
#![allow(clippy::many_single_char_names, clippy::similar_names, reason = "as the formulas have them")]
#![allow(clippy::needless_range_loop, reason = "limbs are numbered")]
#![allow(dead_code, reason = "the layers above come next")]

mod field8;
mod inverse;
mod lanes;
mod modulus;
mod residue;
#[cfg(test)]
mod tests;
