use std::sync::Arc;

use ivs_token::RevocationStore as _;
use pyo3::prelude::*;

use crate::boundary::guard;
use crate::values;

/// A revocation store in the memory of this process. Other processes do not see it, and it is forgotten when the
/// process ends. A forked process has its own copy from then on. If you have several processes, use `RedisRevocations`.
///
/// Give it to every `Verifier` that should ask it. Any number of threads may use it.
#[pyclass(frozen, module = "ivs_token")]
pub(crate) struct InMemoryRevocations {
    pub(crate) store: Arc<ivs_token::InMemoryRevocations>,
}

/// What every store does, with the GIL released, as some have a way to go.
macro_rules! store_methods {
    ($class:ident { $($more:tt)* }) => {
        #[pymethods]
        impl $class {
            $($more)*

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
                    let stage = crate::stage::arn(&stage)?;
                    let id = ivs_token::ParticipantId::try_from(&*values::text("participant_id", &participant_id)?)?;
                    let reason = values::optional_text("reason", reason.as_ref())?;
                    let reason = reason.map(|reason| ivs_token::DisconnectReason::try_from(&*reason)).transpose()?;
                    Ok(py.detach(|| self.store.disconnect_participant(&stage, &id, reason))?)
                })
            }

            /// DeleteStage: refuses every token of this stage.
            fn delete_stage(&self, py: Python<'_>, stage: Bound<'_, PyAny>) -> PyResult<()> {
                guard(py, || {
                    let stage = crate::stage::arn(&stage)?;
                    Ok(py.detach(|| self.store.delete_stage(&stage))?)
                })
            }

            /// RevokeConnectionToken: refuses the connection token of this ID.
            fn revoke_connection_token(&self, py: Python<'_>, token_id: Bound<'_, PyAny>) -> PyResult<()> {
                guard(py, || {
                    let id = ivs_token::TokenId::try_from(&*values::text("token_id", &token_id)?)?;
                    Ok(py.detach(|| self.store.revoke_connection_token(&id))?)
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
                    let channel: ivs_token::ChannelArn = values::arn("channel", &channel)?;
                    let viewer_id = ivs_token::ViewerId::try_from(&*values::text("viewer_id", &viewer_id)?)?;
                    let up_to = crate::playback::int64("up_to", &up_to)?;
                    Ok(py.detach(|| self.store.revoke_viewer_sessions(&channel, &viewer_id, up_to))?)
                })
            }
        }
    };
}
pub(crate) use store_methods;

store_methods!(InMemoryRevocations {
    #[new]
    fn new(py: Python<'_>) -> PyResult<Self> {
        guard(py, || Ok(Self { store: Arc::new(ivs_token::InMemoryRevocations::new()) }))
    }

    /// Removes all expired entries at once. You need not call it: later checks remove them bit by bit.
    fn sweep(&self, py: Python<'_>) -> PyResult<()> {
        guard(py, || {
            py.detach(|| self.store.sweep());
            Ok(())
        })
    }

    /// How many revocations and spent tokens it holds.
    fn __len__(&self, py: Python<'_>) -> PyResult<usize> {
        guard(py, || Ok(self.store.len()))
    }

    /// A store is a store, also an empty one.
    fn __bool__(&self, py: Python<'_>) -> PyResult<bool> {
        guard(py, || Ok(true))
    }

    fn __reduce__(&self, py: Python<'_>) -> PyResult<()> {
        guard(py, || values::not_pickled("InMemoryRevocations cannot be pickled: each process has its own"))
    }

    fn __repr__(&self, py: Python<'_>) -> PyResult<String> {
        guard(py, || Ok(format!("<InMemoryRevocations len={}>", self.store.len())))
    }
});
