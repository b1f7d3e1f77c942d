//! A call of an operation, and its answer.

use std::collections::BTreeSet;

use ivs_model::{ApiError, ShapeId, Source, Type, check_with, project, strangers, validate_with};
use serde_json::{Map, Value};

use super::Server;
use super::route::{Route, unknown_name};
use crate::call::{Call, Frame};
use crate::faults::told_of_rate;
use crate::http::sigv4::Caller;
use crate::view::{Scene, internal};
use crate::{behaviour, kinds};

/// A call that was answered.
pub(crate) struct Done {
    pub(crate) status: u16,
    /// None where the operation answers nothing.
    pub(crate) answer: Option<Value>,
    /// The rules that shaped the answer.
    pub(crate) rules: Rules,
}

/// Rules, each with where it comes from.
type Rules = Vec<(&'static str, Source)>;

/// A call that was refused.
pub(crate) struct Incident {
    pub(crate) error: ApiError,
    /// What the header of faults tells of it.
    pub(crate) told: Option<String>,
}

impl From<ApiError> for Incident {
    fn from(error: ApiError) -> Self {
        Self { error, told: None }
    }
}

impl Server {
    /// Runs a call: its status, and its answer if the operation has one.
    pub(crate) fn call(&self, route: &Route<'_>, caller: &Caller, body: &[u8]) -> Result<Done, Incident> {
        let input = self.input(route, body)?;
        self.check_channel_rate(route, caller, &input)?;
        let (answer, rules) = self.execute(route, caller, &input)?;
        let status = route.operation.status();
        let Some(shape) = route.operation.output() else {
            return Ok(Done { status, answer: None, rules });
        };
        let answer = self.modelled(route, shape, &answer);
        Ok(Done { status, answer: (status != 204).then_some(answer), rules })
    }

    /// The rate of `PutMetadata` for each channel.
    fn check_channel_rate(
        &self,
        route: &Route<'_>,
        caller: &Caller,
        input: &Map<String, Value>,
    ) -> Result<(), Incident> {
        if route.operation.name() != "PutMetadata" {
            return Ok(());
        }
        let channel = input.get("channelArn").and_then(Value::as_str).unwrap_or_default();
        let place = (caller.account.as_str(), caller.region.as_str());
        match self.rates.exceeded_for_channel(channel, place, self.keeper.clock.now()) {
            Some(rate) => Err(Incident {
                error: self.too_fast("PutMetadata of a channel", rate),
                told: Some(told_of_rate(rate)),
            }),
            None => Ok(()),
        }
    }

    /// The members of an answer that the model knows.
    fn modelled(&self, route: &Route<'_>, shape: ShapeId, answer: &Value) -> Value {
        // A misspelt name would be left out silently.
        debug_assert_eq!(
            strangers(route.service, shape, answer),
            BTreeSet::new(),
            "{}: {answer}",
            route.operation.name()
        );
        let answer = project(route.service, shape, answer);
        debug_assert_eq!(
            check_with(route.service, shape, &answer, self.patterns()),
            [],
            "{}: {answer}",
            route.operation.name()
        );
        answer
    }

    fn execute(
        &self,
        route: &Route<'_>,
        caller: &Caller,
        input: &Map<String, Value>,
    ) -> Result<(Value, Rules), ApiError> {
        self.settle().map_err(internal)?;
        let Route { service, operation, .. } = route;
        let Caller { account, region, .. } = caller;
        let scene = Scene { account, region, now: self.keeper.clock.now() };
        let frame = Frame { service, operation, scene, input };
        let (environment, store) = (self.environment(), self.keeper.store());
        // With a seed, each token has IDs of its own only if its call is counted.
        let is_read = is_read(operation.name())
            || (operation.name() == "CreateParticipantToken" && self.settings().seed.is_none());
        if is_read {
            let mut call = Call::new(&frame, self.keeper.ids_of_reading()?, environment, store);
            let answer = dispatch(&mut call)?;
            return Ok((answer, call.rules()));
        }
        let written = self.keeper.write(scene, |ids| {
            let mut call = Call::new(&frame, ids, environment, store);
            let answer = dispatch(&mut call)?;
            let rules = call.rules();
            Ok(((answer, rules), call.finish()))
        })?;
        Ok(self.apply(written))
    }

    /// Runs an operation for whoever starts the server: what `--init` asks for.
    ///
    /// # Errors
    ///
    /// The refusal, as a caller would see it.
    pub fn run(&self, operation: &str, region: &str, input: &Value) -> Result<Value, ApiError> {
        self.run_for(operation, &self.settings().account, region, input)
    }

    /// As [`Self::run`], for this account.
    pub(crate) fn run_for(
        &self,
        operation: &str,
        account: &str,
        region: &str,
        input: &Value,
    ) -> Result<Value, ApiError> {
        let found = self.model.services().into_iter().find_map(|service| {
            let operation = service.operation(operation)?;
            Some(Route { service, operation, members: Map::new() })
        });
        let route = found.ok_or_else(|| unknown_name(operation))?;
        let caller =
            Caller { access_key: String::new(), account: account.to_owned(), region: region.to_owned() };
        validate_with(route.service, route.operation.input(), input, self.patterns())?;
        let mut input = input.as_object().cloned().unwrap_or_default();
        if let Some(shape) = route.operation.input()
            && let Type::Structure(known) = route.service.shape(shape).kind()
        {
            // As in a request: members that the model does not know are ignored.
            input.retain(|name, _| known.iter().any(|member| member.name() == name));
        }
        let (answer, _) = self.execute(&route, &caller, &input)?;
        Ok(route.operation.output().map_or(Value::Null, |shape| self.modelled(&route, shape, &answer)))
    }
}

/// Runs what an operation does.
fn dispatch(call: &mut Call<'_>) -> Result<Value, ApiError> {
    let (service, name) = (call.service.name(), call.operation.name());
    if let Some(behaviour) = behaviour::find(service, name) {
        return behaviour(call);
    }
    match kinds::find_generic(service, name) {
        Some(generic) => kinds::run(generic, call),
        None => Err(unknown_name(name)),
    }
}

fn is_read(name: &str) -> bool {
    ["Get", "List", "BatchGet"].into_iter().any(|verb| name.starts_with(verb))
}

#[cfg(test)]
mod tests {
    use std::fmt::Write;

    use ivs_model::Model;

    use super::*;

    #[test]
    fn every_operation_is_there_and_the_documentation_lists_it() {
        let model = Model::new().unwrap();
        let mut table = String::from("| service | operation | state |\n|---|---|---|\n");
        for service in model.services() {
            for operation in service.operations() {
                let (name, of) = (operation.name(), service.name());
                let is_there = behaviour::find(of, name).is_some() || kinds::find_generic(of, name).is_some();
                let state = if is_there { "works" } else { "not there" };
                writeln!(table, "| {} | {name} | {state} |", of.as_str()).unwrap();
            }
        }
        assert_eq!(table.matches("not there").count(), 0, "{table}");
        crate::documentation::compare("operations", &table);
    }
}
