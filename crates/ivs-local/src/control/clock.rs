//! The clock: what it says, and how it is stopped and moved.

use serde_json::{Value, json};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use crate::clock::{Time, system};
use crate::server::Server;
use crate::time::iso8601;

/// What the clock says.
pub(super) fn clock(server: &Server, fired: usize) -> Result<Value, String> {
    let keeper = server.keeper();
    let now = keeper.clock.now();
    let (mode, offset) = match keeper.clock.time() {
        // How far a clock that stands still is off changes all the time.
        Time::Frozen(_) => ("frozen", None),
        Time::Running(0) => ("real", Some(0)),
        Time::Running(offset) => ("running", Some(offset)),
    };
    Ok(json!({
        "now": iso8601(now),
        "nowMs": now,
        "mode": mode,
        "offsetMs": offset,
        "fired": fired,
        "timers": keeper.waiting().map_err(|error| error.to_string())?,
        "next": keeper.next_due().map(iso8601),
    }))
}

/// One of `freeze`, `resume`, `real`; and `advance`.
pub(super) fn set_clock(server: &Server, body: &Value) -> Result<Value, String> {
    let members = body.as_object().into_iter().flatten();
    let known = ["freeze", "resume", "real", "advance"];
    if let Some((name, _)) = members.clone().find(|(name, _)| !known.contains(&name.as_str())) {
        return Err(format!("There is no member {name}; the members are: {}", known.join(", ")));
    }
    if members.clone().count() == 0 {
        return Err(format!("Give at least one of these: {}", known.join(", ")));
    }
    if members.filter(|(name, _)| *name != "advance").count() > 1 {
        return Err("Give only one of freeze, resume and real".to_owned());
    }
    let is = |name: &str| match body.get(name) {
        None => Ok(false),
        Some(Value::Bool(true)) => Ok(true),
        Some(other) => Err(format!("{name} must be true, not {other}")),
    };
    let (is_resumed, is_real) = (is("resume")?, is("real")?);
    let frozen = body.get("freeze").map(freeze).transpose()?;
    let time = |now: i64| match frozen {
        Some(at) => Some(Time::Frozen(at.unwrap_or(now))),
        None if is_resumed => Some(Time::Running(now.saturating_sub(system()))),
        None => is_real.then_some(Time::Running(0)),
    };
    let advance = body.get("advance").map(seconds).transpose()?;
    let fired = server.move_time(time, advance)?;
    clock(server, fired)
}

/// The time at which the clock is to stand still: that of a text, or none for the present.
fn freeze(at: &Value) -> Result<Option<i64>, String> {
    match at {
        Value::Bool(true) => Ok(None),
        Value::String(text) => moment(text).map(Some),
        other => Err(format!("freeze must be true, or a time such as 2026-01-02T03:04:05Z; not {other}")),
    }
}

/// Milliseconds since 1970 of a time in RFC 3339.
pub(crate) fn moment(text: &str) -> Result<i64, String> {
    let read = OffsetDateTime::parse(text, &Rfc3339)
        .map_err(|_| format!("{text} is not a time; write it as 2026-01-02T03:04:05Z"))?;
    let milliseconds = i64::try_from(read.unix_timestamp_nanos() / 1_000_000).ok();
    milliseconds.filter(|at| *at >= 0).ok_or_else(|| format!("{text} is before 1970"))
}

/// Milliseconds of a number of seconds.
fn seconds(value: &Value) -> Result<i64, String> {
    /// A hundred years: timers are kept in the order of 16 digits.
    const MOST: f64 = 100.0 * 366.0 * 86_400.0;
    let number = value.as_f64().filter(|number| (0.0..=MOST).contains(number));
    let number =
        number.ok_or_else(|| format!("advance must be a number of seconds from 0 to {MOST}, not {value}"))?;
    #[expect(clippy::cast_possible_truncation, reason = "it was just compared")]
    Ok((number * 1000.0).round() as i64)
}
