use std::time::Duration;

use crate::value::arn::{ChannelArn, StageArn};
use crate::value::duration::{ConnectionDuration, MAX_AHEAD, ParticipantDuration};
use crate::value::id::{ParticipantId, TokenId};
use crate::value::text::{DisconnectReason, ViewerId};

/// A revocation: which tokens are refused from now on.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Revocation {
    /// `DisconnectParticipant`: refuses every token of this participant on this stage.
    Participant {
        /// The stage.
        stage: StageArn,
        /// The participant, `jti` of its tokens.
        participant_id: ParticipantId,
        /// Why, for people.
        reason: Option<DisconnectReason>,
    },
    /// `DeleteStage`: refuses every token of this stage.
    Stage {
        /// The stage.
        stage: StageArn,
    },
    /// `RevokeConnectionToken`: refuses this connection token.
    ConnectionToken {
        /// The token, its `jti`.
        token_id: TokenId,
    },
    /// `StartViewerSessionRevocation`: refuses every token of this viewer on this channel whose
    /// `aws:viewer-session-version` is at most this.
    ViewerSessions {
        /// The channel.
        channel: ChannelArn,
        /// The viewer.
        viewer_id: ViewerId,
        /// The highest version that is refused.
        up_to: i64,
    },
}

impl Revocation {
    /// How much longer a revocation is remembered than the longest token lasts. Clocks may disagree, and a verifier may
    /// accept a token for a while after its expiry.
    pub const MARGIN: Duration = Duration::from_secs(60 * 60);

    /// How long the revocation must be remembered: until every token that it can concern has expired, plus
    /// [`Self::MARGIN`]. Without the margin that is 14 days for a participant or a stage, 28 days for a connection
    /// token, and 10 minutes for viewer sessions.
    ///
    /// This covers tokens that exist when the revocation is made. A token that is minted later can last longer, such as
    /// one in exchange, which keeps the participant ID. So verify the old token before you mint for the same ID or
    /// stage: that asks the store. Another program may also have made a viewer's token that expires more than 10
    /// minutes ahead. Until its last 10 minutes it is refused as too far ahead, and then it is accepted. To cover such
    /// tokens, give [`RevocationStore::revoke_for`](super::RevocationStore::revoke_for) a longer lifetime.
    pub fn lifetime(&self) -> Duration {
        let longest = match self {
            Self::Participant { .. } | Self::Stage { .. } => ParticipantDuration::MAX.into(),
            Self::ConnectionToken { .. } => ConnectionDuration::MAX.into(),
            Self::ViewerSessions { .. } => MAX_AHEAD,
        };
        longest.saturating_add(Self::MARGIN)
    }
}
