use std::borrow::Cow;

use serde::Serialize;
use serde::ser::SerializeStruct;

use crate::error::ClaimsError;
use crate::token::claims::{Claims, Rule};
use crate::value::arn::{PublicKeyArn, StageArn};
use crate::value::attributes::Attributes;
use crate::value::capability::{Capabilities, Capability};
use crate::value::duration::ParticipantDuration;
use crate::value::endpoint;
use crate::value::id::ParticipantId;
use crate::value::printable::shorten;
use crate::value::stage::Stage;
use crate::value::text::UserId;
use crate::value::timestamp::Timestamp;
use crate::value::token_kind::TokenKind;
use crate::value::version::Version;
use crate::wire::claim_set::{self, ClaimSet, beyond_limit};

/// The claims of a participant token, each within its limits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ParticipantClaims {
    pub(crate) participant_id: ParticipantId,
    pub(crate) stage: Stage,
    pub(crate) user_id: Option<UserId>,
    pub(crate) attributes: Attributes,
    pub(crate) capabilities: Capabilities,
    pub(crate) issued_at: Timestamp,
    pub(crate) expires_at: Timestamp,
    pub(crate) version: Version,
}

impl ParticipantClaims {
    /// The participant's ID, `jti`: `DisconnectParticipant` takes it.
    pub fn participant_id(&self) -> &ParticipantId {
        &self.participant_id
    }

    /// The stage and its endpoints: `resource`, `topic`, `whip_url` and `events_url`.
    pub fn stage(&self) -> &Stage {
        &self.stage
    }

    /// The ARN of the stage, `resource`.
    pub fn stage_arn(&self) -> &StageArn {
        self.stage.arn()
    }

    /// Your application's name for the participant, `user_id`.
    pub fn user_id(&self) -> Option<&str> {
        self.user_id.as_ref().map(UserId::as_str)
    }

    /// The participant's attributes; empty if the token has none.
    pub fn attributes(&self) -> &Attributes {
        &self.attributes
    }

    /// What the participant may do.
    pub fn capabilities(&self) -> Capabilities {
        self.capabilities
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

const MAX_SECS: u32 = ParticipantDuration::MAX.as_secs();

const EXP: &str = "exp";
const IAT: &str = "iat";
const JTI: &str = "jti";
const USER_ID: &str = "user_id";
const RESOURCE: &str = "resource";
const TOPIC: &str = "topic";
const EVENTS_URL: &str = "events_url";
const WHIP_URL: &str = "whip_url";
const CAPABILITIES: &str = "capabilities";
const ATTRIBUTES: &str = "attributes";
const VERSION: &str = "version";
const ALLOW_PUBLISH: &str = "allow_publish";
const ALLOW_SUBSCRIBE: &str = "allow_subscribe";

/// The claims that IVS knows in such a token.
pub(crate) const PARTICIPANT_CLAIMS: &[&str] =
    &[EXP, IAT, JTI, USER_ID, RESOURCE, TOPIC, EVENTS_URL, WHIP_URL, CAPABILITIES, ATTRIBUTES, VERSION];

impl Claims for ParticipantClaims {
    type KeyArn = PublicKeyArn;

    const KIND: TokenKind = TokenKind::Participant;

    const KID_REQUIRED: bool = true;

    const RULES: &'static [Rule] = &[
        ("`exp` is a time in whole seconds", |set| set.time(EXP).map(drop)),
        ("`iat` is a time in whole seconds", |set| set.time(IAT).map(drop)),
        ("`exp` is after `iat`, by at most 14 days", |set| set.lifetime(MAX_SECS).map(drop)),
        ("`jti` is a participant ID of 1 to 64 of A-Z, a-z, 0-9, `_`, `-`", |set| {
            set.value::<ParticipantId>(JTI).map(drop)
        }),
        ("`user_id`, if present, has at most 128 characters", |set| user_id(set).map(drop)),
        ("`resource` is the ARN of a stage", |set| resource(set).map(drop)),
        ("`topic` is the stage ID in `resource`", |set| topic(set, &resource(set)?)),
        ("`events_url` is a wss: or ws: URL", |set| events_url(set).map(drop)),
        ("`whip_url` is an https: URL, or an http: URL of this machine", |set| whip_url(set).map(drop)),
        ("`capabilities` holds `allow_publish` and `allow_subscribe` as booleans", |set| {
            capabilities(set).map(drop)
        }),
        ("`attributes`, if present, are strings of at most 1024 bytes together", |set| {
            attributes(set).map(drop)
        }),
        ("`version` is a digit, a dot and a digit", |set| set.value::<Version>(VERSION).map(drop)),
    ];

    fn read(set: &ClaimSet<'_>) -> Result<Self, ClaimsError> {
        let (issued_at, expires_at) = set.lifetime(MAX_SECS)?;
        Ok(Self {
            participant_id: set.value(JTI)?,
            user_id: user_id(set)?,
            stage: stage(set)?,
            capabilities: capabilities(set)?,
            attributes: attributes(set)?,
            version: set.value(VERSION)?,
            issued_at,
            expires_at,
        })
    }

    fn check_key(&self, kid: &PublicKeyArn) -> Result<(), ClaimsError> {
        let resource = self.stage.arn();
        if kid.home() == resource.home() {
            return Ok(());
        }
        Err(ClaimsError::ForeignKey { kid: kid.clone(), resource: resource.clone() })
    }

    fn issued_at(&self) -> Option<Timestamp> {
        Some(self.issued_at)
    }

    fn expires_at(&self) -> Timestamp {
        self.expires_at
    }
}

fn user_id(set: &ClaimSet<'_>) -> Result<Option<UserId>, ClaimsError> {
    let Some(text) = set.optional_string(USER_ID)? else { return Ok(None) };
    UserId::try_from(text.into_owned()).map(Some).map_err(beyond_limit(USER_ID))
}

fn stage(set: &ClaimSet<'_>) -> Result<Stage, ClaimsError> {
    let arn = resource(set)?;
    topic(set, &arn)?;
    let events_url = events_url(set)?;
    Ok(Stage::from_checked(arn, whip_url(set)?, events_url))
}

fn resource(set: &ClaimSet<'_>) -> Result<StageArn, ClaimsError> {
    set.arn(RESOURCE)
}

fn topic(set: &ClaimSet<'_>, arn: &StageArn) -> Result<(), ClaimsError> {
    let topic = set.string(TOPIC)?;
    if topic == arn.resource_id() {
        return Ok(());
    }
    Err(ClaimsError::Topic { topic: shorten(&topic).into_owned(), stage_id: arn.resource_id().to_owned() })
}

fn events_url(set: &ClaimSet<'_>) -> Result<Cow<'static, str>, ClaimsError> {
    endpoint::claimed_events_url(&set.string(EVENTS_URL)?)
        .map_err(|source| ClaimsError::Endpoint { claim: EVENTS_URL, source })
}

fn whip_url(set: &ClaimSet<'_>) -> Result<Cow<'static, str>, ClaimsError> {
    endpoint::claimed_whip_url(&set.string(WHIP_URL)?)
        .map_err(|source| ClaimsError::Endpoint { claim: WHIP_URL, source })
}

/// An absent member is false; members that are not known are ignored.
fn capabilities(set: &ClaimSet<'_>) -> Result<Capabilities, ClaimsError> {
    let members = set.object(CAPABILITIES)?;
    let mut capabilities = Capabilities::NONE;
    for (claim, capability) in
        [(ALLOW_PUBLISH, Capability::Publish), (ALLOW_SUBSCRIBE, Capability::Subscribe)]
    {
        if members.get(claim).map_or(Ok(false), |raw| claim_set::boolean(claim, raw))? {
            capabilities |= capability.into();
        }
    }
    Ok(capabilities)
}

fn attributes(set: &ClaimSet<'_>) -> Result<Attributes, ClaimsError> {
    let Some(members) = set.optional_object(ATTRIBUTES)? else { return Ok(Attributes::new()) };
    let pairs = || members.iter().map(|(name, raw)| Ok((name, attribute(name, raw)?)));
    let mut attributes = Attributes::new();
    for pair in pairs() {
        let (name, text) = pair?;
        if attributes.insert(name, &text).is_err() {
            // The error tells the size of all of them.
            let all: Vec<_> = pairs().collect::<Result<_, _>>()?;
            return Attributes::try_from_iter(all).map_err(beyond_limit(ATTRIBUTES));
        }
    }
    Ok(attributes)
}

fn attribute<'a>(name: &str, raw: &'a str) -> Result<Cow<'a, str>, ClaimsError> {
    claim_set::string(ATTRIBUTES, raw).map_err(|_| ClaimsError::Attribute {
        name: shorten(name).into_owned(),
        found: claim_set::type_name(raw),
    })
}

impl Serialize for ParticipantClaims {
    /// The payload of the token.
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let payload = Payload {
            participant_id: &self.participant_id,
            stage: &self.stage,
            user_id: self.user_id.as_ref(),
            attributes: &self.attributes,
            capabilities: self.capabilities,
            issued_at: self.issued_at,
            expires_at: self.expires_at,
            version: self.version,
        };
        payload.serialize(serializer)
    }
}

/// What [`ParticipantClaims`] say, borrowed: a template is minted from as it is, without a copy of it.
pub(crate) struct Payload<'a> {
    pub(crate) participant_id: &'a ParticipantId,
    pub(crate) stage: &'a Stage,
    pub(crate) user_id: Option<&'a UserId>,
    pub(crate) attributes: &'a Attributes,
    pub(crate) capabilities: Capabilities,
    pub(crate) issued_at: Timestamp,
    pub(crate) expires_at: Timestamp,
    pub(crate) version: Version,
}

impl Serialize for Payload<'_> {
    /// The payload of the token, as AWS's guide orders it.
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut payload = serializer.serialize_struct("ParticipantClaims", 11)?;
        payload.serialize_field(EXP, &self.expires_at.as_secs())?;
        payload.serialize_field(IAT, &self.issued_at.as_secs())?;
        payload.serialize_field(JTI, self.participant_id.as_str())?;
        if let Some(user_id) = self.user_id {
            payload.serialize_field(USER_ID, user_id.as_str())?;
        }
        payload.serialize_field(RESOURCE, self.stage.arn().as_str())?;
        payload.serialize_field(TOPIC, self.stage.stage_id())?;
        payload.serialize_field(EVENTS_URL, self.stage.events_url())?;
        payload.serialize_field(WHIP_URL, self.stage.whip_url())?;
        payload.serialize_field(CAPABILITIES, &CapabilitiesClaim(self.capabilities))?;
        if !self.attributes.is_empty() {
            payload.serialize_field(ATTRIBUTES, self.attributes)?;
        }
        payload.serialize_field(VERSION, &self.version)?;
        payload.end()
    }
}

/// The capabilities as a token carries them: only what is granted, and that as `true`.
struct CapabilitiesClaim(Capabilities);

impl Serialize for CapabilitiesClaim {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().map(|capability| match capability {
            Capability::Publish => (ALLOW_PUBLISH, true),
            Capability::Subscribe => (ALLOW_SUBSCRIBE, true),
        }))
    }
}
