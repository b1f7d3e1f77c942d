//! What comes in: files, and standard input for `-`.

use std::ffi::OsString;
use std::fmt;
use std::fs::File;
use std::io::{self, IsTerminal, Read};
use std::path::{Path, PathBuf};

use zeroize::Zeroizing;

use crate::failure::Failure;
use crate::output;
use crate::secret;

/// A file, or standard input for `-`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Source {
    /// `-`
    Stdin,
    /// Anything else.
    File(PathBuf),
}

impl Source {
    /// Reads all of it into memory that is wiped afterwards; more than `limit` bytes are a failure, `what` says of what.
    pub(crate) fn read(&self, what: &str, limit: usize) -> Result<Zeroizing<Vec<u8>>, Failure> {
        let mut reader = self.open(what)?;
        // All of the room at once: a buffer that grows leaves copies behind, and reading into more room than the buffer
        // of standard input has goes past it.
        let mut bytes = Zeroizing::new(vec![0; limit + 1]);
        let mut len = 0;
        while len < bytes.len() {
            match reader.read(&mut bytes[len..]) {
                Ok(0) => break,
                Ok(read) => len += read,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(self.failure(&error)),
            }
        }
        if len > limit {
            return Err(Failure::failed(format!(
                "{self}: more than {limit} bytes, too many for {what}: check that this is what you meant"
            )));
        }
        bytes.truncate(len);
        Ok(bytes)
    }

    /// Opens it for reading bit by bit.
    pub(crate) fn open(&self, what: &str) -> Result<Box<dyn Read>, Failure> {
        match self {
            Self::Stdin => {
                let stdin = io::stdin();
                if stdin.is_terminal() {
                    output::word(&format!("Reading {what} from the terminal: end it with Ctrl-D."));
                }
                Ok(Box::new(stdin.lock()))
            }
            Self::File(path) => {
                let file = File::open(path).map_err(|error| self.failure(&error))?;
                Ok(Box::new(file))
            }
        }
    }

    /// Something that went wrong here, in words that name the file.
    pub(crate) fn failure(&self, error: &io::Error) -> Failure {
        if let Self::File(path) = self
            && path.to_string_lossy().starts_with(TOKEN_START)
        {
            return Failure::misuse(
                "this is a token, but the name of a file is expected here: give the token on standard input, as in `ivs-token \
                 inspect < token`",
            );
        }
        Failure::failed(format!("{self}: {}", reason(error)))
    }
}

/// What every token begins with: `{"` in base64.
const TOKEN_START: &str = "eyJ";

/// Refuses flags that all want to read standard input, before any of them does.
pub(crate) fn one_stdin(flags: &[(&str, Option<&Source>)]) -> Result<(), Failure> {
    let wanting: Vec<&str> =
        flags.iter().filter(|(_, source)| *source == Some(&Source::Stdin)).map(|(flag, _)| *flag).collect();
    match wanting.as_slice() {
        [] | [_] => Ok(()),
        [flags @ .., last] => Err(Failure::misuse(format!(
            "{} and {last} both read standard input, and there is only one: give a file for all but one of them",
            flags.join(", ")
        ))),
    }
}

/// The value of an environment variable; an empty one is none.
pub(crate) fn variable(name: &str) -> Option<OsString> {
    std::env::var_os(name).filter(|value| !value.is_empty())
}

/// A variable that must be text. White space around it is no part of it: secrets made by `echo` end in a line break.
pub(crate) fn text_variable(name: &str) -> Result<Option<String>, Failure> {
    let Some(value) = variable(name) else { return Ok(None) };
    let text = value.into_string().map_err(|_| Failure::misuse(format!("{name} is not UTF-8 text")))?;
    Ok(Some(text.trim().to_owned()).filter(|text| !text.is_empty()))
}

/// A path as it is shown: nothing in it that a terminal would obey, and no more than a file name would have, for it may
/// be no file name at all but what should have been in the file.
pub(crate) fn shown(path: &Path) -> String {
    let text = path.to_string_lossy();
    if text.len() > 512 || text.contains('\n') || !secret::may_be_shown(&text) {
        return "(not a file name)".to_owned();
    }
    ivs_token::printable(&text).into_owned()
}

/// The reason without the number that Rust puts after it.
pub(crate) fn reason(error: &io::Error) -> String {
    let text = error.to_string();
    match text.split_once(" (os error") {
        Some((reason, _)) => reason.to_owned(),
        None => text,
    }
}

impl From<OsString> for Source {
    fn from(text: OsString) -> Self {
        if text == "-" {
            return Self::Stdin;
        }
        // As the AWS command takes it.
        match text.to_str().and_then(|text| text.strip_prefix("file://")) {
            Some(path) => Self::File(path.into()),
            None => Self::File(text.into()),
        }
    }
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Stdin => f.write_str("standard input"),
            Self::File(path) => f.write_str(&shown(path)),
        }
    }
}
