use std::fmt;

use redis::{ConnectionAddr, IntoConnectionInfo, RedisConnectionInfo};

use crate::error::BuildError;

/// Which server, and how to log in.
///
/// The password is in no `Debug` and no `Display`.
#[derive(Clone)]
pub(crate) struct Server {
    pub(crate) address: Address,
    pub(crate) login: RedisConnectionInfo,
    /// Whether the URL asks for TLS.
    pub(crate) tls: bool,
}

#[derive(Clone, Debug)]
pub(crate) enum Address {
    Tcp { host: String, port: u16 },
    Unix(std::path::PathBuf),
}

impl Server {
    pub(crate) fn from_url(url: &str) -> Result<Self, BuildError> {
        let (scheme, rest) = url.trim().split_once(':').ok_or_else(|| unreadable("it has no scheme"))?;
        let scheme = scheme.to_ascii_lowercase();
        // TLS is ours, for that of `redis` takes its cryptography from a setting of the whole process.
        let tls = matches!(&*scheme, "rediss" | "valkeys");
        let plain = if tls { "redis" } else { &*scheme };
        let info = format!("{plain}:{rest}").into_connection_info().map_err(|error| {
            // Without the details, which may hold a piece of the URL.
            unreadable(error.to_string().split(" - ").next().unwrap_or_default())
        })?;
        if let Some((_, fragment)) = rest.split_once('#') {
            // Anything else may be the rest of a password.
            let fragment = if fragment == "insecure" { "#insecure" } else { "# and more" };
            return Err(BuildError::Fragment { fragment: fragment.to_owned() });
        }
        let address = match info.addr() {
            ConnectionAddr::Tcp(host, port) => Address::Tcp { host: host.clone(), port: *port },
            ConnectionAddr::Unix(path) => Address::Unix(path.clone()),
            _ => return Err(unreadable("it asks for a kind of connection that is not supported")),
        };
        let login = info.redis_settings().clone();
        if login.username().is_some() && login.password().is_none() {
            return Err(unreadable("it names a user and has no password"));
        }
        Ok(Self { address, login, tls })
    }
}

fn unreadable(reason: &str) -> BuildError {
    BuildError::Url { reason: reason.to_owned() }
}

impl fmt::Display for Server {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.address {
            Address::Tcp { host, port } if host.contains(':') => write!(f, "[{host}]:{port}"),
            Address::Tcp { host, port } => write!(f, "{host}:{port}"),
            Address::Unix(path) => write!(f, "{}", path.display()),
        }
    }
}

impl fmt::Debug for Server {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Server")
            .field("address", &self.address)
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
        ] {
            let error = Server::from_url(url).unwrap_err();
            assert!(!format!("{error} {error:?}").contains("hunter2"), "{url}: {error}");
        }
        let insecure = Server::from_url("rediss://h/#insecure").unwrap_err();
        assert_eq!(insecure, BuildError::Fragment { fragment: "#insecure".to_owned() });
    }
}
