"""A pytest plugin: a local Amazon IVS for tests. Put it beside your conftest.py, and there:

    pytest_plugins = ["ivs_local"]

`ivs-local` must be on the path; IVS_LOCAL names another program. One server serves all tests of a process on a free port. Each test
has an account of its own, and therefore sees nothing of others; after each test the clock, the faults, the rates and the targets of events
are as they were at the start.
"""

import itertools
import json
import os
import subprocess
import urllib.request

import boto3
import pytest


class IvsLocal:
    """A running server, as one test sees it."""

    def __init__(self, url, account):
        self.url = url
        self.account = account
        self._settings = {
            "endpoint_url": url,
            "region_name": "us-east-1",
            "aws_access_key_id": account,
            "aws_secret_access_key": "any",
        }
        self.realtime = boto3.client("ivs-realtime", **self._settings)
        self.ivs = boto3.client("ivs", **self._settings)

    def control(self, method, path, body=None):
        """Asks for what docs/local.md lists under /_ivs/: `control("POST", "clock", {"freeze": True})`."""
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(f"{self.url}/_ivs/{path}", data=data, method=method)
        with urllib.request.urlopen(request, timeout=30) as answer:
            return json.load(answer)

    def reset(self):
        """Forgets every resource of every account, and all that `calm` takes back."""
        self.control("POST", "reset")

    def calm(self):
        """Takes back what was done to the clock, the faults, the rates and the targets of events. Resources stay."""
        self.control("POST", "calm")


@pytest.fixture(scope="session")
def ivs_local_url():
    """The address of the server."""
    command = [os.environ.get("IVS_LOCAL", "ivs-local"), "--port", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
        line = server.stdout.readline()
        if not line:
            pytest.fail(f"{command[0]} did not start; its last words are on stderr")
        yield line.split()[-1]
        server.terminate()


_accounts = itertools.count(100000000001)


@pytest.fixture
def ivs_local(ivs_local_url):
    """A server with an account that nothing is in yet."""
    local = IvsLocal(ivs_local_url, str(next(_accounts)))
    yield local
    local.calm()
