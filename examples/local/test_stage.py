"""What tests with the plugin look like. Run it with `pytest`."""

import pytest

pytest_plugins = ["ivs_local"]


@pytest.mark.parametrize("name", ["one", "two"])
def test_each_test_has_an_account_of_its_own(ivs_local, name):
    assert ivs_local.realtime.list_stages()["stages"] == []
    stage = ivs_local.realtime.create_stage(name=name)["stage"]
    assert f":{ivs_local.account}:" in stage["arn"]
    assert [one["name"] for one in ivs_local.realtime.list_stages()["stages"]] == [name]


def test_a_fault_is_met_and_gone(ivs_local):
    ivs_local.control("POST", "faults", {"operation": "ListStages", "error": "AccessDeniedException"})
    with pytest.raises(ivs_local.realtime.exceptions.AccessDeniedException):
        ivs_local.realtime.list_stages()
    ivs_local.reset()
    assert ivs_local.realtime.list_stages()["stages"] == []


def test_the_clock_stands_still(ivs_local):
    ivs_local.control("POST", "clock", {"freeze": "2030-01-01T00:00:00Z"})
    stage = ivs_local.realtime.create_stage()["stage"]
    made = ivs_local.realtime.create_participant_token(stageArn=stage["arn"], duration=60)["participantToken"]
    assert made["expirationTime"].isoformat().startswith("2030-01-01T01:00:00")
