#![doc = include_str!("../README.md")]
#![forbid(unsafe_code)]

mod error;
mod signer;

pub use error::KmsError;
pub use signer::KmsSigner;

/// The client whose keys sign.
pub use aws_sdk_kms;
pub use ivs_token;
