//! The C interface of `ivs-token`: `libivs_token`, with `ivs_token.h` and `ivs_token.hpp`.
//!
//! One file a noun. Every export begins in [`boundary`], which resets the last error and lets no panic out.

#![expect(
    clippy::doc_markdown,
    reason = "the words are for readers of the header, who have no backticks to click"
)]
#![expect(unreachable_pub, reason = "what C sees is exported by its name, not by its path")]
#![expect(non_camel_case_types, reason = "types carry the names that C gives them")]

#[cfg(test)]
mod allocations;
mod batch;
mod boundary;
mod connection;
mod exchange;
mod failure;
mod handles;
mod input;
mod inspection;
mod key_list;
mod key_ring;
mod last_error;
mod output;
mod participant;
mod playback;
mod revocations;
mod signing_key;
mod stage;
mod status;
mod token;
mod verified;
mod verified_connection;
mod verified_list;
mod verified_playback;
mod verifier;
mod verifying_key;
mod version;
mod zeroize;
