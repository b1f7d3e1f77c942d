//! The forms in which keys are read and written, one file each.

pub(crate) mod base64url;
pub(crate) mod der;
#[cfg(feature = "encrypted-keys")]
pub(crate) mod encrypted;
#[cfg(not(feature = "encrypted-keys"))]
#[path = "not_encrypted.rs"]
pub(crate) mod encrypted;
pub(crate) mod jwk;
pub(crate) mod oid;
mod openssh;
pub(crate) mod pem;
pub(crate) mod secret;
mod signature;
pub(crate) mod text;

pub use signature::signature_from_der;

use crate::KeyError;

/// The greatest length of a key that is read, in bytes: 64 KiB. The longest usual form of a P-384 key has about 700
/// bytes.
pub const MAX_INPUT_LEN: usize = 65_536;

/// The half of the key that the caller needs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Wanted {
    /// The private half, for signing.
    Private,
    /// The public half, for verifying.
    Public,
}

/// The family of encodings that some bytes appear to have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Form {
    Pem,
    Der,
    Jwk,
}

impl Form {
    /// Guesses the form from the bytes. The reader of that form then reports what is wrong with them.
    ///
    /// # Errors
    ///
    /// [`KeyError::Empty`] and [`KeyError::TooLong`].
    pub(crate) fn of(input: &[u8]) -> Result<Self, KeyError> {
        check_len(input)?;
        let text = text::narrow(input);
        let trimmed = text.trim_ascii();
        if matches!(trimmed.first(), Some(b'{' | b'[')) {
            return Ok(Self::Jwk);
        }
        let printable = |b: &u8| b.is_ascii_graphic() || b.is_ascii_whitespace();
        if pem::contains(trimmed, b"-----BEGIN") || trimmed.iter().all(printable) {
            return Ok(Self::Pem);
        }
        Ok(Self::Der)
    }

    /// Refuses bytes that clearly have another form than this one.
    pub(crate) fn expect(self, input: &[u8]) -> Result<(), KeyError> {
        let found = Self::of(input)?;
        if found == self {
            return Ok(());
        }
        // Text without a marker is probably not a key at all, so the error must not send the user to the PEM reader.
        if found == Self::Pem && !pem::contains(&text::narrow(input), b"-----BEGIN") {
            return Err(KeyError::NotAKey);
        }
        if found == Self::Der && input.first() != Some(&0x30) {
            return Err(KeyError::NotAKey);
        }
        Err(KeyError::WrongForm { wanted: self.name(), found: found.name() })
    }

    fn name(self) -> &'static str {
        match self {
            Self::Pem => "PEM",
            Self::Der => "DER",
            Self::Jwk => "JWK",
        }
    }
}

fn check_len(input: &[u8]) -> Result<(), KeyError> {
    if input.len() > MAX_INPUT_LEN {
        return Err(KeyError::TooLong { bytes: input.len() });
    }
    let blank = |b: &u8| b.is_ascii_whitespace() || matches!(b, b'"' | b'\'');
    if text::narrow(input).iter().all(blank) {
        return Err(KeyError::Empty);
    }
    Ok(())
}
