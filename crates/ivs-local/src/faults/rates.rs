//! The documented rates: calls a second of an account in a region.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};

use ivs_model::ServiceName;

/// How many buckets there may be before full ones are dropped.
const MANY: usize = 10_000;

/// Rates, and who has used how much of them.
#[derive(Debug, Default)]
pub(crate) struct Rates {
    is_on: AtomicBool,
    buckets: Mutex<HashMap<(String, String, ServiceName, String), Bucket>>,
}

/// So many a second, and as many at once after a second of rest.
#[derive(Debug)]
pub(crate) struct Bucket {
    rate: u64,
    /// Thousandths of a call.
    left: u64,
    at: Option<i64>,
}

impl Rates {
    pub(crate) fn new(is_on: bool) -> Self {
        Self { is_on: AtomicBool::new(is_on), buckets: Mutex::default() }
    }

    pub(crate) fn is_on(&self) -> bool {
        self.is_on.load(Ordering::Relaxed)
    }

    pub(crate) fn set(&self, is_on: bool) {
        self.is_on.store(is_on, Ordering::Relaxed);
        self.forget();
    }

    /// Forgets who has used how much.
    fn forget(&self) {
        self.buckets.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }

    /// Counts a call of `PutMetadata` for a channel, and gives the rate of a channel if this call is beyond it (text of the
    /// service model).
    pub(crate) fn exceeded_for_channel(&self, channel: &str, place: (&str, &str), now: i64) -> Option<u64> {
        const RATE: u64 = 5;
        self.count(ServiceName::LowLatency, &format!("PutMetadata {channel}"), place, RATE, now)
    }

    /// Counts a call, and gives the rate if this call is beyond it. `now` is in milliseconds since 1970.
    pub(crate) fn exceeded(
        &self,
        service: ServiceName,
        operation: &str,
        (account, region): (&str, &str),
        now: i64,
    ) -> Option<u64> {
        self.count(service, operation, (account, region), documented(operation)?, now)
    }

    fn count(
        &self,
        service: ServiceName,
        what: &str,
        (account, region): (&str, &str),
        rate: u64,
        now: i64,
    ) -> Option<u64> {
        if !self.is_on() {
            return None;
        }
        let mut buckets = self.buckets.lock().unwrap_or_else(PoisonError::into_inner);
        if buckets.len() > MANY {
            buckets.retain(|_, bucket| !bucket.is_full(now));
        }
        let key = (account.to_owned(), region.to_owned(), service, what.to_owned());
        let bucket = buckets.entry(key).or_insert_with(|| Bucket::new(rate));
        (!bucket.take(now)).then_some(rate)
    }
}

impl Bucket {
    pub(super) fn new(rate: u64) -> Self {
        Self { rate, left: rate * 1000, at: None }
    }

    /// Takes one, if there is one. A clock that goes back adds nothing.
    pub(super) fn take(&mut self, now: i64) -> bool {
        self.left = self.at(now);
        self.at = Some(self.at.map_or(now, |at| at.max(now)));
        let is_there = self.left >= 1000;
        self.left -= if is_there { 1000 } else { 0 };
        is_there
    }

    fn at(&self, now: i64) -> u64 {
        let passed = self.at.map_or(0, |at| now.saturating_sub(at).max(0).unsigned_abs());
        self.left.saturating_add(passed.saturating_mul(self.rate)).min(self.rate * 1000)
    }

    fn is_full(&self, now: i64) -> bool {
        self.at(now) == self.rate * 1000
    }
}

/// Operations without a documented rate.
const UNDOCUMENTED: [&str; 7] = [
    "CreateFailoverSlateConfiguration",
    "DeleteFailoverSlateConfiguration",
    "GetFailoverSlateConfiguration",
    "ListFailoverSlateConfigurations",
    "RevokeConnectionToken",
    "UpdateAdConfiguration",
    "UpdateFailoverSlateConfiguration",
];

/// What operations with a rate of 3 are about.
const THREE: [&str; 4] = ["AdConfiguration", "PlaybackKeyPair", "PublicKey", "RecordingConfiguration"];

/// Calls a second, as the Service Quotas pages of both user guides list them. That of `PutMetadata` is the one of the whole
/// account.
fn documented(operation: &str) -> Option<u64> {
    if UNDOCUMENTED.contains(&operation) {
        return None;
    }
    Some(match operation {
        "PutMetadata" => 155,
        "CreateParticipantToken" => 50,
        "ListTagsForResource" | "StartViewerSessionRevocation" | "TagResource" | "UntagResource" => 10,
        "BatchStartViewerSessionRevocation" => 2,
        "InsertAdBreak" => 1,
        name if THREE.into_iter().any(|noun| name.contains(noun)) => 3,
        _ => 5,
    })
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;
    use std::fmt::Write;

    use ivs_model::Model;

    use super::*;

    const US: (&str, &str) = ("123456789012", "us-east-1");

    #[test]
    fn a_channel_has_a_rate_of_its_own() {
        let rates = Rates::new(true);
        let put = |channel: &str, now| rates.exceeded_for_channel(channel, US, now);
        let at_once: Vec<_> = (0..6).map(|_| put("a", 0)).collect();
        assert_eq!(at_once, [None, None, None, None, None, Some(5)]);
        assert_eq!(put("b", 0), None);
        assert_eq!((put("a", 199), put("a", 200)), (Some(5), None));
        assert_eq!(Rates::new(false).exceeded_for_channel("a", US, 0), None);
    }

    #[test]
    fn a_bucket_fills_with_time() {
        let mut bucket = Bucket::new(2);
        assert!(bucket.take(1_000) && bucket.take(1_000) && !bucket.take(1_499));
        assert!(bucket.take(1_500) && !bucket.take(1_500));
        assert!(!bucket.take(0), "a clock that goes back adds nothing");
        assert!(bucket.take(i64::MAX) && bucket.take(i64::MAX) && !bucket.take(i64::MAX));
    }

    #[test]
    fn accounts_regions_and_operations_have_their_own() {
        let rates = Rates::new(true);
        let call = |service, name: &str, place| rates.exceeded(service, name, place, 0);
        for _ in 0..5 {
            assert_eq!(call(ServiceName::RealTime, "CreateStage", US), None);
        }
        assert_eq!(call(ServiceName::RealTime, "CreateStage", US), Some(5));
        assert_eq!(call(ServiceName::RealTime, "GetStage", US), None);
        assert_eq!(call(ServiceName::RealTime, "CreateStage", ("123456789012", "eu-west-1")), None);
        assert_eq!(call(ServiceName::RealTime, "CreateStage", ("111111111111", "us-east-1")), None);
        for _ in 0..50 {
            assert_eq!(call(ServiceName::RealTime, "RevokeConnectionToken", US), None, "not documented");
        }
        rates.forget();
        assert_eq!(rates.exceeded(ServiceName::RealTime, "CreateStage", US, 0), None);
        rates.set(false);
        for _ in 0..50 {
            assert_eq!(rates.exceeded(ServiceName::RealTime, "CreateStage", US, 0), None);
        }
    }

    #[test]
    fn the_documentation_lists_them() {
        let model = Model::new().unwrap();
        let mut table = String::from("| service | calls a second | operations |\n|---|---|---|\n");
        for service in model.services() {
            let mut groups: BTreeMap<_, Vec<&str>> = BTreeMap::new();
            for operation in service.operations() {
                groups.entry(documented(operation.name())).or_default().push(operation.name());
            }
            for (rate, names) in groups {
                let rate = rate.map_or_else(|| "not documented".to_owned(), |rate| rate.to_string());
                writeln!(table, "| {} | {rate} | {} |", service.name().as_str(), names.join(", ")).unwrap();
            }
        }
        crate::documentation::compare("rates", &table);
    }
}
