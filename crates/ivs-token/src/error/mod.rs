//! What can go wrong, one small enum a step.
//!
//! Each error has a `code()`: a stable name for programs. Texts may be reworded, codes are not.

mod claims;
mod exchange;
mod header;
mod key_name;
mod key_ring;
mod key_set;
mod malformed;
mod mint;
mod playback_url;
mod revocation;
mod signer;
mod tag;
mod verify;

pub use claims::ClaimsError;
pub use exchange::ExchangeError;
pub use header::HeaderError;
pub use key_name::KeyNameError;
pub use key_ring::KeyRingError;
pub use key_set::{KeyEntryError, KeySetError};
pub use malformed::{Base64Error, JsonError, MalformedError, Part};
pub use mint::MintError;
pub use playback_url::PlaybackUrlError;
pub use revocation::{Revoked, StoreError};
pub use signer::SignerError;
pub use tag::TagError;
pub use verify::{VerifierError, VerifyError};

pub use crate::value::error::{
    ArnError, ClaimError, EndpointError, OriginError, RandomnessError, StageError,
};
pub use es384::{KeyError, KeyFileError, SignError};
