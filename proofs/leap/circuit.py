"""Words of bits as circuits of AND gates, and the question whether an output can be true as a CNF.

    literal   0 is false, 1 is true; an even number is a gate or an input, the odd one behind it its negation
    word      a tuple of literals, the lowest bit first

Equal gates are one gate and constants are folded, so what a program does with known numbers (a loop's counter)
costs nothing. All arithmetic is that of unsigned words: modulo 2 to the number of bits.
"""

FALSE, TRUE = 0, 1

gates = [(FALSE, FALSE)]  # by literal / 2: its two inputs; an input of the circuit is a gate of (-1, -1)
known = {}


def reset():
    del gates[1:]
    known.clear()


def new_input():
    gates.append((-1, -1))
    return 2 * len(gates) - 2


def new_word(width):
    return tuple(new_input() for _ in range(width))


def negation(a):
    return a ^ 1


def both(a, b):
    if a > b:
        a, b = b, a
    if a == FALSE or a == b ^ 1:
        return FALSE
    if a == TRUE or a == b:
        return b
    if (a, b) not in known:
        gates.append((a, b))
        known[a, b] = 2 * len(gates) - 2
    return known[a, b]


def either(a, b):
    return both(a ^ 1, b ^ 1) ^ 1


def differ(a, b):
    return both(both(a, b) ^ 1, both(a ^ 1, b ^ 1) ^ 1)


def choose(c, a, b):
    """a where c is true, else b."""
    if a == b:
        return a
    if a == b ^ 1:
        return differ(c, b)
    return both(both(c, a) ^ 1, both(c ^ 1, b) ^ 1) ^ 1


def any_of(literals):
    result = FALSE
    for a in literals:
        result = either(result, a)
    return result


# ---- words ----------------------------------------------------------------------


def constant(value, width):
    return tuple(value >> i & 1 for i in range(width))


def bitwise(operation, a, b):
    return tuple(map(operation, a, b))


def complement(a):
    return tuple(bit ^ 1 for bit in a)


def choose_word(c, a, b):
    return a if a == b else tuple(choose(c, x, y) for x, y in zip(a, b))


def add(a, b, carry=FALSE):
    """The sum, and the carry out of its highest bit."""
    total = []
    for x, y in zip(a, b):
        half = differ(x, y)
        total.append(differ(half, carry))
        carry = either(both(x, y), both(half, carry))
    return tuple(total), carry


def subtract(a, b):
    """The difference, and whether it is not below 0."""
    return add(a, complement(b), TRUE)


def equal(a, b):
    return any_of(map(differ, a, b)) ^ 1


def below(a, b):
    return subtract(a, b)[1] ^ 1


def signed_below(a, b):
    return below(a[:-1] + (a[-1] ^ 1,), b[:-1] + (b[-1] ^ 1,))


def extend(a, width):
    return a + (FALSE,) * (width - len(a))


def extend_sign(a, width):
    return a + (a[-1],) * (width - len(a))


def shift(a, amount, left):
    """Where the amount is the width or more the result means nothing: see `program.py`."""
    for i, chosen in enumerate(amount[: (len(a) - 1).bit_length()]):
        n = 1 << i
        fills = (FALSE,) * n
        a = choose_word(chosen, (fills + a)[: len(a)] if left else (a + fills)[n:], a)
    return a


def zeros_below(a):
    """The number of zeros below the lowest one; the width where there is none."""
    result = constant(len(a), len(a))
    for i in reversed(range(len(a))):
        result = choose_word(a[i], constant(i, len(a)), result)
    return result


# ---- answers --------------------------------------------------------------------


def evaluate(inputs, outputs, ones=1):
    """The outputs' values where the inputs, a dictionary by literal, have theirs. A value may have many bits, those of
    `ones`, for as many evaluations at once.
    """
    values = [0] * len(gates)
    for i, (a, b) in enumerate(gates):
        if a < 0:
            values[i] = inputs.get(2 * i, 0)
        elif i > 0:
            values[i] = (values[a >> 1] ^ -(a & 1) & ones) & (values[b >> 1] ^ -(b & 1) & ones)
    return [values[a >> 1] ^ -(a & 1) & ones for a in outputs]


def cnf(assertions):
    """DIMACS text that has a solution exactly where all assertions can be true at once; variable = literal / 2."""
    wanted, stack = set(), [a >> 1 for a in assertions]
    while stack:
        gate = stack.pop()
        if gate > 0 and gate not in wanted:
            wanted.add(gate)
            if gates[gate][0] >= 0:
                stack += [a >> 1 for a in gates[gate]]
    clauses = [f"{number(a)} 0" if a > TRUE else ("1 -1 0" if a else "0") for a in assertions]
    for gate in sorted(wanted):
        a, b = gates[gate]
        if a >= 0:
            clauses += [f"{-gate} {number(a)} 0", f"{-gate} {number(b)} 0", f"{gate} {-number(a)} {-number(b)} 0"]
    return f"p cnf {len(gates) - 1} {len(clauses)}\n" + "\n".join(clauses) + "\n"


def number(literal):
    return -(literal >> 1) if literal & 1 else literal >> 1
