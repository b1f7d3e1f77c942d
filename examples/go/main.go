// Mints a token with which one person can join a stage, and verifies it as a gate would, by cgo.
//
//	PKG_CONFIG_PATH=/usr/local/lib/pkgconfig go build
//	./tokens private.pem public.pem KEY_ARN stage.json ana
package main

// #cgo pkg-config: ivs_token
// #include <ivs_token.h>
import "C"

import (
	"encoding/json"
	"fmt"
	"os"
	"unsafe"
)

// Error is why a token was not minted, or refused: then Status is from 400 to 499.
type Error struct {
	Status  int
	Reason  string
	Message string
}

func (e *Error) Error() string { return e.Reason + ": " + e.Message }

// Mint makes a token of a request, as ivs_mint_json in ivs_token.h describes it, and says what is in it.
func Mint(key []byte, request, answer any) error {
	return call(func(keys *C.uint8_t, keysLen C.size_t, json *C.char, jsonLen C.size_t, buffer *C.char, size *C.size_t, e *C.ivs_error) C.ivs_status {
		return C.ivs_mint_json(keys, keysLen, json, jsonLen, buffer, size, e)
	}, key, request, answer)
}

// Verify says what is in a token, if it is good.
func Verify(keys []byte, request, answer any) error {
	return call(func(keys *C.uint8_t, keysLen C.size_t, json *C.char, jsonLen C.size_t, buffer *C.char, size *C.size_t, e *C.ivs_error) C.ivs_status {
		return C.ivs_verify_json(keys, keysLen, json, jsonLen, buffer, size, e)
	}, keys, request, answer)
}

type oneCall func(*C.uint8_t, C.size_t, *C.char, C.size_t, *C.char, *C.size_t, *C.ivs_error) C.ivs_status

// The next call of C may run on another thread, so the error comes with this one.
func call(function oneCall, keys []byte, request, answer any) error {
	text, err := json.Marshal(request)
	if err != nil {
		return err
	}
	if len(keys) == 0 {
		return fmt.Errorf("there is no key")
	}
	buffer := make([]byte, C.IVS_JSON_MAX)
	size := C.size_t(len(buffer))
	var failure C.ivs_error
	status := function((*C.uint8_t)(unsafe.Pointer(&keys[0])), C.size_t(len(keys)), (*C.char)(unsafe.Pointer(&text[0])),
		C.size_t(len(text)), (*C.char)(unsafe.Pointer(&buffer[0])), &size, &failure)
	if status != C.IVS_OK {
		return &Error{int(status), C.GoString(&failure.reason[0]), C.GoString(&failure.message[0])}
	}
	return json.Unmarshal(buffer[:size], answer)
}

type object = map[string]any

func run(privateFile, publicFile, kid, stageFile, userID string) error {
	private, err := os.ReadFile(privateFile)
	if err != nil {
		return err
	}
	public, err := os.ReadFile(publicFile)
	if err != nil {
		return err
	}
	text, err := os.ReadFile(stageFile)
	if err != nil {
		return err
	}
	var described struct{ Stage object }
	if err := json.Unmarshal(text, &described); err != nil {
		return err
	}

	var minted struct{ Token string }
	err = Mint(private, object{
		"kid": kid, "stage": described.Stage, "userId": userID, "attributes": object{"displayName": userID},
		"capabilities": []string{"SUBSCRIBE"}, "durationSeconds": 15 * 60,
	}, &minted)
	if err != nil {
		return err
	}
	fmt.Println(minted.Token)

	gate := object{"kid": kid, "token": minted.Token, "stageArn": described.Stage["arn"]}
	var who struct{ UserID, ExpirationTime string }
	if err := Verify(public, gate, &who); err != nil {
		return err
	}
	fmt.Fprintf(os.Stderr, "%s may join until %s\n", who.UserID, who.ExpirationTime)

	gate["capabilities"] = []string{"PUBLISH"}
	if err := Verify(public, gate, &who); err != nil {
		fmt.Fprintf(os.Stderr, "refused: %v\n", err)
	}
	return nil
}

func main() {
	if len(os.Args) != 6 {
		fmt.Fprintln(os.Stderr, "usage: tokens PRIVATE_KEY PUBLIC_KEY KEY_ARN STAGE_JSON USER_ID")
		os.Exit(2)
	}
	if err := run(os.Args[1], os.Args[2], os.Args[3], os.Args[4], os.Args[5]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
