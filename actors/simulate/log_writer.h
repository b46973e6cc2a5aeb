/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SIMULATE_LOG_WRITER_H
#define SIMULATE_LOG_WRITER_H

/*
 * Writes logs as eth_getLogs returns them, one JSON object a line.
 *
 * Logs of a transaction are begun and filled in one after the other:
 *
 *     log_writer_begin(writer, &address, topic_of_sync);
 *     log_writer_data_amount(writer, reserve0);
 *     log_writer_data_amount(writer, reserve1);
 *     log_writer_end(writer);
 *
 * Threads: one at a time.
 */
#include <stdint.h>
#include <stdio.h>

#include <libtypes/scalar.h>

enum { LOG_TOPICS_MAX = 4, LOG_DATA_WORDS_MAX = 8 };

typedef struct log_word {
    uint8_t bytes[32]; /* big-endian */
} log_word;

typedef struct log_writer {
    FILE *file;
    uint64_t block_number;
    uint32_t transaction_index;
    uint32_t log_index; /* of the next log */
    log_word block_hash;
    log_word transaction_hash;
    eth_address address; /* of the log being filled in, as what follows */
    log_word topics[LOG_TOPICS_MAX];
    log_word data[LOG_DATA_WORDS_MAX];
    size_t topic_count;
    size_t data_count;
} log_writer;

log_word log_word_of_amount(uint128 amount);
log_word log_word_of_address(const eth_address *address);

/** -amount in two's complement. */
log_word log_word_of_negative(uint128 amount);

/** A 256-bit constant from 64 hex digits. */
log_word log_word_of_hex(const char *digits);

void log_writer_begin(log_writer *writer, const eth_address *address, log_word signature);
void log_writer_topic_address(log_writer *writer, const eth_address *address);
void log_writer_data(log_writer *writer, log_word word);
void log_writer_data_amount(log_writer *writer, uint128 amount);

/** Writes the log and counts log_index on. A failed write shows in ferror(file). */
void log_writer_end(log_writer *writer);

#endif
