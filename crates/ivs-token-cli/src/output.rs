//! Results go to standard output; messages go to standard error. Nothing else in this crate writes to either.

use std::io::{self, Write};

use anstyle::{AnsiColor, Style};
use ivs_token::{is_unprintable, printable};
use serde::Serialize;
use serde_json::ser::Formatter;

use crate::failure::Failure;

/// What went wrong.
pub(crate) const ALARM: Style = AnsiColor::Red.on_default().bold();

/// Standard output. Colours go in where the terminal wants them and come out where it does not (`NO_COLOR`, a pipe).
pub(crate) fn results() -> anstream::AutoStream<io::StdoutLock<'static>> {
    anstream::stdout().lock()
}

/// Writes a result, and a line break after it.
pub(crate) fn line(text: &str) -> Result<(), Failure> {
    let mut out = results();
    writeln!(out, "{text}")?;
    Ok(out.flush()?)
}

/// Writes a result as it is: bytes, and no line break after them.
pub(crate) fn bytes(bytes: &[u8]) -> Result<(), Failure> {
    // Not through `anstream`, which would look for colours in them.
    let mut out = io::stdout().lock();
    out.write_all(bytes)?;
    Ok(out.flush()?)
}

/// Writes a result as one line of JSON.
pub(crate) fn json(value: &impl Serialize) -> Result<(), Failure> {
    let mut out = io::stdout().lock();
    write_json(&mut out, value)?;
    Ok(out.flush()?)
}

/// Writes one line of JSON without a character in it that a terminal would obey: claims come from strangers.
pub(crate) fn write_json(out: &mut impl Write, value: &impl Serialize) -> io::Result<()> {
    value.serialize(&mut serde_json::Serializer::with_formatter(&mut *out, Harmless))?;
    out.write_all(b"\n")
}

/// Words for people: what was done, what to do next. That nobody can read them is no failure.
pub(crate) fn word(text: &str) {
    let _ = writeln!(anstream::stderr().lock(), "{text}");
}

/// `error: CODE: message`, the first word in red where the terminal wants it.
pub(crate) fn alarm(kind: &str, code: Option<&str>, message: &str) {
    let code = code.map(|code| format!("{code}: ")).unwrap_or_default();
    // Some messages quote what came in: a name in a JSON file, a cell of a table.
    let message = printable(message);
    let _ = writeln!(anstream::stderr().lock(), "{ALARM}{kind}:{ALARM:#} {code}{message}");
}

/// Names and values in two columns, one pair a line.
pub(crate) fn table(rows: &[(&str, String)]) -> String {
    let width = rows.iter().map(|(name, _)| name.len()).max().unwrap_or(0);
    let lines: Vec<String> = rows.iter().map(|(name, value)| format!("  {name:width$}  {value}")).collect();
    lines.join("\n")
}

/// A number and its noun.
pub(crate) fn count(number: usize, noun: &str) -> String {
    format!("{number} {noun}{}", if number == 1 { "" } else { "s" })
}

/// JSON in one line, with `\u` escapes for what would move a cursor or turn the reading direction.
struct Harmless;

impl Formatter for Harmless {
    fn write_string_fragment<W: ?Sized + Write>(&mut self, writer: &mut W, fragment: &str) -> io::Result<()> {
        let mut rest = fragment;
        while let Some(at) = rest.find(is_unprintable) {
            let (before, other) = rest.split_at(at);
            writer.write_all(before.as_bytes())?;
            let mut characters = other.chars();
            if let Some(character) = characters.next() {
                // All of them lie below U+10000: one unit.
                write!(writer, "\\u{:04x}", u32::from(character))?;
            }
            rest = characters.as_str();
        }
        writer.write_all(rest.as_bytes())
    }

    /// The claims of a token as they stand there. Line breaks between members are white space, and become some.
    fn write_raw_fragment<W: ?Sized + Write>(&mut self, writer: &mut W, fragment: &str) -> io::Result<()> {
        // A control character that JSON allows outside a string is white space; inside it allows none.
        let one_line = fragment.replace(['\n', '\r', '\t'], " ");
        self.write_string_fragment(writer, &one_line)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(value: &impl Serialize) -> String {
        let mut out = Vec::new();
        write_json(&mut out, value).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn json_is_one_harmless_line() {
        let text = "José 😀 \u{9b}31m\u{1b}[0m\u{202e}\u{7f}\n";
        let json = written(&text);
        assert_eq!(json, "\"José 😀 \\u009b31m\\u001b[0m\\u202e\\u007f\\n\"\n");
        assert_eq!(serde_json::from_str::<String>(&json).unwrap(), text);
    }

    #[test]
    fn raw_json_too() {
        let raw = serde_json::value::RawValue::from_string("{\"a\":\n\t\"\u{9b}é\"}".to_owned()).unwrap();
        assert_eq!(written(&raw), "{\"a\":  \"\\u009bé\"}\n");
    }
}
