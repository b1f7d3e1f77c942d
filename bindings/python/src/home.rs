//! What lives in Python and is needed here, imported when it is needed for the first time.

use pyo3::IntoPyObjectExt;
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;

/// The module of the exceptions.
pub(crate) static ERRORS: Module = Module::new("ivs_token._errors");
/// `Capability`, an `enum.Flag`.
pub(crate) static CAPABILITY: Class = Class::new("ivs_token._capability", "Capability");
/// What a store that is written in Python derives from.
pub(crate) static REVOCATION_STORE: Class = Class::new("ivs_token._revocations", "RevocationStore");
/// The three kinds of tokens, each a `str`, and what makes one.
pub(crate) static PARTICIPANT_TOKEN: Class = Class::new("ivs_token._tokens", "Token");
pub(crate) static CONNECTION_TOKEN: Class = Class::new("ivs_token._tokens", "ConnectionToken");
pub(crate) static PLAYBACK_TOKEN: Class = Class::new("ivs_token._tokens", "PlaybackToken");
/// What has a signer sign, now or awaited.
pub(crate) static MINT: Class = Class::new("ivs_token._signing", "mint");
pub(crate) static MINT_MANY: Class = Class::new("ivs_token._signing", "mint_many");
pub(crate) static AMINT: Class = Class::new("ivs_token._signing", "amint");
pub(crate) static AMINT_MANY: Class = Class::new("ivs_token._signing", "amint_many");
pub(crate) static READY: Class = Class::new("ivs_token._signing", "ready");
static MAKE: Class = Class::new("ivs_token._tokens", "make");
/// `json.loads` and `json.dumps`.
pub(crate) static LOADS: Class = Class::new("json", "loads");
pub(crate) static DUMPS: Class = Class::new("json", "dumps");
/// `os.fsdecode`, which also takes an `os.PathLike`.
pub(crate) static FSDECODE: Class = Class::new("os", "fsdecode");
/// `uuid.UUID`.
pub(crate) static UUID: Class = Class::new("uuid", "UUID");
/// `collections.abc.Mapping`.
pub(crate) static MAPPING: Class = Class::new("collections.abc", "Mapping");

/// A module.
pub(crate) struct Module {
    name: &'static str,
    module: PyOnceLock<Py<PyModule>>,
}

impl Module {
    const fn new(name: &'static str) -> Self {
        Self { name, module: PyOnceLock::new() }
    }

    pub(crate) fn get<'py>(&self, py: Python<'py>) -> PyResult<&Bound<'py, PyModule>> {
        self.module.get_or_try_init(py, || Ok(py.import(self.name)?.unbind())).map(|module| module.bind(py))
    }
}

/// Something in a module.
pub(crate) struct Class {
    module: &'static str,
    name: &'static str,
    value: PyOnceLock<Py<PyAny>>,
}

impl Class {
    const fn new(module: &'static str, name: &'static str) -> Self {
        Self { module, name, value: PyOnceLock::new() }
    }

    pub(crate) fn get<'py>(&self, py: Python<'py>) -> PyResult<&Bound<'py, PyAny>> {
        self.value
            .get_or_try_init(py, || Ok(py.import(self.module)?.getattr(self.name)?.unbind()))
            .map(|value| value.bind(py))
    }

    /// A token of this class, made of its text and its claims.
    pub(crate) fn make<'py>(
        &self,
        py: Python<'py>,
        text: &str,
        claims: impl IntoPyObject<'py>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let claims = claims.into_bound_py_any(py)?;
        MAKE.get(py)?.call1((self.get(py)?, text, claims))
    }

    pub(crate) fn is_class_of(&self, value: &Bound<'_, PyAny>) -> PyResult<bool> {
        value.is_instance(self.get(value.py())?)
    }
}
