//! The addresses for media that an answer offers: each leads to the server by itself.

use std::net::{IpAddr, SocketAddr};

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

/// Chromium takes loopback, Firefox does not and needs the address of a real interface.
#[tokio::test]
async fn loopback_and_a_real_interface_are_offered_and_lead_here() {
    let local = Local::start().await;
    let all = Box::pin(assert_usable(&local, |address| (address.ip(), address))).await;
    assert_eq!(all[0].ip().to_string(), LOOPBACK);
    // A machine without a network has loopback alone.
    assert!(all.len() <= 2 && all[1..].iter().all(|address| !address.ip().is_loopback()), "{all:?}");
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
