use std::path::PathBuf;

use ivs_token::KeyError;
use thiserror::Error;

/// A key of an HSM that tokens cannot be signed with.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum Pkcs11Error {
    /// The HSM's library cannot be loaded or begun.
    #[error("the PKCS#11 library {} cannot be used: {source}", .path.display())]
    Module {
        /// Where it was looked for.
        path: PathBuf,
        /// What the loader, or the library, says.
        source: cryptoki::error::Error,
    },
    /// No token has this label.
    #[error("no token is labelled {label:?}; there are: {}", list(.found))]
    NoToken {
        /// The label that was asked for.
        label: String,
        /// The labels that there are.
        found: Vec<String>,
    },
    /// The PIN was refused, or another call failed.
    #[error("the HSM could not {doing}: {source}")]
    Hsm {
        /// Such as `log in`.
        doing: &'static str,
        /// What the library says.
        source: cryptoki::error::Error,
    },
    /// Not exactly one key pair has this label.
    #[error(
        "{found} {what} keys on the token are EC keys labelled {label:?}, but there must be exactly one: \
         `pkcs11-tool --module LIBRARY --login --list-objects` shows what there is"
    )]
    NotOneKey {
        /// The label that was asked for.
        label: String,
        /// `private` or `public`.
        what: &'static str,
        /// How many there are.
        found: usize,
    },
    /// The public key is no P-384 key.
    #[error("the public key labelled {label:?} cannot be used: {source}")]
    PublicKey {
        /// The label of the key.
        label: String,
        /// What is wrong with it.
        source: KeyError,
    },
}

fn list(labels: &[String]) -> String {
    if labels.is_empty() {
        return "none".to_owned();
    }
    labels.iter().map(|label| format!("{label:?}")).collect::<Vec<_>>().join(", ")
}
