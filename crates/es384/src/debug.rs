//! `Debug` for errors. Users see it: `fn main() -> Result<(), Box<dyn Error>>` prints an error with `Debug` only.

/// Makes `Debug` print the stable name and the message of an error: `KEY_EMPTY: the key is empty ..`.
macro_rules! as_coded_words {
    ($($error:ident),+) => {
        $(impl std::fmt::Debug for $error {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                write!(f, "{}: {self}", self.code())
            }
        })+
    };
}

/// Makes `Debug` print the message of an error that has no stable name.
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
