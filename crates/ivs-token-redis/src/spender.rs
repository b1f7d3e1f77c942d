//! Whose spend of a single-use token it is.

use std::fmt::Write;

use ivs_token::StoreError;

/// A name of one check, given to nobody else: 128 random bits from the operating system, taken when first asked for.
///
/// It is what a spent token is marked with, so that a spend can be sent again when its answer was lost: whoever finds his
/// own mark has spent the token himself.
#[derive(Default)]
pub(crate) struct Spender(Option<String>);

impl Spender {
    /// The mark for the token at this place of a batch: one token may be there twice.
    pub(crate) fn mark(&mut self, place: usize) -> Result<String, StoreError> {
        let name = match self.0.take() {
            Some(name) => name,
            None => random().map_err(|error| {
                StoreError::new(format!("the operating system gives no random bytes ({error})"))
            })?,
        };
        let mark = format!("{name}.{place}");
        self.0 = Some(name);
        Ok(mark)
    }
}

fn random() -> Result<String, getrandom::Error> {
    let mut bytes = [0; 16];
    getrandom::fill(&mut bytes)?;
    Ok(bytes.iter().fold(String::with_capacity(32), |mut name, byte| {
        // Writing to a string does not fail.
        let _ = write!(name, "{byte:02x}");
        name
    }))
}
