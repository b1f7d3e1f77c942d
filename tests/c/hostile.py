"""Writes a C program that calls every function of the header with NULL, hostile lengths and extreme numbers.

Each argument in turn is bad, while the others are good. Whatever the function, it may not crash; what is NULL and must not be is
told as such, nothing is written but with IVS_OK, and an error has its words.
"""

import sys
from pathlib import Path

import header

# How a good one of each type is made.
OBJECTS = {
    "ivs_signing_key": "ivs_signing_key_from_pem(PEM, KID, &{})",
    "ivs_verifying_key": "ivs_signing_key_verifying_key(a_signing_key, &{})",
    "ivs_stage": "ivs_stage_new(STAGE, WHIP, NULL, 0, &{})",
    "ivs_participant": "ivs_participant_new(a_stage, &{})",
    "ivs_token": "ivs_participant_mint_token(a_participant, a_signing_key, IVS_NOW, &{})",
    "ivs_token_list": "ivs_mint_batch(participants, 1, a_signing_key, &{})",
    "ivs_connection": "ivs_connection_new(&{})",
    "ivs_verifier_builder": "ivs_verifier_builder_new(&{})",
    "ivs_verifier": "built(&{})",
    "ivs_verified": "ivs_verifier_verify(a_verifier, text_of(a_token), &{})",
    "ivs_verified_connection": "ivs_verifier_verify_connection(a_verifier, text_of(a_connection_token()), &{})",
    "ivs_exchange": "ivs_exchange_of_token(a_token, &{})",
    "ivs_playback": "ivs_playback_new(CHANNEL, &{})",
    "ivs_verified_playback": "ivs_verifier_verify_playback(a_verifier, text_of(a_playback_token()), NULL, 0, NULL, 0, &{})",
    "ivs_verified_list": "ivs_verifier_verify_batch(a_verifier, texts, 1, &{})",
    "ivs_key_ring": "a_ring(&{})",
    "ivs_key_list": "ivs_key_ring_list(a_key_ring, &{})",
    "ivs_revocations": "ivs_revocations_new(&{})",
    "ivs_inspection": 'ivs_inspect("x", 1, IVS_NOW, &{})',
}

PRELUDE = r"""
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "ivs_token.h"

#define TEXT(text) (text), sizeof(text) - 1
#define KID TEXT("arn:aws:ivs:us-west-2:123456789012:public-key/abc")
#define STAGE TEXT("arn:aws:ivs:us-west-2:123456789012:stage/x")
#define CHANNEL TEXT("arn:aws:ivs:us-west-2:123456789012:channel/x")
#define PLAYBACK_KID TEXT("arn:aws:ivs:us-west-2:123456789012:playback-key/x")
#define WHIP TEXT("https://whip.example")
#define PEM pem, pem_len
#define text_of(token) ivs_token_text(token).data, ivs_token_text(token).len

static const char *pem;
static size_t pem_len;
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
"""


def good(kind: str, name: str, index: int) -> str:
    if kind == "const ivs_participant *const *":
        return "participants"
    if kind == "const ivs_str *":
        return "texts"
    if kind.endswith("**"):
        return f"&out_{index}"
    if kind == "ivs_str *":
        return f"&text_{index}"
    if kind.endswith("*") and kind.removeprefix("const ").startswith("ivs_"):
        return "a_" + kind.removeprefix("const ").removesuffix("*").strip().removeprefix("ivs_")
    if name == "index":
        return "0"
    return {
        "const char *": '"x"', "const uint8_t *": "bytes", "char *": "buffer", "void *": "buffer",
        "size_t *": "&size", "size_t": "1", "uint32_t": "1", "uint64_t": "1", "int64_t": "IVS_NOW", "bool": "true",
    }[kind]


def calls(function: header.Function) -> list[tuple[list[str], str | None]]:
    """Arguments, and the status that they must have, if there is one."""
    base = [good(kind, name, i) for i, (kind, name) in enumerate(function.arguments)]
    if function.name == "ivs_playback_url":
        base[:2] = ['"https://x"', "9"]
    returned = [(base, None)]

    def bad(changes: dict[int, str], status: str | None = None) -> None:
        returned.append(([changes.get(i, argument) for i, argument in enumerate(base)], status))

    null = "IVS_NULL_ARGUMENT"
    for i, (kind, name) in enumerate(function.arguments):
        after = function.arguments[i + 1] if i + 1 < len(function.arguments) else ("", "")
        if function.name == "ivs_zeroize":
            bad({0: "NULL", 1: "5"})
            bad({0: "NULL", 1: "SIZE_MAX"})
            bad({1: "0"})
        elif kind in ("const char *", "const uint8_t *", "const ivs_participant *const *", "const ivs_str *"):
            assert after[0] == "size_t"
            bad({i: "NULL", i + 1: "1"}, null)
            bad({i: "NULL", i + 1: "SIZE_MAX"}, null)
            bad({i: "NULL", i + 1: "0"})
            bad({i + 1: "0"})
            bad({i + 1: "SIZE_MAX"}, "IVS_INPUT_TOO_LONG")
            bad({i + 1: "SIZE_MAX / 2"}, "IVS_INPUT_TOO_LONG")
            bad({i + 1: "(1 << 20) + 1"}, "IVS_INPUT_TOO_LONG")
            if kind == "const char *":
                bad({i: r'"\xff\xfe"', i + 1: "2"})
                bad({i: r'"\xed\xa0\x80"', i + 1: "3"})
                bad({i: r'"a\0b"', i + 1: "3"})
                bad({i: "long_text", i + 1: "1 << 20"})
            elif "participant" in kind:
                bad({i: "with_null", i + 1: "2"}, null)
            elif kind == "const ivs_str *":
                bad({i: "bad_texts", i + 1: "1"}, null)
                bad({i: "bad_texts + 1", i + 1: "1"}, "IVS_INPUT_TOO_LONG")
                bad({i: "bad_texts + 2", i + 1: "1"}, "IVS_INVALID_UTF8")
        elif kind == "char *":
            bad({i: "NULL"}, null)
            bad({i + 1: "NULL"}, null)
            bad({i: "(size = 0, (char *)NULL)"}, "IVS_BUFFER_TOO_SMALL")
            bad({i: "(size = 1, buffer)"}, "IVS_BUFFER_TOO_SMALL")
        elif kind == "size_t *" and function.arguments[i - 1][0] == "char *":
            pass
        elif kind.endswith("*"):
            # The only ones that may be NULL are those to be freed.
            bad({i: "NULL"}, None if function.name.endswith("_free") else null)
        elif kind == "bool":
            bad({i: "false"})
        elif kind in ("uint32_t", "uint64_t", "int64_t", "size_t"):
            limits = {"uint32_t": ["0", "UINT32_MAX"], "uint64_t": ["0", "UINT64_MAX"], "size_t": ["0", "SIZE_MAX"],
                      "int64_t": ["0", "INT64_MIN", "INT64_MAX"]}[kind]
            for value in limits:
                bad({i: value})
    return returned


def program() -> str:
    functions = header.functions()
    types = [function.name.removesuffix("_free") for function in functions if function.name.endswith("_free")]
    assert sorted(types) == sorted(OBJECTS), sorted(set(types) ^ set(OBJECTS))
    lines = [PRELUDE]
    lines += [f"static {kind} *a_{kind.removeprefix('ivs_')};" for kind in OBJECTS]
    lines.append("static const ivs_participant *participants[1], *with_null[2];")
    lines.append("static ivs_str texts[1], bad_texts[] = {{NULL, 1}, {\"x\", SIZE_MAX}, {\"\\xff\", 1}};")
    lines.append("""
static ivs_status built(ivs_verifier **out) {
    ivs_status status = ivs_verifier_builder_add_key(a_verifier_builder, KID, a_verifying_key);
    if (status == IVS_OK) status = ivs_verifier_builder_add_playback_key(a_verifier_builder, PLAYBACK_KID, a_verifying_key);
    return status == IVS_OK ? ivs_verifier_builder_build(a_verifier_builder, out) : status;
}

static ivs_status a_ring(ivs_key_ring **out) {
    ivs_status status = ivs_key_ring_new(0, out);
    return status == IVS_OK ? ivs_key_ring_import(*out, KID, a_verifying_key) : status;
}

static ivs_token *connection_token, *playback_token;

static const ivs_token *a_playback_token(void) {
    if (playback_token == NULL)
        MUST(ivs_playback_mint_token(a_playback, a_signing_key, IVS_NOW, &playback_token));
    return playback_token;
}

static const ivs_token *a_connection_token(void) {
    if (connection_token == NULL)
        MUST(ivs_connection_mint_token(a_connection, a_signing_key, IVS_NOW, &connection_token));
    return connection_token;
}

int main(int argc, char **argv) {
    static char buffer[IVS_TOKEN_MAX], untouched[IVS_TOKEN_MAX], long_text[1 << 20];
    static const uint8_t bytes[] = "x";
    static char secret[4096];
    size_t size;
    FILE *file = argc == 2 ? fopen(argv[1], "rb") : NULL;
    if (file == NULL) return fputs("usage: hostile PRIVATE_KEY_FILE\\n", stderr), 2;
    pem = secret;
    pem_len = fread(secret, 1, sizeof secret, file);
    fclose(file);
    memset(long_text, 'x', sizeof long_text);
    memset(untouched, '!', sizeof untouched);
    (void)bytes; (void)with_null;
""")
    for kind, make in OBJECTS.items():
        name = "a_" + kind.removeprefix("ivs_")
        lines.append(f"    MUST({make.format(name)});")
        if kind == "ivs_participant":
            lines.append("    participants[0] = with_null[0] = a_participant;")
        if kind == "ivs_token":
            lines.append("    texts[0] = ivs_token_text(a_token);")
    count = 0
    for function in functions:
        frees = function.name.endswith("_free")
        lines.append(f'    now_calling = "{function.name}";')
        for arguments, status in calls(function):
            if frees and arguments != ["NULL"]:
                continue
            count += 1
            lines.append("    {")
            for i, (kind, _) in enumerate(function.arguments):
                if arguments[i] == "NULL":
                    continue
                if kind.endswith("**"):
                    made = kind.removesuffix("**").strip()
                    lines.append(f"        {made} *const marker_{i} = ({made} *)(void *)buffer, *out_{i} = marker_{i};")
                elif kind == "ivs_str *":
                    lines.append(f"        ivs_str text_{i} = {{buffer, 7}};")

            lines.append("        size = sizeof buffer; (void)size; memcpy(buffer, untouched, sizeof buffer);")
            call = f"{function.name}({', '.join(arguments)})"
            if function.returns == "ivs_status" and function.arguments:
                lines.append(f"        const ivs_status status = {call};")
                lines.append("        words(status);")
                if status:
                    lines.append(f'        if (status != {status}) fail("is to be {status}");')
                for i, (kind, _) in enumerate(function.arguments):
                    made = kind.removesuffix("**").strip()
                    if kind.endswith("**") and arguments[i] != "NULL":
                        lines.append(f"        if (status == IVS_OK) {made}_free(out_{i});")
                        lines.append(f'        else if (out_{i} != marker_{i}) fail("an output without IVS_OK");')
                    elif kind == "ivs_str *" and arguments[i] != "NULL":
                        lines.append(f'        if (status != IVS_OK && text_{i}.len != 7) fail("an output without IVS_OK");')
                    elif kind == "char *":
                        lines.append("        if (status != IVS_OK && memcmp(buffer, untouched, sizeof buffer) != 0)")
                        lines.append('            fail("a buffer without IVS_OK");')
            elif function.returns == "void":
                lines.append(f"        {call};")
            else:
                lines.append(f"        (void){call};")
                if status:
                    lines.append(f'        if (ivs_last_error_status() != {status}) fail("is to be {status}");')
            lines.append("    }")
    lines.append("    ivs_token_free(connection_token);\n    ivs_token_free(playback_token);")
    lines += [f"    {kind}_free(a_{kind.removeprefix('ivs_')});" for kind in OBJECTS]
    lines.append(f'    puts("{len(functions)} functions, {count} calls");\n    return 0;\n}}')
    return "\n".join(lines) + "\n"


Path(sys.argv[1]).write_text(program())
