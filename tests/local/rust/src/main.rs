//! Runs `scenario.json` through the AWS SDK for Rust. The endpoint, the region and the access key come from the environment.

use std::collections::{BTreeSet, HashMap};
use std::sync::{Arc, Mutex};

use aws_config::BehaviorVersion;
use aws_sdk_ivs as ivs;
use aws_sdk_ivs::config::interceptors::AfterDeserializationInterceptorContextRef;
use aws_sdk_ivs::config::{ConfigBag, Intercept, RuntimeComponents};
use aws_sdk_ivs::error::{BoxError, ProvideErrorMetadata};
use aws_sdk_ivs::primitives::{DateTime, DateTimeFormat};
use aws_sdk_ivsrealtime as ivs_realtime;
use serde_json::Value;

mod manual;

include!(concat!(env!("OUT_DIR"), "/steps.rs"));

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let body = Body::default();
    let http = aws_smithy_http_client::Builder::new().build_http();
    let config = aws_config::defaults(BehaviorVersion::latest()).http_client(http).load().await;
    let low_latency = ivs::config::Builder::from(&config).interceptor(body.clone()).build();
    let real_time = ivs_realtime::config::Builder::from(&config).interceptor(body.clone()).build();
    let scenario: Value = serde_json::from_str(include_str!("../../scenario.json")).unwrap();
    let mut run = Run {
        ivs: ivs::Client::from_conf(low_latency),
        ivs_realtime: ivs_realtime::Client::from_conf(real_time),
        body,
        steps: scenario.as_array().unwrap().clone(),
        saved: HashMap::new(),
        called: BTreeSet::new(),
    };
    all(&mut run).await;
    println!("Rust: {} calls of {} operations", run.steps.len(), run.called.len());
    assert_eq!(run.called.len(), 86);
    manual::run().await.unwrap();
}

struct Run {
    ivs: ivs::Client,
    ivs_realtime: ivs_realtime::Client,
    body: Body,
    steps: Vec<Value>,
    saved: HashMap<String, String>,
    called: BTreeSet<String>,
}

impl Run {
    /// Compares an answer with what the step expects, and keeps what the step saves.
    fn judge(&mut self, place: usize, sent: Result<String, String>) {
        let step = self.steps[place].clone();
        let which = format!("Rust, step {}, {} {}", place + 1, step["service"], step["operation"]);
        self.called.insert(format!("{} {}", step["service"], step["operation"]));
        let typed = match (sent, step["error"].as_str()) {
            (Err(code), Some(expected)) => return assert_eq!(code, expected, "{which}"),
            (Err(code), None) => panic!("{which}: {code}"),
            (Ok(typed), Some(expected)) => panic!("{which}: expected {expected}, not {typed}"),
            (Ok(typed), None) => typed,
        };
        let answer = self.body.0.lock().unwrap().clone();
        let at = |pointer: &str| answer.pointer(pointer).unwrap_or(&Value::Null);
        let of = |member: &str| step[member].as_object().cloned().unwrap_or_default();
        let list = |member: &str| step[member].as_array().cloned().unwrap_or_default();
        for (name, pointer) in of("save") {
            let value = at(pointer.as_str().unwrap()).as_str().expect(&which).to_owned();
            self.expect_typed(&which, &typed, &value);
            self.saved.insert(name, value);
        }
        for (pointer, value) in of("expect") {
            let value = match value {
                Value::String(text) => Value::String(self.filled(&text)),
                other => other,
            };
            assert_eq!(at(&pointer), &value, "{which}: {pointer}");
            if let Some(text) = value.as_str() {
                self.expect_typed(&which, &typed, text);
            }
        }
        for pointer in list("absent") {
            assert_eq!(at(pointer.as_str().unwrap()), &Value::Null, "{which}: {pointer}");
        }
        for pointer in list("empty") {
            let value = at(pointer.as_str().unwrap());
            assert!(value == &serde_json::json!([]) || value == &serde_json::json!({}), "{which}: {pointer}");
        }
    }

    /// What the body holds, the typed answer holds too. Values of enums are names of variants there, secrets are not shown.
    fn expect_typed(&self, which: &str, typed: &str, text: &str) {
        let is_constant = text.bytes().all(|byte| byte.is_ascii_uppercase() || byte == b'_');
        if !is_constant && !typed.contains("Sensitive") {
            assert!(typed.contains(&format!("{text:?}")), "{which}: {text} is not in {typed}");
        }
    }

    /// The text, with saved ones for `${name}`.
    fn filled(&self, text: &str) -> String {
        self.saved.iter().fold(text.to_owned(), |text, (name, value)| text.replace(&format!("${{{name}}}"), value))
    }
}

/// The body of the last answer.
#[derive(Clone, Debug, Default)]
struct Body(Arc<Mutex<Value>>);

impl Intercept for Body {
    fn name(&self) -> &'static str {
        "Body"
    }

    fn read_after_deserialization(
        &self,
        context: &AfterDeserializationInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        _: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let bytes = context.response().body().bytes().unwrap_or_default();
        *self.0.lock().unwrap() = serde_json::from_slice(bytes).unwrap_or_default();
        Ok(())
    }
}

/// The code of a refusal; what else went wrong, in words.
fn code<E: ProvideErrorMetadata + std::fmt::Debug>(error: E) -> String {
    error.code().map_or_else(|| format!("{error:?}"), str::to_owned)
}

fn moment(text: &str) -> DateTime {
    DateTime::from_str(text, DateTimeFormat::DateTime).unwrap()
}
