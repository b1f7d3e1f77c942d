use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use super::{PublicKey, State};
use crate::error::KeyRingError;
use crate::value::arn::{KeyArn, PublicKeyArn};

/// A request for one page of keys, as `ListPublicKeys` takes it: how many keys at most, and after which page.
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use]
pub struct ListKeys {
    max_results: usize,
    next_token: Option<String>,
}

impl ListKeys {
    /// The maximum number of keys on a page.
    pub const MAX_RESULTS: usize = 50;

    /// The first page, of [`Self::MAX_RESULTS`] keys.
    pub const fn new() -> Self {
        Self { max_results: Self::MAX_RESULTS, next_token: None }
    }

    /// Sets the number of keys on a page, from 1 to [`Self::MAX_RESULTS`].
    pub fn max_results(self, max_results: usize) -> Self {
        Self { max_results, ..self }
    }

    /// Asks for the page after the one whose [`KeyPage::next_token`] this is.
    pub fn next_token(self, next_token: impl Into<String>) -> Self {
        Self { next_token: Some(next_token.into()), ..self }
    }

    pub(super) fn page<A: KeyArn>(&self, keys: &State<A>) -> Result<KeyPage<A>, KeyRingError> {
        if !(1..=Self::MAX_RESULTS).contains(&self.max_results) {
            let (actual, limit) = (self.max_results, Self::MAX_RESULTS);
            return Err(KeyRingError::MaxResults { actual, limit });
        }
        let after: Option<A> = self.next_token.as_deref().map(read_token).transpose()?;
        let mut rest = keys.after(after.as_ref());
        let keys: Vec<_> = rest.by_ref().take(self.max_results).map(|key| Arc::clone(key.public())).collect();
        let next_token = keys.last().filter(|_| rest.next().is_some()).map(|last| write_token(last.arn()));
        Ok(KeyPage { keys, next_token })
    }
}

/// One page of a ring's keys, ordered by ARN.
///
/// Serialises to what `ListPublicKeys` prints: `{"publicKeys": [{"arn", "name", "tags"}], "nextToken"}`, the last member only
/// when there are more.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyPage<A = PublicKeyArn> {
    keys: Vec<Arc<PublicKey<A>>>,
    next_token: Option<String>,
}

impl<A> KeyPage<A> {
    /// The keys.
    pub fn keys(&self) -> &[Arc<PublicKey<A>>] {
        &self.keys
    }

    /// The token that asks for the next page, if there are more keys: at most 172 characters of `[A-Za-z0-9_-]`.
    ///
    /// It stays valid when keys are added or deleted. A key that is there all the time occurs on exactly one page.
    pub fn next_token(&self) -> Option<&str> {
        self.next_token.as_deref()
    }
}

impl Default for ListKeys {
    fn default() -> Self {
        Self::new()
    }
}

/// Where the next page begins: after this ARN, which may be gone by then.
fn write_token(last: &impl KeyArn) -> String {
    URL_SAFE_NO_PAD.encode(format!("{AFTER}{last}"))
}

fn read_token<A: KeyArn>(token: &str) -> Result<A, KeyRingError> {
    let bytes = URL_SAFE_NO_PAD.decode(token).map_err(|_| KeyRingError::NextToken)?;
    let text = std::str::from_utf8(&bytes).map_err(|_| KeyRingError::NextToken)?;
    let last = text.strip_prefix(AFTER).ok_or(KeyRingError::NextToken)?;
    A::try_from(last).map_err(|_| KeyRingError::NextToken)
}

/// Tells our tokens from the base64 of anything else.
const AFTER: &str = ">";
