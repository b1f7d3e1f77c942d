//! Moments as answers write them.

use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

/// The last millisecond of the year 9999: what is later can not be written as people write times.
pub(crate) const LAST_MS: i64 = 253_402_300_799_999;

/// A moment in ISO 8601, in UTC and whole seconds.
pub(crate) fn iso8601(milliseconds: i64) -> String {
    let moment = OffsetDateTime::from_unix_timestamp(milliseconds.div_euclid(1000))
        .unwrap_or(OffsetDateTime::UNIX_EPOCH);
    moment.format(&Rfc3339).unwrap_or_default()
}

/// A moment in ISO 8601, in UTC and milliseconds.
pub(crate) fn precise(milliseconds: i64) -> String {
    let seconds = iso8601(milliseconds);
    format!("{}.{:03}Z", seconds.trim_end_matches('Z'), milliseconds.rem_euclid(1000))
}

/// Seconds since 1970 of a time in the basic form of ISO 8601 that signatures have, `20260102T030405Z`.
pub(crate) fn basic(text: &str) -> Option<i64> {
    let format =
        time::format_description::parse_borrowed::<2>("[year][month][day]T[hour][minute][second]Z").ok()?;
    Some(time::PrimitiveDateTime::parse(text, &format).ok()?.assume_utc().unix_timestamp())
}

/// A moment in that form.
pub(crate) fn to_basic(milliseconds: i64) -> String {
    iso8601(milliseconds).replace(['-', ':'], "")
}

/// Seconds since 1970 of a time as answers write it.
pub(crate) fn seconds(text: &str) -> Option<i64> {
    OffsetDateTime::parse(text, &Rfc3339).ok().map(OffsetDateTime::unix_timestamp)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn writes_and_reads() {
        assert_eq!(iso8601(1_767_323_045_999), "2026-01-02T03:04:05Z");
        assert_eq!(precise(1_767_323_045_007), "2026-01-02T03:04:05.007Z");
        assert_eq!(basic("20260102T030405Z"), Some(1_767_323_045));
        assert_eq!(to_basic(1_767_323_045_999), "20260102T030405Z");
        assert_eq!(seconds("2026-01-02T03:04:05Z"), Some(1_767_323_045));
        assert_eq!(basic("2026-01-02T03:04:05Z"), None);
    }
}
