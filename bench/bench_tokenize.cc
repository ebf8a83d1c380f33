// bench_tokenize.cc -- every interface with every kernel on every document, next to the limits and the
// peers in the same run.
//
//      bench_tokenize FOLDER [google-benchmark options]
//
// A benchmark's name is interface/how/document. Buffers are mapped, touched and reused: what is
// measured is a service that runs, not a process that starts. bench/table.py makes ratios of it.
#include <benchmark/benchmark.h>
#include <sys/mman.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

extern "C" {
#include "blocks.h"
#include "kernel.h"
}
#include "limits.h"
#include "peer.h"

namespace {

constexpr uint32_t kRows = 1u << 21;
constexpr uint32_t kWindow = 4096;
int32_t *columns[6];

// Bases are staggered, so that the columns do not compete for the same sets of the cache.
void MapColumns() {
    for (int i = 0; i < 6; i++) {
        size_t bytes = kRows * sizeof(int32_t) + (1u << 21);
        void *map = mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        if (map == MAP_FAILED) {
            std::perror("mmap");
            std::exit(71);
        }
        (void)madvise(map, bytes, MADV_HUGEPAGE);
        std::memset(map, 1, bytes);
        columns[i] = static_cast<int32_t *>(map) + i * 1040;
    }
}

struct Document {
    std::string name;
    std::vector<uint8_t> bytes;  // and two zeros behind them
    hlx_regime regime;           // latex; in utf8 when the name ends in -as-utf8
    uint32_t length = 0;
    uint32_t tokens = 0;
};

bool InBytes(const Document &d) { return d.regime.encoding == HLX_ENCODING_BYTES; }

uint32_t Native(const Document &d) {
    static int32_t issues[2][16];
    hlx_columns native = {columns[0], columns[1], columns[2], kRows, issues[0], issues[1], 16};
    hlx_counts counts;
    hlx_tokenize(&d.regime, d.bytes.data(), d.length, &native, &counts);
    return counts.tokens;
}

uint32_t Lexer(const Document &d) {
    hlx_columns native = {columns[0], columns[1], columns[2], kRows, nullptr, nullptr, 0};
    hlx_counts counts = {0, 0};
    hlx_lexer lexer;
    hlx_lexer_init(&lexer, d.bytes.data(), d.length);
    hlx_lexer_run(&lexer, &d.regime, d.bytes.data(), d.length, UINT32_MAX, &native, &counts);
    return counts.tokens;
}

uint32_t Historic(const Document &d) {
    return static_cast<uint32_t>(tokenize_bytes_into_soa_simd(
        d.bytes.data(), d.length, columns[0], columns[1], columns[2], columns[3], columns[4],
        columns[5], static_cast<int>(kRows)));
}

uint32_t Blocks(const Document &d) {
    hlx_window window = {columns[0], columns[1], columns[2], columns[3],
                         columns[4], columns[5], kWindow};
    hlx_blocks blocks;
    hlx_blocks_begin(&blocks, d.bytes.data(), d.length);
    uint32_t total = 0;
    uint32_t rows = 0;
    while ((rows = hlx_blocks_next(&blocks, &d.regime, d.bytes.data(), d.length, &window)) > 0) {
        benchmark::ClobberMemory();
        total += rows;
    }
    return total;
}

peer_output Output() {
    return {columns[0], columns[1], columns[2], columns[3], columns[4], columns[5], 0, 1, 0};
}

uint32_t Switch(Document &d) { return peer_switch(d.bytes.data(), d.length, Output()); }
uint32_t Re2c(Document &d) { return peer_re2c(d.bytes.data(), d.length, Output()); }
uint32_t Flex(Document &d) { return peer_flex(d.bytes.data(), d.length, Output()); }

void Report(benchmark::State &state, const Document &d) {
    state.SetBytesProcessed(static_cast<int64_t>(state.iterations()) * d.length);
    state.SetItemsProcessed(static_cast<int64_t>(state.iterations()) * d.tokens);
}

template <typename Work>
void Add(const std::string &name, Document *d, Work work) {
    benchmark::RegisterBenchmark(name.c_str(), [d, work](benchmark::State &state) {
        for (auto _ : state) {
            work();
            benchmark::ClobberMemory();
        }
        Report(state, *d);
    });
}

using Interface = uint32_t (*)(const Document &);
const std::pair<const char *, Interface> kInterfaces[] = {
    {"lexer", Lexer}, {"native", Native}, {"six", Historic}, {"blocks", Blocks}};

void AddKernels(Document *d) {
    for (uint32_t id = HLX_KERNEL_PORTABLE; id < HLX_KERNEL_COUNT; id++) {
        hlx_kernel kernel = static_cast<hlx_kernel>(id);
        if (!hlx_kernel_supported(kernel)) {
            continue;
        }
        for (const auto &[name, run] : kInterfaces) {
            Interface interface = run;
            if (interface == Historic && !InBytes(*d)) {
                continue;
            }
            Add(std::string(name) + "/" + hlx_kernel_name(kernel) + "/" + d->name, d,
                [d, kernel, interface] {
                    hlx_kernel_use(kernel);
                    benchmark::DoNotOptimize(interface(*d));
                });
        }
    }
}

// How many of a thousand bytes the leaps of the best kernel leave to the machine, line by line.
std::string LeftByLeaps(const Document &d) {
    const hlx_columns native = {columns[0], columns[1], columns[2], kRows, nullptr, nullptr, 0};
    hlx_counts counts = {0, 0};
    hlx_lexer lexer;
    hlx_lexer_init(&lexer, d.bytes.data(), d.length);
    uint32_t left = 0;
    while (!lexer.done) {
        hlx_lexer_leap(&lexer, &d.regime, d.bytes.data(), d.length, UINT32_MAX, &native, &counts);
        uint32_t position = lexer.position;
        uint32_t pause_at = lexer.line.next < d.length ? lexer.line.next : UINT32_MAX;
        hlx_lexer_run(&lexer, &d.regime, d.bytes.data(), d.length, pause_at, &native, &counts);
        left += lexer.position - position;
    }
    char text[16];
    std::snprintf(text, sizeof text, "%.1f", 1000.0 * left / d.length);
    return text;
}

void AddLimits(Document *d) {
    uint32_t rows = d->tokens;
    Add("native/limit/" + d->name, d, [rows] { limit_native(columns, rows); });
    Add("six/limit/" + d->name, d, [rows] { limit_six(columns, rows); });
    Add("blocks/limit/" + d->name, d, [rows] { limit_windows(columns, rows, kWindow); });
    Add("six/memset/" + d->name, d, [rows] {
        for (int32_t *column : columns) {
            std::memset(column, 1, rows * sizeof *column);
        }
    });
}

// A peer is measured where its columns are the library's; where not is said.
void AddPeer(const char *name, uint32_t (*peer)(Document &), Document *d) {
    std::vector<int32_t> expected[6];
    uint32_t rows = Historic(*d);
    for (int i = 0; i < 6; i++) {
        expected[i].assign(columns[i], columns[i] + rows);
    }
    bool same = peer(*d) == rows;
    for (int i = 0; same && i < 6; i++) {
        same = std::equal(expected[i].begin(), expected[i].end(), columns[i]);
    }
    if (!same) {
        std::fprintf(stderr, "%s: other columns on %s, not measured\n", name, d->name.c_str());
        return;
    }
    Add(std::string("six/") + name + "/" + d->name, d, [peer, d] { peer(*d); });
}

std::vector<Document> ReadDocuments(const char *folder) {
    std::vector<Document> documents;
    for (const auto &entry : std::filesystem::directory_iterator(folder)) {
        Document d;
        d.name = entry.path().stem();
        const std::string utf8 = "-as-utf8";
        bool in_utf8 = d.name.size() > utf8.size() &&
                       d.name.compare(d.name.size() - utf8.size(), utf8.size(), utf8) == 0;
        hlx_regime_preset(&d.regime, HLX_PRESET_LATEX,
                          in_utf8 ? HLX_ENCODING_UTF8 : HLX_ENCODING_BYTES);
        std::ifstream file(entry.path(), std::ios::binary);
        d.bytes.assign(std::istreambuf_iterator<char>(file), {});
        d.length = static_cast<uint32_t>(d.bytes.size());
        d.bytes.insert(d.bytes.end(), 2, 0);
        documents.push_back(std::move(d));
    }
    std::sort(documents.begin(), documents.end(),
              [](const Document &a, const Document &b) { return a.name < b.name; });
    return documents;
}

}  // namespace

int main(int argc, char **argv) {
    benchmark::Initialize(&argc, argv);
    if (argc != 2) {
        std::fprintf(stderr, "usage: bench_tokenize FOLDER [--benchmark_...]\n");
        return 64;
    }
    MapColumns();
    if (!std::filesystem::is_directory(argv[1])) {
        std::fprintf(stderr, "bench_tokenize: %s: not a folder (see bench/corpora.py)\n", argv[1]);
        return 66;
    }
    std::vector<Document> documents = ReadDocuments(argv[1]);
    benchmark::AddCustomContext("kernel", hlx_kernel_name(hlx_kernel_in_use()));
    for (Document &d : documents) {
        d.tokens = Native(d);
        benchmark::AddCustomContext("left/" + d.name, LeftByLeaps(d));
        AddKernels(&d);
        AddLimits(&d);
        if (InBytes(d)) {
            AddPeer("switch", Switch, &d);
            AddPeer("re2c", Re2c, &d);
            AddPeer("flex", Flex, &d);
        }
    }
    benchmark::RunSpecifiedBenchmarks();
    return 0;
}
