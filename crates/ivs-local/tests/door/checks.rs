//! ICE checks that are not as the standard has them.

use std::net::SocketAddr;
use std::time::Duration;

use str0m::crypto::from_feature_flags;
use str0m::media::Direction;
use tokio::net::UdpSocket;
use tokio::time::timeout;

use crate::local::Local;
use crate::media::post;
use crate::peer::Peer;

/// The value of a line of an answer.
fn line<'a>(answer: &'a str, start: &str) -> &'a str {
    answer.lines().find_map(|line| line.strip_prefix(start)).unwrap()
}

/// A check as ffmpeg 8.0 makes it: USERNAME, USE-CANDIDATE and MESSAGE-INTEGRITY, and no PRIORITY.
fn check(user: &str, password: &str, number: u8) -> Vec<u8> {
    let mut check = vec![0, 1, 0, 0, 0x21, 0x12, 0xa4, 0x42];
    check.extend([number; 12]);
    check.extend([0, 6, 0, u8::try_from(user.len()).unwrap()]);
    check.extend(user.bytes());
    check.resize(check.len().next_multiple_of(4), 0);
    check.extend([0, 0x25, 0, 0]);
    check[3] = u8::try_from(check.len() - 20 + 24).unwrap();
    let signature = from_feature_flags().sha1_hmac_provider.sha1_hmac(password.as_bytes(), &[&check]);
    check.extend([0, 8, 0, 20]);
    check.extend(signature);
    check
}

/// What the server answers to a check, if it answers within a while.
async fn answered(socket: &UdpSocket, check: &[u8], wait: Duration) -> Option<Vec<u8>> {
    let mut buffer = [0; 1500];
    socket.send(check).await.unwrap();
    let (len, _) = timeout(wait, socket.recv_from(&mut buffer)).await.ok()?.unwrap();
    Some(buffer[..len].to_vec())
}

#[tokio::test]
async fn a_check_without_a_priority_is_answered() {
    let local = Local::start().await;
    let (_, offer) = Peer::offer(Direction::SendOnly, &[], true).await;
    let theirs = line(&offer, "a=ice-ufrag:");
    let answer = post(&local, "/", &local.token("ana"), &offer, &[]).await;
    assert_eq!(answer.status, 201, "{}", answer.body);
    let (ours, password) = (line(&answer.body, "a=ice-ufrag:"), line(&answer.body, "a=ice-pwd:"));
    let candidate: Vec<_> = line(&answer.body, "a=candidate:").split(' ').collect();
    let address = SocketAddr::new(candidate[4].parse().unwrap(), candidate[5].parse().unwrap());
    assert!(address.ip().is_loopback(), "{address}");
    let socket = UdpSocket::bind("127.0.0.1:0").await.unwrap();
    socket.connect(address).await.unwrap();
    let user = format!("{ours}:{theirs}");
    let wrong = check(&user, "another password", 1);
    assert_eq!(answered(&socket, &wrong, Duration::from_millis(300)).await, None);
    let answer = answered(&socket, &check(&user, password, 2), Duration::from_secs(20)).await.unwrap();
    // A success, of this check.
    assert_eq!((&answer[..2], &answer[8..20]), (&[1, 1][..], &[2; 12][..]));
}
