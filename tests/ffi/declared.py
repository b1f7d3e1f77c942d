"""Reads ivs_token_ffi.h with cffi, and goes through what foreign function interfaces need of the library.

    declared.py LIBRARY FFI_HEADER PRIVATE_KEY PUBLIC_KEY STAGE_JSON
"""

import json
import sys
import threading
from pathlib import Path

import cffi

sys.path.insert(0, str(Path(__file__).parents[1] / "c"))
import header  # noqa: E402

library, declarations, private, public, stage_json = sys.argv[1:]
KID = "arn:aws:ivs:us-west-2:123456789012:public-key/f99cde61-c2b0-4df3-8941-ca7d38acca1a"
ffi = cffi.FFI()
ffi.cdef(Path(declarations).read_text())
c = ffi.dlopen(library)
private, public = Path(private).read_bytes(), Path(public).read_bytes()
stage = json.loads(Path(stage_json).read_text())["stage"]


def everything_is_declared():
    """Each function of ivs_token.h, as it is there, and each constant with its number."""
    for function in header.functions():
        kind = ffi.typeof(getattr(c, function.name))
        assert len(kind.args) == len(function.arguments), function.name
        for argument, (wanted, _) in zip(kind.args, function.arguments, strict=True):
            assert ffi.typeof(wanted.replace("ivs_status", "uint32_t")) is argument, (function.name, wanted)
        returns = function.returns.replace("ivs_status", "uint32_t")
        assert kind.result is ffi.typeof(returns), function.name
    for name, value in header.constants():
        if name.isupper() and name != "IVS_NOW":
            assert getattr(c, name) == eval(value), name  # noqa: S307: products and sums of our own header
    sizes = {"ivs_error": 1024, "ivs_str": 2 * ffi.sizeof("void *")}
    for name, size in sizes.items():
        assert ffi.sizeof(name) == size, name


def call(function, keys, request):
    buffer, size, error = ffi.new("char[]", c.IVS_JSON_MAX), ffi.new("size_t *", c.IVS_JSON_MAX), ffi.new("ivs_error *")
    text = json.dumps(request).encode()
    status = function(keys, len(keys), text, len(text), buffer, size, error)
    assert status == error.status
    if status != c.IVS_OK:
        return status, ffi.string(error.reason).decode(), ffi.string(error.message).decode()
    assert error.message[0] == error.reason[0] == b"\0"
    return json.loads(ffi.buffer(buffer, size[0])[:])


def made(function, *arguments):
    """What a function gives through its last argument."""
    out = ffi.new(ffi.typeof(function).args[-1].cname.replace("const ", ""))
    assert function(*arguments, out) == c.IVS_OK, ffi.string(c.ivs_last_error_message())
    return out[0]


def one_call_each_way():
    token = call(c.ivs_mint_json, private, {"kid": KID, "stage": stage, "userId": "Zoë"})["token"]
    gate = {"kid": KID, "token": token, "stageArn": stage["arn"], "userId": "Zoë"}
    assert call(c.ivs_verify_json, public, gate)["keyArn"] == KID
    status, reason, message = call(c.ivs_verify_json, public, gate | {"userId": "bob"})
    assert (status, reason) == (c.IVS_WRONG_USER, "WRONG_USER") and message
    status, reason, message = call(c.ivs_verify_json, public, gate | {"user_id": "bob"})
    assert (status, reason) == (c.IVS_INVALID_REQUEST, "INVALID_REQUEST") and '"user_id"' in message
    # A message of this library is never cut in the midst of a character.
    long = call(c.ivs_mint_json, private, {"kid": "é" * 2000, "stage": stage})
    assert long[0] == c.IVS_INVALID_ARN and len(long[2].encode()) < 960


def out_pointers_say_what_getters_say():
    """Each of them, of an object of its kind."""
    text = lambda data: (data, len(data))  # noqa: E731
    none = (ffi.NULL, 0)
    key = made(c.ivs_signing_key_from_pem, *text(private), *text(KID.encode()))
    half = made(c.ivs_signing_key_verifying_key, key)
    a_stage = made(c.ivs_stage_from_json, *text(json.dumps(stage).encode()))
    participant = made(c.ivs_participant_new, a_stage)
    assert c.ivs_participant_set_user_id(participant, *text(b"ana")) == c.IVS_OK
    assert c.ivs_participant_set_attribute(participant, *text(b"seat"), *text(b"12")) == c.IVS_OK
    now = -(2**63)
    token = made(c.ivs_participant_mint_token, participant, key, now)
    participants = ffi.new("ivs_participant *[1]", [participant])
    connection = made(c.ivs_connection_new)
    playback = made(c.ivs_playback_new, *text(b"arn:aws:ivs:us-west-2:123456789012:channel/abcdABCDefgh"))
    assert c.ivs_playback_add_origin(playback, *text(b"https://example.com")) == c.IVS_OK
    assert c.ivs_playback_set_single_use(playback) == c.IVS_OK
    builder = made(c.ivs_verifier_builder_new)
    playback_kid = b"arn:aws:ivs:us-west-2:123456789012:playback-key/x"
    assert c.ivs_verifier_builder_add_key(builder, *text(KID.encode()), half) == c.IVS_OK
    assert c.ivs_verifier_builder_add_playback_key(builder, *text(playback_kid), half) == c.IVS_OK
    verifier = made(c.ivs_verifier_builder_build, builder)
    minted = lambda of, mint: c.ivs_token_text(made(mint, of, key, now))  # noqa: E731
    whole = lambda said: (said.data, said.len)  # noqa: E731
    ring = made(c.ivs_key_ring_new, 0)
    assert c.ivs_key_ring_import_named(ring, *text(KID.encode()), *text(b"name"), half) == c.IVS_OK
    objects = {
        "ivs_signing_key": key,
        "ivs_stage": a_stage,
        "ivs_token": token,
        "ivs_unsigned": made(c.ivs_participant_unsigned, participant, *text(KID.encode()), now),
        "ivs_token_list": made(c.ivs_mint_batch, participants, 1, key),
        "ivs_verified": made(c.ivs_verifier_verify, verifier, *whole(c.ivs_token_text(token))),
        "ivs_inspection": made(c.ivs_inspect, *text(b"nonsense"), now),
        "ivs_verified_connection": made(
            c.ivs_verifier_verify_connection, verifier, *whole(minted(connection, c.ivs_connection_mint_token))
        ),
        "ivs_verified_playback": made(
            c.ivs_verifier_verify_playback, verifier, *whole(minted(playback, c.ivs_playback_mint_token)), *none, *none
        ),
        "ivs_key_list": made(c.ivs_key_ring_list, ring),
    }
    getters = [function for function in header.functions() if function.returns == "ivs_str"]
    assert len(getters) >= 30
    for function in getters:
        kind = function.arguments[0][0].removeprefix("const ").removesuffix("*").strip()
        rest = {"size_t": (0,), "const char *": text(b"seat")}.get(function.arguments[1][0], ()) if len(function.arguments) > 1 else ()
        getter, out_pointer = getattr(c, function.name), getattr(c, function.name + "_out")
        wanted, out = getter(objects[kind], *rest), ffi.new("ivs_str *")
        assert out_pointer(objects[kind], *rest, out) == c.IVS_OK, function.name
        assert (out.data, out.len) == (wanted.data, wanted.len), function.name
        # Nothing is written when there is nothing to tell of, and the status says why.
        assert out_pointer(ffi.NULL, *rest, out) == c.IVS_NULL_ARGUMENT
        assert (out.data, out.len) == (wanted.data, wanted.len), function.name
        if rest == (0,):
            assert out_pointer(objects[kind], 1000, out) == c.IVS_OUT_OF_RANGE


# Functions without a twin in `_e`. What a setter refuses, the next mint or build says.
SETTERS = ("_set_", "_add_", "_clear_", "_remove_", "_require_")
# Of these a status says all: nothing is there, or there is too little room.
SAID_BY_THE_STATUS = ("_to_", "_out", "_at", "_digest", "_thumbprint", "_prepared_limit", "_batch", "ivs_key_ring_list", "ivs_key_list_key")
# These fail for NULL alone, or with a sentence that is always the same.
ONE_SENTENCE = {
    *(f"ivs_{kind}_new" for kind in ("connection", "participant", "verifier_builder", "revocations", "key_ring")),
    *("ivs_key_ring_new_playback", "ivs_key_ring_stop_signing", "ivs_key_ring_delete_retired", "ivs_inspect"),
    *("ivs_signing_key_accelerate", "ivs_signing_key_verifying_key", "ivs_last_error_status"),
    *("ivs_mint_json", "ivs_verify_json"),
}


def has_a_twin(name):
    return name == "ivs_mint_batch" or name not in ONE_SENTENCE and not any(part in name for part in SETTERS + SAID_BY_THE_STATUS)


def twins_have_an_error_of_their_own():
    """What ends in `_e` takes what its twin takes and a struct, and there is one wherever a status does not say all."""
    functions = {function.name: function for function in header.functions() if function.returns == "ivs_status"}
    twins = {name for name in functions if name.endswith("_e")}
    assert twins == {f"{name}_e" for name in functions if name not in twins and has_a_twin(name)}
    for name in twins:
        assert functions[name].arguments == [*functions[name.removesuffix("_e")].arguments, ("ivs_error *", "error")], name
    text = lambda data: (data, len(data))  # noqa: E731
    out, error = ffi.new("ivs_stage **"), ffi.new("ivs_error *")

    def elsewhere(work):
        thread = threading.Thread(target=work)
        thread.start()
        thread.join()

    # The call in one thread, another call after it, and its error read in this thread.
    def fails_and_goes_on():
        assert c.ivs_stage_new_e(*text(b"arn:none"), *text(b"https://x"), ffi.NULL, 0, out, error) == c.IVS_INVALID_ARN
        assert c.ivs_stage_from_json(*text(b"{"), out) == c.IVS_INVALID_STAGE

    elsewhere(fails_and_goes_on)
    assert error.status == c.IVS_INVALID_ARN and ffi.string(error.reason) == b"INVALID_ARN"
    assert b"not an ARN" in ffi.string(error.message), ffi.string(error.message)
    # A setter's refusal is told by the mint.
    key = made(c.ivs_signing_key_from_pem, *text(private), *text(KID.encode()))
    participant = made(c.ivs_participant_new, made(c.ivs_stage_from_json, *text(json.dumps(stage).encode())))
    elsewhere(lambda: c.ivs_participant_set_duration(participant, 10**9))
    token = ffi.new("ivs_token **")
    elsewhere(lambda: c.ivs_participant_mint_token_e(participant, key, -(2**63), token, error))
    assert error.status == c.IVS_INVALID_DURATION and error.message[0] != b"\0"
    assert c.ivs_participant_set_duration(participant, 60) == c.IVS_OK
    assert c.ivs_participant_mint_token_e(participant, key, -(2**63), token, error) == c.IVS_OK
    assert error.status == c.IVS_OK and error.message[0] == error.reason[0] == b"\0"


def errors_are_of_their_call():
    """Many threads at once, each with errors of its own: none may be told of another's."""
    wrong = []

    def work(number):
        for round in range(50):
            said = call(c.ivs_mint_json, private, {"kid": KID, "stage": stage, f"member-{number}-{round}": 1})
            if not (said[0] == c.IVS_INVALID_REQUEST and f'"member-{number}-{round}"' in said[2]):
                wrong.append(said)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong, wrong[0]


everything_is_declared()
one_call_each_way()
out_pointers_say_what_getters_say()
twins_have_an_error_of_their_own()
errors_are_of_their_call()
print(f"cffi {cffi.__version__}: {len(header.functions())} functions")
