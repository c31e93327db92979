/* What the smoke tests share. */
#ifndef SUPPORT_H
#define SUPPORT_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "trust.h"

#define CHECK(holds) check((holds) != 0, #holds, __FILE__, __LINE__)
#define OK(call) expect(TRUST_OK, (call), #call, __FILE__, __LINE__)
#define STATUS(wanted, call) expect((wanted), (call), #call, __FILE__, __LINE__)

static trust_error *problem;

static inline void check(int holds, const char *what, const char *file, int line)
{
    if (!holds) {
        fprintf(stderr, "%s:%d: does not hold: %s\n", file, line, what);
        exit(1);
    }
}

static inline int is(trust_text text, const char *wanted)
{
    return text.length == strlen(wanted) && memcmp(text.bytes, wanted, text.length) == 0;
}

static inline int starts(trust_text text, const char *wanted)
{
    return text.length >= strlen(wanted) && memcmp(text.bytes, wanted, strlen(wanted)) == 0;
}

static inline void expect(trust_status wanted, trust_status found, const char *what, const char *file, int line)
{
    if (wanted == found) {
        return;
    }
    trust_text code = {0}, path = {0}, message = {0};
    if (problem != NULL) {
        trust_error_code(problem, &code);
        trust_error_path(problem, &path);
        trust_error_message(problem, &message);
    }
    fprintf(stderr, "%s:%d: status %d, wanted %d: %s\n%.*s %.*s: %.*s\n", file, line, (int)found, (int)wanted, what,
            (int)code.length, (const char *)code.bytes, (int)path.length, (const char *)path.bytes, (int)message.length,
            (const char *)message.bytes);
    exit(1);
}

/* What went wrong last has this code and path. */
static inline void told(const char *code, const char *path)
{
    trust_text found = {0}, at = {0}, message = {0};
    OK(trust_error_code(problem, &found));
    OK(trust_error_path(problem, &at));
    OK(trust_error_message(problem, &message));
    if (!is(found, code) || !is(at, path) || message.length == 0) {
        fprintf(stderr, "told %.*s at `%.*s`: %.*s\nwanted %s at `%s`\n", (int)found.length, (const char *)found.bytes,
                (int)at.length, (const char *)at.bytes, (int)message.length, (const char *)message.bytes, code, path);
        exit(1);
    }
}

static inline char *slurp(const char *path, size_t *length)
{
    FILE *file = fopen(path, "rb");
    CHECK(file != NULL);
    size_t room = 1 << 16, used = 0;
    char *bytes = malloc(room);
    CHECK(bytes != NULL);
    for (;;) {
        size_t read = fread(bytes + used, 1, room - used, file);
        used += read;
        if (read == 0) {
            break;
        }
        if (used == room) {
            room *= 2;
            bytes = realloc(bytes, room);
            CHECK(bytes != NULL);
        }
    }
    fclose(file);
    *length = used;
    return bytes;
}

static inline trust_text text_of(const char *text)
{
    trust_text out = {(const uint8_t *)text, strlen(text)};
    return out;
}

static inline uint32_t block_named(const trust_module *module, const char *name)
{
    uint32_t block = TRUST_NONE;
    OK(trust_module_find_block(module, name, strlen(name), &block, problem));
    return block;
}

static inline void begin(void)
{
    OK(trust_abi_check(NULL));
    OK(trust_error_new(&problem));
}

static inline void end(void)
{
    trust_error_free(problem);
    problem = NULL;
}

#endif
