// Decides who may join a stage: tokens on stdin, one a line; who may join, and why not, on stdout.
//
//     c++ -std=c++17 join_gate.cpp $(pkg-config --cflags --libs ivs_token) -o join_gate
//     ./join_gate public.pem arn:aws:ivs:us-west-2:123456789012:public-key/... STAGE_ARN < tokens
#include <ivs_token.hpp>

#include <chrono>
#include <ctime>
#include <iomanip>
#include <iostream>
#include <string>

namespace {

std::string rights(ivs::capability held) {
    switch (held) {
        case ivs::capability::none: return "nothing";
        case ivs::capability::publish: return "publish";
        case ivs::capability::subscribe: return "subscribe";
        case ivs::capability::all: break;
    }
    return "publish and subscribe";
}

void welcome(const ivs::verified &who) {
    const std::time_t until = std::chrono::system_clock::to_time_t(who.expires_at());
    std::cout << "yes  " << who.user_id().value_or("somebody") << " (" << who.participant_id() << ") may "
              << rights(who.capabilities()) << " until " << std::put_time(std::gmtime(&until), "%FT%TZ");
    for (const auto &[name, value] : who.attributes()) std::cout << ", " << name << "=" << value;
    std::cout << '\n';
}

}  // namespace

int main(int argc, char **argv) try {
    if (argc != 4) {
        std::cerr << "usage: join_gate PUBLIC_KEY_FILE KEY_ARN STAGE_ARN < TOKENS\n";
        return 2;
    }
    // Once, when the gate opens. What cannot be mended here is an exception.
    const ivs::verifier verifier =
        ivs::verifier::builder().key(argv[2], ivs::verifying_key::from_file(argv[1])).stage(argv[3]).build();

    // A token that is refused is no exception: it is what a gate is for.
    bool all = true;
    for (std::string token; std::getline(std::cin, token);) {
        if (const auto who = verifier.try_verify(token)) {
            welcome(*who);
        } else {
            all = false;
            std::cout << "no   " << who.error().reason << ": " << who.error().message << '\n';
        }
    }
    return all ? 0 : 1;
} catch (const ivs::error &error) {
    std::cerr << error.reason() << ": " << error.message() << '\n';
    return 2;
}
