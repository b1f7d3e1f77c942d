use thiserror::Error;

/// Two tokens that IVS does not exchange for each other.
#[derive(Clone, PartialEq, Eq, Error)]
#[error(
    "the tokens differ in {}, which must be the same in an exchange: mint the new token by exchanging the old one",
    .claims.iter().map(|claim| format!("`{claim}`")).collect::<Vec<_>>().join(", ")
)]
#[non_exhaustive]
pub struct ExchangeError {
    /// The names of all claims that differ but must not.
    pub claims: Vec<&'static str>,
}

impl ExchangeError {
    /// The stable name of this error.
    pub fn code(&self) -> &'static str {
        "INVALID_EXCHANGE"
    }
}

crate::value::error::debug::as_coded_words!(ExchangeError);
