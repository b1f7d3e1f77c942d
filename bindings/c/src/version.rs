use std::ffi::c_char;

/// The version of this header: compare it with `ivs_version` of the library that runs.
#[cfg_attr(not(test), expect(dead_code, reason = "for the header"))]
pub const IVS_TOKEN_VERSION_MAJOR: u32 = 0;

/// See `IVS_TOKEN_VERSION_MAJOR`.
#[cfg_attr(not(test), expect(dead_code, reason = "for the header"))]
pub const IVS_TOKEN_VERSION_MINOR: u32 = 1;

/// See `IVS_TOKEN_VERSION_MAJOR`.
#[cfg_attr(not(test), expect(dead_code, reason = "for the header"))]
pub const IVS_TOKEN_VERSION_PATCH: u32 = 0;

/// Grows by one whenever a program that was compiled before would no longer work: when a function or a status was
/// removed, or a struct or a function changed. Additions leave it as it is.
pub const IVS_ABI_VERSION: u32 = 1;

/// The length of the longest possible token in bytes, including the NUL at its end.
pub const IVS_TOKEN_MAX: usize = 16 * 1024 + 1;

/// The version of the library that runs, such as `0.1.0`. Never NULL.
#[unsafe(no_mangle)]
pub extern "C" fn ivs_version() -> *const c_char {
    concat!(env!("CARGO_PKG_VERSION"), "\0").as_ptr().cast()
}

/// The ABI of the library that runs; compare it with `IVS_ABI_VERSION` of the header.
#[unsafe(no_mangle)]
pub extern "C" fn ivs_abi_version() -> u32 {
    IVS_ABI_VERSION
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_header_is_of_this_version() {
        let version = [IVS_TOKEN_VERSION_MAJOR, IVS_TOKEN_VERSION_MINOR, IVS_TOKEN_VERSION_PATCH];
        assert_eq!(version.map(|part| part.to_string()).join("."), env!("CARGO_PKG_VERSION"));
    }
}
