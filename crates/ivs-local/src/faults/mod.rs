//! Faults on demand: rules that make calls fail, answers slow, connections break, tokens refused and media lost; and the
//! documented rates.

mod control;
mod rates;
mod rule;

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use ivs_model::Model;
use serde_json::{Map, Value};

pub(crate) use control::answer;
pub(crate) use rates::Rates;
use rule::Rule;
pub(crate) use rule::{Act, Area, Cut, Subject};

use crate::http::hash::{hex, hmac_sha256};
use crate::ids::Ids;

/// The header of every answer that a fault had a part in.
pub(crate) const HEADER: &str = "x-ivs-local-fault";

/// What the header tells of a call beyond a documented rate.
pub(crate) fn told_of_rate(rate: u64) -> String {
    format!("rates; {rate} a second")
}

/// The most rules at once.
const MOST: usize = 1000;

/// The rules that are in force.
pub(crate) struct Faults {
    /// Seeds of rules are made of it.
    seed: Option<String>,
    /// The rules that the server began with.
    first: Vec<Value>,
    rules: Mutex<Rules>,
}

#[derive(Default)]
struct Rules {
    /// How many were ever added, for their IDs.
    added: u64,
    all: Vec<(String, Rule)>,
}

/// What the rules do to one call.
#[derive(Debug, Default)]
pub(crate) struct Strike {
    /// The rules that had a part, for the header.
    pub(crate) told: String,
    pub(crate) delay: Duration,
    pub(crate) act: Option<Act>,
}

impl Strike {
    /// Adds to what the header tells.
    pub(crate) fn tell(&mut self, what: &str) {
        if !self.told.is_empty() {
            self.told.push_str(", ");
        }
        self.told.push_str(what);
    }
}

impl Faults {
    /// The rules of a server that begins.
    pub(crate) fn new(seed: Option<String>, first: Vec<Value>, model: &Model) -> Result<Self, String> {
        let faults = Self { seed, first, rules: Mutex::default() };
        faults.reset(model)?;
        Ok(faults)
    }

    /// Back to the rules that the server began with.
    pub(crate) fn reset(&self, model: &Model) -> Result<(), String> {
        *self.lock() = Rules::default();
        self.add(&self.first, model).map(drop)
    }

    /// Adds rules: all of them, or none if one is bad. Gives them as [`Self::list`] does.
    pub(crate) fn add(&self, given: &[Value], model: &Model) -> Result<Vec<Value>, String> {
        let mut rules = self.lock();
        if rules.all.len() + given.len() > MOST {
            return Err(format!("there can be {MOST} rules at once; delete some first"));
        }
        let mut added = Vec::new();
        for (place, given) in given.iter().enumerate() {
            let id = format!("f{}", rules.added + 1 + added.len() as u64);
            let seed = self.seed(&id)?;
            let rule = Rule::parse(given, &id, seed, model);
            added.push((id, rule.map_err(|error| format!("rule {}: {error}", place + 1))?));
        }
        rules.added += added.len() as u64;
        let shown = added.iter().map(|(id, rule)| rule.show(id)).collect();
        rules.all.extend(added);
        Ok(shown)
    }

    /// The rules, with how often each matched and struck.
    pub(crate) fn list(&self) -> Vec<Value> {
        self.lock().all.iter().map(|(id, rule)| rule.show(id)).collect()
    }

    /// Deletes a rule. False when there is none with this ID.
    pub(crate) fn remove(&self, id: &str) -> bool {
        let mut rules = self.lock();
        let before = rules.all.len();
        rules.all.retain(|(other, _)| other != id);
        rules.all.len() < before
    }

    /// Deletes every rule.
    pub(crate) fn clear(&self) {
        self.lock().all.clear();
    }

    /// What the rules do to this. Delays add up; the first rule that does more is the last that is asked. `now` is in
    /// milliseconds since 1970.
    pub(crate) fn strike(&self, subject: &Subject<'_>, now: i64) -> Strike {
        let mut strike = Strike::default();
        for (id, rule) in &mut self.lock().all {
            if !rule.strikes(subject, now) {
                continue;
            }
            strike.delay = strike.delay.saturating_add(rule.delay);
            strike.tell(&format!("{id}; {}", rule.told));
            if rule.act.is_some() {
                strike.act.clone_from(&rule.act);
                break;
            }
        }
        strike
    }

    /// The seed of a rule that names none.
    fn seed(&self, id: &str) -> Result<String, String> {
        match &self.seed {
            // Whoever sees it learns nothing of the server's own seed.
            Some(seed) => Ok(hex(&hmac_sha256(seed.as_bytes(), format!("fault {id}").as_bytes())[..8])),
            None => Ids::random(0).map(|mut ids| ids.alphanumeric(16)).map_err(|error| error.to_string()),
        }
    }

    fn lock(&self) -> MutexGuard<'_, Rules> {
        self.rules.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A rule as JSON shows it.
type Shown = Map<String, Value>;

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn faults(rules: &Value) -> Faults {
        let faults = Faults::new(Some("seed".to_owned()), Vec::new(), &Model::new().unwrap()).unwrap();
        faults.add(rules.as_array().unwrap(), &Model::new().unwrap()).unwrap();
        faults
    }

    fn of(operation: &str) -> Subject<'_> {
        Subject {
            operation,
            account: "123456789012",
            region: "us-east-1",
            access_key: "test",
            ..Subject::default()
        }
    }

    /// Which of so many calls are struck.
    fn struck(faults: &Faults, calls: usize) -> Vec<bool> {
        (0..calls).map(|_| faults.strike(&of("GetStage"), 0).act.is_some()).collect()
    }

    #[test]
    fn after_and_count() {
        let faults =
            faults(&json!([{ "operation": "Get*", "after": 2, "count": 3, "error": "ThrottlingException" }]));
        assert!(faults.strike(&of("ListStages"), 0).act.is_none());
        assert_eq!(struck(&faults, 7), [false, false, true, true, true, false, false]);
        let shown = &faults.list()[0];
        assert_eq!((&shown["matched"], &shown["struck"], &shown["left"]), (&json!(7), &json!(3), &json!(0)));
    }

    #[test]
    fn probability_is_drawn_the_same_way_for_the_same_seed() {
        let rule =
            |seed: &str| json!([{ "probability": 0.25, "seed": seed, "error": "InternalServerException" }]);
        let first = struck(&faults(&rule("a")), 4000);
        assert_eq!(first, struck(&faults(&rule("a")), 4000));
        assert_ne!(first, struck(&faults(&rule("b")), 4000));
        let hits = first.iter().filter(|hit| **hit).count();
        assert!((850..1150).contains(&hits), "{hits}");
        // Without a seed of its own, a rule has one that is made of the server's.
        let own = json!([{ "probability": 0.5, "error": "InternalServerException" }]);
        assert_eq!(struck(&faults(&own), 100), struck(&faults(&own), 100));
    }

    #[test]
    fn so_many_a_second_pass() {
        let faults = faults(&json!([{ "perSecond": 2, "error": "ThrottlingException" }]));
        assert_eq!(struck(&faults, 4), [false, false, true, true]);
        assert!(faults.strike(&of("GetStage"), 499).act.is_some());
        assert!(faults.strike(&of("GetStage"), 500).act.is_none(), "half a second is good for one");
    }

    #[test]
    fn rules_are_asked_in_order_until_one_ends_the_call() {
        let faults = faults(&json!([
            { "delayMs": 20 },
            { "delayMs": 30, "cut": "answer", "region": "eu-west-1" },
            { "delayMs": 5, "error": "ConflictException", "accessKey": "test", "account": "123456789012" },
            { "delayMs": 1000 },
        ]));
        let strike = faults.strike(&of("GetStage"), 0);
        assert_eq!(strike.delay, Duration::from_millis(25));
        assert_eq!(strike.told, "f1; delayMs=20, f3; delayMs=5; error=ConflictException");
        assert!(matches!(&strike.act, Some(Act::Error(error)) if error.code() == "ConflictException"));
        let other = Subject { region: "eu-west-1", access_key: "other", ..of("GetStage") };
        assert!(matches!(faults.strike(&other, 0).act, Some(Act::Cut(Cut::Answer))));
    }

    #[test]
    fn ids_are_not_used_again_and_a_bad_rule_adds_nothing() {
        let model = Model::new().unwrap();
        let faults = faults(&json!([{ "delayMs": 1 }, { "delayMs": 2 }]));
        assert!(faults.remove("f2"));
        assert!(!faults.remove("f2"));
        let bad = [json!({ "delayMs": 1 }), json!({ "delayMs": "1" })];
        assert!(faults.add(&bad, &model).unwrap_err().starts_with("rule 2: `delayMs`"));
        assert_eq!(faults.list().len(), 1);
        assert_eq!(faults.add(&bad[..1], &model).unwrap()[0]["id"], "f3");
        faults.clear();
        assert_eq!(faults.list().len(), 0);
        let many = vec![json!({ "delayMs": 1 }); MOST + 1];
        assert!(faults.add(&many, &model).unwrap_err().contains("1000 rules"));
    }

    #[test]
    fn a_reset_leads_back_to_the_first_rules() {
        let model = Model::new().unwrap();
        let first = vec![json!({ "count": 1, "error": "ConflictException" })];
        let faults = Faults::new(None, first, &model).unwrap();
        assert_eq!(struck(&faults, 2), [true, false]);
        faults.add(&[json!({ "delayMs": 1 })], &model).unwrap();
        faults.reset(&model).unwrap();
        assert_eq!(faults.list().len(), 1);
        assert_eq!(struck(&faults, 2), [true, false]);
        assert!(Faults::new(None, vec![json!({})], &model).is_err());
    }
}
