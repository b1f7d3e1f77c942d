use std::collections::BTreeMap;

use crate::raw;
use crate::shape::{Location, Member, Pattern, Shape, ShapeId, Type};

const IVS: &str = include_str!("../api/ivs.json");
const REAL_TIME: &str = include_str!("../api/ivs-realtime.json");
const ERRATA: &str = include_str!("../api/errata.json");

/// Which of the two services.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum ServiceName {
    /// `ivs`: low-latency streaming.
    LowLatency,
    /// `ivs-realtime`: stages.
    RealTime,
}

impl ServiceName {
    /// The name that AWS's command line knows it by.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::LowLatency => "ivs",
            Self::RealTime => "ivs-realtime",
        }
    }
}

/// Both services, parsed once.
#[derive(Debug)]
pub struct Model {
    low_latency: Service,
    real_time: Service,
}

/// One service: its operations, shapes and exceptions.
#[derive(Debug)]
pub struct Service {
    name: ServiceName,
    exceptions: BTreeMap<String, u16>,
    operations: BTreeMap<String, Operation>,
    shapes: Vec<Shape>,
}

/// One operation.
#[derive(Debug)]
pub struct Operation {
    name: String,
    method: String,
    uri: String,
    status: u16,
    input: Option<ShapeId>,
    output: Option<ShapeId>,
    errors: Vec<String>,
}

impl Model {
    /// Parses the models that are compiled in, and applies the corrections.
    ///
    /// # Errors
    ///
    /// A file that is not what it should be, in words. Tests parse the files, so that a build that passed them gives none.
    pub fn new() -> Result<Self, String> {
        let errata: Vec<raw::Erratum> = parse(ERRATA)?;
        let service = |name: ServiceName, text| {
            let errata = errata.iter().filter(|one| one.service == name.as_str());
            Service::new(name, parse(text)?, errata)
        };
        Ok(Self {
            low_latency: service(ServiceName::LowLatency, IVS)?,
            real_time: service(ServiceName::RealTime, REAL_TIME)?,
        })
    }

    /// One of the two.
    pub fn service(&self, name: ServiceName) -> &Service {
        match name {
            ServiceName::LowLatency => &self.low_latency,
            ServiceName::RealTime => &self.real_time,
        }
    }

    /// Both.
    pub fn services(&self) -> [&Service; 2] {
        [&self.low_latency, &self.real_time]
    }
}

impl Service {
    fn new<'e>(
        name: ServiceName,
        mut raw: raw::Service,
        errata: impl Iterator<Item = &'e raw::Erratum>,
    ) -> Result<Self, String> {
        for erratum in errata {
            let shape = raw
                .shapes
                .get_mut(&erratum.shape)
                .filter(|_| !erratum.reason.is_empty())
                .ok_or_else(|| format!("an erratum without shape or reason: {}", erratum.shape))?;
            if let Some(pattern) = &erratum.pattern {
                shape.pattern = Some(pattern.clone());
            }
            if let Some(values) = &erratum.values {
                shape.values.clone_from(values);
            }
        }
        let ids: BTreeMap<String, ShapeId> =
            raw.shapes.keys().cloned().enumerate().map(|(place, name)| (name, ShapeId(place))).collect();
        let id = |name: &str| ids.get(name).copied().ok_or_else(|| format!("no shape {name}"));
        let operation = |(name, raw): (String, raw::Operation)| {
            Ok((
                name.clone(),
                Operation {
                    name,
                    method: raw.method,
                    uri: raw.uri,
                    status: raw.status,
                    input: raw.input.as_deref().map(id).transpose()?,
                    output: raw.output.as_deref().map(id).transpose()?,
                    errors: raw.errors,
                },
            ))
        };
        Ok(Self {
            name,
            exceptions: raw.exceptions,
            operations: raw.operations.into_iter().map(operation).collect::<Result<_, String>>()?,
            shapes: raw
                .shapes
                .into_iter()
                .map(|(name, raw)| shape(name, raw, id))
                .collect::<Result<_, String>>()?,
        })
    }

    /// The name.
    pub fn name(&self) -> ServiceName {
        self.name
    }

    /// The exceptions and their HTTP status.
    pub fn exceptions(&self) -> &BTreeMap<String, u16> {
        &self.exceptions
    }

    /// An operation, by its name.
    pub fn operation(&self, name: &str) -> Option<&Operation> {
        self.operations.get(name)
    }

    /// All operations, by name.
    pub fn operations(&self) -> impl Iterator<Item = &Operation> {
        self.operations.values()
    }

    /// A shape of this service.
    pub fn shape(&self, id: ShapeId) -> &Shape {
        // An ID is made for a shape that is there.
        &self.shapes[id.0]
    }

    /// All shapes.
    pub fn shapes(&self) -> impl Iterator<Item = &Shape> {
        self.shapes.iter()
    }
}

impl Operation {
    /// The name, such as `CreateStage`.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The HTTP method.
    pub fn method(&self) -> &str {
        &self.method
    }

    /// The path, such as `/CreateStage` or `/tags/{resourceArn}`.
    pub fn uri(&self) -> &str {
        &self.uri
    }

    /// The HTTP status of a success.
    pub fn status(&self) -> u16 {
        self.status
    }

    /// The shape of the input, if there is one.
    pub fn input(&self) -> Option<ShapeId> {
        self.input
    }

    /// The shape of the output, if there is one.
    pub fn output(&self) -> Option<ShapeId> {
        self.output
    }

    /// Whether the model lists this exception for it.
    pub fn has_error(&self, code: &str) -> bool {
        self.errors.iter().any(|error| error == code)
    }
}

fn parse<'a, T: serde::Deserialize<'a>>(text: &'a str) -> Result<T, String> {
    serde_json::from_str(text).map_err(|error| error.to_string())
}

fn shape(
    name: String,
    raw: raw::Shape,
    id: impl Fn(&str) -> Result<ShapeId, String>,
) -> Result<Shape, String> {
    let part = |part: &Option<String>| id(part.as_deref().unwrap_or_default());
    let kind = match raw.kind.as_str() {
        "structure" => {
            let member = |(name, member): (&String, &raw::Member)| {
                let (shape, location) = match member {
                    raw::Member::Body(shape) => (shape, Location::Body),
                    raw::Member::Elsewhere { shape, location } => (shape, self::location(location)?),
                };
                let is_required = raw.required.contains(name);
                Ok(Member { name: name.clone(), shape: id(shape)?, is_required, location })
            };
            Type::Structure(raw.members.iter().map(member).collect::<Result<_, String>>()?)
        }
        "list" => Type::List(part(&raw.member)?),
        "map" => Type::Map(part(&raw.key)?, part(&raw.value)?),
        "string" => Type::String,
        "integer" => Type::Integer,
        "long" => Type::Long,
        "float" => Type::Float,
        "boolean" => Type::Boolean,
        "timestamp" => Type::Timestamp,
        other => return Err(format!("{name} has the unknown type {other}")),
    };
    Ok(Shape {
        name,
        kind,
        min: raw.min,
        max: raw.max,
        pattern: raw.pattern.map(Pattern::new),
        values: raw.values,
        is_sensitive: raw.sensitive,
    })
}

fn location(name: &str) -> Result<Location, String> {
    match name {
        "uri" => Ok(Location::Uri),
        "querystring" => Ok(Location::Query),
        "header" => Ok(Location::Header),
        other => Err(format!("unknown location {other}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn holds_every_operation_and_every_pattern_compiles() {
        let model = Model::new().unwrap();
        assert_eq!(model.service(ServiceName::RealTime).operations().count(), 40);
        assert_eq!(model.service(ServiceName::LowLatency).operations().count(), 46);
        let patterns = |service: &Service| {
            let compiled = |shape: &Shape| shape.pattern.as_ref().map(|one| one.regex().is_some());
            service.shapes().filter_map(compiled).collect::<Vec<_>>()
        };
        for service in model.services() {
            let compiled = patterns(service);
            assert!(compiled.len() > 20 && compiled.iter().all(|&is| is));
        }
    }
}
