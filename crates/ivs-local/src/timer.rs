//! What falls due later. Timers lie in the store under keys that have their order, so that a restart loses none.

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// What the keys of timers begin with.
pub(crate) const TIMERS: &str = "timer/";

/// What is to be done. Who does it looks first whether it is still meant.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "what")]
pub(crate) enum Timer {
    /// A composition: look at what it is to become.
    Composition { arn: String },
    /// A channel whose stream ended: its recording ends, unless the stream came back.
    ChannelRecording { arn: String },
    /// A token expires with which somebody joined.
    Expiry { stage: String, participant: String },
    /// A stage has been empty for long enough: its session ends, if it has not been joined meanwhile.
    StageSession { stage: String, session: String, emptied: u64 },
    /// Somebody has published or subscribed on a stage for as long as anybody may: whoever has ceases to.
    Duration { stage: String },
    /// Somebody with replicas on other stages has ceased to publish for long enough: the replicas go, unless they publish again.
    Replication { stage: String, participant: String, paused: u64 },
    /// The recording of a participant: it has started, or it ends, unless its state has changed since.
    ParticipantRecording { stage: String, session: String, participant: String, change: u64 },
    /// An event that a fault holds back: its envelope goes out.
    Event { envelope: Value },
}

/// A timer and where it belongs.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub(crate) struct Waiting {
    pub(crate) account: String,
    pub(crate) region: String,
    #[serde(flatten)]
    pub(crate) timer: Timer,
}

impl Timer {
    /// As the state keeps it.
    pub(crate) fn to_record(&self, account: &str, region: &str) -> serde_json::Map<String, Value> {
        let (account, region) = (account.to_owned(), region.to_owned());
        match serde_json::to_value(Waiting { account, region, timer: self.clone() }) {
            Ok(Value::Object(record)) => record,
            _ => serde_json::Map::new(),
        }
    }
}

impl Waiting {
    /// None for what no version of this program has written.
    pub(crate) fn from_value(value: &Value) -> Option<Self> {
        Self::deserialize(value).ok()
    }
}

/// The key of a timer: by the time when it is due, then by the call that set it.
pub(crate) fn key_of(due: i64, call: u64, place: usize) -> String {
    format!("{TIMERS}{due:016}-{call:016}-{place:04}")
}

/// The key of a timer that is one of its name: by the time when it is due, after all whose keys have a call.
pub(crate) fn key_of_name(due: i64, name: &str) -> String {
    format!("{TIMERS}{due:016}-once-{name}")
}

/// When the timer of a key is due.
pub(crate) fn due_of(key: &str) -> Option<i64> {
    key.strip_prefix(TIMERS)?.split('-').next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_have_the_order_of_time() {
        let of_calls = [key_of(999, 7, 0), key_of(1000, 5, 0), key_of(1000, 5, 1), key_of(1000, 40, 0)];
        let keys = [&of_calls[..], &[key_of_name(1000, "0-a"), key_of_name(1001, "0-a")]].concat();
        assert!(keys.is_sorted(), "{keys:?}");
        assert_eq!((due_of(&keys[1]), due_of(&keys[4])), (Some(1000), Some(1000)));
    }

    #[test]
    fn what_is_kept_can_be_read_again() {
        let timer = Timer::Composition { arn: "arn".into() };
        let waiting = Waiting::from_value(&timer.to_record("a", "r").into()).unwrap();
        assert_eq!((waiting.account.as_str(), waiting.region.as_str()), ("a", "r"));
        assert_eq!(waiting.timer, timer);
    }
}
