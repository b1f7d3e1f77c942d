use std::fmt;
use std::ops::Range;

use serde::de::{self, Deserialize, Deserializer, MapAccess, Visitor};
use serde::{Serialize, Serializer};

use crate::value::error::ClaimError;

/// The attributes of a participant: names and values, visible to everyone on the stage.
///
/// At most 1 024 bytes of UTF-8, names and values counted together (the service says "1 KB in total" and no more).
/// Ordered by name. Each name occurs once; inserting it again replaces its value.
///
/// ```
/// let attributes = ivs_token::Attributes::try_from_iter([("displayName", "Ana"), ("role", "host")])?;
/// assert_eq!(attributes.get("role"), Some("host"));
/// assert_eq!(attributes.size(), 22);
/// # Ok::<(), ivs_token::ClaimError>(())
/// ```
#[derive(Clone, Default)]
pub struct Attributes {
    /// Every name and value, back to back. Two allocations hold any number of attributes: a verification makes one of
    /// these for each token.
    text: String,
    /// Ordered by name.
    entries: Vec<Entry>,
}

#[derive(Clone)]
struct Entry {
    name: Range<u16>,
    value: Range<u16>,
}

impl Attributes {
    /// The most bytes that names and values may have together.
    pub const MAX_SIZE: usize = 1024;

    /// No attributes.
    pub const fn new() -> Self {
        Self { text: String::new(), entries: Vec::new() }
    }

    /// Collects names and values. If a name comes twice, the last value counts.
    ///
    /// # Errors
    ///
    /// [`ClaimError::AttributesTooLarge`] if names and values together have more than [`Self::MAX_SIZE`] bytes.
    pub fn try_from_iter<N: AsRef<str>, V: AsRef<str>>(
        pairs: impl IntoIterator<Item = (N, V)>,
    ) -> Result<Self, ClaimError> {
        let mut attributes = Self::new();
        // Not at the first that is too much: the error tells the size of all of them.
        let mut too_large = None;
        let mut beyond = 0;
        for (name, value) in pairs {
            let (name, value) = (name.as_ref(), value.as_ref());
            if too_large.is_none() {
                match attributes.insert(name, value) {
                    Ok(()) => {}
                    Err(error) => too_large = Some(error),
                }
            } else {
                beyond += name.len() + value.len();
            }
        }
        match too_large {
            None => Ok(attributes),
            Some(ClaimError::AttributesTooLarge { actual, limit }) => {
                Err(ClaimError::AttributesTooLarge { actual: actual + beyond, limit })
            }
            Some(other) => Err(other),
        }
    }

    /// Adds an attribute, or replaces the value of the one with this name.
    ///
    /// # Errors
    ///
    /// [`ClaimError::AttributesTooLarge`] if names and values together would have more than [`Self::MAX_SIZE`] bytes.
    /// Nothing has changed then.
    pub fn insert(&mut self, name: &str, value: &str) -> Result<(), ClaimError> {
        let at = self.entries.binary_search_by(|entry| self.name(entry).cmp(name));
        let replaced = at.map_or(0, |i| name.len() + self.value(&self.entries[i]).len());
        let actual = self.text.len() - replaced + name.len() + value.len();
        if actual > Self::MAX_SIZE {
            return Err(ClaimError::AttributesTooLarge { actual, limit: Self::MAX_SIZE });
        }
        match at {
            Err(i) => {
                // The attributes of most tokens, without growing.
                if self.text.capacity() == 0 {
                    self.text.reserve(256);
                }
                let entry = self.append(name, value);
                self.entries.insert(i, entry);
            }
            Ok(i) => {
                // Written anew without the old value, so that `text` never holds what no entry points to.
                let mut anew = Self { text: String::with_capacity(actual), entries: Vec::new() };
                for (k, entry) in self.entries.iter().enumerate() {
                    let value = if k == i { value } else { self.value(entry) };
                    let entry = anew.append(self.name(entry), value);
                    anew.entries.push(entry);
                }
                *self = anew;
            }
        }
        Ok(())
    }

    /// Removes the attribute with this name, and says whether there was one.
    pub fn remove(&mut self, name: &str) -> bool {
        if self.get(name).is_none() {
            return false;
        }
        // Written anew, so that `text` never holds what no entry points to.
        let mut anew = Self { text: String::with_capacity(self.text.len()), entries: Vec::new() };
        for (kept, value) in self.iter().filter(|(kept, _)| *kept != name) {
            let entry = anew.append(kept, value);
            anew.entries.push(entry);
        }
        *self = anew;
        true
    }

    /// The value of the attribute with this name.
    pub fn get(&self, name: &str) -> Option<&str> {
        let at = self.entries.binary_search_by(|entry| self.name(entry).cmp(name)).ok()?;
        Some(self.value(&self.entries[at]))
    }

    /// Names and values, ordered by name.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = (&str, &str)> {
        self.entries.iter().map(|entry| (self.name(entry), self.value(entry)))
    }

    /// How many attributes there are.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// The bytes of all names and values together: what [`Self::MAX_SIZE`] limits.
    pub fn size(&self) -> usize {
        self.text.len()
    }

    fn append(&mut self, name: &str, value: &str) -> Entry {
        let mut push = |part: &str| {
            let start = self.text.len();
            self.text.push_str(part);
            // At most MAX_SIZE, which fits.
            let small = |offset: usize| u16::try_from(offset).unwrap_or(u16::MAX);
            small(start)..small(self.text.len())
        };
        Entry { name: push(name), value: push(value) }
    }

    fn name(&self, entry: &Entry) -> &str {
        &self.text[usize::from(entry.name.start)..usize::from(entry.name.end)]
    }

    fn value(&self, entry: &Entry) -> &str {
        &self.text[usize::from(entry.value.start)..usize::from(entry.value.end)]
    }
}

impl PartialEq for Attributes {
    fn eq(&self, other: &Self) -> bool {
        self.iter().eq(other.iter())
    }
}

impl Eq for Attributes {}

impl fmt::Debug for Attributes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self.iter()).finish()
    }
}

impl Serialize for Attributes {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.iter())
    }
}

impl<'de> Deserialize<'de> for Attributes {
    /// An object of strings; a repeated name and more than [`Self::MAX_SIZE`] bytes are errors.
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct AttributesVisitor;

        impl<'de> Visitor<'de> for AttributesVisitor {
            type Value = Attributes;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object whose values are strings")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Attributes, A::Error> {
                let mut attributes = Attributes::new();
                while let Some((name, value)) = map.next_entry::<Text<'de>, Text<'de>>()? {
                    if attributes.get(&name.0).is_some() {
                        return Err(de::Error::custom(format_args!(
                            "the attribute `{}` appears twice",
                            name.0
                        )));
                    }
                    attributes.insert(&name.0, &value.0).map_err(de::Error::custom)?;
                }
                Ok(attributes)
            }
        }

        deserializer.deserialize_map(AttributesVisitor)
    }
}

/// A string, borrowed where the input allows it.
#[derive(serde::Deserialize)]
struct Text<'a>(#[serde(borrow)] std::borrow::Cow<'a, str>);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn inserts_in_order_and_replaces() {
        let mut attributes = Attributes::try_from_iter([("b", "2"), ("a", "1"), ("c", "")]).unwrap();
        attributes.insert("b", "two").unwrap();
        assert_eq!(attributes.iter().collect::<Vec<_>>(), [("a", "1"), ("b", "two"), ("c", "")]);
        assert_eq!((attributes.len(), attributes.size()), (3, 7));
        assert_eq!((attributes.get("c"), attributes.get("d")), (Some(""), None));
        assert_eq!(format!("{attributes:?}"), r#"{"a": "1", "b": "two", "c": ""}"#);
    }

    #[test]
    fn the_limit_is_1024_bytes_together() {
        let mut attributes = Attributes::try_from_iter([("é", "x".repeat(1022))]).unwrap();
        assert_eq!(attributes.size(), 1024);
        let error = attributes.insert("y", "").unwrap_err();
        assert_eq!(error, ClaimError::AttributesTooLarge { actual: 1025, limit: 1024 });
        assert_eq!(attributes.len(), 1);
        attributes.insert("é", "short").unwrap();
        attributes.insert("y", "").unwrap();
        let error = Attributes::try_from_iter([("a", "x".repeat(1024)), ("b", "y".repeat(10))]).unwrap_err();
        assert_eq!(error, ClaimError::AttributesTooLarge { actual: 1036, limit: 1024 });
    }

    #[test]
    fn equal_whatever_the_order() {
        let one = Attributes::try_from_iter([("a", "1"), ("b", "2")]).unwrap();
        let other = Attributes::try_from_iter([("b", "2"), ("a", "1")]).unwrap();
        assert_eq!(one, other);
    }

    #[test]
    fn json() {
        let attributes: Attributes = serde_json::from_str(r#"{"b":"\u00e9","a":"1"}"#).unwrap();
        assert_eq!(serde_json::to_string(&attributes).unwrap(), r#"{"a":"1","b":"é"}"#);
        for bad in [r#"{"a":"1","\u0061":"2"}"#, r#"{"a":1}"#, "[]", r#"{"a":null}"#] {
            assert!(serde_json::from_str::<Attributes>(bad).is_err(), "{bad}");
        }
    }
}
