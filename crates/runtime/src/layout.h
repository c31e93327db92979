#ifndef TRUST_LAYOUT_TYPES
#define TRUST_LAYOUT_TYPES

#if defined(__cplusplus)
#define TRUST_ALIGN8 alignas(8)
#define TRUST_STATIC_ASSERT(holds, said) static_assert(holds, said)
#else
#define TRUST_ALIGN8 _Alignas(8)
#define TRUST_STATIC_ASSERT(holds, said) _Static_assert(holds, said)
#endif

/* A string: UTF-8, without a zero behind it. Where the length is 0 nobody reads the pointer. */
typedef struct trust_text {
    const uint8_t *bytes;
    uint64_t length;
} trust_text;

/* An address: version 4 in the first four bytes, the others zero. `family` is 4 or 6. */
typedef struct trust_ip {
    TRUST_ALIGN8 uint8_t bytes[16];
    uint8_t family;
    uint8_t zero[7];
} trust_ip;

/* A network: an address whose host bits are zero, and how many bits count. */
typedef struct trust_network {
    TRUST_ALIGN8 uint8_t bytes[16];
    uint8_t family;
    uint8_t prefix;
    uint8_t zero[6];
} trust_network;

/* The words of a decision that every block has. */
#define TRUST_WORD_FLAGS 0
#define TRUST_WORD_STANDING 1
#define TRUST_WORD_GRADE 2
/* Microseconds since 1970; INT64_MAX: for ever. */
#define TRUST_WORD_VALID_UNTIL 3
/* Here the bits of the clauses begin. */
#define TRUST_WORD_CLAUSES 4

/* Bits of TRUST_WORD_FLAGS. */
#define TRUST_FLAG_PERMITS 1u
#define TRUST_FLAG_BASED 2u
#define TRUST_FLAG_IN_TIME 4u

/* Whether a clause's condition holds in a decision: its bit, by its number. */
#define TRUST_CLAUSE_HOLDS(decision, clause) (((decision)[TRUST_WORD_CLAUSES + (clause) / 64] >> ((clause) % 64)) & 1u)

/* Puts a trigger in force in a prior, by the number of the trigger. */
#define TRUST_IN_FORCE(prior, trigger) ((prior)[(trigger) / 64 + 1] |= (uint64_t)1 << ((trigger) % 64))

#endif
