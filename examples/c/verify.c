/* Verifies a token, and says who it is, or why it is refused.
 *
 *     cc verify.c $(pkg-config --cflags --libs ivs_token) -o verify
 *     ./verify public.pem arn:aws:ivs:us-west-2:123456789012:public-key/... STAGE_ARN < token
 */
#include <ivs_token.h>
#include <stdio.h>
#include <string.h>

static void print(const char *name, ivs_str text) { printf("%s: %.*s\n", name, IVS_PRINT(text)); }

/* The verifier of a gateway: made once, shared by any number of threads. */
static ivs_status make_verifier(char **argv, ivs_verifier **out) {
    ivs_verifying_key *key = NULL;
    ivs_verifier_builder *builder = NULL;
    ivs_status status = ivs_verifying_key_from_file(IVS_TEXT(argv[1]), &key);
    if (status == IVS_OK) status = ivs_verifier_builder_new(&builder);
    if (status == IVS_OK) status = ivs_verifier_builder_add_key(builder, IVS_TEXT(argv[2]), key);
    if (status == IVS_OK) status = ivs_verifier_builder_set_stage(builder, IVS_TEXT(argv[3]));
    if (status == IVS_OK) status = ivs_verifier_builder_build(builder, out);
    if (status != IVS_OK) fprintf(stderr, "%s\n", ivs_last_error_message());
    ivs_verifier_builder_free(builder);
    ivs_verifying_key_free(key);
    return status;
}

int main(int argc, char **argv) {
    if (argc != 4) return fputs("usage: verify PUBLIC_KEY_FILE KEY_ARN STAGE_ARN < TOKEN\n", stderr), 2;
    ivs_verifier *verifier = NULL;
    if (make_verifier(argv, &verifier) != IVS_OK) return 2;

    char token[IVS_TOKEN_MAX] = "";
    size_t len = fread(token, 1, sizeof token - 1, stdin);
    while (len > 0 && strchr("\r\n", token[len - 1]) != NULL) len--;

    ivs_verified *who = NULL;
    ivs_status status = ivs_verifier_verify(verifier, token, len, &who);
    if (status == IVS_OK) {
        print("participant", ivs_verified_participant_id(who));
        if (ivs_verified_user_id(who).data != NULL) print("user", ivs_verified_user_id(who));
        for (size_t i = 0; i < ivs_verified_attribute_count(who); i++) {
            ivs_str name, value;
            if (ivs_verified_attribute_at(who, i, &name, &value) != IVS_OK) break;
            printf("attribute %.*s: %.*s\n", IVS_PRINT(name), IVS_PRINT(value));
        }
        uint32_t capabilities = ivs_verified_capabilities(who);
        printf("may publish: %s\n", capabilities & IVS_CAPABILITY_PUBLISH ? "yes" : "no");
        printf("may subscribe: %s\n", capabilities & IVS_CAPABILITY_SUBSCRIBE ? "yes" : "no");
    } else {
        /* EXPIRED: the token expired at ... */
        printf("refused: %s: %s\n", ivs_last_error_reason(), ivs_last_error_message());
    }
    ivs_verified_free(who);
    ivs_verifier_free(verifier);
    return status == IVS_OK ? 0 : 1;
}
