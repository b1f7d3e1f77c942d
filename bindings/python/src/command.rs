use std::ffi::OsString;

use pyo3::prelude::*;

use crate::boundary::guard;

/// The command `ivs-token`: takes its command line, the name of the program first, and gives its exit code. It reads and
/// writes the standard streams of the process, whatever Python has put in the place of its own.
#[pyfunction]
pub(crate) fn run_command(py: Python<'_>, command_line: Vec<OsString>) -> PyResult<u8> {
    guard(py, || Ok(py.detach(|| ivs_token_cli::run(command_line))))
}
