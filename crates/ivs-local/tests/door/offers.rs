//! What the answer to an offer says, and what becomes of an offer that is repeated or never used.

use str0m::media::{Direction, MediaKind};

use crate::local::{Local, PATIENCE, Socket, find};
use crate::media::{post, publish, subscribe};
use crate::peer::Peer;

async fn published(socket: &mut Socket, id: &str, is_publishing: bool) {
    socket.state(|state| find(state, id).is_some_and(|one| one["isPublishing"] == is_publishing)).await;
}

#[tokio::test]
async fn a_publication_can_be_ended_and_nothing_else() {
    let local = Local::start().await;
    let (_, offer) = Peer::offer(Direction::SendOnly, &[], true).await;
    let answer = post(&local, "/publish/ana", &local.token("ana"), &offer, &[]).await;
    assert_eq!((answer.status, answer.header("content-type")), (201, Some("application/sdp")));
    let location = answer.header("location").unwrap();
    let links: Vec<_> = answer.headers("link").collect();
    let own = format!("<http://localhost:{}{location}>", local.port);
    assert_eq!(links, [format!("{own}; rel=\"urn:ietf:params:whip:ivs-stages:session-delete\"")]);
}

#[tokio::test]
async fn nobody_publishes_before_media_is_connected() {
    let local = Local::start().await;
    let mut ana = local.join(&local.token("ana")).await;
    let (mut peer, offer) = Peer::offer(Direction::SendOnly, &[], true).await;
    let answer = post(&local, "/publish/ana", &local.token("ana"), &offer, &[]).await;
    assert_eq!(answer.status, 201, "{}", answer.body);
    // Whatever the answer set off would be in the state that tells of the next to come.
    let _bob = local.join(&local.token("bob")).await;
    let state = ana.state(|state| find(state, "bob").is_some()).await;
    assert_eq!(find(&state, "ana").unwrap()["isPublishing"], false);
    peer.accept(&answer.body);
    tokio::spawn(peer.publish(&[]));
    published(&mut ana, "ana", true).await;
}

/// Clients offer again when they were not connected in time.
#[tokio::test]
async fn an_offer_that_is_repeated_replaces_the_publication() {
    let local = Local::start().await;
    let mut bob = local.join(&local.token("bob")).await;
    let mut ended = Vec::new();
    for _ in 0..2 {
        let (mut peer, offer) = Peer::offer(Direction::SendOnly, &[], true).await;
        let answer = post(&local, "/publish/ana", &local.token("ana"), &offer, &[]).await;
        assert_eq!(answer.status, 201, "{}", answer.body);
        peer.accept(&answer.body);
        ended.push(tokio::spawn(peer.publish(&[])));
        published(&mut bob, "ana", true).await;
        // Told anew, so that the next round does not read the state of this one.
        bob = local.join(&local.token("bob")).await;
    }
    let second = ended.pop().unwrap();
    tokio::time::timeout(PATIENCE, ended.pop().unwrap()).await.expect("the first goes on").unwrap();
    let (mut peer, _) = subscribe(&local, "bob", "ana", &[], true).await;
    peer.until(|peer| peer.frames.get(&MediaKind::Video) >= Some(&10)).await;
    assert!(!second.is_finished());
}

/// The web client offers its video in both directions.
#[tokio::test]
async fn video_may_be_offered_in_both_directions() {
    let local = Local::start().await;
    let mut bob = local.join(&local.token("bob")).await;
    let (mut peer, offer) = Peer::offer(Direction::SendRecv, &[], true).await;
    assert!(offer.contains("a=sendrecv") && !offer.contains("a=candidate"), "{offer}");
    let answer = post(&local, "/publish/ana", &local.token("ana"), &offer, &[]).await;
    assert_eq!(answer.status, 201, "{}", answer.body);
    peer.accept(&answer.body);
    tokio::spawn(peer.publish(&[]));
    published(&mut bob, "ana", true).await;
    let (mut peer, _) = subscribe(&local, "bob", "ana", &[], true).await;
    peer.until(|peer| peer.frames.get(&MediaKind::Video) >= Some(&10)).await;
}

/// Whoever publishes chooses: OBS has H.264 alone, browsers begin with VP8.
#[tokio::test]
async fn publishers_and_subscribers_are_answered_with_both_codecs() {
    let local = Local::start().await;
    let mut bob = local.join(&local.token("bob")).await;
    let (_, offer) = Peer::offer(Direction::SendOnly, &[], true).await;
    let answer = post(&local, "/publish/eve", &local.token("eve"), &offer, &[]).await;
    publish(&local, "ana", &[]).await;
    published(&mut bob, "ana", true).await;
    let (_, subscribed) = subscribe(&local, "bob", "ana", &[], true).await;
    for answer in [answer.body, subscribed.body] {
        for codec in ["opus/48000/2", "VP8/90000", "H264/90000"] {
            assert!(
                answer.lines().any(|line| line.starts_with("a=rtpmap:") && line.ends_with(codec)),
                "{codec}: {answer}"
            );
        }
    }
}

#[tokio::test]
async fn the_largest_layer_comes_first_if_it_is_preferred() {
    let local = Local::start().await;
    let mut bob = local.join(&local.token("bob")).await;
    publish(&local, "ana", &["low", "mid", "hi"]).await;
    published(&mut bob, "ana", true).await;
    let highest = [("x-stages-initial-layer-pref", "highest")];
    for rounds in 1.. {
        let (mut peer, _) = subscribe(&local, "bob", "ana", &highest, true).await;
        peer.until(|peer| !peer.marks.is_empty()).await;
        if peer.marks[0] == 2 {
            break;
        }
        // Where the machine stood still for more than a second, a layer was off for that long.
        assert!(rounds < 5, "{:?}", peer.marks);
    }
}
