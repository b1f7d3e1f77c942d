/* What people have pasted, and what is right, as C shows it. What decides is the core. Argument: the private key of the tests. */
#include "check.h"
#include "pasted.h"

#define CHANNEL_ARN "arn:aws:ivs:us-west-2:123456789012:channel/abcdABCDefgh"
#define PLAYBACK_KID "arn:aws:ivs:us-west-2:123456789012:playback-key/f99cde61"

static ivs_signing_key *key;
static ivs_verifying_key *half;

/* Whether the last error's message has these words. */
static int says(const char *words) { return strstr(ivs_last_error_message(), words) != NULL; }

/* Whether what `inspect` says of a text has so many problems and these words. */
static int inspected(const char *text, size_t len, size_t problems, const char *words) {
    static char said[1 << 14];
    ivs_inspection *inspection = NULL;
    OK(ivs_inspect(text, len, MOMENT, &inspection));
    ivs_str all = ivs_inspection_text(inspection);
    CHECK(all.len < sizeof said);
    /* Texts of the library have no NUL at their end. */
    memcpy(said, all.data, all.len);
    said[all.len] = '\0';
    int found = ivs_inspection_problem_count(inspection) == problems && strstr(said, words) != NULL;
    if (!found) fprintf(stderr, "%s\n", said);
    ivs_inspection_free(inspection);
    return found;
}

/* Holds the test key under both ARNs, or its playback half under no ARN. */
static ivs_verifier *gate(bool has_arn) {
    ivs_verifier_builder *builder = NULL;
    ivs_verifier *made = NULL;
    OK(ivs_verifier_builder_new(&builder));
    OK(ivs_verifier_builder_add_key(builder, TEXT(KID), half));
    if (has_arn) OK(ivs_verifier_builder_add_playback_key(builder, TEXT(PLAYBACK_KID), half));
    else OK(ivs_verifier_builder_add_playback_key_without_arn(builder, TEXT(CHANNEL_ARN), half));
    OK(ivs_verifier_builder_set_fixed_time(builder, MOMENT));
    OK(ivs_verifier_builder_build(builder, &made));
    ivs_verifier_builder_free(builder);
    return made;
}

/* Reads a text as a private key, in each way, which must give the test key. */
static void signs(const char *text, size_t len) {
    char pem[256], read[256];
    for (int any = 0; any < 2; any++) {
        size_t pem_len = sizeof pem, read_len = sizeof read;
        ivs_signing_key *other = NULL;
        ivs_verifying_key *public = NULL;
        OK(any ? ivs_signing_key_from_bytes((const uint8_t *)text, len, NULL, 0, TEXT(KID), &other)
               : ivs_signing_key_from_pem(text, len, TEXT(KID), &other));
        OK(ivs_signing_key_verifying_key(other, &public));
        OK(ivs_verifying_key_to_pem(public, read, &read_len));
        OK(ivs_verifying_key_to_pem(half, pem, &pem_len));
        CHECK(strcmp(pem, read) == 0);
        ivs_verifying_key_free(public);
        ivs_signing_key_free(other);
    }
}

static void keys(void) {
    ivs_signing_key *none = NULL;
    ivs_verifying_key *public = NULL;
    signs(TEXT(SECRET));
    signs(TEXT(PRIVATE_PEM PUBLIC_PEM));
    signs(TEXT(PUBLIC_PEM PRIVATE_PEM));
    CHECK(ivs_signing_key_from_pem(TEXT(PRIVATE_PEM PRIVATE_PEM), NULL, 0, &none) == IVS_KEY_INVALID && none == NULL);
    CHECK(reason("KEY_MORE_THAN_ONE") && !says("BEGIN"));
    CHECK(ivs_signing_key_from_bytes((const uint8_t *)OPENSSH_LINE, sizeof OPENSSH_LINE - 1, NULL, 0, NULL, 0, &none) ==
          IVS_KEY_PUBLIC_GIVEN);
    OK(ivs_verifying_key_from_bytes((const uint8_t *)OPENSSH_LINE, sizeof OPENSSH_LINE - 1, &public));
    ivs_verifying_key_free(public);
}

static void stages(void) {
    ivs_stage *stage = NULL;
    ivs_signing_key *none = NULL;
    CHECK(ivs_stage_new(TEXT(STAGE_ARN "\n"), TEXT(WHIP_URL), NULL, 0, &stage) == IVS_INVALID_ARN && says("white space"));
    CHECK(ivs_signing_key_from_pem(TEXT(PRIVATE_PEM), TEXT(KID "\r\n"), &none) == IVS_INVALID_ARN && says("white space"));
    CHECK(ivs_stage_new(TEXT(STAGE_ARN), TEXT(WHIP_URL "/publish/x"), NULL, 0, &stage) == IVS_INVALID_ENDPOINT && stage == NULL);
    CHECK(ivs_stage_new(TEXT(STAGE_ARN), TEXT(WHIP_URL "?a=b"), NULL, 0, &stage) == IVS_INVALID_ENDPOINT);
    CHECK(ivs_stage_new(TEXT(STAGE_ARN), TEXT(WHIP_URL), TEXT(EVENTS_URL "?a=b"), &stage) == IVS_INVALID_ENDPOINT);
    OK(ivs_stage_new(TEXT(STAGE_ARN), TEXT(WHIP_URL "/"), NULL, 0, &stage));
    CHECK(is(ivs_stage_whip_url(stage), WHIP_URL));
    ivs_stage_free(stage);
    stage = NULL;
    CHECK(ivs_stage_from_json(TEXT(STAGE_YAML), &stage) == IVS_INVALID_STAGE && says("--output json") && stage == NULL);
}

static void tokens_of_others(void) {
    ivs_verifier *door = gate(true);
    ivs_verified *who = NULL;
    CHECK(inspected(TEXT(KMS_TOKEN), 0, "CreateParticipantToken"));
    CHECK(ivs_verifier_verify(door, TEXT(KMS_TOKEN), &who) == IVS_TOKEN_ISSUED_BY_API && who == NULL);
    CHECK(inspected(TEXT("Authorization: Bearer " KMS_TOKEN "\n"), 1, "remove it"));
    CHECK(inspected(TEXT(RAW_TOKEN), 1, "user_id") && inspected(TEXT(RAW_TOKEN), 1, "\\u00e9"));
    CHECK(inspected(TEXT(SLASH_TOKEN), 1, "whip_url"));
    CHECK(inspected(TEXT(GRANTS_NOTHING_TOKEN), 1, "allow_publish"));
    OK(ivs_verifier_verify(door, TEXT(RAW_TOKEN), &who));
    CHECK(is(ivs_verified_user_id(who), "Jos\xc3\xa9"));
    ivs_verified_free(who);
    OK(ivs_verifier_verify(door, TEXT(GRANTS_NOTHING_TOKEN), &who));
    CHECK(ivs_verified_capabilities(who) == 0);
    ivs_verified_free(who);
    ivs_verifier_free(door);
}

/* Playback tokens that others minted, with a key under its ARN and under none. */
static void playbacks(void) {
    for (int has_arn = 0; has_arn < 2; has_arn++) {
        ivs_verifier *door = gate(has_arn != 0);
        ivs_verified_playback *good = NULL;
        OK(ivs_verifier_verify_playback(door, TEXT(PLAYBACK_TOKEN_OF_AN_ID), TEXT(CHANNEL_ARN), NULL, 0, &good));
        if (has_arn) CHECK(is(ivs_verified_playback_kid(good), PLAYBACK_KID));
        else CHECK(ivs_verified_playback_kid(good).data == NULL);
        char json[1024];
        size_t len = sizeof json;
        OK(ivs_verified_playback_to_json(good, json, &len));
        CHECK((strstr(json, "keyArn") != NULL) == (has_arn != 0));
        ivs_verified_playback_free(good);
        OK(ivs_verifier_verify_playback(door, TEXT(PLAYBACK_TOKEN_OF_A_SESSION), NULL, 0, NULL, 0, &good));
        CHECK(ivs_verified_playback_viewer_id(good).data == NULL);
        ivs_verified_playback_free(good);
        OK(ivs_verifier_verify_playback(door, TEXT(PLAYBACK_TOKEN_OF_AN_APP), NULL, 0, TEXT("capacitor://localhost"), &good));
        CHECK(ivs_verified_playback_allows_origin(good, TEXT("capacitor://localhost")));
        CHECK(!ivs_verified_playback_allows_origin(good, TEXT("ionic://localhost")));
        ivs_verified_playback_free(good);
        good = NULL;
        /* For another account there is no such key. */
        CHECK(ivs_verifier_verify_playback(door, TEXT(PLAYBACK_TOKEN_OF_AN_ID), TEXT(CHANNEL_ARN "x"), NULL, 0, &good) ==
              IVS_WRONG_CHANNEL);
        ivs_verifier_free(door);
    }
    CHECK(inspected(TEXT(PLAYBACK_TOKEN_OF_AN_ID), 0, "not the ARN of a playback key pair"));

    ivs_verifier_builder *builder = NULL;
    OK(ivs_verifier_builder_new(&builder));
    CHECK(ivs_verifier_builder_add_playback_key_without_arn(builder, TEXT(PLAYBACK_KID), half) == IVS_INVALID_ARN);
    ivs_verifier_builder_free(builder);
    ivs_playback *playback = NULL;
    OK(ivs_playback_new(TEXT(CHANNEL_ARN), &playback));
    OK(ivs_playback_add_origin(playback, TEXT("ionic://localhost")));
    char text[IVS_TOKEN_MAX];
    size_t len = sizeof text;
    OK(ivs_playback_mint(playback, key, text, &len));
    /* What a verifier passes over, minting refuses. */
    OK(ivs_playback_set_viewer_session_version(playback, 3));
    CHECK(ivs_playback_mint(playback, key, text, &len) == IVS_INVALID_SESSION_VERSION);
    ivs_playback_free(playback);
}

/* A server that restarts knows until when the old key verifies. */
static void a_ring_that_was_saved(void) {
    /* The last second that there is: 5138-11-16T09:46:39Z. */
    const int64_t end = INT64_C(99999999999);
    char jwks[2048];
    size_t len = sizeof jwks;
    ivs_key_ring *ring = NULL, *again = NULL;
    ivs_key_list *list = NULL;
    OK(ivs_key_ring_new(0, &ring));
    OK(ivs_key_ring_import(ring, TEXT(KID), half));
    OK(ivs_key_ring_retire(ring, TEXT(KID), end));
    OK(ivs_key_ring_to_jwks(ring, jwks, &len));
    OK(ivs_key_ring_new(0, &again));
    OK(ivs_key_ring_load(again, jwks, len));
    OK(ivs_key_ring_list(again, &list));
    CHECK(ivs_key_list_count(list) == 1 && ivs_key_list_retired_at(list, 0) == end);
    ivs_key_list_free(list);
    ivs_key_ring_free(again);
    ivs_key_ring_free(ring);
}

int main(int argc, char **argv) {
    if (argc != 2) return 2;
    OK(ivs_signing_key_from_file(argv[1], strlen(argv[1]), NULL, 0, TEXT(KID), &key));
    OK(ivs_signing_key_verifying_key(key, &half));
    keys();
    stages();
    tokens_of_others();
    playbacks();
    a_ring_that_was_saved();
    ivs_verifying_key_free(half);
    ivs_signing_key_free(key);
    return 0;
}
