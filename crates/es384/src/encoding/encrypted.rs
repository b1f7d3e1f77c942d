//! Encrypted PKCS#8 (RFC 5958, section 3): PBES2 (RFC 8018) with PBKDF2 or scrypt, and AES or 3DES.

use der::{
    Decode, Encode, Reader, Tag, Tagged,
    asn1::{AnyRef, ObjectIdentifier, OctetStringRef},
};
use pkcs8::{
    AlgorithmIdentifierRef, EncryptedPrivateKeyInfoRef,
    pkcs5::pbes2::{PBES2_OID, PBKDF2_OID, Parameters, SCRYPT_OID},
};
use zeroize::Zeroizing;

use super::der::Kind;
use crate::KeyError;

/// This many take two or three seconds on a slow machine. The most careful tools of today write a third of it.
const MAX_PBKDF2_ITERATIONS: u64 = 4_000_000;
/// The limit of N · r · p, in units of 128 bytes: 128 MiB, the strongest setting that OWASP recommends (N = 2^17, r =
/// 8).
const MAX_SCRYPT_COST: u64 = 1 << 20;
/// The number that OWASP recommends for PBKDF2 with HMAC-SHA-256.
const PBKDF2_ITERATIONS: u32 = 600_000;
const DES_EDE3_CBC: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.3.7");

/// Decrypts to the PKCS#8 inside. The result is checked to be PKCS#8, so a wrong passphrase is never reported as
/// another error.
pub(crate) fn decrypt(der: &[u8], passphrase: Option<&[u8]>) -> Result<Zeroizing<Vec<u8>>, KeyError> {
    let passphrase = passphrase.ok_or(KeyError::PassphraseMissing)?;
    check_parameters(der)?;
    let info = EncryptedPrivateKeyInfoRef::from_der(der).map_err(|_| KeyError::EncryptionUnsupported)?;
    let mut buffer = Zeroizing::new(info.encrypted_data.as_bytes().to_vec());
    let len = info
        .encryption_algorithm
        .decrypt_in_place(passphrase, &mut buffer)
        .map_err(|error| match error {
            pkcs8::pkcs5::Error::DecryptFailed => KeyError::PassphraseWrong,
            _ => KeyError::EncryptionUnsupported,
        })?
        .len();
    buffer.truncate(len);
    // After decryption with a wrong passphrase, the padding is right once in 256 times. The content is then noise.
    if Kind::of(&buffer) == Ok(Kind::Pkcs8) { Ok(buffer) } else { Err(KeyError::PassphraseWrong) }
}

/// Encrypts a PKCS#8 with a fresh salt and IV.
pub(crate) fn encrypt(pkcs8: &[u8], passphrase: &[u8]) -> Result<Vec<u8>, KeyError> {
    if passphrase.is_empty() {
        return Err(KeyError::PassphraseEmpty);
    }
    let (mut salt, mut iv) = ([0; 16], [0; 16]);
    getrandom::fill(&mut salt).map_err(|_| KeyError::Randomness)?;
    getrandom::fill(&mut iv).map_err(|_| KeyError::Randomness)?;
    let parameters = Parameters::generate_pbkdf2_sha256_aes256cbc(PBKDF2_ITERATIONS, &salt, iv)
        .map_err(|_| KeyError::EncryptionUnsupported)?;
    // Room for a whole block of padding.
    let mut buffer = Zeroizing::new(vec![0; pkcs8.len() + 16]);
    buffer[..pkcs8.len()].copy_from_slice(pkcs8);
    let encrypted = parameters
        .encrypt_in_place(passphrase, &mut buffer, pkcs8.len())
        .map_err(|_| KeyError::EncryptionUnsupported)?;
    OctetStringRef::new(encrypted)
        .and_then(|encrypted_data| {
            EncryptedPrivateKeyInfoRef { encryption_algorithm: parameters.into(), encrypted_data }.to_der()
        })
        .map_err(|_| KeyError::DerMalformed)
}

/// Checks the parameters before `pkcs5` reads them. `pkcs5` does not limit the work, and panics on a scrypt N of zero
/// and on a 3DES IV of less than 8 bytes.
fn check_parameters(der: &[u8]) -> Result<(), KeyError> {
    let unsupported = |_| KeyError::EncryptionUnsupported;
    let (kdf, cipher) = AnyRef::from_der(der)
        .and_then(|whole| {
            whole.sequence(|reader| {
                let scheme = AlgorithmIdentifierRef::decode(reader)?;
                <&OctetStringRef>::decode(reader)?;
                scheme.assert_algorithm_oid(PBES2_OID).map_err(|_| Tag::ObjectIdentifier.value_error())?;
                scheme.parameters.ok_or(Tag::Sequence.value_error())?.sequence(|reader| {
                    Ok::<_, der::Error>((
                        AlgorithmIdentifierRef::decode(reader)?,
                        AlgorithmIdentifierRef::decode(reader)?,
                    ))
                })
            })
        })
        .map_err(unsupported)?;
    let iv = cipher.parameters.ok_or(KeyError::EncryptionUnsupported)?;
    if cipher.oid == DES_EDE3_CBC && iv.value().len() != 8 {
        return Err(KeyError::EncryptionUnsupported);
    }
    let numbers = numbers_of(kdf.parameters.ok_or(KeyError::EncryptionUnsupported)?).map_err(unsupported)?;
    match (kdf.oid, numbers.as_slice()) {
        (PBKDF2_OID, [iterations, ..]) => check_cost(&[*iterations], MAX_PBKDF2_ITERATIONS),
        (SCRYPT_OID, [n, r, p, ..]) => check_cost(&[*n, *r, *p], MAX_SCRYPT_COST),
        _ => Err(KeyError::EncryptionUnsupported),
    }
}

/// The integers in a KDF's parameters, in order. An integer that needs more than 64 bits counts as `u64::MAX`.
fn numbers_of(parameters: AnyRef<'_>) -> Result<Vec<u64>, der::Error> {
    parameters.sequence(|reader| {
        let mut numbers = Vec::new();
        while !reader.is_finished() {
            let field = AnyRef::decode(reader)?;
            if field.tag() == Tag::Integer {
                numbers.push(field.decode_as().unwrap_or(u64::MAX));
            }
        }
        Ok(numbers)
    })
}

fn check_cost(factors: &[u64], most: u64) -> Result<(), KeyError> {
    if factors.contains(&0) {
        return Err(KeyError::EncryptionUnsupported);
    }
    match factors.iter().try_fold(1_u64, |product, factor| product.checked_mul(*factor)) {
        Some(cost) if cost <= most => Ok(()),
        _ => Err(KeyError::KdfTooCostly),
    }
}
