//! The whole state of a server at once: kept, taken back, forgotten, copied.

use std::sync::PoisonError;
use std::sync::atomic::Ordering;

use tokio::sync::watch;

use super::Server;
use crate::clock::Time;
use crate::door::End;
use crate::state::{RestoreError, State, check, fork, is_secret};
use crate::store::{StoreError, Transaction};

impl Server {
    /// Waits while the state is replaced by another, and holds no thread meanwhile.
    pub(crate) async fn replaced(&self) {
        if *self.replacing.borrow() > 0 {
            // Who says so lives as long as the server.
            let _ = self.replacing.subscribe().wait_for(|many| *many == 0).await;
        }
    }

    /// All that the server knows, without its own keys.
    ///
    /// # Errors
    ///
    /// [`StoreError`].
    pub fn snapshot(&self) -> Result<State, StoreError> {
        // A change is one commit, and a scan sees all of it or nothing: nobody has to wait.
        Ok(State::of(self.store().scan("", "", usize::MAX)?))
    }

    /// Knows this state and nothing else from now on. Who is on a stage is sent away; the server's own keys stay.
    ///
    /// # Errors
    ///
    /// [`RestoreError`]: nothing was changed.
    pub fn restore(&self, state: &State) -> Result<(), RestoreError> {
        check(state, &self.model, self.patterns())?;
        Ok(self.replace(state)?)
    }

    /// As [`Self::restore`], of a state that is good.
    fn replace(&self, state: &State) -> Result<(), StoreError> {
        let _replacing = Replacing::begin(&self.replacing);
        let _settling = self.settling.lock().unwrap_or_else(PoisonError::into_inner);
        let all = self.store().scan("", "", usize::MAX)?;
        let stages = all.iter().filter(|(key, _)| key.split('/').nth(2) == Some("stage"));
        let arns = stages.filter_map(|(_, entry)| entry.value.get("arn")?.as_str()?.try_into().ok());
        self.live.end(arns.map(End::Stage).collect());
        let turn = self.keeper.replace((state.entries(), state.calls()), is_secret)?;
        self.door.replace(state.entries().iter());
        drop(turn);
        self.live.settle()?;
        // What is seen from now on is of this state alone.
        self.watched.forget();
        self.environment().audience.forget();
        self.keeper.recent().forget();
        self.door.refusals().forget();
        self.log.forget();
        self.calls_begun.store(0, Ordering::Relaxed);
        Ok(())
    }

    /// Takes back what was ordered: clock, rates, faults and targets are those of the settings again. Resources stay, and so
    /// does what happened to them. What falls due through the clock happens before it returns.
    ///
    /// # Errors
    ///
    /// [`StoreError`].
    pub fn calm(&self) -> Result<(), StoreError> {
        self.keeper.set_time(Time::first(self.settings().freeze))?;
        self.rates.set(self.settings().rates);
        self.targets.calm();
        // They were good when the server started.
        self.faults.reset(&self.model).map_err(StoreError)?;
        self.settle().map(drop)
    }

    /// Forgets every resource of every account, every event, what happened to the clock, and every fault, rate and target but
    /// those of the settings, as if the server had just begun. The server's own keys stay.
    ///
    /// # Errors
    ///
    /// [`StoreError`].
    pub fn reset(&self) -> Result<(), StoreError> {
        self.replace(&State::default())?;
        self.rates.set(self.settings().rates);
        self.targets.reset();
        // They were good when the server started.
        self.faults.reset(&self.model).map_err(StoreError)
    }

    /// Gives the account `to` the resources of the account `from`, and answers how many; none if `to` has some already.
    ///
    /// # Errors
    ///
    /// [`StoreError`].
    pub fn fork(&self, from: &str, to: &str) -> Result<Option<usize>, StoreError> {
        let copies = fork(&State::of(self.store().scan(&format!("{from}/"), "", usize::MAX)?), from, to);
        let writes = copies.iter().map(|(key, value)| (key.clone(), Some(value.clone()))).collect();
        let _turn = self.keeper.turn();
        if self.store().count(&format!("{to}/"))? > 0 {
            return Ok(None);
        }
        self.store().commit(Transaction { checks: Vec::new(), writes })?;
        self.door.learn(copies.iter());
        Ok(Some(copies.len()))
    }
}

/// The state is being replaced, for as long as this is there.
struct Replacing<'s>(&'s watch::Sender<usize>);

impl<'s> Replacing<'s> {
    fn begin(all: &'s watch::Sender<usize>) -> Self {
        all.send_modify(|many| *many += 1);
        Self(all)
    }
}

impl Drop for Replacing<'_> {
    fn drop(&mut self) {
        self.0.send_modify(|many| *many -= 1);
    }
}
