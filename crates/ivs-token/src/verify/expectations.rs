use crate::error::VerifyError;
use crate::token::participant::ParticipantClaims;
use crate::value::arn::StageArn;
use crate::value::capability::{Capabilities, Capability};

/// What a token must fulfil besides being valid: be for a certain stage, be of a certain user, grant certain
/// capabilities.
///
/// ```
/// use ivs_token::{Capability, Expectations, StageArn};
///
/// let stage: StageArn = "arn:aws:ivs:us-west-2:123456789012:stage/oRmLNwuCeMlQ".parse()?;
/// let may_publish_here = Expectations::new().stage(&stage).capability(Capability::Publish);
/// # Ok::<(), ivs_token::ArnError>(())
/// ```
#[derive(Clone, Debug)]
#[must_use]
pub struct Expectations {
    stage: Option<StageArn>,
    capabilities: Capabilities,
    user_id: Option<String>,
}

impl Expectations {
    /// No expectations yet.
    pub const fn new() -> Self {
        Self { stage: None, capabilities: Capabilities::NONE, user_id: None }
    }

    /// The token must be for this stage.
    pub fn stage(self, stage: &StageArn) -> Self {
        Self { stage: Some(stage.clone()), ..self }
    }

    /// The token must grant this; call it twice to require both.
    pub fn capability(self, capability: Capability) -> Self {
        Self { capabilities: self.capabilities | capability.into(), ..self }
    }

    /// The token must be of this user.
    pub fn user_id(self, user_id: impl Into<String>) -> Self {
        Self { user_id: Some(user_id.into()), ..self }
    }

    pub(super) fn check(&self, claims: &ParticipantClaims) -> Result<(), VerifyError> {
        if let Some(expected) = self.stage.as_ref().filter(|&stage| stage != claims.stage.arn()) {
            let (expected, found) = (expected.clone(), claims.stage.arn().clone());
            return Err(VerifyError::WrongStage { expected, found });
        }
        if let Some(missing) = self.capabilities.iter().find(|&one| !claims.capabilities.contains(one)) {
            return Err(VerifyError::InsufficientCapabilities { missing });
        }
        if self.user_id.is_some() && self.user_id.as_deref() != claims.user_id() {
            return Err(VerifyError::WrongUser { found: claims.user_id().map(str::to_owned) });
        }
        Ok(())
    }
}

impl Default for Expectations {
    fn default() -> Self {
        Self::new()
    }
}
