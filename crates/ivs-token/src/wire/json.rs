//! JSON, stricter than usual when read and plainer than usual when written.

use std::borrow::Cow;
use std::fmt;
use std::io;

use memchr::memchr;
use serde::de::{self, DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use crate::error::JsonError;
use crate::value::printable::shorten;

/// The members of a JSON object: names and values, in their order.
///
/// No name stands twice in one object, here or at any depth below.
pub(crate) struct Members<'a>(Vec<Member<'a>>);

struct Member<'a> {
    name: Cow<'a, str>,
    text: &'a RawValue,
    /// Kept for the first level only: deeper down nobody asks, and each level kept is read once more.
    object: Option<Members<'a>>,
}

impl<'a> Members<'a> {
    pub(crate) fn parse(text: &'a str) -> Result<Self, JsonError> {
        let mut repeated = None;
        let has_escapes = memchr(b'\\', text.as_bytes()).is_some();
        let visitor = MembersVisitor { has_escapes, keep_objects: true, repeated: &mut repeated };
        visitor.read(text).map_err(|error| match repeated {
            Some(name) => JsonError::Repeated { name: shorten(&name).into_owned() },
            None if is_other_value(text) => JsonError::NotAnObject,
            None => syntax(&error),
        })
    }

    /// The JSON text of a member's value.
    pub(crate) fn get(&self, name: &str) -> Option<&'a str> {
        self.find(name).map(|member| member.text.get())
    }

    /// The members of a member's value, if it is an object.
    pub(crate) fn object(&self, name: &str) -> Option<&Self> {
        self.find(name)?.object.as_ref()
    }

    /// Names and the JSON texts of their values.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (&str, &'a str)> {
        self.0.iter().map(|member| (member.name.as_ref(), member.text.get()))
    }

    fn find(&self, name: &str) -> Option<&Member<'a>> {
        self.0.iter().find(|member| member.name == name)
    }
}

/// Writes a value as JSON of ASCII characters only: all others become `\u` escapes, in surrogate pairs beyond U+FFFF.
///
/// The official web client reads the payload of a token as Latin-1 before it parses it, so that raw UTF-8 arrives
/// garbled there; escapes arrive intact, and every JSON parser reads both the same.
pub(crate) fn write_ascii<T: Serialize>(out: &mut Vec<u8>, value: &T) -> Result<(), serde_json::Error> {
    value.serialize(&mut serde_json::Serializer::with_formatter(out, AsciiFormatter))
}

/// A file's text in UTF-8, without a byte order mark: it may be UTF-16, as some Windows shells redirect it. What is broken stays so, for the parser to say.
pub(crate) fn utf8(bytes: &[u8]) -> Cow<'_, [u8]> {
    let utf16 = |bytes: &[u8], unit: fn([u8; 2]) -> u16| {
        let units: Vec<u16> =
            bytes.chunks(2).map(|pair| unit([pair[0], pair.get(1).copied().unwrap_or(0)])).collect();
        Cow::Owned(String::from_utf16_lossy(&units).into_bytes())
    };
    match bytes {
        [0xef, 0xbb, 0xbf, rest @ ..] => Cow::Borrowed(rest),
        [0xff, 0xfe, rest @ ..] => utf16(rest, u16::from_le_bytes),
        [0xfe, 0xff, rest @ ..] => utf16(rest, u16::from_be_bytes),
        _ => Cow::Borrowed(bytes),
    }
}

struct AsciiFormatter;

impl serde_json::ser::Formatter for AsciiFormatter {
    fn write_string_fragment<W: ?Sized + io::Write>(
        &mut self,
        writer: &mut W,
        fragment: &str,
    ) -> io::Result<()> {
        // Looked at many bytes at a time: nearly all are so.
        if fragment.is_ascii() {
            return writer.write_all(fragment.as_bytes());
        }
        let mut rest = fragment;
        while let Some(at) = rest.find(|c: char| !c.is_ascii()) {
            let (ascii, other) = rest.split_at(at);
            writer.write_all(ascii.as_bytes())?;
            let mut characters = other.chars();
            if let Some(character) = characters.next() {
                for unit in character.encode_utf16(&mut [0; 2]) {
                    write!(writer, "\\u{unit:04x}")?;
                }
            }
            rest = characters.as_str();
        }
        writer.write_all(rest.as_bytes())
    }
}

/// Whether a text is JSON, but no object.
fn is_other_value(text: &str) -> bool {
    serde_json::from_str::<&RawValue>(text).is_ok_and(|value| !value.get().starts_with('{'))
}

/// Whether a well-formed JSON string has a `\u` escape of half a character.
fn has_lone_surrogate(string: &str) -> bool {
    let mut rest = string;
    while let Some(at) = rest.find('\\') {
        let unit = |from: usize| {
            let escape = rest.get(from..from + 6)?.strip_prefix("\\u")?;
            u16::from_str_radix(escape, 16).ok()
        };
        let taken = match unit(at) {
            Some(0xd800..=0xdbff) if matches!(unit(at + 6), Some(0xdc00..=0xdfff)) => 12,
            Some(0xd800..=0xdfff) => return true,
            Some(_) => 6,
            None => 2,
        };
        rest = rest.get(at + taken..).unwrap_or_default();
    }
    false
}

/// What the parser says when something is nested too deeply; it gives no other sign of it.
const RECURSION: &str = "recursion limit exceeded";

fn syntax(error: &serde_json::Error) -> JsonError {
    let text = error.to_string();
    if text.starts_with(RECURSION) { JsonError::TooDeep } else { JsonError::Syntax(text) }
}

struct MembersVisitor<'r> {
    /// Whether there is a backslash anywhere in the text.
    has_escapes: bool,
    keep_objects: bool,
    repeated: &'r mut Option<String>,
}

impl MembersVisitor<'_> {
    fn read(self, text: &str) -> Result<Members<'_>, serde_json::Error> {
        let mut deserializer = serde_json::Deserializer::from_str(text);
        let members = deserializer.deserialize_map(self)?;
        deserializer.end().map(|()| members)
    }
}

impl<'de> Visitor<'de> for MembersVisitor<'_> {
    type Value = Members<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Members<'de>, A::Error> {
        let Self { has_escapes, keep_objects, repeated } = self;
        // All claims of a participant token, or some attributes, without growing.
        let mut members = Vec::with_capacity(if keep_objects { 12 } else { 4 });
        while let Some(Name(name)) = map.next_key()? {
            let text: &'de RawValue = map.next_value()?;
            let mut object = None;
            // What was just read over is well-formed but for depth, names, and escapes that make no character.
            match text.get().as_bytes() {
                [b'{', ..] if keep_objects => {
                    let visitor = MembersVisitor { has_escapes, keep_objects: false, repeated };
                    object = Some(visitor.read(text.get()).map_err(de::Error::custom)?);
                }
                [b'{' | b'[', ..] => {
                    let mut below = serde_json::Deserializer::from_str(text.get());
                    Unique { repeated }.deserialize(&mut below).map_err(de::Error::custom)?;
                }
                [b'"', ..] if has_escapes && has_lone_surrogate(text.get()) => {
                    return Err(de::Error::custom("lone surrogate in a string"));
                }
                _ => {}
            }
            members.push(Member { name, text, object });
        }
        check_unique(&members, |member| &member.name, repeated)?;
        Ok(Members(members))
    }
}

/// Reads a value and keeps nothing of it, but stops where a name stands twice in one object.
struct Unique<'r> {
    repeated: &'r mut Option<String>,
}

impl<'de> DeserializeSeed<'de> for Unique<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Unique<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let mut names: Vec<Cow<'de, str>> = Vec::new();
        while let Some(Name(name)) = map.next_key()? {
            names.push(name);
            map.next_value_seed(Unique { repeated: self.repeated })?;
        }
        check_unique(&names, |name| name, self.repeated)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<(), A::Error> {
        while seq.next_element_seed(Unique { repeated: self.repeated })?.is_some() {}
        Ok(())
    }

    fn visit_bool<E>(self, _: bool) -> Result<(), E> {
        Ok(())
    }

    fn visit_i64<E>(self, _: i64) -> Result<(), E> {
        Ok(())
    }

    fn visit_u64<E>(self, _: u64) -> Result<(), E> {
        Ok(())
    }

    fn visit_f64<E>(self, _: f64) -> Result<(), E> {
        Ok(())
    }

    fn visit_str<E>(self, _: &str) -> Result<(), E> {
        Ok(())
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        Ok(())
    }
}

fn check_unique<T, E: de::Error>(
    items: &[T],
    name: impl Fn(&T) -> &str,
    repeated: &mut Option<String>,
) -> Result<(), E> {
    // Comparing each with each is fastest for a handful; a header of thousands must not cost thousands squared.
    let twice = if items.len() <= 16 {
        let before = |i: usize| items[..i].iter();
        (1..items.len()).find(|&i| before(i).any(|one| name(one) == name(&items[i]))).map(|i| name(&items[i]))
    } else {
        let mut names: Vec<&str> = items.iter().map(&name).collect();
        names.sort_unstable();
        names.windows(2).find(|pair| pair[0] == pair[1]).map(|pair| pair[0])
    };
    match twice {
        None => Ok(()),
        Some(name) => {
            *repeated = Some(name.to_owned());
            Err(E::custom("a repeated member"))
        }
    }
}

/// A member's name, borrowed where the text has no escapes in it.
///
/// Transparent: where `serde_json` keeps numbers as text, it gives them as a map whose name is no more than a text.
#[derive(Deserialize)]
#[serde(transparent)]
struct Name<'a>(#[serde(borrow)] Cow<'a, str>);

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Result<Vec<(String, String)>, JsonError> {
        Members::parse(text)
            .map(|members| members.iter().map(|(n, v)| (n.to_owned(), v.to_owned())).collect())
    }

    #[test]
    fn keeps_names_and_texts() {
        let members = parse(r#" {"a": 1e9, "\u0062":{"c":[1,{"d":"é\n"}]} } "#).unwrap();
        assert_eq!(
            members,
            [("a".into(), "1e9".into()), ("b".into(), r#"{"c":[1,{"d":"é\n"}]}"#.to_owned())]
        );
    }

    #[test]
    fn refuses_repeated_names_at_any_depth() {
        for text in [
            r#"{"a":1,"a":1}"#,
            r#"{"a":1,"\u0061":1}"#,
            r#"{"x":{"a":1,"a":1}}"#,
            r#"{"x":[[{"y":{"a":1,"b":2,"a":1}}]]}"#,
        ] {
            assert_eq!(parse(text), Err(JsonError::Repeated { name: "a".into() }), "{text}");
        }
        assert!(parse(r#"{"a":{"a":{"a":1}},"b":[{"a":1},{"a":1}]}"#).is_ok());
        let many: Vec<String> = (0..2000).map(|i| format!("\"{i}\":0")).collect();
        assert!(parse(&format!("{{{}}}", many.join(","))).is_ok());
        assert_eq!(
            parse(&format!("{{{},\"77\":1}}", many.join(","))),
            Err(JsonError::Repeated { name: "77".into() })
        );
    }

    #[test]
    fn refuses_what_is_no_object() {
        for text in ["[]", "1", "\"a\"", "null", " true "] {
            assert_eq!(parse(text), Err(JsonError::NotAnObject), "{text}");
        }
        for text in [
            "",
            "{",
            "{}x",
            "{\"a\":NaN}",
            "{a:1}",
            "{\"a\":1,}",
            "\u{feff}{}",
            "{\"a\":01}",
            "{'a':1}",
            "[",
            "nul",
        ] {
            assert!(matches!(parse(text), Err(JsonError::Syntax(_))), "{text}: {:?}", parse(text));
        }
    }

    #[test]
    fn refuses_broken_strings_even_where_nobody_looks() {
        for text in [
            r#"{"x":"\ud800"}"#,
            r#"{"x":"\udc00\ud800"}"#,
            r#"{"x":"\ud83d\ud83d\ude00"}"#,
            r#"{"x":"a\\\ud83d"}"#,
            r#"{"x":"\ud83d\n"}"#,
            r#"{"x":["\udc00"]}"#,
            r#"{"\ud800":1}"#,
            r#"{"x":"\q"}"#,
            "{\"x\":\"\n\"}",
        ] {
            assert!(matches!(parse(text), Err(JsonError::Syntax(_))), "{text}");
        }
        for text in [r#"{"x":"\ud83d\ude00"}"#, r#"{"x":"\\ud800 \"\\\ud83d\uDE00\u00e9"}"#] {
            assert!(parse(text).is_ok(), "{text}");
        }
    }

    #[test]
    fn refuses_depth() {
        for (open, close) in [("[", "]"), ("{\"a\":", "}")] {
            let nested = |n: usize| format!("{{\"x\":{}1{}}}", open.repeat(n), close.repeat(n));
            assert!(parse(&nested(100)).is_ok());
            assert_eq!(parse(&nested(10_000)), Err(JsonError::TooDeep));
        }
    }

    #[test]
    fn writes_ascii() {
        let mut out = Vec::new();
        write_ascii(&mut out, &["José 😀\u{ffff}", "\"\\\n\u{0}\u{7f}/"]).unwrap();
        let text = String::from_utf8(out).unwrap();
        assert_eq!(text, "[\"Jos\\u00e9 \\ud83d\\ude00\\uffff\",\"\\\"\\\\\\n\\u0000\u{7f}/\"]");
    }
}
