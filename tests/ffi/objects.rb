# Mints a token with objects, verifies it, and reads errors from the struct of the call that they are of, in threads of its own:
#
#     ruby objects.rb LIBRARY PRIVATE_KEY PUBLIC_KEY KEY_ARN STAGE_JSON
require "fiddle"

library, private_key, public_key, kid, stage_file = ARGV
LIBRARY = Fiddle.dlopen(library)
P, N, Q = Fiddle::TYPE_VOIDP, Fiddle::TYPE_SIZE_T, Fiddle::TYPE_LONG_LONG
NOW = -(2**63)

def function(name, *arguments) = Fiddle::Function.new(LIBRARY[name], arguments, Fiddle::TYPE_INT)

# What a function in `_e` gives through its last argument but one, and its error: status, reason and message.
def made(name, types, *arguments)
  out, error = [0].pack("J"), "\0".b * 1024
  status = Thread.new { function(name, *types, P, P).call(*arguments, out, error) }.value
  error = error.unpack("LZ60Z960")
  raise "#{name}: the struct has another status" unless status == error[0]
  [out.unpack1("J"), *error]
end

# The object alone: the call must go well.
def good(name, types, *arguments)
  object, *error = made(name, types, *arguments)
  raise "#{name}: #{error}" unless error == [0, "", ""]
  object
end

def done(name, types, *arguments)
  status = function(name, *types).call(*arguments)
  raise "#{name}: #{status}" unless status == 0
end

def new_one(name, types = [], *arguments)
  out = [0].pack("J")
  done(name, [*types, P], *arguments, out)
  out.unpack1("J")
end

text = ->(content) { [content, content.bytesize] }
key = good("ivs_signing_key_from_file_e", [P, N, P, N, P, N], *text[private_key], nil, 0, *text[kid])
half = good("ivs_verifying_key_from_file_e", [P, N], *text[public_key])
stage = good("ivs_stage_from_json_e", [P, N], *text[File.binread(stage_file)])
participant = new_one("ivs_participant_new", [P], stage)
done("ivs_participant_set_user_id", [P, P, N], participant, *text["ana"])
token = good("ivs_participant_mint_token_e", [P, P, Q], participant, key, NOW)
str = [0, 0].pack("JJ")
done("ivs_token_text_out", [P, P], token, str)
data, length = str.unpack("JJ")
token_text = Fiddle::Pointer.new(data)[0, length]

builder = new_one("ivs_verifier_builder_new")
_, status, reason, message = made("ivs_verifier_builder_build_e", [P], builder)
raise "without a key: #{status} #{reason}" unless status == 500 && reason == "NO_KEYS" && !message.empty?
done("ivs_verifier_builder_add_key", [P, P, N, P], builder, *text[kid], half)
verifier = good("ivs_verifier_builder_build_e", [P], builder)
verified = good("ivs_verifier_verify_e", [P, P, N], verifier, *text[token_text])
_, status, reason = made("ivs_verifier_verify_e", [P, P, N], verifier, *text["nonsense"])
raise "nonsense is #{reason}" unless status == 401 && reason == "NOT_THREE_PARTS"

puts token_text
{ verified: verified, verifier: verifier, verifier_builder: builder, token: token, participant: participant, stage: stage,
  verifying_key: half, signing_key: key }.each do |kind, object|
  Fiddle::Function.new(LIBRARY["ivs_#{kind}_free"], [P], Fiddle::TYPE_VOID).call(object)
end
