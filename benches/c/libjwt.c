/* libjwt, which parses the key for each token, as its interface has it: see told.h. */
#include "told.h"
#include <jwt.h>

static void mint(void) {
    jwt_t *jwt = NULL;
    check(jwt_new(&jwt) == 0, "libjwt");
    jwt_add_header(jwt, "kid", kid);
    jwt_add_grants_json(jwt, claims);
    check(jwt_set_alg(jwt, JWT_ALG_ES384, (unsigned char *)private_pem, (int)strlen(private_pem)) == 0, "libjwt's key");
    char *text = jwt_encode_str(jwt);
    check(text != NULL, "libjwt's token");
    free(text);
    jwt_free(jwt);
}

static void verify(void) {
    jwt_t *jwt = NULL;
    const int good = jwt_decode(&jwt, next_token(), (unsigned char *)public_pem, (int)strlen(public_pem)) == 0;
    check(good, "libjwt's verification");
    jwt_free(jwt);
}

int main(int argc, char **argv) {
    check(argc == 2, "usage: libjwt FOLDER");
    read_files(argv[1]);
    const measure measures[] = {{"mint", "", 1, mint}, {"verify", "", 1, verify}};
    return serve(LIBJWT_VERSION, measures, 2);
}
