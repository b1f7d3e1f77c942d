use std::collections::BTreeMap;
use std::net::IpAddr;

use crate::assumptions::Assumptions;
use crate::http::Tls;

/// How a server behaves.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The account of callers whose access key is not an account ID: 12 digits.
    pub account: String,
    /// Whose signatures are verified.
    pub auth: Auth,
    /// Access keys that are known, each with its secret.
    pub credentials: BTreeMap<String, String>,
    /// Makes IDs the same in each run.
    pub seed: Option<String>,
    /// Quotas that differ from the documented ones, by the names of the guide.
    pub quotas: BTreeMap<String, usize>,
    /// How strictly inputs are validated.
    pub validation: Validation,
    /// What AWS does not document.
    pub assumptions: Assumptions,
    /// The addresses for media that clients are told; loopback and one of a real interface, if there are none.
    pub announce: Vec<IpAddr>,
    /// The UDP port for media; 0 takes a free one.
    pub udp_port: u16,
    /// Whether clients are asked to send SDP over their sockets instead of HTTP.
    pub sdp_over_socket: bool,
    /// The script that loads the official web client for the page that tries a stage; the page does without it, too.
    pub web_client: String,
    /// The certificate, if clients shall come over TLS.
    pub tls: Option<Tls>,
    /// The time at which the clock stands still, in milliseconds since 1970; it runs unless given.
    pub freeze: Option<i64>,
    /// Rules for faults that are in force from the beginning, as `/_ivs/faults` takes them.
    pub faults: Vec<serde_json::Value>,
    /// Who is told of events from the beginning, as `/_ivs/targets` takes them.
    pub targets: Vec<serde_json::Value>,
    /// How many events are kept.
    pub events_kept: usize,
    /// Whether calls beyond the documented rates are refused.
    pub rates: bool,
    /// How far the time of a signature may be off, in seconds.
    pub skew_secs: i64,
    /// Names that clients may ask for besides `localhost`. Addresses need not be named.
    pub hosts: Vec<String>,
}

/// How strictly inputs are validated.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum Validation {
    /// As AWS does.
    #[default]
    Strict,
    /// Any text is taken for an ARN, and a resource may name others that do not exist.
    Lenient,
}

/// Whose signatures are verified.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum Auth {
    /// Only known access keys, and they must have signed right.
    Strict,
    /// Any access key; a known one must have signed right.
    #[default]
    Known,
    /// Nobody's; a request without a signature is one of the account of the settings in us-east-1.
    Off,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            account: "123456789012".to_owned(),
            auth: Auth::default(),
            credentials: BTreeMap::from([("test".to_owned(), "test".to_owned())]),
            seed: None,
            quotas: BTreeMap::new(),
            validation: Validation::default(),
            assumptions: Assumptions::default(),
            announce: Vec::new(),
            udp_port: 0,
            sdp_over_socket: false,
            web_client: String::new(),
            tls: None,
            freeze: None,
            faults: Vec::new(),
            targets: Vec::new(),
            events_kept: 10_000,
            rates: false,
            skew_secs: 300,
            hosts: Vec::new(),
        }
    }
}
