/*
 * ivs_token.hpp: the tokens of Amazon IVS from C++17, over the C interface in ivs_token.h, whose contract holds here too.
 *
 * Each class owns one object of the library, and can be moved but not copied. Texts go in as std::string_view and come out as
 * std::string; times are std::chrono. What ivs_token.h says about an object and threads holds for its class too.
 *
 * There are two ways to call everything that can fail. `participant.mint(key)` gives the value or throws ivs::error;
 * `participant.try_mint(key)` gives an ivs::result, which holds the value or an ivs::failure, and throws nothing. The second way
 * is there without exceptions too (-fno-exceptions). Memory that runs out ends the program, as it does in the library itself.
 *
 * Setters return the object, so you can chain them: `ivs::participant(stage).user_id("ana").mint(key)`. On a temporary they
 * return it by value, so that nothing is left dangling.
 *
 * An object that was moved from may be destroyed or assigned to. Every other call on it that can fail fails with
 * IVS_NULL_ARGUMENT. A call that only gives a value gives an empty text, 0 or none.
 */
#ifndef IVS_TOKEN_HPP
#define IVS_TOKEN_HPP

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <initializer_list>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "ivs_token.h"

#if defined(__cpp_exceptions) || defined(_CPPUNWIND)
#define IVS_TOKEN_EXCEPTIONS 1
#include <exception>
#else
#define IVS_TOKEN_EXCEPTIONS 0
#endif

namespace ivs {

using status = ::ivs_status;

/// A second of UTC.
using time_point = std::chrono::time_point<std::chrono::system_clock, std::chrono::seconds>;

/// A text, or none: an argument that is left out, std::nullopt, or a NULL pointer such as std::getenv returns. It does not own
/// the text, so use it only as a parameter.
class optional_text {
public:
    optional_text() noexcept = default;
    optional_text(std::nullopt_t) noexcept {}
    optional_text(std::nullptr_t) noexcept {}
    optional_text(const char *text) noexcept : optional_text(text == nullptr ? optional_text() : std::string_view(text)) {}
    optional_text(const std::string &text) noexcept : optional_text(std::string_view(text)) {}
    optional_text(std::string_view text) noexcept : data_(text.data() == nullptr ? "" : text.data()), size_(text.size()) {}
    template <class Text>
    optional_text(const std::optional<Text> &text) noexcept : optional_text(text ? optional_text(*text) : optional_text()) {}

    /// NULL when there is none, and only then.
    const char *data() const noexcept { return data_; }
    std::size_t size() const noexcept { return size_; }

private:
    const char *data_ = nullptr;
    std::size_t size_ = 0;
};

/// A passphrase. It has its own type, so that it cannot be confused with another text. It does not own the text.
struct passphrase {
    explicit passphrase(optional_text words) noexcept : text(words) {}
    optional_text text;
};

/// A moment of any clock precision, in whole seconds; by default the present moment.
class moment {
public:
    moment() noexcept = default;
    moment(std::nullopt_t) noexcept {}
    template <class Duration>
    moment(std::chrono::time_point<std::chrono::system_clock, Duration> at) noexcept
        : seconds_(-1) {
        // What is before 1970, or further ahead than any token can end, is out of range, and must not wrap on the way.
        const std::chrono::duration<long double> since = at.time_since_epoch();
        if (since.count() >= 1e12L) seconds_ = INT64_MAX;
        else if (since.count() >= 0) seconds_ = std::chrono::duration_cast<std::chrono::seconds>(at.time_since_epoch()).count();
    }

    /// As ivs_token.h takes it.
    std::int64_t seconds() const noexcept { return seconds_; }

private:
    std::int64_t seconds_ = IVS_NOW;
};

/// What a participant may do. They add up: `capability::publish | capability::subscribe` is `capability::all`.
enum class capability : std::uint32_t {
    none = 0,
    publish = IVS_CAPABILITY_PUBLISH,
    subscribe = IVS_CAPABILITY_SUBSCRIBE,
    all = IVS_CAPABILITY_PUBLISH | IVS_CAPABILITY_SUBSCRIBE,
};

constexpr capability operator|(capability left, capability right) noexcept {
    return static_cast<capability>(static_cast<std::uint32_t>(left) | static_cast<std::uint32_t>(right));
}

constexpr capability operator&(capability left, capability right) noexcept {
    return static_cast<capability>(static_cast<std::uint32_t>(left) & static_cast<std::uint32_t>(right));
}

constexpr capability &operator|=(capability &left, capability right) noexcept { return left = left | right; }
constexpr capability &operator&=(capability &left, capability right) noexcept { return left = left & right; }

/// Whether the first holds all of the second.
constexpr bool grants(capability held, capability wanted) noexcept { return (held & wanted) == wanted; }

/// Why a call failed.
struct failure {
    ivs::status status = IVS_INTERNAL;
    /// The stable name, finer than the status, such as `KEY_WRONG_CURVE`.
    std::string reason;
    /// A sentence that says what to do.
    std::string message;
};

#if IVS_TOKEN_EXCEPTIONS
/// The one exception of this header.
class error : public std::exception {
public:
    explicit error(failure why) : why_(std::make_shared<const failure>(std::move(why))) {}
    // Copied, and never moved: one that was moved from would have no words.
    error(const error &) noexcept = default;
    error &operator=(const error &) noexcept = default;

    ivs::status status() const noexcept { return why_->status; }
    const std::string &reason() const noexcept { return why_->reason; }
    const std::string &message() const noexcept { return why_->message; }
    const char *what() const noexcept override { return why_->message.c_str(); }

private:
    // Shared, for copying an exception must not throw.
    std::shared_ptr<const failure> why_;
};
#endif

/// Says that an object of ivs_token.h is taken over.
struct adopt_t {};
inline constexpr adopt_t adopt{};

namespace detail {

/// Ends the program if a result is asked for what it does not hold: to continue could let in somebody who was refused.
inline void must(bool holds, const char *what) noexcept {
    if (holds) return;
    std::fprintf(stderr, "ivs_token.hpp: %s\n", what);
    std::abort();
}

constexpr const char *no_value = "the value of a result was taken, and it holds a failure: ask has_value() first";
constexpr const char *no_error = "the failure of a result was taken, and it holds a value: ask has_value() first";

}  // namespace detail

/// A value, or why there is none. Taking what it does not hold ends the program.
template <class T>
class [[nodiscard]] result {
public:
    result(T value) noexcept : held_(std::in_place_index<0>, std::move(value)) {}
    result(ivs::failure why) noexcept : held_(std::in_place_index<1>, std::move(why)) {}

    bool has_value() const noexcept { return held_.index() == 0; }
    explicit operator bool() const noexcept { return has_value(); }

    /// The value. Call this only if there is one.
    T &operator*() & noexcept { return *held(); }
    const T &operator*() const & noexcept { return *held(); }
    T operator*() && noexcept { return std::move(*held()); }
    T *operator->() noexcept { return held(); }
    const T *operator->() const noexcept { return held(); }

    /// Why there is no value. Call this only if there is none.
    const ivs::failure &error() const & noexcept {
        detail::must(!has_value(), detail::no_error);
        return *std::get_if<1>(&held_);
    }
    ivs::failure error() && noexcept { return std::as_const(*this).error(); }

#if IVS_TOKEN_EXCEPTIONS
    /// The value, or the failure as an exception.
    T &value() & { return throw_failure(), *held(); }
    const T &value() const & { return throw_failure(), *held(); }
    T value() && { return throw_failure(), std::move(*held()); }
#endif

private:
    std::variant<T, ivs::failure> held_;

    T *held() noexcept {
        detail::must(has_value(), detail::no_value);
        return std::get_if<0>(&held_);
    }
    const T *held() const noexcept {
        detail::must(has_value(), detail::no_value);
        return std::get_if<0>(&held_);
    }

#if IVS_TOKEN_EXCEPTIONS
    void throw_failure() const {
        if (!has_value()) throw ivs::error(error());
    }
#endif
};

/// Success, or why there was none.
template <>
class [[nodiscard]] result<void> {
public:
    result() noexcept = default;
    result(ivs::failure why) noexcept : why_(std::move(why)) {}

    bool has_value() const noexcept { return !why_.has_value(); }
    explicit operator bool() const noexcept { return has_value(); }

    /// Why it failed. Call this only after a failure.
    const ivs::failure &error() const & noexcept {
        detail::must(why_.has_value(), detail::no_error);
        return *why_;
    }
    ivs::failure error() && noexcept { return std::as_const(*this).error(); }

#if IVS_TOKEN_EXCEPTIONS
    /// Throws the failure, if there is one.
    void value() const {
        if (why_) throw ivs::error(*why_);
    }
#endif

private:
    std::optional<ivs::failure> why_;
};

namespace detail {

inline failure last_failure(ivs::status status) noexcept {
    return {status, ::ivs_last_error_reason(), ::ivs_last_error_message()};
}

inline result<void> done(ivs::status status) noexcept {
    if (status != IVS_OK) return last_failure(status);
    return {};
}

/// A new object of class T, whose constructor takes the handle.
template <class T, class Make>
result<T> made(Make &&make) noexcept {
    typename T::handle_type *handle = nullptr;
    const ivs::status status = make(&handle);
    if (status != IVS_OK) return last_failure(status);
    return T(adopt, handle);
}

/// What a call writes into a buffer. Nothing is left on the stack.
template <std::size_t Usual, class Write>
result<std::string> written(Write &&write) noexcept {
    char buffer[Usual];
    std::size_t len = sizeof buffer;
    ivs::status status = write(buffer, &len);
    if (status == IVS_OK) {
        std::string text(buffer, len);
        ::ivs_zeroize(buffer, len);
        return text;
    }
    // Again for as long as it grows: another thread may add to what is written, such as keys to a ring.
    std::string text;
    while (status == IVS_BUFFER_TOO_SMALL) {
        text.resize(len);
        status = write(text.data(), &len);
    }
    if (status != IVS_OK) return last_failure(status);
    text.resize(len);
    return text;
}

inline std::string text(::ivs_str text) noexcept {
    return text.data == nullptr ? std::string() : std::string(text.data, text.len);
}

inline std::optional<std::string> optional_text(::ivs_str text) noexcept {
    if (text.data == nullptr) return std::nullopt;
    return std::string(text.data, text.len);
}

inline time_point time(std::int64_t seconds) noexcept { return time_point(std::chrono::seconds(seconds)); }

/// As C takes it: a negative value becomes more than any limit, and the error names the original value.
inline std::uint64_t unsigned_seconds(std::chrono::seconds seconds) noexcept {
    return static_cast<std::uint64_t>(seconds.count());
}

/// Owns one object of the library.
template <class T, void (*Free)(T *)>
class owner {
public:
    using handle_type = T;

    /// The object, for calls of ivs_token.h; it stays owned. NULL when it was moved away.
    T *get() const noexcept { return handle_.get(); }

    /// The object, which is the caller's to free from now on.
    [[nodiscard]] T *release() noexcept { return handle_.release(); }

    /// Takes an object over, to free it: `ivs::stage stage(ivs::adopt, handle)`.
    owner(adopt_t, T *handle) noexcept : handle_(handle) {}

private:
    struct deleter {
        void operator()(T *handle) const noexcept { Free(handle); }
    };
    std::unique_ptr<T, deleter> handle_;
};

}  // namespace detail

/// The version of the library that runs, such as `0.1.0`.
inline std::string version() noexcept { return ::ivs_version(); }

/// Overwrites a text with zeros, in a way that no compiler optimises away, and empties it. For keys and passphrases.
inline void zeroize(std::string &secret) noexcept {
    ::ivs_zeroize(secret.data(), secret.size());
    secret.clear();
}

/// A public key.
class verifying_key : public detail::owner<::ivs_verifying_key, ::ivs_verifying_key_free> {
public:
    using owner::owner;

    /// From PEM (SPKI).
    static result<verifying_key> try_from_pem(std::string_view pem) noexcept {
        return detail::made<verifying_key>(
            [&](auto out) { return ::ivs_verifying_key_from_pem(pem.data(), pem.size(), out); });
    }

    /// From any form: PEM, DER, JWK or a bare curve point.
    static result<verifying_key> try_from_bytes(std::string_view bytes) noexcept {
        return detail::made<verifying_key>([&](auto out) {
            const auto data = reinterpret_cast<const std::uint8_t *>(bytes.data());
            return ::ivs_verifying_key_from_bytes(data, bytes.size(), out);
        });
    }

    /// From a file, in any form.
    static result<verifying_key> try_from_file(std::string_view path) noexcept {
        return detail::made<verifying_key>(
            [&](auto out) { return ::ivs_verifying_key_from_file(path.data(), path.size(), out); });
    }

    /// SPKI PEM: what ImportPublicKey takes.
    result<std::string> try_to_pem() const noexcept {
        return detail::written<512>(
            [&](char *buffer, std::size_t *len) { return ::ivs_verifying_key_to_pem(get(), buffer, len); });
    }
    /// SPKI DER: bytes.
    result<std::string> try_to_der() const noexcept {
        return detail::written<128>([&](char *buffer, std::size_t *len) {
            return ::ivs_verifying_key_to_der(get(), reinterpret_cast<std::uint8_t *>(buffer), len);
        });
    }
    /// A JWK, without a `kid`.
    result<std::string> try_to_jwk() const noexcept {
        return detail::written<512>(
            [&](char *buffer, std::size_t *len) { return ::ivs_verifying_key_to_jwk(get(), buffer, len); });
    }
    /// The JWK thumbprint (RFC 7638). Equal keys have equal thumbprints.
    result<std::string> try_thumbprint() const noexcept {
        return detail::written<64>(
            [&](char *buffer, std::size_t *len) { return ::ivs_verifying_key_thumbprint(get(), buffer, len); });
    }

#if IVS_TOKEN_EXCEPTIONS
    static verifying_key from_pem(std::string_view pem) { return try_from_pem(pem).value(); }
    static verifying_key from_bytes(std::string_view bytes) { return try_from_bytes(bytes).value(); }
    static verifying_key from_file(std::string_view path) { return try_from_file(path).value(); }
    std::string to_pem() const { return try_to_pem().value(); }
    std::string to_der() const { return try_to_der().value(); }
    std::string to_jwk() const { return try_to_jwk().value(); }
    std::string thumbprint() const { return try_thumbprint().value(); }
#endif
};

/// A private key that mints tokens, and its ARN. Wiped from memory when it is destroyed.
class signing_key : public detail::owner<::ivs_signing_key, ::ivs_signing_key_free> {
public:
    using owner::owner;

    /// From PEM (SEC1 or PKCS#8), also as it arrives in an environment variable. `kid` is the ARN that ImportPublicKey
    /// answered.
    static result<signing_key> try_from_pem(std::string_view pem, optional_text kid = {}) noexcept {
        return detail::made<signing_key>(
            [&](auto out) { return ::ivs_signing_key_from_pem(pem.data(), pem.size(), kid.data(), kid.size(), out); });
    }

    /// From any form: PEM, DER or JWK, encrypted or not.
    static result<signing_key> try_from_bytes(std::string_view bytes, optional_text kid = {},
                                              std::optional<passphrase> words = {}) noexcept {
        const optional_text secret = words ? words->text : optional_text();
        return detail::made<signing_key>([&](auto out) {
            const auto data = reinterpret_cast<const std::uint8_t *>(bytes.data());
            return ::ivs_signing_key_from_bytes(data, bytes.size(), secret.data(), secret.size(), kid.data(), kid.size(), out);
        });
    }

    /// From a file, in any form.
    static result<signing_key> try_from_file(std::string_view path, optional_text kid = {},
                                             std::optional<passphrase> words = {}) noexcept {
        const optional_text secret = words ? words->text : optional_text();
        return detail::made<signing_key>([&](auto out) {
            return ::ivs_signing_key_from_file(path.data(), path.size(), secret.data(), secret.size(), kid.data(), kid.size(), out);
        });
    }

    /// A new key from the randomness of the operating system.
    static result<signing_key> try_generate(optional_text kid = {}) noexcept {
        return detail::made<signing_key>(
            [&](auto out) { return ::ivs_signing_key_generate(kid.data(), kid.size(), out); });
    }

    /// The same key with this ARN.
    result<signing_key> try_with_kid(std::string_view kid) const noexcept {
        return detail::made<signing_key>(
            [&](auto out) { return ::ivs_signing_key_with_kid(get(), kid.data(), kid.size(), out); });
    }

    /// The public half.
    result<ivs::verifying_key> try_verifying_key() const noexcept {
        return detail::made<ivs::verifying_key>(
            [&](auto out) { return ::ivs_signing_key_verifying_key(get(), out); });
    }

    /// The **private** key as PKCS#8 PEM. Keep it secret, and wipe it with ivs::zeroize.
    result<std::string> try_to_pem() const noexcept {
        return detail::written<512>(
            [&](char *buffer, std::size_t *len) { return ::ivs_signing_key_to_pem(get(), buffer, len); });
    }
    /// The **private** key as PKCS#8 DER: bytes. Keep it secret, and wipe it with ivs::zeroize.
    result<std::string> try_to_der() const noexcept {
        return detail::written<256>([&](char *buffer, std::size_t *len) {
            return ::ivs_signing_key_to_der(get(), reinterpret_cast<std::uint8_t *>(buffer), len);
        });
    }

    /// Signs with the library's own engine from now on. Off by default: see ivs_token.h.
    result<void> try_accelerate() const noexcept { return detail::done(::ivs_signing_key_accelerate(get())); }
    bool is_accelerated() const noexcept { return ::ivs_signing_key_is_accelerated(get()); }

    /// The ARN of the key, if it was given one.
    std::optional<std::string> kid() const noexcept { return detail::optional_text(::ivs_signing_key_kid(get())); }

#if IVS_TOKEN_EXCEPTIONS
    static signing_key from_pem(std::string_view pem, optional_text kid = {}) {
        return try_from_pem(pem, kid).value();
    }
    static signing_key from_bytes(std::string_view bytes, optional_text kid = {}, std::optional<passphrase> words = {}) {
        return try_from_bytes(bytes, kid, words).value();
    }
    static signing_key from_file(std::string_view path, optional_text kid = {}, std::optional<passphrase> words = {}) {
        return try_from_file(path, kid, words).value();
    }
    static signing_key generate(optional_text kid = {}) { return try_generate(kid).value(); }
    signing_key with_kid(std::string_view kid) const { return try_with_kid(kid).value(); }
    void accelerate() const { try_accelerate().value(); }
    ivs::verifying_key verifying_key() const { return try_verifying_key().value(); }
    std::string to_pem() const { return try_to_pem().value(); }
    std::string to_der() const { return try_to_der().value(); }
#endif
};

/// The parts of a stage that a token needs: its ARN and its two endpoints.
class stage : public detail::owner<::ivs_stage, ::ivs_stage_free> {
public:
    using owner::owner;

    /// From the values of CreateStage or GetStage; without an events URL it is the one that every stage has in practice.
    static result<stage> try_create(std::string_view arn, std::string_view whip_url,
                                    optional_text events_url = {}) noexcept {
        return detail::made<stage>([&](auto out) {
            return ::ivs_stage_new(arn.data(), arn.size(), whip_url.data(), whip_url.size(), events_url.data(), events_url.size(), out);
        });
    }

    /// From the JSON that CreateStage or GetStage returned.
    static result<stage> try_from_json(std::string_view json) noexcept {
        return detail::made<stage>([&](auto out) { return ::ivs_stage_from_json(json.data(), json.size(), out); });
    }

    std::string arn() const noexcept { return detail::text(::ivs_stage_arn(get())); }
    std::string whip_url() const noexcept { return detail::text(::ivs_stage_whip_url(get())); }
    std::string events_url() const noexcept { return detail::text(::ivs_stage_events_url(get())); }

#if IVS_TOKEN_EXCEPTIONS
    stage(std::string_view arn, std::string_view whip_url, optional_text events_url = {})
        : stage(try_create(arn, whip_url, events_url).value()) {}
    static stage from_json(std::string_view json) { return try_from_json(json).value(); }
#endif
};

/// A minted token: its text and its claims.
class token : public detail::owner<::ivs_token, ::ivs_token_free> {
public:
    using owner::owner;

    /// The token itself: what the client joins with.
    std::string text() const noexcept { return detail::text(::ivs_token_text(get())); }

    /// The claim `jti`: the participant ID, or the ID of a connection token; empty for a playback token.
    std::string id() const noexcept { return detail::text(::ivs_token_id(get())); }

    /// The first second at which the token is no longer valid.
    time_point expires_at() const noexcept { return detail::time(::ivs_token_expires_at(get())); }

    /// The token as JSON, as the API that issues such tokens returns it.
    result<std::string> try_to_json() const noexcept {
        return detail::written<2048>(
            [&](char *buffer, std::size_t *len) { return ::ivs_token_to_json(get(), buffer, len); });
    }

#if IVS_TOKEN_EXCEPTIONS
    std::string to_json() const { return try_to_json().value(); }
#endif
};

/// A token that lacks only its signature: for private keys that never leave their vault.
class unsigned_token : public detail::owner<::ivs_unsigned, ::ivs_unsigned_free> {
public:
    using owner::owner;

    /// The text to sign with ECDSA on P-384 and SHA-384, in ASCII.
    std::string signing_input() const noexcept { return detail::text(::ivs_unsigned_signing_input(get())); }

    /// The SHA-384 digest of the signing input.
    result<std::array<std::uint8_t, 48>> try_digest() const noexcept {
        std::array<std::uint8_t, 48> digest{};
        std::size_t len = digest.size();
        const ivs::status how = ::ivs_unsigned_digest(get(), digest.data(), &len);
        if (how != IVS_OK) return detail::last_failure(how);
        return digest;
    }

    /// Completes the token with a signature of 96 bytes or in DER, which is checked with the public key.
    result<token> try_with_signature(const std::vector<std::uint8_t> &signature, const verifying_key &key) const noexcept {
        return detail::made<token>([&](auto out) {
            return ::ivs_unsigned_with_signature(get(), signature.data(), signature.size(), key.get(), out);
        });
    }

#if IVS_TOKEN_EXCEPTIONS
    std::array<std::uint8_t, 48> digest() const { return try_digest().value(); }
    token with_signature(const std::vector<std::uint8_t> &signature, const verifying_key &key) const {
        return try_with_signature(signature, key).value();
    }
#endif
};

/// A participant token about to be minted; a template for as many as are wanted. For one thread at a time.
class participant : public detail::owner<::ivs_participant, ::ivs_participant_free> {
public:
    using owner::owner;

    /// By default it may publish and subscribe for 12 hours, under a fresh random participant ID.
    static result<participant> try_create(const stage &stage) noexcept {
        return detail::made<participant>([&](auto out) { return ::ivs_participant_new(stage.get(), out); });
    }

    result<void> try_participant_id(std::string_view id) noexcept {
        return detail::done(::ivs_participant_set_participant_id(get(), id.data(), id.size()));
    }
    result<void> try_user_id(std::string_view user_id) noexcept {
        return detail::done(::ivs_participant_set_user_id(get(), user_id.data(), user_id.size()));
    }
    result<void> try_attribute(std::string_view name, std::string_view value) noexcept {
        return detail::done(
            ::ivs_participant_set_attribute(get(), name.data(), name.size(), value.data(), value.size()));
    }
    result<void> try_clear_attributes() noexcept { return detail::done(::ivs_participant_clear_attributes(get())); }
    result<void> try_capabilities(capability capabilities) noexcept {
        return detail::done(::ivs_participant_set_capabilities(get(), static_cast<std::uint32_t>(capabilities)));
    }
    result<void> try_duration(std::chrono::seconds duration) noexcept {
        return detail::done(::ivs_participant_set_duration(get(), detail::unsigned_seconds(duration)));
    }
    result<void> try_version(std::string_view version) noexcept {
        return detail::done(::ivs_participant_set_version(get(), version.data(), version.size()));
    }

    /// Mints the text of a token, issued now.
    result<std::string> try_mint(const signing_key &key) const noexcept {
        return detail::written<2048>(
            [&](char *buffer, std::size_t *len) { return ::ivs_participant_mint(get(), key.get(), buffer, len); });
    }

    /// Mints a token as an object; `now` is the present moment by default.
    result<token> try_mint_token(const signing_key &key, moment now = {}) const noexcept {
        return detail::made<token>(
            [&](auto out) { return ::ivs_participant_mint_token(get(), key.get(), now.seconds(), out); });
    }

    /// Prepares the token for a signature that is made elsewhere, by the key of this ARN.
    result<unsigned_token> try_prepare(std::string_view kid, moment now = {}) const noexcept {
        return detail::made<unsigned_token>([&](auto out) {
            return ::ivs_participant_unsigned(get(), kid.data(), kid.size(), now.seconds(), out);
        });
    }

#if IVS_TOKEN_EXCEPTIONS
    explicit participant(const stage &stage) : participant(try_create(stage).value()) {}

    /// 1 to 64 of `A-Z a-z 0-9 _ -`.
    participant &participant_id(std::string_view id) & { return try_participant_id(id).value(), *this; }
    participant participant_id(std::string_view id) && { return std::move(this->participant_id(id)); }
    /// At most 128 characters, visible to everyone on the stage.
    participant &user_id(std::string_view user_id) & { return try_user_id(user_id).value(), *this; }
    participant user_id(std::string_view user_id) && { return std::move(this->user_id(user_id)); }
    /// At most 1 024 bytes in UTF-8, all names and values together.
    participant &attribute(std::string_view name, std::string_view value) & {
        return try_attribute(name, value).value(), *this;
    }
    participant attribute(std::string_view name, std::string_view value) && {
        return std::move(this->attribute(name, value));
    }
    participant &clear_attributes() & { return try_clear_attributes().value(), *this; }
    participant clear_attributes() && { return std::move(this->clear_attributes()); }
    participant &capabilities(capability capabilities) & { return try_capabilities(capabilities).value(), *this; }
    participant capabilities(capability capabilities) && { return std::move(this->capabilities(capabilities)); }
    /// 1 second to 14 days.
    participant &duration(std::chrono::seconds duration) & { return try_duration(duration).value(), *this; }
    participant duration(std::chrono::seconds duration) && { return std::move(this->duration(duration)); }
    participant &version(std::string_view version) & { return try_version(version).value(), *this; }
    participant version(std::string_view version) && { return std::move(this->version(version)); }
    std::string mint(const signing_key &key) const { return try_mint(key).value(); }
    unsigned_token prepare(std::string_view kid, moment now = {}) const { return try_prepare(kid, now).value(); }
    token mint_token(const signing_key &key, moment now = {}) const {
        return try_mint_token(key, now).value();
    }
#endif
};

/// Tokens that were minted with one call, and the failures among them, in the order of their participants.
class token_list : public detail::owner<::ivs_token_list, ::ivs_token_list_free> {
public:
    using owner::owner;

    std::size_t size() const noexcept { return ::ivs_token_list_count(get()); }

    /// The token at an index, or why it could not be minted.
    result<std::string> try_at(std::size_t index) const noexcept {
        const ivs::status how = ::ivs_token_list_status(get(), index);
        if (how != IVS_OK) return detail::last_failure(how);
        return detail::text(::ivs_token_list_text(get(), index));
    }

    /// The participant ID of the token at an index, or why it could not be minted.
    result<std::string> try_participant_id(std::size_t index) const noexcept {
        const ivs::status how = ::ivs_token_list_status(get(), index);
        if (how != IVS_OK) return detail::last_failure(how);
        return detail::text(::ivs_token_list_participant_id(get(), index));
    }

#if IVS_TOKEN_EXCEPTIONS
    std::string at(std::size_t index) const { return try_at(index).value(); }
    std::string participant_id(std::size_t index) const { return try_participant_id(index).value(); }
#endif
};

/// Mints a token for each participant, all issued now. If one fails, the others are still minted.
inline result<token_list> try_mint_batch(const std::vector<participant> &participants, const signing_key &key) noexcept {
    std::vector<::ivs_participant *> handles;
    handles.reserve(participants.size());
    for (const participant &one : participants) handles.push_back(one.get());
    return detail::made<token_list>(
        [&](auto out) { return ::ivs_mint_batch(handles.data(), handles.size(), key.get(), out); });
}

#if IVS_TOKEN_EXCEPTIONS
inline token_list mint_batch(const std::vector<participant> &participants, const signing_key &key) {
    return try_mint_batch(participants, key).value();
}
#endif

/// A connection token about to be minted. For one thread at a time.
class connection : public detail::owner<::ivs_connection, ::ivs_connection_free> {
public:
    using owner::owner;

    /// By default it lasts 12 hours and has a fresh random ID.
    static result<connection> try_create() noexcept { return detail::made<connection>(::ivs_connection_new); }

    result<void> try_token_id(std::string_view id) noexcept {
        return detail::done(::ivs_connection_set_token_id(get(), id.data(), id.size()));
    }
    result<void> try_duration(std::chrono::seconds duration) noexcept {
        return detail::done(::ivs_connection_set_duration(get(), detail::unsigned_seconds(duration)));
    }
    result<void> try_server_of(const stage &stage) noexcept {
        return detail::done(::ivs_connection_set_server_of(get(), stage.get()));
    }
    result<std::string> try_mint(const signing_key &key) const noexcept {
        return detail::written<2048>(
            [&](char *buffer, std::size_t *len) { return ::ivs_connection_mint(get(), key.get(), buffer, len); });
    }
    result<token> try_mint_token(const signing_key &key, moment now = {}) const noexcept {
        return detail::made<token>(
            [&](auto out) { return ::ivs_connection_mint_token(get(), key.get(), now.seconds(), out); });
    }

    /// Prepares the token for a signature that is made elsewhere, by the key of this ARN.
    result<unsigned_token> try_prepare(std::string_view kid, moment now = {}) const noexcept {
        return detail::made<unsigned_token>([&](auto out) {
            return ::ivs_connection_unsigned(get(), kid.data(), kid.size(), now.seconds(), out);
        });
    }

#if IVS_TOKEN_EXCEPTIONS
    connection() : connection(try_create().value()) {}

    connection &token_id(std::string_view id) & { return try_token_id(id).value(), *this; }
    connection token_id(std::string_view id) && { return std::move(this->token_id(id)); }
    /// 1 second to 4 weeks.
    connection &duration(std::chrono::seconds duration) & { return try_duration(duration).value(), *this; }
    connection duration(std::chrono::seconds duration) && { return std::move(this->duration(duration)); }
    /// Connects to the server of this stage if it is on this machine. Otherwise the connection goes to the service.
    connection &server_of(const stage &stage) & { return try_server_of(stage).value(), *this; }
    connection server_of(const stage &stage) && { return std::move(this->server_of(stage)); }
    std::string mint(const signing_key &key) const { return try_mint(key).value(); }
    unsigned_token prepare(std::string_view kid, moment now = {}) const { return try_prepare(kid, now).value(); }
    token mint_token(const signing_key &key, moment now = {}) const {
        return try_mint_token(key, now).value();
    }
#endif
};

/// A participant token whose signature, rules and time were checked.
class verified : public detail::owner<::ivs_verified, ::ivs_verified_free> {
public:
    using owner::owner;

    std::string participant_id() const noexcept { return detail::text(::ivs_verified_participant_id(get())); }
    std::optional<std::string> user_id() const noexcept {
        return detail::optional_text(::ivs_verified_user_id(get()));
    }
    std::string stage_arn() const noexcept { return detail::text(::ivs_verified_stage_arn(get())); }
    std::string whip_url() const noexcept { return detail::text(::ivs_verified_whip_url(get())); }
    std::string events_url() const noexcept { return detail::text(::ivs_verified_events_url(get())); }
    /// The ARN of the key that signed the token.
    std::string kid() const noexcept { return detail::text(::ivs_verified_kid(get())); }
    capability capabilities() const noexcept {
        return static_cast<capability>(::ivs_verified_capabilities(get()));
    }
    time_point issued_at() const noexcept { return detail::time(::ivs_verified_issued_at(get())); }
    time_point expires_at() const noexcept { return detail::time(::ivs_verified_expires_at(get())); }
    /// The two digits of the token's version.
    std::pair<unsigned, unsigned> version() const noexcept {
        return {::ivs_verified_version_major(get()), ::ivs_verified_version_minor(get())};
    }

    /// The value of an attribute, if there is one of this name.
    std::optional<std::string> attribute(std::string_view name) const noexcept {
        return detail::optional_text(::ivs_verified_attribute(get(), name.data(), name.size()));
    }

    /// Names and values, in the order of the token.
    std::vector<std::pair<std::string, std::string>> attributes() const noexcept {
        std::vector<std::pair<std::string, std::string>> all;
        const std::size_t count = ::ivs_verified_attribute_count(get());
        all.reserve(count);
        for (std::size_t index = 0; index < count; ++index) {
            ::ivs_str name{}, value{};
            if (::ivs_verified_attribute_at(get(), index, &name, &value) != IVS_OK) break;
            all.emplace_back(detail::text(name), detail::text(value));
        }
        return all;
    }

    /// The claims, with the API's names.
    result<std::string> try_to_json() const noexcept {
        return detail::written<2048>(
            [&](char *buffer, std::size_t *len) { return ::ivs_verified_to_json(get(), buffer, len); });
    }

#if IVS_TOKEN_EXCEPTIONS
    std::string to_json() const { return try_to_json().value(); }
#endif
};

/// A connection token whose signature, rules and time were checked.
class verified_connection : public detail::owner<::ivs_verified_connection, ::ivs_verified_connection_free> {
public:
    using owner::owner;

    std::string token_id() const noexcept { return detail::text(::ivs_verified_connection_token_id(get())); }
    std::string account_id() const noexcept { return detail::text(::ivs_verified_connection_account_id(get())); }
    std::string region() const noexcept { return detail::text(::ivs_verified_connection_region(get())); }
    std::string kid() const noexcept { return detail::text(::ivs_verified_connection_kid(get())); }
    time_point issued_at() const noexcept { return detail::time(::ivs_verified_connection_issued_at(get())); }
    time_point expires_at() const noexcept { return detail::time(::ivs_verified_connection_expires_at(get())); }
    result<std::string> try_to_json() const noexcept {
        return detail::written<2048>(
            [&](char *buffer, std::size_t *len) { return ::ivs_verified_connection_to_json(get(), buffer, len); });
    }

#if IVS_TOKEN_EXCEPTIONS
    std::string to_json() const { return try_to_json().value(); }
#endif
};

/// A token about to be minted in exchange for another: the same participant on the same stage, with other rights. For one
/// thread at a time.
class exchange : public detail::owner<::ivs_exchange, ::ivs_exchange_free> {
public:
    using owner::owner;

    /// In exchange for a token that was minted here.
    static result<exchange> try_create(const token &old) noexcept {
        return detail::made<exchange>([&](auto out) { return ::ivs_exchange_of_token(old.get(), out); });
    }
    /// In exchange for a token that was verified.
    static result<exchange> try_create(const verified &old) noexcept {
        return detail::made<exchange>([&](auto out) { return ::ivs_exchange_of_verified(old.get(), out); });
    }

    result<void> try_user_id(std::string_view user_id) noexcept {
        return detail::done(::ivs_exchange_set_user_id(get(), user_id.data(), user_id.size()));
    }
    result<void> try_attribute(std::string_view name, std::string_view value) noexcept {
        return detail::done(
            ::ivs_exchange_set_attribute(get(), name.data(), name.size(), value.data(), value.size()));
    }
    result<void> try_remove_attribute(std::string_view name) noexcept {
        return detail::done(::ivs_exchange_remove_attribute(get(), name.data(), name.size()));
    }
    result<void> try_clear_attributes() noexcept { return detail::done(::ivs_exchange_clear_attributes(get())); }
    result<void> try_capabilities(capability capabilities) noexcept {
        return detail::done(::ivs_exchange_set_capabilities(get(), static_cast<std::uint32_t>(capabilities)));
    }
    result<void> try_duration(std::chrono::seconds duration) noexcept {
        return detail::done(::ivs_exchange_set_duration(get(), detail::unsigned_seconds(duration)));
    }
    result<std::string> try_mint(const signing_key &key) const noexcept {
        return detail::written<2048>(
            [&](char *buffer, std::size_t *len) { return ::ivs_exchange_mint(get(), key.get(), buffer, len); });
    }
    result<token> try_mint_token(const signing_key &key, moment now = {}) const noexcept {
        return detail::made<token>(
            [&](auto out) { return ::ivs_exchange_mint_token(get(), key.get(), now.seconds(), out); });
    }

    /// Prepares the token for a signature that is made elsewhere, by the key of this ARN.
    result<unsigned_token> try_prepare(std::string_view kid, moment now = {}) const noexcept {
        return detail::made<unsigned_token>([&](auto out) {
            return ::ivs_exchange_unsigned(get(), kid.data(), kid.size(), now.seconds(), out);
        });
    }

#if IVS_TOKEN_EXCEPTIONS
    explicit exchange(const token &old) : exchange(try_create(old).value()) {}
    explicit exchange(const verified &old) : exchange(try_create(old).value()) {}

    exchange &user_id(std::string_view user_id) & { return try_user_id(user_id).value(), *this; }
    exchange user_id(std::string_view user_id) && { return std::move(this->user_id(user_id)); }
    exchange &attribute(std::string_view name, std::string_view value) & {
        return try_attribute(name, value).value(), *this;
    }
    exchange attribute(std::string_view name, std::string_view value) && { return std::move(this->attribute(name, value)); }
    /// Attributes that are not named stay.
    exchange &remove_attribute(std::string_view name) & { return try_remove_attribute(name).value(), *this; }
    exchange remove_attribute(std::string_view name) && { return std::move(this->remove_attribute(name)); }
    exchange &clear_attributes() & { return try_clear_attributes().value(), *this; }
    exchange clear_attributes() && { return std::move(this->clear_attributes()); }
    exchange &capabilities(capability capabilities) & { return try_capabilities(capabilities).value(), *this; }
    exchange capabilities(capability capabilities) && { return std::move(this->capabilities(capabilities)); }
    exchange &duration(std::chrono::seconds duration) & { return try_duration(duration).value(), *this; }
    exchange duration(std::chrono::seconds duration) && { return std::move(this->duration(duration)); }
    std::string mint(const signing_key &key) const { return try_mint(key).value(); }
    unsigned_token prepare(std::string_view kid, moment now = {}) const { return try_prepare(kid, now).value(); }
    token mint_token(const signing_key &key, moment now = {}) const {
        return try_mint_token(key, now).value();
    }
#endif
};

/// Checks that IVS accepts one token in exchange for the other. The message names every claim that differs but must not.
inline result<void> try_check_exchange(const verified &old_token, const verified &new_token) noexcept {
    return detail::done(::ivs_check_exchange(old_token.get(), new_token.get()));
}

#if IVS_TOKEN_EXCEPTIONS
inline void check_exchange(const verified &old_token, const verified &new_token) {
    try_check_exchange(old_token, new_token).value();
}
#endif

/// The keys of a ring at one moment.
struct ring_key {
    std::string arn;
    /// Your name for it, if it has one.
    std::optional<std::string> name;
    /// Its tags, ordered.
    std::vector<std::pair<std::string, std::string>> tags;
    /// When it no longer verifies, if it is being retired.
    std::optional<time_point> retired_at;
    verifying_key key;
};

/// The public keys that verifiers trust, of stages or of playback, and the private key that signs. Any number of threads may
/// use and change it at once.
class key_ring : public detail::owner<::ivs_key_ring, ::ivs_key_ring_free> {
public:
    using owner::owner;

    /// For keys of participant and connection tokens; `limit` 0 is 64.
    static result<key_ring> try_create(std::size_t limit = 0) noexcept {
        return detail::made<key_ring>([&](auto out) { return ::ivs_key_ring_new(limit, out); });
    }
    /// For keys of playback tokens; `limit` 0 is 64.
    static result<key_ring> try_create_playback(std::size_t limit = 0) noexcept {
        return detail::made<key_ring>([&](auto out) { return ::ivs_key_ring_new_playback(limit, out); });
    }

    result<void> try_import_key(std::string_view arn, const verifying_key &key) noexcept {
        return detail::done(::ivs_key_ring_import(get(), arn.data(), arn.size(), key.get()));
    }
    result<void> try_import_key(std::string_view arn, const verifying_key &key, std::string_view name) noexcept {
        return detail::done(
            ::ivs_key_ring_import_named(get(), arn.data(), arn.size(), name.data(), name.size(), key.get()));
    }
    result<void> try_tag(std::string_view arn, std::string_view tag, std::string_view value) noexcept {
        return detail::done(::ivs_key_ring_tag(get(), arn.data(), arn.size(), tag.data(), tag.size(), value.data(),
                                               value.size()));
    }
    result<void> try_untag(std::string_view arn, std::string_view tag) noexcept {
        return detail::done(::ivs_key_ring_untag(get(), arn.data(), arn.size(), tag.data(), tag.size()));
    }
    result<void> try_load(std::string_view json) noexcept {
        return detail::done(::ivs_key_ring_load(get(), json.data(), json.size()));
    }
    result<void> try_replace(std::string_view json) noexcept {
        return detail::done(::ivs_key_ring_replace(get(), json.data(), json.size()));
    }
    result<void> try_delete_key(std::string_view arn) noexcept {
        return detail::done(::ivs_key_ring_delete(get(), arn.data(), arn.size()));
    }
    result<void> try_retire(std::string_view arn, moment at = {}) noexcept {
        return detail::done(::ivs_key_ring_retire(get(), arn.data(), arn.size(), at.seconds()));
    }
    result<void> try_reinstate(std::string_view arn) noexcept {
        return detail::done(::ivs_key_ring_reinstate(get(), arn.data(), arn.size()));
    }
    result<std::size_t> try_delete_retired(moment now = {}) noexcept {
        std::size_t deleted = 0;
        const ivs::status how = ::ivs_key_ring_delete_retired(get(), now.seconds(), &deleted);
        if (how != IVS_OK) return detail::last_failure(how);
        return deleted;
    }
    result<void> try_rotate(std::string_view arn, const ivs::signing_key &key, moment old_until) noexcept {
        return detail::done(::ivs_key_ring_rotate(get(), arn.data(), arn.size(), key.get(), old_until.seconds()));
    }
    result<void> try_prepared_limit(std::size_t limit) noexcept {
        return detail::done(::ivs_key_ring_set_prepared_limit(get(), limit));
    }
    /// How many keys are prepared now.
    std::size_t prepared_count() const noexcept { return ::ivs_key_ring_prepared_count(get()); }
    result<void> try_sign_with(std::string_view arn, const ivs::signing_key &key) noexcept {
        return detail::done(::ivs_key_ring_sign_with(get(), arn.data(), arn.size(), key.get()));
    }
    result<void> try_stop_signing() noexcept { return detail::done(::ivs_key_ring_stop_signing(get())); }
    result<verifying_key> try_key(std::string_view arn) const noexcept {
        return detail::made<verifying_key>(
            [&](auto out) { return ::ivs_key_ring_get(get(), arn.data(), arn.size(), out); });
    }
    result<ivs::signing_key> try_signing_key() const noexcept {
        return detail::made<ivs::signing_key>([&](auto out) { return ::ivs_key_ring_signing_key(get(), out); });
    }
    /// The keys at this moment, ordered by ARN.
    result<std::vector<ring_key>> try_keys() const noexcept {
        struct list : detail::owner<::ivs_key_list, ::ivs_key_list_free> {
            using owner::owner;
        };
        const auto all = detail::made<list>([&](auto out) { return ::ivs_key_ring_list(get(), out); });
        if (!all) return all.error();
        const ::ivs_key_list *const handle = all->get();
        std::vector<ring_key> keys;
        const std::size_t count = ::ivs_key_list_count(handle);
        keys.reserve(count);
        for (std::size_t index = 0; index < count; ++index) {
            auto key = detail::made<verifying_key>([&](auto out) { return ::ivs_key_list_key(handle, index, out); });
            if (!key) return key.error();
            std::vector<std::pair<std::string, std::string>> tags;
            const std::size_t tag_count = ::ivs_key_list_tag_count(handle, index);
            for (std::size_t tag_index = 0; tag_index < tag_count; ++tag_index) {
                ::ivs_str tag{}, value{};
                if (::ivs_key_list_tag_at(handle, index, tag_index, &tag, &value) != IVS_OK) break;
                tags.emplace_back(detail::text(tag), detail::text(value));
            }
            const std::int64_t retired = ::ivs_key_list_retired_at(handle, index);
            keys.push_back({detail::text(::ivs_key_list_arn(handle, index)),
                            detail::optional_text(::ivs_key_list_name(handle, index)), std::move(tags),
                            retired < 0 ? std::nullopt : std::optional<time_point>(detail::time(retired)), std::move(*key)});
        }
        return keys;
    }
    /// The keys that are not retired as a JWK set.
    result<std::string> try_to_jwks() const noexcept {
        return detail::written<4096>(
            [&](char *buffer, std::size_t *len) { return ::ivs_key_ring_to_jwks(get(), buffer, len); });
    }
    std::size_t size() const noexcept { return ::ivs_key_ring_count(get()); }

#if IVS_TOKEN_EXCEPTIONS
    explicit key_ring(std::size_t limit = 0) : key_ring(try_create(limit).value()) {}
    static key_ring playback(std::size_t limit = 0) { return try_create_playback(limit).value(); }

    /// A key that the ring already holds stays as it is.
    key_ring &import_key(std::string_view arn, const verifying_key &key) & {
        return try_import_key(arn, key).value(), *this;
    }
    key_ring import_key(std::string_view arn, const verifying_key &key) && { return std::move(this->import_key(arn, key)); }
    key_ring &import_key(std::string_view arn, const verifying_key &key, std::string_view name) & {
        return try_import_key(arn, key, name).value(), *this;
    }
    key_ring import_key(std::string_view arn, const verifying_key &key, std::string_view name) && {
        return std::move(this->import_key(arn, key, name));
    }
    /// TagResource
    key_ring &tag(std::string_view arn, std::string_view tag, std::string_view value) & {
        return try_tag(arn, tag, value).value(), *this;
    }
    key_ring tag(std::string_view arn, std::string_view tag, std::string_view value) && {
        return std::move(this->tag(arn, tag, value));
    }
    /// UntagResource
    key_ring &untag(std::string_view arn, std::string_view tag) & { return try_untag(arn, tag).value(), *this; }
    key_ring untag(std::string_view arn, std::string_view tag) && { return std::move(this->untag(arn, tag)); }
    /// Imports many keys in one change: a JWK set, or what `aws ivs-realtime get-public-key` prints.
    key_ring &load(std::string_view json) & { return try_load(json).value(), *this; }
    key_ring load(std::string_view json) && { return std::move(this->load(json)); }
    /// Replaces all keys with these, in one change.
    key_ring &replace(std::string_view json) & { return try_replace(json).value(), *this; }
    key_ring replace(std::string_view json) && { return std::move(this->replace(json)); }
    /// Deletes a key: all tokens that it signed are refused.
    key_ring &delete_key(std::string_view arn) & { return try_delete_key(arn).value(), *this; }
    key_ring delete_key(std::string_view arn) && { return std::move(this->delete_key(arn)); }
    /// Retires a key at this time; by default at once.
    key_ring &retire(std::string_view arn, moment at = {}) & {
        return try_retire(arn, at).value(), *this;
    }
    key_ring retire(std::string_view arn, moment at = {}) && { return std::move(this->retire(arn, at)); }
    key_ring &reinstate(std::string_view arn) & { return try_reinstate(arn).value(), *this; }
    key_ring reinstate(std::string_view arn) && { return std::move(this->reinstate(arn)); }
    std::size_t delete_retired(moment now = {}) { return try_delete_retired(now).value(); }
    /// Makes this the signing key, and retires the previous one at `old_until`.
    key_ring &rotate(std::string_view arn, const ivs::signing_key &key, moment old_until) & {
        return try_rotate(arn, key, old_until).value(), *this;
    }
    key_ring rotate(std::string_view arn, const ivs::signing_key &key, moment old_until) && {
        return std::move(this->rotate(arn, key, old_until));
    }
    /// Keeps at most `limit` keys prepared; 64 by default, 0 for none.
    key_ring &prepared_limit(std::size_t limit) & { return try_prepared_limit(limit).value(), *this; }
    key_ring prepared_limit(std::size_t limit) && { return std::move(this->prepared_limit(limit)); }
    /// Makes this the signing key. The previous one still verifies, without an end.
    key_ring &sign_with(std::string_view arn, const ivs::signing_key &key) & { return try_sign_with(arn, key).value(), *this; }
    key_ring sign_with(std::string_view arn, const ivs::signing_key &key) && {
        return std::move(this->sign_with(arn, key));
    }
    /// Leaves the ring without a signing key.
    key_ring &stop_signing() & { return try_stop_signing().value(), *this; }
    key_ring stop_signing() && { return std::move(this->stop_signing()); }
    /// The key of this ARN.
    verifying_key key(std::string_view arn) const { return try_key(arn).value(); }
    ivs::signing_key signing_key() const { return try_signing_key().value(); }
    std::vector<ring_key> keys() const { return try_keys().value(); }
    std::string to_jwks() const { return try_to_jwks().value(); }
#endif
};

/// What was revoked, and which single-use tokens are spent, in the memory of this process. Any number of threads may use and
/// change one at once.
class revocations : public detail::owner<::ivs_revocations, ::ivs_revocations_free> {
public:
    using owner::owner;

    static result<revocations> try_create() noexcept { return detail::made<revocations>(::ivs_revocations_new); }

    result<void> try_disconnect_participant(std::string_view stage_arn, std::string_view participant_id,
                                            optional_text reason = {}) noexcept {
        return detail::done(::ivs_revocations_disconnect_participant(get(), stage_arn.data(), stage_arn.size(),
                                                                     participant_id.data(), participant_id.size(),
                                                                     reason.data(), reason.size()));
    }
    result<void> try_delete_stage(std::string_view stage_arn) noexcept {
        return detail::done(::ivs_revocations_delete_stage(get(), stage_arn.data(), stage_arn.size()));
    }
    result<void> try_revoke_connection_token(std::string_view token_id) noexcept {
        return detail::done(::ivs_revocations_revoke_connection_token(get(), token_id.data(), token_id.size()));
    }
    result<void> try_revoke_viewer_sessions(std::string_view channel_arn, std::string_view viewer_id,
                                            std::int64_t up_to) noexcept {
        return detail::done(::ivs_revocations_revoke_viewer_sessions(get(), channel_arn.data(), channel_arn.size(),
                                                                     viewer_id.data(), viewer_id.size(), up_to));
    }
    /// How many revocations and spent tokens are in memory.
    std::size_t size() const noexcept { return ::ivs_revocations_count(get()); }

#if IVS_TOKEN_EXCEPTIONS
    revocations() : revocations(try_create().value()) {}

    /// DisconnectParticipant
    revocations &disconnect_participant(std::string_view stage_arn, std::string_view participant_id,
                                        optional_text reason = {}) & {
        return try_disconnect_participant(stage_arn, participant_id, reason).value(), *this;
    }
    revocations disconnect_participant(std::string_view stage_arn, std::string_view participant_id,
                                        optional_text reason = {}) && {
        return std::move(this->disconnect_participant(stage_arn, participant_id, reason));
    }
    /// DeleteStage
    revocations &delete_stage(std::string_view stage_arn) & { return try_delete_stage(stage_arn).value(), *this; }
    revocations delete_stage(std::string_view stage_arn) && { return std::move(this->delete_stage(stage_arn)); }
    /// RevokeConnectionToken
    revocations &revoke_connection_token(std::string_view token_id) & {
        return try_revoke_connection_token(token_id).value(), *this;
    }
    revocations revoke_connection_token(std::string_view token_id) && {
        return std::move(this->revoke_connection_token(token_id));
    }
    /// StartViewerSessionRevocation: all whose session version is at most `up_to`.
    revocations &revoke_viewer_sessions(std::string_view channel_arn, std::string_view viewer_id, std::int64_t up_to) & {
        return try_revoke_viewer_sessions(channel_arn, viewer_id, up_to).value(), *this;
    }
    revocations revoke_viewer_sessions(std::string_view channel_arn, std::string_view viewer_id, std::int64_t up_to) && {
        return std::move(this->revoke_viewer_sessions(channel_arn, viewer_id, up_to));
    }
#endif
};

/// A playback token about to be minted. It lets its holder start to watch one private low-latency channel. Rules about several
/// values are checked when it is minted. For one thread at a time.
class playback : public detail::owner<::ivs_playback, ::ivs_playback_free> {
public:
    using owner::owner;

    /// By default it lasts 10 minutes and is for any origin.
    static result<playback> try_create(std::string_view channel_arn) noexcept {
        return detail::made<playback>(
            [&](auto out) { return ::ivs_playback_new(channel_arn.data(), channel_arn.size(), out); });
    }

    result<void> try_duration(std::chrono::seconds duration) noexcept {
        return detail::done(::ivs_playback_set_duration(get(), detail::unsigned_seconds(duration)));
    }
    result<void> try_origin(std::string_view origin) noexcept {
        return detail::done(::ivs_playback_add_origin(get(), origin.data(), origin.size()));
    }
    result<void> try_strict_origin_enforcement(bool is_strict) noexcept {
        return detail::done(::ivs_playback_set_strict_origin_enforcement(get(), is_strict));
    }
    result<void> try_single_use() noexcept { return detail::done(::ivs_playback_set_single_use(get())); }
    result<void> try_single_use(std::string_view uuid) noexcept {
        return detail::done(::ivs_playback_set_single_use_uuid(get(), uuid.data(), uuid.size()));
    }
    result<void> try_viewer_id(std::string_view viewer_id) noexcept {
        return detail::done(::ivs_playback_set_viewer_id(get(), viewer_id.data(), viewer_id.size()));
    }
    result<void> try_viewer_session_version(std::int64_t version) noexcept {
        return detail::done(::ivs_playback_set_viewer_session_version(get(), version));
    }
    result<void> try_maximum_resolution(std::string_view resolution) noexcept {
        return detail::done(::ivs_playback_set_maximum_resolution(get(), resolution.data(), resolution.size()));
    }
    result<std::string> try_mint(const signing_key &key) const noexcept {
        return detail::written<2048>(
            [&](char *buffer, std::size_t *len) { return ::ivs_playback_mint(get(), key.get(), buffer, len); });
    }
    result<token> try_mint_token(const signing_key &key, moment now = {}) const noexcept {
        return detail::made<token>(
            [&](auto out) { return ::ivs_playback_mint_token(get(), key.get(), now.seconds(), out); });
    }

    /// Prepares the token for a signature that is made elsewhere.
    result<unsigned_token> try_prepare(moment now = {}) const noexcept {
        return detail::made<unsigned_token>(
            [&](auto out) { return ::ivs_playback_unsigned(get(), now.seconds(), out); });
    }

#if IVS_TOKEN_EXCEPTIONS
    playback(std::nullptr_t) = delete;
    explicit playback(std::string_view channel_arn) : playback(try_create(channel_arn).value()) {}

    /// How long the token can start playback; at most 10 minutes with a viewer ID or for a single use.
    playback &duration(std::chrono::seconds duration) & { return try_duration(duration).value(), *this; }
    playback duration(std::chrono::seconds duration) && { return std::move(this->duration(duration)); }
    /// Adds one, such as `https://*.example.com`.
    playback &origin(std::string_view origin) & { return try_origin(origin).value(), *this; }
    playback origin(std::string_view origin) && { return std::move(this->origin(origin)); }
    playback &strict_origin_enforcement(bool is_strict) & {
        return try_strict_origin_enforcement(is_strict).value(), *this;
    }
    playback strict_origin_enforcement(bool is_strict) && { return std::move(this->strict_origin_enforcement(is_strict)); }
    /// Makes a single-use token, under a fresh random UUID.
    playback &single_use() & { return try_single_use().value(), *this; }
    playback single_use() && { return std::move(this->single_use()); }
    /// Makes a single-use token, under this UUID.
    playback &single_use(std::string_view uuid) & { return try_single_use(uuid).value(), *this; }
    playback single_use(std::string_view uuid) && { return std::move(this->single_use(uuid)); }
    /// 1 to 40 characters; needed to revoke the viewer's sessions.
    playback &viewer_id(std::string_view viewer_id) & { return try_viewer_id(viewer_id).value(), *this; }
    playback viewer_id(std::string_view viewer_id) && { return std::move(this->viewer_id(viewer_id)); }
    playback &viewer_session_version(std::int64_t version) & {
        return try_viewer_session_version(version).value(), *this;
    }
    playback viewer_session_version(std::int64_t version) && { return std::move(this->viewer_session_version(version)); }
    /// `SD`, `HD` or `FULL_HD`.
    playback &maximum_resolution(std::string_view resolution) & {
        return try_maximum_resolution(resolution).value(), *this;
    }
    playback maximum_resolution(std::string_view resolution) && { return std::move(this->maximum_resolution(resolution)); }
    std::string mint(const signing_key &key) const { return try_mint(key).value(); }
    unsigned_token prepare(moment now = {}) const { return try_prepare(now).value(); }
    token mint_token(const signing_key &key, moment now = {}) const {
        return try_mint_token(key, now).value();
    }
#endif
};

/// The URL to play: `base`, which is the `playbackUrl` that GetChannel returns, with the token in it.
inline result<std::string> try_playback_url(std::string_view base, std::string_view token) noexcept {
    return detail::written<4096>([&](char *buffer, std::size_t *len) {
        return ::ivs_playback_url(base.data(), base.size(), token.data(), token.size(), buffer, len);
    });
}

#if IVS_TOKEN_EXCEPTIONS
inline std::string playback_url(std::string_view base, std::string_view token) {
    return try_playback_url(base, token).value();
}
#endif

/// A playback token whose signature, rules and time were checked.
class verified_playback : public detail::owner<::ivs_verified_playback, ::ivs_verified_playback_free> {
public:
    using owner::owner;

    std::string channel_arn() const noexcept { return detail::text(::ivs_verified_playback_channel_arn(get())); }
    /// Empty when the verifier holds the key without an ARN.
    std::string kid() const noexcept { return detail::text(::ivs_verified_playback_kid(get())); }
    std::optional<std::string> viewer_id() const noexcept {
        return detail::optional_text(::ivs_verified_playback_viewer_id(get()));
    }
    std::int64_t viewer_session_version() const noexcept {
        return ::ivs_verified_playback_viewer_session_version(get());
    }
    std::optional<std::string> single_use_uuid() const noexcept {
        return detail::optional_text(::ivs_verified_playback_single_use_uuid(get()));
    }
    std::optional<std::string> maximum_resolution() const noexcept {
        return detail::optional_text(::ivs_verified_playback_maximum_resolution(get()));
    }
    std::vector<std::string> origins() const noexcept {
        std::vector<std::string> all;
        const std::size_t count = ::ivs_verified_playback_origin_count(get());
        for (std::size_t index = 0; index < count; ++index) {
            all.push_back(detail::text(::ivs_verified_playback_origin_at(get(), index)));
        }
        return all;
    }
    bool strict_origin_enforcement() const noexcept {
        return ::ivs_verified_playback_strict_origin_enforcement(get());
    }
    /// Whether a request with this header `Origin`, or without one, may be answered.
    bool allows_origin(optional_text origin) const noexcept {
        return ::ivs_verified_playback_allows_origin(get(), origin.data(), origin.size());
    }
    /// Playback tokens need not have it.
    std::optional<time_point> issued_at() const noexcept {
        const std::int64_t at = ::ivs_verified_playback_issued_at(get());
        return at < 0 ? std::nullopt : std::optional<time_point>(detail::time(at));
    }
    time_point expires_at() const noexcept { return detail::time(::ivs_verified_playback_expires_at(get())); }
    result<std::string> try_to_json() const noexcept {
        return detail::written<2048>(
            [&](char *buffer, std::size_t *len) { return ::ivs_verified_playback_to_json(get(), buffer, len); });
    }

#if IVS_TOKEN_EXCEPTIONS
    std::string to_json() const { return try_to_json().value(); }
#endif
};

/// What is expected of one token, in addition to what the verifier expects of all. Give at least one of the three; none is
/// IVS_NULL_ARGUMENT.
struct expectations {
    std::optional<std::string> stage_arn = {};
    capability capabilities = capability::none;
    std::optional<std::string> user_id = {};
};

/// Decides whether tokens are valid. Build it once, and share it among any number of threads.
class verifier : public detail::owner<::ivs_verifier, ::ivs_verifier_free> {
public:
    using owner::owner;
    class builder;

    result<verified> try_verify(std::string_view token) const noexcept {
        return detail::made<verified>(
            [&](auto out) { return ::ivs_verifier_verify(get(), token.data(), token.size(), out); });
    }

    result<verified> try_verify(std::string_view token, const expectations &expected) const noexcept {
        const optional_text stage(expected.stage_arn), user(expected.user_id);
        const auto capabilities = static_cast<std::uint32_t>(expected.capabilities);
        return detail::made<verified>([&](auto out) {
            return ::ivs_verifier_verify_expecting(get(), token.data(), token.size(), stage.data(), stage.size(),
                                                   capabilities, user.data(), user.size(), out);
        });
    }

    /// Verifies many at the same moment, in order. If one is refused, the others are still verified. `tokens` is a range of
    /// texts: std::string, std::string_view or const char *.
    template <class Tokens>
    result<std::vector<result<verified>>> try_verify_batch(const Tokens &tokens) const noexcept {
        struct list : detail::owner<::ivs_verified_list, ::ivs_verified_list_free> {
            using owner::owner;
        };
        std::vector<::ivs_str> texts;
        for (const auto &token : tokens) {
            const std::string_view text(token);
            texts.push_back({text.data(), text.size()});
        }
        const auto verdicts = detail::made<list>(
            [&](auto out) { return ::ivs_verifier_verify_batch(get(), texts.data(), texts.size(), out); });
        if (!verdicts) return verdicts.error();
        std::vector<result<verified>> all;
        all.reserve(texts.size());
        for (std::size_t index = 0; index < texts.size(); ++index) {
            all.push_back(detail::made<verified>(
                [&](auto out) { return ::ivs_verified_list_get(verdicts->get(), index, out); }));
        }
        return all;
    }
    result<std::vector<result<verified>>> try_verify_batch(std::initializer_list<std::string_view> tokens) const noexcept {
        return try_verify_batch<std::initializer_list<std::string_view>>(tokens);
    }

    /// A playback token of this channel, or of any; `origin` is the header of the request, if it has one.
    result<verified_playback> try_verify_playback(std::string_view token,
                                                  optional_text channel_arn = {},
                                                  optional_text origin = {}) const noexcept {
        return detail::made<verified_playback>([&](auto out) {
            return ::ivs_verifier_verify_playback(get(), token.data(), token.size(), channel_arn.data(), channel_arn.size(),
                                                  origin.data(), origin.size(), out);
        });
    }

    /// Verifies a token, and begins a token in exchange for it.
    result<exchange> try_exchange_of(std::string_view token) const noexcept {
        return detail::made<exchange>(
            [&](auto out) { return ::ivs_verifier_exchange(get(), token.data(), token.size(), out); });
    }

    result<verified_connection> try_verify_connection(std::string_view token) const noexcept {
        return detail::made<verified_connection>(
            [&](auto out) { return ::ivs_verifier_verify_connection(get(), token.data(), token.size(), out); });
    }

#if IVS_TOKEN_EXCEPTIONS
    verified verify(std::string_view token) const { return try_verify(token).value(); }
    verified verify(std::string_view token, const expectations &expected) const {
        return try_verify(token, expected).value();
    }
    template <class Tokens>
    std::vector<result<verified>> verify_batch(const Tokens &tokens) const {
        return try_verify_batch(tokens).value();
    }
    std::vector<result<verified>> verify_batch(std::initializer_list<std::string_view> tokens) const {
        return try_verify_batch(tokens).value();
    }
    verified_playback verify_playback(std::string_view token, optional_text channel_arn = {},
                                      optional_text origin = {}) const {
        return try_verify_playback(token, channel_arn, origin).value();
    }
    exchange exchange_of(std::string_view token) const { return try_exchange_of(token).value(); }
    verified_connection verify_connection(std::string_view token) const {
        return try_verify_connection(token).value();
    }
#endif
};

/// A verifier about to be built. For one thread at a time.
class verifier::builder : public detail::owner<::ivs_verifier_builder, ::ivs_verifier_builder_free> {
public:
    using owner::owner;

    static result<builder> try_create() noexcept { return detail::made<builder>(::ivs_verifier_builder_new); }

    result<void> try_key(std::string_view kid, const verifying_key &key) noexcept {
        return detail::done(::ivs_verifier_builder_add_key(get(), kid.data(), kid.size(), key.get()));
    }
    result<void> try_playback_key(std::string_view arn, const verifying_key &key) noexcept {
        return detail::done(::ivs_verifier_builder_add_playback_key(get(), arn.data(), arn.size(), key.get()));
    }
    result<void> try_playback_key_without_arn(std::string_view channel, const verifying_key &key) noexcept {
        return detail::done(
            ::ivs_verifier_builder_add_playback_key_without_arn(get(), channel.data(), channel.size(), key.get()));
    }
    result<void> try_keys(const key_ring &ring) noexcept {
        return detail::done(::ivs_verifier_builder_set_key_ring(get(), ring.get()));
    }
    result<void> try_revocations(const ivs::revocations &store) noexcept {
        return detail::done(::ivs_verifier_builder_set_revocations(get(), store.get()));
    }
    result<void> try_cache(std::size_t capacity) noexcept {
        return detail::done(::ivs_verifier_builder_set_cache(get(), capacity));
    }
    result<void> try_prepared_limit(std::size_t limit) noexcept {
        return detail::done(::ivs_verifier_builder_set_prepared_limit(get(), limit));
    }
    result<void> try_stage(std::string_view arn) noexcept {
        return detail::done(::ivs_verifier_builder_set_stage(get(), arn.data(), arn.size()));
    }
    result<void> try_require(capability capabilities) noexcept {
        const auto flags = static_cast<std::uint32_t>(capabilities);
        return detail::done(::ivs_verifier_builder_require_capabilities(get(), flags));
    }
    result<void> try_user_id(std::string_view user_id) noexcept {
        return detail::done(::ivs_verifier_builder_set_user_id(get(), user_id.data(), user_id.size()));
    }
    result<void> try_issued_at_leeway(std::chrono::seconds leeway) noexcept {
        return detail::done(::ivs_verifier_builder_set_issued_at_leeway(get(), detail::unsigned_seconds(leeway)));
    }
    result<void> try_expiry_leeway(std::chrono::seconds leeway) noexcept {
        return detail::done(::ivs_verifier_builder_set_expiry_leeway(get(), detail::unsigned_seconds(leeway)));
    }
    /// Stops the clock, for tests: tokens no longer expire.
    result<void> try_fixed_time(time_point at) noexcept {
        return detail::done(::ivs_verifier_builder_set_fixed_time(get(), moment(at).seconds()));
    }
    result<verifier> try_build() const noexcept {
        return detail::made<verifier>([&](auto out) { return ::ivs_verifier_builder_build(get(), out); });
    }

#if IVS_TOKEN_EXCEPTIONS
    builder() : builder(try_create().value()) {}

    /// Adds a public key under its ARN, which tokens name as `kid`. At least one is needed.
    builder &key(std::string_view kid, const verifying_key &key) & { return try_key(kid, key).value(), *this; }
    builder key(std::string_view kid, const verifying_key &key) && { return std::move(this->key(kid, key)); }
    /// Adds the public half of a playback key pair.
    builder &playback_key(std::string_view arn, const verifying_key &key) & {
        return try_playback_key(arn, key).value(), *this;
    }
    builder playback_key(std::string_view arn, const verifying_key &key) && {
        return std::move(this->playback_key(arn, key));
    }
    /// Adds the public half of a playback key pair without its ARN, for all channels in the account and region of this channel.
    /// Give `verify_playback` the channel that the token must be for.
    builder &playback_key_without_arn(std::string_view channel, const verifying_key &key) & {
        return try_playback_key_without_arn(channel, key).value(), *this;
    }
    builder playback_key_without_arn(std::string_view channel, const verifying_key &key) && {
        return std::move(this->playback_key_without_arn(channel, key));
    }
    /// Uses the keys of a ring instead of single keys of its kind, and follows its changes.
    builder &keys(const key_ring &ring) & { return try_keys(ring).value(), *this; }
    builder keys(const key_ring &ring) && { return std::move(this->keys(ring)); }
    /// Refuses tokens that were revoked or spent.
    builder &revocations(const ivs::revocations &store) & { return try_revocations(store).value(), *this; }
    builder revocations(const ivs::revocations &store) && { return std::move(this->revocations(store)); }
    /// Remembers `capacity` tokens that were accepted, so that verifying one again costs no signature.
    builder &cache(std::size_t capacity) & { return try_cache(capacity).value(), *this; }
    builder cache(std::size_t capacity) && { return std::move(this->cache(capacity)); }
    /// Prepares at most `limit` of the single keys of each kind; 64 by default, 0 for none.
    builder &prepared_limit(std::size_t limit) & { return try_prepared_limit(limit).value(), *this; }
    builder prepared_limit(std::size_t limit) && { return std::move(this->prepared_limit(limit)); }
    /// Accepts only tokens for the stage of this ARN.
    builder &stage(std::string_view arn) & { return try_stage(arn).value(), *this; }
    builder stage(std::string_view arn) && { return std::move(this->stage(arn)); }
    /// Accepts only tokens that grant all of these.
    builder &require(capability capabilities) & { return try_require(capabilities).value(), *this; }
    builder require(capability capabilities) && { return std::move(this->require(capabilities)); }
    /// Accepts only tokens of this user.
    builder &user_id(std::string_view user_id) & { return try_user_id(user_id).value(), *this; }
    builder user_id(std::string_view user_id) && { return std::move(this->user_id(user_id)); }
    /// How far in the future `iat` may lie; 60 seconds by default.
    builder &issued_at_leeway(std::chrono::seconds leeway) & { return try_issued_at_leeway(leeway).value(), *this; }
    builder issued_at_leeway(std::chrono::seconds leeway) && { return std::move(this->issued_at_leeway(leeway)); }
    /// How long after its expiry a token is still accepted; 0 seconds by default.
    builder &expiry_leeway(std::chrono::seconds leeway) & { return try_expiry_leeway(leeway).value(), *this; }
    builder expiry_leeway(std::chrono::seconds leeway) && { return std::move(this->expiry_leeway(leeway)); }
    builder &fixed_time(time_point at) & { return try_fixed_time(at).value(), *this; }
    builder fixed_time(time_point at) && { return std::move(this->fixed_time(at)); }
    verifier build() const { return try_build().value(); }
#endif
};

/// What a text looks like, in words. Nothing in it is verified.
class inspection : public detail::owner<::ivs_inspection, ::ivs_inspection_free> {
public:
    using owner::owner;

    /// The inspection in words, over many lines.
    std::string text() const noexcept { return detail::text(::ivs_inspection_text(get())); }
    std::string json() const noexcept { return detail::text(::ivs_inspection_json(get())); }

    /// What is wrong, a sentence each. Empty if every rule holds that can be checked without a key.
    std::vector<std::string> problems() const noexcept {
        std::vector<std::string> all;
        const std::size_t count = ::ivs_inspection_problem_count(get());
        for (std::size_t index = 0; index < count; ++index) {
            all.push_back(detail::text(::ivs_inspection_problem_at(get(), index)));
        }
        return all;
    }
};

/// Inspects a token without trusting it. Any text is allowed; `now` is the present moment by default.
inline result<inspection> try_inspect(std::string_view token, moment now = {}) noexcept {
    return detail::made<inspection>(
        [&](auto out) { return ::ivs_inspect(token.data(), token.size(), now.seconds(), out); });
}

#if IVS_TOKEN_EXCEPTIONS
inline inspection inspect(std::string_view token, moment now = {}) {
    return try_inspect(token, now).value();
}
#endif

/// Mints a token in one call, from a request in JSON, and answers it as JSON; see ivs_mint_json. `key` is the private key: PEM,
/// DER or JWK.
inline result<std::string> try_mint_json(std::string_view key, std::string_view request) noexcept {
    return detail::written<IVS_JSON_MAX>([&](char *buffer, std::size_t *len) {
        const auto *bytes = reinterpret_cast<const std::uint8_t *>(key.data());
        return ::ivs_mint_json(bytes, key.size(), request.data(), request.size(), buffer, len, nullptr);
    });
}

/// Verifies a token in one call, from a request in JSON, and answers what it says as JSON; see ivs_verify_json. `keys` is a public
/// key, or a set of them.
inline result<std::string> try_verify_json(std::string_view keys, std::string_view request) noexcept {
    return detail::written<IVS_JSON_MAX>([&](char *buffer, std::size_t *len) {
        const auto *bytes = reinterpret_cast<const std::uint8_t *>(keys.data());
        return ::ivs_verify_json(bytes, keys.size(), request.data(), request.size(), buffer, len, nullptr);
    });
}

#if IVS_TOKEN_EXCEPTIONS
inline std::string mint_json(std::string_view key, std::string_view request) { return try_mint_json(key, request).value(); }
inline std::string verify_json(std::string_view keys, std::string_view request) {
    return try_verify_json(keys, request).value();
}
#endif

}  // namespace ivs

#endif  // IVS_TOKEN_HPP
