//! One request over a connection of its own.

use std::time::Duration;

use http_body_util::{BodyExt, Full, Limited};
use hyper::body::Bytes;
use hyper::{Request, Uri};
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;
use tokio::time::timeout;

/// How long an answer may take.
const PATIENCE: Duration = Duration::from_secs(15);

/// The most bytes of an answer.
const LIMIT: usize = 1 << 20;

/// Where requests go.
#[derive(Clone, Debug)]
pub(super) struct Address {
    uri: Uri,
    /// The host, with its port if the URL has one.
    pub(super) host: String,
}

impl Address {
    /// Reads a URL.
    pub(super) fn parse(url: &str) -> Result<Self, String> {
        let uri: Uri = url.parse().map_err(|error| format!("`url` is a URL, unlike {url}: {error}"))?;
        let host = uri.authority().map(|authority| authority.as_str().to_owned());
        match (uri.scheme_str(), host) {
            (Some("http"), Some(host)) if !host.contains('@') => Ok(Self { uri, host }),
            (Some("https"), _) => Err(format!(
                "`url` begins with http://: events go to this machine, and not over TLS as {url} would"
            )),
            _ => Err(format!("`url` is one such as http://localhost:9000/hook, unlike {url}")),
        }
    }

    pub(super) fn path(&self) -> &str {
        self.uri.path_and_query().map_or("/", hyper::http::uri::PathAndQuery::as_str)
    }

    /// Sends a `POST`, and gives the status and the body of the answer; in words why there is none.
    pub(super) async fn post(
        &self,
        path: &str,
        headers: &[(&str, &str)],
        body: String,
    ) -> Result<(u16, Bytes), String> {
        let exchange = self.exchange(path, headers, body);
        timeout(PATIENCE, exchange).await.unwrap_or_else(|_| Err("no answer within 15 seconds".to_owned()))
    }

    async fn exchange(
        &self,
        path: &str,
        headers: &[(&str, &str)],
        body: String,
    ) -> Result<(u16, Bytes), String> {
        let text = |error: &dyn std::fmt::Display| error.to_string();
        let place = if self.uri.port().is_some() { self.host.clone() } else { format!("{}:80", self.host) };
        let socket = TcpStream::connect(place).await.map_err(|error| text(&error))?;
        let handshake = hyper::client::conn::http1::handshake(TokioIo::new(socket)).await;
        let (mut sender, connection) = handshake.map_err(|error| text(&error))?;
        // It ends with its sender.
        tokio::spawn(connection);
        let mut request = Request::post(path);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let request = request.body(Full::new(Bytes::from(body))).map_err(|error| text(&error))?;
        let answer = sender.send_request(request).await.map_err(|error| text(&error))?;
        let status = answer.status().as_u16();
        let body = Limited::new(answer.into_body(), LIMIT).collect().await.map_err(|error| text(&error))?;
        Ok((status, body.to_bytes()))
    }
}
