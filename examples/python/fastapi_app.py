"""FastAPI: POST /login, POST /join mints a token for whoever is logged in, GET /whoami says whose token it is.

Minting and verifying take less than a tenth of a millisecond, so these routes are `async` and call them as they are. With
`RedisRevocations`, or a store of your own that waits for a network, write `await asyncio.to_thread(verifier.verify, token)`: the
event loop would wait for the answer of the store. `POST /login` is a plain `def`, which FastAPI runs in a thread: hashing a
password takes long, on purpose.
"""

from datetime import timedelta
from typing import Annotated

from fastapi import Depends, FastAPI, Header, HTTPException, Request
from pydantic import BaseModel
from starlette.middleware.sessions import SessionMiddleware

from accounts import Account
from ivs_token import Capability, InvalidClaimError, VerificationError, VerifiedToken
from settings import accounts, key, session_secret, stage, verifier

app = FastAPI()
# A signed cookie. `lax` keeps pages of others from posting with it.
app.add_middleware(SessionMiddleware, secret_key=session_secret, same_site="lax", https_only=True, max_age=8 * 60 * 60)


class Login(BaseModel):
    name: str
    password: str


@app.post("/login")
def login(login: Login, request: Request) -> dict[str, str]:
    account = accounts.authenticate(login.name, login.password)
    if account is None:
        raise HTTPException(401, "LOGIN_FAILED")
    request.session["name"] = account.name
    return {"name": account.name}


async def logged_in(request: Request) -> Account:
    account = accounts.get(request.session.get("name", ""))
    if account is None:
        raise HTTPException(401, "LOGIN_REQUIRED")
    return account


@app.post("/join")
async def join(account: Annotated[Account, Depends(logged_in)]) -> dict[str, str]:
    # Nothing of the request decides who this is, or what they may do: the account does.
    granted = Capability.PUBLISH | Capability.SUBSCRIBE if account.may_publish else Capability.SUBSCRIBE
    try:
        token = stage.mint(key, user_id=account.name, capabilities=granted, duration=timedelta(minutes=15))
    except InvalidClaimError as error:
        raise HTTPException(422, error.code) from error
    return {"token": token, "participantId": token.participant_id}


async def participant(authorization: Annotated[str, Header()] = "") -> VerifiedToken:
    try:
        return verifier.verify(authorization.removeprefix("Bearer "))
    except VerificationError as error:
        raise HTTPException(401, error.code) from error


@app.get("/whoami")
async def whoami(who: Annotated[VerifiedToken, Depends(participant)]) -> dict[str, object]:
    return {"name": who.user_id, "capabilities": who.capabilities.names}
