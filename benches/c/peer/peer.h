/* The same calls in Rust, for benches/c/bench.c: each answers 1 when it went well. */
#ifndef PEER_H
#define PEER_H

#include <stddef.h>

int peer_setup(const char *pem, size_t pem_len);
int peer_mint(void);
int peer_verify(const char *token, size_t token_len);

#endif
