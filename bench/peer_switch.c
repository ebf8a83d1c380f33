/* peer_switch.c -- the lexer as one writes it by hand: a switch for each byte. */
#include "peer.h"

#define L 11
#define O 12
#define A 13
const uint8_t peer_kind[256] = {
    15, A, A, A,  A, A, A, A, A,  10, 12, A,  A, 5, A, A, A, A, A, A, A, A, A, A, A, A, A, A, A,
    A,  A, A, 10, O, O, 6, 3, 14, 4,  O,  O,  O, O, O, O, O, O, O, O, O, O, O, O, O, O, O, O, O,
    O,  O, O, O,  O, O, O, L, L,  L,  L,  L,  L, L, L, L, L, L, L, L, L, L, L, L, L, L, L, L, L,
    L,  L, L, L,  O, 0, O, 7, 8,  O,  L,  L,  L, L, L, L, L, L, L, L, L, L, L, L, L, L, L, L, L,
    L,  L, L, L,  L, L, L, 1, O,  2,  A,  15, A, A, A, A, A, A, A, A, A, A, A, A, A, A, A, A, A,
    A,  A, A, A,  A, A, A, A, A,  A,  A,  A,  A, A, A, A, A, A, A, A, A, A, A, A, A, A, A, A, A,
    A,  A, A, A,  A, A, A, A, A,  A,  A,  A,  A, A, A, A, A, A, A, A, A, A, A, A, A, A, A, A, A,
    A,  A, A, A,  A, A, A, A, A,  A,  A,  A,  A, A, A, A, A, A, A, A, A, A, A, A, A, A, A, A, A,
    A,  A, A, A,  A, A, A, A, A,  A,  A,  A,  A, A, A, A, A, A, A, A, A, A, A};

static uint32_t content_end(const uint8_t *input, uint32_t start, uint32_t end) {
    while (end > start && input[end - 1] == ' ') {
        end--;
    }
    return end;
}

/* The control sequence whose escape character is at `at`; the position behind it. */
static uint32_t control_sequence(const uint8_t *input, uint32_t at, uint32_t end, uint32_t next,
                                 peer_output *out, int *state) {
    uint32_t name = at + 1;
    uint32_t behind = name;
    if (name == end) {
        static const uint8_t return_character = 13;
        peer_emit(out, 0, peer_hash(&return_character, 1), at, next);
        *state = PEER_SKIP; /* nothing follows in this line */
        return end + 1;
    }
    while (behind < end && peer_kind[input[behind]] == L) {
        behind++;
    }
    *state = PEER_SKIP;
    if (behind == name) {
        *state = peer_kind[input[name]] == 10 ? PEER_SKIP : PEER_MIDDLE;
        behind++;
    }
    peer_emit(out, 0, peer_hash(input + name, behind - name), at, behind);
    return behind;
}

/* One line; whether its end is still to come. */
static int read_line(const uint8_t *input, uint32_t at, uint32_t end, uint32_t next,
                     peer_output *out, int *state) {
    while (at < end) {
        uint8_t byte = input[at];
        switch (peer_kind[byte]) {
        case 0:
            at = control_sequence(input, at, end, next, out, state);
            if (at > end) {
                return 0;
            }
            break;
        case 10:
            if (*state == PEER_MIDDLE) {
                peer_emit(out, 10, ' ', at, at + 1);
                *state = PEER_SKIP;
            }
            at++;
            break;
        case 14:
            return 0;
        default:
            peer_emit(out, peer_kind[byte], byte, at, at + 1);
            *state = PEER_MIDDLE;
            at++;
            break;
        }
    }
    return 1;
}

uint32_t peer_switch(const uint8_t *input, uint32_t length, peer_output out) {
    uint32_t start = 0;
    do {
        uint32_t terminator = start;
        while (terminator < length && input[terminator] != '\n') {
            terminator++;
        }
        uint32_t next = terminator < length ? terminator + 1 : length;
        int state = PEER_NEW_LINE;
        uint32_t end = content_end(input, start, terminator);
        if (!read_line(input, start, end, next, &out, &state)) {
            state = PEER_SKIP;
        }
        (void)peer_line_end(&out, state, terminator, next);
        start = next;
    } while (start < length);
    return out.row;
}
