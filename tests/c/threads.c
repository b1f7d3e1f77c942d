/* Eight threads share one verifier, and one key, for so many milliseconds. Arguments: the private key of the tests, and how long. */
#include "check.h"
#include <pthread.h>
#include <stdatomic.h>
#include <time.h>

#define THREADS 8

static ivs_signing_key *key;
static ivs_stage *stage;
static ivs_verifier *verifier;
static ivs_token *shared;
static atomic_int stop;

static void *work(void *argument) {
    const int number = *(const int *)argument;
    long rounds = 0;
    char user_id[16];
    ivs_participant *participant = NULL;
    snprintf(user_id, sizeof user_id, "user %d", number);
    OK(ivs_participant_new(stage, &participant));
    OK(ivs_participant_set_user_id(participant, user_id, strlen(user_id)));
    do {
        char token[IVS_TOKEN_MAX];
        size_t len = sizeof token;
        ivs_verified *who = NULL;
        OK(ivs_participant_mint(participant, key, token, &len));
        OK(ivs_verifier_verify(verifier, token, len, &who));
        CHECK(is(ivs_verified_user_id(who), user_id));
        ivs_verified_free(who);
        who = NULL;
        OK(ivs_verifier_verify(verifier, OF(ivs_token_text(shared)), &who));
        ivs_verified_free(who);
        who = NULL;
        /* The last error is that of this thread: each has a message of its own. */
        char bad[32], words[64];
        snprintf(bad, sizeof bad, "no-file-%d", number);
        ivs_signing_key *none = NULL;
        CHECK(ivs_signing_key_from_file(bad, strlen(bad), NULL, 0, NULL, 0, &none) == IVS_IO);
        snprintf(words, sizeof words, "\"%s\"", bad);
        CHECK(strstr(ivs_last_error_message(), words) != NULL);
        rounds++;
    } while (!atomic_load(&stop));
    ivs_participant_free(participant);
    return (void *)rounds;
}

int main(int argc, char **argv) {
    if (argc != 3) return fputs("usage: threads PRIVATE_KEY_FILE MILLISECONDS\n", stderr), 2;
    ivs_verifying_key *half = NULL;
    ivs_verifier_builder *builder = NULL;
    ivs_participant *participant = NULL;
    OK(ivs_signing_key_from_file(argv[1], strlen(argv[1]), NULL, 0, TEXT(KID), &key));
    OK(ivs_stage_new(TEXT(STAGE_ARN), TEXT(WHIP_URL), NULL, 0, &stage));
    OK(ivs_signing_key_verifying_key(key, &half));
    OK(ivs_verifier_builder_new(&builder));
    OK(ivs_verifier_builder_add_key(builder, TEXT(KID), half));
    OK(ivs_verifier_builder_build(builder, &verifier));
    OK(ivs_participant_new(stage, &participant));
    OK(ivs_participant_mint_token(participant, key, IVS_NOW, &shared));

    pthread_t threads[THREADS];
    int numbers[THREADS];
    long total = 0;
    for (int i = 0; i < THREADS; i++) {
        numbers[i] = i;
        CHECK(pthread_create(&threads[i], NULL, work, &numbers[i]) == 0);
    }
    const long wait = atol(argv[2]);
    nanosleep(&(struct timespec){wait / 1000, wait % 1000 * 1000000}, NULL);
    atomic_store(&stop, 1);
    for (int i = 0; i < THREADS; i++) {
        void *rounds;
        CHECK(pthread_join(threads[i], &rounds) == 0 && (long)rounds > 0);
        total += (long)rounds;
    }
    printf("%d threads, %ld rounds\n", THREADS, total);
    ivs_participant_free(participant);
    ivs_token_free(shared);
    ivs_verifier_builder_free(builder);
    ivs_verifying_key_free(half);
    ivs_verifier_free(verifier);
    ivs_stage_free(stage);
    ivs_signing_key_free(key);
    return 0;
}
