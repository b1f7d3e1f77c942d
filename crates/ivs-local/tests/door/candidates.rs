//! The addresses for media that an answer offers: each leads to the server by itself.

use std::net::{IpAddr, SocketAddr};
#[cfg(target_os = "linux")]
use std::process::Command;

use ivs_local::Settings;
use str0m::media::{Direction, MediaKind};

use crate::local::{Local, find};
use crate::media::post;
use crate::peer::Peer;

const LOOPBACK: &str = "127.0.0.1";

/// The addresses of an answer.
fn offered(answer: &str) -> Vec<SocketAddr> {
    let of_line = |line: &str| {
        let parts: Vec<_> = line.strip_prefix("a=candidate:")?.split(' ').collect();
        Some(SocketAddr::new(parts[4].parse().unwrap(), parts[5].parse().unwrap()))
    };
    let mut found: Vec<_> = answer.lines().filter_map(of_line).collect();
    found.sort_unstable();
    found.dedup();
    found
}

/// An answer with this address alone.
fn only(answer: &str, kept: SocketAddr) -> String {
    let is_kept = |line: &&str| {
        !line.starts_with("a=candidate:") || line.contains(&format!(" {} {} ", kept.ip(), kept.port()))
    };
    answer.lines().filter(is_kept).flat_map(|line| [line, "\r\n"]).collect()
}

/// What `direct` says of an address that was offered: the address of the peer that comes, and where the offered one leads.
type Way = (IpAddr, SocketAddr);

/// Publishes and subscribes over each of the addresses in turn, and gives them.
async fn assert_usable(local: &Local, direct: impl Fn(SocketAddr) -> Way) -> Vec<SocketAddr> {
    let mut witness = local.join(&local.token("witness")).await;
    let mut place = 0;
    loop {
        let (publisher, subscriber) = (format!("publisher-{place}"), format!("subscriber-{place}"));
        let path = format!("/publish/{publisher}");
        // The first offer only tells what there is.
        let (_, offer) = Peer::offer(Direction::SendOnly, &[], true).await;
        let answer = post(local, &path, &local.token(&publisher), &offer, &[]).await;
        assert_eq!(answer.status, 201, "{}", answer.body);
        let all = offered(&answer.body);
        let Some(&address) = all.get(place) else { return all };
        let connect = async |path: String, id: &str, direction| {
            let (ip, real) = direct(address);
            let (mut peer, offer) = Peer::offer_from(ip, direction, &[], true).await;
            let answer = post(local, &path, &local.token(id), &offer, &[]).await;
            assert_eq!(answer.status, 201, "{}", answer.body);
            let answer = only(&answer.body, address);
            assert_eq!(offered(&answer), [address]);
            peer.mapped = vec![(address, real)];
            peer.accept(&answer);
            peer
        };
        let peer = connect(path, &publisher, Direction::SendOnly).await;
        tokio::spawn(peer.publish(&[]));
        witness.state(|state| find(state, &publisher).is_some_and(|one| one["isPublishing"] == true)).await;
        let mut peer = connect(format!("/subscribe/{publisher}"), &subscriber, Direction::RecvOnly).await;
        peer.until(|peer| peer.frames.get(&MediaKind::Video) >= Some(&10)).await;
        place += 1;
    }
}

/// The addresses that a server offers by itself, each of which leads here.
async fn of_itself() -> Vec<String> {
    let local = Local::start().await;
    let all = Box::pin(assert_usable(&local, |address| (address.ip(), address))).await;
    all.iter().map(|address| address.ip().to_string()).collect()
}

/// Chromium takes loopback, Firefox does not and needs the address of a real interface.
#[tokio::test]
async fn loopback_and_a_real_interface_are_offered_and_lead_here() {
    let all = of_itself().await;
    assert_eq!(all[0], LOOPBACK);
    // The system's own table of routes (proc_net_route(5)): whoever has a way out has an address of a real interface.
    let Ok(routes) = std::fs::read_to_string("/proc/net/route") else {
        assert!(all.len() <= 2, "{all:?}");
        return eprintln!(
            "NOT CHECKED: whether a real interface is offered, for this system has no /proc/net/route"
        );
    };
    if has_way_out(&routes) {
        assert_eq!(all.len(), 2, "loopback and a real interface: {all:?}");
    } else {
        // A route to some addresses alone may lead out, too. The test below knows which there are.
        assert!(all.len() <= 2, "{all:?}");
    }
    assert!(all[1..].iter().all(|real| !real.parse::<IpAddr>().unwrap().is_loopback()), "{all:?}");
}

/// Whether a table of routes has one to everywhere that does not refuse what is sent (`RTF_REJECT` of linux/route.h).
fn has_way_out(routes: &str) -> bool {
    const REJECT: u32 = 0x0200;
    routes.lines().skip(1).any(|route| {
        let columns: Vec<_> = route.split_whitespace().collect();
        let flags = columns.get(3).and_then(|flags| u32::from_str_radix(flags, 16).ok());
        columns.get(1) == Some(&"00000000") && flags.is_some_and(|flags| flags & REJECT == 0)
    })
}

#[test]
fn a_route_that_refuses_is_no_way_out() {
    let table =
        |flags: &str| format!("Iface\tDestination\tGateway\tFlags\nx\t00000000\t0100000A\t{flags}\t0");
    assert!(has_way_out(&table("0003")));
    assert!(!has_way_out(&table("0203")));
    assert!(!has_way_out("Iface\tDestination\tGateway\tFlags\nx\t000000A0\t00000000\t0001\t0"));
}

/// In a network of its own, where it is known which addresses there are.
#[cfg(target_os = "linux")]
#[test]
fn a_machine_with_a_network_and_one_without() {
    let real = "198.51.100.7";
    let with_network = format!(
        "ip link set lo up && ip address add {real}/32 dev lo && ip route add default dev lo src {real}"
    );
    for (prepare, expected) in
        [("ip link set lo up", LOOPBACK.to_owned()), (with_network.as_str(), format!("{LOOPBACK} {real}"))]
    {
        let within = |what: &str| {
            let mut unshare = Command::new("unshare");
            unshare
                .args(["--net", "--map-root-user", "sh", "-c", what])
                .env("IVS_LOCAL_ADDRESSES", &expected);
            unshare
        };
        if !within(prepare).output().is_ok_and(|done| done.status.success()) {
            return eprintln!(
                "NOT CHECKED: a network of its own, for this machine allows none (unshare, ip)"
            );
        }
        let program = std::env::current_exe().unwrap();
        let test = "candidates::within_a_network --ignored --exact --nocapture";
        let run = within(&format!("{prepare} && exec '{}' {test}", program.display())).output().unwrap();
        let said = String::from_utf8_lossy(&run.stdout);
        assert!(run.status.success(), "{said}{}", String::from_utf8_lossy(&run.stderr));
        assert!(said.contains("1 passed"), "it has another name");
    }
}

#[cfg(target_os = "linux")]
#[tokio::test]
#[ignore = "in a network of its own: the test above"]
async fn within_a_network() {
    let expected = std::env::var("IVS_LOCAL_ADDRESSES").unwrap();
    assert_eq!(of_itself().await.join(" "), expected);
}

/// Every address of 127.0.0.0/8 is the machine's own on Linux, and on no other system.
#[cfg(target_os = "linux")]
#[tokio::test]
async fn each_announced_address_is_offered_and_leads_here() {
    let announce = vec![LOOPBACK.parse().unwrap(), "127.0.0.2".parse().unwrap()];
    let local = Local::with(Settings { announce, ..Settings::default() }).await;
    let all = Box::pin(assert_usable(&local, |address| (address.ip(), address))).await;
    assert_eq!(
        all.iter().map(|address| address.ip().to_string()).collect::<Vec<_>>(),
        [LOOPBACK, "127.0.0.2"]
    );
}

/// As in a container: the address is that of its host (RFC 5737 has it for documentation), which sends on what comes to the port.
#[tokio::test]
async fn an_address_of_a_router_is_offered_and_leads_here() {
    let announce = vec![LOOPBACK.parse().unwrap(), "203.0.113.7".parse().unwrap()];
    let local = Local::with(Settings { announce, ..Settings::default() }).await;
    let loopback = LOOPBACK.parse().unwrap();
    let all =
        Box::pin(assert_usable(&local, |address| (loopback, SocketAddr::new(loopback, address.port()))))
            .await;
    assert_eq!(
        all.iter().map(|address| address.ip().to_string()).collect::<Vec<_>>(),
        [LOOPBACK, "203.0.113.7"]
    );
}
