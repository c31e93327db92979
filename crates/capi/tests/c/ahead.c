/* A host without any library: the functions of an object, and what the header has for their words.
   Argument: nothing. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "policy.h"

#define CHECK(holds) check((holds) != 0, #holds, __LINE__)
#define DAY INT64_C(86400000000)
#define MINUTE INT64_C(60000000)

/* 2026-03-01T00:00:00Z */
static const int64_t march = INT64_C(1772323200000000);

static void check(int holds, const char *what, int line)
{
    if (!holds) {
        fprintf(stderr, "%s:%d: does not hold: %s\n", __FILE__, line, what);
        exit(1);
    }
}

static trust_text text_of(const char *text)
{
    trust_text found = {(const uint8_t *)text, strlen(text)};
    return found;
}

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

static int is_reason(const uint64_t *reasons, uint32_t clause)
{
    return reasons[clause / 64] >> (clause % 64) & 1;
}

static void decisions(void)
{
    partner_federation_issuer_arguments facts = acme();
    uint64_t prior[PARTNER_FEDERATION_ISSUER_PRIOR_WORDS] = {0};
    uint64_t decision[PARTNER_FEDERATION_ISSUER_DECISION_WORDS];
    uint64_t reasons[PARTNER_FEDERATION_ISSUER_REASON_WORDS];
    CHECK(partner_federation_issuer_permits(&facts, prior, march) == 1);
    partner_federation_issuer_decide(&facts, prior, march, decision);
    CHECK(decision[TRUST_WORD_FLAGS] & TRUST_FLAG_PERMITS);
    CHECK(decision[TRUST_WORD_GRADE] == partner_federation_Tier_gold);
    CHECK((int64_t)decision[TRUST_WORD_VALID_UNTIL] == facts.partner.last_attested + 335 * DAY + 1);
    CHECK(decision[PARTNER_FEDERATION_ISSUER_OBLIGATION_attest_yearly] == 1);

    facts.partner.revocation_time = 120 * MINUTE;
    TRUST_IN_FORCE(prior, PARTNER_FEDERATION_ISSUER_TRIGGER_incident);
    CHECK(partner_federation_issuer_permits(&facts, prior, march) == 0);
    partner_federation_issuer_decide(&facts, prior, march, decision);
    partner_federation_issuer_reasons(decision, reasons);
    CHECK(is_reason(reasons, PARTNER_FEDERATION_ISSUER_CLAUSE_revokes_in_time));
    CHECK(is_reason(reasons, PARTNER_FEDERATION_ISSUER_CLAUSE_incident));
    CHECK(!is_reason(reasons, PARTNER_FEDERATION_ISSUER_CLAUSE_assured));
    CHECK(!is_reason(reasons, PARTNER_FEDERATION_ISSUER_CLAUSE_attestation_late));
    CHECK(!is_reason(reasons, PARTNER_FEDERATION_ISSUER_CLAUSE_revokes_fast));
    CHECK(strcmp(partner_federation_issuer_clause_name(PARTNER_FEDERATION_ISSUER_CLAUSE_incident), "incident") == 0);
    CHECK(strcmp(partner_federation_issuer_clause_name(10000), "") == 0);
}

static void reactions(void)
{
    partner_federation_issuer_key key;
    memset(&key, 0, sizeof key);
    key.partner_id = text_of("acme");
    uint64_t prior[PARTNER_FEDERATION_ISSUER_PRIOR_WORDS] = {0};

    partner_federation_IncidentReported reported;
    memset(&reported, 0, sizeof reported);
    reported.party = text_of("globex");
    uint64_t told[PARTNER_FEDERATION_ISSUER_EVENT_IncidentReported_WORDS];
    partner_federation_issuer_on_IncidentReported(&reported, &key, march, told);
    CHECK(told[PARTNER_FEDERATION_ISSUER_EVENT_IncidentReported_incident] == 0);
    CHECK(partner_federation_issuer_after_IncidentReported(told, prior) == partner_federation_Standing_active);
    reported.party = text_of("acme");
    partner_federation_issuer_on_IncidentReported(&reported, &key, march, told);
    CHECK(told[PARTNER_FEDERATION_ISSUER_EVENT_IncidentReported_incident] == 1);
    CHECK(partner_federation_issuer_after_IncidentReported(told, prior) == partner_federation_Standing_suspended);
    partner_federation_issuer_arguments facts = acme();
    CHECK(partner_federation_issuer_permits(&facts, prior, march) == 0);

    partner_federation_IncidentCleared cleared;
    memset(&cleared, 0, sizeof cleared);
    cleared.party = text_of("acme");
    uint64_t lifted[PARTNER_FEDERATION_ISSUER_EVENT_IncidentCleared_WORDS];
    partner_federation_issuer_on_IncidentCleared(&cleared, &key, march, lifted);
    CHECK(partner_federation_issuer_after_IncidentCleared(lifted, prior) == partner_federation_Standing_active);
    CHECK(partner_federation_issuer_permits(&facts, prior, march) == 1);

    partner_federation_ContractEnded ended;
    memset(&ended, 0, sizeof ended);
    ended.party = text_of("acme");
    ended.ended_at = march - DAY;
    uint64_t over[PARTNER_FEDERATION_ISSUER_EVENT_ContractEnded_WORDS];
    partner_federation_issuer_on_ContractEnded(&ended, &key, march, over);
    CHECK(over[PARTNER_FEDERATION_ISSUER_EVENT_ContractEnded_contract_over] == 1);
    CHECK((int64_t)over[PARTNER_FEDERATION_ISSUER_EVENT_ContractEnded_contract_over + 1] == march);
    CHECK(partner_federation_issuer_after_ContractEnded(over, prior) == partner_federation_Standing_revoked);
    /* Nothing lifts that. */
    CHECK(partner_federation_issuer_after_IncidentCleared(lifted, prior) == partner_federation_Standing_revoked);
    CHECK(partner_federation_issuer_permits(&facts, prior, march) == 0);
}

static void constants(void)
{
    partner_federation_partner_call_arguments facts;
    memset(&facts, 0, sizeof facts);
    facts.partner = acme().partner;
    int64_t now = march + 9 * 60 * MINUTE;
    trust_text scopes[2] = {text_of("shipments:read"), text_of("shipments:write")};
    facts.credential.issuer = text_of("acme");
    facts.credential.subject = text_of("acme/shipper-7");
    facts.credential.scopes.items = scopes;
    facts.credential.scopes.length = 2;
    facts.credential.issued_at = now - 30 * MINUTE;
    facts.credential.expires_at = now + 15 * MINUTE;
    facts.credential.revocation_checked_at.present = 1;
    facts.credential.revocation_checked_at.value = now - 2 * MINUTE;
    facts.action = text_of("shipments:read");
    uint64_t prior[PARTNER_FEDERATION_PARTNER_CALL_PRIOR_WORDS] = {0};
    CHECK(partner_federation_partner_call_permits(&facts, prior, now) == 1);
    facts.partner.id = facts.credential.issuer = text_of("initech");
    CHECK(partner_federation_partner_call_permits(&facts, prior, now) == 0);
}

int main(void)
{
    CHECK(strcmp(partner_federation_digest, PARTNER_FEDERATION_DIGEST) == 0);
    decisions();
    reactions();
    constants();
    return 0;
}
