//! Passwords, users, databases, unix sockets, and servers that are not what they should be.

use std::io::{Read, Write};

use ivs_token::{RevocationStore, Subject};
use ivs_token_redis::{RedisStore, WhenAway};

use crate::support::{Server, fake, patient, stage};

fn refused(url: &str) -> String {
    let error = patient(url).build().unwrap().ping().unwrap_err();
    let said = format!("{error} {error:?}");
    assert!(!said.contains("hunter2"), "{said}");
    error.message
}

#[test]
fn passwords_and_users() {
    let Some(server) = Server::start_with(&[
        "--requirepass",
        "hunter2",
        "--user",
        "ana",
        "on",
        ">hunter2",
        "~{ivs-token}:*",
        "+@all",
    ]) else {
        return;
    };
    let at = server.address();
    for login in [":hunter2", "default:hunter2", "ana:hunter2"] {
        patient(&format!("redis://{login}@{at}/")).build().unwrap().ping().unwrap();
    }
    let wrong = refused(&format!("redis://:hunter23@{at}/"));
    assert!(wrong.ends_with("refused the user or the password of the URL"), "{wrong}");
    let none = refused(&format!("redis://{at}/"));
    assert!(none.ends_with("wants a password: put it in the URL"), "{none}");

    let foreign = patient(&format!("redis://ana:hunter2@{at}/")).prefix("other:").build().unwrap();
    let said = foreign.delete_stage(&stage()).unwrap_err().to_string();
    assert!(said.contains("NOPERM") && said.contains("EVAL on the keys of the prefix"), "{said}");
    let store = patient(&format!("redis://ana:hunter2@{at}/")).build().unwrap();
    store.delete_stage(&stage()).unwrap();
    assert!(!format!("{store:?}").contains("hunter2"), "{store:?}");
}

/// The rights that the README says are enough.
#[test]
fn the_rights_of_the_readme_are_enough() {
    let rights = "--user ivs on >hunter2 ~{ivs-token}:* +hello +select +ping +get +set +pttl +eval";
    let Some(server) = Server::start_with(&rights.split(' ').collect::<Vec<_>>()) else { return };
    let store = patient(&format!("redis://ivs:hunter2@{}/1", server.address())).build().unwrap();
    store.ping().unwrap();
    let (channel, viewer) = (crate::support::channel(), ivs_token::ViewerId::try_from("ana").unwrap());
    store.delete_stage(&stage()).unwrap();
    store.revoke_viewer_sessions(&channel, &viewer, 1).unwrap();
    let once = ivs_token::SingleUse::new(uuid::Uuid::from_u128(1), std::time::Duration::from_secs(60));
    let (participant_id, token_id) = ("p".parse().unwrap(), "t".parse().unwrap());
    let subjects = [
        Subject::Participant { stage: &stage(), participant_id: &participant_id },
        Subject::Connection { token_id: &token_id },
        Subject::Playback { channel: &channel, viewer: Some((&viewer, 2)), single_use: None },
        Subject::Playback { channel: &channel, viewer: None, single_use: Some(once) },
        Subject::Playback { channel: &channel, viewer: Some((&viewer, 2)), single_use: Some(once) },
    ];
    let found = store.check_batch(&subjects).unwrap();
    assert_eq!(found.iter().map(Result::is_ok).collect::<Vec<_>>(), [false, true, true, true, false]);
}

#[test]
fn databases() {
    let Some(server) = Server::start() else { return };
    let at = server.address();
    let [zero, three] = ["0", "3"].map(|db| patient(&format!("redis://{at}/{db}")).build().unwrap());
    zero.delete_stage(&stage()).unwrap();
    let (stage, participant_id) = (stage(), "p".parse().unwrap());
    let subject = Subject::Participant { stage: &stage, participant_id: &participant_id };
    assert!(zero.check(&subject).unwrap().is_err());
    assert_eq!(three.check(&subject).unwrap(), Ok(()));
    let said = refused(&format!("redis://{at}/99"));
    assert!(
        said.contains("refused the database 99 of the URL: answered ERR DB index is out of range"),
        "{said}"
    );
}

#[test]
#[cfg(unix)]
fn unix_sockets() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("r.sock");
    let Some(_server) = Server::start_with(&["--unixsocket", path.to_str().unwrap()]) else { return };
    let store = patient(&format!("unix://{}?db=1", path.display())).build().unwrap();
    store.ping().unwrap();
    store.delete_stage(&stage()).unwrap();
}

#[test]
fn a_replica_is_refused() {
    let Some(primary) = Server::start() else { return };
    let port = primary.address().port().to_string();
    let Some(replica) = Server::start_with(&["--replicaof", "127.0.0.1", &port]) else { return };
    let said = refused(&replica.url());
    assert!(said.ends_with("is a replica: connect to the primary, where revocations are made"), "{said}");
}

#[test]
fn a_cluster_is_named() {
    let Some(server) = Server::start_with(&["--cluster-enabled", "yes"]) else { return };
    let said = server.store().delete_stage(&stage()).unwrap_err().to_string();
    assert!(said.ends_with(": the cluster is not complete, or a failover is going on"), "{said}");
}

/// An old server repeats what it does not understand, and the password with it.
#[test]
fn an_old_server_is_named_and_does_not_tell_the_password() {
    let url = fake(|mut client| {
        let _ = client.read(&mut [0; 4096]);
        let text =
            "-ERR unknown command `HELLO`, with args beginning with: `2`, `AUTH`, `default`, `hunter2`, \r\n";
        let _ = client.write_all(text.as_bytes());
    });
    let said = refused(&url.replace("redis://", "redis://:hunter2@"));
    assert!(said.contains("older than Redis 6.0"), "{said}");
}

#[test]
fn what_is_not_redis_is_named() {
    for (answer, word) in [
        ("HTTP/1.1 400 Bad Request\r\n\r\n", "is it a Redis server?"),
        ("+OK\r\n", "is it a Redis server?"),
        ("-\u{1b}[31m no\r\n", r"refused to let us in (\u{1b}[31m)"),
        ("", "closed the connection"),
    ] {
        let url = fake(move |mut client| {
            let _ = client.read(&mut [0; 4096]);
            let _ = client.write_all(answer.as_bytes());
        });
        let said = refused(&url);
        assert!(said.contains(word), "{said}");
    }
}

#[test]
fn nothing_connects_before_it_is_asked() {
    let store = RedisStore::builder("redis://127.0.0.1:1/", WhenAway::Refuse).build().unwrap();
    assert!(store.ping().is_err());
}
