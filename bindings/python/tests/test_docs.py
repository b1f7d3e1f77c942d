"""What the documents show is what happens."""

from __future__ import annotations

import contextlib
import doctest
import io
import re
import textwrap
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest

import ivs_token
from ivs_token import SigningKey, Stage, Verifier

ROOT = Path(__file__).resolve().parents[3]


def program_of(page):
    """All the Python of a page, in its tabs. What is included from a file is tested where that is."""
    blocks = re.findall(r"^( *)```python\n(.*?)^\1```$", page.read_text(encoding="utf-8"), re.M | re.S)
    return "\n".join(textwrap.dedent(body) for _, body in blocks if "--8<--" not in body)


# The manual is a doctest, the quickstart reads files, the page of the vaults has a test of its own, and what is in the page of the local IVS needs its server.
PAGES = [page for page in sorted((ROOT / "docs").rglob("*.md")) if page.name not in ("python.md", "quickstart.md", "local.md", "vault.md")]
GUIDE = [page for page in PAGES if program_of(page)]
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


def test_leeways_are_those_of_pyjwt(names):
    """What the manual says of `leeway`: a token that has just ended, for whoever comes from PyJWT."""
    import jwt

    from ivs_token import ExpiredTokenError, Stage, Verifier

    # PyJWT has no clock to stop, so the leeway is an hour, for a token that ended half an hour ago.
    now, leeway = datetime.now(timezone.utc), timedelta(hours=1)
    key = SigningKey.from_pem(names["private_pem"], kid=names["kid"])
    stage = Stage(names["stage_arn"], names["whip_url"])
    token = stage.mint(key, duration=timedelta(hours=1), now=now - timedelta(hours=1.5))
    assert jwt.decode(token, names["public_pem"], algorithms=["ES384"], leeway=leeway)["jti"] == token.participant_id
    keys = {names["kid"]: names["public_pem"]}
    assert Verifier(keys, expiry_leeway=leeway).verify(token, now=now)
    with pytest.raises(ExpiredTokenError):
        Verifier(keys, leeway=leeway).verify(token, now=now)


def fenced(text):
    """The Python in a Markdown text, without the fences around it."""
    blocks = text.split("```python\n")[1:]
    return "\n".join(block.split("```", 1)[0] for block in blocks)


def test_the_guide_is_found():
    assert len(GUIDE) > 8


@pytest.mark.parametrize("page", GUIDE, ids=lambda page: str(page.relative_to(ROOT / "docs")))
def test_guide(page, names):
    """The program of a page begins with the names of the quickstart. What it prints is what the comments behind its `print`s say."""
    program = program_of(page)
    key = SigningKey.from_pem(names["private_pem"], kid=names["kid"])
    stage = Stage(names["stage_arn"], whip_url=names["whip_url"])
    verifier = Verifier({names["kid"]: names["public_pem"]}, stage=stage)
    token = stage.mint(key, user_id="ana")
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        exec(
            compile(program, str(page), "exec"),
            {"__name__": "guide", **names, "key": key, "stage": stage, "verifier": verifier, "token": token},
        )
    expected = re.findall(r"^ *print\(.*\)  # (.*)$", program, re.M)
    assert printed.getvalue().splitlines() == expected


def test_fragments_that_need_a_server_are_python():
    program = program_of(ROOT / "docs/local.md")
    assert "boto3" in program
    compile(program, "docs/local.md", "exec")


@pytest.mark.parametrize("document", ["docs/python.md", "bindings/python/README.md"])
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


def words_of(file, function=""):
    """The stable names in a file of the core."""
    source = (ROOT / file).read_text(encoding="utf-8")
    return set(re.findall(r'=> "([A-Z_]+)"', source[source.index(function) :]))


def test_troubleshooting_lists_every_word():
    page = (ROOT / "docs/troubleshooting.md").read_text(encoding="utf-8")
    errors = "crates/ivs-token/src/error"
    verifier_builder = {"NO_KEYS", "AMBIGUOUS_KEY", "KEYS_AND_RING", "LEEWAY_TOO_LONG"}
    words = words_of(f"{errors}/verify.rs") - verifier_builder
    for file in ("malformed", "header", "claims", "revocation"):
        words |= words_of(f"{errors}/{file}.rs")
    # What `inspect` knows of the service and its clients.
    service = ROOT / "crates/ivs-token/src/inspect/service.rs"
    if service.exists():
        known = re.search(r"WORDS.*?^\];", service.read_text(encoding="utf-8"), re.S | re.M).group()
        words |= set(re.findall(r'"([A-Z_]{5,}|invalid_playback_auth_token|Join auth error)"', known))
    assert len(words) > 40
    for word in words:
        assert f"`{word}`" in page, word
    # And nothing is said of words that nobody says.
    reasons = page.split("## Reasons")[1]
    for word in re.findall(r"`([A-Z_]+)`", reasons):
        assert word in words, word


def aws_commands():
    """Each command of AWS's command line in what users read: documents, messages and the texts of --help."""
    documents = [*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md"), *ROOT.glob("crates/*/README.md"), *ROOT.glob("bindings/*/README.md")]
    sources = [file for folder in ("crates/*/src", "bindings/*/src") for file in ROOT.glob(f"{folder}/**/*.rs")]
    for file in documents + sources:
        text = re.sub(r"\\\\?\n\s*(///? )?", "", file.read_text(encoding="utf-8"))
        for command in re.findall(r"\baws ([a-z0-9-]+ (?:[a-z]+-[a-z-]+|sign)(?: [^`\n;|>)]*)?)", text):
            yield file, command.replace('\\"', '"').split('"));')[0]


def test_commands_of_aws_are_right():
    """Parsed by the models that AWS's command line is made of: the service, the call, its options and the words of enumerations."""
    import botocore.session
    from botocore import xform_name

    session = botocore.session.get_session()
    everywhere = {"--query", "--output", "--region", "--profile", "--cli-binary-format"}
    commands = list(aws_commands())
    assert len(commands) > 25
    for file, command in commands:
        service, call, *words = command.split()
        model = session.get_service_model(service)
        calls = {xform_name(name, "-"): name for name in model.operation_names}
        assert call in calls, f"{file}: {command}"
        shape = model.operation_model(calls[call]).input_shape
        options = {f"--{xform_name(name, '-')}": member for name, member in shape.members.items()}
        given = [word for word in words if word.startswith("--")]
        for option in given:
            assert option in options or option in everywhere, f"{file}: {command}"
        # With any option, all that must be there are.
        for name in shape.required_members if given else ():
            assert f"--{xform_name(name, '-')}" in given, f"{file}: {command}"
        for option, value in zip(words, words[1:]):
            words_of_it = getattr(options.get(option), "enum", None)
            assert not words_of_it or value in words_of_it, f"{file}: {command}"


def test_every_link_leads_somewhere():
    documents = [
        *ROOT.glob("*.md"),
        *ROOT.glob("docs/**/*.md"),
        *ROOT.glob("examples/*/README.md"),
        *ROOT.glob("bindings/*/README.md"),
    ]
    assert len(documents) > 8
    for document in documents:
        for link in re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", document.read_text(encoding="utf-8")):
            if "://" not in link:
                assert (document.parent / link).exists(), f"{document}: {link}"
