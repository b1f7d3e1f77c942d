//! A server that is killed and comes back.

use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use ivs_token::{RevocationStore, SingleUse, Subject};
use uuid::Uuid;

use crate::support::{Server, channel, stage, wait_until};
use crate::verifiers::{Issuer, code};

#[test]
fn nothing_that_was_revoked_is_forgotten_and_verifiers_recover_by_themselves() {
    let persistent = ["--appendonly", "yes", "--appendfsync", "always"];
    let Some(mut server) = Server::start_with(&persistent) else { return };
    let issuer = Issuer::new();
    let fast = || server.builder().reconnect_pause(Duration::from_millis(5)).build().unwrap();
    let (store, here) = issuer.verifier(fast());
    let (_, there) = issuer.verifier(fast());
    let channel = channel();
    let tokens: Vec<String> = (0..400).map(|at| issuer.participant(&format!("p{at}"))).collect();

    // Revocations go on all the time, kills or not. Those that were acknowledged count.
    let (revoked, next, stop) = (Mutex::new(Vec::new()), AtomicUsize::new(0), AtomicBool::new(false));
    std::thread::scope(|scope| {
        let (store, revoked, next, stop) = (&store, &revoked, &next, &stop);
        scope.spawn(move || {
            while !stop.load(Ordering::SeqCst) {
                let at = next.load(Ordering::SeqCst);
                if at == tokens_limit() {
                    break;
                }
                // Until it is made: however long the server takes to come back, there are some left.
                if store.disconnect_participant(&stage(), &format!("p{at}").parse().unwrap(), None).is_ok() {
                    revoked.lock().unwrap().push(at);
                    next.fetch_add(1, Ordering::SeqCst);
                }
                std::thread::sleep(Duration::from_millis(1));
            }
        });
        let wait_for = |count: usize| {
            let so_far = revoked.lock().unwrap().len();
            wait_until("more revocations", || revoked.lock().unwrap().len() >= (so_far + count).min(200));
        };
        wait_for(20);
        let spent = SingleUse::new(Uuid::from_u128(1), Duration::from_secs(4200));
        let spent = Subject::Playback { channel: &channel, viewer: None, single_use: Some(spent) };
        assert_eq!(store.check(&spent).unwrap(), Ok(()));
        server.kill();
        let error = here.verify(&tokens[0]).unwrap_err();
        assert_eq!(error.code(), "REVOCATION_UNKNOWN", "{error}");
        server.start_again();
        wait_for(20);
        assert!(store.check(&spent).unwrap().is_err(), "what was spent stays spent");
        stop.store(true, Ordering::SeqCst);
    });

    // The next one may have been made, although nobody was told.
    let (revoked, untouched) = (revoked.into_inner().unwrap(), &tokens[next.load(Ordering::SeqCst) + 1..]);
    assert!(revoked.len() >= 40 && !untouched.is_empty(), "{} and {}", revoked.len(), untouched.len());
    for verifier in [&here, &there] {
        // The first to come may find the door still shut.
        wait_until("an answer", || verifier.verify(&tokens[399]).is_ok());
        for at in &revoked {
            assert_eq!(code(verifier.verify(&tokens[*at])), "PARTICIPANT_DISCONNECTED", "p{at}");
        }
        for token in &untouched[..untouched.len().min(10)] {
            assert_eq!(code(verifier.verify(token)), "good");
        }
    }
    assert!(server.ttls().iter().all(|(_, ttl)| *ttl > 0), "a key without a TTL");
}

/// The last tokens are never revoked.
fn tokens_limit() -> usize {
    390
}
