"""Each example, with the test client of its framework: what it is for, and what clients try who want more than they may have."""

from __future__ import annotations

import base64
import json
import sys
from pathlib import Path

import pytest
from facts import KID, STAGE_ARN, WHIP_URL

EXAMPLES = Path(__file__).resolve().parents[3] / "examples/python"
PASSWORD = "correct horse battery staple"
# What is imported anew when this file begins once more in a process, as it may with several workers. Not django_app: Django is
# configured once in a process.
NAMES = ("settings", "accounts", "fastapi_app", "flask_app")


@pytest.fixture(scope="module", autouse=True)
def environment(key, tmp_path_factory):
    folder = tmp_path_factory.mktemp("examples")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("IVS_TOKEN_PRIVATE_KEY", key.to_pem().replace("\n", "\\n"))
        patch.setenv("IVS_TOKEN_KID", KID)
        patch.setenv("IVS_TOKEN_STAGE_ARN", STAGE_ARN)
        patch.setenv("IVS_TOKEN_WHIP_URL", WHIP_URL)
        patch.setenv("SESSION_SECRET", "x" * 20 + "only for the tests")
        patch.setenv("ACCOUNTS_FILE", str(folder / "accounts.json"))
        patch.setenv("DATABASE", str(folder / "db.sqlite3"))
        patch.setenv("ALLOWED_HOSTS", "testserver")
        patch.syspath_prepend(str(EXAMPLES))
        yield
        for name in NAMES:
            sys.modules.pop(name, None)


class FileOfAccounts:
    """The accounts of the examples without a database."""

    def __init__(self):
        from settings import accounts

        self.accounts = accounts

    def add(self, name, may_publish=False):
        self.accounts.add(name, PASSWORD, may_publish=may_publish)

    def remove(self, name):
        known = self.accounts._read()
        del known[name]
        self.accounts._file.write_text(json.dumps(known))


class FastApi(FileOfAccounts):
    error = "detail"

    def browser(self):
        from fastapi.testclient import TestClient
        from fastapi_app import app

        client = TestClient(app, base_url="https://testserver")

        def request(method, path, data=None, headers=None):
            answer = client.request(method, path, json=data, headers=headers or {})
            return answer.status_code, answer.json()

        request.cookies = lambda: {cookie.name: cookie.value for cookie in client.cookies.jar}
        request.set_cookie = lambda name, value: client.cookies.set(name, value, domain="testserver.local")
        request.clear = client.cookies.clear
        return request


class Flask(FileOfAccounts):
    error = "error"

    def browser(self):
        from flask_app import app

        client = app.test_client()

        def request(method, path, data=None, headers=None):
            answer = client.open(path, method=method, json=data, headers=headers, base_url="https://testserver")
            return answer.status_code, answer.get_json()

        request.cookies = lambda: {c.key: c.value for c in [client.get_cookie("session", domain="testserver")] if c}
        request.set_cookie = lambda name, value: client.set_cookie(name, value, domain="testserver")
        request.clear = lambda: client.delete_cookie("session", domain="testserver")
        return request


class Django:
    error = "error"

    def __init__(self):
        import django_app  # noqa: F401
        from django.core.management import call_command

        call_command("migrate", verbosity=0)

    def add(self, name, may_publish=False):
        from django.contrib.auth.models import Permission, User

        user, _ = User.objects.get_or_create(username=name)
        user.set_password(PASSWORD)
        user.save()
        user.user_permissions.set(Permission.objects.filter(codename="publish") if may_publish else [])

    def remove(self, name):
        from django.contrib.auth.models import User

        User.objects.get(username=name).delete()

    def browser(self):
        from django.test import Client

        client = Client(enforce_csrf_checks=True)

        def request(method, path, data=None, headers=None):
            client.get("/login", secure=True)
            headers = {"X-CSRFToken": client.cookies["csrftoken"].value, "Referer": "https://testserver/", **(headers or {})}
            body = json.dumps(data or {})
            answer = client.generic(method, path, body, content_type="application/json", secure=True, headers=headers)
            return answer.status_code, answer.json()

        request.cookies = lambda: {name: one.value for name, one in client.cookies.items() if name == "sessionid"}
        request.set_cookie = lambda name, value: client.cookies.__setitem__(name, value)
        request.clear = client.cookies.clear
        request.client = client
        return request


@pytest.fixture(scope="module", params=[FastApi, Flask, Django])
def server(request):
    return request.param()


@pytest.fixture
def browser(server):
    server.add("José")
    server.add("host", may_publish=True)
    return server.browser()


def log_in(browser, name):
    assert browser("POST", "/login", {"name": name, "password": PASSWORD}) == (200, {"name": name})


def join(browser, verifier, **claimed):
    status, joined = browser("POST", "/join", claimed)
    assert status == 200, joined
    who = verifier.verify(joined["token"])
    assert who.participant_id == joined["participantId"]
    return joined["token"], who


def test_a_viewer_joins(server, browser, verifier):
    log_in(browser, "José")
    token, who = join(browser, verifier)
    assert (who.user_id, who.capabilities.names) == ("José", ["SUBSCRIBE"])
    assert (who.expiration_time - who.issued_at).total_seconds() == 15 * 60
    said = browser("GET", "/whoami", None, {"Authorization": f"Bearer {token}"})
    assert said == (200, {"name": "José", "capabilities": ["SUBSCRIBE"]})
    status, said = browser("GET", "/whoami", None, {"Authorization": "Bearer nonsense"})
    assert (status, said[server.error]) == (401, "TOKEN_INVALID")
    status, said = browser("GET", "/whoami")
    assert (status, said[server.error]) == (401, "TOKEN_MISSING")


def test_a_speaker_joins(browser, verifier):
    log_in(browser, "host")
    assert join(browser, verifier)[1].capabilities.names == ["PUBLISH", "SUBSCRIBE"]


def test_nobody_joins_without_a_login(server, browser):
    for claimed in ({}, {"name": "host"}, {"name": "host", "password": PASSWORD}):
        status, said = browser("POST", "/join", claimed)
        assert (status, said[server.error]) == (401, "LOGIN_REQUIRED")


def test_wrong_passwords(server, browser):
    for name, password in (("host", ""), ("host", PASSWORD + " "), ("nobody", PASSWORD), ("", "")):
        status, said = browser("POST", "/login", {"name": name, "password": password})
        assert (status, said[server.error]) == (401, "LOGIN_FAILED")
    assert browser("POST", "/join")[0] == 401


def test_a_viewer_cannot_grant_itself_more(browser, verifier):
    log_in(browser, "José")
    for claimed in (
        {"watch_only": False},
        {"member": True},
        {"may_publish": True},
        {"capabilities": ["PUBLISH", "SUBSCRIBE"]},
        {"name": "host"},
        {"user_id": "host", "userId": "host", "is_staff": True, "duration": 20160},
    ):
        _, who = join(browser, verifier, **claimed)
        assert (who.user_id, who.capabilities.names) == ("José", ["SUBSCRIBE"])
        assert (who.expiration_time - who.issued_at).total_seconds() == 15 * 60


def test_a_token_is_no_login(server, browser, verifier):
    log_in(browser, "host")
    token, _ = join(browser, verifier)
    stranger = server.browser()
    assert stranger("POST", "/join", {"token": token}, {"Authorization": f"Bearer {token}"})[0] == 401


def test_rights_are_those_of_now(server, browser, verifier):
    """And not those that the session began with."""
    log_in(browser, "host")
    server.add("host", may_publish=False)
    # Django ends sessions when a password is set, also to the same.
    log_in(browser, "host")
    assert join(browser, verifier)[1].capabilities.names == ["SUBSCRIBE"]
    server.remove("host")
    assert browser("POST", "/join")[0] == 401


def test_a_forged_session(server, browser):
    log_in(browser, "José")
    assert len(browser.cookies()) == 1
    (name, value), *_ = browser.cookies().items()
    forged = base64.b64encode(json.dumps({"name": "host"}).encode()).decode().rstrip("=")
    rest = value.split(".", 1)[1] if "." in value else value
    from itsdangerous import TimestampSigner

    stranger = TimestampSigner("not the secret of the server").sign(forged.encode()).decode()
    for cookie in (f"{forged}.{rest}", forged, stranger, "x" + value, "host"):
        browser.clear()
        browser.set_cookie(name, cookie)
        assert browser("POST", "/join")[0] == 401, cookie
    browser.clear()
    assert browser("POST", "/join")[0] == 401
    # The cookie that the server made is good in the same place.
    browser.set_cookie(name, value)
    assert browser("POST", "/join")[0] == 200


def test_django_refuses_posts_of_other_pages():
    server = Django()
    server.add("José")
    browser = server.browser()
    log_in(browser, "José")
    client = browser.client
    assert client.post("/join", secure=True).status_code == 403
    token = client.cookies["csrftoken"].value
    elsewhere = {"X-CSRFToken": token, "Origin": "https://evil.example"}
    assert client.post("/join", secure=True, headers=elsewhere).status_code == 403


@pytest.mark.parametrize("framework", [FastApi, Flask])
def test_the_session_cookie_stays_with_the_server(framework, browser):
    """Scripts cannot read it, it goes over HTTPS only, and pages of others cannot post with it."""
    server = framework()
    server.add("José")
    if framework is FastApi:
        from fastapi.testclient import TestClient
        from fastapi_app import app

        answer = TestClient(app, base_url="https://testserver").post("/login", json={"name": "José", "password": PASSWORD})
    else:
        from flask_app import app

        answer = app.test_client().post("/login", json={"name": "José", "password": PASSWORD}, base_url="https://testserver")
    cookie = answer.headers["set-cookie"].lower()
    assert all(word in cookie for word in ("httponly", "secure", "samesite=lax"))


def test_a_short_secret_is_refused(monkeypatch):
    monkeypatch.setenv("SESSION_SECRET", "secret")
    monkeypatch.delitem(sys.modules, "settings", raising=False)
    with pytest.raises(SystemExit, match="at least 32"):
        import settings  # noqa: F401
    sys.modules.pop("settings", None)


def test_lambda(key, monkeypatch):
    """The function of AWS Lambda, with a client of Secrets Manager that knows one secret."""
    import boto3

    class Secrets:
        asked = 0

        def get_secret_value(self, SecretId):  # noqa: N803
            Secrets.asked += 1
            assert SecretId == "ivs"
            return {"SecretString": key.to_pem()}

    monkeypatch.setattr(boto3, "client", lambda service: {"secretsmanager": Secrets}[service]())
    for name, value in {"IVS_STAGE_ARN": STAGE_ARN, "IVS_WHIP_URL": WHIP_URL, "IVS_KEY_ARN": KID, "SECRET_ID": "ivs"}.items():
        monkeypatch.setenv(name, value)
    sys.modules.pop("lambda_function", None)
    from lambda_function import lambda_handler

    from ivs_token import Verifier

    def event(user):
        context = {} if user is None else {"authorizer": {"jwt": {"claims": {"sub": user}}}}
        return {"requestContext": context, "body": json.dumps({"capabilities": ["PUBLISH"]})}

    assert lambda_handler(event(None), None)["statusCode"] == 401
    assert lambda_handler(event("mallory"), None)["statusCode"] == 404
    for user, granted in [("ana", ["PUBLISH", "SUBSCRIBE"]), ("ben", ["SUBSCRIBE"])]:
        answer = lambda_handler(event(user), None)
        assert (answer["statusCode"], answer["headers"]["cache-control"]) == (200, "no-store")
        who = Verifier({KID: key.verifying_key}).verify(json.loads(answer["body"])["token"])
        assert (who.user_id, who.capabilities.names) == (user, granted)
    assert Secrets.asked == 1
    sys.modules.pop("lambda_function")
