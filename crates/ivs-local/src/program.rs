//! The program `ivs-local`: its options, its start and its end.

use std::collections::BTreeMap;
use std::io::Write;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

use serde_json::Value;
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};

use crate::remote::Command;
use crate::state::State;
use crate::{Assumptions, Auth, MemoryStore, Server, Settings, SqliteStore, Store, Tls, Validation, serve};

/// Amazon IVS on your own machine: answers the operations of `ivs` and `ivs-realtime` to any AWS SDK.
#[derive(Clone, Debug, clap::Parser)]
#[command(name = "ivs-local", version, args_conflicts_with_subcommands = true)]
pub struct Options {
    /// Send a command to a running server instead of starting one
    #[command(subcommand)]
    command: Option<Command>,
    /// The port to listen on; 0 chooses a free port
    #[arg(long, default_value_t = 8788)]
    port: u16,
    /// The address to listen on, or `localhost`. The default accepts connections only from this machine; 0.0.0.0
    /// listens on all its addresses
    #[arg(long, value_name = "ADDRESS", default_value_t = IpAddr::V4(Ipv4Addr::LOCALHOST), value_parser = address)]
    host: IpAddr,
    /// A host name that clients may use for the server, such as a container's name; may be repeated. `localhost` and
    /// IP addresses are always allowed
    #[arg(long = "allow-host", value_name = "NAME", value_parser = host)]
    hosts: Vec<String>,
    /// How strictly inputs are validated
    #[arg(long, value_enum, default_value_t)]
    validation: Validation,
    /// Choose a behaviour that AWS does not document, such as `idempotency=first`; may be repeated. docs/local.md
    /// lists the choices
    #[arg(long = "assume", value_name = "NAME=CHOICE", value_parser = assume)]
    assumptions: Vec<(String, String)>,
    /// Keep the state in this SQLite file; by default, it is kept in memory
    #[arg(long, value_name = "FILE")]
    state: Option<PathBuf>,
    /// Which callers' signatures to verify
    #[arg(long, value_enum, default_value_t)]
    auth: Auth,
    /// A known access key and its secret, `KEY:SECRET`; may be repeated. `test:test` is always known
    #[arg(long = "credential", value_name = "KEY:SECRET", value_parser = credential)]
    credentials: Vec<(String, String)>,
    /// The account of callers whose access key is not an account ID
    #[arg(long, default_value = "123456789012", value_parser = account)]
    account: String,
    /// Give resources the same IDs, and the server the same keys, in each run with this seed. Anyone who knows the
    /// seed can mint tokens
    #[arg(long)]
    seed: Option<String>,
    #[arg(long = "quota", value_name = "NAME=NUMBER", value_parser = crate::quotas::parse, help = crate::quotas::help())]
    quotas: Vec<(String, usize)>,
    /// Apply this fault rule from the start, as `/_ivs/faults` takes it; may be repeated
    #[arg(long = "fault", value_name = "JSON", value_parser = json)]
    faults: Vec<Value>,
    /// Send events to this target from the start, as `/_ivs/targets` takes it; may be repeated
    #[arg(long = "target", value_name = "JSON", value_parser = json)]
    targets: Vec<Value>,
    /// Call this webhook for every event; `--target` has more settings
    #[arg(long = "webhook", value_name = "URL")]
    webhooks: Vec<String>,
    /// How many events to keep
    #[arg(long, default_value_t = 10_000, value_name = "NUMBER")]
    keep_events: usize,
    /// Refuse calls beyond the documented rates
    #[arg(long, value_enum, default_value_t)]
    rates: Switch,
    /// Start with the state in this file, as `snapshot` writes it, or run the calls in it: `[{"operation": ..,
    /// "region": .., "input": {..}}]`
    #[arg(long, value_name = "FILE")]
    init: Option<PathBuf>,
    /// An address to which clients are told to send media; may be repeated. By default, loopback and one address of a
    /// real network interface
    #[arg(long, value_name = "ADDRESS")]
    announce: Vec<IpAddr>,
    /// The UDP port for media; 0 chooses a free port
    #[arg(long, default_value_t = 0)]
    udp_port: u16,
    /// Ask clients to send SDP over their sockets instead of HTTP
    #[arg(long)]
    sdp_over_socket: bool,
    /// The official web client for the page that tries out a stage: its script file, or a URL. The page also works
    /// without it
    #[arg(long, value_name = "FILE|URL")]
    web_client: Option<String>,
    /// Create a stage and two tokens, and print the addresses of two pages to open
    #[arg(long)]
    demo: bool,
    /// The certificate chain for TLS, in PEM. The server's certificate comes first
    #[arg(long, value_name = "FILE", requires = "tls_key")]
    tls_cert: Option<PathBuf>,
    /// The private key of the certificate, in PEM
    #[arg(long, value_name = "FILE", requires = "tls_cert")]
    tls_key: Option<PathBuf>,
    /// Make a certificate for localhost and the announced addresses. Tell your clients to trust it
    #[arg(long, value_name = "self-signed", conflicts_with = "tls_cert", value_parser = ["self-signed"])]
    tls: Option<String>,
    /// Stop the clock at this time, such as 2026-01-02T03:04:05Z; `POST /_ivs/clock` moves it
    #[arg(long, value_name = "TIME", value_parser = crate::control::moment)]
    freeze: Option<i64>,
    /// Log in JSON
    #[arg(long)]
    json: bool,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
enum Switch {
    On,
    #[default]
    Off,
}

impl Options {
    /// Runs the server until SIGTERM or SIGINT, and prints an error to stderr.
    pub fn run(self) -> ExitCode {
        match self.serve() {
            Ok(()) => ExitCode::SUCCESS,
            Err(error) => {
                // If writing to stderr fails, there is nowhere to report it.
                let _ = writeln!(std::io::stderr(), "ivs-local: {error}");
                ExitCode::FAILURE
            }
        }
    }

    /// Runs the server until SIGTERM or SIGINT.
    ///
    /// # Errors
    ///
    /// A message that says why the server could not start.
    pub fn serve(self) -> Result<(), String> {
        if self.json {
            tracing_subscriber::fmt().json().with_writer(std::io::stderr).init();
        } else {
            let subscriber = tracing_subscriber::fmt().with_writer(std::io::stderr);
            subscriber.with_max_level(tracing::Level::WARN).init();
        }
        let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
        let runtime = runtime.map_err(|error| error.to_string())?;
        match self.command {
            Some(command) => runtime.block_on(command.run()),
            None => runtime.block_on(self.start()),
        }
    }

    async fn start(self) -> Result<(), String> {
        let text = |error: &dyn std::fmt::Display| error.to_string();
        let address = SocketAddr::new(self.host, self.port);
        let listener = TcpListener::bind(address)
            .await
            .map_err(|error| format!("{address}: {error}; choose another with --port"))?;
        let port = listener.local_addr().map_err(|error| text(&error))?.port();
        let store: Box<dyn Store> = match &self.state {
            None => Box::new(MemoryStore::default()),
            Some(path) => {
                let opened =
                    SqliteStore::open(path).map_err(|error| format!("{}: {error}", path.display()))?;
                Box::new(opened)
            }
        };
        let init = self.init.clone();
        let (demo, has_udp_port) = (self.demo, self.udp_port != 0);
        let server = Arc::new(Server::new(self.settings()?, store, port).map_err(|error| text(&error))?);
        if has_udp_port {
            server.open_media()?;
        }
        if let Some(path) = init {
            begin(&server, &path).map_err(|error| format!("{}: {error}", path.display()))?;
        }
        let mut terminate = signal(SignalKind::terminate()).map_err(|error| text(&error))?;
        let mut interrupt = signal(SignalKind::interrupt()).map_err(|error| text(&error))?;
        // A closed stdout does not stop the server.
        let _ = ready(server.url());
        if demo {
            let pages = demonstrate(&server)?;
            let _ = show(&pages);
        }
        serve(server, listener, async move {
            tokio::select! {
                _ = terminate.recv() => {}
                _ = interrupt.recv() => {}
            }
        })
        .await;
        Ok(())
    }

    fn certificate(&self) -> Result<Option<Tls>, String> {
        if let (Some(chain), Some(key)) = (&self.tls_cert, &self.tls_key) {
            let read =
                |path: &PathBuf| std::fs::read(path).map_err(|error| format!("{}: {error}", path.display()));
            return Tls::from_pem(&read(chain)?, &read(key)?).map(Some).map_err(|error| error.to_string());
        }
        match &self.tls {
            None => Ok(None),
            Some(_) => Tls::self_signed(&self.announce).map(Some).map_err(|error| error.to_string()),
        }
    }

    fn settings(self) -> Result<Settings, String> {
        let tls = self.certificate()?;
        let webhooks = self.webhooks.iter().map(|url| serde_json::json!({ "url": url })).collect::<Vec<_>>();
        let mut settings = Settings {
            tls,
            account: self.account,
            auth: self.auth,
            seed: self.seed,
            freeze: self.freeze,
            announce: self.announce,
            udp_port: self.udp_port,
            sdp_over_socket: self.sdp_over_socket,
            web_client: self.web_client.map_or_else(|| Ok(String::new()), |from| web_client(&from))?,
            faults: self.faults,
            events_kept: self.keep_events,
            targets: self.targets.into_iter().chain(webhooks).collect(),
            rates: self.rates == Switch::On,
            hosts: self.hosts,
            ..Settings::default()
        };
        settings.credentials.extend(self.credentials);
        settings.validation = self.validation;
        for (name, choice) in &self.assumptions {
            // They were checked when the options were read.
            let _ = settings.assumptions.set(name, choice);
        }
        settings.quotas = BTreeMap::from_iter(self.quotas);
        Ok(settings)
    }
}

/// Restores the state in a file, or runs the calls in it.
fn begin(server: &Server, path: &std::path::Path) -> Result<(), String> {
    let text = std::fs::read_to_string(path).map_err(|error| error.to_string())?;
    if text.trim_start().starts_with('{') {
        let state = State::from_json(&text).map_err(|error| error.to_string())?;
        return server.restore(&state).map_err(|error| error.to_string());
    }
    let calls: Vec<Value> = serde_json::from_str(&text).map_err(|error| error.to_string())?;
    for (place, call) in calls.iter().enumerate() {
        let operation = call.get("operation").and_then(Value::as_str).unwrap_or_default();
        let region = call.get("region").and_then(Value::as_str).unwrap_or("us-east-1");
        let empty = serde_json::json!({});
        let input = call.get("input").unwrap_or(&empty);
        server
            .run(operation, region, input)
            .map_err(|error| format!("call {} ({operation}): {error}", place + 1))?;
    }
    Ok(())
}

/// Prints that the server is ready, with lines to copy and paste.
fn ready(url: &str) -> std::io::Result<()> {
    let mut out = std::io::stdout().lock();
    writeln!(out, "ivs-local is ready at {url}")?;
    writeln!(out, "export AWS_ENDPOINT_URL_IVS={url}")?;
    writeln!(out, "export AWS_ENDPOINT_URL_IVS_REALTIME={url}")?;
    writeln!(out, "export AWS_ACCESS_KEY_ID=test AWS_SECRET_ACCESS_KEY=test")?;
    writeln!(out, "export AWS_DEFAULT_REGION=us-east-1")?;
    writeln!(out, "aws --endpoint-url {url} ivs-realtime list-stages")?;
    out.flush()
}

/// The script that loads the web client: the content of a file, or a script that fetches it from a URL.
fn web_client(from: &str) -> Result<String, String> {
    if from.starts_with("https://") || from.starts_with("http://") {
        // The page's own script is a module, so it waits for this one.
        let url = Value::from(from).to_string().replace('<', "\\u003c");
        return Ok(format!("document.write('<script src=\"' + {url} + '\"><\\/script>');"));
    }
    std::fs::read_to_string(from).map_err(|error| format!("{from}: {error}"))
}

/// Creates a stage and two tokens, and returns the address of the page for each token.
fn demonstrate(server: &Server) -> Result<Vec<String>, String> {
    let run = |operation: &str, input: &Value| {
        server.run(operation, "us-east-1", input).map_err(|error| format!("{operation}: {error}"))
    };
    let stage = run("CreateStage", &serde_json::json!({ "name": "demo" }))?;
    let page = |name: &str| {
        let input = serde_json::json!({ "stageArn": stage["stage"]["arn"], "userId": name });
        let made = run("CreateParticipantToken", &input)?;
        let token = made["participantToken"]["token"].as_str().unwrap_or_default().to_owned();
        Ok(format!("{}/_ivs/{}#token={token}", server.url(), crate::door::PAGE))
    };
    ["Ana", "Bob"].into_iter().map(page).collect()
}

fn show(pages: &[String]) -> std::io::Result<()> {
    let mut out = std::io::stdout().lock();
    writeln!(out, "\nOpen both pages. The two people then see each other:")?;
    for page in pages {
        writeln!(out, "\n{page}")?;
    }
    out.flush()
}

fn credential(text: &str) -> Result<(String, String), String> {
    let pair = text.split_once(':').filter(|(key, secret)| !key.is_empty() && !secret.is_empty());
    pair.map(|(key, secret)| (key.to_owned(), secret.to_owned())).ok_or_else(|| "give KEY:SECRET".to_owned())
}

fn assume(text: &str) -> Result<(String, String), String> {
    let (name, choice) = text.split_once('=').ok_or_else(|| "give NAME=CHOICE".to_owned())?;
    Assumptions::default().set(name, choice)?;
    Ok((name.to_owned(), choice.to_owned()))
}

fn json(text: &str) -> Result<Value, String> {
    serde_json::from_str(text).map_err(|error| format!("this is not JSON: {error}"))
}

fn account(text: &str) -> Result<String, String> {
    let is_account = text.len() == 12 && text.bytes().all(|byte| byte.is_ascii_digit());
    is_account.then(|| text.to_owned()).ok_or_else(|| "an account ID has 12 digits".to_owned())
}

/// The address to listen on. `localhost` is the only name that is accepted. Other names may have several addresses,
/// and clients need `--allow-host` for them.
fn address(text: &str) -> Result<IpAddr, String> {
    if text.eq_ignore_ascii_case("localhost") {
        return Ok(IpAddr::V4(Ipv4Addr::LOCALHOST));
    }
    text.trim_start_matches('[').trim_end_matches(']').parse().map_err(|_| {
        "give an address of this machine, such as 127.0.0.1, or 0.0.0.0 for all of them; use --allow-host for the names that \
         clients may use for the server"
            .to_owned()
    })
}

fn host(text: &str) -> Result<String, String> {
    let is_name = |text: &str| {
        !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-._".contains(&byte))
    };
    // A name that ends with a dot is the same name.
    let name = text.strip_suffix('.').unwrap_or(text);
    let is_host = is_name(name) || name.parse::<IpAddr>().is_ok();
    let message =
        || "give only a name or an address, without scheme and port, such as ivs-local or 192.0.2.7";
    is_host.then(|| name.to_ascii_lowercase()).ok_or_else(|| message().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_host_is_an_address_or_localhost() {
        for (text, is) in [
            ("localhost", "127.0.0.1"),
            ("LocalHost", "127.0.0.1"),
            ("0.0.0.0", "0.0.0.0"),
            ("::", "::"),
            ("[::1]", "::1"),
        ] {
            assert_eq!(address(text), Ok(is.parse().unwrap()), "{text}");
        }
        for text in ["", "ivs-local", "127.0.0.1:8788", "http://localhost"] {
            let error = address(text).unwrap_err();
            assert!(error.contains("127.0.0.1") && error.contains("--allow-host"), "{text}: {error}");
        }
    }
}
