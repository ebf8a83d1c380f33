/* token_format.c -- see token_format.h for the three notations. Two million tokens
 * are written in well under a second: characters go to the stream's buffer one by
 * one without its lock, and numbers are not left to printf in tsv and jsonl. */
#include "token_format.h"

#include "display.h"
#include "utf8.h"

static void put(FILE *stream, char character) {
    (void)putc_unlocked(character, stream);
}

static void put_text(FILE *stream, const char *text) {
    (void)fputs_unlocked(text, stream);
}

static void put_bytes(FILE *stream, const uint8_t *bytes, uint32_t length) {
    (void)fwrite_unlocked(bytes, 1, length, stream);
}

/* Eleven characters hold every int32. */
static void put_number(FILE *stream, int32_t value) {
    char digits[11];
    uint32_t count = 0;
    uint32_t rest = value < 0 ? 0u - (uint32_t)value : (uint32_t)value;
    do {
        digits[count++] = (char)('0' + rest % 10);
        rest /= 10;
    } while (rest > 0);
    if (value < 0) {
        put(stream, '-');
    }
    while (count > 0) {
        put(stream, digits[--count]);
    }
}

static void put_hexadecimal_byte(FILE *stream, uint8_t byte) {
    static const char digits[] = "0123456789ABCDEF";
    put(stream, digits[byte / 16]);
    put(stream, digits[byte % 16]);
}

const char *hlx_kind_name(int32_t kind) {
    switch (kind) {
    case HLX_KIND_CONTROL_SEQUENCE:
        return "control sequence";
    case HLX_CATEGORY_BEGIN_GROUP:
        return "begin group";
    case HLX_CATEGORY_END_GROUP:
        return "end group";
    case HLX_CATEGORY_MATH_SHIFT:
        return "math shift";
    case HLX_CATEGORY_ALIGNMENT_TAB:
        return "alignment tab";
    case HLX_CATEGORY_PARAMETER:
        return "parameter";
    case HLX_CATEGORY_SUPERSCRIPT:
        return "superscript";
    case HLX_CATEGORY_SUBSCRIPT:
        return "subscript";
    case HLX_CATEGORY_SPACE:
        return "space";
    case HLX_CATEGORY_LETTER:
        return "letter";
    case HLX_CATEGORY_OTHER:
        return "other";
    case HLX_CATEGORY_ACTIVE:
        return "active";
    default:
        return "unknown";
    }
}

static const char *kind_colour(int32_t kind) {
    switch (kind) {
    case HLX_KIND_CONTROL_SEQUENCE:
        return "\033[34m"; /* blue */
    case HLX_CATEGORY_BEGIN_GROUP:
    case HLX_CATEGORY_END_GROUP:
        return "\033[33m"; /* yellow */
    case HLX_CATEGORY_MATH_SHIFT:
    case HLX_CATEGORY_SUPERSCRIPT:
    case HLX_CATEGORY_SUBSCRIPT:
        return "\033[32m"; /* green */
    case HLX_CATEGORY_ALIGNMENT_TAB:
    case HLX_CATEGORY_PARAMETER:
        return "\033[36m"; /* cyan */
    case HLX_CATEGORY_ACTIVE:
        return "\033[35m"; /* magenta */
    case HLX_CATEGORY_SPACE:
        return "\033[2m"; /* faint */
    default:
        return "";
    }
}

static bool is_control(uint8_t byte) {
    return byte < 32 || byte == 127;
}

static void escape_control(FILE *stream, uint8_t byte) {
    const char *short_form = byte == '\t' ? "\\t" : byte == '\n' ? "\\n" : "\\r";
    if (byte == '\t' || byte == '\n' || byte == '\r') {
        put_text(stream, short_form);
        return;
    }
    put_text(stream, "\\x");
    put_hexadecimal_byte(stream, byte);
}

/* One character that is not ASCII; returns the bytes taken. */
static uint32_t escape_character(FILE *stream, const uint8_t *bytes, uint32_t position,
                                 uint32_t length) {
    hlx_utf8_character character = hlx_utf8_decode(bytes, position, length);
    for (uint32_t i = 0; character.malformed && i < character.length; i++) {
        put_text(stream, "\\x");
        put_hexadecimal_byte(stream, bytes[position + i]);
    }
    if (!character.malformed) {
        put_bytes(stream, bytes + position, character.length);
    }
    return character.length;
}

void hlx_write_escaped(FILE *stream, const uint8_t *bytes, uint32_t length) {
    for (uint32_t position = 0; position < length;) {
        uint8_t byte = bytes[position];
        if (byte >= 128) {
            position += escape_character(stream, bytes, position, length);
            continue;
        }
        if (is_control(byte)) {
            escape_control(stream, byte);
        } else {
            put_text(stream, byte == '\\' ? "\\" : "");
            put(stream, (char)byte);
        }
        position++;
    }
}

static void json_ascii(FILE *stream, uint8_t byte) {
    if (byte < 32) { /* DEL is an ordinary character in JSON */
        put_text(stream, "\\u00");
        put_hexadecimal_byte(stream, byte);
        return;
    }
    if (byte == '"' || byte == '\\') {
        put(stream, '\\');
    }
    put(stream, (char)byte);
}

void hlx_write_json_string(FILE *stream, const uint8_t *bytes, uint32_t length) {
    put(stream, '"');
    for (uint32_t position = 0; position < length;) {
        if (bytes[position] < 128) {
            json_ascii(stream, bytes[position++]);
            continue;
        }
        hlx_utf8_character character = hlx_utf8_decode(bytes, position, length);
        if (character.malformed) {
            put_text(stream, "\xEF\xBF\xBD"); /* U+FFFD */
        } else {
            put_bytes(stream, bytes + position, character.length);
        }
        position += character.length;
    }
    put(stream, '"');
}

void hlx_write_token_header(FILE *stream, enum hlx_token_format format) {
    if (format == HLX_FORMAT_TSV) {
        put_text(stream, "kind\tcode\tstart\tend\tline\tcol\ttext\n");
    }
}

/* One token, gathered from its columns. */
typedef struct row {
    int32_t kind, code, start, end, line, col;
    const uint8_t *bytes;
    uint32_t length;
} row;

static row gather(const hlx_document *document, const hlx_analysis *analysis, uint32_t index) {
    int32_t start = analysis->columns.starts[index];
    int32_t end = analysis->ends[index];
    return (row){.kind = analysis->columns.kinds[index],
                 .code = analysis->columns.codes[index],
                 .start = start,
                 .end = end,
                 .line = analysis->lines[index],
                 .col = analysis->cols[index],
                 .bytes = document->bytes + start,
                 .length = (uint32_t)(end - start)};
}

static void write_numbers(FILE *stream, const row *token, const char *const before[6]) {
    const int32_t numbers[6] = {token->kind, token->code, token->start,
                                token->end,  token->line, token->col};
    for (uint32_t i = 0; i < 6; i++) {
        put_text(stream, before[i]);
        put_number(stream, numbers[i]);
    }
}

static void write_tsv(FILE *stream, const row *token) {
    static const char *const before[6] = {"", "\t", "\t", "\t", "\t", "\t"};
    write_numbers(stream, token, before);
    put(stream, '\t');
    hlx_write_escaped(stream, token->bytes, token->length);
    put(stream, '\n');
}

static void write_jsonl(FILE *stream, const row *token) {
    static const char *const before[6] = {
        "{\"kind\":", ",\"code\":", ",\"start\":", ",\"end\":", ",\"line\":", ",\"col\":"};
    write_numbers(stream, token, before);
    put_text(stream, ",\"text\":");
    hlx_write_json_string(stream, token->bytes, token->length);
    put_text(stream, "}\n");
}

static void write_text(FILE *stream, bool colour, const row *token) {
    char place[32], span[32];
    (void)snprintf(place, sizeof place, "%d:%d", token->line, token->col);
    (void)snprintf(span, sizeof span, "%d-%d", token->start, token->end);
    const char *on = colour ? kind_colour(token->kind) : "";
    (void)fprintf(stream, "%-9s %-13s %-16s ", place, span, hlx_kind_name(token->kind));
    if (token->kind == HLX_KIND_CONTROL_SEQUENCE) {
        (void)fprintf(stream, "%08x  %s", (uint32_t)token->code, on);
    } else {
        (void)fprintf(stream, "%8d  %s", token->code, on);
    }
    (void)hlx_display_bytes(stream, token->bytes, token->length);
    put_text(stream, *on != '\0' ? "\033[0m\n" : "\n");
}

void hlx_write_token(FILE *stream, enum hlx_token_format format, bool colour,
                     const hlx_document *document, const hlx_analysis *analysis, uint32_t index) {
    row token = gather(document, analysis, index);
    switch (format) {
    case HLX_FORMAT_TSV:
        write_tsv(stream, &token);
        break;
    case HLX_FORMAT_JSONL:
        write_jsonl(stream, &token);
        break;
    case HLX_FORMAT_TEXT:
        write_text(stream, colour, &token);
        break;
    }
}
