//! What JavaScript can ask of `ivs-token`, as one function: [`call`] takes an operation, up to three [`Object`]s, the time and
//! JSON, and gives a text, an object or a [`Failure`].
//!
//! The Node.js addon (`bindings/node`) and the WebAssembly module (`bindings/wasm`) only carry these values across. What a
//! developer sees is the TypeScript in `bindings/npm`.
#![forbid(unsafe_code)]
#![allow(
    clippy::doc_markdown,
    clippy::needless_pass_by_value,
    reason = "operations of the API are named as words, and messages are handed over as they come"
)]

mod answer;
mod clock;
mod connection;
mod exchange;
mod failure;
mod input;
mod inspection;
mod key_ring;
mod object;
mod operation;
mod participant;
mod playback;
mod revocations;
mod signing_key;
mod stage;
mod store;
mod verified;
mod verifier;
mod verifying_key;
mod workers;

pub use answer::Answer;
pub use failure::Failure;
pub use object::Object;
pub use operation::call;

/// The version of the package, the library that does the arithmetic, and the names of the operations, as JSON: the place of each
/// is its number.
pub fn about() -> String {
    let (version, backend) = (env!("CARGO_PKG_VERSION"), ivs_token::es384::BACKEND);
    serde_json::json!({ "version": version, "backend": backend, "operations": operation::NAMES }).to_string()
}
