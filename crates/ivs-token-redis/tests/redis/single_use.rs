//! A token that is good once, and many who want to use it.

use std::sync::Barrier;
use std::time::Duration;

use ivs_token::{Revocation, RevocationStore, Revoked, SingleUse, Subject, ViewerId};
use uuid::Uuid;

use crate::support::{Proxy, Server, channel};

fn once(uuid: u128) -> SingleUse {
    SingleUse::new(Uuid::from_u128(uuid), Duration::from_secs(4200))
}

const THREADS: usize = 16;

#[test]
fn of_many_at_the_same_time_exactly_one_uses_it() {
    let Some(server) = Server::start() else { return };
    let stores = [(); 2].map(|()| server.store());
    let (channel, viewer) = (channel(), ViewerId::try_from("ana").unwrap());
    for round in 0..40 {
        // Alone, and beside a viewer, which takes another way.
        let viewer = (round % 2 == 0).then_some((&viewer, 1));
        let subject = Subject::Playback { channel: &channel, viewer, single_use: Some(once(round)) };
        let barrier = Barrier::new(THREADS);
        let good = std::thread::scope(|scope| {
            let threads: Vec<_> = (0..THREADS)
                .map(|at| {
                    let (store, barrier) = (&stores[at % 2], &barrier);
                    scope.spawn(move || {
                        barrier.wait();
                        // One in four asks for it twice in one batch.
                        let batch = vec![subject; if at % 4 == 0 { 2 } else { 1 }];
                        let found = store.check_batch(&batch).unwrap();
                        let used = Revoked::AlreadyUsed { uuid: Uuid::from_u128(round) };
                        assert!(found.iter().all(|found| found.is_ok() || found == &Err(used.clone())));
                        found.iter().filter(|found| found.is_ok()).count()
                    })
                })
                .collect();
            threads.into_iter().map(|thread| thread.join().unwrap()).sum::<usize>()
        });
        assert_eq!(good, 1, "round {round}");
    }
}

#[test]
fn a_token_that_is_refused_anyway_is_not_spent() {
    let Some(server) = Server::start() else { return };
    let store = server.store();
    let (channel, viewer) = (channel(), ViewerId::try_from("ana").unwrap());
    store.revoke_viewer_sessions(&channel, &viewer, 5).unwrap();
    let of_version = |version| {
        let subject = Subject::Playback {
            channel: &channel,
            viewer: Some((&viewer, version)),
            single_use: Some(once(1)),
        };
        store.check(&subject).unwrap()
    };
    assert_eq!(of_version(5), Err(Revoked::ViewerSessions { viewer_id: viewer.clone(), up_to: 5 }));
    assert!(server.ttls().iter().all(|(key, _)| !key.starts_with(b"{ivs-token}:used:")));
    assert_eq!(of_version(6), Ok(()));
    assert_eq!(of_version(6), Err(Revoked::AlreadyUsed { uuid: Uuid::from_u128(1) }));
}

/// The spend is sent again after its answer was lost, and finds its own mark: the honest user is let in, once.
#[test]
fn an_answer_that_is_lost_does_not_refuse_the_honest_user() {
    let Some(server) = Server::start() else { return };
    let proxy = Proxy::before(&server);
    let store = proxy.store();
    let (channel, viewer) = (channel(), ViewerId::try_from("ana").unwrap());
    for (uuid, viewer) in [(1, None), (2, Some((&viewer, 1)))] {
        store.ping().unwrap();
        let subject = Subject::Playback { channel: &channel, viewer, single_use: Some(once(uuid)) };
        proxy.lose_next_answer();
        assert_eq!(store.check(&subject).unwrap(), Ok(()));
        assert_eq!(store.check(&subject).unwrap(), Err(Revoked::AlreadyUsed { uuid: Uuid::from_u128(uuid) }));
    }
    assert_eq!(proxy.connections(), 3, "each loss took a new connection");
}

/// A connection that the server closed while it was idle is replaced, and nobody hears of it.
#[test]
fn a_connection_that_went_stale_is_replaced() {
    let Some(server) = Server::start() else { return };
    let proxy = Proxy::before(&server);
    let store = proxy.store();
    let (channel, viewer) = (channel(), ViewerId::try_from("ana").unwrap());
    store.ping().unwrap();
    proxy.cut();
    let revocation =
        Revocation::ViewerSessions { channel: channel.clone(), viewer_id: viewer.clone(), up_to: 3 };
    store.revoke(&revocation).unwrap();
    proxy.cut();
    let subject = Subject::Playback { channel: &channel, viewer: Some((&viewer, 3)), single_use: None };
    assert!(store.check(&subject).unwrap().is_err());
    assert_eq!(proxy.connections(), 3);
}
