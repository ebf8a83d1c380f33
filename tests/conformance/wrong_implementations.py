"""One rule wrong at a time: what the vectors must notice.

Each entry changes one thing of second_implementation.py (or of tests/oracle.py below it) and is named after what
it does. test_conformance.py runs the vectors against every one of them and requires that some vector fails. Most are
mistakes that other tokenizers, codecs and brokers really make.
"""

import re

import oracle

WRONG = {}


def wrong(suite):
    """Decorate: the function breaks a rule that the vectors of `suite` are about."""

    def register(change):
        WRONG[change.__name__.replace("_", "-")] = (suite, change)
        return change

    return register


def break_rule(second, name):
    WRONG[name][1](second)


def lines_by(pattern, strip):
    """oracle.split_lines with another idea of terminators and of what is stripped."""

    def split_lines(document):
        number, start = 1, 0
        for match in re.finditer(pattern, document):
            if match.end() == len(document) == start and number > 1:
                return
            content = document[start:match.start()].rstrip(strip)
            yield oracle.Line(number, start, start + len(content), match.start(), match.end())
            number, start = number + 1, match.end()

    return split_lines


def change_reader(name, make):
    setattr(oracle.Reader, name, make(getattr(oracle.Reader, name)))


# ---- tokens ----


@wrong("tokens")
def cr_lf_are_two_terminators(second):
    oracle.split_lines = lines_by(rb"\r|\n|\Z", b" ")


@wrong("tokens")
def cr_ends_no_line(second):
    oracle.split_lines = lines_by(rb"\r\n|\n|\Z", b" ")


@wrong("tokens")
def blanks_at_line_ends_are_read(second):
    oracle.split_lines = lines_by(rb"\r\n|\r|\n|\Z", b"")


@wrong("tokens")
def tabs_at_line_ends_are_stripped(second):
    oracle.split_lines = lines_by(rb"\r\n|\r|\n|\Z", b" \t")


@wrong("tokens")
def an_empty_document_has_no_line(second):
    right = oracle.split_lines
    oracle.split_lines = lambda document: right(document) if document else iter(())


@wrong("tokens")
def upper_case_hexadecimal(second):
    oracle.HEX_DIGITS = frozenset(b"0123456789abcdefABCDEF")


@wrong("tokens")
def notations_are_not_looked_at_again(second):
    def char_at(self, at):
        if self.category(self.buffer[at].code) == oracle.SUPERSCRIPT and (found := self.notation(at)):
            size, code = found
            issue = oracle.ISSUE_RANGE if code > 0x10FFFF else None
            self.buffer[at:at + size] = [oracle.Char(0xFFFD if issue else code, self.buffer[at].start,
                                                     self.buffer[at + size - 1].end, issue)]
        return self.buffer[at]

    oracle.Reader.char_at = char_at


def without(sizes):
    """No notation that takes so many places of the buffer."""

    def make(right):
        def notation(self, at):
            found = right(self, at)
            return None if found and found[0] in sizes else found

        return notation

    return make


@wrong("tokens")
def letters_above_255_in_initex(second):
    right = second.differential_driver.preset_regime
    second.differential_driver.preset_regime = lambda *of: right(*of)._replace(unicode_letters=1)


@wrong("tokens")
def a_hash_is_no_parameter_in_expl3(second):
    right = second.differential_driver.preset_regime

    def preset_regime(preset, encoding):
        regime = right(preset, encoding)
        table = list(regime.category)
        table[ord("#")] = 12 if preset == "expl3" else table[ord("#")]
        return regime._replace(category=tuple(table))

    second.differential_driver.preset_regime = preset_regime


@wrong("tokens")
def no_notation_of_six(second):
    change_reader("notation", without({12}))


@wrong("tokens")
def no_notation_of_four(second):
    change_reader("notation", without({8}))


@wrong("tokens")
def no_notation_of_two_digits(second):
    change_reader("notation", without({4}))


@wrong("tokens")
def notations_by_addition_only(second):
    def make(right):
        def notation(self, at):
            found = right(self, at)
            return (3, (found[1] + 128) % 256) if found and found[0] == 3 and found[1] < 64 else found

        return notation

    change_reader("notation", make)


@wrong("tokens")
def notations_of_characters_from_128_on(second):
    def make(right):
        def notation(self, at):
            found = right(self, at)
            hat = self.buffer[at].code
            if not found and at + 2 < len(self.buffer) and self.buffer[at + 1].code == hat:
                return 3, self.buffer[at + 2].code - 64
            return found

        return notation

    change_reader("notation", make)


def tokens_changed(second, change):
    right = second.ANSWERS["tokens"]

    def tokens(given):
        answer = right(given)
        return answer | {"tokens": [change(given, list(row)) for row in answer["tokens"]]}

    second.ANSWERS["tokens"] = tokens


@wrong("tokens")
def spaces_keep_their_character(second):
    def change(given, row):
        if row[0] == oracle.SPACE and row[3] == row[2] + 1:
            row[1] = bytes.fromhex(given["document"])[row[2]]
        return row

    tokens_changed(second, change)


@wrong("tokens")
def columns_from_0(second):
    tokens_changed(second, lambda given, row: [*row[:5], row[5] - 1])


@wrong("tokens")
def line_ends_span_nothing(second):
    def change(given, row):
        at_end = bytes.fromhex(given["document"])[row[2]:row[3]] in (b"\n", b"\r", b"\r\n")
        return [*row[:3], row[2], *row[4:]] if at_end else row

    tokens_changed(second, change)


@wrong("tokens")
def par_is_a_special_token(second):
    par = oracle.name_hash(b"par")
    tokens_changed(second, lambda given, row: [row[0], 0, *row[2:]] if row[:2] == [0, par] else row)


@wrong("tokens")
def no_blanks_skipped_behind_words(second):
    def make(right):
        return lambda self, escape: (right(self, escape), oracle.MID_LINE)[1]

    change_reader("control_sequence", make)


@wrong("tokens")
def blanks_skipped_behind_symbols(second):
    def make(right):
        return lambda self, escape: (right(self, escape), oracle.SKIP_BLANKS)[1]

    change_reader("control_sequence", make)


@wrong("tokens")
def plain_fnv_hash(second):
    def name_hash(name):
        value = 2166136261
        for byte in name:
            value = (value * 16777619) % 2**32 ^ byte
        return value - 2**32 if value >= 2**31 else value

    oracle.name_hash = name_hash


@wrong("tokens")
def unsigned_hash(second):
    right = oracle.name_hash
    oracle.name_hash = lambda name: right(name) % 2**32


@wrong("tokens")
def one_replacement_for_each_malformed_byte(second):
    right = oracle.decode_utf8

    def decode_utf8(document, start, end):
        chars = []
        for char in right(document, start, end):
            places = range(char.start, char.end)
            chars += [char] if char.issue is None else [char._replace(start=at, end=at + 1) for at in places]
        return chars

    oracle.decode_utf8 = decode_utf8


@wrong("tokens")
def the_byte_order_mark_is_a_character(second):
    change_reader("category", lambda right: lambda self, code: oracle.OTHER if code == 0xFEFF else right(self, code))


@wrong("tokens")
def only_ascii_letters(second):
    oracle.LETTERS = bytearray(0x110000)


@wrong("tokens")
def all_above_255_are_letters(second):
    oracle.LETTERS = b"\1" * 0x110000


@wrong("tokens")
def no_surrogates(second):
    change_reader("notation", lambda right: lambda self, at: (
        (found[0], 0xFFFD) if (found := right(self, at)) and 0xD800 <= found[1] < 0xE000 else found))


@wrong("tokens")
def every_open_group_is_an_issue(second):
    def match_groups(self):
        opened = []
        for token in self.tokens:
            if token.kind == oracle.BEGIN_GROUP:
                opened.append(token.start)
            elif token.kind == oracle.END_GROUP and opened:
                opened.pop()
            elif token.kind == oracle.END_GROUP:
                self.issues.append((oracle.ISSUE_UNMATCHED, token.start))
        self.issues += [(oracle.ISSUE_UNCLOSED, start) for start in opened]

    oracle.Reader.match_groups = match_groups


@wrong("tokens")
def no_issue_for_an_escape_at_the_end(second):
    oracle.Reader.nothing_of_its_own_follows = lambda self: False


@wrong("tokens")
def an_end_of_line_character_always(second):
    right = second.read_regime
    second.read_regime = lambda given: (
        regime._replace(end_of_line_char=13) if (regime := right(given)) and regime.end_of_line_char < 0 else regime)


@wrong("tokens")
def one_token_too_many_fits(second):
    right = second.ANSWERS["tokens"]
    second.ANSWERS["tokens"] = lambda given: right(
        given | ({"capacity": given["capacity"] + 1} if "capacity" in given else {}))


# ---- frames ----


@wrong("frames")
def little_endian_frames(second):
    second.number = lambda data: int.from_bytes(data, "little")


@wrong("frames")
def unknown_types_are_skipped(second):
    second.TYPES = second.TYPES | {4: "request"}
    right = second.length_allowed
    second.length_allowed = lambda kind, length: kind == 4 or right(kind, length)


@wrong("frames")
def lengths_before_types(second):
    right = second.frames

    def frames(given):
        data = second.arrived(given)
        answer = right(given)
        huge = int.from_bytes(data[12:16], "big") > 4 + second.MAX_DOCUMENT + second.OPTIONS_BYTES
        return answer | {"end": "bad length"} if answer["end"] == "bad type" and huge else answer

    second.ANSWERS["frames"] = frames


def lengths(second, allowed):
    second.length_allowed = allowed


@wrong("frames")
def the_largest_payload_is_one_more(second):
    lengths(second, lambda kind, length: {1: 4 <= length <= 2097417, 2: length == 20, 3: length == 0}[kind])


@wrong("frames")
def the_largest_payload_is_one_less(second):
    lengths(second, lambda kind, length: {1: 4 <= length <= 2097415, 2: length == 20, 3: length == 0}[kind])


@wrong("frames")
def payloads_without_options_only(second):
    lengths(second, lambda kind, length: {1: 4 <= length <= 2097156, 2: length == 20, 3: length == 0}[kind])


@wrong("frames")
def responses_of_any_length(second):
    lengths(second, lambda kind, length: {1: 4 <= length <= 2097416, 2: length >= 20, 3: length == 0}[kind])


@wrong("frames")
def cancels_with_a_payload(second):
    lengths(second, lambda kind, length: {1: 4 <= length <= 2097416, 2: length == 20, 3: True}[kind])


@wrong("frames")
def requests_without_a_length_word(second):
    lengths(second, lambda kind, length: {1: length <= 2097416, 2: length == 20, 3: length == 0}[kind])


@wrong("frames")
def inner_lengths_are_believed(second):
    def read_request(payload):
        length = second.number(payload[:4])
        return {"document": payload[4:4 + length].hex(), "options": None}

    second.read_request = read_request


@wrong("frames")
def options_are_not_checked(second):
    second.read_options = lambda data: {
        "encoding": second.ENCODINGS[data[0] % 2], "letters_above_255": bool(data[1]),
        "end_of_line_char": int.from_bytes(data[2:4], "big", signed=True),
        "categories": "".join(f"{value % 16:x}" for value in data[4:])}


@wrong("frames")
def ids_are_signed(second):
    right = second.read_frame
    second.read_frame = lambda head, payload: right(head, payload) | {
        "id": (head[4:8].hex() if head[4] < 128 else "00000000") + head[8:12].hex()}


@wrong("frames")
def reading_goes_on_behind_an_error(second):
    right = second.frames

    def frames(given):
        answer = right(given)
        data = second.arrived(given)
        if answer["end"] == "bad type" and len(data) > 32:
            behind = right({"pieces": [data[32:].hex()]})
            return behind | {"frames": answer["frames"] + behind["frames"]}
        return answer

    second.ANSWERS["frames"] = frames


def by_piece(second, do, member):
    """Each piece is taken for a whole: what a decoder without memory does."""
    right = second.ANSWERS[do]

    def decode(given):
        found, answer = [], None
        for piece in given["pieces"] or [""]:
            answer = right({"pieces": [piece]})
            found += answer[member]
        return answer | {member: found}

    second.ANSWERS[do] = decode


@wrong("frames")
def frames_come_in_one_piece(second):
    by_piece(second, "frames", "frames")


@wrong("frames")
def only_the_payload_bounds_a_document(second):
    right = second.read_request

    def read_request(payload):
        second.MAX_DOCUMENT += 260
        answer = right(payload)
        second.MAX_DOCUMENT -= 260
        return answer

    second.read_request = read_request


# ---- the client protocol ----


@wrong("client")
def statuses_of_one_byte(second):
    right = second.read_reply
    second.ANSWERS["read reply"] = lambda given: right({"bytes": given["bytes"][:8] + "000000" + given["bytes"][14:]})


@wrong("client")
def replies_that_are_ok_have_an_origin(second):
    right = second.read_reply
    second.ANSWERS["read reply"] = lambda given: (
        {"reply": None} if (answer := right(given))["reply"] and answer["reply"]["origin"] == "none"
        and answer["reply"]["status"] == "ok" else answer)


@wrong("client")
def requests_come_in_one_piece(second):
    by_piece(second, "requests", "requests")


@wrong("client")
def the_largest_document_is_one_more(second):
    second.MAX_DOCUMENT += 1


@wrong("client")
def the_largest_document_is_one_less(second):
    second.MAX_DOCUMENT -= 1


@wrong("client")
def a_reply_counts_its_length_word(second):
    right = second.ANSWERS["reply"]
    second.ANSWERS["reply"] = lambda given: {"bytes": "00000011" + right(given)["bytes"][8:]}


@wrong("client")
def replies_of_any_status(second):
    second.REPLIES = (*second.REPLIES, "retry later")


@wrong("client")
def replies_of_any_origin(second):
    second.ORIGINS = (*second.ORIGINS, "third")


@wrong("client")
def first_words_are_not_checked(second):
    right = second.read_reply
    second.ANSWERS["read reply"] = lambda given: right({"bytes": "0000000d" + given["bytes"][8:]})


@wrong("client")
def the_top_bit_means_nothing(second):
    right = second.requests
    second.ANSWERS["requests"] = lambda given: (
        answer | {"end": "too large"} if (answer := right(given))["end"] == "malformed" else answer)


# ---- version 2 of the client protocol ----


@wrong("query")
def queries_come_in_one_piece(second):
    by_piece(second, "queries", "frames")


@wrong("query")
def clients_may_send_replies(second):
    second.QUERY_REQUEST = second.QUERY_REPLY


@wrong("query")
def any_mask(second):
    right = second.read_query
    second.read_query = lambda payload: right(b"\0\0\0" + bytes([payload[3] & 31]) + payload[4:])


@wrong("query")
def masks_of_one_byte(second):
    right = second.read_query
    second.read_query = lambda payload: right(b"\0\0\0" + payload[3:])


@wrong("query")
def only_the_payload_bounds_a_querys_document(second):
    right = second.read_query

    def read_query(payload):
        second.MAX_DOCUMENT += 260
        answer = right(payload)
        second.MAX_DOCUMENT -= 260
        return answer

    second.read_query = read_query


@wrong("query")
def any_reserved_byte(second):
    right = second.read_query
    second.read_query = lambda payload: right(payload[:7] + b"\0" + payload[8:])


@wrong("query")
def presets_without_a_source(second):
    right = second.read_query
    second.read_query = lambda payload: right(
        payload if payload[4] == 1 else payload[:5] + b"\0\0" + payload[7:])


@wrong("query")
def options_whenever_there_is_room(second):
    right = second.read_query

    def read_query(payload):
        has_options = len(payload) == 12 + second.number(payload[8:12]) + second.OPTIONS_BYTES
        return right(payload[:4] + b"\2" + payload[5:] if has_options and payload[4] == 0 else payload)

    second.read_query = read_query


@wrong("query")
def a_row_for_every_issue(second):
    second.MOST_ISSUE_ROWS = 2**32


@wrong("query")
def columns_in_another_order(second):
    second.COLUMNS = ("codes", "kinds", "starts", "issue codes", "issue offsets")


@wrong("query")
def replies_of_any_length(second):
    right = second.read_query_reply

    def read(given):
        data = bytes.fromhex(given["bytes"])
        words = [int.from_bytes(data[at:at + 4], "big") for at in range(16, 36, 4)]
        length = 20 + second.column_bytes(words[1], words[2], second.columns_of(words[4]))
        return right({"bytes": (data[:12] + length.to_bytes(4, "big") + data[16:]).hex()})

    second.ANSWERS["read query reply"] = read


@wrong("query")
def rows_most_significant_byte_first(second):
    second.row_of = lambda data: int.from_bytes(data, "big", signed=True)


@wrong("query")
def rows_without_a_sign(second):
    second.row_of = lambda data: int.from_bytes(data, "little")


@wrong("query")
def no_status_of_its_own_for_a_cancel(second):
    second.QUERY_REPLIES = second.REPLIES


@wrong("query")
def counts_beside_a_failure(second):
    right = second.read_query_reply

    def read(given):
        data = bytes.fromhex(given["bytes"])
        failed = data[19] in range(1, 8) and len(data) == 36
        answer = right({"bytes": (data[:16] + b"\0\0\0\0" + data[20:]).hex()}) if failed else right(given)
        if failed and answer["reply"]:
            answer["reply"]["status"] = second.QUERY_REPLIES[data[19]]
        return answer

    second.ANSWERS["read query reply"] = read


# ---- the broker ----


@wrong("broker")
def deadlines_of_32_bits(second):
    right = second.Broker.__init__

    def begin(self, config):
        right(self, config)
        self.config["deadline_ns"] %= 2**32

    second.Broker.__init__ = begin


@wrong("broker")
def a_second_drain_ends_the_first(second):
    right = second.Broker.step

    def step(self, now, event):
        if self.draining and event["event"] == "drain":
            self.draining, event = False, {"event": "tick"}
        return right(self, now, event)

    second.Broker.step = step


def method(second, name):
    """Decorate: the function replaces Broker's method and is given the right one first."""

    def replace(function):
        right = getattr(second.Broker, name)
        setattr(second.Broker, name, lambda self, *arguments: function(right, self, *arguments))

    return replace


@wrong("broker")
def the_hedge_goes_to_the_same_worker(second):
    @method(second, "give")
    def _(right, self, request, slot, origin):
        right(self, request, request.attempts[0] if origin == "hedge" else slot, origin)


@wrong("broker")
def hedges_without_a_budget(second):
    @method(second, "hedge")
    def _(right, self):
        self.hedges = 0
        right(self)


@wrong("broker")
def a_budget_of_one_more(second):
    @method(second, "hedge")
    def _(right, self):
        self.hedges -= 1
        right(self)
        self.hedges += 1


@wrong("broker")
def hedges_one_instant_late(second):
    @method(second, "hedge")
    def _(right, self):
        self.now -= 1
        right(self)
        self.now += 1


@wrong("broker")
def a_new_hedge_delay_moves_hedges_that_wait(second):
    @method(second, "take_hedge_delay")
    def _(right, self, delay):
        for request in self.service:
            request.hedge_at += delay - self.config["hedge_delay_ns"]
        right(self, delay)


@wrong("broker")
def retries_are_hedged(second):
    @method(second, "hedgeable")
    def _(right, self, request):
        return right(self, request) or (
            self.config["hedging"] and request.open and not request.hedged and len(request.attempts) == 1)


@wrong("broker")
def losers_are_not_cancelled(second):
    @method(second, "close")
    def _(right, self, request):
        request.open = request.waiting = False
        self.release(request)


@wrong("broker")
def losers_are_idle_at_once(second):
    @method(second, "close")
    def _(right, self, request):
        right(self, request)
        for slot in list(request.attempts):
            self.end_job(slot)
        self.release(request)


@wrong("broker")
def the_queue_holds_one_more(second):
    @method(second, "submit")
    def _(right, self, name):
        self.config = self.config | {"queue_capacity": self.config["queue_capacity"] + 1}
        right(self, name)
        self.config = self.config | {"queue_capacity": self.config["queue_capacity"] - 1}


@wrong("broker")
def the_next_request_goes_before_the_reply(second):
    @method(second, "step")
    def _(right, self, now, event):
        step = right(self, now, event)
        step["actions"].sort(key=lambda action: action["do"] != "send request")
        return step


@wrong("broker")
def last_in_first_out(second):
    @method(second, "dispatch")
    def _(right, self):
        self.queue.reverse()
        right(self)
        self.queue.reverse()


@wrong("broker")
def retries_go_behind_the_queue(second):
    @method(second, "dispatch")
    def _(right, self):
        hidden = [request for request in self.service if request.waiting and self.queue]
        for request in hidden:
            request.waiting = False
        right(self)
        for request in hidden:
            request.waiting = True
        right(self)


@wrong("broker")
def no_retry(second):
    @method(second, "lose_job")
    def _(right, self, slot):
        if slot.job is not None:
            slot.job.crashes = 1
        right(self, slot)


@wrong("broker")
def retries_without_end(second):
    @method(second, "lose_job")
    def _(right, self, slot):
        slot.job.crashes = 0
        right(self, slot)


@wrong("broker")
def the_deadline_one_instant_late(second):
    @method(second, "expire")
    def _(right, self):
        self.now -= 1
        right(self)
        self.now += 1


@wrong("broker")
def the_deadline_does_not_stop_the_worker(second):
    @method(second, "answer")
    def _(right, self, request, status, *more):
        if status != "deadline":
            right(self, request, status, *more)
            return
        attempts, request.attempts = request.attempts, []
        right(self, request, status, *more)
        request.attempts = attempts


@wrong("broker")
def the_back_off_does_not_grow(second):
    @method(second, "vacate")
    def _(right, self, slot, died):
        right(self, slot, died)
        slot.backoff = self.config["backoff_min_ns"]


@wrong("broker")
def the_back_off_does_not_return(second):
    @method(second, "response")
    def _(right, self, slot, event):
        backoff = slot.backoff
        right(self, slot, event)
        slot.backoff = backoff


@wrong("broker")
def the_old_worker_stops_before_its_successor_is_ready(second):
    @method(second, "spawn")
    def _(right, self, slot):
        right(self, slot)
        for other in self.slots:
            if other.state == second.HOT and other.due and other.job is None and not slot.counted:
                self.retire(other)


@wrong("broker")
def rotation_goes_on_while_draining(second):
    @method(second, "rotating")
    def _(right, self):
        draining, self.draining = self.draining, False
        found = right(self)
        self.draining = draining
        return found


@wrong("broker")
def strange_responses_are_taken(second):
    @method(second, "response")
    def _(right, self, slot, event):
        name = slot.job.name if slot.job else event["request"]
        right(self, slot, event | {"request": name})


@wrong("broker")
def differences_are_not_reported(second):
    @method(second, "take_result")
    def _(right, self, request, event, origin):
        request.result = None
        right(self, request, event, origin)


@wrong("broker")
def gone_clients_are_answered(second):
    @method(second, "client_gone")
    def _(right, self, name):
        pass


@wrong("broker")
def a_drain_accepts(second):
    @method(second, "submit")
    def _(right, self, name):
        draining, self.draining = self.draining, False
        right(self, name)
        self.draining = draining


@wrong("broker")
def a_drain_forgets_the_queue(second):
    @method(second, "finished")
    def _(right, self):
        return self.draining and not self.service


@wrong("broker")
def late_workers_live(second):
    @method(second, "run_timers")
    def _(right, self):
        for slot in self.slots:
            slot.timer = second.NEVER if slot.state == second.STARTING else slot.timer
        right(self)


@wrong("broker")
def time_runs_backwards(second):
    @method(second, "step")
    def _(right, self, now, event):
        self.now = min(self.now, now)
        return right(self, now, event)


@wrong("broker")
def the_next_instant_forgets_hedges(second):
    @method(second, "next_instant")
    def _(right, self):
        hedging, self.config = self.config, self.config | {"hedging": False}
        found = right(self)
        self.config = hedging
        return found


def counts(second, name):
    """Decorate: told a Broker and what would be counted right, the function counts."""

    def replace(function):
        right = second.Broker.count
        second.Broker.count = lambda self, counter: (
            function(self, right) if counter == name else right(self, counter))

    return replace


@wrong("broker")
def refusals_count_as_answers(second):
    @counts(second, "rejected_overloaded")
    def _(self, count):
        count(self, "rejected_overloaded")
        count(self, "answered")


@wrong("broker")
def abandoned_requests_count_as_answered(second):
    @counts(second, "abandoned")
    def _(self, count):
        count(self, "answered")


@wrong("broker")
def answers_by_hedge_are_ok_ones(second):
    @method(second, "count_answer")
    def _(right, self, status, origin):
        right(self, status, origin if status == "ok" else "none")


@wrong("broker")
def every_worker_answer_counts_as_ok(second):
    @method(second, "count_answer")
    def _(right, self, status, origin):
        right(self, "ok" if status in ("too large", "malformed") else status, origin)


@wrong("broker")
def a_hedge_is_suppressed_at_every_step(second):
    @method(second, "hold_back")
    def _(right, self, request):
        self.count("hedges_suppressed")


@wrong("broker")
def a_hedge_without_a_budget_is_not_suppressed(second):
    @method(second, "hold_back")
    def _(right, self, request):
        if self.idle_slot() is None:
            right(self, request)


@wrong("broker")
def retries_are_counted_with_their_failure(second):
    @counts(second, "answered_worker_failed")
    def _(self, count):
        count(self, "answered_worker_failed")
        count(self, "retries")


@wrong("broker")
def retired_workers_count_as_crashed(second):
    @method(second, "exited")
    def _(right, self, slot, failed_to_spawn=False):
        if slot.state == second.RETIRING and not failed_to_spawn:
            self.count("crashes")
        right(self, slot, failed_to_spawn)


@wrong("broker")
def a_spawn_that_failed_counts_as_a_crash(second):
    @method(second, "exited")
    def _(right, self, slot, failed_to_spawn=False):
        if failed_to_spawn and slot.state == second.STARTING:
            self.count("crashes")
        right(self, slot, failed_to_spawn)


@wrong("broker")
def killed_workers_do_not_count_as_crashed(second):
    @method(second, "exited")
    def _(right, self, slot, failed_to_spawn=False):
        crashes, killed = self.counters["crashes"], slot.state == second.KILLED
        right(self, slot, failed_to_spawn)
        self.counters["crashes"] = crashes if killed else self.counters["crashes"]


@wrong("broker")
def rotations_count_when_they_begin(second):
    @method(second, "rotate")
    def _(right, self):
        before = self.counters["spawns"]
        right(self)
        self.counters["rotations"] += self.counters["spawns"] - before


@wrong("broker")
def protocol_errors_are_not_counted(second):
    @counts(second, "protocol_errors")
    def _(self, count):
        pass


@wrong("broker")
def mismatches_are_not_counted(second):
    second.COUNTED_ACTIONS = {"send cancel": "cancels_sent", "spawn": "spawns", "kill": "kills"}


@wrong("broker")
def retiring_workers_count_as_killed(second):
    @method(second, "retire")
    def _(right, self, slot):
        right(self, slot)
        self.count("kills")


@wrong("broker")
def stopped_before_the_workers_are_gone(second):
    second.Broker.stopped = lambda self: self.finished()


@wrong("broker")
def the_ratio_counts_replies(second):
    @method(second, "hedge")
    def _(right, self):
        accepted, self.accepted = self.accepted, self.counters["answered"]
        right(self)
        self.accepted = accepted


# Fine points of the broker


@wrong("broker")
def the_budget_is_the_larger_part(second):
    @method(second, "hedge")
    def _(right, self):
        config, earned = self.config, self.config["hedge_ratio_ppm"] * self.accepted
        smaller = "hedge_burst" if config["hedge_burst"] * 10**6 < earned else "hedge_ratio_ppm"
        self.config = config | {smaller: 0}
        right(self)
        self.config = config


@wrong("broker")
def the_ratio_is_rounded_to_tenths(second):
    right = second.Broker.__init__
    second.Broker.__init__ = lambda self, config: right(
        self, config | {"hedge_ratio_ppm": config["hedge_ratio_ppm"] // 10**5 * 10**5})


@wrong("broker")
def refused_requests_earn_hedges(second):
    @method(second, "submit")
    def _(right, self, name):
        accepted = self.accepted
        right(self, name)
        self.accepted = accepted + 1


@wrong("broker")
def abandoned_requests_earn_nothing(second):
    @counts(second, "abandoned")
    def _(self, count):
        count(self, "abandoned")
        self.accepted -= 1


@wrong("broker")
def hedges_that_die_are_given_back(second):
    @method(second, "lose_job")
    def _(right, self, slot):
        self.hedges -= slot.origin == "hedge"
        right(self, slot)


@wrong("broker")
def one_hedge_a_step(second):
    @method(second, "hedgeable")
    def _(right, self, request):
        sent = [action["origin"] for action in self.actions if action["do"] == "send request"]
        return right(self, request) and "hedge" not in sent


@wrong("broker")
def hedges_before_first_attempts(second):
    hedge, second.Broker.hedge = second.Broker.hedge, lambda self: None

    @method(second, "dispatch")
    def _(right, self):
        hedge(self)
        right(self)


@wrong("broker")
def the_oldest_hedge_first(second):
    @method(second, "hedge")
    def _(right, self):
        places = [request.place for request in self.service]
        for number, request in enumerate(self.service):
            request.place = number
        right(self)
        for request, place in zip(self.service, places):
            request.place = place


@wrong("broker")
def a_hedge_delay_above_a_day_is_a_day(second):
    @method(second, "take_hedge_delay")
    def _(right, self, delay):
        right(self, min(delay, second.DAY))


@wrong("broker")
def a_drain_keeps_the_hedge_delay(second):
    @method(second, "take_hedge_delay")
    def _(right, self, delay):
        right(self, self.config["hedge_delay_ns"] if self.draining else delay)


def retries_by(place):
    """A retry's turn is what `place` says of the slot that lost it and of the number of retries."""

    def change(second):
        @method(second, "lose_job")
        def _(right, self, slot):
            request = slot.job
            right(self, slot)
            request.place = place(slot.place, self.counters["retries"])

    return change


@wrong("broker")
def retries_in_the_order_of_the_deaths(second):
    retries_by(lambda place, deaths: 1000 + deaths)(second)


@wrong("broker")
def the_latest_death_is_tried_again_first(second):
    retries_by(lambda place, deaths: -deaths)(second)


@wrong("broker")
def a_slot_does_not_prefer_its_own_retry(second):
    retries_by(lambda place, deaths: place + 0.5)(second)


@wrong("broker")
def a_hedged_request_gets_a_third_worker(second):
    @method(second, "lose_job")
    def _(right, self, slot):
        slot.job.crashes = 0 if slot.job.hedged else slot.job.crashes
        right(self, slot)


@wrong("broker")
def retired_slots_do_not_wait(second):
    @method(second, "vacate")
    def _(right, self, slot, died):
        right(self, slot, died)
        slot.timer = slot.timer if died else self.now


@wrong("broker")
def cancelled_responses_leave_the_back_off(second):
    @method(second, "response")
    def _(right, self, slot, event):
        backoff = slot.backoff
        right(self, slot, event)
        slot.backoff = backoff if event["status"] == second.CANCELLED else slot.backoff


@wrong("broker")
def a_worker_killed_after_its_retirement_has_not_died(second):
    @method(second, "vacate")
    def _(right, self, slot, died):
        right(self, slot, died and (slot.counted or slot.state != second.KILLED))


@wrong("broker")
def a_spawn_that_failed_after_its_kill_is_ignored(second):
    @method(second, "exited")
    def _(right, self, slot, failed_to_spawn=False):
        if not failed_to_spawn or slot.state != second.KILLED:
            right(self, slot, failed_to_spawn)


@wrong("broker")
def a_spawn_that_failed_after_its_retirement_is_ignored(second):
    @method(second, "exited")
    def _(right, self, slot, failed_to_spawn=False):
        if not failed_to_spawn or slot.state != second.RETIRING:
            right(self, slot, failed_to_spawn)


@wrong("broker")
def a_spawn_that_failed_ends_a_killed_workers_job(second):
    @method(second, "exited")
    def _(right, self, slot, failed_to_spawn=False):
        right(self, slot, failed_to_spawn and slot.state != second.KILLED)


@wrong("broker")
def killed_workers_are_told_to_cancel(second):
    @method(second, "close")
    def _(right, self, request):
        for slot in request.attempts:
            if slot.state == second.KILLED:
                self.emit("send cancel", slot=slot.place, request=request.name)
        right(self, request)


@wrong("broker")
def no_hedge_beside_a_killed_worker(second):
    @method(second, "hedgeable")
    def _(right, self, request):
        return right(self, request) and request.attempts[0].state != second.KILLED


@wrong("broker")
def workers_that_are_not_ready_may_say_anything(second):
    @method(second, "response")
    def _(right, self, slot, event):
        if slot.state != second.STARTING:
            right(self, slot, event)


@wrong("broker")
def slots_without_a_worker_are_killed(second):
    @method(second, "response")
    def _(right, self, slot, event):
        slot.state = second.HOT if slot.state == second.BACKOFF else slot.state
        right(self, slot, event)


@wrong("broker")
def killed_workers_become_ready(second):
    @method(second, "ready")
    def _(right, self, slot):
        slot.state = second.STARTING if slot.state == second.KILLED else slot.state
        right(self, slot)


@wrong("broker")
def retiring_workers_become_ready(second):
    @method(second, "ready")
    def _(right, self, slot):
        slot.state = second.STARTING if slot.state == second.RETIRING else slot.state
        right(self, slot)


@wrong("broker")
def retiring_workers_may_say_anything(second):
    @method(second, "response")
    def _(right, self, slot, event):
        if slot.state != second.RETIRING:
            right(self, slot, event)


@wrong("broker")
def killed_workers_answer(second):
    @method(second, "response")
    def _(right, self, slot, event):
        slot.state = second.HOT if slot.state == second.KILLED and slot.job is not None else slot.state
        right(self, slot, event)


@wrong("broker")
def issues_are_not_compared(second):
    @method(second, "take_result")
    def _(right, self, request, event, origin):
        request.result = request.result and (*request.result[:2], event["issues"])
        right(self, request, event, origin)


@wrong("broker")
def only_ok_results_are_compared(second):
    @method(second, "take_result")
    def _(right, self, request, event, origin):
        both_ok = request.result and request.result[0] == event["status"] == 0
        request.result = request.result if both_ok else None
        right(self, request, event, origin)


@wrong("broker")
def what_clients_would_hear_is_compared(second):
    @method(second, "take_result")
    def _(right, self, request, event, origin):
        right(self, request, event if event["status"] == 0 else event | {"tokens": 0, "issues": 0}, origin)


@wrong("broker")
def budgets_are_compared(second):
    @method(second, "take_result")
    def _(right, self, request, event, origin):
        if request.result is not None and event["major"] and request.result[0] == event["status"]:
            request.result = None
            self.emit("mismatch", request=request.name)
        right(self, request, event, origin)


@wrong("broker")
def results_that_answer_nobody_are_not_compared(second):
    @method(second, "take_result")
    def _(right, self, request, event, origin):
        kept = request.result if not request.open else None
        answers = request.open
        right(self, request, event, origin)
        request.result = request.result if answers else kept


@wrong("broker")
def one_rotation_at_a_time(second):
    @method(second, "rotating")
    def _(right, self):
        return [] if any(slot.heir is not None for slot in self.slots) else right(self)


@wrong("broker")
def the_highest_due_worker_is_replaced_first(second):
    @method(second, "rotating")
    def _(right, self):
        return right(self)[::-1]


@wrong("broker")
def a_killed_worker_stays_counted_on(second):
    @method(second, "kill")
    def _(right, self, slot):
        heir = slot.heir
        right(self, slot)
        if heir is not None:
            slot.counted, heir.counted = True, False


@wrong("broker")
def empty_slots_wake_for_rotations_under_way(second):
    @method(second, "next_instant")
    def _(right, self):
        rotates = any(slot.due for slot in self.slots)
        return min([right(self)] + [slot.timer for slot in self.slots
                                    if rotates and slot.state == second.EMPTY and slot.timer > self.now])


@wrong("broker")
def timers_run_before_the_end_of_a_drain(second):
    @method(second, "wind_down")
    def _(right, self):
        self.run_timers()
        right(self)


def configs_by(second, valid):
    right = second.config_valid
    second.config_valid = lambda config: valid(right, config)


@wrong("broker")
def at_most_one_replacement_for_each_worker(second):
    configs_by(second, lambda right, config: right(config) and config["slot_count"] <= 2 * config["worker_count"])


@wrong("broker")
def durations_below_a_day(second):
    configs_by(second, lambda right, config: right(config) and config["kill_grace_ns"] < second.DAY)


@wrong("broker")
def any_start_timeout(second):
    configs_by(second, lambda right, config: right(config | {"start_timeout_ns": 1}))


@wrong("broker")
def any_longest_back_off(second):
    configs_by(second, lambda right, config: right(config | {"backoff_max_ns": config["backoff_min_ns"]}))


# ---- the adaptive hedge delay ----


@wrong("delay")
def ranks_are_rounded_down(second):
    second.nearest_rank = lambda count, percentile_ppm: max(1, count * percentile_ppm // 10**6)


@wrong("delay")
def ranks_are_rounded(second):
    second.nearest_rank = lambda count, percentile_ppm: max(1, (count * percentile_ppm + 500000) // 10**6)


@wrong("delay")
def ranks_begin_at_0(second):
    second.nearest_rank = lambda count, percentile_ppm: min(count, count * percentile_ppm // 10**6 + 1)


@wrong("delay")
def a_memory_of_one_less(second):
    second.DELAY_MEMORY -= 1


@wrong("delay")
def a_memory_of_one_more(second):
    second.DELAY_MEMORY += 1


@wrong("delay")
def durations_are_never_forgotten(second):
    second.DELAY_MEMORY = 2**32


@wrong("delay")
def the_shortest_is_forgotten(second):
    right = second.delay_now
    second.delay_now = lambda config, observed: right(config, (
        sorted(observed) if len(observed) > second.DELAY_MEMORY else observed))


@wrong("delay")
def a_warm_up_of_one_more(second):
    right = second.delay_now
    second.delay_now = lambda config, observed: right(config | {"warm_up": config["warm_up"] + 1}, observed)


@wrong("delay")
def no_warm_up(second):
    right = second.delay_now
    second.delay_now = lambda config, observed: right(config | {"warm_up": 1}, observed)


@wrong("delay")
def no_lower_rail(second):
    right = second.delay_now
    second.delay_now = lambda config, observed: right(config | {"lower_ns": 0}, observed)


@wrong("delay")
def no_upper_rail(second):
    right = second.delay_now
    second.delay_now = lambda config, observed: right(config | {"upper_ns": 2**64}, observed)
