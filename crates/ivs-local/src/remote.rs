//! Commands for a running server: `snapshot`, `restore` and `reset`.

use std::io::{Read, Write};
use std::path::PathBuf;

use http_body_util::{BodyExt, Full};
use hyper::body::Bytes;
use hyper::{Method, Request, Uri};
use hyper_util::rt::TokioIo;
use serde_json::Value;
use tokio::net::TcpStream;

/// A command for a running server.
#[derive(Clone, Debug, clap::Subcommand)]
pub(crate) enum Command {
    /// Save the state of a running server to a file, or write it to stdout
    Snapshot {
        /// The file; stdout by default
        file: Option<PathBuf>,
        #[command(flatten)]
        at: At,
    },
    /// Replace the state of a running server with the state in a file
    Restore {
        /// The file; `-` is stdin
        file: PathBuf,
        #[command(flatten)]
        at: At,
    },
    /// Delete every resource of a running server
    Reset {
        #[command(flatten)]
        at: At,
    },
}

/// Where the server is.
#[derive(Clone, Debug, clap::Args)]
pub(crate) struct At {
    /// The address that the server printed when it started
    #[arg(long, default_value = "http://localhost:8788")]
    url: String,
}

impl Command {
    /// Runs the command.
    ///
    /// # Errors
    ///
    /// A message that says why the command failed.
    pub(crate) async fn run(self) -> Result<(), String> {
        match self {
            Self::Snapshot { file, at } => {
                let state = at.ask(Method::GET, "/_ivs/snapshot", Bytes::new()).await?;
                match file {
                    Some(path) => {
                        std::fs::write(&path, state).map_err(|error| format!("{}: {error}", path.display()))
                    }
                    None => std::io::stdout().write_all(&state).map_err(|error| error.to_string()),
                }
            }
            Self::Restore { file, at } => {
                let mut state = Vec::new();
                if file.as_os_str() == "-" {
                    std::io::stdin().read_to_end(&mut state).map_err(|error| format!("stdin: {error}"))?;
                } else {
                    state = std::fs::read(&file).map_err(|error| format!("{}: {error}", file.display()))?;
                }
                at.ask(Method::POST, "/_ivs/restore", state.into()).await.map(drop)
            }
            Self::Reset { at } => at.ask(Method::POST, "/_ivs/reset", Bytes::new()).await.map(drop),
        }
    }
}

impl At {
    /// Sends a request, and returns the body of a successful answer.
    async fn ask(&self, method: Method, path: &str, body: Bytes) -> Result<Bytes, String> {
        let url = &self.url;
        let uri: Uri = url.parse().map_err(|error| format!("{url}: {error}"))?;
        if uri.scheme_str() != Some("http") {
            return Err(format!(
                "{url}: the address must begin with http://; for a server with TLS, use curl"
            ));
        }
        let authority = uri.authority().ok_or_else(|| format!("{url}: the address has no host"))?.to_string();
        let place = if uri.port().is_some() { authority.clone() } else { format!("{authority}:80") };
        let failed = |error: &dyn std::fmt::Display| {
            format!("{url}: {error}; check that a server runs there, or name another with --url")
        };
        let socket = TcpStream::connect(&place).await.map_err(|error| failed(&error))?;
        let (mut sender, connection) = hyper::client::conn::http1::handshake(TokioIo::new(socket))
            .await
            .map_err(|error| failed(&error))?;
        tokio::spawn(connection);
        let request = Request::builder().method(method).uri(path).header("host", authority);
        let request = request.body(Full::new(body)).map_err(|error| failed(&error))?;
        let answer = sender.send_request(request).await.map_err(|error| failed(&error))?;
        let status = answer.status();
        let body = answer.into_body().collect().await.map_err(|error| failed(&error))?.to_bytes();
        if status.is_success() {
            return Ok(body);
        }
        let value: Value = serde_json::from_slice(&body).unwrap_or_default();
        let message = value.get("message").and_then(Value::as_str).unwrap_or("no reason given");
        Err(format!("{url} answered {status}: {message}"))
    }
}
