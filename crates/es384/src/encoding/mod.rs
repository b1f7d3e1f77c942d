//! Every form in which a key arrives or leaves, one file each.

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

/// The most bytes a key may arrive in: 64 KiB. A P-384 key in its longest usual form is about 700.
pub const MAX_INPUT_LEN: usize = 65_536;

/// What a key is wanted for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Wanted {
    /// To sign with.
    Private,
    /// To verify with.
    Public,
}

/// Which family of encodings some bytes belong to, judged by their look alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Form {
    Pem,
    Der,
    Jwk,
}

impl Form {
    /// Looks at the bytes; the reader of that form then says what is wrong with them, if anything is.
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

    /// Refuses bytes that are plainly of another form than the one asked for.
    pub(crate) fn expect(self, input: &[u8]) -> Result<(), KeyError> {
        let found = Self::of(input)?;
        if found == self {
            return Ok(());
        }
        // Text without a marker is most likely nothing at all, so it is not worth sending anyone to the PEM reader.
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
