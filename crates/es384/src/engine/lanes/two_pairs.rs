//! Two words a lane as two pairs, for lanes that have no wider register.

use super::{InPairs, Pair, Twice};

#[derive(Clone, Copy)]
pub(crate) struct TwoPairs<P>([P; 2]);

impl<P: Pair> InPairs<P> for TwoPairs<P> {
    #[inline(always)]
    fn add(self, other: Self) -> Self {
        Self([self.0[0].add(other.0[0]), self.0[1].add(other.0[1])])
    }

    #[inline(always)]
    fn sub(self, other: P) -> Self {
        Self([self.0[0].sub(other), self.0[1].sub(other)])
    }

    #[inline(always)]
    fn and(self, other: P) -> Self {
        Self([self.0[0].and(other), self.0[1].and(other)])
    }

    #[inline(always)]
    fn xor(self, other: P) -> Self {
        Self([self.0[0].xor(other), self.0[1].xor(other)])
    }
}

impl<P: Pair + Into<[u64; 2]>> Twice<P> for TwoPairs<P> {
    #[inline(always)]
    fn of(first: P, second: P) -> Self {
        Self([first, second])
    }

    #[inline(always)]
    fn words(self) -> [[u64; 2]; 2] {
        [self.0[0].into(), self.0[1].into()]
    }
}
