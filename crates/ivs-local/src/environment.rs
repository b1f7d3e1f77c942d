//! What is the same for all calls of a server.

use std::collections::BTreeMap;

use ivs_token::SigningKey;

use crate::settings::Settings;

/// What every call can see.
pub(crate) struct Environment {
    pub(crate) settings: Settings,
    /// The key of `CreateParticipantToken`.
    pub(crate) token_key: SigningKey,
    /// The key of pagination tokens.
    pub(crate) secret: [u8; 32],
    endpoints: Endpoints,
}

/// The addresses of this server.
#[derive(Clone, Debug)]
pub(crate) struct Endpoints {
    /// The host alone.
    pub(crate) host: String,
    /// `http://host:port`, with no slash at its end: clients append to it.
    pub(crate) whip: String,
    /// `ws://host:port`.
    pub(crate) events: String,
}

impl Environment {
    pub(crate) fn new(settings: Settings, token_key: SigningKey, secret: [u8; 32], port: u16) -> Self {
        let host = "localhost".to_owned();
        let secure = if settings.tls.is_some() { "s" } else { "" };
        let whip = format!("http{secure}://{host}:{port}");
        let endpoints = Endpoints { whip, events: format!("ws{secure}://{host}:{port}"), host };
        Self { settings, token_key, secret, endpoints }
    }

    pub(crate) fn endpoints(&self) -> &Endpoints {
        &self.endpoints
    }

    /// A quota: that of the settings, or the documented one.
    pub(crate) fn quota(&self, name: &str, documented: usize) -> usize {
        let quotas: &BTreeMap<String, usize> = &self.settings.quotas;
        quotas.get(name).copied().unwrap_or(documented)
    }
}
