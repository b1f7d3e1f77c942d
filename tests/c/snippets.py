"""Takes the programs in C and C++ out of the READMEs and the guide. A block that has a `main` is one; the others of a page of the guide
are one together, which begins with the names of the quickstart. What a comment behind a `printf` or a `puts` says that it prints goes into a
file beside the program, which ends in `.expected`."""

import re
import sys
import textwrap
from pathlib import Path

BEGINNING = """\
#include <ivs_token.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

int main(void) {
    const char *kid = "arn:aws:ivs:us-west-2:123456789012:public-key/f99cde61-c2b0-4df3-8941-ca7d38acca1a";
    const char *stage_arn = "arn:aws:ivs:us-west-2:123456789012:stage/oRmLNwuCeMlQ";
    const char *whip = "https://453fdfd2ad24df.global-bm.whip.live-video.net";
    char token[IVS_TOKEN_MAX];
    size_t token_len = sizeof token;
    ivs_signing_key *key = NULL;
    ivs_verifying_key *public_key = NULL;
    ivs_stage *stage = NULL;
    ivs_participant *someone = NULL;
    ivs_verifier_builder *for_verifier = NULL;
    ivs_verifier *verifier = NULL;
    ivs_status status = ivs_signing_key_from_file(IVS_TEXT("private.pem"), NULL, 0, IVS_TEXT(kid), &key);
    if (status == IVS_OK) status = ivs_verifying_key_from_file(IVS_TEXT("public.pem"), &public_key);
    if (status == IVS_OK) status = ivs_stage_new(IVS_TEXT(stage_arn), IVS_TEXT(whip), NULL, 0, &stage);
    if (status == IVS_OK) status = ivs_participant_new(stage, &someone);
    if (status == IVS_OK) status = ivs_participant_mint(someone, key, token, &token_len);
    if (status == IVS_OK) status = ivs_verifier_builder_new(&for_verifier);
    if (status == IVS_OK) status = ivs_verifier_builder_add_key(for_verifier, IVS_TEXT(kid), public_key);
    if (status == IVS_OK) status = ivs_verifier_builder_set_stage(for_verifier, IVS_TEXT(stage_arn));
    if (status == IVS_OK) status = ivs_verifier_builder_build(for_verifier, &verifier);
    ivs_verifier_builder_free(for_verifier);
    if (status != IVS_OK) return 2;
"""
END = """\
    ivs_verifier_free(verifier);
    ivs_participant_free(someone);
    ivs_stage_free(stage);
    ivs_verifying_key_free(public_key);
    ivs_signing_key_free(key);
    return status == IVS_OK ? 0 : 1;
}
"""

root = Path(__file__).parents[2]
out = Path(sys.argv[1])
out.mkdir(parents=True, exist_ok=True)
count = 0
for document in [root / "README.md", root / "bindings/c/README.md", *sorted((root / "docs").rglob("*.md"))]:
    name = document.relative_to(root).with_suffix("").as_posix().replace("/", "-")
    fragments = ""
    for _, language, body in re.findall(r"^( *)```(c|cpp)\n(.*?)^\1```$", document.read_text(encoding="utf-8"), flags=re.M | re.S):
        program = textwrap.dedent(body)
        if "int main(" not in program:
            if language == "cpp":
                sys.exit(f"{document} has a block of C++ that is no program:\n{body}")
            fragments += textwrap.indent(program, "    ")
            continue
        count += 1
        (out / f"{count}-{name}.{language}").write_text(program, encoding="utf-8")
    if fragments:
        count += 1
        (out / f"{count}-{name}.c").write_text(BEGINNING + fragments + END, encoding="utf-8")
        said = re.findall(r"\b(?:printf|puts)\(.*\); // (.*)$", fragments, re.M)
        (out / f"{count}-{name}.expected").write_text("".join(f"{line}\n" for line in said), encoding="utf-8")
if count < 13:
    sys.exit(f"only {count} programs in the READMEs and the guide")
