//! Writes the scenario as calls of the SDK: `scenario.json` tells the calls, the service models their types. And the Rust of
//! `docs/local.md` as functions.

use std::collections::HashMap;
use std::fmt::Write as _;
use std::path::Path;
use std::{env, fs};

use serde_json::Value;

fn main() {
    let root = Path::new(&env::var("CARGO_MANIFEST_DIR").unwrap()).join("../../..");
    let read = |path: &str| -> Value {
        let path = root.join(path);
        println!("cargo::rerun-if-changed={}", path.display());
        serde_json::from_slice(&fs::read(path).unwrap()).unwrap()
    };
    let models: HashMap<_, _> = ["ivs", "ivs-realtime"]
        .into_iter()
        .map(|service| (service, read(&format!("crates/ivs-model/api/{service}.json"))))
        .collect();
    let mut code = String::new();
    let scenario = read("tests/local/scenario.json");
    let steps = scenario.as_array().unwrap();
    for (place, step) in steps.iter().enumerate() {
        let (service, operation) = (text(&step["service"]), text(&step["operation"]));
        let sdk = service.replace('-', "_");
        let shapes = &models[service]["shapes"];
        let input = &shapes[text(&models[service]["operations"][operation]["input"])];
        let setters = Writer { sdk: &sdk, shapes }.setters(input, &step["input"]);
        let client = snake(operation);
        writeln!(code, "async fn step_{place}(run: &mut Run) {{").unwrap();
        writeln!(code, "    let sent = run.{sdk}.{client}(){setters}.send().await;").unwrap();
        writeln!(code, "    run.judge({place}, sent.map(|typed| format!(\"{{typed:?}}\")).map_err(code));").unwrap();
        writeln!(code, "}}").unwrap();
    }
    writeln!(code, "async fn all(run: &mut Run) {{").unwrap();
    for place in 0..steps.len() {
        writeln!(code, "    step_{place}(run).await;").unwrap();
    }
    writeln!(code, "}}").unwrap();
    let out = env::var("OUT_DIR").unwrap();
    fs::write(Path::new(&out).join("steps.rs"), code).unwrap();
    fs::write(Path::new(&out).join("manual.rs"), manual(&root.join("docs/local.md"))).unwrap();
}

/// A function for each fragment. The first answers what it made.
fn manual(page: &Path) -> String {
    println!("cargo::rerun-if-changed={}", page.display());
    let text = fs::read_to_string(page).unwrap();
    let fragments: Vec<_> = text.split("```rust,ignore\n").skip(1).map(|rest| rest.split("```").next().unwrap()).collect();
    let [sdk, test] = fragments[..] else { panic!("docs/local.md has {} fragments of Rust", fragments.len()) };
    let answer = "aws_sdk_ivsrealtime::operation::create_stage::CreateStageOutput";
    format!(
        "async fn the_sdk() -> Result<{answer}, Box<dyn Error>> {{\n{sdk}Ok(made)\n}}\n\
         async fn in_a_test() -> Result<(), Box<dyn Error>> {{\n{test}drop(config);\nOk(())\n}}\n"
    )
}

struct Writer<'a> {
    sdk: &'a str,
    shapes: &'a Value,
}

impl Writer<'_> {
    /// The setters of a builder, for every member of the value.
    fn setters(&self, shape: &Value, value: &Value) -> String {
        let members = value.as_object().unwrap();
        members
            .iter()
            .map(|(name, value)| {
                let member = &shape["members"][name];
                let member = member.as_str().unwrap_or_else(|| text(&member["shape"]));
                format!(".set_{}(Some({}))", snake(name), self.expression(member, value))
            })
            .collect()
    }

    fn expression(&self, name: &str, value: &Value) -> String {
        let (sdk, shape) = (self.sdk, &self.shapes[name]);
        match text(&shape["type"]) {
            "structure" => {
                // A builder of a structure with required members can fail.
                let unwrap = if shape.get("required").is_some() { ".unwrap()" } else { "" };
                format!("{sdk}::types::{name}::builder(){}.build(){unwrap}", self.setters(shape, value))
            }
            "list" => {
                let of = text(&shape["member"]);
                let entries: Vec<_> =
                    value.as_array().unwrap().iter().map(|value| self.expression(of, value)).collect();
                format!("vec![{}]", entries.join(", "))
            }
            "map" => {
                let of = text(&shape["value"]);
                let entry = |(key, value): (&String, &Value)| {
                    format!("({key:?}.to_owned(), {})", self.expression(of, value))
                };
                let entries: Vec<_> = value.as_object().unwrap().iter().map(entry).collect();
                format!("HashMap::from([{}])", entries.join(", "))
            }
            "string" if shape.get("enum").is_some() => format!("{sdk}::types::{name}::from({value})"),
            "string" => format!("run.filled({:?})", text(value)),
            "timestamp" => format!("moment({:?})", text(value)),
            _ => value.to_string(),
        }
    }
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap()
}

fn snake(name: &str) -> String {
    let mut snake = String::new();
    for character in name.chars() {
        if character.is_ascii_uppercase() && !snake.is_empty() {
            snake.push('_');
        }
        snake.push(character.to_ascii_lowercase());
    }
    snake
}
