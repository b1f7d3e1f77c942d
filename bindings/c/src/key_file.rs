//! Files that hold a key.

use std::io::Read;

use zeroize::Zeroizing;

use crate::failure::Failure;

/// More than any file of a key has, in bytes.
const MAX_FILE: usize = 64 * 1024;

/// A file of at most [`MAX_FILE`] bytes, wiped when it is dropped.
pub(crate) fn read(path: &str) -> Result<Zeroizing<Vec<u8>>, Failure> {
    let unreadable = |error: std::io::Error| Failure::io(path, &error);
    let mut file = std::fs::File::open(path).map_err(unreadable)?;
    // Room for all of it at once: growing would leave copies behind.
    let mut data = Zeroizing::new(vec![0; MAX_FILE + 1]);
    let mut len = 0;
    while len < data.len() {
        match file.read(&mut data[len..]) {
            Ok(0) => break,
            Ok(read) => len += read,
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
            Err(error) => return Err(unreadable(error)),
        }
    }
    if len > MAX_FILE {
        return Err(Failure::file_too_long(path, MAX_FILE));
    }
    data.truncate(len);
    Ok(data)
}
