"""What the plugin for pytest does between tests. new_user.py runs it beside the example."""

import pytest

pytest_plugins = ["ivs_local"]


@pytest.mark.parametrize("turn", ["first", "second"])
def test_what_a_test_ordered_is_gone_in_the_next(ivs_local, turn):
    def of(path):
        return ivs_local.control("GET", path)

    assert of("faults")["faults"] == of("targets")["targets"] == []
    assert (of("rates")["rates"], of("clock")["mode"]) == ("off", "real")
    ivs_local.control("POST", "faults", {"operation": "GetStage", "error": "AccessDeniedException"})
    ivs_local.control("POST", "targets", {"url": "http://127.0.0.1:9/hook", "attempts": 1})
    ivs_local.control("POST", "rates", {"rates": "on"})
    ivs_local.control("POST", "clock", {"freeze": True, "advance": 60})


def test_a_reset_forgets_resources_and_a_calm_does_not(ivs_local):
    ivs_local.realtime.create_stage(name="one")
    ivs_local.calm()
    assert [one["name"] for one in ivs_local.realtime.list_stages()["stages"]] == ["one"]
    ivs_local.reset()
    assert ivs_local.realtime.list_stages()["stages"] == []
