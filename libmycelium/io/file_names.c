/* SPDX-License-Identifier: Apache-2.0 */
#include "io/file_names.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum { TEXT_CAPACITY_MIN = 4096, PLACES_CAPACITY_MIN = 64 };

void myc__file_names_clear(myc__file_names *names)
{
    myc__free(names->allocator, names->text, names->text_capacity);
    myc__free(names->allocator, names->places, names->places_capacity * sizeof *names->places);
    *names = (myc__file_names){.allocator = names->allocator};
}

/* Room for `wanted_bytes` at least, with what was there. NULL when memory is out. */
static void *grow(myc__allocator *allocator, void *memory, size_t bytes, size_t wanted_bytes)
{
    void *larger = myc__allocate_raw(allocator, wanted_bytes, sizeof(uint64_t));
    if (larger && bytes) {
        memcpy(larger, memory, bytes);
    }
    if (larger) {
        myc__free(allocator, memory, bytes);
    }
    return larger;
}

static bool reserve_text(myc__file_names *names, size_t size_bytes)
{
    size_t capacity = names->text_capacity ? names->text_capacity : TEXT_CAPACITY_MIN;
    while (capacity < names->text_bytes + size_bytes) {
        capacity *= 2;
    }
    if (capacity == names->text_capacity) {
        return true;
    }
    char *text = grow(names->allocator, names->text, names->text_capacity, capacity);
    if (text) {
        names->text = text;
        names->text_capacity = capacity;
    }
    return text != NULL;
}

static bool reserve_place(myc__file_names *names)
{
    if (names->count < names->places_capacity) {
        return true;
    }
    uint32_t capacity = names->places_capacity ? 2 * names->places_capacity : PLACES_CAPACITY_MIN;
    uint32_t *places = grow(names->allocator, names->places,
                            names->places_capacity * sizeof *places, capacity * sizeof *places);
    if (places) {
        names->places = places;
        names->places_capacity = capacity;
    }
    return places != NULL;
}

int myc__file_names_add(myc__file_names *names, const char *name)
{
    size_t size_bytes = strlen(name) + 1;
    if (names->text_bytes + size_bytes > UINT32_MAX || !reserve_text(names, size_bytes) ||
        !reserve_place(names)) {
        return ENOMEM;
    }
    memcpy(names->text + names->text_bytes, name, size_bytes);
    names->places[names->count++] = (uint32_t)names->text_bytes;
    names->text_bytes += size_bytes;
    return 0;
}

static bool is_file(DIR *directory, const struct dirent *entry)
{
    struct stat status;
    if (entry->d_type == DT_REG) {
        return true;
    }
    return (entry->d_type == DT_LNK || entry->d_type == DT_UNKNOWN) &&
           fstatat(dirfd(directory), entry->d_name, &status, 0) == 0 && S_ISREG(status.st_mode);
}

static int list(myc__file_names *names, DIR *directory)
{
    for (;;) {
        errno = 0;
        const struct dirent *entry = readdir(directory);
        if (!entry) {
            return errno;
        }
        int error = is_file(directory, entry) ? myc__file_names_add(names, entry->d_name) : 0;
        if (error) {
            return error;
        }
    }
}

int myc__file_names_list(myc__file_names *names, const char *path)
{
    DIR *directory = opendir(path);
    if (!directory) {
        return errno;
    }
    int error = list(names, directory);
    closedir(directory);
    return error;
}

static int compare(const void *left, const void *right, void *text)
{
    const char *base = text;
    return strcmp(base + *(const uint32_t *)left, base + *(const uint32_t *)right);
}

void myc__file_names_sort(myc__file_names *names)
{
    uint32_t kept = 0;
    if (names->count == 0) {
        return;
    }
    qsort_r(names->places, names->count, sizeof *names->places, compare, names->text);
    for (uint32_t index = 1; index < names->count; index++) {
        if (compare(&names->places[kept], &names->places[index], names->text) != 0) {
            names->places[++kept] = names->places[index];
        }
    }
    names->count = kept + 1;
}

const char *myc__file_names_take(myc__file_names *names)
{
    return names->taken < names->count ? names->text + names->places[names->taken++] : NULL;
}
