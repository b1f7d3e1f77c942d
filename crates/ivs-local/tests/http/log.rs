//! The log that collectors read.

use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};

use serde_json::Value;

#[test]
fn a_call_is_a_line_with_the_names_of_opentelemetry() {
    let mut server = Command::new(env!("CARGO_BIN_EXE_ivs-local"))
        .args(["--port", "0", "--json", "--auth", "off"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut line = String::new();
    BufReader::new(server.stdout.as_mut().unwrap()).read_line(&mut line).unwrap();
    let port = line.trim().rsplit(':').next().unwrap().to_owned();
    let client = crate::client::Client {
        port: port.parse().unwrap(),
        access_key: "210987654321".into(),
        secret: "any".into(),
        region: "us-west-2".into(),
        at: std::time::SystemTime::now(),
    };
    let answer = client.call("GetStage", &serde_json::json!({ "arn": "nonsense" }));
    let mut logged = String::new();
    BufReader::new(server.stderr.as_mut().unwrap()).read_line(&mut logged).unwrap();
    server.kill().unwrap();
    server.wait().unwrap();
    let logged: Value = serde_json::from_str(&logged).unwrap();
    let fields = &logged["fields"];
    assert_eq!(fields["rpc.method"], "GetStage", "{logged}");
    assert_eq!(fields["http.response.status_code"], 400);
    assert_eq!(fields["aws.request_id"], answer.header("x-amzn-requestid"));
    assert_eq!(fields["ivs_local.rules"], answer.header("x-ivs-local-explain"));
    assert!(fields["error.message"].as_str().unwrap().contains("nonsense"), "{logged}");
}
