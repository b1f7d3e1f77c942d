/* What the C tests share: a check that says where it failed, and the names of the tests' world. */
#ifndef CHECK_H
#define CHECK_H

#include <ivs_token.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CHECK(condition)                                                                                          \
    do {                                                                                                          \
        if (!(condition)) {                                                                                       \
            fprintf(stderr, "%s:%d: %s: %s\n", __FILE__, __LINE__, #condition, ivs_last_error_message());         \
            exit(1);                                                                                              \
        }                                                                                                         \
    } while (0)
#define OK(call) CHECK((call) == IVS_OK)
#define TEXT(text) (text), sizeof(text) - 1
#define OF(str) (str).data, (str).len

#define KID "arn:aws:ivs:us-west-2:123456789012:public-key/f99cde61-c2b0-4df3-8941-ca7d38acca1a"
#define STAGE_ARN "arn:aws:ivs:us-west-2:123456789012:stage/oRmLNwuCeMlQ"
#define WHIP_URL "https://453fdfd2ad24df.global-bm.whip.live-video.net"
#define EVENTS_URL "wss://global.events.live-video.net"
/* 2026-11-21T09:17:25Z */
#define MOMENT INT64_C(1795252645)

static inline int is(ivs_str text, const char *expected) {
    return text.data != NULL && text.len == strlen(expected) && memcmp(text.data, expected, text.len) == 0;
}

/* Whether the last call of this thread failed for this reason, with words. */
static inline int reason(const char *expected) {
    return strcmp(ivs_last_error_reason(), expected) == 0 && ivs_last_error_message()[0] != '\0';
}

#endif
