//! Gives the shared library its SONAME: its name with `IVS_ABI_VERSION`, so that a program finds the library it was made for.

use std::env;

fn main() -> Result<(), &'static str> {
    println!("cargo::rerun-if-changed=src/version.rs");
    let source = include_str!("src/version.rs");
    let abi = source
        .split_once("IVS_ABI_VERSION: u32 = ")
        .and_then(|(_, rest)| rest.split_once(';'))
        .map(|(number, _)| number.trim())
        .ok_or("src/version.rs does not say IVS_ABI_VERSION")?;
    match env::var("CARGO_CFG_TARGET_OS").as_deref() {
        Ok("windows") => {}
        Ok("macos" | "ios") => {
            println!("cargo::rustc-cdylib-link-arg=-Wl,-install_name,@rpath/libivs_token.{abi}.dylib");
        }
        _ => println!("cargo::rustc-cdylib-link-arg=-Wl,-soname,libivs_token.so.{abi}"),
    }
    Ok(())
}
