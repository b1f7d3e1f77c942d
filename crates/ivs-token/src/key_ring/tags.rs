use std::collections::BTreeMap;
use std::fmt;
use std::ops::Deref;

use serde::{Serialize, Serializer};

use crate::error::TagError;
use crate::value::printable::shorten;

/// The tags of a public key: keys and values of your own, ordered by key.
///
/// At most 50; a key has 1 to 128 characters, a value 0 to 256 (`Tags`, `TagKey` and `TagValue` of the `ivs-realtime`
/// service model; characters are Unicode scalar values). Keys that begin with `aws:`, in upper or lower case, belong to
/// AWS. They come with a key that is loaded from the API's JSON. They do not count, and cannot be set or removed.
///
/// ```
/// let tags = ivs_token::Tags::try_from_iter([("team", "live"), ("env", "prod")])?;
/// assert_eq!(tags.get("env"), Some("prod"));
/// # Ok::<(), ivs_token::TagError>(())
/// ```
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Tags(BTreeMap<String, String>);

impl Tags {
    /// The maximum number of tags on a public key.
    pub const MAX: usize = 50;
    /// The maximum number of characters in the key of a tag.
    pub const MAX_KEY_CHARS: usize = 128;
    /// The maximum number of characters in the value of a tag.
    pub const MAX_VALUE_CHARS: usize = 256;

    /// No tags.
    pub const fn new() -> Self {
        Self(BTreeMap::new())
    }

    /// Collects keys and values. If a key comes twice, the last value counts.
    ///
    /// # Errors
    ///
    /// [`TagError`]: the first tag that is not allowed.
    pub fn try_from_iter<K: AsRef<str>, V: AsRef<str>>(
        pairs: impl IntoIterator<Item = (K, V)>,
    ) -> Result<Self, TagError> {
        let mut tags = Self::new();
        for (key, value) in pairs {
            tags.insert(key.as_ref(), value.as_ref())?;
        }
        Ok(tags)
    }

    /// Adds a tag, or replaces the value of the one with this key.
    ///
    /// # Errors
    ///
    /// [`TagError`] if the key or the value is not allowed, or there would be more than [`Self::MAX`] tags. Nothing has
    /// changed then.
    pub fn insert(&mut self, key: &str, value: &str) -> Result<(), TagError> {
        check_own(key)?;
        self.insert_any(key, value)
    }

    /// Removes a tag, if there is one with this key.
    ///
    /// # Errors
    ///
    /// [`TagError::Reserved`] if the key belongs to AWS.
    pub fn remove(&mut self, key: &str) -> Result<(), TagError> {
        check_own(key)?;
        self.0.remove(key);
        Ok(())
    }

    /// The value of the tag with this key.
    pub fn get(&self, key: &str) -> Option<&str> {
        self.0.get(key).map(String::as_str)
    }

    /// Keys and values, ordered by key.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = (&str, &str)> {
        self.0.iter().map(|(key, value)| (key.as_str(), value.as_str()))
    }

    /// How many tags there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Adds a tag that AWS may have set.
    pub(super) fn insert_any(&mut self, key: &str, value: &str) -> Result<(), TagError> {
        match key.chars().count() {
            0 => return Err(TagError::KeyEmpty),
            actual if actual > Self::MAX_KEY_CHARS => {
                return Err(TagError::KeyTooLong { actual, limit: Self::MAX_KEY_CHARS });
            }
            _ => {}
        }
        let actual = value.chars().count();
        if actual > Self::MAX_VALUE_CHARS {
            let key = shorten(key).into_owned();
            return Err(TagError::ValueTooLong { key, actual, limit: Self::MAX_VALUE_CHARS });
        }
        // Those of AWS are not counted for each of themselves: of them there can be as many as a text of 4 MiB has room for.
        if !is_reserved(key) && !self.0.contains_key(key) && self.own() >= Self::MAX {
            return Err(TagError::TooMany { limit: Self::MAX });
        }
        self.0.insert(key.to_owned(), value.to_owned());
        Ok(())
    }

    /// How many there are that AWS did not set.
    fn own(&self) -> usize {
        self.0.keys().filter(|key| !is_reserved(key)).count()
    }
}

/// The tags of one key as `ListTagsForResource` answers them: serialises to `{"tags": {..}}`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ResourceTags {
    tags: Tags,
}

impl ResourceTags {
    pub(super) fn new(tags: Tags) -> Self {
        Self { tags }
    }
}

impl Deref for ResourceTags {
    type Target = Tags;

    fn deref(&self) -> &Tags {
        &self.tags
    }
}

/// Whether AWS alone sets and removes tags of this key.
fn is_reserved(key: &str) -> bool {
    key.get(..4).is_some_and(|start| start.eq_ignore_ascii_case("aws:"))
}

fn check_own(key: &str) -> Result<(), TagError> {
    if is_reserved(key) { Err(TagError::Reserved { key: shorten(key).into_owned() }) } else { Ok(()) }
}

impl fmt::Debug for Tags {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self.iter()).finish()
    }
}

impl Serialize for Tags {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.iter())
    }
}
