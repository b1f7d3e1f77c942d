"""What only a living server answers, through boto3: a channel that goes live and is recorded, people on a stage, compositions of it
whose outputs break, a participant on two stages, an encoder that is recorded, and what falls due when the clock moves.

The endpoints, the region and the access key come from the environment; the life comes from the server's own requests.
"""

import json
import os
import sys
import urllib.request

import boto3
from botocore.config import Config

ADS = "arn:aws:mediatailor:us-west-2:123456789012:playbackConfiguration/lives"
SERVER = os.environ["AWS_ENDPOINT_URL_IVS"]


def control(method, path, body=None):
    """A request to the server itself: the answer's JSON."""
    request = urllib.request.Request(f"{SERVER}/_ivs/{path}", json.dumps(body or {}).encode(), method=method)
    with urllib.request.urlopen(request) as answer:
        return json.loads(answer.read() or "null")


def advance(seconds):
    """Moves the clock, on which signatures do not depend: how many timers ran."""
    return control("POST", "clock", {"advance": seconds})["fired"]


def details(kind):
    """The details of the events of a type that this account was told of."""
    account = os.environ["AWS_ACCESS_KEY_ID"]
    with urllib.request.urlopen(f"{SERVER}/_ivs/events?account={account}") as answer:
        events = [json.loads(line) for line in answer]
    return [event["detail"] for event in events if event["detail-type"] == kind]


def code_of(call, **arguments):
    """The code of the error that a call ends with; None if it is answered."""
    try:
        call(**arguments)
    except call.__self__.exceptions.ClientError as error:
        return error.response["Error"]["Code"]
    return None


def refusal(call, **arguments):
    """The code of the error that a call must end with."""
    code = code_of(call, **arguments)
    assert code, f"{call.__name__} was answered"
    return code


def stream(ivs):
    ads = {"mediaTailorPlaybackConfigurations": [{"playbackConfigurationArn": ADS}]}
    ads = ivs.create_ad_configuration(**ads)["adConfiguration"]["arn"]
    channel = ivs.create_channel(name="lives", adConfigurationArn=ads)["channel"]["arn"]
    assert refusal(ivs.get_stream, channelArn=channel) == "ChannelNotBroadcasting"
    control("POST", f"channels/{channel}/live", {"viewers": 12})
    shown = ivs.get_stream(channelArn=channel)["stream"]
    assert (shown["state"], shown["health"], shown["viewerCount"]) == ("LIVE", "HEALTHY", 12), shown
    assert [one["channelArn"] for one in ivs.list_streams()["streams"]] == [channel]
    assert ivs.get_stream_session(channelArn=channel)["streamSession"]["streamId"] == shown["streamId"]
    ivs.put_metadata(channelArn=channel, metadata="goal")
    assert refusal(ivs.put_metadata, channelArn=channel, metadata="x" * 1025) == "ValidationException"
    assert ivs.insert_ad_break(channelArn=channel, durationSeconds=30)["adBreakId"]
    assert refusal(ivs.insert_ad_break, channelArn=channel, durationSeconds=30) == "ConflictException"
    for version in (1, 2):
        control("POST", f"channels/{channel}/viewers", {"viewerId": f"viewer{version}", "version": version})
    assert ivs.get_stream(channelArn=channel)["stream"]["viewerCount"] == 14
    of = {"channelArn": channel, "viewerSessionVersionsLessThanOrEqualTo": 1}
    revoked = [{**of, "viewerId": f"viewer{version}"} for version in (1, 2)]
    assert ivs.batch_start_viewer_session_revocation(viewerSessions=revoked)["errors"] == []
    assert ivs.get_stream(channelArn=channel)["stream"]["viewerCount"] == 13
    control("POST", f"channels/{channel}/live", {"takeover": True})
    newest = ivs.get_stream_session(channelArn=channel)["streamSession"]["truncatedEvents"][0]
    assert newest["name"] == "Stream Takeover", newest
    control("POST", "rates", {"rates": "on"})
    metadata = {"channelArn": channel, "metadata": "goal"}
    codes = [code_of(ivs.put_metadata, **metadata) for _ in range(8)]
    control("POST", "rates", {"rates": "off"})
    assert codes[0] is None and "ThrottlingException" in codes, codes
    control("POST", f"channels/{channel}/live", {"health": "STARVING"})
    assert ivs.list_streams(filterBy={"health": "STARVING"})["streams"]
    assert refusal(ivs.delete_channel, arn=channel) == "ConflictException"
    ivs.stop_stream(channelArn=channel)
    assert refusal(ivs.stop_stream, channelArn=channel) == "ChannelNotBroadcasting"
    session = ivs.get_stream_session(channelArn=channel)["streamSession"]
    assert session["endTime"] >= session["startTime"]
    ivs.delete_channel(arn=channel)
    ivs.delete_ad_configuration(arn=ads)


def stage(real_time):
    stage = real_time.create_stage(name="lives")["stage"]["arn"]
    ana = control("POST", f"stages/{stage}/participants", {"userId": "ana"})["participantId"]
    control("POST", f"stages/{stage}/participants/{ana}/publish")
    session = real_time.get_stage(arn=stage)["stage"]["activeSessionId"]
    of = {"stageArn": stage, "sessionId": session}
    assert real_time.get_stage_session(**of)["stageSession"]["sessionId"] == session
    shown = real_time.get_participant(**of, participantId=ana)["participant"]
    assert (shown["userId"], shown["state"], shown["published"]) == ("ana", "CONNECTED", True), shown
    assert [one["participantId"] for one in real_time.list_participants(**of)["participants"]] == [ana]

    storage = real_time.create_storage_configuration(s3={"bucketName": "lives"})["storageConfiguration"]["arn"]
    s3 = {"storageConfigurationArn": storage, "encoderConfigurationArns": [encoder(real_time)]}
    ivs = boto3.client("ivs")
    channel = ivs.create_channel(name="lives")["channel"]["arn"]
    outputs = [{"s3": s3}, {"channel": {"channelArn": channel}}]
    composition = real_time.start_composition(stageArn=stage, destinations=outputs)["composition"]["arn"]
    shown = real_time.get_composition(arn=composition)["composition"]
    assert shown["state"] == "ACTIVE", shown
    assert shown["destinations"][0]["detail"]["s3"]["recordingPrefix"].endswith("/composite"), shown
    assert ivs.get_stream(channelArn=channel)["stream"]["state"] == "LIVE"
    assert refusal(real_time.delete_storage_configuration, arn=storage) == "ConflictException"
    real_time.stop_composition(arn=composition)
    assert real_time.get_composition(arn=composition)["composition"]["state"] in ("STOPPING", "STOPPED")
    assert refusal(ivs.get_stream, channelArn=channel) == "ChannelNotBroadcasting"
    ivs.delete_channel(arn=channel)

    real_time.disconnect_participant(stageArn=stage, participantId=ana, reason="enough")
    assert real_time.get_participant(**of, participantId=ana)["participant"]["state"] == "DISCONNECTED"
    told = [one["name"] for one in real_time.list_participant_events(**of, participantId=ana)["events"]]
    assert told[:2] == ["JOINED", "PUBLISH_STARTED"] and "LEFT" in told, told
    real_time.delete_stage(arn=stage)


def replication(real_time):
    source, destination = (real_time.create_stage(name="lives")["stage"]["arn"] for _ in range(2))
    ana = control("POST", f"stages/{source}/participants", {"userId": "ana"})["participantId"]
    copy = {"sourceStageArn": source, "destinationStageArn": destination, "participantId": ana}
    assert refusal(real_time.start_participant_replication, **copy) == "ConflictException"
    control("POST", f"stages/{source}/participants/{ana}/publish")
    real_time.start_participant_replication(**copy, reconnectWindowSeconds=30, attributes={"seat": "2"})
    session = real_time.get_stage(arn=destination)["stage"]["activeSessionId"]
    on = {"stageArn": destination, "sessionId": session, "participantId": ana}
    shown = real_time.get_participant(**on)["participant"]
    assert (shown["replicationType"], shown["replicationState"]) == ("REPLICA", "ACTIVE"), shown
    assert (shown["sourceStageArn"], shown["attributes"]) == (source, {"seat": "2"}), shown
    of = {"sourceStageArn": source, "participantId": ana}
    replicas = real_time.list_participant_replicas(**of)["replicas"]
    assert [one["destinationSessionId"] for one in replicas] == [session], replicas
    real_time.stop_participant_replication(**copy)
    assert real_time.list_participant_replicas(**of)["replicas"][0]["replicationState"] == "STOPPED"
    assert real_time.get_participant(**on)["participant"]["state"] == "DISCONNECTED"
    assert refusal(real_time.stop_participant_replication, **copy) == "ResourceNotFoundException"
    for stage in (source, destination):
        real_time.delete_stage(arn=stage)


def ingest(real_time):
    storage = real_time.create_storage_configuration(s3={"bucketName": "lives"})["storageConfiguration"]["arn"]
    recording = {"storageConfigurationArn": storage}
    made = real_time.create_stage(name="lives", autoParticipantRecordingConfiguration=recording)
    stage = made["stage"]["arn"]
    made = real_time.create_ingest_configuration(stageArn=stage, ingestProtocol="RTMPS", userId="obs")
    made = made["ingestConfiguration"]
    arn, encoder = made["arn"], made["participantId"]
    control("POST", f"ingest-configurations/{arn}/publish", {"streamKey": made["streamKey"]})
    assert real_time.list_ingest_configurations(filterByState="ACTIVE")["ingestConfigurations"][0]["arn"] == arn
    session = real_time.get_stage(arn=stage)["stage"]["activeSessionId"]
    on = {"stageArn": stage, "sessionId": session, "participantId": encoder}
    shown = real_time.get_participant(**on)["participant"]
    assert (shown["protocol"], shown["ingestConfigurationArn"]) == ("RTMPS", arn), shown
    assert (shown["recordingState"], shown["recordingS3BucketName"]) == ("ACTIVE", "lives"), shown
    assert shown["recordingS3Prefix"].count("/") == 3, shown
    for call in (real_time.update_ingest_configuration, real_time.delete_ingest_configuration):
        assert refusal(call, arn=arn) == "ConflictException"
    real_time.delete_ingest_configuration(arn=arn, force=True)
    shown = real_time.get_participant(**on)["participant"]
    assert (shown["state"], shown["recordingState"]) == ("DISCONNECTED", "STOPPED"), shown
    real_time.delete_stage(arn=stage)
    real_time.delete_storage_configuration(arn=storage)


def channel_recording(ivs):
    control("POST", "clock", {"freeze": True})
    to = {"destinationConfiguration": {"s3": {"bucketName": "lives"}}, "recordingReconnectWindowSeconds": 30}
    arn = ivs.create_recording_configuration(**to)["recordingConfiguration"]["arn"]

    def state():
        return ivs.get_recording_configuration(arn=arn)["recordingConfiguration"]["state"]

    assert state() == "CREATING"
    advance(10)
    assert state() == "ACTIVE"
    channel = ivs.create_channel(name="recorded", recordingConfigurationArn=arn)["channel"]["arn"]
    assert refusal(ivs.delete_recording_configuration, arn=arn) == "ConflictException"

    def told():
        mine = [one for one in details("IVS Recording State Change") if one["channel_name"] == "recorded"]
        return [one["recording_status"] for one in mine], mine

    streams = []
    # The second stream comes back within the window, and goes on with the recording.
    for pause in (29, 30):
        control("POST", f"channels/{channel}/live")
        streams.append(ivs.get_stream(channelArn=channel)["stream"]["streamId"])
        advance(60)
        ivs.stop_stream(channelArn=channel)
        assert told()[0] == ["Recording Start"], told()
        advance(pause)
    names, mine = told()
    assert names == ["Recording Start", "Recording End"], names
    assert mine[1]["recording_session_stream_ids"] == streams, mine
    assert mine[1]["recording_duration_ms"] == (60 + 29 + 60) * 1000, mine
    assert {one["recording_session_id"] for one in mine} == {mine[0]["recording_session_id"]}, mine
    control("POST", f"recording-configurations/{arn}/state", {"state": "CREATE_FAILED"})
    assert state() == "CREATE_FAILED"
    control("POST", f"channels/{channel}/live")
    assert told()[0][2:] == ["Recording Start Failure"], told()
    ivs.stop_stream(channelArn=channel)
    ivs.delete_channel(arn=channel)
    ivs.delete_recording_configuration(arn=arn)
    control("POST", "clock", {"real": True})


def broken_outputs(real_time):
    control("POST", "clock", {"freeze": True})
    ivs = boto3.client("ivs")
    stage = real_time.create_stage(name="lives")["stage"]["arn"]
    channel = ivs.create_channel(name="lives")["channel"]["arn"]
    ana = control("POST", f"stages/{stage}/participants", {"userId": "ana"})["participantId"]
    control("POST", f"stages/{stage}/participants/{ana}/publish")
    storage = real_time.create_storage_configuration(s3={"bucketName": "lives"})["storageConfiguration"]["arn"]
    s3 = {"storageConfigurationArn": storage, "encoderConfigurationArns": [encoder(real_time)]}
    outputs = [{"channel": {"channelArn": channel}}, {"s3": s3}]
    arn = real_time.start_composition(stageArn=stage, destinations=outputs)["composition"]["arn"]

    def shown():
        found = real_time.get_composition(arn=arn)["composition"]
        return found["state"], [one["state"] for one in found["destinations"]]

    def strike(place, state):
        found = real_time.get_composition(arn=arn)["composition"]["destinations"][place]["id"]
        control("POST", f"compositions/{arn}/destinations/{found}", {"state": state})
        return shown()

    assert shown() == ("ACTIVE", ["ACTIVE", "ACTIVE"]), shown()
    assert strike(0, "RECONNECTING") == ("ACTIVE", ["RECONNECTING", "ACTIVE"]), shown()
    assert ivs.get_stream(channelArn=channel)["stream"]["state"] == "LIVE", "the channel waits for it"
    assert strike(0, "ACTIVE") == ("ACTIVE", ["ACTIVE", "ACTIVE"]), shown()
    # The composition lives as long as one output does.
    assert strike(0, "FAILED") == ("ACTIVE", ["FAILED", "ACTIVE"]), shown()
    assert refusal(ivs.get_stream, channelArn=channel) == "ChannelNotBroadcasting"
    assert strike(1, "FAILED") == ("FAILED", ["FAILED", "FAILED"]), shown()
    told = [one["event_name"] for one in details("IVS Composition State Change") if one["stage_arn"] == stage]
    assert [name for name in told if name not in ("Session Start", "Destination Start")] == [
        "Destination Reconnecting", "Destination Failure", "Destination Failure", "Session Failure",
    ], told  # fmt: skip
    advance(300)
    assert refusal(real_time.get_composition, arn=arn) == "ResourceNotFoundException"
    real_time.delete_storage_configuration(arn=storage)
    real_time.delete_stage(arn=stage)
    ivs.delete_channel(arn=channel)
    control("POST", "clock", {"real": True})


def time_passes(real_time):
    control("POST", "clock", {"freeze": "2030-01-01T00:00:00Z"})
    stage = real_time.create_stage(name="lives")["stage"]["arn"]
    made = real_time.create_participant_token(stageArn=stage, duration=10)["participantToken"]
    assert made["expirationTime"].isoformat().startswith("2030-01-01T00:10:00"), made
    control("POST", f"stages/{stage}/participants", {"token": made["token"]})
    session = real_time.get_stage(arn=stage)["stage"]["activeSessionId"]
    on = {"stageArn": stage, "sessionId": session, "participantId": made["participantId"]}
    advance(599)
    assert real_time.get_participant(**on)["participant"]["state"] == "CONNECTED"
    assert advance(1) == 1
    assert real_time.get_participant(**on)["participant"]["state"] == "DISCONNECTED"
    of = {"stageArn": stage, "sessionId": session}
    assert "endTime" not in real_time.get_stage_session(**of)["stageSession"]
    advance(180)
    ended = real_time.get_stage_session(**of)["stageSession"]["endTime"]
    assert ended.isoformat().startswith("2030-01-01T00:13:00"), ended
    assert "activeSessionId" not in real_time.get_stage(arn=stage)["stage"]
    # A composition waits a minute for somebody who publishes.
    channel = boto3.client("ivs").create_channel(name="lives")["channel"]["arn"]
    output = {"channel": {"channelArn": channel}}
    arn = real_time.start_composition(stageArn=stage, destinations=[output])["composition"]["arn"]
    states = []
    for seconds in (0, 59, 1):
        advance(seconds)
        states.append(real_time.get_composition(arn=arn)["composition"]["state"])
    assert states[:2] == ["STARTING", "STARTING"] and states[2] in ("STOPPED", "FAILED"), states
    real_time.delete_stage(arn=stage)
    advance(300)
    boto3.client("ivs").delete_channel(arn=channel)
    control("POST", "clock", {"real": True})


def encoder(real_time):
    return real_time.create_encoder_configuration(name="lives")["encoderConfiguration"]["arn"]


def main() -> int:
    ivs = boto3.client("ivs", config=Config(retries={"total_max_attempts": 1}))
    stream(ivs)
    channel_recording(ivs)
    real_time = boto3.client("ivs-realtime")
    for life in (stage, broken_outputs, replication, ingest, time_passes):
        life(real_time)
    print("life: a channel, its recording, a stage, compositions, a replica, an encoder that is recorded, and time")
    return 0


if __name__ == "__main__":
    sys.exit(main())
