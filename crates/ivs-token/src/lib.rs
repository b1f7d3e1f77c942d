#![doc = include_str!("../README.md")]
#![forbid(unsafe_code)]

mod error;
mod inspect;
mod key;
mod key_ring;
mod mint;
mod revocation;
mod token;
mod value;
mod verify;
mod wire;

pub use error::{
    ArnError, Base64Error, ClaimError, ClaimsError, EndpointError, ExchangeError, HeaderError, JsonError,
    KeyEntryError, KeyError, KeyFileError, KeyNameError, KeyRingError, KeySetError, MalformedError,
    MintError, OriginError, Part, PlaybackUrlError, RandomnessError, Revoked, SignError, SignerError,
    StageError, StoreError, TagError, VerifierError, VerifyError,
};
pub use es384::VerifyingKey;
pub use inspect::{Check, Inspection, Member, Outcome, inspect, inspect_at};
pub use key::SigningKey;
pub use key_ring::{KeyName, KeyPage, KeyRing, KeySet, ListKeys, PublicKey, ResourceTags, Tags};
#[cfg(feature = "async")]
pub use mint::mint_batch_with_async;
pub use mint::{AsyncSigner, Mintable, Signer, SigningInput, Unsigned, assemble, mint_batch_with};
pub use revocation::{InMemoryRevocations, Revocation, RevocationStore, SingleUse, Subject};
pub use token::connection::{Connection, ConnectionClaims};
pub use token::exchange::{Exchange, check_exchange};
pub use token::participant::{Participant, ParticipantClaims};
pub use token::playback::{Playback, PlaybackClaims, playback_url};
pub use value::arn::{ChannelArn, KeyArn, PlaybackKeyArn, PublicKeyArn, StageArn};
pub use value::attributes::Attributes;
pub use value::capability::{Capabilities, Capability};
pub use value::duration::{ConnectionDuration, ParticipantDuration, PlaybackDuration, TokenDuration};
pub use value::endpoint::{DEFAULT_EVENTS_URL, GLOBAL_WHIP_URL};
pub use value::id::{ParticipantId, TokenId};
pub use value::origin::Origin;
pub use value::resolution::MaximumResolution;
pub use value::stage::Stage;
pub use value::timestamp::{Clock, SystemClock, Timestamp};
pub use value::token_kind::TokenKind;

pub use token::minted::Token;
pub use value::text::{DisconnectReason, UserId, ViewerId};
pub use value::version::Version;
pub use verify::{Expectations, Verified, VerifiedPlayback, VerifiedToken, Verifier, VerifierBuilder};

/// The ID of a single-use playback token.
pub use uuid::Uuid;

/// The keys and signatures of tokens: reads and writes keys in every encoding.
pub use es384;

/// For our own command line and bindings: texts made fit for a terminal.
#[doc(hidden)]
pub use value::printable::{is_unprintable, printable};
