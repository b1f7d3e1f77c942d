# Thin on purpose: each target is a line or two. What `test` does stands in scripts/test.

.PHONY: demo test bench bench-c fmt lint docs install

PREFIX ?= /usr/local

demo:
	@echo "Building; the first time this takes a minute or two." >&2
	@cargo run --quiet --release --locked -p ivs-token-cli -- demo

test:
	@scripts/test

bench:
	@cargo bench --quiet --locked -p benches --bench ratios

bench-c:
	@scripts/bench-c

fmt:
	@cargo fmt --all

lint:
	@cargo fmt --all --check
	@cargo clippy --quiet --locked --workspace --all-targets -- -D warnings

docs:
	@RUSTDOCFLAGS="-D warnings" cargo doc --quiet --locked --workspace --no-deps

# The C library: LIBDIR and INCLUDEDIR can be given too, and DESTDIR to those who make packages.
install:
	@PREFIX='$(PREFIX)' DESTDIR='$(DESTDIR)' LIBDIR='$(LIBDIR)' INCLUDEDIR='$(INCLUDEDIR)' bindings/c/install
