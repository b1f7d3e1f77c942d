//! The public key.

use std::{
    fmt,
    hash::{Hash, Hasher},
    sync::{Arc, Mutex, OnceLock, PoisonError, Weak},
};

use sha2::{Digest, Sha256};

use super::point::{self, Point};
use crate::{
    Hashed, InvalidSignature, KeyError, Signature,
    backend::{Active, Backend},
    count,
    encoding::{
        Form, MAX_INPUT_LEN, Wanted, base64url,
        der::{self, Kind},
        jwk, pem, secret,
    },
    engine::{self, Path, Prepared, Verdict},
};

/// A P-384 public key that verifies ES384 (RFC 7518, section 3.4).
///
/// The key is parsed and checked once; [`verify`](Self::verify) does nothing but verify. Clones share one key, and
/// any number of threads may use it at once. Two keys are equal if their points are equal, whatever form they were
/// read from.
///
/// [Prepare](Self::prepare) a key that verifies many signatures.
///
/// Every constructor refuses more than [`MAX_INPUT_LEN`] bytes, any curve other than P-384, a point that is not on
/// the curve, and a private key, because a private key must not be where a public key is enough.
#[derive(Clone)]
pub struct VerifyingKey(Arc<Inner>);

struct Inner {
    parsed: Arc<Parsed>,
    prepared: OnceLock<Arc<Prepared>>,
}

struct Parsed {
    verifier: <Active as Backend>::Verifier,
    point: Point,
    /// The path and the table that was made last. The table lives as long as a key holds it.
    table: Mutex<(Path, Weak<Prepared>)>,
}

impl Parsed {
    /// The table of the key. It is made if none for this path is alive.
    fn table(&self, path: Path) -> Arc<Prepared> {
        // A panic while the lock is held leaves the old entry, which is still valid.
        let mut last = self.table.lock().unwrap_or_else(PoisonError::into_inner);
        if let (made_for, Some(table)) = (last.0, last.1.upgrade())
            && made_for == path
        {
            return table;
        }
        let table = Arc::new(Prepared::new(&self.point, path));
        *last = (path, Arc::downgrade(&table));
        table
    }
}

impl VerifyingKey {
    /// Reads PEM (RFC 7468): an SPKI `PUBLIC KEY` (RFC 5480). The text may vary in the same ways as for
    /// [`SigningKey::from_pem`](crate::SigningKey::from_pem). A `CERTIFICATE` is read for its key, and nothing else
    /// in it is checked. The one line of an OpenSSH public key (`ecdsa-sha2-nistp384 ..`) is read too.
    ///
    /// # Errors
    ///
    /// [`KeyError::PrivateKeyGiven`], or the variant that says what is wrong with the key.
    pub fn from_pem(pem: impl AsRef<[u8]>) -> Result<Self, KeyError> {
        let inner = secret::pem_in(pem.as_ref(), Wanted::Public)?;
        let pem = inner.as_ref().map_or(pem.as_ref(), |pem| pem.as_slice());
        Form::Pem.expect(pem)?;
        Self::from_checked_der(&pem::read(pem, Wanted::Public)?)
    }

    /// Reads the DER of an SPKI (RFC 5480), or of a certificate, from which it takes the key.
    ///
    /// # Errors
    ///
    /// [`KeyError::PrivateKeyGiven`], or the variant that says what is wrong with the key.
    pub fn from_der(der: impl AsRef<[u8]>) -> Result<Self, KeyError> {
        Form::Der.expect(der.as_ref())?;
        Self::from_checked_der(der.as_ref())
    }

    /// Reads a bare curve point (SEC 1, section 2.3.3): 97 bytes uncompressed, or 49 compressed.
    ///
    /// # Errors
    ///
    /// [`KeyError::PointMalformed`], [`KeyError::PointNotOnCurve`], or [`KeyError::WrongCurve`] for the point lengths
    /// of P-224, P-256 and P-521.
    pub fn from_sec1_point(bytes: impl AsRef<[u8]>) -> Result<Self, KeyError> {
        let bytes = bytes.as_ref();
        if bytes.is_empty() {
            return Err(KeyError::Empty);
        }
        if bytes.len() > MAX_INPUT_LEN {
            return Err(KeyError::TooLong { bytes: bytes.len() });
        }
        if let Some(curve) = point::foreign_curve(bytes) {
            return Err(KeyError::WrongCurve { curve: curve.into() });
        }
        Self::from_point(point::parse(bytes)?)
    }

    /// Reads the JSON text of one public JWK (RFC 7517; RFC 7518, section 6.2.1).
    ///
    /// `kty`, `crv`, `x` and `y` are required, and `d` is refused. `use`, `alg` and `key_ops` are optional, but must
    /// allow verifying with ES384. Other members are ignored.
    ///
    /// # Errors
    ///
    /// [`KeyError::PrivateKeyGiven`] with a `d`, one of the `Jwk…` variants, or the variant that says what is wrong
    /// with the key.
    pub fn from_jwk(jwk: impl AsRef<[u8]>) -> Result<Self, KeyError> {
        Form::Jwk.expect(jwk.as_ref())?;
        Self::from_point(jwk::read_public(jwk.as_ref())?)
    }

    /// Reads a public key in any of the forms above.
    ///
    /// # Errors
    ///
    /// [`KeyError::NotAKey`] if the input has none of these forms; otherwise the error of the constructor for its form.
    pub fn from_any(input: impl AsRef<[u8]>) -> Result<Self, KeyError> {
        let bytes = input.as_ref();
        // No other form begins with these bytes.
        if matches!(bytes.first(), Some(2..=4)) {
            return Self::from_sec1_point(bytes);
        }
        if let Some(pem) = secret::pem_in(bytes, Wanted::Public)? {
            return Self::from_pem(pem);
        }
        match Form::of(bytes)? {
            Form::Pem => Self::from_pem(bytes),
            Form::Der => Self::from_der(bytes),
            Form::Jwk => Self::from_jwk(bytes),
        }
    }

    /// Verifies that `signature` is this key's ES384 signature of `message`.
    ///
    /// The signature is r then s in 96 bytes (RFC 7518, section 3.4). A signature of any other length, such as the
    /// DER form, is invalid. Both s and n - s verify, as ECDSA defines: do not use a signature as a unique name for a
    /// message.
    ///
    /// # Errors
    ///
    /// [`InvalidSignature`], which does not say why.
    #[inline]
    pub fn verify(&self, message: &[u8], signature: &[u8]) -> Result<(), InvalidSignature> {
        let signature: &Signature = signature.try_into().map_err(|_| InvalidSignature)?;
        count::hash();
        if let Some(prepared) = self.prepared() {
            let verdict = prepared.verify(&Active::sha384(message), signature);
            self.conclude(verdict, message, signature)
        } else {
            self.verify_with_backend(message, signature)
        }
    }

    /// Verifies a message as [`verify`](Self::verify) does, without hashing it again. Use it to find the key that
    /// signed the message among several.
    ///
    /// # Errors
    ///
    /// [`InvalidSignature`], which does not say why.
    pub fn verify_hashed(&self, message: &Hashed<'_>, signature: &[u8]) -> Result<(), InvalidSignature> {
        let signature: &Signature = signature.try_into().map_err(|_| InvalidSignature)?;
        let verdict =
            self.prepared().map_or(Verdict::Undecided, |key| key.verify(message.digest(), signature));
        match verdict {
            Verdict::Valid => Ok(()),
            Verdict::Invalid => Err(InvalidSignature),
            Verdict::Undecided => Active::verify_hashed(&self.0.parsed.verifier, message, signature),
        }
    }

    /// Makes a table of this key's multiples, which makes [`verify`](Self::verify) several times as fast. The table
    /// shows how many times as fast as with AWS-LC it then is:
    ///
    /// | the processor has | single signatures | [batches](crate::verify_batch) of 64 |
    /// |---|---|---|
    /// | AVX-512 IFMA | 12.5 to 14 | 25 |
    /// | AVX2 | 7.5 | 14 |
    /// | neither | 5.3 | 7.4 |
    ///
    /// Nobody has measured this on 64-bit ARM.
    ///
    /// Preparing takes one to two milliseconds, and [`prepared_size`](Self::prepared_size) bytes for as long as the
    /// key or a clone of it lives. The first prepared key of a process also makes a table of at most 768 KiB, which
    /// all keys share. All clones of the key are prepared with it, including earlier ones. The call does nothing if
    /// the key is already prepared, without the feature `engine`, or if this crate is compiled without optimisation,
    /// as in a debug build: see "Debug builds" in the documentation of the crate.
    pub fn prepare(&self) {
        if engine::WANTED {
            self.prepare_on(Path::best());
        }
    }

    /// Does the same as [`prepare`](Self::prepare), with a given implementation. For tests and benches.
    #[doc(hidden)]
    pub fn prepare_on(&self, path: Path) {
        if cfg!(feature = "engine") {
            self.0.prepared.get_or_init(|| self.0.parsed.table(path));
        }
    }

    /// Whether the key is [prepared](Self::prepare).
    pub fn is_prepared(&self) -> bool {
        self.prepared().is_some()
    }

    /// How many bytes a prepared key takes on this machine: 440 KiB with AVX2, AVX-512 IFMA or NEON, and 330 KiB
    /// without.
    pub fn prepared_size() -> usize {
        Prepared::size(Path::best())
    }

    /// The same key, not prepared. Preparing one of the two does not prepare the other. Use it to free the memory
    /// later, whoever else holds the key. If both are prepared, they share one table, which is freed with the last of
    /// them.
    #[must_use]
    pub fn unprepared(&self) -> Self {
        Self(Arc::new(Inner { parsed: self.0.parsed.clone(), prepared: OnceLock::new() }))
    }

    /// The key as SPKI PEM, as `openssl ec -pubout` prints it.
    #[must_use]
    pub fn to_spki_pem(&self) -> String {
        std::mem::take(&mut *pem::write("PUBLIC KEY", &self.to_spki_der()))
    }

    /// The key as SPKI DER (RFC 5480), 120 bytes.
    #[must_use]
    pub fn to_spki_der(&self) -> Vec<u8> {
        der::write_spki(self.point())
    }

    /// The bare point (SEC 1, section 2.3.3): `04`, x, y.
    #[must_use]
    pub fn to_sec1_point(&self) -> [u8; 97] {
        self.0.parsed.point
    }

    /// The bare point, compressed: `02` or `03`, x.
    #[must_use]
    pub fn to_sec1_point_compressed(&self) -> [u8; 49] {
        point::compress(self.point())
    }

    /// The key as a JWK (RFC 7518, section 6.2.1) with `alg` `ES384` and `use` `sig`.
    #[must_use]
    pub fn to_jwk(&self) -> String {
        std::mem::take(&mut *jwk::write(self.point(), None))
    }

    /// The JWK thumbprint (RFC 7638): SHA-256 of the required members, in 43 characters of base64url.
    #[must_use]
    pub fn thumbprint(&self) -> String {
        let mut out = String::with_capacity(43);
        base64url::push(&mut out, &Sha256::digest(jwk::required_members(self.point()).as_bytes()));
        out
    }

    /// SHA-256 of the SPKI DER, in 32 bytes.
    #[must_use]
    pub fn fingerprint(&self) -> [u8; 32] {
        Sha256::digest(self.to_spki_der()).into()
    }

    pub(crate) fn from_point(point: Point) -> Result<Self, KeyError> {
        let table = Mutex::new((Path::ALWAYS, Weak::new()));
        let parsed = Arc::new(Parsed { verifier: Active::verifier(&point)?, point, table });
        Ok(Self(Arc::new(Inner { parsed, prepared: OnceLock::new() })))
    }

    pub(crate) fn point(&self) -> &Point {
        &self.0.parsed.point
    }

    /// The table of the key, if it is prepared.
    pub(crate) fn prepared(&self) -> Option<&Prepared> {
        // This is decided at compile time: without the feature, no part of the engine is linked.
        if cfg!(feature = "engine") { self.0.prepared.get().map(|table| &**table) } else { None }
    }

    /// Verifies without the engine.
    #[inline]
    pub(crate) fn verify_with_backend(
        &self,
        message: &[u8],
        signature: &Signature,
    ) -> Result<(), InvalidSignature> {
        Active::verify(&self.0.parsed.verifier, message, signature)
    }

    /// Turns the engine's verdict into a result. If the engine did not decide, the backend does.
    #[inline]
    pub(crate) fn conclude(
        &self,
        verdict: Verdict,
        message: &[u8],
        signature: &Signature,
    ) -> Result<(), InvalidSignature> {
        match verdict {
            Verdict::Valid => Ok(()),
            Verdict::Invalid => Err(InvalidSignature),
            Verdict::Undecided => self.verify_with_backend(message, signature),
        }
    }

    fn from_checked_der(input: &[u8]) -> Result<Self, KeyError> {
        let kind = match Kind::of(input) {
            Err(KeyError::Certificate) => {
                return Self::from_point(der::read_spki(&der::spki_of_certificate(input)?)?);
            }
            kind => kind?,
        };
        match kind {
            Kind::Spki => Self::from_point(der::read_spki(input)?),
            Kind::Pkcs8 => {
                der::check_pkcs8_algorithm(input)?;
                Err(KeyError::PrivateKeyGiven)
            }
            Kind::Sec1 | Kind::EncryptedPkcs8 => Err(KeyError::PrivateKeyGiven),
        }
    }
}

impl PartialEq for VerifyingKey {
    fn eq(&self, other: &Self) -> bool {
        self.point() == other.point()
    }
}

impl Eq for VerifyingKey {}

impl Hash for VerifyingKey {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.point().hash(state);
    }
}

impl fmt::Debug for VerifyingKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        struct Hex([u8; 32]);
        impl fmt::Debug for Hex {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
            }
        }
        f.debug_struct("VerifyingKey").field("sha256", &Hex(self.fingerprint())).finish()
    }
}

#[cfg(test)]
#[cfg(feature = "engine")]
mod tests {
    use super::*;
    use crate::SigningKey;

    fn table(key: &VerifyingKey) -> &Arc<Prepared> {
        key.0.prepared.get().unwrap()
    }

    #[test]
    fn a_key_and_its_unprepared_copies_share_a_table_while_it_lives() {
        let key = SigningKey::generate().unwrap().verifying_key().clone();
        let (one, other, late) = (key.unprepared(), key.unprepared(), key.unprepared());
        for key in [&one, &other] {
            key.prepare_on(Path::Words);
        }
        assert!(Arc::ptr_eq(table(&one), table(&other)));
        assert!(!key.is_prepared());
        let seen = Arc::downgrade(table(&one));
        drop(one);
        late.prepare_on(Path::Words);
        assert!(Arc::ptr_eq(table(&late), table(&other)));
        drop((late, other));
        assert_eq!(seen.strong_count(), 0, "no key holds the table any more");
        key.prepare_on(Path::Words);
        assert!(key.is_prepared());
    }

    #[test]
    #[cfg(feature = "model")]
    fn a_table_of_another_path_is_not_shared() {
        let key = SigningKey::generate().unwrap().verifying_key().clone();
        let other = key.unprepared();
        key.prepare_on(Path::Words);
        other.prepare_on(Path::Model);
        assert!(matches!(**table(&key), Prepared::Words(_)));
        assert!(matches!(**table(&other), Prepared::Model(_)));
    }
}
