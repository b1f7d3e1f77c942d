"""Calls an operation of `ivs-realtime` through boto3: `boto.py URL OPERATION JSON`."""

import json
import sys

import boto3

url, operation, given = sys.argv[1:]
client = boto3.client(
    "ivs-realtime",
    endpoint_url=url,
    region_name="us-east-1",
    aws_access_key_id="test",
    aws_secret_access_key="test",
)
getattr(client, operation)(**json.loads(given))
