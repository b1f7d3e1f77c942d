//! Loads public keys from the JSON of the API, from a JWK set or from a folder of PEM files.

mod api;
mod folder;
mod jwks;

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::path::Path;
use std::vec;

use super::PublicKey;
use crate::error::{KeyEntryError, KeySetError};
use crate::value::arn::{KeyArn, PublicKeyArn};
use crate::wire::json;
pub(super) use jwks::write as to_jwks;

/// Valid public keys that were loaded together. They go into a [`KeyRing`](crate::KeyRing) in one change:
/// [`import_all`](crate::KeyRing::import_all) adds them, and [`replace`](crate::KeyRing::replace) replaces all others.
///
/// A set has at least one key and at most [`Self::MAX_KEYS`], and no ARN twice. If any key is invalid, nothing is
/// loaded.
///
/// ```
/// # let folder = std::env::temp_dir().join(format!("ivs-token-doc-{}", std::process::id()));
/// # std::fs::create_dir_all(&folder)?;
/// # let pem = ivs_token::es384::SigningKey::generate()?.verifying_key().to_spki_pem();
/// # std::fs::write(folder.join("f99cde61-c2b0.pem"), pem)?;
/// use ivs_token::{KeyRing, KeySet, PublicKeyArn};
///
/// let keys: KeySet<PublicKeyArn> = KeySet::from_folder(&folder, "us-west-2", "123456789012")?;
/// let ring = KeyRing::new();
/// ring.import_all(keys)?;
/// assert_eq!(ring.keys()[0].arn().as_str(), "arn:aws:ivs:us-west-2:123456789012:public-key/f99cde61-c2b0");
/// # std::fs::remove_dir_all(&folder)?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use]
pub struct KeySet<A = PublicKeyArn> {
    keys: Vec<PublicKey<A>>,
}

impl<A: KeyArn> KeySet<A> {
    /// The maximum size of the JSON: 4 MiB.
    pub const MAX_LEN: usize = 4 << 20;
    /// The maximum number of keys.
    pub const MAX_KEYS: usize = 1000;

    /// Loads what `aws ivs-realtime get-public-key` or `import-public-key` prints: `{"publicKey": {"arn", "name",
    /// "publicKeyMaterial", "tags"}}`, or the inner object alone. There may be one of them, or several, one after the
    /// other or in an array. The member `retiredAt`, which the API does not have, is the ISO 8601 time from which the
    /// key no longer verifies; [`KeyRing::to_json`](crate::KeyRing::to_json) writes it. Other members are ignored.
    /// UTF-8, or UTF-16 with a byte order mark.
    ///
    /// The calls for playback key pairs never print the key itself, so load playback keys from a folder or a JWK set.
    ///
    /// # Errors
    ///
    /// [`KeySetError`], which says which of the keys is none and why.
    pub fn from_json(json: impl AsRef<[u8]>) -> Result<Self, KeySetError> {
        api::read(&text(json.as_ref())?)
    }

    /// Loads a JWK set (RFC 7517, section 5), in which the `kid` of each key is its ARN.
    ///
    /// Keys of another `kty` or `crv`, and keys whose `use`, `alg` or `key_ops` rule out verifying ES384, are skipped.
    /// Private keys are refused. `exp`, in seconds since 1970, is the time from which a key no longer verifies.
    ///
    /// # Errors
    ///
    /// [`KeySetError`], which says which of the keys is none and why.
    pub fn from_jwks(jwks: impl AsRef<[u8]>) -> Result<Self, KeySetError> {
        jwks::read(&text(jwks.as_ref())?)
    }

    /// Loads a JWK set or the JSON of the API, whichever it is.
    ///
    /// # Errors
    ///
    /// As [`Self::from_jwks`] and [`Self::from_json`].
    pub fn from_any(bytes: impl AsRef<[u8]>) -> Result<Self, KeySetError> {
        let text = text(bytes.as_ref())?;
        if jwks::is_one(&text) { jwks::read(&text) } else { api::read(&text) }
    }

    /// Loads each `.pem` file of a folder as a public key. The file's name is the key's ID: `abc.pem` holds the key
    /// whose ARN ends in `/abc`, in this region and account.
    ///
    /// Other files, hidden files and subfolders are skipped. A private key in a `.pem` file is an error. A file has at
    /// most [`es384::MAX_INPUT_LEN`] bytes.
    ///
    /// # Errors
    ///
    /// [`KeySetError`], which names the file.
    pub fn from_folder(
        folder: impl AsRef<Path>,
        region: &str,
        account_id: &str,
    ) -> Result<Self, KeySetError> {
        folder::read(folder.as_ref(), region, account_id)
    }

    /// The keys in their original order. Those of a folder are ordered by file name.
    pub fn keys(&self) -> &[PublicKey<A>] {
        &self.keys
    }
}

impl<A> IntoIterator for KeySet<A> {
    type Item = PublicKey<A>;
    type IntoIter = vec::IntoIter<PublicKey<A>>;

    fn into_iter(self) -> Self::IntoIter {
        self.keys.into_iter()
    }
}

/// A set that grows, key by key.
struct Collector<A> {
    keys: Vec<PublicKey<A>>,
    /// Where each ARN stands.
    entries: BTreeMap<A, String>,
}

impl<A: KeyArn> Collector<A> {
    const fn new() -> Self {
        Self { keys: Vec::new(), entries: BTreeMap::new() }
    }

    fn push(&mut self, entry: String, key: Result<PublicKey<A>, KeyEntryError>) -> Result<(), KeySetError> {
        let key = match key {
            Ok(key) => key,
            Err(source) => return Err(KeySetError::Entry { entry, source }),
        };
        if let Some(first) = self.entries.get(key.arn()) {
            let (arn, first) = (key.arn().to_string(), first.clone());
            return Err(KeySetError::Repeated { arn, first, second: entry });
        }
        if self.keys.len() == KeySet::<A>::MAX_KEYS {
            return Err(KeySetError::TooManyKeys { limit: KeySet::<A>::MAX_KEYS });
        }
        self.entries.insert(key.arn().clone(), entry);
        self.keys.push(key);
        Ok(())
    }

    /// The set; `hint` says what was looked for, should there be nothing.
    fn finish(self, hint: &'static str) -> Result<KeySet<A>, KeySetError> {
        if self.keys.is_empty() { Err(KeySetError::Empty { hint }) } else { Ok(KeySet { keys: self.keys }) }
    }
}

fn text(bytes: &[u8]) -> Result<Cow<'_, str>, KeySetError> {
    if bytes.len() > KeySet::<PublicKeyArn>::MAX_LEN {
        return Err(KeySetError::TooLong { limit: KeySet::<PublicKeyArn>::MAX_LEN });
    }
    let not_utf8 = || KeySetError::Json("it is not UTF-8 text".to_owned());
    match json::utf8(bytes) {
        Cow::Borrowed(bytes) => std::str::from_utf8(bytes).map(Cow::Borrowed).map_err(|_| not_utf8()),
        Cow::Owned(bytes) => String::from_utf8(bytes).map(Cow::Owned).map_err(|_| not_utf8()),
    }
}
