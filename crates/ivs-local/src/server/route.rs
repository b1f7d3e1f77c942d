//! Which operation a request asks for, and its input.

use ivs_model::{ApiError, Location, Operation, Patterns, Service, ServiceName, Source, Type, validate_with};
use serde_json::{Map, Value, json};

use super::Server;
use crate::arn::Arn;
use crate::http::sigv4::{Signed, decode, pairs};
use crate::kinds;

/// An operation, and what the path says of its input.
pub(crate) struct Route<'s> {
    pub(crate) service: &'s Service,
    pub(crate) operation: &'s Operation,
    /// Members of the path and the query.
    pub(super) members: Map<String, Value>,
}

impl Server {
    /// Finds the operation of a request.
    pub(crate) fn route(&self, request: &Signed<'_>) -> Result<Route<'_>, ApiError> {
        let mut members = Map::new();
        if let Some(arn) = request.path.strip_prefix("/tags/") {
            let arn = decode(arn);
            let kind = Arn::parse(&arn).and_then(|arn| kinds::of_type(arn.kind));
            let service = kind.map_or(ServiceName::RealTime, kinds::Kind::service);
            members.insert("resourceArn".into(), arn.into());
            let name = match request.method {
                "GET" => "ListTagsForResource",
                "POST" => "TagResource",
                "DELETE" => "UntagResource",
                _ => return Err(self.unknown(request)),
            };
            let keys: Vec<_> =
                pairs(request.query).filter(|(name, _)| name == "tagKeys").map(|(_, key)| key).collect();
            if name == "UntagResource" && !keys.is_empty() {
                members.insert("tagKeys".into(), keys.into());
            }
            let service = self.model.service(service);
            let operation = service.operation(name).ok_or_else(|| self.unknown(request))?;
            return Ok(Route { service, operation, members });
        }
        let name = request.path.strip_prefix('/').unwrap_or_default();
        self.model
            .services()
            .into_iter()
            .find_map(|service| {
                let operation = service.operation(name)?;
                (operation.method() == request.method && operation.uri() == request.path).then_some(Route {
                    service,
                    operation,
                    members: Map::new(),
                })
            })
            .ok_or_else(|| self.unknown(request))
    }

    /// The input of a call: the body, with the members of path and query.
    pub(super) fn input(&self, route: &Route<'_>, body: &[u8]) -> Result<Map<String, Value>, ApiError> {
        let malformed = |message: String| self.malformed(message);
        let mut value: Value = if body.is_empty() {
            json!({})
        } else {
            serde_json::from_slice(body)
                .map_err(|error| malformed(format!("The body is not JSON: {error}")))?
        };
        if let Value::Object(members) = &mut value
            && let Some(shape) = route.operation.input()
            && let Type::Structure(known) = route.service.shape(shape).kind()
        {
            // What belongs into the path or the query is not taken from the body.
            for member in known.iter().filter(|member| member.location() != Location::Body) {
                members.remove(member.name());
            }
            members.extend(route.members.clone());
            // Members that the model does not know are ignored.
            members.retain(|name, _| known.iter().any(|member| member.name() == name));
        }
        validate_with(route.service, route.operation.input(), &value, self.patterns()).map_err(|error| {
            match error.rule() {
                "wrong-type" => self.assumed("wrong-type", error.message()),
                _ => error,
            }
        })?;
        match value {
            Value::Object(members) => Ok(members),
            _ => Err(malformed("The body is not a JSON object".to_owned())),
        }
    }

    pub(super) fn patterns(&self) -> Patterns {
        if self.environment().is_lenient() { Patterns::Ignored } else { Patterns::Checked }
    }

    /// The refusal of a body that can not be read.
    pub(crate) fn malformed(&self, message: impl Into<String>) -> ApiError {
        self.assumed("malformed-body", message)
    }

    fn unknown(&self, request: &Signed<'_>) -> ApiError {
        let asked = format!("{} {}", request.method, request.path);
        let message = unknown_name(&asked).message().to_owned();
        let mut all = self.model.services().into_iter().flat_map(Service::operations);
        // Whoever tries it in a browser asks with GET.
        match all.find(|operation| operation.uri() == request.path) {
            Some(known) => {
                self.assumed("operations", format!("{message}; {} takes {}", request.path, known.method()))
            }
            None => self.assumed("operations", message),
        }
    }

    /// A refusal whose code the settings choose.
    fn assumed(&self, rule: &'static str, message: impl Into<String>) -> ApiError {
        ApiError::new(self.environment().assumptions().word(rule), message, rule, Source::Assumed)
    }
}

pub(super) fn unknown_name(name: &str) -> ApiError {
    ApiError::new(
        "UnknownOperationException",
        format!("Unknown operation: {name}"),
        "operations",
        Source::Assumed,
    )
}
