<?php
// Mints a token with objects, verifies it, and reads errors from the struct of the call that they are of:
//
//     php objects.php LIBRARY FFI_HEADER PRIVATE_KEY PUBLIC_KEY KEY_ARN STAGE_JSON

declare(strict_types=1);

[, $library, $header, $private, $public, $kid, $stageFile] = $argv;
$c = FFI::cdef((string) file_get_contents($header), $library);
$stageJson = (string) file_get_contents($stageFile);

function must(bool $holds, string $what): void
{
    if (!$holds) {
        fwrite(STDERR, "$what\n");
        exit(1);
    }
}

/** An object that a function makes, and the error of its call. */
function made(FFI $c, string $kind, string $function, mixed ...$arguments): array
{
    [$out, $error] = [$c->new("$kind *"), $c->new('ivs_error')];
    $status = $c->$function(...[...$arguments, FFI::addr($out), FFI::addr($error)]);
    must($status === $error->status, "$function: the struct has another status");
    return [$out, $status, FFI::string($error->reason), FFI::string($error->message)];
}

/** The object alone: the call must go well. */
function good(FFI $c, string $kind, string $function, mixed ...$arguments): FFI\CData
{
    [$object, $status, $reason, $message] = made($c, $kind, $function, ...$arguments);
    must($status === $c->IVS_OK && $reason === '' && $message === '', "$function: $message");
    return $object;
}

$now = PHP_INT_MIN;
$key = good($c, 'ivs_signing_key', 'ivs_signing_key_from_file_e', $private, strlen($private), null, 0, $kid, strlen($kid));
$half = good($c, 'ivs_verifying_key', 'ivs_verifying_key_from_file_e', $public, strlen($public));
$stage = good($c, 'ivs_stage', 'ivs_stage_from_json_e', $stageJson, strlen($stageJson));
$participant = $c->new('ivs_participant *');
must($c->ivs_participant_new($stage, FFI::addr($participant)) === $c->IVS_OK, 'a participant');
must($c->ivs_participant_set_user_id($participant, 'ana', 3) === $c->IVS_OK, 'a user ID');
$token = good($c, 'ivs_token', 'ivs_participant_mint_token_e', $participant, $key, $now);
$text = $c->new('ivs_str');
must($c->ivs_token_text_out($token, FFI::addr($text)) === $c->IVS_OK, 'the text of a token');
$text = FFI::string($text->data, $text->len);

$builder = $c->new('ivs_verifier_builder *');
must($c->ivs_verifier_builder_new(FFI::addr($builder)) === $c->IVS_OK, 'a builder');
[, $status, $reason, $message] = made($c, 'ivs_verifier', 'ivs_verifier_builder_build_e', $builder);
must($status === $c->IVS_NO_KEYS && $reason === 'NO_KEYS' && $message !== '', "without a key: $message");
must($c->ivs_verifier_builder_add_key($builder, $kid, strlen($kid), $half) === $c->IVS_OK, 'a key for the builder');
$verifier = good($c, 'ivs_verifier', 'ivs_verifier_builder_build_e', $builder);
$verified = good($c, 'ivs_verified', 'ivs_verifier_verify_e', $verifier, $text, strlen($text));
[, $status, $reason] = made($c, 'ivs_verified', 'ivs_verifier_verify_e', $verifier, 'nonsense', 8);
must($status === $c->IVS_TOKEN_INVALID && $reason === 'NOT_THREE_PARTS', "nonsense is $reason");

echo $text, "\n";
$c->ivs_verified_free($verified);
$c->ivs_verifier_free($verifier);
$c->ivs_verifier_builder_free($builder);
$c->ivs_token_free($token);
$c->ivs_participant_free($participant);
$c->ivs_stage_free($stage);
$c->ivs_verifying_key_free($half);
$c->ivs_signing_key_free($key);
