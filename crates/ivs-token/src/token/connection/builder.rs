use std::borrow::Cow;

use crate::error::ClaimError;
use crate::value::duration::ConnectionDuration;
use crate::value::endpoint::local_events_url;
use crate::value::id::TokenId;
use crate::value::stage::Stage;
use crate::value::version::Version;

/// A connection token about to be minted. It lets a client share one network connection among many stages. It does not
/// replace the participant token that each stage needs.
///
/// Account and region are those of the key's ARN. Each value is checked when it is given. If values break a limit,
/// minting reports the first of them.
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
    /// None is that of the service.
    pub(crate) events_url: Option<Cow<'static, str>>,
    /// The first value that broke a limit.
    pub(crate) error: Option<ClaimError>,
}

impl Connection {
    /// Begins a connection token. By default it lasts 12 hours and has a fresh random ID.
    pub fn new() -> Self {
        Self::default()
    }

    /// The token's ID, `jti`: 1 to 64 of `[A-Za-z0-9_-]`; by default a fresh random one. Every token needs its own.
    pub fn token_id<T: TryInto<TokenId, Error: Into<ClaimError>>>(self, id: T) -> Self {
        match id.try_into() {
            Ok(id) => Self { id: Some(id), ..self },
            Err(error) => self.broken(error.into()),
        }
    }

    /// How long the token lasts from the moment it is minted: 1 second to 4 weeks, 12 hours by default.
    ///
    /// Takes a [`std::time::Duration`] too; fractions of a second are dropped.
    pub fn duration<T: TryInto<ConnectionDuration, Error: Into<ClaimError>>>(self, duration: T) -> Self {
        match duration.try_into() {
            Ok(duration) => Self { duration, ..self },
            Err(error) => self.broken(error.into()),
        }
    }

    /// The version of the token's form; `1.0` by default.
    pub fn version(self, version: Version) -> Self {
        Self { version, ..self }
    }

    /// Connects to the server of this stage if it is on this machine: `events_url` becomes that of the stage. Otherwise
    /// the connection goes to the service, and `events_url` is [`DEFAULT_EVENTS_URL`](crate::DEFAULT_EVENTS_URL).
    ///
    /// ```
    /// # let key = ivs_token::SigningKey::generate()?.with_id("arn:aws:ivs:us-west-2:123456789012:public-key/y".parse()?);
    /// use ivs_token::{Connection, Stage};
    ///
    /// let arn = "arn:aws:ivs:us-west-2:123456789012:stage/x".parse()?;
    /// let stage = Stage::with_endpoints(arn, "http://localhost:8788", "ws://localhost:8788")?;
    /// let token = Connection::new().server_of(&stage).mint(&key)?;
    /// assert_eq!(token.events_url(), "ws://localhost:8788");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn server_of(self, stage: &Stage) -> Self {
        Self { events_url: local_events_url(stage.events_url()), ..self }
    }

    /// Checks every value given so far, as minting does, but without minting.
    ///
    /// # Errors
    ///
    /// The first value that breaks a limit.
    pub fn check(&self) -> Result<(), ClaimError> {
        self.error.clone().map_or(Ok(()), Err)
    }

    fn broken(mut self, error: ClaimError) -> Self {
        self.error.get_or_insert(error);
        self
    }
}
