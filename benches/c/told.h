/* What a peer in C shares with another: reading the files, and doing what each line says. See "The protocol" in ../README.md. */
#define _POSIX_C_SOURCE 200809L
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

typedef struct { const char *what, *how; int batch; void (*call)(void); } measure;

static char private_pem[8192], public_pem[1024], kid[256], claims[2048], tokens[1 << 17];
static char *token[64];
static int token_count;

static void check(int good, const char *what) {
    if (good) return;
    fprintf(stderr, "%s failed\n", what);
    exit(1);
}

static void read_file(const char *folder, const char *name, char *text, size_t size) {
    char path[4096];
    check(snprintf(path, sizeof path, "%s/%s", folder, name) < (int)sizeof path, "a path");
    FILE *file = fopen(path, "rb");
    check(file != NULL, path);
    text[fread(text, 1, size - 1, file)] = 0;
    fclose(file);
}

static void read_files(const char *folder) {
    read_file(folder, "private.pem", private_pem, sizeof private_pem);
    read_file(folder, "public.pem", public_pem, sizeof public_pem);
    read_file(folder, "kid.txt", kid, sizeof kid);
    read_file(folder, "claims.json", claims, sizeof claims);
    read_file(folder, "tokens.txt", tokens, sizeof tokens);
    for (char *next = strtok(tokens, "\n"); next && token_count < 64; next = strtok(NULL, "\n")) token[token_count++] = next;
    check(token_count == 64, "64 tokens");
}

static const char *next_token(void) {
    static int place;
    return token[place++ % token_count];
}

static long long nanos(void) {
    struct timespec time;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
    return time.tv_sec * 1000000000LL + time.tv_nsec;
}

static int serve(const char *version, const measure *measures, int count) {
    printf("{\"version\": \"%s\", \"measures\": [", version);
    for (int i = 0; i < count; i++)
        printf("%s{\"what\": \"%s\", \"how\": \"%s\", \"batch\": %d}", i ? ", " : "", measures[i].what, measures[i].how,
               measures[i].batch);
    puts("]}");
    fflush(stdout);
    for (int place, calls; scanf("%d %d", &place, &calls) == 2;) {
        check(place >= 0 && place < count, "finding that measure");
        const long long begun = nanos();
        for (int i = 0; i < calls; i++) measures[place].call();
        printf("%lld\n", nanos() - begun);
        fflush(stdout);
    }
    return 0;
}
