//! Whatever mints: a private key at hand, or an object of Python's whose key is elsewhere.

use ivs_token::{MintError, PublicKeyArn, Unsigned};
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::PyList;

use crate::failure::Failure;
use crate::home::{AMINT, AMINT_MANY, MINT, MINT_MANY, READY};
use crate::signing_key::SigningKey;
use crate::values;

/// What a token is minted with.
pub(crate) enum Minter<'a, 'py> {
    Key(&'a ivs_token::SigningKey),
    Signer(Signer<'a, 'py>),
}

/// An object of Python's that signs.
#[derive(Clone, Copy)]
pub(crate) struct Signer<'a, 'py>(&'a Bound<'py, PyAny>);

/// A key, or what signs in its place.
pub(crate) fn of<'a, 'py>(value: &'a Bound<'py, PyAny>) -> Result<Minter<'a, 'py>, Failure> {
    if let Ok(key) = value.cast::<SigningKey>() {
        return Ok(Minter::Key(&key.get().0));
    }
    let py = value.py();
    for name in [intern!(py, "kid"), intern!(py, "verifying_key"), intern!(py, "sign")] {
        if !value.hasattr(name)? {
            return Err(Failure::wrong_type("key", EXPECTED, value));
        }
    }
    Ok(Minter::Signer(Signer(value)))
}

const EXPECTED: &str =
    "a SigningKey, such as SigningKey.from_pem gives, or a signer with kid, verifying_key and sign";

/// The ARN of a key that signs elsewhere.
pub(crate) fn kid(value: &Bound<'_, PyAny>) -> Result<PublicKeyArn, Failure> {
    values::arn("kid", value)
}

impl Signer<'_, '_> {
    /// The ARN that participant and connection tokens name.
    pub(crate) fn kid(self) -> Result<PublicKeyArn, Failure> {
        let given = self.0.getattr(intern!(self.0.py(), "kid"))?;
        if given.is_none() {
            return Err(MintError::NoKeyId.into());
        }
        kid(&given)
    }
}

/// How a token comes out of a call: at once, or from something that is awaited.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Way {
    Now,
    Awaited,
}

impl Way {
    /// A token that is there already.
    pub(crate) fn token(self, token: Bound<'_, PyAny>) -> Result<Bound<'_, PyAny>, Failure> {
        match self {
            Self::Now => Ok(token),
            Self::Awaited => Ok(READY.get(token.py())?.call1((token,))?),
        }
    }

    /// Has a signer sign one token, which `wrap` makes an object of Python's.
    pub(crate) fn sign<'py, C, U: IntoPyObject<'py>>(
        self,
        signer: Signer<'_, 'py>,
        unsigned: Unsigned<C>,
        wrap: impl Fn(Unsigned<C>) -> U,
    ) -> Result<Bound<'py, PyAny>, Failure> {
        let mint = if self == Self::Now { &MINT } else { &AMINT };
        Ok(mint.get(signer.0.py())?.call1((wrap(unsigned), signer.0))?)
    }

    /// Has a signer sign many tokens, `at_once` of them at a time.
    pub(crate) fn sign_many<'py>(
        self,
        signer: Signer<'_, 'py>,
        unsigned: Bound<'py, PyList>,
        at_once: usize,
    ) -> Result<Bound<'py, PyAny>, Failure> {
        let mint = if self == Self::Now { &MINT_MANY } else { &AMINT_MANY };
        Ok(mint.get(signer.0.py())?.call1((unsigned, signer.0, at_once))?)
    }
}
