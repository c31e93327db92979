/*
 * libtrust: trust decisions for hosts in any language.
 *
 * Made from the sources of `crates/capi`; held against them by a test.
 *
 * Call `trust_abi_check` first. A host then makes a module (from source or from a built one), and asks its blocks:
 *
 * - requests in JSON: `trust_answer` gives the answer's line, `trust_decide_json` the words of a decision;
 * - structures in the block's native layout, whose header `trustc build --emit header` writes: `trust_permits`, `trust_decide`, many
 *   at once with `trust_permits_batch`, `trust_decide_batch`, or the functions themselves with `trust_block_permits_fn`,
 *   `trust_block_decide_fn`.
 *
 * Every call returns a status. Where the last argument is an error object, it says what went wrong: code, path, message. Null stands
 * for none; a call that succeeds leaves it as it is. Nothing is thrown or unwinds out of a call; what would is TRUST_PANIC.
 *
 * Who owns what, for how long, and which thread:
 *
 * - `trust_module` is counted. Any number of threads use one at once; deciding takes no lock and writes nothing that is shared. Who made
 *   it or retained it releases it, when no call with it runs any more. Texts, arrays and functions got from a module belong to
 *   it and live as long as it does.
 * - `trust_session` and `trust_error` belong to who made them. One thread uses each at a time.
 * - What a call writes, it writes to memory of the host's; what it reads (names, requests, structures) it reads while the call runs.
 *   One exception: the words of a decision may point into the facts (and into the session, of `trust_decide_json`), for the arguments of
 *   its obligations.
 * - A pointer with a length of 0 may be null. No other pointer may be, unless it says so. Texts are UTF-8 and have no zero behind
 *   them; pointers are aligned as C aligns what they point to.
 *
 * A refused request is no decision: treat it as a deny, and do not keep it. The library reads no clock, no environment and, but for the
 * paths it is given, no files.
 */


#ifndef TRUST_H
#define TRUST_H

#include <stddef.h>
#include <stdint.h>

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


// Changes with every change that a host compiled before would not survive.
#define TRUST_ABI_VERSION 1

// No such number: no scale, no event, no obligation.
#define TRUST_NONE UINT32_MAX

// What a block is:
#define TRUST_PARTICIPATION 0

#define TRUST_RELATIONSHIP 1

#define TRUST_ASSESSMENT 2

// What a type is; of an enum, record, list, set and optional, `of` says which:
#define TRUST_BOOL 0

#define TRUST_INT 1

// Ten-thousandths.
#define TRUST_DECIMAL 2

#define TRUST_STRING 3

// Microseconds since 1970.
#define TRUST_INSTANT 4

// Microseconds.
#define TRUST_DURATION 5

#define TRUST_IP 6

#define TRUST_CIDR 7

// `of` is the number of an enum or scale.
#define TRUST_ENUM 8

// `of` is the number of a record.
#define TRUST_RECORD 9

// `of` is the number of the elements' type, for `trust_module_type`; so it is of the two below.
#define TRUST_LIST 10

#define TRUST_SET 11

#define TRUST_OPTIONAL 12

// What a clause is:
#define TRUST_SCOPE 0

#define TRUST_REQUIRE 1

#define TRUST_RECOMMEND 2

#define TRUST_BASIS 3

#define TRUST_DENY 4

#define TRUST_EXPIRES 5

// A `ttl` with `from`.
#define TRUST_WINDOW 6

// A bare `ttl`.
#define TRUST_TTL 7

#define TRUST_CAP 8

// A `suspend` or `reverify` with `when`.
#define TRUST_CONTINUOUS 9

// A `suspend`, `reverify` or `revoke` on an event.
#define TRUST_TRIGGER 10

#define TRUST_REINSTATE 11

#define TRUST_OBLIGE 12

// Cases of `Standing`; a clause's `hold` is one of the last three:
#define TRUST_ACTIVE 0

#define TRUST_REVERIFY 1

#define TRUST_SUSPENDED 2

#define TRUST_REVOKED 3

// What a record stands for:
#define TRUST_PLAIN_RECORD 0

#define TRUST_EVENT 1

// The arguments of a block.
#define TRUST_ARGUMENTS 2

// The key of a block, an array in JSON.
#define TRUST_KEY 3

// Inside of the module; in no facts.
#define TRUST_ROW 4

// A reason that is no clause: no basis holds, or the framework is not in its time.
#define TRUST_NO_BASIS 4294967294

#define TRUST_FRAMEWORK 4294967293

// What became of a call.
typedef enum trust_status {
    // Done.
    TRUST_OK = 0,
    // Nothing more: the end of what a cursor goes through.
    TRUST_END = 1,
    // The request or the facts are not right: there is no decision. Treat it as a deny, and do not keep it.
    TRUST_REFUSED = 2,
    // The call is not right: a null, a wrong length, a number out of range, a pointer that is not aligned.
    TRUST_INVALID = 3,
    // The memory given is too small. Where the call tells how much is needed, it has.
    TRUST_SMALL = 4,
    // Bytes that are no UTF-8, where text is wanted.
    TRUST_NOT_UTF8 = 5,
    // There is no block, clause, field or event of this name or number.
    TRUST_UNKNOWN = 6,
    // The policy has errors.
    TRUST_SOURCE = 7,
    // Bytes that are no module, one that is damaged, or one of another version.
    TRUST_MODULE = 8,
    // A file cannot be read.
    TRUST_IO = 9,
    // This library was built without what the call needs, or makes no code for this machine.
    TRUST_UNSUPPORTED = 10,
    // The library was made for another version of `trust.h`.
    TRUST_VERSION = 11,
    // Our bug. The call had no effect, and the library can be used further.
    TRUST_PANIC = 12,
} trust_status;

// What went wrong last. Made and freed by the host; one thread at a time.
typedef struct trust_error trust_error;

// A package in native code. Counted; any number of threads use one at once, and none waits for another.
typedef struct trust_module trust_module;

// Memory for one request after the other: facts go there. Each thread has its own; a warm one takes no memory for a request that
// is right.
typedef struct trust_session trust_session;

// What a host was compiled with; `trust_abi_check` of the header fills it.
typedef struct trust_abi {
    // `TRUST_ABI_VERSION`
    uint32_t version;
    // Of this structure, as all that follow.
    uint32_t size;
    uint32_t text;
    uint32_t options;
    uint32_t package;
    uint32_t block;
    uint32_t record;
    uint32_t field;
    uint32_t type_;
    uint32_t enum_;
    uint32_t case_;
    uint32_t clause;
    uint32_t control;
    uint32_t watch;
    uint32_t watched;
    uint32_t decision;
    uint32_t obligation;
} trust_abi;

// Which policy it is.
typedef struct trust_package {
    trust_text name;
    trust_text version;
    // `blake3:` and 64 digits, of the sources.
    trust_text digest;
    // How many there are of each; their numbers count from 0.
    uint32_t blocks;
    uint32_t enums;
    uint32_t records;
    uint32_t types;
} trust_package;

typedef struct trust_block {
    // As requests and answers call it.
    trust_text name;
    // `module.block`.
    trust_text qualified;
    // Its documentation, empty for none.
    trust_text message;
    // `TRUST_PARTICIPATION` …
    uint32_t kind;
    // The record of its arguments: its inputs are that record's fields.
    uint32_t arguments;
    // The record of its key.
    uint32_t key;
    // The scale it grades on, or `TRUST_NONE`.
    uint32_t scale;
    uint32_t clauses;
    uint32_t controls;
    uint32_t watches;
    // 64-bit words of a decision, and of a prior.
    uint32_t decision_words;
    uint32_t prior_words;
} trust_block;

typedef struct trust_type {
    // `TRUST_BOOL` …
    uint32_t kind;
    // Which enum, record or type; else `TRUST_NONE`.
    uint32_t of;
    // In native facts.
    uint32_t size;
    uint32_t align;
} trust_type;

typedef struct trust_record {
    trust_text name;
    // Another name of an event in requests.
    trust_text wire;
    // `TRUST_PLAIN_RECORD` …
    uint32_t role;
    uint32_t fields;
    // In native facts.
    uint32_t size;
    uint32_t align;
} trust_record;

typedef struct trust_field {
    trust_text name;
    // The key in JSON.
    trust_text wire;
    // Bytes from the start of the record.
    uint32_t offset;
    struct trust_type type_;
} trust_field;

typedef struct trust_enum {
    trust_text name;
    uint32_t cases;
} trust_enum;

typedef struct trust_case {
    trust_text name;
    // In JSON.
    trust_text wire;
} trust_case;

typedef struct trust_clause {
    trust_text name;
    // Its documentation: what an audit record shows. Empty for none.
    trust_text message;
    // Of an obligation: what is owed; else empty.
    trust_text duty;
    // `TRUST_SCOPE` …
    uint32_t kind;
    // Of a continuous clause or a trigger: `TRUST_REVERIFY` …; else `TRUST_ACTIVE`.
    uint32_t hold;
    // Of a trigger or a reinstate: the record of its event; else `TRUST_NONE`.
    uint32_t event;
    // Of an obligation: the word of a decision at which it begins; else `TRUST_NONE`.
    uint32_t word;
    uint32_t controls;
    // How many former names it has.
    uint32_t was;
    // Of a reinstate: the clauses it lifts.
    const uint32_t *lifts;
    uint64_t lifts_length;
} trust_clause;

// A control of a standard that a block or a clause serves.
typedef struct trust_control {
    trust_text catalog;
    trust_text id;
    trust_text title;
} trust_control;

// What an event must say to touch a key of the block.
typedef struct trust_watch {
    // The trigger or reinstate.
    uint32_t clause;
    // The record of its event.
    uint32_t event;
    uint32_t fields;
} trust_watch;

typedef struct trust_watched {
    // A path in the event, as in `partner.id`.
    trust_text field;
    // It equals one of these parts of the key, by position.
    const uint32_t *keys;
    uint64_t keys_length;
    // 1: the field is a set, and the part of the key one of its elements.
    uint8_t member;
} trust_watched;

// What is not in a request. A null stands for one of zeros.
typedef struct trust_options {
    // For requests that state no `now`: microseconds since 1970, years 1 to 9999; counts where `has_now` is not 0.
    int64_t now;
    uint8_t has_now;
    // Not 0: fields and parts that are not declared are refused.
    uint8_t strict;
} trust_options;

// Whether a block permits: 1 or 0. It stops as soon as that is known, takes no lock and no memory, and checks nothing: `facts`
// points to the block's arguments in their layout, `prior` to as many words as `trust_block.prior_words` says.
typedef uint8_t (*trust_permits_fn)(const void *facts,
                                    const uint64_t *prior,
                                    int64_t now);

// The whole decision, written to as many words as `trust_block.decision_words` says. Else as `trust_permits_fn`.
typedef void (*trust_decide_fn)(const void *facts,
                                const uint64_t *prior,
                                int64_t now,
                                uint64_t *decision);

// What was decided.
typedef struct trust_decision {
    // Microseconds since 1970; counts where `forever` is 0.
    int64_t valid_until;
    // A case of `Standing`; `TRUST_NONE` of an assessment.
    uint32_t standing;
    // A case of the block's scale; `TRUST_NONE` where it does not grade.
    uint32_t grade;
    // 1: it permits. Counts where `has_effect` is 1: an assessment has none.
    uint8_t permits;
    uint8_t has_effect;
    // 1: no clock touches it.
    uint8_t forever;
} trust_decision;

// An obligation that applies.
typedef struct trust_obligation {
    // What is owed; the text belongs to the module.
    trust_text duty;
    // An instant, microseconds since 1970, where it is dated; else how long there is, in microseconds.
    int64_t time;
    uint32_t clause;
    // The word of the decision at which it begins: its state, its time, then the words of its arguments.
    uint32_t word;
    uint8_t dated;
    // 1: it is dated, and that instant is past.
    uint8_t overdue;
} trust_obligation;

#ifdef __cplusplus
extern "C" {
#endif // __cplusplus

// Makes an error object, to be given to calls as their last argument. It holds what went wrong last. The host owns it and gives
// it back with `trust_error_free`; any thread, but one at a time.
//
// The caller promises:
// `out` is null or points to a place for a pointer.
enum trust_status trust_error_new(struct trust_error **out);

// Gives an error object back. Null is passed over.
//
// The caller promises:
// `error` is null or was made by `trust_error_new` and not given back yet.
void trust_error_free(struct trust_error *error);

// The code of what went wrong: `F…` of a request, `E…` of a policy, `A…` of a call. The text lives until the error object is
// given to another call that fails, or freed; so do those of the three functions below.
//
// The caller promises:
// `error` is a live error object; `out` points to a place for a text.
enum trust_status trust_error_code(const struct trust_error *error,
                                   trust_text *out);

// Where it went wrong: `args.partner.contract` in a request, `policy.trust:12:5` in a policy, an argument's name of a call;
// empty where it is the whole.
//
// The caller promises:
// As of `trust_error_code`.
enum trust_status trust_error_path(const struct trust_error *error,
                                   trust_text *out);

// What went wrong, in plain words.
//
// The caller promises:
// As of `trust_error_code`.
enum trust_status trust_error_message(const struct trust_error *error,
                                      trust_text *out);

// Of a policy with errors, all of them with the source underlined, for people to read; else empty.
//
// The caller promises:
// As of `trust_error_code`.
enum trust_status trust_error_details(const struct trust_error *error,
                                      trust_text *out);

// The version of the interface that this library has. Any thread.
uint32_t trust_abi_version(void);

// The version of the library itself, as in `0.1.0`. The text lives for ever. Any thread.
//
// The caller promises:
// `out` points to a place for a text.
enum trust_status trust_version(trust_text *out);

// Whether the host was compiled for this library: call `trust_abi_check`, which fills the structure. `TRUST_VERSION` where it was
// not; then call nothing else. Any thread.
//
// The caller promises:
// `host` points to its first two numbers at least; `error` is null or a live error object.
enum trust_status trust_abi_matches(const struct trust_abi *host,
                                    struct trust_error *error);

// Makes a module from the text of one `.trust` file in memory. `name` is how messages call it (`policy.trust`); `root` is the
// folder that the policy's `data` files are in, empty for none. `TRUST_SOURCE` where the policy has errors, the first in the
// error object and all of them in its details; `TRUST_UNSUPPORTED` where the library was built without the front end. The
// host owns the module and gives it back with `trust_module_release`; the bytes may go at once. Any thread.
//
// The caller promises:
// The texts stand there in their lengths, `out` points to a place for a pointer, `error` is null or a live error object.
enum trust_status trust_module_compile(const char *name,
                                       size_t name_length,
                                       const char *source,
                                       size_t source_length,
                                       const char *root,
                                       size_t root_length,
                                       struct trust_module **out,
                                       struct trust_error *error);

// Makes a module from a `.trust` file or a package folder. Else as `trust_module_compile`.
//
// The caller promises:
// As of `trust_module_compile`.
enum trust_status trust_module_compile_path(const char *path,
                                            size_t path_length,
                                            struct trust_module **out,
                                            struct trust_error *error);

// Makes a module from the bytes of a built one (`trustc build`). They are looked at in full: what is damaged, of another version
// or not sound is `TRUST_MODULE`, with a reason. Else as `trust_module_compile`.
//
// The caller promises:
// As of `trust_module_compile`.
enum trust_status trust_module_load(const char *built,
                                    size_t built_length,
                                    struct trust_module **out,
                                    struct trust_error *error);

// Makes a module from a file that holds a built one. Else as `trust_module_load`.
//
// The caller promises:
// As of `trust_module_compile`.
enum trust_status trust_module_load_path(const char *path,
                                         size_t path_length,
                                         struct trust_module **out,
                                         struct trust_error *error);

// One more owner of a module: each gives it back. Any thread.
//
// The caller promises:
// `module` is null or a live module.
enum trust_status trust_module_retain(const struct trust_module *module,
                                      struct trust_error *error);

// One owner less; with the last one the module goes, its texts and its native functions with it. Null is passed over. Any thread.
//
// The caller promises:
// `module` is null or a live module, which this owner uses no more.
void trust_module_release(const struct trust_module *module);

// Makes the native code of all blocks now. Without it, that of a block is made when it is first asked, and threads that ask the
// same block wait for it. Any thread.
//
// The caller promises:
// `module` is a live module, `error` is null or a live error object.
enum trust_status trust_module_prepare(const struct trust_module *module,
                                       struct trust_error *error);

// The package. This and all that follow: any thread; texts and pointers in what is written belong to the module and live as long
// as it does; `TRUST_UNKNOWN` where there is no such number.
//
// The caller promises:
// `module` is a live module, `out` points to a place for the structure, `error` is null or a live error object.
enum trust_status trust_module_package(const struct trust_module *module,
                                       struct trust_package *out,
                                       struct trust_error *error);

// The number of the block of this name: `issuer` where that is unique, `module.issuer` always.
//
// The caller promises:
// As of `trust_module_package`; the name stands there in its length.
enum trust_status trust_module_find_block(const struct trust_module *module,
                                          const char *name,
                                          size_t name_length,
                                          uint32_t *out,
                                          struct trust_error *error);

// A block.
//
// The caller promises:
// As of `trust_module_package`.
enum trust_status trust_module_block(const struct trust_module *module,
                                     uint32_t block,
                                     struct trust_block *out,
                                     struct trust_error *error);

// What a list, a set or an optional holds.
//
// The caller promises:
// As of `trust_module_package`.
enum trust_status trust_module_type(const struct trust_module *module,
                                    uint32_t held,
                                    struct trust_type *out,
                                    struct trust_error *error);

// A record, an event, the arguments or the key of a block.
//
// The caller promises:
// As of `trust_module_package`.
enum trust_status trust_module_record(const struct trust_module *module,
                                      uint32_t record,
                                      struct trust_record *out,
                                      struct trust_error *error);

// A field of a record.
//
// The caller promises:
// As of `trust_module_package`.
enum trust_status trust_record_field(const struct trust_module *module,
                                     uint32_t record,
                                     uint32_t field,
                                     struct trust_field *out,
                                     struct trust_error *error);

// An enum or scale.
//
// The caller promises:
// As of `trust_module_package`.
enum trust_status trust_module_enum(const struct trust_module *module,
                                    uint32_t number,
                                    struct trust_enum *out,
                                    struct trust_error *error);

// A case of an enum or scale. Facts hold its number.
//
// The caller promises:
// As of `trust_module_package`.
enum trust_status trust_enum_case(const struct trust_module *module,
                                  uint32_t number,
                                  uint32_t case_,
                                  struct trust_case *out,
                                  struct trust_error *error);

// A clause of a block, in the order of the source. Its number is that of its bit in a decision.
//
// The caller promises:
// As of `trust_module_package`.
enum trust_status trust_block_clause(const struct trust_module *module,
                                     uint32_t block,
                                     uint32_t clause,
                                     struct trust_clause *out,
                                     struct trust_error *error);

// A former name of a clause, accepted in a prior.
//
// The caller promises:
// As of `trust_module_package`.
enum trust_status trust_clause_was(const struct trust_module *module,
                                   uint32_t block,
                                   uint32_t clause,
                                   uint32_t number,
                                   trust_text *out,
                                   struct trust_error *error);

// A control that a clause serves or, for the clause `TRUST_NONE`, the block itself.
//
// The caller promises:
// As of `trust_module_package`.
enum trust_status trust_block_control(const struct trust_module *module,
                                      uint32_t block,
                                      uint32_t clause,
                                      uint32_t number,
                                      struct trust_control *out,
                                      struct trust_error *error);

// What an event must say for a trigger or reinstate to touch a key: with it, a host finds the keys an event touches by an index.
//
// The caller promises:
// As of `trust_module_package`.
enum trust_status trust_block_watch(const struct trust_module *module,
                                    uint32_t block,
                                    uint32_t watch,
                                    struct trust_watch *out,
                                    struct trust_error *error);

// A field of the event that a watch asks for; all of them must fit.
//
// The caller promises:
// As of `trust_module_package`.
enum trust_status trust_watch_field(const struct trust_module *module,
                                    uint32_t block,
                                    uint32_t watch,
                                    uint32_t field,
                                    struct trust_watched *out,
                                    struct trust_error *error);

// Makes a session. The host owns it and gives it back with `trust_session_free`. It may move from thread to thread, but only one
// uses it at a time. One session serves any number of modules.
//
// The caller promises:
// `out` points to a place for a pointer, `error` is null or a live error object.
enum trust_status trust_session_new(struct trust_session **out,
                                    struct trust_error *error);

// Gives a session back, and with it the memory that decisions of it point into. Null is passed over.
//
// The caller promises:
// `session` is null or a live session that is used no more.
void trust_session_free(struct trust_session *session);

// Answers a request, a JSON object, with a line of JSON without its end: a decision, a reaction or, with `TRUST_REFUSED`, why the
// request is refused (the error object says so, too). `needed` gets the length of the line; where it is more than `capacity`,
// nothing of use is in `out` and the status is `TRUST_SMALL`: ask again with more room. A null `out` of capacity 0 asks
// for the length. Any thread, with a session of its own.
//
// The caller promises:
// `module` and `session` are live, `options` is null or points to options, the request stands there in its length, `out` has room
// for `capacity` bytes that overlap nothing else, `needed` points to a place for a number, `error` is null or a live error object.
enum trust_status trust_answer(const struct trust_module *module,
                               struct trust_session *session,
                               const struct trust_options *options,
                               const char *request,
                               size_t request_length,
                               char *out,
                               size_t capacity,
                               size_t *needed,
                               struct trust_error *error);

// Decides on a request, a JSON object, and writes the words of the decision (`trust_block.decision_words` many; see
// `trust_decide`) and the number of the block that was asked. A request with an `event` is `TRUST_INVALID`: that is for
// `trust_answer`. The arguments of obligations stand in the session and in the request: read them before the session is used
// again, and while the request stands. Any thread, with a session of its own.
//
// The caller promises:
// As of `trust_answer`; `decision` has room for so many words, `block` points to a place for a number.
enum trust_status trust_decide_json(const struct trust_module *module,
                                    struct trust_session *session,
                                    const struct trust_options *options,
                                    const char *request,
                                    size_t request_length,
                                    uint64_t *decision,
                                    size_t decision_words,
                                    uint32_t *block,
                                    struct trust_error *error);

// Whether a block permits: writes 1 or 0. `facts` points to the block's arguments in their layout, as the header of
// `trustc build --emit header` and `trust_record_field` have it: valid pointers and lengths, truths 0 or 1, cases that there are, text
// in UTF-8, sets sorted and without duplicates, lists and texts within the policy's limits, instants of the years 1 to 9999. Where
// anything but pointers and lengths is otherwise, the answer is some answer, and the call ends and touches nothing else. A null
// `prior` is one with nothing in force. An assessment permits nothing: `TRUST_INVALID`. The host owns everything; any thread.
//
// The caller promises:
// `module` is live, facts and prior are as said, `out` points to a place for a byte, `error` is null or a live error object.
enum trust_status trust_permits(const struct trust_module *module,
                                uint32_t block,
                                const void *facts,
                                const uint64_t *prior,
                                size_t prior_words,
                                int64_t now,
                                uint8_t *out,
                                struct trust_error *error);

// The whole decision, written to `decision`: `trust_block.decision_words` words, or more.
//
// | words | what |
// |---|---|
// | 0 | bit 0: it permits; bit 1: some basis holds, or none is needed; bit 2: the framework is in its time |
// | 1 | the standing, a case of `Standing` |
// | 2 | the grade, a case of the block's scale |
// | 3 | `valid_until` in microseconds since 1970; the greatest number: for ever |
// | 4 … | a bit for each clause: its condition holds (of a trigger: it is in force; of a cap: it applies) |
// | then | for each obligation: its state (0 none, 1 owed, 2 overdue), its time, the words of its arguments |
//
// The functions `trust_decision_…` read them; the arguments of obligations point into the facts. Else as `trust_permits`.
//
// The caller promises:
// As of `trust_permits`; `decision` has room for so many words.
enum trust_status trust_decide(const struct trust_module *module,
                               uint32_t block,
                               const void *facts,
                               const uint64_t *prior,
                               size_t prior_words,
                               int64_t now,
                               uint64_t *decision,
                               size_t decision_words,
                               struct trust_error *error);

// Decides on many facts at one instant: `facts` and `priors` are `count` pointers each; a null `priors`, or a null among them, is a
// prior with nothing in force. Decision n is written `decision_words` words behind decision n - 1. What is before the first
// fault has been written. Else as `trust_decide`.
//
// The caller promises:
// As of `trust_decide`, for each; every prior has `prior_words` words.
enum trust_status trust_decide_batch(const struct trust_module *module,
                                     uint32_t block,
                                     const void *const *facts,
                                     const uint64_t *const *priors,
                                     size_t prior_words,
                                     size_t count,
                                     int64_t now,
                                     uint64_t *decisions,
                                     size_t decision_words,
                                     struct trust_error *error);

// Whether a block permits, of many facts at one instant: a byte of `out` for each, 1 or 0. Else as `trust_decide_batch`.
//
// The caller promises:
// As of `trust_permits`, for each; every prior has `prior_words` words.
enum trust_status trust_permits_batch(const struct trust_module *module,
                                      uint32_t block,
                                      const void *const *facts,
                                      const uint64_t *const *priors,
                                      size_t prior_words,
                                      size_t count,
                                      int64_t now,
                                      uint8_t *out,
                                      struct trust_error *error);

// The prior in which these triggers are in force, by their names or former names: written to `prior`, which has at least
// `trust_block.prior_words` words. `TRUST_REFUSED` where a name is no trigger's. Word 0 is the least standing, whatever the
// triggers: a case of `Standing`, which a host may set instead of naming triggers. Any thread.
//
// The caller promises:
// `module` is live, so many texts stand at `names`, `prior` has room for so many words, `error` is null or a live error object.
enum trust_status trust_prior(const struct trust_module *module,
                              uint32_t block,
                              const trust_text *names,
                              size_t count,
                              uint64_t *prior,
                              size_t prior_words,
                              struct trust_error *error);

// The function itself that says whether a block permits, for hosts that call it without looking at anything. It lives as long as
// the module. An assessment has none: `TRUST_INVALID`. Any thread.
//
// The caller promises:
// `module` is live, `out` points to a place for a function pointer, `error` is null or a live error object.
enum trust_status trust_block_permits_fn(const struct trust_module *module,
                                         uint32_t block,
                                         trust_permits_fn *out,
                                         struct trust_error *error);

// The function itself that decides. Else as `trust_block_permits_fn`.
//
// The caller promises:
// As of `trust_block_permits_fn`.
enum trust_status trust_block_decide_fn(const struct trust_module *module,
                                        uint32_t block,
                                        trust_decide_fn *out,
                                        struct trust_error *error);

// How many words a decision of this block has: `trust_block.decision_words`. Any thread.
//
// The caller promises:
// `module` is live, `out` points to a place for a number, `error` is null or a live error object.
enum trust_status trust_block_decision_words(const struct trust_module *module,
                                             uint32_t block,
                                             size_t *out,
                                             struct trust_error *error);

// How many words a prior of this block has: `trust_block.prior_words`. Any thread.
//
// The caller promises:
// As of `trust_block_decision_words`.
enum trust_status trust_block_prior_words(const struct trust_module *module,
                                          uint32_t block,
                                          size_t *out,
                                          struct trust_error *error);

// Effect, standing, grade and how long they hold. This and all that follow: the words are those that a decision of this block and
// this module wrote; any thread.
//
// The caller promises:
// `module` is live, so many words stand at `decision`, `out` points to a place for the structure, `error` is null or a live error
// object.
enum trust_status trust_decision_read(const struct trust_module *module,
                                      uint32_t block,
                                      const uint64_t *decision,
                                      size_t decision_words,
                                      struct trust_decision *out,
                                      struct trust_error *error);

// Whether a clause's condition holds: 1 or 0. Of a trigger: whether it is in force; of a cap: whether it applies.
//
// The caller promises:
// As of `trust_decision_read`.
enum trust_status trust_decision_clause(const struct trust_module *module,
                                        uint32_t block,
                                        const uint64_t *decision,
                                        size_t decision_words,
                                        uint32_t clause,
                                        uint8_t *out,
                                        struct trust_error *error);

// The next reason: why it denies, or the bases that a permit rests on. `cursor` starts at 0 and is moved on; `TRUST_END` after the
// last. Writes the clause, or `TRUST_NO_BASIS` or `TRUST_FRAMEWORK`.
//
// The caller promises:
// As of `trust_decision_read`; `cursor` points to a number.
enum trust_status trust_decision_next_reason(const struct trust_module *module,
                                             uint32_t block,
                                             const uint64_t *decision,
                                             size_t decision_words,
                                             uint32_t *cursor,
                                             uint32_t *out,
                                             struct trust_error *error);

// The next cap that applies. Else as `trust_decision_next_reason`.
//
// The caller promises:
// As of `trust_decision_next_reason`.
enum trust_status trust_decision_next_cap(const struct trust_module *module,
                                          uint32_t block,
                                          const uint64_t *decision,
                                          size_t decision_words,
                                          uint32_t *cursor,
                                          uint32_t *out,
                                          struct trust_error *error);

// The next recommendation that is not met. Else as `trust_decision_next_reason`.
//
// The caller promises:
// As of `trust_decision_next_reason`.
enum trust_status trust_decision_next_advice(const struct trust_module *module,
                                             uint32_t block,
                                             const uint64_t *decision,
                                             size_t decision_words,
                                             uint32_t *cursor,
                                             uint32_t *out,
                                             struct trust_error *error);

// The next obligation that applies. Else as `trust_decision_next_reason`.
//
// The caller promises:
// As of `trust_decision_next_reason`; `out` points to a place for the structure.
enum trust_status trust_decision_next_obligation(const struct trust_module *module,
                                                 uint32_t block,
                                                 const uint64_t *decision,
                                                 size_t decision_words,
                                                 uint32_t *cursor,
                                                 struct trust_obligation *out,
                                                 struct trust_error *error);

// The decision as a line of JSON, without its end; the facts that it was made on still stand, for its obligations' arguments are
// read from them. `needed` and `TRUST_SMALL` as of `trust_answer`.
//
// The caller promises:
// As of `trust_decision_read`; `out` has room for `capacity` bytes, `needed` points to a place for a number.
enum trust_status trust_decision_json(const struct trust_module *module,
                                      uint32_t block,
                                      const uint64_t *decision,
                                      size_t decision_words,
                                      char *out,
                                      size_t capacity,
                                      size_t *needed,
                                      struct trust_error *error);

#ifdef __cplusplus
}  // extern "C"
#endif  // __cplusplus

#endif  /* TRUST_H */

#ifndef TRUST_ABI_CHECK
#define TRUST_ABI_CHECK
/* Whether this header and the library belong together: TRUST_OK, or TRUST_VERSION. Call it before anything else. */
static inline trust_status trust_abi_check(trust_error *error)
{
    trust_abi host;
    host.version = TRUST_ABI_VERSION;
    host.size = (uint32_t)sizeof(trust_abi);
    host.text = (uint32_t)sizeof(trust_text);
    host.options = (uint32_t)sizeof(trust_options);
    host.package = (uint32_t)sizeof(trust_package);
    host.block = (uint32_t)sizeof(trust_block);
    host.record = (uint32_t)sizeof(trust_record);
    host.field = (uint32_t)sizeof(trust_field);
    host.type_ = (uint32_t)sizeof(trust_type);
    host.enum_ = (uint32_t)sizeof(trust_enum);
    host.case_ = (uint32_t)sizeof(trust_case);
    host.clause = (uint32_t)sizeof(trust_clause);
    host.control = (uint32_t)sizeof(trust_control);
    host.watch = (uint32_t)sizeof(trust_watch);
    host.watched = (uint32_t)sizeof(trust_watched);
    host.decision = (uint32_t)sizeof(trust_decision);
    host.obligation = (uint32_t)sizeof(trust_obligation);
    return trust_abi_matches(&host, error);
}
#endif
