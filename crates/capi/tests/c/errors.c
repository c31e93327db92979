/* Whatever is wrong with a call is a status.
   Arguments: a built module, a folder without a policy. */
#include "support.h"

trust_status trust_test_panic(trust_error *error);

static const char *policy = "record R { id: string, ok: bool }\n"
                            "participation p(r: R) { require good: r.ok }\n"
                            "scale Level { low < high }\n"
                            "assessment a(r: R) { grade Level from high }\n";

static void modules(const char *built_path, const char *folder)
{
    trust_module *module = NULL;
    const char *broken = "participation p(x: nothing) { require a: x }\n";
    STATUS(TRUST_SOURCE, trust_module_compile("p.trust", 7, broken, strlen(broken), NULL, 0, &module, problem));
    trust_text text;
    OK(trust_error_code(problem, &text));
    CHECK(starts(text, "E"));
    OK(trust_error_path(problem, &text));
    CHECK(starts(text, "p.trust:1:"));
    OK(trust_error_details(problem, &text));
    CHECK(text.length > 20);
    CHECK(module == NULL);
    STATUS(TRUST_NOT_UTF8, trust_module_compile("p", 1, "\xff", 1, NULL, 0, &module, problem));
    told("A0003", "source");
    STATUS(TRUST_INVALID, trust_module_compile("p", 1, NULL, 1, NULL, 0, &module, problem));
    told("A0001", "source");
    STATUS(TRUST_INVALID, trust_module_compile("p", 1, policy, SIZE_MAX, NULL, 0, &module, problem));
    told("A0001", "source");
    STATUS(TRUST_INVALID, trust_module_compile("p", 1, policy, strlen(policy), NULL, 0, NULL, problem));
    told("A0001", "out");
    STATUS(TRUST_IO, trust_module_compile_path(folder, strlen(folder), &module, problem));
    STATUS(TRUST_IO, trust_module_compile_path("no/such", 7, &module, problem));
    STATUS(TRUST_IO, trust_module_load_path("no/such", 7, &module, problem));
    told("A0007", "no/such");
    STATUS(TRUST_IO, trust_module_load_path(folder, strlen(folder), &module, problem));

    /* Cut off, changed, of another kind. */
    size_t length = 0;
    char *built = slurp(built_path, &length);
    OK(trust_module_load(built, length, &module, problem));
    trust_module_release(module);
    module = NULL;
    for (size_t cut = 0; cut < length; cut += length / 13 + 1) {
        STATUS(TRUST_MODULE, trust_module_load(built, cut, &module, problem));
        told("A0006", "");
    }
    for (size_t at = 0; at < length; at += length / 29 + 1) {
        built[at] ^= 0x20;
        STATUS(TRUST_MODULE, trust_module_load(built, length, &module, problem));
        built[at] ^= 0x20;
    }
    STATUS(TRUST_MODULE, trust_module_load(policy, strlen(policy), &module, problem));
    STATUS(TRUST_MODULE, trust_module_load(NULL, 0, &module, problem));
    STATUS(TRUST_INVALID, trust_module_load(NULL, 8, &module, problem));
    CHECK(module == NULL);
    free(built);
    STATUS(TRUST_INVALID, trust_module_retain(NULL, problem));
    STATUS(TRUST_INVALID, trust_module_prepare(NULL, problem));
    trust_module_release(NULL);
    trust_session_free(NULL);
    trust_error_free(NULL);
}

static void abi(void)
{
    trust_abi host;
    memset(&host, 0, sizeof host);
    CHECK(trust_abi_version() == TRUST_ABI_VERSION);
    STATUS(TRUST_VERSION, trust_abi_matches(&host, problem));
    told("A0009", "version");
    host.version = TRUST_ABI_VERSION;
    STATUS(TRUST_VERSION, trust_abi_matches(&host, problem));
    told("A0009", "size");
    host.size = sizeof host;
    STATUS(TRUST_VERSION, trust_abi_matches(&host, problem));
    STATUS(TRUST_INVALID, trust_abi_matches(NULL, problem));
    trust_text version;
    OK(trust_version(&version));
    CHECK(version.length >= 5);
    STATUS(TRUST_INVALID, trust_version(NULL));
    STATUS(TRUST_INVALID, trust_error_code(NULL, &version));
    STATUS(TRUST_INVALID, trust_error_code(problem, NULL));
    STATUS(TRUST_INVALID, trust_error_new(NULL));
    /* Without an error object, a status still. */
    STATUS(TRUST_INVALID, trust_abi_matches(NULL, NULL));
}

static void calls(void)
{
    trust_module *module = NULL;
    OK(trust_module_compile(NULL, 0, policy, strlen(policy), NULL, 0, &module, problem));
    uint32_t block = 7, assessment = block_named(module, "a");
    STATUS(TRUST_UNKNOWN, trust_module_find_block(module, "q", 1, &block, problem));
    told("F0108", "block");
    STATUS(TRUST_NOT_UTF8, trust_module_find_block(module, "\xc3", 1, &block, problem));
    STATUS(TRUST_INVALID, trust_module_find_block(NULL, "p", 1, &block, problem));
    STATUS(TRUST_INVALID, trust_module_find_block(module, "p", 1, NULL, problem));
    OK(trust_module_find_block(module, "p", 1, &block, problem));

    struct {
        trust_text id;
        uint8_t ok;
    } facts = {{NULL, 0}, 1};
    uint8_t permits = 0;
    uint64_t words[64];
    OK(trust_permits(module, block, &facts, NULL, 0, 0, &permits, problem));
    CHECK(permits == 1);
    STATUS(TRUST_INVALID, trust_permits(NULL, block, &facts, NULL, 0, 0, &permits, problem));
    told("A0001", "module");
    STATUS(TRUST_UNKNOWN, trust_permits(module, 99, &facts, NULL, 0, 0, &permits, problem));
    told("A0004", "block");
    STATUS(TRUST_INVALID, trust_permits(module, block, NULL, NULL, 0, 0, &permits, problem));
    told("A0001", "facts");
    STATUS(TRUST_INVALID, trust_permits(module, block, (char *)&facts + 1, NULL, 0, 0, &permits, problem));
    told("A0001", "facts");
    STATUS(TRUST_INVALID, trust_permits(module, block, &facts, NULL, 0, 0, NULL, problem));
    STATUS(TRUST_INVALID, trust_permits(module, block, &facts, words, 0, 0, &permits, problem));
    told("A0001", "prior");
    STATUS(TRUST_INVALID, trust_permits(module, assessment, &facts, NULL, 0, 0, &permits, problem));
    STATUS(TRUST_SMALL, trust_decide(module, block, &facts, NULL, 0, 0, words, 1, problem));
    told("A0002", "decision");
    STATUS(TRUST_INVALID, trust_decide(module, block, &facts, NULL, 0, 0, NULL, 64, problem));
    STATUS(TRUST_INVALID, trust_decide(module, block, &facts, NULL, 0, 0, (uint64_t *)((char *)words + 4), 60, problem));
    OK(trust_decide(module, assessment, &facts, NULL, 0, 0, words, 64, problem));
    trust_decision decision;
    OK(trust_decision_read(module, assessment, words, 64, &decision, problem));
    CHECK(!decision.has_effect && decision.standing == TRUST_NONE && decision.grade == 1 && decision.forever);
    STATUS(TRUST_INVALID, trust_decision_read(module, assessment, words, 2, &decision, problem));
    uint8_t holds;
    STATUS(TRUST_UNKNOWN, trust_decision_clause(module, assessment, words, 64, 5, &holds, problem));
    uint32_t clause;
    STATUS(TRUST_INVALID, trust_decision_next_reason(module, assessment, words, 64, NULL, &clause, problem));
    told("A0001", "cursor");
    trust_permits_fn function = NULL;
    STATUS(TRUST_INVALID, trust_block_permits_fn(module, assessment, &function, problem));
    STATUS(TRUST_UNKNOWN, trust_block_permits_fn(module, 99, &function, problem));
    CHECK(function == NULL);
    uint64_t prior[4];
    trust_text name = text_of("no_such");
    STATUS(TRUST_REFUSED, trust_prior(module, block, &name, 1, prior, 4, problem));
    told("F0108", "prior.0");
    name.length = UINT64_MAX;
    STATUS(TRUST_INVALID, trust_prior(module, block, &name, 1, prior, 4, problem));
    STATUS(TRUST_SMALL, trust_prior(module, block, NULL, 0, prior, 0, problem));

    trust_session *session = NULL;
    STATUS(TRUST_INVALID, trust_session_new(NULL, problem));
    OK(trust_session_new(&session, problem));
    char line[512];
    size_t needed = 0;
    const char *request = "{\"block\":\"p\",\"args\":{\"r\":{\"id\":\"x\",\"ok\":true,\"more\":1}},\"now\":0}";
    size_t size = strlen(request);
    OK(trust_answer(module, session, NULL, request, size, line, sizeof line, &needed, problem));
    trust_options options = {0, 0, 1};
    STATUS(TRUST_REFUSED, trust_answer(module, session, &options, request, size, line, sizeof line, &needed, problem));
    told("F0107", "args.r.more");
    options.has_now = 1;
    options.now = INT64_MAX;
    STATUS(TRUST_INVALID, trust_answer(module, session, &options, request, size, line, sizeof line, &needed, problem));
    told("A0001", "now");
    STATUS(TRUST_INVALID, trust_answer(module, NULL, NULL, request, size, line, sizeof line, &needed, problem));
    STATUS(TRUST_INVALID, trust_answer(NULL, session, NULL, request, size, line, sizeof line, &needed, problem));
    STATUS(TRUST_INVALID, trust_answer(module, session, NULL, NULL, size, line, sizeof line, &needed, problem));
    STATUS(TRUST_INVALID, trust_answer(module, session, NULL, request, size, NULL, 5, &needed, problem));
    STATUS(TRUST_INVALID, trust_answer(module, session, NULL, request, size, line, sizeof line, NULL, problem));
    STATUS(TRUST_REFUSED, trust_answer(module, session, NULL, NULL, 0, line, sizeof line, &needed, problem));
    told("F0001", "");
    STATUS(TRUST_REFUSED, trust_answer(module, session, NULL, "{\"\xff\":1}", 7, line, sizeof line, &needed, problem));
    STATUS(TRUST_INVALID, trust_decide_json(module, session, NULL, request, size, words, 64, NULL, problem));
    trust_session_free(session);
    trust_module_release(module);
}

int main(int count, char **paths)
{
    CHECK(count == 3);
    begin();
    abi();
    modules(paths[1], paths[2]);
    calls();
    /* A bug inside stays inside, again and again. */
    for (int i = 0; i < 3; i++) {
        STATUS(TRUST_PANIC, trust_test_panic(problem));
        told("A0010", "");
    }
    STATUS(TRUST_PANIC, trust_test_panic(NULL));
    end();
    return 0;
}
