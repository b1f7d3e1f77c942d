//! The log that collectors read.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::{Command, Stdio};

use serde_json::Value;

/// What a server with `--json` logs of the calls that are made to its port: a line each.
fn logged(calls: impl FnOnce(u16), count: usize) -> Vec<Value> {
    let mut server = Command::new(env!("CARGO_BIN_EXE_ivs-local"))
        .args(["--port", "0", "--json", "--auth", "off"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut line = String::new();
    BufReader::new(server.stdout.as_mut().unwrap()).read_line(&mut line).unwrap();
    calls(line.trim().rsplit(':').next().unwrap().parse().unwrap());
    let lines = BufReader::new(server.stderr.as_mut().unwrap()).lines().take(count);
    let lines = lines.map(|line| serde_json::from_str(&line.unwrap()).unwrap()).collect();
    server.kill().unwrap();
    server.wait().unwrap();
    lines
}

#[test]
fn a_call_is_a_line_with_the_names_of_opentelemetry() {
    let mut answer = None;
    let call = |port| {
        let client = crate::client::Client {
            port,
            access_key: "210987654321".into(),
            secret: "any".into(),
            region: "us-west-2".into(),
            at: std::time::SystemTime::now(),
        };
        answer = Some(client.call("GetStage", &serde_json::json!({ "arn": "nonsense" })));
    };
    let logged = logged(call, 1).remove(0);
    let (fields, answer) = (&logged["fields"], answer.unwrap());
    assert_eq!(fields["rpc.method"], "GetStage", "{logged}");
    assert_eq!(fields["http.response.status_code"], 400);
    assert_eq!(fields["aws.request_id"], answer.header("x-amzn-requestid"));
    assert_eq!(fields["ivs_local.rules"], answer.header("x-ivs-local-explain"));
    assert!(fields["error.message"].as_str().unwrap().contains("nonsense"), "{logged}");
}

#[test]
fn a_call_of_a_trace_names_it_and_another_has_no_such_fields() {
    let call = |port| {
        for header in ["traceparent: 00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01\r\n", ""] {
            let mut socket = TcpStream::connect(("127.0.0.1", port)).unwrap();
            let request =
                format!("POST /ListStages HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n{header}\r\n");
            socket.write_all(request.as_bytes()).unwrap();
            let mut answer = String::new();
            socket.read_to_string(&mut answer).unwrap();
            assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
        }
        let mut socket = TcpStream::connect(("127.0.0.1", port)).unwrap();
        socket
            .write_all(b"GET /_ivs/calls HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n")
            .unwrap();
        let mut calls = String::new();
        socket.read_to_string(&mut calls).unwrap();
        assert!(calls.contains(r#""traceId":"4bf92f3577b34da6a3ce929d0e0e4736""#), "{calls}");
    };
    let logged = logged(call, 2);
    let of =
        |line: &Value| ["trace_id", "span_id", "trace_flags"].map(|name| line["fields"].get(name).cloned());
    let expected = ["4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7", "01"];
    assert_eq!(of(&logged[0]), expected.map(|text| Some(text.into())));
    assert_eq!(of(&logged[1]), [None, None, None]);
}
