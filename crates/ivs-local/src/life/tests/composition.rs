use serde_json::{Value, json};

use super::counting::counted;
use super::{BEGIN, World};
use crate::settings::Settings;
use crate::timer::Timer;

impl World {
    fn shown(&self, arn: &str) -> Value {
        self.call("GetComposition", &json!({ "arn": arn }))["composition"].take()
    }

    fn state(&self, arn: &str) -> [String; 2] {
        let shown = self.shown(arn);
        [&shown["state"], &shown["destinations"][0]["state"]].map(|state| state.as_str().unwrap().to_owned())
    }

    /// A stage with somebody who publishes.
    fn published(&self) -> (String, String) {
        let stage = self.stage();
        let id = self.join(&stage, &json!({}));
        self.on_stage("POST", &stage, &format!("{id}/publish"));
        (stage, id)
    }
}

#[test]
fn a_composition_without_participants_ends_after_a_minute() {
    let world = World::new();
    let arn = world.composition(&world.stage());
    world.advance(59.999);
    assert_eq!(world.state(&arn), ["STARTING", "STARTING"]);
    world.advance(0.001);
    assert_eq!(world.state(&arn), ["STOPPED", "STOPPED"]);
    assert_eq!(world.shown(&arn)["endTime"], "2026-01-02T03:05:05Z");
}

#[test]
fn a_composition_is_active_while_somebody_publishes_and_a_minute_longer() {
    let world = World::new();
    let (stage, id) = world.published();
    let arn = world.composition(&stage);
    world.advance(1.0);
    assert_eq!(world.state(&arn), ["ACTIVE", "ACTIVE"]);
    world.advance(3600.0);
    let publish = format!("{id}/publish");
    // A pause of less than a minute does not matter.
    world.on_stage("DELETE", &stage, &publish);
    world.advance(59.0);
    world.on_stage("POST", &stage, &publish);
    world.advance(60.0);
    assert_eq!(world.state(&arn), ["ACTIVE", "ACTIVE"]);
    world.on_stage("DELETE", &stage, &publish);
    world.advance(59.0);
    assert_eq!(world.state(&arn), ["ACTIVE", "ACTIVE"]);
    world.advance(1.0);
    assert_eq!(world.state(&arn), ["STOPPED", "STOPPED"]);
}

#[test]
fn a_composition_begins_with_the_first_publisher() {
    let world = World::new();
    let stage = world.stage();
    let arn = world.composition(&stage);
    let id = world.join(&stage, &json!({}));
    world.advance(30.0);
    assert_eq!(world.state(&arn), ["STARTING", "STARTING"]);
    world.on_stage("POST", &stage, &format!("{id}/publish"));
    assert_eq!(world.state(&arn), ["ACTIVE", "ACTIVE"]);
    // One who leaves does not publish any more.
    world.on_stage("DELETE", &stage, &id);
    world.advance(60.0);
    assert_eq!(world.state(&arn), ["STOPPED", "STOPPED"]);
}

#[test]
fn a_composition_lasts_a_day() {
    let world = World::new();
    let stage = world.stage();
    let token = json!({ "duration": 20_160 });
    let id = world.join(&stage, &token);
    world.on_stage("POST", &stage, &format!("{id}/publish"));
    let arn = world.composition(&stage);
    world.advance(86_399.0);
    assert_eq!(world.state(&arn), ["ACTIVE", "ACTIVE"]);
    world.advance(1.0);
    assert_eq!(world.state(&arn), ["STOPPED", "STOPPED"]);
}

#[test]
fn a_composition_ends_with_its_stage_and_is_gone_after_five_minutes() {
    let world = World::new();
    let (stage, _) = world.published();
    let arn = world.composition(&stage);
    world.call("DeleteStage", &json!({ "arn": stage }));
    assert_eq!(world.state(&arn), ["STOPPED", "STOPPED"]);
    world.advance(299.0);
    assert_eq!(world.state(&arn)[0], "STOPPED");
    world.advance(1.0);
    assert_eq!(world.refused("GetComposition", &json!({ "arn": arn })), "ResourceNotFoundException");
    let listed = world.call("ListCompositions", &json!({}));
    assert_eq!(listed["compositions"].as_array().unwrap().len(), 0);
}

#[test]
fn starting_and_stopping_take_as_long_as_was_chosen() {
    let mut settings = Settings::default();
    settings.assumptions.set("starting-time", "2000").unwrap();
    settings.assumptions.set("stopping-time", "5000").unwrap();
    let world = World::with(settings);
    let (stage, _) = world.published();
    let arn = world.composition(&stage);
    world.advance(1.0);
    assert_eq!(world.state(&arn), ["STARTING", "STARTING"]);
    world.advance(1.0);
    assert_eq!(world.state(&arn), ["ACTIVE", "ACTIVE"]);
    world.call("StopComposition", &json!({ "arn": arn }));
    world.advance(4.0);
    assert_eq!(world.state(&arn), ["STOPPING", "STOPPING"]);
    world.advance(1.0);
    assert_eq!(world.state(&arn), ["STOPPED", "STOPPED"]);
}

/// Whatever ends it: an operation, its stage, that nobody publishes any more or ever did, and its age.
#[test]
fn every_composition_that_ends_is_stopping_for_as_long_as_was_chosen() {
    let mut settings = Settings::default();
    settings.assumptions.set("stopping-time", "60000").unwrap();
    for end in ["StopComposition", "DeleteStage", "unpublished", "never published", "a day"] {
        let world = World::with(settings.clone());
        let stage = world.stage();
        let id = world.join(&stage, &json!({ "duration": 20_160 }));
        let publish = format!("{id}/publish");
        if end != "never published" {
            world.on_stage("POST", &stage, &publish);
        }
        let arn = world.composition(&stage);
        world.advance(0.0);
        match end {
            "StopComposition" => drop(world.call(end, &json!({ "arn": arn }))),
            "DeleteStage" => drop(world.call(end, &json!({ "arn": stage }))),
            "unpublished" => {
                world.on_stage("DELETE", &stage, &publish);
                world.advance(60.0);
            }
            "never published" => drop(world.advance(60.0)),
            _ => drop(world.advance(86_400.0)),
        }
        let ends = || {
            let told = world.told("IVS Composition State Change");
            told.iter().filter(|event| event["detail"]["event_name"] == "Session End").count()
        };
        assert_eq!((world.state(&arn), ends()), (["STOPPING", "STOPPING"].map(str::to_owned), 0), "{end}");
        world.advance(59.0);
        assert_eq!(world.state(&arn), ["STOPPING", "STOPPING"], "{end}");
        if end != "DeleteStage" {
            // What ends already does not end anew.
            world.call("DeleteStage", &json!({ "arn": stage }));
        }
        world.advance(1.0);
        assert_eq!((world.state(&arn), ends()), (["STOPPED", "STOPPED"].map(str::to_owned), 1), "{end}");
        let channel = world.shown(&arn)["destinations"][0]["configuration"]["channel"]["channelArn"].take();
        assert_eq!(world.refused("GetStream", &json!({ "channelArn": channel })), "ChannelNotBroadcasting");
        world.advance(299.0);
        assert_eq!(world.state(&arn)[0], "STOPPED", "{end}");
        world.advance(1.0);
        assert_eq!(world.refused("GetComposition", &json!({ "arn": arn })), "ResourceNotFoundException");
    }
}

#[test]
fn a_composition_fails_with_its_stage_if_that_was_chosen() {
    let mut settings = Settings::default();
    settings.assumptions.set("stage-deleted", "fail").unwrap();
    let world = World::with(settings);
    let (stage, _) = world.published();
    let arn = world.composition(&stage);
    world.advance(0.0);
    world.call("DeleteStage", &json!({ "arn": stage }));
    assert_eq!(world.state(&arn), ["FAILED", "STOPPED"]);
    let told = world.told("IVS Composition State Change");
    let detail = &told.last().unwrap()["detail"];
    assert_eq!(
        (&detail["event_name"], &detail["error_code"]),
        (&json!("Session Failure"), &json!("StageDeleted"))
    );
    assert_eq!(world.call("ListStreams", &json!({}))["streams"], json!([]));
}

/// Codes and words of the user guide.
#[test]
fn compositions_and_destinations_fail_with_the_code_that_is_asked_for() {
    for (code, reason) in [
        ("ResourceNotFoundException", "S3 bucket not found. Please verify your bucket exists."),
        ("AccessDeniedException", "Access denied to S3 bucket. Please verify your bucket policy."),
        ("ConflictException", "Stream already exists"),
        ("InternalServerException", "Service internal error"),
    ] {
        let world = World::new();
        let (stage, _) = world.published();
        let arn = world.composition(&stage);
        world.advance(0.0);
        let id = world.shown(&arn)["destinations"][0]["id"].as_str().unwrap().to_owned();
        let path = format!("compositions/{arn}/destinations/{id}");
        let (status, answer) = world.control("POST", &path, &json!({ "state": "FAILED", "errorCode": code }));
        assert_eq!(status, 200, "{answer}");
        let told = world.told("IVS Composition State Change");
        let [failed, session] = [2, 1].map(|place| &told[told.len() - place]["detail"]);
        assert_eq!((&failed["event_name"], &failed["id"]), (&json!("Destination Failure"), &json!(id)));
        assert_eq!((&failed["error_code"], &failed["reason"]), (&json!(code), &json!(reason)));
        assert_eq!(
            (&session["error_code"], &session["reason"]),
            (&json!("DestinationFailure"), &json!("One or more outputs failed"))
        );
    }
    for (code, reason) in [
        ("StageDeleted", "Stage has been deleted"),
        ("DestinationFailure", "One or more outputs failed"),
        ("InternalServerException", "Service internal error"),
    ] {
        let world = World::new();
        let (stage, _) = world.published();
        let arn = world.composition(&stage);
        world.advance(0.0);
        let path = format!("compositions/{arn}/state");
        let fail = json!({ "state": "FAILED", "errorCode": code });
        assert_eq!(world.control("POST", &path, &fail).0, 200);
        assert_eq!(world.state(&arn), ["FAILED", "STOPPED"]);
        assert_eq!(world.control("POST", &path, &fail).0, 409, "it has ended");
        let told = world.told("IVS Composition State Change");
        let detail = &told.last().unwrap()["detail"];
        assert_eq!(detail["event_name"], "Session Failure");
        assert_eq!((&detail["error_code"], &detail["reason"]), (&json!(code), &json!(reason)));
        let before = &told[told.len() - 2]["detail"];
        assert_eq!(before["event_name"], "Destination End", "what has started ends");
        assert_eq!(before["id"], world.shown(&arn)["destinations"][0]["id"]);
        assert_eq!(world.call("ListStreams", &json!({}))["streams"], json!([]), "its channel is free");
        for (path, body, words) in [
            (
                path.clone(),
                json!({ "state": "FAILED", "errorCode": "Nope" }),
                "StageDeleted, DestinationFailure",
            ),
            (path.clone(), json!({ "state": "ACTIVE" }), "state must be FAILED"),
            (path.clone(), json!({ "state": "FAILED", "code": code }), "`code` is not a member"),
            (
                format!("compositions/{arn}/destinations/x"),
                json!({ "state": "ACTIVE", "errorCode": "ConflictException" }),
                "for the state FAILED",
            ),
        ] {
            let (status, answer) = world.control("POST", &path, &body);
            assert!(status == 400 && answer["message"].as_str().unwrap().contains(words), "{answer}");
        }
    }
}

/// No event of a destination has the code of a quota.
#[test]
fn a_destination_beyond_the_quota_of_streams_fails_with_a_documented_code() {
    let world =
        World::with(Settings { quotas: [("concurrentStreams".to_owned(), 0)].into(), ..Settings::default() });
    let (stage, _) = world.published();
    let arn = world.composition(&stage);
    world.advance(0.0);
    assert_eq!(world.state(&arn), ["FAILED", "FAILED"]);
    let told = world.told("IVS Composition State Change");
    let failure = told.iter().find(|event| event["detail"]["event_name"] == "Destination Failure").unwrap();
    let detail = &failure["detail"];
    assert_eq!(
        (&detail["error_code"], &detail["reason"]),
        (&json!("InternalServerException"), &json!("Service internal error"))
    );
    assert!(
        told.iter().all(|event| event["detail"]["event_name"] != "Destination End"),
        "it had not started"
    );
}

/// Who published was on the server that had the state before.
#[test]
fn a_composition_of_a_restored_state_ends_though_nobody_is_there_to_leave() {
    let world = World::new();
    let (stage, _) = world.published();
    let arn = world.composition(&stage);
    world.advance(1.0);
    let kept = world.0.snapshot().unwrap();
    world.0.restore(&kept).unwrap();
    world.advance(59.0);
    assert_eq!(world.state(&arn), ["ACTIVE", "ACTIVE"]);
    world.advance(1.0);
    assert_eq!(world.state(&arn), ["STOPPED", "STOPPED"]);
}

#[test]
fn the_same_idempotency_token_shows_the_composition_as_it_is_now() {
    let mut settings = Settings::default();
    settings.assumptions.set("stopping-time", "5000").unwrap();
    let world = World::with(settings);
    let (stage, _) = world.published();
    let channel = world.make("CreateChannel", "channel", &json!({}));
    let input = json!({
        "stageArn": stage,
        "idempotencyToken": "once",
        "destinations": [{ "channel": { "channelArn": channel } }],
    });
    let start = || world.call("StartComposition", &input)["composition"].take();
    let arn = start()["arn"].as_str().unwrap().to_owned();
    world.advance(0.0);
    world.call("StopComposition", &json!({ "arn": arn }));
    let again = start();
    assert_eq!((&again["state"], again.get("endTime")), (&json!("STOPPING"), None));
    assert_eq!(again, world.shown(&arn));
}

#[test]
fn a_composition_that_is_stopping_can_not_fail() {
    let mut settings = Settings::default();
    settings.assumptions.set("stopping-time", "5000").unwrap();
    let world = World::with(settings);
    let (stage, _) = world.published();
    let arn = world.composition(&stage);
    world.advance(0.0);
    world.call("StopComposition", &json!({ "arn": arn }));
    for words in ["is STOPPING", "has ended"] {
        let (status, answer) =
            world.control("POST", &format!("compositions/{arn}/state"), &json!({ "state": "FAILED" }));
        assert_eq!(status, 409);
        assert!(answer["message"].as_str().unwrap().contains(words), "{answer}");
        world.advance(5.0);
    }
}

#[test]
fn a_composition_lives_on_while_one_destination_is_active() {
    let world = World::new();
    let (stage, _) = world.published();
    let storage = json!({ "s3": { "bucketName": "bucket" } });
    let storage = world.make("CreateStorageConfiguration", "storageConfiguration", &storage);
    let encoder = world.make("CreateEncoderConfiguration", "encoderConfiguration", &json!({}));
    let channel = world.make("CreateChannel", "channel", &json!({}));
    let arn = world.make(
        "StartComposition",
        "composition",
        &json!({
            "stageArn": stage,
            "destinations": [
                { "channel": { "channelArn": channel } },
                { "s3": { "storageConfigurationArn": storage, "encoderConfigurationArns": [encoder] } },
            ],
        }),
    );
    world.advance(1.0);
    let shown = world.shown(&arn);
    let ids = [0, 1].map(|place| shown["destinations"][place]["id"].as_str().unwrap().to_owned());
    let strike = |id: &str, state: &str| {
        world.control("POST", &format!("compositions/{arn}/destinations/{id}"), &json!({ "state": state }))
    };
    assert_eq!(strike(&ids[0], "RECONNECTING").0, 200);
    assert_eq!(world.state(&arn), ["ACTIVE", "RECONNECTING"]);
    assert_eq!(strike(&ids[0], "RECONNECTING").0, 409);
    assert_eq!(strike(&ids[0], "ACTIVE").0, 200);
    assert_eq!(strike(&ids[0], "FAILED").0, 200);
    assert_eq!(world.state(&arn), ["ACTIVE", "FAILED"]);
    assert_eq!(strike(&ids[0], "ACTIVE").0, 409);
    assert_eq!(strike("nobody", "ACTIVE").0, 404);
    assert_eq!(strike(&ids[1], "odd").0, 400);
    assert_eq!(strike(&ids[1], "FAILED").0, 200);
    assert_eq!(world.state(&arn), ["FAILED", "FAILED"]);
    assert_eq!(strike(&ids[1], "ACTIVE").0, 409);
    // It does not hold what it used any more.
    world.call("DeleteStorageConfiguration", &json!({ "arn": storage }));
}

#[test]
fn a_composition_makes_its_channel_live_and_names_the_prefix_of_its_recording() {
    let world = World::new();
    let (stage, _) = world.published();
    let storage = json!({ "s3": { "bucketName": "bucket" } });
    let storage = world.make("CreateStorageConfiguration", "storageConfiguration", &storage);
    let encoder = world.make("CreateEncoderConfiguration", "encoderConfiguration", &json!({}));
    let channel = world.make("CreateChannel", "channel", &json!({}));
    let of = json!({ "channelArn": channel });
    let input = json!({
        "stageArn": stage,
        "destinations": [
            { "channel": { "channelArn": channel } },
            { "s3": { "storageConfigurationArn": storage, "encoderConfigurationArns": [encoder] } },
        ],
    });
    let start = || {
        let arn = world.make("StartComposition", "composition", &input);
        world.advance(0.0);
        arn
    };
    let arn = start();
    assert_eq!(world.call("GetStream", &of)["stream"]["state"], "LIVE");
    let recorded = &world.shown(&arn)["destinations"][1];
    let last = |arn: &str| arn.rsplit('/').next().unwrap().to_owned();
    let id = recorded["id"].as_str().unwrap();
    let prefix = format!("{}/{}/{id}/composite", last(&stage), last(&arn));
    assert_eq!(recorded["detail"]["s3"]["recordingPrefix"], prefix);
    // The channel is taken: the output of a second one to it fails, and that to S3 goes on.
    let second = start();
    assert_eq!(world.state(&second), ["ACTIVE", "FAILED"]);
    let told = world.told("IVS Composition State Change");
    let failure = told.iter().find(|event| event["detail"]["event_name"] == "Destination Failure").unwrap();
    assert_eq!(failure["detail"]["error_code"], "ConflictException");
    world.call("StopComposition", &json!({ "arn": second }));
    assert_eq!(world.call("GetStream", &of)["stream"]["state"], "LIVE", "it is not that of the second");
    world.call("StopComposition", &json!({ "arn": arn }));
    assert_eq!(world.refused("GetStream", &of), "ChannelNotBroadcasting");
    // A channel that is live in another way is not taken over either.
    world.control("POST", &format!("channels/{channel}/live"), &json!({}));
    let third = start();
    assert_eq!(world.state(&third), ["ACTIVE", "FAILED"]);
    world.call("StopComposition", &json!({ "arn": third }));
    assert_eq!(world.call("GetStream", &of)["stream"]["state"], "LIVE");
}

/// A year of timers of so many compositions: how many ran, and how many records were read for them.
fn year(compositions: usize) -> (usize, usize) {
    let quotas = [("compositions", 1000), ("compositionsPerStage", 1000), ("channels", 10)];
    let quotas = quotas.map(|(name, limit)| (name.to_owned(), limit)).into();
    let (world, store) = counted(Settings { freeze: Some(BEGIN), quotas, ..Settings::default() });
    let stage = world.stage();
    let channel = world.make("CreateChannel", "channel", &json!({}));
    let input = json!({ "stageArn": stage, "destinations": [{ "channel": { "channelArn": channel } }] });
    world.call("StartComposition", &input);
    // The quotas are counted over all, which takes long for so many: these are copies of the first.
    let copied = world.0.change("123456789012", "us-west-2", |view| {
        let mut record = view.all("composition")?.remove(0);
        for place in 1..compositions as u64 {
            let arn = view.arn("composition", &format!("copy{place:08}"));
            record.insert("arn".into(), arn.clone().into());
            view.writes
                .push((view.key("composition", &format!("copy{place:08}")), Some(record.clone().into())));
            for after in [0, 60_000, 86_400_000] {
                let key = crate::timer::key_of(view.now + after, 1_000_000 + place, 0);
                let timer = Timer::Composition { arn: arn.clone() };
                view.writes.push((key, Some(timer.to_record(view.account, view.region).into())));
            }
        }
        Ok(())
    });
    copied.unwrap();
    let before = store.read();
    let fired = world.advance(365.0 * 86_400.0)["fired"].as_u64().unwrap();
    let read = store.read() - before;
    assert_eq!(world.0.store().count("123456789012/us-west-2/composition/").unwrap(), 0);
    (usize::try_from(fired).unwrap(), read)
}

/// However many compositions there are, a timer looks at its own alone. How long that takes depends on the machine;
/// what is read for it does not.
#[test]
fn a_year_of_timers_of_a_thousand_compositions_reads_as_much_for_each_as_one_of_ten() {
    let [(few, read_for_few), (many, read_for_many)] = [10, 1000].map(year);
    // The first looked at its stage before the others were there. Each goes for good five minutes after its end.
    assert_eq!([few, many], [10 * 4 - 1, 1000 * 4 - 1]);
    let of_each = |read: usize, timers: usize| read.div_ceil(timers);
    assert!(
        of_each(read_for_many, many) <= of_each(read_for_few, few) + 1,
        "{read_for_many} records for {many} timers, {read_for_few} for {few}"
    );
}
