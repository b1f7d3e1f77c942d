use std::time::Duration;

use crate::error::MintError;
use crate::key::SigningKey;
use crate::token::exchange::Exchange;
use crate::token::minted::Token;
use crate::token::participant::Participant;
use crate::value::duration::ParticipantDuration;
use crate::value::timestamp::Timestamp;

impl Exchange {
    /// Mints the new token: it is issued now, by the system's clock. Any key of the stage's account and region will do.
    ///
    /// # Errors
    ///
    /// As [`Participant::mint`], and [`MintError::OldTokenEnded`] when the old token has ended and no duration was given.
    pub fn mint(self, key: &SigningKey) -> Result<Token, MintError> {
        self.mint_at(key, Timestamp::now())
    }

    /// Mints the new token as if the time were `now`.
    ///
    /// # Errors
    ///
    /// As [`Self::mint`].
    pub fn mint_at(self, key: &SigningKey, now: Timestamp) -> Result<Token, MintError> {
        self.prepare_participant(now)?.mint_at(key, now)
    }

    /// The participant of the new token, which lasts as long as is due.
    pub(crate) fn prepare_participant(self, now: Timestamp) -> Result<Participant, MintError> {
        self.participant.check()?;
        Ok(match self.end {
            Some(end) => self.participant.duration(left(end, now)?),
            None => self.participant,
        })
    }

    /// Mints the text of the new token and keeps the exchange, so that you can mint from it again. Nothing of it is
    /// copied.
    ///
    /// # Errors
    ///
    /// As [`Self::mint`].
    pub fn mint_text(&self, key: &SigningKey) -> Result<String, MintError> {
        self.mint_text_at(key, Timestamp::now())
    }

    /// Mints as [`Self::mint_text`] does, as if the time were `now`.
    ///
    /// # Errors
    ///
    /// As [`Self::mint`].
    pub fn mint_text_at(&self, key: &SigningKey, now: Timestamp) -> Result<String, MintError> {
        self.participant.check()?;
        match self.end {
            Some(end) => self.participant.mint_text_lasting(key, now, left(end, now)?),
            None => self.participant.mint_text_at(key, now),
        }
    }
}

/// How long a token lasts that is minted now and ends then.
fn left(end: Timestamp, now: Timestamp) -> Result<ParticipantDuration, MintError> {
    match u32::try_from(end.secs_since(now)) {
        Ok(0) | Err(_) => Err(MintError::OldTokenEnded { ended_at: end, now }),
        // A token from a clock that is ahead of this one has more than 14 days left.
        Ok(secs) => {
            let secs = secs.min(ParticipantDuration::MAX.as_secs());
            Ok(ParticipantDuration::try_from(Duration::from_secs(secs.into()))?)
        }
    }
}
