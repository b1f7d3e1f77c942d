//! The outbox over HTTP: as JSON lines, and as a stream of server-sent events.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use futures_util::stream::{self, Stream};
use http_body_util::Full;
use hyper::body::Bytes;
use hyper::header::{ACCEPT, CACHE_CONTROL, CONTENT_TYPE, HeaderValue};
use hyper::http::request::Parts;
use hyper::{Response, StatusCode};
use serde_json::Value;
use tokio::sync::watch;

use super::reply::{Reply, streamed, whole};
use super::sigv4::pairs;
use crate::events::{Outbox, Place, after};
use crate::store::{Store, StoreError};

/// The number of the last event of an answer that ends.
const LAST: &str = "x-ivs-local-last";

/// How many events are read at once.
const CHUNK: usize = 256;

/// How often a stream on which nothing happens says that it is still there.
const KEEP_ALIVE: Duration = Duration::from_secs(15);

/// What somebody wants to read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Wanted {
    after: Option<u64>,
    limit: Option<usize>,
    follow: bool,
    is_sse: bool,
    account: Option<String>,
    region: Option<String>,
}

/// Answers a request for events.
pub(super) fn answer(
    store: &Arc<dyn Store>,
    outbox: &Outbox,
    parts: &Parts,
) -> Result<Reply, (StatusCode, String)> {
    let wanted = Wanted::read(parts)?;
    let mut response = Response::new(());
    let headers = response.headers_mut();
    let kind = if wanted.is_sse { "text/event-stream" } else { "application/x-ndjson" };
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(kind));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    if wanted.follow {
        return Ok(streamed(response, follow(Arc::clone(store), outbox.place(), wanted)));
    }
    match read(&**store, &wanted) {
        Ok((last, text)) => {
            response.headers_mut().insert(LAST, HeaderValue::from(last));
            Ok(whole(response.map(|()| Full::from(text))))
        }
        Err(error) => Err((StatusCode::INTERNAL_SERVER_ERROR, error.to_string())),
    }
}

impl Wanted {
    fn read(parts: &Parts) -> Result<Self, (StatusCode, String)> {
        let bad = |message: String| (StatusCode::BAD_REQUEST, message);
        let header = |name: &str| parts.headers.get(name).and_then(|value| value.to_str().ok());
        let mut wanted = Self::default();
        let accepted = header(ACCEPT.as_str()).unwrap_or_default();
        wanted.is_sse = accepted.split(',').any(|kind| kind.trim().starts_with("text/event-stream"));
        wanted.follow = wanted.is_sse;
        for (name, value) in pairs(parts.uri.query().unwrap_or_default()) {
            let number =
                || value.parse().map_err(|_| bad(format!("`{name}` must be a whole number, not {value}")));
            match name.as_str() {
                "after" => wanted.after = Some(number()?),
                "limit" => wanted.limit = Some(usize::try_from(number()?).unwrap_or(usize::MAX)),
                "follow" if matches!(value.as_str(), "" | "true" | "1") => wanted.follow = true,
                "follow" if matches!(value.as_str(), "false" | "0") => wanted.follow = false,
                "follow" => return Err(bad(format!("`follow` must be true or false, not {value}"))),
                "account" => wanted.account = Some(value),
                "region" => wanted.region = Some(value),
                _ => {
                    let message = format!(
                        "there is no parameter `{name}`; the parameters are after, limit, follow, account and region"
                    );
                    return Err(bad(message));
                }
            }
        }
        // Where a client was when its connection broke (HTML standard, server-sent events).
        if let Some(last) = header("last-event-id").and_then(|last| last.parse().ok()) {
            wanted.after = Some(last);
        }
        Ok(wanted)
    }

    fn is_wanted(&self, envelope: &Value) -> bool {
        let is = |wanted: &Option<String>, name: &str| {
            wanted.as_ref().is_none_or(|wanted| envelope[name].as_str() == Some(wanted))
        };
        is(&self.account, "account") && is(&self.region, "region")
    }

    /// An event as it goes over the wire.
    fn write(&self, sequence: u64, envelope: &Value) -> String {
        if self.is_sse { format!("id: {sequence}\ndata: {envelope}\n\n") } else { format!("{envelope}\n") }
    }
}

/// All events that are there, and the number of the last.
fn read(store: &dyn Store, wanted: &Wanted) -> Result<(u64, String), StoreError> {
    let mut last = wanted.after.unwrap_or(0);
    let mut left = wanted.limit.unwrap_or(usize::MAX);
    let mut text = String::new();
    while left > 0 {
        let events = after(store, last, CHUNK)?;
        if events.is_empty() {
            break;
        }
        for (sequence, envelope) in events {
            if left == 0 {
                break;
            }
            last = sequence;
            if wanted.is_wanted(&envelope) {
                text.push_str(&wanted.write(sequence, &envelope));
                left -= 1;
            }
        }
    }
    Ok((last, text))
}

/// Events from now on, or after the one that is named, for as long as somebody reads.
fn follow(
    store: Arc<dyn Store>,
    mut place: watch::Receiver<Place>,
    wanted: Wanted,
) -> impl Stream<Item = Bytes> + Send + 'static {
    let begun = *place.borrow_and_update();
    // Of a number that is still to come, nothing is known.
    let told = wanted.after.unwrap_or(begun.last).min(begun.last);
    let left = wanted.limit.unwrap_or(usize::MAX);
    let reader = Reader {
        store,
        place,
        wanted,
        epoch: begun.epoch,
        told,
        left,
        waiting: VecDeque::new(),
        is_begun: false,
    };
    stream::unfold(reader, |mut reader| async move {
        let part = reader.next().await?;
        Some((Bytes::from(part), reader))
    })
}

struct Reader {
    store: Arc<dyn Store>,
    place: watch::Receiver<Place>,
    wanted: Wanted,
    epoch: u64,
    told: u64,
    left: usize,
    waiting: VecDeque<String>,
    is_begun: bool,
}

impl Reader {
    /// The next part. None when no event comes any more.
    async fn next(&mut self) -> Option<String> {
        // A browser knows that it is connected once something comes.
        if !std::mem::replace(&mut self.is_begun, true) && self.wanted.is_sse {
            return Some(": events\n\n".to_owned());
        }
        loop {
            if !self.waiting.is_empty() {
                return Some(self.waiting.drain(..).collect());
            }
            if self.left == 0 {
                return None;
            }
            let now = *self.place.borrow_and_update();
            if now.epoch != self.epoch {
                (self.epoch, self.told) = (now.epoch, now.base);
            }
            if now.last > self.told {
                let events = after(&*self.store, self.told, CHUNK).ok()?;
                if events.is_empty() {
                    self.told = now.last;
                }
                for (sequence, envelope) in events {
                    self.told = sequence;
                    if self.left > 0 && self.wanted.is_wanted(&envelope) {
                        self.waiting.push_back(self.wanted.write(sequence, &envelope));
                        self.left -= 1;
                    }
                }
                continue;
            }
            if now.is_over {
                return None;
            }
            match tokio::time::timeout(KEEP_ALIVE, self.place.changed()).await {
                Ok(Ok(())) => {}
                Ok(Err(_)) => return None,
                Err(_) if self.wanted.is_sse => return Some(":\n\n".to_owned()),
                // An empty line: readers of JSON lines pass over it.
                Err(_) => return Some("\n".to_owned()),
            }
        }
    }
}
