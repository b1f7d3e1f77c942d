//! `docs/vault.md`: its Rust stands in a README that is compiled with its crate.

use conformance::workspace;

#[test]
fn its_rust_is_that_of_the_crates() {
    let read = |path: &str| std::fs::read_to_string(workspace().join(path)).unwrap();
    let page = read("docs/vault.md");
    let readmes = ["ivs-token", "ivs-token-kms", "ivs-token-pkcs11"]
        .map(|name| read(&format!("crates/{name}/README.md")));
    let blocks: Vec<&str> =
        page.split("\n```rust").skip(1).map(|rest| rest.split_once("\n```\n").unwrap().0).collect();
    assert_eq!(blocks.len(), 3);
    for block in blocks {
        assert!(readmes.iter().any(|readme| readme.contains(&format!("\n```rust{block}\n```\n"))), "{block}");
    }
}
