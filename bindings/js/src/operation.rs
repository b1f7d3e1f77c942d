use crate::answer::{Answer, Call};
use crate::failure::Failure;
use crate::object::Objects;
use crate::{
    clock, connection, exchange, inspection, key_ring, playback, revocations, signing_key, stage, verifier,
    verifying_key,
};

/// Declares the operations, in the order of their numbers.
macro_rules! operations {
    ($($name:literal => $work:expr,)*) => {
        pub(crate) const NAMES: &[&str] = &[$($name),*];
        const WORK: &[fn(&Call<'_>) -> Result<Answer, Failure>] = &[$($work),*];
    };
}

operations! {
    "signingKey.parse" => |call| signing_key::parse(call.json),
    "signingKey.generate" => |_| signing_key::generate(),
    "signingKey.withKid" => |call| signing_key::with_kid(&call.objects, call.json),
    "signingKey.describe" => |call| signing_key::describe(&call.objects),
    "signingKey.accelerate" => |call| signing_key::accelerate(&call.objects),
    "signingKey.toPem" => |call| signing_key::to_pem(&call.objects, call.json),
    "verifyingKey.parse" => |call| verifying_key::parse(call.json),
    "stage.make" => |call| stage::make(call.json),
    "stage.fromResponse" => |call| stage::from_response(call.json),
    "stage.describe" => |call| stage::describe(&call.objects),
    "stage.mint" => |call| stage::mint(&call.objects, call.now, call.json),
    "stage.mintMany" => |call| stage::mint_many(&call.objects, call.now, call.json),
    "connection.mint" => |call| connection::mint(&call.objects, call.now, call.json),
    "playback.mint" => |call| playback::mint(&call.objects, call.now, call.json),
    "playback.url" => |call| playback::url(call.json),
    "playback.allowsOrigin" => |call| playback::allows_origin(call.json),
    "exchange" => |call| exchange::exchange(&call.objects, call.now, call.json),
    "checkExchange" => |call| exchange::check(call.json),
    "inspect" => |call| inspection::inspect(call.now, call.json),
    "verifier.make" => |call| verifier::make(&call.objects, call.json),
    "verifier.verify" => |call| verifier::verify(&call.objects, call.json),
    "verifier.verifyMany" => |call| verifier::verify_many(&call.objects, call.now, call.json),
    "verifier.verifyConnection" => |call| verifier::verify_connection(&call.objects, call.json),
    "verifier.verifyPlayback" => |call| verifier::verify_playback(&call.objects, call.json),
    "verifier.cached" => |call| verifier::cached(&call.objects),
    "verifier.refusal" => |call| verifier::refusal(call.json),
    "revocations.make" => |_| Ok(revocations::make()),
    "revocations.revoke" => |call| revocations::revoke(&call.objects, call.json),
    "revocations.sweep" => |call| revocations::sweep(&call.objects),
    "revocations.size" => |call| revocations::size(&call.objects),
    "keyRing.make" => |call| key_ring::make(call.json),
    "keyRing.call" => |call| key_ring::call(call),
    "panic" => |_| Err(provoke()),
}

/// Does one thing. `now` is the time in seconds since 1970.
///
/// # Errors
///
/// [`Failure`], which says what kind of JavaScript error it becomes.
pub fn call(operation: u32, objects: Objects<'_>, now: f64, json: &str) -> Result<Answer, Failure> {
    let work = usize::try_from(operation).ok().and_then(|number| WORK.get(number));
    let work = work.ok_or_else(Failure::panic)?;
    let now = clock::timestamp("now", now)?;
    clock::during(now, || work(&Call { objects, now, json }))
}

/// Panics, to test that JavaScript sees an error of ours.
#[expect(clippy::panic, reason = "that is what it is for")]
fn provoke() -> Failure {
    panic!("asked to panic, by a test")
}
