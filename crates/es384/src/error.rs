//! The errors. Keys, signing and verifying each have a type of their own.

use std::{borrow::Cow, io, path::PathBuf};

use thiserror::Error;

/// The reason why a key was refused, or could not be made or written.
///
/// Each [`Display`](std::fmt::Display) text says what was found and what to do about it. No text quotes the input, so
/// no text can contain a piece of a private key.
#[derive(Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum KeyError {
    /// The input holds only white space, quotes or a byte order mark.
    #[error("the key is empty: check that the file or environment variable that should hold it is set")]
    Empty,

    /// The input is longer than [`MAX_INPUT_LEN`](crate::MAX_INPUT_LEN) bytes. No part of it was read.
    #[error("the key is {bytes} bytes, but no key needs more than 65536: check that this is the right file")]
    TooLong {
        /// Length of the input in bytes.
        bytes: usize,
    },

    /// The input is not PEM, DER, a JWK or a curve point.
    #[error("this is not a key: give a P-384 key as PEM (`-----BEGIN ...`), DER or JWK")]
    NotAKey,

    /// The input is a key, but not in the form that this constructor reads.
    #[error(
        "this is {found}, but {wanted} is expected here: read it as {found}, or as whichever form it is in"
    )]
    WrongForm {
        /// What the constructor reads.
        wanted: &'static str,
        /// What the input looks like.
        found: &'static str,
    },

    /// The key is an elliptic-curve key on another curve.
    #[error(
        "this is a {curve} key, but ES384 needs P-384: make one with `openssl ecparam -name secp384r1 -genkey -noout -out private.pem`"
    )]
    WrongCurve {
        /// The usual name of the curve, or its OID if this crate does not know a name.
        curve: Cow<'static, str>,
    },

    /// The key spells out its curve as numbers instead of naming it.
    #[error(
        "the key spells out its curve parameters instead of naming the curve: name it with {}",
        if *.is_public {
            "`openssl ec -pubin -in key.pem -param_enc named_curve -pubout -out named.pem`"
        } else {
            "`openssl ec -in key.pem -param_enc named_curve -out named.pem`"
        }
    )]
    ExplicitCurve {
        /// Whether it is a public key, for which the command needs other options.
        is_public: bool,
    },

    /// The key belongs to another algorithm, such as RSA.
    #[error(
        "this key is for {algorithm}, but ES384 needs an elliptic-curve key on P-384: make one with `openssl ecparam -name secp384r1 -genkey -noout -out private.pem`"
    )]
    WrongAlgorithm {
        /// The usual name of the algorithm, or its OID if this crate does not know a name.
        algorithm: Cow<'static, str>,
    },

    /// A public key was given where a private key is needed.
    #[error("this is a public key, but signing needs the private key: give the file it was made from")]
    PublicKeyGiven,

    /// A private key was given where a public key is needed.
    #[error(
        "this is a private key, but only the public key belongs here: write it with `openssl pkey -in private.pem -pubout -out public.pem`"
    )]
    PrivateKeyGiven,

    /// The input is an X.509 certificate.
    #[error(
        "this is a certificate, not a key: take the public key out with `openssl x509 -in cert.pem -pubkey -noout`; the private key is in a file of its own"
    )]
    Certificate,

    /// The input is a PKCS#10 certificate request.
    #[error(
        "this is a certificate request, not a key: take the public key out with `openssl req -in request.pem -pubkey -noout`; the private key is in a file of its own"
    )]
    CertificateRequest,

    /// The input is a PKCS#12 container.
    #[error(
        "this is a PKCS#12 container (.p12, .pfx): take the private key out with `openssl pkcs12 -in file.p12 -nocerts -out private.pem`"
    )]
    Pkcs12,

    /// The input holds only the `EC PARAMETERS` block, and the key that should follow is missing.
    #[error("there is only an `EC PARAMETERS` block and no key after it: give the whole file")]
    OnlyParameters,

    /// There are several PEM blocks, and it is unclear which one to read: no block is the only key of the wanted kind.
    /// The same holds for several PEM texts in one JSON. `EC PARAMETERS` blocks do not count.
    #[error("there are {blocks} keys or PEM blocks, and nothing says which one is meant: keep only one")]
    MoreThanOneKey {
        /// How many there are, without `EC PARAMETERS` blocks.
        blocks: usize,
    },

    /// The input is a private key or a certificate in OpenSSH's own format.
    #[error(
        "this is a private key or a certificate of OpenSSH: convert the private key where it is with `ssh-keygen -p -m PKCS8 -f key`, or write the public key with `ssh-keygen -e -m PKCS8 -f key.pub`"
    )]
    OpensshKey,

    /// The BEGIN marker is missing or damaged.
    #[error(
        "the `-----BEGIN ...-----` line is missing or damaged: give the whole PEM, with five dashes on each side of its markers"
    )]
    PemNoBegin,

    /// The END marker is missing or damaged.
    #[error(
        "the PEM stops before its `-----END ...-----` line: a newline was probably taken for the end of the value (write it as \\n, or put the value in quotes), or the file was cut short"
    )]
    PemNoEnd,

    /// The END marker belongs to another kind of block.
    #[error(
        "the `-----BEGIN ...-----` and `-----END ...-----` lines name different things: a newline or a block between them was probably lost"
    )]
    PemLabelMismatch,

    /// The text between the markers is not base64.
    #[error("the PEM holds something that is not base64 between its markers: copy it again, unchanged")]
    PemBase64,

    /// The base64 or the DER ends early.
    #[error("the key is cut short: copy the whole key again")]
    Truncated,

    /// More bytes follow the key inside its encoding.
    #[error("{bytes} bytes follow the end of the key: keep only the key")]
    TrailingBytes {
        /// How many.
        bytes: usize,
    },

    /// The DER is not well formed, or breaks its standard.
    #[error(
        "the key's DER is malformed: rewrite a private key with `openssl pkey -in key.pem -out new.pem`, a public one with `openssl pkey -pubin -in key.pem -pubout -out new.pem`"
    )]
    DerMalformed,

    /// The private number is not 48 bytes long.
    #[error(
        "the private key is {bytes} bytes, but a P-384 private key is 48: rewrite it with `openssl pkey -in key.pem -out new.pem`"
    )]
    ScalarLength {
        /// How many there are.
        bytes: usize,
    },

    /// The private number is zero, or not below the order of the curve.
    #[error("the private key is zero or not below the order of P-384: it is not a valid key; make a new one")]
    ScalarOutOfRange,

    /// The public half is neither 97 bytes that begin with `04`, nor 49 bytes that begin with `02` or `03`.
    #[error(
        "the public key is not a P-384 point: a point is 97 bytes beginning with 04, or 49 beginning with 02 or 03"
    )]
    PointMalformed,

    /// The public half has the right form, but is not on the curve.
    #[error("the public key is not a point on P-384: it is damaged or forged; get it again")]
    PointNotOnCurve,

    /// The public half does not belong to the private half.
    #[error(
        "the private and the public half of this key do not belong together: get it again from where it was made"
    )]
    HalvesMismatch,

    /// The key is encrypted and no passphrase was given.
    #[error("the key is encrypted: give its passphrase")]
    PassphraseMissing,

    /// The passphrase does not decrypt the key.
    #[error("the passphrase is wrong, or the encrypted key is damaged")]
    PassphraseWrong,

    /// The passphrase is empty, so it would protect nothing.
    #[error("the passphrase is empty: give one, or write the key unencrypted")]
    PassphraseEmpty,

    /// The key has the traditional OpenSSL encryption (`Proc-Type`, `DEK-Info`), which derives its key with a single
    /// MD5.
    #[error(
        "the key is encrypted in the traditional OpenSSL way, which is too weak: convert it with `openssl pkcs8 -topk8 -in key.pem -out new.pem`"
    )]
    LegacyPemEncryption,

    /// The PKCS#8 encryption is not PBES2 with PBKDF2 or scrypt and AES or 3DES.
    #[error(
        "the key is encrypted by a scheme not supported here: convert it with `openssl pkcs8 -topk8 -v2 aes-256-cbc -in key.pem -out new.pem`"
    )]
    EncryptionUnsupported,

    /// The crate was built without its feature `encrypted-keys`.
    #[error(
        "this build does not read or write encrypted keys: turn on the feature `encrypted-keys`, or decrypt the key with `openssl pkcs8 -in key.pem -out new.pem`"
    )]
    EncryptionNotBuilt,

    /// Decrypting would take far too much time or memory, so it was not tried.
    #[error(
        "the key's encryption asks for an absurd amount of work: convert it with `openssl pkcs8 -topk8 -v2 aes-256-cbc -iter 600000 -in key.pem -out new.pem`"
    )]
    KdfTooCostly,

    /// The JSON does not parse.
    #[error("the JWK is not a JSON object (line {line}, column {column}): copy the whole JWK again")]
    JwkSyntax {
        /// Line, from 1.
        line: usize,
        /// Column in bytes, from 1. It is 0 if the error is at the end of a line.
        column: usize,
    },

    /// The JSON is a set of keys instead of one key.
    #[error("this is a JWK set: give one of the keys in its `keys` array")]
    JwkSet,

    /// A required member is missing.
    #[error("the JWK has no `{member}`: give the whole JWK")]
    JwkMemberMissing {
        /// Its name.
        member: &'static str,
    },

    /// A member occurs twice. Readers differ in which of the two they take, so this crate takes neither.
    #[error("the JWK has {member} twice: keep one")]
    JwkMemberRepeated {
        /// Its name in back-quotes, or "a member" if the name is not a registered one.
        member: &'static str,
    },

    /// A member has the wrong JSON type, or is not base64url without padding.
    #[error("the JWK's `{member}` is not {wanted}: copy it again, unchanged")]
    JwkMember {
        /// Its name.
        member: &'static str,
        /// What it should be.
        wanted: &'static str,
    },

    /// A coordinate or the private number has the wrong length.
    #[error(
        "the JWK's `{member}` is {bytes} bytes, but must be 48, leading zeros included: copy the whole JWK again"
    )]
    JwkMemberLength {
        /// Its name.
        member: &'static str,
        /// How many bytes there are.
        bytes: usize,
    },

    /// `use`, `alg` or `key_ops` does not allow what the key is wanted for.
    #[error("the JWK's `{member}` rules out {purpose}: use another key, or correct the member")]
    JwkUse {
        /// Its name.
        member: &'static str,
        /// What the key is wanted for.
        purpose: &'static str,
    },

    /// The operating system gave no random bytes.
    #[error("the operating system gave no random bytes: a key cannot be made or encrypted without them")]
    Randomness,

    /// The cryptographic library refused a key that passed every check of this crate, or it had no memory for the key.
    #[error("the cryptographic library refused the key: it may be out of memory")]
    Backend,
}

impl KeyError {
    /// A stable name for the variant, for logs and for other languages: `KEY_` followed by words in capitals.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Empty => "KEY_EMPTY",
            Self::TooLong { .. } => "KEY_TOO_LONG",
            Self::NotAKey => "KEY_NOT_A_KEY",
            Self::WrongForm { .. } => "KEY_WRONG_FORM",
            Self::WrongCurve { .. } => "KEY_WRONG_CURVE",
            Self::ExplicitCurve { .. } => "KEY_EXPLICIT_CURVE",
            Self::WrongAlgorithm { .. } => "KEY_WRONG_ALGORITHM",
            Self::PublicKeyGiven => "KEY_PUBLIC_KEY_GIVEN",
            Self::PrivateKeyGiven => "KEY_PRIVATE_KEY_GIVEN",
            Self::Certificate => "KEY_CERTIFICATE",
            Self::CertificateRequest => "KEY_CERTIFICATE_REQUEST",
            Self::Pkcs12 => "KEY_PKCS12",
            Self::OnlyParameters => "KEY_ONLY_PARAMETERS",
            Self::MoreThanOneKey { .. } => "KEY_MORE_THAN_ONE",
            Self::OpensshKey => "KEY_OPENSSH",
            Self::PemNoBegin => "KEY_PEM_NO_BEGIN",
            Self::PemNoEnd => "KEY_PEM_NO_END",
            Self::PemLabelMismatch => "KEY_PEM_LABEL_MISMATCH",
            Self::PemBase64 => "KEY_PEM_BASE64",
            Self::Truncated => "KEY_TRUNCATED",
            Self::TrailingBytes { .. } => "KEY_TRAILING_BYTES",
            Self::DerMalformed => "KEY_DER_MALFORMED",
            Self::ScalarLength { .. } => "KEY_SCALAR_LENGTH",
            Self::ScalarOutOfRange => "KEY_SCALAR_OUT_OF_RANGE",
            Self::PointMalformed => "KEY_POINT_MALFORMED",
            Self::PointNotOnCurve => "KEY_POINT_NOT_ON_CURVE",
            Self::HalvesMismatch => "KEY_HALVES_MISMATCH",
            Self::PassphraseMissing => "KEY_PASSPHRASE_MISSING",
            Self::PassphraseWrong => "KEY_PASSPHRASE_WRONG",
            Self::PassphraseEmpty => "KEY_PASSPHRASE_EMPTY",
            Self::LegacyPemEncryption => "KEY_LEGACY_PEM_ENCRYPTION",
            Self::EncryptionUnsupported => "KEY_ENCRYPTION_UNSUPPORTED",
            Self::EncryptionNotBuilt => "KEY_ENCRYPTION_NOT_BUILT",
            Self::KdfTooCostly => "KEY_KDF_TOO_COSTLY",
            Self::JwkSyntax { .. } => "KEY_JWK_SYNTAX",
            Self::JwkSet => "KEY_JWK_SET",
            Self::JwkMemberMissing { .. } => "KEY_JWK_MEMBER_MISSING",
            Self::JwkMemberRepeated { .. } => "KEY_JWK_MEMBER_REPEATED",
            Self::JwkMember { .. } => "KEY_JWK_MEMBER",
            Self::JwkMemberLength { .. } => "KEY_JWK_MEMBER_LENGTH",
            Self::JwkUse { .. } => "KEY_JWK_USE",
            Self::Randomness => "KEY_RANDOMNESS",
            Self::Backend => "KEY_BACKEND",
        }
    }
}

/// The reason why a key was not read from a file.
#[derive(Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum KeyFileError {
    /// The file cannot be read.
    #[error("{}: {reason}", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// The kind of failure, for programs to match on.
        kind: io::ErrorKind,
        /// The operating system's message, such as `No such file or directory`.
        reason: String,
    },
    /// The file does not hold a usable key.
    #[error("{}: {source}", path.display())]
    Key {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        source: KeyError,
    },
}

impl KeyFileError {
    /// A stable name: [`KeyError::code`], or `KEY_FILE_UNREADABLE`.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Read { .. } => "KEY_FILE_UNREADABLE",
            Self::Key { source, .. } => source.code(),
        }
    }
}

/// The message was not signed.
///
/// Every [`SigningKey`](crate::SigningKey) is valid, so the cause is the machine: it gave no random bytes or no memory.
#[derive(Clone, Copy, PartialEq, Eq, Error)]
#[error("signing failed: the operating system gave no random bytes or no memory")]
pub struct SignError;

/// The signature is not this key's signature of this message, or is not a signature at all.
///
/// The error does not say which, because a caller must not conclude more than that.
#[derive(Clone, Copy, PartialEq, Eq, Error)]
#[error("the signature is not valid")]
pub struct InvalidSignature;

crate::debug::as_coded_words!(KeyError, KeyFileError);

crate::debug::as_words!(SignError, InvalidSignature);
