//! The shell commands of the project's README do what it says, with this binary.

use std::error::Error;
use std::path::Path;
use std::process::Command;

#[test]
#[cfg(unix)]
fn the_shell_quickstart_ends_in_a_verified_token() -> Result<(), Box<dyn Error>> {
    let readme = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("../../README.md"))?;
    let script = shell_block(&readme).ok_or("the README has no shell block")?;
    let script: String = script
        .lines()
        .filter(|line| !line.starts_with("cargo install"))
        .fold("set -euo pipefail\n".to_owned(), |script, line| script + line + "\n");

    let folder = tempfile::tempdir()?;
    let binary = Path::new(env!("CARGO_BIN_EXE_ivs-token")).parent().ok_or("no folder")?;
    let path = format!("{}:{}", binary.display(), std::env::var("PATH")?);
    let output =
        Command::new("bash").args(["-c", &script]).current_dir(&folder).env("PATH", path).output()?;
    let said = format!("{}{}", String::from_utf8(output.stdout)?, String::from_utf8(output.stderr)?);
    assert!(output.status.success(), "{said}");
    assert!(said.contains("This is a participant token, signed with a key pair."), "{said}");
    assert!(said.contains("ana"), "{said}");

    // And the token that it leaves behind is one.
    let token = std::fs::read_to_string(folder.path().join("token"))?;
    assert_eq!(token.matches('.').count(), 2);
    Ok(())
}

fn shell_block(readme: &str) -> Option<&str> {
    let (_, rest) = readme.split_once("```sh\n")?;
    Some(rest.split_once("\n```")?.0)
}
