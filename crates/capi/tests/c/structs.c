/* Decisions from structures, one and many, and all that a module and a decision tell.
   Argument: the package folder of the partner federation. */
#include "support.h"

#include "policy.h"

#define DAY INT64_C(86400000000)
#define HOUR INT64_C(3600000000)
#define MINUTE INT64_C(60000000)

/* 2026-03-01T00:00:00Z */
static const int64_t march = INT64_C(1772323200000000);

static partner_federation_issuer_arguments acme(void)
{
    partner_federation_issuer_arguments facts;
    memset(&facts, 0, sizeof facts);
    facts.partner.id = text_of("acme");
    facts.partner.contract = partner_federation_ContractStatus_active;
    facts.partner.assurance = partner_federation_Assurance_high;
    facts.partner.revocation_time = 10 * MINUTE;
    facts.partner.last_attested = march - 28 * DAY;
    facts.partner.standing = partner_federation_Standing_active;
    return facts;
}

static void one(const trust_module *module)
{
    uint32_t block = block_named(module, PARTNER_FEDERATION_ISSUER_NAME);
    CHECK(block == PARTNER_FEDERATION_ISSUER_NUMBER);
    partner_federation_issuer_arguments facts = acme();
    uint64_t words[PARTNER_FEDERATION_ISSUER_DECISION_WORDS];
    uint8_t permits = 2;
    OK(trust_permits(module, block, &facts, NULL, 0, march, &permits, problem));
    CHECK(permits == 1);
    OK(trust_decide(module, block, &facts, NULL, 0, march, words, PARTNER_FEDERATION_ISSUER_DECISION_WORDS, problem));
    CHECK(words[TRUST_WORD_FLAGS] & TRUST_FLAG_PERMITS);
    CHECK(words[TRUST_WORD_GRADE] == partner_federation_Tier_gold);
    CHECK(TRUST_CLAUSE_HOLDS(words, PARTNER_FEDERATION_ISSUER_CLAUSE_contract_in_force));
    CHECK(words[PARTNER_FEDERATION_ISSUER_OBLIGATION_attest_yearly] == 1);

    trust_decision decision;
    OK(trust_decision_read(module, block, words, PARTNER_FEDERATION_ISSUER_DECISION_WORDS, &decision, problem));
    CHECK(decision.permits && decision.has_effect && !decision.forever);
    CHECK(decision.standing == TRUST_ACTIVE && decision.grade == partner_federation_Tier_gold);
    CHECK(decision.valid_until == facts.partner.last_attested + 335 * DAY + 1);
    uint32_t cursor = 0, clause = 0;
    STATUS(TRUST_END, trust_decision_next_reason(module, block, words, PARTNER_FEDERATION_ISSUER_DECISION_WORDS, &cursor,
                                                 &clause, problem));
    trust_obligation owed;
    OK(trust_decision_next_obligation(module, block, words, PARTNER_FEDERATION_ISSUER_DECISION_WORDS, &cursor, &owed,
                                      problem));
    CHECK(is(owed.duty, "attest") && owed.dated && !owed.overdue && cursor == 1);
    CHECK(owed.clause == PARTNER_FEDERATION_ISSUER_CLAUSE_attest_yearly);
    CHECK(owed.word == PARTNER_FEDERATION_ISSUER_OBLIGATION_attest_yearly);
    CHECK(owed.time == facts.partner.last_attested + 335 * DAY);
    STATUS(TRUST_END, trust_decision_next_obligation(module, block, words, PARTNER_FEDERATION_ISSUER_DECISION_WORDS,
                                                     &cursor, &owed, problem));
    char line[1024];
    size_t needed = 0;
    OK(trust_decision_json(module, block, words, PARTNER_FEDERATION_ISSUER_DECISION_WORDS, line, sizeof line, &needed,
                           problem));
    const char *args = "\"args\":{\"party\":\"acme\"}";
    line[needed < sizeof line ? needed : 0] = 0;
    CHECK(strstr(line, args) != NULL);
    STATUS(TRUST_SMALL, trust_decision_json(module, block, words, PARTNER_FEDERATION_ISSUER_DECISION_WORDS, line, 10,
                                            &needed, problem));
    CHECK(needed > 100);

    /* A slow partner, in an incident. */
    facts.partner.revocation_time = 2 * HOUR;
    uint64_t prior[PARTNER_FEDERATION_ISSUER_PRIOR_WORDS] = {0};
    trust_text names[1] = {text_of("incident")};
    OK(trust_prior(module, block, names, 1, prior, PARTNER_FEDERATION_ISSUER_PRIOR_WORDS, problem));
    uint64_t same[PARTNER_FEDERATION_ISSUER_PRIOR_WORDS] = {0};
    TRUST_IN_FORCE(same, PARTNER_FEDERATION_ISSUER_TRIGGER_incident);
    CHECK(memcmp(prior, same, sizeof prior) == 0);
    OK(trust_decide(module, block, &facts, prior, PARTNER_FEDERATION_ISSUER_PRIOR_WORDS, march, words,
                    PARTNER_FEDERATION_ISSUER_DECISION_WORDS, problem));
    OK(trust_decision_read(module, block, words, PARTNER_FEDERATION_ISSUER_DECISION_WORDS, &decision, problem));
    CHECK(!decision.permits && decision.standing == TRUST_SUSPENDED);
    CHECK(decision.grade == partner_federation_Tier_silver);
    uint32_t reasons[4] = {0};
    int found = 0;
    cursor = 0;
    while (trust_decision_next_reason(module, block, words, PARTNER_FEDERATION_ISSUER_DECISION_WORDS, &cursor, &clause,
                                      problem) == TRUST_OK) {
        CHECK(found < 4);
        reasons[found++] = clause;
    }
    CHECK(found == 2 && reasons[0] == PARTNER_FEDERATION_ISSUER_CLAUSE_revokes_in_time);
    CHECK(reasons[1] == PARTNER_FEDERATION_ISSUER_CLAUSE_incident);
    uint8_t holds = 2;
    OK(trust_decision_clause(module, block, words, PARTNER_FEDERATION_ISSUER_DECISION_WORDS, reasons[0], &holds, problem));
    CHECK(holds == 0);
    cursor = 0;
    OK(trust_decision_next_cap(module, block, words, PARTNER_FEDERATION_ISSUER_DECISION_WORDS, &cursor, &clause, problem));
    CHECK(clause == PARTNER_FEDERATION_ISSUER_CLAUSE_slow_revocation);
    cursor = 0;
    OK(trust_decision_next_advice(module, block, words, PARTNER_FEDERATION_ISSUER_DECISION_WORDS, &cursor, &clause,
                                  problem));
    CHECK(clause == PARTNER_FEDERATION_ISSUER_CLAUSE_revokes_fast);
}

static void functions(const trust_module *module)
{
    uint32_t block = block_named(module, "partner_call");
    size_t words = 0, prior_words = 0;
    OK(trust_block_decision_words(module, block, &words, problem));
    OK(trust_block_prior_words(module, block, &prior_words, problem));
    CHECK(words == PARTNER_FEDERATION_PARTNER_CALL_DECISION_WORDS);
    CHECK(prior_words == PARTNER_FEDERATION_PARTNER_CALL_PRIOR_WORDS);
    trust_permits_fn permits = NULL;
    trust_decide_fn decide = NULL;
    OK(trust_block_permits_fn(module, block, &permits, problem));
    OK(trust_block_decide_fn(module, block, &decide, problem));
    partner_federation_partner_call_arguments facts;
    memset(&facts, 0, sizeof facts);
    facts.partner = acme().partner;
    int64_t now = march + 9 * HOUR;
    /* Sorted, as sets are. */
    trust_text scopes[2] = {text_of("shipments:read"), text_of("shipments:write")};
    facts.credential.issuer = text_of("acme");
    facts.credential.subject = text_of("acme/shipper-7");
    facts.credential.scopes.items = scopes;
    facts.credential.scopes.length = 2;
    facts.credential.issued_at = now - HOUR / 2;
    facts.credential.expires_at = now + HOUR / 4;
    facts.credential.revocation_checked_at.present = 1;
    facts.credential.revocation_checked_at.value = now - 2 * MINUTE;
    facts.action = text_of("shipments:read");
    uint64_t prior[PARTNER_FEDERATION_PARTNER_CALL_PRIOR_WORDS] = {0};
    uint64_t decision[PARTNER_FEDERATION_PARTNER_CALL_DECISION_WORDS];
    CHECK(permits(&facts, prior, now) == 1);
    decide(&facts, prior, now, decision);
    CHECK(decision[TRUST_WORD_FLAGS] & TRUST_FLAG_PERMITS);
    CHECK((int64_t)decision[TRUST_WORD_VALID_UNTIL] == now + 3 * MINUTE);
    facts.credential.revocation_checked_at.present = 0;
    CHECK(permits(&facts, prior, now) == 0);
    facts.credential.revocation_checked_at.present = 1;
    facts.action = text_of("shipments:delete");
    CHECK(permits(&facts, prior, now) == 0);
    decide(&facts, prior, now, decision);
    CHECK(!TRUST_CLAUSE_HOLDS(decision, PARTNER_FEDERATION_PARTNER_CALL_CLAUSE_scope));
}

static void many(const trust_module *module)
{
    enum { COUNT = 100 };
    uint32_t block = block_named(module, "issuer");
    partner_federation_issuer_arguments all[COUNT];
    const void *facts[COUNT];
    const uint64_t *priors[COUNT];
    uint64_t incident[PARTNER_FEDERATION_ISSUER_PRIOR_WORDS] = {0};
    TRUST_IN_FORCE(incident, PARTNER_FEDERATION_ISSUER_TRIGGER_incident);
    for (int i = 0; i < COUNT; i++) {
        all[i] = acme();
        all[i].partner.revocation_time = i * MINUTE;
        facts[i] = &all[i];
        priors[i] = i % 3 == 0 ? incident : NULL;
    }
    static uint64_t decisions[COUNT][PARTNER_FEDERATION_ISSUER_DECISION_WORDS];
    uint8_t permitted[COUNT];
    OK(trust_decide_batch(module, block, facts, priors, PARTNER_FEDERATION_ISSUER_PRIOR_WORDS, COUNT, march, &decisions[0][0],
                          PARTNER_FEDERATION_ISSUER_DECISION_WORDS, problem));
    OK(trust_permits_batch(module, block, facts, priors, PARTNER_FEDERATION_ISSUER_PRIOR_WORDS, COUNT, march, permitted,
                           problem));
    for (int i = 0; i < COUNT; i++) {
        int wanted = i <= 60 && i % 3 != 0;
        CHECK(permitted[i] == wanted && (decisions[i][TRUST_WORD_FLAGS] & TRUST_FLAG_PERMITS) == (uint64_t)wanted);
    }
    OK(trust_decide_batch(module, block, facts, NULL, 0, COUNT, march, &decisions[0][0],
                          PARTNER_FEDERATION_ISSUER_DECISION_WORDS, problem));
    CHECK(decisions[3][TRUST_WORD_FLAGS] & TRUST_FLAG_PERMITS);
    OK(trust_decide_batch(module, block, NULL, NULL, 0, 0, march, NULL, PARTNER_FEDERATION_ISSUER_DECISION_WORDS, problem));
    facts[7] = NULL;
    STATUS(TRUST_INVALID, trust_decide_batch(module, block, facts, NULL, 0, COUNT, march, &decisions[0][0],
                                             PARTNER_FEDERATION_ISSUER_DECISION_WORDS, problem));
    told("A0001", "facts.7");
    facts[7] = facts[8];
    STATUS(TRUST_SMALL, trust_decide_batch(module, block, facts, NULL, 0, COUNT, march, &decisions[0][0], 3, problem));
    STATUS(TRUST_INVALID, trust_decide_batch(module, block, facts, NULL, 0, SIZE_MAX / 8, march, &decisions[0][0],
                                             PARTNER_FEDERATION_ISSUER_DECISION_WORDS, problem));
}

static void listing(const trust_module *module)
{
    trust_package package;
    OK(trust_module_package(module, &package, problem));
    CHECK(is(package.name, "partner_federation") && is(package.version, PARTNER_FEDERATION_VERSION));
    CHECK(is(package.digest, PARTNER_FEDERATION_DIGEST) && package.blocks == 2);
    int controls = 0, triggers = 0, lifts = 0, messages = 0, watched = 0;
    for (uint32_t b = 0; b < package.blocks; b++) {
        trust_block block;
        OK(trust_module_block(module, b, &block, problem));
        CHECK(block.message.length > 0 && block.kind == b);
        trust_record arguments;
        OK(trust_module_record(module, block.arguments, &arguments, problem));
        CHECK(arguments.role == TRUST_ARGUMENTS);
        for (uint32_t f = 0; f < arguments.fields; f++) {
            trust_field field;
            OK(trust_record_field(module, block.arguments, f, &field, problem));
            if (is(field.name, "credential")) {
                CHECK(field.offset == offsetof(partner_federation_partner_call_arguments, credential));
                CHECK(field.type_.kind == TRUST_RECORD);
                trust_field scopes;
                OK(trust_record_field(module, field.type_.of, 2, &scopes, problem));
                CHECK(is(scopes.name, "scopes") && scopes.type_.kind == TRUST_SET);
                CHECK(scopes.offset == offsetof(partner_federation_Credential, scopes));
                trust_type held;
                OK(trust_module_type(module, scopes.type_.of, &held, problem));
                CHECK(held.kind == TRUST_STRING && held.size == sizeof(trust_text) && held.of == TRUST_NONE);
            }
        }
        for (uint32_t c = 0; c < block.clauses; c++) {
            trust_clause clause;
            OK(trust_block_clause(module, b, c, &clause, problem));
            CHECK(clause.name.length > 0);
            messages += clause.message.length > 0;
            triggers += clause.kind == TRUST_TRIGGER;
            lifts += (int)clause.lifts_length;
            CHECK((clause.kind == TRUST_OBLIGE) == (clause.duty.length > 0 && clause.word != TRUST_NONE));
            trust_text was;
            STATUS(TRUST_UNKNOWN, trust_clause_was(module, b, c, clause.was, &was, problem));
        }
        trust_control control;
        for (uint32_t c = 0; c < block.controls; c++) {
            OK(trust_block_control(module, b, TRUST_NONE, c, &control, problem));
            CHECK(control.id.length > 0 && control.title.length > 0);
            controls++;
        }
        STATUS(TRUST_UNKNOWN, trust_block_control(module, b, TRUST_NONE, block.controls, &control, problem));
        for (uint32_t w = 0; w < block.watches; w++) {
            trust_watch watch;
            OK(trust_block_watch(module, b, w, &watch, problem));
            for (uint32_t f = 0; f < watch.fields; f++) {
                trust_watched field;
                OK(trust_watch_field(module, b, w, f, &field, problem));
                CHECK(field.field.length > 0 && field.keys_length > 0 && field.keys[0] == 0 && field.member == 0);
                watched++;
            }
        }
        trust_record key;
        OK(trust_module_record(module, block.key, &key, problem));
        CHECK(key.role == TRUST_KEY && key.fields == 1);
    }
    CHECK(controls == 2 && triggers == 4 && lifts == 2 && messages >= 5 && watched >= 0);
    trust_enum scale;
    trust_block issuer;
    OK(trust_module_block(module, block_named(module, "federation.issuer"), &issuer, problem));
    OK(trust_module_enum(module, issuer.scale, &scale, problem));
    CHECK(is(scale.name, "Tier") && scale.cases == 3);
    trust_case gold;
    OK(trust_enum_case(module, issuer.scale, 2, &gold, problem));
    CHECK(is(gold.name, "gold") && is(gold.wire, "gold"));
}

int main(int count, char **paths)
{
    CHECK(count == 2);
    begin();
    trust_module *module = NULL;
    OK(trust_module_compile_path(paths[1], strlen(paths[1]), &module, problem));
    OK(trust_module_prepare(module, problem));
    OK(trust_module_retain(module, problem));
    trust_module_release(module);
    one(module);
    functions(module);
    many(module);
    listing(module);
    trust_module_release(module);
    end();
    return 0;
}
