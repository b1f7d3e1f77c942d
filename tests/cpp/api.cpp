// Everything that ivs_token.hpp has, with exceptions. Argument: the private key of the tests.
#include "check.hpp"

#include <thread>
#include <type_traits>

using namespace std::chrono_literals;
using namespace std::string_literals;

template <class T>
constexpr bool only_moves = !std::is_copy_constructible_v<T> && !std::is_copy_assignable_v<T> &&
                            std::is_nothrow_move_constructible_v<T> && std::is_nothrow_move_assignable_v<T>;
static_assert(only_moves<ivs::signing_key> && only_moves<ivs::verifying_key> && only_moves<ivs::stage>);
static_assert(only_moves<ivs::participant> && only_moves<ivs::token> && only_moves<ivs::token_list>);
static_assert(only_moves<ivs::connection> && only_moves<ivs::exchange> && only_moves<ivs::inspection>);
static_assert(only_moves<ivs::verifier> && only_moves<ivs::verifier::builder>);
static_assert(only_moves<ivs::verified> && only_moves<ivs::verified_connection> && only_moves<ivs::verified_playback>);
static_assert(only_moves<ivs::playback> && only_moves<ivs::key_ring> && only_moves<ivs::revocations>);
static_assert(std::is_nothrow_copy_constructible_v<ivs::error>);

// That a call throws ivs::error of this status and this reason, with words.
template <class Call>
void throws(ivs::status status, const std::string &reason, Call &&call) {
    try {
        call();
    } catch (const ivs::error &error) {
        if (error.status() != status || error.reason() != reason) {
            std::fprintf(stderr, "%s, not %s\n", error.reason().c_str(), reason.c_str());
            std::exit(1);
        }
        CHECK(error.message() == error.what() && !error.message().empty());
        return;
    }
    std::fprintf(stderr, "%s was not thrown\n", reason.c_str());
    std::exit(1);
}

static void keys(const ivs::signing_key &key, const std::string &file) {
    CHECK(key.kid() == KID);
    std::string pem = key.to_pem();
    CHECK(!ivs::signing_key::from_pem(pem).kid());
    CHECK(ivs::signing_key::from_pem(pem).with_kid(KID).kid() == KID);
    CHECK(ivs::signing_key::from_bytes(pem, KID).kid() == KID);
    const std::string half = key.verifying_key().to_pem();
    CHECK(ivs::verifying_key::from_pem(half).to_pem() == half && ivs::verifying_key::from_bytes(half).to_pem() == half);
    throws(IVS_KEY_PRIVATE_GIVEN, "KEY_PRIVATE_KEY_GIVEN", [&] { (void)ivs::verifying_key::from_file(file); });
    ivs::zeroize(pem);
    CHECK(pem.empty() && ivs::signing_key::generate().to_pem().size() > 200);
    // Bytes that are no text, zeros among them.
    const std::string der = key.to_der();
    CHECK(der.size() > 150 && der[0] == '\x30' && ivs::signing_key::from_bytes(der).to_der() == der);
    const ivs::verifying_key same = ivs::verifying_key::from_bytes(key.verifying_key().to_der());
    CHECK(same.to_pem() == half && same.to_der().size() == 120 && same.thumbprint().size() == 43);
    CHECK(ivs::verifying_key::from_bytes(same.to_jwk()).thumbprint() == same.thumbprint());
}

static void minting(const ivs::signing_key &key, const ivs::stage &stage, const ivs::verifier &verifier) {
    ivs::participant ana(stage);
    ana.user_id("ana").attribute("a", "b").clear_attributes().attribute("name", "").attribute("seat", "12");
    ana.capabilities(ivs::capability::subscribe).duration(15min).version("1.0").participant_id("p-1");
    const ivs::token token = ana.mint_token(key, MOMENT);
    CHECK(token.id() == "p-1" && token.expires_at() == MOMENT + 15min);
    CHECK(token.to_json().find("\"participantId\":\"p-1\"") != std::string::npos);
    CHECK(ana.mint(key).size() == token.text().size());
    throws(IVS_INVALID_DURATION, "INVALID_DURATION", [&] { ana.duration(0s); });
    throws(IVS_OUT_OF_RANGE, "OUT_OF_RANGE", [&] { ana.duration(-1s); });
    throws(IVS_OUT_OF_RANGE, "OUT_OF_RANGE", [&] { (void)ana.mint(key); });
    ana.duration(15min);
    throws(IVS_OUT_OF_RANGE, "OUT_OF_RANGE", [&] {
        (void)ana.mint_token(key, std::chrono::time_point<std::chrono::system_clock, std::chrono::hours>::max());
    });
    throws(IVS_OUT_OF_RANGE, "OUT_OF_RANGE", [&] { (void)ana.mint_token(key, ivs::time_point(-1s)); });

    const ivs::verified who = verifier.verify(token.text());
    CHECK(who.user_id() == "ana" && who.participant_id() == "p-1" && who.kid() == KID);
    CHECK(who.stage_arn() == STAGE_ARN && who.whip_url() == WHIP_URL && who.events_url() == stage.events_url());
    CHECK(who.capabilities() == ivs::capability::subscribe && !ivs::grants(who.capabilities(), ivs::capability::all));
    CHECK(who.issued_at() == MOMENT && who.expires_at() == MOMENT + 15min);
    CHECK(who.version() == std::make_pair(1u, 0u));
    // An attribute of no characters is one all the same.
    CHECK(who.attribute("name") == "" && who.attribute("seat") == "12" && !who.attribute("none"));
    const std::vector<std::pair<std::string, std::string>> all{{"name", ""}, {"seat", "12"}};
    CHECK(who.attributes() == all && who.to_json().front() == '{');

    // They own their texts: those of a temporary are good for longer than it.
    ivs::expectations here;
    here.stage_arn = std::string(STAGE_ARN);
    here.user_id = std::string("an") + "a";
    CHECK(verifier.verify(token.text(), here).user_id() == "ana");
    here.capabilities = ivs::capability::publish;
    throws(IVS_INSUFFICIENT_CAPABILITIES, "INSUFFICIENT_CAPABILITIES", [&] { (void)verifier.verify(token.text(), here); });
    // Nothing expected is a mistake, such as an optional that nobody filled.
    throws(IVS_NULL_ARGUMENT, "NULL_ARGUMENT", [&] { (void)verifier.verify(token.text(), ivs::expectations{}); });
    throws(IVS_TOKEN_MISSING, "MISSING", [&] { (void)verifier.verify({}); });

    // Exchange: from what was minted, and from what was verified.
    ivs::exchange more(token);
    more.capabilities(ivs::capability::all).user_id("ana").clear_attributes().attribute("c", "d").duration(1min);
    const ivs::verified after = verifier.verify(more.mint_token(key, MOMENT).text());
    CHECK(after.capabilities() == (ivs::capability::publish | ivs::capability::subscribe));
    ivs::check_exchange(who, after);
    // Attributes that are not named stay.
    ivs::exchange named(more.mint_token(key, MOMENT));
    named.attribute("e", "f").remove_attribute("c");
    const ivs::verified renamed = verifier.verify(named.mint_token(key, MOMENT).text());
    CHECK(renamed.attributes().size() == 1 && renamed.attributes().front() == std::make_pair("e"s, "f"s));
    // Without a duration the new token ends with the old one, which has ended by the clock of this machine.
    throws(IVS_OLD_TOKEN_ENDED, "OLD_TOKEN_ENDED", [&] { ivs::exchange(who).mint(key); });
    ivs::exchange again = verifier.exchange_of(token.text());
    CHECK(verifier.verify(again.mint_token(key, MOMENT).text()).participant_id() == "p-1");
    ivs::capability rights = ivs::capability::publish;
    CHECK((rights |= ivs::capability::subscribe) == ivs::capability::all && (rights &= ivs::capability::none) == ivs::capability::none);
    const ivs::verified other = verifier.verify(ivs::participant(stage).mint_token(key, MOMENT).text());
    throws(IVS_INVALID_EXCHANGE, "INVALID_EXCHANGE", [&] { ivs::check_exchange(who, other); });

    // In two steps, for keys that sign elsewhere.
    const ivs::unsigned_token open = ivs::participant(stage).participant_id("p-1").prepare(KID, MOMENT);
    CHECK(open.signing_input().size() > 400 && open.digest() == open.digest());
    std::vector<std::uint8_t> nothing(96);
    throws(IVS_WRONG_SIGNATURE, "WRONG_SIGNATURE", [&] { (void)open.with_signature(nothing, key.verifying_key()); });
    nothing.pop_back();
    throws(IVS_MALFORMED_SIGNATURE, "MALFORMED_SIGNATURE", [&] { (void)open.with_signature(nothing, key.verifying_key()); });
    CHECK(ivs::exchange(token).prepare(KID, MOMENT).signing_input() != open.signing_input());
    CHECK(!ivs::connection().prepare(KID).signing_input().empty());
    CHECK(!ivs::playback("arn:aws:ivs:us-west-2:123456789012:channel/x").prepare().signing_input().empty());
}

static void batches(const ivs::signing_key &key, const ivs::stage &stage) {
    std::vector<ivs::participant> many;
    many.emplace_back(stage);
    many.emplace_back(ivs::stage("arn:aws:ivs:eu-west-1:123456789012:stage/y", WHIP_URL, "wss://events.example"));
    const ivs::token_list list = ivs::mint_batch(many, key);
    CHECK(list.size() == 2 && list.at(0).size() > 400 && list.participant_id(0).size() == 22);
    throws(IVS_FOREIGN_KEY, "FOREIGN_KEY", [&] { (void)list.at(1); });
    throws(IVS_FOREIGN_KEY, "FOREIGN_KEY", [&] { (void)list.participant_id(1); });
    CHECK(ivs::mint_batch({}, key).size() == 0);
}

static void connections(const ivs::signing_key &key, const ivs::verifier &verifier) {
    const ivs::token token = ivs::connection().token_id("c-1").duration(24h).mint_token(key, MOMENT);
    const ivs::verified_connection good = verifier.verify_connection(token.text());
    CHECK(good.token_id() == "c-1" && good.account_id() == "123456789012" && good.region() == "us-west-2");
    CHECK(good.kid() == KID && good.issued_at() == MOMENT && good.expires_at() == MOMENT + 24h);
    CHECK(good.to_json().find("c-1") != std::string::npos && !ivs::connection().mint(key).empty());

    const ivs::stage here(STAGE_ARN, "http://localhost:8788", "ws://localhost:8788");
    const auto leads_here = [](const ivs::token &minted) {
        return ivs::inspect(minted.text(), MOMENT).json().find("ws://localhost:8788") != std::string::npos;
    };
    CHECK(leads_here(ivs::connection().server_of(here).mint_token(key, MOMENT)));
    ivs::connection one;
    CHECK(!leads_here(one.mint_token(key, MOMENT)));
    CHECK(leads_here(one.server_of(here).mint_token(key, MOMENT)));
}

constexpr const char *CHANNEL_ARN = "arn:aws:ivs:us-west-2:123456789012:channel/abcdABCDefgh";
constexpr const char *PLAYBACK_KID = "arn:aws:ivs:us-west-2:123456789012:playback-key/f99cde61";

static void playbacks(const ivs::signing_key &key) {
    ivs::playback ana(CHANNEL_ARN);
    ana.viewer_id("ana").viewer_session_version(3).maximum_resolution("HD").duration(60s).single_use();
    ana.origin("https://example.com").origin("https://*.example.com").strict_origin_enforcement(true);
    ana.single_use("01234567-89ab-4def-8123-456789abcdef");
    ivs::revocations revocations;
    auto ring = ivs::key_ring::playback(1);
    ring.import_key(PLAYBACK_KID, key.verifying_key());
    const auto gate = ivs::verifier::builder().keys(ring).revocations(revocations).fixed_time(MOMENT).build();
    const std::string text = ana.mint_token(key, MOMENT).text();
    CHECK(ivs::playback_url("https://x.example/y", ana.mint(key)).find("https://x.example/y?token=ey") == 0);
    throws(IVS_WRONG_CHANNEL, "WRONG_CHANNEL", [&] {
        (void)gate.verify_playback(text, "arn:aws:ivs:us-west-2:123456789012:channel/other", "https://example.com");
    });
    const ivs::verified_playback good = gate.verify_playback(text, CHANNEL_ARN, "https://example.com");
    CHECK(good.channel_arn() == CHANNEL_ARN && good.kid() == PLAYBACK_KID && good.viewer_id() == "ana");
    CHECK(good.viewer_session_version() == 3 && good.maximum_resolution() == "HD" && good.strict_origin_enforcement());
    CHECK(good.single_use_uuid() == "01234567-89ab-4def-8123-456789abcdef" && !good.issued_at());
    CHECK((good.origins() == std::vector<std::string>{"https://example.com", "https://*.example.com"}));
    CHECK(good.allows_origin("https://a.example.com") && !good.allows_origin(std::nullopt));
    CHECK(good.expires_at() == MOMENT + 60s && good.to_json().find("\"HD\"") != std::string::npos);
    throws(IVS_TOKEN_ALREADY_USED, "TOKEN_ALREADY_USED", [&] { (void)gate.verify_playback(text, {}, "https://example.com"); });
    revocations.revoke_viewer_sessions(CHANNEL_ARN, "ana", 3);
    throws(IVS_VIEWER_SESSION_REVOKED, "VIEWER_SESSION_REVOKED",
           [&] { (void)gate.verify_playback(text, {}, "https://example.com"); });
    CHECK(revocations.size() == 2);
    const auto single = ivs::verifier::builder().playback_key(PLAYBACK_KID, key.verifying_key()).fixed_time(MOMENT).build();
    CHECK(single.verify_playback(text, {}, "https://example.com").viewer_id() == "ana");
}

static void rings(const ivs::signing_key &key, const ivs::stage &stage) {
    const std::string second = "arn:aws:ivs:us-west-2:123456789012:public-key/second";
    ivs::key_ring ring;
    ring.import_key(KID, key.verifying_key(), "door-1").rotate(KID, key, MOMENT);
    ring.tag(KID, "team", "live").tag(KID, "x", "y").untag(KID, "x");
    throws(IVS_INVALID_KEY_NAME, "INVALID_KEY_NAME", [&] { ring.import_key(KID, key.verifying_key(), "a b"); });
    ring.rotate(second, ivs::signing_key::generate(), MOMENT + 24h * 10000);
    const std::vector<ivs::ring_key> keys = ring.keys();
    CHECK(ring.size() == 2 && keys.size() == 2 && keys[0].arn == KID && keys[0].retired_at == MOMENT + 24h * 10000);
    CHECK(keys[0].name == "door-1" && !keys[1].name && keys[1].tags.empty());
    CHECK((keys[0].tags == std::vector<std::pair<std::string, std::string>>{{"team", "live"}}));
    CHECK(!keys[1].retired_at && keys[0].key.to_pem() == key.verifying_key().to_pem());
    CHECK(ring.signing_key().kid() == second);
    ivs::key_ring copy(2);
    copy.load(ring.to_jwks()).delete_key(second).replace(ring.to_jwks()).retire(second).reinstate(second);
    CHECK(copy.retire(second, ivs::moment()).delete_retired() == 1 && copy.size() == 1);
    throws(IVS_INVALID_KEY_SET, "INVALID_KEY_SET", [&] { copy.load("{}"); });
    throws(IVS_KEY_NOT_FOUND, "KEY_NOT_FOUND", [&] { (void)copy.signing_key(); });

    ivs::revocations revocations;
    const auto gate =
        ivs::verifier::builder().keys(copy).revocations(revocations).cache(10).fixed_time(MOMENT).build();
    const ivs::token one = ivs::participant(stage).mint_token(key, MOMENT), two = ivs::participant(stage).mint_token(key, MOMENT);
    revocations.disconnect_participant(STAGE_ARN, one.id(), "rude");
    const auto verdicts = gate.verify_batch({one.text(), two.text(), "x"});
    CHECK(verdicts.size() == 3 && !verdicts[0] && verdicts[0].error().status == IVS_PARTICIPANT_DISCONNECTED);
    CHECK(verdicts[1] && verdicts[1]->participant_id() == two.id());
    CHECK(!verdicts[2] && verdicts[2].error().reason == "NOT_THREE_PARTS");
    CHECK(gate.verify_batch(std::vector<std::string>{one.text(), two.text()}).size() == 2);
    CHECK(gate.verify_batch(std::vector<const char *>{"x"}).size() == 1 && gate.verify_batch({}).empty());
    revocations.delete_stage(STAGE_ARN);
    throws(IVS_STAGE_DELETED, "STAGE_DELETED", [&] { (void)gate.verify(two.text()); });
    const ivs::token line = ivs::connection().mint_token(key, MOMENT);
    revocations.revoke_connection_token(line.id());
    throws(IVS_CONNECTION_TOKEN_REVOKED, "CONNECTION_TOKEN_REVOKED", [&] { (void)gate.verify_connection(line.text()); });
}

// What is left out: nothing at all, nothing in a pointer, nothing in an optional.
static void absent(const ivs::signing_key &key, const std::string &file) {
    const char *unset = nullptr;
    CHECK(!ivs::signing_key::from_file(file, unset).kid() && !ivs::signing_key::from_file(file, nullptr).kid());
    CHECK(!ivs::signing_key::from_file(file, std::nullopt).kid() && !ivs::signing_key::from_file(file, {}).kid());
    CHECK(!ivs::signing_key::from_file(file, std::optional<std::string>()).kid());
    CHECK(ivs::signing_key::from_file(file, std::optional<std::string>(KID)).kid() == KID);
    CHECK(ivs::signing_key::from_file(file, std::string(KID), ivs::passphrase("not needed")).kid() == KID);
    throws(IVS_INVALID_ARN, "INVALID_ARN", [&] { (void)ivs::signing_key::from_file(file, ""); });

    // Moments of any precision, and the present one.
    const auto now = std::chrono::system_clock::now();
    ivs::key_ring ring;
    ring.rotate(KID, key, now + 12h);
    CHECK(ring.key(KID).thumbprint() == key.verifying_key().thumbprint());
    throws(IVS_KEY_SIGNS, "KEY_SIGNS", [&] { ring.retire(KID); });
    ring.stop_signing().sign_with(KID, key).stop_signing().retire(KID, now);
    CHECK(ring.delete_retired() == 1);
}

// An exception that was moved from, or thrown on, still has its words.
static void errors() {
    static_assert(!std::is_constructible_v<ivs::stage, int> && !std::is_constructible_v<ivs::playback, std::nullptr_t>);
    ivs::error one(ivs::failure{IVS_IO, "IO", "words"});
    const ivs::error two = std::move(one);
    CHECK(one.what() == "words"s && two.what() == "words"s);
    one = two;
    CHECK(one.status() == IVS_IO && one.reason() == "IO");
    ivs::key_ring ring(0);
    CHECK(ring.prepared_limit(8).size() == 0 && ring.prepared_count() == 0);
    const ivs::signing_key fast = ivs::signing_key::generate();
    CHECK(!fast.is_accelerated());
    fast.accelerate();
    (void)ivs::verifier::builder().prepared_limit(0);
}

// Setters on a temporary give a value, which outlives it; on an object, the object.
static void chaining(const ivs::stage &stage, const ivs::signing_key &key) {
    static_assert(std::is_same_v<decltype(ivs::participant(stage).user_id("a")), ivs::participant>);
    static_assert(std::is_same_v<decltype(std::declval<ivs::participant &>().user_id("a")), ivs::participant &>);
    static_assert(std::is_same_v<decltype(ivs::verifier::builder().cache(1)), ivs::verifier::builder>);
    static_assert(std::is_same_v<decltype(ivs::key_ring().load({})), ivs::key_ring>);
    auto &&ana = ivs::participant(stage).user_id("ana").duration(1h);
    const ivs::participant bob = ivs::participant(stage).user_id("bob");
    CHECK(!ana.mint(key).empty() && !bob.mint(key).empty());
    CHECK(&ana.user_id("anna") == &ana);
}

// A result gives its value from wherever it stands, and an exception where there is none.
static void results(const ivs::verifier &verifier) {
    ivs::result<ivs::verified> refused = verifier.try_verify("x");
    throws(IVS_TOKEN_INVALID, "NOT_THREE_PARTS", [&] { (void)refused.value(); });
    throws(IVS_TOKEN_INVALID, "NOT_THREE_PARTS", [&] { (void)std::as_const(refused).value(); });
    throws(IVS_TOKEN_INVALID, "NOT_THREE_PARTS", [&] { (void)std::move(refused).value(); });
    CHECK(refused.error().reason == "NOT_THREE_PARTS" && verifier.try_verify("x").error().reason == "NOT_THREE_PARTS");
    ivs::result<std::string> text = std::string("a");
    text.value() += "b";
    CHECK(std::as_const(text).value() == "ab" && *text == "ab" && text->size() == 2 && std::move(text).value() == "ab");
    const ivs::result<void> bad = ivs::participant(ivs::stage(STAGE_ARN, WHIP_URL)).try_duration(0s);
    throws(IVS_INVALID_DURATION, "INVALID_DURATION", [&] { bad.value(); });
}

static void moving(const ivs::stage &stage, const ivs::signing_key &key) {
    ivs::participant from(stage);
    const ivs::participant to = std::move(from);
    CHECK(from.get() == nullptr && !to.mint(key).empty());
    throws(IVS_NULL_ARGUMENT, "NULL_ARGUMENT", [&] { from.user_id("x"); });
    ivs::stage gone(STAGE_ARN, WHIP_URL);
    const ivs::stage kept = std::move(gone);
    CHECK(gone.arn().empty() && kept.arn() == STAGE_ARN);
    // What is released is the caller's to free, and can be taken over again.
    ivs::stage mine(STAGE_ARN, WHIP_URL);
    ivs::stage again(ivs::adopt, mine.release());
    CHECK(mine.get() == nullptr && again.arn() == STAGE_ARN);
    again = ivs::stage(STAGE_ARN, WHIP_URL);
    CHECK(again.arn() == STAGE_ARN);
}

int main(int argc, char **argv) {
    // To end as whoever takes the value of a failure does.
    if (argc == 3 && argv[2] == "abort"s) return static_cast<int>((*ivs::stage::try_from_json("{}")).arn().size());
    if (argc != 2) return 2;
    CHECK(!ivs::version().empty());
    const ivs::signing_key key = ivs::signing_key::from_file(argv[1], KID);
    const ivs::stage stage(STAGE_ARN, WHIP_URL);
    const ivs::stage read = ivs::stage::from_json("{\"arn\":\""s + STAGE_ARN + "\",\"endpoints\":{\"whip\":\"" + WHIP_URL +
                                                  "\",\"events\":\"" + stage.events_url() + "\"}}");
    CHECK(read.arn() == stage.arn() && read.whip_url() == stage.whip_url());
    const ivs::verifier verifier = ivs::verifier::builder()
                                       .key(KID, key.verifying_key())
                                       .stage(STAGE_ARN)
                                       .require(ivs::capability::subscribe)
                                       .issued_at_leeway(1min)
                                       .expiry_leeway(0s)
                                       .fixed_time(MOMENT)
                                       .build();
    throws(IVS_WRONG_USER, "WRONG_USER", [&] {
        const auto bobs = ivs::verifier::builder().key(KID, key.verifying_key()).user_id("bob").fixed_time(MOMENT).build();
        (void)bobs.verify(ivs::participant(stage).user_id("ana").mint_token(key, MOMENT).text());
    });
    throws(IVS_OUT_OF_RANGE, "OUT_OF_RANGE", [] { ivs::verifier::builder().expiry_leeway(-1s); });
    keys(key, argv[1]);
    minting(key, stage, verifier);
    batches(key, stage);
    connections(key, verifier);
    playbacks(key);
    rings(key, stage);
    absent(key, argv[1]);
    errors();
    chaining(stage, key);
    results(verifier);
    moving(stage, key);

    const ivs::inspection inspection = ivs::inspect(ivs::participant(stage).mint_token(key, MOMENT).text(), MOMENT);
    CHECK(inspection.problems().empty() && !inspection.text().empty() && inspection.json().front() == '{');
    CHECK(!ivs::inspect("x").problems().empty());

    // In one call each, by JSON. What is minted is good to the other.
    const std::string connection = R"({"kind":"connection","kid":")"s + KID + R"(","tokenId":"line-1")";
    const std::string answer = ivs::mint_json(key.to_pem(), connection + "}");
    const auto begin = answer.find(R"("token":")") + 9;
    const std::string gate = R"({"kind":"connection","kid":")"s + KID + R"(","token":")" +
                             answer.substr(begin, answer.find('"', begin) - begin) + "\"}";
    CHECK(ivs::verify_json(key.verifying_key().to_pem(), gate).find(R"("tokenId":"line-1")") != std::string::npos);
    CHECK(ivs::try_mint_json(key.to_pem(), connection).error().status == IVS_INVALID_REQUEST);
    throws(IVS_TOKEN_INVALID, "NOT_THREE_PARTS", [&] {
        (void)ivs::verify_json(key.verifying_key().to_pem(), R"({"token":"x","kid":")"s + KID + "\"}");
    });

    // One verifier for many threads; an error belongs to the thread that made it.
    const std::string token = ivs::participant(stage).mint_token(key, MOMENT).text();
    std::vector<std::thread> threads;
    for (int i = 0; i < 4; ++i) {
        threads.emplace_back([&] {
            for (int round = 0; round < 20; ++round) {
                CHECK(verifier.try_verify(token));
                CHECK(verifier.try_verify("x").error().status == IVS_TOKEN_INVALID);
            }
        });
    }
    for (std::thread &thread : threads) thread.join();
    return 0;
}
