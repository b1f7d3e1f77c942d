//! The Rust of `docs/local.md`, as it is printed.

use std::error::Error;

include!(concat!(env!("OUT_DIR"), "/manual.rs"));

pub async fn run() -> Result<(), Box<dyn Error>> {
    let made = the_sdk().await?;
    assert_eq!(made.stage().and_then(|stage| stage.name()), Some("demo"));
    in_a_test().await?;
    Ok(())
}

/// What stands for AWS's crate: the same with a client of plain HTTP, for everything is on this machine.
mod aws_config {
    use ::aws_config::{BehaviorVersion, ConfigLoader, SdkConfig};

    pub async fn load_from_env() -> SdkConfig {
        from_env().load().await
    }

    pub fn from_env() -> ConfigLoader {
        let http = aws_smithy_http_client::Builder::new().build_http();
        ::aws_config::defaults(BehaviorVersion::latest()).http_client(http)
    }
}

/// What stands for the server in the test's process: that which runs anyway. The documentation of `ivs_local::testing` runs the real one.
mod ivs_local {
    pub mod testing {
        use std::env::{VarError, var};

        pub struct Local(String);

        impl Local {
            pub async fn start() -> Result<Self, VarError> {
                var("AWS_ENDPOINT_URL_IVS_REALTIME").map(Self)
            }

            pub fn url(&self) -> &str {
                &self.0
            }

            pub fn reset(&self) -> Result<(), VarError> {
                Ok(())
            }
        }
    }
}
