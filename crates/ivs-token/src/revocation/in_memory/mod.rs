//! The store of one process.

mod table;

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use super::{Revocation, RevocationStore, SingleUse, Subject};
use crate::error::{Revoked, StoreError};
use crate::revocation::keyed_hash::{Fingerprint, KeyedHash};
use crate::revocation::sweep::Sweeper;
use crate::value::arn::{ChannelArn, StageArn};
use crate::value::id::{ParticipantId, TokenId};
use crate::value::text::{DisconnectReason, ViewerId};
use crate::value::timestamp::{Clock, SystemClock, Timestamp};
use table::Table;

/// A revocation store in the memory of this process. Other processes do not see it, and it is forgotten when the
/// process ends.
///
/// Share it in an [`Arc`] between the verifiers and the code that revokes. It never fails. It never waits longer than
/// it takes to look through a 256th of its entries of one kind.
///
/// Later checks and revocations remove expired entries, a few at a time, so memory use follows the live entries. Each
/// takes 40 to 150 bytes, whatever the length of its IDs, plus the text of a reason. The store does not keep the IDs,
/// but fingerprints of 128 bits, made with SipHash-1-3 under a random key.
///
/// If the clock jumps far ahead and back, the store forgets entries that expired in between.
///
/// ```
/// # use ivs_token::{SigningKey, Stage};
/// # let stage = Stage::new("arn:aws:ivs:us-west-2:123456789012:stage/x".parse()?, "https://whip.example")?;
/// # let arn: ivs_token::PublicKeyArn = "arn:aws:ivs:us-west-2:123456789012:public-key/y".parse()?;
/// # let key = SigningKey::generate()?.with_id(arn.clone());
/// # let token = stage.participant().mint(&key)?;
/// # let public_key = key.verifying_key().clone();
/// use std::sync::Arc;
/// use ivs_token::{InMemoryRevocations, RevocationStore, Verifier};
///
/// let store = Arc::new(InMemoryRevocations::new());
/// let verifier = Verifier::builder().key(arn, public_key).revocations(store.clone()).build()?;
/// assert!(verifier.verify(token.as_str()).is_ok());
///
/// store.disconnect_participant(stage.arn(), token.participant_id(), None)?;
/// assert_eq!(verifier.verify(token.as_str()).unwrap_err().code(), "PARTICIPANT_DISCONNECTED");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct InMemoryRevocations {
    clock: Arc<dyn Clock>,
    hash: KeyedHash,
    sweeper: Sweeper,
    participants: Table<Option<Box<DisconnectReason>>>,
    stages: Table<()>,
    connection_tokens: Table<()>,
    /// The highest version that was revoked.
    viewers: Table<i64>,
    spent: Table<()>,
}

/// One for each kind of what is remembered.
const TABLES: usize = 5;

impl InMemoryRevocations {
    /// An empty store on the system's clock.
    pub fn new() -> Self {
        Self::with_clock(SystemClock)
    }

    /// An empty store on this clock.
    pub fn with_clock(clock: impl Clock + 'static) -> Self {
        Self {
            clock: Arc::new(clock),
            hash: KeyedHash::random(),
            sweeper: Sweeper::new(),
            participants: Table::new(),
            stages: Table::new(),
            connection_tokens: Table::new(),
            viewers: Table::new(),
            spent: Table::new(),
        }
    }

    /// How many revocations and spent tokens are in memory, for monitoring. Expired entries that were not removed yet
    /// count.
    pub fn len(&self) -> usize {
        self.tables().iter().map(|table| table.len()).sum()
    }

    /// Whether it holds nothing.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Removes all expired entries at once. You need not call it. It takes time in proportion to the number of entries.
    pub fn sweep(&self) {
        let now = self.clock.now();
        for table in self.tables() {
            (0..table::SHARDS).for_each(|shard| table.sweep(shard, now));
        }
    }

    fn pass(&self, now: Timestamp) {
        self.sweeper.pass(now, TABLES * table::SHARDS, |place| {
            self.tables()[place / table::SHARDS].sweep_if_free(place % table::SHARDS, now)
        });
    }

    fn tables(&self) -> [&dyn table::Sweep; TABLES] {
        [&self.participants, &self.stages, &self.connection_tokens, &self.viewers, &self.spent]
    }

    fn check_participant(&self, stage: &StageArn, id: &ParticipantId, now: Timestamp) -> Result<(), Revoked> {
        let of_stage = self.hash.with(stage.as_str());
        if self.stages.get(of_stage.fingerprint(), now, |()| ()).is_some() {
            return Err(Revoked::StageDeleted { stage: stage.clone() });
        }
        match self.participants.get(of_stage.with(id.as_str()).fingerprint(), now, Clone::clone) {
            Some(reason) => Err(Revoked::ParticipantDisconnected {
                participant_id: id.clone(),
                reason: reason.map(|reason| *reason),
            }),
            None => Ok(()),
        }
    }

    fn check_connection(&self, token_id: &TokenId, now: Timestamp) -> Result<(), Revoked> {
        match self.connection_tokens.get(self.hash.with(token_id.as_str()).fingerprint(), now, |()| ()) {
            Some(()) => Err(Revoked::ConnectionToken { token_id: token_id.clone() }),
            None => Ok(()),
        }
    }

    fn check_viewer(
        &self,
        channel: &ChannelArn,
        viewer_id: &ViewerId,
        version: i64,
        now: Timestamp,
    ) -> Result<(), Revoked> {
        match self.viewers.get(self.viewer(channel, viewer_id), now, |&up_to| up_to) {
            Some(up_to) if version <= up_to => {
                Err(Revoked::ViewerSessions { viewer_id: viewer_id.clone(), up_to })
            }
            _ => Ok(()),
        }
    }

    /// By channel and UUID: who may sign for another channel cannot spend the tokens of this one.
    fn spend(&self, channel: &ChannelArn, token: SingleUse, now: Timestamp) -> Result<(), Revoked> {
        let key = self.hash.with(channel.as_str()).with(token.uuid).fingerprint();
        if self.spent.put(key, (), end(now, token.lifetime), now, |(), ()| ()) {
            return Err(Revoked::AlreadyUsed { uuid: token.uuid });
        }
        Ok(())
    }

    fn viewer(&self, channel: &ChannelArn, viewer_id: &ViewerId) -> Fingerprint {
        self.hash.with(channel.as_str()).with(viewer_id.as_str()).fingerprint()
    }
}

impl RevocationStore for InMemoryRevocations {
    /// Remembers a revocation for so long, in seconds of the clock, rounded up.
    fn revoke_for(&self, revocation: &Revocation, lifetime: Duration) -> Result<(), StoreError> {
        let now = self.clock.now();
        self.pass(now);
        let end = end(now, lifetime);
        match revocation {
            Revocation::Participant { stage, participant_id, reason } => {
                let key = self.hash.with(stage.as_str()).with(participant_id.as_str()).fingerprint();
                let reason = reason.clone().map(Box::new);
                self.participants.put(key, reason, end, now, |held, new| {
                    if new.is_some() {
                        *held = new;
                    }
                });
            }
            Revocation::Stage { stage } => {
                self.stages.put(self.hash.with(stage.as_str()).fingerprint(), (), end, now, |(), ()| ());
            }
            Revocation::ConnectionToken { token_id } => {
                let key = self.hash.with(token_id.as_str()).fingerprint();
                self.connection_tokens.put(key, (), end, now, |(), ()| ());
            }
            Revocation::ViewerSessions { channel, viewer_id, up_to } => {
                let key = self.viewer(channel, viewer_id);
                self.viewers.put(key, *up_to, end, now, |held, new| *held = new.max(*held));
            }
        }
        Ok(())
    }

    fn check(&self, subject: &Subject<'_>) -> Result<Result<(), Revoked>, StoreError> {
        let now = self.clock.now();
        self.pass(now);
        Ok(match *subject {
            Subject::Participant { stage, participant_id } => {
                self.check_participant(stage, participant_id, now)
            }
            Subject::Connection { token_id } => self.check_connection(token_id, now),
            Subject::Playback { channel, viewer, single_use } => viewer
                .map_or(Ok(()), |(id, version)| self.check_viewer(channel, id, version, now))
                .and_then(|()| single_use.map_or(Ok(()), |token| self.spend(channel, token, now))),
        })
    }
}

/// The first second at which something is forgotten. Rounded up, so that nothing lasts shorter than it should.
fn end(now: Timestamp, lifetime: Duration) -> Timestamp {
    let part = u64::from(lifetime.subsec_nanos() > 0);
    now.saturating_add(Duration::from_secs(lifetime.as_secs().saturating_add(part)))
}

impl Default for InMemoryRevocations {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for InMemoryRevocations {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("InMemoryRevocations").field("len", &self.len()).finish_non_exhaustive()
    }
}
