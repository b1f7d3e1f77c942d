//! `/_ivs/faults` and `/_ivs/rates`: rules and rates as JSON.

use ivs_model::Model;
use serde_json::{Value, json};

use super::{Faults, Rates};

/// Answers a request for what comes after `/_ivs/`: a status, and JSON. None when the path is another's.
pub(crate) fn answer(
    (faults, rates, model): (&Faults, &Rates, &Model),
    method: &str,
    path: &str,
    body: &[u8],
) -> Option<(u16, Value)> {
    let (name, id) = path.split_once('/').unwrap_or((path, ""));
    let refused = |status, message: String| (status, json!({ "message": message }));
    let json =
        || serde_json::from_slice::<Value>(body).map_err(|error| format!("the body is not JSON: {error}"));
    Some(match (name, method, id) {
        ("faults", "GET", "") => (200, json!({ "faults": faults.list() })),
        ("faults", "POST", "") => {
            let rules = json().map(|given| match given {
                Value::Array(rules) => rules,
                rule => vec![rule],
            });
            match rules.and_then(|rules| faults.add(&rules, model)) {
                Ok(added) => (201, json!({ "faults": added })),
                Err(message) => refused(400, message),
            }
        }
        ("faults", "DELETE", "") => {
            faults.clear();
            (200, json!({ "faults": [] }))
        }
        ("faults", "DELETE", id) => {
            if faults.remove(id) {
                (200, json!({ "faults": faults.list() }))
            } else {
                refused(404, format!("there is no fault {id}; GET /_ivs/faults lists them"))
            }
        }
        ("rates", "GET", "") => (200, json!({ "rates": word(rates) })),
        ("rates", "POST", "") => match json().map(|given| given["rates"].as_str().map(str::to_owned)) {
            Ok(Some(wanted)) if wanted == "on" || wanted == "off" => {
                rates.set(wanted == "on");
                (200, json!({ "rates": word(rates) }))
            }
            Ok(_) => refused(400, "the body must be {\"rates\": \"on\"} or {\"rates\": \"off\"}".to_owned()),
            Err(message) => refused(400, message),
        },
        ("faults", _, "") => {
            refused(405, "faults are listed with GET, added with POST, deleted with DELETE".to_owned())
        }
        ("faults", _, _) => refused(405, "one fault is deleted with DELETE".to_owned()),
        ("rates", _, "") => refused(405, "rates are read with GET and set with POST".to_owned()),
        _ => return None,
    })
}

fn word(rates: &Rates) -> &'static str {
    if rates.is_on() { "on" } else { "off" }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rules_come_and_go() {
        let model = Model::new().unwrap();
        let (faults, rates) = (Faults::new(None, Vec::new(), &model).unwrap(), Rates::default());
        let ask = |method: &str, path: &str, body: &str| {
            answer((&faults, &rates, &model), method, path, body.as_bytes()).unwrap()
        };
        let (status, added) = ask(
            "POST",
            "faults",
            r#"{"operation": "GetStage", "error": "ResourceNotFoundException", "count": 2}"#,
        );
        assert_eq!(status, 201);
        let expected = json!({ "faults": [{
            "id": "f1", "operation": "GetStage", "error": "ResourceNotFoundException", "count": 2, "matched": 0, "struck": 0, "left": 2,
        }] });
        assert_eq!(added, expected);
        assert_eq!(ask("GET", "faults", ""), (200, expected));
        assert_eq!(
            ask("POST", "faults", r#"[{"delayMs": 5}, {"delayMs": 6}]"#).1["faults"]
                .as_array()
                .unwrap()
                .len(),
            2
        );
        assert_eq!(ask("DELETE", "faults/f1", "").1["faults"].as_array().unwrap().len(), 2);
        assert_eq!(ask("DELETE", "faults/f1", "").0, 404);
        assert_eq!(ask("DELETE", "faults", ""), (200, json!({ "faults": [] })));
        for (method, path, body, status) in [
            ("POST", "faults", "{", 400),
            ("POST", "faults", "[{}]", 400),
            ("PUT", "faults", "", 405),
            ("GET", "faults/f1", "", 405),
            ("POST", "rates", r#"{"rates": true}"#, 400),
            ("POST", "rates", "on", 400),
            ("DELETE", "rates", "", 405),
        ] {
            let (found, answer) = ask(method, path, body);
            assert_eq!(found, status, "{method} {path}");
            assert!(answer["message"].is_string());
        }
        assert_eq!(ask("POST", "rates", r#"{"rates": "on"}"#), (200, json!({ "rates": "on" })));
        assert!(rates.is_on());
        assert!(answer((&faults, &rates, &model), "GET", "calls", b"").is_none());
    }
}
