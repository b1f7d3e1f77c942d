use std::collections::BTreeMap;
use std::net::IpAddr;

use crate::assumptions::Assumptions;
use crate::http::Tls;

/// How a server behaves.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The account of callers whose access key is not an account ID: 12 digits.
    pub account: String,
    /// Which callers' signatures are verified.
    pub auth: Auth,
    /// The known access keys, each with its secret.
    pub credentials: BTreeMap<String, String>,
    /// With a seed, IDs and keys are the same in each run.
    pub seed: Option<String>,
    /// The quotas that differ from the documented ones, by the names in the guide.
    pub quotas: BTreeMap<String, usize>,
    /// How strictly inputs are validated.
    pub validation: Validation,
    /// The choices for behaviour that AWS does not document.
    pub assumptions: Assumptions,
    /// The addresses to which clients are told to send media. If there are none: loopback and one address of a real
    /// network interface.
    pub announce: Vec<IpAddr>,
    /// The UDP port for media; 0 chooses a free port.
    pub udp_port: u16,
    /// Whether clients are asked to send SDP over their sockets instead of HTTP.
    pub sdp_over_socket: bool,
    /// The script that loads the official web client for the page that tries out a stage. The page also works without
    /// it.
    pub web_client: String,
    /// The certificate, if clients connect over TLS.
    pub tls: Option<Tls>,
    /// The time at which the clock is stopped, in milliseconds since 1970. Without it, the clock runs.
    pub freeze: Option<i64>,
    /// The fault rules that apply from the start, as `/_ivs/faults` takes them.
    pub faults: Vec<serde_json::Value>,
    /// The targets that receive events from the start, as `/_ivs/targets` takes them.
    pub targets: Vec<serde_json::Value>,
    /// How many events are kept.
    pub events_kept: usize,
    /// Whether calls beyond the documented rates are refused.
    pub rates: bool,
    /// How far the time of a signature may differ from the server's time, in seconds.
    pub skew_secs: i64,
    /// The host names that clients may use besides `localhost`. Addresses are always allowed.
    pub hosts: Vec<String>,
}

/// How strictly inputs are validated.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum Validation {
    /// Inputs are validated as AWS does.
    #[default]
    Strict,
    /// Any text counts as an ARN, and a resource may name others that do not exist.
    Lenient,
}

/// Which callers' signatures are verified.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum Auth {
    /// Accept only known access keys, with a valid signature.
    Strict,
    /// Accept any access key. Requests with a known key need a valid signature.
    #[default]
    Known,
    /// Verify no signatures. A request without a signature belongs to the account of `--account`, in us-east-1.
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
