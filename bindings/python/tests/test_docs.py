"""What the documents show is what happens."""

from __future__ import annotations

import doctest
from pathlib import Path

import pytest

import ivs_token
from ivs_token import SigningKey

ROOT = Path(__file__).resolve().parents[3]
FLAGS = doctest.ELLIPSIS | doctest.IGNORE_EXCEPTION_DETAIL


def run(text, name, names):
    test = doctest.DocTestParser().get_doctest(text, names, name, name, 0)
    assert test.examples
    runner = doctest.DocTestRunner(optionflags=FLAGS, verbose=False)
    report = []
    runner.run(test, out=report.append)
    assert runner.failures == 0, "".join(report)


@pytest.fixture
def names():
    key = SigningKey.generate()
    return {
        "private_pem": key.to_pem(),
        "public_pem": key.verifying_key.to_pem(),
        "kid": "arn:aws:ivs:us-west-2:123456789012:public-key/abc",
        "stage_arn": "arn:aws:ivs:us-west-2:123456789012:stage/oRmLNwuCeMlQ",
        "whip_url": "https://453fdfd2ad24df.global-bm.whip.live-video.net",
    }


def fenced(text):
    """The Python in a Markdown text, without the fences around it."""
    blocks = text.split("```python\n")[1:]
    return "\n".join(block.split("```", 1)[0] for block in blocks)


@pytest.mark.parametrize("document", ["docs/python.md", "bindings/python/README.md", "README.md"])
def test_documents(document, names):
    run(fenced((ROOT / document).read_text(encoding="utf-8")), document, names)


def test_the_package_itself():
    run(ivs_token.__doc__, "ivs_token", {})


def test_every_public_name_is_in_the_manual():
    manual = (ROOT / "docs/python.md").read_text(encoding="utf-8")
    for name in set(ivs_token.__all__) - {"BACKEND", "__version__", "Check", "Inspection", "PublicKey", "PlaybackKey"}:
        if name.startswith("Verified") and name != "VerifiedToken" or name in ("VerifyingKey",):
            continue
        assert name in manual, name
