//! `Debug` of errors for those who see it: `fn main() -> Result<(), Box<dyn Error>>` prints it and nothing else.

/// Has `Debug` print the stable name and the sentence of an error: `KEY_EMPTY: the key is empty ..`.
macro_rules! as_coded_words {
    ($($error:ident),+) => {
        $(impl std::fmt::Debug for $error {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                write!(f, "{}: {self}", self.code())
            }
        })+
    };
}

/// Has `Debug` print the sentence of an error that has no name of its own.
macro_rules! as_words {
    ($($error:ident),+) => {
        $(impl std::fmt::Debug for $error {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                std::fmt::Display::fmt(self, f)
            }
        })+
    };
}

pub(crate) use {as_coded_words, as_words};
