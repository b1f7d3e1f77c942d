use ivs_token::{Participant, ParticipantDuration, Stage};
use serde::Deserialize;

use crate::failure::Failure;
use crate::input::{self, Pairs};

/// What a participant token is made from.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Options {
    user_id: Option<String>,
    attributes: Option<Pairs>,
    capabilities: Option<Vec<String>>,
    duration_seconds: Option<f64>,
    participant_id: Option<String>,
}

impl Options {
    /// A token about to be minted.
    pub(crate) fn begin(&self, stage: &Stage) -> Result<Participant, Failure> {
        let mut participant = stage.participant();
        if let Some(user_id) = &self.user_id {
            participant = participant.user_id(user_id.as_str());
        }
        if let Some(attributes) = &self.attributes {
            participant = participant.attributes(input::attributes(attributes)?);
        }
        if let Some(names) = &self.capabilities {
            participant = participant.capabilities(input::capabilities(names)?);
        }
        if let Some(secs) = self.duration_seconds {
            participant = participant.duration(ParticipantDuration::try_from(input::seconds(secs))?);
        }
        if let Some(id) = &self.participant_id {
            participant = participant.participant_id(id.as_str());
        }
        participant.check()?;
        Ok(participant)
    }
}
