//! The input of a call.

use ivs_model::{Operation, Service, Type};
use serde_json::{Map, Value};

/// What a caller gave: validated, and without members that the model does not know.
#[derive(Clone, Copy)]
pub(crate) struct Input<'a> {
    service: &'a Service,
    operation: &'a Operation,
    members: &'a Map<String, Value>,
}

impl<'a> Input<'a> {
    pub(crate) fn new(
        service: &'a Service,
        operation: &'a Operation,
        members: &'a Map<String, Value>,
    ) -> Self {
        Self { service, operation, members }
    }

    /// A member, if it was given. One that the model does not have can never be given: in debug builds, which tests are, to ask for it
    /// is an error.
    pub(crate) fn get(&self, name: &str) -> Option<&'a Value> {
        debug_assert!(self.can_have(name), "the input of {} has no member {name}", self.operation.name());
        self.members.get(name)
    }

    /// A text; empty, if there is none.
    pub(crate) fn text(&self, name: &str) -> &'a str {
        self.get(name).and_then(Value::as_str).unwrap_or_default()
    }

    /// All members that were given.
    pub(crate) fn all(&self) -> &'a Map<String, Value> {
        self.members
    }

    fn can_have(&self, name: &str) -> bool {
        let shape = self.operation.input().map(|shape| self.service.shape(shape).kind());
        matches!(shape, Some(Type::Structure(members)) if members.iter().any(|member| member.name() == name))
    }
}

#[cfg(test)]
mod tests {
    use ivs_model::{Model, ServiceName};
    use serde_json::json;

    use super::*;

    fn read(name: &str) -> Option<Value> {
        let model = Model::new().unwrap();
        let service = model.service(ServiceName::RealTime);
        let members = json!({ "arn": "a" });
        let input = Input::new(service, service.operation("GetStage").unwrap(), members.as_object().unwrap());
        input.get(name).cloned()
    }

    #[test]
    fn a_member_of_the_model_is_read() {
        assert_eq!(read("arn"), Some("a".into()));
    }

    #[test]
    #[should_panic(expected = "the input of GetStage has no member stageArn")]
    fn one_of_another_operation_is_an_error() {
        read("stageArn");
    }
}
