//! The names of members in the code of operations are those of the service models.
//!
//! Handlers work on JSON that the model has validated, and name members in texts. The compiler does not know these: this test does. What an
//! operation reads of its own input is held against its shape whenever it runs (`Input::get`), and so is what it answers
//! (`ivs_model::strangers`). This one holds every name against the models, also where no test comes by.

use std::collections::BTreeSet;
use std::path::Path;

use ivs_model::{Model, Type};
use regex::Regex;

/// The code of operations, and of what happens between them.
const FOLDERS: [&str; 2] = ["kinds", "life"];
const FILES: [&str; 6] =
    ["behaviour.rs", "page.rs", "tokens.rs", "view.rs", "door/record.rs", "door/replicas.rs"];

/// Names of what the server keeps for itself, in records that no answer shows, and in what its timers wait with.
const OWN: &[&str] = &[
    "at",
    "begunAt",
    "bucket",
    "changes",
    "channelName",
    "end",
    "filters",
    "pausedAt",
    "prefix",
    "session",
    "start",
    "upTo",
    "window",
];

/// Values and quotas that stand where a name could stand; of a token in an event, AWS documents no members.
const VALUES: &[&str] = &[
    "LEFT",
    "SEQUENTIAL",
    "disconnected",
    "expiration_time",
    "ingestBitrate",
    "ingestEdge",
    "ingestPixels",
    "limit",
    "viewers",
];

/// Where a text is the name of a member.
const PLACES: &[&str] = &[
    // `text(&record, "name")`, `default(&mut record, "name", ..)`, `truth(call, "name")`, `call.text("name")`
    r#"\b(?:text|default|truth|is|number|flag)\(\s*(?:[^()"]*(?:\([^()"]*\))?[^()"]*,\s*)?"(\w+)""#,
    // `record.get("name")` and its like
    r#"\.(?:get|get_mut|insert|remove|contains_key|entry)\(\s*"(\w+)""#,
    // `value["name"]`, `["name", "other"]`
    r#"\["(\w+)"\]"#,
    // `json!({ "name": .. })`
    r#""(\w+)":\s"#,
    // `("filterByName", "name")`, `&["outer", "inner"]`
    r#"[(\[]"([a-z]\w*[A-Z]\w*)",\s*[^\d\s]"#,
    r#",\s*"([a-z]\w*[A-Z]\w*)"[)\]]"#,
    // The same of one word: `("filterByName", "name")`
    r#"[(\[]"([a-z][a-z0-9]*)",\s*[^\d\s]"#,
    r#",\s*"([a-z][a-z0-9]*)"[)\]]"#,
];

/// What takes kinds of records, assumptions or quotas, whose names are none of members, before anything else.
const OTHERS: &str =
    r#"\b(?:quota|assumes|explain|existing|key|of_stage|resource)\(\s*"[\w-]+"(?:,\s*"[\w-]+")?"#;

#[test]
fn every_name_of_a_member_is_one_of_the_models() {
    let known = known();
    let found = names(&code());
    // A pattern that finds nothing any more would let everything pass.
    assert!(found.len() > 150, "{found:?}");
    let unknown: Vec<_> = found.iter().filter(|name| !is_known(name, &known)).collect();
    assert_eq!(
        unknown,
        Vec::<&String>::new(),
        "misspelt, or private: such names begin with `_`, or stand in `OWN`"
    );
    let stale: Vec<_> = OWN.iter().chain(VALUES).filter(|name| !found.contains(**name)).collect();
    assert_eq!(stale, Vec::<&&str>::new(), "nothing has these names any more");
}

#[test]
fn a_misspelt_name_is_found_wherever_it_stands() {
    let known = known();
    for code in [
        r#"text(&record, "stageArm")"#,
        r#"text(&self.record(), "stageArm")"#,
        r#"call.text("stageArm")"#,
        r#"default(record, "stageArm", "")"#,
        r#"truth(call, "stageArm")"#,
        "record.insert(\n    \"stageArm\".into(), x)",
        r#"call.input.get("stageArm")"#,
        r#"one["stageArm"] == id"#,
        r#"json!({ "stageArm": arn })"#,
        r#"[("stageArm", "name")]"#,
        r#"is("name", "stageArm")"#,
        r#"path: &["autoParticipantRecordingConfiguration", "stageArm"]"#,
    ] {
        let names = names(code);
        assert!(names.contains("stageArm"), "{code}: {names:?}");
        assert!(!is_known("stageArm", &known) && is_known("stageArn", &known));
    }
    for code in [
        r#"[("filterByName", "nmae")]"#,
        r#"("nmae", "stageArn")"#,
        r#"at(record, &["nmae", other])"#,
        r#"at(&record, &["s3", "nmae"])"#,
        r#"is("filterByName", "nmae")"#,
    ] {
        let names = names(code);
        assert!(names.contains("nmae") && !is_known("nmae", &known), "{code}: {names:?}");
    }
}

fn is_known(name: &str, known: &BTreeSet<String>) -> bool {
    name.starts_with('_') || known.contains(name) || OWN.contains(&name) || VALUES.contains(&name)
}

/// The members of all structures of both models; those of `EventBridge`'s events, which `events::known` holds against each event.
fn known() -> BTreeSet<String> {
    let model = Model::new().unwrap();
    let shapes = model.services().into_iter().flat_map(ivs_model::Service::shapes);
    let members = shapes.filter_map(|shape| match shape.kind() {
        Type::Structure(members) => Some(members.iter().map(|member| member.name().to_owned())),
        _ => None,
    });
    let of_events = Regex::new(r#""([a-z0-9]+(?:_[a-z0-9]+)+)""#).unwrap();
    let events = include_str!("events/known.rs");
    members.flatten().chain(of_events.captures_iter(events).map(|found| found[1].to_owned())).collect()
}

fn names(code: &str) -> BTreeSet<String> {
    let places = PLACES.iter().map(|place| Regex::new(place).unwrap());
    places
        .flat_map(|place| place.captures_iter(code).map(|found| found[1].to_owned()).collect::<Vec<_>>())
        .collect()
}

/// The code, without tests: those name what they like.
fn code() -> String {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let files_of =
        |folder: &&str| std::fs::read_dir(source.join(folder)).unwrap().map(|entry| entry.unwrap().path());
    let files = FOLDERS.iter().flat_map(files_of).filter(|path| path.is_file());
    let texts = files
        .chain(FILES.iter().map(|file| source.join(file)))
        .map(|file| std::fs::read_to_string(file).unwrap());
    let code: String =
        texts.map(|text| text.split("#[cfg(test)]").next().unwrap_or_default().to_owned()).collect();
    Regex::new(OTHERS).unwrap().replace_all(&code, "").into_owned()
}
