//! Claims and a key make a token.

mod batch;
mod connection;
mod exchange;
mod participant;
mod playback;
mod signer;
mod unsigned;

use serde::Serialize;

use crate::error::MintError;
use crate::key::SigningKey;
use crate::wire::{json, jws};

#[cfg(feature = "async")]
pub use signer::mint_batch_with_async;
pub use signer::{AsyncSigner, Mintable, Signer, SigningInput, mint_batch_with};
pub use unsigned::{Unsigned, assemble};

/// The text of a token with this payload.
pub(crate) fn text(header: &str, payload: &impl Serialize, key: &SigningKey) -> Result<String, MintError> {
    let mut text = signing_input(header, payload)?;
    let signature = key.as_es384().sign(text.as_bytes())?;
    jws::append_signature(&mut text, &signature);
    Ok(text)
}

/// What is signed of a token with this payload.
#[expect(clippy::expect_used, reason = "writing plain structs to memory has no way to fail")]
fn signing_input(header: &str, payload: &impl Serialize) -> Result<String, MintError> {
    // All claims of a usual token, without growing.
    let mut json = Vec::with_capacity(1024);
    json::write_ascii(&mut json, payload).expect("claims serialise");
    let actual = jws::assembled_len(header.len(), json.len());
    if actual > jws::MAX_LEN {
        return Err(MintError::TooLong { actual, limit: jws::MAX_LEN });
    }
    Ok(jws::unsigned(header, &json))
}
