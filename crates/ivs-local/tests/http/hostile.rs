use std::time::Duration;

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
    let large = vec![b' '; 10 << 20];
    assert!(matches!(code(&large).as_str(), "RequestEntityTooLargeException" | ""));
    let gzip = [("content-encoding", "gzip")];
    assert_eq!(client.send("POST", "/ListStages", b"{}", &gzip).code(), "SerializationException");
    let unknown = [("content-encoding", "br")];
    assert_eq!(client.send("POST", "/ListStages", b"{}", &unknown).code(), "SerializationException");
    // An unknown operation, method and member.
    assert_eq!(client.call("Nonsense", &json!({})).status, 404);
    assert_eq!(client.send("GET", "/ListStages", b"", &[]).status, 404);
    assert_eq!(client.call("liststages", &json!({})).status, 404);
    assert_eq!(client.call("ListStages", &json!({ "nonsense": { "a": [1] } })).status, 200);
}
