use std::sync::Arc;

use ivs_token::{KeySet, PublicKeyArn, Tags, Timestamp};
use pyo3::prelude::*;
use pyo3::types::PyDict;

use crate::boundary::guard;
use crate::failure::Failure;
use crate::signing_key::SigningKey;
use crate::values;
use crate::verifying_key::{self, VerifyingKey};

/// The public keys that IVS knows, held locally, and which of them signs: what ImportPublicKey, GetPublicKey, ListPublicKeys
/// and DeletePublicKey do, without a call.
///
/// Give it to a `Verifier`, which follows its changes. Reads never wait. Each method makes one change, or, when it raises
/// `KeyRingError`, none. `limit` is how many keys it may hold (64).
#[pyclass(frozen, module = "ivs_token")]
pub(crate) struct KeyRing(pub(crate) ivs_token::KeyRing);

#[pymethods]
impl KeyRing {
    #[new]
    #[pyo3(signature = (*, limit=None))]
    fn new(py: Python<'_>, limit: Option<Bound<'_, PyAny>>) -> PyResult<Self> {
        guard(py, || {
            let limit = limit.map(|limit| values::count("limit", &limit, 0..=usize::MAX)).transpose()?;
            let limit = limit.unwrap_or(ivs_token::KeyRing::<PublicKeyArn>::DEFAULT_LIMIT);
            Ok(Self(ivs_token::KeyRing::with_limit(limit)))
        })
    }

    /// Imports a key under the ARN that IVS gave it. A key that the ring holds already stays as it is.
    ///
    /// `key` is a `VerifyingKey`, or what `VerifyingKey.from_any` takes. `name` has at most 128 of `[A-Za-z0-9_-]`, `tags` are
    /// at most 50.
    #[pyo3(signature = (arn, key, *, name=None, tags=None))]
    fn import_key(
        &self,
        py: Python<'_>,
        arn: Bound<'_, PyAny>,
        key: Bound<'_, PyAny>,
        name: Option<Bound<'_, PyAny>>,
        tags: Option<Bound<'_, PyAny>>,
    ) -> PyResult<()> {
        guard(py, || {
            let mut key = ivs_token::PublicKey::new(kid(&arn)?, verifying_key::of(&key)?);
            if let Some(name) = values::optional_text("name", name.as_ref())? {
                key = key.with_name(name.parse()?);
            }
            if let Some(given) = tags {
                let mut tags = Tags::new();
                values::pairs("tags", &given, |name, value| Ok(tags.insert(name, value)?))?;
                key = key.with_tags(tags);
            }
            Ok(self.0.import_public_key(key)?)
        })
    }

    /// Imports what GetPublicKey or ImportPublicKey answers (boto3's dict or JSON, one or several), or a JWK set in which each
    /// `kid` is an ARN: all of the keys, or none. Gives how many there were.
    ///
    /// Raises `InvalidKeyError`, which says which of them is none.
    fn import_json(&self, py: Python<'_>, json: Bound<'_, PyAny>) -> PyResult<usize> {
        guard(py, || self.import_set(KeySet::from_any(values::json_material(&json)?)?))
    }

    /// Imports each `.pem` file of a folder, a public key whose ARN has the name of the file as its ID: all of them, or none.
    /// Gives how many there were.
    ///
    /// Raises `InvalidKeyError`, which names the file.
    #[pyo3(signature = (folder, *, region, account_id))]
    fn import_folder(
        &self,
        py: Python<'_>,
        folder: std::path::PathBuf,
        region: &str,
        account_id: &str,
    ) -> PyResult<usize> {
        guard(py, || {
            let set = py.detach(|| KeySet::from_folder(&folder, region, account_id))?;
            self.import_set(set)
        })
    }

    /// Deletes a key: no token that it signed is good any more.
    fn delete(&self, py: Python<'_>, arn: Bound<'_, PyAny>) -> PyResult<()> {
        guard(py, || Ok(self.0.delete(&kid(&arn)?)?))
    }

    /// The key of this ARN, or `None`.
    fn get(&self, py: Python<'_>, arn: Bound<'_, PyAny>) -> PyResult<Option<PublicKey>> {
        guard(py, || Ok(self.0.get(&kid(&arn)?).map(PublicKey)))
    }

    /// All keys, ordered by ARN.
    fn keys(&self, py: Python<'_>) -> PyResult<Vec<PublicKey>> {
        guard(py, || Ok(self.0.keys().into_iter().map(PublicKey).collect()))
    }

    /// Marks a key for signing, in place of the one marked before, which goes on verifying. The private key signs under this
    /// ARN, whichever it had before.
    fn sign_with(&self, py: Python<'_>, arn: Bound<'_, PyAny>, key: Bound<'_, SigningKey>) -> PyResult<()> {
        guard(py, || Ok(self.0.sign_with(&kid(&arn)?, key.get().0.clone())?))
    }

    /// Marks no key for signing, and forgets the private key.
    fn stop_signing(&self, py: Python<'_>) -> PyResult<()> {
        guard(py, || {
            self.0.stop_signing();
            Ok(())
        })
    }

    /// The key marked for signing, or `None`: ask for it before each token, and a rotation takes effect with the next.
    #[getter]
    fn signing_key(&self, py: Python<'_>) -> PyResult<Option<SigningKey>> {
        guard(py, || Ok(self.0.signing_key().map(SigningKey)))
    }

    /// In one change, marks a key for signing, imports its public half, and retires the key marked before at `old_until`, an
    /// aware `datetime`: at the earliest when the last token of the old key expires. Gives the ARN of that one, or `None`.
    #[pyo3(signature = (arn, key, *, old_until))]
    fn rotate(
        &self,
        py: Python<'_>,
        arn: Bound<'_, PyAny>,
        key: Bound<'_, SigningKey>,
        old_until: Bound<'_, PyAny>,
    ) -> PyResult<Option<String>> {
        guard(py, || {
            let old_until = values::timestamp("old_until", &old_until)?;
            let old = self.0.rotate(&kid(&arn)?, key.get().0.clone(), old_until)?;
            Ok(old.map(|arn| arn.as_str().to_owned()))
        })
    }

    /// Lets a key verify until this time, an aware `datetime`, and at it no more.
    #[pyo3(signature = (arn, *, at))]
    fn retire(&self, py: Python<'_>, arn: Bound<'_, PyAny>, at: Bound<'_, PyAny>) -> PyResult<()> {
        guard(py, || Ok(self.0.retire(&kid(&arn)?, values::timestamp("at", &at)?)?))
    }

    /// Lets a key that was being retired verify without an end again.
    fn reinstate(&self, py: Python<'_>, arn: Bound<'_, PyAny>) -> PyResult<()> {
        guard(py, || Ok(self.0.reinstate(&kid(&arn)?)?))
    }

    /// Deletes the keys whose retirement has come, and gives their ARNs.
    #[pyo3(signature = (*, now=None))]
    fn delete_retired(&self, py: Python<'_>, now: Option<Bound<'_, PyAny>>) -> PyResult<Vec<String>> {
        guard(py, || {
            let now = values::moment(now.as_ref())?;
            Ok(self.0.delete_retired(now).iter().map(|arn| arn.as_str().to_owned()).collect())
        })
    }

    /// The keys that are not retired as a JWK set, each with its ARN as `kid`.
    fn to_jwks(&self, py: Python<'_>) -> PyResult<String> {
        guard(py, || Ok(self.0.to_jwks_at(Timestamp::now())))
    }

    fn __len__(&self, py: Python<'_>) -> PyResult<usize> {
        guard(py, || Ok(self.0.len()))
    }

    /// A ring is a ring, also an empty one.
    fn __bool__(&self, py: Python<'_>) -> PyResult<bool> {
        guard(py, || Ok(true))
    }

    fn __contains__(&self, py: Python<'_>, arn: Bound<'_, PyAny>) -> PyResult<bool> {
        guard(py, || {
            let arn = values::text("arn", &arn)?;
            Ok(PublicKeyArn::try_from(&*arn).is_ok_and(|arn| self.0.get(&arn).is_some()))
        })
    }

    fn __reduce__(&self, py: Python<'_>) -> PyResult<()> {
        guard(py, || {
            values::not_pickled(
                "a KeyRing can not be pickled: make one in each process, and send what to_jwks gives",
            )
        })
    }

    fn __repr__(&self, py: Python<'_>) -> PyResult<String> {
        guard(py, || {
            let signing = self.0.signing_arn().map_or_else(|| "None".to_owned(), |arn| format!("'{arn}'"));
            Ok(format!("<KeyRing keys={} signing={signing}>", self.0.len()))
        })
    }
}

impl KeyRing {
    fn import_set(&self, set: KeySet) -> Result<usize, Failure> {
        let count = set.keys().len();
        self.0.import_all(set)?;
        Ok(count)
    }
}

/// A public key as a `KeyRing` holds it.
#[pyclass(frozen, module = "ivs_token")]
pub(crate) struct PublicKey(Arc<ivs_token::PublicKey>);

#[pymethods]
impl PublicKey {
    /// The ARN that IVS gave it.
    #[getter]
    fn arn(&self, py: Python<'_>) -> PyResult<&str> {
        guard(py, || Ok(self.0.arn().as_str()))
    }

    /// The key itself.
    #[getter]
    fn key(&self, py: Python<'_>) -> PyResult<VerifyingKey> {
        guard(py, || Ok(VerifyingKey(self.0.key().clone())))
    }

    /// What you call it, or `None`.
    #[getter]
    fn name(&self, py: Python<'_>) -> PyResult<Option<&str>> {
        guard(py, || Ok(self.0.name().map(ivs_token::KeyName::as_str)))
    }

    /// Its tags: a new dict each time.
    #[getter]
    fn tags<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        guard(py, || {
            let dict = PyDict::new(py);
            for (name, value) in self.0.tags().iter() {
                dict.set_item(name, value)?;
            }
            Ok(dict)
        })
    }

    /// The first second at which it verifies no more: an aware `datetime` in UTC, or `None`.
    #[getter]
    fn retired_at<'py>(&self, py: Python<'py>) -> PyResult<Option<Bound<'py, PyAny>>> {
        guard(py, || Ok(self.0.retired_at().map(|time| values::datetime(py, time)).transpose()?))
    }

    fn __reduce__(&self, py: Python<'_>) -> PyResult<()> {
        guard(py, || values::not_pickled("a PublicKey can not be pickled: send its arn and its key"))
    }

    fn __repr__(&self, py: Python<'_>) -> PyResult<String> {
        guard(py, || {
            let (arn, fingerprint) = (self.0.arn(), values::fingerprint(self.0.key()));
            Ok(format!("<PublicKey arn='{arn}' sha256={fingerprint}>"))
        })
    }
}

fn kid(value: &Bound<'_, PyAny>) -> Result<PublicKeyArn, Failure> {
    values::arn("arn", value)
}
