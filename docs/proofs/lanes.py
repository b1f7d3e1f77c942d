"""Proofs about the lanes of 30 bits in crates/es384/src/engine/lanes/radix30.rs, which AVX2, NEON and their model share.

Run: make prove. It ends with an error unless everything is proved.

The kernels are not copied here: their lines are read from the source, their macros are expanded, and they run over columns that are
sums of unknowns. Each column also has the ends of its values, so that it is known to stay within 64 bits: then what the processor
calculates is what the whole numbers say. What a shift and a mask make of a column is two more unknowns, of which z3 proves that they
are its two parts. What comes out in the end is compared with the product, term by term.
"""

import re
import sys
from fractions import Fraction
from pathlib import Path

from z3 import And, BitVec, BitVecs, BitVecVal, Extract, Implies, Int, Ints, LShR, Not, Or, SignExt, Solver, ULT, ZeroExt, unsat

P = 2**384 - 2**128 - 2**96 + 2**32 - 1
R = 2**390
HALF = 2**29
CARRIED = 2**29 + 2**11
LIMBS = 13
ENGINE = Path(__file__).resolve().parents[2] / "crates/es384/src/engine"
SOURCE = (ENGINE / "lanes/radix30.rs").read_text()


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


def sure(name, condition):
    if not condition:
        sys.exit(f"{name}: NOT PROVED")


# The source: what stands between two braces, statements, and macros.


def block(after):
    """What stands between the braces that follow a text."""
    assert SOURCE.count(after) == 1, f"{after!r} is not once in the source"
    text = SOURCE[SOURCE.index(after) + len(after):]
    start = text.index("{")
    depth = 0
    for i, character in enumerate(text[start:], start):
        depth += (character == "{") - (character == "}")
        if depth == 0:
            return re.sub(r"//.*", "", text[start + 1:i])
    raise AssertionError(after)


def split(text, at):
    """The parts between separators that are in no brackets."""
    parts, depth = [""], 0
    for character in text:
        depth += (character in "([{") - (character in ")]}")
        if character == at and depth == 0:
            parts.append("")
        else:
            parts[-1] += character
    return [part.strip() for part in parts]


class Macro:
    """A macro of one or two arms, in which at most one list is repeated."""

    def __init__(self, name):
        self.arms = []
        for arm in split(block(f"macro_rules! {name} "), ";"):
            if arm:
                pattern, body = arm.split("=>", 1)
                # A body in `{$(` and `)*}` is repeated as a whole.
                self.arms.append((self.regex(pattern.strip()[1:-1]), body.strip()[1:-1]))

    @staticmethod
    def regex(pattern):
        pattern = re.sub(r"\$\(\$(\w+):literal\)\*", r"<<\1>>", pattern)
        pattern = re.escape(" ".join(pattern.split())).replace("\\ ", r"\s*")
        pattern = re.sub(r"\\\$(\w+):(ident|expr|literal)", r"(?P<\1>[^,;]+?)", pattern)
        return re.compile(r"\s*" + re.sub(r"<<(\w+)>>", r"(?P<all_\1>[0-9 ]*?)", pattern) + r"\s*")

    def expand(self, arguments):
        for regex, body in self.arms:
            found = regex.fullmatch(arguments)
            if found:
                named = found.groupdict()
                lists = {name[4:]: named.pop(name).split() for name in list(named) if name.startswith("all_")}
                for name, values in lists.items():
                    repeat = lambda part: "".join(re.sub(rf"\${name}\b", value, part[1]) for value in values)
                    body = re.sub(r"\$\((.*?)\)\*", repeat, body, flags=re.DOTALL)
                for name, value in named.items():
                    body = re.sub(rf"\${name}\b", value.strip(), body)
                assert "$" not in body, body
                return body
        raise AssertionError(f"no arm for {arguments}")


MACROS = {name: Macro(name) for name in ("clear", "pay", "row", "square_row", "put")}


def statements(text):
    """The statements of a kernel, with all macros expanded, as Python has them."""
    for statement in split(text, ";"):
        call = re.fullmatch(r"(\w+)!\((.*)\)", statement, flags=re.DOTALL)
        if call and call[1] == "settle":
            continue
        if call:
            yield from statements(MACROS[call[1]].expand(call[2]))
        elif statement:
            statement = re.sub(r"^let (mut )?", "", statement)
            statement = re.sub(r"\[(.*); 26\]$", r"[\1] * 26", statement)
            yield re.sub(r"::<(\d+)>\(", r"(\1, ", statement).replace("from.at(", "from_at(")


# Columns: whole numbers with their ends, as sums of unknowns.


class Number:
    """A sum of unknowns times factors, and the ends of its values. The unknown that is named "" is 1."""

    def __init__(self, terms, low, high):
        self.terms, self.low, self.high = terms, low, high

    @classmethod
    def unknown(cls, name, low, high):
        return cls({name: Fraction(1)}, low, high)

    @classmethod
    def constant(cls, value):
        return cls({"": Fraction(value)}, value, value)

    def combined(self, other, factor):
        terms = dict(self.terms)
        for name, value in other.terms.items():
            terms[name] = terms.get(name, 0) + factor * value
        ends = sorted((factor * other.low, factor * other.high))
        return Number({name: value for name, value in terms.items() if value}, self.low + ends[0], self.high + ends[1])

    def times(self, factor):
        return Number.constant(0).combined(self, factor)

    def product(self, other):
        terms = {}
        for a, x in self.terms.items():
            for b, y in other.terms.items():
                name = "*".join(sorted((a, b)))
                terms[name] = terms.get(name, 0) + x * y
        ends = [a * b for a in (self.low, self.high) for b in (other.low, other.high)]
        return Number(terms, min(ends), max(ends))


def column(number):
    sure("no column leaves 64 bits", -(2**63) <= number.low and number.high < 2**64)
    return number


def limb(number):
    sure("no limb leaves 32 bits", -(2**31) <= number.low and number.high < 2**31)
    return number


class Kernel:
    """Runs a kernel of the source, and compares what comes out."""

    def __init__(self, source, wanted, subtracted=()):
        self.quotients = {}
        arms = re.findall(r"^ *([\d.=_]+) => (.+),$", block("fn bias(column: usize) -> u64 "), re.MULTILINE)
        self.bias = [(re.findall(r"\d+", places), value) for places, value in arms]
        self.scope = {
            "a": self.number("a", 10, 1),
            "b": self.number("b", 10, 2),
            "out": [None] * LIMBS,
            **{name: getattr(self, name) for name in ("load", "add_product", "double", "add", "sub", "shl", "low", "rest", "start")},
            "none": lambda: Number.constant(0),
            "from_at": self.from_at,
        }
        # What is subtracted may be three carried numbers added up: c + 2 d.
        self.subtracted = [(self.number(name, 24, 3), times) for name, times in subtracted]
        body = block(f"unsafe fn {source}<S: Start>").strip()
        body = body[body.index("{") + 1:body.rindex("}")]
        for statement in statements(body):
            exec(statement, self.scope)
        self.compare(f"{source}{''.join(f' - {times} {name}' for name, times in subtracted)}", wanted)

    @staticmethod
    def number(name, bound, wide):
        """A number within `bound` times p; a wide one is the sum or the difference of so many carried ones."""
        limbs = [Number.unknown(f"{name}{i}", -wide * CARRIED, wide * CARRIED) for i in range(LIMBS - 1)]
        return [*limbs, Number.unknown(f"{name}{LIMBS - 1}", -(bound << 24) - wide, (bound << 24) + wide)]

    def load(self, number, place):
        return limb(number[place])

    def add_product(self, total, a, b):
        return column(total.combined(limb(a).product(limb(b)), 1))

    def double(self, factor):
        return limb(factor.times(2))

    def add(self, a, b):
        return column(a.combined(b, 1))

    def sub(self, a, b):
        return column(a.combined(b, -1))

    def shl(self, bits, number):
        return column(number.times(2**bits))

    def parts(self, number):
        """The lowest 30 bits and the rest: number = low + 2^30·rest, for columns that are not negative (see `lemmas`)."""
        sure("no column that is shifted is negative", number.low >= 0)
        key = tuple(sorted(number.terms.items()))
        name = self.quotients.setdefault(key, f"q{len(self.quotients)}")
        low = Number.unknown(name, 0, 2**30 - 1)
        rest = number.combined(low, -1).times(Fraction(1, 2**30))
        return low, Number(rest.terms, number.low >> 30, number.high >> 30)

    def low(self, number):
        return self.parts(number)[0]

    def rest(self, number):
        return self.parts(number)[1]

    def start(self, place):
        for ends, value in self.bias:
            if not ends or int(ends[0]) <= place <= int(ends[-1]):
                value = re.sub(r"0_u64\.wrapping_sub\((.*)\)", r"-(\1)", value)
                return Number.constant(eval(value))
        raise AssertionError(place)

    def from_at(self, place):
        number = self.start(place)
        for limbs, times in self.subtracted if place >= LIMBS else ():
            number = column(number.combined(limb(limbs[place - LIMBS]), -times))
        return number

    def compare(self, name, wanted):
        def value(limbs):
            total = Number.constant(0)
            for i, part in enumerate(limbs):
                total = total.combined(part, 2 ** (30 * i))
            return total

        a, b = (value(self.scope[letter]) for letter in "ab")
        # What comes out is columns; `rounded` makes limbs of their lowest bits (see `rounding`).
        columns = self.scope["out"]
        out = [self.low(part).combined(Number.constant(HALF), -1) for part in columns[:-1]] + [limb(columns[-1])]
        difference = value(out).times(R).combined({"a*b": a.product(b), "a*a": a.product(a)}[wanted], -1)
        for limbs, times in self.subtracted:
            difference = difference.combined(value(limbs), times * R)
        # The multiple of p: the lowest bits of the thirteen columns that were cleared, in their order. Those of the upper columns are
        # in the limbs that came out.
        for i in range(LIMBS):
            difference = difference.combined(Number.unknown(f"q{i}", 0, 2**30 - 1), -P * 2 ** (30 * i))
        sure(f"{name}: 2^390 times what comes out is {wanted} + Q p, less 2^390 times what is subtracted", not difference.terms)
        for part in out[:-1]:
            sure(f"{name}: limbs that come out are within half of 2^30", -HALF <= part.low and part.high < HALF)
        print(f"proved: {name}: {wanted}/2^390 modulo p, its limbs are carried, and no column overflows", flush=True)


def kernels():
    """The lines of the source, for all factors of which one may be a difference, and all that may be subtracted."""
    Kernel("product", "a*b")
    Kernel("product", "a*b", [("c", 1)])
    Kernel("square", "a*a")
    Kernel("square", "a*a", [("c", 1)])


def lemmas():
    """What the operations on columns and limbs are, for all values that do not leave their bits."""
    w, q = BitVecs("w q", 64)
    low, rest = w & (2**30 - 1), LShR(w, 30)
    prove("w = low(w) + 2^30 rest(w), low below 2^30", And(low + (rest << 30) == w, ULT(low, 2**30), ULT(rest, 2**34)))
    for bits in (2, 6, 8, 24):
        prove(f"low(w) << {bits} is 2^{bits} low(w)", ZeroExt(64, q << bits) == ZeroExt(64, q) << bits, ULT(q, 2**30))
    # A row of the reduction, over the integers: what is above the column that is cleared, and what is owed from one row to the next.
    columns = Ints(" ".join(f"w{i}" for i in range(13)))
    low, rest, before = Ints("low rest before")
    after = list(columns)
    after[1] += rest + 4 * low
    after[3] -= 64 * (low + 4 * before)
    after[12] += 2**24 * low
    value = lambda limbs, start: sum(limb * 2 ** (30 * i) for i, limb in enumerate(limbs) if i >= start)
    owed = lambda low, row: 256 * low * 2 ** (30 * (row + 4))
    prove("a row of the reduction adds q p, and clears a column", value(after, 1) - owed(low, 0) == value(columns, 0) - owed(before, -1)
          + low * P, columns[0] == low + 2**30 * rest)


def bounds():
    """How far a product is from zero, and its highest limb, which field8.rs relies on (`LIMIT` is 64)."""
    ab, q, out, c = Ints("ab q out c")
    product = [out * R == ab + q * P, q >= 0, q < R]
    prove("a product is above -p and below 2 p", And(out > -P, out < 2 * P), *product, ab <= 64 * P * P, ab >= -64 * P * P)
    prove("a square below 3 p where the factor is within 10 p", And(out > -P, out < 3 * P), *product, ab <= 100 * P * P, ab >= 0)
    whole, below, top, bound = Ints("whole below top bound")
    lower = sum(CARRIED * 2 ** (30 * i) for i in range(12))
    prove("the highest limb of a number within B p is within B 2^24 + 1", And(top <= bound * 2**24 + 1, top >= -bound * 2**24 - 1),
          whole == below + top * 2**360, below <= lower, below >= -lower, whole < bound * P, whole > -bound * P, bound >= 1, bound <= 64)


def rounding():
    """`rounded`: its line, bit by bit, on the lower half of a column."""
    body = block("fn rounded<L: Lanes30>(mut limbs: [L::Limb; LIMBS]) -> [L::Limb; LIMBS] ")
    assert "for limb in &mut limbs[..LIMBS - 1] {" in body and "*limb = limb.and(bits).sub(half);" in body
    assert "(L::witness(limbs[0]).limb((1 << 30) - 1), L::witness(limbs[0]).limb(1 << 29))" in body
    w = BitVec("column", 64)
    limb_ = (Extract(31, 0, w) & (2**30 - 1)) - HALF
    prove("rounded: a limb is the lowest 30 bits of its column less a half", SignExt(32, limb_) == (w & (2**30 - 1)) - HALF)


def sums():
    """c + d and c + 2 d in limbs, which are subtracted from squares: no limb overflows."""
    c, d = BitVecs("c d", 32)
    carried = lambda value: And(value >= -CARRIED, value <= CARRIED)
    highest = lambda value: And(value >= -(8 << 24) - 1, value <= (8 << 24) + 1)
    wide = lambda value: SignExt(32, value)
    assert SOURCE.count("&sum::<L>(c, d))") == SOURCE.count("&sum::<L>(c, &sum::<L>(d, d)))") == SOURCE.count("*limb = limb.add(*other);") == 1
    for name, within in (("a limb", carried), ("the highest limb", highest)):
        prove(f"c + d: {name} does not overflow", wide(c + d) == wide(c) + wide(d), within(c), within(d))
        prove(f"c + 2 d: {name} does not overflow", wide(c + (d + d)) == wide(c) + 2 * wide(d), within(c), within(d))


class Limb:
    """A limb of 32 bits as z3 has it, with what the source calls on it. Nothing may overflow: `given` collects that it does not."""

    def __init__(self, value, checks):
        self.value, self.checks = value, checks

    def result(self, wide):
        narrow = Extract(31, 0, wide)
        self.checks.append(SignExt(32, narrow) == wide)
        return Limb(narrow, self.checks)

    def wide(self):
        return SignExt(32, self.value)

    def add(self, other):
        return self.result(self.wide() + other.wide())

    def sub(self, other):
        return self.result(self.wide() - other.wide())

    def shl(self, bits):
        return self.result(self.wide() << bits)

    def sar(self, bits):
        return self.result(self.wide() >> bits)


def rust(text):
    """A line of a function over limbs, as Python has it."""
    text = re.sub(r"^\s*let (mut )?", "", " ".join(text.split()))
    text = re.sub(r"L::witness\(limbs\[\d+\]\)\.limb\(", "constant(", text)
    return re.sub(r"::<(\d+)>\(\)", r"(\1)", text)


def folds():
    """`fold` and `carry`: their lines, bit by bit."""
    checks = []
    before = [BitVec(f"limb{i}", 32) for i in range(LIMBS)]
    scope = {"limbs": [Limb(value, checks) for value in before], "constant": lambda value: Limb(BitVecVal(value, 32), checks)}
    lines = split(block("fn fold<L: Lanes30>(mut limbs: [L::Limb; LIMBS]) -> [L::Limb; LIMBS] "), ";")
    assert lines.pop() == "limbs"
    for line in lines:
        exec(rust(line), scope)
    after = [limb.value for limb in scope["limbs"]]
    # Within 8 p, as products come: limbs below half of 2^30, and the highest as `bounds` has it.
    given = [And(value >= -HALF, value < HALF) for value in before[:-1]]
    given.append(And(before[12] >= -(8 << 24) - 1, before[12] <= (8 << 24) + 1))
    prove("fold: no limb overflows", And(*checks), *given)
    prove("fold: limbs stay carried", And(*(And(value >= -CARRIED, value <= CARRIED) for value in after[:-1])), *given)
    prove("fold: the highest limb is within 2^23", And(after[12] >= -(2**23), after[12] < 2**23), *given)
    t = scope["t"].value
    factors = {0: 1, 1: -4, 3: 64, 4: 256, 12: -(2**24)}
    same = And(*(after[i] - before[i] == factors.get(i, 0) * t for i in range(LIMBS)))
    prove("fold: limbs change by those of -t p", same, *given)
    assert sum(factor * 2 ** (30 * i) for i, factor in factors.items()) == -P
    whole, top, below = Ints("whole top below")
    lower = sum(CARRIED * 2 ** (30 * i) for i in range(12))
    prove("fold: the number is within 3 p", And(whole < 3 * P, whole > -3 * P), whole == below + top * 2**360, below <= lower,
          below >= -lower, top >= -(2**23), top <= 2**23)

    # A step of the loop of `carry`, and that what it hands on keeps the next within what the step asks.
    body = block("fn carry<L: Lanes30>(mut limbs: [L::Limb; LIMBS]) -> [L::Limb; LIMBS] ")
    head, loop = body[:body.index("for i in")], body[body.index("{") + 1:body.rindex("}")]
    assert "for i in 0..LIMBS - 1 {" in body and "half = L::witness(limbs[0]).limb(1 << 29);" in head
    checks, (this, above, carried) = [], BitVecs("this above carried", 32)
    scope = {"limbs": [Limb(this, checks), Limb(above, checks)], "half": Limb(BitVecVal(HALF, 32), checks), "i": 0}
    for line in filter(None, split(loop, ";")):
        exec(rust(line), scope)
    low, high = (limb.value for limb in scope["limbs"])
    most = 2 * CARRIED
    given = [this >= -most - 2, this <= most + 2, above >= -most, above <= most]
    prove("carry: no limb of a difference overflows", And(*checks), *given)
    prove("carry: the limb is within half of 2^30", And(low >= -HALF, low < HALF), *given)
    prove("carry: what is handed on is within 2", And(high - above >= -2, high - above <= 2), *given)
    prove("carry: the value stays", SignExt(32, low) + (SignExt(32, high) << 30) == SignExt(32, this) + (SignExt(32, above) << 30), *given)
    assert CARRIED + 2 < 2**30


def zeros():
    """`zero_lanes`: a carried number that is -p, 0 or p has the limbs of it."""
    prime = [0] * LIMBS
    for place, factor in ((0, -1), (1, 4), (3, -64), (4, -256), (12, 2**24)):
        prime[place] = factor
    assert sum(value * 2 ** (30 * i) for i, value in enumerate(prime)) == P
    limb, same, above = Ints("limb same above")
    for value in sorted({sign * part for part in prime[:-1] for sign in (-1, 1)}):
        # The lowest limbs are equal modulo 2^30 where the numbers are; then the next are the lowest.
        prove(f"a carried limb that is {value} modulo 2^30 is {value}", limb == value, limb - value == above * 2**30,
              limb >= -CARRIED, limb <= CARRIED)


def reduction():
    """`reduce`: limbs as words below p. A step of its loop, and what follows the loop (transcribed)."""
    limb_, prime, carry = BitVecs("limb prime carry", 64)
    total = limb_ + 2 * prime + carry
    given = [And(value >= -(2**31), value < 2**31) for value in (limb_, prime)] + [carry >= -4, carry <= 4]
    prove("reduce: a limb is its bits and what is carried", total == (total & (2**30 - 1)) + ((total >> 30) << 30), *given)
    prove("reduce: what is carried is within 4", And(total >> 30 >= -4, total >> 30 <= 4), *given, limb_ >= -CARRIED, limb_ <= CARRIED,
          prime >= -256, prime <= 4)
    prove("reduce: the highest limb is 24 bits and what is above", total == (total & (2**24 - 1)) + ((total >> 24) << 24), *given)
    number, words, above, total, carry, result, rest = Ints("number words above total carry result rest")
    fold = 2**384 - P
    text = block("fn reduce(number: &Packed) -> Words ")
    found = [int(part.replace("_", ""), 16) for part in re.search(r"FOLD: \[u64; 3\] = \[(.*?)\];", text)[1].split(", ") if "x" in part]
    assert found == [fold & (2**64 - 1), (fold >> 64) & (2**64 - 1)] and fold >> 128 == 1
    given = [number > -2 * P, number < 2 * P, number + 2 * P == words + above * 2**384, words >= 0, words < 2**384]
    prove("reduce: what is above is 0 to 3", And(above >= 0, above <= 3), *given)
    given += [words + above * fold == total + carry * 2**384, total >= 0, total < 2**384, Or(carry == 0, carry == 1)]
    # reduce_once: p is taken away unless that borrows, and the carry with it.
    prove("reduce: the sum is below 2 p", total + carry * 2**384 < 2 * P, *given)
    kept = And(carry == 0, total < P)
    given += [Implies(kept, result == total), Implies(Not(kept), result == total + carry * 2**384 - P)]
    prove("reduce: the result is the number modulo p", And(result >= 0, result < P, result == number + (2 - above - rest) * P), *given,
          Implies(kept, rest == 0), Implies(Not(kept), rest == 1))


def points():
    """The sums of point8.rs and tree.rs are those of the chord, and `off_curve` is the equation of the curve: as rational functions."""
    from sympy import expand, fraction, symbols, together

    def holds(name, *expressions):
        sure(name, all(expand(fraction(together(expression))[0]) == 0 for expression in expressions))
        print(f"proved: {name}", flush=True)

    x1, y1, x2, y2, z1, z2, b = symbols("x1 y1 x2 y2 z1 z2 b")

    def chord(x1, y1, x2, y2):
        slope = (y2 - y1) / (x2 - x1)
        x = slope**2 - x1 - x2
        return x, slope * (x1 - x) - y1

    # PlusSwapped: x1 to z2 are X and Y with zz = z² and zzz = z³.
    (zz1, zzz1), (zz2, zzz2) = (z1**2, z1**3), (z2**2, z2**3)
    u1, u2, s1, s2 = x1 * zz2, x2 * zz1, y1 * zzz2, y2 * zzz1
    p, r = u1 - u2, s1 - s2
    pp = p**2
    ppp, q = p * pp, u2 * pp
    x = r**2 - ppp - 2 * q
    y = r * (q - x) - s2 * ppp
    zz, zzz = zz1 * zz2 * pp, zzz1 * zzz2 * ppp
    wanted = chord(x1 / zz1, y1 / zzz1, x2 / zz2, y2 / zzz2)
    holds("PlusSwapped", x / zz - wanted[0], y / zzz - wanted[1], zz**3 - zzz**2)
    slope = (y2 - y1) / (x2 - x1)
    x = slope**2 - x1 - x2
    wanted = chord(x1, y1, x2, y2)
    holds("pairs of a tree", x - wanted[0], slope * (x1 - x) - y1 - wanted[1])
    curve = y1**2 - x1 * (x1**2 - zz1**2 - 2 * zz1**2) - b * zz1**3
    holds("off_curve", curve / zz1**3 - ((y1 / zzz1) ** 2 - (x1 / zz1) ** 3 + 3 * x1 / zz1 - b))


def mistakes():
    """That the proof of the kernels notices mistakes in the source."""
    global SOURCE, MACROS
    source, macros = SOURCE, MACROS
    for right, wrong in (
        ("shl::<6>(add(q, $owed))", "shl::<7>(add(q, $owed))"),
        ("shl::<6>($owed)", "shl::<6>(none())"),
        ("$owed = four;", "$owed = q;"),
        ("let factor = double(factor);", ""),
        ("square_row!(w, a, 8; 9 10 11 12);", "square_row!(w, a, 8; 9 10 11);"),
        ("w[15] = from.at(15);", "w[15] = start(15);"),
        ("1..=12 => (1 << 63) - (1 << 33)", "1..=12 => (1 << 63)"),
    ):
        SOURCE = source.replace(right, wrong)
        assert SOURCE != source, f"{right!r} is not in the source"
        MACROS = {name: Macro(name) for name in macros}
        try:
            kernels()
        except SystemExit as refusal:
            print(f"noticed: {wrong or 'nothing'!r} for {right!r}: {str(refusal)[:40]} ...", flush=True)
        else:
            sys.exit(f"{wrong!r} in the place of {right!r} was not noticed")
    SOURCE, MACROS = source, macros


if __name__ == "__main__":
    for part in (lemmas, kernels, mistakes, rounding, sums, bounds, folds, zeros, reduction, points):
        part()
    print("all proved")
