//! Tokens that lack only their signature, for private keys that sign elsewhere.

use ivs_token::{MintError, SignerError, Unsigned};
use pyo3::prelude::*;
use pyo3::pybacked::PyBackedBytes;
use pyo3::types::PyBytes;

use crate::boundary::guard;
use crate::failure::Failure;
use crate::{call, connection, participant, playback, verifying_key};

/// A participant token that lacks only its signature. `Stage.unsigned` makes one, and so does `unsigned_exchange`.
#[pyclass(frozen, module = "ivs_token")]
pub(crate) struct UnsignedToken(pub(crate) Unsigned);

/// A connection token that lacks only its signature. `ConnectionToken.unsigned` makes one.
#[pyclass(frozen, module = "ivs_token")]
pub(crate) struct UnsignedConnectionToken(pub(crate) Unsigned<ivs_token::ConnectionClaims>);

/// A playback token that lacks only its signature. `PlaybackToken.unsigned` makes one.
#[pyclass(frozen, module = "ivs_token")]
pub(crate) struct UnsignedPlaybackToken(pub(crate) Unsigned<ivs_token::PlaybackClaims>);

/// What the three have in common. `$name` says of the claims which token it is, as an error of a signer names it.
macro_rules! unsigned_methods {
    ($class:ident, $to_python:path, $name:path) => {
        #[pymethods]
        impl $class {
            /// The text to sign with ECDSA on P-384 and SHA-384: header, dot and payload as they will be in the token
            /// (RFC 7515, section 5.1), in at most 16 KiB of ASCII.
            #[getter]
            fn signing_input<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyBytes>> {
                guard(py, || Ok(PyBytes::new(py, self.0.signing_input().as_bytes())))
            }

            /// The SHA-384 digest of the signing input, in 48 bytes, such as AWS KMS takes with the message type
            /// `DIGEST`.
            #[getter]
            fn digest<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyBytes>> {
                guard(py, || Ok(PyBytes::new(py, &self.0.digest())))
            }

            /// The token. `signature` is r then s in 96 bytes (RFC 7518, section 3.4), or DER (RFC 3279, section 2.2.3), as KMS and
            /// OpenSSL write it. It is checked with `verifying_key`, the public half of the key that signed, in any form that a
            /// `Verifier` takes.
            ///
            /// Raises `MintError`: `MALFORMED_SIGNATURE` when the bytes have neither form, `WRONG_SIGNATURE` when they
            /// are not a signature of this token under the key.
            fn with_signature<'py>(
                &self,
                py: Python<'py>,
                signature: Bound<'py, PyAny>,
                verifying_key: Bound<'py, PyAny>,
            ) -> PyResult<Bound<'py, PyAny>> {
                guard(py, || {
                    let Ok(bytes) = signature.extract::<PyBackedBytes>() else {
                        return Err(Failure::wrong_type("the signature", "bytes", &signature));
                    };
                    let key = verifying_key::of(&verifying_key)?;
                    let unsigned = self.0.clone();
                    let token = py.detach(|| unsigned.with_signature(&bytes, &key))?;
                    $to_python(py, token)
                })
            }

            fn __repr__(&self, py: Python<'_>) -> PyResult<String> {
                guard(py, || Ok(format!(concat!("<", stringify!($class), " {}>"), $name(self.0.claims()))))
            }

            /// What is raised when a signer has raised this.
            fn _failed<'py>(
                &self,
                py: Python<'py>,
                raised: Bound<'py, PyAny>,
            ) -> PyResult<Bound<'py, PyAny>> {
                guard(py, || {
                    let said = call::in_words(py, &PyErr::from_value(raised));
                    let error =
                        MintError::Signer { token: $name(self.0.claims()), source: SignerError::new(said) };
                    Ok(Failure::from(error).into_exception(py))
                })
            }
        }
    };
}

unsigned_methods!(UnsignedToken, participant::to_python, of_participant);
unsigned_methods!(UnsignedConnectionToken, connection::to_python, of_connection);
unsigned_methods!(UnsignedPlaybackToken, playback::to_python, for_channel);

fn of_participant(claims: &ivs_token::ParticipantClaims) -> String {
    format!("of participant {}", claims.participant_id())
}

fn of_connection(claims: &ivs_token::ConnectionClaims) -> String {
    format!("of connection {}", claims.token_id())
}

fn for_channel(claims: &ivs_token::PlaybackClaims) -> String {
    format!("for channel {}", claims.channel_arn())
}
