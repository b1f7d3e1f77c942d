//! Makes text from a token safe to print on a terminal.

use std::borrow::Cow;
use std::fmt::Write;

/// Escapes every character that would move the cursor, colour the terminal or change the reading direction.
pub fn printable(text: &str) -> Cow<'_, str> {
    if !text.contains(is_unprintable) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len() + 16);
    for character in text.chars() {
        if is_unprintable(character) {
            // Writing to a string does not fail.
            let _ = write!(out, "\\u{{{:x}}}", u32::from(character));
        } else {
            out.push(character);
        }
    }
    Cow::Owned(out)
}

/// The text, or the first 40 characters of a longer one and a mark that it goes on: for errors.
pub(crate) fn shorten(text: &str) -> Cow<'_, str> {
    match text.char_indices().nth(40) {
        None => Cow::Borrowed(text),
        Some((end, _)) => Cow::Owned(format!("{}…", &text[..end])),
    }
}

/// Whether a terminal would obey this character instead of showing it, or could not show it at all.
pub fn is_unprintable(character: char) -> bool {
    character.is_control()
        || matches!(
            character,
            '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}'
        )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes_what_a_terminal_would_obey() {
        assert_eq!(printable("José 😀"), "José 😀");
        assert_eq!(
            printable("a\u{1b}[31m\u{9b}b\u{202e}\u{61c}\u{2066}c\n"),
            "a\\u{1b}[31m\\u{9b}b\\u{202e}\\u{61c}\\u{2066}c\\u{a}"
        );
    }
}
