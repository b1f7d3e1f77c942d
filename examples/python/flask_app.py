"""Flask: POST /login, POST /join mints a token for whoever is logged in, GET /whoami says whose token it is."""

from datetime import timedelta

from flask import Flask, abort, request, session

from ivs_token import InvalidClaimError, VerificationError
from settings import accounts, key, session_secret, stage, verifier

app = Flask(__name__)
# The session is a signed cookie. `Lax` keeps pages of others from posting with it.
app.config.update(
    SECRET_KEY=session_secret,
    SESSION_COOKIE_SAMESITE="Lax",
    SESSION_COOKIE_SECURE=True,
    PERMANENT_SESSION_LIFETIME=timedelta(hours=8),
)


@app.post("/login")
def login():
    name, password = request.json.get("name"), request.json.get("password")
    if not isinstance(name, str) or not isinstance(password, str):
        abort(400)
    account = accounts.authenticate(name, password)
    if account is None:
        return {"error": "LOGIN_FAILED"}, 401
    session.permanent = True
    session["name"] = account.name
    return {"name": account.name}


@app.post("/join")
def join():
    account = accounts.get(session.get("name", ""))
    if account is None:
        return {"error": "LOGIN_REQUIRED"}, 401
    # Nothing of the request decides who this is, or what they may do: the account does.
    granted = ["PUBLISH", "SUBSCRIBE"] if account.may_publish else ["SUBSCRIBE"]
    token = stage.mint(key, user_id=account.name, capabilities=granted, duration=timedelta(minutes=15))
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
