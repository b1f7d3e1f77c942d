"""Takes the programs in C and C++ out of the READMEs: each block that has a `main` is one, and every block has one."""

import re
import sys
from pathlib import Path

root = Path(__file__).parents[2]
out = Path(sys.argv[1])
out.mkdir(parents=True, exist_ok=True)
count = 0
for document in ["README.md", "bindings/c/README.md", "docs/vault.md"]:
    name = document.removesuffix(".md").replace("/", "-")
    for language, body in re.findall(r"^```(c|cpp)\n(.*?)^```$", (root / document).read_text(), flags=re.M | re.S):
        if "int main(" not in body:
            sys.exit(f"{document} has a block of {language} that is no program:\n{body}")
        count += 1
        (out / f"{count}-{name}.{language}").write_text(body)
if count < 5:
    sys.exit(f"only {count} programs in the READMEs")
