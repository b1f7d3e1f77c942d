use thiserror::Error;

/// Text that is not a valid ARN of the wanted kind.
#[derive(Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum ArnError {
    /// There is no text.
    #[error("the ARN is empty: give one like {}", example(.expected))]
    Empty {
        /// The resource type wanted, such as `stage`.
        expected: &'static str,
    },
    /// There is white space in it or around it, most often the line break that `echo` writes.
    #[error("there is white space or a line break {} the ARN: remove it", if *.is_around { "around" } else { "in" })]
    WhiteSpace {
        /// Whether trimming would remove all of it.
        is_around: bool,
    },
    /// More than 128 bytes.
    #[error("the ARN has {actual} bytes: an ARN has at most {limit}")]
    TooLong {
        /// Bytes given.
        actual: usize,
        /// Bytes allowed.
        limit: usize,
    },
    /// It does not begin with `arn:aws:ivs:`.
    #[error("this is not an ARN of Amazon IVS: it must look like {}, with nothing before or after it", example(.expected))]
    NotIvs {
        /// The resource type wanted.
        expected: &'static str,
    },
    /// Region, account or resource is missing.
    #[error("the ARN ends too early: it must look like {}", example(.expected))]
    TooFewParts {
        /// The resource type wanted.
        expected: &'static str,
    },
    /// The region is empty or has a character that is not allowed.
    #[error("the region in the ARN may only hold a-z, 0-9 and `-`, as in us-west-2")]
    Region,
    /// The account is empty or not only digits.
    #[error("the account in the ARN may only hold digits, as in 123456789012")]
    Account,
    /// The ARN of another kind of resource.
    #[error("this is the ARN of a {found:?}, but the ARN of a {expected:?} is expected")]
    ResourceType {
        /// The resource type wanted.
        expected: &'static str,
        /// The resource type found, its first 40 characters.
        found: String,
    },
    /// The ID after the `/` is empty or has a character that is not allowed.
    #[error("the {expected} ID, after the `/` in the ARN, must be one or more of A-Z, a-z, 0-9 and `-`")]
    ResourceId {
        /// The resource type wanted.
        expected: &'static str,
    },
}

impl ArnError {
    /// The stable name of this error, the same for each way an ARN can be wrong.
    pub fn code(&self) -> &'static str {
        "INVALID_ARN"
    }
}

fn example(resource_type: &str) -> String {
    format!("arn:aws:ivs:us-west-2:123456789012:{resource_type}/abcdABCDefgh")
}

crate::value::error::debug::as_coded_words!(ArnError);
