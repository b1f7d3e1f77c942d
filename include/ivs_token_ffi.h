/*
 * ivs_token_ffi.h: what ivs_token.h declares, without a preprocessor, macros and attributes, for foreign function interfaces that
 * read C: PHP's FFI::cdef, cffi, LuaJIT's ffi.cdef. What each function does stands in ivs_token.h. IVS_NOW, which fits into no enum,
 * is -9223372036854775808.
 */

enum ivs_constant {
  IVS_TOKEN_VERSION_MAJOR = 0,
  IVS_TOKEN_VERSION_MINOR = 1,
  IVS_TOKEN_VERSION_PATCH = 0,
  IVS_ABI_VERSION = 1,
  IVS_TOKEN_MAX = 16385,
  IVS_CAPABILITY_PUBLISH = 1,
  IVS_CAPABILITY_SUBSCRIBE = 2,
  IVS_JSON_MAX = 65536,
};

enum ivs_status
 {
  IVS_OK = 0,
  IVS_INTERNAL = 1,
  IVS_NULL_ARGUMENT = 2,
  IVS_INVALID_UTF8 = 3,
  IVS_BUFFER_TOO_SMALL = 4,
  IVS_INPUT_TOO_LONG = 5,
  IVS_OUT_OF_RANGE = 6,
  IVS_IO = 7,
  IVS_NUL_IN_TEXT = 8,
  IVS_INVALID_REQUEST = 9,
  IVS_KEY_INVALID = 100,
  IVS_KEY_WRONG_CURVE = 101,
  IVS_KEY_PUBLIC_GIVEN = 102,
  IVS_KEY_PRIVATE_GIVEN = 103,
  IVS_KEY_PASSPHRASE_MISSING = 104,
  IVS_KEY_PASSPHRASE_WRONG = 105,
  IVS_KEY_ENCRYPTION_UNSUPPORTED = 106,
  IVS_INVALID_ARN = 200,
  IVS_INVALID_ENDPOINT = 201,
  IVS_INVALID_STAGE = 202,
  IVS_INVALID_PARTICIPANT_ID = 203,
  IVS_INVALID_TOKEN_ID = 204,
  IVS_INVALID_USER_ID = 205,
  IVS_INVALID_ATTRIBUTES = 206,
  IVS_INVALID_CAPABILITY = 207,
  IVS_INVALID_DURATION = 208,
  IVS_INVALID_VERSION = 209,
  IVS_INVALID_VIEWER_ID = 210,
  IVS_INVALID_REASON = 211,
  IVS_INVALID_ORIGINS = 212,
  IVS_INVALID_UUID = 213,
  IVS_INVALID_SESSION_VERSION = 214,
  IVS_INVALID_MAXIMUM_RESOLUTION = 215,
  IVS_INVALID_PLAYBACK_URL = 216,
  IVS_NO_KEY_ID = 300,
  IVS_FOREIGN_KEY = 301,
  IVS_INVALID_KEY_ACCOUNT = 302,
  IVS_CLOCK_TOO_LATE = 303,
  IVS_TOKEN_TOO_LONG = 304,
  IVS_NO_RANDOMNESS = 305,
  IVS_SIGNING_FAILED = 306,
  IVS_INVALID_EXCHANGE = 307,
  IVS_OLD_TOKEN_ENDED = 308,
  IVS_MALFORMED_SIGNATURE = 309,
  IVS_WRONG_SIGNATURE = 310,
  IVS_TOKEN_MISSING = 400,
  IVS_TOKEN_INVALID = 401,
  IVS_TOKEN_INVALID_SIGNATURE = 402,
  IVS_TOKEN_EXPIRED = 403,
  IVS_TOKEN_NOT_YET_VALID = 404,
  IVS_TOKEN_ISSUED_BY_API = 405,
  IVS_UNKNOWN_KEY = 406,
  IVS_WRONG_STAGE = 407,
  IVS_WRONG_USER = 408,
  IVS_INSUFFICIENT_CAPABILITIES = 409,
  IVS_PARTICIPANT_DISCONNECTED = 410,
  IVS_STAGE_DELETED = 411,
  IVS_CONNECTION_TOKEN_REVOKED = 412,
  IVS_VIEWER_SESSION_REVOKED = 413,
  IVS_TOKEN_ALREADY_USED = 414,
  IVS_REVOCATION_UNKNOWN = 415,
  IVS_WRONG_CHANNEL = 416,
  IVS_ORIGIN_NOT_ALLOWED = 417,
  IVS_RETIRED_KEY = 418,
  IVS_NO_KEYS = 500,
  IVS_AMBIGUOUS_KEY = 501,
  IVS_KEY_NOT_FOUND = 502,
  IVS_KEY_RING_FULL = 503,
  IVS_KEY_SIGNS = 504,
  IVS_KEY_RETIRED = 505,
  IVS_SIGNING_KEY_MISMATCH = 506,
  IVS_INVALID_KEY_SET = 507,
  IVS_KEYS_AND_RING = 508,
  IVS_LEEWAY_TOO_LONG = 509,
  IVS_INVALID_KEY_NAME = 510,
  IVS_INVALID_TAG = 511,
};
typedef uint32_t ivs_status;
typedef struct ivs_connection ivs_connection;
typedef struct ivs_exchange ivs_exchange;
typedef struct ivs_inspection ivs_inspection;
typedef struct ivs_key_list ivs_key_list;
typedef struct ivs_key_ring ivs_key_ring;
typedef struct ivs_participant ivs_participant;
typedef struct ivs_playback ivs_playback;
typedef struct ivs_revocations ivs_revocations;
typedef struct ivs_signing_key ivs_signing_key;
typedef struct ivs_stage ivs_stage;
typedef struct ivs_token ivs_token;
typedef struct ivs_token_list ivs_token_list;
typedef struct ivs_unsigned ivs_unsigned;
typedef struct ivs_verified ivs_verified;
typedef struct ivs_verified_connection ivs_verified_connection;
typedef struct ivs_verified_list ivs_verified_list;
typedef struct ivs_verified_playback ivs_verified_playback;
typedef struct ivs_verifier ivs_verifier;
typedef struct ivs_verifier_builder ivs_verifier_builder;
typedef struct ivs_verifying_key ivs_verifying_key;
typedef struct ivs_error {
  ivs_status status;
  char reason[60];
  char message[960];
} ivs_error;
typedef struct ivs_str {
  const char *data;
  size_t len;
} ivs_str;
ivs_status ivs_last_error_status(void);
const char *ivs_last_error_message(void);
const char *ivs_last_error_reason(void);
void ivs_last_error_get(struct ivs_error *error);
const char *ivs_status_name(uint32_t status);
const char *ivs_status_text(uint32_t status);
const char *ivs_version(void);
uint32_t ivs_abi_version(void);
void ivs_zeroize(void *data,
                 size_t len);
ivs_status ivs_signing_key_from_pem(const char *pem,
                                    size_t pem_len,
                                    const char *kid,
                                    size_t kid_len,
                                    struct ivs_signing_key **out);
ivs_status ivs_signing_key_from_bytes(const uint8_t *data,
                                      size_t len,
                                      const char *passphrase,
                                      size_t passphrase_len,
                                      const char *kid,
                                      size_t kid_len,
                                      struct ivs_signing_key **out);
ivs_status ivs_signing_key_from_file(const char *path,
                                     size_t path_len,
                                     const char *passphrase,
                                     size_t passphrase_len,
                                     const char *kid,
                                     size_t kid_len,
                                     struct ivs_signing_key **out);
ivs_status ivs_signing_key_generate(const char *kid,
                                    size_t kid_len,
                                    struct ivs_signing_key **out);
ivs_status ivs_signing_key_with_kid(const struct ivs_signing_key *key,
                                    const char *kid,
                                    size_t kid_len,
                                    struct ivs_signing_key **out);
struct ivs_str ivs_signing_key_kid(const struct ivs_signing_key *key);
ivs_status ivs_signing_key_verifying_key(const struct ivs_signing_key *key,
                                         struct ivs_verifying_key **out);
ivs_status ivs_signing_key_accelerate(const struct ivs_signing_key *key);
bool ivs_signing_key_is_accelerated(const struct ivs_signing_key *key);
ivs_status ivs_signing_key_to_pem(const struct ivs_signing_key *key,
                                  char *buffer,
                                  size_t *len);
ivs_status ivs_signing_key_to_der(const struct ivs_signing_key *key,
                                  uint8_t *buffer,
                                  size_t *len);
void ivs_signing_key_free(struct ivs_signing_key *key);
ivs_status ivs_verifying_key_from_bytes(const uint8_t *data,
                                        size_t len,
                                        struct ivs_verifying_key **out);
ivs_status ivs_verifying_key_from_pem(const char *pem,
                                      size_t pem_len,
                                      struct ivs_verifying_key **out);
ivs_status ivs_verifying_key_from_file(const char *path,
                                       size_t path_len,
                                       struct ivs_verifying_key **out);
ivs_status ivs_verifying_key_to_pem(const struct ivs_verifying_key *key,
                                    char *buffer,
                                    size_t *len);
ivs_status ivs_verifying_key_to_der(const struct ivs_verifying_key *key,
                                    uint8_t *buffer,
                                    size_t *len);
ivs_status ivs_verifying_key_to_jwk(const struct ivs_verifying_key *key,
                                    char *buffer,
                                    size_t *len);
ivs_status ivs_verifying_key_thumbprint(const struct ivs_verifying_key *key,
                                        char *buffer,
                                        size_t *len);
void ivs_verifying_key_free(struct ivs_verifying_key *key);
ivs_status ivs_stage_new(const char *arn,
                         size_t arn_len,
                         const char *whip_url,
                         size_t whip_url_len,
                         const char *events_url,
                         size_t events_url_len,
                         struct ivs_stage **out);
ivs_status ivs_stage_from_json(const char *json, size_t json_len, struct ivs_stage **out);
struct ivs_str ivs_stage_arn(const struct ivs_stage *stage);
struct ivs_str ivs_stage_whip_url(const struct ivs_stage *stage);
struct ivs_str ivs_stage_events_url(const struct ivs_stage *stage);
void ivs_stage_free(struct ivs_stage *stage);
ivs_status ivs_participant_new(const struct ivs_stage *stage, struct ivs_participant **out);
ivs_status ivs_participant_set_participant_id(struct ivs_participant *participant,
                                              const char *id,
                                              size_t id_len);
ivs_status ivs_participant_set_user_id(struct ivs_participant *participant,
                                       const char *user_id,
                                       size_t user_id_len);
ivs_status ivs_participant_set_attribute(struct ivs_participant *participant,
                                         const char *name,
                                         size_t name_len,
                                         const char *value,
                                         size_t value_len);
ivs_status ivs_participant_clear_attributes(struct ivs_participant *participant);
ivs_status ivs_participant_set_capabilities(struct ivs_participant *participant,
                                            uint32_t capabilities);
ivs_status ivs_participant_set_duration(struct ivs_participant *participant,
                                        uint64_t seconds);
ivs_status ivs_participant_set_version(struct ivs_participant *participant,
                                       const char *version,
                                       size_t version_len);
ivs_status ivs_participant_mint(const struct ivs_participant *participant,
                                const struct ivs_signing_key *key,
                                char *buffer,
                                size_t *len);
ivs_status ivs_participant_mint_token(const struct ivs_participant *participant,
                                      const struct ivs_signing_key *key,
                                      int64_t now,
                                      struct ivs_token **out);
void ivs_participant_free(struct ivs_participant *participant);
struct ivs_str ivs_token_text(const struct ivs_token *token);
struct ivs_str ivs_token_id(const struct ivs_token *token);
int64_t ivs_token_expires_at(const struct ivs_token *token);
ivs_status ivs_token_to_json(const struct ivs_token *token, char *buffer, size_t *len);
void ivs_token_free(struct ivs_token *token);
ivs_status ivs_participant_unsigned(const struct ivs_participant *participant,
                                    const char *kid,
                                    size_t kid_len,
                                    int64_t now,
                                    struct ivs_unsigned **out);
ivs_status ivs_exchange_unsigned(const struct ivs_exchange *exchange,
                                 const char *kid,
                                 size_t kid_len,
                                 int64_t now,
                                 struct ivs_unsigned **out);
ivs_status ivs_connection_unsigned(const struct ivs_connection *connection,
                                   const char *kid,
                                   size_t kid_len,
                                   int64_t now,
                                   struct ivs_unsigned **out);
ivs_status ivs_playback_unsigned(const struct ivs_playback *playback,
                                 int64_t now,
                                 struct ivs_unsigned **out);
struct ivs_str ivs_unsigned_signing_input(const struct ivs_unsigned *unsigned_token);
ivs_status ivs_unsigned_digest(const struct ivs_unsigned *unsigned_token,
                               uint8_t *buffer,
                               size_t *len);
ivs_status ivs_unsigned_with_signature(const struct ivs_unsigned *unsigned_token,
                                       const uint8_t *signature,
                                       size_t signature_len,
                                       const struct ivs_verifying_key *public_key,
                                       struct ivs_token **out);
void ivs_unsigned_free(struct ivs_unsigned *unsigned_token);
ivs_status ivs_mint_batch(struct ivs_participant *const *participants,
                          size_t count,
                          const struct ivs_signing_key *key,
                          struct ivs_token_list **out);
size_t ivs_token_list_count(const struct ivs_token_list *list);
struct ivs_str ivs_token_list_text(const struct ivs_token_list *list,
                                   size_t index);
struct ivs_str ivs_token_list_participant_id(const struct ivs_token_list *list, size_t index);
ivs_status ivs_token_list_status(const struct ivs_token_list *list, size_t index);
void ivs_token_list_free(struct ivs_token_list *list);
ivs_status ivs_verifier_builder_new(struct ivs_verifier_builder **out);
ivs_status ivs_verifier_builder_add_key(struct ivs_verifier_builder *builder,
                                        const char *kid,
                                        size_t kid_len,
                                        const struct ivs_verifying_key *key);
ivs_status ivs_verifier_builder_add_playback_key(struct ivs_verifier_builder *builder,
                                                 const char *arn,
                                                 size_t arn_len,
                                                 const struct ivs_verifying_key *key);
ivs_status ivs_verifier_builder_add_playback_key_without_arn(struct ivs_verifier_builder *builder,
                                                             const char *channel,
                                                             size_t channel_len,
                                                             const struct ivs_verifying_key *key);
ivs_status ivs_verifier_builder_set_key_ring(struct ivs_verifier_builder *builder,
                                             const struct ivs_key_ring *ring);
ivs_status ivs_verifier_builder_set_revocations(struct ivs_verifier_builder *builder,
                                                const struct ivs_revocations *revocations);
ivs_status ivs_verifier_builder_set_cache(struct ivs_verifier_builder *builder,
                                          size_t capacity);
ivs_status ivs_verifier_builder_set_prepared_limit(struct ivs_verifier_builder *builder,
                                                   size_t limit);
ivs_status ivs_verifier_builder_set_stage(struct ivs_verifier_builder *builder,
                                          const char *arn,
                                          size_t arn_len);
ivs_status ivs_verifier_builder_require_capabilities(struct ivs_verifier_builder *builder,
                                                     uint32_t capabilities);
ivs_status ivs_verifier_builder_set_user_id(struct ivs_verifier_builder *builder,
                                            const char *user_id,
                                            size_t user_id_len);
ivs_status ivs_verifier_builder_set_issued_at_leeway(struct ivs_verifier_builder *builder,
                                                     uint64_t seconds);
ivs_status ivs_verifier_builder_set_expiry_leeway(struct ivs_verifier_builder *builder,
                                                  uint64_t seconds);
ivs_status ivs_verifier_builder_set_fixed_time(struct ivs_verifier_builder *builder, int64_t at);
ivs_status ivs_verifier_builder_build(const struct ivs_verifier_builder *builder,
                                      struct ivs_verifier **out);
void ivs_verifier_builder_free(struct ivs_verifier_builder *builder);
ivs_status ivs_verifier_verify(const struct ivs_verifier *verifier,
                               const char *token,
                               size_t token_len,
                               struct ivs_verified **out);
ivs_status ivs_verifier_verify_expecting(const struct ivs_verifier *verifier,
                                         const char *token,
                                         size_t token_len,
                                         const char *stage_arn,
                                         size_t stage_arn_len,
                                         uint32_t capabilities,
                                         const char *user_id,
                                         size_t user_id_len,
                                         struct ivs_verified **out);
ivs_status ivs_verifier_exchange(const struct ivs_verifier *verifier,
                                 const char *token,
                                 size_t token_len,
                                 struct ivs_exchange **out);
ivs_status ivs_verifier_verify_connection(const struct ivs_verifier *verifier,
                                          const char *token,
                                          size_t token_len,
                                          struct ivs_verified_connection **out);
ivs_status ivs_verifier_verify_playback(const struct ivs_verifier *verifier,
                                        const char *token,
                                        size_t token_len,
                                        const char *channel_arn,
                                        size_t channel_arn_len,
                                        const char *origin,
                                        size_t origin_len,
                                        struct ivs_verified_playback **out);
void ivs_verifier_free(struct ivs_verifier *verifier);
struct ivs_str ivs_verified_user_id(const struct ivs_verified *verified);
struct ivs_str ivs_verified_participant_id(const struct ivs_verified *verified);
struct ivs_str ivs_verified_stage_arn(const struct ivs_verified *verified);
struct ivs_str ivs_verified_whip_url(const struct ivs_verified *verified);
struct ivs_str ivs_verified_events_url(const struct ivs_verified *verified);
struct ivs_str ivs_verified_kid(const struct ivs_verified *verified);
uint32_t ivs_verified_capabilities(const struct ivs_verified *verified);
int64_t ivs_verified_issued_at(const struct ivs_verified *verified);
int64_t ivs_verified_expires_at(const struct ivs_verified *verified);
uint8_t ivs_verified_version_major(const struct ivs_verified *verified);
uint8_t ivs_verified_version_minor(const struct ivs_verified *verified);
size_t ivs_verified_attribute_count(const struct ivs_verified *verified);
ivs_status ivs_verified_attribute_at(const struct ivs_verified *verified,
                                     size_t index,
                                     struct ivs_str *name,
                                     struct ivs_str *value);
struct ivs_str ivs_verified_attribute(const struct ivs_verified *verified, const char *name, size_t name_len);
ivs_status ivs_verified_to_json(const struct ivs_verified *verified, char *buffer, size_t *len);
void ivs_verified_free(struct ivs_verified *verified);
ivs_status ivs_verifier_verify_batch(const struct ivs_verifier *verifier,
                                     const struct ivs_str *tokens,
                                     size_t count,
                                     struct ivs_verified_list **out);
size_t ivs_verified_list_count(const struct ivs_verified_list *list);
ivs_status ivs_verified_list_get(const struct ivs_verified_list *list,
                                 size_t index,
                                 struct ivs_verified **out);
void ivs_verified_list_free(struct ivs_verified_list *list);
ivs_status ivs_exchange_of_token(const struct ivs_token *token,
                                 struct ivs_exchange **out);
ivs_status ivs_exchange_of_verified(const struct ivs_verified *verified,
                                    struct ivs_exchange **out);
ivs_status ivs_exchange_set_user_id(struct ivs_exchange *exchange,
                                    const char *user_id,
                                    size_t user_id_len);
ivs_status ivs_exchange_set_attribute(struct ivs_exchange *exchange,
                                      const char *name,
                                      size_t name_len,
                                      const char *value,
                                      size_t value_len);
ivs_status ivs_exchange_remove_attribute(struct ivs_exchange *exchange,
                                         const char *name,
                                         size_t name_len);
ivs_status ivs_exchange_clear_attributes(struct ivs_exchange *exchange);
ivs_status ivs_exchange_set_capabilities(struct ivs_exchange *exchange, uint32_t capabilities);
ivs_status ivs_exchange_set_duration(struct ivs_exchange *exchange,
                                     uint64_t seconds);
ivs_status ivs_exchange_mint(const struct ivs_exchange *exchange,
                             const struct ivs_signing_key *key,
                             char *buffer,
                             size_t *len);
ivs_status ivs_exchange_mint_token(const struct ivs_exchange *exchange,
                                   const struct ivs_signing_key *key,
                                   int64_t now,
                                   struct ivs_token **out);
ivs_status ivs_check_exchange(const struct ivs_verified *old_token,
                              const struct ivs_verified *new_token);
void ivs_exchange_free(struct ivs_exchange *exchange);
ivs_status ivs_inspect(const char *token,
                       size_t token_len,
                       int64_t now,
                       struct ivs_inspection **out);
struct ivs_str ivs_inspection_text(const struct ivs_inspection *inspection);
struct ivs_str ivs_inspection_json(const struct ivs_inspection *inspection);
size_t ivs_inspection_problem_count(const struct ivs_inspection *inspection);
struct ivs_str ivs_inspection_problem_at(const struct ivs_inspection *inspection, size_t index);
void ivs_inspection_free(struct ivs_inspection *inspection);
ivs_status ivs_connection_new(struct ivs_connection **out);
ivs_status ivs_connection_set_token_id(struct ivs_connection *connection,
                                       const char *id,
                                       size_t id_len);
ivs_status ivs_connection_set_duration(struct ivs_connection *connection,
                                       uint64_t seconds);
ivs_status ivs_connection_set_server_of(struct ivs_connection *connection,
                                        const struct ivs_stage *stage);
ivs_status ivs_connection_mint(const struct ivs_connection *connection,
                               const struct ivs_signing_key *key,
                               char *buffer,
                               size_t *len);
ivs_status ivs_connection_mint_token(const struct ivs_connection *connection,
                                     const struct ivs_signing_key *key,
                                     int64_t now,
                                     struct ivs_token **out);
void ivs_connection_free(struct ivs_connection *connection);
struct ivs_str ivs_verified_connection_token_id(const struct ivs_verified_connection *verified_connection);
struct ivs_str ivs_verified_connection_account_id(const struct ivs_verified_connection *verified_connection);
struct ivs_str ivs_verified_connection_region(const struct ivs_verified_connection *verified_connection);
struct ivs_str ivs_verified_connection_kid(const struct ivs_verified_connection *verified_connection);
int64_t ivs_verified_connection_issued_at(const struct ivs_verified_connection *verified_connection);
int64_t ivs_verified_connection_expires_at(const struct ivs_verified_connection *verified_connection);
ivs_status ivs_verified_connection_to_json(const struct ivs_verified_connection *verified_connection,
                                           char *buffer,
                                           size_t *len);
void ivs_verified_connection_free(struct ivs_verified_connection *verified_connection);
ivs_status ivs_playback_new(const char *channel_arn,
                            size_t channel_arn_len,
                            struct ivs_playback **out);
ivs_status ivs_playback_set_duration(struct ivs_playback *playback,
                                     uint64_t seconds);
ivs_status ivs_playback_add_origin(struct ivs_playback *playback,
                                   const char *origin,
                                   size_t origin_len);
ivs_status ivs_playback_set_strict_origin_enforcement(struct ivs_playback *playback,
                                                      bool is_strict);
ivs_status ivs_playback_set_single_use(struct ivs_playback *playback);
ivs_status ivs_playback_set_single_use_uuid(struct ivs_playback *playback,
                                            const char *uuid,
                                            size_t uuid_len);
ivs_status ivs_playback_set_viewer_id(struct ivs_playback *playback,
                                      const char *viewer_id,
                                      size_t viewer_id_len);
ivs_status ivs_playback_set_viewer_session_version(struct ivs_playback *playback,
                                                   int64_t version);
ivs_status ivs_playback_set_maximum_resolution(struct ivs_playback *playback,
                                               const char *resolution,
                                               size_t resolution_len);
ivs_status ivs_playback_mint(const struct ivs_playback *playback,
                             const struct ivs_signing_key *key,
                             char *buffer,
                             size_t *len);
ivs_status ivs_playback_mint_token(const struct ivs_playback *playback,
                                   const struct ivs_signing_key *key,
                                   int64_t now,
                                   struct ivs_token **out);
ivs_status ivs_playback_url(const char *base,
                            size_t base_len,
                            const char *token,
                            size_t token_len,
                            char *buffer,
                            size_t *len);
void ivs_playback_free(struct ivs_playback *playback);
struct ivs_str ivs_verified_playback_channel_arn(const struct ivs_verified_playback *verified_playback);
struct ivs_str ivs_verified_playback_kid(const struct ivs_verified_playback *verified_playback);
struct ivs_str ivs_verified_playback_viewer_id(const struct ivs_verified_playback *verified_playback);
int64_t ivs_verified_playback_viewer_session_version(const struct ivs_verified_playback *verified_playback);
struct ivs_str ivs_verified_playback_single_use_uuid(const struct ivs_verified_playback *verified_playback);
struct ivs_str ivs_verified_playback_maximum_resolution(const struct ivs_verified_playback *verified_playback);
size_t ivs_verified_playback_origin_count(const struct ivs_verified_playback *verified_playback);
struct ivs_str ivs_verified_playback_origin_at(const struct ivs_verified_playback *verified_playback,
                                               size_t index);
bool ivs_verified_playback_strict_origin_enforcement(const struct ivs_verified_playback *verified_playback);
int64_t ivs_verified_playback_issued_at(const struct ivs_verified_playback *verified_playback);
int64_t ivs_verified_playback_expires_at(const struct ivs_verified_playback *verified_playback);
bool ivs_verified_playback_allows_origin(const struct ivs_verified_playback *verified_playback,
                                         const char *origin,
                                         size_t origin_len);
ivs_status ivs_verified_playback_to_json(const struct ivs_verified_playback *verified_playback,
                                         char *buffer,
                                         size_t *len);
void ivs_verified_playback_free(struct ivs_verified_playback *verified_playback);
ivs_status ivs_key_ring_new(size_t limit,
                            struct ivs_key_ring **out);
ivs_status ivs_key_ring_new_playback(size_t limit, struct ivs_key_ring **out);
ivs_status ivs_key_ring_set_prepared_limit(struct ivs_key_ring *ring,
                                           size_t limit);
size_t ivs_key_ring_prepared_count(const struct ivs_key_ring *ring);
ivs_status ivs_key_ring_import(struct ivs_key_ring *ring,
                               const char *arn,
                               size_t arn_len,
                               const struct ivs_verifying_key *key);
ivs_status ivs_key_ring_import_named(struct ivs_key_ring *ring,
                                     const char *arn,
                                     size_t arn_len,
                                     const char *name,
                                     size_t name_len,
                                     const struct ivs_verifying_key *key);
ivs_status ivs_key_ring_tag(struct ivs_key_ring *ring,
                            const char *arn,
                            size_t arn_len,
                            const char *tag,
                            size_t tag_len,
                            const char *value,
                            size_t value_len);
ivs_status ivs_key_ring_untag(struct ivs_key_ring *ring,
                              const char *arn,
                              size_t arn_len,
                              const char *tag,
                              size_t tag_len);
ivs_status ivs_key_ring_load(struct ivs_key_ring *ring,
                             const char *json,
                             size_t json_len);
ivs_status ivs_key_ring_replace(struct ivs_key_ring *ring,
                                const char *json,
                                size_t json_len);
ivs_status ivs_key_ring_delete(struct ivs_key_ring *ring, const char *arn, size_t arn_len);
ivs_status ivs_key_ring_retire(struct ivs_key_ring *ring,
                               const char *arn,
                               size_t arn_len,
                               int64_t at);
ivs_status ivs_key_ring_reinstate(struct ivs_key_ring *ring, const char *arn, size_t arn_len);
ivs_status ivs_key_ring_delete_retired(struct ivs_key_ring *ring,
                                       int64_t now,
                                       size_t *deleted);
ivs_status ivs_key_ring_get(const struct ivs_key_ring *ring,
                            const char *arn,
                            size_t arn_len,
                            struct ivs_verifying_key **out);
ivs_status ivs_key_ring_sign_with(struct ivs_key_ring *ring,
                                  const char *arn,
                                  size_t arn_len,
                                  const struct ivs_signing_key *key);
ivs_status ivs_key_ring_stop_signing(struct ivs_key_ring *ring);
ivs_status ivs_key_ring_rotate(struct ivs_key_ring *ring,
                               const char *arn,
                               size_t arn_len,
                               const struct ivs_signing_key *key,
                               int64_t old_until);
ivs_status ivs_key_ring_signing_key(const struct ivs_key_ring *ring,
                                    struct ivs_signing_key **out);
size_t ivs_key_ring_count(const struct ivs_key_ring *ring);
ivs_status ivs_key_ring_list(const struct ivs_key_ring *ring, struct ivs_key_list **out);
ivs_status ivs_key_ring_to_jwks(const struct ivs_key_ring *ring,
                                char *buffer,
                                size_t *len);
void ivs_key_ring_free(struct ivs_key_ring *ring);
size_t ivs_key_list_count(const struct ivs_key_list *list);
struct ivs_str ivs_key_list_arn(const struct ivs_key_list *list, size_t index);
struct ivs_str ivs_key_list_name(const struct ivs_key_list *list, size_t index);
size_t ivs_key_list_tag_count(const struct ivs_key_list *list, size_t index);
ivs_status ivs_key_list_tag_at(const struct ivs_key_list *list,
                               size_t index,
                               size_t tag_index,
                               struct ivs_str *tag,
                               struct ivs_str *value);
int64_t ivs_key_list_retired_at(const struct ivs_key_list *list, size_t index);
ivs_status ivs_key_list_key(const struct ivs_key_list *list,
                            size_t index,
                            struct ivs_verifying_key **out);
void ivs_key_list_free(struct ivs_key_list *list);
ivs_status ivs_revocations_new(struct ivs_revocations **out);
ivs_status ivs_revocations_disconnect_participant(struct ivs_revocations *revocations,
                                                  const char *stage_arn,
                                                  size_t stage_arn_len,
                                                  const char *participant_id,
                                                  size_t participant_id_len,
                                                  const char *reason,
                                                  size_t reason_len);
ivs_status ivs_revocations_delete_stage(struct ivs_revocations *revocations,
                                        const char *stage_arn,
                                        size_t stage_arn_len);
ivs_status ivs_revocations_revoke_connection_token(struct ivs_revocations *revocations,
                                                   const char *token_id,
                                                   size_t token_id_len);
ivs_status ivs_revocations_revoke_viewer_sessions(struct ivs_revocations *revocations,
                                                  const char *channel_arn,
                                                  size_t channel_arn_len,
                                                  const char *viewer_id,
                                                  size_t viewer_id_len,
                                                  int64_t up_to);
size_t ivs_revocations_count(const struct ivs_revocations *revocations);
void ivs_revocations_free(struct ivs_revocations *revocations);
ivs_status ivs_token_text_out(const struct ivs_token *token, struct ivs_str *out);
ivs_status ivs_signing_key_kid_out(const struct ivs_signing_key *key, struct ivs_str *out);
ivs_status ivs_stage_arn_out(const struct ivs_stage *stage, struct ivs_str *out);
ivs_status ivs_stage_whip_url_out(const struct ivs_stage *stage, struct ivs_str *out);
ivs_status ivs_stage_events_url_out(const struct ivs_stage *stage, struct ivs_str *out);
ivs_status ivs_token_id_out(const struct ivs_token *token, struct ivs_str *out);
ivs_status ivs_unsigned_signing_input_out(const struct ivs_unsigned *unsigned_token,
                                          struct ivs_str *out);
ivs_status ivs_token_list_text_out(const struct ivs_token_list *list,
                                   size_t index,
                                   struct ivs_str *out);
ivs_status ivs_token_list_participant_id_out(const struct ivs_token_list *list,
                                             size_t index,
                                             struct ivs_str *out);
ivs_status ivs_verified_user_id_out(const struct ivs_verified *verified, struct ivs_str *out);
ivs_status ivs_verified_participant_id_out(const struct ivs_verified *verified,
                                           struct ivs_str *out);
ivs_status ivs_verified_stage_arn_out(const struct ivs_verified *verified, struct ivs_str *out);
ivs_status ivs_verified_whip_url_out(const struct ivs_verified *verified, struct ivs_str *out);
ivs_status ivs_verified_events_url_out(const struct ivs_verified *verified, struct ivs_str *out);
ivs_status ivs_verified_kid_out(const struct ivs_verified *verified, struct ivs_str *out);
ivs_status ivs_verified_attribute_out(const struct ivs_verified *verified,
                                      const char *name,
                                      size_t name_len,
                                      struct ivs_str *out);
ivs_status ivs_inspection_text_out(const struct ivs_inspection *inspection, struct ivs_str *out);
ivs_status ivs_inspection_json_out(const struct ivs_inspection *inspection, struct ivs_str *out);
ivs_status ivs_inspection_problem_at_out(const struct ivs_inspection *inspection,
                                         size_t index,
                                         struct ivs_str *out);
ivs_status ivs_verified_connection_token_id_out(const struct ivs_verified_connection *verified_connection,
                                                struct ivs_str *out);
ivs_status ivs_verified_connection_account_id_out(const struct ivs_verified_connection *verified_connection,
                                                  struct ivs_str *out);
ivs_status ivs_verified_connection_region_out(const struct ivs_verified_connection *verified_connection,
                                              struct ivs_str *out);
ivs_status ivs_verified_connection_kid_out(const struct ivs_verified_connection *verified_connection,
                                           struct ivs_str *out);
ivs_status ivs_verified_playback_channel_arn_out(const struct ivs_verified_playback *verified_playback,
                                                 struct ivs_str *out);
ivs_status ivs_verified_playback_kid_out(const struct ivs_verified_playback *verified_playback,
                                         struct ivs_str *out);
ivs_status ivs_verified_playback_viewer_id_out(const struct ivs_verified_playback *verified_playback,
                                               struct ivs_str *out);
ivs_status ivs_verified_playback_single_use_uuid_out(const struct ivs_verified_playback *verified_playback,
                                                     struct ivs_str *out);
ivs_status ivs_verified_playback_maximum_resolution_out(const struct ivs_verified_playback *verified_playback,
                                                        struct ivs_str *out);
ivs_status ivs_verified_playback_origin_at_out(const struct ivs_verified_playback *verified_playback,
                                               size_t index,
                                               struct ivs_str *out);
ivs_status ivs_key_list_arn_out(const struct ivs_key_list *list,
                                size_t index,
                                struct ivs_str *out);
ivs_status ivs_key_list_name_out(const struct ivs_key_list *list,
                                 size_t index,
                                 struct ivs_str *out);
ivs_status ivs_mint_json(const uint8_t *key,
                         size_t key_len,
                         const char *request,
                         size_t request_len,
                         char *buffer,
                         size_t *len,
                         struct ivs_error *error);
ivs_status ivs_verify_json(const uint8_t *keys,
                           size_t keys_len,
                           const char *request,
                           size_t request_len,
                           char *buffer,
                           size_t *len,
                           struct ivs_error *error);
ivs_status ivs_signing_key_from_bytes_e(const uint8_t *data,
                                        size_t len,
                                        const char *passphrase,
                                        size_t passphrase_len,
                                        const char *kid,
                                        size_t kid_len,
                                        struct ivs_signing_key **out,
                                        struct ivs_error *error);
ivs_status ivs_signing_key_from_pem_e(const char *pem,
                                      size_t pem_len,
                                      const char *kid,
                                      size_t kid_len,
                                      struct ivs_signing_key **out,
                                      struct ivs_error *error);
ivs_status ivs_signing_key_from_file_e(const char *path,
                                       size_t path_len,
                                       const char *passphrase,
                                       size_t passphrase_len,
                                       const char *kid,
                                       size_t kid_len,
                                       struct ivs_signing_key **out,
                                       struct ivs_error *error);
ivs_status ivs_signing_key_generate_e(const char *kid,
                                      size_t kid_len,
                                      struct ivs_signing_key **out,
                                      struct ivs_error *error);
ivs_status ivs_signing_key_with_kid_e(const struct ivs_signing_key *key,
                                      const char *kid,
                                      size_t kid_len,
                                      struct ivs_signing_key **out,
                                      struct ivs_error *error);
ivs_status ivs_verifying_key_from_bytes_e(const uint8_t *data,
                                          size_t len,
                                          struct ivs_verifying_key **out,
                                          struct ivs_error *error);
ivs_status ivs_verifying_key_from_pem_e(const char *pem,
                                        size_t pem_len,
                                        struct ivs_verifying_key **out,
                                        struct ivs_error *error);
ivs_status ivs_verifying_key_from_file_e(const char *path,
                                         size_t path_len,
                                         struct ivs_verifying_key **out,
                                         struct ivs_error *error);
ivs_status ivs_stage_new_e(const char *arn,
                           size_t arn_len,
                           const char *whip_url,
                           size_t whip_url_len,
                           const char *events_url,
                           size_t events_url_len,
                           struct ivs_stage **out,
                           struct ivs_error *error);
ivs_status ivs_stage_from_json_e(const char *json,
                                 size_t json_len,
                                 struct ivs_stage **out,
                                 struct ivs_error *error);
ivs_status ivs_participant_mint_e(const struct ivs_participant *participant,
                                  const struct ivs_signing_key *key,
                                  char *buffer,
                                  size_t *len,
                                  struct ivs_error *error);
ivs_status ivs_participant_mint_token_e(const struct ivs_participant *participant,
                                        const struct ivs_signing_key *key,
                                        int64_t now,
                                        struct ivs_token **out,
                                        struct ivs_error *error);
ivs_status ivs_participant_unsigned_e(const struct ivs_participant *participant,
                                      const char *kid,
                                      size_t kid_len,
                                      int64_t now,
                                      struct ivs_unsigned **out,
                                      struct ivs_error *error);
ivs_status ivs_exchange_unsigned_e(const struct ivs_exchange *exchange,
                                   const char *kid,
                                   size_t kid_len,
                                   int64_t now,
                                   struct ivs_unsigned **out,
                                   struct ivs_error *error);
ivs_status ivs_connection_unsigned_e(const struct ivs_connection *connection,
                                     const char *kid,
                                     size_t kid_len,
                                     int64_t now,
                                     struct ivs_unsigned **out,
                                     struct ivs_error *error);
ivs_status ivs_playback_unsigned_e(const struct ivs_playback *playback,
                                   int64_t now,
                                   struct ivs_unsigned **out,
                                   struct ivs_error *error);
ivs_status ivs_unsigned_with_signature_e(const struct ivs_unsigned *unsigned_token,
                                         const uint8_t *signature,
                                         size_t signature_len,
                                         const struct ivs_verifying_key *public_key,
                                         struct ivs_token **out,
                                         struct ivs_error *error);
ivs_status ivs_mint_batch_e(struct ivs_participant *const *participants,
                            size_t count,
                            const struct ivs_signing_key *key,
                            struct ivs_token_list **out,
                            struct ivs_error *error);
ivs_status ivs_token_list_status_e(const struct ivs_token_list *list,
                                   size_t index,
                                   struct ivs_error *error);
ivs_status ivs_verifier_builder_build_e(const struct ivs_verifier_builder *builder,
                                        struct ivs_verifier **out,
                                        struct ivs_error *error);
ivs_status ivs_verifier_verify_e(const struct ivs_verifier *verifier,
                                 const char *token,
                                 size_t token_len,
                                 struct ivs_verified **out,
                                 struct ivs_error *error);
ivs_status ivs_verifier_verify_expecting_e(const struct ivs_verifier *verifier,
                                           const char *token,
                                           size_t token_len,
                                           const char *stage_arn,
                                           size_t stage_arn_len,
                                           uint32_t capabilities,
                                           const char *user_id,
                                           size_t user_id_len,
                                           struct ivs_verified **out,
                                           struct ivs_error *error);
ivs_status ivs_verifier_verify_connection_e(const struct ivs_verifier *verifier,
                                            const char *token,
                                            size_t token_len,
                                            struct ivs_verified_connection **out,
                                            struct ivs_error *error);
ivs_status ivs_verifier_verify_playback_e(const struct ivs_verifier *verifier,
                                          const char *token,
                                          size_t token_len,
                                          const char *channel_arn,
                                          size_t channel_arn_len,
                                          const char *origin,
                                          size_t origin_len,
                                          struct ivs_verified_playback **out,
                                          struct ivs_error *error);
ivs_status ivs_verified_list_get_e(const struct ivs_verified_list *list,
                                   size_t index,
                                   struct ivs_verified **out,
                                   struct ivs_error *error);
ivs_status ivs_exchange_of_token_e(const struct ivs_token *token,
                                   struct ivs_exchange **out,
                                   struct ivs_error *error);
ivs_status ivs_exchange_of_verified_e(const struct ivs_verified *verified,
                                      struct ivs_exchange **out,
                                      struct ivs_error *error);
ivs_status ivs_exchange_mint_e(const struct ivs_exchange *exchange,
                               const struct ivs_signing_key *key,
                               char *buffer,
                               size_t *len,
                               struct ivs_error *error);
ivs_status ivs_exchange_mint_token_e(const struct ivs_exchange *exchange,
                                     const struct ivs_signing_key *key,
                                     int64_t now,
                                     struct ivs_token **out,
                                     struct ivs_error *error);
ivs_status ivs_verifier_exchange_e(const struct ivs_verifier *verifier,
                                   const char *token,
                                   size_t token_len,
                                   struct ivs_exchange **out,
                                   struct ivs_error *error);
ivs_status ivs_check_exchange_e(const struct ivs_verified *old_token,
                                const struct ivs_verified *new_token,
                                struct ivs_error *error);
ivs_status ivs_connection_mint_e(const struct ivs_connection *connection,
                                 const struct ivs_signing_key *key,
                                 char *buffer,
                                 size_t *len,
                                 struct ivs_error *error);
ivs_status ivs_connection_mint_token_e(const struct ivs_connection *connection,
                                       const struct ivs_signing_key *key,
                                       int64_t now,
                                       struct ivs_token **out,
                                       struct ivs_error *error);
ivs_status ivs_playback_new_e(const char *channel_arn,
                              size_t channel_arn_len,
                              struct ivs_playback **out,
                              struct ivs_error *error);
ivs_status ivs_playback_mint_e(const struct ivs_playback *playback,
                               const struct ivs_signing_key *key,
                               char *buffer,
                               size_t *len,
                               struct ivs_error *error);
ivs_status ivs_playback_mint_token_e(const struct ivs_playback *playback,
                                     const struct ivs_signing_key *key,
                                     int64_t now,
                                     struct ivs_token **out,
                                     struct ivs_error *error);
ivs_status ivs_playback_url_e(const char *base,
                              size_t base_len,
                              const char *token,
                              size_t token_len,
                              char *buffer,
                              size_t *len,
                              struct ivs_error *error);
ivs_status ivs_key_ring_import_e(struct ivs_key_ring *ring,
                                 const char *arn,
                                 size_t arn_len,
                                 const struct ivs_verifying_key *key,
                                 struct ivs_error *error);
ivs_status ivs_key_ring_import_named_e(struct ivs_key_ring *ring,
                                       const char *arn,
                                       size_t arn_len,
                                       const char *name,
                                       size_t name_len,
                                       const struct ivs_verifying_key *key,
                                       struct ivs_error *error);
ivs_status ivs_key_ring_tag_e(struct ivs_key_ring *ring,
                              const char *arn,
                              size_t arn_len,
                              const char *tag,
                              size_t tag_len,
                              const char *value,
                              size_t value_len,
                              struct ivs_error *error);
ivs_status ivs_key_ring_untag_e(struct ivs_key_ring *ring,
                                const char *arn,
                                size_t arn_len,
                                const char *tag,
                                size_t tag_len,
                                struct ivs_error *error);
ivs_status ivs_key_ring_load_e(struct ivs_key_ring *ring,
                               const char *json,
                               size_t json_len,
                               struct ivs_error *error);
ivs_status ivs_key_ring_replace_e(struct ivs_key_ring *ring,
                                  const char *json,
                                  size_t json_len,
                                  struct ivs_error *error);
ivs_status ivs_key_ring_delete_e(struct ivs_key_ring *ring,
                                 const char *arn,
                                 size_t arn_len,
                                 struct ivs_error *error);
ivs_status ivs_key_ring_retire_e(struct ivs_key_ring *ring,
                                 const char *arn,
                                 size_t arn_len,
                                 int64_t at,
                                 struct ivs_error *error);
ivs_status ivs_key_ring_reinstate_e(struct ivs_key_ring *ring,
                                    const char *arn,
                                    size_t arn_len,
                                    struct ivs_error *error);
ivs_status ivs_key_ring_get_e(const struct ivs_key_ring *ring,
                              const char *arn,
                              size_t arn_len,
                              struct ivs_verifying_key **out,
                              struct ivs_error *error);
ivs_status ivs_key_ring_sign_with_e(struct ivs_key_ring *ring,
                                    const char *arn,
                                    size_t arn_len,
                                    const struct ivs_signing_key *key,
                                    struct ivs_error *error);
ivs_status ivs_key_ring_rotate_e(struct ivs_key_ring *ring,
                                 const char *arn,
                                 size_t arn_len,
                                 const struct ivs_signing_key *key,
                                 int64_t old_until,
                                 struct ivs_error *error);
ivs_status ivs_key_ring_signing_key_e(const struct ivs_key_ring *ring,
                                      struct ivs_signing_key **out,
                                      struct ivs_error *error);
ivs_status ivs_revocations_disconnect_participant_e(struct ivs_revocations *revocations,
                                                    const char *stage_arn,
                                                    size_t stage_arn_len,
                                                    const char *participant_id,
                                                    size_t participant_id_len,
                                                    const char *reason,
                                                    size_t reason_len,
                                                    struct ivs_error *error);
ivs_status ivs_revocations_delete_stage_e(struct ivs_revocations *revocations,
                                          const char *stage_arn,
                                          size_t stage_arn_len,
                                          struct ivs_error *error);
ivs_status ivs_revocations_revoke_connection_token_e(struct ivs_revocations *revocations,
                                                     const char *token_id,
                                                     size_t token_id_len,
                                                     struct ivs_error *error);
ivs_status ivs_revocations_revoke_viewer_sessions_e(struct ivs_revocations *revocations,
                                                    const char *channel_arn,
                                                    size_t channel_arn_len,
                                                    const char *viewer_id,
                                                    size_t viewer_id_len,
                                                    int64_t up_to,
                                                    struct ivs_error *error);
