//! Keys from files. The errors name the file.

use std::{
    fs::File,
    io::{self, Read},
    path::Path,
};

use zeroize::Zeroizing;

use super::{SigningKey, VerifyingKey};
use crate::{KeyFileError, MAX_INPUT_LEN};

impl SigningKey {
    /// Reads a private key from a file. The key may have any form that [`from_any`](Self::from_any) reads. The buffer
    /// that held the file is wiped.
    ///
    /// # Errors
    ///
    /// [`KeyFileError`], which names the file.
    pub fn from_file(path: impl AsRef<Path>, passphrase: Option<&[u8]>) -> Result<Self, KeyFileError> {
        let path = path.as_ref();
        Self::from_any(&*read(path)?, passphrase)
            .map_err(|source| KeyFileError::Key { path: path.to_owned(), source })
    }
}

impl VerifyingKey {
    /// Reads a public key from a file. The key may have any form that [`from_any`](Self::from_any) reads.
    ///
    /// # Errors
    ///
    /// [`KeyFileError`], which names the file.
    pub fn from_file(path: impl AsRef<Path>) -> Result<Self, KeyFileError> {
        let path = path.as_ref();
        Self::from_any(&*read(path)?).map_err(|source| KeyFileError::Key { path: path.to_owned(), source })
    }
}

fn read(path: &Path) -> Result<Zeroizing<Vec<u8>>, KeyFileError> {
    read_from(path).map_err(|error| KeyFileError::Read {
        path: path.to_owned(),
        kind: error.kind(),
        reason: in_words(&error),
    })
}

/// The operating system's message, without the number that Rust appends.
fn in_words(error: &io::Error) -> String {
    let text = error.to_string();
    text.split_once(" (os error").map_or(&*text, |(words, _)| words).to_owned()
}

fn read_from(path: &Path) -> io::Result<Zeroizing<Vec<u8>>> {
    // The full capacity is reserved at once, because a buffer that grows leaves copies of the key behind. The extra
    // byte shows whether the file is too long.
    let mut bytes = Zeroizing::new(Vec::with_capacity(MAX_INPUT_LEN + 1));
    File::open(path)?.take(MAX_INPUT_LEN as u64 + 1).read_to_end(&mut bytes)?;
    Ok(bytes)
}
