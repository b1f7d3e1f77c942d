use std::sync::Arc;

use ivs_token::{ChannelArn, DisconnectReason, ParticipantId, RevocationStore, TokenId, ViewerId};
use pyo3::prelude::*;

use crate::boundary::guard;
use crate::playback::int64;
use crate::{stage, values};

/// A store of revocations in the memory of this process: for one machine, and forgotten when the process ends. A forked
/// process has a copy of its own from then on.
///
/// Give it to every `Verifier` that is to ask it. It may be used by any number of threads.
#[pyclass(frozen, module = "ivs_token")]
pub(crate) struct InMemoryRevocations(pub(crate) Arc<ivs_token::InMemoryRevocations>);

#[pymethods]
impl InMemoryRevocations {
    #[new]
    fn new(py: Python<'_>) -> PyResult<Self> {
        guard(py, || Ok(Self(Arc::new(ivs_token::InMemoryRevocations::new()))))
    }

    /// DisconnectParticipant: refuses every token of this participant on this stage, for good.
    ///
    /// `stage` is a `Stage` or its ARN. `reason` has at most 128 characters and is shown in the refusal.
    #[pyo3(signature = (stage, participant_id, *, reason=None))]
    fn disconnect_participant(
        &self,
        py: Python<'_>,
        stage: Bound<'_, PyAny>,
        participant_id: Bound<'_, PyAny>,
        reason: Option<Bound<'_, PyAny>>,
    ) -> PyResult<()> {
        guard(py, || {
            let stage = stage::arn(&stage)?;
            let id = ParticipantId::try_from(&*values::text("participant_id", &participant_id)?)?;
            let reason = values::optional_text("reason", reason.as_ref())?;
            let reason = reason.map(|reason| DisconnectReason::try_from(&*reason)).transpose()?;
            Ok(self.0.disconnect_participant(&stage, &id, reason)?)
        })
    }

    /// DeleteStage: refuses every token of this stage.
    fn delete_stage(&self, py: Python<'_>, stage: Bound<'_, PyAny>) -> PyResult<()> {
        guard(py, || Ok(self.0.delete_stage(&stage::arn(&stage)?)?))
    }

    /// RevokeConnectionToken: refuses the connection token of this ID.
    fn revoke_connection_token(&self, py: Python<'_>, token_id: Bound<'_, PyAny>) -> PyResult<()> {
        guard(py, || {
            let id = TokenId::try_from(&*values::text("token_id", &token_id)?)?;
            Ok(self.0.revoke_connection_token(&id)?)
        })
    }

    /// StartViewerSessionRevocation: refuses every token of this viewer on this channel whose session version is at most
    /// `up_to`.
    #[pyo3(signature = (channel, viewer_id, *, up_to))]
    fn revoke_viewer_sessions(
        &self,
        py: Python<'_>,
        channel: Bound<'_, PyAny>,
        viewer_id: Bound<'_, PyAny>,
        up_to: Bound<'_, PyAny>,
    ) -> PyResult<()> {
        guard(py, || {
            let channel: ChannelArn = values::arn("channel", &channel)?;
            let viewer_id = ViewerId::try_from(&*values::text("viewer_id", &viewer_id)?)?;
            Ok(self.0.revoke_viewer_sessions(&channel, &viewer_id, int64("up_to", &up_to)?)?)
        })
    }

    /// Removes all that has expired, at once. Nobody has to call it: later checks do it bit by bit.
    fn sweep(&self, py: Python<'_>) -> PyResult<()> {
        guard(py, || {
            py.detach(|| self.0.sweep());
            Ok(())
        })
    }

    /// How many revocations and spent tokens it holds.
    fn __len__(&self, py: Python<'_>) -> PyResult<usize> {
        guard(py, || Ok(self.0.len()))
    }

    /// A store is a store, also an empty one.
    fn __bool__(&self, py: Python<'_>) -> PyResult<bool> {
        guard(py, || Ok(true))
    }

    fn __reduce__(&self, py: Python<'_>) -> PyResult<()> {
        guard(py, || values::not_pickled("InMemoryRevocations can not be pickled: each process has its own"))
    }

    fn __repr__(&self, py: Python<'_>) -> PyResult<String> {
        guard(py, || Ok(format!("<InMemoryRevocations len={}>", self.0.len())))
    }
}
