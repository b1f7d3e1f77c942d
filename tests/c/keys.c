/* Keys in every form that OpenSSL writes, and back. Argument: a folder with one key in all of them; encrypted ones have the
 * passphrase "correct horse". */
#include "check.h"

static const char *folder;
static char thumbprint[44];

static const char *path(const char *name) {
    static char whole[4096];
    CHECK(snprintf(whole, sizeof whole, "%s/%s", folder, name) < (int)sizeof whole);
    return whole;
}

static size_t content(const char *name, uint8_t *data, size_t size) {
    FILE *file = fopen(path(name), "rb");
    CHECK(file != NULL);
    const size_t len = fread(data, 1, size, file);
    CHECK(len > 0 && len < size);
    fclose(file);
    return len;
}

static void is_the_key(const ivs_verifying_key *key) {
    char other[44];
    size_t len = sizeof other;
    OK(ivs_verifying_key_thumbprint(key, other, &len));
    CHECK(len == 43 && strcmp(other, thumbprint) == 0);
}

static void is_the_private_key(ivs_signing_key *key) {
    ivs_verifying_key *half = NULL;
    OK(ivs_signing_key_verifying_key(key, &half));
    is_the_key(half);
    ivs_verifying_key_free(half);
    ivs_signing_key_free(key);
}

/* From the file, and from its bytes. */
static void reads(const char *name, const char *passphrase) {
    uint8_t data[4096];
    const size_t len = content(name, data, sizeof data), phrase_len = passphrase == NULL ? 0 : strlen(passphrase);
    ivs_signing_key *key = NULL;
    OK(ivs_signing_key_from_file(path(name), strlen(path(name)), passphrase, phrase_len, NULL, 0, &key));
    is_the_private_key(key);
    OK(ivs_signing_key_from_bytes(data, len, passphrase, phrase_len, NULL, 0, &key));
    is_the_private_key(key);
    ivs_zeroize(data, len);
}

static void encrypted(const char *name) {
    ivs_signing_key *key = NULL;
    reads(name, "correct horse");
    const char *file = path(name);
    CHECK(ivs_signing_key_from_file(file, strlen(file), NULL, 0, NULL, 0, &key) == IVS_KEY_PASSPHRASE_MISSING);
    CHECK(ivs_signing_key_from_file(file, strlen(file), TEXT("wrong horse"), NULL, 0, &key) == IVS_KEY_PASSPHRASE_WRONG);
    CHECK(key == NULL);
}

static void writes(void) {
    uint8_t der[256], small[8], again[256];
    char jwk[256];
    size_t len = sizeof der, again_len = sizeof again;
    ivs_signing_key *key = NULL;
    ivs_verifying_key *half = NULL, *read = NULL;
    OK(ivs_signing_key_from_file(path("sec1.pem"), strlen(path("sec1.pem")), NULL, 0, NULL, 0, &key));
    OK(ivs_signing_key_verifying_key(key, &half));

    /* What we write is what OpenSSL writes. */
    OK(ivs_signing_key_to_der(key, der, &len));
    CHECK(len == content("pkcs8.der", again, sizeof again) && memcmp(der, again, len) == 0);
    ivs_zeroize(der, len);
    len = sizeof small;
    CHECK(ivs_signing_key_to_der(key, small, &len) == IVS_BUFFER_TOO_SMALL && len > 150 && len < 256);
    len = sizeof der;
    OK(ivs_verifying_key_to_der(half, der, &len));
    again_len = content("public.der", again, sizeof again);
    CHECK(len == 120 && again_len == 120 && memcmp(der, again, len) == 0);
    OK(ivs_verifying_key_from_bytes(der, len, &read));
    is_the_key(read);
    ivs_verifying_key_free(read);

    len = sizeof jwk;
    OK(ivs_verifying_key_to_jwk(half, jwk, &len));
    OK(ivs_verifying_key_from_bytes((const uint8_t *)jwk, len, &read));
    is_the_key(read);
    ivs_verifying_key_free(read);
    ivs_verifying_key_free(half);
    ivs_signing_key_free(key);
}

int main(int argc, char **argv) {
    if (argc != 2) return fputs("usage: keys FOLDER\n", stderr), 2;
    folder = argv[1];
    ivs_verifying_key *half = NULL;
    size_t len = sizeof thumbprint;
    OK(ivs_verifying_key_from_file(path("public.pem"), strlen(path("public.pem")), &half));
    OK(ivs_verifying_key_thumbprint(half, thumbprint, &len));
    ivs_verifying_key_free(half);
    OK(ivs_verifying_key_from_file(path("public.der"), strlen(path("public.der")), &half));
    is_the_key(half);
    ivs_verifying_key_free(half);

    reads("sec1.pem", NULL);
    reads("sec1.der", NULL);
    reads("pkcs8.pem", NULL);
    reads("pkcs8.der", NULL);
    encrypted("aes.pem");
    encrypted("aes.der");
    encrypted("des3.pem");
    encrypted("scrypt.pem");
    writes();
    return 0;
}
