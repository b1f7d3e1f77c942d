use std::fmt;
use std::time::Duration;

use ivs_token::{Revocation, RevocationStore, Revoked, StoreError, Subject};
use redis::{Pipeline, Value};

use crate::away::WhenAway;
use crate::failure::refusal;
use crate::keys::Keys;
use crate::link::{Link, Request};
use crate::question::{Answer, Question};
use crate::spender::Spender;
use crate::withdrawal;

/// How many tokens or revocations go in one round trip: a pipeline for ten million would be held in memory, here and there.
const BATCH: usize = 1024;

/// Revocations that several machines share, on one Redis primary, whichever that is at the time.
///
/// Made once, and shared across threads: each thread that checks takes a connection of its own for as long as that lasts.
pub struct RedisStore {
    pub(crate) link: Link,
    pub(crate) keys: Keys,
    pub(crate) when_away: WhenAway,
}

impl RedisStore {
    /// Asks the server for a sign of life, and whether it is a primary: at the start of a program, or for its health check. Building a store connects
    /// to nothing.
    ///
    /// # Errors
    ///
    /// [`StoreError`] when the server cannot be reached, lets us not in, or is not fit for use.
    pub fn ping(&self) -> Result<(), StoreError> {
        let mut commands = Pipeline::new();
        commands.cmd("PING");
        match self.link.exchange(&Request { commands: &commands, writes: false, check: true })?.first() {
            Some(Value::ServerError(error)) => Err(self.link.error(&refusal(error))),
            _ => Ok(()),
        }
    }

    /// Asks about some tokens in one round trip: an answer for each, or none for any.
    fn ask(&self, subjects: &[Subject<'_>]) -> Result<Vec<Answer>, Unasked> {
        let (mut spender, mut commands) = (Spender::default(), Pipeline::new());
        let questions = subjects.iter().enumerate().map(|(place, subject)| {
            let question = Question::about(subject, || spender.mark(place)).map_err(Unasked::NoAnswer)?;
            let question = question.ok_or(Unasked::Unknown)?;
            question.ask(&self.keys, &mut commands);
            Ok(question)
        });
        let questions = questions.collect::<Result<Vec<_>, Unasked>>()?;
        let writes = questions.iter().any(Question::writes);
        let request = Request { commands: &commands, writes, check: false };
        let mut replies = self.link.exchange(&request).map_err(Unasked::NoAnswer)?.into_iter();
        Ok(questions.iter().map(|question| question.answer(&mut replies)).collect())
    }

    fn revoke_all<'r>(
        &self,
        mut revocations: impl Iterator<Item = (&'r Revocation, Duration)>,
    ) -> Result<(), StoreError> {
        loop {
            let mut commands = Pipeline::new();
            for (revocation, lifetime) in revocations.by_ref().take(BATCH) {
                if !withdrawal::add(revocation, lifetime, &self.keys, &mut commands) {
                    return Err(unknown());
                }
            }
            if commands.is_empty() {
                return Ok(());
            }
            let request = Request { commands: &commands, writes: true, check: false };
            for reply in self.link.exchange(&request).map_err(|error| not_made(&error))? {
                if let Value::ServerError(error) = reply {
                    return Err(not_made(&self.link.error(&refusal(&error))));
                }
            }
        }
    }
}

/// Why nothing is known of some tokens.
enum Unasked {
    /// Redis cannot be asked: the user has chosen what happens then.
    NoAnswer(StoreError),
    /// It does not know what to ask: that is refused in any case.
    Unknown,
}

fn unknown() -> StoreError {
    StoreError::new(
        "this version of ivs-token-redis does not know this kind of token: update it with ivs-token",
    )
}

/// An error of a revocation that nobody knows to be in force.
fn not_made(error: &StoreError) -> StoreError {
    StoreError::new(format!("a revocation may not have been made, so make it again: {}", error.message))
}

impl RevocationStore for RedisStore {
    fn revoke_for(&self, revocation: &Revocation, lifetime: Duration) -> Result<(), StoreError> {
        self.revoke_all(std::iter::once((revocation, lifetime)))
    }

    fn check(&self, subject: &Subject<'_>) -> Result<Result<(), Revoked>, StoreError> {
        let answers = self.check_batch(std::slice::from_ref(subject))?;
        // One answer to one question.
        answers.into_iter().next().ok_or_else(unknown)
    }

    /// In one round trip for each 1024 tokens. When one goes unanswered, those that follow are not asked about.
    fn check_batch(&self, subjects: &[Subject<'_>]) -> Result<Vec<Result<(), Revoked>>, StoreError> {
        let mut answers = Vec::with_capacity(subjects.len());
        for some in subjects.chunks(BATCH) {
            match self.ask(some) {
                Ok(some) => {
                    for answer in some {
                        let decide = |what: String| self.when_away.decide(self.link.error(&what), Ok(()));
                        answers.push(answer.or_else(decide)?);
                    }
                }
                Err(Unasked::Unknown) => return Err(unknown()),
                Err(Unasked::NoAnswer(error)) => {
                    self.when_away.decide(error, ())?;
                    answers.resize(subjects.len(), Ok(()));
                    break;
                }
            }
        }
        Ok(answers)
    }

    /// In one round trip for each 1024 revocations. On an error, those before and some of those around it have been made.
    fn revoke_batch(&self, revocations: &[Revocation]) -> Result<(), StoreError> {
        self.revoke_all(revocations.iter().map(|revocation| (revocation, revocation.lifetime())))
    }
}

impl fmt::Debug for RedisStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RedisStore")
            .field("link", &self.link)
            .field("prefix", &self.keys.prefix())
            .field("when_away", &self.when_away)
            .finish()
    }
}
