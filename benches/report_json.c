/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "bench.h"

static void put_text(FILE *file, const char *text)
{
    fputc('"', file);
    for (; *text; text++) {
        if (*text == '"' || *text == '\\') {
            fputc('\\', file);
        }
        fputc((unsigned char)*text < ' ' ? ' ' : *text, file);
    }
    fputc('"', file);
}

static void put_member(FILE *file, const char *name, const char *text, const char *after)
{
    fprintf(file, "\"%s\":", name);
    put_text(file, text);
    fputs(after, file);
}

static void put_bar(FILE *file, const bench_row *row)
{
    const bench_workload *workload = row->workload;
    const char *unit = strcmp(workload->unit, BENCH_MEMORY) == 0 ? "bytes" : "ns";
    if (workload->bar_ns == 0) {
        fputs("null", file);
        return;
    }
    fprintf(file,
            "{\"text\":\"at most %.0f %s each\",\"against\":\"%.0f %s\",\"ratio_required\":1,"
            "\"ratio\":%.4g,\"met\":%s}",
            workload->bar_ns, unit, workload->bar_ns, unit, workload->bar_ns / bench_row_cost(row),
            bench_row_meets(row) ? "true" : "false");
}

static void put_row(FILE *file, const bench_row *row)
{
    bool is_rate = strcmp(row->workload->unit, BENCH_RATE) == 0;
    fputs("{", file);
    put_member(file, "workload", row->workload->name, ",");
    put_member(file, "unit", row->workload->unit, ",");
    put_member(file, "better", is_rate ? "higher" : "lower", ",");
    fprintf(file, "\"median\":%.6g,\"min\":%.6g,\"max\":%.6g,\"runs\":%u,\"peers\":{},\"bar\":",
            row->median, row->min, row->max, row->runs);
    put_bar(file, row);
    fputs("}", file);
}

static void put_machine(FILE *file, const bench_machine *machine)
{
    fputs("\"machine\":{", file);
    put_member(file, "processor", machine->processor, ",");
    put_member(file, "kernel", machine->kernel, ",");
    put_member(file, "compiler", machine->compiler, ",");
    put_member(file, "governor", machine->governor, ",");
    fprintf(file, "\"processors\":%d}", machine->processors);
}

bool bench_json_write(const bench_options *options, const bench_machine *machine,
                      const bench_row *rows, uint32_t count)
{
    FILE *file = fopen(options->json_path, "w");
    if (!file) {
        return false;
    }
    fputs("{", file);
    put_machine(file, machine);
    fputs(",", file);
    put_member(file, "command", options->command, ",\"rows\":[");
    for (uint32_t i = 0; i < count; i++) {
        fputs(i ? ",\n" : "\n", file);
        put_row(file, &rows[i]);
    }
    fputs("\n]}\n", file);
    bool failed = ferror(file);
    return fclose(file) == 0 && !failed;
}
