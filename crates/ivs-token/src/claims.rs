//! What makes a kind of token: its claims and their rules. Minting, verifying and inspecting are the same for all.

use serde::Serialize;

use crate::arn::PublicKeyArn;
use crate::claim_set::ClaimSet;
use crate::error::ClaimsError;
use crate::timestamp::Timestamp;

/// The claims of one kind of token. `Serialize` writes its payload.
pub(crate) trait Claims: Serialize + Sized {
    /// Each rule that needs nothing but the claims, for those who want to know about all of them and not only the first
    /// that is broken. [`Self::read`] checks the same.
    const RULES: &'static [Rule];

    /// Reads the claims and checks every rule that needs nothing but the claims.
    fn read(set: &ClaimSet<'_>) -> Result<Self, ClaimsError>;

    /// Checks that IVS would take a key of this ARN for such claims.
    fn check_key(&self, kid: &PublicKeyArn) -> Result<(), ClaimsError>;

    /// When the token was issued.
    fn issued_at(&self) -> Timestamp;

    /// The first second at which the token is no longer good.
    fn expires_at(&self) -> Timestamp;
}

/// A rule in words, and the check of it.
pub(crate) type Rule = (&'static str, fn(&ClaimSet<'_>) -> Result<(), ClaimsError>);
