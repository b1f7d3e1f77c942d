/* Eight threads share one verifier, and one key, for so many milliseconds, while one more changes the ring and the store behind it.
 * Then the process forks. Arguments: the private key of the tests, and how long. */
#include "check.h"
#include <pthread.h>
#include <stdatomic.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define THREADS 8
#define OTHER_KID "arn:aws:ivs:us-west-2:123456789012:public-key/other"
#define PLAYBACK_KID "arn:aws:ivs:us-west-2:123456789012:playback-key/x"
#define CHANNEL_ARN "arn:aws:ivs:us-west-2:123456789012:channel/x"

static ivs_signing_key *key, *other;
static ivs_stage *stage;
static ivs_key_ring *ring;
static ivs_revocations *store;
static ivs_verifier *verifier;
static ivs_token *shared, *once, *banned;
static atomic_int stop, admitted;

/* Whoever reads the ring sees the other key before its retirement or after it, and never a ring without the first. */
static void *change(void *argument) {
    long rounds = 0;
    ivs_verifying_key *half = NULL;
    (void)argument;
    OK(ivs_signing_key_verifying_key(other, &half));
    OK(ivs_revocations_disconnect_participant(store, TEXT(STAGE_ARN), OF(ivs_token_id(banned)), NULL, 0));
    do {
        char id[32];
        OK(ivs_key_ring_import(ring, TEXT(OTHER_KID), half));
        OK(ivs_key_ring_retire(ring, TEXT(OTHER_KID), IVS_NOW));
        OK(ivs_key_ring_delete(ring, TEXT(OTHER_KID)));
        snprintf(id, sizeof id, "nobody-%ld", rounds++);
        OK(ivs_revocations_disconnect_participant(store, TEXT(STAGE_ARN), id, strlen(id), NULL, 0));
    } while (!atomic_load(&stop));
    ivs_verifying_key_free(half);
    return (void *)rounds;
}

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
        /* A key that comes and goes: known, retired or unknown, and nothing else. */
        ivs_token *theirs = NULL;
        OK(ivs_participant_mint_token(participant, other, IVS_NOW, &theirs));
        const ivs_status status = ivs_verifier_verify(verifier, OF(ivs_token_text(theirs)), &who);
        CHECK(status == IVS_OK || status == IVS_UNKNOWN_KEY || status == IVS_RETIRED_KEY);
        ivs_token_free(theirs);
        ivs_verified_free(who);
        /* Of all threads, one gets in with what is good once. */
        ivs_verified_playback *viewer = NULL;
        const ivs_status single = ivs_verifier_verify_playback(verifier, OF(ivs_token_text(once)), NULL, 0, NULL, 0, &viewer);
        CHECK(single == IVS_OK || single == IVS_TOKEN_ALREADY_USED);
        if (single == IVS_OK) atomic_fetch_add(&admitted, 1);
        ivs_verified_playback_free(viewer);
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

/* Parent and child go on with all objects, and no token of one is like one of the other. Answers how the process is to end; the
 * child too frees all that it has. */
static int forks(void) {
    int ends[2];
    char mine[IVS_TOKEN_MAX], theirs[IVS_TOKEN_MAX];
    size_t len = sizeof mine;
    ivs_participant *participant = NULL;
    OK(ivs_participant_new(stage, &participant));
    CHECK(pipe(ends) == 0);
    fflush(NULL);
    const pid_t child = fork();
    CHECK(child >= 0);
    OK(ivs_participant_mint(participant, key, mine, &len));
    if (child == 0) {
        ivs_verified *who = NULL;
        const int good = ivs_verifier_verify(verifier, mine, len, &who) == IVS_OK && write(ends[1], mine, len + 1) > 0;
        ivs_verified_free(who);
        ivs_participant_free(participant);
        return good ? 0 : 3;
    }
    int status = 0;
    CHECK(waitpid(child, &status, 0) == child && WIFEXITED(status) && WEXITSTATUS(status) == 0);
    CHECK(read(ends[0], theirs, sizeof theirs) == (ssize_t)len + 1);
    CHECK(strcmp(mine, theirs) != 0 && strcmp(strrchr(mine, '.'), strrchr(theirs, '.')) != 0);
    ivs_verified *who[2] = {NULL, NULL};
    OK(ivs_verifier_verify(verifier, mine, len, &who[0]));
    OK(ivs_verifier_verify(verifier, theirs, len, &who[1]));
    const ivs_str ids[2] = {ivs_verified_participant_id(who[0]), ivs_verified_participant_id(who[1])};
    CHECK(ids[0].len == 22 && ids[1].len == 22 && memcmp(ids[0].data, ids[1].data, 22) != 0);
    ivs_verified_free(who[0]);
    ivs_verified_free(who[1]);
    ivs_participant_free(participant);
    close(ends[0]);
    close(ends[1]);
    return 0;
}

int main(int argc, char **argv) {
    if (argc != 3) return fputs("usage: threads PRIVATE_KEY_FILE MILLISECONDS\n", stderr), 2;
    ivs_verifying_key *half = NULL;
    ivs_verifier_builder *builder = NULL;
    ivs_participant *participant = NULL;
    ivs_playback *playback = NULL;
    OK(ivs_signing_key_generate(TEXT(OTHER_KID), &other));
    OK(ivs_signing_key_from_file(argv[1], strlen(argv[1]), NULL, 0, TEXT(KID), &key));
    OK(ivs_stage_new(TEXT(STAGE_ARN), TEXT(WHIP_URL), NULL, 0, &stage));
    OK(ivs_signing_key_verifying_key(key, &half));
    OK(ivs_verifier_builder_new(&builder));
    OK(ivs_key_ring_new(0, &ring));
    OK(ivs_key_ring_import(ring, TEXT(KID), half));
    OK(ivs_revocations_new(&store));
    OK(ivs_verifier_builder_set_key_ring(builder, ring));
    OK(ivs_verifier_builder_add_playback_key(builder, TEXT(PLAYBACK_KID), half));
    OK(ivs_verifier_builder_set_revocations(builder, store));
    OK(ivs_verifier_builder_set_cache(builder, 64));
    OK(ivs_verifier_builder_build(builder, &verifier));
    OK(ivs_participant_new(stage, &participant));
    OK(ivs_participant_mint_token(participant, key, IVS_NOW, &shared));
    OK(ivs_participant_mint_token(participant, key, IVS_NOW, &banned));
    OK(ivs_playback_new(TEXT(CHANNEL_ARN), &playback));
    OK(ivs_playback_set_single_use(playback));
    OK(ivs_playback_mint_token(playback, key, IVS_NOW, &once));

    pthread_t threads[THREADS], changes;
    int numbers[THREADS];
    long total = 0;
    for (int i = 0; i < THREADS; i++) {
        numbers[i] = i;
        CHECK(pthread_create(&threads[i], NULL, work, &numbers[i]) == 0);
    }
    CHECK(pthread_create(&changes, NULL, change, NULL) == 0);
    const long wait = atol(argv[2]);
    nanosleep(&(struct timespec){wait / 1000, wait % 1000 * 1000000}, NULL);
    atomic_store(&stop, 1);
    for (int i = 0; i < THREADS; i++) {
        void *rounds;
        CHECK(pthread_join(threads[i], &rounds) == 0 && (long)rounds > 0);
        total += (long)rounds;
    }
    void *changed;
    CHECK(pthread_join(changes, &changed) == 0 && (long)changed > 0);
    printf("%d threads, %ld rounds, %ld changes\n", THREADS, total, (long)changed);
    CHECK(atomic_load(&admitted) == 1);
    ivs_verified *nobody = NULL;
    CHECK(ivs_verifier_verify(verifier, OF(ivs_token_text(banned)), &nobody) == IVS_PARTICIPANT_DISCONNECTED);
    CHECK(ivs_revocations_count(store) == (size_t)(long)changed + 2);
    const int end = forks();
    ivs_playback_free(playback);
    ivs_token_free(once);
    ivs_token_free(banned);
    ivs_key_ring_free(ring);
    ivs_revocations_free(store);
    ivs_signing_key_free(other);
    ivs_participant_free(participant);
    ivs_token_free(shared);
    ivs_verifier_builder_free(builder);
    ivs_verifying_key_free(half);
    ivs_verifier_free(verifier);
    ivs_stage_free(stage);
    ivs_signing_key_free(key);
    return end;
}
