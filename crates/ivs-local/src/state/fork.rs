use std::collections::BTreeMap;

use serde_json::Value;

use super::file::State;
use crate::arn::Arn;

/// What is about people, or runs because of them, and not about resources: nothing of it comes along.
const OF_PEOPLE: [&str; 9] = [
    "composition",
    "idempotency",
    "stage-session",
    "participant",
    "participant-event",
    "participant-recording",
    "participant-replica",
    "channel-recording",
    "revocation",
];

/// The resources of one account as another has them: the same IDs, and ARNs with the other account.
pub(crate) fn fork(state: &State, from: &str, to: &str) -> BTreeMap<String, Value> {
    let prefix = format!("{from}/");
    let own = state.entries().iter().filter_map(|(key, value)| Some((key.strip_prefix(&prefix)?, value)));
    let resources = own.filter(|(rest, _)| {
        let kind = rest.split('/').nth(1).unwrap_or_default();
        !OF_PEOPLE.contains(&kind) && !kind.starts_with("stream-session") && kind != "stream"
    });
    resources
        .map(|(rest, value)| {
            let mut value = rewritten(value, from, to);
            if let Some(record) = value.as_object_mut() {
                record.remove("activeSessionId");
                // Nobody publishes with what was just copied.
                if record.remove("_publishing").is_some() {
                    record.insert("state".into(), "INACTIVE".into());
                }
            }
            (format!("{to}/{rest}"), value)
        })
        .collect()
}

/// The value with the other account in every ARN and ingest key.
fn rewritten(value: &Value, from: &str, to: &str) -> Value {
    match value {
        Value::String(text) => rename(text, from, to).into(),
        Value::Array(values) => values.iter().map(|value| rewritten(value, from, to)).collect(),
        Value::Object(members) => {
            members.iter().map(|(name, value)| (name.clone(), rewritten(value, from, to))).collect()
        }
        other => other.clone(),
    }
}

fn rename(text: &str, from: &str, to: &str) -> String {
    if Arn::parse(text).is_some_and(|arn| arn.account == from) {
        text.replacen(&format!(":{from}:"), &format!(":{to}:"), 1)
    } else if let Some(rest) = text.strip_prefix(&format!("rt_{from}_")) {
        format!("rt_{to}_{rest}")
    } else {
        text.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const ONE: &str = "111111111111";
    const TWO: &str = "222222222222";

    #[test]
    fn resources_are_copied_and_people_are_not() {
        let arn = format!("arn:aws:ivs:us-east-1:{ONE}:stage/a");
        let of_one = [
            ("stage/a", json!({ "arn": arn, "activeSessionId": "st-1", "name": ONE })),
            (
                "ingest-configuration/b",
                json!({ "streamKey": format!("rt_{ONE}_us-east-1_x"), "stages": [arn] }),
            ),
            ("participant/a/st-1/ana/", json!({ "state": "CONNECTED" })),
            // Its timers stay where they are, so a copy would run for ever.
            ("composition/c", json!({ "state": "ACTIVE", "stageArn": arn })),
            ("idempotency/once", json!({ "arn": "the composition" })),
        ];
        let of_one = of_one.map(|(key, value)| (format!("{ONE}/us-east-1/{key}"), value));
        let of_two = (format!("{TWO}/us-east-1/stage/z"), json!({}));
        let state = State::with(of_one.into_iter().chain([of_two]));
        let copies = fork(&state, ONE, TWO);
        let other = format!("arn:aws:ivs:us-east-1:{TWO}:stage/a");
        assert_eq!(copies.len(), 2);
        // A name that looks like the account is a name.
        assert_eq!(copies[&format!("{TWO}/us-east-1/stage/a")], json!({ "arn": other, "name": ONE }));
        assert_eq!(
            copies[&format!("{TWO}/us-east-1/ingest-configuration/b")],
            json!({ "streamKey": format!("rt_{TWO}_us-east-1_x"), "stages": [other] })
        );
    }
}
