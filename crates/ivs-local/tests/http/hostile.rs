use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use flate2::Compression;
use flate2::write::{DeflateEncoder, GzEncoder, ZlibEncoder};

use serde_json::json;

use crate::client::{Client, Program};

#[test]
fn wrong_signatures_are_refused_by_name() {
    let program = Program::start(&[]);
    let client = program.client();
    let code = |client: &Client| client.call("ListStages", &json!({})).code().to_owned();
    assert_eq!(code(&client), "");
    assert_eq!(code(&Client { secret: "other".into(), ..client.clone() }), "InvalidSignatureException");
    for offset in [400, 100_000] {
        let late = Client { at: client.at - Duration::from_secs(offset), ..client.clone() };
        let early = Client { at: client.at + Duration::from_secs(offset), ..client.clone() };
        assert_eq!([code(&late), code(&early)], ["InvalidSignatureException"; 2]);
    }
    // An unknown access key is anybody's, unless told otherwise.
    let stranger = Client { access_key: "AKIASTRANGER".into(), ..client.clone() };
    assert_eq!(code(&stranger), "");
    let strict = Program::start(&["--auth", "strict"]);
    assert_eq!(code(&Client { port: strict.port, ..stranger }), "UnrecognizedClientException");
    assert_eq!(code(&strict.client()), "");
    // What was signed is what must arrive.
    let headers = client.sign("POST", "/ListStages", b"{}");
    assert_eq!(client.raw("POST", "/ListStages", &headers, b"{ }").code(), "InvalidSignatureException");
    assert_eq!(client.raw("POST", "/ListChannels", &headers, b"{}").code(), "InvalidSignatureException");
    assert_eq!(client.raw("POST", "/ListStages?a=b", &headers, b"{}").code(), "InvalidSignatureException");
    assert_eq!(client.raw("POST", "/ListStages", &[], b"{}").code(), "MissingAuthenticationTokenException");
    let off = Program::start(&["--auth", "off"]);
    assert_eq!(off.client().raw("POST", "/ListStages", &[], b"{}").status, 200);
}

#[test]
fn broken_bodies_are_refused_and_the_server_goes_on() {
    let program = Program::start(&[]);
    let client = program.client();
    let code = |body: &[u8]| client.send("POST", "/ListStages", body, &[]).code().to_owned();
    for body in ["{", "[]", "1", "\"x\"", "nul", "{\"a\":", "\u{0}"] {
        assert_eq!(code(body.as_bytes()), "SerializationException", "{body}");
    }
    assert_eq!(code(&[0xff, 0xfe]), "SerializationException");
    let deep = format!("{{\"name\":{}{}}}", "[".repeat(100_000), "]".repeat(100_000));
    assert_eq!(code(deep.as_bytes()), "SerializationException");
    let gzip = [("content-encoding", "gzip")];
    assert_eq!(client.send("POST", "/ListStages", b"{}", &gzip).code(), "SerializationException");
    let unknown = [("content-encoding", "br")];
    assert_eq!(client.send("POST", "/ListStages", b"{}", &unknown).code(), "SerializationException");
    // An unknown operation, method and member.
    assert_eq!(client.call("Nonsense", &json!({})).status, 404);
    let by_browser = client.send("GET", "/ListStages", b"", &[]);
    assert_eq!((by_browser.status, by_browser.code()), (404, "UnknownOperationException"));
    assert_eq!(by_browser.body["message"], "Unknown operation: GET /ListStages; /ListStages takes POST");
    let logged = |client: &Client| client.raw("GET", "/_ivs/calls", &[], b"").body.as_array().unwrap().len();
    let before = logged(&client);
    assert_eq!(client.raw("GET", "/favicon.ico", &[], b"").status, 204);
    assert_eq!(logged(&client), before, "what browsers ask for by themselves is no call");
    assert_eq!(client.call("liststages", &json!({})).status, 404);
    assert_eq!(client.call("ListStages", &json!({ "nonsense": { "a": [1] } })).status, 200);
}

#[test]
fn signatures_in_the_query_are_verified() {
    let program = Program::start(&[]);
    let client = program.client();
    let code = |client: &Client, target: &str, body: &[u8]| {
        let host = vec![("host".to_owned(), format!("localhost:{}", client.port))];
        client.raw("POST", target, &host, body).code().to_owned()
    };
    let target = client.presign("POST", "/ListStages", b"{}", 60);
    assert_eq!(code(&client, &target, b"{}"), "");
    assert_eq!(code(&client, &target, b"{ }"), "InvalidSignatureException");
    assert_eq!(
        code(&client, &target.replace("ListStages", "ListChannels"), b"{}"),
        "InvalidSignatureException"
    );
    assert_eq!(code(&client, &format!("{target}&a=b"), b"{}"), "InvalidSignatureException");
    let other = Client { secret: "other".into(), ..client.clone() };
    assert_eq!(
        code(&client, &other.presign("POST", "/ListStages", b"{}", 60), b"{}"),
        "InvalidSignatureException"
    );
    // It has ended, or begins in an hour.
    for (at, secs) in
        [(client.at - Duration::from_secs(61), 60), (client.at + Duration::from_secs(3600), 7200)]
    {
        let elsewhen = Client { at, ..client.clone() };
        let target = elsewhen.presign("POST", "/ListStages", b"{}", secs);
        assert_eq!(code(&client, &target, b"{}"), "InvalidSignatureException");
    }
    // A part is missing, or is none.
    for (part, broken) in [
        ("X-Amz-Expires=60", "X-Amz-Expires=604801"),
        ("X-Amz-Expires=60", "a=b"),
        ("X-Amz-Date=", "a="),
        ("X-Amz-SignedHeaders=", "a="),
        ("X-Amz-Signature=", "a="),
        ("X-Amz-Credential=", "a="),
        ("X-Amz-Algorithm=AWS4", "X-Amz-Algorithm=AWS5"),
    ] {
        // Names of parameters are as the signer writes them; values are percent-encoded.
        let target = client.presign("POST", "/ListStages", b"{}", 60).replacen(part, broken, 1);
        assert_eq!(code(&client, &target, b"{}"), "IncompleteSignatureException", "{target}");
    }
    let other = Client { region: "eu-west-1".into(), ..client.clone() };
    let moved = other.presign("POST", "/ListStages", b"{}", 60).replace("eu%2Dwest%2D1", "us%2Dwest%2D2");
    assert_eq!(code(&client, &moved, b"{}"), "InvalidSignatureException");
}

#[test]
fn scopes_are_checked() {
    let program = Program::start(&[]);
    let client = program.client();
    let altered = |from: &str, to: &str| {
        let mut headers = client.sign("POST", "/ListStages", b"{}");
        for (_, value) in headers.iter_mut().filter(|(name, _)| name == "authorization") {
            assert!(value.contains(from), "{value}");
            *value = value.replace(from, to);
        }
        client.raw("POST", "/ListStages", &headers, b"{}").code().to_owned()
    };
    assert_eq!(altered("/us-west-2/", "/us-east-1/"), "InvalidSignatureException");
    assert_eq!(altered("/ivs/", "/s3/"), "InvalidSignatureException");
    assert_eq!(altered("aws4_request", "aws5_request"), "IncompleteSignatureException");
    assert_eq!(altered("/us-west-2/", "/US/"), "IncompleteSignatureException");
    assert_eq!(altered("SignedHeaders=", "Headers="), "IncompleteSignatureException");
    assert_eq!(altered("SignedHeaders=", "SignedHeaders=absent;"), "IncompleteSignatureException");
    assert_eq!(altered("AWS4-HMAC-SHA256 ", "AWS4-HMAC-SHA1 "), "IncompleteSignatureException");
}

fn compressed(body: &[u8]) -> [(&'static str, Vec<u8>); 3] {
    let mut gzip = GzEncoder::new(Vec::new(), Compression::default());
    let mut zlib = ZlibEncoder::new(Vec::new(), Compression::default());
    let mut deflate = DeflateEncoder::new(Vec::new(), Compression::default());
    gzip.write_all(body).unwrap();
    zlib.write_all(body).unwrap();
    deflate.write_all(body).unwrap();
    let (gzip, zlib, deflate) = (gzip.finish().unwrap(), zlib.finish().unwrap(), deflate.finish().unwrap());
    [("gzip", gzip), ("deflate", zlib), ("deflate", deflate)]
}

#[test]
fn bodies_may_be_compressed_and_are_still_limited() {
    let program = Program::start(&[]);
    let client = program.client();
    for (encoding, body) in compressed(br#"{"name": "small"}"#) {
        let answer = client.send("POST", "/CreateStage", &body, &[("content-encoding", encoding)]);
        assert_eq!((answer.status, &answer.body["stage"]["name"]), (200, &json!("small")), "{encoding}");
    }
    // A few kilobytes that would become a hundred megabytes.
    for (encoding, body) in compressed(&vec![b' '; 100 << 20]) {
        let answer = client.send("POST", "/CreateStage", &body, &[("content-encoding", encoding)]);
        assert_eq!((answer.status, answer.code()), (413, "RequestEntityTooLargeException"), "{encoding}");
    }
    let [(_, gzip), ..] = compressed(br#"{"name": "small"}"#);
    let cut = client.send("POST", "/CreateStage", &gzip[..gzip.len() - 9], &[("content-encoding", "gzip")]);
    assert_eq!(cut.code(), "SerializationException");
}

#[test]
fn bodies_that_lie_about_their_length_harm_nobody() {
    let program = Program::start(&[]);
    let client = program.client();
    let send = |length: &str, body: &[u8]| {
        let mut headers = client.sign("POST", "/ListStages", b"{}");
        headers.push(("content-length".to_owned(), length.to_owned()));
        let mut socket = TcpStream::connect(("127.0.0.1", program.port)).unwrap();
        let mut head = "POST /ListStages HTTP/1.1\r\nconnection: close\r\n".to_owned();
        for (name, value) in headers {
            head.extend([name.as_str(), ": ", &value, "\r\n"]);
        }
        socket.write_all(format!("{head}\r\n").as_bytes()).unwrap();
        let _ = socket.write_all(body);
        // Nothing more comes, though the server waits for it.
        if length.parse().is_ok_and(|length: u64| length > body.len() as u64) {
            socket.shutdown(std::net::Shutdown::Write).unwrap();
        }
        let mut text = String::new();
        let _ = socket.read_to_string(&mut text);
        text
    };
    assert!(send("2", b"{}").starts_with("HTTP/1.1 200"));
    // Less than was promised: there is no answer, or one that refuses.
    for length in ["3", "1000"] {
        let answer = send(length, b"{}");
        assert!(answer.is_empty() || answer.starts_with("HTTP/1.1 400"), "{answer}");
    }
    // More than was promised: only what was promised counts, and that is not what was signed.
    assert!(send("1", b"{}").contains("InvalidSignatureException"));
    for length in ["x", "-1", "99999999999999999999"] {
        assert!(!send(length, b"{}").starts_with("HTTP/1.1 2"), "{length}");
    }
    // 10 MB, announced or not.
    let large = vec![b' '; 10 << 20];
    let answer = client.send("POST", "/ListStages", &large, &[]);
    assert!(matches!((answer.status, answer.code()), (413, "RequestEntityTooLargeException") | (0, "")));
    assert_eq!(client.call("ListStages", &json!({})).status, 200);
}

#[test]
fn arns_in_the_path_are_decoded_once() {
    let program = Program::start(&[]);
    let client = program.client();
    let arn = client.call("CreateStage", &json!({})).body["stage"]["arn"].as_str().unwrap().to_owned();
    let tags = |path: &str| client.send("GET", &format!("/tags/{path}"), b"", &[]);
    let encoded = arn.replace(':', "%3A").replace('/', "%2F");
    for path in
        [arn.clone(), encoded.clone(), encoded.to_ascii_lowercase().replace(&arn.to_ascii_lowercase(), &arn)]
    {
        let path = if path.contains("%3a") { arn.replace(':', "%3a").replace('/', "%2f") } else { path };
        assert_eq!(tags(&path).status, 200, "{path}");
    }
    for (path, code) in [
        (encoded.replace('%', "%25"), "ValidationException"),
        (format!("{encoded}%00"), "ValidationException"),
        (format!("{encoded}%FF"), "ValidationException"),
        (format!("{encoded}%2"), "ValidationException"),
        (format!("{encoded}/"), "ValidationException"),
        (arn.replace(":stage/", ":nothing/"), "ResourceNotFoundException"),
        (String::new(), "ValidationException"),
    ] {
        assert_eq!(tags(&path).code(), code, "{path}");
    }
}

#[test]
fn names_of_others_are_not_answered() {
    let program = Program::start(&["--allow-host", "ivs.test"]);
    let client = program.client();
    let ask =
        |target: &str, host: &str| client.raw("GET", target, &[("host".to_owned(), host.to_owned())], b"");
    for target in ["/_ivs/health", "/", "/_ivs/console/calls", "/_ivs/snapshot", "/ListStages"] {
        let answer = ask(target, "evil.example:8788");
        assert_eq!(answer.status, 421, "{target}");
        let message = answer.body["message"].as_str().unwrap();
        assert!(message.ends_with("--allow-host evil.example"), "{target}: {message}");
    }
    // An address can not be made to lead elsewhere: the port of a container is asked for by that of its host.
    let own = ["ivs.test:8788", "localhost", "a.localhost:1", "127.0.0.1:8788", "[::1]:1"];
    for host in own.into_iter().chain(["192.168.1.5:8788", "0.0.0.0:8788", "[2001:db8::1]"]) {
        assert_eq!(ask("/_ivs/health", host).status, 200, "{host}");
    }
    assert_eq!(
        ask("http://evil.example/_ivs/health", "localhost").status,
        421,
        "the name of the target counts, too"
    );
}

#[test]
fn requests_that_never_end_are_ended() {
    // Long enough for a machine that is busy; the requests wait side by side.
    let program = Program::start(&["--assume", "read-time=3000"]);
    let send = |text: &str| {
        let mut socket = TcpStream::connect(("127.0.0.1", program.port)).unwrap();
        socket.set_read_timeout(Some(Duration::from_secs(60))).unwrap();
        socket.write_all(text.as_bytes()).unwrap();
        let mut answer = String::new();
        // The server closes, and does not wait for more.
        socket.read_to_string(&mut answer).unwrap();
        answer
    };
    std::thread::scope(|scope| {
        for target in ["/CreateStage", "/_ivs/restore", "/_ivs/reset", "/_ivs/console/token"] {
            scope.spawn(move || {
                let head = format!("POST {target} HTTP/1.1\r\nhost: localhost\r\ncontent-length: 20\r\n\r\n");
                let answer = send(&format!("{head}{{"));
                assert!(answer.starts_with("HTTP/1.1 408"), "{target}: {answer}");
                assert!(answer.contains("did not arrive within 3s"), "{target}: {answer}");
            });
        }
        scope.spawn(|| {
            let head = send("POST /CreateStage HTTP/1.1\r\nhost: localhost\r\n");
            assert!(head.is_empty() || head.starts_with("HTTP/1.1 408"), "{head}");
        });
    });
    // Nobody waits for a request of somebody else that does not end.
    let program = Program::start(&[]);
    let mut endless = TcpStream::connect(("127.0.0.1", program.port)).unwrap();
    endless.write_all(b"POST /CreateStage HTTP/1.1\r\n").unwrap();
    assert_eq!(program.client().call("ListStages", &json!({})).status, 200);
}

/// Every refusal of what is the server's own has one form, wherever it comes from.
#[test]
fn refusals_of_the_servers_own_paths_have_one_form() {
    let program = Program::start(&["--auth", "off"]);
    let client = program.client();
    let stage = client.call("CreateStage", &json!({})).body["stage"]["arn"].as_str().unwrap().to_owned();
    let channel = stage.replace("stage", "channel");
    for (method, path, body, status, code) in [
        ("GET", "/_ivs/helth".to_owned(), "", 404, "NotFound"),
        ("PUT", "/_ivs/faults".to_owned(), "", 405, "MethodNotAllowed"),
        ("POST", "/_ivs/faults".to_owned(), "{}", 400, "BadRequest"),
        ("POST", "/_ivs/clock".to_owned(), "[]", 400, "BadRequest"),
        ("GET", "/_ivs/events?after=x".to_owned(), "", 400, "BadRequest"),
        ("POST", "/_ivs/restore".to_owned(), "x", 400, "BadRequest"),
        ("POST", "/_ivs/targets".to_owned(), "{}", 400, "BadRequest"),
        ("DELETE", "/_ivs/targets/t9".to_owned(), "", 404, "NotFound"),
        ("POST", "/_ivs/inspect".to_owned(), "{}", 400, "BadRequest"),
        ("POST", format!("/_ivs/channels/{channel}/live"), "{}", 404, "ResourceNotFoundException"),
        (
            "POST",
            format!("/_ivs/channels/{channel}/viewers"),
            r#"{"viewerId": "v"}"#,
            404,
            "ResourceNotFoundException",
        ),
        ("POST", "/_ivs/channels/x/live".to_owned(), "{}", 404, "NotFound"),
        ("DELETE", format!("/_ivs/stages/{stage}/participants/nobody"), "", 404, "PARTICIPANT_DISCONNECTED"),
    ] {
        let answer = client.raw(method, &path, &[], body.as_bytes());
        let members: Vec<_> = answer.body.as_object().unwrap().keys().map(String::as_str).collect();
        assert_eq!(members, ["advice", "code", "message"], "{method} {path}: {}", answer.body);
        assert_eq!(
            (answer.status, answer.body["code"].as_str().unwrap()),
            (status, code),
            "{method} {path}: {}",
            answer.body
        );
        assert!(
            members.iter().all(|name| !answer.body[name].as_str().unwrap().is_empty()),
            "{}",
            answer.body
        );
    }
}
