use std::borrow::Cow;

use serde::Serialize;
use serde::ser::SerializeStruct;

use crate::error::ClaimsError;
use crate::token::claims::{Claims, Rule};
use crate::value::arn::PublicKeyArn;
use crate::value::duration::ConnectionDuration;
use crate::value::endpoint::{DEFAULT_EVENTS_URL, local_events_url};
use crate::value::id::TokenId;
use crate::value::printable::shorten;
use crate::value::timestamp::Timestamp;
use crate::value::token_kind::TokenKind;
use crate::value::version::Version;
use crate::wire::claim_set::ClaimSet;

/// The claims of a connection token, each within its limits.
///
/// It names no stage and grants nothing on one: participant tokens do that.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConnectionClaims {
    pub(crate) token_id: TokenId,
    pub(crate) account_id: String,
    pub(crate) region: String,
    pub(crate) events_url: Cow<'static, str>,
    pub(crate) issued_at: Timestamp,
    pub(crate) expires_at: Timestamp,
    pub(crate) version: Version,
}

impl ConnectionClaims {
    /// The token's ID, `jti`: `RevokeConnectionToken` takes it as `tokenId`.
    pub fn token_id(&self) -> &TokenId {
        &self.token_id
    }

    /// The account of the key that signed it: 12 digits.
    pub fn account_id(&self) -> &str {
        &self.account_id
    }

    /// The home region of the key that signed it.
    pub fn region(&self) -> &str {
        &self.region
    }

    /// Where the client connects to: the service, or a server on this machine.
    pub fn events_url(&self) -> &str {
        &self.events_url
    }

    /// When the token was issued, `iat`.
    pub fn issued_at(&self) -> Timestamp {
        self.issued_at
    }

    /// The first second at which the token is no longer good, `exp`.
    pub fn expires_at(&self) -> Timestamp {
        self.expires_at
    }

    /// The version of the token's form.
    pub fn version(&self) -> Version {
        self.version
    }
}

const MAX_SECS: u32 = ConnectionDuration::MAX.as_secs();

const EXP: &str = "exp";
const IAT: &str = "iat";
const JTI: &str = "jti";
const ACCOUNT_ID: &str = "account_id";
const REGION: &str = "region";
const EVENTS_URL: &str = "events_url";
const VERSION: &str = "version";

/// The claims that IVS knows in such a token.
pub(crate) const CONNECTION_CLAIMS: &[&str] = &[EXP, IAT, JTI, ACCOUNT_ID, REGION, EVENTS_URL, VERSION];

impl Claims for ConnectionClaims {
    type KeyArn = PublicKeyArn;

    const KIND: TokenKind = TokenKind::Connection;

    const KID_REQUIRED: bool = true;

    const RULES: &'static [Rule] = &[
        ("`exp` is a time in whole seconds", |set| set.time(EXP).map(drop)),
        ("`iat` is a time in whole seconds", |set| set.time(IAT).map(drop)),
        ("`exp` is after `iat`, by at most 28 days", |set| set.lifetime(MAX_SECS).map(drop)),
        ("`jti` is a token ID of 1 to 64 of A-Z, a-z, 0-9, `_`, `-`", |set| {
            set.value::<TokenId>(JTI).map(drop)
        }),
        ("`account_id` is 12 digits", |set| account_id(set).map(drop)),
        ("`region` is present", |set| set.string(REGION).map(drop)),
        ("`events_url` is that of the service, or of a server on this machine", |set| {
            events_url(set).map(drop)
        }),
        ("`version` is a digit, a dot and a digit", |set| set.value::<Version>(VERSION).map(drop)),
    ];

    fn read(set: &ClaimSet<'_>) -> Result<Self, ClaimsError> {
        let (issued_at, expires_at) = set.lifetime(MAX_SECS)?;
        Ok(Self {
            token_id: set.value(JTI)?,
            account_id: account_id(set)?,
            region: set.string(REGION)?.into_owned(),
            events_url: events_url(set)?,
            version: set.value(VERSION)?,
            issued_at,
            expires_at,
        })
    }

    /// The region is checked here and nowhere else: what is that of a key's ARN has the form of one.
    fn check_key(&self, kid: &PublicKeyArn) -> Result<(), ClaimsError> {
        if kid.home() == (&self.account_id, &self.region) {
            return Ok(());
        }
        let (account_id, region) = (self.account_id.clone(), shorten(&self.region).into_owned());
        Err(ClaimsError::ForeignAccount { kid: kid.clone(), account_id, region })
    }

    fn issued_at(&self) -> Option<Timestamp> {
        Some(self.issued_at)
    }

    fn expires_at(&self) -> Timestamp {
        self.expires_at
    }
}

fn account_id(set: &ClaimSet<'_>) -> Result<String, ClaimsError> {
    let account_id = set.string(ACCOUNT_ID)?;
    if account_id.len() == 12 && account_id.bytes().all(|b| b.is_ascii_digit()) {
        return Ok(account_id.into_owned());
    }
    Err(ClaimsError::AccountId { found: shorten(&account_id).into_owned() })
}

fn events_url(set: &ClaimSet<'_>) -> Result<Cow<'static, str>, ClaimsError> {
    let url = set.string(EVENTS_URL)?;
    if url == DEFAULT_EVENTS_URL {
        return Ok(Cow::Borrowed(DEFAULT_EVENTS_URL));
    }
    local_events_url(&url).ok_or_else(|| ClaimsError::EventsUrl {
        found: shorten(&url).into_owned(),
        expected: DEFAULT_EVENTS_URL,
    })
}

impl Serialize for ConnectionClaims {
    /// The payload of the token.
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut payload = serializer.serialize_struct("ConnectionClaims", 7)?;
        payload.serialize_field(EXP, &self.expires_at.as_secs())?;
        payload.serialize_field(IAT, &self.issued_at.as_secs())?;
        payload.serialize_field(JTI, self.token_id.as_str())?;
        payload.serialize_field(ACCOUNT_ID, &self.account_id)?;
        payload.serialize_field(REGION, &self.region)?;
        payload.serialize_field(EVENTS_URL, &self.events_url)?;
        payload.serialize_field(VERSION, &self.version)?;
        payload.end()
    }
}
