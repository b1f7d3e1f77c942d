"""Proofs about the arithmetic in words of crates/es384/src/engine/residue.rs and inverse.rs.

Run: make prove. It ends with an error unless everything is proved.

Each operation on words is first proved bit by bit to be what the integers say (lemmas on bit vectors, for all values). A round of a
reduction is then linear arithmetic over the integers, in which the words and what the lemmas say of them are all there is.
"""

import sys

from z3 import (
    And, BitVec, BitVecs, BitVecVal, Concat, If, Int, Ints, LShR, Not, Or, SignExt, Solver, ULE, ULT, ZeroExt, unsat,
)

P = 2**384 - 2**128 - 2**96 + 2**32 - 1
N = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFC7634D81F4372DDF581A0DB248B0A77AECEC196ACCC52973
T = 2**64


def prove(name, claim, *given):
    solver = Solver()
    solver.set("timeout", 300_000)
    solver.add(*given)
    if given and solver.check() == unsat:
        sys.exit(f"{name}: the assumptions contradict each other, so nothing is proved")
    solver.add(Not(claim))
    answer = solver.check()
    if answer != unsat:
        sys.exit(f"{name}: NOT PROVED ({answer})\n{solver.model() if str(answer) == 'sat' else ''}")
    print(f"proved: {name}", flush=True)


def wide(word, bits=160):
    return ZeroExt(bits - word.size(), word)


def bit(condition):
    return If(condition, BitVecVal(1, 64), BitVecVal(0, 64))


def lemmas():
    """What the operations on words are, for all values."""
    a, b, c, w, q, owed = BitVecs("a b c w q owed", 64)
    prove("overflowing_add", wide(a) + wide(b) == wide(a + b) + (wide(bit(ULT(a + b, a))) << 64))
    prove("overflowing_sub", wide(a) + (wide(bit(ULT(a, b))) << 64) == wide(a - b) + wide(b))
    total = a + b + c
    carry = bit(Or(ULT(a + b, a), ULT(total, c)))
    prove("carrying_add", wide(a) + wide(b) + wide(c) == wide(total) + (wide(carry) << 64), ULE(c, 1))
    rest = a - b - c
    borrow = bit(Or(ULT(a, b), ULT(a - b, c)))
    prove("borrowing_sub", wide(a) + (wide(borrow) << 64) == wide(rest) + wide(b) + wide(c), ULE(c, 1))

    # PrimeP::montgomery_reduce, the quotient and the terms of a round.
    shifted = w << 32
    quotient = w + shifted
    over = bit(ULT(quotient, w))
    prove("w + low(2^32 w) = q + carry 2^64", wide(w) + wide(shifted) == wide(quotient) + (wide(over) << 64))
    prove("2^32 q = low(2^32 w) + q_high 2^64", wide(quotient) << 32 == wide(shifted) + (wide(LShR(quotient, 32)) << 64))
    q_high = LShR(quotient, 32)
    under = bit(Or(ULT(shifted, q_high), ULT(shifted - q_high, over)))
    # The sum wraps in the code; the numbers do not.
    plain = wide(q_high) + wide(owed) - wide(under)
    prove("q_high + owed - under is a word and at least zero", And(wide(q_high + owed - under) == plain, ULE(under, q_high + owed)),
          ULE(owed, 2))

    # OrderN::montgomery_reduce: 2^384 - n is three words, and q times it clears the lowest word.
    less = [(2**384 - N) >> 64 * i & (T - 1) for i in range(6)]
    assert less[3:] == [0, 0, 0] and less[2] < 2**62
    inverse = pow(-N, -1, T)
    assert (inverse * (2**384 - N)) % T == 1
    prove("the lowest word of q (2^384 - n) is w", (w * BitVecVal(inverse, 64)) * BitVecVal(less[0], 64) == w)
    high = BitVec("high", 64)
    prove("high + carry + owed is a word", wide(high + c + owed) == wide(high) + wide(c) + wide(owed), ULE(high, less[2]), ULE(c, 1),
          ULE(owed, 1))


def round_of_p():
    """A round of PrimeP::montgomery_reduce, over the integers: it subtracts (q (2^128 + 2^96 - 2^32 + 1) - w) / 2^64, what was owed
    included."""
    w0, w1, w2, q, low, q_high, carry = Ints("w0 w1 w2 q low q_high carry")
    term, under, after, over, n1, n2, b1, b2, owed, owes = Ints("term under after over n1 n2 b1 b2 owed owes")
    given = [
        w0 + low == q + carry * T, q * 2**32 == low + q_high * T, low + under * T == term + q_high + carry,
        q + (q_high + owed - under) == after + over * T, w1 + b1 * T == n1 + term, w2 + b2 * T == n2 + after + b1, owes == over + b2,
    ]
    before = w0 + w1 * T + w2 * T**2 - owed * T**2
    prove("round of p: words above, times 2^64 = words before - (q (2^128 + 2^96 - 2^32 + 1))",
          (n1 + n2 * T - owes * T**2) * T == before - q * (2**128 + 2**96 - 2**32 + 1), *given)
    bounds = [And(x >= 0, x < T) for x in (w0, w1, w2, q, low, term, after, n1, n2)]
    bounds += [And(x >= 0, x <= 1) for x in (carry, under, over, b1, b2)] + [And(q_high >= 0, q_high < 2**32, owed >= 0, owed <= 2)]
    prove("round of p: at most 2 is owed", And(owes >= 0, owes <= 2), *given, *bounds)


def round_of_n():
    """A round of OrderN::montgomery_reduce: it subtracts (q (2^384 - n) - w) / 2^64, what was owed included."""
    less = [(2**384 - N) >> 64 * i & (T - 1) for i in range(3)]
    w0, w1, w2, w3, q, owed, owes = Ints("w0 w1 w2 w3 q owed owes")
    l0, l1, l2, h0, h1, h2 = Ints("l0 l1 l2 h0 h1 h2")
    t1, t2, t3, c1, c2, n1, n2, n3, b1, b2, b3 = Ints("t1 t2 t3 c1 c2 n1 n2 n3 b1 b2 b3")
    given = [
        q * less[0] == l0 + h0 * T, q * less[1] == l1 + h1 * T, q * less[2] == l2 + h2 * T, l0 == w0,
        h0 + l1 == t1 + c1 * T, h1 + l2 + c1 == t2 + c2 * T, t3 == h2 + c2 + owed,
        w1 + b1 * T == n1 + t1, w2 + b2 * T == n2 + t2 + b1, w3 + b3 * T == n3 + t3 + b2, owes == b3,
    ]
    before = w0 + w1 * T + w2 * T**2 + w3 * T**3 - owed * T**3
    prove("round of n: words above, times 2^64 = words before - q (2^384 - n)",
          (n1 + n2 * T + n3 * T**2 - owes * T**3) * T == before - q * (2**384 - N), *given)


def ends():
    """The quotients are added at the end: the whole is (value + Q m)/2^384, not negative, below 2 m, and a borrow comes with a carry."""
    for name, m in (("p", P), ("n", N)):
        value, quotients, low, sum_, carry, borrow = Ints("value quotients low sum carry borrow")
        whole = Int("whole")
        given = [value >= 0, value < m * 2**384, quotients >= 0, quotients < 2**384, whole * 2**384 == value + quotients * m]
        prove(f"{name}: the whole is not negative and below 2 {name}", And(whole >= 0, whole < 2 * m), *given)
        # sum is the words after the addition of the quotients (carry) and the subtraction of what is owed (borrow).
        given += [whole == sum_ + (carry - borrow) * 2**384, sum_ >= 0, sum_ < 2**384]
        given += [And(x >= 0, x <= 1) for x in (carry, borrow)]
        top = carry - borrow
        prove(f"{name}: carry - borrow is 0 or 1", And(top >= 0, top <= 1), *given)
        # reduce_once: below is whether the subtraction of m borrows and there is no top word.
        rest, below_words = Ints("rest below_words")
        given += [sum_ - m == rest - below_words * 2**384, rest >= 0, rest < 2**384, below_words >= 0, below_words <= 1]
        result = Int("result")
        keeps = And(below_words == 1, top == 0)
        given += [If(keeps, Or(result == rest + m, result == rest + m - 2**384), result == rest), result >= 0, result < 2**384]
        prove(f"{name}: the result is the whole modulo {name}", And(result < m, Or(result == whole, result == whole - m)), *given)


def choices():
    """Masks: the entry whose place is wanted, and no other."""
    number, place = BitVecs("number place", 64)
    take = (((number ^ place) - 1) >> 63)
    prove("read_all takes the entry of its place alone", take == If(number == place, BitVecVal(2**64 - 1, 64), BitVecVal(0, 64)),
          ULT(number, 64), ULT(place, 64))
    # Vectors keep zeta in both halves of a word: a step makes the same of each, and the sign of both is that of the word.
    half, ones = BitVecs("half ones", 32)
    word, mask = SignExt(32, half), SignExt(32, ones)
    given = [half >= -2000, half <= 2000, Or(ones == 0, ones == -1)]
    prove("zeta in halves: a step", SignExt(32, (half ^ ones) - 1) == (word ^ mask) - 1, *given)
    prove("zeta in halves: its sign", Concat(half >> 31, half >> 31) == word >> 63, *given)


def divsteps():
    """A step of inverse.rs, in masks, is the divstep of Bernstein and Yang with delta = -(zeta + 1/2); and 59 of them fit their words."""
    zeta, f, g = BitVecs("zeta f g", 64)
    negative, odd = zeta >> 63, -(g & 1)
    g2 = g + (((f ^ negative) - negative) & odd)
    swap = negative & odd
    zeta2, f2, g2 = (zeta ^ swap) - 1, f + (g2 & swap), LShR(g2, 1)
    # theta: the step as the paper has it, on the low 64 bits; zeta < 0 is delta > 0.
    is_swap = And(zeta < 0, g & 1 == 1)
    is_odd = g & 1 == 1
    wanted_g = If(is_swap, g - f, If(is_odd, g + f, g))
    given = [f & 1 == 1]
    prove("divstep: f", f2 == If(is_swap, g, f), *given)
    prove("divstep: g, but for the highest bit", g2 == LShR(wanted_g, 1), *given)
    # delta' is 1 - delta with a swap and 1 + delta without: zeta' = -zeta - 2 and zeta - 1.
    prove("divstep: zeta", zeta2 == If(is_swap, -zeta - 2, zeta - 1), *given)
    # A row of the matrix: each step at most doubles the sum of the absolute values of (u, v), and makes that of (q, r) at most
    # the sum of both.
    u, q, bound = Ints("u q bound")
    prove("matrix: rows stay within 2^steps", And(2 * u <= 2 * bound, u + q <= 2 * bound), u >= 0, q >= 0, u <= bound, q <= bound)
    assert 2**59 < 2**63
    # Constants: 15 batches of 59 steps reach zero for 384 bits, by the bound for delta = 1/2 (Wuille).
    assert (45907 * 384 + 26313) // 19929 <= 15 * 59


def points():
    """The sums of point.rs and column.rs are those of the chord, and is_on_curve is the equation of the curve."""
    from sympy import expand, fraction, symbols, together

    def zero(expression):
        return expand(fraction(together(expression))[0]) == 0

    def holds(name, *expressions):
        if not all(map(zero, expressions)):
            sys.exit(f"{name}: NOT PROVED")
        print(f"proved: {name}", flush=True)

    x1, y1, x2, y2, X, Y, z, b = symbols("x1 y1 x2 y2 X Y z b")

    def chord(x1, y1, x2, y2):
        slope = (y2 - y1) / (x2 - x1)
        x = slope**2 - x1 - x2
        return x, slope * (x1 - x) - y1

    p, r = x2 - x1, y2 - y1
    pp, ppp, q = p**2, p**3, x1 * p**2
    x3 = r**2 - ppp - 2 * q
    y3 = r * (q - x3) - y1 * ppp
    wanted = chord(x1, y1, x2, y2)
    holds("of_two", x3 / pp - wanted[0], y3 / ppp - wanted[1], pp**3 - ppp**2)
    zz, zzz = z**2, z**3
    p, r = x2 * zz - X, y2 * zzz - Y
    pp, ppp, q = p**2, p**3, X * p**2
    x3 = r**2 - ppp - 2 * q
    y3 = r * (q - x3) - Y * ppp
    wanted = chord(X / zz, Y / zzz, x2, y2)
    holds("add", x3 / (zz * pp) - wanted[0], y3 / (zzz * ppp) - wanted[1], (zz * pp) ** 3 - (zzz * ppp) ** 2)
    curve = Y**2 - (X * (X**2 - 3 * zz**2) + b * zz**3)
    holds("is_on_curve", curve / zz**3 - ((Y / zzz) ** 2 - (X / zz) ** 3 + 3 * X / zz - b))


if __name__ == "__main__":
    for part in (lemmas, round_of_p, round_of_n, ends, choices, divsteps, points):
        part()
    print("all proved")
