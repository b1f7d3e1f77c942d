/* Tokens of each kind for other programs, and from them.
 *
 *     tokens mint PRIVATE_KEY       prints a participant, a connection and a playback token, each on a line
 *     tokens verify PUBLIC_KEY NOW  reads three such lines, and verifies them as at that second since 1970: however long ago
 *                                   they were minted, they have not expired
 */
#include "check.h"

#define CHANNEL "arn:aws:ivs:us-west-2:123456789012:channel/abcdABCDefgh"
#define PLAYBACK_KID "arn:aws:ivs:us-west-2:123456789012:playback-key/f99cde61"

static void mint(const char *file) {
    ivs_signing_key *key = NULL;
    ivs_stage *stage = NULL;
    ivs_participant *participant = NULL;
    ivs_connection *connection = NULL;
    ivs_playback *playback = NULL;
    char token[IVS_TOKEN_MAX];
    size_t len = sizeof token;
    OK(ivs_signing_key_from_file(file, strlen(file), NULL, 0, TEXT(KID), &key));
    OK(ivs_stage_new(TEXT(STAGE_ARN), TEXT(WHIP_URL), NULL, 0, &stage));
    OK(ivs_participant_new(stage, &participant));
    OK(ivs_participant_set_user_id(participant, TEXT("Zo\xc3\xab")));
    OK(ivs_participant_set_attribute(participant, TEXT("seat"), TEXT("12")));
    OK(ivs_participant_mint(participant, key, token, &len));
    puts(token);
    OK(ivs_connection_new(&connection));
    OK(ivs_connection_set_token_id(connection, TEXT("line-1")));
    len = sizeof token;
    OK(ivs_connection_mint(connection, key, token, &len));
    puts(token);
    OK(ivs_playback_new(TEXT(CHANNEL), &playback));
    OK(ivs_playback_set_viewer_id(playback, TEXT("ana")));
    OK(ivs_playback_add_origin(playback, TEXT("https://example.com")));
    OK(ivs_playback_set_strict_origin_enforcement(playback, true));
    len = sizeof token;
    OK(ivs_playback_mint(playback, key, token, &len));
    puts(token);
    ivs_playback_free(playback);
    ivs_connection_free(connection);
    ivs_participant_free(participant);
    ivs_stage_free(stage);
    ivs_signing_key_free(key);
}

static size_t line(char *text) {
    CHECK(fgets(text, IVS_TOKEN_MAX, stdin) != NULL);
    return strcspn(text, "\r\n");
}

static void verify(const char *file, int64_t now) {
    ivs_verifying_key *key = NULL;
    ivs_verifier_builder *builder = NULL;
    ivs_verifier *verifier = NULL;
    ivs_verified *participant = NULL;
    ivs_verified_connection *connection = NULL;
    ivs_verified_playback *playback = NULL;
    char token[IVS_TOKEN_MAX];
    size_t len;
    OK(ivs_verifying_key_from_file(file, strlen(file), &key));
    OK(ivs_verifier_builder_new(&builder));
    OK(ivs_verifier_builder_add_key(builder, TEXT(KID), key));
    OK(ivs_verifier_builder_add_playback_key(builder, TEXT(PLAYBACK_KID), key));
    OK(ivs_verifier_builder_set_fixed_time(builder, now));
    OK(ivs_verifier_builder_build(builder, &verifier));

    len = line(token);
    OK(ivs_verifier_verify_expecting(verifier, token, len, TEXT(STAGE_ARN), IVS_CAPABILITY_SUBSCRIBE, TEXT("Zo\xc3\xab"),
                                     &participant));
    CHECK(is(ivs_verified_attribute(participant, TEXT("seat")), "12"));
    ivs_verified_free(participant);
    len = line(token);
    OK(ivs_verifier_verify_connection(verifier, token, len, &connection));
    CHECK(is(ivs_verified_connection_token_id(connection), "line-1"));
    ivs_verified_connection_free(connection);
    len = line(token);
    OK(ivs_verifier_verify_playback(verifier, token, len, TEXT(CHANNEL), TEXT("https://example.com"), &playback));
    CHECK(is(ivs_verified_playback_viewer_id(playback), "ana"));
    ivs_verified_playback_free(playback);
    ivs_verifying_key_free(key);
    ivs_verifier_builder_free(builder);
    ivs_verifier_free(verifier);
}

int main(int argc, char **argv) {
    if (argc == 3 && strcmp(argv[1], "mint") == 0) return mint(argv[2]), 0;
    if (argc == 4 && strcmp(argv[1], "verify") == 0) return verify(argv[2], strtoll(argv[3], NULL, 10)), 0;
    return fputs("usage: tokens mint PRIVATE_KEY | tokens verify PUBLIC_KEY NOW < TOKENS\n", stderr), 2;
}
