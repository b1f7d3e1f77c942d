//! The ARNs in one resource that name another.

use ivs_model::{ApiError, Source};
use serde_json::Value;

use super::{Kind, Record, at};
use crate::arn::Arn;
use crate::call::{Call, invalid};

/// Whether every ARN in a record is of a resource that is there.
pub(super) fn check_references(kind: &dyn Kind, call: &Call<'_>, record: &Record) -> Result<(), ApiError> {
    for reference in kind.references() {
        let Some(arn) = at(record, reference.path).and_then(Value::as_str).filter(|arn| !arn.is_empty())
        else {
            continue;
        };
        check_reference(call, reference.kind, arn)?;
    }
    Ok(())
}

/// Whether an ARN in the input is of a resource of this account and region.
pub(super) fn check_reference(call: &Call<'_>, kind: &str, arn: &str) -> Result<(), ApiError> {
    if call.environment.is_lenient() {
        return Ok(());
    }
    if !Arn::parse(arn).is_some_and(|arn| call.owns(&arn)) {
        let message = format!("{arn} is not in the account and region of the caller");
        return Err(invalid(message, "one-account-and-region", Source::Model));
    }
    if call.resource(kind, arn)?.is_none() {
        let message = format!("Resource: {arn} not found");
        return Err(call.refuse("ResourceNotFoundException", message, "not-found", Source::Model));
    }
    Ok(())
}
