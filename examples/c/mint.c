/* Mints a token with which one person can join a stage, and prints it.
 *
 *     cc mint.c $(pkg-config --cflags --libs ivs_token) -o mint
 *     aws ivs-realtime get-stage --arn ... > stage.json
 *     ./mint private.pem arn:aws:ivs:us-west-2:123456789012:public-key/... stage.json ana
 */
#include <ivs_token.h>
#include <stdio.h>
#include <string.h>

static int failed(const char *what) {
    fprintf(stderr, "%s: %s\n", what, ivs_last_error_message());
    return 1;
}

int main(int argc, char **argv) {
    if (argc != 5) return fputs("usage: mint PRIVATE_KEY_FILE KEY_ARN STAGE_JSON_FILE USER_ID\n", stderr), 2;
    const char *key_file = argv[1], *kid = argv[2], *user_id = argv[4];
    ivs_signing_key *key = NULL;
    ivs_stage *stage = NULL;
    ivs_participant *participant = NULL;
    int result = 1;

    /* Once, when the server starts: keys are parsed here and never again. */
    char json[8192];
    FILE *file = fopen(argv[3], "rb");
    if (file == NULL) return perror(argv[3]), 1;
    size_t json_len = fread(json, 1, sizeof json, file);
    fclose(file);
    if (ivs_signing_key_from_file(IVS_TEXT(key_file), NULL, 0, IVS_TEXT(kid), &key) != IVS_OK) {
        failed("the key");
    } else if (ivs_stage_from_json(json, json_len, &stage) != IVS_OK) {
        failed("the stage");

    /* For each join: publish and subscribe, under a fresh random participant ID, unless told otherwise. */
    } else if (ivs_participant_new(stage, &participant) != IVS_OK ||
               ivs_participant_set_user_id(participant, IVS_TEXT(user_id)) != IVS_OK ||
               ivs_participant_set_attribute(participant, IVS_TEXT("displayName"), IVS_TEXT(user_id)) != IVS_OK ||
               ivs_participant_set_capabilities(participant, IVS_CAPABILITY_SUBSCRIBE) != IVS_OK ||
               ivs_participant_set_duration(participant, 15 * 60) != IVS_OK) {
        failed("the participant");
    } else {
        char token[IVS_TOKEN_MAX];
        size_t len = sizeof token;
        if (ivs_participant_mint(participant, key, token, &len) != IVS_OK) {
            failed("the token");
        } else {
            puts(token);
            result = 0;
        }
    }
    ivs_participant_free(participant);
    ivs_stage_free(stage);
    ivs_signing_key_free(key);
    return result;
}
