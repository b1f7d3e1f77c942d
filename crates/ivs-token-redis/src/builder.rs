use std::fmt;
use std::time::Duration;

use crate::away::WhenAway;
use crate::connection::Connector;
use crate::error::BuildError;
use crate::keys::Keys;
use crate::link::Link;
use crate::route::Route;
#[cfg(feature = "tls")]
use crate::server::Address;
use crate::server::{Server, Topology};
use crate::store::RedisStore;

/// A store about to be built. [`RedisStore::builder`] begins one.
#[must_use = "a builder does nothing until `build`"]
#[derive(Clone)]
pub struct RedisStoreBuilder {
    url: String,
    when_away: WhenAway,
    prefix: String,
    connect_timeout: Duration,
    response_timeout: Duration,
    reconnect_pause: Duration,
    idle_connections: usize,
    replicas: u32,
    #[cfg(feature = "tls")]
    certificates: crate::tls::Certificates,
}

/// No timeout may be so short that nothing can be done in it, nor so long that it is none.
const TIMEOUTS: (Duration, Duration) = (Duration::from_millis(1), Duration::from_secs(60 * 60));

impl RedisStore {
    /// Begins a store on the server of this URL: `redis://user:password@host:6379/0`, `rediss://` for TLS,
    /// `redis-cluster://user:password@host:6379,host:6379` with some nodes of a cluster,
    /// `redis-sentinel://user:password@host:26379,host:26379/0?service=name` with some Sentinels (both with TLS as
    /// `rediss-...`), or `unix:///path/to/socket?db=0&user=ana&pass=secret`. `when_away` is what becomes of tokens when it gives no answer.
    pub fn builder(url: &str, when_away: WhenAway) -> RedisStoreBuilder {
        RedisStoreBuilder::new(url, when_away)
    }
}

impl RedisStoreBuilder {
    fn new(url: &str, when_away: WhenAway) -> Self {
        Self {
            url: url.to_owned(),
            when_away,
            prefix: "{ivs-token}:".to_owned(),
            connect_timeout: Duration::from_millis(250),
            response_timeout: Duration::from_millis(250),
            reconnect_pause: Duration::from_millis(500),
            idle_connections: 32,
            replicas: 0,
            #[cfg(feature = "tls")]
            certificates: crate::tls::Certificates::default(),
        }
    }

    /// What the names of all keys begin with; `{ivs-token}:` unless given. 1 to 128 bytes.
    ///
    /// Text in braces is a hash tag: Redis Cluster keeps all keys with one hash tag on one node. A cluster needs it, and
    /// elsewhere it changes nothing.
    ///
    /// Two stores on one server are apart when the prefix of neither begins with that of the other.
    pub fn prefix(mut self, prefix: impl Into<String>) -> Self {
        self.prefix = prefix.into();
        self
    }

    /// How long it may take to connect and to log in; 250 ms unless given, from 1 ms to an hour.
    ///
    /// The time in which the system looks up the host's name is not in it: give an address, or set the resolver's own
    /// timeout, where that matters.
    pub fn connect_timeout(mut self, timeout: Duration) -> Self {
        self.connect_timeout = timeout;
        self
    }

    /// How long the answers of one round trip may take; 250 ms unless given, from 1 ms to an hour.
    pub fn response_timeout(mut self, timeout: Duration) -> Self {
        self.response_timeout = timeout;
        self
    }

    /// For how long nobody tries to connect after that has failed, and each check ends at once as one without an answer;
    /// 500 ms unless given, up to an hour. After it one check tries again, and the others need not wait for it. With zero,
    /// each check tries, and waits as long as [`Self::connect_timeout`] says.
    pub fn reconnect_pause(mut self, pause: Duration) -> Self {
        self.reconnect_pause = pause;
        self
    }

    /// How many connections are kept open for the next check; 32 unless given. More are made when more threads check at
    /// the same time, and closed after use.
    pub fn idle_connections(mut self, limit: usize) -> Self {
        self.idle_connections = limit;
        self
    }

    /// How many replicas must have a revocation, or the spend of a single-use token, before it counts as made; 0 unless
    /// given. Each of them then waits for the replicas (`WAIT`), and is an error when too few answer within the response
    /// timeout, although it may have been made.
    ///
    /// Redis sends replicas their copy after it has answered. Without this, what was answered just before the primary dies
    /// can be lost with it.
    pub fn replicas(mut self, count: u32) -> Self {
        self.replicas = count;
        self
    }

    /// The root certificates, in PEM, that the server's certificate must lead to; those of the system unless given.
    #[cfg(feature = "tls")]
    pub fn root_certificates(mut self, pem: impl Into<Vec<u8>>) -> Self {
        self.certificates.roots = Some(pem.into());
        self
    }

    /// The certificate chain and the private key, in PEM, by which the server knows us (`tls-auth-clients`).
    #[cfg(feature = "tls")]
    pub fn client_certificate(mut self, chain_pem: impl Into<Vec<u8>>, key_pem: impl Into<Vec<u8>>) -> Self {
        self.certificates.client = Some((chain_pem.into(), key_pem.into()));
        self
    }

    /// Builds the store. It connects when it is first asked: [`RedisStore::ping`] says whether that works.
    ///
    /// # Errors
    ///
    /// [`BuildError`] when a setting cannot be right.
    pub fn build(self) -> Result<RedisStore, BuildError> {
        let (min, max) = TIMEOUTS;
        within("connect_timeout", self.connect_timeout, min, max)?;
        within("response_timeout", self.response_timeout, min, max)?;
        within("reconnect_pause", self.reconnect_pause, Duration::ZERO, max)?;
        if self.prefix.is_empty() || self.prefix.len() > Keys::MAX_PREFIX {
            return Err(BuildError::Prefix { actual: self.prefix.len(), limit: Keys::MAX_PREFIX });
        }
        let connector = self.connector()?;
        if matches!(connector.server.topology, Topology::Cluster) && !has_hash_tag(&self.prefix) {
            return Err(BuildError::HashTag);
        }
        let keys = Keys::with_prefix(&self.prefix);
        let route = Route::new(connector, &keys);
        let link = Link::new(route, self.response_timeout, self.reconnect_pause, self.idle_connections)
            .with_replicas(self.replicas);
        Ok(RedisStore { link, keys, when_away: self.when_away })
    }

    #[cfg(feature = "tls")]
    fn connector(&self) -> Result<Connector, BuildError> {
        let server = Server::from_url(&self.url)?;
        let hosts = server.addresses.iter().filter_map(Address::host);
        let tls = if server.tls {
            Some(crate::tls::Tls::new(hosts, &self.certificates)?)
        } else if self.certificates.is_empty() {
            None
        } else {
            return Err(BuildError::CertificatesWithoutTls);
        };
        Ok(Connector { server, tls, allowed: self.connect_timeout })
    }

    #[cfg(not(feature = "tls"))]
    fn connector(&self) -> Result<Connector, BuildError> {
        let server = Server::from_url(&self.url)?;
        if server.tls {
            return Err(BuildError::TlsFeature);
        }
        Ok(Connector { server, allowed: self.connect_timeout })
    }
}

/// Redis Cluster hashes what is between the first `{` and the first `}` after it, unless that is nothing.
fn has_hash_tag(prefix: &str) -> bool {
    let after = prefix.split_once('{').map(|(_, after)| after);
    after.and_then(|after| after.split_once('}')).is_some_and(|(tag, _)| !tag.is_empty())
}

fn within(setting: &'static str, actual: Duration, min: Duration, max: Duration) -> Result<(), BuildError> {
    if (min..=max).contains(&actual) { Ok(()) } else { Err(BuildError::Time { setting, actual, min, max }) }
}

impl fmt::Debug for RedisStoreBuilder {
    /// Without the URL and the certificates: either may hold a secret.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RedisStoreBuilder")
            .field("when_away", &self.when_away)
            .field("prefix", &self.prefix)
            .field("connect_timeout", &self.connect_timeout)
            .field("response_timeout", &self.response_timeout)
            .field("reconnect_pause", &self.reconnect_pause)
            .field("idle_connections", &self.idle_connections)
            .field("replicas", &self.replicas)
            .finish_non_exhaustive()
    }
}
