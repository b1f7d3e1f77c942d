//! The shell commands of the project's README and manual do what they say, with this binary.
#![cfg(unix)]

use std::error::Error;
use std::path::Path;
use std::process::Command;

#[test]
fn the_shell_quickstart_ends_in_a_verified_token() -> Result<(), Box<dyn Error>> {
    let readme = read("README.md")?;
    let blocks = shell_blocks(&readme);
    let script = blocks.first().ok_or("the README has no shell block")?;
    let script: String = script
        .lines()
        .filter(|line| !line.starts_with("cargo install"))
        .fold(String::new(), |script, line| script + line + "\n");

    let folder = tempfile::tempdir()?;
    let said = run(&script, folder.path())?;
    assert!(said.contains("This is a participant token, signed with a key pair."), "{said}");
    assert!(said.contains("ana"), "{said}");

    // And the token that it leaves behind is one.
    let token = std::fs::read_to_string(folder.path().join("token"))?;
    assert_eq!(token.matches('.').count(), 2);
    Ok(())
}

/// A command signs, and so does another machine, which gets a file and gives one.
#[test]
fn the_commands_of_the_page_on_vaults_end_in_verified_tokens() -> Result<(), Box<dyn Error>> {
    let page = read("docs/vault.md")?;
    let blocks = shell_blocks(&page);
    assert_eq!(blocks.len(), 2);
    let folder = tempfile::tempdir()?;
    std::fs::write(
        folder.path().join("stage.json"),
        r#"{"stage":{"arn":"arn:aws:ivs:us-west-2:123456789012:stage/oRmLNwuCeMlQ","endpoints":{"events":"wss://events.example","whip":"https://whip.example"}}}"#,
    )?;
    let keys = "ivs-token key generate --out private.pem --public-out public.pem";
    let said = run(&format!("{keys}\n{}", blocks.join("\n")), folder.path())?;
    assert_eq!(said.matches("The token is good.").count(), 2, "{said}");
    assert_eq!(said.matches("\"ana\"").count(), 2, "{said}");
    Ok(())
}

fn read(path: &str) -> Result<String, std::io::Error> {
    std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").join(path))
}

fn shell_blocks(page: &str) -> Vec<&str> {
    page.split("```sh\n").skip(1).filter_map(|rest| Some(rest.split_once("\n```")?.0)).collect()
}

/// What the script prints on either stream.
fn run(script: &str, folder: &Path) -> Result<String, Box<dyn Error>> {
    let binary = Path::new(env!("CARGO_BIN_EXE_ivs-token")).parent().ok_or("no folder")?;
    let path = format!("{}:{}", binary.display(), std::env::var("PATH")?);
    let script = format!("set -euo pipefail\n{script}");
    let output = Command::new("bash").args(["-c", &script]).current_dir(folder).env("PATH", path).output()?;
    let said = format!("{}{}", String::from_utf8(output.stdout)?, String::from_utf8(output.stderr)?);
    assert!(output.status.success(), "{said}");
    Ok(said)
}
