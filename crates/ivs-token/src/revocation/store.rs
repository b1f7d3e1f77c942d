use std::fmt;
use std::time::Duration;

use crate::error::{Revoked, StoreError};
use crate::revocation::{Revocation, Subject};
use crate::value::arn::{ChannelArn, StageArn};
use crate::value::id::{ParticipantId, TokenId};
use crate::value::text::{DisconnectReason, ViewerId};

/// Remembers which tokens were revoked, and which single-use tokens are spent.
///
/// An entry is forgotten when it no longer matters. If a revocation is made twice, the longer one counts.
pub trait RevocationStore: fmt::Debug + Send + Sync {
    /// Remembers a revocation for `lifetime`. [`Revocation::lifetime`] says how long that must be.
    ///
    /// # Errors
    ///
    /// [`StoreError`] if the store cannot be reached. The revocation may or may not have been made.
    fn revoke_for(&self, revocation: &Revocation, lifetime: Duration) -> Result<(), StoreError>;

    /// Checks whether a token has been revoked, and spends a single-use token. If several checks of one single-use
    /// token run at the same time, exactly one of them accepts it.
    ///
    /// # Errors
    ///
    /// [`StoreError`] when the store cannot be reached.
    fn check(&self, subject: &Subject<'_>) -> Result<Result<(), Revoked>, StoreError>;

    /// Checks many tokens at once, in order.
    ///
    /// # Errors
    ///
    /// [`StoreError`] when the store cannot be reached: some single-use tokens may be spent.
    fn check_batch(&self, subjects: &[Subject<'_>]) -> Result<Vec<Result<(), Revoked>>, StoreError> {
        subjects.iter().map(|subject| self.check(subject)).collect()
    }

    /// Remembers many revocations, each for its [`Revocation::lifetime`].
    ///
    /// # Errors
    ///
    /// [`StoreError`] when the store cannot be reached: some of the revocations may have been made.
    fn revoke_batch(&self, revocations: &[Revocation]) -> Result<(), StoreError> {
        revocations.iter().try_for_each(|revocation| self.revoke(revocation))
    }

    /// Remembers a revocation for its [`Revocation::lifetime`].
    ///
    /// # Errors
    ///
    /// As [`Self::revoke_for`].
    fn revoke(&self, revocation: &Revocation) -> Result<(), StoreError> {
        self.revoke_for(revocation, revocation.lifetime())
    }

    /// `DisconnectParticipant`: refuses every token of this participant on this stage, for good.
    ///
    /// # Errors
    ///
    /// As [`Self::revoke_for`].
    fn disconnect_participant(
        &self,
        stage: &StageArn,
        participant_id: &ParticipantId,
        reason: Option<DisconnectReason>,
    ) -> Result<(), StoreError> {
        let (stage, participant_id) = (stage.clone(), participant_id.clone());
        self.revoke(&Revocation::Participant { stage, participant_id, reason })
    }

    /// `DeleteStage`: refuses every token of this stage.
    ///
    /// # Errors
    ///
    /// As [`Self::revoke_for`].
    fn delete_stage(&self, stage: &StageArn) -> Result<(), StoreError> {
        self.revoke(&Revocation::Stage { stage: stage.clone() })
    }

    /// `RevokeConnectionToken`: refuses the connection token of this ID.
    ///
    /// # Errors
    ///
    /// As [`Self::revoke_for`].
    fn revoke_connection_token(&self, token_id: &TokenId) -> Result<(), StoreError> {
        self.revoke(&Revocation::ConnectionToken { token_id: token_id.clone() })
    }

    /// `StartViewerSessionRevocation`: refuses every token of this viewer on this channel whose session version is at
    /// most `up_to`.
    ///
    /// # Errors
    ///
    /// As [`Self::revoke_for`].
    fn revoke_viewer_sessions(
        &self,
        channel: &ChannelArn,
        viewer_id: &ViewerId,
        up_to: i64,
    ) -> Result<(), StoreError> {
        let (channel, viewer_id) = (channel.clone(), viewer_id.clone());
        self.revoke(&Revocation::ViewerSessions { channel, viewer_id, up_to })
    }
}
