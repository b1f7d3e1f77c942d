//! The quotas of publishers and subscriptions, on a stage and on all stages of an account and region together.

use ivs_token::StageArn;

use super::gate::Refusal;
use super::live::{Live, Stages};
use super::stage::LiveStage;

impl Live {
    /// Refuses one more publisher if there is no room.
    pub(crate) fn room(&self, arn: &StageArn, id: &str) -> Result<(), Refusal> {
        self.room_on(&self.lock(), arn, id)
    }

    /// Like [`Self::room`], for a caller that holds the lock, so that nobody else takes the place meanwhile. A
    /// participant who already publishes has a place.
    pub(super) fn room_on(&self, stages: &Stages, arn: &StageArn, id: &str) -> Result<(), Refusal> {
        let stage = stages.get(arn);
        if stage.is_some_and(|stage| stage.is_publishing(id)) {
            return Ok(());
        }
        if stage.map_or(0, LiveStage::publishers) >= self.limits.publishers {
            return Err(full("the stage has as many publishers as allowed (quota publishersPerStage)"));
        }
        let of_account = stages.values().filter(|stage| is_beside(&stage.arn, arn));
        if of_account.map(LiveStage::publishers).sum::<usize>() >= self.limits.publishers_of_account {
            return Err(full(format!(
                "the stages of the account in {} together have as many publishers as allowed (quota concurrentPublishers)",
                arn.region()
            )));
        }
        Ok(())
    }

    /// Refuses one more subscription on a stage if `connected`, the subscriptions on all stages of the account and
    /// region, reaches the quota.
    pub(super) fn room_for_subscription(&self, arn: &StageArn, connected: usize) -> Result<(), Refusal> {
        if connected < self.limits.subscriptions_of_account {
            return Ok(());
        }
        Err(full(format!(
            "the stages of the account in {} together have as many subscriptions as allowed (quota concurrentSubscriptions)",
            arn.region()
        )))
    }
}

/// Whether two stages are in one account and region.
pub(super) fn is_beside(one: &StageArn, other: &StageArn) -> bool {
    one.account_id() == other.account_id() && one.region() == other.region()
}

fn full(words: impl Into<String>) -> Refusal {
    Refusal::new("QUOTA_EXCEEDED", words)
}
