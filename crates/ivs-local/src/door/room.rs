//! Whether one more may publish or subscribe: on a stage, and on all stages of an account and region together.

use ivs_token::StageArn;

use super::gate::Refusal;
use super::live::{Live, Stages};
use super::stage::LiveStage;

impl Live {
    /// Refuses one more who wants to publish, where there is no room.
    pub(crate) fn room(&self, arn: &StageArn, id: &str) -> Result<(), Refusal> {
        self.room_on(&self.lock(), arn, id)
    }

    /// As [`Self::room`], for a caller that holds the stages, so that nobody takes the place meanwhile. Who publishes already has one.
    pub(super) fn room_on(&self, stages: &Stages, arn: &StageArn, id: &str) -> Result<(), Refusal> {
        let stage = stages.get(arn);
        if stage.is_some_and(|stage| stage.is_publishing(id)) {
            return Ok(());
        }
        if stage.map_or(0, LiveStage::publishers) >= self.limits.publishers {
            return Err(full("the stage has as many publishers as it may have"));
        }
        let of_account = stages.values().filter(|stage| is_beside(&stage.arn, arn));
        if of_account.map(LiveStage::publishers).sum::<usize>() >= self.limits.publishers_of_account {
            return Err(full(format!(
                "the account has as many publishers in {} as it may have, on all stages together (quota concurrentPublishers)",
                arn.region()
            )));
        }
        Ok(())
    }

    /// Refuses one more subscription on a stage, where so many are connected on all stages beside it.
    pub(super) fn room_for_subscription(&self, arn: &StageArn, connected: usize) -> Result<(), Refusal> {
        if connected < self.limits.subscriptions_of_account {
            return Ok(());
        }
        Err(full(format!(
            "the account has as many subscriptions in {} as it may have, on all stages together (quota \
             concurrentSubscriptions)",
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
