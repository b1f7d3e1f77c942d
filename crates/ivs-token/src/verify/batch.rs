//! Many tokens, and one question to the store.

use super::{Decided, VerifiedToken, Verifier};
use crate::claims::Claims;
use crate::error::{StoreError, VerifyError};
use crate::participant::ParticipantClaims;
use crate::timestamp::Timestamp;

/// What was decided about a token.
type Decision<C> = Result<Decided<C>, VerifyError>;

impl Verifier {
    /// Verifies many tokens at one moment, in their order; one that is refused does not stop the others. A store of
    /// revocations is asked once, about all that are good otherwise.
    ///
    /// # Errors
    ///
    /// Each element is what [`Self::verify`] would have answered. When the store gives no answer, no token is accepted.
    pub fn verify_batch(&self, tokens: &[impl AsRef<str>]) -> Vec<Result<VerifiedToken, VerifyError>> {
        let now = self.clock.now();
        let decide = |token: &str| {
            self.decide(token, now, |claims: &ParticipantClaims| self.expectations.check(claims))
        };
        let mut decisions: Vec<_> = tokens.iter().map(|token| decide(token.as_ref())).collect();
        self.ask_about(&mut decisions, now);
        let settle = |(token, decision): (_, Decision<_>)| Ok(self.settle(token, decision?));
        tokens.iter().map(AsRef::as_ref).zip(decisions).map(settle).collect()
    }

    /// Refuses what the store has something against.
    fn ask_about<C: Claims>(&self, decisions: &mut [Decision<C>], now: Timestamp) {
        let Some(store) = &self.revocations else { return };
        let subjects: Vec<_> = decisions
            .iter()
            .filter_map(|decision| decision.as_ref().ok())
            .map(|token| self.subject(&token.claims, now))
            .collect();
        if subjects.is_empty() {
            return;
        }
        let asked = subjects.len();
        let answers = store.check_batch(&subjects).and_then(|answers| match answers.len() {
            given if given == asked => Ok(answers),
            given => Err(StoreError::new(format!("it answered {given} of {asked} questions"))),
        });
        let good = decisions.iter_mut().filter(|decision| decision.is_ok());
        match answers {
            Ok(answers) => {
                for (decision, answer) in good.zip(answers) {
                    if let Err(revoked) = answer {
                        *decision = Err(revoked.into());
                    }
                }
            }
            Err(error) => good.for_each(|decision| *decision = Err(error.clone().into())),
        }
    }
}
