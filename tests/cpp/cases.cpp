// What people have pasted, and what is right, as C++ shows it. What decides is the core. Argument: the private key of the tests.
#include "../c/pasted.h"
#include "check.hpp"

#include <string>

using namespace std::string_literals;

constexpr const char *CHANNEL_ARN = "arn:aws:ivs:us-west-2:123456789012:channel/abcdABCDefgh";
constexpr const char *PLAYBACK_KID = "arn:aws:ivs:us-west-2:123456789012:playback-key/f99cde61";

// That a result is a failure of this status, whose message has these words.
template <class T>
static bool fails(const ivs::result<T> &result, ivs::status status, const std::string &words = {}) {
    return !result && result.error().status == status && result.error().message.find(words) != std::string::npos;
}

static bool inspected(const std::string &text, std::size_t problems, const std::string &words) {
    const ivs::inspection inspection = ivs::inspect(text, MOMENT);
    return inspection.problems().size() == problems && inspection.text().find(words) != std::string::npos;
}

static void keys(const ivs::verifying_key &half) {
    for (const char *text : {SECRET, PRIVATE_PEM PUBLIC_PEM, PUBLIC_PEM PRIVATE_PEM}) {
        const auto key = ivs::signing_key::try_from_pem(text, KID);
        CHECK(key && key->verifying_key().to_pem() == half.to_pem());
    }
    CHECK(fails(ivs::signing_key::try_from_pem(PRIVATE_PEM PRIVATE_PEM, KID), IVS_KEY_INVALID, "keep only one"));
    CHECK(fails(ivs::signing_key::try_from_pem(PRIVATE_PEM, KID + "\n"s), IVS_INVALID_ARN, "white space"));
}

static void stages() {
    CHECK(fails(ivs::stage::try_create(STAGE_ARN + "\n"s, WHIP_URL), IVS_INVALID_ARN, "white space"));
    CHECK(fails(ivs::stage::try_create(STAGE_ARN, WHIP_URL + "/publish/x"s), IVS_INVALID_ENDPOINT));
    CHECK(ivs::stage(STAGE_ARN, WHIP_URL + "/"s).whip_url() == WHIP_URL);
    CHECK(fails(ivs::stage::try_from_json(STAGE_YAML), IVS_INVALID_STAGE, "--output json"));
}

static void tokens_of_others(const ivs::verifying_key &half) {
    CHECK(inspected(KMS_TOKEN, 0, "CreateParticipantToken"));
    CHECK(inspected("INFO got token=" KMS_TOKEN " for ana", 1, "CreateParticipantToken"));
    CHECK(inspected(RAW_TOKEN, 1, "\\u00e9") && inspected(SLASH_TOKEN, 1, "whip_url"));
    CHECK(inspected(GRANTS_NOTHING_TOKEN, 1, "allow_publish"));
    const ivs::verifier door = ivs::verifier::builder().key(KID, half).fixed_time(MOMENT).build();
    CHECK(fails(door.try_verify(KMS_TOKEN), IVS_TOKEN_ISSUED_BY_API));
    CHECK(door.verify(GRANTS_NOTHING_TOKEN).capabilities() == ivs::capability::none);
}

static void playbacks(const ivs::signing_key &key, const ivs::verifying_key &half) {
    const ivs::verifier named = ivs::verifier::builder().playback_key(PLAYBACK_KID, half).fixed_time(MOMENT).build();
    const ivs::verifier nameless =
        ivs::verifier::builder().playback_key_without_arn(CHANNEL_ARN, half).fixed_time(MOMENT).build();
    CHECK(named.verify_playback(PLAYBACK_TOKEN_OF_AN_ID).kid() == PLAYBACK_KID);
    CHECK(nameless.verify_playback(PLAYBACK_TOKEN_OF_AN_ID, CHANNEL_ARN).kid().empty());
    CHECK(!nameless.verify_playback(PLAYBACK_TOKEN_OF_A_SESSION).viewer_id());
    CHECK(nameless.verify_playback(PLAYBACK_TOKEN_OF_AN_APP).allows_origin("capacitor://localhost"));
    CHECK(fails(ivs::verifier::builder().try_playback_key_without_arn(PLAYBACK_KID, half), IVS_INVALID_ARN));
    CHECK(!ivs::playback(CHANNEL_ARN).origin("ionic://localhost").mint(key).empty());
}

int main(int argc, char **argv) {
    if (argc != 2) return 2;
    const ivs::signing_key key = ivs::signing_key::from_file(argv[1], KID);
    const ivs::verifying_key half = key.verifying_key();
    keys(half);
    stages();
    tokens_of_others(half);
    playbacks(key, half);
}
