/* Everything that the library does, once from C. Argument: the private key of the tests. */
#include "check.h"

static ivs_signing_key *key;
static ivs_stage *stage;
static ivs_participant *participant;
static ivs_verifier *verifier;

static void keys(const char *file) {
    char pem[512], pub[256], again[256];
    size_t len = sizeof pem, pub_len = sizeof pub, again_len = sizeof again;
    ivs_signing_key *other = NULL, *named = NULL, *bad = NULL;
    ivs_verifying_key *half = NULL, *same = NULL;
    OK(ivs_signing_key_from_file(file, strlen(file), NULL, 0, TEXT(KID), &key));
    CHECK(is(ivs_signing_key_kid(key), KID));
    OK(ivs_signing_key_to_pem(key, pem, &len));
    CHECK(strncmp(pem, "-----BEGIN PRIVATE KEY-----", 27) == 0 && strlen(pem) == len);
    OK(ivs_signing_key_from_pem(pem, len, NULL, 0, &other));
    CHECK(ivs_signing_key_kid(other).data == NULL && ivs_last_error_status() == IVS_OK);
    OK(ivs_signing_key_with_kid(other, TEXT(KID), &named));
    ivs_signing_key_free(other);
    CHECK(is(ivs_signing_key_kid(named), KID));

    /* Both are halves of one key. */
    OK(ivs_signing_key_verifying_key(named, &half));
    ivs_signing_key_free(named);
    OK(ivs_verifying_key_to_pem(half, pub, &pub_len));
    OK(ivs_verifying_key_from_bytes((const uint8_t *)pub, pub_len, &same));
    OK(ivs_verifying_key_to_pem(same, again, &again_len));
    CHECK(strcmp(pub, again) == 0);

    CHECK(ivs_signing_key_from_pem(pub, pub_len, NULL, 0, &bad) == IVS_KEY_PUBLIC_GIVEN);
    CHECK(ivs_signing_key_from_pem(TEXT("nonsense"), NULL, 0, &bad) == IVS_KEY_INVALID && bad == NULL);
    CHECK(ivs_signing_key_from_file(TEXT("/does/not/exist"), NULL, 0, NULL, 0, &bad) == IVS_IO);
    /* A key given for a path does not come back in the message. */
    CHECK(ivs_signing_key_from_file(pem, len, NULL, 0, NULL, 0, &bad) == IVS_IO);
    CHECK(strstr(ivs_last_error_message(), "PRIVATE KEY") == NULL && reason("IO"));
    ivs_zeroize(pem, len);
    for (size_t i = 0; i < len; i++) CHECK(pem[i] == 0);
    CHECK(ivs_signing_key_from_file(TEXT("/dev/zero"), NULL, 0, NULL, 0, &bad) == IVS_INPUT_TOO_LONG);
    CHECK(ivs_signing_key_generate(TEXT(STAGE_ARN), &bad) == IVS_INVALID_ARN);

    OK(ivs_signing_key_generate(TEXT(KID), &other));
    ivs_signing_key_free(other);
    ivs_verifying_key_free(half);
    ivs_verifying_key_free(same);
}

static void stages(void) {
    static const char json[] = "{\"stage\":{\"arn\":\"" STAGE_ARN "\",\"endpoints\":{\"whip\":\"" WHIP_URL
                               "\",\"events\":\"" EVENTS_URL "\"}}}";
    ivs_stage *read = NULL;
    OK(ivs_stage_new(TEXT(STAGE_ARN), TEXT(WHIP_URL), NULL, 0, &stage));
    OK(ivs_stage_from_json(TEXT(json), &read));
    CHECK(is(ivs_stage_arn(read), STAGE_ARN) && is(ivs_stage_whip_url(read), WHIP_URL));
    CHECK(is(ivs_stage_events_url(read), EVENTS_URL) && is(ivs_stage_events_url(stage), EVENTS_URL));
    ivs_stage_free(read);
    CHECK(ivs_stage_new(TEXT(STAGE_ARN), TEXT("ftp://x"), NULL, 0, &read) == IVS_INVALID_ENDPOINT);
    CHECK(ivs_stage_from_json(TEXT("{}"), &read) == IVS_INVALID_STAGE);
}

static void participants(void) {
    char long_name[129];
    memset(long_name, 'x', sizeof long_name);
    OK(ivs_participant_new(stage, &participant));
    OK(ivs_participant_set_user_id(participant, TEXT("Jos\xc3\xa9")));
    OK(ivs_participant_set_attribute(participant, TEXT("seat"), TEXT("11")));
    OK(ivs_participant_clear_attributes(participant));
    OK(ivs_participant_set_attribute(participant, TEXT("displayName"), TEXT("Zo\xc3\xab")));
    OK(ivs_participant_set_attribute(participant, TEXT("seat"), TEXT("12")));
    OK(ivs_participant_set_capabilities(participant, IVS_CAPABILITY_SUBSCRIBE));
    OK(ivs_participant_set_duration(participant, 900));
    OK(ivs_participant_set_version(participant, TEXT("1.0")));

    /* A value that is refused leaves the participant as it was, and stands in the way until one is accepted in its place. */
    char text[IVS_TOKEN_MAX];
    size_t len = sizeof text;
    CHECK(ivs_participant_set_capabilities(participant, 4) == IVS_INVALID_CAPABILITY);
    CHECK(ivs_participant_set_duration(participant, 0) == IVS_INVALID_DURATION);
    CHECK(ivs_participant_set_duration(participant, 14 * 24 * 3600 + 1) == IVS_INVALID_DURATION);
    CHECK(ivs_participant_mint(participant, key, text, &len) == IVS_INVALID_CAPABILITY && len == sizeof text);
    OK(ivs_participant_set_capabilities(participant, IVS_CAPABILITY_SUBSCRIBE));
    CHECK(ivs_participant_mint(participant, key, text, &len) == IVS_INVALID_DURATION && reason("INVALID_DURATION"));
    OK(ivs_participant_set_duration(participant, 900));
    OK(ivs_participant_mint(participant, key, text, &len));
    CHECK(ivs_participant_set_user_id(participant, long_name, sizeof long_name) == IVS_INVALID_USER_ID);
    CHECK(ivs_participant_set_user_id(participant, TEXT("\xff")) == IVS_INVALID_UTF8);
    /* The length counts the NUL at the end. */
    CHECK(ivs_participant_set_user_id(participant, "ana", sizeof "ana") == IVS_NUL_IN_TEXT && reason("NUL_IN_TEXT"));
    len = sizeof text;
    CHECK(ivs_participant_mint(participant, key, text, &len) == IVS_NUL_IN_TEXT);
    OK(ivs_participant_set_user_id(participant, TEXT("Jos\xc3\xa9")));
    CHECK(ivs_participant_set_version(participant, TEXT("1")) == IVS_INVALID_VERSION);
    OK(ivs_participant_set_version(participant, TEXT("1.0")));

    /* Attributes are made good together; in a batch others are not stopped. */
    ivs_participant *other = NULL;
    ivs_token_list *list = NULL;
    OK(ivs_participant_new(stage, &other));
    CHECK(ivs_participant_set_participant_id(other, TEXT("a b")) == IVS_INVALID_PARTICIPANT_ID);
    OK(ivs_participant_set_participant_id(other, TEXT("a-b")));
    CHECK(ivs_participant_set_attribute(other, TEXT("a"), TEXT("\xff")) == IVS_INVALID_UTF8);
    OK(ivs_participant_set_attribute(other, TEXT("b"), TEXT("c")));
    ivs_participant *const both[] = {other, participant};
    OK(ivs_mint_batch(both, 2, key, &list));
    CHECK(ivs_token_list_status(list, 0) == IVS_INVALID_UTF8 && ivs_token_list_status(list, 1) == IVS_OK);
    ivs_token_list_free(list);
    OK(ivs_participant_clear_attributes(other));
    OK(ivs_participant_mint(other, key, text, &len));
    ivs_participant_free(other);
}

static void minting(void) {
    char text[IVS_TOKEN_MAX], json[IVS_TOKEN_MAX];
    size_t len = 0, needed;
    ivs_token *token = NULL;
    CHECK(ivs_participant_mint(participant, key, NULL, &len) == IVS_BUFFER_TOO_SMALL && len > 400);
    needed = len--;
    text[0] = '!';
    CHECK(ivs_participant_mint(participant, key, text, &len) == IVS_BUFFER_TOO_SMALL && len == needed);
    CHECK(text[0] == '!' && reason("BUFFER_TOO_SMALL"));
    OK(ivs_participant_mint(participant, key, text, &len));
    CHECK(len == needed - 1 && strlen(text) == len && ivs_last_error_message()[0] == '\0');

    OK(ivs_participant_mint_token(participant, key, MOMENT, &token));
    CHECK(ivs_token_expires_at(token) == MOMENT + 900);
    CHECK(ivs_token_id(token).len == 22 && ivs_token_text(token).len == len);
    len = sizeof json;
    OK(ivs_token_to_json(token, json, &len));
    CHECK(strstr(json, "\"expirationTime\":\"2026-11-21T09:32:25Z\"") != NULL);
    CHECK(ivs_participant_mint_token(participant, key, -2, &token) == IVS_OUT_OF_RANGE);
    ivs_token_free(token);
}

static void verifiers(void) {
    ivs_verifier_builder *builder = NULL;
    ivs_verifying_key *half = NULL;
    OK(ivs_signing_key_verifying_key(key, &half));
    OK(ivs_verifier_builder_new(&builder));
    CHECK(ivs_verifier_builder_build(builder, &verifier) == IVS_NO_KEYS && verifier == NULL);
    OK(ivs_verifier_builder_add_key(builder, TEXT(KID), half));
    OK(ivs_verifier_builder_set_stage(builder, TEXT(STAGE_ARN)));
    OK(ivs_verifier_builder_require_capabilities(builder, IVS_CAPABILITY_SUBSCRIBE));
    OK(ivs_verifier_builder_set_user_id(builder, TEXT("Jos\xc3\xa9")));
    OK(ivs_verifier_builder_set_issued_at_leeway(builder, 5));
    OK(ivs_verifier_builder_set_expiry_leeway(builder, 10));
    OK(ivs_verifier_builder_set_fixed_time(builder, MOMENT));
    OK(ivs_verifier_builder_build(builder, &verifier));
    ivs_verifier_builder_free(builder);
    ivs_verifying_key_free(half);
}

/* A setter that was refused is not forgotten: nobody gets a verifier that expects less than was meant. */
static void forgetful(void) {
    ivs_verifier_builder *builder = NULL;
    ivs_verifying_key *half = NULL;
    ivs_verifier *none = NULL;
    OK(ivs_signing_key_verifying_key(key, &half));
    OK(ivs_verifier_builder_new(&builder));
    OK(ivs_verifier_builder_add_key(builder, TEXT(KID), half));
    CHECK(ivs_verifier_builder_set_stage(builder, TEXT(STAGE_ARN "\n")) == IVS_INVALID_ARN);
    CHECK(ivs_verifier_builder_add_key(builder, TEXT("nonsense"), half) == IVS_INVALID_ARN);
    CHECK(ivs_verifier_builder_set_expiry_leeway(builder, UINT64_MAX) == IVS_OUT_OF_RANGE);
    OK(ivs_verifier_builder_set_user_id(builder, TEXT("ana")));
    CHECK(ivs_verifier_builder_build(builder, &none) == IVS_INVALID_ARN && none == NULL && reason("INVALID_ARN"));
    /* A good value takes the place of a bad one; one of several keys does not. */
    OK(ivs_verifier_builder_set_stage(builder, TEXT(STAGE_ARN)));
    OK(ivs_verifier_builder_add_key(builder, TEXT(KID), half));
    CHECK(ivs_verifier_builder_build(builder, &none) == IVS_INVALID_ARN && none == NULL);
    ivs_verifier_builder_free(builder);
    OK(ivs_verifier_builder_new(&builder));
    OK(ivs_verifier_builder_add_key(builder, TEXT(KID), half));
    CHECK(ivs_verifier_builder_set_stage(builder, TEXT("nonsense")) == IVS_INVALID_ARN);
    CHECK(ivs_verifier_builder_set_expiry_leeway(builder, UINT64_MAX) == IVS_OUT_OF_RANGE);
    OK(ivs_verifier_builder_set_stage(builder, TEXT(STAGE_ARN)));
    CHECK(ivs_verifier_builder_build(builder, &none) == IVS_OUT_OF_RANGE && none == NULL);
    OK(ivs_verifier_builder_set_expiry_leeway(builder, 0));
    OK(ivs_verifier_builder_build(builder, &none));
    ivs_verifier_free(none);
    none = NULL;
    ivs_verifier_builder_free(builder);

    OK(ivs_verifier_builder_new(&builder));
    CHECK(ivs_verifier_builder_set_fixed_time(builder, IVS_NOW) == IVS_OUT_OF_RANGE);
    CHECK(ivs_verifier_builder_set_fixed_time(builder, -1) == IVS_OUT_OF_RANGE);
    ivs_verifier_builder_free(builder);

    /* A leeway of a day is the most, and less than nothing is named as that. */
    OK(ivs_verifier_builder_new(&builder));
    OK(ivs_verifier_builder_add_key(builder, TEXT(KID), half));
    OK(ivs_verifier_builder_set_expiry_leeway(builder, 86400));
    OK(ivs_verifier_builder_set_issued_at_leeway(builder, 86400));
    OK(ivs_verifier_builder_build(builder, &none));
    ivs_verifier_free(none);
    none = NULL;
    CHECK(ivs_verifier_builder_set_issued_at_leeway(builder, 86401) == IVS_OUT_OF_RANGE);
    CHECK(ivs_participant_set_duration(participant, (uint64_t)-900) == IVS_OUT_OF_RANGE);
    CHECK(strstr(ivs_last_error_message(), "-900 s") != NULL);
    OK(ivs_participant_set_duration(participant, 900));
    CHECK(ivs_verifier_builder_build(builder, &none) == IVS_OUT_OF_RANGE && none == NULL);
    ivs_verifier_builder_free(builder);
    ivs_verifying_key_free(half);
}

static ivs_token *minted(int64_t now) {
    ivs_token *token = NULL;
    OK(ivs_participant_mint_token(participant, key, now, &token));
    return token;
}

static void verifying(void) {
    char json[2048];
    size_t len = sizeof json;
    ivs_str name, value;
    ivs_verified *who = NULL;
    ivs_token *token = minted(MOMENT);
    ivs_str text = ivs_token_text(token);
    OK(ivs_verifier_verify(verifier, OF(text), &who));
    CHECK(is(ivs_verified_user_id(who), "Jos\xc3\xa9"));
    CHECK(ivs_verified_participant_id(who).len == 22 && is(ivs_verified_kid(who), KID));
    CHECK(is(ivs_verified_stage_arn(who), STAGE_ARN) && is(ivs_verified_whip_url(who), WHIP_URL));
    CHECK(is(ivs_verified_events_url(who), EVENTS_URL));
    CHECK(ivs_verified_capabilities(who) == IVS_CAPABILITY_SUBSCRIBE);
    CHECK(ivs_verified_issued_at(who) == MOMENT && ivs_verified_expires_at(who) == MOMENT + 900);
    CHECK(ivs_verified_version_major(who) == 1 && ivs_verified_version_minor(who) == 0);
    CHECK(ivs_verified_attribute_count(who) == 2);
    OK(ivs_verified_attribute_at(who, 1, &name, &value));
    CHECK(is(name, "seat") && is(value, "12"));
    CHECK(ivs_verified_attribute_at(who, 2, &name, &value) == IVS_OUT_OF_RANGE);
    CHECK(is(ivs_verified_attribute(who, TEXT("displayName")), "Zo\xc3\xab"));
    CHECK(ivs_verified_attribute(who, TEXT("none")).data == NULL && ivs_last_error_status() == IVS_OK);
    CHECK(ivs_verified_attribute(NULL, TEXT("none")).data == NULL && ivs_last_error_status() == IVS_NULL_ARGUMENT);
    OK(ivs_verified_to_json(who, json, &len));
    CHECK(strstr(json, "\"capabilities\":[\"SUBSCRIBE\"]") != NULL);
    ivs_verified_free(who);
    who = NULL;

    OK(ivs_verifier_verify_expecting(verifier, OF(text), TEXT(STAGE_ARN), 0, NULL, 0, &who));
    ivs_verified_free(who);
    who = NULL;
    CHECK(ivs_verifier_verify_expecting(verifier, OF(text), NULL, 0, IVS_CAPABILITY_PUBLISH, NULL, 0, &who) ==
          IVS_INSUFFICIENT_CAPABILITIES);
    CHECK(ivs_verifier_verify_expecting(verifier, OF(text), NULL, 0, 0, TEXT("bob"), &who) == IVS_WRONG_USER);
    CHECK(ivs_verifier_verify_expecting(verifier, OF(text), TEXT(STAGE_ARN "x"), 0, NULL, 0, &who) == IVS_WRONG_STAGE);
    /* Nothing to expect, of a good token and of none: the call is wrong, and says what to do. */
    CHECK(ivs_verifier_verify_expecting(verifier, OF(text), NULL, 0, 0, NULL, 0, &who) == IVS_NULL_ARGUMENT && who == NULL);
    CHECK(strstr(ivs_last_error_message(), "call ivs_verifier_verify") != NULL);
    CHECK(ivs_verifier_verify_expecting(verifier, NULL, 0, NULL, 0, 0, NULL, 0, &who) == IVS_NULL_ARGUMENT);
    CHECK(ivs_verifier_verify(verifier, text.data, text.len - 1, &who) == IVS_TOKEN_INVALID);
    CHECK(ivs_verifier_verify(verifier, NULL, 0, &who) == IVS_TOKEN_MISSING && who == NULL);
    ivs_token_free(token);

    /* The leeways of the builder: one second within, and one beyond. */
    static const struct { int64_t now; ivs_status status; } times[] = {
        {MOMENT + 5, IVS_OK},       {MOMENT + 6, IVS_TOKEN_NOT_YET_VALID},
        {MOMENT - 909, IVS_OK},     {MOMENT - 910, IVS_TOKEN_EXPIRED},
    };
    for (size_t i = 0; i < sizeof times / sizeof *times; i++) {
        token = minted(times[i].now);
        CHECK(ivs_verifier_verify(verifier, OF(ivs_token_text(token)), &who) == times[i].status);
        ivs_verified_free(who);
        who = NULL;
        ivs_token_free(token);
    }
}

static void forgery(void) {
    ivs_signing_key *attacker = NULL;
    ivs_token *token = NULL;
    ivs_verified *who = NULL;
    OK(ivs_signing_key_generate(TEXT(KID), &attacker));
    OK(ivs_participant_mint_token(participant, attacker, MOMENT, &token));
    CHECK(ivs_verifier_verify(verifier, OF(ivs_token_text(token)), &who) == IVS_TOKEN_INVALID_SIGNATURE);
    CHECK(who == NULL && reason("SIGNATURE_MISMATCH"));
    ivs_token_free(token);
    ivs_signing_key_free(attacker);
}

/* What a stranger sends is refused, whatever bytes it is, and in a batch does not stop the others. */
static void strangers(void) {
    static char endless[(1 << 20) + 2];
    ivs_verified *who = NULL;
    ivs_verified_list *list = NULL;
    ivs_token *token = minted(MOMENT);
    memset(endless, 'x', sizeof endless);
    const ivs_str tokens[] = {{"\xff\xfe", 2}, {endless, sizeof endless}, {"a\0b", 3}, {NULL, 0}, ivs_token_text(token)};
    const char *const reasons[] = {"NOT_THREE_PARTS", "TOO_LONG", "NOT_THREE_PARTS", "MISSING"};
    OK(ivs_verifier_verify_batch(verifier, tokens, 5, &list));
    for (size_t i = 0; i < 4; i++) {
        const ivs_status status = ivs_verified_list_get(list, i, &who);
        CHECK(status >= 400 && status < 500 && who == NULL && reason(reasons[i]));
        CHECK(ivs_verifier_verify(verifier, OF(tokens[i]), &who) == status && who == NULL && reason(reasons[i]));
    }
    OK(ivs_verified_list_get(list, 4, &who));
    ivs_verified_free(who);
    ivs_verified_list_free(list);
    ivs_token_free(token);
}

/* Each token is judged by the key that it names. */
static void two_keys(void) {
    static const char second[] = "arn:aws:ivs:us-west-2:123456789012:public-key/second";
    ivs_signing_key *keys[3] = {NULL, NULL, NULL};
    ivs_verifier_builder *builder = NULL;
    ivs_verifier *door = NULL;
    OK(ivs_verifier_builder_new(&builder));
    OK(ivs_signing_key_generate(TEXT(KID), &keys[0]));
    OK(ivs_signing_key_generate(TEXT(second), &keys[1]));
    for (size_t i = 0; i < 2; i++) {
        ivs_verifying_key *half = NULL;
        OK(ivs_signing_key_verifying_key(keys[i], &half));
        OK(ivs_verifier_builder_add_key(builder, OF(ivs_signing_key_kid(keys[i])), half));
        ivs_verifying_key_free(half);
    }
    OK(ivs_verifier_builder_set_fixed_time(builder, MOMENT));
    OK(ivs_verifier_builder_build(builder, &door));
    /* One more, which signs in the name of the other. */
    OK(ivs_signing_key_with_kid(keys[0], TEXT(second), &keys[2]));
    const ivs_status expected[] = {IVS_OK, IVS_OK, IVS_TOKEN_INVALID_SIGNATURE};
    for (size_t i = 0; i < 3; i++) {
        ivs_token *token = NULL;
        ivs_verified *who = NULL;
        OK(ivs_participant_mint_token(participant, keys[i], MOMENT, &token));
        CHECK(ivs_verifier_verify(door, OF(ivs_token_text(token)), &who) == expected[i]);
        if (who != NULL) CHECK(is(ivs_verified_kid(who), i == 0 ? KID : second));
        ivs_verified_free(who);
        ivs_token_free(token);
    }
    for (size_t i = 0; i < 3; i++) ivs_signing_key_free(keys[i]);
    ivs_verifier_builder_free(builder);
    ivs_verifier_free(door);
}

static void batches(void) {
    ivs_participant *fixed = NULL;
    ivs_stage *elsewhere = NULL;
    ivs_participant *foreign = NULL;
    ivs_token_list *list = NULL;
    OK(ivs_participant_new(stage, &fixed));
    OK(ivs_participant_set_participant_id(fixed, TEXT("fixed")));
    OK(ivs_stage_new(TEXT("arn:aws:ivs:eu-central-1:123456789012:stage/x"), TEXT(WHIP_URL), TEXT(EVENTS_URL), &elsewhere));
    OK(ivs_participant_new(elsewhere, &foreign));
    ivs_participant *const all[] = {participant, foreign, fixed};
    OK(ivs_mint_batch(all, 3, key, &list));
    ivs_participant_free(fixed);
    ivs_participant_free(foreign);
    ivs_stage_free(elsewhere);
    CHECK(ivs_token_list_count(list) == 3);
    OK(ivs_token_list_status(list, 0));
    CHECK(ivs_token_list_text(list, 0).len > 400 && is(ivs_token_list_participant_id(list, 2), "fixed"));
    CHECK(ivs_token_list_status(list, 1) == IVS_FOREIGN_KEY);
    CHECK(ivs_token_list_text(list, 1).data == NULL && ivs_last_error_status() == IVS_FOREIGN_KEY);
    CHECK(ivs_token_list_status(list, 3) == IVS_OUT_OF_RANGE);
    ivs_token_list_free(list);
}

static void exchanges(void) {
    char text[IVS_TOKEN_MAX];
    size_t len = sizeof text;
    ivs_exchange *exchange = NULL;
    ivs_token *token = minted(MOMENT), *later = NULL, *stranger = minted(MOMENT);
    ivs_verified *old = NULL, *new = NULL;
    OK(ivs_exchange_of_token(token, &exchange));
    OK(ivs_exchange_set_capabilities(exchange, IVS_CAPABILITY_PUBLISH | IVS_CAPABILITY_SUBSCRIBE));
    OK(ivs_exchange_set_attribute(exchange, TEXT("a"), TEXT("b")));
    OK(ivs_exchange_clear_attributes(exchange));
    OK(ivs_exchange_set_user_id(exchange, TEXT("Jos\xc3\xa9")));
    OK(ivs_exchange_set_duration(exchange, 60));
    CHECK(ivs_exchange_set_duration(exchange, 0) == IVS_INVALID_DURATION);
    CHECK(ivs_exchange_mint(exchange, key, text, &len) == IVS_INVALID_DURATION);
    OK(ivs_exchange_set_duration(exchange, 60));
    OK(ivs_exchange_mint(exchange, key, text, &len));
    OK(ivs_exchange_mint_token(exchange, key, MOMENT, &later));
    CHECK(ivs_token_expires_at(later) == MOMENT + 60);
    OK(ivs_verifier_verify(verifier, OF(ivs_token_text(token)), &old));
    OK(ivs_verifier_verify(verifier, OF(ivs_token_text(later)), &new));
    CHECK(ivs_verified_capabilities(new) == 3 && ivs_verified_attribute_count(new) == 0);
    OK(ivs_check_exchange(old, new));
    ivs_verified_free(new);
    ivs_exchange_free(exchange);
    new = NULL;
    exchange = NULL;
    OK(ivs_exchange_of_verified(old, &exchange));
    OK(ivs_verifier_verify(verifier, OF(ivs_token_text(stranger)), &new));
    CHECK(ivs_check_exchange(old, new) == IVS_INVALID_EXCHANGE && strstr(ivs_last_error_message(), "jti") != NULL);
    ivs_verified_free(old);
    ivs_verified_free(new);
    ivs_exchange_free(exchange);
    ivs_token_free(token);
    ivs_token_free(later);
    ivs_token_free(stranger);
}

/* Base64url without padding. */
static size_t decoded(const char *text, size_t len, uint8_t *bytes) {
    static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    size_t written = 0;
    uint32_t bits = 0;
    for (size_t i = 0; i < len; i++) {
        bits = bits << 6 | (uint32_t)(strchr(alphabet, text[i]) - alphabet);
        if (i % 4 != 0) bytes[written++] = (uint8_t)(bits >> (6 - 2 * (i % 4)));
    }
    return written;
}

/* In two steps, with a signature that was made elsewhere: by a key that minted the same token. */
static void vaults(void) {
    uint8_t digest[48], signature[96];
    size_t len = sizeof digest;
    ivs_participant *guest = NULL;
    ivs_connection *connection = NULL;
    ivs_playback *playback = NULL;
    ivs_exchange *exchange = NULL;
    ivs_unsigned *open = NULL;
    ivs_token *minted_here = NULL, *token = NULL;
    ivs_verifying_key *half = NULL;
    OK(ivs_signing_key_verifying_key(key, &half));
    OK(ivs_participant_new(stage, &guest));
    OK(ivs_participant_set_participant_id(guest, TEXT("in-a-vault")));
    OK(ivs_participant_mint_token(guest, key, MOMENT, &minted_here));
    CHECK(ivs_participant_unsigned(guest, TEXT("x"), MOMENT, &open) == IVS_INVALID_ARN && open == NULL);
    OK(ivs_participant_unsigned(guest, TEXT(KID), MOMENT, &open));
    const ivs_str whole = ivs_token_text(minted_here), input = ivs_unsigned_signing_input(open);
    CHECK(whole.len == input.len + 1 + 128 && memcmp(whole.data, input.data, input.len) == 0);
    CHECK(decoded(whole.data + input.len + 1, 128, signature) == 96);
    OK(ivs_unsigned_digest(open, digest, &len));
    CHECK(len == 48);
    len = 47;
    CHECK(ivs_unsigned_digest(open, digest, &len) == IVS_BUFFER_TOO_SMALL && len == 48);
    OK(ivs_unsigned_with_signature(open, signature, sizeof signature, half, &token));
    CHECK(is(ivs_token_id(token), "in-a-vault") && ivs_token_expires_at(token) == ivs_token_expires_at(minted_here));
    CHECK(ivs_token_text(token).len == whole.len && memcmp(ivs_token_text(token).data, whole.data, whole.len) == 0);
    OK(ivs_exchange_of_token(token, &exchange));
    ivs_token_free(token);
    token = NULL;
    signature[95] ^= 1;
    CHECK(ivs_unsigned_with_signature(open, signature, 96, half, &token) == IVS_WRONG_SIGNATURE && token == NULL);
    CHECK(ivs_unsigned_with_signature(open, signature, 95, half, &token) == IVS_MALFORMED_SIGNATURE && token == NULL);
    ivs_unsigned_free(open);
    open = NULL;
    OK(ivs_exchange_unsigned(exchange, TEXT(KID), MOMENT + 1, &open));
    CHECK(ivs_unsigned_signing_input(open).len > 100);
    ivs_unsigned_free(open);
    OK(ivs_connection_new(&connection));
    OK(ivs_connection_unsigned(connection, TEXT(KID), MOMENT, &open));
    CHECK(ivs_unsigned_with_signature(open, signature, 96, half, &token) == IVS_WRONG_SIGNATURE);
    ivs_unsigned_free(open);
    OK(ivs_playback_new(TEXT("arn:aws:ivs:us-west-2:123456789012:channel/abcdABCDefgh"), &playback));
    OK(ivs_playback_unsigned(playback, MOMENT, &open));
    CHECK(ivs_unsigned_with_signature(open, signature, 96, half, &token) == IVS_WRONG_SIGNATURE);
    ivs_unsigned_free(open);
    ivs_playback_free(playback);
    ivs_connection_free(connection);
    ivs_exchange_free(exchange);
    ivs_participant_free(guest);
    ivs_token_free(minted_here);
    ivs_verifying_key_free(half);
}

/* From the text of the old token, which is verified first. */
/* The attributes of the old token stay, but for those that are named. */
static void attributes_of_an_exchange(void) {
    ivs_participant *begun = NULL;
    ivs_exchange *exchange = NULL;
    ivs_token *old = NULL, *new = NULL;
    ivs_verified *who = NULL;
    OK(ivs_participant_new(stage, &begun));
    OK(ivs_participant_set_user_id(begun, TEXT("Jos\xc3\xa9")));
    OK(ivs_participant_set_attribute(begun, TEXT("role"), TEXT("viewer")));
    OK(ivs_participant_set_attribute(begun, TEXT("seat"), TEXT("12")));
    OK(ivs_participant_set_attribute(begun, TEXT("team"), TEXT("red")));
    OK(ivs_participant_mint_token(begun, key, MOMENT, &old));
    OK(ivs_exchange_of_token(old, &exchange));
    OK(ivs_exchange_set_attribute(exchange, TEXT("role"), TEXT("host")));
    OK(ivs_exchange_remove_attribute(exchange, TEXT("seat")));
    OK(ivs_exchange_remove_attribute(exchange, TEXT("nobody has it")));
    CHECK(ivs_exchange_remove_attribute(exchange, NULL, 3) == IVS_NULL_ARGUMENT);
    CHECK(ivs_exchange_mint_token(exchange, key, MOMENT, &new) == IVS_NULL_ARGUMENT && new == NULL);
    OK(ivs_exchange_clear_attributes(exchange));
    ivs_exchange_free(exchange);
    OK(ivs_exchange_of_token(old, &exchange));
    OK(ivs_exchange_set_attribute(exchange, TEXT("role"), TEXT("host")));
    OK(ivs_exchange_remove_attribute(exchange, TEXT("seat")));
    OK(ivs_exchange_mint_token(exchange, key, MOMENT, &new));
    OK(ivs_verifier_verify(verifier, OF(ivs_token_text(new)), &who));
    CHECK(ivs_verified_attribute_count(who) == 2);
    CHECK(is(ivs_verified_attribute(who, TEXT("role")), "host") && is(ivs_verified_attribute(who, TEXT("team")), "red"));
    ivs_verified_free(who);
    ivs_token_free(new);
    ivs_token_free(old);
    ivs_exchange_free(exchange);
    ivs_participant_free(begun);
}

static void exchange_of_text(void) {
    ivs_token *old = minted(MOMENT), *new = NULL;
    ivs_exchange *more = NULL;
    CHECK(ivs_verifier_exchange(verifier, TEXT("nonsense"), &more) == IVS_TOKEN_INVALID && more == NULL);
    OK(ivs_verifier_exchange(verifier, OF(ivs_token_text(old)), &more));
    OK(ivs_exchange_set_capabilities(more, IVS_CAPABILITY_PUBLISH | IVS_CAPABILITY_SUBSCRIBE));
    OK(ivs_exchange_mint_token(more, key, MOMENT + 1, &new));
    CHECK(ivs_token_expires_at(new) == ivs_token_expires_at(old));
    ivs_exchange_free(more);
    ivs_token_free(old);
    ivs_token_free(new);
}

/* The engine: what it signs and verifies is what everybody does. */
static void engine(void) {
    static const char second[] = "arn:aws:ivs:us-west-2:123456789012:public-key/second";
    ivs_signing_key *fast = NULL;
    ivs_verifying_key *half = NULL;
    ivs_key_ring *ring = NULL;
    ivs_verifier_builder *builder = NULL;
    ivs_verifier *door = NULL;
    OK(ivs_signing_key_generate(TEXT(second), &fast));
    CHECK(!ivs_signing_key_is_accelerated(fast) && ivs_last_error_status() == IVS_OK);
    OK(ivs_signing_key_accelerate(fast));
    OK(ivs_signing_key_verifying_key(fast, &half));
    OK(ivs_key_ring_new(0, &ring));
    OK(ivs_key_ring_import(ring, TEXT(second), half));
    OK(ivs_key_ring_set_prepared_limit(ring, 0));
    CHECK(ivs_key_ring_prepared_count(ring) == 0);
    for (int prepared = 0; prepared < 2; prepared++) {
        OK(ivs_verifier_builder_new(&builder));
        if (prepared) OK(ivs_verifier_builder_add_key(builder, TEXT(second), half));
        else OK(ivs_verifier_builder_set_key_ring(builder, ring));
        OK(ivs_verifier_builder_set_prepared_limit(builder, prepared ? 1 : 0));
        OK(ivs_verifier_builder_set_fixed_time(builder, MOMENT));
        OK(ivs_verifier_builder_build(builder, &door));
        ivs_participant *many[20];
        ivs_str texts[21];
        ivs_token_list *list = NULL;
        ivs_verified_list *verdicts = NULL;
        ivs_verified *who = NULL;
        ivs_token *token = NULL;
        for (size_t i = 0; i < 20; i++) OK(ivs_participant_new(stage, &many[i]));
        OK(ivs_mint_batch(many, 20, fast, &list));
        for (size_t i = 0; i < 20; i++) texts[i] = ivs_token_list_text(list, i);
        OK(ivs_participant_mint_token(many[0], fast, MOMENT, &token));
        texts[20] = ivs_token_text(token);
        OK(ivs_verifier_verify(door, OF(texts[20]), &who));
        ivs_verified_free(who);
        OK(ivs_verifier_verify_batch(door, texts, 21, &verdicts));
        OK(ivs_verified_list_get(verdicts, 20, &who));
        ivs_verified_free(who);
        who = NULL;
        /* The batch was issued now, which is not the time of this verifier: refused for that, and so with a good signature. */
        for (size_t i = 0; i < 20; i++) {
            const ivs_status status = ivs_verified_list_get(verdicts, i, &who);
            CHECK(status == IVS_TOKEN_NOT_YET_VALID || status == IVS_OK || status == IVS_TOKEN_EXPIRED);
            ivs_verified_free(who);
            who = NULL;
        }
        for (size_t i = 0; i < 20; i++) ivs_participant_free(many[i]);
        ivs_verified_list_free(verdicts);
        ivs_token_list_free(list);
        ivs_token_free(token);
        ivs_verifier_free(door);
        ivs_verifier_builder_free(builder);
    }
    ivs_key_ring_free(ring);
    ivs_verifying_key_free(half);
    ivs_signing_key_free(fast);
}

/* Whether this is the `events_url` of the tokens of a connection. */
static int leads_to(const ivs_connection *connection, const char *url) {
    char member[128], said[4096];
    ivs_token *token = NULL;
    ivs_inspection *inspection = NULL;
    snprintf(member, sizeof member, "\"name\":\"events_url\",\"value\":\"%s\"", url);
    OK(ivs_connection_mint_token(connection, key, MOMENT, &token));
    OK(ivs_inspect(OF(ivs_token_text(token)), MOMENT, &inspection));
    /* A text of the library ends where its length says, without a zero. */
    const ivs_str json = ivs_inspection_json(inspection);
    CHECK(json.len < sizeof said);
    memcpy(said, json.data, json.len);
    said[json.len] = '\0';
    int leads = strstr(said, member) != NULL;
    ivs_inspection_free(inspection);
    ivs_token_free(token);
    return leads;
}

static void connections(void) {
    char text[IVS_TOKEN_MAX], json[1024];
    size_t len = sizeof text, json_len = sizeof json;
    ivs_connection *connection = NULL;
    ivs_token *token = NULL;
    ivs_verified_connection *good = NULL;
    ivs_exchange *exchange = NULL;
    OK(ivs_connection_new(&connection));
    OK(ivs_connection_set_token_id(connection, TEXT("c-1")));
    OK(ivs_connection_set_duration(connection, 3600));
    CHECK(ivs_connection_set_token_id(connection, TEXT("")) == IVS_INVALID_TOKEN_ID);
    CHECK(ivs_connection_mint(connection, key, text, &len) == IVS_INVALID_TOKEN_ID);
    OK(ivs_connection_set_token_id(connection, TEXT("c-1")));
    OK(ivs_connection_mint(connection, key, text, &len));
    OK(ivs_connection_mint_token(connection, key, MOMENT, &token));
    CHECK(is(ivs_token_id(token), "c-1") && ivs_token_expires_at(token) == MOMENT + 3600);
    CHECK(ivs_exchange_of_token(token, &exchange) == IVS_INVALID_EXCHANGE && exchange == NULL);
    OK(ivs_verifier_verify_connection(verifier, OF(ivs_token_text(token)), &good));
    CHECK(is(ivs_verified_connection_token_id(good), "c-1") && is(ivs_verified_connection_kid(good), KID));
    CHECK(is(ivs_verified_connection_account_id(good), "123456789012"));
    CHECK(is(ivs_verified_connection_region(good), "us-west-2"));
    CHECK(ivs_verified_connection_issued_at(good) == MOMENT);
    CHECK(ivs_verified_connection_expires_at(good) == MOMENT + 3600);
    OK(ivs_verified_connection_to_json(good, json, &json_len));
    CHECK(strstr(json, "\"tokenId\":\"c-1\"") != NULL);
    ivs_verified_connection_free(good);
    ivs_token_free(token);

    /* It leads to the server of a stage on this machine, and for every other stage to the service. */
    ivs_stage *here = NULL;
    OK(ivs_stage_new(TEXT(STAGE_ARN), TEXT("http://localhost:8788"), TEXT("ws://localhost:8788"), &here));
    OK(ivs_connection_set_server_of(connection, here));
    ivs_stage_free(here);
    CHECK(leads_to(connection, "ws://localhost:8788") && !leads_to(connection, EVENTS_URL));
    CHECK(ivs_connection_set_server_of(connection, NULL) == IVS_NULL_ARGUMENT);
    CHECK(ivs_connection_mint(connection, key, text, &len) == IVS_NULL_ARGUMENT);
    OK(ivs_connection_set_server_of(connection, stage));
    CHECK(leads_to(connection, EVENTS_URL));
    ivs_connection_free(connection);
}

#define CHANNEL_ARN "arn:aws:ivs:us-west-2:123456789012:channel/abcdABCDefgh"
#define PLAYBACK_KID "arn:aws:ivs:us-west-2:123456789012:playback-key/f99cde61"
#define UUID "01234567-89ab-4def-8123-456789abcdef"

/* A verifier of playback tokens at the moment of the tests, with what was revoked if there is a store. */
static ivs_verifier *gate(const ivs_revocations *revocations, size_t cache) {
    ivs_verifier_builder *builder = NULL;
    ivs_verifying_key *half = NULL;
    ivs_verifier *made = NULL;
    OK(ivs_signing_key_verifying_key(key, &half));
    OK(ivs_verifier_builder_new(&builder));
    OK(ivs_verifier_builder_add_key(builder, TEXT(KID), half));
    OK(ivs_verifier_builder_add_playback_key(builder, TEXT(PLAYBACK_KID), half));
    if (revocations != NULL) OK(ivs_verifier_builder_set_revocations(builder, revocations));
    OK(ivs_verifier_builder_set_cache(builder, cache));
    OK(ivs_verifier_builder_set_fixed_time(builder, MOMENT));
    OK(ivs_verifier_builder_build(builder, &made));
    ivs_verifier_builder_free(builder);
    ivs_verifying_key_free(half);
    return made;
}

static void playbacks(void) {
    static const char other[] = "arn:aws:ivs:us-west-2:123456789012:channel/other";
    char text[IVS_TOKEN_MAX], url[IVS_TOKEN_MAX], json[2048];
    size_t len = sizeof text, url_len = sizeof url, json_len = sizeof json;
    ivs_playback *playback = NULL;
    ivs_token *token = NULL;
    ivs_verified_playback *good = NULL;
    ivs_verifier *door = gate(NULL, 0);
    OK(ivs_playback_new(TEXT(CHANNEL_ARN), &playback));
    CHECK(ivs_playback_add_origin(playback, TEXT("example.com")) == IVS_INVALID_ORIGINS);
    CHECK(ivs_playback_set_single_use_uuid(playback, TEXT("x")) == IVS_INVALID_UUID);
    CHECK(ivs_playback_set_maximum_resolution(playback, TEXT("hd")) == IVS_INVALID_MAXIMUM_RESOLUTION);
    CHECK(ivs_playback_set_viewer_id(playback, TEXT("")) == IVS_INVALID_VIEWER_ID);
    CHECK(ivs_playback_set_duration(playback, 0) == IVS_INVALID_DURATION);
    CHECK(ivs_playback_mint(playback, key, text, &len) == IVS_INVALID_ORIGINS && reason("INVALID_ORIGINS"));
    ivs_playback_free(playback);
    OK(ivs_playback_new(TEXT(CHANNEL_ARN), &playback));
    OK(ivs_playback_set_strict_origin_enforcement(playback, true));
    CHECK(ivs_playback_mint(playback, key, text, &len) == IVS_INVALID_ORIGINS && len == sizeof text);
    OK(ivs_playback_add_origin(playback, TEXT("https://*.example.com")));
    OK(ivs_playback_set_viewer_session_version(playback, -7));
    CHECK(ivs_playback_mint(playback, key, text, &len) == IVS_INVALID_SESSION_VERSION);
    OK(ivs_playback_set_viewer_id(playback, TEXT("ana")));
    OK(ivs_playback_set_single_use(playback));
    OK(ivs_playback_set_single_use_uuid(playback, TEXT(UUID)));
    OK(ivs_playback_set_maximum_resolution(playback, TEXT("FULL_HD")));
    OK(ivs_playback_set_duration(playback, 60));
    OK(ivs_playback_mint(playback, key, text, &len));
    OK(ivs_playback_url(TEXT("https://x.playback.live-video.net/y.m3u8?a=b"), text, len, url, &url_len));
    CHECK(strncmp(url, "https://x.playback.live-video.net/y.m3u8?a=b&token=ey", 53) == 0 && strlen(url) == url_len);
    CHECK(ivs_playback_url(TEXT("rtmp://x"), text, len, url, &url_len) == IVS_INVALID_PLAYBACK_URL);

    OK(ivs_playback_mint_token(playback, key, MOMENT, &token));
    CHECK(ivs_token_id(token).data == NULL && ivs_token_expires_at(token) == MOMENT + 60);
    OK(ivs_token_to_json(token, json, &json_len));
    CHECK(strstr(json, "\"viewerId\":\"ana\"") != NULL);
    ivs_str minted = ivs_token_text(token);
    OK(ivs_verifier_verify_playback(door, OF(minted), TEXT(CHANNEL_ARN), TEXT("https://www.example.com"), &good));
    CHECK(is(ivs_verified_playback_channel_arn(good), CHANNEL_ARN) && is(ivs_verified_playback_kid(good), PLAYBACK_KID));
    CHECK(is(ivs_verified_playback_viewer_id(good), "ana") && ivs_verified_playback_viewer_session_version(good) == -7);
    CHECK(is(ivs_verified_playback_single_use_uuid(good), UUID));
    CHECK(is(ivs_verified_playback_maximum_resolution(good), "FULL_HD"));
    CHECK(ivs_verified_playback_origin_count(good) == 1 && ivs_verified_playback_strict_origin_enforcement(good));
    CHECK(is(ivs_verified_playback_origin_at(good, 0), "https://*.example.com"));
    CHECK(ivs_verified_playback_origin_at(good, 1).data == NULL && ivs_last_error_status() == IVS_OUT_OF_RANGE);
    CHECK(ivs_verified_playback_allows_origin(good, TEXT("https://www.example.com")));
    CHECK(!ivs_verified_playback_allows_origin(good, TEXT("\xff")) && ivs_last_error_status() == IVS_OK);
    ivs_verified_playback *none = NULL;
    CHECK(ivs_verifier_verify_playback(door, OF(minted), NULL, 0, TEXT("\xff"), &none) == IVS_ORIGIN_NOT_ALLOWED);
    CHECK(none == NULL && reason("ORIGIN_NOT_ALLOWED"));
    CHECK(ivs_verifier_verify_playback(door, OF(minted), NULL, 0, "x", SIZE_MAX, &none) == IVS_ORIGIN_NOT_ALLOWED);
    CHECK(!ivs_verified_playback_allows_origin(good, TEXT("https://evil.example")));
    CHECK(!ivs_verified_playback_allows_origin(good, NULL, 0));
    CHECK(ivs_verified_playback_issued_at(good) == -1 && ivs_verified_playback_expires_at(good) == MOMENT + 60);
    json_len = sizeof json;
    OK(ivs_verified_playback_to_json(good, json, &json_len));
    CHECK(strstr(json, "\"singleUseUuid\":\"" UUID "\"") != NULL);
    ivs_verified_playback_free(good);
    good = NULL;
    CHECK(ivs_verifier_verify_playback(door, OF(minted), NULL, 0, NULL, 0, &good) == IVS_ORIGIN_NOT_ALLOWED);
    CHECK(ivs_verifier_verify_playback(door, OF(minted), TEXT(other), TEXT("https://a.example.com"), &good) ==
          IVS_WRONG_CHANNEL);
    ivs_token_free(token);
    ivs_playback_free(playback);
    ivs_verifier_free(door);
}

static void revoking(void) {
    ivs_revocations *revocations = NULL;
    ivs_connection *connection = NULL;
    ivs_playback *playback = NULL;
    ivs_token *token = minted(MOMENT), *other = minted(MOMENT), *line = NULL, *ticket = NULL;
    ivs_verified *who = NULL;
    ivs_verified_connection *good = NULL;
    ivs_verified_playback *viewer = NULL;
    OK(ivs_revocations_new(&revocations));
    ivs_verifier *door = gate(revocations, 100);

    /* A token that is remembered is refused all the same once it was revoked. */
    for (int i = 0; i < 2; i++) {
        OK(ivs_verifier_verify(door, OF(ivs_token_text(token)), &who));
        ivs_verified_free(who);
        who = NULL;
    }
    OK(ivs_revocations_disconnect_participant(revocations, TEXT(STAGE_ARN), OF(ivs_token_id(token)), TEXT("rude")));
    CHECK(ivs_verifier_verify(door, OF(ivs_token_text(token)), &who) == IVS_PARTICIPANT_DISCONNECTED);
    CHECK(strstr(ivs_last_error_message(), "rude") != NULL);
    CHECK(ivs_revocations_disconnect_participant(revocations, TEXT("x"), TEXT("y"), NULL, 0) == IVS_INVALID_ARN);

    /* Many at once: the one that was disconnected, one that is well, and one that is none. */
    const ivs_str tokens[] = {ivs_token_text(token), ivs_token_text(other), {"x", 1}};
    ivs_verified_list *list = NULL;
    OK(ivs_verifier_verify_batch(door, tokens, 3, &list));
    CHECK(ivs_verified_list_count(list) == 3);
    CHECK(ivs_verified_list_get(list, 0, &who) == IVS_PARTICIPANT_DISCONNECTED && who == NULL);
    OK(ivs_verified_list_get(list, 1, &who));
    CHECK(ivs_verified_list_get(list, 2, &who) == IVS_TOKEN_INVALID && reason("NOT_THREE_PARTS"));
    CHECK(ivs_verified_list_get(list, 3, &who) == IVS_OUT_OF_RANGE);
    ivs_verified_list_free(list);
    CHECK(is(ivs_verified_user_id(who), "Jos\xc3\xa9"));
    ivs_verified_free(who);
    who = NULL;

    OK(ivs_revocations_delete_stage(revocations, TEXT(STAGE_ARN)));
    CHECK(ivs_verifier_verify(door, OF(ivs_token_text(other)), &who) == IVS_STAGE_DELETED);

    OK(ivs_connection_new(&connection));
    OK(ivs_connection_mint_token(connection, key, MOMENT, &line));
    OK(ivs_verifier_verify_connection(door, OF(ivs_token_text(line)), &good));
    ivs_verified_connection_free(good);
    good = NULL;
    OK(ivs_revocations_revoke_connection_token(revocations, OF(ivs_token_id(line))));
    CHECK(ivs_verifier_verify_connection(door, OF(ivs_token_text(line)), &good) == IVS_CONNECTION_TOKEN_REVOKED);

    /* A token for a single use is spent by the first; then the viewer's sessions are revoked. */
    OK(ivs_playback_new(TEXT(CHANNEL_ARN), &playback));
    OK(ivs_playback_set_viewer_id(playback, TEXT("ana")));
    OK(ivs_playback_set_single_use(playback));
    OK(ivs_playback_mint_token(playback, key, MOMENT, &ticket));
    OK(ivs_verifier_verify_playback(door, OF(ivs_token_text(ticket)), NULL, 0, NULL, 0, &viewer));
    ivs_verified_playback_free(viewer);
    viewer = NULL;
    CHECK(ivs_verifier_verify_playback(door, OF(ivs_token_text(ticket)), NULL, 0, NULL, 0, &viewer) ==
          IVS_TOKEN_ALREADY_USED);
    ivs_token_free(ticket);
    OK(ivs_playback_mint_token(playback, key, MOMENT, &ticket));
    OK(ivs_revocations_revoke_viewer_sessions(revocations, TEXT(CHANNEL_ARN), TEXT("ana"), 0));
    CHECK(ivs_verifier_verify_playback(door, OF(ivs_token_text(ticket)), NULL, 0, NULL, 0, &viewer) ==
          IVS_VIEWER_SESSION_REVOKED);
    CHECK(ivs_revocations_count(revocations) == 5);

    /* The verifier keeps the store. */
    ivs_revocations_free(revocations);
    CHECK(ivs_verifier_verify(door, OF(ivs_token_text(other)), &who) == IVS_STAGE_DELETED && who == NULL);
    ivs_token_free(ticket);
    ivs_token_free(line);
    ivs_token_free(other);
    ivs_token_free(token);
    ivs_playback_free(playback);
    ivs_connection_free(connection);
    ivs_verifier_free(door);
}

static void rings(void) {
    static const char second[] = "arn:aws:ivs:us-west-2:123456789012:public-key/second";
    char jwks[2048];
    size_t len = sizeof jwks, deleted = 7;
    ivs_key_ring *ring = NULL, *copy = NULL, *playback = NULL, *small = NULL;
    ivs_key_list *list = NULL;
    ivs_str tag, value;
    ivs_signing_key *next = NULL, *signs = NULL;
    ivs_verifying_key *half = NULL, *listed = NULL;
    ivs_verifier_builder *builder = NULL;
    ivs_verifier *door = NULL;
    ivs_token *token = minted(IVS_NOW);
    ivs_verified *who = NULL;
    OK(ivs_signing_key_verifying_key(key, &half));
    OK(ivs_key_ring_new(0, &ring));
    CHECK(ivs_key_ring_signing_key(ring, &signs) == IVS_KEY_NOT_FOUND && signs == NULL);
    OK(ivs_verifier_builder_new(&builder));
    OK(ivs_verifier_builder_set_key_ring(builder, ring));
    OK(ivs_verifier_builder_build(builder, &door));
    OK(ivs_verifier_builder_add_key(builder, TEXT(KID), half));
    ivs_verifier *none = NULL;
    CHECK(ivs_verifier_builder_build(builder, &none) == IVS_KEYS_AND_RING && none == NULL);

    /* A verifier sees each change of the ring. */
    CHECK(ivs_verifier_verify(door, OF(ivs_token_text(token)), &who) == IVS_UNKNOWN_KEY);
    OK(ivs_key_ring_import(ring, TEXT(KID), half));
    OK(ivs_verifier_verify(door, OF(ivs_token_text(token)), &who));
    ivs_verified_free(who);
    who = NULL;
    OK(ivs_key_ring_retire(ring, TEXT(KID), IVS_NOW));
    CHECK(ivs_verifier_verify(door, OF(ivs_token_text(token)), &who) == IVS_RETIRED_KEY);
    OK(ivs_key_ring_reinstate(ring, TEXT(KID)));
    OK(ivs_verifier_verify(door, OF(ivs_token_text(token)), &who));
    ivs_verified_free(who);
    who = NULL;

    /* The new key signs, and the old one goes on for a while. */
    OK(ivs_key_ring_rotate(ring, TEXT(KID), key, IVS_NOW));
    CHECK(ivs_key_ring_delete(ring, TEXT(KID)) == IVS_KEY_SIGNS);
    OK(ivs_signing_key_generate(NULL, 0, &next));
    OK(ivs_key_ring_rotate(ring, TEXT(second), next, MOMENT + 1000000000));
    OK(ivs_key_ring_signing_key(ring, &signs));
    CHECK(is(ivs_signing_key_kid(signs), second));
    OK(ivs_key_ring_list(ring, &list));
    CHECK(ivs_key_list_count(list) == 2 && is(ivs_key_list_arn(list, 0), KID) && is(ivs_key_list_arn(list, 1), second));
    CHECK(ivs_key_list_retired_at(list, 0) == MOMENT + 1000000000 && ivs_key_list_retired_at(list, 1) == -1);
    CHECK(ivs_key_list_name(list, 0).data == NULL && ivs_last_error_status() == IVS_OK);
    CHECK(ivs_key_list_tag_count(list, 0) == 0 && ivs_last_error_status() == IVS_OK);
    CHECK(ivs_key_list_arn(list, 2).data == NULL && ivs_last_error_status() == IVS_OUT_OF_RANGE);
    OK(ivs_key_list_key(list, 1, &listed));
    ivs_key_list_free(list);

    /* Whose private half is known to others can be deleted at once. */
    CHECK(ivs_key_ring_rotate(ring, TEXT(second), next, 43200) == IVS_OUT_OF_RANGE);
    CHECK(ivs_key_ring_delete(ring, TEXT(second)) == IVS_KEY_SIGNS);
    OK(ivs_key_ring_stop_signing(ring));
    ivs_signing_key *nobody = NULL;
    CHECK(ivs_key_ring_signing_key(ring, &nobody) == IVS_KEY_NOT_FOUND && nobody == NULL);
    OK(ivs_key_ring_delete(ring, TEXT(second)));
    ivs_verifying_key *held = NULL;
    CHECK(ivs_key_ring_get(ring, TEXT(second), &held) == IVS_KEY_NOT_FOUND && held == NULL);
    CHECK(ivs_key_ring_sign_with(ring, TEXT(second), next) == IVS_KEY_NOT_FOUND);
    OK(ivs_signing_key_verifying_key(next, &held));
    OK(ivs_key_ring_import(ring, TEXT(second), held));
    ivs_verifying_key_free(held);
    CHECK(ivs_key_ring_sign_with(ring, TEXT(second), key) == IVS_SIGNING_KEY_MISMATCH);
    OK(ivs_key_ring_sign_with(ring, TEXT(second), next));
    OK(ivs_key_ring_get(ring, TEXT(second), &held));
    ivs_verifying_key_free(held);

    /* As a JWK set into another ring; one that is too small takes none of it. */
    OK(ivs_key_ring_to_jwks(ring, jwks, &len));
    OK(ivs_key_ring_new(0, &copy));
    OK(ivs_key_ring_load(copy, jwks, len));
    CHECK(ivs_key_ring_count(copy) == 2);
    OK(ivs_key_ring_new(1, &small));
    CHECK(ivs_key_ring_load(small, jwks, len) == IVS_KEY_RING_FULL && ivs_key_ring_count(small) == 0);
    CHECK(ivs_key_ring_load(copy, TEXT("{}")) == IVS_INVALID_KEY_SET);
    CHECK(ivs_key_ring_load(copy, NULL, 0) != IVS_OK);
    OK(ivs_key_ring_delete(copy, TEXT(KID)));
    CHECK(ivs_key_ring_delete(copy, TEXT(KID)) == IVS_KEY_NOT_FOUND && ivs_key_ring_count(copy) == 1);
    OK(ivs_key_ring_replace(copy, jwks, len));
    CHECK(ivs_key_ring_count(copy) == 2);
    CHECK(ivs_key_ring_retire(copy, TEXT(KID), 43200) == IVS_OUT_OF_RANGE);
    CHECK(ivs_key_ring_retire(copy, TEXT(KID), -1) == IVS_OUT_OF_RANGE);
    OK(ivs_key_ring_retire(copy, TEXT(KID), 1000000000));
    OK(ivs_key_ring_delete_retired(copy, IVS_NOW, &deleted));
    CHECK(deleted == 1 && ivs_key_ring_count(copy) == 1);

    OK(ivs_key_ring_new_playback(0, &playback));
    CHECK(ivs_key_ring_import(playback, TEXT(KID), half) == IVS_INVALID_ARN);
    CHECK(ivs_key_ring_import_named(playback, TEXT(PLAYBACK_KID), TEXT("a b"), half) == IVS_INVALID_KEY_NAME);
    OK(ivs_key_ring_import_named(playback, TEXT(PLAYBACK_KID), TEXT("door-1"), half));
    OK(ivs_key_ring_tag(playback, TEXT(PLAYBACK_KID), TEXT("team"), TEXT("live")));
    OK(ivs_key_ring_tag(playback, TEXT(PLAYBACK_KID), TEXT("env"), TEXT("")));
    OK(ivs_key_ring_tag(playback, TEXT(PLAYBACK_KID), TEXT("x"), TEXT("y")));
    OK(ivs_key_ring_untag(playback, TEXT(PLAYBACK_KID), TEXT("x")));
    CHECK(ivs_key_ring_tag(playback, TEXT(PLAYBACK_KID), TEXT(""), TEXT("y")) == IVS_INVALID_TAG);
    CHECK(ivs_key_ring_tag(playback, TEXT(PLAYBACK_KID "2"), TEXT("x"), TEXT("y")) == IVS_KEY_NOT_FOUND);
    OK(ivs_key_ring_list(playback, &list));
    CHECK(is(ivs_key_list_name(list, 0), "door-1") && ivs_key_list_tag_count(list, 0) == 2);
    OK(ivs_key_list_tag_at(list, 0, 0, &tag, &value));
    CHECK(is(tag, "env") && is(value, ""));
    OK(ivs_key_list_tag_at(list, 0, 1, &tag, &value));
    CHECK(is(tag, "team") && is(value, "live"));
    CHECK(ivs_key_list_tag_at(list, 0, 2, &tag, &value) == IVS_OUT_OF_RANGE && is(tag, "team"));
    CHECK(ivs_key_list_tag_at(list, 1, 0, &tag, &value) == IVS_OUT_OF_RANGE);
    ivs_key_list_free(list);
    CHECK(ivs_key_ring_import(playback, TEXT(PLAYBACK_KID), listed) == IVS_AMBIGUOUS_KEY);
    ivs_key_ring_free(ring);
    ivs_key_ring_free(copy);
    ivs_key_ring_free(small);
    ivs_key_ring_free(playback);
    OK(ivs_verifier_verify(door, OF(ivs_token_text(token)), &who));
    ivs_verified_free(who);
    ivs_verifying_key_free(half);
    ivs_verifying_key_free(listed);
    ivs_signing_key_free(next);
    ivs_signing_key_free(signs);
    ivs_verifier_builder_free(builder);
    ivs_verifier_free(door);
    ivs_token_free(token);
}

static void inspecting(void) {
    ivs_inspection *inspection = NULL;
    ivs_token *token = minted(MOMENT);
    OK(ivs_inspect(OF(ivs_token_text(token)), MOMENT, &inspection));
    CHECK(ivs_inspection_problem_count(inspection) == 0 && ivs_inspection_problem_at(inspection, 0).data == NULL);
    CHECK(ivs_last_error_status() == IVS_OUT_OF_RANGE);
    CHECK(ivs_inspection_text(inspection).len > 100 && ivs_inspection_json(inspection).data[0] == '{');
    ivs_inspection_free(inspection);
    OK(ivs_inspect(OF(ivs_token_text(token)), MOMENT + 1000, &inspection));
    CHECK(ivs_inspection_problem_count(inspection) == 1 && ivs_inspection_problem_at(inspection, 0).len > 10);
    ivs_inspection_free(inspection);
    OK(ivs_inspect("\xff\0x", 3, IVS_NOW, &inspection));
    CHECK(ivs_inspection_problem_count(inspection) > 0);
    ivs_inspection_free(inspection);
    ivs_token_free(token);
}

static void versions(void) {
    char version[32];
    snprintf(version, sizeof version, "%d.%d.%d", IVS_TOKEN_VERSION_MAJOR, IVS_TOKEN_VERSION_MINOR, IVS_TOKEN_VERSION_PATCH);
    CHECK(strcmp(ivs_version(), version) == 0 && ivs_abi_version() == IVS_ABI_VERSION);
    CHECK(strcmp(ivs_status_name(IVS_TOKEN_EXPIRED), "IVS_TOKEN_EXPIRED") == 0);
    CHECK(strcmp(ivs_status_name(99999), "IVS_UNKNOWN_STATUS") == 0 && ivs_status_text(IVS_OK)[0] != '\0');

    /* A last error does not outlive a success; words about it and cleaning up leave it as it is. */
    ivs_inspection *inspection = NULL;
    OK(ivs_inspect("x", 1, IVS_NOW, &inspection));
    CHECK(ivs_stage_arn(NULL).data == NULL && ivs_last_error_status() == IVS_NULL_ARGUMENT);
    (void)ivs_version();
    (void)ivs_status_text(ivs_last_error_status());
    ivs_inspection_free(inspection);
    ivs_inspection_free(NULL);
    ivs_zeroize(version, sizeof version);
    CHECK(reason("NULL_ARGUMENT"));
    CHECK(ivs_stage_arn(stage).data != NULL && ivs_last_error_status() == IVS_OK);
    CHECK(ivs_last_error_message()[0] == '\0' && ivs_last_error_reason()[0] == '\0');
}

/* Minting and verifying in one call each, the error that such a call answers itself, and a getter through an out-pointer. */
static void one_call(void) {
    char pem[512], pub[256], token[IVS_JSON_MAX], said[IVS_JSON_MAX];
    size_t len = sizeof pem, pub_len = sizeof pub, token_len = sizeof token, said_len = sizeof said;
    ivs_verifying_key *half = NULL;
    ivs_error error;
    ivs_str kid;
    OK(ivs_signing_key_verifying_key(key, &half));
    OK(ivs_verifying_key_to_pem(half, pub, &pub_len));
    OK(ivs_signing_key_to_pem(key, pem, &len));
    const uint8_t *private_key = (const uint8_t *)pem, *public_key = (const uint8_t *)pub;
    OK(ivs_mint_json(private_key, len, TEXT("{\"kind\":\"connection\",\"kid\":\"" KID "\",\"tokenId\":\"line-1\"}"), token,
                     &token_len, &error));
    CHECK(error.status == IVS_OK && error.message[0] == '\0' && error.reason[0] == '\0');
    /* What it answered, as a request. */
    char request[IVS_JSON_MAX];
    const char *text = strstr(token, "\"token\":\"");
    CHECK(text != NULL);
    text += strlen("\"token\":\"");
    const int written = snprintf(request, sizeof request, "{\"kind\":\"connection\",\"kid\":\"" KID "\",\"token\":\"%.*s\"}",
                                 (int)strcspn(text, "\""), text);
    OK(ivs_verify_json(public_key, pub_len, request, (size_t)written, said, &said_len, NULL));
    CHECK(strstr(said, "\"tokenId\":\"line-1\"") != NULL && strlen(said) == said_len);

    said_len = sizeof said;
    CHECK(ivs_verify_json(public_key, pub_len, TEXT("{\"token\":\"x\",\"kid\":\"" KID "\"}"), said, &said_len, &error) ==
          error.status);
    CHECK(error.status >= 400 && error.status < 500 && strcmp(error.reason, ivs_last_error_reason()) == 0);
    CHECK(ivs_mint_json(private_key, len, TEXT("{\"kidd\":1}"), token, &token_len, &error) == IVS_INVALID_REQUEST);
    CHECK(strcmp(error.message, ivs_last_error_message()) == 0);
    memset(&error, 1, sizeof error);
    ivs_last_error_get(&error);
    CHECK(error.status == IVS_INVALID_REQUEST && strcmp(error.reason, "INVALID_REQUEST") == 0);

    OK(ivs_signing_key_kid_out(key, &kid));
    CHECK(is(kid, KID));
    CHECK(ivs_signing_key_kid_out(NULL, &kid) == IVS_NULL_ARGUMENT && is(kid, KID));
    CHECK(ivs_signing_key_kid_out(key, NULL) == IVS_NULL_ARGUMENT);
    ivs_verifying_key_free(half);
    ivs_zeroize(pem, sizeof pem);
}

int main(int argc, char **argv) {
    if (argc != 2) return fputs("usage: api PRIVATE_KEY_FILE\n", stderr), 2;
    keys(argv[1]);
    stages();
    participants();
    minting();
    verifiers();
    forgetful();
    verifying();
    forgery();
    strangers();
    two_keys();
    batches();
    exchanges();
    vaults();
    attributes_of_an_exchange();
    exchange_of_text();
    engine();
    connections();
    playbacks();
    revoking();
    rings();
    inspecting();
    one_call();
    versions();
    ivs_verifier_free(verifier);
    ivs_participant_free(participant);
    ivs_stage_free(stage);
    ivs_signing_key_free(key);
    return 0;
}
