/* Ours, through C: see told.h. */
#include "told.h"
#include <ivs_token.h>

#define TEXT(text) (text), sizeof(text) - 1
#define OK(call) check((call) == IVS_OK, #call)

static ivs_signing_key *key, *accelerated;
static ivs_participant *participant;
static ivs_verifier *verifier;

static void mint_with(ivs_signing_key *with) {
    char text[IVS_TOKEN_MAX];
    size_t len = sizeof text;
    OK(ivs_participant_mint(participant, with, text, &len));
}

static void mint(void) { mint_with(key); }
static void mint_accelerated(void) { mint_with(accelerated); }

static void verify(void) {
    ivs_verified *who = NULL;
    const char *text = next_token();
    OK(ivs_verifier_verify(verifier, text, strlen(text), &who));
    ivs_verified_free(who);
}

int main(int argc, char **argv) {
    check(argc == 2, "usage: ours FOLDER");
    read_files(argv[1]);
    ivs_stage *stage = NULL;
    ivs_verifying_key *half = NULL;
    ivs_verifier_builder *builder = NULL;
    OK(ivs_signing_key_from_pem(private_pem, strlen(private_pem), kid, strlen(kid), &key));
    OK(ivs_signing_key_from_pem(private_pem, strlen(private_pem), kid, strlen(kid), &accelerated));
    OK(ivs_signing_key_accelerate(accelerated));
    OK(ivs_stage_new(TEXT("arn:aws:ivs:us-west-2:123456789012:stage/oRmLNwuCeMlQ"),
                     TEXT("https://453fdfd2ad24df.global-bm.whip.live-video.net"), NULL, 0, &stage));
    /* As `participant` in ../src/lib.rs has them. */
    OK(ivs_participant_new(stage, &participant));
    OK(ivs_participant_set_user_id(participant, TEXT("2f3c1a9e-7b64-4c1d-9f0a-5d8e6b7a4c21")));
    OK(ivs_participant_set_attribute(participant, TEXT("displayName"), TEXT("Ana Sofia Hernandez")));
    OK(ivs_participant_set_attribute(participant, TEXT("avatar"), TEXT("https://cdn.example.com/avatars/2f3c1a9e-7b64-4c1d-9f0a-5d8e6b7a4c21/profile/large@2x.png?size=512x512&v=42")));
    OK(ivs_participant_set_attribute(participant, TEXT("role"), TEXT("presenter")));
    char text[IVS_TOKEN_MAX];
    size_t len = sizeof text;
    OK(ivs_participant_mint(participant, key, text, &len));
    check(len == strlen(token[0]), "minting a token as long as those of the sample");
    OK(ivs_signing_key_verifying_key(key, &half));
    OK(ivs_verifier_builder_new(&builder));
    OK(ivs_verifier_builder_add_key(builder, kid, strlen(kid), half));
    OK(ivs_verifier_builder_build(builder, &verifier));
    const measure measures[] = {{"mint", "", 1, mint}, {"mint", "accelerated", 1, mint_accelerated}, {"verify", "", 1, verify}};
    return serve(ivs_version(), measures, 3);
}
