"""Writes a C program that calls every function of the header with NULL, hostile lengths and extreme numbers.

First all arguments are good, and the call must go well and write all its outputs. Then each in turn is bad, while the others are
good. Whatever the function, it may not crash; what is NULL and must not be is told as such, nothing is written but with IVS_OK,
and an error has its words. What a call may change is made for that call alone.
"""

import sys
from pathlib import Path

import header

# How a good one of each type is made.
OBJECTS = {
    "ivs_signing_key": "ivs_signing_key_from_pem(OF(PEM), OF(KID), &{})",
    "ivs_verifying_key": "ivs_signing_key_verifying_key(a_signing_key, &{})",
    "ivs_stage": "ivs_stage_new(OF(STAGE), OF(WHIP), OF(NONE), &{})",
    "ivs_participant": "ivs_participant_new(a_stage, &{})",
    "ivs_token": "ivs_participant_mint_token(a_participant, a_signing_key, IVS_NOW, &{})",
    "ivs_unsigned": "ivs_participant_unsigned(a_participant, OF(KID), MOMENT, &{})",
    "ivs_token_list": "ivs_mint_batch(participants, 1, a_signing_key, &{})",
    "ivs_connection": "ivs_connection_new(&{})",
    "ivs_verifier_builder": "ivs_verifier_builder_new(&{})",
    "ivs_verifier": "built(&{})",
    "ivs_verified": "ivs_verifier_verify(a_verifier, OF(TOKEN), &{})",
    "ivs_verified_connection": "ivs_verifier_verify_connection(a_verifier, OF(CONNECTION_TOKEN), &{})",
    "ivs_exchange": "ivs_exchange_of_token(a_token, &{})",
    "ivs_playback": "ivs_playback_new(OF(CHANNEL), &{})",
    "ivs_verified_playback": "ivs_verifier_verify_playback(a_verifier, OF(PLAYBACK_TOKEN), OF(NONE), OF(NONE), &{})",
    "ivs_verified_list": "ivs_verifier_verify_batch(a_verifier, texts, 1, &{})",
    "ivs_key_ring": "a_ring(&{})",
    "ivs_key_list": "ivs_key_ring_list(a_key_ring, &{})",
    "ivs_revocations": "ivs_revocations_new(&{})",
    "ivs_inspection": 'ivs_inspect("x", 1, IVS_NOW, &{})',
}

# Good texts, by the name of the argument; with the function before it where they differ. What ends in `_e` takes what its twin takes.
TEXTS = {
    "signature": "SIGNATURE", "arn": "KID", "kid": "KID", "stage_arn": "STAGE", "channel_arn": "CHANNEL", "pem": "PEM", "path": "PATH", "data": "PEM",
    "passphrase": "NONE", "whip_url": "WHIP", "events_url": "EVENTS", "json": "JWKS",
    "base": "URL", "origin": "URL", "resolution": "HD", "version": "VERSION",
    "uuid": "UUID", "token": "TOKEN",
    "ivs_key_ring_delete arn": "OTHER", "ivs_key_ring_retire arn": "OTHER", "ivs_key_ring_reinstate arn": "OTHER",
    "ivs_key_ring_rotate arn": "OTHER", "ivs_stage_new arn": "STAGE", "ivs_stage_from_json json": "STAGE_JSON",
    "ivs_verifier_builder_add_playback_key arn": "PLAYBACK_KID",
    "ivs_verifier_builder_add_playback_key_without_arn channel": "CHANNEL", "ivs_verifier_builder_set_stage arn": "STAGE",
    "ivs_verifier_verify_connection token": "CONNECTION_TOKEN",
    "ivs_verifier_verify_playback token": "PLAYBACK_TOKEN",
    "ivs_mint_json key": "PEM", "ivs_mint_json request": "MINT", "ivs_verify_json keys": "PUBLIC_PEM", "ivs_verify_json request": "VERIFY",
    "ivs_verifying_key_from_bytes data": "PUBLIC_PEM", "ivs_verifying_key_from_file path": "PUBLIC_PATH",
    "ivs_verifying_key_from_pem pem": "PUBLIC_PEM", "ivs_key_ring_untag tag": "TAG",
}
# What is taken as bytes, whichever they are.
BYTES = {"signature", "pem", "passphrase", "json", "data"}
# What leaves the last error as it is.
TELLERS = ("ivs_last_error_", "ivs_status_", "ivs_version", "ivs_abi_version")
# What strangers send: any bytes, which are refused as what they are.
STRANGERS = {"ivs_inspect token", "ivs_verified_playback_allows_origin origin", "ivs_verifier_verify_playback origin"}

PRELUDE = r"""
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "ivs_token.h"

#define TEXT(text) {text, sizeof(text) - 1}
#define OF(text) (text).data, (text).len
/* When the token is issued whose signature is that of the unsigned one. */
#define MOMENT 1795252645

static const ivs_str NONE = {NULL, 0}, X = TEXT("x"), NAME = TEXT("other"), TAG = TEXT("team"), HD = TEXT("HD"),
                     KID = TEXT("arn:aws:ivs:us-west-2:123456789012:public-key/abc"),
                     OTHER = TEXT("arn:aws:ivs:us-west-2:123456789012:public-key/other"),
                     STAGE = TEXT("arn:aws:ivs:us-west-2:123456789012:stage/x"),
                     CHANNEL = TEXT("arn:aws:ivs:us-west-2:123456789012:channel/x"),
                     PLAYBACK_KID = TEXT("arn:aws:ivs:us-west-2:123456789012:playback-key/x"),
                     WHIP = TEXT("https://whip.example"), EVENTS = TEXT("wss://events.example"),
                     URL = TEXT("https://x"), VERSION = TEXT("1.0"), UUID = TEXT("01234567-89ab-4def-8123-456789abcdef"),
                     STAGE_JSON = TEXT("{\"arn\":\"arn:aws:ivs:us-west-2:123456789012:stage/x\",\"endpoints\":"
                                       "{\"whip\":\"https://whip.example\",\"events\":\"wss://events.example\"}}");
/* What is known when the program runs. */
static ivs_str MINT = TEXT("{\"kind\":\"playback\",\"channelArn\":\"arn:aws:ivs:us-west-2:123456789012:channel/x\"}");
static ivs_str VERIFY, SIGNATURE, PEM, PUBLIC_PEM, PATH, PUBLIC_PATH, JWKS, TOKEN, CONNECTION_TOKEN, PLAYBACK_TOKEN;
static char jwks[2048];
static const char *now_calling;

static void fail(const char *what) {
    fprintf(stderr, "%s: %s: %s (%s)\n", now_calling, what, ivs_last_error_message(), ivs_last_error_reason());
    exit(1);
}

#define MUST(call) do { now_calling = #call; if ((call) != IVS_OK) fail("is to go well"); } while (0)

/* What holds of every call: an error has its words, and a status its name. */
static void words(ivs_status status) {
    if (ivs_last_error_status() != status) fail("the last error is of another call");
    if ((status == IVS_OK) != (ivs_last_error_message()[0] == '\0')) fail("words without an error, or the other way");
    if ((status == IVS_OK) != (ivs_last_error_reason()[0] == '\0')) fail("a reason without an error, or the other way");
    if (strcmp(ivs_status_name(status), "IVS_UNKNOWN_STATUS") == 0) fail("a status without a name");
    if (status == IVS_INTERNAL) fail("a fault of the library");
}

/* What the struct says is what the functions say. */
static void told(const ivs_error *error) {
    if (error->status != ivs_last_error_status()) fail("the status of the struct is another");
    if (strcmp(error->reason, ivs_last_error_reason()) != 0) fail("the reason of the struct is another");
    if (strncmp(error->message, ivs_last_error_message(), strlen(error->message)) != 0) fail("the message of the struct is another");
    if ((error->message[0] == '\0') != (error->status == IVS_OK)) fail("a struct without its message");
}
"""


def good(function: header.Function) -> list[str]:
    arguments: list[str] = []
    twin = function.name.removesuffix("_e")
    for index, (kind, name) in enumerate(function.arguments):
        if len(arguments) > index:
            continue
        if kind in ("const char *", "const uint8_t *"):
            text = TEXTS.get(f"{twin} {name}", TEXTS.get(name, "X"))
            arguments += [f"({kind}){text}.data" if "uint8_t" in kind else f"{text}.data", f"{text}.len"]
        elif kind == "ivs_participant *const *":
            arguments.append("participants")
        elif kind == "const ivs_str *":
            arguments.append("texts")
        elif kind.endswith("**"):
            arguments.append(f"&out_{index}")
        elif kind == "ivs_str *":
            arguments.append(f"&text_{index}")
        elif kind == "ivs_error *":
            arguments.append(f"&error_{index}")
        elif kind.startswith("const ivs_"):
            arguments.append("a_" + kind.removeprefix("const ivs_").removesuffix("*").strip())
        elif kind.startswith("ivs_"):
            arguments.append("fresh")
        elif name in ("index", "tag_index"):
            arguments.append("0")
        elif function.name == "ivs_verifier_builder_set_fixed_time" and name == "at":
            arguments.append("1795252645")
        else:
            arguments.append({
                "char *": "buffer", "uint8_t *": "(uint8_t *)buffer", "void *": "buffer", "size_t *": "&size", "size_t": "1",
                "uint32_t": "1", "uint64_t": "1", "int64_t": "IVS_NOW", "bool": "true",
            }[kind])
    return arguments


def calls(function: header.Function) -> list[tuple[list[str], str | None]]:
    """Arguments, and the status that they must have, if there is one."""
    base = good(function)
    twin = function.name.removesuffix("_e")
    returned = [(base, "IVS_OK")]

    def bad(changes: dict[int, str], status: str | None = None) -> None:
        returned.append(([changes.get(i, argument) for i, argument in enumerate(base)], status))

    null = "IVS_NULL_ARGUMENT"
    for i, (kind, name) in enumerate(function.arguments):
        after = function.arguments[i + 1] if i + 1 < len(function.arguments) else ("", "")
        if function.name == "ivs_zeroize":
            bad({0: "NULL", 1: "5"})
            bad({0: "NULL", 1: "SIZE_MAX"})
            bad({1: "0"})
        elif kind in ("const char *", "const uint8_t *", "ivs_participant *const *", "const ivs_str *"):
            assert after[0] == "size_t"
            bad({i: "NULL", i + 1: "1"}, null)
            bad({i: "NULL", i + 1: "SIZE_MAX"}, null)
            bad({i: "NULL", i + 1: "0"})
            one = {"const char *": '"x"', "const uint8_t *": '(const uint8_t *)"x"'}.get(kind, base[i])
            refused = function.name.startswith(("ivs_verifier_verify", "ivs_verifier_exchange")) and name == "token"
            any_origin = name == "origin" and f"{twin} {name}" in STRANGERS
            # The token of this program allows no origin strictly, so that none is refused.
            too_long = "IVS_TOKEN_INVALID" if refused else "IVS_OK" if any_origin else "IVS_INPUT_TOO_LONG"
            bad({i: one, i + 1: "0"})
            bad({i: one, i + 1: "SIZE_MAX"}, too_long)
            bad({i: one, i + 1: "SIZE_MAX / 2"}, too_long)
            bad({i: one, i + 1: "(1 << 20) + 1"}, too_long)
            if kind == "const char *":
                any_bytes = name in BYTES or f"{twin} {name}" in STRANGERS
                not_utf8 = "IVS_TOKEN_INVALID" if refused else None if any_bytes else "IVS_INVALID_UTF8"
                nul = "IVS_TOKEN_INVALID" if refused else None if any_bytes else "IVS_NUL_IN_TEXT"
                bad({i: r'"\xff\xfe"', i + 1: "2"}, not_utf8)
                bad({i: r'"\xed\xa0\x80"', i + 1: "3"}, not_utf8)
                bad({i: r'"a\0b"', i + 1: "3"}, nul)
                bad({i: "long_text", i + 1: "1 << 20"})
            elif "participant" in kind:
                bad({i: "with_null", i + 1: "2"}, null)
            elif kind == "const ivs_str *":
                bad({i: "bad_texts", i + 1: "1"}, null)
                # Those are refused one by one.
                bad({i: "bad_texts + 1", i + 1: "1"}, "IVS_OK")
                bad({i: "bad_texts + 2", i + 1: "1"}, "IVS_OK")
        elif kind in ("char *", "uint8_t *"):
            bad({i: "NULL"}, null)
            bad({i + 1: "NULL"}, null)
            bad({i: f"(size = 0, ({kind})NULL)"}, "IVS_BUFFER_TOO_SMALL")
            bad({i: f"(size = 1, {base[i]})"}, "IVS_BUFFER_TOO_SMALL")
        elif kind == "size_t *" and name == "len":
            pass
        elif kind == "ivs_error *":
            # Who does not want it gives none.
            bad({i: "NULL"}, "IVS_OK")
        elif kind.endswith("*"):
            # The only ones that may be NULL are those to be freed.
            bad({i: "NULL"}, None if function.name.endswith("_free") else null)
        elif kind == "bool":
            bad({i: "false"})
        elif name in ("index", "tag_index"):
            bad({i: "SIZE_MAX"}, "IVS_OUT_OF_RANGE")
            bad({i: "1000"}, "IVS_OUT_OF_RANGE")
        elif kind in ("uint32_t", "uint64_t", "int64_t", "size_t"):
            limits = {"uint32_t": ["0", "UINT32_MAX"], "uint64_t": ["0", "UINT64_MAX"], "size_t": ["0", "SIZE_MAX"],
                      "int64_t": ["0", "INT64_MIN", "INT64_MAX"]}[kind]
            for value in limits:
                bad({i: value})
    return returned


def call(function: header.Function, arguments: list[str], status: str | None) -> list[str]:
    """One call, and what must hold after it."""
    lines, after = [], []
    outputs: list[tuple[str, str]] = []  # whether it is as it was, and whether it is well written
    for i, (kind, _) in enumerate(function.arguments):
        if arguments[i] == "NULL":
            continue
        if arguments[i] == "fresh":
            made = kind.removesuffix("*").strip()
            lines.append(f"        {made} *fresh = NULL; MUST({OBJECTS[made].format('fresh')});")
            after.append(f"        {made}_free(fresh);")
        elif kind.endswith("**"):
            made = kind.removesuffix("**").strip()
            lines.append(f"        {made} *const marker_{i} = ({made} *)(void *)buffer, *out_{i} = marker_{i};")
            outputs.append((f"out_{i} == marker_{i}", f"out_{i} != marker_{i} && out_{i} != NULL"))
            after.append(f"        if (status == IVS_OK) {made}_free(out_{i});")
        elif kind == "ivs_str *":
            lines.append(f"        ivs_str text_{i} = {{buffer, sizeof buffer}};")
            # A getter may answer that there is no such text.
            there = f"(text_{i}.data != NULL || text_{i}.len == 0)" if function.name.endswith("_out") else f"text_{i}.data != NULL"
            outputs.append((f"text_{i}.len == sizeof buffer", f"text_{i}.len < sizeof buffer && {there}"))
        elif kind == "ivs_error *":
            lines.append(f"        ivs_error error_{i}; memset(&error_{i}, '!', sizeof error_{i});")
            after.append(f"        told(&error_{i});")
        elif kind in ("char *", "uint8_t *"):
            end = "buffer[size] == 0 && " if kind == "char *" else ""
            beyond = f"size{' + 1' if kind == 'char *' else ''}"
            rest = f"memcmp(buffer + {beyond}, untouched, sizeof buffer - ({beyond})) == 0"
            kept = "memcmp(buffer, untouched, sizeof buffer) == 0"
            if arguments[i + 1] == "&size":
                kept += " && (status == IVS_BUFFER_TOO_SMALL ? size > 1 : size == sizeof buffer)"
            outputs.append((kept, f"size > 0 && size < 4096 && {end}{rest}"))
    lines.append("        size = sizeof buffer; (void)size; memcpy(buffer, untouched, sizeof buffer);")
    lines.append(f'        now_calling = "{function.name}";')
    made_call = f"{function.name}({', '.join(arguments)})"
    if function.returns == "ivs_status" and function.arguments:
        lines.append(f"        const ivs_status status = {made_call};")
        lines.append("        words(status);")
        if status:
            lines.append(f'        if (status != {status}) fail("is to be {status}");')
        for untouched, written in outputs:
            lines.append(f'        if (status != IVS_OK && !({untouched})) fail("an output without IVS_OK");')
            lines.append(f'        if (status == IVS_OK && !({written})) fail("no output with IVS_OK");')
    elif function.returns == "void":
        lines.append(f"        {made_call};")
    else:
        lines.append(f"        {function.returns} value = {made_call};")
        absent = {"ivs_str": "value.data == NULL && value.len == 0", "int64_t": "value == -1", "bool": "!value"}
        if function.name.endswith("_session_version"):
            absent["int64_t"] = "value == 0"  # any number is a version
        if status and status != "IVS_OK":
            lines.append(f'        if (!({absent.get(function.returns, "value == 0")})) fail("a value, and none to tell");')
        lines.append("        (void)value;")
        if status and not function.name.startswith(TELLERS):
            lines.append(f'        if (ivs_last_error_status() != {status}) fail("is to be {status}");')
    return lines + after


def program() -> str:
    functions = header.functions()
    types = [function.name.removesuffix("_free") for function in functions if function.name.endswith("_free")]
    assert sorted(types) == sorted(OBJECTS), sorted(set(types) ^ set(OBJECTS))
    lines = [PRELUDE]
    lines += [f"static {kind} *a_{kind.removeprefix('ivs_')};" for kind in OBJECTS]
    lines.append("static ivs_participant *participants[1], *with_null[2];")
    lines.append("static ivs_str texts[1], bad_texts[] = {{NULL, 1}, {\"x\", SIZE_MAX}, {\"\\xff\", 1}};")
    lines.append("""
static ivs_status built(ivs_verifier **out) {
    ivs_status status = ivs_verifier_builder_add_key(a_verifier_builder, OF(KID), a_verifying_key);
    if (status == IVS_OK) status = ivs_verifier_builder_add_playback_key(a_verifier_builder, OF(PLAYBACK_KID), a_verifying_key);
    return status == IVS_OK ? ivs_verifier_builder_build(a_verifier_builder, out) : status;
}

static ivs_status a_ring(ivs_key_ring **out) {
    ivs_status status = ivs_key_ring_new(0, out);
    if (status == IVS_OK) status = ivs_key_ring_import_named(*out, OF(OTHER), OF(NAME), a_verifying_key);
    if (status == IVS_OK) status = ivs_key_ring_rotate(*out, OF(KID), a_signing_key, IVS_NOW);
    return status == IVS_OK ? ivs_key_ring_tag(*out, OF(KID), OF(TAG), OF(X)) : status;
}

static size_t content(const char *path, char *text, size_t size) {
    FILE *file = fopen(path, "rb");
    if (file == NULL) return fprintf(stderr, "%s cannot be read\\n", path), exit(2), 0;
    const size_t len = fread(text, 1, size, file);
    fclose(file);
    return len;
}

static ivs_token *connection_token, *playback_token, *signed_token;

/* The signature of a token: the last 128 characters, of base64url. */
static ivs_str signature_of(ivs_str token) {
    static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    static char signature[96];
    const char *text = token.data + token.len - 128;
    unsigned bits = 0;
    for (size_t i = 0, written = 0; i < 128; i++) {
        bits = bits << 6 | (unsigned)(strchr(alphabet, text[i]) - alphabet);
        if (i % 4 != 0) signature[written++] = (char)(bits >> (6 - 2 * (i % 4)));
    }
    return (ivs_str){signature, sizeof signature};
}

int main(int argc, char **argv) {
    static char buffer[IVS_TOKEN_MAX], untouched[IVS_TOKEN_MAX], long_text[1 << 20];
    static char secret[4096], half[4096], request[IVS_TOKEN_MAX + 256];
    size_t size;
    if (argc != 3) return fputs("usage: hostile PRIVATE_KEY PUBLIC_KEY\\n", stderr), 2;
    PATH = (ivs_str){argv[1], strlen(argv[1])};
    PUBLIC_PATH = (ivs_str){argv[2], strlen(argv[2])};
    PEM = (ivs_str){secret, content(argv[1], secret, sizeof secret)};
    PUBLIC_PEM = (ivs_str){half, content(argv[2], half, sizeof half)};
    memset(long_text, 'x', sizeof long_text);
    memset(untouched, '!', sizeof untouched);
    (void)with_null;
""")
    for kind, make in OBJECTS.items():
        name = "a_" + kind.removeprefix("ivs_")
        lines.append(f"    MUST({make.format(name)});")
        if kind == "ivs_participant":
            lines.append("    participants[0] = with_null[0] = a_participant;")
            lines.append("    MUST(ivs_participant_set_user_id(a_participant, OF(X)));")
            lines.append("    MUST(ivs_participant_set_participant_id(a_participant, OF(X)));")
            lines.append("    MUST(ivs_participant_set_attribute(a_participant, OF(X), OF(X)));")
        if kind == "ivs_key_ring":
            lines.append("    size = sizeof jwks;\n    MUST(ivs_key_ring_to_jwks(a_key_ring, jwks, &size));")
            lines.append("    JWKS = (ivs_str){jwks, size};")
        if kind == "ivs_playback":
            lines.append("    MUST(ivs_playback_add_origin(a_playback, OF(URL)));")
        if kind in ("ivs_connection", "ivs_playback"):
            token = kind.removeprefix("ivs_") + "_token"
            lines.append(f"    MUST({kind}_mint_token({name}, a_signing_key, IVS_NOW, &{token}));")
            lines.append(f"    {token.upper()} = ivs_token_text({token});")
        if kind == "ivs_playback":
            lines.append(r'''    VERIFY = (ivs_str){request, (size_t)snprintf(request, sizeof request,
        "{\"kind\":\"playback\",\"token\":\"%.*s\",\"kid\":\"%.*s\"}", IVS_PRINT(PLAYBACK_TOKEN), IVS_PRINT(PLAYBACK_KID))};''')
        if kind == "ivs_token":
            lines.append("    texts[0] = TOKEN = ivs_token_text(a_token);")
            lines.append("    MUST(ivs_participant_mint_token(a_participant, a_signing_key, MOMENT, &signed_token));")
            lines.append("    SIGNATURE = signature_of(ivs_token_text(signed_token));")
    count = 0
    for function in functions:
        frees = function.name.endswith("_free")
        for arguments, status in calls(function):
            if frees and arguments != ["NULL"]:
                continue
            count += 1
            lines += ["    {", *call(function, arguments, status), "    }"]
    lines.append("    ivs_token_free(connection_token);\n    ivs_token_free(playback_token);\n    ivs_token_free(signed_token);")
    lines += [f"    {kind}_free(a_{kind.removeprefix('ivs_')});" for kind in OBJECTS]
    lines.append(f'    puts("{len(functions)} functions, {count} calls");\n    return 0;\n}}')
    return "\n".join(lines) + "\n"


Path(sys.argv[1]).write_text(program())
