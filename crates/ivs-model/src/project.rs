use serde_json::{Map, Value};

use crate::model::Service;
use crate::shape::{Location, ShapeId, Type};

/// The part of a value that a shape has members for: what of a record an answer shows. Nulls are left out.
pub fn project(service: &Service, shape: ShapeId, value: &Value) -> Value {
    match (service.shape(shape).kind(), value) {
        (Type::Structure(members), Value::Object(object)) => {
            let shown =
                members.iter().filter(|member| member.location != Location::Header).filter_map(|member| {
                    let value = object.get(&member.name).filter(|value| !value.is_null())?;
                    Some((member.name.clone(), project(service, member.shape, value)))
                });
            Value::Object(shown.collect::<Map<_, _>>())
        }
        (Type::List(member), Value::Array(list)) => {
            list.iter().map(|value| project(service, *member, value)).collect()
        }
        _ => value.clone(),
    }
}
