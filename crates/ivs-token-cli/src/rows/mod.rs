//! The rows of a batch: CSV or JSON lines.

mod csv;
mod jsonl;
mod values;

use std::io::{self, BufReader, Cursor, Read};
use std::path::Path;

use clap::ValueEnum;

use crate::failure::Failure;
use crate::input::Source;
pub(crate) use values::{Reason, Values};

/// How a batch is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// Comma-separated values under a header
    Csv,
    /// One JSON object per line
    Jsonl,
}

/// A row: where it stands, and what it says or why it cannot be used.
pub(crate) struct Row {
    /// Counted from 1, without the header and blank lines.
    pub(crate) number: u64,
    /// Counted from 1, with all lines.
    pub(crate) line: u64,
    pub(crate) values: Result<Values, Reason>,
}

/// All rows, in their order. An outer failure, such as that of the disk, ends them.
pub(crate) type Rows = Box<dyn Iterator<Item = Result<Row, Failure>>>;

/// Opens a batch. Its format is the one given, that of the file's extension, or that which its first character suggests.
pub(crate) fn open(source: &Source, format: Option<Format>) -> Result<Rows, Failure> {
    let mut reader = source.open("a batch")?;
    let start = beginning(&mut reader).map_err(|error| source.failure(&error))?;
    let start = without_mark(source, start)?;
    let first = start.iter().copied().find(|byte| !byte.is_ascii_whitespace());
    let Some(first) = first else {
        return Err(Failure::failed(format!("{source}: the batch is empty: there is not even a header")));
    };
    let format = format.or_else(|| of_extension(source)).unwrap_or(match first {
        b'{' | b'[' => Format::Jsonl,
        _ => Format::Csv,
    });
    let reader = BufReader::new(Cursor::new(start).chain(reader));
    Ok(match format {
        Format::Csv => Box::new(csv::rows(source.clone(), reader)?),
        Format::Jsonl if first == b'[' => {
            return Err(Failure::failed(format!(
                "{source}: this is a JSON array, and one object a line is wanted: `jq -c '.[]'` makes that of it"
            )));
        }
        Format::Jsonl => Box::new(jsonl::rows(source.clone(), reader)),
    })
}

/// Reads until something is there that is not white space.
fn beginning(reader: &mut impl Read) -> io::Result<Vec<u8>> {
    let mut start = Vec::new();
    let mut piece = [0; 4096];
    loop {
        let read = match reader.read(&mut piece) {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            other => other?,
        };
        start.extend_from_slice(&piece[..read]);
        // The longest byte order mark has three bytes.
        let enough = start.len() > 3 && !start[3..].trim_ascii().is_empty();
        if read == 0 || enough {
            return Ok(start);
        }
    }
}

fn without_mark(source: &Source, mut start: Vec<u8>) -> Result<Vec<u8>, Failure> {
    if start.starts_with(b"\xff\xfe") || start.starts_with(b"\xfe\xff") {
        return Err(Failure::failed(format!("{source}: this is UTF-16: save it as UTF-8")));
    }
    if start.starts_with(b"\xef\xbb\xbf") {
        start.drain(..3);
    }
    Ok(start)
}

fn of_extension(source: &Source) -> Option<Format> {
    let Source::File(path) = source else { return None };
    let extension = Path::extension(path)?.to_str()?.to_ascii_lowercase();
    match extension.as_str() {
        "csv" => Some(Format::Csv),
        "jsonl" | "ndjson" | "json" => Some(Format::Jsonl),
        _ => None,
    }
}
