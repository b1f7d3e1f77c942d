# Thin on purpose: each target is a line or two. What `test` does stands in scripts/test.

.PHONY: demo play test soak test-ray test-spark test-next bench bench-quick bench-check bench-growth bench-c bench-local bench-node bench-python proof prove ct fuzz fmt lint lint-bench docs site install

PREFIX ?= /usr/local

demo:
	@echo "Building; the first time this takes a minute or two." >&2
	@cargo run --quiet --release --locked -p ivs-token-cli -- demo

# A local stage, and two pages to see each other on it. The official web client is used where WEB_CLIENT names its script.
play:
	@echo "Building; the first time this takes a minute or two." >&2
	@cargo run --quiet --locked -p ivs-local -- --demo $(if $(WEB_CLIENT),--web-client '$(WEB_CLIENT)')

test:
	@scripts/test

# A minute of 12 publishers and 50 subscribers on one local stage: memory is flat after, and no task is left. `test` has a short form.
soak:
	@IVS_LOCAL_SOAK_SECONDS=60 cargo test --quiet --locked --release -p ivs-local --test door -- --ignored --exact soak::a_full_stage --nocapture

# The examples for clusters, on one of this machine. Not part of `test`: Ray and Spark are large.
test-ray:
	@scripts/test-clusters ray

test-spark:
	@scripts/test-clusters spark

# The route handler in an application of Next.js, which is large too.
test-next:
	@scripts/test-next

# This machine: ours beside its peers, into target/bench. See benches/README.md.
bench:
	@scripts/bench

bench-quick:
	@scripts/bench quick

bench-check:
	@scripts/bench check

bench-growth:
	@scripts/bench growth

bench-c:
	@scripts/bench-c

# The local IVS beside moto's server.
bench-local:
	@scripts/bench-local

bench-node:
	@scripts/bench-node

bench-python:
	@scripts/bench-python

# Ten million cases against two other implementations: hours. A smaller number: make proof CASES=100000
CASES ?= 10000000
proof:
	@ES384_PROOF_CASES=$(CASES) cargo test --quiet --locked --release -p es384 --lib random_and_adversarial_cases -- --nocapture

# What solvers can prove of the arithmetic, for all values: a few seconds.
prove:
	@python3 -m venv target/prove
	@target/prove/bin/python -m pip install --quiet --disable-pip-version-check -r docs/proofs/requirements.txt
	@for proof in docs/proofs/*.py; do target/prove/bin/python "$$proof" || exit; done

# Whether the time of signing tells anything about its secrets: minutes, on a machine that is otherwise quiet.
ct:
	@cargo test --quiet --locked --release -p es384 --lib time_tells_nothing -- --ignored --nocapture

# Any bytes, the engine against the backend: FUZZ_SECONDS=3600 make fuzz
fuzz:
	@scripts/fuzz

fmt:
	@cargo fmt --all

lint:
	@cargo fmt --all --check
	@cargo clippy --quiet --locked --workspace --features es384/model --all-targets -- -D warnings

# The peers of the benches, which are compiled by nothing else.
lint-bench:
	@scripts/bench lint

docs:
	@RUSTDOCFLAGS="-D warnings" cargo doc --quiet --locked --workspace --no-deps

# The guide, into target/site/html: a broken link, a broken anchor or a missing snippet is an error.
site:
	@scripts/site

# The C library: LIBDIR, INCLUDEDIR and DOCDIR can be given too, and DESTDIR to those who make packages.
install:
	@PREFIX='$(PREFIX)' DESTDIR='$(DESTDIR)' LIBDIR='$(LIBDIR)' INCLUDEDIR='$(INCLUDEDIR)' DOCDIR='$(DOCDIR)' bindings/c/install
