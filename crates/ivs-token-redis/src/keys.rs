use ivs_token::{ChannelArn, ParticipantId, StageArn, TokenId, ViewerId};

/// The names of keys, as the README documents them.
///
/// ARNs, IDs of participants and of connection tokens have no character that could end them early, and a viewer ID, which
/// can be any text, comes last: no two things have one name.
pub(crate) struct Keys(Box<str>);

impl Keys {
    pub(crate) const MAX_PREFIX: usize = 128;

    pub(crate) fn with_prefix(prefix: &str) -> Self {
        Self(prefix.into())
    }

    pub(crate) fn prefix(&self) -> &str {
        &self.0
    }

    pub(crate) fn stage(&self, stage: &StageArn) -> String {
        format!("{}stage:{stage}", self.0)
    }

    pub(crate) fn participant(&self, stage: &StageArn, participant_id: &ParticipantId) -> String {
        format!("{}participant:{stage}:{participant_id}", self.0)
    }

    pub(crate) fn connection(&self, token_id: &TokenId) -> String {
        format!("{}connection:{token_id}", self.0)
    }

    pub(crate) fn viewer(&self, channel: &ChannelArn, viewer_id: &ViewerId) -> String {
        format!("{}viewer:{channel}:{viewer_id}", self.0)
    }

    /// A UUID is written in lower case with hyphens.
    ///
    /// Who may sign for another channel cannot spend the tokens of this one.
    pub(crate) fn used(&self, channel: &ChannelArn, uuid: &impl std::fmt::Display) -> String {
        format!("{}used:{channel}:{uuid}", self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The names are a format: other machines may run another version of this crate.
    #[test]
    fn names_stay_what_they_are() -> Result<(), Box<dyn std::error::Error>> {
        let keys = Keys::with_prefix("{ivs-token}:");
        let stage: StageArn = "arn:aws:ivs:us-west-2:123456789012:stage/S".parse()?;
        let channel: ChannelArn = "arn:aws:ivs:us-west-2:123456789012:channel/C".parse()?;
        assert_eq!(keys.stage(&stage), "{ivs-token}:stage:arn:aws:ivs:us-west-2:123456789012:stage/S");
        assert_eq!(
            keys.participant(&stage, &"p-1".parse()?),
            "{ivs-token}:participant:arn:aws:ivs:us-west-2:123456789012:stage/S:p-1"
        );
        assert_eq!(keys.connection(&"t_1".parse()?), "{ivs-token}:connection:t_1");
        assert_eq!(
            keys.viewer(&channel, &ViewerId::try_from("é:\r\n\0")?),
            "{ivs-token}:viewer:arn:aws:ivs:us-west-2:123456789012:channel/C:é:\r\n\0"
        );
        let uuid = uuid::Uuid::from_u128(0xABCD);
        let used = "{ivs-token}:used:arn:aws:ivs:us-west-2:123456789012:channel/C:00000000-0000-0000-0000-00000000abcd";
        assert_eq!(keys.used(&channel, &uuid), used);
        Ok(())
    }
}
