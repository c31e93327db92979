/* A host in C without any library: the same three questions, to native code made ahead of time.
 *
 *     trustc build ../first/supplier.trust --emit header -o supplier.h
 *     trustc build ../first/supplier.trust --emit object -o supplier.o
 *     cc -I. ahead.c supplier.o -o ahead && ./ahead
 */
#include <stdio.h>
#include <string.h>

#include "supplier.h"

#define SECONDS INT64_C(1000000)
#define DAYS (86400 * SECONDS)
/* 2026-03-01T09:00:00Z in microseconds since 1970 */
#define MARCH (INT64_C(1772355600) * SECONDS)

static trust_text text(const char *of)
{
    trust_text found = {(const uint8_t *)of, strlen(of)};
    return found;
}

/* A decision's effect, until when it can be relied on, and its reasons. */
static void decide(const supplier_supplier_arguments *facts, const uint64_t *prior, int64_t now)
{
    uint64_t decision[SUPPLIER_SUPPLIER_DECISION_WORDS];
    uint64_t reasons[SUPPLIER_SUPPLIER_REASON_WORDS];
    supplier_supplier_decide(facts, prior, now, decision);
    supplier_supplier_reasons(decision, reasons);
    int64_t until = (int64_t)decision[TRUST_WORD_VALID_UNTIL];
    printf("%s", decision[TRUST_WORD_FLAGS] & TRUST_FLAG_PERMITS ? "permit" : "deny");
    if (until != INT64_MAX) {
        printf(" until %lld", (long long)(until / SECONDS));
    }
    for (uint32_t clause = 0; clause < 64 * SUPPLIER_SUPPLIER_REASON_WORDS; clause++) {
        if (reasons[clause / 64] >> (clause % 64) & 1) {
            printf(" because %s", supplier_supplier_clause_name(clause));
        }
    }
    printf("\n");
}

int main(void)
{
    /* What was linked is of the policy that this was compiled for. */
    if (strcmp(supplier_digest, SUPPLIER_DIGEST) != 0) {
        fprintf(stderr, "the code is of another policy than its header\n");
        return 2;
    }
    /* What the host stores for each supplier: nothing has happened yet. */
    uint64_t prior[SUPPLIER_SUPPLIER_PRIOR_WORDS] = {0};

    supplier_supplier_arguments facts = {{text("acme"), 1, MARCH - 45 * DAYS}};
    decide(&facts, prior, MARCH);

    supplier_ContractEnded ended = {text("acme"), MARCH - 3600 * SECONDS, {0, {NULL, 0}}};
    supplier_supplier_key key = {text("acme")};
    uint64_t moves[SUPPLIER_SUPPLIER_EVENT_ContractEnded_WORDS];
    supplier_supplier_on_ContractEnded(&ended, &key, MARCH + 3600 * SECONDS, moves);
    if (moves[SUPPLIER_SUPPLIER_EVENT_ContractEnded_over]) {
        printf("over, to be carried out by %lld\n",
               (long long)((int64_t)moves[SUPPLIER_SUPPLIER_EVENT_ContractEnded_over + 1] / SECONDS));
    }
    if (supplier_supplier_after_ContractEnded(moves, prior) == supplier_Standing_revoked) {
        printf("revoked\n");
    }

    decide(&facts, prior, MARCH + 7200 * SECONDS);
    return 0;
}
