/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include <mycelium/message.h>

int64_t myc_to_bytes(const void *payload, uint8_t *bytes, size_t capacity_bytes,
                     myc_codec_error *error)
{
    const myc_type *type = myc_type_of(payload);
    myc_codec_error ignored;
    error = error ? error : &ignored;
    if (type->id == 0 || !type->encode) {
        *error = (myc_codec_error){type->name, NULL, "a type with a serialized form", 0};
        return MYC_ENOTSUP;
    }
    return type->encode(payload, bytes, capacity_bytes, error);
}

static void size_error(myc_codec_error *error, const char *type_name, uint64_t offset)
{
    *error = (myc_codec_error){type_name, NULL, "exactly the bytes of the struct", offset};
}

int64_t myc_flat_encode(const char *type_name, const void *payload, size_t payload_size_bytes,
                        uint8_t *bytes, size_t capacity_bytes, myc_codec_error *error)
{
    if (capacity_bytes < payload_size_bytes) {
        size_error(error, type_name, capacity_bytes);
        return MYC_ESHORT;
    }
    memcpy(bytes, payload, payload_size_bytes);
    return (int64_t)payload_size_bytes;
}

int myc_flat_decode(const char *type_name, void *payload, size_t payload_size_bytes,
                    const uint8_t *bytes, size_t size_bytes, myc_codec_error *error)
{
    if (size_bytes != payload_size_bytes) {
        size_error(error, type_name, size_bytes);
        return size_bytes < payload_size_bytes ? MYC_ESHORT : MYC_EFIELD;
    }
    memcpy(payload, bytes, payload_size_bytes);
    return 0;
}
