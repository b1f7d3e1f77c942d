//! Other servers that a server tells of.

use redis::{ServerError, Value};

use crate::server::Address;

/// Where `MOVED` and `ASK` send us: `3999 127.0.0.1:6381`. Without a host it is that of the server which says so.
pub(crate) fn redirected(error: &ServerError, from: &Address) -> Option<Address> {
    let (_, place) = error.details()?.split_once(' ')?;
    let (host, port) = place.rsplit_once(':')?;
    address(host, port.parse().ok()?, from)
}

/// All nodes that `CLUSTER SLOTS` names: for each range `[first, last, [host, port, ...], ...]`.
pub(crate) fn in_cluster(slots: &Value, from: &Address) -> Vec<Address> {
    let mut nodes = Vec::new();
    for range in items(slots) {
        for node in items(range) {
            let [host, Value::Int(port), ..] = items(node) else { continue };
            let host = text(host).unwrap_or_default();
            let Some(node) = u16::try_from(*port).ok().and_then(|port| address(host, port, from)) else {
                continue;
            };
            if nodes.len() < MOST && !nodes.contains(&node) {
                nodes.push(node);
            }
        }
    }
    nodes
}

/// More nodes than that are not needed to find the one.
const MOST: usize = 64;

/// The primary that a Sentinel names: `[host, port]`.
pub(crate) fn of_sentinel(reply: &Value, from: &Address) -> Option<Address> {
    let [host, port] = items(reply) else { return None };
    address(text(host)?, text(port)?.parse().ok()?, from)
}

fn address(host: &str, port: u16, from: &Address) -> Option<Address> {
    let host = match (host, from) {
        // Redis 7 says `?` when it does not know the name that it was told to give.
        ("" | "?", Address::Tcp { host, .. }) => host.clone(),
        ("" | "?", Address::Unix(_)) => return None,
        (host, _) => host.trim_start_matches('[').trim_end_matches(']').to_owned(),
    };
    (port != 0).then_some(Address::Tcp { host, port })
}

fn items(value: &Value) -> &[Value] {
    if let Value::Array(items) = value { items } else { &[] }
}

fn text(value: &Value) -> Option<&str> {
    match value {
        Value::BulkString(bytes) => std::str::from_utf8(bytes).ok(),
        Value::SimpleString(text) => Some(text),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(host: &str, port: u16) -> Address {
        Address::Tcp { host: host.to_owned(), port }
    }

    fn said(line: &str) -> Value {
        redis::parse_redis_value(line.as_bytes()).unwrap()
    }

    #[test]
    fn redirections() {
        let from = at("seed.example", 1);
        for (line, expected) in [
            ("-MOVED 3999 127.0.0.1:6381\r\n", Some(at("127.0.0.1", 6381))),
            ("-ASK 3999 node.example:6381\r\n", Some(at("node.example", 6381))),
            ("-MOVED 3999 ::1:6381\r\n", Some(at("::1", 6381))),
            ("-MOVED 3999 :6381\r\n", Some(at("seed.example", 6381))),
            ("-MOVED 3999 ?:6381\r\n", Some(at("seed.example", 6381))),
            ("-MOVED 3999 127.0.0.1:0\r\n", None),
            ("-MOVED 3999 127.0.0.1:65536\r\n", None),
            ("-MOVED 3999\r\n", None),
            ("-MOVED\r\n", None),
        ] {
            let Value::ServerError(error) = said(line) else { panic!("{line}") };
            assert_eq!(redirected(&error, &from), expected, "{line}");
        }
    }

    #[test]
    fn nodes_of_a_cluster() {
        let from = at("seed.example", 1);
        let range =
            "*4\r\n:0\r\n:9\r\n*3\r\n$1\r\na\r\n:7000\r\n$2\r\nid\r\n*3\r\n$-1\r\n:7001\r\n$2\r\nid\r\n";
        let slots = said(&format!("*2\r\n{range}{range}"));
        assert_eq!(in_cluster(&slots, &from), [at("a", 7000), at("seed.example", 7001)]);
        assert_eq!(in_cluster(&said("-NOPERM no\r\n"), &from), []);
        assert_eq!(in_cluster(&said("*1\r\n*3\r\n:0\r\n:9\r\n*1\r\n:7\r\n"), &from), []);
    }

    #[test]
    fn what_sentinels_say() {
        let from = at("seed.example", 1);
        let found = of_sentinel(&said("*2\r\n$9\r\n127.0.0.1\r\n$4\r\n6381\r\n"), &from);
        assert_eq!(found, Some(at("127.0.0.1", 6381)));
        for strange in ["*-1\r\n", "*2\r\n$1\r\na\r\n$1\r\nb\r\n", "+OK\r\n"] {
            assert_eq!(of_sentinel(&said(strange), &from), None);
        }
    }
}
