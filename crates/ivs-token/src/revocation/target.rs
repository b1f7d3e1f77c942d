use std::time::Duration;

use crate::value::arn::{ChannelArn, StageArn};
use crate::value::duration::{ConnectionDuration, MAX_AHEAD, ParticipantDuration};
use crate::value::id::{ParticipantId, TokenId};
use crate::value::text::{DisconnectReason, ViewerId};

/// What ends tokens before their time.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Revocation {
    /// `DisconnectParticipant`: no token of this participant on this stage is good any more.
    Participant {
        /// The stage.
        stage: StageArn,
        /// The participant, `jti` of its tokens.
        participant_id: ParticipantId,
        /// Why, for people.
        reason: Option<DisconnectReason>,
    },
    /// `DeleteStage`: no token of this stage is good any more.
    Stage {
        /// The stage.
        stage: StageArn,
    },
    /// `RevokeConnectionToken`.
    ConnectionToken {
        /// The token, its `jti`.
        token_id: TokenId,
    },
    /// `StartViewerSessionRevocation`: no token of this viewer on this channel is good any more whose
    /// `aws:viewer-session-version` is at most this.
    ViewerSessions {
        /// The channel.
        channel: ChannelArn,
        /// The viewer.
        viewer_id: ViewerId,
        /// The highest version that is no longer good.
        up_to: i64,
    },
}

impl Revocation {
    /// How much longer than the longest token a revocation is remembered: clocks may disagree, and a verifier may be told
    /// to accept a token for a while after its end.
    pub const MARGIN: Duration = Duration::from_secs(60 * 60);

    /// How long it has to be remembered: until every token that it can be about must have expired, and
    /// [`Self::MARGIN`] longer. 14 days for a participant or a stage, 28 days for a connection token, 10 minutes for
    /// viewer sessions.
    ///
    /// These are the tokens that there are when it is made. One that is minted later, such as in an exchange, which keeps
    /// the participant ID, can last longer: whoever mints for an ID or a stage asks the store first, by verifying the old
    /// token. And a token of a viewer that another program made to end further ahead than 10 minutes is refused as too far
    /// ahead until those begin, and good then: against such, give [`RevocationStore::revoke_for`](super::RevocationStore::revoke_for)
    /// a longer life.
    pub fn lifetime(&self) -> Duration {
        let longest = match self {
            Self::Participant { .. } | Self::Stage { .. } => ParticipantDuration::MAX.into(),
            Self::ConnectionToken { .. } => ConnectionDuration::MAX.into(),
            Self::ViewerSessions { .. } => MAX_AHEAD,
        };
        longest.saturating_add(Self::MARGIN)
    }
}
