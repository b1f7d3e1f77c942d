use std::collections::BTreeMap;

use crate::assumptions::Assumptions;

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
    /// How far the time of a signature may be off, in seconds.
    pub skew_secs: i64,
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
            skew_secs: 300,
        }
    }
}
