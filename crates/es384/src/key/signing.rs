//! The private key.

use std::{
    fmt,
    sync::{Arc, OnceLock},
};

use zeroize::Zeroizing;

use super::{
    VerifyingKey,
    pair::{Pair, Scalar},
};
use crate::{
    KeyError, SignError, Signature,
    backend::{Active, Backend},
    encoding::{
        Form, Wanted,
        der::{self, Kind},
        encrypted, jwk, pem, secret,
    },
    engine::{self, Hmac, Path, SignJob},
    wipe::with_wiped_stack,
};

/// A P-384 private key that signs with ES384 (RFC 7518, section 3.4).
///
/// The key is parsed and checked once; [`sign`](Self::sign) does nothing but sign. Clones share one key, which is
/// wiped from memory when the last clone is dropped. Any number of threads may use it at once. `Debug` shows only the
/// fingerprint of the public half.
///
/// Every constructor refuses more than [`MAX_INPUT_LEN`](crate::MAX_INPUT_LEN) bytes, any curve other than P-384, a
/// private number outside 1..n, and a public half that does not belong to the private half. Callers must wipe their
/// own copy of the key, in the buffer or string that they pass.
#[derive(Clone)]
pub struct SigningKey(Arc<Inner>);

struct Inner {
    signer: <Active as Backend>::Signer,
    scalar: Scalar,
    verifying: VerifyingKey,
    /// The HMAC of nonces stays in one place on the heap and is wiped there.
    accelerated: OnceLock<(Path, Box<Hmac>)>,
}

/// A key for which the engine signs.
#[derive(Clone, Copy)]
pub(crate) struct Accelerated<'a> {
    pub(crate) path: Path,
    scalar: &'a Scalar,
    hmac: &'a Hmac,
}

impl<'a> Accelerated<'a> {
    /// For the engine to sign a message with this digest.
    pub(crate) fn job(&self, digest: &'a [u8; 48]) -> SignJob<'a> {
        SignJob { private: self.scalar.as_bytes(), copy: self.scalar.copy(), hmac: self.hmac, digest }
    }
}

impl SigningKey {
    /// Makes a new key with random bytes of the operating system.
    ///
    /// # Errors
    ///
    /// [`KeyError::Randomness`] if the operating system gives no random bytes.
    pub fn generate() -> Result<Self, KeyError> {
        with_wiped_stack(|| Self::from_pair(Pair::new(Scalar::random()?, &[])?))
    }

    /// Reads PEM (RFC 7468): SEC1 `EC PRIVATE KEY` (RFC 5915), with or without an `EC PARAMETERS` block before it, or
    /// PKCS#8 `PRIVATE KEY` (RFC 5958).
    ///
    /// The text may have CRLF, a byte order mark, quotes, indentation or literal `\n`; it may be all on one line, or
    /// base64 of the whole PEM. It may also be the JSON of a secret store, such as `{"SecretString": ".."}` or
    /// `{"privateKey": ".."}`, if exactly one string, at any depth, is the PEM of a private key. Certificates and
    /// public keys beside the private key are ignored.
    ///
    /// # Errors
    ///
    /// [`KeyError::PassphraseMissing`] if the key is encrypted; otherwise the variant that says what is wrong with
    /// the key.
    pub fn from_pem(pem: impl AsRef<[u8]>) -> Result<Self, KeyError> {
        Self::read_pem(pem.as_ref(), None)
    }

    /// Reads PEM as [`from_pem`](Self::from_pem) does, and also `ENCRYPTED PRIVATE KEY` (RFC 5958, PBES2 of RFC 8018).
    ///
    /// The passphrase is bytes; encode text as UTF-8. If the key is not encrypted, the passphrase is ignored. This
    /// function never prompts on the terminal. The file determines how long decrypting takes. The limit is 4 million
    /// PBKDF2 iterations, or scrypt with 128 MiB, which takes two or three seconds on a slow machine.
    ///
    /// # Errors
    ///
    /// [`KeyError::PassphraseWrong`], [`KeyError::EncryptionUnsupported`], [`KeyError::KdfTooCostly`],
    /// [`KeyError::EncryptionNotBuilt`] without the feature `encrypted-keys`, or the variant that says what is wrong
    /// with the key.
    pub fn from_pem_with_passphrase(
        pem: impl AsRef<[u8]>,
        passphrase: impl AsRef<[u8]>,
    ) -> Result<Self, KeyError> {
        Self::read_pem(pem.as_ref(), Some(passphrase.as_ref()))
    }

    /// Reads DER: PKCS#8 (RFC 5958) or SEC1 (RFC 5915), told apart by their structure.
    ///
    /// # Errors
    ///
    /// [`KeyError::PassphraseMissing`] if it is encrypted PKCS#8; otherwise the variant that says what is wrong with
    /// the key.
    pub fn from_der(der: impl AsRef<[u8]>) -> Result<Self, KeyError> {
        Self::read_der(der.as_ref(), None)
    }

    /// Reads DER as [`from_der`](Self::from_der) does, and also encrypted PKCS#8.
    ///
    /// # Errors
    ///
    /// The same as for [`from_pem_with_passphrase`](Self::from_pem_with_passphrase).
    pub fn from_der_with_passphrase(
        der: impl AsRef<[u8]>,
        passphrase: impl AsRef<[u8]>,
    ) -> Result<Self, KeyError> {
        Self::read_der(der.as_ref(), Some(passphrase.as_ref()))
    }

    /// Reads the JSON text of one private JWK (RFC 7517; RFC 7518, section 6.2.2).
    ///
    /// `kty`, `crv`, `x`, `y` and `d` are required. `use`, `alg` and `key_ops` are optional, but must allow signing
    /// with ES384. Other members are ignored.
    ///
    /// # Errors
    ///
    /// [`KeyError::PublicKeyGiven`] without a `d`, one of the `Jwk…` variants, or the variant that says what is wrong
    /// with the key.
    pub fn from_jwk(jwk: impl AsRef<[u8]>) -> Result<Self, KeyError> {
        with_wiped_stack(|| {
            Form::Jwk.expect(jwk.as_ref())?;
            Self::from_pair(jwk::read_private(jwk.as_ref())?)
        })
    }

    /// Reads a private key in any of the forms above.
    ///
    /// # Errors
    ///
    /// [`KeyError::NotAKey`] if the input has none of these forms; otherwise the error of the constructor for its form.
    pub fn from_any(input: impl AsRef<[u8]>, passphrase: Option<&[u8]>) -> Result<Self, KeyError> {
        if let Some(pem) = secret::pem_in(input.as_ref(), Wanted::Private)? {
            return Self::read_pem(&pem, passphrase);
        }
        match Form::of(input.as_ref())? {
            Form::Pem => Self::read_pem(input.as_ref(), passphrase),
            Form::Der => Self::read_der(input.as_ref(), passphrase),
            Form::Jwk => Self::from_jwk(input),
        }
    }

    /// Signs `message` with ES384: SHA-384, then ECDSA. The signature is 96 bytes, r then s, as JOSE requires (RFC
    /// 7518, section 3.4). Each call gives a different signature.
    ///
    /// # Errors
    ///
    /// [`SignError`] if the operating system gives no random bytes or no memory.
    #[inline]
    pub fn sign(&self, message: &[u8]) -> Result<Signature, SignError> {
        let Some(key) = self.accelerated() else { return self.sign_with_backend(message) };
        let digest = Active::sha384(message);
        let signatures = with_wiped_stack(|| engine::sign(key.path, &[key.job(&digest)]))?;
        match signatures.first() {
            Some(Some(signature)) => Ok(*signature),
            _ => self.sign_with_backend(message),
        }
    }

    /// Makes this key and all its clones sign with the engine instead of the backend from now on. The table shows how
    /// many times as fast as with AWS-LC signing then is:
    ///
    /// | the processor has | single signatures | [batches](crate::sign_batch) of 64 |
    /// |---|---|---|
    /// | AVX-512 IFMA | 5 | 13 |
    /// | AVX2 | 3.8 | 8.7 |
    /// | neither | 2.6 | 3.6 |
    ///
    /// Nobody has measured this on 64-bit ARM. The call does nothing without the feature `engine`, or if this crate
    /// is compiled without optimisation, as in a debug build: see "Debug builds" in the documentation of the crate.
    ///
    /// Acceleration is off by default because the engine's arithmetic is younger than the backend's. Its running time
    /// does not depend on the key or on the content of the message. It makes each nonce from the private key, the
    /// message and 32 fresh random bytes. The first accelerated key of a process takes a few milliseconds, and 700
    /// KiB for tables that all keys share.
    pub fn accelerate(&self) {
        if engine::WANTED {
            self.accelerate_on(Path::best());
        }
    }

    /// Does the same as [`accelerate`](Self::accelerate), with a given implementation. For tests and benches.
    #[doc(hidden)]
    pub fn accelerate_on(&self, path: Path) {
        if cfg!(feature = "engine") {
            self.0
                .accelerated
                .get_or_init(|| with_wiped_stack(|| (path, Box::new(Hmac::new(self.0.scalar.as_bytes())))));
        }
    }

    /// Whether the engine signs for this key: the key was [accelerated](Self::accelerate), and this is an optimised
    /// build with the feature `engine`.
    pub fn is_accelerated(&self) -> bool {
        self.accelerated().is_some()
    }

    /// The public half.
    pub fn verifying_key(&self) -> &VerifyingKey {
        &self.0.verifying
    }

    /// **Prints the private key** as PKCS#8 PEM, as the IVS console does.
    #[must_use]
    pub fn to_pkcs8_pem(&self) -> Zeroizing<String> {
        with_wiped_stack(|| pem::write("PRIVATE KEY", &self.to_pkcs8_der()))
    }

    /// **Prints the private key** as PKCS#8 DER (RFC 5958), 185 bytes.
    #[must_use]
    pub fn to_pkcs8_der(&self) -> Zeroizing<Vec<u8>> {
        der::write_pkcs8(&self.0.scalar, self.0.verifying.point())
    }

    /// **Prints the private key** as SEC1 PEM, as `openssl ecparam -genkey -noout` does.
    #[must_use]
    pub fn to_sec1_pem(&self) -> Zeroizing<String> {
        with_wiped_stack(|| pem::write("EC PRIVATE KEY", &self.to_sec1_der()))
    }

    /// **Prints the private key** as SEC1 DER (RFC 5915), 167 bytes.
    #[must_use]
    pub fn to_sec1_der(&self) -> Zeroizing<Vec<u8>> {
        der::write_sec1(&self.0.scalar, self.0.verifying.point())
    }

    /// Prints the private key encrypted, as PKCS#8 PEM: PBES2 with PBKDF2 (HMAC-SHA-256, 600 000 iterations) and
    /// AES-256-CBC. Every common library reads this form.
    ///
    /// # Errors
    ///
    /// [`KeyError::PassphraseEmpty`], [`KeyError::Randomness`] if the operating system gives no random bytes, or
    /// [`KeyError::EncryptionNotBuilt`] without the feature `encrypted-keys`.
    pub fn to_encrypted_pkcs8_pem(&self, passphrase: impl AsRef<[u8]>) -> Result<String, KeyError> {
        let mut pem = pem::write("ENCRYPTED PRIVATE KEY", &self.to_encrypted_pkcs8_der(passphrase)?);
        Ok(std::mem::take(&mut *pem))
    }

    /// Prints the private key encrypted, as PKCS#8 DER, in the same way as
    /// [`to_encrypted_pkcs8_pem`](Self::to_encrypted_pkcs8_pem).
    ///
    /// # Errors
    ///
    /// [`KeyError::PassphraseEmpty`], [`KeyError::Randomness`] if the operating system gives no random bytes, or
    /// [`KeyError::EncryptionNotBuilt`] without the feature `encrypted-keys`.
    pub fn to_encrypted_pkcs8_der(&self, passphrase: impl AsRef<[u8]>) -> Result<Vec<u8>, KeyError> {
        with_wiped_stack(|| encrypted::encrypt(&self.to_pkcs8_der(), passphrase.as_ref()))
    }

    /// **Prints the private key** as a JWK (RFC 7518, section 6.2.2) with `alg` `ES384` and `use` `sig`.
    #[must_use]
    pub fn to_jwk(&self) -> Zeroizing<String> {
        with_wiped_stack(|| jwk::write(self.0.verifying.point(), Some(&self.0.scalar)))
    }

    pub(crate) fn accelerated(&self) -> Option<Accelerated<'_>> {
        // Known when compiled: without the feature nothing of the engine is linked.
        let (path, hmac) = if cfg!(feature = "engine") { self.0.accelerated.get()? } else { return None };
        Some(Accelerated { path: *path, scalar: &self.0.scalar, hmac })
    }

    /// Signs without the engine.
    #[inline]
    pub(crate) fn sign_with_backend(&self, message: &[u8]) -> Result<Signature, SignError> {
        Active::sign(&self.0.signer, message)
    }

    fn read_pem(input: &[u8], passphrase: Option<&[u8]>) -> Result<Self, KeyError> {
        with_wiped_stack(|| {
            let inner = secret::pem_in(input, Wanted::Private)?;
            let input = inner.as_ref().map_or(input, |pem| pem.as_slice());
            Form::Pem.expect(input)?;
            Self::from_checked_der(&pem::read(input, Wanted::Private)?, passphrase)
        })
    }

    fn read_der(input: &[u8], passphrase: Option<&[u8]>) -> Result<Self, KeyError> {
        with_wiped_stack(|| {
            Form::Der.expect(input)?;
            Self::from_checked_der(input, passphrase)
        })
    }

    fn from_checked_der(input: &[u8], passphrase: Option<&[u8]>) -> Result<Self, KeyError> {
        Self::from_pair(match Kind::of(input)? {
            Kind::Pkcs8 => der::read_pkcs8(input)?,
            Kind::Sec1 => der::read_sec1(input)?,
            Kind::EncryptedPkcs8 => der::read_pkcs8(&encrypted::decrypt(input, passphrase)?)?,
            Kind::Spki => {
                der::check_spki_algorithm(input)?;
                return Err(KeyError::PublicKeyGiven);
            }
        })
    }

    fn from_pair(Pair { scalar, point }: Pair) -> Result<Self, KeyError> {
        let signer = Active::signer(scalar.as_bytes(), &point)?;
        let verifying = VerifyingKey::from_point(point)?;
        Ok(Self(Arc::new(Inner { signer, scalar, verifying, accelerated: OnceLock::new() })))
    }
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SigningKey").field("public", self.verifying_key()).finish_non_exhaustive()
    }
}
