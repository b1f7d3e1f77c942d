//! Changes one after the other, and what falls due before them.

use std::sync::PoisonError;

use ivs_model::ApiError;

use super::Server;
use crate::clock::Time;
use crate::door::endings;
use crate::keeper::{Due, Written};
use crate::life;
use crate::store::StoreError;
use crate::time::LAST_MS;
use crate::view::{Scene, View, internal};

impl Server {
    /// Does outside of the store what a change asks for.
    pub(super) fn apply<T>(&self, written: Written<'_, T>) -> T {
        let Written { value, effects, turn } = written;
        let ends = endings(&effects);
        self.door.apply(effects);
        drop(turn);
        // Nobody can come back once they are sent away.
        self.live.end(ends);
        value
    }

    /// Commits a change that is no operation, after all that falls due before it.
    pub(crate) fn change<T>(
        &self,
        account: &str,
        region: &str,
        change: impl FnMut(&mut View<'_>) -> Result<T, ApiError>,
    ) -> Result<T, ApiError> {
        self.settle().map_err(internal)?;
        let scene = Scene { account, region, now: self.keeper.clock.now() };
        self.keeper.change(scene, change).map(|written| self.apply(written))
    }

    /// Runs the timers that are due, in order, each at its time. Answers how many there were.
    ///
    /// # Errors
    ///
    /// [`StoreError`].
    pub fn settle(&self) -> Result<usize, StoreError> {
        if !self.keeper.is_due() {
            return Ok(0);
        }
        let _settling = self.settling.lock().unwrap_or_else(PoisonError::into_inner);
        self.settle_now()
    }

    /// Sets the time to what `time` makes of it, if there is one to set, moves it by so many milliseconds, and runs what falls
    /// due through that. Answers how many timers there were: nobody else runs one of them, or moves the time meanwhile.
    ///
    /// # Errors
    ///
    /// In words: it would move beyond [`LAST_MS`], and nothing is done; or [`StoreError`].
    pub(crate) fn move_time(
        &self,
        time: impl FnOnce(i64) -> Option<Time>,
        milliseconds: Option<i64>,
    ) -> Result<usize, String> {
        let in_words = |error: StoreError| error.to_string();
        let _settling = self.settling.lock().unwrap_or_else(PoisonError::into_inner);
        let now = self.keeper.clock.now();
        let time = time(now);
        let begins = time.map_or(now, Time::now);
        if milliseconds.is_some_and(|milliseconds| begins.saturating_add(milliseconds) > LAST_MS) {
            return Err("The clock ends with the year 9999: advance it by less".to_owned());
        }
        if let Some(time) = time {
            self.keeper.set_time(time).map_err(in_words)?;
        }
        if let Some(milliseconds) = milliseconds {
            self.keeper.advance(milliseconds).map_err(in_words)?;
        }
        self.settle_now().map_err(in_words)
    }

    /// As [`Self::settle`], for who has its lock.
    fn settle_now(&self) -> Result<usize, StoreError> {
        let clock = &self.keeper.clock;
        let (time, until) = (clock.time(), clock.now());
        let mut shown = time;
        let mut fired = 0;
        while let Some(due) = self.keeper.first_due(until)? {
            if matches!(time, Time::Frozen(_)) && clock.time() == shown {
                // A clock that stands still shows to each timer the time at which it is due.
                shown = Time::Frozen(due.at);
                clock.set(shown);
            }
            self.fire(&due)?;
            fired += 1;
        }
        if clock.time() == shown {
            clock.set(time);
        }
        Ok(fired)
    }

    fn fire(&self, due: &Due) -> Result<(), StoreError> {
        let (account, region) = due.waiting.as_ref().map_or(("", ""), |one| (&one.account, &one.region));
        let scene = Scene { account, region, now: due.at };
        let run = self.keeper.change(scene, |view| {
            view.writes.push((due.key.clone(), None));
            due.waiting.as_ref().map_or(Ok(()), |waiting| life::run(view, &waiting.timer))
        });
        match run {
            Ok(written) => self.apply(written),
            Err(error) => {
                // One that fails must not stop the others.
                tracing::warn!(%error, timer = due.key, "a timer failed");
                let gone = self.keeper.change(scene, |view| {
                    view.writes.push((due.key.clone(), None));
                    Ok(())
                });
                gone.map(drop).map_err(|error| StoreError(error.to_string()))?;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::server::in_memory;
    use crate::settings::Settings;

    #[test]
    fn the_time_that_is_set_depends_on_one_that_nobody_moves_meanwhile() {
        let server = in_memory(Settings { freeze: Some(5), ..Settings::default() }, 1).unwrap();
        let seen = std::cell::Cell::new(0);
        let time = |now| {
            assert!(server.settling.try_lock().is_err(), "others can move the time");
            seen.set(now);
            Some(Time::Frozen(now + 2))
        };
        server.move_time(time, Some(10)).unwrap();
        assert_eq!((seen.get(), server.keeper.clock.now()), (5, 17));
    }

    #[test]
    fn whether_the_time_may_move_is_looked_at_where_nobody_moves_it() {
        let server = in_memory(Settings { freeze: Some(LAST_MS - 10), ..Settings::default() }, 1).unwrap();
        assert!(server.move_time(|_| None, Some(11)).unwrap_err().contains("year 9999"));
        assert_eq!(server.keeper.clock.now(), LAST_MS - 10);
        let back = |_: i64| Some(Time::Frozen(LAST_MS - 20));
        assert!(server.move_time(back, Some(21)).is_err());
        assert_eq!(server.keeper.clock.now(), LAST_MS - 10, "nothing is done");
        server.move_time(back, Some(20)).unwrap();
        assert_eq!(server.keeper.clock.now(), LAST_MS);
    }
}
