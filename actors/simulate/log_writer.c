/* SPDX-License-Identifier: Apache-2.0 */
#include "simulate/log_writer.h"

#include <assert.h>
#include <string.h>

enum { LINE_BYTES_MAX = 2048 };

log_word log_word_of_amount(uint128 amount)
{
    log_word word = {{0}};
    for (int i = 0; i < 8; i++) {
        word.bytes[31 - i] = (uint8_t)(amount.low >> 8 * i);
        word.bytes[23 - i] = (uint8_t)(amount.high >> 8 * i);
    }
    return word;
}

log_word log_word_of_negative(uint128 amount)
{
    log_word word = log_word_of_amount(amount);
    unsigned carry = 1;
    for (int i = 31; i >= 0; i--) {
        unsigned sum = (uint8_t)~word.bytes[i] + carry;
        word.bytes[i] = (uint8_t)sum;
        carry = sum >> 8;
    }
    return word;
}

log_word log_word_of_address(const eth_address *address)
{
    log_word word = {{0}};
    memcpy(word.bytes + 12, address->bytes, sizeof address->bytes);
    return word;
}

static unsigned digit_value(char digit)
{
    assert((digit >= '0' && digit <= '9') || (digit >= 'a' && digit <= 'f'));
    return digit <= '9' ? (unsigned)(digit - '0') : (unsigned)(digit - 'a' + 10);
}

log_word log_word_of_hex(const char *digits)
{
    log_word word;
    for (size_t i = 0; i < sizeof word.bytes; i++)
        word.bytes[i] = (uint8_t)(digit_value(digits[2 * i]) << 4 | digit_value(digits[2 * i + 1]));
    return word;
}

void log_writer_begin(log_writer *writer, const eth_address *address, log_word signature)
{
    writer->address = *address;
    writer->topics[0] = signature;
    writer->topic_count = 1;
    writer->data_count = 0;
}

void log_writer_topic_address(log_writer *writer, const eth_address *address)
{
    assert(writer->topic_count < LOG_TOPICS_MAX);
    writer->topics[writer->topic_count++] = log_word_of_address(address);
}

void log_writer_data(log_writer *writer, log_word word)
{
    assert(writer->data_count < LOG_DATA_WORDS_MAX);
    writer->data[writer->data_count++] = word;
}

void log_writer_data_amount(log_writer *writer, uint128 amount)
{
    log_writer_data(writer, log_word_of_amount(amount));
}

static char *put_text(char *at, const char *text)
{
    size_t size = strlen(text);
    memcpy(at, text, size);
    return at + size;
}

static char *put_bytes(char *at, const uint8_t *bytes, size_t count)
{
    static const char digits[] = "0123456789abcdef";
    for (size_t i = 0; i < count; i++) {
        *at++ = digits[bytes[i] >> 4];
        *at++ = digits[bytes[i] & 15];
    }
    return at;
}

static char *put_word(char *at, const log_word *word)
{
    return put_bytes(put_text(at, "0x"), word->bytes, sizeof word->bytes);
}

/* As the chain's nodes write numbers: hex without leading zeros. */
static char *put_quantity(char *at, uint64_t value)
{
    int shift = 60;
    while (shift > 0 && value >> shift == 0)
        shift -= 4;
    at = put_text(at, "0x");
    for (; shift >= 0; shift -= 4)
        *at++ = "0123456789abcdef"[value >> shift & 15];
    return at;
}

static char *put_topics(char *at, const log_writer *writer)
{
    for (size_t i = 0; i < writer->topic_count; i++) {
        at = put_text(at, i ? ",\"" : "\"");
        at = put_word(at, &writer->topics[i]);
        *at++ = '"';
    }
    return at;
}

static char *put_log(char *at, const log_writer *writer)
{
    at = put_text(at, "{\"address\":\"0x");
    at = put_bytes(at, writer->address.bytes, sizeof writer->address.bytes);
    at = put_word(put_text(at, "\",\"blockHash\":\""), &writer->block_hash);
    at = put_quantity(put_text(at, "\",\"blockNumber\":\""), writer->block_number);
    at = put_text(at, "\",\"data\":\"0x");
    for (size_t i = 0; i < writer->data_count; i++)
        at = put_bytes(at, writer->data[i].bytes, sizeof writer->data[i].bytes);
    at = put_quantity(put_text(at, "\",\"logIndex\":\""), writer->log_index);
    at = put_topics(put_text(at, "\",\"removed\":false,\"topics\":["), writer);
    at = put_word(put_text(at, "],\"transactionHash\":\""), &writer->transaction_hash);
    at = put_quantity(put_text(at, "\",\"transactionIndex\":\""), writer->transaction_index);
    return put_text(at, "\"}\n");
}

void log_writer_end(log_writer *writer)
{
    char line[LINE_BYTES_MAX]; /* the fixed parts have below 600 bytes, 12 words 66 each */
    char *end = put_log(line, writer);
    assert(end <= line + sizeof line);
    (void)fwrite(line, 1, (size_t)(end - line), writer->file); /* see ferror() */
    writer->log_index++;
}
