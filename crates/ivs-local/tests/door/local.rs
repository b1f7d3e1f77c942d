//! A server in this process, a stage on it, a key pair, and a socket.

use std::fmt::Write;
use std::time::Duration;

use futures_util::{SinkExt, StreamExt};
use ivs_local::{Auth, Settings, in_memory, serve};
use ivs_token::{Participant, SigningKey, Stage, StageArn};
use serde_json::{Value, json};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::time::timeout;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::{Error, Message};
use tokio_tungstenite::{WebSocketStream, client_async};

/// What would never end ends then.
pub const PATIENCE: Duration = Duration::from_secs(60);

pub struct Local {
    pub port: u16,
    pub key: SigningKey,
    pub stage: Stage,
}

/// An answer of HTTP.
pub struct Answer {
    pub status: u16,
    pub head: String,
    pub body: String,
}

impl Answer {
    pub fn header<'a>(&'a self, name: &'a str) -> Option<&'a str> {
        self.headers(name).next()
    }

    pub fn headers<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.head.lines().filter_map(move |line| {
            let (found, value) = line.split_once(": ")?;
            found.eq_ignore_ascii_case(name).then_some(value)
        })
    }

    pub fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_default()
    }
}

impl Local {
    pub async fn start() -> Self {
        Self::with(Settings::default()).await
    }

    /// A server that makes these choices where AWS documents nothing.
    pub async fn assuming(choices: &[(&str, &str)]) -> Self {
        let mut settings = Settings::default();
        for (name, choice) in choices {
            settings.assumptions.set(name, choice).unwrap();
        }
        Self::with(settings).await
    }

    pub async fn with(settings: Settings) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let server = in_memory(Settings { auth: Auth::Off, ..settings }, port).unwrap();
        tokio::spawn(serve(server, listener, std::future::pending()));
        Self::at(port).await
    }

    /// A server that runs already, and asks for no signatures.
    pub async fn at(port: u16) -> Self {
        let key = SigningKey::generate().unwrap();
        let pem = key.verifying_key().to_spki_pem();
        let imported = call(port, "ImportPublicKey", &json!({ "publicKeyMaterial": pem })).await;
        let arn = imported["publicKey"]["arn"].as_str().unwrap().to_owned();
        let key = key.with_id(arn.try_into().unwrap());
        let stage = new_stage(port).await;
        Self { port, key, stage }
    }

    pub async fn another_stage(&self) -> Stage {
        new_stage(self.port).await
    }

    pub fn arn(&self) -> &str {
        self.stage.arn().as_str()
    }

    /// A token for a participant with this ID.
    pub fn token(&self, id: &str) -> String {
        self.mint(self.stage.participant().participant_id(id))
    }

    pub fn mint(&self, participant: Participant) -> String {
        participant.mint(&self.key).unwrap().as_str().to_owned()
    }

    pub async fn call(&self, operation: &str, input: &Value) -> Value {
        call(self.port, operation, input).await
    }

    pub async fn request(&self, method: &str, target: &str, headers: &[(&str, &str)], body: &str) -> Answer {
        request(self.port, method, target, headers, body.as_bytes()).await
    }

    /// Joins the stage as the web client does.
    pub async fn join(&self, token: &str) -> Socket {
        self.open("?error_over_ws=1&topic=x/publishers&traceid=y", &[token]).await.unwrap()
    }

    /// Opens a socket; the status, if that is refused.
    pub async fn open(&self, target: &str, protocols: &[&str]) -> Result<Socket, u16> {
        let separator = if target.starts_with('/') { "" } else { "/" };
        let url = format!("ws://localhost:{}{separator}{target}", self.port);
        let mut request = url.into_client_request().unwrap();
        if !protocols.is_empty() {
            let protocols = protocols.join(", ").parse().unwrap();
            request.headers_mut().insert("sec-websocket-protocol", protocols);
        }
        let stream = TcpStream::connect(("127.0.0.1", self.port)).await.unwrap();
        match timeout(PATIENCE, client_async(request, stream)).await.unwrap() {
            Ok((socket, answer)) => {
                let protocol = answer.headers().get("sec-websocket-protocol");
                assert_eq!(protocol.map(|protocol| protocol.to_str().unwrap()), protocols.first().copied());
                Ok(Socket(socket))
            }
            Err(Error::Http(answer)) => Err(answer.status().as_u16()),
            Err(error) => panic!("{error}"),
        }
    }
}

pub struct Socket<S = TcpStream>(pub WebSocketStream<S>);

impl<S: AsyncRead + AsyncWrite + Unpin> Socket<S> {
    pub async fn send(&mut self, message: &Value) {
        self.0.send(Message::text(message.to_string())).await.unwrap();
    }

    /// The next message; none when the socket has closed.
    pub async fn next(&mut self) -> Option<Value> {
        let next = async {
            loop {
                match self.0.next().await? {
                    Ok(Message::Text(text)) => return serde_json::from_str(&text).unwrap(),
                    Ok(Message::Close(_)) | Err(_) => return None,
                    Ok(_) => {}
                }
            }
        };
        // The server's pings do not count as something that comes.
        timeout(PATIENCE, next).await.expect("nothing comes")
    }

    /// The payload of the next message of this type.
    pub async fn until(&mut self, kind: &str) -> Value {
        loop {
            let mut message = self.next().await.unwrap_or_else(|| panic!("closed before {kind}"));
            if message["type"] == kind {
                return message["payload"].take();
            }
        }
    }

    /// The next snapshot in which this holds.
    pub async fn state(&mut self, holds: impl Fn(&Value) -> bool) -> Value {
        loop {
            let state = self.until("STAGE_STATE").await;
            if holds(&state) {
                return state;
            }
        }
    }

    /// Reads to the end, and gives the last message.
    pub async fn last(&mut self) -> Value {
        let mut last = Value::Null;
        while let Some(message) = self.next().await {
            last = message;
        }
        last
    }
}

/// A participant of a snapshot.
pub fn find<'s>(state: &'s Value, id: &str) -> Option<&'s Value> {
    state["participants"].as_array().unwrap().iter().find(|one| one["id"] == id)
}

async fn new_stage(port: u16) -> Stage {
    let made = call(port, "CreateStage", &json!({})).await;
    let endpoints = &made["stage"]["endpoints"];
    let arn: StageArn = made["stage"]["arn"].as_str().unwrap().try_into().unwrap();
    Stage::with_endpoints(arn, endpoints["whip"].as_str().unwrap(), endpoints["events"].as_str().unwrap())
        .unwrap()
}

async fn call(port: u16, operation: &str, input: &Value) -> Value {
    let answer = request(port, "POST", &format!("/{operation}"), &[], input.to_string().as_bytes()).await;
    assert!(answer.status < 300, "{operation}: {} {}", answer.status, answer.body);
    answer.json()
}

pub async fn request(port: u16, method: &str, target: &str, headers: &[(&str, &str)], body: &[u8]) -> Answer {
    let mut stream = TcpStream::connect(("127.0.0.1", port)).await.unwrap();
    let mut head = format!("{method} {target} HTTP/1.1\r\nhost: localhost:{port}\r\nconnection: close\r\n");
    for (name, value) in headers {
        let _ = write!(head, "{name}: {value}\r\n");
    }
    let _ = write!(head, "content-length: {}\r\n\r\n", body.len());
    stream.write_all(head.as_bytes()).await.unwrap();
    // A server that refuses early may have closed its side.
    let _ = stream.write_all(body).await;
    let mut text = Vec::new();
    let _ = timeout(PATIENCE, stream.read_to_end(&mut text)).await.expect("no answer");
    let text = String::from_utf8_lossy(&text).into_owned();
    let (head, body) = text.split_once("\r\n\r\n").unwrap_or((&text, ""));
    let status = head.split(' ').nth(1).and_then(|status| status.parse().ok()).unwrap_or(0);
    Answer { status, head: head.to_owned(), body: body.to_owned() }
}
