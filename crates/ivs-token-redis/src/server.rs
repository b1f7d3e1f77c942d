use std::fmt;

use redis::{ConnectionAddr, IntoConnectionInfo, RedisConnectionInfo};

use crate::error::BuildError;

/// Which server or servers, and how to log in.
///
/// The password is in no `Debug` and no `Display`.
#[derive(Clone)]
pub(crate) struct Server {
    /// At least one. More than one only for a cluster's nodes or Sentinels.
    pub(crate) addresses: Vec<Address>,
    pub(crate) topology: Topology,
    pub(crate) login: RedisConnectionInfo,
    /// Whether the URL asks for TLS.
    pub(crate) tls: bool,
}

/// Who says which server is the primary.
#[derive(Clone)]
pub(crate) enum Topology {
    /// The URL: its one address leads to the primary.
    One,
    /// The nodes of a Redis Cluster.
    Cluster,
    /// Sentinels that watch the primary of this name.
    Sentinel { service: String, login: RedisConnectionInfo },
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Address {
    Tcp { host: String, port: u16 },
    Unix(std::path::PathBuf),
}

#[cfg(feature = "tls")]
impl Address {
    pub(crate) fn host(&self) -> Option<&str> {
        match self {
            Self::Tcp { host, .. } => Some(host),
            Self::Unix(_) => None,
        }
    }
}

impl Server {
    pub(crate) fn from_url(url: &str) -> Result<Self, BuildError> {
        let (scheme, rest) = url.trim().split_once(':').ok_or_else(|| unreadable("it has no scheme"))?;
        let scheme = scheme.to_ascii_lowercase();
        if let Some((_, fragment)) = rest.split_once('#') {
            // Anything else may be the rest of a password.
            let fragment = if fragment == "insecure" { "#insecure" } else { "# and more" };
            return Err(BuildError::Fragment { fragment: fragment.to_owned() });
        }
        // TLS is ours, for that of `redis` takes its cryptography from a setting of the whole process.
        let server = match &*scheme {
            "redis-cluster" | "rediss-cluster" => Self::cluster(rest)?,
            "redis-sentinel" | "rediss-sentinel" => Self::sentinel(rest)?,
            "rediss" | "valkeys" => Self::one("redis", rest)?,
            plain => Self::one(plain, rest)?,
        };
        let tls = matches!(&*scheme, "rediss" | "valkeys" | "rediss-cluster" | "rediss-sentinel");
        if server.login.username().is_some() && server.login.password().is_none() {
            return Err(unreadable("it names a user and has no password"));
        }
        Ok(Self { tls, ..server })
    }

    fn one(scheme: &str, rest: &str) -> Result<Self, BuildError> {
        let (address, login) = read(&format!("{scheme}:{rest}"))?;
        Ok(Self { addresses: vec![address], topology: Topology::One, login, tls: false })
    }

    /// `//user:password@host:port,host:port`
    fn cluster(rest: &str) -> Result<Self, BuildError> {
        let parts = Parts::of(rest)?;
        if parts.query.is_some() {
            return Err(unreadable("the URL of a cluster takes nothing after a `?`"));
        }
        let (addresses, login) = parts.read(6379)?;
        if login.db() != 0 {
            return Err(unreadable("a cluster has only the database 0"));
        }
        Ok(Self { addresses, topology: Topology::Cluster, login, tls: false })
    }

    /// `//user:password@sentinel:port,sentinel:port/db?service=name`
    fn sentinel(rest: &str) -> Result<Self, BuildError> {
        let parts = Parts::of(rest)?;
        let (addresses, login) = parts.read(26379)?;
        let (mut service, mut username, mut password) = (None, "", None);
        for setting in parts.query.unwrap_or_default().split('&').filter(|setting| !setting.is_empty()) {
            match setting.split_once('=') {
                Some(("service", name)) => service = Some(name),
                Some(("sentinel_username", name)) => username = name,
                Some(("sentinel_password", said)) => password = Some(said),
                _ => {
                    return Err(unreadable(
                        "after the `?` only service, sentinel_username and sentinel_password are known",
                    ));
                }
            }
        }
        let plain =
            |name: &str| name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte));
        let service = service.filter(|name| !name.is_empty() && plain(name)).ok_or_else(|| {
            unreadable("it must end with ?service= and the name of the primary at the Sentinels")
        })?;
        let their_login = match password {
            Some(password) => format!("redis://{username}:{password}@localhost"),
            None if username.is_empty() => "redis://localhost".to_owned(),
            None => return Err(unreadable("it names a user of the Sentinels and has no password for them")),
        };
        let (_, their_login) = read(&their_login)?;
        let topology = Topology::Sentinel { service: service.to_owned(), login: their_login };
        Ok(Self { addresses, topology, login, tls: false })
    }
}

/// The parts of a URL with several hosts.
struct Parts<'u> {
    /// With the `@` at its end, or empty.
    login: &'u str,
    hosts: &'u str,
    /// With the `/` at its beginning, or empty.
    path: &'u str,
    query: Option<&'u str>,
}

impl<'u> Parts<'u> {
    fn of(rest: &'u str) -> Result<Self, BuildError> {
        let rest = rest.strip_prefix("//").ok_or_else(|| unreadable("after its scheme there is no //"))?;
        let (rest, query) = match rest.split_once('?') {
            Some((rest, query)) => (rest, Some(query)),
            None => (rest, None),
        };
        let (authority, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
        let (login, hosts) = authority.split_at(authority.rfind('@').map_or(0, |at| at + 1));
        Ok(Self { login, hosts, path, query })
    }

    fn read(&self, port: u16) -> Result<(Vec<Address>, RedisConnectionInfo), BuildError> {
        let (mut addresses, mut login) = (Vec::new(), None);
        for host in self.hosts.split(',') {
            if host.is_empty() {
                return Err(unreadable("it names no host, or has a comma too many"));
            }
            let port = if has_port(host) { String::new() } else { format!(":{port}") };
            let (address, found) = read(&format!("redis://{}{host}{port}{}", self.login, self.path))?;
            if !addresses.contains(&address) {
                addresses.push(address);
            }
            login = Some(found);
        }
        let login = login.ok_or_else(|| unreadable("it names no host"))?;
        Ok((addresses, login))
    }
}

fn has_port(host: &str) -> bool {
    host.rsplit_once(']').map_or(host, |(_, after)| after).contains(':')
}

/// One address and the login to it, as the crate `redis` reads them.
fn read(url: &str) -> Result<(Address, RedisConnectionInfo), BuildError> {
    let info = url.into_connection_info().map_err(|error| {
        // Without the details, which may hold a piece of the URL.
        unreadable(error.to_string().split(" - ").next().unwrap_or_default())
    })?;
    let address = match info.addr() {
        ConnectionAddr::Tcp(host, port) => Address::Tcp { host: host.clone(), port: *port },
        ConnectionAddr::Unix(path) => Address::Unix(path.clone()),
        _ => return Err(unreadable("it asks for a kind of connection that is not supported")),
    };
    Ok((address, info.redis_settings().clone()))
}

fn unreadable(reason: &str) -> BuildError {
    BuildError::Url { reason: reason.to_owned() }
}

impl fmt::Display for Server {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, address) in self.addresses.iter().enumerate() {
            write!(f, "{}{address}", if at == 0 { "" } else { "," })?;
        }
        match &self.topology {
            Topology::One | Topology::Cluster => Ok(()),
            Topology::Sentinel { service, .. } => write!(f, " ({service})"),
        }
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Tcp { host, port } if host.contains(':') => write!(f, "[{host}]:{port}"),
            Self::Tcp { host, port } => write!(f, "{host}:{port}"),
            Self::Unix(path) => write!(f, "{}", path.display()),
        }
    }
}

impl fmt::Debug for Server {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Server")
            .field("addresses", &self.addresses)
            .field("tls", &self.tls)
            .field("db", &self.login.db())
            .field("username", &self.login.username())
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn urls() {
        let read = |url: &str| Server::from_url(url).unwrap();
        let said = |url: &str| read(url).to_string();
        assert_eq!(said("redis://cache.example"), "cache.example:6379");
        assert_eq!(said("REDIS://127.0.0.1:7000/3"), "127.0.0.1:7000");
        assert_eq!(said("redis://[::1]:7000"), "[::1]:7000");
        let tls = read("rediss://ana:p%40ss@cache.example:7000/3");
        assert!(tls.tls);
        assert_eq!(
            (tls.login.username(), tls.login.password(), tls.login.db()),
            (Some("ana"), Some("p@ss"), 3)
        );
        let shown = format!("{tls:?} {tls}");
        assert!(!shown.contains("p@ss") && !shown.contains("p%40ss"), "{shown}");
    }

    #[test]
    #[cfg(unix)]
    fn unix_sockets() {
        let server = Server::from_url("unix:///run/redis.sock?db=2&user=ana&pass=hunter2").unwrap();
        assert_eq!(server.to_string(), "/run/redis.sock");
        let login = &server.login;
        assert_eq!((login.username(), login.password(), login.db()), (Some("ana"), Some("hunter2"), 2));
        assert!(!format!("{server:?}").contains("hunter2"));
    }

    #[test]
    fn clusters_and_sentinels() {
        let cluster = Server::from_url("redis-cluster://ana:p%40ss@a.example:7000,[::1],b.example").unwrap();
        assert_eq!(cluster.to_string(), "a.example:7000,[::1]:6379,b.example:6379");
        assert_eq!((cluster.login.username(), cluster.login.password()), (Some("ana"), Some("p@ss")));
        assert!(matches!(cluster.topology, Topology::Cluster) && !cluster.tls);
        assert!(Server::from_url("rediss-cluster://a.example").unwrap().tls);

        let url = "rediss-sentinel://:p1@s1,s2:7001/3?service=my-primary&sentinel_username=u&sentinel_password=p%202";
        let sentinel = Server::from_url(url).unwrap();
        assert_eq!(sentinel.to_string(), "s1:26379,s2:7001 (my-primary)");
        assert_eq!((sentinel.login.db(), sentinel.login.password(), sentinel.tls), (3, Some("p1"), true));
        let Topology::Sentinel { login, .. } = &sentinel.topology else { panic!("{sentinel:?}") };
        assert_eq!((login.username(), login.password(), login.db()), (Some("u"), Some("p 2"), 0));

        for (url, word) in [
            ("redis-cluster:a", "no //"),
            ("redis-cluster://a/1", "only the database 0"),
            ("redis-cluster://a,,b", "a comma too many"),
            ("redis-cluster://a?x=hunter2", "nothing after a `?`"),
            ("redis-sentinel://a", "?service="),
            ("redis-sentinel://a?service=", "?service="),
            ("redis-sentinel://a?hunter2=1&service=m", "only service, sentinel_username"),
            ("redis-sentinel://a?service=m&sentinel_username=hunter2", "no password for them"),
        ] {
            let error = Server::from_url(url).unwrap_err().to_string();
            assert!(error.contains(word) && !error.contains("hunter2"), "{url}: {error}");
        }
    }

    #[test]
    fn no_error_holds_a_piece_of_the_url() {
        for url in [
            "",
            "hunter2",
            "redis:hunter2",
            "http://u:hunter2@h",
            "redis://u:hunter2@h/hunter2",
            "redis://u:hunter2@h:99999",
            "redis://u:hunter2@0.0.0.0",
            "redis://u:%ffhunter2@h",
            "redis://u:hunter2@h?protocol=hunter2",
            "rediss://u:hunter2@h/#insecure",
            "redis://u:x#hunter2@h",
            "redis://h/#hunter2",
            "redis://hunter2@h",
            "redis-cluster://u:hunter2@h:99999",
            "redis-cluster://hunter2@h,i",
            "redis-cluster://u:x#hunter2@h",
            "redis-sentinel://u:hunter2@h:x?service=m",
            "redis-sentinel://u:%ff@h?service=m&sentinel_password=%ffhunter2",
        ] {
            let error = Server::from_url(url).unwrap_err();
            assert!(!format!("{error} {error:?}").contains("hunter2"), "{url}: {error}");
        }
        let insecure = Server::from_url("rediss://h/#insecure").unwrap_err();
        assert_eq!(insecure, BuildError::Fragment { fragment: "#insecure".to_owned() });
    }
}
