use crate::failure::Failure;

/// What a token is minted from, or a verifier built, and what it refused. A value that was refused stands in the way of that
/// until one is accepted in its place: who does not look at the status of a setter must not get a token that grants more, or
/// lasts longer, than was meant, or a verifier that expects less.
pub(crate) struct Template<T> {
    value: T,
    /// By the name of the field.
    refused: Vec<(&'static str, Failure)>,
}

impl<T: Clone> Template<T> {
    pub(crate) fn new(value: T) -> Self {
        Self { value, refused: Vec::new() }
    }

    /// Gives a field another value.
    pub(crate) fn set(
        &mut self,
        field: &'static str,
        change: impl FnOnce(T) -> Result<T, Failure>,
    ) -> Result<(), Failure> {
        self.add(field, change)?;
        self.refused.retain(|(of, _)| *of != field);
        Ok(())
    }

    /// Gives a field one value more: what it refused before stays refused.
    pub(crate) fn add(
        &mut self,
        field: &'static str,
        change: impl FnOnce(T) -> Result<T, Failure>,
    ) -> Result<(), Failure> {
        match change(self.value.clone()) {
            Ok(value) => {
                self.value = value;
                Ok(())
            }
            Err(failure) => {
                // One of a field is enough to say why.
                self.refused.retain(|(of, _)| *of != field);
                self.refused.push((field, failure.clone()));
                Err(failure)
            }
        }
    }

    /// The value to mint from, or to build.
    ///
    /// # Errors
    ///
    /// What it refused first, of what is not yet made good.
    pub(crate) fn ready(&self) -> Result<&T, Failure> {
        match self.refused.first() {
            Some((_, failure)) => Err(failure.clone()),
            None => Ok(&self.value),
        }
    }
}
