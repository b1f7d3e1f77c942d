//! The service without its sockets: state, and one call after the other.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use ivs_model::{
    ApiError, Location, Model, Operation, Patterns, Service, ServiceName, ShapeId, Source, Type, check_with,
    project, strangers, validate_with,
};
use serde_json::{Map, Value, json};

use crate::arn::Arn;
use crate::behaviour;
use crate::call::{Call, Frame};
use crate::clock::Time;
use crate::door::{Calls, Door, End, Live, endings};
use crate::environment::Environment;
use crate::events::Targets;
use crate::faults::{Faults, Rates, told_of_rate};
use crate::http::sigv4::{Caller, Signed, decode, pairs};
use crate::ids::Ids;
use crate::keeper::{Due, Keeper, Written};
use crate::log::{Deed, Entry, Log};
use crate::own::{Own, OwnError};
use crate::pulse::Pulse;
use crate::settings::Settings;
use crate::state::{RestoreError, State, check, fork, is_secret};
use crate::store::{Store, StoreError, Transaction, WatchedStore};
use crate::view::{Scene, View, internal};
use crate::{kinds, life};

/// A local Amazon IVS.
pub struct Server {
    model: Model,
    watched: Arc<WatchedStore>,
    pulse: Arc<Pulse>,
    keeper: Arc<Keeper>,
    /// Timers run one after the other, before whatever comes later.
    settling: Mutex<()>,
    door: Door,
    live: Arc<Live>,
    calls: Arc<Calls>,
    log: Log,
    /// How many calls have come since the log began.
    calls_begun: AtomicU64,
    faults: Arc<Faults>,
    rates: Rates,
    targets: Arc<Targets>,
}

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

/// An operation, and what the path says of its input.
pub(crate) struct Route<'s> {
    pub(crate) service: &'s Service,
    pub(crate) operation: &'s Operation,
    /// Members of the path and the query.
    members: Map<String, Value>,
}

/// The server can not start.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StartError {
    /// The state can not be read or written.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The operating system gives no random bytes.
    #[error("the operating system gives no random bytes: {0}")]
    Randomness(String),
    /// A model that is compiled in is not what it should be.
    #[error("the service model is broken: {0}")]
    Model(String),
    /// What the state holds of a key is none.
    #[error("the state holds a key that can not be read: {0}")]
    Key(String),
    /// A rule for faults is bad.
    #[error("a fault can not be: {0}")]
    Fault(String),
    /// A target of events is bad.
    #[error("a target of events can not be: {0}")]
    Target(String),
}

impl From<OwnError> for StartError {
    fn from(error: OwnError) -> Self {
        match error {
            OwnError::Store(error) => Self::Store(error),
            OwnError::Randomness(words) => Self::Randomness(words),
            OwnError::Key(words) => Self::Key(words),
        }
    }
}

impl Server {
    /// A server with this state. `port` is the one that its addresses name.
    ///
    /// # Errors
    ///
    /// [`StartError`].
    pub fn new(settings: Settings, store: Box<dyn Store>, port: u16) -> Result<Self, StartError> {
        let model = Model::new().map_err(StartError::Model)?;
        let Own { token_key, secret, calls } = Own::of(&*store, settings.seed.as_deref())?;
        let pulse = Arc::new(Pulse::default());
        let watched = Arc::new(WatchedStore::new(store, Arc::clone(&pulse)));
        let store: Arc<dyn Store> = Arc::<WatchedStore>::clone(&watched);
        let faults = Faults::new(settings.seed.clone(), settings.faults.clone(), &model);
        let faults = Arc::new(faults.map_err(StartError::Fault)?);
        let rates = Rates::new(settings.rates);
        let environment = Environment::new(settings, token_key, secret, port);
        let keeper =
            Arc::new(Keeper::new(environment, store, calls, Arc::clone(&faults), Arc::clone(&pulse))?);
        let targets = Targets::new(&keeper.environment.settings.targets, keeper.outbox(), keeper.store());
        let targets = Arc::new(targets.map_err(StartError::Target)?);
        let door = Door::open(&keeper, &pulse)?;
        let live = Live::new(&keeper, &door, Arc::clone(&faults))?;
        let settings = &keeper.environment.settings;
        let calls = Calls::new(&live, &settings.announce, settings.udp_port);
        Ok(Self {
            model,
            watched,
            pulse,
            keeper,
            settling: Mutex::default(),
            door,
            live,
            calls,
            log: Log::default(),
            calls_begun: AtomicU64::new(0),
            faults,
            rates,
            targets,
        })
    }

    pub(crate) fn settings(&self) -> &Settings {
        &self.environment().settings
    }

    fn environment(&self) -> &Environment {
        &self.keeper.environment
    }

    /// The state and the clock.
    pub(crate) fn keeper(&self) -> &Arc<Keeper> {
        &self.keeper
    }

    pub(crate) fn log(&self) -> &Log {
        &self.log
    }

    pub(crate) fn model(&self) -> &Model {
        &self.model
    }

    /// The faults that are asked for.
    pub(crate) fn faults(&self) -> &Faults {
        &self.faults
    }

    /// Who is told of events.
    pub(crate) fn targets(&self) -> &Arc<Targets> {
        &self.targets
    }

    /// The documented rates.
    pub(crate) fn rates(&self) -> &Rates {
        &self.rates
    }

    /// The refusal of a call beyond the documented rate.
    pub(crate) fn too_fast(&self, operation: &str, rate: u64) -> ApiError {
        let code = self.environment().assumptions().word("rate-code");
        let message = format!("Rate exceeded: {operation} can be called {rate} times a second");
        ApiError::new(code, message, "rates", Source::Guide)
    }

    /// The state, with what was seen of its changes.
    pub(crate) fn watched(&self) -> &WatchedStore {
        &self.watched
    }

    /// What beats with every change.
    pub(crate) fn pulse(&self) -> &Pulse {
        &self.pulse
    }

    /// Keeps a call that was answered, for whoever asks about it.
    pub(crate) fn note(&self, entry: Entry) {
        self.log.push(entry);
        self.pulse.beat();
    }

    /// The ID of a call that comes: with a seed, it depends on how many came before it since the log began.
    pub(crate) fn request_id(&self) -> String {
        let number = self.calls_begun.fetch_add(1, Ordering::Relaxed);
        let ids = match &self.settings().seed {
            Some(seed) => Ok(Ids::seeded(&format!("{seed} request"), number)),
            None => Ids::random(0),
        };
        // Without randomness an answer is still an answer.
        ids.map_or_else(|_| String::new(), |mut ids| ids.uuid())
    }

    /// Keeps that somebody did something to the server itself. `order` is its place among all that happens: before what came
    /// of it.
    pub(crate) fn note_deed(&self, order: u64, kind: &str, what: String) {
        let at = self.keeper.clock.now();
        self.log.push_deed(Deed { order, at, kind: kind.to_owned(), what });
        self.pulse.beat();
    }

    /// What decides about tokens.
    pub fn door(&self) -> &Door {
        &self.door
    }

    /// Where clients reach the server, with no slash at its end.
    pub(crate) fn url(&self) -> &str {
        &self.environment().endpoints().whip
    }

    pub(crate) fn store(&self) -> &dyn Store {
        self.keeper.store()
    }

    /// Who is on which stage.
    pub(crate) fn live(&self) -> &Arc<Live> {
        &self.live
    }

    /// The connections for media.
    pub(crate) fn calls(&self) -> &Arc<Calls> {
        &self.calls
    }

    /// Opens the UDP sockets for media, which otherwise happens with the first offer. Must be called within a runtime.
    ///
    /// # Errors
    ///
    /// Why they can not be opened, in words.
    pub fn open_media(&self) -> Result<(), String> {
        self.calls.media().map(drop).map_err(|error| error.to_string())
    }

    /// The public half of the key of `CreateParticipantToken`.
    pub fn token_key(&self) -> &ivs_token::VerifyingKey {
        self.environment().token_key.verifying_key()
    }

    /// Finds the operation of a request.
    pub(crate) fn route(&self, request: &Signed<'_>) -> Result<Route<'_>, ApiError> {
        let mut members = Map::new();
        if let Some(arn) = request.path.strip_prefix("/tags/") {
            let arn = decode(arn);
            let kind = Arn::parse(&arn).and_then(|arn| kinds::of_type(arn.kind));
            let service = kind.map_or(ServiceName::RealTime, kinds::Kind::service);
            members.insert("resourceArn".into(), arn.into());
            let name = match request.method {
                "GET" => "ListTagsForResource",
                "POST" => "TagResource",
                "DELETE" => "UntagResource",
                _ => return Err(self.unknown(request)),
            };
            let keys: Vec<_> =
                pairs(request.query).filter(|(name, _)| name == "tagKeys").map(|(_, key)| key).collect();
            if name == "UntagResource" && !keys.is_empty() {
                members.insert("tagKeys".into(), keys.into());
            }
            let service = self.model.service(service);
            let operation = service.operation(name).ok_or_else(|| self.unknown(request))?;
            return Ok(Route { service, operation, members });
        }
        let name = request.path.strip_prefix('/').unwrap_or_default();
        self.model
            .services()
            .into_iter()
            .find_map(|service| {
                let operation = service.operation(name)?;
                (operation.method() == request.method && operation.uri() == request.path).then_some(Route {
                    service,
                    operation,
                    members: Map::new(),
                })
            })
            .ok_or_else(|| self.unknown(request))
    }

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

    /// Does outside of the store what a change asks for.
    fn apply<T>(&self, written: Written<'_, T>) -> T {
        let Written { value, effects, turn } = written;
        let ends = endings(&effects);
        self.door.apply(effects);
        drop(turn);
        // Nobody can come back once they are sent away.
        self.live.end(ends);
        value
    }

    /// Commits a change that is no operation, after all that falls due before it.
    pub(crate) fn change<T>(
        &self,
        account: &str,
        region: &str,
        change: impl FnMut(&mut View<'_>) -> Result<T, ApiError>,
    ) -> Result<T, ApiError> {
        self.settle().map_err(internal)?;
        let scene = Scene { account, region, now: self.keeper.clock.now() };
        self.keeper.change(scene, change).map(|written| self.apply(written))
    }

    /// Runs the timers that are due, in order, each at its time. Answers how many there were.
    ///
    /// # Errors
    ///
    /// [`StoreError`].
    pub fn settle(&self) -> Result<usize, StoreError> {
        if !self.keeper.is_due() {
            return Ok(0);
        }
        let _settling = self.settling.lock().unwrap_or_else(PoisonError::into_inner);
        self.settle_now()
    }

    /// Sets the time to what `time` makes of it, if there is one to set, moves it by so many milliseconds, and runs what falls
    /// due through that. Answers how many timers there were: nobody else runs one of them, or moves the time meanwhile.
    pub(crate) fn move_time(
        &self,
        time: impl FnOnce(i64) -> Option<Time>,
        milliseconds: Option<i64>,
    ) -> Result<usize, StoreError> {
        let _settling = self.settling.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(time) = time(self.keeper.clock.now()) {
            self.keeper.set_time(time)?;
        }
        if let Some(milliseconds) = milliseconds {
            self.keeper.advance(milliseconds)?;
        }
        self.settle_now()
    }

    /// As [`Self::settle`], for who has its lock.
    fn settle_now(&self) -> Result<usize, StoreError> {
        let clock = &self.keeper.clock;
        let (time, until) = (clock.time(), clock.now());
        let mut shown = time;
        let mut fired = 0;
        while let Some(due) = self.keeper.first_due(until)? {
            if matches!(time, Time::Frozen(_)) && clock.time() == shown {
                // A clock that stands still shows to each timer the time at which it is due.
                shown = Time::Frozen(due.at);
                clock.set(shown);
            }
            self.fire(&due)?;
            fired += 1;
        }
        if clock.time() == shown {
            clock.set(time);
        }
        Ok(fired)
    }

    fn fire(&self, due: &Due) -> Result<(), StoreError> {
        let (account, region) = due.waiting.as_ref().map_or(("", ""), |one| (&one.account, &one.region));
        let scene = Scene { account, region, now: due.at };
        let run = self.keeper.change(scene, |view| {
            view.writes.push((due.key.clone(), None));
            due.waiting.as_ref().map_or(Ok(()), |waiting| life::run(view, &waiting.timer))
        });
        match run {
            Ok(written) => self.apply(written),
            Err(error) => {
                // One that fails must not stop the others.
                tracing::warn!(%error, timer = due.key, "a timer failed");
                let gone = self.keeper.change(scene, |view| {
                    view.writes.push((due.key.clone(), None));
                    Ok(())
                });
                gone.map(drop).map_err(|error| StoreError(error.to_string()))?;
            }
        }
        Ok(())
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

    /// All that the server knows, without its own keys.
    ///
    /// # Errors
    ///
    /// [`StoreError`].
    pub fn snapshot(&self) -> Result<State, StoreError> {
        let _turn = self.keeper.turn();
        State::of(self.store())
    }

    /// Knows this state and nothing else from now on. Who is on a stage is sent away; the server's own keys stay.
    ///
    /// # Errors
    ///
    /// [`RestoreError`]: nothing was changed.
    pub fn restore(&self, state: &State) -> Result<(), RestoreError> {
        check(state, &self.model, self.patterns())?;
        Ok(self.replace(state)?)
    }

    /// As [`Self::restore`], of a state that is good.
    fn replace(&self, state: &State) -> Result<(), StoreError> {
        let _settling = self.settling.lock().unwrap_or_else(PoisonError::into_inner);
        let all = self.store().scan("", "", usize::MAX)?;
        let stages = all.iter().filter(|(key, _)| key.split('/').nth(2) == Some("stage"));
        let arns = stages.filter_map(|(_, entry)| entry.value.get("arn")?.as_str()?.try_into().ok());
        self.live.end(arns.map(End::Stage).collect());
        let turn = self.keeper.replace((state.entries(), state.calls()), is_secret)?;
        self.door.replace(state.entries().iter());
        drop(turn);
        self.live.settle()?;
        // What is seen from now on is of this state alone.
        self.watched.forget();
        self.environment().audience.forget();
        self.keeper.recent().forget();
        self.door.refusals().forget();
        self.log.forget();
        self.calls_begun.store(0, Ordering::Relaxed);
        Ok(())
    }

    /// Takes back what was ordered: clock, rates, faults and targets are those of the settings again. Resources stay, and so
    /// does what happened to them. What falls due through the clock happens before it returns.
    ///
    /// # Errors
    ///
    /// [`StoreError`].
    pub fn calm(&self) -> Result<(), StoreError> {
        self.keeper.set_time(Time::first(self.settings().freeze))?;
        self.rates.set(self.settings().rates);
        self.targets.calm();
        // They were good when the server started.
        self.faults.reset(&self.model).map_err(StoreError)?;
        self.settle().map(drop)
    }

    /// Forgets every resource of every account, every event, what happened to the clock, and every fault, rate and target but
    /// those of the settings, as if the server had just begun. The server's own keys stay.
    ///
    /// # Errors
    ///
    /// [`StoreError`].
    pub fn reset(&self) -> Result<(), StoreError> {
        self.replace(&State::default())?;
        self.rates.set(self.settings().rates);
        self.targets.reset();
        // They were good when the server started.
        self.faults.reset(&self.model).map_err(StoreError)
    }

    /// Gives the account `to` the resources of the account `from`, and answers how many; none if `to` has some already.
    ///
    /// # Errors
    ///
    /// [`StoreError`].
    pub fn fork(&self, from: &str, to: &str) -> Result<Option<usize>, StoreError> {
        let _turn = self.keeper.turn();
        if self.store().count(&format!("{to}/"))? > 0 {
            return Ok(None);
        }
        let copies = fork(&State::of(self.store())?, from, to);
        let writes = copies.iter().map(|(key, value)| (key.clone(), Some(value.clone()))).collect();
        self.store().commit(Transaction { checks: Vec::new(), writes })?;
        self.door.learn(copies.iter());
        Ok(Some(copies.len()))
    }

    fn patterns(&self) -> Patterns {
        if self.environment().is_lenient() { Patterns::Ignored } else { Patterns::Checked }
    }

    /// The input of a call: the body, with the members of path and query.
    fn input(&self, route: &Route<'_>, body: &[u8]) -> Result<Map<String, Value>, ApiError> {
        let malformed = |message: String| self.malformed(message);
        let mut value: Value = if body.is_empty() {
            json!({})
        } else {
            serde_json::from_slice(body)
                .map_err(|error| malformed(format!("The body is not JSON: {error}")))?
        };
        if let Value::Object(members) = &mut value
            && let Some(shape) = route.operation.input()
            && let Type::Structure(known) = route.service.shape(shape).kind()
        {
            // What belongs into the path or the query is not taken from the body.
            for member in known.iter().filter(|member| member.location() != Location::Body) {
                members.remove(member.name());
            }
            members.extend(route.members.clone());
            // Members that the model does not know are ignored.
            members.retain(|name, _| known.iter().any(|member| member.name() == name));
        }
        validate_with(route.service, route.operation.input(), &value, self.patterns()).map_err(|error| {
            match error.rule() {
                "wrong-type" => self.assumed("wrong-type", error.message()),
                _ => error,
            }
        })?;
        match value {
            Value::Object(members) => Ok(members),
            _ => Err(malformed("The body is no JSON object".to_owned())),
        }
    }

    /// The refusal of a body that can not be read.
    pub(crate) fn malformed(&self, message: impl Into<String>) -> ApiError {
        self.assumed("malformed-body", message)
    }

    fn unknown(&self, request: &Signed<'_>) -> ApiError {
        let asked = format!("{} {}", request.method, request.path);
        let message = unknown_name(&asked).message().to_owned();
        let mut all = self.model.services().into_iter().flat_map(Service::operations);
        // Whoever tries it in a browser asks with GET.
        match all.find(|operation| operation.uri() == request.path) {
            Some(known) => {
                self.assumed("operations", format!("{message}; {} takes {}", request.path, known.method()))
            }
            None => self.assumed("operations", message),
        }
    }

    /// A refusal whose code the settings choose.
    fn assumed(&self, rule: &'static str, message: impl Into<String>) -> ApiError {
        ApiError::new(self.environment().assumptions().word(rule), message, rule, Source::Assumed)
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

fn unknown_name(name: &str) -> ApiError {
    ApiError::new(
        "UnknownOperationException",
        format!("Unknown operation: {name}"),
        "operations",
        Source::Assumed,
    )
}

/// A server with state in memory, for tests.
#[doc(hidden)]
pub fn in_memory(settings: Settings, port: u16) -> Result<Arc<Server>, StartError> {
    Server::new(settings, Box::new(crate::store::MemoryStore::default()), port).map(Arc::new)
}

#[cfg(test)]
mod tests {
    use std::fmt::Write;

    use super::*;

    #[test]
    fn the_time_that_is_set_depends_on_one_that_nobody_moves_meanwhile() {
        let server = in_memory(Settings { freeze: Some(5), ..Settings::default() }, 1).unwrap();
        let seen = std::cell::Cell::new(0);
        let time = |now| {
            assert!(server.settling.try_lock().is_err(), "others can move the time");
            seen.set(now);
            Some(Time::Frozen(now + 2))
        };
        server.move_time(time, Some(10)).unwrap();
        assert_eq!((seen.get(), server.keeper.clock.now()), (5, 17));
    }

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
