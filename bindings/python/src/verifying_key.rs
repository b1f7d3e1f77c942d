use std::collections::hash_map::DefaultHasher;
use std::hash::{Hash, Hasher};

use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyTuple};

use crate::boundary::guard;
use crate::failure::Failure;
use crate::values;

/// A public P-384 key that verifies tokens. Parsed once. Equal to every key with the same point, hashable, picklable.
#[pyclass(frozen, module = "ivs_token")]
pub(crate) struct VerifyingKey(pub(crate) ivs_token::VerifyingKey);

#[pymethods]
impl VerifyingKey {
    /// Reads PEM, an SPKI `PUBLIC KEY`, as `openssl ec -pubout` writes it.
    ///
    /// `pem` is `str`, `bytes`, or the path of a file as an `os.PathLike`. Raises `InvalidKeyError`, which says what
    /// the text is instead, and `OSError` for a file that cannot be read.
    #[staticmethod]
    fn from_pem(py: Python<'_>, pem: Bound<'_, PyAny>) -> PyResult<Self> {
        guard(py, || {
            let key = ivs_token::VerifyingKey::from_pem(&*values::key_material(&pem)?);
            Ok(Self(key.map_err(|error| values::no_key(&pem, error))?))
        })
    }

    /// Reads the DER of an SPKI (RFC 5480). Errors are those of `from_pem`.
    #[staticmethod]
    fn from_der(py: Python<'_>, der: Bound<'_, PyAny>) -> PyResult<Self> {
        guard(py, || {
            let key = ivs_token::VerifyingKey::from_der(&*values::key_material(&der)?);
            Ok(Self(key.map_err(|error| values::no_key(&der, error))?))
        })
    }

    /// Reads a public JWK (RFC 7518, section 6.2.1): its JSON, or a mapping. Errors are those of `from_pem`.
    #[staticmethod]
    fn from_jwk(py: Python<'_>, jwk: Bound<'_, PyAny>) -> PyResult<Self> {
        guard(py, || {
            let key = ivs_token::VerifyingKey::from_jwk(&*values::jwk_material(&jwk)?);
            Ok(Self(key.map_err(|error| values::no_key(&jwk, error))?))
        })
    }

    /// Reads a public key in any form: PEM, DER, JWK or a bare point, or an object of the package `cryptography` (a
    /// public key, or a certificate for its key). Errors are those of `from_pem`.
    #[staticmethod]
    fn from_any(py: Python<'_>, key: Bound<'_, PyAny>) -> PyResult<Self> {
        guard(py, || Ok(Self(of(&key)?)))
    }

    /// The key as SPKI PEM: what ImportPublicKey takes as `publicKeyMaterial`.
    fn to_pem(&self, py: Python<'_>) -> PyResult<String> {
        guard(py, || Ok(self.0.to_spki_pem()))
    }

    /// The key as SPKI DER, 120 bytes.
    fn to_der<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyBytes>> {
        guard(py, || Ok(PyBytes::new(py, &self.0.to_spki_der())))
    }

    /// The key as the JSON of a JWK with `alg` `ES384` and `use` `sig`.
    fn to_jwk(&self, py: Python<'_>) -> PyResult<String> {
        guard(py, || Ok(self.0.to_jwk()))
    }

    /// The JWK thumbprint (RFC 7638): SHA-256 in 43 characters of base64url.
    #[getter]
    fn thumbprint(&self, py: Python<'_>) -> PyResult<String> {
        guard(py, || Ok(self.0.thumbprint()))
    }

    /// SHA-256 of the SPKI DER, in 64 hexadecimal digits. Not the fingerprint that GetPublicKey shows, which AWS does not
    /// define.
    #[getter]
    fn fingerprint(&self, py: Python<'_>) -> PyResult<String> {
        guard(py, || Ok(values::hex(&self.0.fingerprint())))
    }

    fn __repr__(&self, py: Python<'_>) -> PyResult<String> {
        guard(py, || Ok(format!("<VerifyingKey sha256={}>", values::fingerprint(&self.0))))
    }

    fn __eq__(&self, py: Python<'_>, other: Bound<'_, PyAny>) -> PyResult<bool> {
        guard(py, || Ok(other.cast::<Self>().is_ok_and(|other| self.0 == other.get().0)))
    }

    fn __hash__(&self, py: Python<'_>) -> PyResult<u64> {
        guard(py, || {
            let mut hasher = DefaultHasher::new();
            self.0.hash(&mut hasher);
            Ok(hasher.finish())
        })
    }

    fn __reduce__(slf: Bound<'_, Self>) -> PyResult<(Bound<'_, PyAny>, Bound<'_, PyTuple>)> {
        let py = slf.py();
        guard(py, || {
            let from_pem = py.get_type::<Self>().getattr(intern!(py, "from_pem"))?;
            Ok((from_pem, PyTuple::new(py, [slf.get().0.to_spki_pem()])?))
        })
    }
}

/// A public key, as whichever of these it was given: a `VerifyingKey`, or what `from_any` takes.
pub(crate) fn of(value: &Bound<'_, PyAny>) -> Result<ivs_token::VerifyingKey, Failure> {
    if let Ok(key) = value.cast::<VerifyingKey>() {
        return Ok(key.get().0.clone());
    }
    ivs_token::VerifyingKey::from_any(&*values::any_material(value)?)
        .map_err(|error| values::no_key(value, error))
}
