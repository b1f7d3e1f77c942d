"""Flask: POST /join mints a token, GET /whoami says whose it is."""

from datetime import timedelta

from flask import Flask, request

from ivs_token import InvalidClaimError, VerificationError
from settings import key, stage, verifier

app = Flask(__name__)


@app.post("/join")
def join():
    # Members may speak; everyone else only watches.
    granted = ["PUBLISH", "SUBSCRIBE"] if request.json.get("member") is True else ["SUBSCRIBE"]
    token = stage.mint(key, user_id=request.json["name"], capabilities=granted, duration=timedelta(minutes=15))
    return {"token": token, "participantId": token.participant_id}


@app.get("/whoami")
def whoami():
    who = verifier.verify(request.headers.get("Authorization", "").removeprefix("Bearer "))
    return {"name": who.user_id, "capabilities": who.capabilities.names}


@app.errorhandler(InvalidClaimError)
def bad_input(error):
    return {"error": error.code, "field": error.field, "message": str(error)}, 422


@app.errorhandler(VerificationError)
def refused(error):
    return {"error": error.code}, 401
