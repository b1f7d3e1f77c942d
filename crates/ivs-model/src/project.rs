use std::collections::BTreeSet;

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

/// Names in a value that can only be mistakes: members that [`project`] leaves out, and that no structure of the service has. Names that
/// begin with `_` are private, and left out on purpose. In the value itself, which is made for its shape, every other name that is left
/// out is one.
pub fn strangers(service: &Service, shape: ShapeId, value: &Value) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    collect(service, shape, value, true, &mut found);
    found
}

fn collect(service: &Service, shape: ShapeId, value: &Value, is_whole: bool, found: &mut BTreeSet<String>) {
    match (service.shape(shape).kind(), value) {
        (Type::Structure(members), Value::Object(object)) => {
            for (name, value) in object {
                match members.iter().find(|member| member.name == *name) {
                    Some(member) => collect(service, member.shape, value, false, found),
                    None if name.starts_with('_') || (!is_whole && is_member(service, name)) => {}
                    None => {
                        found.insert(name.clone());
                    }
                }
            }
        }
        (Type::List(member), Value::Array(list)) => {
            for value in list {
                collect(service, *member, value, false, found);
            }
        }
        _ => {}
    }
}

/// Whether any structure of the service has a member of this name.
fn is_member(service: &Service, name: &str) -> bool {
    service.shapes().any(|shape| {
        matches!(shape.kind(), Type::Structure(members) if members.iter().any(|member| member.name == name))
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::{Model, ServiceName};

    #[test]
    fn a_misspelt_name_is_a_stranger_and_a_member_of_another_shape_is_none() {
        let model = Model::new().unwrap();
        let service = model.service(ServiceName::RealTime);
        let list = service.operation("ListStages").unwrap().output().unwrap();
        // `endpoints` is a member of a stage that its summary does not show.
        let answer =
            json!({ "stages": [{ "arn": "a", "endpoints": {}, "_private": 1, "nam": "x" }], "stage": {} });
        let found: Vec<_> = strangers(service, list, &answer).into_iter().collect();
        assert_eq!(found, ["nam", "stage"]);
        let kept = project(service, list, &answer);
        assert_eq!(kept, json!({ "stages": [{ "arn": "a" }] }));
    }
}
