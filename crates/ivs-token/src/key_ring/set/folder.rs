//! Folders of PEM files.

use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use es384::{MAX_INPUT_LEN, VerifyingKey};

use super::{Collector, KeySet};
use crate::error::{KeyEntryError, KeySetError};
use crate::key_ring::PublicKey;
use crate::value::arn::KeyArn;
use crate::value::printable::printable;

/// Reads the `.pem` files of a folder, ordered by name.
pub(super) fn read<A: KeyArn>(
    folder: &Path,
    region: &str,
    account_id: &str,
) -> Result<KeySet<A>, KeySetError> {
    let mut keys = Collector::new();
    for path in pem_files(folder, KeySet::<A>::MAX_KEYS)? {
        let pem = contents(&path).map_err(|error| unreadable(&path, &error))?;
        let key = arn(&path, region, account_id)
            .and_then(|arn| Ok(PublicKey::new(arn, VerifyingKey::from_pem(pem)?)));
        keys.push(shown(&path), key)?;
    }
    keys.finish("the folder must hold a file for each public key, named by its ID, such as f99cde61-c2b0.pem")
}

fn pem_files(folder: &Path, limit: usize) -> Result<Vec<PathBuf>, KeySetError> {
    let unreadable_folder = |error: io::Error| unreadable(folder, &error);
    let mut paths = Vec::new();
    for entry in fs::read_dir(folder).map_err(unreadable_folder)? {
        let path = entry.map_err(unreadable_folder)?.path();
        if !is_pem(&path) {
            continue;
        }
        if paths.len() == limit {
            return Err(KeySetError::TooManyKeys { limit });
        }
        paths.push(path);
    }
    paths.sort();
    Ok(paths)
}

/// Whether a path is named as a PEM file is. Hidden files are not: a mounted folder keeps its old contents in such.
fn is_pem(path: &Path) -> bool {
    let hidden = path.file_name().is_some_and(|name| name.as_encoded_bytes().starts_with(b"."));
    !hidden && path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("pem"))
}

/// All of a file, or one byte more than a key may have, for the reader of keys to refuse.
fn contents(path: &Path) -> io::Result<Vec<u8>> {
    // Before it is opened: opening a pipe would wait for whoever writes to it.
    if !fs::metadata(path)?.is_file() {
        return Err(io::Error::other(
            "this is not a file: the name of a folder or a pipe may not end in .pem here",
        ));
    }
    let mut bytes = Vec::new();
    File::open(path)?.take(MAX_INPUT_LEN as u64 + 1).read_to_end(&mut bytes)?;
    Ok(bytes)
}

fn arn<A: KeyArn>(path: &Path, region: &str, account_id: &str) -> Result<A, KeyEntryError> {
    let id = path.file_stem().map(|stem| stem.to_string_lossy()).unwrap_or_default();
    let text = format!("arn:aws:ivs:{region}:{account_id}:{}/{id}", A::TYPE);
    // The IDs of keys have no colon, so that a region or account with one in it makes no ARN either.
    A::try_from(&text).map_err(|source| {
        let found = printable(&text).chars().take(128).collect();
        KeyEntryError::FileName { found, source }
    })
}

fn unreadable(path: &Path, error: &io::Error) -> KeySetError {
    let text = error.to_string();
    // The words without the number that Rust puts after them.
    let reason = text.split_once(" (os error").map_or(&*text, |(reason, _)| reason).to_owned();
    KeySetError::Read { path: shown(path), reason }
}

fn shown(path: &Path) -> String {
    printable(&path.to_string_lossy()).into_owned()
}
