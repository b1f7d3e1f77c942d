"""AWS Lambda behind API Gateway, with the private key in Secrets Manager: mints a token for whoever the JWT authorizer names.

What somebody may do comes from your own data, here a table of names, and never from the request.
"""

import functools
import json
import os

import boto3

from ivs_token import InvalidClaimError, SigningKey, Stage

stage = Stage(os.environ["IVS_STAGE_ARN"], whip_url=os.environ["IVS_WHIP_URL"])
members = {"ana": ["PUBLISH", "SUBSCRIBE"], "ben": ["SUBSCRIBE"]}


@functools.cache
def key():
    """The key, once for each instance of the function. A failure is not kept."""
    secret = boto3.client("secretsmanager").get_secret_value(SecretId=os.environ["SECRET_ID"])
    return SigningKey.from_pem(secret["SecretString"], kid=os.environ["IVS_KEY_ARN"])


def lambda_handler(event, context):
    user = event["requestContext"].get("authorizer", {}).get("jwt", {}).get("claims", {}).get("sub")
    if user is None:
        return answer(401, error="sign in first")
    if user not in members:
        return answer(404, error="you are no member of this stage")
    try:
        token = stage.mint(key(), user_id=user, capabilities=members[user], duration=15)
    except InvalidClaimError as error:
        return answer(422, error=error.code)
    return answer(200, token=token, participantId=token.participant_id, expiresAt=token.expiration_time.isoformat())


def answer(status, **body):
    headers = {"content-type": "application/json", "cache-control": "no-store"}
    return {"statusCode": status, "headers": headers, "body": json.dumps(body)}
