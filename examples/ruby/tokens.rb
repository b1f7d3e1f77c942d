# Mints a token with which one person can join a stage, and verifies it as a gate would. Ruby 3.0 or later, with nothing but its own
# Fiddle.
#
#     ruby tokens.rb libivs_token.so private.pem public.pem KEY_ARN stage.json ana
require "fiddle"
require "json"

# What is called of libivs_token.
class IvsTokens
  # The status is from 400 to 499 when a token is refused.
  class Error < StandardError
    attr_reader :status, :reason

    def initialize(status, reason, message)
      super(message)
      @status = status
      @reason = reason
    end
  end

  # IVS_JSON_MAX of ivs_token.h, and the struct ivs_error: a status, 60 characters and 960.
  JSON_MAX = 64 * 1024
  ERROR_SIZE = 4 + 60 + 960

  def initialize(library)
    library = Fiddle.dlopen(library)
    arguments = [Fiddle::TYPE_VOIDP, Fiddle::TYPE_SIZE_T, Fiddle::TYPE_VOIDP, Fiddle::TYPE_SIZE_T, Fiddle::TYPE_VOIDP,
                 Fiddle::TYPE_VOIDP, Fiddle::TYPE_VOIDP]
    @mint = Fiddle::Function.new(library["ivs_mint_json"], arguments, Fiddle::TYPE_INT)
    @verify = Fiddle::Function.new(library["ivs_verify_json"], arguments, Fiddle::TYPE_INT)
  end

  # A token and what it says, from a request as ivs_mint_json() in ivs_token.h describes it.
  def mint(key, **request) = call(@mint, key, request)

  # What a good token says.
  def verify(keys, **request) = call(@verify, keys, request)

  private

  def call(function, keys, request)
    json = JSON.generate(request)
    buffer = "\0".b * JSON_MAX
    length = [JSON_MAX].pack("J")
    error = "\0".b * ERROR_SIZE
    status = function.call(keys, keys.bytesize, json, json.bytesize, buffer, length, error)
    if status != 0
      _, reason, message = error.unpack("LZ60Z960")
      raise Error.new(status, reason, message.force_encoding("UTF-8"))
    end
    JSON.parse(buffer.byteslice(0, length.unpack1("J")).force_encoding("UTF-8"))
  end
end

abort "usage: ruby tokens.rb LIBRARY PRIVATE_KEY PUBLIC_KEY KEY_ARN STAGE_JSON USER_ID" if ARGV.size != 6
library, private_key, public_key, kid, stage_file, user_id = ARGV
tokens = IvsTokens.new(library)
stage = JSON.parse(File.read(stage_file)).fetch("stage")

token = tokens.mint(File.binread(private_key), kid: kid, stage: stage, userId: user_id, attributes: { displayName: user_id },
                                               capabilities: ["SUBSCRIBE"], durationSeconds: 15 * 60).fetch("token")
puts token

who = tokens.verify(File.binread(public_key), kid: kid, token: token, stageArn: stage["arn"])
warn "#{who['userId']} may join until #{who['expirationTime']}"

begin
  tokens.verify(File.binread(public_key), kid: kid, token: token, stageArn: stage["arn"], capabilities: ["PUBLISH"])
rescue IvsTokens::Error => e
  warn "refused: #{e.reason}: #{e.message}"
end
