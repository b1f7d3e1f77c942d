//! The Rust of the guide, as documentation tests: all of a page, in its tabs, as one program that begins with the names of the
//! quickstart. What is marked `ignore` is left out.

use std::fmt::Write;
use std::path::{Path, PathBuf};

const BEGINNING: &str = r#"
#![allow(unused_variables, unused_imports)]
fn main() -> Result<(), Box<dyn std::error::Error>> {
let key_arn: ivs_token::PublicKeyArn = "arn:aws:ivs:us-west-2:123456789012:public-key/abc".parse()?;
let key = ivs_token::SigningKey::generate()?.with_id(key_arn.clone());
let public_key = key.verifying_key().clone();
let stage = ivs_token::Stage::new(
    "arn:aws:ivs:us-west-2:123456789012:stage/oRmLNwuCeMlQ".parse()?,
    "https://453fdfd2ad24df.global-bm.whip.live-video.net",
)?;
let verifier = ivs_token::Verifier::builder().key(key_arn.clone(), public_key.clone()).stage(stage.arn()).build()?;
let token = stage.participant().user_id("ana").mint(&key)?;
"#;

fn main() {
    let docs = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs");
    println!("cargo::rerun-if-changed={}", docs.display());
    let mut pages = Vec::new();
    find(&docs, &mut pages);
    pages.sort();
    let mut tests = String::new();
    for page in pages {
        // Its programs need a vault, and have a test of their own.
        if page.ends_with("vault.md") {
            continue;
        }
        let text = std::fs::read_to_string(&page).unwrap();
        let mut together = String::new();
        for (given, program) in blocks(&text) {
            if program.contains("fn main()") {
                writeln!(tests, "`{}`\n\n```rust{given}\n{program}```\n", page.display()).unwrap();
            } else if given.is_empty() {
                together += &program;
            }
        }
        if !together.is_empty() {
            writeln!(tests, "`{}`\n\n```rust\n{BEGINNING}{together}Ok(())\n}}\n```\n", page.display())
                .unwrap();
        }
    }
    assert!(tests.matches("```rust").count() > 7, "the guide was not found");
    std::fs::write(Path::new(&std::env::var("OUT_DIR").unwrap()).join("guide.md"), tests).unwrap();
}

fn find(folder: &Path, pages: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            find(&path, pages);
        } else if path.extension().is_some_and(|extension| extension == "md") {
            pages.push(path);
        }
    }
}

/// What is said of each block of Rust, and its text without the indentation of a tab.
fn blocks(text: &str) -> Vec<(&str, String)> {
    let mut found = Vec::new();
    let mut lines = text.lines();
    while let Some(line) = lines.next() {
        let indentation = line.len() - line.trim_start().len();
        if let Some(given) = line.trim_start().strip_prefix("```rust") {
            let body = lines.by_ref().take_while(|line| line.trim() != "```");
            let body: Vec<&str> = body.map(|line| line.get(indentation..).unwrap_or("")).collect();
            found.push((given, body.join("\n") + "\n"));
        }
    }
    found
}
