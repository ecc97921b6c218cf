//! Links a release binary small: functions of the same machine code are kept once, and symbols left
//! out. Only where the toolchain links with LLD, which is Rust's default on this target since 1.90.

use std::env::var;

fn main() {
    println!("cargo:rerun-if-changed=build.rs");
    let is = |name: &str, value: &str| var(name).is_ok_and(|v| v == value);
    let lld = is("CARGO_CFG_TARGET_ARCH", "x86_64")
        && is("CARGO_CFG_TARGET_OS", "linux")
        && is("CARGO_CFG_TARGET_ENV", "gnu");
    if lld && is("PROFILE", "release") {
        // Cargo strips no binary whose own package has settings in a profile.
        println!("cargo:rustc-link-arg-bins=-Wl,--icf=all,--strip-all");
    }
}
