"""Each example, with the test client of its framework."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from facts import KID, STAGE_ARN, WHIP_URL

EXAMPLES = Path(__file__).resolve().parents[3] / "examples/python"


@pytest.fixture(scope="module", autouse=True)
def environment(key):
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("IVS_TOKEN_PRIVATE_KEY", key.to_pem().replace("\n", "\\n"))
        patch.setenv("IVS_TOKEN_KID", KID)
        patch.setenv("IVS_TOKEN_STAGE_ARN", STAGE_ARN)
        patch.setenv("IVS_TOKEN_WHIP_URL", WHIP_URL)
        patch.syspath_prepend(str(EXAMPLES))
        yield
        for name in ("settings", "fastapi_app", "flask_app", "django_app"):
            sys.modules.pop(name, None)


def check(post, get, verifier, refused):
    """`post` and `get` give the status and the JSON of the answer."""
    status, joined = post("/join", {"name": "José"})
    assert status == 200
    who = verifier.verify(joined["token"])
    assert (who.user_id, who.participant_id, who.capabilities.names) == ("José", joined["participantId"], ["SUBSCRIBE"])
    status, said = get("/whoami", {"Authorization": f"Bearer {joined['token']}"})
    assert (status, said) == (200, {"name": "José", "capabilities": ["SUBSCRIBE"]})
    status, said = get("/whoami", {"Authorization": "Bearer nonsense"})
    assert (status, refused(said)) == (401, "TOKEN_INVALID")
    status, said = get("/whoami", {})
    assert (status, refused(said)) == (401, "TOKEN_MISSING")
    status, _ = post("/join", {"name": "x" * 129})
    assert status == 422


def test_fastapi(verifier):
    from fastapi_app import app
    from fastapi.testclient import TestClient

    with TestClient(app) as client:

        def post(path, data):
            answer = client.post(path, json=data)
            return answer.status_code, answer.json()

        def get(path, headers):
            answer = client.get(path, headers=headers)
            return answer.status_code, answer.json()

        check(post, get, verifier, lambda said: said["detail"])


def test_flask(verifier):
    from flask_app import app

    client = app.test_client()

    def post(path, data):
        answer = client.post(path, json=data)
        return answer.status_code, answer.get_json()

    def get(path, headers):
        answer = client.get(path, headers=headers)
        return answer.status_code, answer.get_json()

    check(post, get, verifier, lambda said: said["error"])


def test_django(verifier):
    import django
    import django_app  # noqa: F401
    from django.test import Client

    django.setup()
    client = Client()

    def post(path, data):
        answer = client.post(path, data, content_type="application/json")
        return answer.status_code, answer.json()

    def get(path, headers):
        answer = client.get(path, headers=headers)
        return answer.status_code, answer.json()

    check(post, get, verifier, lambda said: said["error"])
