use thiserror::Error;

/// The operating system gave no random bytes.
#[derive(Clone, Copy, PartialEq, Eq, Error)]
#[error("the operating system gave no random bytes, and no ID can be made without them")]
#[non_exhaustive]
pub struct RandomnessError;

crate::value::error::debug::as_words!(RandomnessError);
