//! Three Sentinels that watch a primary and its replica.

use std::time::Duration;

use ivs_token_redis::{RedisStore, WhenAway};

use crate::load::Load;
use crate::support::{Server, wait_until};

fn sentinels(primary: &Server) -> Option<[Server; 3]> {
    let port = primary.address().port();
    let configuration = format!(
        "sentinel monitor main 127.0.0.1 {port} 2\nsentinel down-after-milliseconds main 2000\n\
         sentinel failover-timeout main 3000\n"
    );
    let start = || Server::start_configured(&configuration, &["--sentinel"]);
    let sentinels = [start()?, start()?, start()?];
    for sentinel in &sentinels {
        // Each has found the two others and the replica, by way of the primary.
        wait_until("the Sentinels to find each other", || {
            let [others, replicas] =
                ["SENTINELS", "REPLICAS"].map(|of| sentinel.say(&format!("SENTINEL {of} main")));
            others.matches("last-ok-ping-reply").count() == 2 && replicas.contains("slave-priority")
        });
    }
    Some(sentinels)
}

fn store(sentinels: &[Server], service: &str) -> RedisStore {
    let hosts: Vec<String> = sentinels.iter().map(|sentinel| sentinel.address().to_string()).collect();
    let url = format!("redis-sentinel://{}/1?service={service}", hosts.join(","));
    let time = Duration::from_secs(5);
    let builder = RedisStore::builder(&url, WhenAway::Refuse).connect_timeout(time).response_timeout(time);
    builder.reconnect_pause(Duration::from_millis(5)).replicas(1).build().unwrap()
}

#[test]
fn a_primary_that_dies_under_load_is_followed_by_its_replica() {
    // Each keeps on disk what it acknowledged: Sentinel may promote a primary that has come back.
    let start = || Server::start_with(&["--appendonly", "yes"]);
    let (Some(mut primary), Some(replica)) = (start(), start()) else { return };
    replica.replicate(&primary);
    let Some(mut sentinels) = sentinels(&primary) else { return };
    let said = store(&sentinels, "other").ping().unwrap_err().to_string();
    assert!(said.contains("knows no primary of the name other"), "{said}");
    let stores = [(); 2].map(|()| store(&sentinels, "main"));
    for store in &stores {
        store.ping().unwrap();
    }
    // One Sentinel fewer is a majority still. The first of the URL is gone.
    Load::run(&stores, |load| {
        load.goes_on();
        primary.kill();
        for sentinel in &sentinels {
            let port = replica.address().port().to_string();
            sentinel.wait_for("SENTINEL GET-MASTER-ADDR-BY-NAME main", &port);
        }
        sentinels[0].kill();
        primary.start_again();
        load.goes_on();
    });
}
