//! What a refused call is answered with.

use std::fmt;

/// Where a rule comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Source {
    /// The service model.
    Model,
    /// AWS's user guides.
    Guide,
    /// Nothing published says it: the likeliest behaviour was chosen. Each of these has a name in `docs/local.md`.
    Assumed,
    /// A fault that a user of a local service has asked for.
    Fault,
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Model => "model",
            Self::Guide => "guide",
            Self::Assumed => "assumed",
            Self::Fault => "fault",
        })
    }
}

/// A refusal as it goes over the wire: a code, an HTTP status and a message; and for people the rule that was broken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ApiError {
    code: &'static str,
    status: u16,
    message: String,
    rule: &'static str,
    source: Source,
}

impl ApiError {
    /// The header that names the code.
    pub const TYPE_HEADER: &'static str = "x-amzn-ErrorType";

    /// A refusal with this code and message. `rule` names the rule that was broken, and `source` says where the rule comes
    /// from.
    pub fn new(code: &'static str, message: impl Into<String>, rule: &'static str, source: Source) -> Self {
        Self { code, status: status(code), message: message.into(), rule, source }
    }

    /// The code, such as `ValidationException`.
    pub fn code(&self) -> &'static str {
        self.code
    }

    /// The HTTP status.
    pub fn status(&self) -> u16 {
        self.status
    }

    /// What is wrong, for people.
    pub fn message(&self) -> &str {
        &self.message
    }

    /// The rule that was broken.
    pub fn rule(&self) -> &'static str {
        self.rule
    }

    /// Where the rule comes from.
    pub fn source(&self) -> Source {
        self.source
    }

    /// The body. It has `message`, which boto3 and the AWS CLI print, and `exceptionMessage`, which the model names.
    pub fn body(&self) -> serde_json::Value {
        serde_json::json!({ "message": self.message, "exceptionMessage": self.message })
    }
}

impl fmt::Display for ApiError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.code, self.message)
    }
}

impl std::error::Error for ApiError {}

/// The status of each code: those of the models, and those that every AWS service can answer.
fn status(code: &str) -> u16 {
    match code {
        "ServiceQuotaExceededException" => 402,
        "AccessDeniedException"
        | "PendingVerification"
        | "InvalidSignatureException"
        | "UnrecognizedClientException"
        | "MissingAuthenticationTokenException" => 403,
        "ResourceNotFoundException" | "ChannelNotBroadcasting" | "UnknownOperationException" => 404,
        "RequestTimeoutException" => 408,
        "ConflictException" => 409,
        "RequestEntityTooLargeException" => 413,
        "ThrottlingException" => 429,
        "InternalServerException" => 500,
        "ServiceUnavailable" | "StreamUnavailable" => 503,
        _ => 400,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Model;

    #[test]
    fn statuses_are_those_of_the_models() {
        let model = Model::new().unwrap();
        for service in model.services() {
            assert!(!service.exceptions().is_empty());
            for (code, expected) in service.exceptions() {
                assert_eq!(status(code), *expected, "{code}");
            }
        }
    }

    #[test]
    fn the_body_has_both_messages() {
        let error = ApiError::new("ConflictException", "in use", "in-use", Source::Model);
        assert_eq!(error.body()["message"], "in use");
        assert_eq!(error.body()["exceptionMessage"], "in use");
        assert_eq!((error.status(), error.to_string().as_str()), (409, "ConflictException: in use"));
    }
}
