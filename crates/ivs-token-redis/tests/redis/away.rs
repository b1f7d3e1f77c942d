//! Redis gives no answer.

use std::io::{Read, Write};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use ivs_token::{Revocation, RevocationStore, SingleUse, StoreError, Subject};
use ivs_token_redis::{RedisStore, WhenAway};
use uuid::Uuid;

use crate::support::{HANGS, Proxy, Server, channel, fake, free_port, patient_with, stage};
use crate::verifiers::{Issuer, code};

/// Reports that can be read.
fn reporting() -> (Arc<Mutex<Vec<StoreError>>>, WhenAway) {
    let reports = Arc::new(Mutex::new(Vec::new()));
    let writer = Arc::clone(&reports);
    (reports, WhenAway::accept(move |error| writer.lock().unwrap().push(error.clone())))
}

#[test]
fn what_happens_while_it_is_away_is_the_users_choice() {
    let Some(mut server) = Server::start() else { return };
    let issuer = Issuer::new();
    let (ana, ben) = (issuer.participant("ana"), issuer.participant("ben"));
    let (reports, accept) = reporting();
    let pause = Duration::from_millis(1);
    let accepting = patient_with(&server.url(), accept).reconnect_pause(pause).build().unwrap();
    let refusing = server.builder().reconnect_pause(pause).build().unwrap();
    let ((accepting_store, accepting), (refusing_store, refusing)) =
        (issuer.verifier(accepting), issuer.verifier(refusing));
    refusing_store.disconnect_participant(&stage(), &"ana".parse().unwrap(), None).unwrap();
    for verifier in [&accepting, &refusing] {
        assert_eq!(code(verifier.verify(&ana)), "PARTICIPANT_DISCONNECTED");
        assert_eq!(code(verifier.verify(&ben)), "good");
    }
    assert_eq!(reports.lock().unwrap().len(), 0);

    server.kill();
    for count in 1..=3 {
        assert_eq!(code(refusing.verify(&ben)), "REVOCATION_UNKNOWN");
        assert_eq!(code(accepting.verify(&ana)), "good", "accepted although revoked: that is the price");
        assert_eq!(reports.lock().unwrap().len(), count, "each time");
    }
    let channel = channel();
    let uuid = Uuid::from_u128(1);
    let single_use = Some(SingleUse::new(uuid, Duration::from_secs(9)));
    let subject = Subject::Playback { channel: &channel, viewer: None, single_use };
    assert_eq!(accepting_store.check_batch(&vec![subject; 3000]).unwrap(), vec![Ok(()); 3000]);
    assert_eq!(reports.lock().unwrap().len(), 4, "a batch is one report");
    assert!(refusing_store.check_batch(&[subject; 3]).is_err());
    // A revocation that is not made is an error, whatever was chosen.
    for store in [&accepting_store, &refusing_store] {
        for unmade in [
            store.delete_stage(&stage()).unwrap_err(),
            store.revoke_batch(&[Revocation::Stage { stage: stage() }]).unwrap_err(),
        ] {
            let start = "a revocation may not have been made, so make it again: Redis at 127.0.0.1:";
            assert!(unmade.message.starts_with(start), "{unmade}");
        }
        assert!(store.ping().is_err());
    }
    assert_eq!(reports.lock().unwrap().len(), 4);
    let said = reports.lock().unwrap()[0].to_string();
    let place = format!("the revocation store failed: Redis at 127.0.0.1:{} ", server.address().port());
    assert!(said.starts_with(&place), "{said}");
}

#[test]
fn an_answer_that_can_not_be_used_is_none() {
    let Some(server) = Server::start() else { return };
    let (reports, accept) = reporting();
    let store = patient_with(&server.url(), accept).build().unwrap();
    let token_ids: Vec<ivs_token::TokenId> = ["a", "b", "c"].map(|id| id.parse().unwrap()).into();
    redis::cmd("RPUSH").arg("{ivs-token}:connection:a").arg("x").exec(&mut server.look()).unwrap();
    store.revoke_connection_token(&token_ids[1]).unwrap();
    let subjects: Vec<_> = token_ids.iter().map(|token_id| Subject::Connection { token_id }).collect();
    let found = store.check_batch(&subjects).unwrap();
    assert!(found[0].is_ok() && found[1].is_err() && found[2].is_ok(), "{found:?}");
    assert_eq!(reports.lock().unwrap().len(), 1, "the answers to the others were good");
}

/// Without a timeout it would be for ever.
const SOON: Duration = HANGS;

fn impatient(url: &str) -> RedisStore {
    let short = Duration::from_millis(250);
    let builder = RedisStore::builder(url, WhenAway::Refuse).connect_timeout(short).response_timeout(short);
    builder.reconnect_pause(Duration::ZERO).build().unwrap()
}

fn error_of(store: &RedisStore) -> String {
    let begun = Instant::now();
    let token_id = "t".parse().unwrap();
    let error = store.check(&Subject::Connection { token_id: &token_id }).unwrap_err().to_string();
    assert!(begun.elapsed() < SOON);
    error
}

#[test]
fn a_server_that_never_answers_is_not_waited_for() {
    let url = fake(|mut client| {
        let _ = client.read_to_end(&mut Vec::new());
    });
    let said = error_of(&impatient(&url));
    assert!(said.ends_with("gave no answer within 250ms: is it overloaded or cut off?"), "{said}");
}

/// Each byte comes in time, and the answer never ends.
#[test]
fn a_server_that_answers_drop_by_drop_is_not_waited_for() {
    let url = fake(|mut client| {
        while client.write_all(b"*").and_then(|()| client.write_all(b"1\r\n")).is_ok() {
            std::thread::sleep(Duration::from_millis(10));
        }
    });
    let said = error_of(&impatient(&url));
    assert!(
        said.contains("gave no answer within 250ms") || said.contains("in no form that Redis uses"),
        "{said}"
    );
    let url = fake(|mut client| {
        let _ = client.write_all(b"$1000000\r\n");
        while client.write_all(b"x").is_ok() {
            std::thread::sleep(Duration::from_millis(10));
        }
    });
    let said = error_of(&impatient(&url));
    assert!(said.contains("gave no answer within 250ms"), "{said}");
}

/// It lets us in, and then takes no more than it can hold.
#[test]
fn a_server_that_stops_reading_is_not_waited_for() {
    let url = fake(|mut client| {
        let _ = client.read(&mut [0; 4096]);
        let _ = client.write_all(b"*0\r\n");
        std::thread::sleep(SOON);
    });
    let store = impatient(&url);
    let channel = channel();
    let viewer = ivs_token::ViewerId::try_from("😀".repeat(40)).unwrap();
    let subject = Subject::Playback { channel: &channel, viewer: Some((&viewer, 1)), single_use: None };
    let begun = Instant::now();
    let said = store.check_batch(&vec![subject; 100_000]).unwrap_err().to_string();
    assert!(begun.elapsed() < SOON, "{said}");
    assert!(said.contains("gave no answer within 250ms"), "{said}");
}

#[test]
#[cfg(unix)]
fn a_unix_socket_that_accepts_nothing_is_not_waited_for() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("redis.sock");
    let _listener = std::os::unix::net::UnixListener::bind(&path).unwrap();
    // Until the queue of those who wait to be accepted is full.
    let mut waiting = Vec::new();
    loop {
        let socket = socket2::Socket::new(socket2::Domain::UNIX, socket2::Type::STREAM, None).unwrap();
        socket.set_nonblocking(true).unwrap();
        if socket.connect(&socket2::SockAddr::unix(&path).unwrap()).is_err() {
            break;
        }
        waiting.push(socket);
    }
    let said = error_of(&impatient(&format!("unix://{}", path.display())));
    assert!(said.contains(&format!("Redis at {} cannot be reached (", path.display())), "{said}");
}

/// A router has forgotten the connections: one check waits in vain, and the next takes a new one.
#[test]
fn one_timeout_is_enough_for_all_idle_connections() {
    let Some(server) = Server::start() else { return };
    let proxy = Proxy::before(&server);
    let store = proxy.builder().response_timeout(Duration::from_secs(5)).build().unwrap();
    let barrier = std::sync::Barrier::new(8);
    while proxy.connections() < 3 {
        std::thread::scope(|scope| {
            for _ in 0..8 {
                scope.spawn(|| {
                    barrier.wait();
                    store.ping().unwrap();
                });
            }
        });
    }
    proxy.freeze();
    let said = store.ping().unwrap_err().to_string();
    assert!(said.contains("gave no answer within 5s"), "{said}");
    store.ping().unwrap();
}

#[test]
fn nobody_tries_again_at_once() {
    let url = format!("redis://127.0.0.1:{}/", free_port());
    let store = RedisStore::builder(&url, WhenAway::Refuse).reconnect_pause(SOON).build().unwrap();
    let said = error_of(&store);
    assert!(said.contains("cannot be reached (") && said.ends_with("is the address right?"), "{said}");
    let said = error_of(&store);
    assert!(
        said.contains(" is not tried again for ") && said.contains(" ms: it cannot be reached ("),
        "{said}"
    );
}
