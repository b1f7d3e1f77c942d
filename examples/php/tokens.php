<?php
// Mints a token with which one person can join a stage, and verifies it as a gate would. PHP 8.1 or later with its extension FFI.
//
//     php tokens.php libivs_token.so ivs_token_ffi.h private.pem public.pem KEY_ARN stage.json ana
//
// In a web server, preload the header once: FFI::load with opcache.preload.

declare(strict_types=1);

final class IvsTokens
{
    private FFI $c;

    public function __construct(string $library, string $header)
    {
        $this->c = FFI::cdef((string) file_get_contents($header), $library);
    }

    /** A token and what it says, from a request as ivs_mint_json() in ivs_token.h describes it. */
    public function mint(string $key, array $request): array
    {
        return $this->call('ivs_mint_json', $key, $request);
    }

    /** What a good token says. A bad one is a RuntimeException whose code is from 400 to 499. */
    public function verify(string $keys, array $request): array
    {
        return $this->call('ivs_verify_json', $keys, $request);
    }

    private function call(string $function, string $keys, array $request): array
    {
        $json = json_encode($request, JSON_THROW_ON_ERROR | JSON_UNESCAPED_SLASHES | JSON_UNESCAPED_UNICODE);
        $bytes = $this->c->new('uint8_t[' . max(1, strlen($keys)) . ']');
        FFI::memcpy($bytes, $keys, strlen($keys));
        $size = $this->c->IVS_JSON_MAX;
        $buffer = $this->c->new("char[$size]");
        $length = $this->c->new('size_t');
        $length->cdata = $size;
        $error = $this->c->new('ivs_error');
        try {
            $status = $this->c->$function(
                $bytes, strlen($keys), $json, strlen($json), $buffer, FFI::addr($length), FFI::addr($error),
            );
        } finally {
            $this->c->ivs_zeroize($bytes, strlen($keys));
        }
        if ($status !== 0) {
            throw new RuntimeException(FFI::string($error->reason) . ': ' . FFI::string($error->message), $status);
        }
        return json_decode(FFI::string($buffer, $length->cdata), true, flags: JSON_THROW_ON_ERROR);
    }
}

if ($argc !== 8) {
    fwrite(STDERR, "usage: php tokens.php LIBRARY FFI_HEADER PRIVATE_KEY PUBLIC_KEY KEY_ARN STAGE_JSON USER_ID\n");
    exit(2);
}
[, $library, $header, $private, $public, $kid, $stageFile, $userId] = $argv;
$tokens = new IvsTokens($library, $header);
$stage = json_decode((string) file_get_contents($stageFile), true)['stage'];

$token = $tokens->mint((string) file_get_contents($private), [
    'kid' => $kid,
    'stage' => $stage,
    'userId' => $userId,
    'attributes' => ['displayName' => $userId],
    'capabilities' => ['SUBSCRIBE'],
    'durationSeconds' => 15 * 60,
])['token'];
echo $token, "\n";

$gate = ['kid' => $kid, 'token' => $token, 'stageArn' => $stage['arn']];
$who = $tokens->verify((string) file_get_contents($public), $gate);
fwrite(STDERR, "{$who['userId']} may join until {$who['expirationTime']}\n");

try {
    $tokens->verify((string) file_get_contents($public), ['capabilities' => ['PUBLISH']] + $gate);
} catch (RuntimeException $refusal) {
    fwrite(STDERR, "refused: {$refusal->getMessage()}\n");
}
