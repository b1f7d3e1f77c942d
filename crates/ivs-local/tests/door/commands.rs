//! Whatever a page of the console can do, a `curl` that stands on the same page does, too.
#![cfg(unix)]

use std::process::Command;

use regex::Regex;
use serde_json::json;

use crate::local::{Answer, Local};

/// A request, as a form or a command asks for it.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Asked {
    method: String,
    /// The path and the query.
    target: String,
    body: String,
    /// Whether it is signed, and so one of the API.
    is_operation: bool,
}

impl Asked {
    fn new(method: &str, target: &str, body: &str) -> Self {
        Self {
            method: method.to_owned(),
            target: target.to_owned(),
            body: body.to_owned(),
            is_operation: false,
        }
    }

    /// What a command asks for, by the words that a shell makes of it.
    fn of_command(command: &str) -> Self {
        let script = format!("curl() {{ printf '%s\\0' \"$@\"; }}\n{command}");
        let said = Command::new("sh").arg("-c").arg(&script).output().unwrap();
        assert!(said.status.success(), "{command}: {}", String::from_utf8_lossy(&said.stderr));
        let said = String::from_utf8(said.stdout).unwrap();
        let mut asked = Self::new("", "", "");
        let mut words = said.strip_suffix('\0').unwrap().split('\0');
        while let Some(word) = words.next() {
            match word {
                "-X" => words.next().unwrap().clone_into(&mut asked.method),
                "-d" | "--data-raw" => words.next().unwrap().clone_into(&mut asked.body),
                "-o" | "--user" => drop(words.next().unwrap()),
                "--aws-sigv4" => {
                    words.next().unwrap();
                    asked.is_operation = true;
                }
                url => {
                    let path = url.strip_prefix("http://localhost:").unwrap_or_else(|| panic!("{command}"));
                    assert_eq!(asked.target, "", "{command}");
                    path[path.find('/').unwrap()..].clone_into(&mut asked.target);
                }
            }
        }
        if asked.method.is_empty() {
            let method = if asked.body.is_empty() { "GET" } else { "POST" };
            method.clone_into(&mut asked.method);
        }
        asked
    }

    /// Where it stands among those that are run: what changes what others ask for comes after them.
    fn turn(&self) -> usize {
        match (self.is_operation, self.method.as_str(), self.target.as_str()) {
            (true, ..) => 0,
            (_, "GET", _) => 1,
            (_, "POST", "/_ivs/reset") => 5,
            // It takes back what others remove.
            (_, "POST", "/_ivs/calm") => 4,
            (_, "POST", _) => 2,
            _ => 3,
        }
    }
}

fn unescaped(text: &str) -> String {
    text.replace("&quot;", "\"").replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
}

/// The commands of a page.
fn commands(page: &str) -> Vec<String> {
    let code = Regex::new("(?s)<code>(curl .*?)</code>").unwrap();
    code.captures_iter(page).map(|found| unescaped(&found[1])).collect()
}

/// What the forms of a page ask for. What a form only looks for has the command of the list in which it looks.
fn forms(page: &str) -> Vec<Asked> {
    let form = Regex::new(r#"(?s)<form method="(get|post)" action="([^"]*)"(.*?)</form>"#).unwrap();
    assert_eq!(form.find_iter(page).count(), page.matches("<form").count(), "{page}");
    let asked = form.captures_iter(page).map(|found| {
        let field = |name: &str| {
            let field = Regex::new(&format!(r#"(?s)name="{name}" value="([^"]*)""#)).unwrap();
            let area =
                Regex::new(&format!(r#"(?s)<textarea[^>]* name="{name}"[^>]*>(.*?)</textarea>"#)).unwrap();
            let inner = field.captures(&found[3]).or_else(|| area.captures(&found[3]));
            inner.map(|inner| unescaped(&inner[1])).unwrap_or_default()
        };
        match (&found[1], &found[2]) {
            ("post", "/_ivs/console/do") => {
                Asked::new(&field("method"), &format!("/_ivs/{}", field("path")), &field("body"))
            }
            ("post", "/_ivs/console/token") => {
                let token = field("token");
                let token = if token.is_empty() { "eyJ…".to_owned() } else { token };
                // With the space that a person writes.
                Asked::new("POST", "/_ivs/inspect", &format!("{{\"token\":\"{token}\"}}"))
            }
            ("get", "/") => Asked { is_operation: true, ..Asked::new("POST", "/ListStages", "{}") },
            ("get", "/_ivs/console/calls") => Asked::new("GET", "/_ivs/calls", ""),
            ("get", "/_ivs/console/resources") => Asked::new("GET", "/_ivs/snapshot", ""),
            ("get", "/_ivs/console/timeline") => Asked::new("GET", "/_ivs/history?limit=200", ""),
            (method, action) => panic!("{method} {action} is new: say here which command does the same"),
        }
    });
    asked.collect()
}

/// A server on which every list has something.
async fn busy() -> Local {
    let local = Local::start().await;
    let arn = local.arn();
    let post = async |path: &str, body: &str| -> Answer {
        let answer = local.request("POST", &format!("/_ivs/{path}"), &[], body).await;
        assert!(answer.status < 300, "{path}: {}", answer.body);
        answer
    };
    local.call("CreateStage", &json!({ "tags": { "note": "it's <b>\"new\"</b> & $(good)" } })).await;
    let tags =
        format!("/tags/{}", percent_encoding::utf8_percent_encode(arn, percent_encoding::NON_ALPHANUMERIC));
    assert_eq!(local.request("POST", &tags, &[], r#"{"tags": {"a b": "c"}}"#).await.status, 200);
    assert_eq!(local.request("DELETE", &format!("{tags}?tagKeys=a%20b"), &[], "").await.status, 200);
    assert_eq!(local.request("GET", &tags, &[], "").await.status, 200);
    let joined = post(&format!("stages/{arn}/participants"), r#"{"userId": "ana"}"#).await.json();
    let ana = joined["participantId"].as_str().unwrap();
    post(&format!("stages/{arn}/participants/{ana}/publish"), "").await;
    let channel = local.call("CreateChannel", &json!({})).await["channel"]["arn"].clone();
    post(&format!("channels/{}/live", channel.as_str().unwrap()), "").await;
    let token = local.token("bob");
    local.call("DisconnectParticipant", &json!({ "stageArn": arn, "participantId": "bob" })).await;
    assert!(local.open("/", &[&token]).await.is_err());
    // It concerns none of the calls below.
    post("faults", r#"{"operation": "RevokeConnectionToken", "error": "AccessDeniedException"}"#).await;
    post("targets", r#"{"url": "http://127.0.0.1:9/", "attempts": 1}"#).await;
    local
}

#[tokio::test]
async fn each_form_of_each_page_has_a_command_that_does_the_same() {
    let local = busy().await;
    let stage = local.arn();
    let key = format!("123456789012/us-east-1/stage/{}", local.stage.arn().resource_id());
    let mut pages =
        vec![format!("/_ivs/console/stage?arn={stage}"), format!("/_ivs/console/resource?key={key}")];
    for name in ["token", "refusals", "refusal?number=1", "timeline", "calls", "calls?find=tags", "events"] {
        pages.push(format!("/_ivs/console/{name}"));
    }
    for name in ["resources", "resources?kind=stage", "server"] {
        pages.push(format!("/_ivs/console/{name}"));
    }
    pages.push("/".to_owned());
    let mut shown = Vec::new();
    for path in pages {
        let page = local.request("GET", &path, &[], "").await;
        assert_eq!(page.status, 200, "{path}");
        shown.push((path, page.body));
    }
    let token = local.token("cid");
    let body = format!("token={token}");
    shown.push((
        "the answer to a token".to_owned(),
        local.request("POST", "/_ivs/console/token", &[], &body).await.body,
    ));

    let mut all = Vec::new();
    let mut count = 0;
    for (path, page) in &shown {
        let asked: Vec<_> = commands(page).iter().map(|command| Asked::of_command(command)).collect();
        assert!(!asked.is_empty(), "{path} shows no command");
        for form in forms(page) {
            let same = |asked: &Asked| {
                // The same JSON, however it is written.
                let json = |body: &str| serde_json::from_str::<serde_json::Value>(body).ok();
                (&asked.method, &asked.target) == (&form.method, &form.target)
                    && (asked.body == form.body
                        || (json(&asked.body).is_some() && json(&asked.body) == json(&form.body)))
            };
            assert!(asked.iter().any(same), "{path} has no command for {form:?}; it has {asked:#?}");
            count += 1;
        }
        for one in asked {
            if !all.contains(&one) {
                all.push(one);
            }
        }
    }
    // Six of the clock, four of faults and rates, three of the state, two of targets, two of tokens, five to find something.
    assert!(count >= 20, "{count}");

    all.sort_by_key(Asked::turn);
    for Asked { method, target, body, .. } in &all {
        let answer = local.request(method, target, &[], body).await;
        // A key is imported once.
        let is_again = target == "/ImportPublicKey" && answer.status == 409;
        assert!(
            answer.status < 300 || is_again,
            "{method} {target} {body}: {} {}",
            answer.status,
            answer.body
        );
    }
    // The last was the reset.
    assert_eq!(all.last().unwrap().target, "/_ivs/reset");
    assert_eq!(local.call("ListStages", &json!({})).await["stages"], json!([]));
}
