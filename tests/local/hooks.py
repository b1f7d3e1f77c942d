"""Checks that a server calls a webhook by its name: hooks.py URL NAME, where NAME is one of this machine to the server."""

import json
import sys
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from urllib.request import Request, urlopen

import boto3

url, name = sys.argv[1:]
called = threading.Event()


class Hook(BaseHTTPRequestHandler):
    def do_POST(self):
        self.rfile.read(int(self.headers["content-length"]))
        self.send_response(200)
        self.end_headers()
        called.set()

    def log_message(self, *_):
        pass


def post(path, body):
    request = Request(f"{url}/_ivs/{path}", json.dumps(body).encode(), {"content-type": "application/json"})
    with urlopen(request) as answer:
        return json.load(answer)


hooks = HTTPServer(("127.0.0.1", 0), Hook)
threading.Thread(target=hooks.serve_forever, daemon=True).start()
post("targets", {"url": f"http://{name}:{hooks.server_port}/hook"})
channel = boto3.client("ivs").create_channel(name="hooks")["channel"]["arn"]
post(f"channels/{channel}/live", {})
if not called.wait(60):
    with urlopen(f"{url}/_ivs/targets") as answer:
        sys.exit(f"nobody called the webhook on {name}: {answer.read().decode()}")
