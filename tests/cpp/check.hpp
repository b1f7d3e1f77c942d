// What the C++ tests share.
#ifndef CHECK_HPP
#define CHECK_HPP

#include <cstdio>
#include <cstdlib>
#include <ivs_token.hpp>

#define CHECK(condition)                                                                                  \
    do {                                                                                                  \
        if (!(condition)) {                                                                               \
            std::fprintf(stderr, "%s:%d: %s: %s\n", __FILE__, __LINE__, #condition,                        \
                         ivs_last_error_message());                                                       \
            std::exit(1);                                                                                 \
        }                                                                                                 \
    } while (0)

constexpr const char *KID = "arn:aws:ivs:us-west-2:123456789012:public-key/f99cde61-c2b0-4df3-8941-ca7d38acca1a";
constexpr const char *STAGE_ARN = "arn:aws:ivs:us-west-2:123456789012:stage/oRmLNwuCeMlQ";
constexpr const char *WHIP_URL = "https://453fdfd2ad24df.global-bm.whip.live-video.net";
// 2026-11-21T09:17:25Z
constexpr ivs::time_point MOMENT{std::chrono::seconds(1795252645)};

#endif
