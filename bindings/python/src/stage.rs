use ivs_token::StageArn;
use pyo3::prelude::*;

use crate::failure::Failure;
use crate::values;

/// The parts of a stage that a token needs: its ARN and its two endpoints, which AWS allows you to keep for 14 days.
///
/// `whip_url` is `endpoints.whip` of GetStage, `events_url` is `endpoints.events`, which is the same for every stage in
/// practice. Frozen, equal by value, hashable, picklable. Raises `InvalidClaimError` for a value that is not of its
/// kind.
#[pyclass(frozen, module = "ivs_token")]
pub(crate) struct Stage(pub(crate) ivs_token::Stage);

/// The ARN of a stage, as whichever of these it was given: a `Stage`, or the ARN.
pub(crate) fn arn(value: &Bound<'_, PyAny>) -> Result<StageArn, Failure> {
    match value.cast::<Stage>() {
        Ok(stage) => Ok(stage.get().0.arn().clone()),
        Err(_) => values::arn("stage", value),
    }
}
