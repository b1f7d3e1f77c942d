use std::sync::Arc;

use ivs_token::{KeySet, PlaybackKeyArn, PublicKeyArn, Tags, Timestamp};
use pyo3::prelude::*;
use pyo3::types::PyDict;

use crate::boundary::guard;
use crate::datetime;
use crate::failure::Failure;
use crate::signing_key::{self, SigningKey};
use crate::values;
use crate::verifying_key::{self, VerifyingKey};

/// A ring and the keys that it holds: the same for each of the two kinds of keys.
macro_rules! rings {
    ($(#[$ring_doc:meta])* $Ring:ident, $(#[$key_doc:meta])* $Key:ident, $Arn:ident) => {
        $(#[$ring_doc])*
        #[pyclass(frozen, module = "ivs_token")]
        pub(crate) struct $Ring(pub(crate) ivs_token::KeyRing<$Arn>);

        #[pymethods]
        impl $Ring {
            #[new]
            #[pyo3(signature = (*, limit=None, prepared_limit=None))]
            fn new(
                py: Python<'_>,
                limit: Option<Bound<'_, PyAny>>,
                prepared_limit: Option<Bound<'_, PyAny>>,
            ) -> PyResult<Self> {
                guard(py, || {
                    let limit = limit.map(|limit| values::count("limit", &limit, 0..=usize::MAX)).transpose()?;
                    let ring =
                        ivs_token::KeyRing::with_limit(limit.unwrap_or(ivs_token::KeyRing::<$Arn>::DEFAULT_LIMIT));
                    if let Some(limit) = prepared_limit {
                        ring.set_prepared_limit(values::count("prepared_limit", &limit, 0..=usize::MAX)?);
                    }
                    Ok(Self(ring))
                })
            }

            /// Imports a key under the ARN that IVS gave it. A key that the ring already holds stays as it is.
            ///
            /// `key` is a `VerifyingKey`, or what `VerifyingKey.from_any` takes. `name` has at most 128 of `[A-Za-z0-9_-]`, `tags`
            /// are at most 50.
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
                    let mut key = ivs_token::PublicKey::new(values::arn::<$Arn>("arn", &arn)?, verifying_key::of(&key)?);
                    if let Some(name) = values::optional_text("name", name.as_ref())? {
                        key = key.with_name(name.parse()?);
                    }
                    if let Some(given) = tags {
                        key = key.with_tags(tags_of(&given)?);
                    }
                    Ok(self.0.import_public_key(key)?)
                })
            }

            /// Imports a JWK set in which each `kid` is the ARN of its key, or, of public keys, what GetPublicKey or
            /// ImportPublicKey returns (boto3's dict or JSON, one or several): all of the keys, or none. Returns their
            /// number.
            ///
            /// With `replace`, these keys replace all others, in one change. Use it when a configuration is read again.
            /// Tokens of a key that is no longer there are refused. The signing key must be among the new keys.
            ///
            /// Raises `InvalidKeyError`, which names the key that is invalid.
            #[pyo3(signature = (json, *, replace=false))]
            fn import_json(&self, py: Python<'_>, json: Bound<'_, PyAny>, replace: bool) -> PyResult<usize> {
                guard(py, || {
                    let json = values::json_material(&json)?;
                    py.detach(|| self.import_set(KeySet::from_any(json)?, replace))
                })
            }

            /// Imports each `.pem` file of a folder as a public key, all of them or none. The name of the file is the
            /// ID at the end of the key's ARN. Returns their number. `replace` is that of `import_json`.
            ///
            /// Raises `InvalidKeyError`, which names the file.
            #[pyo3(signature = (folder, *, region, account_id, replace=false))]
            fn import_folder(
                &self,
                py: Python<'_>,
                folder: std::path::PathBuf,
                region: Bound<'_, PyAny>,
                account_id: Bound<'_, PyAny>,
                replace: bool,
            ) -> PyResult<usize> {
                guard(py, || {
                    let (region, account_id) = (values::text("region", &region)?, values::text("account_id", &account_id)?);
                    py.detach(|| self.import_set(KeySet::from_folder(&folder, &region, &account_id)?, replace))
                })
            }

            /// Deletes a key. From now on, all tokens that it signed are refused.
            fn delete(&self, py: Python<'_>, arn: Bound<'_, PyAny>) -> PyResult<()> {
                guard(py, || Ok(self.0.delete(&values::arn::<$Arn>("arn", &arn)?)?))
            }

            /// The key of this ARN, or `None`.
            fn get(&self, py: Python<'_>, arn: Bound<'_, PyAny>) -> PyResult<Option<$Key>> {
                guard(py, || Ok(self.0.get(&values::arn::<$Arn>("arn", &arn)?).map($Key)))
            }

            /// All keys, ordered by ARN.
            fn keys(&self, py: Python<'_>) -> PyResult<Vec<$Key>> {
                guard(py, || Ok(self.0.keys().into_iter().map($Key).collect()))
            }

            /// Adds tags to a key. A tag that it already has gets the new value.
            fn tag(&self, py: Python<'_>, arn: Bound<'_, PyAny>, tags: Bound<'_, PyAny>) -> PyResult<()> {
                guard(py, || {
                    let arn = values::arn::<$Arn>("arn", &arn)?;
                    let mut added = Vec::new();
                    values::pairs("tags", &tags, |name, value| {
                        added.push((name.to_owned(), value.to_owned()));
                        Ok(())
                    })?;
                    Ok(self.0.tag(&arn, added)?)
                })
            }

            /// Removes the tags with these names from a key. Names that it does not have are ignored.
            fn untag(&self, py: Python<'_>, arn: Bound<'_, PyAny>, names: Bound<'_, PyAny>) -> PyResult<()> {
                guard(py, || {
                    let arn = values::arn::<$Arn>("arn", &arn)?;
                    Ok(self.0.untag(&arn, values::texts("names", &names)?)?)
                })
            }

            /// Makes this the signing key. The previous signing key still verifies. The private key signs under this
            /// ARN, even if it had another before.
            fn sign_with(&self, py: Python<'_>, arn: Bound<'_, PyAny>, key: Bound<'_, PyAny>) -> PyResult<()> {
                guard(py, || Ok(self.0.sign_with(&values::arn::<$Arn>("arn", &arn)?, signing_key::of(&key)?.clone())?))
            }

            /// Forgets the private key: no key signs any more.
            fn stop_signing(&self, py: Python<'_>) -> PyResult<()> {
                guard(py, || {
                    self.0.stop_signing();
                    Ok(())
                })
            }

            /// The signing key, or `None`. Ask for it before each token, so that a rotation takes effect with the next
            /// token.
            #[getter]
            fn signing_key(&self, py: Python<'_>) -> PyResult<Option<SigningKey>> {
                guard(py, || Ok(self.0.signing_key().map(SigningKey)))
            }

            /// Makes this the signing key, imports its public half, and retires the previous signing key at
            /// `old_until`, all in one change. `old_until` is an aware `datetime`, and must not be before the last
            /// token of the old key expires. Returns the ARN of the previous signing key, or `None`.
            #[pyo3(signature = (arn, key, *, old_until))]
            fn rotate(
                &self,
                py: Python<'_>,
                arn: Bound<'_, PyAny>,
                key: Bound<'_, PyAny>,
                old_until: Bound<'_, PyAny>,
            ) -> PyResult<Option<String>> {
                guard(py, || {
                    let old_until = values::timestamp("old_until", &old_until)?;
                    let old = self.0.rotate(&values::arn::<$Arn>("arn", &arn)?, signing_key::of(&key)?.clone(), old_until)?;
                    Ok(old.map(|arn| arn.as_str().to_owned()))
                })
            }

            /// Retires a key at this time, an aware `datetime`: from then on it does not verify.
            #[pyo3(signature = (arn, *, at))]
            fn retire(&self, py: Python<'_>, arn: Bound<'_, PyAny>, at: Bound<'_, PyAny>) -> PyResult<()> {
                guard(py, || Ok(self.0.retire(&values::arn::<$Arn>("arn", &arn)?, values::timestamp("at", &at)?)?))
            }

            /// Cancels the retirement of a key: it verifies again, without an end.
            fn reinstate(&self, py: Python<'_>, arn: Bound<'_, PyAny>) -> PyResult<()> {
                guard(py, || Ok(self.0.reinstate(&values::arn::<$Arn>("arn", &arn)?)?))
            }

            /// Deletes the keys that are retired by now, and returns their ARNs.
            #[pyo3(signature = (*, now=None))]
            fn delete_retired(&self, py: Python<'_>, now: Option<Bound<'_, PyAny>>) -> PyResult<Vec<String>> {
                guard(py, || {
                    let now = values::moment(now.as_ref())?;
                    Ok(self.0.delete_retired(now).iter().map(|arn| arn.as_str().to_owned()).collect())
                })
            }

            /// The keys that are not retired as a JWK set, each with its ARN as `kid`, and with its end as `exp` if it is being retired.
            fn to_jwks(&self, py: Python<'_>) -> PyResult<String> {
                guard(py, || Ok(self.0.to_jwks_at(Timestamp::now())))
            }

            /// All keys as JSON, each as GetPublicKey prints it. A key that is being retired also has `retiredAt`.
            /// `import_json` reads it when the server starts again. It does not say which key signs.
            fn to_json(&self, py: Python<'_>) -> PyResult<String> {
                guard(py, || Ok(self.0.to_json()))
            }

            /// How many keys it may hold.
            #[getter]
            fn limit(&self, py: Python<'_>) -> PyResult<usize> {
                guard(py, || Ok(self.0.limit()))
            }

            /// How many keys it keeps prepared at most. Prepared keys verify about ten times as fast.
            #[getter]
            fn prepared_limit(&self, py: Python<'_>) -> PyResult<usize> {
                guard(py, || Ok(self.0.prepared_limit()))
            }

            /// How many keys are prepared now, for monitoring.
            #[getter]
            fn prepared_keys(&self, py: Python<'_>) -> PyResult<usize> {
                guard(py, || Ok(self.0.prepared_keys()))
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
                    Ok($Arn::try_from(&*arn).is_ok_and(|arn| self.0.get(&arn).is_some()))
                })
            }

            fn __reduce__(&self, py: Python<'_>) -> PyResult<()> {
                guard(py, || {
                    values::not_pickled(concat!(
                        "a ",
                        stringify!($Ring),
                        " cannot be pickled: make one in each process, and send what to_jwks gives"
                    ))
                })
            }

            fn __repr__(&self, py: Python<'_>) -> PyResult<String> {
                guard(py, || {
                    let signing = self.0.signing_arn().map_or_else(|| "None".to_owned(), |arn| format!("'{arn}'"));
                    Ok(format!(concat!("<", stringify!($Ring), " keys={} signing={}>"), self.0.len(), signing))
                })
            }
        }

        impl $Ring {
            fn import_set(&self, set: KeySet<$Arn>, replace: bool) -> Result<usize, Failure> {
                let count = set.keys().len();
                if replace { self.0.replace(set)? } else { self.0.import_all(set)? }
                Ok(count)
            }
        }

        $(#[$key_doc])*
        #[pyclass(frozen, module = "ivs_token")]
        pub(crate) struct $Key(Arc<ivs_token::PublicKey<$Arn>>);

        #[pymethods]
        impl $Key {
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

            /// Your name for it, or `None`.
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

            /// The first second at which it no longer verifies: an aware `datetime` in UTC, or `None`.
            #[getter]
            fn retired_at<'py>(&self, py: Python<'py>) -> PyResult<Option<Bound<'py, PyAny>>> {
                guard(py, || Ok(self.0.retired_at().map(|time| datetime::utc(py, time)).transpose()?))
            }

            fn __reduce__(&self, py: Python<'_>) -> PyResult<()> {
                guard(py, || values::not_pickled(concat!("a ", stringify!($Key), " cannot be pickled: send its arn and its key")))
            }

            fn __repr__(&self, py: Python<'_>) -> PyResult<String> {
                guard(py, || {
                    let (arn, fingerprint) = (self.0.arn(), values::fingerprint(self.0.key()));
                    Ok(format!(concat!("<", stringify!($Key), " arn='{}' sha256={}>"), arn, fingerprint))
                })
            }
        }
    };
}

rings! {
    /// The public keys that IVS knows, held locally, and which of them signs. It does what ImportPublicKey,
    /// GetPublicKey, ListPublicKeys and DeletePublicKey do, without a call.
    ///
    /// Give it to a `Verifier`, which follows its changes. Reads never wait. Each method makes one change, or none if
    /// it raises `KeyRingError`. `limit` is how many keys it may hold (64). `prepared_limit` is how many of them it
    /// keeps prepared (64), so that verifying takes a tenth of its time; each takes 440 KiB of memory and up to 2 ms.
    KeyRing,
    /// A public key as a `KeyRing` holds it.
    PublicKey,
    PublicKeyArn
}

rings! {
    /// The public halves of the playback key pairs that IVS knows, held locally, and which of them signs. It does what
    /// ImportPlaybackKeyPair and DeletePlaybackKeyPair do, without a call.
    ///
    /// Give it to a `Verifier` as its `playback_keys`, which follows its changes. Reads never wait. Each method makes
    /// one change, or none if it raises `KeyRingError`. `limit` is how many keys it may hold (64). Playback tokens name
    /// no key, so a forged one costs as many verifications as there are keys. `prepared_limit` is that of a `KeyRing`.
    PlaybackKeyRing,
    /// The public half of a playback key pair as a `PlaybackKeyRing` holds it.
    PlaybackKey,
    PlaybackKeyArn
}

fn tags_of(given: &Bound<'_, PyAny>) -> Result<Tags, Failure> {
    let mut tags = Tags::new();
    values::pairs("tags", given, |name, value| Ok(tags.insert(name, value)?))?;
    Ok(tags)
}
