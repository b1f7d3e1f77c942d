use std::time::Duration;

use uuid::Uuid;

use crate::value::arn::{ChannelArn, StageArn};
use crate::value::id::{ParticipantId, TokenId};
use crate::value::text::ViewerId;

/// What a store is asked about: all of a good token by which it can be revoked.
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
        /// What makes it good only once, if it is. A store that finds nothing else against the token spends it.
        single_use: Option<SingleUse>,
    },
}

/// A token that is good once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct SingleUse {
    /// What the token is known by.
    pub uuid: Uuid,
    /// How long a store must remember that it was spent: until the token is no longer good in any case.
    pub lifetime: Duration,
}

impl SingleUse {
    /// A token that is known by this UUID, and that a store remembers so long once it is spent.
    pub const fn new(uuid: Uuid, lifetime: Duration) -> Self {
        Self { uuid, lifetime }
    }
}
