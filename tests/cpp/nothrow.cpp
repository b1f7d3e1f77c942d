// The way without exceptions, compiled with -fno-exceptions. Argument: the private key of the tests.
#include "check.hpp"

using namespace std::chrono_literals;

static_assert(noexcept(ivs::signing_key::try_generate()));
static_assert(noexcept(std::declval<const ivs::verifier &>().try_verify({})));
static_assert(noexcept(std::declval<ivs::participant &>().try_duration(std::declval<std::chrono::seconds>())));

int main(int argc, char **argv) {
    if (argc != 2) return 2;
    const auto key = ivs::signing_key::try_from_file(argv[1], std::nullopt, KID);
    CHECK(key && key.has_value() && key->kid() == KID);
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

    const auto connection = ivs::connection::try_create();
    CHECK(connection && connection->try_mint_token(*key) && connection->try_mint_token(*key)->text().size() > 300);
    CHECK(ivs::try_inspect(*token) && ivs::try_inspect(*token)->problems().empty());
    return 0;
}
