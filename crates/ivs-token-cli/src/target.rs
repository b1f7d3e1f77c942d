//! Where results go that may be secret: files that appear whole or not at all, and standard output for `-`.

use std::ffi::OsString;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use tempfile::{Builder, NamedTempFile};

use crate::failure::Failure;
use crate::input;

/// A file, or standard output for `-`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Target {
    /// `-`
    Stdout,
    /// Anything else.
    File(PathBuf),
}

/// Who may read a file.
#[derive(Clone, Copy)]
pub(crate) enum Readers {
    /// The owner alone: mode 0600.
    Owner,
    /// Whoever the umask lets: mode 0644 less the umask.
    Everyone,
}

/// A file that is written but does not bear its name yet. Removed unless kept.
pub(crate) struct Draft {
    path: PathBuf,
    file: NamedTempFile,
    force: bool,
}

impl Draft {
    /// Writes a file beside the place where it belongs.
    pub(crate) fn new(path: &Path, bytes: &[u8], readers: Readers, force: bool) -> Result<Self, Failure> {
        check_free(path, force)?;
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        let write = || {
            let mut file = builder(readers).tempfile_in(folder)?;
            file.write_all(bytes)?;
            file.as_file().sync_all()?;
            Ok(file)
        };
        let file = write().map_err(|error: io::Error| {
            Failure::failed(format!("{}: {}", input::shown(path), reason(&error)))
        })?;
        Ok(Self { path: path.to_owned(), file, force })
    }

    /// Gives the file its name, in one step.
    pub(crate) fn keep(self) -> Result<(), Failure> {
        let Self { path, file, force } = self;
        let kept = if force { file.persist(&path) } else { file.persist_noclobber(&path) };
        match kept {
            Ok(_) => Ok(()),
            Err(error) if error.error.kind() == io::ErrorKind::AlreadyExists => Err(exists(&path)),
            Err(error) => {
                Err(Failure::failed(format!("{}: {}", input::shown(&path), input::reason(&error.error))))
            }
        }
    }
}

impl From<OsString> for Target {
    fn from(text: OsString) -> Self {
        if text == "-" { Self::Stdout } else { Self::File(text.into()) }
    }
}

/// Early, before any work; [`Draft::keep`] looks again.
fn check_free(path: &Path, force: bool) -> Result<(), Failure> {
    match path.metadata() {
        // Renaming over a device or a folder would take its place.
        Ok(found) if !found.is_file() => Err(Failure::failed(format!(
            "{}: what is there is not a file: give another name, or `-` for standard output",
            input::shown(path)
        ))),
        Ok(_) if !force => Err(exists(path)),
        Ok(_) | Err(_) => Ok(()),
    }
}

fn exists(path: &Path) -> Failure {
    Failure::failed(format!(
        "{}: the file is there already: give another name, or --force to replace it",
        input::shown(path)
    ))
}

fn builder(readers: Readers) -> Builder<'static, 'static> {
    let mut builder = Builder::new();
    builder.prefix(".ivs-token-");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = match readers {
            Readers::Owner => 0o600,
            Readers::Everyone => 0o644,
        };
        builder.permissions(std::fs::Permissions::from_mode(mode));
    }
    #[cfg(not(unix))]
    let _ = readers;
    builder
}

/// `tempfile` names the file that it could not make, which nobody asked for.
fn reason(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::NotFound => "there is no such folder: create it first".to_owned(),
        io::ErrorKind::PermissionDenied => "you may not write in that folder".to_owned(),
        io::ErrorKind::NotADirectory => "part of the path is a file, not a folder".to_owned(),
        _ => input::reason(error),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_comes_in_between_is_not_replaced() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("key.pem");
        let draft = Draft::new(&path, b"ours", Readers::Owner, false).unwrap();
        std::fs::write(&path, b"theirs").unwrap();
        assert!(matches!(draft.keep(), Err(Failure::Failed { message, .. }) if message.contains("--force")));
        assert_eq!(std::fs::read(&path).unwrap(), b"theirs");
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);

        Draft::new(&path, b"ours", Readers::Owner, true).unwrap().keep().unwrap();
        assert_eq!(std::fs::read(&path).unwrap(), b"ours");
    }
}
