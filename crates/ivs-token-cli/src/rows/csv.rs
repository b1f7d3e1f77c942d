use std::io::Read;

use csv::{ByteRecord, ReaderBuilder};
use ivs_token::{ParticipantId, UserId};

use super::Row;
use super::values::{self, Reason, Values};
use crate::failure::Failure;
use crate::input::{self, Source};

/// Reads the header, and then the rows.
pub(super) fn rows(
    source: Source,
    reader: impl Read,
) -> Result<impl Iterator<Item = Result<Row, Failure>>, Failure> {
    // Rows that are too short or too long are for us to report, by number.
    let mut reader = ReaderBuilder::new().flexible(true).from_reader(reader);
    let header = reader.byte_headers().map_err(|error| failure(&source, &error))?;
    let columns = columns(header).map_err(|message| Failure::failed(format!("{source}: {message}")))?;
    let mut number = 0;
    Ok(reader.into_byte_records().map(move |record| {
        let record = record.map_err(|error| failure(&source, &error))?;
        number += 1;
        let line = record.position().map_or(0, csv::Position::line);
        Ok(Row { number, line, values: read(&columns, &record) })
    }))
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Column {
    UserId,
    Attributes,
    Capabilities,
    Duration,
    ParticipantId,
}

const COLUMNS: [(&str, Column); 5] = [
    ("userId", Column::UserId),
    ("attributes", Column::Attributes),
    ("capabilities", Column::Capabilities),
    ("duration", Column::Duration),
    ("participantId", Column::ParticipantId),
];

fn columns(header: &ByteRecord) -> Result<Vec<Column>, String> {
    let mut columns = Vec::new();
    let mut unknown = Vec::new();
    for name in header {
        let name = String::from_utf8_lossy(name.trim_ascii());
        match COLUMNS.iter().find(|(known, _)| *known == name) {
            Some((_, column)) if columns.contains(column) => {
                return Err(format!("the column {name} appears twice in the header: keep one"));
            }
            Some((_, column)) => columns.push(*column),
            None => unknown.push(format!("{name:?}")),
        }
    }
    if unknown.is_empty() {
        return Ok(columns);
    }
    let hint = if header.len() == 1 && header[0].contains(&b';') {
        "; put commas between columns, not semicolons"
    } else {
        ""
    };
    Err(format!(
        "the header names columns that are not known: {}; known are userId, attributes, capabilities, duration and \
         participantId{hint}",
        unknown.join(", ")
    ))
}

fn read(columns: &[Column], record: &ByteRecord) -> Result<Values, Reason> {
    if record.len() != columns.len() {
        return Err(Reason::form(format!(
            "the row has {} cells, and the header {}: cells that hold a comma or a quote stand in quotes, with each quote \
             in them doubled",
            record.len(),
            columns.len()
        )));
    }
    let mut values = Values::default();
    for (column, cell) in columns.iter().zip(record) {
        let text = std::str::from_utf8(cell)
            .map_err(|_| Reason::form("the row is not UTF-8: save the file as UTF-8"))?;
        let trimmed = text.trim();
        if trimmed.is_empty() {
            continue;
        }
        match column {
            // As it stands: white space may be part of a name.
            Column::UserId => values.user_id = Some(UserId::try_from(text)?),
            Column::Attributes => values.attributes = Some(values::attributes(trimmed)?),
            Column::Capabilities => values.capabilities = Some(values::capabilities(trimmed)?),
            Column::Duration => values.duration = Some(values::duration(trimmed)?),
            Column::ParticipantId => values.participant_id = Some(ParticipantId::try_from(trimmed)?),
        }
    }
    Ok(values)
}

fn failure(source: &Source, error: &csv::Error) -> Failure {
    match error.kind() {
        csv::ErrorKind::Io(error) => Failure::failed(format!("{source}: {}", input::reason(error))),
        _ => Failure::failed(format!("{source}: {error}")),
    }
}
