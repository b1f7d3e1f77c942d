//! What faults do to an answer, whatever it is about.

use std::time::Duration;

use hyper::body::Body as _;

use super::reply::{Reply, halved, set};
use crate::faults::{self, Act, Cut, Strike};

/// A fault breaks the connection.
#[derive(Debug, thiserror::Error)]
#[error("a fault cut the connection")]
pub(super) struct Broken;

/// Waits for as long as a fault asks for.
pub(super) async fn pause(delay: Duration) {
    if !delay.is_zero() {
        tokio::time::sleep(delay).await;
    }
}

/// What a fault does to an answer.
pub(super) async fn finish(mut reply: Reply, strike: &Strike) -> Result<Reply, Broken> {
    if !strike.told.is_empty() {
        set(reply.headers_mut(), faults::HEADER, &strike.told);
    }
    match &strike.act {
        Some(Act::Cut(Cut::Answer)) => Err(Broken),
        // Of nothing there is no half.
        Some(Act::Cut(Cut::Half)) if reply.body().size_hint().exact() == Some(0) => Err(Broken),
        Some(Act::Cut(Cut::Half)) => Ok(halved(reply).await),
        _ => Ok(reply),
    }
}
