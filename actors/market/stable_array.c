/* SPDX-License-Identifier: Apache-2.0 */
#include "market/stable_array.h"

#include <assert.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

void stable_array_init(stable_array *array, size_t element_bytes)
{
    *array = (stable_array){.element_bytes = element_bytes};
}

void stable_array_fini(stable_array *array)
{
    for (size_t i = 0; i < array->chunk_capacity; i++)
        free(array->chunks[i]);
    free(array->chunks);
    stable_array_init(array, array->element_bytes);
}

static bool make_room_in_directory(stable_array *array, size_t chunk)
{
    if (chunk < array->chunk_capacity)
        return true;
    size_t capacity = array->chunk_capacity ? 2 * array->chunk_capacity : 16;
    unsigned char **chunks = realloc(array->chunks, capacity * sizeof *chunks);
    if (!chunks)
        return false;
    for (size_t i = array->chunk_capacity; i < capacity; i++)
        chunks[i] = NULL;
    array->chunks = chunks;
    array->chunk_capacity = capacity;
    return true;
}

void *stable_array_push(stable_array *array)
{
    size_t chunk = array->count / STABLE_ARRAY_CHUNK;
    if (!make_room_in_directory(array, chunk))
        return NULL;
    if (!array->chunks[chunk])
        array->chunks[chunk] = malloc(STABLE_ARRAY_CHUNK * array->element_bytes);
    if (!array->chunks[chunk])
        return NULL;
    void *element = stable_array_at(array, array->count++);
    return memset(element, 0, array->element_bytes);
}

void stable_array_pop(stable_array *array)
{
    assert(array->count > 0);
    array->count--;
}
