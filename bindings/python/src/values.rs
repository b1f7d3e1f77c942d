//! Python's values as the core takes them, and the core's as Python likes them.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fs;
use std::ops::RangeInclusive;
use std::path::PathBuf;
use std::time::Duration;

use ivs_token::{Attributes, Capabilities, Capability, ClaimError, Timestamp, TokenDuration, es384};
use pyo3::exceptions::{PyOSError, PyTypeError};
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::{
    PyBool, PyBytes, PyDateTime, PyDelta, PyDeltaAccess, PyDict, PyInt, PyString, PyTzInfoAccess,
};
use zeroize::Zeroizing;

use crate::failure::Failure;
use crate::home::{CAPABILITY, DUMPS, FSDECODE, MAPPING};

/// A text.
pub(crate) fn text<'a>(field: &'static str, value: &'a Bound<'_, PyAny>) -> Result<Cow<'a, str>, Failure> {
    let Ok(text) = value.cast::<PyString>() else {
        return Err(Failure::wrong_type(field, "str", value));
    };
    text.to_cow().map_err(|_| {
        Failure::value(
            field,
            "NOT_UNICODE",
            format!("the {field} holds half of a surrogate pair: no UTF-8 text can carry that"),
        )
    })
}

/// A text, or none.
pub(crate) fn optional_text<'a>(
    field: &'static str,
    value: Option<&'a Bound<'_, PyAny>>,
) -> Result<Option<Cow<'a, str>>, Failure> {
    value.map(|value| text(field, value)).transpose()
}

/// Several texts. One text is iterable too, and its characters are not what is wanted.
pub(crate) fn texts(field: &'static str, value: &Bound<'_, PyAny>) -> Result<Vec<String>, Failure> {
    if value.is_instance_of::<PyString>() {
        return Err(Failure::wrong_type(field, "a list of str", value));
    }
    value.try_iter()?.map(|one| Ok(text(field, &one?)?.into_owned())).collect()
}

/// A span of time: a `timedelta`, or whole minutes as the API counts them. A number of minutes beyond the limit that would be
/// right in milliseconds is told apart.
pub(crate) fn duration<const MAX: u32, const DEFAULT: u32>(
    field: &'static str,
    value: &Bound<'_, PyAny>,
    limit: TokenDuration<MAX, DEFAULT>,
) -> Result<Duration, Failure> {
    let duration = any_duration(field, value)?;
    let (minutes, limit) = (duration.as_secs() / 60, u64::from(limit.as_secs()));
    if value.is_instance_of::<PyInt>()
        && duration.as_secs() > limit
        && minutes.is_multiple_of(1000)
        && minutes / 1000 <= limit
    {
        let seconds = minutes / 1000;
        let instead = if seconds.is_multiple_of(60) {
            (seconds / 60).to_string()
        } else {
            format!("timedelta(seconds={seconds})")
        };
        return Err(Failure::value(
            field,
            "LOOKS_LIKE_MILLISECONDS",
            format!(
                "the {field} is {minutes}, which looks like milliseconds: a number is in minutes, so give {instead}"
            ),
        ));
    }
    Ok(duration)
}

fn any_duration(field: &'static str, value: &Bound<'_, PyAny>) -> Result<Duration, Failure> {
    if let Ok(delta) = value.cast::<PyDelta>() {
        let micros = u32::try_from(delta.get_microseconds()).unwrap_or(0);
        let secs = i64::from(delta.get_days()) * 86_400 + i64::from(delta.get_seconds());
        return match u64::try_from(secs) {
            Ok(secs) => Ok(Duration::new(secs, micros * 1000)),
            Err(_) => Err(negative(field)),
        };
    }
    if value.is_instance_of::<PyInt>() && !value.is_instance_of::<PyBool>() {
        return match value.extract::<i64>().ok().map(u64::try_from) {
            Some(Ok(minutes)) => Ok(Duration::from_secs(minutes.saturating_mul(60))),
            Some(Err(_)) => Err(negative(field)),
            // More minutes than 64 bits hold, in one direction or the other.
            None if value.lt(0)? => Err(negative(field)),
            None => Ok(Duration::MAX),
        };
    }
    Err(Failure::wrong_type(field, "a timedelta, or an int of minutes", value))
}

fn negative(field: &'static str) -> Failure {
    Failure::value(field, "INVALID_DURATION", format!("the {field} is negative: give one of at least 1 s"))
}

/// A span for which whole minutes are too coarse, and a bare number could be taken for seconds: a `timedelta`.
pub(crate) fn span(field: &'static str, value: &Bound<'_, PyAny>) -> Result<Duration, Failure> {
    if value.is_instance_of::<PyDelta>() {
        any_duration(field, value)
    } else {
        Err(Failure::wrong_type(field, "a timedelta", value))
    }
}

/// A moment: an aware `datetime`. Fractions of a second are dropped.
pub(crate) fn timestamp(field: &'static str, value: &Bound<'_, PyAny>) -> Result<Timestamp, Failure> {
    let Ok(moment) = value.cast::<PyDateTime>() else {
        return Err(Failure::wrong_type(field, "an aware datetime", value));
    };
    // A zone may say nothing of a time, and then it has none.
    let offset = moment.call_method0(intern!(value.py(), "utcoffset"))?;
    if moment.get_tzinfo().is_none() || offset.is_none() {
        return Err(Failure::value(
            field,
            "NAIVE_DATETIME",
            format!(
                "`{field}` has no time zone, so nobody knows when it is: use `datetime.now(timezone.utc)`"
            ),
        ));
    }
    let secs: f64 = moment.call_method0(intern!(value.py(), "timestamp"))?.extract()?;
    // A datetime lies between the years 1 and 9999.
    #[expect(clippy::cast_possible_truncation, reason = "38 bits of seconds")]
    let whole = secs.floor() as i64;
    // What is no number would be cut to 0.
    Timestamp::from_secs(whole).filter(|_| secs.is_finite()).ok_or_else(|| {
        Failure::value(field, "OUT_OF_RANGE", format!("the {field} is before 1970 or after 5138"))
    })
}

/// A moment, or now.
pub(crate) fn moment(value: Option<&Bound<'_, PyAny>>) -> Result<Timestamp, Failure> {
    value.map_or_else(|| Ok(Timestamp::now()), |value| timestamp("now", value))
}

/// Capabilities: a `Capability`, a word of the API, or any number of either.
pub(crate) fn capabilities(value: &Bound<'_, PyAny>) -> Result<Capabilities, Failure> {
    if let Some(one) = capability(value)? {
        return Ok(one);
    }
    let Ok(values) = value.try_iter() else {
        return Err(Failure::wrong_type("capabilities", CAPABILITIES, value));
    };
    let mut all = Capabilities::NONE;
    for value in values {
        let value = value?;
        all |= capability(&value)?
            .ok_or_else(|| Failure::wrong_type("each of capabilities", CAPABILITIES, &value))?;
    }
    Ok(all)
}

const CAPABILITIES: &str = "a Capability, its name, or several of them";

fn capability(value: &Bound<'_, PyAny>) -> Result<Option<Capabilities>, Failure> {
    if value.is_instance_of::<PyString>() {
        // In any case, as the command line takes them. Long texts are none, and not repeated in full.
        let word: String = text("capabilities", value)?.chars().take(40).collect();
        let parsed = word.to_ascii_uppercase().parse::<Capability>();
        return Ok(Some(parsed.map_err(|_| ClaimError::Capability { found: word })?.into()));
    }
    if !CAPABILITY.is_class_of(value)? {
        return Ok(None);
    }
    let bits: u32 = value.getattr(intern!(value.py(), "_value_"))?.extract()?;
    let mut set = Capabilities::NONE;
    for (bit, one) in [(1, Capability::Publish), (2, Capability::Subscribe)] {
        if bits & bit != 0 {
            set |= one.into();
        }
    }
    Ok(Some(set))
}

/// Capabilities as a `Capability`.
pub(crate) fn capability_flag(py: Python<'_>, set: Capabilities) -> PyResult<Bound<'_, PyAny>> {
    let bit = |one, bit| if set.contains(one) { bit } else { 0 };
    CAPABILITY.get(py)?.call1((bit(Capability::Publish, 1) | bit(Capability::Subscribe, 2),))
}

/// Names and values of a mapping, each a text.
pub(crate) fn pairs(
    field: &'static str,
    value: &Bound<'_, PyAny>,
    mut take: impl FnMut(&str, &str) -> Result<(), Failure>,
) -> Result<(), Failure> {
    let mut pair = |name: Bound<'_, PyAny>, value: Bound<'_, PyAny>| {
        let name = name_in(field, &name)?;
        if !value.is_instance_of::<PyString>() {
            return Err(value_in(field, &name, "str", &value));
        }
        take(&name, &text(field, &value)?)
    };
    if let Ok(dict) = value.cast::<PyDict>() {
        return dict.iter().try_for_each(|(name, value)| pair(name, value));
    }
    items(field, "a mapping", value, pair)
}

/// A name in a mapping.
fn name_in<'a>(field: &'static str, name: &'a Bound<'_, PyAny>) -> Result<Cow<'a, str>, Failure> {
    if !name.is_instance_of::<PyString>() {
        return Err(Failure::wrong_type(&format!("each name of {field}"), "str", name));
    }
    text(field, name)
}

/// A value of a mapping that is of the wrong type, with the name that it stands under.
fn value_in(field: &str, name: &str, expected: &str, value: &Bound<'_, PyAny>) -> Failure {
    let name: String = name.chars().take(40).collect();
    Failure::wrong_type(&format!("{field}[{name:?}]"), expected, value)
}

/// Names and values of a mapping of whichever class.
pub(crate) fn items<'py>(
    field: &str,
    expected: &str,
    value: &Bound<'py, PyAny>,
    mut take: impl FnMut(Bound<'py, PyAny>, Bound<'py, PyAny>) -> Result<(), Failure>,
) -> Result<(), Failure> {
    if !MAPPING.is_class_of(value)? {
        return Err(Failure::wrong_type(field, expected, value));
    }
    for item in value.call_method0(intern!(value.py(), "items"))?.try_iter()? {
        let (name, value) = item?.extract()?;
        take(name, value)?;
    }
    Ok(())
}

/// Attributes of a participant.
pub(crate) fn attributes(value: &Bound<'_, PyAny>) -> Result<Attributes, Failure> {
    let mut all = Vec::new();
    pairs("attributes", value, |name, value| {
        all.push((name.to_owned(), value.to_owned()));
        Ok(())
    })?;
    Ok(Attributes::try_from_iter(all)?)
}

/// Changes attributes by those in a mapping: `None` removes the one of this name.
pub(crate) fn changed_attributes(old: &Attributes, value: &Bound<'_, PyAny>) -> Result<Attributes, Failure> {
    let mut changes: BTreeMap<String, Option<String>> = BTreeMap::new();
    items("attributes", "a mapping of str to str, or to None", value, |name, value| {
        let name = name_in("attributes", &name)?.into_owned();
        let value = match &value {
            value if value.is_none() => None,
            value if value.is_instance_of::<PyString>() => Some(text("attributes", value)?.into_owned()),
            value => return Err(value_in("attributes", &name, "str or None", value)),
        };
        changes.insert(name, value);
        Ok(())
    })?;
    let kept = old.iter().filter(|(name, _)| !changes.contains_key(*name));
    let given = changes.iter().filter_map(|(name, value)| Some((name.as_str(), value.as_deref()?)));
    Ok(Attributes::try_from_iter(kept.chain(given))?)
}

/// Attributes as a dict, a new one each time.
pub(crate) fn attributes_dict<'py>(py: Python<'py>, attributes: &Attributes) -> PyResult<Bound<'py, PyDict>> {
    let dict = PyDict::new(py);
    for (name, value) in attributes.iter() {
        dict.set_item(name, value)?;
    }
    Ok(dict)
}

/// A key as it came in: a text, bytes, or the path of a file. Wiped here, not in Python.
pub(crate) fn key_material(value: &Bound<'_, PyAny>) -> Result<Zeroizing<Vec<u8>>, Failure> {
    if let Ok(bytes) = value.cast::<PyBytes>() {
        return Ok(Zeroizing::new(bytes.as_bytes().to_vec()));
    }
    if let Ok(string) = value.cast::<PyString>() {
        // What is no Unicode is no key either, and the core is to say so.
        return Ok(Zeroizing::new(string.to_string_lossy().as_bytes().to_vec()));
    }
    from_file(value, es384::MAX_INPUT_LEN).unwrap_or_else(|| Err(not_material(value)))
}

/// What cannot be read as a key. An object that is one is taken where its form is not asked for.
fn not_material(value: &Bound<'_, PyAny>) -> Failure {
    let is_object = [intern!(value.py(), "private_bytes"), intern!(value.py(), "public_bytes")]
        .into_iter()
        .any(|name| value.hasattr(name).unwrap_or(false));
    let expected = if is_object {
        "str, bytes, or os.PathLike (from_any takes the key objects of cryptography)"
    } else {
        "str, bytes, or os.PathLike"
    };
    Failure::wrong_type("a key", expected, value)
}

/// Why there is no key in this. A `str` is never taken for a path, and often is one.
pub(crate) fn no_key(value: &Bound<'_, PyAny>, error: es384::KeyError) -> Failure {
    let is_line = value.cast::<PyString>().is_ok_and(|text| {
        let text = text.to_string_lossy();
        !text.is_empty() && text.len() < 1024 && !text.contains(['\n', '{', '"'])
    });
    if is_line && error.code() == "KEY_NOT_A_KEY" { Failure::Path(error) } else { error.into() }
}

/// Certificates or their key as PEM: a text, bytes, or the path of a file.
pub(crate) fn certificates(
    field: &'static str,
    value: &Bound<'_, PyAny>,
) -> Result<Zeroizing<Vec<u8>>, Failure> {
    if let Ok(bytes) = value.cast::<PyBytes>() {
        return Ok(Zeroizing::new(bytes.as_bytes().to_vec()));
    }
    if value.is_instance_of::<PyString>() {
        return Ok(Zeroizing::new(text(field, value)?.as_bytes().to_vec()));
    }
    from_file(value, MAX_CERTIFICATES)
        .unwrap_or_else(|| Err(Failure::wrong_type(field, "str, bytes, or os.PathLike", value)))
}

/// All that a system trusts takes a quarter of a megabyte.
const MAX_CERTIFICATES: usize = 4 << 20;

/// A key as [`key_material`] takes it, or as the mapping that a JWK is.
pub(crate) fn jwk_material(value: &Bound<'_, PyAny>) -> Result<Zeroizing<Vec<u8>>, Failure> {
    if MAPPING.is_class_of(value)? {
        return key_material(&DUMPS.get(value.py())?.call1((value,))?);
    }
    key_material(value)
}

/// A key in whichever form it is: as [`jwk_material`] takes it, or as an object of the package `cryptography`.
pub(crate) fn any_material(value: &Bound<'_, PyAny>) -> Result<Zeroizing<Vec<u8>>, Failure> {
    match key_object(value)? {
        Some(der) => Ok(der),
        None => jwk_material(value),
    }
}

/// The DER of an object of the package `cryptography`: a private key, a public key, or the public key of a certificate. Which
/// kind of key is wanted, and on which curve, is for the core to say.
fn key_object(value: &Bound<'_, PyAny>) -> Result<Option<Zeroizing<Vec<u8>>>, Failure> {
    let py = value.py();
    let (private, public) = (intern!(py, "private_bytes"), intern!(py, "public_bytes"));
    let is_private = value.hasattr(private)?;
    if !is_private && !value.hasattr(public)? {
        return Ok(None);
    }
    let forms = py.import(intern!(py, "cryptography.hazmat.primitives.serialization"))?;
    let der = forms.getattr("Encoding")?.getattr("DER")?;
    let bytes = if is_private {
        let pkcs8 = forms.getattr("PrivateFormat")?.getattr("PKCS8")?;
        value.call_method1(private, (der, pkcs8, forms.getattr("NoEncryption")?.call0()?))?
    } else {
        let spki = forms.getattr("PublicFormat")?.getattr("SubjectPublicKeyInfo")?;
        let certificate = intern!(py, "public_key");
        let key = if value.hasattr(certificate)? { value.call_method0(certificate)? } else { value.clone() };
        key.call_method1(public, (der, spki))?
    };
    Ok(Some(key_material(&bytes)?))
}

/// JSON: a text, bytes, or what it stands for.
pub(crate) fn json_material(value: &Bound<'_, PyAny>) -> Result<Vec<u8>, Failure> {
    if let Ok(bytes) = value.cast::<PyBytes>() {
        return Ok(bytes.as_bytes().to_vec());
    }
    if let Ok(string) = value.cast::<PyString>() {
        return Ok(string.to_string_lossy().as_bytes().to_vec());
    }
    // What boto3 answers has times in it, which nobody asks for here.
    let options = PyDict::new(value.py());
    options.set_item("default", value.py().get_type::<PyString>())?;
    let json = DUMPS.get(value.py())?.call((value,), Some(&options))?;
    Ok(text("json", &json)?.as_bytes().to_vec())
}

/// What is in the file, if this is the path of one.
fn from_file(value: &Bound<'_, PyAny>, limit: usize) -> Option<Result<Zeroizing<Vec<u8>>, Failure>> {
    let path = || -> Result<Option<PathBuf>, Failure> {
        if !value.hasattr(intern!(value.py(), "__fspath__"))? {
            return Ok(None);
        }
        Ok(Some(FSDECODE.get(value.py())?.call1((value,))?.extract()?))
    };
    path().and_then(|path| path.map(|path| read(value.py(), &path, limit)).transpose()).transpose()
}

/// All of a file, or one byte more than is allowed, for the reader of what is in it to refuse.
fn read(py: Python<'_>, path: &PathBuf, limit: usize) -> Result<Zeroizing<Vec<u8>>, Failure> {
    use std::io::Read as _;
    // With room for all that a key may have, so that nothing is left behind where it grew from.
    let mut bytes = Zeroizing::new(Vec::with_capacity(limit.min(es384::MAX_INPUT_LEN) + 1));
    let limit = u64::try_from(limit).unwrap_or(u64::MAX).saturating_add(1);
    let outcome = py.detach(|| fs::File::open(path)?.take(limit).read_to_end(&mut bytes));
    match outcome {
        Ok(_) => Ok(bytes),
        // With its number, so that Python makes a `FileNotFoundError` of it, and the name of the file.
        Err(error) => Err(Failure::Python(match error.raw_os_error() {
            Some(number) => {
                let words = error.to_string();
                let words = words.split_once(" (os error").map_or(&*words, |(words, _)| words).to_owned();
                PyOSError::new_err((number, words, path.to_string_lossy().into_owned()))
            }
            None => error.into(),
        })),
    }
}

/// A passphrase: bytes, or a text as UTF-8.
pub(crate) fn passphrase(value: &Bound<'_, PyAny>) -> Result<Zeroizing<Vec<u8>>, Failure> {
    match value.cast::<PyBytes>() {
        Ok(bytes) => Ok(Zeroizing::new(bytes.as_bytes().to_vec())),
        Err(_) if value.is_instance_of::<PyString>() => {
            Ok(Zeroizing::new(text("passphrase", value)?.as_bytes().to_vec()))
        }
        Err(_) => Err(Failure::wrong_type("passphrase", "str or bytes", value)),
    }
}

/// An ARN of the kind wanted.
pub(crate) fn arn<A>(field: &'static str, value: &Bound<'_, PyAny>) -> Result<A, Failure>
where
    A: for<'t> TryFrom<&'t str, Error = ivs_token::ArnError>,
{
    A::try_from(&text(field, value)?).map_err(|error| Failure::Arn { field, error })
}

/// The first of the digits that a key is told apart by.
pub(crate) fn fingerprint(key: &ivs_token::VerifyingKey) -> String {
    hex(&key.fingerprint()[..8])
}

pub(crate) fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes.iter().fold(String::new(), |mut hex, byte| {
        let _ = write!(hex, "{byte:02x}");
        hex
    })
}

/// A text or bytes, with a mark in place of what is no text.
pub(crate) fn lossy<'a>(field: &'static str, value: &'a Bound<'_, PyAny>) -> Result<Cow<'a, str>, Failure> {
    if let Ok(text) = value.cast::<PyString>() {
        return Ok(text.to_string_lossy());
    }
    match value.cast::<PyBytes>() {
        Ok(bytes) => Ok(String::from_utf8_lossy(bytes.as_bytes())),
        Err(_) => Err(Failure::wrong_type(field, "str or bytes", value)),
    }
}

/// Refuses to be pickled; the words say what to do instead.
pub(crate) fn not_pickled(words: &'static str) -> Result<(), Failure> {
    Err(Failure::Python(PyTypeError::new_err(words)))
}

/// How many there are to be of something.
pub(crate) fn count(
    field: &'static str,
    value: &Bound<'_, PyAny>,
    limit: RangeInclusive<usize>,
) -> Result<usize, Failure> {
    if !value.is_instance_of::<PyInt>() || value.is_instance_of::<PyBool>() {
        return Err(Failure::wrong_type(field, "int", value));
    }
    match value.extract() {
        Ok(count) if limit.contains(&count) => Ok(count),
        _ => Err(Failure::Count { field, limit }),
    }
}
