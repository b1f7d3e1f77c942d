-- Reads ivs_token_ffi.h with LuaJIT, mints a token and reads it back, with objects and in one call:
--
--     luajit tokens.lua LIBRARY FFI_HEADER PRIVATE_KEY PUBLIC_KEY KEY_ARN STAGE_JSON
local ffi = require("ffi")

local function content(path)
    local file = assert(io.open(path, "rb"))
    local text = file:read("*a")
    file:close()
    return text
end

local library, header, private, public, kid, stage_file = unpack(arg)
ffi.cdef(content(header))
local c = ffi.load(library)
local stage_json = content(stage_file)

local function well(status)
    if status ~= c.IVS_OK then error(ffi.string(c.ivs_last_error_message()), 2) end
end

local function made(kind, free, call)
    local out = ffi.new(kind .. " *[1]")
    well(call(out))
    return ffi.gc(out[0], free)
end

local function text(getter, ...)
    local out = ffi.new("ivs_str")
    local arguments = { ... }
    arguments[#arguments + 1] = out
    well(getter(unpack(arguments)))
    return out.data ~= nil and ffi.string(out.data, out.len) or nil
end

-- With objects.
local key = made("ivs_signing_key", c.ivs_signing_key_free, function(out)
    return c.ivs_signing_key_from_file(private, #private, nil, 0, kid, #kid, out)
end)
local stage = made("ivs_stage", c.ivs_stage_free, function(out) return c.ivs_stage_from_json(stage_json, #stage_json, out) end)
local participant = made("ivs_participant", c.ivs_participant_free, function(out) return c.ivs_participant_new(stage, out) end)
well(c.ivs_participant_set_user_id(participant, "ana", 3))
local token = made("ivs_token", c.ivs_token_free, function(out)
    return c.ivs_participant_mint_token(participant, key, -9223372036854775807LL - 1, out)
end)
assert(text(c.ivs_signing_key_kid_out, key) == kid)
assert(c.ivs_signing_key_kid_out(nil, ffi.new("ivs_str")) == c.IVS_NULL_ARGUMENT)

-- In one call.
local keys = content(public)
local request = ('{"kid":"%s","token":"%s","userId":"%s"}'):format(kid, text(c.ivs_token_text_out, token), "ana")
local buffer, size, failure = ffi.new("char[?]", c.IVS_JSON_MAX), ffi.new("size_t[1]", c.IVS_JSON_MAX), ffi.new("ivs_error")
well(c.ivs_verify_json(keys, #keys, request, #request, buffer, size, failure))
assert(ffi.string(buffer, size[0]):find('"userId":"ana"', 1, true))
request = request:gsub('"ana"', '"bob"')
size[0] = c.IVS_JSON_MAX
assert(c.ivs_verify_json(keys, #keys, request, #request, buffer, size, failure) == c.IVS_WRONG_USER)
assert(failure.status == c.IVS_WRONG_USER and ffi.string(failure.reason) == "WRONG_USER")
assert(ffi.string(failure.message) == ffi.string(c.ivs_last_error_message()))

-- With the error as an out-pointer: another call in between changes nothing of it.
local out = ffi.new("ivs_stage *[1]")
assert(c.ivs_stage_from_json_e("{", 1, out, failure) == c.IVS_INVALID_STAGE)
assert(c.ivs_verify_json(keys, #keys, request, #request, buffer, size, nil) == c.IVS_WRONG_USER)
assert(failure.status == c.IVS_INVALID_STAGE and #ffi.string(failure.message) > 0)
assert(c.ivs_stage_from_json_e(stage_json, #stage_json, out, failure) == c.IVS_OK and failure.message[0] == 0)
c.ivs_stage_free(out[0])

-- For the others to verify.
print(text(c.ivs_token_text_out, token))
