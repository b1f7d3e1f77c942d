#![doc = include_str!("../README.md")]
#![forbid(unsafe_code)]

mod error;
mod module;
mod signer;

pub use error::Pkcs11Error;
pub use module::Module;
pub use signer::Pkcs11Signer;

pub use ivs_token;
