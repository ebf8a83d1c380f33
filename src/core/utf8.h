/* utf8.h -- one character from UTF-8, total over all byte strings.
 *
 * Well-formed sequences are those of The Unicode Standard 15, table 3-7. Any
 * other byte string is read as U+FFFD, one for each maximal ill-formed
 * subsequence (section 3.9), so that no byte is lost and none is read twice.
 * spec: LEX-12, LEX-13 */
#ifndef HLX_UTF8_H
#define HLX_UTF8_H

#include <stdbool.h>
#include <stdint.h>

#define HLX_REPLACEMENT_CHARACTER 0xFFFDu

typedef struct hlx_utf8_character {
    uint32_t code;   /* a Unicode scalar value */
    uint32_t length; /* bytes it takes, 1 to 4 */
    bool malformed;  /* code is U+FFFD because the bytes are not UTF-8 */
} hlx_utf8_character;

/* The character at input[position]; position < limit, and no byte at or behind
 * `limit` is read. spec: LEX-12, LEX-13 */
hlx_utf8_character hlx_utf8_decode(const uint8_t *input, uint32_t position, uint32_t limit);

#endif
