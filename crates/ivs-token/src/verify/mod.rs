//! From a text to claims that can be believed: one file a step.
//!
//! Nothing of the payload is parsed before the signature holds.

mod builder;
mod expectations;
mod header;
mod keys;
mod time;
mod verified;

use std::fmt;
use std::sync::Arc;

pub use builder::VerifierBuilder;
pub use expectations::Expectations;
pub use verified::{Verified, VerifiedToken};

use crate::claim_set::ClaimSet;
use crate::claims::Claims;
use crate::connection::ConnectionClaims;
use crate::error::VerifyError;
use crate::jws::Compact;
use crate::timestamp::Clock;
use keys::{HeldKey, Keys};

pub(crate) use header::Header;
pub(crate) use time::Leeway;

/// A claim that IVS does not use, and that is heeded all the same when a token carries it (RFC 7519, section 4.1.5).
pub(crate) const NBF: &str = "nbf";

/// Decides whether a token is good. Made once, shared across threads, used for every token.
///
/// ```
/// # use ivs_token::{SigningKey, Stage};
/// # let stage = Stage::new("arn:aws:ivs:us-west-2:123456789012:stage/x".parse()?, "https://whip.example")?;
/// # let arn: ivs_token::PublicKeyArn = "arn:aws:ivs:us-west-2:123456789012:public-key/y".parse()?;
/// # let key = SigningKey::generate()?.with_id(arn.clone());
/// # let token = stage.participant().user_id("ana").mint(&key)?;
/// # let public_key = key.verifying_key().clone();
/// use ivs_token::Verifier;
///
/// let verifier = Verifier::builder().key(arn, public_key).stage(stage.arn()).build()?;
/// let who = verifier.verify(token.as_str())?;
/// assert_eq!(who.user_id(), Some("ana"));
///
/// let error = verifier.verify("nonsense").unwrap_err();
/// assert_eq!(error.code(), "TOKEN_INVALID");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone)]
pub struct Verifier {
    keys: Keys,
    expectations: Expectations,
    leeway: Leeway,
    clock: Arc<dyn Clock>,
}

impl Verifier {
    /// Begins a verifier.
    pub fn builder() -> VerifierBuilder {
        VerifierBuilder::default()
    }

    /// Verifies a token, and that it is what the builder was told to expect.
    ///
    /// # Errors
    ///
    /// [`VerifyError`]: the first check that failed.
    pub fn verify(&self, token: &str) -> Result<VerifiedToken, VerifyError> {
        let verified = self.verify_kind(token)?;
        self.expectations.check(&verified)?;
        Ok(verified)
    }

    /// Verifies a token, that it is what the builder was told to expect, and that it is what is expected here: for a
    /// gateway that serves many stages with one verifier.
    ///
    /// # Errors
    ///
    /// As [`Self::verify`].
    pub fn verify_expecting(
        &self,
        token: &str,
        expectations: &Expectations,
    ) -> Result<VerifiedToken, VerifyError> {
        let verified = self.verify(token)?;
        expectations.check(&verified)?;
        Ok(verified)
    }

    /// Verifies a connection token. What the builder was told to expect is about participants, and is not asked here.
    ///
    /// # Errors
    ///
    /// [`VerifyError`]: the first check that failed.
    pub fn verify_connection(&self, token: &str) -> Result<Verified<ConnectionClaims>, VerifyError> {
        self.verify_kind(token)
    }

    /// The one way from a text to claims of any kind.
    fn verify_kind<C: Claims>(&self, token: &str) -> Result<Verified<C>, VerifyError> {
        if token.is_empty() {
            return Err(VerifyError::Missing);
        }
        let compact = Compact::parse(token).map_err(|error| {
            let header = token.split('.').next().unwrap_or_default();
            if error.is_of_signature() && Header::is_of_api(header) {
                VerifyError::IssuedByApi
            } else {
                error.into()
            }
        })?;
        let key = self.key(compact.header)?;
        key.key
            .verify(compact.signed.as_bytes(), compact.signature.whole()?)
            .map_err(|_| VerifyError::Signature)?;
        let set = ClaimSet::parse(&compact.payload)?;
        let claims = C::read(&set)?;
        claims.check_key(&key.arn)?;
        let not_before = set.optional_time(NBF)?;
        self.leeway.check(claims.issued_at(), not_before, claims.expires_at(), self.clock.now())?;
        Ok(Verified::new(claims, key.arn.clone()))
    }

    fn key(&self, header: &str) -> Result<&HeldKey, VerifyError> {
        if let Some(key) = self.keys.by_header(header) {
            return Ok(key);
        }
        let kid = Header::parse(header)?.kid()?;
        self.keys.by_arn(&kid).ok_or(VerifyError::UnknownKey { kid })
    }
}

impl fmt::Debug for Verifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Verifier")
            .field("keys", &self.keys)
            .field("expectations", &self.expectations)
            .field("leeway", &self.leeway)
            .finish_non_exhaustive()
    }
}
