use std::time::Duration;

use uuid::Uuid;

use crate::value::arn::{ChannelArn, StageArn};
use crate::value::id::{ParticipantId, TokenId};
use crate::value::text::ViewerId;

/// What a store is asked about: the parts of a valid token by which it can be revoked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Subject<'t> {
    /// A participant token.
    Participant {
        /// Its stage.
        stage: &'t StageArn,
        /// Its participant.
        participant_id: &'t ParticipantId,
    },
    /// A connection token.
    Connection {
        /// Its ID.
        token_id: &'t TokenId,
    },
    /// A playback token.
    Playback {
        /// Its channel.
        channel: &'t ChannelArn,
        /// Its viewer and the version of the viewer's session, if it names one.
        viewer: Option<(&'t ViewerId, i64)>,
        /// Set if the token is for a single use. A store that finds nothing else against the token spends it.
        single_use: Option<SingleUse>,
    },
}

/// A single-use token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct SingleUse {
    /// The ID of the token.
    pub uuid: Uuid,
    /// How long a store must remember that it was spent: until the token has expired in any case.
    pub lifetime: Duration,
}

impl SingleUse {
    /// A token with this UUID, which a store remembers for `lifetime` once it is spent.
    pub const fn new(uuid: Uuid, lifetime: Duration) -> Self {
        Self { uuid, lifetime }
    }
}
