use serde_json::{Value, json};

use super::World;
use crate::settings::Settings;

impl World {
    fn channel(&self, input: &Value) -> String {
        self.make("CreateChannel", "channel", input)
    }

    fn live(&self, channel: &str, how: &Value) -> (u16, Value) {
        self.control("POST", &format!("channels/{channel}/live"), how)
    }

    fn session(&self, channel: &str) -> Value {
        self.call("GetStreamSession", &json!({ "channelArn": channel }))["streamSession"].take()
    }

    /// The names of the events of the last session, the oldest first.
    fn events(&self, channel: &str) -> Vec<String> {
        let session = self.session(channel);
        let events = session["truncatedEvents"].as_array().unwrap().iter().rev();
        events.map(|event| event["name"].as_str().unwrap().to_owned()).collect()
    }
}

#[test]
fn a_channel_goes_live_and_ends() {
    let world = World::new();
    let channel = world.channel(&json!({ "name": "c" }));
    let of = json!({ "channelArn": channel });
    for operation in ["GetStream", "StopStream"] {
        assert_eq!(world.refused(operation, &of), "ChannelNotBroadcasting");
    }
    let (status, answer) = world.live(&channel, &json!({ "viewers": 3 }));
    assert_eq!(status, 200, "{answer}");
    let stream = &world.call("GetStream", &of)["stream"];
    let expected = ("LIVE", "HEALTHY", 3, "2026-01-02T03:04:05Z");
    let text = |name: &str| stream[name].as_str().unwrap();
    assert_eq!(
        (text("state"), text("health"), stream["viewerCount"].as_i64().unwrap(), text("startTime")),
        expected
    );
    assert_eq!(text("streamId").len(), 26);
    assert!(text("playbackUrl").contains(".channel."), "{stream}");
    assert_eq!(world.call("ListStreams", &json!({}))["streams"].as_array().unwrap().len(), 1);
    world.advance(60.0);
    world.call("StopStream", &of);
    assert_eq!(world.refused("GetStream", &of), "ChannelNotBroadcasting");
    let session = world.session(&channel);
    assert_eq!(session["endTime"], "2026-01-02T03:05:05Z");
    assert_eq!(session["channel"]["name"], "c");
    assert_eq!(world.events(&channel), ["Session Created", "Stream Start", "Stream End", "Session Ended"]);
}

#[test]
fn get_stream_session_gives_the_last_one_and_each_by_its_id() {
    let world = World::new();
    let channel = world.channel(&json!({}));
    let mut ids = Vec::new();
    for _ in 0..6 {
        let (_, answer) = world.live(&channel, &json!({}));
        ids.push(answer["stream"]["streamId"].clone());
        world.advance(1.0);
        assert_eq!(world.session(&channel)["streamId"], ids[ids.len() - 1]);
        assert_eq!(world.control("DELETE", &format!("channels/{channel}/live"), &json!({})).0, 200);
    }
    for id in &ids {
        let input = json!({ "channelArn": channel, "streamId": id });
        assert_eq!(&world.call("GetStreamSession", &input)["streamSession"]["streamId"], id);
    }
    let listed = world.call("ListStreamSessions", &json!({ "channelArn": channel }));
    assert_eq!(listed["streamSessions"].as_array().unwrap().len(), 6);
}

#[test]
fn a_live_channel_can_not_be_updated_or_deleted() {
    let world = World::new();
    let channel = world.channel(&json!({}));
    world.live(&channel, &json!({}));
    for operation in ["UpdateChannel", "DeleteChannel"] {
        assert_eq!(world.refused(operation, &json!({ "arn": channel })), "ConflictException");
    }
    world.call("StopStream", &json!({ "channelArn": channel }));
    for operation in ["UpdateChannel", "DeleteChannel"] {
        world.call(operation, &json!({ "arn": channel }));
    }
}

#[test]
fn starvation_shows_in_health_lists_and_events() {
    let world = World::new();
    let channel = world.channel(&json!({}));
    world.live(&channel, &json!({}));
    let starving = |world: &World| {
        let listed = world.call("ListStreams", &json!({ "filterBy": { "health": "STARVING" } }));
        listed["streams"].as_array().unwrap().len()
    };
    for (health, count) in [("STARVING", 1), ("STARVING", 1), ("HEALTHY", 0), ("UNKNOWN", 0)] {
        assert_eq!(world.live(&channel, &json!({ "health": health })).0, 200);
        let stream = world.call("GetStream", &json!({ "channelArn": channel }));
        assert_eq!(stream["stream"]["health"], health);
        assert_eq!(starving(&world), count, "{health}");
    }
    assert_eq!(
        world.events(&channel),
        ["Session Created", "Stream Start", "Starvation Start", "Starvation End"]
    );
    let listed = world.call("ListStreamSessions", &json!({ "channelArn": channel }));
    assert_eq!(listed["streamSessions"][0]["hasErrorEvent"], true);
}

#[test]
fn a_second_encoder_needs_a_takeover() {
    let world = World::new();
    let channel = world.channel(&json!({}));
    let (_, first) = world.live(&channel, &json!({}));
    let (status, answer) = world.live(&channel, &json!({}));
    assert_eq!((status, &answer["code"]), (409, &json!("ConflictException")));
    let (status, second) = world.live(&channel, &json!({ "takeover": true }));
    assert_eq!(status, 200);
    assert_eq!(second["stream"]["streamId"], first["stream"]["streamId"]);
    assert_eq!(world.events(&channel).last().unwrap(), "Stream Takeover");
}

#[test]
fn a_takeover_fails_without_a_higher_priority_too_often_and_on_demand() {
    let quotas = [("streamTakeovers".to_owned(), 2)].into();
    let world = World::with(Settings { quotas, ..Settings::default() });
    let channel = world.channel(&json!({}));
    world.live(&channel, &json!({ "priority": 5 }));
    for (how, code) in [
        (json!({ "takeover": true }), "StreamTakeoverInvalidPriority"),
        (json!({ "takeover": true, "priority": 5 }), "StreamTakeoverInvalidPriority"),
        (json!({ "takeover": true, "priority": 2_147_483_648_u32 }), "StreamTakeoverInvalidPriority"),
        (json!({ "takeover": true, "priority": 6 }), ""),
        (json!({ "takeover": "StreamTakeoverMediaMismatch", "priority": 7 }), "StreamTakeoverMediaMismatch"),
        (json!({ "takeover": true, "priority": 7 }), ""),
        (json!({ "takeover": true, "priority": 8 }), "StreamTakeoverLimitBreached"),
    ] {
        let (status, answer) = world.live(&channel, &how);
        assert_eq!(status, if code.is_empty() { 200 } else { 409 }, "{how}: {answer}");
        let session = world.session(&channel);
        let last = &session["truncatedEvents"][0];
        let name = if code.is_empty() { "Stream Takeover" } else { "Stream Takeover Failure" };
        assert_eq!((&last["name"], last["code"].as_str().unwrap_or_default()), (&json!(name), code));
        // EventBridge was told the same.
        let told = world.told("IVS Stream State Change");
        let told = &told.last().unwrap()["detail"];
        assert_eq!((&told["event_name"], told["code"].as_str().unwrap_or_default()), (&json!(name), code));
    }
}

#[test]
fn viewers_with_an_id_are_counted_until_their_sessions_are_revoked() {
    let world = World::new();
    let channel = world.channel(&json!({}));
    let viewer = |id: &str, version: i64| {
        let body = json!({ "viewerId": id, "version": version });
        world.control("POST", &format!("channels/{channel}/viewers"), &body)
    };
    let count = || {
        let stream = world.call("GetStream", &json!({ "channelArn": channel }));
        stream["stream"]["viewerCount"].as_u64().unwrap()
    };
    assert_eq!(viewer("ana", 1).0, 404, "an idle channel has no viewers");
    world.live(&channel, &json!({ "viewers": 10 }));
    assert_eq!(viewer("ana", 1), (200, json!({ "viewerCount": 11 })));
    assert_eq!(viewer("bo", 5).0, 200);
    assert_eq!(viewer("cy", 0).0, 200);
    assert_eq!(count(), 13);
    let revocation = |id: &str, version: i64| json!({ "channelArn": channel, "viewerId": id, "viewerSessionVersionsLessThanOrEqualTo": version });
    world.call("StartViewerSessionRevocation", &revocation("bo", 4));
    assert_eq!(count(), 13, "the session of bo has a later version");
    let sessions = json!({ "viewerSessions": [revocation("bo", 5), revocation("ana", 9)] });
    assert_eq!(world.call("BatchStartViewerSessionRevocation", &sessions)["errors"], json!([]));
    assert_eq!(count(), 11);
    assert_eq!(viewer("ana", 9).0, 403);
    assert_eq!(viewer("ana", 10).0, 200);
    let gone = |id: &str| world.control("DELETE", &format!("channels/{channel}/viewers/{id}"), &json!({})).0;
    assert_eq!((gone("cy"), gone("cy")), (200, 404));
    assert_eq!(count(), 11);
}

#[test]
fn passed_limits_are_told() {
    let quotas = [("concurrentStreams".to_owned(), 1), ("concurrentViews".to_owned(), 20)].into();
    let world = World::with(Settings { quotas, ..Settings::default() });
    let (one, other) = (world.channel(&json!({ "name": "one" })), world.channel(&json!({})));
    world.live(&one, &json!({ "bitrate": 8_500_000, "resolution": "1920x1080", "viewers": 20 }));
    assert_eq!(world.told("IVS Limit Breach"), [] as [Value; 0]);
    assert_eq!(world.live(&other, &json!({})).1["code"], "ServiceQuotaExceededException");
    world.live(&one, &json!({ "bitrate": 9_000_000, "resolution": "2560x1440", "viewers": 25 }));
    let told = world.told("IVS Limit Breach");
    let shown = told.iter().map(|event| {
        let detail = &event["detail"];
        let of = event["resources"].as_array().unwrap().len();
        (detail["limit_name"].as_str().unwrap(), detail["exceeded_by"].as_i64().unwrap(), of)
    });
    assert_eq!(
        shown.collect::<Vec<_>>(),
        [
            ("Concurrent Broadcasts", 1, 0),
            ("Concurrent Viewers", 5, 0),
            ("Ingest Bitrate", 500_000, 1),
            ("Ingest Resolution", 2560 * 1440 - 1920 * 1080, 1),
        ]
    );
    assert_eq!(told[2]["detail"]["channel_name"], "one");
    let video = world.session(&one)["ingestConfiguration"]["video"].take();
    assert_eq!((&video["targetBitrate"], &video["videoHeight"]), (&json!(9_000_000), &json!(1440)));
}

/// The units of the user guide.
#[test]
fn a_picture_is_too_large_by_all_its_pixels_or_by_an_edge() {
    for (size, beyond) in [
        ("1920x1080", None),
        ("1080x1920", None),
        ("2560x400", Some((json!(1920), json!(640), json!("pixels per edge")))),
        ("400x1921", Some((json!(1920), json!(1), json!("pixels per edge")))),
        ("1920x1082", Some((json!(1920 * 1080), json!(3840), json!("total pixels")))),
    ] {
        let world = World::new();
        world.live(&world.channel(&json!({})), &json!({ "resolution": size }));
        let mut told = world.told("IVS Limit Breach");
        assert!(told.len() < 2, "{told:?}");
        let told = told.pop().map(|mut event| {
            let mut of = |name: &str| event["detail"][name].take();
            (of("limit_value"), of("exceeded_by"), of("limit_unit"))
        });
        assert_eq!(told, beyond, "{size}");
    }
}

#[test]
fn the_member_with_the_name_of_a_limit_is_the_one_that_was_chosen() {
    for (choice, members) in [("limit_name", [true, false]), ("limit", [false, true]), ("both", [true, true])]
    {
        let mut settings = Settings::default();
        settings.assumptions.set("limit-member", choice).unwrap();
        let world = World::with(settings);
        world.live(&world.channel(&json!({})), &json!({ "bitrate": 9_000_000 }));
        let told = world.told("IVS Limit Breach");
        let has = ["limit_name", "limit"].map(|name| told[0]["detail"][name] == "Ingest Bitrate");
        assert_eq!(has, members, "{choice}");
    }
}

#[test]
fn ad_breaks_do_not_overlap() {
    let world = World::new();
    let ads = world.make("CreateAdConfiguration", "adConfiguration", &json!({
        "mediaTailorPlaybackConfigurations": [{
            "playbackConfigurationArn": "arn:aws:mediatailor:us-west-2:123456789012:playbackConfiguration/x"
        }]
    }));
    let channel = world.channel(&json!({ "adConfigurationArn": ads }));
    world.live(&channel, &json!({}));
    let ad = |seconds: u64, at: &str, id: &str| {
        let mut input = json!({ "channelArn": channel, "durationSeconds": seconds });
        for (name, value) in [("targetStartAt", at), ("adBreakId", id)] {
            if !value.is_empty() {
                input[name] = value.into();
            }
        }
        world.0.run("InsertAdBreak", "us-west-2", &input).map_err(|error| error.code())
    };
    // From 03:04:05 to 03:04:35, and from 03:05:05 to 03:05:35.
    assert!(ad(30, "", "firstAdBreak").is_ok());
    assert_eq!(ad(30, "", "").unwrap_err(), "ConflictException");
    assert!(ad(30, "2026-01-02T03:05:05Z", "").is_ok());
    assert_eq!(ad(60, "2026-01-02T03:04:35Z", "").unwrap_err(), "ConflictException");
    assert_eq!(
        ad(30, "2026-01-02T04:04:35Z", "firstAdBreak").unwrap_err(),
        "ConflictException",
        "the same ID"
    );
    assert!(ad(30, "2026-01-02T03:04:35Z", "").is_ok(), "the one ends where the other begins");
    world.advance(90.0);
    assert!(ad(30, "", "firstAdBreak").is_ok());
}

#[test]
fn an_encoder_with_a_wrong_key_is_refused() {
    let world = World::new();
    let made = world.call("CreateChannel", &json!({}));
    let channel = made["channel"]["arn"].as_str().unwrap();
    assert_eq!(world.live(channel, &json!({ "streamKey": "sk_x" })).0, 400);
    assert_eq!(world.live(channel, &json!({ "streamKey": made["streamKey"]["value"] })).0, 200);
}

#[test]
fn what_is_no_broadcast_is_refused_in_words() {
    let world = World::new();
    let channel = world.channel(&json!({}));
    for (body, words) in [
        (json!({ "watchers": 1 }), "no member watchers"),
        (json!({ "viewers": -1 }), "whole number"),
        (json!({ "health": "ILL" }), "STARVING"),
        (json!({ "takeover": 1 }), "true or false"),
        (json!({ "streamKey": 1 }), "a text"),
    ] {
        let (status, answer) = world.live(&channel, &body);
        assert_eq!(status, 400, "{body}");
        assert!(answer["message"].as_str().unwrap().contains(words), "{body}: {answer}");
    }
    assert_eq!(world.live("arn:aws:s3/x", &json!({})).0, 400);
    let gone = channel.replace(&channel[channel.len() - 12..], "abcdefabcdef");
    assert_eq!(world.live(&gone, &json!({})).0, 404);
}

#[test]
fn the_quota_of_streams_holds() {
    let quotas = std::collections::BTreeMap::from([("concurrentStreams".to_owned(), 1)]);
    let world = World::with(Settings { quotas, ..Settings::default() });
    let (one, other) = (world.channel(&json!({})), world.channel(&json!({})));
    assert_eq!(world.live(&one, &json!({})).0, 200);
    let (_, answer) = world.live(&other, &json!({}));
    assert_eq!(answer["code"], "ServiceQuotaExceededException");
}

#[test]
fn metadata_and_ad_breaks_need_a_live_channel() {
    let world = World::new();
    let ads = world.make("CreateAdConfiguration", "adConfiguration", &json!({
        "mediaTailorPlaybackConfigurations": [{
            "playbackConfigurationArn": "arn:aws:mediatailor:us-west-2:123456789012:playbackConfiguration/x"
        }]
    }));
    let (with, without) = (world.channel(&json!({ "adConfigurationArn": ads })), world.channel(&json!({})));
    let metadata = |channel: &str| json!({ "channelArn": channel, "metadata": "x" });
    let ad = |channel: &str| json!({ "channelArn": channel, "durationSeconds": 30 });
    assert_eq!(world.refused("PutMetadata", &metadata(&with)), "ChannelNotBroadcasting");
    assert_eq!(world.refused("InsertAdBreak", &ad(&with)), "ChannelNotBroadcasting");
    for channel in [&with, &without] {
        world.live(channel, &json!({}));
        world.call("PutMetadata", &metadata(channel));
    }
    let answer = world.call("InsertAdBreak", &ad(&with));
    assert_eq!(answer["targetStartAt"], "2026-01-02T03:04:05Z");
    assert_eq!(answer["adBreakId"].as_str().unwrap().len(), 12);
    assert_eq!(world.refused("InsertAdBreak", &ad(&without)), "ConflictException");
    let mut settings = Settings::default();
    settings.assumptions.set("ad-break", "accept").unwrap();
    let world = World::with(settings);
    let without = world.channel(&json!({}));
    world.live(&without, &json!({}));
    world.call("InsertAdBreak", &ad(&without));
}

#[test]
fn a_recording_goes_on_when_the_stream_comes_back_within_the_window() {
    let world = World::new();
    let recording = world.make(
        "CreateRecordingConfiguration",
        "recordingConfiguration",
        &json!({
            "destinationConfiguration": { "s3": { "bucketName": "bucket" } },
            "recordingReconnectWindowSeconds": 60,
        }),
    );
    let channel = world.channel(&json!({ "recordingConfigurationArn": recording }));
    let kept = |world: &World| {
        let found = world.0.store().scan("123456789012/us-west-2/channel-recording/", "", 9).unwrap();
        found.into_iter().map(|(_, entry)| (*entry.value).clone()).next()
    };
    world.live(&channel, &json!({}));
    assert_eq!(world.session(&channel)["recordingConfiguration"]["arn"], recording.as_str());
    assert_eq!(world.events(&channel)[2], "Recording Start");
    let prefix = kept(&world).unwrap()["prefix"].clone();
    assert!(prefix.as_str().unwrap().starts_with("ivs/v1/123456789012/"), "{prefix}");
    assert!(prefix.as_str().unwrap().contains("/2026/1/2/3/4/"), "{prefix}");
    let stop = json!({ "channelArn": channel });
    world.call("StopStream", &stop);
    world.advance(59.0);
    world.live(&channel, &json!({}));
    // The window of the first stream runs out, and does not matter any more.
    world.advance(2.0);
    assert_eq!(kept(&world).unwrap()["prefix"], prefix);
    assert_eq!(kept(&world).unwrap()["streams"].as_array().unwrap().len(), 2);
    world.call("StopStream", &stop);
    world.advance(59.0);
    assert!(kept(&world).is_some());
    world.advance(1.0);
    assert_eq!(kept(&world), None);
}

/// Players are not in the state, and those who went without a word do not count against the limit.
#[test]
fn the_account_is_told_of_viewers_who_are_there_now() {
    let quotas = [("concurrentViews".to_owned(), 4)].into();
    let world = World::with(Settings { quotas, ..Settings::default() });
    let channels = [world.channel(&json!({})), world.channel(&json!({}))];
    let streams = channels.each_ref().map(|channel| {
        let (_, answer) = world.live(channel, &json!({ "viewers": 1 }));
        answer["stream"]["streamId"].as_str().unwrap().to_owned()
    });
    let audience = &world.0.keeper().environment.audience;
    let watch =
        |session: &str| audience.watch(&streams[0], session, None, (world.0.keeper().clock.now(), 30_000));
    let told = || world.told("IVS Limit Breach");
    assert!(watch("a") && watch("b") && !watch("b"));
    let viewers = |channel: &str, viewers: u64| {
        world.live(channel, &json!({ "viewers": viewers })).1["stream"]["viewerCount"].clone()
    };
    assert_eq!(viewers(&channels[0], 0), 2, "the answer has the players, too");
    world.advance(30.0);
    assert_eq!(viewers(&channels[1], 4), 4);
    assert_eq!(told(), [] as [Value; 0], "the players have gone");
    assert!(watch("a"));
    assert_eq!(viewers(&channels[1], 5), 5);
    let breach = &told()[0]["detail"];
    assert_eq!((&breach["limit_name"], &breach["exceeded_by"]), (&json!("Concurrent Viewers"), &json!(2)));
    // A clock that is moved back leaves none behind who come later.
    world.control("POST", "clock", &json!({ "freeze": "2026-01-02T03:04:05Z" }));
    assert_eq!(viewers(&channels[0], 0), 0);
}

/// The window of a recording begins with the end of its stream, whatever fails in it.
#[test]
fn a_failure_on_an_idle_channel_does_not_begin_the_reconnect_window_anew() {
    let world = World::new();
    let input = json!({
        "destinationConfiguration": { "s3": { "bucketName": "bucket" } },
        "recordingReconnectWindowSeconds": 60,
    });
    let configuration = world.make("CreateRecordingConfiguration", "recordingConfiguration", &input);
    let channel = world.channel(&json!({ "recordingConfigurationArn": configuration }));
    world.live(&channel, &json!({}));
    world.advance(10.0);
    world.call("StopStream", &json!({ "channelArn": channel }));
    world.advance(50.0);
    world.live(&channel, &json!({ "failure": "TranscodeCapacityExceeded" }));
    let ended = || {
        let told = world.told("IVS Recording State Change");
        told.into_iter().find(|event| event["detail"]["recording_status"] == "Recording End")
    };
    world.advance(9.0);
    assert_eq!(ended(), None);
    world.advance(1.0);
    assert_eq!(ended().unwrap()["detail"]["recording_duration_ms"], 10_000);
}

/// Whoever restores a state may have written any number into it, and left out what need not be there.
#[test]
fn what_a_state_says_of_streams_may_be_any_number() {
    use crate::life::{channel_recording, viewers};
    let world = World::new();
    let channel = world.channel(&json!({}));
    assert_eq!(world.live(&channel, &json!({})).0, 200);
    let place = crate::arn::Arn::parse(&channel).unwrap();
    let tried = world.0.change(place.account, place.region, |view| {
        for id in ["a", "b", "c"] {
            let key = view.key("stream", id);
            view.writes.push((key, Some(json!({ "viewerCount": u64::MAX }))));
        }
        let mut stream = crate::kinds::Record::from_iter([("streamId".to_owned(), json!("st-x"))]);
        viewers::set_unknown(view, &mut stream, u64::MAX)?;
        assert_eq!(stream["viewerCount"], u64::MAX);
        let key = view.of_stage("channel-recording", &channel, &[]);
        let mut kept = json!({ "window": i64::MAX, "begunAt": i64::MIN });
        view.writes.push((key.clone(), Some(kept.clone())));
        channel_recording::pause(view, &channel)?;
        kept["pausedAt"] = i64::MAX.into();
        view.writes.push((key.clone(), Some(kept.clone())));
        channel_recording::end(view, &channel)?;
        (kept["window"], kept["pausedAt"]) = (0.into(), 0.into());
        view.writes.push((key.clone(), Some(kept)));
        channel_recording::end(view, &channel)?;
        assert_eq!(view.get(&key)?, None, "it has ended");
        // None of it is to be kept.
        Err::<(), _>(crate::view::not_found("nothing"))
    });
    assert_eq!(tried.unwrap_err().code(), "ResourceNotFoundException");
}
