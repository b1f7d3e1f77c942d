//! The C interface of `ivs-token`: `libivs_token`, with `ivs_token.h` and `ivs_token.hpp`.
//!
//! One file a noun. Every export begins in [`boundary`], which resets the last error and lets no panic out.

#![expect(
    clippy::doc_markdown,
    reason = "the words are for readers of the header, who have no backticks to click"
)]
#![expect(unreachable_pub, reason = "what C sees is exported by its name, not by its path")]
#![expect(non_camel_case_types, reason = "types carry the names that C gives them")]

// The order is that of the header: from what comes first in a program to what comes last.

mod last_error;

mod error;

mod status;

mod version;

mod zeroize;

mod signing_key;

mod verifying_key;

mod stage;

mod participant;

mod token;

mod unsigned;

mod batch;

mod verifier_builder;

mod verifier;

mod verified;

mod verified_list;

mod exchange;

mod inspection;

mod connection;

mod verified_connection;

mod playback;

mod verified_playback;

mod key_ring;

mod key_list;

mod revocations;

mod text_out;

mod one_call;

mod error_out;

// Not in the header.

#[cfg(test)]
mod allocations;
mod boundary;
mod failure;
mod handles;
mod input;
mod key_file;
mod output;
mod request;
mod template;
