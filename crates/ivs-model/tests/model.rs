//! From the model: good inputs of every operation are accepted, and inputs with one violation each are refused.
// What clippy lets a test do, its helpers may do too.
#![allow(clippy::expect_used, clippy::panic, clippy::print_stderr, clippy::print_stdout, clippy::unwrap_used)]

use ivs_model::{Model, Problem, Service, check};
use serde_json::json;

mod inputs;

use inputs::{fullest, least, violations};

#[test]
fn the_least_and_the_fullest_good_input_of_every_operation_are_accepted() {
    let model = Model::new().unwrap();
    let mut count = 0;
    for service in model.services() {
        for operation in service.operations() {
            let Some(shape) = operation.input() else { continue };
            for input in [least(service, shape), fullest(service, shape)] {
                assert_eq!(check(service, shape, &input), [], "{}: {input}", operation.name());
                count += 1;
            }
        }
    }
    assert_eq!(count, 172);
}

#[test]
fn every_input_with_one_violation_is_refused_with_exactly_that() {
    let model = Model::new().unwrap();
    let mut count = 0;
    for service in model.services() {
        for operation in service.operations() {
            let Some(shape) = operation.input() else { continue };
            for (what, input) in violations(service, shape) {
                let problems = check(service, shape, &input);
                assert!(!problems.is_empty(), "{} accepts {what}: {input}", operation.name());
                count += 1;
            }
        }
    }
    assert!(count > 1_000, "{count}");
}

#[test]
fn errata_are_needed_and_work() {
    let model = Model::new().unwrap();
    let accepts = |service: &Service, name: &str, text: &str| {
        let shape = service.shapes().find(|shape| shape.name() == name).unwrap();
        let operation = service.operation("ListTagsForResource").unwrap();
        assert!(shape.pattern().is_some());
        (name != "ResourceArn")
            || check(service, operation.input().unwrap(), &json!({ "resourceArn": text })).is_empty()
    };
    for service in model.services() {
        let arn = "arn:aws:ivs:us-west-2:123456789012:stage/oRmLNwuCeMlQ";
        assert!(accepts(service, "ResourceArn", arn));
        assert!(!accepts(service, "ResourceArn", "arn:aws:ivs:us-west-2:123456789012:/x"));
    }
}

#[test]
fn says_all_violations_at_once_in_the_words_of_aws() {
    let model = Model::new().unwrap();
    let service = model.service(ivs_model::ServiceName::LowLatency);
    let shape = service.operation("CreateChannel").unwrap().input();
    let refuse = |input| ivs_model::validate(service, shape, &input).unwrap_err();
    let error = refuse(json!({ "type": "x" }));
    assert_eq!(
        error.message(),
        "1 validation error detected: Value 'x' at 'type' failed to satisfy constraint: Member must satisfy enum \
         value set: [BASIC, STANDARD, ADVANCED_SD, ADVANCED_HD]"
    );
    let error = refuse(json!({ "type": "x", "name": "a b" }));
    assert!(
        error.message().starts_with("2 validation errors detected: Value 'a b' at 'name' failed"),
        "{error}"
    );
    let error = refuse(json!({ "name": 1 }));
    assert_eq!((error.code(), error.status()), ("SerializationException", 400));
    assert_eq!(error.message(), "NUMBER_VALUE at 'name' can not be converted to String");
    // AWS ignores what it does not know.
    assert!(ivs_model::validate(service, shape, &json!({ "nonsense": [1] })).is_ok());
}

#[test]
fn moments_are_told_from_other_texts() {
    let model = Model::new().unwrap();
    let service = model.service(ivs_model::ServiceName::LowLatency);
    let shape = service.operation("InsertAdBreak").unwrap().input().unwrap();
    let problems = |at: &str| {
        let arn = "arn:aws:ivs:us-west-2:123456789012:channel/x";
        check(service, shape, &json!({ "channelArn": arn, "durationSeconds": 1, "targetStartAt": at }))
    };
    for good in ["2026-01-02T03:04:05Z", "2026-01-02T03:04:05.678Z", "2026-01-02T03:04:05+01:00"] {
        assert_eq!(problems(good), [], "{good}");
    }
    for bad in [
        "",
        "now",
        "2026-13-02T03:04:05Z",
        "2026-01-02",
        "2026-01-02T03:04:05",
        "2026-01-02T25:04:05Z",
        "2026-01-02T03:04:05.Z",
    ] {
        assert!(matches!(problems(bad)[..], [Problem::Type(_)]), "{bad}");
    }
}

/// The files in `api/` are those that the script makes, where botocore is there to make them from.
#[test]
fn the_files_are_those_of_the_script() {
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/../../scripts/ivs-model.py");
    let python = std::env::var("IVS_MODEL_PYTHON").unwrap_or_else(|_| "python3".to_owned());
    let has_botocore = std::process::Command::new(&python)
        .args(["-c", "import botocore; assert botocore.__version__ == '1.44.8'"])
        .output()
        .is_ok_and(|output| output.status.success());
    if has_botocore {
        let output = std::process::Command::new(python).args([script, "--check"]).output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    }
}
