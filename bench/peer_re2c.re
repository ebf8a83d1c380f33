/* peer_re2c.c -- the lexer as re2c -g generates it. */
#include "peer.h"

uint32_t peer_re2c(const uint8_t *input, uint32_t length, peer_output out) {
    const uint8_t *cursor = input;
    const uint8_t *marker = input;
    const uint8_t *begin = input;
    int state = PEER_NEW_LINE;
#define AT(pointer) ((uint32_t)((pointer) - input))
    for (;;) {
        begin = cursor;
        /*!re2c
        re2c:define:YYCTYPE = uint8_t;
        re2c:define:YYCURSOR = cursor;
        re2c:define:YYMARKER = marker;
        re2c:yyfill:enable = 0;

        letter = [a-zA-Z];
        byte = [^\x00\n];

        "\\" letter+ {
            peer_emit(&out, 0, peer_hash(begin + 1, (uint32_t)(cursor - begin) - 1), AT(begin), AT(cursor));
            state = PEER_SKIP;
            continue;
        }
        "\\" [ ]* "\n" {
            static const uint8_t return_character = 13;
            peer_emit(&out, 0, peer_hash(&return_character, 1), AT(begin), AT(cursor));
            state = peer_line_end(&out, PEER_SKIP, AT(cursor) - 1, AT(cursor));
            continue;
        }
        "\\" byte {
            peer_emit(&out, 0, peer_hash(begin + 1, 1), AT(begin), AT(cursor));
            state = begin[1] == ' ' || begin[1] == '\t' ? PEER_SKIP : PEER_MIDDLE;
            continue;
        }
        "%" byte* "\n" {
            state = peer_line_end(&out, PEER_SKIP, AT(cursor) - 1, AT(cursor));
            continue;
        }
        "%" byte* { state = PEER_SKIP; continue; }
        [ ]* "\n" {
            state = peer_line_end(&out, state, AT(cursor) - 1, AT(cursor));
            continue;
        }
        [ \t] {
            if (state == PEER_MIDDLE) {
                peer_emit(&out, 10, ' ', AT(begin), AT(cursor));
                state = PEER_SKIP;
            }
            continue;
        }
        letter { peer_emit(&out, 11, *begin, AT(begin), AT(cursor)); state = PEER_MIDDLE; continue; }
        "\x00" {
            break;
        }
        * {
            peer_emit(&out, peer_kind[*begin], *begin, AT(begin), AT(cursor));
            state = PEER_MIDDLE;
            continue;
        }
        */
    }
    if (AT(begin) > out.line_start) {
        (void)peer_line_end(&out, state, length, length);
    }
    return out.row;
}
