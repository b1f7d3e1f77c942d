use thiserror::Error;

use super::ArnError;

/// Input that is not a stage.
#[derive(Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum StageError {
    /// An endpoint is not a URL of its kind.
    #[error("the stage's {name} endpoint: {source}")]
    Endpoint {
        /// `whip` or `events`.
        name: &'static str,
        /// What is wrong with it.
        source: EndpointError,
    },
    /// The ARN is not that of a stage.
    #[error("the stage's ARN: {0}")]
    Arn(#[source] ArnError),
    /// Not JSON, or JSON of the wrong types. Holds the parser's own words.
    #[error("this is not the JSON that GetStage or CreateStage returns: {0}")]
    Json(String),
    /// A stage, but not as JSON.
    #[error("this is a stage in YAML or as text: have the AWS command print JSON, with `--output json`")]
    OtherOutput,
    /// A list of stages, which has no endpoints.
    #[error("this is what ListStages returns, which has no endpoints: ask for one stage with GetStage")]
    List,
    /// A member is missing.
    #[error("the stage has no `{name}`: give everything that GetStage or CreateStage returns")]
    Missing {
        /// Where it should be, such as `endpoints.whip`.
        name: &'static str,
    },
}

impl StageError {
    /// The stable name of this error.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Endpoint { source, .. } => source.code(),
            Self::Arn(source) => source.code(),
            Self::Json(_) | Self::OtherOutput | Self::List | Self::Missing { .. } => "INVALID_STAGE",
        }
    }
}

/// Text that is not an endpoint of a stage.
#[derive(Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum EndpointError {
    /// There is no text.
    #[error("the URL is empty: give the {expected} URL that GetStage returns")]
    Empty {
        /// The scheme wanted.
        expected: &'static str,
    },
    /// More than 2 048 bytes.
    #[error("the URL has {actual} bytes: an endpoint has at most {limit}")]
    TooLong {
        /// Bytes given.
        actual: usize,
        /// Bytes allowed.
        limit: usize,
    },
    /// White space stands in it or around it: most often a line break at the end.
    #[error("there is white space or a line break in or around the URL: remove it")]
    WhiteSpace,
    /// Not a URL as RFC 3986 describes it.
    #[error("this is not a URL: it must begin with {expected}:// and may hold no spaces or accents")]
    NotAUrl {
        /// The scheme wanted.
        expected: &'static str,
    },
    /// Another scheme.
    #[error("the URL begins with {found}:, but must begin with {expected}://")]
    Scheme {
        /// The scheme wanted.
        expected: &'static str,
        /// The scheme found.
        found: String,
    },
    /// A scheme without encryption to another machine: `http:` and `ws:` are for servers on this one.
    #[error(
        "the URL begins with {found}:, which is only for a server on this machine (localhost, 127.0.0.0/8 or [::1]): \
         elsewhere it must begin with {expected}://"
    )]
    NotLoopback {
        /// The scheme wanted.
        expected: &'static str,
        /// The scheme found.
        found: String,
    },
    /// No host.
    #[error("the URL names no host")]
    NoHost,
    /// A user name or password before the host.
    #[error("the URL holds a user name before the host: remove it")]
    UserInfo,
    /// A `#`.
    #[error("the URL has a fragment: remove the `#` and everything after it")]
    Fragment,
    /// A `?`, to which nothing can be appended.
    #[error("the URL has a query: remove the `?` and everything after it")]
    Query,
    /// A path, to which the client would append its own.
    #[error(
        "the URL has a path: give it as GetStage answers it, which ends with the host, since the client appends to it"
    )]
    Path,
}

impl EndpointError {
    /// The stable name of this error, the same for each way an endpoint can be wrong.
    pub fn code(&self) -> &'static str {
        "INVALID_ENDPOINT"
    }
}

crate::value::error::debug::as_coded_words!(StageError, EndpointError);
