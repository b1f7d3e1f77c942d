//! Six nodes: three primaries, and a replica of each.

use std::time::Duration;

use ivs_token_redis::{RedisStore, RedisStoreBuilder, WhenAway};

use crate::load::Load;
use crate::support::{Server, stage, wait_until};
use ivs_token::{RevocationStore, Subject};

struct Cluster {
    nodes: Vec<Server>,
    ids: Vec<String>,
    /// The slot of all keys.
    slot: usize,
}

const SLOTS: usize = 16384;

impl Cluster {
    fn start() -> Option<Self> {
        let arguments = [
            "--cluster-enabled yes --cluster-port FREE --cluster-node-timeout 2000 --appendonly yes",
            "--cluster-replica-validity-factor 0 --repl-diskless-sync-delay 0 --repl-ping-replica-period 1",
        ];
        let arguments: Vec<&str> = arguments.iter().flat_map(|line| line.split(' ')).collect();
        let nodes: Vec<Server> = (0..6).map(|_| Server::start_with(&arguments)).collect::<Option<_>>()?;
        let ids = nodes.iter().map(|node| node.say("CLUSTER MYID")).collect();
        let slot = nodes[0].say("CLUSTER KEYSLOT {ivs-token}:").parse().unwrap();
        let cluster = Self { nodes, ids, slot };
        cluster.meet();
        Some(cluster)
    }

    fn meet(&self) {
        for (at, node) in self.nodes.iter().enumerate() {
            node.say(&format!("CLUSTER SET-CONFIG-EPOCH {}", at + 1));
            if at < 3 {
                let (first, end) = (at * SLOTS / 3, (at + 1) * SLOTS / 3);
                node.say(&format!("CLUSTER ADDSLOTSRANGE {first} {}", end - 1));
            }
            let bus = node.say("CONFIG GET cluster-port");
            let bus: String = bus
                .chars()
                .rev()
                .skip_while(|c| !c.is_ascii_digit())
                .take_while(char::is_ascii_digit)
                .collect();
            let bus: String = bus.chars().rev().collect();
            if at > 0 {
                self.nodes[0].say(&format!("CLUSTER MEET 127.0.0.1 {} {bus}", node.address().port()));
            }
        }
        for node in &self.nodes {
            node.wait_for("CLUSTER INFO", "cluster_known_nodes:6");
        }
        for at in 3..6 {
            let replicate = format!("CLUSTER REPLICATE {}", self.ids[at - 3]);
            wait_until("a replica", || self.nodes[at].say(&replicate) == "ok");
        }
        for node in &self.nodes {
            node.wait_for("CLUSTER INFO", "cluster_state:ok");
            wait_until("three replicas", || node.say("CLUSTER NODES").matches("slave ").count() == 3);
        }
        for replica in &self.nodes[3..] {
            replica.wait_for("INFO replication", "master_link_status:up");
        }
    }

    /// The node that has the keys, as the others say.
    fn owner(&self) -> usize {
        self.slot * 3 / SLOTS
    }

    fn builder(&self, seeds: &[usize]) -> RedisStoreBuilder {
        let hosts: Vec<String> = seeds.iter().map(|at| self.nodes[*at].address().to_string()).collect();
        let time = Duration::from_secs(3);
        RedisStore::builder(&format!("redis-cluster://{}", hosts.join(",")), WhenAway::Refuse)
            .connect_timeout(time)
            .response_timeout(time)
            .reconnect_pause(Duration::from_millis(5))
    }

    /// Moves the slot with its keys, some at a time. `half_way` runs when some are here and some there.
    fn move_slot(&self, from: usize, to: usize, half_way: impl FnOnce()) {
        let (slot, source, target) = (self.slot, &self.nodes[from], &self.nodes[to]);
        let said = target.say(&format!("CLUSTER SETSLOT {slot} IMPORTING {}", self.ids[from]));
        assert!(said == "ok", "{said}");
        let said = source.say(&format!("CLUSTER SETSLOT {slot} MIGRATING {}", self.ids[to]));
        assert!(said == "ok", "{said}");
        let mut half_way = Some(half_way);
        loop {
            let mut look = source.look();
            let keys: Vec<Vec<u8>> =
                redis::cmd("CLUSTER").arg("GETKEYSINSLOT").arg(slot).arg(7).query(&mut look).unwrap();
            if keys.is_empty() {
                break;
            }
            let mut migrate = redis::cmd("MIGRATE");
            migrate
                .arg("127.0.0.1")
                .arg(target.address().port())
                .arg("")
                .arg(0)
                .arg(20_000)
                .arg("KEYS")
                .arg(keys);
            migrate.exec(&mut look).unwrap();
            if let Some(half_way) = half_way.take() {
                half_way();
            }
        }
        for node in [target, source].into_iter().chain(&self.nodes) {
            node.say(&format!("CLUSTER SETSLOT {slot} NODE {}", self.ids[to]));
        }
    }
}

#[test]
fn a_slot_that_moves_and_a_node_that_dies_under_load_change_no_answer() {
    let Some(mut cluster) = Cluster::start() else { return };
    let (owner, other) = (cluster.owner(), (cluster.owner() + 1) % 3);
    // One knows only a node that has none of the keys, the other only the node that will die.
    let stores = [[owner + 3], [other]].map(|seeds| cluster.builder(&seeds).replicas(1).build().unwrap());
    for store in &stores {
        store.ping().unwrap();
    }
    Load::run(&stores, |load| {
        load.goes_on();
        cluster.move_slot(owner, other, || load.goes_on_without_viewers());
        // Whoever asks the old owner follows at once, and not when the connection to it is a minute old. A busy machine may be
        // too late with an answer, now and then.
        let (stage, nobody) = (stage(), "nobody".parse().unwrap());
        for store in &stores {
            let subject = Subject::Participant { stage: &stage, participant_id: &nobody };
            assert!((0..20).any(|_| matches!(store.check(&subject), Ok(Ok(())))));
        }
        load.goes_on();
        cluster.nodes[other].kill();
        cluster.nodes[other + 3].wait_for("INFO replication", "role:master");
        // It comes back, and is made a replica of the one that was its own.
        cluster.nodes[other].start_again();
        load.goes_on();
    });
    cluster.nodes[other].wait_for("INFO replication", "master_link_status:up");
}

#[test]
fn a_cluster_wants_a_hash_tag_and_says_what_it_lacks() {
    for prefix in ["ivs-token:", "{}x", "}x{", "{x"] {
        let builder = RedisStore::builder("redis-cluster://127.0.0.1", WhenAway::Refuse).prefix(prefix);
        assert_eq!(builder.build().unwrap_err().code(), "hash_tag", "{prefix}");
    }
    let Some(server) = Server::start_with(&["--cluster-enabled", "yes", "--cluster-port", "FREE"]) else {
        return;
    };
    let store = RedisStore::builder(&format!("redis-cluster://{}", server.address()), WhenAway::Refuse);
    let store = store.connect_timeout(Duration::from_secs(20)).build().unwrap();
    let said = store.delete_stage(&stage()).unwrap_err().to_string();
    assert!(said.contains("CLUSTERDOWN") && said.contains("the cluster is not complete"), "{said}");
    // A server that is no cluster is the owner of all.
    let Some(alone) = Server::start() else { return };
    RedisStore::builder(&format!("redis-cluster://{}", alone.address()), WhenAway::Refuse)
        .connect_timeout(Duration::from_secs(20))
        .response_timeout(Duration::from_secs(20))
        .build()
        .unwrap()
        .ping()
        .unwrap();
}
