//! What a peer offers.

/// A library, ready to work.
pub(crate) struct Peer {
    /// What else a report says of it.
    pub(crate) facts: Vec<(&'static str, String)>,
    pub(crate) measures: Vec<Measure>,
}

/// Something that is measured.
pub(crate) struct Measure {
    /// `mint` or `verify`.
    pub(crate) what: &'static str,
    /// What is special about it; empty for what a user gets who chooses nothing.
    pub(crate) how: &'static str,
    /// How many tokens one call is about.
    pub(crate) batch: usize,
    /// Does it, with the token of this number or those after it.
    pub(crate) call: Box<dyn Fn(usize)>,
}

impl Peer {
    pub(crate) fn new(mint: impl Fn() + 'static, verify: impl Fn(usize) + 'static) -> Self {
        let one = |what, call| Measure { what, how: "", batch: 1, call };
        let measures = vec![one("mint", Box::new(move |_| mint())), one("verify", Box::new(verify))];
        Self { facts: Vec::new(), measures }
    }
}
