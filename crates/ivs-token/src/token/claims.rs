//! What makes a kind of token: its claims and their rules. Minting, verifying and inspecting are the same for all.

use std::time::Duration;

use serde::Serialize;

use crate::error::ClaimsError;
use crate::value::arn::KeyArn;
use crate::value::timestamp::Timestamp;
use crate::value::token_kind::TokenKind;
use crate::wire::claim_set::ClaimSet;

/// The claims of one kind of token. `Serialize` writes its payload.
pub(crate) trait Claims: Serialize + Clone {
    /// How the keys are named that sign such tokens.
    type KeyArn: KeyArn;

    /// What such a token is called.
    const KIND: TokenKind;

    /// Whether the header has to name the key.
    const KID_REQUIRED: bool;

    /// Each rule that needs nothing but the claims, for those who want to know about all of them and not only the first
    /// that is broken. [`Self::read`] checks the same.
    const RULES: &'static [Rule];

    /// Reads the claims and checks every rule that needs nothing but the claims.
    fn read(set: &ClaimSet<'_>) -> Result<Self, ClaimsError>;

    /// Checks that IVS would take a key of this ARN for such claims.
    fn check_key(&self, arn: &Self::KeyArn) -> Result<(), ClaimsError>;

    /// When the token was issued, if it says so.
    fn issued_at(&self) -> Option<Timestamp>;

    /// The first second at which the token is no longer good.
    fn expires_at(&self) -> Timestamp;

    /// How far ahead of any moment at which the token is used `expires_at` may lie, if there is such a limit.
    fn max_ahead(&self) -> Option<Duration> {
        None
    }
}

/// A rule in words, and the check of it.
pub(crate) type Rule = (&'static str, fn(&ClaimSet<'_>) -> Result<(), ClaimsError>);
