#![doc = include_str!("../README.md")]
#![forbid(unsafe_code)]

mod arn;
mod attributes;
mod capability;
mod claim_set;
mod claims;
mod connection;
mod duration;
mod endpoint;
mod error;
mod exchange;
mod id;
mod inspect;
mod json;
mod jws;
mod key;
mod key_ring;
mod keyed_hash;
mod mint;
mod origin;
mod participant;
mod playback;
mod printable;
mod resolution;
mod revocation;
mod stage;
mod sweep;
mod text;
mod timestamp;
mod token;
mod verify;
mod version;

pub use arn::{ChannelArn, KeyArn, PlaybackKeyArn, PublicKeyArn, StageArn};
pub use attributes::Attributes;
pub use capability::{Capabilities, Capability};
pub use connection::{Connection, ConnectionClaims};
pub use duration::{ConnectionDuration, ParticipantDuration, PlaybackDuration, TokenDuration};
pub use endpoint::DEFAULT_EVENTS_URL;
pub use error::{
    ArnError, Base64Error, ClaimError, ClaimsError, EndpointError, ExchangeError, HeaderError, JsonError,
    KeyEntryError, KeyError, KeyNameError, KeyRingError, KeySetError, MalformedError, MintError, OriginError,
    Part, PlaybackUrlError, RandomnessError, Revoked, SignError, StageError, StoreError, TagError,
    VerifierError, VerifyError,
};
pub use es384::VerifyingKey;
pub use exchange::{Exchange, check_exchange};
pub use id::{ParticipantId, TokenId};
pub use inspect::{Check, Inspection, Member, Outcome, TokenKind, inspect, inspect_at};
pub use key::SigningKey;
pub use key_ring::{KeyName, KeyPage, KeyRing, KeySet, ListKeys, PublicKey, ResourceTags, Tags};
pub use origin::Origin;
pub use participant::{Participant, ParticipantClaims};
pub use playback::{Playback, PlaybackClaims, playback_url};
pub use resolution::MaximumResolution;
pub use revocation::{InMemoryRevocations, Revocation, RevocationStore, SingleUse, Subject};
pub use stage::Stage;
pub use timestamp::{Clock, SystemClock, Timestamp};

pub use text::{DisconnectReason, UserId, ViewerId};
pub use token::Token;
pub use verify::{Expectations, Verified, VerifiedPlayback, VerifiedToken, Verifier, VerifierBuilder};
pub use version::Version;

/// What a single-use playback token is known by.
pub use uuid::Uuid;

/// The keys and signatures that tokens are built on: every encoding a key arrives in, and every one it leaves in.
pub use es384;

/// For our own command line and bindings: texts made fit for a terminal.
#[doc(hidden)]
pub use printable::{is_unprintable, printable};
