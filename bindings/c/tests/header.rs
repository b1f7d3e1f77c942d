//! `include/ivs_token.h` and `include/ivs_token_ffi.h` are what the sources say. `IVS_TOKEN_UPDATE=1 cargo test -p ivs-token-c --test
//! header` writes both anew.

mod ffi;

use std::path::Path;

#[test]
fn the_committed_headers_are_those_of_the_sources() {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let config = cbindgen::Config::from_file(here.join("cbindgen.toml")).unwrap();
    let mut header = Vec::new();
    cbindgen::generate_with_config(here, config).unwrap().write(&mut header);
    let header = without_safety(&String::from_utf8(header).unwrap());
    for (name, header) in [("ivs_token.h", &header), ("ivs_token_ffi.h", &ffi::declarations(&header))] {
        let path = here.join("../../include").join(name);
        if std::env::var_os("IVS_TOKEN_UPDATE").is_some() {
            std::fs::write(&path, header).unwrap();
        }
        let committed = std::fs::read_to_string(&path).unwrap();
        assert!(
            committed == *header,
            "include/{name} is not that of the sources: run this test with IVS_TOKEN_UPDATE=1"
        );
    }
}

/// What Rust calls safety is the contract at the top, said again at each function: once is enough for a reader of C.
fn without_safety(header: &str) -> String {
    let mut out = String::with_capacity(header.len());
    let mut rest = header;
    while let Some((before, after)) = rest.split_once("\n *\n * # Safety\n") {
        out.push_str(before);
        rest = after.find("\n */").map_or("", |end| &after[end..]);
    }
    out + rest
}
