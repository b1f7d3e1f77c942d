//! A client that signs with AWS's own signer, and can also send what no SDK would.

use std::fmt::Write as _;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, SystemTime};

use aws_credential_types::Credentials;
use aws_sigv4::http_request::{
    SignableBody, SignableRequest, SignatureLocation, SigningInstructions, SigningSettings, sign,
};
use aws_sigv4::sign::v4;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::Value;

/// The program, running; stopped when it goes.
pub(crate) struct Program {
    child: Child,
    pub(crate) port: u16,
}

impl Program {
    pub(crate) fn start(args: &[&str]) -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_ivs-local"))
            .args(["--port", "0"])
            .args(args)
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.as_mut().unwrap()).read_line(&mut line).unwrap();
        let port = line.trim().rsplit(':').next().unwrap().parse().unwrap();
        Self { child, port }
    }

    /// SIGKILL.
    pub(crate) fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    pub(crate) fn client(&self) -> Client {
        Client {
            port: self.port,
            access_key: "test".into(),
            secret: "test".into(),
            region: "us-west-2".into(),
            at: SystemTime::now(),
        }
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[derive(Clone)]
pub(crate) struct Client {
    pub(crate) port: u16,
    pub(crate) access_key: String,
    pub(crate) secret: String,
    pub(crate) region: String,
    /// When the client thinks that it is.
    pub(crate) at: SystemTime,
}

pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) head: String,
    pub(crate) body: Value,
}

impl Answer {
    /// A header.
    pub(crate) fn header(&self, name: &str) -> &str {
        let found = self.head.lines().filter_map(|line| line.split_once(": "));
        found.into_iter().find(|(found, _)| found.eq_ignore_ascii_case(name)).map_or("", |(_, value)| value)
    }

    /// The code of an error.
    pub(crate) fn code(&self) -> &str {
        let line = self.head.lines().find(|line| line.to_ascii_lowercase().starts_with("x-amzn-errortype:"));
        line.and_then(|line| line.split(": ").nth(1)).unwrap_or_default()
    }
}

impl Client {
    pub(crate) fn call(&self, operation: &str, input: &Value) -> Answer {
        self.send("POST", &format!("/{operation}"), input.to_string().as_bytes(), &[])
    }

    /// Signs in the header and sends.
    pub(crate) fn send(&self, method: &str, target: &str, body: &[u8], extra: &[(&str, &str)]) -> Answer {
        let mut headers = self.sign(method, target, body);
        headers.extend(extra.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())));
        self.raw(method, target, &headers, body)
    }

    /// Signs in the query, for so long, and gives the target.
    pub(crate) fn presign(&self, method: &str, target: &str, body: &[u8], secs: u64) -> String {
        let mut settings = SigningSettings::default();
        settings.signature_location = SignatureLocation::QueryParams;
        settings.expires_in = Some(Duration::from_secs(secs));
        let (instructions, url) = self.instructions(method, target, body, settings);
        let query: Vec<_> = instructions
            .params()
            .iter()
            .map(|(name, value)| format!("{name}={}", utf8_percent_encode(value, NON_ALPHANUMERIC)))
            .collect();
        let separator = if url.contains('?') { '&' } else { '?' };
        format!("{target}{separator}{}", query.join("&"))
    }

    pub(crate) fn sign(&self, method: &str, target: &str, body: &[u8]) -> Vec<(String, String)> {
        let (instructions, _) = self.instructions(method, target, body, SigningSettings::default());
        let signed = instructions.headers().map(|(name, value)| (name.to_owned(), value.to_owned()));
        std::iter::once(("host".to_owned(), format!("localhost:{}", self.port))).chain(signed).collect()
    }

    fn instructions(
        &self,
        method: &str,
        target: &str,
        body: &[u8],
        settings: SigningSettings,
    ) -> (SigningInstructions, String) {
        let identity = Credentials::from_keys(&self.access_key, &self.secret, None).into();
        let params = v4::SigningParams::builder()
            .identity(&identity)
            .region(&self.region)
            .name("ivs")
            .time(self.at)
            .settings(settings)
            .build()
            .unwrap()
            .into();
        let url = format!("http://localhost:{}{target}", self.port);
        let host = format!("localhost:{}", self.port);
        let request = SignableRequest::new(
            method,
            &url,
            [("host", host.as_str())].into_iter(),
            SignableBody::Bytes(body),
        )
        .unwrap();
        (sign(request, &params).unwrap().into_parts().0, url)
    }

    pub(crate) fn raw(
        &self,
        method: &str,
        target: &str,
        headers: &[(String, String)],
        body: &[u8],
    ) -> Answer {
        let mut socket = TcpStream::connect(("127.0.0.1", self.port)).unwrap();
        let mut head = format!("{method} {target} HTTP/1.1\r\nconnection: close\r\n");
        for (name, value) in headers {
            let _ = write!(head, "{name}: {value}\r\n");
        }
        if !headers.iter().any(|(name, _)| name == "content-length") {
            let _ = write!(head, "content-length: {}\r\n", body.len());
        }
        head.push_str("\r\n");
        socket.write_all(head.as_bytes()).unwrap();
        // A server that refuses early may have closed its side.
        let _ = socket.write_all(body);
        let mut text = Vec::new();
        let _ = socket.read_to_end(&mut text);
        let text = String::from_utf8(text).unwrap();
        let (head, body) = text.split_once("\r\n\r\n").unwrap_or((&text, ""));
        let status = head.split(' ').nth(1).and_then(|status| status.parse().ok()).unwrap_or(0);
        Answer { status, head: head.to_owned(), body: serde_json::from_str(body).unwrap_or_default() }
    }
}
