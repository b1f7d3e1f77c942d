use crate::error::ClaimError;
use crate::value::duration::ConnectionDuration;
use crate::value::id::TokenId;
use crate::value::version::Version;

/// A connection token about to be minted: it lets a client share one network connection among many stages. It does not
/// replace the participant token that each stage needs.
///
/// Account and region are those of the key's ARN. Each value is checked when it is given; what breaks a limit is
/// remembered, and minting reports the first of them.
///
/// ```
/// # use std::time::Duration;
/// # use ivs_token::{SigningKey, Verifier};
/// # let arn: ivs_token::PublicKeyArn = "arn:aws:ivs:us-west-2:123456789012:public-key/y".parse()?;
/// # let key = SigningKey::generate()?.with_id(arn.clone());
/// use ivs_token::Connection;
///
/// let token = Connection::new().duration(Duration::from_secs(7 * 24 * 60 * 60)).mint(&key)?;
/// assert_eq!(token.region(), "us-west-2");
///
/// let verifier = Verifier::builder().key(arn, key.verifying_key().clone()).build()?;
/// let verified = verifier.verify_connection(token.as_str())?;
/// assert_eq!(verified.token_id(), token.token_id());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, Default)]
#[must_use = "a connection does nothing until it is minted"]
pub struct Connection {
    pub(crate) id: Option<TokenId>,
    pub(crate) duration: ConnectionDuration,
    pub(crate) version: Version,
    /// The first value that broke a limit.
    pub(crate) error: Option<ClaimError>,
}

impl Connection {
    /// Begins a connection token: 12 hours, a fresh random ID, until told otherwise.
    pub fn new() -> Self {
        Self::default()
    }

    /// The token's ID, `jti`: 1 to 64 of `[A-Za-z0-9_-]`; a fresh random one unless given. Every token needs its own.
    pub fn token_id<T: TryInto<TokenId, Error: Into<ClaimError>>>(self, id: T) -> Self {
        match id.try_into() {
            Ok(id) => Self { id: Some(id), ..self },
            Err(error) => self.broken(error.into()),
        }
    }

    /// How long the token lasts from the moment it is minted: 1 second to 4 weeks, 12 hours unless given.
    ///
    /// Takes a [`std::time::Duration`] too; fractions of a second are dropped.
    pub fn duration<T: TryInto<ConnectionDuration, Error: Into<ClaimError>>>(self, duration: T) -> Self {
        match duration.try_into() {
            Ok(duration) => Self { duration, ..self },
            Err(error) => self.broken(error.into()),
        }
    }

    /// The version of the token's form; `1.0` unless given.
    pub fn version(self, version: Version) -> Self {
        Self { version, ..self }
    }

    /// Whether every value given so far keeps its limit: what minting would report, without minting.
    ///
    /// # Errors
    ///
    /// The first value that does not.
    pub fn check(&self) -> Result<(), ClaimError> {
        self.error.clone().map_or(Ok(()), Err)
    }

    fn broken(mut self, error: ClaimError) -> Self {
        self.error.get_or_insert(error);
        self
    }
}
