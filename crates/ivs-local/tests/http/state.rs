//! The commands for a server that runs, and a state to begin with.

use std::process::{Command, Output};

use serde_json::json;

use crate::client::Program;

fn command(program: &Program, args: &[&str]) -> Output {
    let url = format!("http://localhost:{}", program.port);
    let command = Command::new(env!("CARGO_BIN_EXE_ivs-local")).args(args).args(["--url", &url]).output();
    command.unwrap()
}

#[test]
fn snapshot_reset_and_restore() {
    let program = Program::start(&[]);
    program.client().call("CreateStage", &json!({ "name": "kept" }));
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("state.json");
    let file = file.to_str().unwrap();
    assert!(command(&program, &["snapshot", file]).status.success());
    let text = std::fs::read_to_string(file).unwrap();
    assert!(text.contains("\"kept\""), "{text}");
    assert_eq!(String::from_utf8(command(&program, &["snapshot"]).stdout).unwrap(), text);

    let stages = |program: &Program| program.client().call("ListStages", &json!({})).body["stages"].clone();
    assert!(command(&program, &["reset"]).status.success());
    assert_eq!(stages(&program), json!([]));
    assert!(command(&program, &["restore", file]).status.success());
    assert_eq!(stages(&program)[0]["name"], "kept");

    // A new server begins with it.
    let another = Program::start(&["--init", file]);
    assert_eq!(stages(&another), stages(&program));
}

#[test]
fn a_server_that_is_not_there_is_said_so() {
    let program = Program::start(&[]);
    let port = program.port;
    let refused = command(&program, &["restore", "/nowhere/state.json"]);
    assert!(!refused.status.success());
    assert!(String::from_utf8(refused.stderr).unwrap().contains("/nowhere/state.json"));
    program.kill();
    let url = format!("http://localhost:{port}");
    let refused =
        Command::new(env!("CARGO_BIN_EXE_ivs-local")).args(["reset", "--url", &url]).output().unwrap();
    assert!(!refused.status.success());
    assert!(String::from_utf8(refused.stderr).unwrap().contains("--url"));
}
