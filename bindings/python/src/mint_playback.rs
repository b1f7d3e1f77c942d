//! Minting playback tokens, at once, awaited, and but for their signatures.

use ivs_token::{ChannelArn, ClaimError, MaximumResolution, Playback, PlaybackDuration, Timestamp, Uuid};
use pyo3::prelude::*;
use pyo3::types::PyString;

use crate::boundary::guard;
use crate::failure::Failure;
use crate::home::UUID;
use crate::playback::{int64, to_python};
use crate::signer::{self, Minter, Way};
use crate::unsigned::UnsignedPlaybackToken;
use crate::values;

/// Mints a playback token. `PlaybackToken.mint` is its name.
#[pyfunction]
#[pyo3(signature = (
    key, channel, *, duration=None, origins=None, strict_origin_enforcement=false, single_use=None, viewer_id=None,
    viewer_session_version=None, maximum_resolution=None, now=None
))]
#[expect(clippy::too_many_arguments, reason = "Python names them")]
pub(crate) fn mint_playback<'py>(
    py: Python<'py>,
    key: Bound<'py, PyAny>,
    channel: Bound<'py, PyAny>,
    duration: Option<Bound<'py, PyAny>>,
    origins: Option<Bound<'py, PyAny>>,
    strict_origin_enforcement: bool,
    single_use: Option<Bound<'py, PyAny>>,
    viewer_id: Option<Bound<'py, PyAny>>,
    viewer_session_version: Option<Bound<'py, PyAny>>,
    maximum_resolution: Option<Bound<'py, PyAny>>,
    now: Option<Bound<'py, PyAny>>,
) -> PyResult<Bound<'py, PyAny>> {
    guard(py, || {
        let given = Given {
            duration,
            origins,
            strict_origin_enforcement,
            single_use,
            viewer_id,
            viewer_session_version,
            maximum_resolution,
        };
        let playback = given.begin(&channel)?;
        let now = values::moment(now.as_ref())?;
        mint(py, &key, playback, now, Way::Now)
    })
}

/// Mints a playback token without blocking. `PlaybackToken.amint` is its name.
#[pyfunction]
#[pyo3(signature = (
    key, channel, *, duration=None, origins=None, strict_origin_enforcement=false, single_use=None, viewer_id=None,
    viewer_session_version=None, maximum_resolution=None, now=None
))]
#[expect(clippy::too_many_arguments, reason = "Python names them")]
pub(crate) fn amint_playback<'py>(
    py: Python<'py>,
    key: Bound<'py, PyAny>,
    channel: Bound<'py, PyAny>,
    duration: Option<Bound<'py, PyAny>>,
    origins: Option<Bound<'py, PyAny>>,
    strict_origin_enforcement: bool,
    single_use: Option<Bound<'py, PyAny>>,
    viewer_id: Option<Bound<'py, PyAny>>,
    viewer_session_version: Option<Bound<'py, PyAny>>,
    maximum_resolution: Option<Bound<'py, PyAny>>,
    now: Option<Bound<'py, PyAny>>,
) -> PyResult<Bound<'py, PyAny>> {
    guard(py, || {
        let given = Given {
            duration,
            origins,
            strict_origin_enforcement,
            single_use,
            viewer_id,
            viewer_session_version,
            maximum_resolution,
        };
        let playback = given.begin(&channel)?;
        let now = values::moment(now.as_ref())?;
        mint(py, &key, playback, now, Way::Awaited)
    })
}

/// Makes a playback token but for its signature. `PlaybackToken.unsigned` is its name.
#[pyfunction]
#[pyo3(signature = (
    channel, *, duration=None, origins=None, strict_origin_enforcement=false, single_use=None, viewer_id=None,
    viewer_session_version=None, maximum_resolution=None, now=None
))]
#[expect(clippy::too_many_arguments, reason = "Python names them")]
pub(crate) fn unsigned_playback<'py>(
    py: Python<'py>,
    channel: Bound<'py, PyAny>,
    duration: Option<Bound<'py, PyAny>>,
    origins: Option<Bound<'py, PyAny>>,
    strict_origin_enforcement: bool,
    single_use: Option<Bound<'py, PyAny>>,
    viewer_id: Option<Bound<'py, PyAny>>,
    viewer_session_version: Option<Bound<'py, PyAny>>,
    maximum_resolution: Option<Bound<'py, PyAny>>,
    now: Option<Bound<'py, PyAny>>,
) -> PyResult<UnsignedPlaybackToken> {
    guard(py, || {
        let given = Given {
            duration,
            origins,
            strict_origin_enforcement,
            single_use,
            viewer_id,
            viewer_session_version,
            maximum_resolution,
        };
        let playback = given.begin(&channel)?;
        let now = values::moment(now.as_ref())?;
        Ok(UnsignedPlaybackToken(playback.unsigned_at(now)?))
    })
}

/// The arguments of `mint`, as they came.
struct Given<'py> {
    duration: Option<Bound<'py, PyAny>>,
    origins: Option<Bound<'py, PyAny>>,
    strict_origin_enforcement: bool,
    single_use: Option<Bound<'py, PyAny>>,
    viewer_id: Option<Bound<'py, PyAny>>,
    viewer_session_version: Option<Bound<'py, PyAny>>,
    maximum_resolution: Option<Bound<'py, PyAny>>,
}

impl Given<'_> {
    fn begin(&self, channel: &Bound<'_, PyAny>) -> Result<Playback, Failure> {
        let channel: ChannelArn = values::arn("channel", channel)?;
        let mut playback = Playback::new(channel).strict_origin_enforcement(self.strict_origin_enforcement);
        if let Some(duration) = &self.duration {
            let duration = values::duration("duration", duration, PlaybackDuration::MAX)?;
            playback = playback.duration(PlaybackDuration::try_from(duration)?);
        }
        if let Some(origins) = &self.origins {
            for origin in values::texts("origins", origins)? {
                playback = playback.origin(&*origin);
            }
        }
        if let Some(single_use) = &self.single_use {
            playback = with_single_use(playback, single_use)?;
        }
        if let Some(viewer_id) = &self.viewer_id {
            playback = playback.viewer(&*values::text("viewer_id", viewer_id)?);
        }
        if let Some(version) = &self.viewer_session_version {
            playback = playback.viewer_session_version(int64("viewer_session_version", version)?);
        }
        if let Some(resolution) = &self.maximum_resolution {
            let resolution: MaximumResolution = values::text("maximum_resolution", resolution)?.parse()?;
            playback = playback.maximum_resolution(resolution);
        }
        playback.check()?;
        Ok(playback)
    }
}

fn mint<'py>(
    py: Python<'py>,
    key: &Bound<'py, PyAny>,
    playback: Playback,
    now: Timestamp,
    way: Way,
) -> Result<Bound<'py, PyAny>, Failure> {
    match signer::of(key)? {
        Minter::Key(key) => way.token(to_python(py, py.detach(|| playback.mint_at(key, now))?)?),
        Minter::Signer(signer) => way.sign(signer, playback.unsigned_at(now)?, UnsignedPlaybackToken),
    }
}

/// `True` for a random UUID, or the UUID.
fn with_single_use(playback: Playback, single_use: &Bound<'_, PyAny>) -> Result<Playback, Failure> {
    if let Ok(wanted) = single_use.extract::<bool>() {
        return Ok(if wanted { playback.single_use() } else { playback });
    }
    let text = if UUID.is_class_of(single_use)? {
        single_use.str()?.to_string_lossy().into_owned()
    } else if single_use.is_instance_of::<PyString>() {
        values::text("single_use", single_use)?.into_owned()
    } else {
        return Err(Failure::wrong_type("single_use", "bool, uuid.UUID or str", single_use));
    };
    match Uuid::try_parse(&text) {
        Ok(uuid) => Ok(playback.single_use_uuid(uuid)),
        Err(_) => Err(ClaimError::Uuid { found: text.chars().take(40).collect() }.into()),
    }
}
