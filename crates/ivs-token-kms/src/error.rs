use ivs_token::KeyError;
use thiserror::Error;

/// A key of AWS KMS that tokens cannot be signed with.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum KmsError {
    /// `GetPublicKey` failed: in the words of KMS.
    #[error("KMS gave no public key for {key_id}: {reason}")]
    GetPublicKey {
        /// The key that was asked for.
        key_id: String,
        /// What KMS, or the client, says.
        reason: String,
    },
    /// The key is of another kind.
    #[error(
        "the key {key_id} has the key spec {key_spec} and the usage {key_usage}: IVS accepts only ECC_NIST_P384 with \
         SIGN_VERIFY, so create one with `aws kms create-key --key-spec ECC_NIST_P384 --key-usage SIGN_VERIFY`"
    )]
    WrongKind {
        /// The key that was asked for.
        key_id: String,
        /// Such as `RSA_2048`.
        key_spec: String,
        /// Such as `ENCRYPT_DECRYPT`.
        key_usage: String,
    },
    /// What KMS gave as the public key is none.
    #[error(
        "the public key that KMS gave for {key_id} cannot be used: {source}; create a key with `aws kms create-key --key-spec \
         ECC_NIST_P384 --key-usage SIGN_VERIFY`"
    )]
    PublicKey {
        /// The key that was asked for.
        key_id: String,
        /// What is wrong with it.
        source: KeyError,
    },
}
