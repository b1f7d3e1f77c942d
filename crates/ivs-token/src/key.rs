use std::fmt;
use std::path::Path;
use std::sync::Arc;

use crate::error::{KeyError, KeyFileError, MintError};
use crate::value::arn::{KeyArn, PublicKeyArn, StageArn};
use crate::wire::jws;

/// A private key that mints tokens, and the ARN under which IVS knows its public half. Parsed once, cheap to clone,
/// shareable across threads.
///
/// The private half is wiped when the last clone is dropped, and is never part of `Debug`, of an error or of a panic.
///
/// ```
/// # let pem = ivs_token::es384::SigningKey::generate()?.to_pkcs8_pem();
/// use ivs_token::SigningKey;
///
/// let key = SigningKey::from_pem(pem)?.with_id("arn:aws:ivs:us-west-2:123456789012:public-key/abc".parse()?);
/// assert_eq!(key.id().map(|arn| arn.resource_id()), Some("abc"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone)]
pub struct SigningKey {
    key: es384::SigningKey,
    id: Option<Arc<KeyId>>,
}

/// The ARN of a key, and the header that every token signed with it has.
pub(crate) struct KeyId {
    pub(crate) arn: PublicKeyArn,
    /// Base64url of `{"alg":"ES384","typ":"JWT","kid":"<ARN>"}`.
    pub(crate) header: String,
}

impl SigningKey {
    /// Reads a private key from PEM: SEC1 (`EC PRIVATE KEY`, what AWS's OpenSSL commands write) or PKCS#8 (`PRIVATE
    /// KEY`, what the IVS console gives), also as PEM arrives in an environment variable: with literal `\n`, in quotes,
    /// on one line, or base64 of it all.
    ///
    /// [`Self::from_any`] reads every other form.
    ///
    /// # Errors
    ///
    /// [`KeyError`], which says what the text is instead and what to do about it.
    pub fn from_pem(pem: impl AsRef<[u8]>) -> Result<Self, KeyError> {
        es384::SigningKey::from_pem(pem).map(Self::from)
    }

    /// Reads a private key from a file, in whichever form it is.
    ///
    /// ```no_run
    /// # fn run() -> Result<(), Box<dyn std::error::Error>> {
    /// let key = ivs_token::SigningKey::from_file("private.pem", None)?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// [`KeyFileError`], which names the file.
    pub fn from_file(path: impl AsRef<Path>, passphrase: Option<&[u8]>) -> Result<Self, KeyFileError> {
        es384::SigningKey::from_file(path, passphrase).map(Self::from)
    }

    /// Reads a private key in whichever form it is: PEM, DER or JWK, encrypted or not. This never asks for a passphrase
    /// on the terminal.
    ///
    /// # Errors
    ///
    /// [`KeyError`], which says what the bytes are instead and what to do about it.
    pub fn from_any(input: impl AsRef<[u8]>, passphrase: Option<&[u8]>) -> Result<Self, KeyError> {
        es384::SigningKey::from_any(input, passphrase).map(Self::from)
    }

    /// Makes a new key from the randomness of the operating system. Register its public half with `ImportPublicKey`, and
    /// keep the private one: [`Self::as_es384`] gives the key that can be written.
    ///
    /// # Errors
    ///
    /// [`KeyError`] when the operating system gives no random bytes.
    pub fn generate() -> Result<Self, KeyError> {
        es384::SigningKey::generate().map(Self::from)
    }

    /// This key with the ARN that `ImportPublicKey` returned for its public half: the `kid` of its tokens.
    #[must_use]
    pub fn with_id(self, arn: PublicKeyArn) -> Self {
        Self { id: Some(Arc::new(KeyId::new(arn))), ..self }
    }

    /// The ARN under which IVS knows this key, if it was given.
    pub fn id(&self) -> Option<&PublicKeyArn> {
        self.id.as_ref().map(|id| &id.arn)
    }

    /// Makes this key and all its clones sign with the engine from now on. The table shows what part of its usual time
    /// minting then takes:
    ///
    /// | the processor has | one | in [batches](Self::mint_batch) |
    /// |---|---|---|
    /// | AVX-512 IFMA | a quarter | a tenth |
    /// | AVX2 | little more than a third | a sixth |
    /// | neither | less than half | less than a third |
    ///
    /// On 64-bit ARM this was not measured. Without the feature `engine` it changes nothing.
    ///
    /// This is off by default; for the reason see [`es384::SigningKey::accelerate`]. The first key of a process takes a
    /// few milliseconds and 700 KiB for tables that all keys share.
    ///
    /// ```
    /// # let key = ivs_token::SigningKey::generate()?;
    /// key.accelerate();
    /// println!("signs with the engine: {}", key.is_accelerated());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn accelerate(&self) {
        self.key.accelerate();
    }

    /// Whether the engine signs for this key: it was [accelerated](Self::accelerate), in an optimised build with the feature `engine`.
    pub fn is_accelerated(&self) -> bool {
        self.key.is_accelerated()
    }

    /// The public half: what IVS and verifiers need.
    pub fn verifying_key(&self) -> &es384::VerifyingKey {
        self.key.verifying_key()
    }

    /// The key alone, without its ID. It can be written in any form, such as with
    /// [`to_pkcs8_pem`](es384::SigningKey::to_pkcs8_pem).
    pub fn as_es384(&self) -> &es384::SigningKey {
        &self.key
    }

    /// The ID of this key, if it has one.
    pub(crate) fn key_id(&self) -> Result<&KeyId, MintError> {
        self.id.as_deref().ok_or(MintError::NoKeyId)
    }
}

impl KeyId {
    pub(crate) fn new(arn: PublicKeyArn) -> Self {
        Self { header: header(&arn), arn }
    }

    /// Checks that IVS takes a key of this ARN for tokens of this stage.
    pub(crate) fn check_stage(&self, stage: &StageArn) -> Result<(), MintError> {
        if self.arn.home() == stage.home() {
            return Ok(());
        }
        Err(MintError::ForeignKey {
            key_account: self.arn.account_id().to_owned(),
            key_region: self.arn.region().to_owned(),
            stage_account: stage.account_id().to_owned(),
            stage_region: stage.region().to_owned(),
        })
    }
}

/// The header of a token that names no key, in base64url: `{"alg":"ES384","typ":"JWT"}`.
pub(crate) const HEADER_WITHOUT_KID: &str = "eyJhbGciOiJFUzM4NCIsInR5cCI6IkpXVCJ9";

/// The header of a token of `CreateParticipantToken`, in base64url: `{"alg":"KMS","typ":"JWT"}`.
pub(crate) const HEADER_OF_SERVICE: &str = "eyJhbGciOiJLTVMiLCJ0eXAiOiJKV1QifQ";

/// The header of every token signed with the key of this ARN, in base64url.
pub(crate) fn header(kid: &impl KeyArn) -> String {
    // An ARN has no character that JSON would escape.
    jws::encode(format!(r#"{{"alg":"ES384","typ":"JWT","kid":"{kid}"}}"#).as_bytes())
}

impl From<es384::SigningKey> for SigningKey {
    /// A key without an ID yet.
    fn from(key: es384::SigningKey) -> Self {
        Self { key, id: None }
    }
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SigningKey")
            .field("id", &self.id())
            .field("verifying_key", self.verifying_key())
            .finish_non_exhaustive()
    }
}
