use std::sync::Arc;
use std::time::Duration;

use ivs_token::{Revocation, RevocationStore, Revoked, SingleUse, StoreError, Subject, ViewerId};
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyList, PyTuple};

use crate::call;
use crate::failure::Failure;
use crate::held::Held;
use crate::home::UUID;
use crate::verdict::Verdict;

/// A `RevocationStore` written in Python: asked on the thread that verifies, which takes the GIL for as long.
///
/// Whatever goes wrong there is an error here, and with an error the core accepts no token.
#[derive(Debug)]
pub(crate) struct PythonStore(pub(crate) Arc<Held>);

/// What the store has to say about one token.
type Answer = Result<(), Revoked>;

impl RevocationStore for PythonStore {
    /// Never called: revocations are made in Python, by the means of the store.
    fn revoke_for(&self, _: &Revocation, _: Duration) -> Result<(), StoreError> {
        Err(StoreError::new("a store written in Python makes revocations by itself"))
    }

    fn check(&self, subject: &Subject<'_>) -> Result<Answer, StoreError> {
        self.ask(|store| match subject {
            Subject::Participant { stage, participant_id } => {
                let name = intern!(store.py(), "check_participant");
                one(subject, name, &store.call_method1(name, (stage.as_str(), participant_id.as_str()))?)
            }
            Subject::Connection { token_id } => {
                let name = intern!(store.py(), "check_connection");
                one(subject, name, &store.call_method1(name, (token_id.as_str(),))?)
            }
            Subject::Playback { channel, viewer, single_use } => {
                let name = intern!(store.py(), "check_playback");
                let details = playback(store.py(), *viewer, *single_use)?;
                one(subject, name, &store.call_method(name, (channel.as_str(),), Some(&details))?)
            }
            _ => Err(unknown()),
        })
    }

    fn check_batch(&self, subjects: &[Subject<'_>]) -> Result<Vec<Answer>, StoreError> {
        let participants: Option<Vec<_>> = subjects
            .iter()
            .map(|subject| match subject {
                Subject::Participant { stage, participant_id } => {
                    Some((stage.as_str(), participant_id.as_str()))
                }
                _ => None,
            })
            .collect();
        let Some(participants) = participants else {
            return subjects.iter().map(|subject| self.check(subject)).collect();
        };
        self.ask(|store| {
            let py = store.py();
            let pairs = participants.iter().map(|pair| PyTuple::new(py, <[&str; 2]>::from(*pair)));
            let pairs = PyList::new(py, pairs.collect::<PyResult<Vec<_>>>()?)?;
            let name = intern!(py, "check_participants");
            let mut verdicts = store.call_method1(name, (pairs,))?.try_iter()?;
            let mut answers = Vec::with_capacity(subjects.len());
            for subject in subjects {
                let verdict = verdicts.next().ok_or_else(|| miscounted(subjects.len()))??;
                answers.push(one(subject, name, &verdict)?);
            }
            // No more than one is looked at: there may be no end to them.
            verdicts.next().map_or(Ok(answers), |_| Err(miscounted(subjects.len())))
        })
    }
}

impl PythonStore {
    fn ask<T>(&self, ask: impl FnOnce(&Bound<'_, PyAny>) -> Result<T, Failure>) -> Result<T, StoreError> {
        let asked = Python::try_attach(|py| match self.0.get(py) {
            Some(store) => ask(&store).map_err(|failure| call::raised(py, failure.into_py_err(py))),
            None => Err(StoreError::new("nobody holds it any more")),
        });
        asked.unwrap_or_else(|| Err(StoreError::new("the Python interpreter is shutting down")))
    }
}

/// An answer that is a verdict about such a token.
fn one(
    subject: &Subject<'_>,
    method: &Bound<'_, pyo3::types::PyString>,
    answer: &Bound<'_, PyAny>,
) -> Result<Answer, Failure> {
    let Ok(verdict) = answer.cast::<Verdict>() else {
        return Err(Failure::wrong_type(&format!("what {method} gives"), "a Verdict", answer));
    };
    verdict.get().about(subject).ok_or_else(|| {
        let words = format!("{method} gave {}, which is not about such a token", repr(answer));
        Failure::Python(pyo3::exceptions::PyTypeError::new_err(words))
    })
}

fn playback<'py>(
    py: Python<'py>,
    viewer: Option<(&ViewerId, i64)>,
    single_use: Option<SingleUse>,
) -> Result<Bound<'py, PyDict>, Failure> {
    let details = PyDict::new(py);
    details.set_item("viewer_id", viewer.map(|(viewer_id, _)| viewer_id.as_str()))?;
    details.set_item("viewer_session_version", viewer.map(|(_, version)| version))?;
    let uuid = single_use.map(|once| UUID.get(py)?.call1((once.uuid.to_string(),))).transpose()?;
    details.set_item("single_use_uuid", uuid)?;
    details.set_item("remember_for", single_use.map(|once| once.lifetime))?;
    Ok(details)
}

fn repr(value: &Bound<'_, PyAny>) -> String {
    value.repr().map_or_else(|_| "?".to_owned(), |text| text.to_string())
}

fn miscounted(asked: usize) -> Failure {
    let words = format!("check_participants must give as many verdicts as it was asked for, {asked}");
    Failure::Python(pyo3::exceptions::PyTypeError::new_err(words))
}

fn unknown() -> Failure {
    Failure::Python(pyo3::exceptions::PyTypeError::new_err("a kind of token that this version does not know"))
}
