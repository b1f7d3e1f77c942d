//! Keys as they come in: from a file, from standard input, from an environment variable.

use ivs_token::es384;
use ivs_token::{KeyError, VerifyingKey};
use zeroize::Zeroizing;

use crate::failure::Failure;
use crate::input::{self, Source};

/// Holds a private key itself, not the name of a file.
pub(crate) const PRIVATE_KEY: &str = "IVS_TOKEN_PRIVATE_KEY";
/// Holds a public key itself.
pub(crate) const PUBLIC_KEY: &str = "IVS_TOKEN_PUBLIC_KEY";
/// Holds the passphrase of the private key.
pub(crate) const PASSPHRASE: &str = "IVS_TOKEN_PASSPHRASE";

/// The bytes of a key, in whatever form, and where they came from in words. Wiped when dropped.
pub(crate) struct Material {
    bytes: Zeroizing<Vec<u8>>,
    origin: String,
    in_variable: bool,
}

/// A key of either kind.
pub(crate) enum AnyKey {
    /// Both halves.
    Private(es384::SigningKey),
    /// The public half alone.
    Public(VerifyingKey),
}

impl Material {
    /// Reads a key file.
    pub(crate) fn from_source(source: &Source) -> Result<Self, Failure> {
        let bytes = source.read("a key", es384::MAX_INPUT_LEN)?;
        Ok(Self { bytes, origin: source.to_string(), in_variable: false })
    }

    /// Reads a key out of an environment variable, if that is set.
    pub(crate) fn from_variable(name: &str) -> Option<Self> {
        let value = input::variable(name)?;
        let bytes = Zeroizing::new(value.into_encoded_bytes());
        Some(Self { bytes, origin: name.to_owned(), in_variable: true })
    }

    /// A private key, in any form.
    pub(crate) fn private(&self, passphrase: Option<&[u8]>) -> Result<es384::SigningKey, Failure> {
        es384::SigningKey::from_any(&*self.bytes, passphrase).map_err(|error| self.failure(&error))
    }

    /// The `kid` of a JWK, if it has one.
    pub(crate) fn kid(&self) -> Option<String> {
        #[derive(serde::Deserialize)]
        struct Jwk {
            kid: Option<String>,
        }
        serde_json::from_slice::<Jwk>(&self.bytes).ok()?.kid
    }

    /// A public key, in any form.
    pub(crate) fn public(&self) -> Result<VerifyingKey, Failure> {
        VerifyingKey::from_any(&*self.bytes).map_err(|error| self.failure(&error))
    }

    /// A public key, in any form, for a command that takes a ring of keys too.
    pub(crate) fn public_or_ring(&self) -> Result<VerifyingKey, Failure> {
        VerifyingKey::from_any(&*self.bytes).map_err(|error| match answer_in(&self.bytes) {
            Some(words) => Failure::coded(error.code(), format!("{}: {words}", self.origin)),
            None => self.failure(&error),
        })
    }

    /// Whichever it is.
    pub(crate) fn any(&self, passphrase: Option<&[u8]>) -> Result<AnyKey, Failure> {
        match VerifyingKey::from_any(&*self.bytes) {
            Ok(key) => Ok(AnyKey::Public(key)),
            Err(KeyError::PrivateKeyGiven) => self.private(passphrase).map(AnyKey::Private),
            Err(error) => Err(self.failure(&error)),
        }
    }

    /// Where the library speaks of itself or of OpenSSL, the words here speak of this command.
    fn failure(&self, error: &KeyError) -> Failure {
        let words = match error {
            KeyError::PassphraseMissing => {
                format!(
                    "the key is encrypted: give its passphrase with --passphrase-file FILE or in {PASSPHRASE}"
                )
            }
            KeyError::PrivateKeyGiven => {
                "this is a private key, but only the public key belongs here: write it with \
                                          `ivs-token key public --key private.pem --out public.pem`"
                    .to_owned()
            }
            KeyError::NotAKey | KeyError::PemNoBegin if self.in_variable => {
                format!("{error}. The variable holds the key itself, not the name of its file")
            }
            other => other.to_string(),
        };
        Failure::coded(error.code(), format!("{}: {words}", self.origin))
    }
}

impl AnyKey {
    /// The public half.
    pub(crate) fn verifying_key(&self) -> &VerifyingKey {
        match self {
            Self::Private(key) => key.verifying_key(),
            Self::Public(key) => key,
        }
    }
}

/// What a text is that the AWS command printed, and where it belongs.
fn answer_in(bytes: &[u8]) -> Option<&'static str> {
    let answer: serde_json::Map<String, serde_json::Value> = serde_json::from_slice(bytes).ok()?;
    let has = |member| answer.contains_key(member);
    if has("publicKey") || has("publicKeyMaterial") {
        Some(
            "this is what `aws ivs-realtime get-public-key` prints, the key and its ARN: give it with --key-ring, in place \
             of --public-key and --kid",
        )
    } else if has("stage") {
        Some(
            "this is a stage, not a public key: give the key's PEM, or what `aws ivs-realtime get-public-key` prints with \
             --key-ring, in place of --public-key and --kid",
        )
    } else {
        None
    }
}

/// The passphrase, from the file if one is given, otherwise from the variable. The line break that ends either is no part of
/// it.
pub(crate) fn passphrase(file: Option<&Source>) -> Result<Option<Zeroizing<Vec<u8>>>, Failure> {
    let mut bytes = match (file, input::variable(PASSPHRASE)) {
        (Some(file), _) => file.read("a passphrase", 4096)?,
        (None, Some(value)) => Zeroizing::new(value.into_encoded_bytes()),
        (None, None) => return Ok(None),
    };
    if bytes.ends_with(b"\n") {
        bytes.pop();
    }
    if bytes.ends_with(b"\r") {
        bytes.pop();
    }
    Ok(Some(bytes))
}
