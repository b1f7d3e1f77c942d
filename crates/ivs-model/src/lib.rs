#![doc = include_str!("../README.md")]
#![forbid(unsafe_code)]

mod error;
mod model;
mod project;
mod raw;
mod shape;
mod validate;

pub use error::{ApiError, Source};
pub use model::{Model, Operation, Service, ServiceName};
pub use project::{project, strangers};
pub use shape::{Location, Member, Shape, ShapeId, Type};
pub use validate::{Patterns, Problem, Violation, check, check_with, validate, validate_with};
