//! What the tests share: the test key in every form, and the `openssl` command.

#![allow(dead_code, unreachable_pub, reason = "each test binary uses a part")]
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stderr,
    reason = "a test stops where it fails, and says so"
)]

use std::{
    io::Write,
    process::{Command, Stdio},
};

/// The private number of RFC 6979, appendix A.2.6. Public, and good for tests only.
pub const SCALAR: &str =
    "6B9D3DAD2E1B8C1C05B19875B6659F4DE23C3B667BF297BA9AA47740787137D896D5724E4C70A825F872C9EA60D2EDF5";
pub const X: &str =
    "EC3A4E415B4E19A4568618029F427FA5DA9A8BC4AE92E02E06AAE5286B300C64DEF8F0EA9055866064A254515480BC13";
pub const Y: &str =
    "8015D9B72D7D57244EA8EF9AC0C621896708A59367F9DFB9F54CA84B3F1C9DB1288B231C3AE0D4FE7344FD2533264720";
/// The order of P-384.
pub const N: &str =
    "FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFC7634D81F4372DDF581A0DB248B0A77AECEC196ACCC52973";
pub const PASSPHRASE: &str = "correct horse";

pub const SEC1_PEM: &str = include_str!("../keys/sec1.pem");
pub const SEC1_WITH_PARAMETERS_PEM: &str = include_str!("../keys/sec1-with-parameters.pem");
pub const PKCS8_PEM: &str = include_str!("../keys/pkcs8.pem");
pub const PBKDF2_PEM: &str = include_str!("../keys/pkcs8-pbkdf2.pem");
pub const SCRYPT_PEM: &str = include_str!("../keys/pkcs8-scrypt.pem");
pub const DES3_PEM: &str = include_str!("../keys/pkcs8-3des-sha1.pem");
pub const SPKI_PEM: &str = include_str!("../keys/spki.pem");
pub const SPKI_COMPRESSED_PEM: &str = include_str!("../keys/spki-compressed.pem");
pub const SEC1_DER: &[u8] = include_bytes!("../keys/sec1.der");
pub const SEC1_WITHOUT_PUBLIC_DER: &[u8] = include_bytes!("../keys/sec1-without-public.der");
pub const SEC1_WITHOUT_PARAMETERS_DER: &[u8] = include_bytes!("../keys/sec1-without-parameters.der");
pub const PKCS8_DER: &[u8] = include_bytes!("../keys/pkcs8.der");
pub const PBKDF2_DER: &[u8] = include_bytes!("../keys/pkcs8-pbkdf2.der");
pub const SPKI_DER: &[u8] = include_bytes!("../keys/spki.der");

/// base64url of the three numbers above.
pub const X_URL: &str = "7DpOQVtOGaRWhhgCn0J_pdqai8SukuAuBqrlKGswDGTe-PDqkFWGYGSiVFFUgLwT";
pub const Y_URL: &str = "gBXZty19VyROqO-awMYhiWcIpZNn-d-59UyoSz8cnbEoiyMcOuDU_nNE_SUzJkcg";
pub const D_URL: &str = "a509rS4bjBwFsZh1tmWfTeI8O2Z78pe6mqR3QHhxN9iW1XJOTHCoJfhyyepg0u31";

pub fn private_jwk() -> String {
    format!(r#"{{"kty":"EC","crv":"P-384","x":"{X_URL}","y":"{Y_URL}","d":"{D_URL}"}}"#)
}

pub fn public_jwk() -> String {
    format!(r#"{{"kty":"EC","crv":"P-384","x":"{X_URL}","y":"{Y_URL}"}}"#)
}

pub fn hex(text: &str) -> Vec<u8> {
    (0..text.len()).step_by(2).map(|at| u8::from_str_radix(&text[at..at + 2], 16).unwrap()).collect()
}

/// The uncompressed point of the test key.
pub fn point() -> Vec<u8> {
    [vec![4], hex(X), hex(Y)].concat()
}

/// Standard base64 with padding, in lines of `width` characters (0: all on one).
pub fn base64(bytes: &[u8], width: usize) -> String {
    const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut out = String::new();
    let mut column = 0;
    for chunk in bytes.chunks(3) {
        let group = chunk.iter().fold(0_u32, |all, b| (all << 8) | u32::from(*b)) << (8 * (3 - chunk.len()));
        for place in 0..4 {
            let index = (group >> (18 - 6 * place)) & 63;
            out.push(if place > chunk.len() { '=' } else { char::from(ALPHABET[index as usize]) });
            column += 1;
            if width > 0 && column % width == 0 {
                out.push('\n');
            }
        }
    }
    out
}

/// A DER element.
pub fn tlv(tag: u8, parts: &[&[u8]]) -> Vec<u8> {
    let contents = parts.concat();
    let length = match contents.len() {
        len @ 0..128 => vec![u8::try_from(len).unwrap()],
        len @ 128..256 => vec![0x81, u8::try_from(len).unwrap()],
        len => [&[0x82], &u16::try_from(len).unwrap().to_be_bytes()[..]].concat(),
    };
    [vec![tag], length, contents].concat()
}

/// One PEM block.
pub fn pem(label: &str, der: &[u8]) -> String {
    let body = base64(der, 64);
    format!("-----BEGIN {label}-----\n{}\n-----END {label}-----\n", body.trim_end())
}

/// Runs `openssl`. `None`, and a loud word, where it is not installed; but that is a failure in CI.
pub fn openssl(arguments: &[&str], input: &[u8]) -> Option<Vec<u8>> {
    let started = Command::new("openssl")
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn();
    let mut child = match started {
        Ok(child) => child,
        Err(error) if std::env::var_os("CI").is_some() => panic!("openssl is needed in CI: {error}"),
        Err(error) => {
            eprintln!("SKIPPED: this test needs the `openssl` command, which does not start: {error}");
            return None;
        }
    };
    // A command that needs no input may be gone before it is written.
    let _ = child.stdin.take().unwrap().write_all(input);
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success(), "openssl {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    Some(output.stdout)
}
