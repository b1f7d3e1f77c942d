//! The environment that all calls of a server share.

use std::collections::BTreeMap;

use crate::assumptions::Assumptions;
use crate::audience::Audience;
use crate::settings::{Settings, Validation};
use crate::token_key::TokenKey;

/// The settings, keys and addresses that every call can use.
pub(crate) struct Environment {
    pub(crate) settings: Settings,
    /// The key of `CreateParticipantToken`.
    pub(crate) token_key: TokenKey,
    /// The key of pagination tokens.
    pub(crate) secret: [u8; 32],
    endpoints: Endpoints,
    pub(crate) audience: Audience,
}

/// The addresses of this server.
#[derive(Clone, Debug)]
pub(crate) struct Endpoints {
    /// The host alone.
    pub(crate) host: String,
    /// `http://host:port`, without a slash at its end, because clients append a path.
    pub(crate) whip: String,
    /// `ws://host:port`.
    pub(crate) events: String,
    /// The address for RTMP. Nothing listens there.
    pub(crate) rtmp: String,
    /// The same with TLS.
    pub(crate) rtmps: String,
}

impl Environment {
    pub(crate) fn new(settings: Settings, token_key: TokenKey, secret: [u8; 32], port: u16) -> Self {
        let host = "localhost".to_owned();
        let secure = if settings.tls.is_some() { "s" } else { "" };
        let endpoints = Endpoints {
            whip: format!("http{secure}://{host}:{port}"),
            events: format!("ws{secure}://{host}:{port}"),
            // The ports and the path that AWS uses.
            rtmp: format!("rtmp://{host}:1935/app/"),
            rtmps: format!("rtmps://{host}:443/app/"),
            host,
        };
        Self { settings, token_key, secret, endpoints, audience: Audience::default() }
    }

    pub(crate) fn endpoints(&self) -> &Endpoints {
        &self.endpoints
    }

    pub(crate) fn assumptions(&self) -> &Assumptions {
        &self.settings.assumptions
    }

    pub(crate) fn is_lenient(&self) -> bool {
        self.settings.validation == Validation::Lenient
    }

    /// A quota: the value in the settings, or the documented one.
    pub(crate) fn quota(&self, name: &str, documented: usize) -> usize {
        debug_assert!(crate::quotas::is_known(name), "`quotas` does not name {name}");
        let quotas: &BTreeMap<String, usize> = &self.settings.quotas;
        quotas.get(name).copied().unwrap_or(documented)
    }
}
