//! Strangers, crowds, and clients that say nothing: they harm only themselves.

use std::net::SocketAddr;

use serde_json::json;
use str0m::media::{Direction, MediaKind};
use tokio::io::AsyncWriteExt;
use tokio::net::{TcpStream, UdpSocket};

use crate::local::{Local, find};
use crate::media::{post, publish};
use crate::peer::Peer;
use crate::truth::events;

/// The addresses for media that an answer names.
fn addresses(answer: &str) -> Vec<SocketAddr> {
    let candidates = answer.lines().filter_map(|line| line.strip_prefix("a=candidate:"));
    let address = |line: &str| {
        let words: Vec<_> = line.split(' ').collect();
        format!("{}:{}", words[4], words[5]).parse().unwrap()
    };
    candidates.map(address).collect()
}

#[tokio::test]
async fn what_strangers_send_over_udp() {
    let local = Local::start().await;
    let mut bob = local.join(&local.token("bob")).await;
    publish(&local, "ana", &[]).await;
    bob.state(|state| find(state, "ana").is_some_and(|ana| ana["isPublishing"] == true)).await;
    let (mut peer, offer) = Peer::offer(Direction::RecvOnly, &[], true).await;
    let answer = post(&local, "/subscribe/ana", &local.token("bob"), &offer, &[]).await;
    let loopback: Vec<_> = addresses(&answer.body).into_iter().filter(|at| at.ip().is_loopback()).collect();
    assert_eq!(loopback.len(), 1, "{}", answer.body);
    let name = answer.body.lines().find_map(|line| line.strip_prefix("a=ice-ufrag:")).unwrap().to_owned();

    // A check with the right name and no password; one that is cut; media, handshakes and nothing of sense.
    let user = format!("{name}:abcd");
    let mut check = vec![0, 1, 0, 0, 0x21, 0x12, 0xa4, 0x42];
    check.extend([7; 12]);
    check.extend([0, 6, 0, u8::try_from(user.len()).unwrap()]);
    check.extend(user.bytes());
    check.resize(check.len().next_multiple_of(4), 0);
    check[3] = u8::try_from(check.len() - 20).unwrap();
    let hostile = [
        check.clone(),
        check[..check.len() - 3].to_vec(),
        [&[0x80, 111, 0, 1][..], &[0; 60]].concat(),
        [&[22, 254, 253][..], &[0xff; 100]].concat(),
        Vec::new(),
        vec![0xff; 2000],
        vec![0; 1],
    ];
    let stranger = UdpSocket::bind("127.0.0.1:0").await.unwrap();
    for _ in 0..100 {
        for datagram in &hostile {
            stranger.send_to(datagram, loopback[0]).await.unwrap();
        }
    }
    peer.accept(&answer.body);
    peer.until(|peer| peer.frames.get(&MediaKind::Video) >= Some(&30)).await;
}

#[tokio::test]
async fn sockets_that_never_speak_and_peers_that_never_come() {
    let local = Local::start().await;
    let mut silent = Vec::new();
    for _ in 0..100 {
        let mut stream = TcpStream::connect(("127.0.0.1", local.port)).await.unwrap();
        stream.write_all(b"GET / HTTP/1.1\r\nupgrade: websocket\r\n").await.unwrap();
        silent.push(stream);
    }
    // Offers whose media never comes: as many as one may have, and no more.
    let token = local.token("ana");
    // All made before the first is sent: who does not come is forgotten after 20 seconds, and makes room for another.
    let mut offers = Vec::new();
    for _ in 0..70 {
        offers.push(Peer::offer(Direction::SendOnly, &[], true).await.1);
    }
    let mut refused = 0;
    for offer in offers {
        let answer = post(&local, "/publish/ana", &token, &offer, &[]).await;
        refused += u32::from(answer.status == 429);
    }
    assert_eq!(refused, 6);
    publish(&local, "bob", &[]).await;
    let mut eve = local.join(&local.token("eve")).await;
    let state = eve.state(|state| find(state, "bob").is_some()).await;
    assert!(find(&state, "ana").is_none(), "an offer alone is no presence");
}

#[tokio::test]
async fn two_hundred_at_once() {
    let local = Local::start().await;
    let mut first = local.join(&local.token("first")).await;
    let tokens: Vec<_> = (0..200).map(|number| local.token(&format!("p{number}"))).collect();
    let joins = tokens.iter().map(|token| local.join(token));
    let others = futures_util::future::join_all(joins).await;
    let all = |state: &serde_json::Value| state["participants"].as_array().unwrap().len();
    first.state(|state| all(state) == 201).await;
    drop(others);
    first.state(|state| all(state) == 1).await;
}

#[tokio::test]
async fn a_stage_has_as_many_publishers_as_the_quota_says() {
    let settings = ivs_local::Settings {
        quotas: [("publishersPerStage".to_owned(), 2)].into(),
        ..ivs_local::Settings::default()
    };
    let local = Local::with(settings).await;
    let mut eve = local.join(&local.token("eve")).await;
    for id in ["ana", "bob"] {
        publish(&local, id, &[]).await;
        eve.state(|state| find(state, id).is_some_and(|one| one["isPublishing"] == true)).await;
    }
    let (_, offer) = Peer::offer(Direction::SendOnly, &[], true).await;
    let answer = post(&local, "/publish/eve", &local.token("eve"), &offer, &[]).await;
    assert_eq!((answer.status, &answer.json()["code"]), (429, &json!("QUOTA_EXCEEDED")));
    let session =
        local.call("GetStage", &json!({ "arn": local.arn() })).await["stage"]["activeSessionId"].clone();
    let of_eve = json!({ "stageArn": local.arn(), "sessionId": session, "participantId": "eve" });
    assert_eq!(events(&local, &of_eve).await, ["JOINED", "PUBLISH_ERROR"]);
}
