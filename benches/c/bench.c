/* What a call through C costs beside the same call in Rust, and beside libjwt where it is installed (HAVE_LIBJWT).
 *
 * Machines are shared and their speed drifts: each round measures every case in turn, and a ratio is the median of the ratios
 * within the rounds. Arguments: the private key of the tests in PEM, and how many rounds.
 */
#define _POSIX_C_SOURCE 200809L
#include <ivs_token.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#ifdef HAVE_LIBJWT
#include <jwt.h>
#endif
#include "peer/peer.h"

#define CALLS 20
#define MAX_ROUNDS 1000
#define TEXT(text) (text), sizeof(text) - 1
#define KID "arn:aws:ivs:us-west-2:123456789012:public-key/f99cde61-c2b0-4df3-8941-ca7d38acca1a"
#define STAGE_ARN "arn:aws:ivs:us-west-2:123456789012:stage/oRmLNwuCeMlQ"
#define WHIP_URL "https://453fdfd2ad24df.global-bm.whip.live-video.net"

static void check(int good, const char *what) {
    if (!good) {
        fprintf(stderr, "%s: %s\n", what, ivs_last_error_message());
        exit(1);
    }
}
#define OK(call) check((call) == IVS_OK, #call)

static ivs_signing_key *key;
static ivs_participant *participant;
static ivs_verifier *verifier;
static char token[IVS_TOKEN_MAX];
static size_t token_len;

static void c_mint(void) {
    char text[IVS_TOKEN_MAX];
    size_t len = sizeof text;
    OK(ivs_participant_mint(participant, key, text, &len));
}

static void c_verify(void) {
    ivs_verified *who = NULL;
    OK(ivs_verifier_verify(verifier, token, token_len, &who));
    ivs_verified_free(who);
}

static void rust_mint(void) { check(peer_mint(), "minting in Rust"); }
static void rust_verify(void) { check(peer_verify(token, token_len), "verifying in Rust"); }

static char pem[8192], public_pem[512];
static size_t pem_len, public_len = sizeof public_pem;

#ifdef HAVE_LIBJWT
/* The same claims as ours; libjwt parses the key for each token, as its interface has it. */
static void libjwt_mint(void) {
    jwt_t *jwt = NULL;
    const time_t now = time(NULL);
    check(jwt_new(&jwt) == 0, "libjwt");
    jwt_add_header(jwt, "kid", KID);
    jwt_add_grant_int(jwt, "exp", now + 43200);
    jwt_add_grant_int(jwt, "iat", now);
    jwt_add_grant(jwt, "jti", "pQ7x0123456789abcdefAB");
    jwt_add_grant(jwt, "user_id", "ana");
    jwt_add_grant(jwt, "resource", STAGE_ARN);
    jwt_add_grant(jwt, "topic", "oRmLNwuCeMlQ");
    jwt_add_grant(jwt, "events_url", "wss://global.events.live-video.net");
    jwt_add_grant(jwt, "whip_url", WHIP_URL);
    jwt_add_grants_json(jwt, "{\"capabilities\":{\"allow_publish\":true,\"allow_subscribe\":true},"
                             "\"attributes\":{\"displayName\":\"Ana\",\"seat\":\"12\",\"team\":\"blue\"}}");
    jwt_add_grant(jwt, "version", "1.0");
    check(jwt_set_alg(jwt, JWT_ALG_ES384, (unsigned char *)pem, (int)pem_len) == 0, "libjwt's key");
    char *text = jwt_encode_str(jwt);
    check(text != NULL, "libjwt's token");
    free(text);
    jwt_free(jwt);
}

static void libjwt_verify(void) {
    jwt_t *jwt = NULL;
    check(jwt_decode(&jwt, token, (unsigned char *)public_pem, (int)public_len) == 0, "libjwt's verification");
    jwt_free(jwt);
}
#endif

typedef struct { const char *name; void (*call)(void); } bench_case;

static double measured(void (*call)(void)) {
    struct timespec begin, end;
    clock_gettime(CLOCK_MONOTONIC, &begin);
    for (int i = 0; i < CALLS; i++) call();
    clock_gettime(CLOCK_MONOTONIC, &end);
    return ((double)(end.tv_sec - begin.tv_sec) * 1e9 + (double)(end.tv_nsec - begin.tv_nsec)) / 1e3 / CALLS;
}

static int by_size(const void *left, const void *right) {
    const double difference = *(const double *)left - *(const double *)right;
    return (difference > 0) - (difference < 0);
}

static double median(double *values, int count) {
    qsort(values, (size_t)count, sizeof *values, by_size);
    return values[count / 2];
}

static void table(const char *title, const bench_case *cases, int count, int rounds) {
    static double times[8][MAX_ROUNDS], values[MAX_ROUNDS];
    for (int round = -1; round < rounds; round++)
        for (int i = 0; i < count; i++) {
            /* Each round begins with another case; the first warms up. */
            const int which = (i + round + 1) % count;
            const double time = measured(cases[which].call);
            if (round >= 0) times[which][round] = time;
        }
    printf("%-24s %10s %14s %8s\n", title, "\302\265s", "\302\265s over Rust", "ratio");
    for (int i = 0; i < count; i++) {
        double columns[3];
        for (int column = 0; column < 3; column++) {
            for (int round = 0; round < rounds; round++) {
                const double time = times[i][round], rust = times[0][round];
                values[round] = column == 0 ? time : column == 1 ? time - rust : time / rust;
            }
            columns[column] = median(values, rounds);
        }
        printf("%-24s %10.2f %14.2f %8.3f\n", cases[i].name, columns[0], columns[1], columns[2]);
    }
    putchar('\n');
}

int main(int argc, char **argv) {
    const int rounds = argc == 3 ? atoi(argv[2]) : 0;
    if (rounds < 1 || rounds > MAX_ROUNDS) return fputs("usage: bench PRIVATE_KEY_FILE ROUNDS\n", stderr), 2;
    FILE *file = fopen(argv[1], "rb");
    check(file != NULL, argv[1]);
    pem_len = fread(pem, 1, sizeof pem - 1, file);
    fclose(file);

    ivs_stage *stage = NULL;
    ivs_verifying_key *half = NULL;
    ivs_verifier_builder *builder = NULL;
    OK(ivs_signing_key_from_pem(pem, pem_len, TEXT(KID), &key));
    OK(ivs_stage_new(TEXT(STAGE_ARN), TEXT(WHIP_URL), NULL, 0, &stage));
    OK(ivs_participant_new(stage, &participant));
    OK(ivs_participant_set_user_id(participant, TEXT("ana")));
    OK(ivs_participant_set_attribute(participant, TEXT("displayName"), TEXT("Ana")));
    OK(ivs_participant_set_attribute(participant, TEXT("seat"), TEXT("12")));
    OK(ivs_participant_set_attribute(participant, TEXT("team"), TEXT("blue")));
    OK(ivs_signing_key_verifying_key(key, &half));
    OK(ivs_verifying_key_to_pem(half, public_pem, &public_len));
    OK(ivs_verifier_builder_new(&builder));
    OK(ivs_verifier_builder_add_key(builder, TEXT(KID), half));
    OK(ivs_verifier_builder_build(builder, &verifier));
    token_len = sizeof token;
    OK(ivs_participant_mint(participant, key, token, &token_len));
    check(peer_setup(pem, pem_len), "setting up Rust");

    const bench_case minting[] = {{"ivs-token in Rust", rust_mint}, {"ivs-token in C", c_mint},
#ifdef HAVE_LIBJWT
                                  {"libjwt", libjwt_mint},
#endif
    };
    const bench_case verifying[] = {{"ivs-token in Rust", rust_verify}, {"ivs-token in C", c_verify},
#ifdef HAVE_LIBJWT
                                    {"libjwt (signature, exp)", libjwt_verify},
#endif
    };
    table("mint", minting, (int)(sizeof minting / sizeof *minting), rounds);
    table("verify", verifying, (int)(sizeof verifying / sizeof *verifying), rounds);

    ivs_verifier_free(verifier);
    ivs_verifier_builder_free(builder);
    ivs_verifying_key_free(half);
    ivs_participant_free(participant);
    ivs_stage_free(stage);
    ivs_signing_key_free(key);
    return 0;
}
