// The way without exceptions, compiled with -fno-exceptions. Argument: the private key of the tests.
#include "check.hpp"

#include <utility>
#include <vector>

using namespace std::chrono_literals;

static_assert(noexcept(ivs::signing_key::try_generate()));
static_assert(noexcept(std::declval<const ivs::verifier &>().try_verify({})));
static_assert(noexcept(std::declval<ivs::participant &>().try_duration(std::declval<std::chrono::seconds>())));

constexpr const char *CHANNEL_ARN = "arn:aws:ivs:us-west-2:123456789012:channel/abcdABCDefgh";
constexpr const char *PLAYBACK_KID = "arn:aws:ivs:us-west-2:123456789012:playback-key/f99cde61";

static void keys(const ivs::signing_key &key, const char *file) {
    const auto pem = key.try_to_pem(), der = key.try_to_der();
    CHECK(pem && der && ivs::signing_key::try_from_pem(*pem) && ivs::signing_key::try_from_bytes(*der));
    CHECK(ivs::signing_key::try_from_pem(*pem)->try_with_kid(KID)->kid() == KID);
    CHECK(ivs::signing_key::try_generate() && !ivs::signing_key::try_generate("nonsense"));
    const auto half = key.try_verifying_key();
    CHECK(half && half->try_to_jwk() && half->try_thumbprint()->size() == 43);
    CHECK(ivs::verifying_key::try_from_pem(*half->try_to_pem()) && ivs::verifying_key::try_from_bytes(*half->try_to_der()));
    CHECK(ivs::verifying_key::try_from_file(file).error().status == IVS_KEY_PRIVATE_GIVEN);
}

static void connections(const ivs::signing_key &key, const ivs::verifier &verifier) {
    auto connection = ivs::connection::try_create();
    CHECK(connection && connection->try_token_id("c-1") && connection->try_duration(1h));
    CHECK(connection->try_duration(-1s).error().status == IVS_OUT_OF_RANGE && !connection->try_mint_token(key));
    CHECK(connection->try_duration(2h) && connection->try_mint_token(key));
    const auto good = verifier.try_verify_connection(*connection->try_mint(key));
    CHECK(good && good->token_id() == "c-1" && good->try_to_json());
}

static void exchanging(const ivs::signing_key &key, const ivs::verified &who) {
    auto more = ivs::exchange::try_create(who);
    CHECK(more && more->try_user_id("ana") && more->try_attribute("a", "b") && more->try_clear_attributes());
    CHECK(more->try_capabilities(ivs::capability::all) && more->try_duration(1min) && more->try_mint(key));
    const auto token = more->try_mint_token(key);
    CHECK(token && token->try_to_json() && ivs::exchange::try_create(*token) && ivs::try_check_exchange(who, who));
}

static void rings_and_revocations(const ivs::signing_key &key, const ivs::stage &stage) {
    const auto half = key.try_verifying_key();
    auto ring = ivs::key_ring::try_create(2);
    auto store = ivs::revocations::try_create();
    CHECK(ring && store && ring->try_import_key(KID, *half, "name") && ring->try_import_key(KID, *half));
    CHECK(ring->try_tag(KID, "a", "b") && ring->try_untag(KID, "a") && ring->try_retire(KID) && ring->try_reinstate(KID));
    CHECK(ring->try_rotate(KID, key, MOMENT) && ring->try_signing_key() && !ring->try_delete_key(KID));
    const auto jwks = ring->try_to_jwks();
    CHECK(jwks && ring->try_load(*jwks) && ring->try_replace(*jwks) && ring->try_keys()->size() == 1);
    CHECK(*ring->try_delete_retired() == 0);

    auto builder = ivs::verifier::builder::try_create();
    CHECK(builder && builder->try_keys(*ring) && builder->try_revocations(*store) && builder->try_cache(4));
    CHECK(builder->try_require(ivs::capability::publish) && builder->try_user_id("ana"));
    CHECK(builder->try_issued_at_leeway(5s) && builder->try_expiry_leeway(5s) && builder->try_fixed_time(MOMENT));
    const auto gate = builder->try_build();
    auto ana = ivs::participant::try_create(stage), bob = ivs::participant::try_create(stage);
    CHECK(gate && ana && bob && ana->try_user_id("ana") && ana->try_participant_id("p-1") && bob->try_user_id("bob"));
    const auto one = ana->try_mint_token(key, MOMENT), two = bob->try_mint_token(key, MOMENT);
    CHECK(one && two);
    const auto verdicts = gate->try_verify_batch({one->text(), two->text(), "\xff"});
    CHECK(verdicts && verdicts->size() == 3 && (*verdicts)[0] && (*verdicts)[1].error().status == IVS_WRONG_USER);
    CHECK((*verdicts)[2].error().status == IVS_TOKEN_INVALID);
    CHECK(store->try_disconnect_participant(STAGE_ARN, "p-1", "rude") && store->size() == 1);
    CHECK(gate->try_verify(one->text()).error().status == IVS_PARTICIPANT_DISCONNECTED);
    CHECK(store->try_delete_stage(STAGE_ARN) && store->try_revoke_connection_token("c-1"));
    CHECK(store->try_revoke_viewer_sessions(CHANNEL_ARN, "ana", 1) && store->size() == 4);

    std::vector<ivs::participant> many;
    many.push_back(std::move(*ana));
    const auto list = ivs::try_mint_batch(many, key);
    CHECK(list && list->size() == 1 && list->try_at(0) && *list->try_participant_id(0) == "p-1");
    CHECK(list->try_at(1).error().status == IVS_OUT_OF_RANGE);
}

static void playing(const ivs::signing_key &key) {
    auto ana = ivs::playback::try_create(CHANNEL_ARN);
    CHECK(ana && ana->try_viewer_id("ana") && ana->try_viewer_session_version(1) && ana->try_duration(1min));
    CHECK(ana->try_origin("https://example.com") && ana->try_strict_origin_enforcement(true));
    CHECK(ana->try_single_use() && ana->try_maximum_resolution("HD"));
    CHECK(!ana->try_single_use("nonsense") && !ana->try_mint(key) && ana->try_single_use());
    const auto token = ana->try_mint(key);
    CHECK(token && ana->try_mint_token(key) && ivs::try_playback_url("https://x.example/y", *token));
    auto ring = ivs::key_ring::try_create_playback();
    CHECK(ring && ring->try_import_key(PLAYBACK_KID, *key.try_verifying_key()) && ring->size() == 1);
    auto builder = ivs::verifier::builder::try_create();
    CHECK(builder && builder->try_keys(*ring));
    const auto gate = builder->try_build();
    CHECK(gate && gate->try_verify_playback(*token).error().status == IVS_ORIGIN_NOT_ALLOWED);
    const auto good = gate->try_verify_playback(*token, CHANNEL_ARN, "https://example.com");
    CHECK(good && good->try_to_json() && good->allows_origin("https://example.com"));
}

int main(int argc, char **argv) {
    if (argc != 2) return 2;
    const auto key = ivs::signing_key::try_from_file(argv[1], KID);
    CHECK(key && key.has_value() && key->kid() == KID);
    keys(*key, argv[1]);
    CHECK(!ivs::stage::try_from_json("{}"));
    auto stage = ivs::stage::try_create(STAGE_ARN, WHIP_URL);
    CHECK(stage);
    auto participant = ivs::participant::try_create(*stage);
    CHECK(participant);
    CHECK(participant->try_user_id("ana"));
    CHECK(participant->try_attribute("seat", "12") && participant->try_clear_attributes());
    CHECK(participant->try_capabilities(ivs::capability::publish) && participant->try_version("1.0"));

    const ivs::result<void> bad = participant->try_duration(0s);
    CHECK(!bad && bad.error().status == IVS_INVALID_DURATION && bad.error().reason == "INVALID_DURATION");
    CHECK(!bad.error().message.empty());
    CHECK(participant->try_duration(5min));

    const ivs::result<std::string> token = participant->try_mint(*key);
    CHECK(token && token->size() > 400);
    auto builder = ivs::verifier::builder::try_create();
    const auto half = key->try_verifying_key();
    CHECK(builder && half && !builder->try_build() && builder->try_build().error().status == IVS_NO_KEYS);
    CHECK(builder->try_key(KID, *half) && builder->try_stage(STAGE_ARN));
    const auto verifier = builder->try_build();
    CHECK(verifier);

    const auto who = verifier->try_verify(*token);
    CHECK(who && who->user_id() == "ana" && who->capabilities() == ivs::capability::publish);
    ivs::result<ivs::verified> refused = verifier->try_verify("x.y.z");
    CHECK(!refused && refused.error().status == IVS_TOKEN_INVALID);

    // A result can be taken apart, and moved.
    ivs::verified mine = *verifier->try_verify(*token);
    CHECK(mine.participant_id() == who->participant_id());
    refused = std::move(mine);
    CHECK(refused && refused->user_id() == "ana");

    connections(*key, *verifier);
    exchanging(*key, *who);
    rings_and_revocations(*key, *stage);
    playing(*key);
    CHECK(ivs::try_inspect(*token) && ivs::try_inspect(*token)->problems().empty());
    CHECK(!ivs::try_inspect("x")->problems().empty() && !ivs::try_inspect("x")->json().empty());
    std::string secret = "words";
    ivs::zeroize(secret);
    CHECK(secret.empty() && !ivs::version().empty());
    return 0;
}
