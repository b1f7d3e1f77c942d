use std::fmt;

use aws_sdk_kms::Client;
use aws_sdk_kms::error::DisplayErrorContext;
use aws_sdk_kms::primitives::Blob;
use aws_sdk_kms::types::{KeySpec, KeyUsageType, MessageType, SigningAlgorithmSpec};
use ivs_token::{AsyncSigner, PublicKeyArn, SignerError, SigningInput, VerifyingKey};

use crate::KmsError;

/// A key of AWS KMS that signs tokens: key spec `ECC_NIST_P384`, usage `SIGN_VERIFY`, algorithm `ECDSA_SHA_384`.
///
/// Import its public half into IVS with `ImportPublicKey`; [`public_key_pem`](Self::public_key_pem) is what it takes. The ARN
/// that IVS answers is the `kid`, and not that of the key in KMS. Each token costs one call of `Sign`, under the rate that
/// KMS allows for asymmetric keys. A clone shares the client.
///
/// `Debug` shows the key's ID and no credentials.
#[derive(Clone)]
pub struct KmsSigner {
    client: Client,
    key_id: String,
    kid: Option<PublicKeyArn>,
    verifying_key: VerifyingKey,
}

/// The longest message that `Sign` takes, in bytes (API reference of AWS KMS, `Sign`).
const MAX_MESSAGE_LEN: usize = 4096;

impl KmsSigner {
    /// Asks KMS for the public half of a key, once, and checks that tokens can be signed with it.
    ///
    /// `key_id` is what KMS takes as `KeyId`: an ID, an ARN, `alias/..` or the ARN of an alias. The caller's role needs
    /// `kms:GetPublicKey` and `kms:Sign`.
    ///
    /// # Errors
    ///
    /// [`KmsError`]: KMS refused or could not be reached, or the key is of another kind.
    pub async fn new(client: Client, key_id: impl Into<String>) -> Result<Self, KmsError> {
        let key_id = key_id.into();
        let answer = client.get_public_key().key_id(&key_id).send().await.map_err(|error| {
            KmsError::GetPublicKey { key_id: key_id.clone(), reason: DisplayErrorContext(error).to_string() }
        })?;
        // Stand-ins for KMS leave out the spec: what the public key is, it says itself.
        let is_right = answer.key_spec().is_none_or(|spec| *spec == KeySpec::EccNistP384)
            && answer.key_usage() == Some(&KeyUsageType::SignVerify);
        if !is_right {
            let name = |name: Option<&str>| name.unwrap_or("none").to_owned();
            return Err(KmsError::WrongKind {
                key_id,
                key_spec: name(answer.key_spec().map(KeySpec::as_str)),
                key_usage: name(answer.key_usage().map(KeyUsageType::as_str)),
            });
        }
        let der = answer.public_key().map(AsRef::as_ref).unwrap_or_default();
        match VerifyingKey::from_der(der) {
            Ok(verifying_key) => Ok(Self::with_public_key(client, key_id, verifying_key)),
            Err(source) => Err(KmsError::PublicKey { key_id, source }),
        }
    }

    /// The signer for a key whose public half is known, without a call.
    pub fn with_public_key(client: Client, key_id: impl Into<String>, verifying_key: VerifyingKey) -> Self {
        Self { client, key_id: key_id.into(), kid: None, verifying_key }
    }

    /// This signer with the ARN that `ImportPublicKey` returned for its public half: the `kid` of its tokens. Playback tokens
    /// need none.
    #[must_use]
    pub fn with_id(self, kid: PublicKeyArn) -> Self {
        Self { kid: Some(kid), ..self }
    }

    /// The public half as PEM: what `ImportPublicKey` and `ImportPlaybackKeyPair` take as `publicKeyMaterial`.
    pub fn public_key_pem(&self) -> String {
        self.verifying_key.to_spki_pem()
    }
}

impl AsyncSigner for KmsSigner {
    fn kid(&self) -> Option<&PublicKeyArn> {
        self.kid.as_ref()
    }

    fn verifying_key(&self) -> &VerifyingKey {
        &self.verifying_key
    }

    /// One call of `Sign`: with the message where KMS takes it, and otherwise with its digest.
    async fn sign(&self, input: SigningInput<'_>) -> Result<Vec<u8>, SignerError> {
        // Stand-ins for KMS, such as moto, hash whatever they are given: with a digest alone they could not be used.
        let (message, message_type) = if input.as_bytes().len() <= MAX_MESSAGE_LEN {
            (Blob::new(input.as_bytes()), MessageType::Raw)
        } else {
            (Blob::new(input.digest()), MessageType::Digest)
        };
        let answer = self
            .client
            .sign()
            .key_id(&self.key_id)
            .message(message)
            .message_type(message_type)
            .signing_algorithm(SigningAlgorithmSpec::EcdsaSha384)
            .send()
            .await
            .map_err(|error| {
                SignerError::new(format_args!("KMS did not sign: {}", DisplayErrorContext(error)))
            })?;
        match answer.signature {
            Some(signature) => Ok(signature.into_inner()),
            None => Err(SignerError::new("KMS answered without a signature")),
        }
    }
}

impl fmt::Debug for KmsSigner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("KmsSigner")
            .field("key_id", &self.key_id)
            .field("kid", &self.kid)
            .field("verifying_key", &self.verifying_key)
            .finish_non_exhaustive()
    }
}
