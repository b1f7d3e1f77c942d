use ivs_token::{DisconnectReason, Revoked, Subject};
use pyo3::prelude::*;

use crate::boundary::guard;
use crate::playback::int64;
use crate::values;

/// What a `RevocationStore` says about a token. There is no default: if a store says nothing, the token is refused.
#[pyclass(frozen, eq, hash, module = "ivs_token")]
#[derive(Clone, PartialEq, Eq, Hash)]
pub(crate) struct Verdict(Said);

#[derive(Clone, PartialEq, Eq, Hash)]
enum Said {
    NotRevoked,
    ParticipantDisconnected(Option<DisconnectReason>),
    StageDeleted,
    ConnectionTokenRevoked,
    ViewerSessionRevoked(i64),
    AlreadyUsed,
}

#[pymethods]
impl Verdict {
    /// There is nothing against the token.
    #[classattr]
    const NOT_REVOKED: Self = Self(Said::NotRevoked);

    /// The stage was deleted: `RevokedError` with the code `STAGE_DELETED`.
    #[classattr]
    const STAGE_DELETED: Self = Self(Said::StageDeleted);

    /// The connection token was revoked: `RevokedError` with the code `CONNECTION_TOKEN_REVOKED`.
    #[classattr]
    const CONNECTION_TOKEN_REVOKED: Self = Self(Said::ConnectionTokenRevoked);

    /// The playback token is good once, and was used before: `AlreadyUsedError`.
    #[classattr]
    const ALREADY_USED: Self = Self(Said::AlreadyUsed);

    /// The participant was disconnected: `RevokedError` with the code `PARTICIPANT_DISCONNECTED`. The reason has at most 128
    /// characters and is shown in the refusal.
    #[staticmethod]
    #[pyo3(signature = (reason=None))]
    fn participant_disconnected(py: Python<'_>, reason: Option<Bound<'_, PyAny>>) -> PyResult<Self> {
        guard(py, || {
            let reason = values::optional_text("reason", reason.as_ref())?;
            let reason = reason.map(|reason| DisconnectReason::try_from(&*reason)).transpose()?;
            Ok(Self(Said::ParticipantDisconnected(reason)))
        })
    }

    /// The viewer's sessions were revoked up to this version: `RevokedError` with the code `VIEWER_SESSION_REVOKED`.
    #[staticmethod]
    fn viewer_sessions_revoked(py: Python<'_>, up_to: Bound<'_, PyAny>) -> PyResult<Self> {
        guard(py, || Ok(Self(Said::ViewerSessionRevoked(int64("up_to", &up_to)?))))
    }

    fn __repr__(&self, py: Python<'_>) -> PyResult<String> {
        guard(py, || {
            Ok(match &self.0 {
                Said::NotRevoked => "Verdict.NOT_REVOKED".to_owned(),
                Said::StageDeleted => "Verdict.STAGE_DELETED".to_owned(),
                Said::ConnectionTokenRevoked => "Verdict.CONNECTION_TOKEN_REVOKED".to_owned(),
                Said::AlreadyUsed => "Verdict.ALREADY_USED".to_owned(),
                Said::ParticipantDisconnected(None) => "Verdict.participant_disconnected()".to_owned(),
                Said::ParticipantDisconnected(Some(reason)) => {
                    format!("Verdict.participant_disconnected({:?})", reason.as_str())
                }
                Said::ViewerSessionRevoked(up_to) => format!("Verdict.viewer_sessions_revoked({up_to})"),
            })
        })
    }
}

impl Verdict {
    /// The verdict in the core's way; `None` when it is not one about such a token.
    pub(crate) fn about(&self, subject: &Subject<'_>) -> Option<Result<(), Revoked>> {
        Some(match (&self.0, subject) {
            (Said::NotRevoked, _) => Ok(()),
            (Said::ParticipantDisconnected(reason), Subject::Participant { participant_id, .. }) => {
                let (participant_id, reason) = ((*participant_id).clone(), reason.clone());
                Err(Revoked::ParticipantDisconnected { participant_id, reason })
            }
            (Said::StageDeleted, Subject::Participant { stage, .. }) => {
                Err(Revoked::StageDeleted { stage: (*stage).clone() })
            }
            (Said::ConnectionTokenRevoked, Subject::Connection { token_id }) => {
                Err(Revoked::ConnectionToken { token_id: (*token_id).clone() })
            }
            (Said::ViewerSessionRevoked(up_to), Subject::Playback { viewer: Some((viewer_id, _)), .. }) => {
                Err(Revoked::ViewerSessions { viewer_id: (*viewer_id).clone(), up_to: *up_to })
            }
            (Said::AlreadyUsed, Subject::Playback { single_use: Some(single_use), .. }) => {
                Err(Revoked::AlreadyUsed { uuid: single_use.uuid })
            }
            _ => return None,
        })
    }
}
