//! Replaces `encrypted.rs` in builds without the feature `encrypted-keys`.

use zeroize::Zeroizing;

use crate::KeyError;

pub(crate) fn decrypt(_: &[u8], _: Option<&[u8]>) -> Result<Zeroizing<Vec<u8>>, KeyError> {
    Err(KeyError::EncryptionNotBuilt)
}

pub(crate) fn encrypt(_: &[u8], _: &[u8]) -> Result<Vec<u8>, KeyError> {
    Err(KeyError::EncryptionNotBuilt)
}
