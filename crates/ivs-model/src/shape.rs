use std::sync::OnceLock;

use regex::Regex;

/// The place of a shape in its service.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ShapeId(pub(crate) usize);

/// What a value has to be.
#[derive(Debug)]
pub struct Shape {
    pub(crate) name: String,
    pub(crate) kind: Type,
    pub(crate) min: Option<f64>,
    pub(crate) max: Option<f64>,
    pub(crate) pattern: Option<Pattern>,
    pub(crate) values: Vec<String>,
    pub(crate) is_sensitive: bool,
}

/// The type of a value.
#[derive(Debug)]
#[non_exhaustive]
pub enum Type {
    /// A JSON object with these members.
    Structure(Vec<Member>),
    /// A JSON array.
    List(ShapeId),
    /// A JSON object from strings to values.
    Map(ShapeId, ShapeId),
    /// Text.
    String,
    /// A whole number of 32 bits.
    Integer,
    /// A whole number of 64 bits.
    Long,
    /// A number.
    Float,
    /// True or false.
    Boolean,
    /// A moment, as text (RFC 3339).
    Timestamp,
}

/// A member of a structure.
#[derive(Debug)]
pub struct Member {
    pub(crate) name: String,
    pub(crate) shape: ShapeId,
    pub(crate) is_required: bool,
    pub(crate) location: Location,
}

/// Where a member travels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Location {
    /// In the JSON body.
    Body,
    /// In the path.
    Uri,
    /// In the query.
    Query,
    /// In a header.
    Header,
}

impl Shape {
    /// The name in the model.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The type.
    pub fn kind(&self) -> &Type {
        &self.kind
    }

    /// The smallest value, or the fewest characters or entries.
    pub fn min(&self) -> Option<f64> {
        self.min
    }

    /// The largest value, or the most characters or entries.
    pub fn max(&self) -> Option<f64> {
        self.max
    }

    /// The pattern that the whole text has to match.
    pub fn pattern(&self) -> Option<&str> {
        self.pattern.as_ref().map(|pattern| pattern.text.as_str())
    }

    /// The values allowed; any, if there are none.
    pub fn values(&self) -> &[String] {
        &self.values
    }
}

impl Member {
    /// The name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The shape of its value.
    pub fn shape(&self) -> ShapeId {
        self.shape
    }

    /// Whether it must be there.
    pub fn is_required(&self) -> bool {
        self.is_required
    }

    /// Where it travels.
    pub fn location(&self) -> Location {
        self.location
    }
}

/// A pattern, compiled at its first use: no run needs them all.
#[derive(Debug)]
pub(crate) struct Pattern {
    pub(crate) text: String,
    regex: OnceLock<Option<Regex>>,
}

impl Pattern {
    pub(crate) fn new(text: String) -> Self {
        Self { text, regex: OnceLock::new() }
    }

    /// Whether the whole text matches. A test compiles every pattern, so that none is without its expression.
    pub(crate) fn matches(&self, text: &str) -> bool {
        self.regex().is_some_and(|regex| regex.is_match(text))
    }

    pub(crate) fn regex(&self) -> Option<&Regex> {
        self.regex.get_or_init(|| Regex::new(&format!(r"\A(?:{})\z", self.text)).ok()).as_ref()
    }
}
