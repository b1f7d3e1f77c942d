use ivs_model::{Location, Model, ServiceName, Type};
use serde_json::Value;

use crate::client::{Answer, Client, Program};
use crate::inputs::{fullest, least, violations};

/// Sends an input as an SDK would: members of the path and the query where they belong.
fn send(
    client: &Client,
    service: &ivs_model::Service,
    operation: &ivs_model::Operation,
    input: &Value,
) -> Option<Answer> {
    let mut body = input.clone();
    let mut target = operation.uri().to_owned();
    let mut query = Vec::new();
    if let Some(Type::Structure(members)) = operation.input().map(|shape| service.shape(shape).kind()) {
        for member in members.iter().filter(|member| member.location() != Location::Body) {
            let value = body.as_object_mut()?.remove(member.name());
            match (member.location(), value) {
                (Location::Uri, Some(Value::String(value))) if !value.is_empty() => {
                    // The type of the resource tells the services apart, and only one of them has stages.
                    let value = match service.name() {
                        ServiceName::LowLatency => value.replace(":stage/", ":channel/"),
                        ServiceName::RealTime => value,
                    };
                    target = target.replace(&format!("{{{}}}", member.name()), &encode(&value));
                }
                (Location::Query, Some(Value::Array(values))) if !values.is_empty() => {
                    for value in values {
                        query.push(format!("{}={}", member.name(), encode(value.as_str()?)));
                    }
                }
                (Location::Query, None) => {}
                // No SDK can put it there.
                _ => return None,
            }
        }
    }
    if !query.is_empty() {
        target = format!("{target}?{}", query.join("&"));
    }
    Some(client.send(operation.method(), &target, body.to_string().as_bytes(), &[]))
}

fn encode(text: &str) -> String {
    text.bytes()
        .map(
            |byte| {
                if byte.is_ascii_alphanumeric() {
                    char::from(byte).to_string()
                } else {
                    format!("%{byte:02X}")
                }
            },
        )
        .collect()
}

/// Good inputs meet no complaint about their form: they succeed, or a rule of the service speaks.
#[test]
fn good_inputs_pass_the_model_and_answers_are_those_of_the_model() {
    let program = Program::start(&[]);
    let client = program.client();
    let model = Model::new().unwrap();
    let mut count = 0;
    for service in model.services() {
        for operation in service.operations() {
            let shape = operation.input().unwrap();
            for input in [least(service, shape), fullest(service, shape)] {
                let Some(answer) = send(&client, service, operation, &input) else { continue };
                count += 1;
                let name = operation.name();
                if answer.status == operation.status() {
                    if let Some(output) = operation.output().filter(|_| answer.status != 204) {
                        assert_eq!(ivs_model::check(service, output, &answer.body), [], "{name}");
                    }
                } else {
                    let code = answer.code();
                    assert!(operation.has_error(code), "{name} answers {code}: {}", answer.body);
                    assert!(!answer.head.contains("constraints; model"), "{name}: {}", answer.body);
                    assert_eq!(service.exceptions()[code], answer.status, "{name}");
                }
            }
        }
    }
    // But for UntagResource with no key, which no request can say, in both services.
    assert_eq!(count, 170);
}

#[test]
fn inputs_with_one_violation_are_refused() {
    let program = Program::start(&[]);
    let client = program.client();
    let model = Model::new().unwrap();
    let mut count = 0;
    for service in model.services() {
        for operation in service.operations() {
            for (what, input) in violations(service, operation.input().unwrap()) {
                let Some(answer) = send(&client, service, operation, &input) else { continue };
                count += 1;
                let name = operation.name();
                assert!(
                    matches!(answer.code(), "ValidationException" | "SerializationException"),
                    "{name}, {what}: {} {}",
                    answer.status,
                    answer.body
                );
                assert_eq!(answer.status, 400, "{name}, {what}");
                assert_eq!(answer.body["message"], answer.body["exceptionMessage"]);
            }
        }
    }
    assert!(count > 900, "{count}");
}
