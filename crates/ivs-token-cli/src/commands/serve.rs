use ivs_local::program::Options;

use crate::failure::Failure;

pub(crate) fn run(options: &Options) -> Result<(), Failure> {
    options.clone().serve().map_err(Failure::failed)
}
