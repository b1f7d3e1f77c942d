//! Requests to the server as commands to paste into a shell.

use std::fmt::Write;

use serde_json::Value;

use crate::server::Server;

/// The command that gets a path of the server.
pub(super) fn get(server: &Server, target: &str) -> String {
    request(server, "GET", target, "")
}

/// The command for a request. `target` is a path with its query. If `body` is empty, none is sent.
pub(super) fn request(server: &Server, method: &str, target: &str, body: &str) -> String {
    finish("curl".to_owned(), server, method, target, body)
}

/// The command for an operation of the API, signed as this account.
pub(super) fn operation(server: &Server, account: &str, region: &str, name: &str, input: &Value) -> String {
    signed(server, (account, region), "POST", &format!("/{name}"), &input.to_string())
}

/// The command for a request to the API, signed as this account.
pub(super) fn signed(
    server: &Server,
    (account, region): (&str, &str),
    method: &str,
    target: &str,
    body: &str,
) -> String {
    // Both come from a request's credentials. If signatures are not checked, they may hold anything.
    let (scope, user) = (word(&format!("aws:amz:{region}:ivs")), word(&format!("{account}:any")));
    finish(format!("curl --aws-sigv4 {scope} --user {user}"), server, method, target, body)
}

fn finish(mut command: String, server: &Server, method: &str, target: &str, body: &str) -> String {
    // With a body, `curl` sends a POST by default.
    let is_plain = method == if body.is_empty() { "GET" } else { "POST" };
    if !is_plain {
        let _ = write!(command, " -X {}", word(method));
    }
    let _ = write!(command, " {}", word(&format!("{}{target}", server.url())));
    if !body.is_empty() {
        // `-d` takes a body that begins with @ for the name of a file.
        let option = if body.starts_with('@') { "--data-raw" } else { "-d" };
        let _ = write!(command, " {option} {}", quoted(body));
    }
    command
}

/// A text as one word of a shell (POSIX, 2.2).
fn word(text: &str) -> String {
    let is_plain = |letter: char| letter.is_ascii_alphanumeric() || "/:.-_%=@,+".contains(letter);
    if !text.is_empty() && text.chars().all(is_plain) { text.to_owned() } else { quoted(text) }
}

fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', r"'\''"))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::server::in_memory;
    use crate::settings::Settings;

    #[test]
    fn commands_are_what_a_shell_takes() {
        let server = in_memory(Settings::default(), 8788).unwrap();
        assert_eq!(get(&server, "/_ivs/calls"), "curl http://localhost:8788/_ivs/calls");
        assert_eq!(get(&server, "/a?b=c"), "curl 'http://localhost:8788/a?b=c'");
        assert_eq!(request(&server, "POST", "/a", ""), "curl -X POST http://localhost:8788/a");
        assert_eq!(request(&server, "POST", "/a", "@b"), "curl http://localhost:8788/a --data-raw '@b'");
        assert_eq!(
            operation(
                &server,
                "123456789012",
                "us-east-1",
                "CreateStage",
                &json!({ "tags": { "a": "it's" } })
            ),
            r#"curl --aws-sigv4 aws:amz:us-east-1:ivs --user 123456789012:any http://localhost:8788/CreateStage -d '{"tags":{"a":"it'\''s"}}'"#
        );
        let strange = signed(&server, ("1", "$(reboot)"), "DELETE", "/tags/x?tagKeys=a", "");
        assert_eq!(
            strange,
            "curl --aws-sigv4 'aws:amz:$(reboot):ivs' --user 1:any -X DELETE 'http://localhost:8788/tags/x?tagKeys=a'"
        );
    }
}
