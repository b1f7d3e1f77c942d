//! From the model: good inputs of every operation are accepted, and inputs with one violation each are refused.
// What clippy lets a test do, its helpers may do too.
#![allow(clippy::expect_used, clippy::panic, clippy::print_stderr, clippy::print_stdout, clippy::unwrap_used)]

use ivs_model::{Model, Problem, check};
use serde_json::{Value, json};

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

/// Puts a value into an input or an answer.
type Wrap<'w> = &'w dyn Fn(&str) -> Value;

/// Of each erratum: a value that is right, the model as it was refuses it, and the model as it is takes it and refuses another.
#[test]
fn each_erratum_is_needed_and_works() {
    let model = Model::new().unwrap();
    let read = |name: &str| -> Value {
        let path = format!("{}/api/{name}.json", env!("CARGO_MANIFEST_DIR"));
        serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
    };
    let arn = "arn:aws:ivs:us-west-2:123456789012:stage/oRmLNwuCeMlQ";
    let arn_in = |arn: &str| json!({ "resourceArn": arn });
    let prefix_in = |prefix: &str| json!({ "participant": { "recordingS3Prefix": prefix } });
    let pem = "# A comment.\n-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n";
    let pem_in = |pem: &str| json!({ "publicKeyMaterial": pem });
    let preset_in = |preset: &str| json!({ "channel": { "preset": preset } });
    let cases: [(&str, &str, &str, bool, Wrap<'_>, &str, &str); 5] = [
        (
            "ivs",
            "ResourceArn",
            "ListTagsForResource",
            true,
            &arn_in,
            arn,
            "arn:aws:ivs:us-west-2:123456789012:/x",
        ),
        ("ivs-realtime", "ResourceArn", "ListTagsForResource", true, &arn_in, arn, "arn:aws:s3:::x"),
        (
            "ivs-realtime",
            "ParticipantRecordingS3Prefix",
            "GetParticipant",
            false,
            &prefix_in,
            "a/st-b/c/2026",
            "a b",
        ),
        (
            "ivs-realtime",
            "PublicKeyMaterial",
            "ImportPublicKey",
            true,
            &pem_in,
            pem,
            "-----BEGIN PUBLIC KEY-----",
        ),
        ("ivs", "TranscodePreset", "GetChannel", false, &preset_in, "", "x"),
    ];
    assert_eq!(read("errata").as_array().unwrap().len(), cases.len());
    for (service, shape, operation, is_input, wrap, good, bad) in cases {
        let raw = read(service);
        let raw = &raw["shapes"][shape];
        let refused = match (&raw["pattern"], &raw["enum"]) {
            (Value::String(pattern), _) => {
                !regex::Regex::new(&format!("^(?:{pattern})$")).unwrap().is_match(good)
            }
            (_, Value::Array(values)) => !values.contains(&good.into()),
            other => panic!("{shape}: {other:?}"),
        };
        assert!(refused, "the erratum of {shape} is not needed any more");
        let found = model.services().into_iter().find(|one| one.name().as_str() == service).unwrap();
        let operation = found.operation(operation).unwrap();
        let of = if is_input { operation.input() } else { operation.output() }.unwrap();
        let about = |value: &str| {
            let problems = check(found, of, &wrap(value));
            // The rest of an answer is not there.
            let about = |problem: &&Problem| !format!("{problem:?}").contains("must not be null");
            problems.iter().filter(about).count()
        };
        assert_eq!((about(good), about(bad)), (0, 1), "{shape}");
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

/// The files in `api/` are those that the script makes from the botocore of `tests/requirements.txt`. A machine without it skips
/// this, and says so; where `IVS_TOKEN_TEST_PYTHON` names a Python, it must be there.
#[test]
fn the_files_are_those_of_the_script() {
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/../../scripts/ivs-model.py");
    let requirements = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/requirements.txt");
    let requirements = std::fs::read_to_string(requirements).unwrap();
    let pinned = requirements.lines().find_map(|line| line.strip_prefix("botocore==")).unwrap();
    let given = std::env::var("IVS_TOKEN_TEST_PYTHON").ok();
    let python = given.clone().unwrap_or_else(|| "python3".to_owned());
    let version = "import botocore; print(botocore.__version__)";
    let found = std::process::Command::new(&python).args(["-c", version]).output();
    let found =
        found.map(|output| String::from_utf8_lossy(&output.stdout).trim().to_owned()).unwrap_or_default();
    if found != pinned {
        let what = format!("{python} has botocore {found:?}, and the models are those of {pinned}");
        assert!(given.is_none() && std::env::var_os("CI").is_none(), "{what}");
        eprintln!("SKIPPED: {what}");
        return;
    }
    let output = std::process::Command::new(python).args([script, "--check"]).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}
