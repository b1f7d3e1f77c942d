//! What can be wrong with a value.

mod arn;
mod claim;
pub(crate) mod debug;
mod origin;
mod randomness;
mod stage;

pub use arn::ArnError;
pub use claim::ClaimError;
pub use origin::OriginError;
pub use randomness::RandomnessError;
pub use stage::{EndpointError, StageError};
