//! A primary that becomes a replica, and an address that leads elsewhere.

use std::io::{Read, Write};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use ivs_token::{RevocationStore, Revoked, SingleUse, Subject};
use ivs_token_redis::{RedisStore, WhenAway};
use uuid::Uuid;

use crate::load::Load;
use crate::support::{Proxy, Server, channel, fake, free_port, patient_with, stage, wait_until};

/// The old primary is a replica of nobody who answers: it never hears of what is revoked.
fn demote(server: &Server) {
    let said = server.say(&format!("REPLICAOF 127.0.0.1 {}", free_port()));
    assert!(said == "ok", "{said}");
}

fn promote(server: &Server) {
    let said = server.say("REPLICAOF NO ONE");
    assert!(said == "ok", "{said}");
}

fn store_at(endpoint: &Proxy, when_away: WhenAway) -> RedisStore {
    patient_with(&endpoint.url(), when_away).reconnect_pause(Duration::ZERO).build().unwrap()
}

#[test]
fn a_demoted_primary_is_left() {
    let (Some(old), Some(new)) = (Server::start(), Server::start()) else { return };
    new.replicate(&old);
    let endpoint = Proxy::before(&old);
    let refusing = store_at(&endpoint, WhenAway::Refuse);
    let accepting = store_at(&endpoint, WhenAway::accept(|error| panic!("nobody is away: {error}")));
    for store in [&refusing, &accepting] {
        store.ping().unwrap();
    }
    promote(&new);
    demote(&old);

    // As long as the address leads to it, nobody takes it for the primary.
    let said = refusing.ping().unwrap_err().to_string();
    assert!(said.ends_with("is a replica: connect to the primary, where revocations are made"), "{said}");
    endpoint.lead_to(&new);
    refusing.ping().unwrap();

    // A write on a connection to the old primary is made on the new one.
    let channel = channel();
    let once = Some(SingleUse::new(Uuid::from_u128(1), Duration::from_secs(4200)));
    let subject = Subject::Playback { channel: &channel, viewer: None, single_use: once };
    assert_eq!(accepting.check(&subject).unwrap(), Ok(()));
    let used = Err(Revoked::AlreadyUsed { uuid: Uuid::from_u128(1) });
    assert_eq!(accepting.check(&subject).unwrap(), used);
    assert_eq!(refusing.check(&subject).unwrap(), used);
}

/// The old primary answers reads as before: only its role tells.
#[test]
fn a_store_that_only_reads_leaves_a_demoted_primary() {
    let (Some(old), Some(new)) = (Server::start(), Server::start()) else { return };
    new.replicate(&old);
    let endpoint = Proxy::before(&old);
    let store = store_at(&endpoint, WhenAway::Refuse);
    let (stage, participant_id) = (stage(), "ana".parse().unwrap());
    let ana = Subject::Participant { stage: &stage, participant_id: &participant_id };
    assert_eq!(store.check(&ana).unwrap(), Ok(()));
    promote(&new);
    demote(&old);
    endpoint.lead_to(&new);
    new.store().disconnect_participant(&stage, &participant_id, None).unwrap();
    // It is never idle for so long that its connection would be replaced for that.
    let hellos = endpoint.hellos();
    wait_until("ana to be refused", || store.check(&ana).unwrap().is_err());
    assert_eq!(endpoint.connections(), 2);
    // The first look at the role was the last, and the other is that of the new connection. A connection that ended because it was a
    // minute old would not have been looked at, or many times.
    assert_eq!(endpoint.hellos() - hellos, 2);
}

#[test]
fn a_revocation_is_made_on_the_new_primary() {
    let (Some(old), Some(new)) = (Server::start(), Server::start()) else { return };
    new.replicate(&old);
    let endpoint = Proxy::before(&old);
    let store = store_at(&endpoint, WhenAway::Refuse);
    store.ping().unwrap();
    promote(&new);
    demote(&old);
    endpoint.lead_to(&new);
    store.delete_stage(&stage()).unwrap();
    assert_eq!(new.ttls().len(), 1);
    assert_eq!(old.ttls().len(), 0);
}

/// Redis' own `FAILOVER` loses nothing that was acknowledged.
#[test]
fn a_failover_under_load_loses_nothing() {
    let (Some(old), Some(new)) = (Server::start(), Server::start()) else { return };
    new.replicate(&old);
    let endpoint = Proxy::before(&old);
    let stores = [(); 2].map(|()| store_at(&endpoint, WhenAway::Refuse));
    Load::run(&stores, |load| {
        load.goes_on();
        // A replica whose link is up is not yet online for its primary, which would refuse.
        old.wait_for("INFO replication", "state=online");
        let said = old.say(&format!("FAILOVER TO 127.0.0.1 {}", new.address().port()));
        assert!(said == "ok", "{said}");
        new.wait_for("INFO replication", "role:master");
        endpoint.lead_to(&new);
        load.goes_on();
        old.wait_for("INFO replication", "master_link_status:up");
        // And back.
        new.wait_for("INFO replication", "state=online");
        let said = new.say(&format!("FAILOVER TO 127.0.0.1 {}", old.address().port()));
        assert!(said == "ok", "{said}");
        old.wait_for("INFO replication", "role:master");
        endpoint.lead_to(&old);
        load.goes_on();
    });
}

/// A server that cannot serve now: one connection after another is closed, and the question asked again once.
#[test]
fn what_can_not_serve_is_left_at_once() {
    for refusal in [
        "-READONLY You can't write against a read only replica.",
        "-MASTERDOWN Link with MASTER is down and replica-serve-stale-data is set to 'no'.",
        "-LOADING Redis is loading the dataset in memory",
        "-NOAUTH Authentication required.",
        "-ERR Error running script (call to f_1): @user_script: 4: -READONLY You can't write against a read only replica.",
    ] {
        let connections = Arc::new(AtomicUsize::new(0));
        let counted = Arc::clone(&connections);
        let url = fake(move |mut client| {
            let first = counted.fetch_add(1, Ordering::SeqCst) == 0;
            let mut answers = ["*0", "$-1", if first { refusal } else { "$-1" }].into_iter();
            while client.read(&mut [0; 4096]).is_ok_and(|read| read > 0) {
                let answer = answers.next().unwrap_or("$-1");
                client.write_all(format!("{answer}\r\n").as_bytes()).unwrap();
            }
        });
        let store = crate::support::patient(&url).build().unwrap();
        let token_id = "t".parse().unwrap();
        for _ in 0..3 {
            assert_eq!(
                store.check(&Subject::Connection { token_id: &token_id }).unwrap(),
                Ok(()),
                "{refusal}"
            );
        }
        assert_eq!(connections.load(Ordering::SeqCst), 2, "{refusal}");
    }
}

/// With `replicas`, what no replica has does not count.
#[test]
fn what_replicas_do_not_have_is_not_made() {
    let (Some(primary), Some(replica)) = (Server::start(), Server::start()) else { return };
    // Redis waits for three quarters of it, and has the rest to say so.
    let store = primary.builder().response_timeout(Duration::from_secs(8)).replicas(1).build().unwrap();
    let said = store.delete_stage(&stage()).unwrap_err().to_string();
    assert!(said.contains("did it, but 0 of 1 replicas have it"), "{said}");
    let store = primary.builder().replicas(1).build().unwrap();
    replica.replicate(&primary);
    store.delete_stage(&stage()).unwrap();
    let channel = channel();
    let once = Some(SingleUse::new(Uuid::from_u128(1), Duration::from_secs(4200)));
    let subject = Subject::Playback { channel: &channel, viewer: None, single_use: once };
    assert_eq!(store.check(&subject).unwrap(), Ok(()));
    assert!(store.check(&subject).unwrap().is_err());
    // All that was acknowledged is there already.
    assert_eq!(replica.ttls().len(), 2);
}
