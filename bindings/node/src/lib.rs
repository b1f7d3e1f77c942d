//! The Node.js addon: carries calls of JavaScript to `ivs-token-js`, and answers back.
#![allow(clippy::needless_pass_by_value, reason = "Node-API hands over arguments by value")]

use std::panic::{AssertUnwindSafe, catch_unwind};

use ivs_token_js::{Answer, Failure, Object};
use napi::bindgen_prelude::{AsyncTask, Either, Either3};
use napi::{Env, Task};
use napi_derive::napi;
use zeroize::Zeroizing;

/// Something that lives in Rust and that JavaScript holds.
#[napi]
pub struct Handle(Object);

/// Why a call did not do what it was asked to.
#[napi(object, object_from_js = false)]
pub struct Problem {
    /// The class, the message and the fields of the error, as JSON.
    pub failure: String,
}

/// The names of the operations, the version and the backend, as JSON.
#[napi]
pub fn about() -> String {
    ivs_token_js::about()
}

/// Does one thing: see `call` of `ivs-token-js`.
#[napi]
pub fn call(
    operation: u32,
    now: f64,
    json: String,
    first: Option<&Handle>,
    second: Option<&Handle>,
    third: Option<&Handle>,
) -> Either3<String, Handle, Problem> {
    // A private key or a passphrase may be in it.
    let json = Zeroizing::new(json);
    let objects = [first, second, third].map(|handle| handle.map(|handle| &handle.0));
    match guarded(|| ivs_token_js::call(operation, objects, now, &json)) {
        Ok(Answer::Text(text)) => Either3::A(text),
        Ok(Answer::Object(object)) => Either3::B(Handle(object)),
        Ok(_) => Either3::C(Problem { failure: Failure::panic().to_json() }),
        Err(failure) => Either3::C(Problem { failure: failure.to_json() }),
    }
}

/// Does one thing that gives a text, on a thread of Node.js's pool: gives a promise.
#[napi(ts_return_type = "Promise<string | Problem>")]
pub fn call_async(
    operation: u32,
    now: f64,
    json: String,
    first: Option<&Handle>,
    second: Option<&Handle>,
    third: Option<&Handle>,
) -> AsyncTask<Later> {
    let objects = [first, second, third].map(|handle| handle.map(|handle| handle.0.clone()));
    AsyncTask::new(Later { operation, now, json: Zeroizing::new(json), objects })
}

/// A call that is done later.
pub struct Later {
    operation: u32,
    now: f64,
    json: Zeroizing<String>,
    objects: [Option<Object>; 3],
}

impl Task for Later {
    type Output = Result<String, Failure>;
    type JsValue = Either<String, Problem>;

    fn compute(&mut self) -> napi::Result<Self::Output> {
        let objects = self.objects.each_ref().map(Option::as_ref);
        Ok(guarded(|| ivs_token_js::call(self.operation, objects, self.now, &self.json)).and_then(|answer| {
            match answer {
                Answer::Text(text) => Ok(text),
                _ => Err(Failure::panic()),
            }
        }))
    }

    fn resolve(&mut self, _: Env, output: Self::Output) -> napi::Result<Self::JsValue> {
        Ok(match output {
            Ok(text) => Either::A(text),
            Err(failure) => Either::B(Problem { failure: failure.to_json() }),
        })
    }
}

/// No panic goes further: it would end the process.
fn guarded<T>(work: impl FnOnce() -> Result<T, Failure>) -> Result<T, Failure> {
    catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(|_| Err(Failure::panic()))
}
