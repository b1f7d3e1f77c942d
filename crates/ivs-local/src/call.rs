//! One call of an operation: its input, and the state that it sees and changes.

use std::ops::{Deref, DerefMut};

use ivs_model::{ApiError, Operation, Service, Source};
use serde_json::{Map, Value};

use crate::environment::Environment;
use crate::ids::Ids;
use crate::input::Input;
use crate::store::Store;
use crate::view::{Outcome, Scene, View};

pub(crate) use crate::view::{Effect, not_found};

/// What an operation answers.
pub(crate) type Answer = Result<Value, ApiError>;

/// One call of one operation.
pub(crate) struct Call<'a> {
    pub(crate) service: &'a Service,
    pub(crate) operation: &'a Operation,
    pub(crate) input: Input<'a>,
    view: View<'a>,
}

/// What is called, by whom, and when.
pub(crate) struct Frame<'a> {
    pub(crate) service: &'a Service,
    pub(crate) operation: &'a Operation,
    pub(crate) scene: Scene<'a>,
    pub(crate) input: &'a Map<String, Value>,
}

impl<'a> Call<'a> {
    pub(crate) fn new(
        frame: &Frame<'a>,
        ids: Ids,
        environment: &'a Environment,
        store: &'a dyn Store,
    ) -> Self {
        let &Frame { service, operation, scene, input } = frame;
        let input = Input::new(service, operation, input);
        Self { service, operation, input, view: View::new(scene, ids, environment, store) }
    }

    /// What is to be committed.
    pub(crate) fn finish(self) -> Outcome {
        self.view.finish()
    }

    /// A text of the input; empty, if there is none.
    pub(crate) fn text(&self, name: &str) -> &'a str {
        self.input.text(name)
    }

    /// A refusal with the code that the model lists for this operation: the first of these, or `ValidationException`.
    pub(crate) fn refuse(
        &self,
        code: &'static str,
        message: impl Into<String>,
        rule: &'static str,
        source: Source,
    ) -> ApiError {
        let code = if self.operation.has_error(code) { code } else { "ValidationException" };
        ApiError::new(code, message, rule, source)
    }
}

impl<'a> Deref for Call<'a> {
    type Target = View<'a>;

    fn deref(&self) -> &Self::Target {
        &self.view
    }
}

impl DerefMut for Call<'_> {
    fn deref_mut(&mut self) -> &mut Self::Target {
        &mut self.view
    }
}

/// Something that AWS's validator does not see.
pub(crate) fn invalid(message: impl Into<String>, rule: &'static str, source: Source) -> ApiError {
    ApiError::new("ValidationException", message, rule, source)
}

/// One more than an account and region may have.
pub(crate) fn quota(name: &str, limit: usize) -> ApiError {
    let message = format!("The quota {name} of {limit} was reached for this account and region");
    ApiError::new("ServiceQuotaExceededException", message, "quota", Source::Guide)
}
