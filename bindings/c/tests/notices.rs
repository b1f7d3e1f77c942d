//! The licences of what is linked in, beside the library and in the wheel, are those of today's dependencies.

use std::path::Path;
use std::process::Command;

#[test]
fn third_party_notices_are_up_to_date() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let output =
        Command::new("python3").arg("scripts/third-party-notices").arg("--check").current_dir(root).output();
    let output = output.expect("the tests need python3");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}
