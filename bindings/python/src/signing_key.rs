use ivs_token::PublicKeyArn;
use ivs_token::es384;
use pyo3::prelude::*;

use crate::boundary::guard;
use crate::failure::Failure;
use crate::values;
use crate::verifying_key::VerifyingKey;

/// A private P-384 key that mints tokens, and the ARN under which IVS knows its public half (`kid`).
///
/// It is parsed once, and any number of threads may use it. `repr` and errors never show it. It cannot be pickled, and
/// is wiped from memory when the last reference to it is gone.
#[pyclass(frozen, module = "ivs_token")]
pub(crate) struct SigningKey(pub(crate) ivs_token::SigningKey);

#[pymethods]
impl SigningKey {
    /// Reads PEM, SEC1 or PKCS#8, also as it arrives in an environment variable: with literal `\n`, in quotes, on one line, or
    /// base64 of it all.
    ///
    /// `pem` is `str`, `bytes`, or the path of a file as an `os.PathLike`. `kid` is the ARN that ImportPublicKey returned;
    /// participant and connection tokens need it, playback tokens do not. `passphrase` is that of an encrypted key.
    ///
    /// Raises `InvalidKeyError`, which says what the text is instead, `InvalidClaimError` for a `kid` that is not an
    /// ARN, and `OSError` for a file that cannot be read.
    #[staticmethod]
    #[pyo3(signature = (pem, *, kid=None, passphrase=None))]
    fn from_pem(
        py: Python<'_>,
        pem: Bound<'_, PyAny>,
        kid: Option<Bound<'_, PyAny>>,
        passphrase: Option<Bound<'_, PyAny>>,
    ) -> PyResult<Self> {
        guard(py, || {
            let material = values::key_material(&pem)?;
            let passphrase = passphrase.as_ref().map(values::passphrase).transpose()?;
            let key = py.detach(|| match &passphrase {
                Some(passphrase) => es384::SigningKey::from_pem_with_passphrase(&*material, &**passphrase),
                None => es384::SigningKey::from_pem(&*material),
            });
            let key = key.map_err(|error| values::no_key(&pem, error))?;
            named(key, kid.as_ref())
        })
    }

    /// Reads DER, SEC1 or PKCS#8, encrypted or not. Arguments and errors are those of `from_pem`.
    #[staticmethod]
    #[pyo3(signature = (der, *, kid=None, passphrase=None))]
    fn from_der(
        py: Python<'_>,
        der: Bound<'_, PyAny>,
        kid: Option<Bound<'_, PyAny>>,
        passphrase: Option<Bound<'_, PyAny>>,
    ) -> PyResult<Self> {
        guard(py, || {
            let material = values::key_material(&der)?;
            let passphrase = passphrase.as_ref().map(values::passphrase).transpose()?;
            let key = py.detach(|| match &passphrase {
                Some(passphrase) => es384::SigningKey::from_der_with_passphrase(&*material, &**passphrase),
                None => es384::SigningKey::from_der(&*material),
            });
            let key = key.map_err(|error| values::no_key(&der, error))?;
            named(key, kid.as_ref())
        })
    }

    /// Reads a private JWK (RFC 7518, section 6.2.2): its JSON, or a mapping. Errors are those of `from_pem`.
    #[staticmethod]
    #[pyo3(signature = (jwk, *, kid=None))]
    fn from_jwk(py: Python<'_>, jwk: Bound<'_, PyAny>, kid: Option<Bound<'_, PyAny>>) -> PyResult<Self> {
        guard(py, || {
            let material = values::jwk_material(&jwk)?;
            let parsed = es384::SigningKey::from_jwk(&*material);
            named(parsed.map_err(|error| values::no_key(&jwk, error))?, kid.as_ref())
        })
    }

    /// Reads a key in any form: PEM, DER or JWK, encrypted or not, or a private key object of the package
    /// `cryptography`. Arguments and errors are those of `from_pem`.
    #[staticmethod]
    #[pyo3(signature = (key, *, kid=None, passphrase=None))]
    fn from_any(
        py: Python<'_>,
        key: Bound<'_, PyAny>,
        kid: Option<Bound<'_, PyAny>>,
        passphrase: Option<Bound<'_, PyAny>>,
    ) -> PyResult<Self> {
        guard(py, || {
            let material = values::any_material(&key)?;
            let passphrase = passphrase.as_ref().map(values::passphrase).transpose()?;
            let parsed = py.detach(|| {
                es384::SigningKey::from_any(&*material, passphrase.as_ref().map(|bytes| bytes.as_slice()))
            });
            named(parsed.map_err(|error| values::no_key(&key, error))?, kid.as_ref())
        })
    }

    /// Makes a new key from the randomness of the operating system. Register its public half with ImportPublicKey.
    #[staticmethod]
    #[pyo3(signature = (*, kid=None))]
    fn generate(py: Python<'_>, kid: Option<Bound<'_, PyAny>>) -> PyResult<Self> {
        guard(py, || named(es384::SigningKey::generate()?, kid.as_ref()))
    }

    /// This key under the ARN that ImportPublicKey returned for its public half: the `kid` of its tokens.
    fn with_kid(&self, py: Python<'_>, kid: Bound<'_, PyAny>) -> PyResult<Self> {
        guard(py, || named(self.0.as_es384().clone(), Some(&kid)))
    }

    /// The ARN under which IVS knows this key, or `None`.
    #[getter]
    fn kid(&self, py: Python<'_>) -> PyResult<Option<&str>> {
        guard(py, || Ok(self.0.id().map(PublicKeyArn::as_str)))
    }

    /// The public half: what IVS and verifiers need.
    #[getter]
    fn verifying_key(&self, py: Python<'_>) -> PyResult<VerifyingKey> {
        guard(py, || Ok(VerifyingKey(self.0.verifying_key().clone())))
    }

    /// Makes this key, and every key made of it, sign with the library's own engine from now on. On any processor,
    /// minting then takes less than half of its time, and less than a third in `mint_many`. With AVX2 it takes little
    /// more than a third, and a sixth in `mint_many`. With AVX-512 IFMA it takes a quarter, and a tenth in `mint_many`.
    ///
    /// This is off by default: docs/engine.md says how the engine is proved. The first key of a process takes a few
    /// milliseconds and 700 KiB for tables that all keys share.
    fn accelerate(&self, py: Python<'_>) -> PyResult<()> {
        guard(py, || {
            py.detach(|| self.0.accelerate());
            Ok(())
        })
    }

    /// Whether the engine signs for this key: the key was accelerated, and the processor supports it.
    #[getter]
    fn is_accelerated(&self, py: Python<'_>) -> PyResult<bool> {
        guard(py, || Ok(self.0.is_accelerated()))
    }

    /// **Gives the private key away**: as PKCS#8 PEM, encrypted if there is a passphrase.
    #[pyo3(signature = (*, passphrase=None))]
    fn to_pem(&self, py: Python<'_>, passphrase: Option<Bound<'_, PyAny>>) -> PyResult<String> {
        guard(py, || {
            let key = self.0.as_es384();
            match passphrase.as_ref().map(values::passphrase).transpose()? {
                Some(passphrase) => Ok(py.detach(|| key.to_encrypted_pkcs8_pem(&**passphrase))?),
                None => Ok(key.to_pkcs8_pem().to_string()),
            }
        })
    }

    fn __repr__(&self, py: Python<'_>) -> PyResult<String> {
        guard(py, || {
            let fingerprint = values::fingerprint(self.0.verifying_key());
            Ok(match self.0.id() {
                Some(kid) => format!("<SigningKey kid='{kid}' sha256={fingerprint}>"),
                None => format!("<SigningKey kid=None sha256={fingerprint}>"),
            })
        })
    }

    fn __reduce__(&self, py: Python<'_>) -> PyResult<()> {
        guard(py, || {
            values::not_pickled(
                "a private key cannot be pickled: load it where it is needed, from where it is kept",
            )
        })
    }

    fn __copy__(slf: Bound<'_, Self>) -> PyResult<Bound<'_, Self>> {
        guard(slf.py(), || Ok(slf.clone()))
    }

    fn __deepcopy__<'py>(slf: Bound<'py, Self>, _memo: Bound<'py, PyAny>) -> PyResult<Bound<'py, Self>> {
        guard(slf.py(), || Ok(slf.clone()))
    }
}

fn named(key: es384::SigningKey, kid: Option<&Bound<'_, PyAny>>) -> Result<SigningKey, Failure> {
    let key = ivs_token::SigningKey::from(key);
    Ok(SigningKey(match kid {
        Some(kid) => key.with_id(values::arn("kid", kid)?),
        None => key,
    }))
}

/// The key, if it is one.
pub(crate) fn of<'a>(value: &'a Bound<'_, PyAny>) -> Result<&'a ivs_token::SigningKey, Failure> {
    match value.cast::<SigningKey>() {
        Ok(key) => Ok(&key.get().0),
        Err(_) => Err(Failure::wrong_type("key", "a SigningKey, such as SigningKey.from_pem gives", value)),
    }
}
